"""The three signatures: count-sketch, SimHash, MinHash."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.memory import check_memory
from vicinal.tables._bags import Bags, position_keys
from vicinal.tables._hashing import mix, salted, to_normals, to_rows, to_signs

_CELLS = 1 << 22  # hashes held at once: 32 MB


def count_sketch(bags: Bags, dim: int, depth: int, seed: int) -> NDArray[np.float32]:
    """Add every weight, with a sign, to one place of each of ``depth`` rows of dim / depth places.

    Raises
    ------
    BadInput
        If a sum is beyond float32.
    """
    check_memory(8 * len(bags) * dim, f"{len(bags):,} signatures", "lower dim, or encode fewer items at a time")
    width = dim // depth
    sums = np.zeros(len(bags) * dim)
    owners = np.repeat(np.arange(len(bags)), np.diff(bags.offsets)) * dim
    hashes = salted(bags.keys, depth, seed, 2)
    places, signs = to_rows(hashes, width) + width * np.arange(depth), to_signs(hashes)
    for row in range(depth):
        np.add.at(sums, owners + places[bags.ids, row], signs[bags.ids, row] * bags.weights)
    with np.errstate(over="ignore", invalid="ignore"):
        out = sums.reshape(len(bags), dim).astype(np.float32)
    if not np.isfinite(out).all():
        raise BadInput("the weights of an item add up beyond float32; scale them down")
    return out


def simhash(bags: Bags, dim: int, seed: int) -> NDArray[np.float32]:
    """Signs of ``dim`` random projections, -1 or 1; zeros for a bag of nothing."""
    out = np.zeros((len(bags), dim), np.float32)
    for items, keys, ids, weights, starts in _parts(bags, dim):
        peaks = np.maximum.reduceat(np.abs(weights), starts)
        scaled = weights / np.repeat(peaks, np.diff([*starts, len(ids)]))  # only the direction counts
        directions = to_normals(salted(keys, dim, seed, 3))
        out[items] = _signs(np.add.reduceat(directions[ids] * scaled[:, None], starts))
    return out


def simhash_dense(matrix: NDArray[np.float64], dim: int, seed: int) -> NDArray[np.float32]:
    """The same for rows of a matrix, as one product."""
    columns = matrix.shape[1]
    check_memory(8 * columns * dim, f"{columns:,} random directions", "lower dim, or pass a sparse matrix")
    directions = to_normals(salted(position_keys(columns), dim, seed, 3))
    out = np.zeros((len(matrix), dim), np.float32)
    step = max(1, _CELLS // max(dim, columns))
    for start in range(0, len(matrix), step):
        block = matrix[start : start + step]
        peaks = np.abs(block).max(axis=1, initial=0.0)
        there = peaks > 0
        out[start : start + step][there] = _signs(block[there] / peaks[there, None] @ directions)
    return out


def minhash(bags: Bags, dim: int, seed: int) -> NDArray[np.float32]:
    """24 bits of the smallest of each of ``dim`` hashes of a set's tokens; -1 for the empty set.

    The smallest hash of a large set begins with zeros, so it is scrambled before its bits are taken.
    """
    out = np.full((len(bags), dim), -1.0, np.float32)
    for items, keys, ids, _, starts in _parts(bags, dim):
        smallest = np.minimum.reduceat(salted(keys, dim, seed, 4)[ids], starts)
        out[items] = (mix(smallest) >> np.uint64(40)).astype(np.float32)
    return out


def _parts(bags: Bags, dim: int) -> Iterator[tuple[NDArray, NDArray, NDArray, NDArray, NDArray]]:
    """Cut bags into parts whose hashes fit in memory: items that hold something, keys, ids, weights, first entries."""
    start = 0
    while start < len(bags):
        limit = bags.offsets[start] + max(1, _CELLS // dim)
        stop = max(start + 1, int(np.searchsorted(bags.offsets, limit, "right")) - 1)
        keys, ids, weights, lengths = bags.part(start, stop)
        there = np.flatnonzero(lengths)
        if there.size:
            check_memory(24 * len(ids) * dim, f"the {len(ids):,} tokens of one item", "lower dim")
            yield start + there, keys, ids, weights, (np.cumsum(lengths) - lengths)[there]
        start = stop


def _signs(sums: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.where(sums < 0, np.float32(-1), np.float32(1))
