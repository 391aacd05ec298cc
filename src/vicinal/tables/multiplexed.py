"""One table of random rows that serves every value of every column, by hashing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.checks import check_choice, check_whole
from vicinal.errors import BadFormat
from vicinal.memory import check_memory
from vicinal.names import hash_name
from vicinal.origin import Origin, digest_matrix
from vicinal.randomness import generator
from vicinal.space import Space
from vicinal.tables._array_encoder import ArrayEncoder
from vicinal.tables._categories import MISSING_NAME, Categories, find_categories, known_codes
from vicinal.tables._columns import Column
from vicinal.tables._hashing import mix, salted, to_rows, to_signs, value_keys
from vicinal.tables.collisions import Collisions, count_collisions


class Multiplexed(ArrayEncoder):
    """Many columns, however many values they have, in one shared hashed table (feature multiplexing).

    The hash of a column's name and a value chooses ``hashes`` rows of one table and a sign for each (the sign is
    Weinberger et al.'s, 2009: whatever collides, does so with either sign). The value's vector is those rows, one after
    the other, as in Unified Embedding (Coleman et al. 2023). Rows are random and fixed: this is a projection, whose
    different values are nearly orthogonal, not a learned embedding.

    Parameters
    ----------
    dim : int
        Width of the table. A value takes ``dim × hashes`` dimensions.
    rows : int
        Rows of the table, shared by all columns, 1 to 2³¹ - 1.
    hashes : int
        Rows a value gets. Two values are mistaken for each other only where all their rows and signs agree.
    unseen : "hash", "zero" or "error"
        A value that was not there when fitted is hashed like any other, becomes zeros, or is refused.
    missing : "error", "zero" or "category"
        A missing value is refused, becomes zeros, or is hashed as a value of its own.
    seed : int

    Attributes
    ----------
    table_ : (rows, dim) float32
        Normal numbers of variance 1 / (dim × hashes), so that a value's vector has length near 1.
    categories_ : list of Categories
        The values seen, of each column.

    Examples
    --------
    >>> encoder = Multiplexed(dim=8, rows=1000, hashes=2).fit({"city": ["Oslo", "Rome"], "shop": ["Oslo", "A1"]})
    >>> encoder.encode({"city": ["Oslo", "Bonn"], "shop": ["A1", "A1"]}).shape
    (2, 32)
    >>> len(encoder.space), encoder.collisions().equal_pairs
    (4, 0)
    """

    table_: NDArray[np.float32]
    categories_: list[Categories]
    _SAVED = ("table_", "categories_")
    _CATEGORICAL = True
    _INVERTIBLE = False

    def __init__(
        self, *, dim: int = 16, rows: int = 65_536, hashes: int = 2, unseen: str = "hash", missing: str = "error",
        seed: int = 1,
    ) -> None:  # fmt: skip
        self.dim, self.rows, self.hashes = dim, rows, hashes
        self.unseen, self.missing, self.seed = unseen, missing, seed

    @property
    def space(self) -> Space:
        """The values seen: ``"Oslo"`` for one column, ``"city=Oslo"`` for several; ``dim × hashes`` dimensions."""
        self._check_fitted("table_")
        parts, names = [], []
        for name, categories in zip(self.columns_, self.categories_, strict=True):
            parts.append(self._vectors(self._keys(name, categories)))
            names += [part if self.n_features_in_ == 1 else f"{name}={part}" for part in categories.names]
        matrix = np.concatenate(parts)
        origin = Origin(
            "Multiplexed", self.get_params(), self.seed, version=__version__, content=digest_matrix(self.table_)
        )
        return Space(names, matrix, origin=origin)

    def collisions(self) -> Collisions:
        """Count the values seen that share rows, beside how many should by chance.

        Returns
        -------
        Collisions
        """
        self._check_fitted("table_")
        keys = [self._keys(name, c) for name, c in zip(self.columns_, self.categories_, strict=True)]
        rows, signs = self._places(np.concatenate(keys))
        owners = np.repeat(np.arange(len(keys)), [len(k) for k in keys])
        return count_collisions(rows, signs, owners, self.rows)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _check_options(self) -> None:
        check_whole("dim", self.dim, 1, 65_536)
        check_whole("rows", self.rows, 1, 2**31 - 1)
        check_whole("hashes", self.hashes, 1, 64)
        check_choice("unseen", self.unseen, ("hash", "zero", "error"))
        check_choice("missing", self.missing, ("error", "zero", "category"))
        generator(self.seed)

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        own = self.missing == "category"
        learned = [find_categories(column, own) for column in columns]
        for column, categories in zip(columns, learned, strict=True):
            known_codes(column, categories, "hash", self.missing)
        check_memory(12 * self.rows * self.dim, f"a table of {self.rows:,} × {self.dim}", "lower rows or dim")
        table = generator(self.seed, 0).standard_normal((self.rows, self.dim), np.float32)
        table /= np.float32(np.sqrt(self.dim * self.hashes))
        return {"categories_": learned, "table_": table}

    def _encode(self, columns: list[Column]) -> NDArray[np.float32]:
        width = self.dim * self.hashes
        out = np.empty((len(columns[0]), self._width()), np.float32)
        for at, (column, known) in enumerate(zip(columns, self.categories_, strict=True)):
            codes = known_codes(column, known, self.unseen, self.missing)
            now = (
                find_categories(column, known.own) if column.kind != "empty" else Categories(known.kind, (), known.own)
            )
            vectors = np.vstack([self._vectors(self._keys(column.name, now)), np.zeros((1, width), np.float32)])
            places = np.maximum(now.codes(column), -1)  # a negative code takes the last row, zeros
            if self.unseen == "zero":
                places[codes < 0] = -1
            out[:, at * width : (at + 1) * width] = vectors[places]
        return out

    def _keys(self, name: str, categories: Categories) -> NDArray[np.uint64]:
        """One 64-bit key a category, another for the same value in another column."""
        keys = value_keys(categories.values)
        if categories.own:
            keys = np.append(keys, np.uint64(hash_name(MISSING_NAME)))  # values are hashed with a letter before them
        return mix(keys) ^ mix(np.array([hash_name(name)], np.uint64))

    def _places(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        hashes = salted(keys, self.hashes, self.seed, 1)
        return to_rows(hashes, self.rows), to_signs(hashes)

    def _vectors(self, keys: NDArray[np.uint64]) -> NDArray[np.float32]:
        rows, signs = self._places(keys)
        picked = self.table_[rows] * signs[:, :, None].astype(np.float32)
        return picked.reshape(len(keys), self.dim * self.hashes)

    def _width(self) -> int:
        return self.n_features_in_ * self.dim * self.hashes

    def _feature_names(self, names: list[str]) -> list[str]:
        return [f"{name}:{at}" for name in names for at in range(self.dim * self.hashes)]

    def _restored(self, value: Any) -> list[Categories]:
        return [Categories.from_json(record) for record in value]

    def _check_state(self) -> None:
        shape, kind = self.table_.shape, self.table_.dtype
        if len(self.categories_) != self.n_features_in_ or shape != (self.rows, self.dim) or kind != np.float32:
            raise BadFormat(
                f"a table of {shape} does not fit {self.rows} rows of {self.dim}, {self.n_features_in_} columns"
            )
