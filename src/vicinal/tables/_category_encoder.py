"""What the encoders that number categories share."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.checks import check_choice
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.memory import check_memory
from vicinal.origin import Origin, digest_matrix
from vicinal.space import Space
from vicinal.tables._array_encoder import ArrayEncoder
from vicinal.tables._categories import UNSEEN, Categories, check_given, find_categories, known_codes
from vicinal.tables._columns import Column


class CategoryEncoder(ArrayEncoder):
    """Base of the encoders that number categories.

    A subclass says how many columns ``count`` categories take, and what codes look like.
    """

    unseen: str
    missing: str
    categories: dict[str, list[Any]] | None
    categories_: list[Categories]

    _SAVED = ("categories_",)
    _CATEGORICAL = True
    _UNSEEN = ("error", "zero")
    _MISSING = ("error", "zero", "category")
    _METRIC = "euclidean"

    @property
    def space(self) -> Space:
        """The categories with their vectors: ``"red"`` for one column, ``"color=red"`` for several."""
        self._check_fitted("categories_")
        total = sum(len(c) for c in self.categories_)
        check_memory(4 * total * self._width(), f"a space of {total:,} categories", "use a denser code")
        matrix, names, row, column = np.zeros((total, self._width()), np.float32), [], 0, 0
        for name, categories in zip(self.columns_, self.categories_, strict=True):
            count = len(categories)
            block = self._vectors(np.arange(count), count)
            matrix[row : row + count, column : column + block.shape[1]] = block
            row, column = row + count, column + block.shape[1]
            names += [part if self.n_features_in_ == 1 else f"{name}={part}" for part in categories.names]
        options = json.loads(json.dumps(self.get_params(), default=repr))
        origin = Origin(type(self).__name__, options, version=__version__, content=digest_matrix(matrix))
        return Space(names, matrix, metric=self._METRIC, origin=origin)

    def column_dims(self) -> list[int]:
        """Return how many columns of the encoded matrix each column of the table takes."""
        self._check_fitted("categories_")
        return [self._columns_of(len(categories)) for categories in self.categories_]

    # --- inside -----------------------------------------------------------------------------------------------------

    def _vectors(self, codes: NDArray[np.int64], count: int) -> NDArray[np.float32]:
        raise NotImplementedError

    def _codes_of(self, block: NDArray[np.float64], count: int) -> NDArray[np.int64]:
        raise NotImplementedError

    def _columns_of(self, count: int) -> int:
        raise NotImplementedError

    def _check_options(self) -> None:
        check_choice("unseen", self.unseen, self._UNSEEN)
        check_choice("missing", self.missing, self._MISSING)
        check_given(self.categories)

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        given = self.categories or {}
        if unknown := set(given) - {column.name for column in columns}:
            raise BadOption(f"categories are given for a column {min(unknown)!r}, which the table does not have")
        own = self.missing == "category"
        learned = [find_categories(c, own, list(given[c.name]) if c.name in given else None) for c in columns]
        for column, categories in zip(columns, learned, strict=True):
            known_codes(column, categories, self.unseen, self.missing)
        return {"categories_": learned}

    def _encode(self, columns: list[Column]) -> NDArray[np.float32]:
        blocks = []
        for column, categories in zip(columns, self.categories_, strict=True):
            codes = known_codes(column, categories, self.unseen, self.missing)
            blocks.append(self._vectors(np.maximum(codes, UNSEEN), len(categories)))
        return blocks[0] if len(blocks) == 1 else np.hstack(blocks)

    def _decode(self, matrix: NDArray[np.float64]) -> NDArray:
        out, start = np.empty((len(matrix), self.n_features_in_), object), 0
        for at, categories in enumerate(self.categories_):
            width = self._columns_of(len(categories))
            codes = self._codes_of(matrix[:, start : start + width], len(categories))
            if codes.size and codes.max() >= len(categories):
                row = int(np.argmax(codes))
                raise BadInput(
                    f"row {row} encodes category {codes[row]} of column {self.columns_[at]!r}, which has "
                    f"{len(categories)}"
                )
            out[:, at] = categories.decoded(codes)
            start += width
        return out

    def _width(self) -> int:
        return sum(self._columns_of(len(categories)) for categories in self.categories_)

    def _restored(self, value: Any) -> list[Categories]:
        return [Categories.from_json(record) for record in value]

    def _check_state(self) -> None:
        if len(self.categories_) != self.n_features_in_:
            raise BadFormat(f"{len(self.categories_)} lists of categories do not fit {self.n_features_in_} columns")
