"""Slow, readable twins of the measures of a map: one sum at a time, as the papers write them."""

from __future__ import annotations

import math
from collections.abc import Sequence

Points = Sequence[Sequence[float]]


def squared(a: Sequence[float], b: Sequence[float]) -> float:
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def ranking(points: Points, i: int) -> list[int]:
    """All other points, nearest to point i first; equal distances in row order."""
    return sorted((j for j in range(len(points)) if j != i), key=lambda j: (squared(points[i], points[j]), j))


def trustworthiness(high: Points, low: Points, k: int) -> float:
    n, excess = len(high), 0
    for i in range(n):
        true, shown = ranking(high, i), ranking(low, i)
        for j in shown[:k]:
            if j not in true[:k]:
                excess += true.index(j) + 1 - k
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * excess


def continuity(high: Points, low: Points, k: int) -> float:
    return trustworthiness(low, high, k)


def stress(high: Points, low: Points) -> float:
    pairs = [(i, j) for i in range(len(high)) for j in range(i)]
    true = [math.sqrt(squared(high[i], high[j])) for i, j in pairs]
    shown = [math.sqrt(squared(low[i], low[j])) for i, j in pairs]
    if not any(true) or not any(shown):
        return float(any(true) != any(shown))
    factor = sum(t * s for t, s in zip(true, shown, strict=True)) / sum(t * t for t in true)
    off = sum((s - factor * t) ** 2 for t, s in zip(true, shown, strict=True))
    return math.sqrt(off / sum(s * s for s in shown))
