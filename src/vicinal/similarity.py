"""Comparing vectors: cosine, dot and euclidean, and the k best of many.

A *score* is larger-is-nearer for every metric, so the euclidean score is the distance with its sign turned.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.errors import BadInput, BadOption

METRICS = ("cosine", "dot", "euclidean")
_BLOCK = 1 << 25  # scores held at once: 128 MB of float32


def check_metric(metric: str) -> str:
    """Return ``metric`` if it is one of `METRICS`, else raise `BadOption`."""
    if metric not in METRICS:
        raise BadOption(f"metric must be one of {', '.join(METRICS)}, got {metric!r}")
    return metric


def row_norms(matrix: NDArray) -> NDArray[np.float32]:
    """Euclidean length of every row, (n,) float32.

    Raises
    ------
    BadInput
        If a row holds NaN or infinity, naming the first such row.
    """
    norms = np.empty(len(matrix), np.float32)
    for start in range(0, len(matrix), 1 << 16):
        block = np.asarray(matrix[start : start + (1 << 16)], np.float32)
        with np.errstate(over="ignore"):
            norms[start : start + len(block)] = np.sqrt(np.einsum("ij,ij->i", block, block))
    doubtful = np.flatnonzero(~np.isfinite(norms))
    for row in doubtful:  # float32 squares overflow beyond 1e19 although the row itself is fine
        length = np.sqrt(np.sum(np.square(matrix[row], dtype=np.float64)))
        if not np.isfinite(length) or length > np.finfo(np.float32).max:
            raise BadInput(f"row {row} holds NaN, infinity or a value too large to compare")
        norms[row] = length
    return norms


def inverse(norms: NDArray) -> NDArray[np.float32]:
    """1 / norm, and 0 where the norm is 0: a zero row has similarity 0 to everything."""
    return np.divide(1.0, norms, out=np.zeros(len(norms), np.float32), where=norms > 0)


def unit_rows(matrix: NDArray) -> NDArray[np.float32]:
    """Scale every row to length 1; zero rows stay zero."""
    return np.asarray(matrix, np.float32) * inverse(row_norms(matrix))[:, None]


def pairwise(a: ArrayLike, b: ArrayLike | None = None, metric: str = "cosine") -> NDArray[np.float32]:
    """Score every row of ``a`` against every row of ``b``.

    Parameters
    ----------
    a, b : (m, dim), (n, dim)
        ``b`` defaults to ``a``.
    metric : "cosine", "dot" or "euclidean"

    Returns
    -------
    (m, n) float32
        Cosine in [-1, 1]; dot products; or *minus* the euclidean distance.

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
    if left.shape[1] != right.shape[1]:
        raise BadInput(f"vectors of {left.shape[1]} and of {right.shape[1]} dimensions cannot be compared")
    if metric == "euclidean":
        out = np.empty((len(left), len(right)), np.float32)
        for i, row in enumerate(left):  # by differences: the expanded square loses near duplicates
            out[i] = -np.sqrt(np.square(right - row).sum(axis=1))
        return out
    scores = left @ right.T
    if metric == "cosine":
        lengths = np.linalg.norm(left, axis=1)[:, None] * np.linalg.norm(right, axis=1)[None, :]
        scores = np.divide(scores, lengths, out=np.zeros_like(scores), where=lengths > 0).clip(-1.0, 1.0)
    return scores.astype(np.float32)


def top_k(scores: NDArray, k: int) -> NDArray[np.int64]:
    """Columns of the k largest scores of every row, best first; equal scores in column order.

    Parameters
    ----------
    scores : (m, n) float
    k : int
        1 to n.

    Returns
    -------
    (m, k) int64
    """
    n = scores.shape[1]
    if k < n:
        chosen = np.sort(np.argpartition(scores, n - k, axis=1)[:, n - k :], axis=1)
    else:
        chosen = np.broadcast_to(np.arange(n), scores.shape)
    order = np.argsort(-np.take_along_axis(scores, chosen, axis=1), axis=1, kind="stable")
    return np.take_along_axis(chosen, order, axis=1)


def nearest_rows(
    queries: NDArray, matrix: NDArray, k: int, metric: str, norms: NDArray
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Exact k nearest rows of ``matrix`` for every query.

    Parameters
    ----------
    queries : (m, dim) float32
    matrix : (n, dim) float32 or float16
    k : int
        1 to n.
    metric : str
    norms : (n,) float32
        `row_norms` of the matrix.

    Returns
    -------
    rows : (m, k) int64
    scores : (m, k) float32
        Larger is nearer.
    """
    check_metric(metric)
    n, lengths = len(matrix), row_norms(queries)
    spare = min(n, k + 8) if metric == "euclidean" else k
    rows = np.empty((len(queries), k), np.int64)
    scores = np.empty((len(queries), k), np.float32)
    scale = inverse(norms) if metric == "cosine" else None
    data = matrix if matrix.dtype == np.float32 else matrix.astype(np.float32)
    step = max(1, _BLOCK // max(n, 1))
    for start in range(0, len(queries), step):
        block = queries[start : start + step]
        found = block @ data.T if len(block) > 1 else (data @ block[0])[None, :]
        if scale is not None:
            found *= scale
        elif metric == "euclidean":
            found = 2 * found - np.square(norms)
        best = top_k(found, spare)
        if metric == "euclidean":  # rank again by differences, which keep near duplicates apart
            exact = -np.sqrt(np.square(data[best] - block[:, None, :]).sum(axis=2))
            order = np.argsort(-exact, axis=1, kind="stable")[:, :k]
            best, kept = np.take_along_axis(best, order, axis=1), np.take_along_axis(exact, order, axis=1)
        else:
            kept = np.take_along_axis(found, best, axis=1)
        if scale is not None:
            kept = (kept * inverse(lengths[start : start + step])[:, None]).clip(-1.0, 1.0)
        rows[start : start + step], scores[start : start + step] = best, kept
    return rows, scores
