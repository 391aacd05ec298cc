"""The second leaf of a point in a tree with asymmetric hashing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BLOCK = 1 << 12  # points compared with all centres at once


def second_centres(
    points: NDArray[np.float32], centres: NDArray[np.float32], own: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Choose a second leaf for every point, one whose residual points elsewhere (SOAR: Sun et al. 2023).

    A query that just misses a point's own leaf does so because its residual lies along the query; a second residual
    of the same direction would be missed with it. So the squared distance is raised by the square of what the second
    residual has in the direction of the first (their equation 5, lambda = 1).

    Parameters
    ----------
    points : (n, dim) float32
    centres : (count, dim) float32
        Two or more.
    own : (n,) int32
        First leaf of each.

    Returns
    -------
    (n,) int32
        Never the first leaf.

    Examples
    --------
    >>> points = np.array([[1, 0]], np.float32)
    >>> centres = np.array([[0, 0], [2, 0], [1, 1.1]], np.float32)
    >>> second_centres(points, centres, np.array([0], np.int32)).tolist()
    [2]
    """
    lengths = np.einsum("ij,ij->i", centres, centres)
    seconds = np.empty(len(points), np.int32)
    for start in range(0, len(points), _BLOCK):
        part = slice(start, start + _BLOCK)
        x, first = points[part], own[part]
        away = x - centres[first]
        sizes = np.sqrt(np.einsum("ij,ij->i", away, away))[:, None]
        away = np.divide(away, sizes, out=np.zeros_like(away), where=sizes > 0)
        loss = lengths - 2 * (x @ centres.T)
        loss += np.square(np.einsum("ij,ij->i", away, x)[:, None] - away @ centres.T)
        loss[np.arange(len(x)), first] = np.inf
        seconds[part] = loss.argmin(axis=1)
    return seconds
