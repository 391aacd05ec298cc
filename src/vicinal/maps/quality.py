"""How far to trust a map: what it kept of who is near whom, and of how far."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadInput, BadOption
from vicinal.randomness import generator

_NEIGHBOURS = 10
_BLOCK = 1 << 20  # distances held at once: 8 MB of float64 a copy


def measure(
    high: ArrayLike,
    low: ArrayLike,
    *,
    neighbours: int | None = None,
    seed: int = 0,
    pairs: int = 1 << 24,
) -> dict[str, float]:
    """Measure how well a map keeps the neighbourhoods and distances of the vectors it draws.

    Parameters
    ----------
    high : (n, d) array
        The vectors, compared by euclidean distance (rows of length 1 sort as cosine does).
    low : (n, m) array
        Their places on the map, n of 3 or more.
    neighbours : int, optional
        Size k of a neighbourhood, 1 or more and less than n / 2; by default 10, or the most that a small map allows.
    seed : int
        Draws the sample, where one is needed.
    pairs : int
        Distances to look at, at most. All n² up to this (4,096 points by default); beyond it only a drawn sample of
        points, at least 100, has its neighbourhood measured, but always among all n points, so that the figure is an
        estimate of the exact one and not of something easier.

    Returns
    -------
    dict
        ``trustworthiness``: 0 to 1, falls when the map shows neighbours that are none. ``continuity``: 0 to 1, falls
        when the map tears neighbours apart. ``stress``: 0 to 1, 0 when all distances are in proportion.
        ``neighbours``: the k used. ``points``: how many neighbourhoods were measured; less than n means a sample.

    Raises
    ------
    BadInput
        If the shapes do not fit, there are fewer than three points, or a value is not finite.
    BadOption
        If ``neighbours``, ``pairs`` or ``seed`` is out of range.

    Notes
    -----
    Trustworthiness and continuity: J. Venna and S. Kaski, Neighborhood preservation in nonlinear projection methods,
    2001. With r(i, j) the rank of j by distance from i among the vectors, and U(i) the points among the k nearest of i
    on the map but not among the vectors, trustworthiness is 1 - 2 / (n k (2n - 3k - 1)) · Σ r(i, j) - k over all i and
    all j in U(i). Continuity is the same with map and vectors exchanged. Points at equal distance rank in row order.
    Stress is Kruskal's first formula (1964), √(Σ (d - b δ)² / Σ d²), with map distances d fitted by the
    distances δ times the one factor b that suits them best, so the scale of the map does not matter.

    Examples
    --------
    >>> line = [[0.0], [1.0], [3.0], [7.0], [15.0]]
    >>> measure(line, line)["trustworthiness"], measure(line, line)["stress"]
    (1.0, 0.0)
    >>> measure(line, line[::2] + line[1::2])["trustworthiness"] < 1
    True
    """
    far, near = _checked(high, "high"), _checked(low, "low")
    n = len(far)
    if len(near) != n or n < 3:
        raise BadInput(f"a map is measured on three points or more, got {n} vectors and {len(near)} places")
    k = min(_NEIGHBOURS, (n - 1) // 2) if neighbours is None else neighbours
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k < n / 2:
        raise BadOption(f"neighbours must be from 1 to {(n - 1) // 2} for {n} points, got {k!r}")
    check_whole("pairs", pairs)
    anchors = np.arange(n)
    if n * n > pairs:
        count = min(n, max(100, int(pairs) // n))
        anchors = np.sort(generator(seed).choice(n, count, replace=False))
    intruders, lost, stress = _compare(far, near, anchors, int(k))
    worst = len(anchors) * k * (2 * n - 3 * k - 1) / 2
    return {
        "trustworthiness": 1.0 - intruders / worst,
        "continuity": 1.0 - lost / worst,
        "stress": stress,
        "neighbours": int(k),
        "points": len(anchors),
    }


def _checked(points: ArrayLike, which: str) -> NDArray[np.float64]:
    data = np.asarray(points, np.float64)
    if data.ndim != 2 or not np.isfinite(data).all():
        raise BadInput(f"{which} must be finite numbers of shape (n, dim), got shape {data.shape}")
    # Squares of very large or small values would leave float64; a power of two changes no digit.
    return np.ldexp(data, -int(np.frexp(np.abs(data).max(initial=0.0))[1]))


def _compare(
    far: NDArray[np.float64], near: NDArray[np.float64], anchors: NDArray[np.int64], k: int
) -> tuple[float, float, float]:
    """Rank excess of false neighbours, rank excess of lost neighbours, and stress."""
    intruders = lost = 0.0
    products, far_squares, near_squares = 0.0, 0.0, 0.0
    step = max(1, _BLOCK // len(far))
    for start in range(0, len(anchors), step):
        rows = anchors[start : start + step]
        far_block, near_block = _squared_distances(far, rows), _squared_distances(near, rows)
        products += float(np.sqrt(far_block * near_block).sum())
        far_squares += float(far_block.sum())
        near_squares += float(near_block.sum())
        far_block[np.arange(len(rows)), rows] = near_block[np.arange(len(rows)), rows] = -1.0  # each is its own first
        true, shown = _nearest(far_block, k), _nearest(near_block, k)
        intruders += _excess(far_block, shown, k)
        lost += _excess(near_block, true, k)
    if far_squares == 0 or near_squares == 0:
        return intruders, lost, float(far_squares != near_squares)
    return intruders, lost, float(np.sqrt(max(0.0, 1.0 - products / far_squares * (products / near_squares))))


def _squared_distances(points: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """From the given rows to all rows, (rows, n); exactly 0 for what only rounding tells apart."""
    squares = np.einsum("ij,ij->i", points, points)
    sums = squares[rows][:, None] + squares
    found = sums - 2.0 * (points[rows] @ points.T)
    found[found <= 1e-13 * sums] = 0.0
    found[np.arange(len(rows)), rows] = 0.0
    return found


def _nearest(squared: NDArray[np.float64], k: int) -> list[NDArray[np.int64]]:
    """Columns of the k nearest others in each row, equal distances in order; the row itself is left out."""
    found = []
    for line, last in zip(squared, np.partition(squared, k, axis=1)[:, k], strict=True):
        near = np.flatnonzero(line <= last)
        found.append(near[np.argsort(line[near], kind="stable")][1 : k + 1])
    return found


def _excess(squared: NDArray[np.float64], columns: list[NDArray[np.int64]], k: int) -> float:
    """By how much the ranks of some columns exceed k, summed; a rank is the number of those that come before."""
    total = 0
    for line, chosen in zip(squared, columns, strict=True):
        for column in chosen.tolist():
            nearer, value = np.count_nonzero(line < line[column]), line[column]
            total += max(0, nearer + np.count_nonzero(line[:column] == value) - k)
    return float(total)
