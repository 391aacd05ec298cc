"""Groups of near points: k-means, quick enough to be asked for while one looks."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadOption
from vicinal.lengths import single, unit_rows
from vicinal.randomness import generator
from vicinal.serve.binary import Body
from vicinal.serve.columns import shortened
from vicinal.serve.drawing import rows_of
from vicinal.serve.served import Served
from vicinal.space import Space
from vicinal.store.container import container_bytes

MOST = 64
_SAMPLE = 20_000  # points that the centres are found on
_STARTS = 3
_ROUNDS = 25
_NUMBERS = 1 << 20  # numbers of a block
_FREQUENT = 30  # the first members of a cluster, of which the most central give it its label


@dataclass(frozen=True, eq=False)
class Clusters:
    """Groups of the rows of a space, the largest first.

    Attributes
    ----------
    codes : (n,) uint16
    centres : (k, dim) float32
    labels : list of str
        The three most central names among the first members of each.
    explained : float
        The share of the variance that lies between the groups, 0 to 1, on the points the centres were found on.
    """

    codes: NDArray[np.uint16]
    centres: NDArray[np.float32]
    labels: list[str]
    explained: float


def clusters_bytes(served: Served, k: int, seed: int = 0) -> Body:
    """Pack the k groups of a space as a category: ``codes`` (n,) uint16, and ``labels`` in the metadata.

    Raises
    ------
    BadOption
        For k out of range.

    Examples
    --------
    >>> served = Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))
    >>> b'A, C' in clusters_bytes(served, 2).data
    True
    """

    def pack() -> Body:
        found = clusters(served.space, k, seed=seed)
        about = {
            "space": served.name,
            "fingerprint": served.space.fingerprint,
            "kind": "category",
            "labels": json.dumps(found.labels),
            "others": "0",
            "explained": str(found.explained),
        }
        return Body.of(container_bytes({"codes": found.codes}, about))

    check_count(k, len(served.space))
    return served.once(("clusters", k, seed), pack)


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

    Notes
    -----
    S. Lloyd, Least squares quantization in PCM, 1982; first centres by D. Arthur and S. Vassilvitskii, k-means++: the
    advantages of careful seeding, 2007. The best of three starts is kept.

    Examples
    --------
    >>> clusters(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]), 2).codes.tolist()
    [0, 1, 0]
    """
    n = len(space)
    check_count(k, n)
    drawn = generator(seed)
    some = np.arange(n) if n <= _SAMPLE else np.sort(drawn.choice(n, _SAMPLE, replace=False))
    points = rows_of(space, some)
    largest = float(np.abs(points).max(initial=0.0))
    scale = np.float32(2.0 ** -np.frexp(largest)[1])  # squares stay in float32; a power of two changes no digit
    points = points * scale
    tries = [_lloyd(points, _first_centres(points, k, drawn)) for _ in range(_STARTS)]
    centres, loss = min(tries, key=lambda found: found[1])
    codes, gaps = _assigned(space, centres, scale)
    sizes = np.bincount(codes, minlength=len(centres))
    order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]
    place = np.zeros(len(centres), np.uint16)
    place[order] = np.arange(len(order))
    found = place[codes]
    whole = float(np.square(points - points.mean(axis=0)).sum(dtype=np.float64))
    explained = 1.0 - loss / whole if whole > 0 else 1.0
    return Clusters(found, centres[order] / scale, _labels(space, found, gaps, len(order)), max(0.0, explained))


def _first_centres(points: NDArray[np.float32], k: int, drawn: np.random.Generator) -> NDArray[np.float32]:
    """Draw centres, each with a chance in proportion to its squared distance from those before."""
    lengths = np.einsum("ij,ij->i", points, points)
    chosen = [int(drawn.integers(len(points)))]
    nearest = np.full(len(points), np.inf)
    while len(chosen) < k:
        last = points[chosen[-1]]
        nearest = np.minimum(nearest, (lengths - 2 * (points @ last) + last @ last).clip(0.0))
        nearest[chosen[-1]] = 0.0
        total = np.cumsum(nearest, dtype=np.float64)
        if not total[-1] > 0:
            break  # no more distinct points
        chosen.append(min(int(np.searchsorted(total, drawn.random() * total[-1], "right")), len(points) - 1))
    return points[chosen]


def _lloyd(points: NDArray[np.float32], centres: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """Move every centre to the mean of its points until none changes hands; also the sum of squared distances."""
    lengths = np.einsum("ij,ij->i", points, points)
    before = np.full(len(points), -1)
    for _ in range(_ROUNDS):
        nearest, gaps = _nearest(points, centres)
        loss = float((lengths + gaps).clip(0.0).sum(dtype=np.float64))
        if (nearest == before).all():
            break
        before = nearest
        members = np.zeros((len(centres), len(points)), np.float32)
        members[nearest, np.arange(len(points))] = 1.0
        sizes = members.sum(axis=1)
        moved = (members @ points) / np.maximum(sizes, 1.0)[:, None]
        centres = np.where(sizes[:, None] > 0, moved, centres)
    return centres, loss


def _nearest(points: NDArray[np.float32], centres: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray]:
    """The nearest centre of every point, and its squared distance less the square of the point's length."""
    gaps = np.einsum("ij,ij->i", centres, centres) - 2 * (points @ centres.T)
    nearest = gaps.argmin(axis=1)
    return nearest, gaps[np.arange(len(points)), nearest]


def _assigned(space: Space, centres: NDArray[np.float32], scale: np.float32) -> tuple[NDArray[np.int64], NDArray]:
    """The nearest centre of every row, and the squared distance from it."""
    codes, gaps = np.empty(len(space), np.int64), np.empty(len(space), np.float32)
    step = max(1, _NUMBERS // space.dim)
    for start in range(0, len(space), step):
        part = slice(start, start + step)
        block = single(space.matrix[part])
        block = unit_rows(block) if space.metric == "cosine" else block * scale
        codes[part], below = _nearest(block, centres)
        gaps[part] = below + np.einsum("ij,ij->i", block, block)
    return codes, gaps


def _labels(space: Space, codes: NDArray[np.uint16], gaps: NDArray, count: int) -> list[str]:
    labels = []
    for code in range(count):
        first = np.flatnonzero(codes == code)[:_FREQUENT]
        central = first[np.argsort(gaps[first], kind="stable")[:3]]
        labels.append(", ".join(shortened(space.names[int(row)], 40) for row in central))
    return labels
