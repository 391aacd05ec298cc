"""The weighted graph that UMAP lays out, and the curve that it lays it out by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Graph = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]


def membership(near: NDArray[np.int64], distances: NDArray[np.float32]) -> NDArray[np.float64]:
    """How much each neighbour belongs to the surroundings of a point, (n, k), 0 to 1.

    The nearest belongs in full, and all together, with the point itself, sum to log2(k + 1).

    Examples
    --------
    >>> membership(np.array([[1, 2], [0, 2], [1, 0]]), np.array([[1, 2], [1, 1], [1, 2]], np.float32)).round(2).tolist()
    [[1.0, 0.58], [1.0, 1.0], [1.0, 0.58]]
    """
    from vicinal.maps._umap_kernels import widths

    n, k = distances.shape
    nearest, width = np.empty(n, np.float32), np.empty(n, np.float32)
    mean = float(distances.sum(dtype=np.float64)) / (n * (k + 1))
    widths(np.ascontiguousarray(distances), float(np.log2(k + 1)), mean, nearest, width)
    gaps = np.maximum(distances.astype(np.float64) - nearest[:, None], 0.0)
    wide = np.where(width > 0, width, 1.0)[:, None]
    return np.where(width[:, None] > 0, np.exp(-gaps / wide), 1.0)


def union(near: NDArray[np.int64], members: NDArray[np.float64], epochs: int) -> Graph:
    """Join the surroundings of all points to one symmetric graph, by p + q - pq.

    Parameters
    ----------
    near : (n, k) int64
    members : (n, k) float64
    epochs : int
        Edges too light to be taken once in so many epochs are left out.

    Returns
    -------
    starts : (n + 1,) int64
        Edges ``starts[i]`` to ``starts[i + 1]`` leave point i.
    tails : (edges,) int32
    rates : (edges,) float64
        The weights, divided by the largest.

    Examples
    --------
    >>> starts, tails, rates = union(np.array([[1], [2], [1]]), np.array([[1.0], [0.5], [0.5]]), 100)
    >>> starts.tolist(), tails.tolist(), rates.tolist()
    ([0, 1, 3, 4], [1, 0, 2, 1], [1.0, 1.0, 0.75, 0.75])
    """
    n, k = near.shape
    heads = np.repeat(np.arange(n), k)
    there, back, weights = heads * n + near.ravel(), near.ravel() * n + heads, members.ravel()
    order, turned = np.argsort(there), np.argsort(back)
    edges = np.union1d(there, back)
    p, q = _found(edges, there[order], weights[order]), _found(edges, back[turned], weights[turned])
    rates = p + q - p * q
    rates /= rates.max(initial=np.finfo(np.float64).tiny)
    kept = rates >= 1.0 / epochs
    edges, rates = edges[kept], rates[kept]
    starts = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(edges // n, minlength=n), out=starts[1:])
    return starts, (edges % n).astype(np.int32), rates


def _found(edges: NDArray[np.int64], known: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of edges, 0 for those that are not known."""
    at = np.minimum(np.searchsorted(known, edges), len(known) - 1)
    return np.where(known[at] == edges, weights[at], 0.0)


def fitted_curve(min_dist: float) -> tuple[float, float]:
    """Fit a and b so that 1 / (1 + a d^2b) is 1 up to ``min_dist`` and falls off exponentially beyond.

    By least squares over 300 distances from 0 to 3 (Levenberg 1944, Marquardt 1963).

    Examples
    --------
    >>> [round(value, 3) for value in fitted_curve(0.1)]
    [1.577, 0.895]
    """
    d = np.linspace(0.0, 3.0, 300)[1:]
    wanted = np.where(d < min_dist, 1.0, np.exp(-(d - min_dist)))
    values, damping = np.array([1.0, 1.0]), 1e-3

    def off(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1.0 / (1.0 + values[0] * d ** (2 * values[1])) - wanted

    for _ in range(200):
        misfit, raised = off(values), d ** (2 * values[1])
        slope = -np.square(misfit + wanted)[:, None] * np.stack([raised, 2 * values[0] * np.log(d) * raised], axis=1)
        normal = slope.T @ slope
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -slope.T @ misfit)
        tried = values + step
        if (tried > 0).all() and np.square(off(tried)).sum() <= np.square(misfit).sum():
            values, damping = tried, damping / 10
            if np.abs(step).max() < 1e-12:
                break
        else:
            damping *= 10
    return float(values[0]), float(values[1])
