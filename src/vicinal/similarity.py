"""Comparing vectors: cosine, dot and euclidean, and the k best of many.

A *score* is larger-is-nearer for every metric, so the euclidean score is the distance with its sign turned.

The nearest rows are found in two steps. A quick one scores all rows in float32 and keeps every row that can still be
among the k best, given the largest error such a score can have. A careful one scores those few in float64. So the
answer does not depend on how many queries are asked at once, on threads or on the processor, and equal rows tie.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.errors import BadInput, BadOption
from vicinal.lengths import BLOCK_ROWS, inverse, row_norms, scaled_rows, single, unit_rows, unit_rows_wide

__all__ = [
    "METRICS", "check_metric", "cosines", "inverse", "nearest_rows", "pairwise", "row_norms", "top_k", "unit_rows",
]  # fmt: skip

METRICS = ("cosine", "dot", "euclidean")
_SCORES = 1 << 24  # scores held at once: 64 MB of float32
_CACHED = 1 << 16  # numbers widened at once
_ORDINARY = (1e-12, 1e12)  # lengths whose products float32 holds with digits to spare


def check_metric(metric: str) -> str:
    """Return ``metric`` if it is one of `METRICS`, else raise `BadOption`.

    Examples
    --------
    >>> check_metric("dot")
    'dot'
    """
    if metric not in METRICS:
        raise BadOption(f"metric must be one of {', '.join(METRICS)}, got {metric!r}")
    return metric


def pairwise(a: ArrayLike, b: ArrayLike | None = None, metric: str = "cosine") -> NDArray[np.float32]:
    """Score every row of ``a`` against every row of ``b``.

    Parameters
    ----------
    a, b : (m, dim), (n, dim)
        ``b`` defaults to ``a``. One vector counts as one row.
    metric : "cosine", "dot" or "euclidean"

    Returns
    -------
    (m, n) float32
        Cosine in [-1, 1], 0 where a row is zero; dot products; or *minus* the euclidean distance.

    Raises
    ------
    BadInput
        If the dimensions differ.
    BadOption
        For an unknown metric.

    Examples
    --------
    >>> pairwise([[3.0, 4.0]], [[6.0, 8.0], [4.0, -3.0]]).round(3).tolist()
    [[1.0, 0.0]]
    >>> pairwise([[0.0, 0.0]], [[3.0, 4.0]], "euclidean").tolist()
    [[-5.0]]
    """
    check_metric(metric)
    left = np.atleast_2d(np.asarray(a, np.float64))
    right = left if b is None else np.atleast_2d(np.asarray(b, np.float64))
    if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[1]:
        raise BadInput(f"vectors of shapes {left.shape} and {right.shape} cannot be compared")
    out = np.empty((len(left), len(right)), np.float32)
    step = max(1, _SCORES // 4 // max(len(right), 1))
    with np.errstate(over="ignore"):  # a score beyond float32 is infinite
        for start in range(0, len(left), step):
            out[start : start + step] = _score(left[start : start + step], right, metric)
    return out


def top_k(scores: NDArray, k: int) -> NDArray[np.int64]:
    """Columns of the k largest scores of every row, best first; equal scores in column order.

    Parameters
    ----------
    scores : (m, n) float
        Without NaN.
    k : int
        1 to n.

    Returns
    -------
    (m, k) int64

    Examples
    --------
    >>> top_k(np.array([[0.5, 0.9, 0.5, 0.5]]), 3).tolist()
    [[1, 0, 2]]
    """
    best = np.empty((len(scores), k), np.int64)
    for at, line in enumerate(scores):
        chosen = np.flatnonzero(line >= _kth_largest(line, k))
        best[at] = chosen[np.argsort(-line[chosen], kind="stable")[:k]]
    return best


def nearest_rows(
    queries: NDArray, matrix: NDArray, k: int, metric: str, norms: NDArray, *, allowed: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Exact k nearest rows of ``matrix`` for every query, equal scores in row order.

    Parameters
    ----------
    queries : (m, dim) float32
    matrix : (n, dim) float32 or float16
    k : int
        1 to n, or to the number of allowed rows.
    metric : "cosine", "dot" or "euclidean"
    norms : (n,) float32
        `row_norms` of the matrix.
    allowed : (n,) bool, optional
        Rows that may be returned; all by default.

    Returns
    -------
    rows : (m, k) int64
    scores : (m, k) float32
        Larger is nearer.

    Raises
    ------
    BadInput
        If a query holds NaN or infinity.

    Examples
    --------
    >>> matrix = np.eye(3, dtype=np.float32)
    >>> rows, scores = nearest_rows(matrix[:1], matrix, 2, "cosine", row_norms(matrix))
    >>> rows.tolist(), scores.tolist()
    ([[0, 1]], [[1.0, 0.0]])
    """
    check_metric(metric)
    lengths = row_norms(queries)
    wide = _unusual(norms) or _unusual(lengths)
    limit = k + max(1000, len(matrix) // 16)  # more contenders than this, and float32 is too coarse to tell them apart
    rows = np.empty((len(queries), k), np.int64)
    scores = np.empty((len(queries), k), np.float32)
    step = max(1, _SCORES // max(len(matrix), 1))
    for start in range(0, len(queries), step):
        block = queries[start : start + step]
        rough = _rough(block, matrix, metric, norms, wide)
        for at, query in enumerate(block):
            if lengths[start + at] == 0 and metric != "euclidean":  # scores 0 with everything
                everything = np.arange(len(matrix)) if allowed is None else np.flatnonzero(allowed)
                rows[start + at], scores[start + at] = everything[:k], 0.0
                continue
            slack = _slack(metric, lengths[start + at], norms, rough.dtype, matrix.shape[1])
            chosen = _contenders(rough[at], slack, k, allowed)
            if len(chosen) > limit and not wide:
                finer = _rough(query[None], matrix, metric, norms, wide=True)[0]
                slack = _slack(metric, lengths[start + at], norms, finer.dtype, matrix.shape[1])
                chosen = _contenders(finer, slack, k, allowed)
            exact = _exact(query, matrix, chosen, metric)
            with np.errstate(over="ignore"):
                rounded = exact.astype(np.float32)
            order = np.argsort(-(exact if wide else rounded), kind="stable")[:k]
            rows[start + at], scores[start + at] = chosen[order], rounded[order]
    return rows, scores


def cosines(queries: NDArray, matrix: NDArray, norms: NDArray) -> NDArray[np.floating]:
    """Cosine of every query with every row, (m, n) in [-1, 1], to the accuracy of float32.

    Examples
    --------
    >>> matrix = np.eye(2, dtype=np.float32)
    >>> cosines(matrix[:1], matrix, row_norms(matrix)).tolist()
    [[1.0, 0.0]]
    """
    wide = _unusual(norms) or _unusual(row_norms(queries))
    return _rough(queries, matrix, "cosine", norms, wide).clip(-1.0, 1.0)


def _unusual(norms: NDArray) -> bool:
    """Tell whether float32 products of such rows could overflow or lose their digits."""
    return bool(norms.max(initial=0) > _ORDINARY[1] or ((norms < _ORDINARY[0]) & (norms > 0)).any())


def _score(left: NDArray, right: NDArray, metric: str) -> NDArray[np.float64]:
    """Scores in float64."""
    if metric == "euclidean":  # by differences: the expanded square loses near duplicates
        return np.stack([0.0 - np.sqrt(np.square(right - row).sum(axis=1)) for row in left])
    if metric == "dot":
        return left @ right.T
    (left, left_lengths), (right, right_lengths) = scaled_rows(left), scaled_rows(right)
    scores = left @ right.T  # divided last, so that what stands at right angles scores 0 to the last digit
    lengths = left_lengths[:, None] * right_lengths
    return np.divide(scores, lengths, out=np.zeros_like(scores), where=lengths > 0).clip(-1.0, 1.0)


def _rough(queries: NDArray, matrix: NDArray, metric: str, norms: NDArray, wide: bool) -> NDArray[np.floating]:
    """Score all rows: cosine, dot, or twice the dot less the square of the row's length, (m, n) float32 or float64."""
    kind: Any = np.float64 if wide else np.float32
    asked: NDArray[Any] = (
        (unit_rows_wide if wide else unit_rows)(queries) if metric == "cosine" else queries.astype(kind, copy=False)
    )
    scores = np.empty((len(queries), len(matrix)), kind)
    # a matrix of another type is widened by parts that stay in the processor's cache
    step = len(matrix) if matrix.dtype == kind else max(1, _CACHED // matrix.shape[1])
    for start in range(0, len(matrix), max(step, 1)):
        data: NDArray[Any] = matrix[start : start + step]
        data = data.astype(np.float64, copy=False) if wide else single(data)
        if wide and metric == "cosine":
            data = unit_rows_wide(data)
        part = scores[:, start : start + step]
        part[:] = asked @ data.T if len(asked) > 1 else (data @ asked[0])[None, :]
        if wide and metric == "euclidean":
            part[:] = 2 * part - np.einsum("ij,ij->i", data, data)
    if not wide and metric == "cosine":
        scores *= inverse(norms)
    elif not wide and metric == "euclidean":
        scores *= 2
        scores -= np.square(norms)
    return scores


def _slack(metric: str, length: float, norms: NDArray, kind: np.dtype, dim: int) -> NDArray[np.floating]:
    """The most by which a rough score can be off, of each row: the usual bound for sums of ``dim`` products."""
    unit = (2 * dim + 16) * np.finfo(kind).eps
    if metric == "cosine":
        return np.asarray(unit, kind)
    sizes = norms.astype(kind, copy=False)
    size = kind.type(length)
    return unit * size * sizes if metric == "dot" else unit * sizes * (2 * size + sizes)


def _contenders(rough: NDArray, slack: NDArray, k: int, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    """Rows, rising, that may be among the k best: all whose best case reaches the k-th worst case."""
    if allowed is not None:
        rough = np.where(allowed, rough, -np.inf).astype(rough.dtype, copy=False)
    return np.flatnonzero(rough + slack >= _kth_largest(rough - slack, k))


def _kth_largest(values: NDArray, k: int) -> np.floating:
    """The k-th largest of many values; the largest of each stretch, had in one quick pass, set most aside."""
    width = len(values) // (4 * k)
    if width >= 32:
        tops = values[: len(values) // width * width].reshape(-1, width).max(axis=1)
        values = values[values >= np.partition(tops, len(tops) - k)[len(tops) - k]]
    return np.partition(values, len(values) - k)[len(values) - k]


def _exact(query: NDArray, matrix: NDArray, rows: NDArray[np.int64], metric: str) -> NDArray[np.float64]:
    """Scores of the given rows in float64."""
    asked = np.asarray(query[None], np.float64)
    parts = [rows[start : start + BLOCK_ROWS] for start in range(0, len(rows), BLOCK_ROWS)]
    return np.concatenate([_score(asked, np.asarray(matrix[part], np.float64), metric)[0] for part in parts])
