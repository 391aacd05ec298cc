"""K-means: the centres that points lie near, and which of them is nearest to each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vicinal.index.rows import fixed, in_ranges
from vicinal.randomness import generator

_PACK = 32  # centres that the kernels read together
_FAR = 64.0  # squared distance of the mean from 0, in those of points from the mean


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
    """Find the best centre of every point, the first of equally good ones.

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
    from vicinal.index import _kmeans_kernels as kernels

    nearest, scores = np.empty(len(points), np.int32), np.empty(len(points), np.float32)
    lanes = np.arange(_PACK // 2, dtype=np.float32)

    def work(start: int, stop: int) -> None:
        scratch, part = np.empty(_PACK, np.float32), slice(start, stop)
        kernels.assign(points[part], packs.values, packs.biases, lanes, scratch, nearest[part], scores[part])

    in_ranges(work, len(points), threads, least=256)
    # products beyond float32 compare with nothing, and might leave a point with the padding
    return np.minimum(nearest, packs.count - 1, out=nearest), scores


def k_means(
    points: NDArray[np.float32], count: int, *, seed: int | np.random.Generator, rounds: int = 8, starts: int = 0,
    threads: int = 1, report: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:  # fmt: skip
    """Cluster points by Lloyd's algorithm: every centre moves to the mean of its points until none changes hands.

    A cluster that falls empty starts again at a point that lies far from its centre.

    Parameters
    ----------
    points : (n, dim) float32
        They need not be distinct.
    count : int
        Clusters, at most n.
    seed : int or numpy.random.Generator
    rounds : int
        At most, from each start.
    starts : int
        0 begins at points drawn at random, which is good enough for many centres. 1 or more begins at points far from
        one another (k-means++), so many times, and keeps the result of least loss.
    threads : int
    report : callable, optional
        Receives rounds done and rounds in all.

    Returns
    -------
    (count, dim) float32
        Means of the clusters.

    Notes
    -----
    S. Lloyd, Least squares quantization in PCM, 1982; first centres by D. Arthur and S. Vassilvitskii, k-means++: the
    advantages of careful seeding, 2007, in its greedy form.

    Examples
    --------
    >>> points = np.array([[0, 0], [0, 2], [9, 0], [9, 2]], np.float32)
    >>> sorted(k_means(points, 2, seed=1).tolist())
    [[0.0, 1.0], [9.0, 1.0]]
    """
    rng = seed if isinstance(seed, np.random.Generator) else generator(seed)
    moved = _well_placed(points)
    tries = []
    for _ in range(max(starts, 1)):
        first = _far_apart(moved, count, rng) if starts else rng.choice(len(moved), count, replace=False)
        tries.append(_lloyd(moved, moved[first], rounds, threads, report))
    nearest, far, _ = min(tries, key=lambda found: found[2])
    return _means(points, nearest, far, len(first))


def power_of_two(points: NDArray[np.float32]) -> np.float32:
    """Return what brings points into -1 to 1, so that squares stay in float32; times it, no digit changes.

    Examples
    --------
    >>> float(power_of_two(np.array([[5.0, -9.0]], np.float32)))
    0.0625
    """
    largest = max(float(points.max(initial=0.0)), -float(points.min(initial=0.0)))
    return np.float32(2.0 ** -np.frexp(largest)[1]) if np.isfinite(largest) else np.float32(1)


def _well_placed(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Copy points so that squares keep their digits: none beyond 2, and about 0 if they lie together far from it.

    Others stay about 0, where the short ones of very different lengths keep their digits.
    """
    moved: NDArray[np.float32] = points * power_of_two(points)
    mean = moved.mean(axis=0, dtype=np.float64)
    square = np.einsum("ij,ij->", moved, moved, dtype=np.float64) / max(len(moved), 1)
    if mean @ mean > _FAR * (square - mean @ mean):
        moved -= mean.astype(np.float32)
    return moved


def _far_apart(points: NDArray[np.float32], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw points, each by its squared distance from those before, the best of a few; as many as differ."""
    lengths = np.einsum("ij,ij->i", points, points)
    few = 2 + int(np.log(count))

    def distances(some: NDArray[np.int64]) -> NDArray[np.float32]:
        gaps: NDArray[np.float32] = (lengths[some][:, None] - 2 * (points[some] @ points.T) + lengths).clip(0.0)
        gaps[np.arange(len(some)), some] = 0.0  # whatever rounding says
        return gaps

    chosen = [int(rng.integers(len(points)))]
    gaps = distances(np.array(chosen))[0]
    while len(chosen) < count:
        total = np.cumsum(gaps, dtype=np.float64)
        if not total[-1] > 0:
            break  # no more distinct points
        drawn = np.searchsorted(total, rng.random(few) * total[-1], "right").clip(max=len(points) - 1)
        left = np.minimum(distances(drawn), gaps)
        best = int(left.sum(axis=1, dtype=np.float64).argmin())
        chosen.append(int(drawn[best]))
        gaps = left[best]
    return np.array(chosen)


def _lloyd(
    points: NDArray[np.float32], centres: NDArray[np.float32], rounds: int, threads: int,
    report: Callable[[int, int], None] | None,
) -> tuple[NDArray[np.int32], NDArray[np.int64], float]:  # fmt: skip
    """The cluster of every point in the end, points to restart empty ones at, and the sum of squared distances."""
    lengths = np.einsum("ij,ij->i", points, points)
    before = None
    for turn in range(rounds):
        nearest, scores = assign(points, Packs.of(centres), threads)
        gaps = lengths - 2 * scores
        missing = len(centres) - np.count_nonzero(np.bincount(nearest, minlength=len(centres)))
        far = np.argsort(-gaps, kind="stable")[:missing] if missing else np.empty(0, np.int64)
        settled = before is not None and np.array_equal(nearest, before)
        if report:
            report(rounds if settled else turn + 1, rounds)
        if settled:
            break
        before = nearest
        centres = _means(points, nearest, far, len(centres))
    return nearest, far, float(gaps.clip(0.0).sum(dtype=np.float64))


def _means(
    points: NDArray[np.float32], nearest: NDArray[np.int32], far: NDArray[np.int64], count: int
) -> NDArray[np.float32]:
    from vicinal.index import _kmeans_kernels as kernels

    sums, sizes = np.zeros((count, points.shape[1])), np.zeros(count, np.int64)
    kernels.add_up(points, nearest, sums, sizes)
    centres = np.divide(sums, np.maximum(sizes, 1)[:, None]).astype(np.float32)
    centres[sizes == 0] = points[far]
    return centres
