"""Items as bags: tokens with weights, whatever form they come in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.tables._hashing import mix, value_key


@dataclass(frozen=True, eq=False)
class Bags:
    """Item ``i`` holds the tokens ``ids[offsets[i]:offsets[i + 1]]``, each once, with weights that are not 0.

    Attributes
    ----------
    keys : (tokens,) uint64
        One hash a distinct token.
    ids : (entries,) int64
    weights : (entries,) float64
    offsets : (n + 1,) int64
    columns : int
        Of the matrix whose positions are the tokens; 0 where tokens are values.
    """

    keys: NDArray[np.uint64]
    ids: NDArray[np.int64]
    weights: NDArray[np.float64]
    offsets: NDArray[np.int64]
    columns: int = 0

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def part(self, start: int, stop: int) -> tuple[NDArray[np.uint64], NDArray, NDArray, NDArray]:
        """Return the keys that items ``start`` to ``stop`` use, ids among those, weights and lengths."""
        entries = slice(self.offsets[start], self.offsets[stop])
        used, ids = np.unique(self.ids[entries], return_inverse=True)
        return self.keys[used], ids, self.weights[entries], np.diff(self.offsets[start : stop + 1])


def holds_bags(items: Any) -> bool:
    """Tell bags from tables: a list with mappings, sets, or lists of text; or a sparse matrix."""
    if hasattr(items, "tocsr"):
        return True
    if not isinstance(items, list | tuple):
        return False
    return any(
        isinstance(item, Mapping | set | frozenset)
        or (isinstance(item, list | tuple) and any(isinstance(token, str) for token in item))
        for item in items
    )


def read_bags(items: Any) -> Bags:
    """Read mappings of token to weight, sets or lists of tokens (a list counts repetitions), or a sparse matrix.

    Raises
    ------
    BadInput
        For text that is not split, tokens that are neither text nor numbers, weights that are not finite.
    """
    if hasattr(items, "tocsr"):
        return _read_sparse(items.tocsr())
    numbers: dict[Any, int] = {}
    keys: list[int] = []
    ids: list[int] = []
    weights: list[float] = []
    offsets = [0]
    for at, item in enumerate(items):
        for token, weight in _pairs(item, at):
            if weight != 0:
                name = (type(token) is str, isinstance(token, bool), token)  # True and 1 are equal, but not the same
                if name not in numbers:
                    numbers[name] = len(keys)
                    keys.append(value_key(token))
                ids.append(numbers[name])
                weights.append(weight)
        offsets.append(len(ids))
    return Bags(
        np.array(keys, np.uint64), np.array(ids, np.int64), np.array(weights, np.float64), np.array(offsets, np.int64)
    )


def dense_bags(matrix: NDArray[np.float64]) -> Bags:
    """Take the entries of a matrix that are not 0; the position of a column is its token."""
    rows, columns = np.nonzero(matrix)
    offsets = np.searchsorted(rows, np.arange(len(matrix) + 1))
    return Bags(position_keys(matrix.shape[1]), columns, matrix[rows, columns], offsets, matrix.shape[1])


def position_keys(count: int) -> NDArray[np.uint64]:
    """Keys of columns 0 … count - 1, (count,) uint64."""
    return mix(np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def _read_sparse(matrix: Any) -> Bags:
    matrix = matrix.copy()
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    if matrix.dtype.kind not in "fiub":
        raise BadInput(f"Complex data not supported: expected a sparse matrix of real numbers, got {matrix.dtype}")
    if matrix.shape[0] == 0 or matrix.shape[1] == 0:
        raise BadInput(f"the sparse matrix of shape {matrix.shape} is empty")
    weights = matrix.data.astype(np.float64)
    if not np.isfinite(weights).all():
        raise BadInput("the sparse matrix holds NaN or infinity (inf)")
    keys = position_keys(matrix.shape[1])
    return Bags(keys, matrix.indices.astype(np.int64), weights, matrix.indptr.astype(np.int64), matrix.shape[1])


def _pairs(item: Any, at: int) -> Iterable[tuple[Any, float]]:
    if isinstance(item, str | bytes) or not isinstance(item, Iterable):
        raise BadInput(
            f"item {at} is {item!r}; expected its tokens: split the text, or pass a mapping of token to weight"
        )
    if isinstance(item, Mapping):
        pairs = dict(item)
    else:
        pairs = {}
        for token in item:
            _check_token(token, at)
            pairs[token] = pairs.get(token, 0) + 1
    for token, weight in pairs.items():
        _check_token(token, at)
        if not isinstance(weight, Real) or not -np.inf < float(weight) < np.inf:
            raise BadInput(f"item {at} gives token {token!r} the weight {weight!r}; weights must be finite numbers")
    return [(token, float(weight)) for token, weight in pairs.items()]


def _check_token(token: Any, at: int) -> None:
    if not isinstance(token, str | Real) or (not isinstance(token, str) and not -np.inf < float(token) < np.inf):
        raise BadInput(f"item {at} holds the token {token!r}; tokens must be text or finite numbers")
