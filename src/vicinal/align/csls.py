"""Cross-domain similarity local scaling: cosines, corrected for how crowded a place is.

In many dimensions some rows, the hubs, are near to everything, so they crowd out better answers. Conneau et al. 2018
("Word translation without parallel data", section 2.3) take off what a row is near to anyway:

    CSLS(x, y) = 2 cos(x, y) - r_T(x) - r_S(y)

where r_T(x) is the mean cosine of x to its k nearest targets and r_S(y) that of y to its k nearest sources.
Nothing here holds more than a block of scores at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadInput, BadOption
from vicinal.lengths import unit_rows
from vicinal.similarity import top_k

_SCORES = 1 << 23  # scores held at once: 32 MB of float32


def crowding(vectors: ArrayLike, others: ArrayLike, k: int = 10) -> NDArray[np.float32]:
    """Mean cosine of every vector to its k nearest of the others: r in the formula of CSLS.

    Parameters
    ----------
    vectors, others : (m, dim), (n, dim)
    k : int
        1 or more; all of the others where there are fewer.

    Returns
    -------
    (m,) float32
        In [-1, 1].

    Raises
    ------
    BadInput
        If the dimensions differ.
    BadOption
        If ``k`` is not an integer of 1 or more.

    Examples
    --------
    >>> crowding([[1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], k=2).tolist()
    [0.5]
    """
    left, right = _units(vectors, others)
    k = min(check_whole("k", k), len(right))
    out = np.empty(len(left), np.float32)
    for start, scores in _blocks(left, right):
        best = np.partition(scores, scores.shape[1] - k, axis=1)[:, scores.shape[1] - k :]
        out[start : start + len(scores)] = best.mean(axis=1, dtype=np.float64)
    return out


def csls_nearest(
    queries: ArrayLike, targets: ArrayLike, k: int = 1, *, sources: ArrayLike | None = None, neighbors: int = 10
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the k targets with the largest CSLS for every query.

    Parameters
    ----------
    queries : (m, dim)
        Vectors in the coordinates of the targets.
    targets : (n, dim)
    k : int
        1 to n.
    sources : (s, dim), optional
        All vectors of the queries' side, of which the neighbourhood of a target is made; the queries by default.
    neighbors : int
        How many make a neighbourhood.

    Returns
    -------
    rows : (m, k) int64
        Best first, equal scores in row order.
    scores : (m, k) float32
        CSLS, in [-4, 4]; larger is nearer.

    Raises
    ------
    BadInput
        If the dimensions differ.
    BadOption
        If ``k`` is not from 1 to n, or ``neighbors`` not an integer of 1 or more.

    Examples
    --------
    Seen from here the second target is nearer, but it is near to everything, and the first is not:

    >>> sources = [[1.0, 0.1], [0.1, 1.0], [-0.1, 1.0]]
    >>> rows, _ = csls_nearest([[0.6, 0.8]], [[1.0, 0.0], [0.0, 1.0]], sources=sources, neighbors=2)
    >>> rows.tolist()
    [[0]]
    """
    left, right = _units(queries, targets)
    pool = left if sources is None else _units(sources, targets)[0]
    if check_whole("k", k) > len(right):
        raise BadOption(f"k is {k}, expected 1 to {len(right)}, the number of targets")
    here, there = crowding(left, right, neighbors), crowding(right, pool, neighbors)
    rows, values = np.empty((len(left), k), np.int64), np.empty((len(left), k), np.float32)
    for start, cosines in _blocks(left, right):
        stop = start + len(cosines)
        scores = 2 * cosines - there
        scores -= here[start:stop, None]
        rows[start:stop] = top_k(scores, k)
        values[start:stop] = np.take_along_axis(scores, rows[start:stop], axis=1)
    return rows, values


def mutual_nearest(
    sources: ArrayLike, targets: ArrayLike, *, neighbors: int = 10
) -> tuple[NDArray[np.int64], NDArray[np.int64], float]:
    """Pair the rows that are each other's best by CSLS.

    Parameters
    ----------
    sources, targets : (m, dim), (n, dim)
        In the same coordinates.
    neighbors : int
        How many make a neighbourhood.

    Returns
    -------
    source_rows, target_rows : (p,) int64
        The pairs, in the order of the sources.
    similarity : float
        Mean cosine of every source to its best target by CSLS: how good an alignment is, measured without a
        dictionary (Conneau et al. 2018, section 2.4).

    Raises
    ------
    BadInput
        If the dimensions differ.
    BadOption
        If ``neighbors`` is not an integer of 1 or more.

    Examples
    --------
    >>> left, right, _ = mutual_nearest([[1, 0], [0, 1], [1, 1]], [[0, 2], [3, 0]], neighbors=1)
    >>> left.tolist(), right.tolist()
    ([0, 1], [1, 0])
    """
    left, right = _units(sources, targets)
    here, there = crowding(left, right, neighbors), crowding(right, left, neighbors)
    forward = np.empty(len(left), np.int64)
    similarities = np.empty(len(left), np.float32)
    backward, best = np.zeros(len(right), np.int64), np.full(len(right), -np.inf, np.float32)
    columns = np.arange(len(right))
    for start, cosines in _blocks(left, right):
        stop = start + len(cosines)
        forward[start:stop] = chosen = np.argmax(2 * cosines - there, axis=1)
        similarities[start:stop] = cosines[np.arange(len(cosines)), chosen]
        scores = 2 * cosines - here[start:stop, None]
        top = np.argmax(scores, axis=0)
        found = scores[top, columns]
        better = found > best
        best[better], backward[better] = found[better], top[better] + start
    mutual = np.flatnonzero(backward[forward] == np.arange(len(left)))
    return mutual, forward[mutual], float(similarities.mean(dtype=np.float64))


def _units(a: ArrayLike, b: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    left, right = np.asarray(a), np.asarray(b)
    if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[1] or not len(left) or not len(right):
        raise BadInput(f"vectors of shapes {left.shape} and {right.shape} cannot be compared; expected rows of one dim")
    return unit_rows(left), unit_rows(right)


def _blocks(left: NDArray, right: NDArray) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield cosines of some rows with all of the others, and where the rows begin."""
    step = max(1, _SCORES // len(right))
    for start in range(0, len(left), step):
        yield start, left[start : start + step] @ right.T
