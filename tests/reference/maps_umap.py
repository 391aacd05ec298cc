"""Slow, readable twins of the kernels of UMAP: one number at a time, as the paper writes them."""

from __future__ import annotations

import math
from collections.abc import Sequence

Places = list[list[float]]
MASK = 2**64 - 1
STEP = 0x9E3779B97F4A7C15


def width(distances: Sequence[float], mean: float) -> tuple[float, float]:
    """Distance to the nearest other point, and the width at which memberships sum to log2(k + 1)."""
    nearest = next((d for d in distances if d > 0), 0.0)
    target = math.log2(len(distances) + 1)
    low, high, middle = 0.0, math.inf, 1.0
    for _ in range(64):
        members = sum(math.exp(-(d - nearest) / middle) if d > nearest else 1.0 for d in distances)
        if abs(members - target) < 1e-5:
            break
        low, high = (low, middle) if members > target else (middle, high)
        middle = 2 * middle if high == math.inf else (low + high) / 2
    least = sum(distances) / (len(distances) + 1) if nearest > 0 else mean
    return nearest, max(middle, 1e-3 * least)


def scramble(z: int) -> int:
    """The finaliser of SplitMix64."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def is_taken(rate: float, epoch: int) -> bool:
    return math.floor((epoch + 1) * rate) > math.floor(epoch * rate)


def clip(value: float) -> float:
    return min(max(value, -4.0), 4.0)


def one_epoch(
    places: Places, graph: Sequence[Sequence[tuple[int, float]]], curve: tuple[float, float], learning_rate: float,
    epoch: int, *, negatives: int, seed: int,
) -> None:  # fmt: skip
    """Move the places once; graph[i] holds (tail, rate) of the edges that leave point i."""
    a, b = curve
    edge = -1
    for head, edges in enumerate(graph):
        for tail, rate in edges:
            edge += 1
            if not is_taken(rate, epoch):
                continue
            gap = [x - y for x, y in zip(places[head], places[tail], strict=True)]
            square = sum(g * g for g in gap)
            if square > 0:
                force = -2 * a * b * square ** (b - 1) / (1 + a * square**b)
                for axis, g in enumerate(gap):
                    places[head][axis] += learning_rate * clip(force * g)
                    places[tail][axis] -= learning_rate * clip(force * g)
            state = (scramble((seed + STEP * epoch) & MASK) + STEP * edge * negatives) & MASK
            push = [0.0] * len(places[head])
            for _ in range(negatives):
                state = (state + STEP) & MASK
                other = ((scramble(state) & 0xFFFFFFFF) * len(places)) >> 32
                gap = [x - y for x, y in zip(places[head], places[other], strict=True)]
                square = sum(g * g for g in gap)
                if square > 0 and other != head:
                    force = 2 * b / ((0.001 + square) * (1 + a * square**b))
                    for axis, g in enumerate(gap):
                        push[axis] += clip(force * g)
            for axis, p in enumerate(push):
                places[head][axis] += learning_rate * p
