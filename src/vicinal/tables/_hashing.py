"""Hashes that are the same everywhere: of values to 64 bits, of those to rows, signs and normal numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.names import hash_name
from vicinal.randomness import generator


def mix(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit numbers one to one (the finalizer of SplitMix64; Steele, Lea and Flood 2014).

    Examples
    --------
    >>> [hex(key) for key in mix(np.array([0, 1], np.uint64)).tolist()]
    ['0x0', '0x5692161d100b05e5']
    """
    out = np.array(keys, np.uint64)
    out ^= out >> np.uint64(30)
    out *= np.uint64(0xBF58476D1CE4E5B9)
    out ^= out >> np.uint64(27)
    out *= np.uint64(0x94D049BB133111EB)
    out ^= out >> np.uint64(31)
    return out


def value_key(value: Any) -> int:
    """Hash one value to 64 bits; numbers that are equal hash equally, whatever their type, and never as text does.

    Examples
    --------
    >>> value_key(1) == value_key(1.0), value_key(1) == value_key("1")
    (True, False)
    """
    if isinstance(value, str):
        return hash_name(b"t" + value.encode("utf-8", "surrogatepass"))
    if isinstance(value, bool | np.bool_):
        return hash_name(f"b{bool(value)}")
    number = float(value) if isinstance(value, float | np.floating) else int(value)
    whole = int(number) if float(number).is_integer() else number
    return hash_name(f"n{whole!r}")


def value_keys(values: Any) -> NDArray[np.uint64]:
    """Hash many values, (n,) uint64."""
    return np.fromiter((value_key(value) for value in values), np.uint64)


def salted(keys: NDArray[np.uint64], count: int, seed: int, stream: int) -> NDArray[np.uint64]:
    """Give ``count`` independent hashes of every key, (n, count) uint64."""
    salts = generator(seed, stream).integers(0, 1 << 64, count, np.uint64)
    return mix(mix(keys)[:, None] ^ salts)


def to_rows(hashes: NDArray[np.uint64], rows: int) -> NDArray[np.int64]:
    """Take the high 32 bits of hashes to 0 … rows - 1 by multiplication (Lemire 2019); ``rows`` is below 2³²."""
    return (((hashes >> np.uint64(32)) * np.uint64(rows)) >> np.uint64(32)).astype(np.int64)


def to_signs(hashes: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Take the lowest bit of hashes, which `to_rows` does not look at, to -1 or 1."""
    return 1.0 - 2.0 * (hashes & np.uint64(1)).astype(np.float64)


def to_normals(hashes: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Take hashes to standard normal numbers: two uniform halves, then Box and Muller (1958)."""
    radius = ((hashes >> np.uint64(32)).astype(np.float64) + 0.5) / 2.0**32
    angle = (hashes & np.uint64(0xFFFFFFFF)).astype(np.float64) / 2.0**32
    return np.sqrt(-2.0 * np.log(radius)) * np.cos(2.0 * np.pi * angle)
