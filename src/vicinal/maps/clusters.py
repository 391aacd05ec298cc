"""Groups of near rows: k-means, quick enough to be asked for while one looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadOption
from vicinal.index.kmeans import Packs, assign, k_means, power_of_two
from vicinal.lengths import BLOCK_ROWS
from vicinal.maps.pca import vectors_of
from vicinal.randomness import generator
from vicinal.space import Space

MOST = 64
_SAMPLE = 20_000  # points that the centres are found on
_STARTS = 3
_ROUNDS = 25
_FREQUENT = 30  # the first members of a cluster, of which the most central stand for it


@dataclass(frozen=True, eq=False)
class Clusters:
    """Groups of the rows of a space, the largest first.

    Attributes
    ----------
    codes : (n,) uint16
        The group of every row.
    centres : (k, dim) float32
    central : list of list of str
        Of each group the three most central names among its first 30 members, the most central first.
    explained : float
        The share of the variance that lies between the groups, 0 to 1, on the points the centres were found on.

    Examples
    --------
    >>> found = clusters(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]), 2)
    >>> len(found), found.central, found.members(0).tolist()
    (2, [['A', 'C'], ['B']], [0, 2])
    """

    codes: NDArray[np.uint16]
    centres: NDArray[np.float32]
    central: list[list[str]]
    explained: float

    def __len__(self) -> int:
        return len(self.centres)

    def members(self, code: int) -> NDArray[np.int64]:
        """Rows of one group, rising."""
        return np.flatnonzero(self.codes == code)


def check_count(k: int, n: int) -> None:
    """Refuse a number of groups that is out of range.

    Examples
    --------
    >>> check_count(2, 3)
    """
    if not 2 <= k <= min(MOST, n):
        raise BadOption(f"k must be from 2 to {min(MOST, n)} groups, got {k:,}")


def clusters(space: Space, k: int, *, seed: int = 0) -> Clusters:
    """Group rows by k-means, under cosine as rows of length 1: centres from a sample, then every row to its nearest.

    Centres are found on 20,000 rows, drawn where there are more; the best of three starts by k-means++ is kept.

    Parameters
    ----------
    space : Space
    k : int
        2 to 64, and no more than there are rows.
    seed : int

    Returns
    -------
    Clusters
        Fewer than k where fewer rows are distinct.

    Raises
    ------
    BadOption

    Examples
    --------
    >>> clusters(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]), 2).codes.tolist()
    [0, 1, 0]
    """
    n = len(space)
    check_count(k, n)
    rng = generator(seed)
    some = np.arange(n) if n <= _SAMPLE else np.sort(rng.choice(n, _SAMPLE, replace=False))
    points = vectors_of(space, some)
    scale = power_of_two(points)
    centres = k_means(points, k, seed=rng, rounds=_ROUNDS, starts=_STARTS)
    nearest, gaps = _assigned(space, centres, scale)
    sizes = np.bincount(nearest, minlength=len(centres))
    order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]
    place = np.zeros(len(centres), np.uint16)
    place[order] = np.arange(len(order))
    codes = place[nearest]
    points = points * scale
    whole = float(np.square(points - points.mean(axis=0)).sum(dtype=np.float64))
    explained = 1.0 - float(gaps[some].sum(dtype=np.float64)) / whole if whole > 0 else 1.0
    return Clusters(codes, centres[order], _central(space, codes, gaps, len(order)), max(0.0, explained))


def _assigned(
    space: Space, centres: NDArray[np.float32], scale: np.float32
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The nearest centre of every row, and the squared distance from it, everything multiplied by ``scale``."""
    nearest, gaps = np.empty(len(space), np.int32), np.empty(len(space), np.float32)
    packs = Packs.of(centres * scale)
    for start in range(0, len(space), BLOCK_ROWS):
        block = vectors_of(space, np.arange(start, min(start + BLOCK_ROWS, len(space)))) * scale
        part = slice(start, start + len(block))
        nearest[part], scores = assign(block, packs)
        gaps[part] = (np.einsum("ij,ij->i", block, block) - 2 * scores).clip(0.0)
    return nearest, gaps


def _central(space: Space, codes: NDArray[np.uint16], gaps: NDArray[np.float32], count: int) -> list[list[str]]:
    central = []
    for code in range(count):
        first = np.flatnonzero(codes == code)[:_FREQUENT]
        nearest = first[np.argsort(gaps[first], kind="stable")[:3]]
        central.append([space.names[row] for row in nearest.tolist()])
    return central
