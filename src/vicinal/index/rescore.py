"""The last step of every approximate search: score the candidates by the full vectors and keep the best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vicinal.index.rows import Rows, in_ranges

_BLOCK = 1 << 22  # numbers of another type that are widened at once


def rescore(
    queries: NDArray[np.float32], candidates: NDArray[np.int64], data: Rows, k: int, *, threads: int = 1
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Score candidates exactly and keep the k best of every query.

    Parameters
    ----------
    queries : (m, dim) float32, C-contiguous
        Of length 1 for cosine.
    candidates : (m, c) int64
        Rows; -1 for none. A row may come twice and is returned once.
    data : Rows
    k : int
    threads : int
        0 for one a processor.

    Returns
    -------
    rows : (m, k) int64
        Nearest first, equal scores by row; -1 where there were fewer candidates.
    scores : (m, k) float32
        Cosine in [-1, 1], dot product, or minus the distance; NaN beside -1.

    Examples
    --------
    >>> data = Rows.of(np.array([[3, 4], [1, 0], [0, 2]], np.float32), "cosine")
    >>> rows, scores = rescore(np.array([[0, 1]], np.float32), np.array([[2, 0, 2, -1]]), data, 3)
    >>> rows.tolist(), scores.round(2).tolist()
    ([[2, 0, -1]], [[1.0, 0.800000011920929, nan]])
    """
    from vicinal.index import _rescore_kernels as kernels

    rows = np.full((len(queries), k), -1, np.int64)
    scores = np.full((len(queries), k), np.nan, np.float32)
    metric = {"cosine": kernels.COSINE, "dot": kernels.DOT, "euclidean": kernels.EUCLIDEAN}[data.metric]
    scales = data.scales
    if data.matrix.dtype == np.float32:

        def work(start: int, stop: int) -> None:
            part = slice(start, stop)
            kernels.rescore(queries[part], candidates[part], data.matrix, scales, metric, rows[part], scores[part])

        in_ranges(work, len(queries), threads, least=8)
        return rows, scores
    step = max(1, _BLOCK // max(1, candidates.shape[1] * data.dim))
    for start in range(0, len(queries), step):
        part = slice(start, start + step)
        used, places = np.unique(candidates[part], return_inverse=True)
        wide = data.matrix[np.maximum(used, 0)].astype(np.float32)
        local = np.where(candidates[part] < 0, -1, places.reshape(candidates[part].shape))
        kernels.rescore(queries[part], local, wide, scales[np.maximum(used, 0)], metric, rows[part], scores[part])
        rows[part] = np.where(rows[part] < 0, -1, used[rows[part]])
    return rows, scores
