"""Categories as vectors: one place each, one number each, or the digits of that number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.tables._categories import UNSEEN
from vicinal.tables._category_encoder import CategoryEncoder
from vicinal.tables._columns import Column


class OneHot(CategoryEncoder):
    """One dimension a category: 1 there, 0 elsewhere.

    Every two categories are orthogonal, so that none is nearer to one than to another; see the explanation of tables.

    Parameters
    ----------
    unseen : "error" or "zero"
        A category that was not there when fitted is refused, or becomes a zero row.
    missing : "error", "zero" or "category"
        A missing value is refused, becomes a zero row, or is a category of its own, after all others.
    categories : dict of str to list, optional
        Column name to its categories in the wanted order; sorted by default.

    Attributes
    ----------
    categories_ : list of Categories
        ``values``, ``names`` and ``kind`` of each column.

    Examples
    --------
    >>> encoder = OneHot().fit(["red", "blue", "red"])
    >>> encoder.encode(["red", "blue"]).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    >>> encoder.inverse_transform([[0, 1]]).tolist()
    [['red']]
    >>> encoder.space
    Space(2 × 2, cosine, OneHot: blue, red)
    """

    _METRIC = "cosine"

    def __init__(
        self, *, unseen: str = "error", missing: str = "error", categories: dict[str, list[Any]] | None = None
    ) -> None:
        self.unseen, self.missing, self.categories = unseen, missing, categories

    def _vectors(self, codes: NDArray[np.int64], count: int) -> NDArray[np.float32]:
        out = np.zeros((len(codes), count), np.float32)
        known = np.flatnonzero(codes >= 0)
        out[known, codes[known]] = 1.0
        return out

    def _codes_of(self, block: NDArray[np.float64], count: int) -> NDArray[np.int64]:
        """The largest entry wins, so that the scores of a model can be decoded too; a zero row is no category."""
        return np.where(block.any(axis=1), np.argmax(block, axis=1), UNSEEN)

    def _columns_of(self, count: int) -> int:
        return count

    def _feature_names(self, names: list[str]) -> list[str]:
        return [f"{name}={part}" for name, c in zip(names, self.categories_, strict=True) for part in c.names]


class Ordinal(CategoryEncoder):
    """One dimension: the number of the category, from 0 (label encoding).

    The numbers mean something only where the categories have an order; then give it with ``categories``.

    Parameters
    ----------
    unseen : "error" or "minus_one"
        A category that was not there when fitted is refused, or becomes -1.
    missing : "error", "minus_one" or "category"
        A missing value is refused, becomes -1, or is a category of its own, after all others.
    categories : dict of str to list, optional
        Column name to its categories in the wanted order; sorted by default.

    Attributes
    ----------
    categories_ : list of Categories

    Examples
    --------
    >>> encoder = Ordinal(categories={"size": ["S", "M", "L"]}).fit({"size": ["L", "S", "M"]})
    >>> encoder.encode({"size": ["S", "L"]}).tolist()
    [[0.0], [2.0]]
    """

    _UNSEEN = ("error", "minus_one")
    _MISSING = ("error", "minus_one", "category")

    def __init__(
        self, *, unseen: str = "error", missing: str = "error", categories: dict[str, list[Any]] | None = None
    ) -> None:
        self.unseen, self.missing, self.categories = unseen, missing, categories

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        learned = super()._learn(columns)
        if any(len(categories) > 1 << 24 for categories in learned["categories_"]):
            raise BadInput("float32 tells 16,777,216 numbers apart, and a column has more categories; use BinaryCode")
        return learned

    def _vectors(self, codes: NDArray[np.int64], count: int) -> NDArray[np.float32]:
        return codes[:, None].astype(np.float32)

    def _codes_of(self, block: NDArray[np.float64], count: int) -> NDArray[np.int64]:
        numbers = block[:, 0]
        if (bad := np.flatnonzero((numbers != np.round(numbers)) | (numbers < UNSEEN) | (numbers >= count))).size:
            raise BadInput(
                f"row {bad[0]} holds {numbers[bad[0]]:g}, which is no number of a category (-1 to {count - 1})"
            )
        return numbers.astype(np.int64)

    def _columns_of(self, count: int) -> int:
        return 1

    def _feature_names(self, names: list[str]) -> list[str]:
        return list(names)


class BinaryCode(CategoryEncoder):
    """The binary digits of the category's number, lowest first: k categories take ⌈log₂(k + 1)⌉ dimensions.

    Numbers begin at 1, so that a row of zeros is no category. Which categories share digits is an accident of their
    order: the code is short, its distances mean nothing.

    Parameters
    ----------
    unseen : "error" or "zero"
        A category that was not there when fitted is refused, or becomes a zero row.
    missing : "error", "zero" or "category"
        A missing value is refused, becomes a zero row, or is a category of its own, after all others.
    categories : dict of str to list, optional
        Column name to its categories in the wanted order; sorted by default.

    Attributes
    ----------
    categories_ : list of Categories

    Examples
    --------
    >>> encoder = BinaryCode().fit(["a", "b", "c", "d"])
    >>> encoder.encode(["a", "c", "d"]).tolist()
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """

    def __init__(
        self, *, unseen: str = "error", missing: str = "error", categories: dict[str, list[Any]] | None = None
    ) -> None:
        self.unseen, self.missing, self.categories = unseen, missing, categories

    def _vectors(self, codes: NDArray[np.int64], count: int) -> NDArray[np.float32]:
        return (((codes + 1)[:, None] >> np.arange(self._columns_of(count))) & 1).astype(np.float32)

    def _codes_of(self, block: NDArray[np.float64], count: int) -> NDArray[np.int64]:
        if (bad := np.flatnonzero(((block != 0) & (block != 1)).any(axis=1))).size:
            raise BadInput(f"row {bad[0]} holds other figures than 0 and 1, so it is no binary code")
        return (block.astype(np.int64) << np.arange(block.shape[1])).sum(axis=1) - 1

    def _columns_of(self, count: int) -> int:
        return count.bit_length()

    def _feature_names(self, names: list[str]) -> list[str]:
        pairs = zip(names, self.categories_, strict=True)
        return [f"{name}:bit{bit}" for name, c in pairs for bit in range(self._columns_of(len(c)))]
