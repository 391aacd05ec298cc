"""The tree of a tree with asymmetric hashing: centres of leaves by k-means, and which leaves a point belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vicinal.index.rows import in_ranges
from vicinal.index.tree_ah_layout import fixed
from vicinal.randomness import generator

_PACK = 32  # centres that the kernels read together
_BLOCK = 1 << 12  # points compared with all centres at once


@dataclass(frozen=True, eq=False)
class Packs:
    """Centres laid out for the kernels that score many at once.

    Attributes
    ----------
    values : (p, dim, 32) float32
        32 centres side by side; the last are padded with zeros.
    biases : (p * 32,) float32
        Taken from the dot product with each centre; huge for the padding.
    count : int
        Centres without the padding.
    """

    values: NDArray[np.float32]
    biases: NDArray[np.float32]
    count: int

    @classmethod
    def of(cls, centres: NDArray[np.float32], biases: NDArray[np.float32] | None = None) -> Packs:
        """Lay out centres; the biases are by default half their squared lengths, so that the best is the nearest.

        Examples
        --------
        >>> packs = Packs.of(np.eye(3, dtype=np.float32))
        >>> packs.values.shape, packs.biases[:3].tolist()
        ((1, 3, 32), [0.5, 0.5, 0.5])
        """
        count, dim = centres.shape
        whole = -(-count // _PACK)
        values = np.zeros((whole * _PACK, dim), np.float32)
        values[:count] = centres
        padded = np.full(whole * _PACK, 3e38, np.float32)
        padded[:count] = np.einsum("ij,ij->i", centres, centres) / 2 if biases is None else biases
        packed = values.reshape(whole, _PACK, dim).transpose(0, 2, 1)
        return cls(fixed(packed), fixed(padded), count)


def assign(
    points: NDArray[np.float32], packs: Packs, threads: int = 1
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Find the best centre of every point.

    Returns
    -------
    centres : (n,) int32
    scores : (n,) float32
        Dot product less the bias of that centre.

    Examples
    --------
    >>> assign(np.array([[0, 2.0]], np.float32), Packs.of(np.eye(2, dtype=np.float32)))[0].tolist()
    [1]
    """
    from vicinal.index import _tree_ah_training_kernels as kernels

    nearest, scores = np.empty(len(points), np.int32), np.empty(len(points), np.float32)
    lanes = np.arange(_PACK // 2, dtype=np.float32)

    def work(start: int, stop: int) -> None:
        scratch, part = np.empty(_PACK, np.float32), slice(start, stop)
        kernels.assign(points[part], packs.values, packs.biases, lanes, scratch, nearest[part], scores[part])

    in_ranges(work, len(points), threads, least=256)
    # products beyond float32 compare with nothing, and might leave a point with the padding
    return np.minimum(nearest, packs.count - 1, out=nearest), scores


def k_means(
    points: NDArray[np.float32], count: int, *, seed: int, threads: int = 1, rounds: int = 8,
    report: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:  # fmt: skip
    """Cluster points by Lloyd's algorithm, from a random choice of them.

    A cluster that falls empty starts again at a point that lies far from its centre.

    Parameters
    ----------
    points : (n, dim) float32
    count : int
        Clusters, at most n.
    seed : int
    threads : int
    rounds : int
    report : callable, optional
        Receives rounds done and rounds in all.

    Returns
    -------
    (count, dim) float32
        Means of the clusters.

    Examples
    --------
    >>> points = np.array([[0, 0], [0, 2], [9, 0], [9, 2]], np.float32)
    >>> sorted(k_means(points, 2, seed=1).tolist())
    [[0.0, 1.0], [9.0, 1.0]]
    """
    from vicinal.index import _tree_ah_training_kernels as kernels

    centres = points[generator(seed).choice(len(points), count, replace=False)]
    lengths = np.einsum("ij,ij->i", points, points)
    for turn in range(rounds):
        nearest, scores = assign(points, Packs.of(centres), threads)
        sums, sizes = np.zeros(centres.shape, np.float32), np.zeros(count, np.int64)
        kernels.add_up(points, nearest, sums, sizes)
        centres = np.divide(sums, np.maximum(sizes, 1)[:, None], dtype=np.float32)
        empty = np.flatnonzero(sizes == 0)
        if len(empty):
            far = np.argsort(2 * scores - lengths, kind="stable")[: len(empty)]
            centres[empty] = points[far]
        if report:
            report(turn + 1, rounds)
    return centres


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
