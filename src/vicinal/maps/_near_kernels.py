# mypy: ignore-errors
"""The nearest places on a map: all are looked at, a few hundred at a time, and only those that can count are sorted."""

from __future__ import annotations

import numpy as np

from vicinal._vectors import inner_kernel, kernel

BLOCK = 256


@inner_kernel
def block_squares(places, asked, start, stop, squares):
    """Squared distances of places ``start`` to ``stop`` from one place, into ``squares``; returns the least."""
    for i in range(stop - start):
        squares[i] = 0.0
    for axis in range(len(asked)):
        at = asked[axis]
        line = places[axis]
        for i in range(stop - start):
            gap = np.float64(line[start + i]) - at
            squares[i] += gap * gap
    least = squares[0]
    for i in range(stop - start):
        least = min(least, squares[i])
    return least


@inner_kernel
def put_in_order(rows, squares, count, row, square):
    """Insert a place into the first ``count`` of a sorted list, whose last is lost when the list is full."""
    at = min(count, len(rows) - 1)
    while at > 0 and squares[at - 1] > square:
        squares[at] = squares[at - 1]
        rows[at] = rows[at - 1]
        at -= 1
    squares[at] = square
    rows[at] = row


@kernel
def nearest_places(places, asked, rows, squares):
    """Find the nearest other places of some places of a map.

    Parameters
    ----------
    places : (dim, n) float32
    asked : (m,) int64
        Which places.
    rows : (m, k) int64, output
        Nearest first, equal distances by row, never the place itself; k is at most n - 1.
    squares : (m, k) float64, output
        Squared distances.
    """
    n, k = places.shape[1], rows.shape[1]
    block = np.empty(BLOCK, np.float64)
    here = np.empty(places.shape[0], np.float64)
    for q in range(len(asked)):
        own = asked[q]
        for axis in range(len(here)):
            here[axis] = places[axis, own]
        count = 0
        for start in range(0, n, BLOCK):
            stop = min(n, start + BLOCK)
            least = block_squares(places, here, start, stop, block)
            if count == k and least >= squares[q, k - 1]:
                continue
            for i in range(stop - start):
                row = start + i
                if row != own and (count < k or block[i] < squares[q, k - 1]):
                    put_in_order(rows[q], squares[q], count, row, block[i])
                    count = min(k, count + 1)
