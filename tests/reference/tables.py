"""Slow, readable twins of the encoders of tables: one value at a time, as the papers write them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

WORD = 1 << 64


def one_hot(values: Sequence[Any]) -> list[list[float]]:
    categories = sorted(set(values))
    return [[1.0 if value == category else 0.0 for category in categories] for value in values]


def binary_code(values: Sequence[Any]) -> list[list[float]]:
    categories = sorted(set(values))
    width = math.ceil(math.log2(len(categories) + 1))
    numbers = [categories.index(value) + 1 for value in values]
    return [[float(digit) for digit in reversed(format(number, f"0{width}b"))] for number in numbers]


def standardized(numbers: Sequence[float]) -> list[float]:
    mean = math.fsum(numbers) / len(numbers)
    spread = math.sqrt(math.fsum((x - mean) ** 2 for x in numbers) / len(numbers))
    return [(x - mean) / spread for x in numbers]


def mix(key: int) -> int:
    """The finalizer of SplitMix64, in integers without a limit."""
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    key = (key ^ (key >> 27)) * 0x94D049BB133111EB % WORD
    return key ^ (key >> 31)


def hashes(key: int, salts: Sequence[int]) -> list[int]:
    return [mix(mix(key) ^ salt) for salt in salts]


def count_sketch(bag: Mapping[int, float], width: int, salts: Sequence[int]) -> list[float]:
    """Keys with weights; one row of ``width`` places a salt."""
    rows = [[0.0] * width for _ in salts]
    for key, weight in bag.items():
        for row, value in zip(rows, hashes(key, salts), strict=True):
            row[(value >> 32) * width >> 32] += weight * (-1 if value & 1 else 1)
    return [place for row in rows for place in row]


def normal(value: int) -> float:
    radius, angle = ((value >> 32) + 0.5) / 2**32, (value % 2**32) / 2**32
    return math.sqrt(-2 * math.log(radius)) * math.cos(2 * math.pi * angle)


def simhash(bag: Mapping[int, float], salts: Sequence[int]) -> list[float]:
    sums = [0.0] * len(salts)
    for key, weight in bag.items():
        for at, value in enumerate(hashes(key, salts)):
            sums[at] += weight * normal(value)
    return [-1.0 if total < 0 else 1.0 for total in sums]


def minhash(keys: Sequence[int], salts: Sequence[int]) -> list[float]:
    smallest = [min(column) for column in zip(*(hashes(key, salts) for key in keys), strict=True)]
    return [float(mix(value) >> 40) for value in smallest]


def jaccard(a: set[Any], b: set[Any]) -> float:
    return len(a & b) / len(a | b)


def cosine(a: Sequence[float], b: Sequence[float]) -> float:
    def dot(x: Sequence[float], y: Sequence[float]) -> float:
        return math.fsum(u * v for u, v in zip(x, y, strict=True))

    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def median_failure(depth: int, q: float) -> float:
    """Probability that more than half of ``depth`` rows fail, by going through every outcome."""
    total = 0.0
    for outcome in range(2**depth):
        failed = outcome.bit_count()
        if failed > depth / 2:
            total += q**failed * (1 - q) ** (depth - failed)
    return total


def collision_pairs(places: Sequence[Sequence[int]]) -> int:
    """Pairs of values with the same row in the same place, pair by pair."""
    return sum(x == y for i, a in enumerate(places) for b in places[:i] for x, y in zip(a, b, strict=True))
