# mypy: ignore-errors
"""Codes of random hyperplanes, the order of the buckets to probe, and the rows in them."""

from __future__ import annotations

import numpy as np

from vicinal._vectors import kernel, loop_kernel


@loop_kernel
def write_codes(projections, bits, codes):
    """Fill ``codes``, (m, tables) int32, with the signs of ``projections``, (m, tables · bits); bit j is of plane j."""
    for row in range(len(codes)):
        for table in range(codes.shape[1]):
            code = 0
            for bit in range(bits):
                if projections[row, table * bits + bit] >= 0:
                    code |= 1 << bit
            codes[row, table] = code


@kernel
def probe_buckets(projections, bits, buckets):
    """Fill ``buckets``, (m, tables, probes) int32, with the buckets to look into, the likeliest first.

    A set of flipped bits costs the sum of the squares of their margins. Sets are made in the order of their cost with a
    heap (Lv et al. 2007, "Multi-probe LSH", section 4.3): with bits sorted by margin, each set that leaves it gives two
    more, one whose last place moves on by one (shift) and one that has the next place besides (expand).
    """
    probes = buckets.shape[2]
    margins = np.empty(bits, np.float32)
    costs = np.empty(2 * probes + 2, np.float32)
    lasts = np.empty(2 * probes + 2, np.int32)  # the last place of each set
    flips = np.empty(2 * probes + 2, np.int32)  # the bits it flips
    for query in range(len(buckets)):
        for table in range(buckets.shape[1]):
            own = 0
            for bit in range(bits):
                value = projections[query, table * bits + bit]
                margins[bit] = value * value
                if value >= 0:
                    own |= 1 << bit
            order = np.argsort(margins)
            buckets[query, table, 0] = own
            costs[0], lasts[0], flips[0] = margins[order[0]], 0, 1 << order[0]
            held = 1
            for probe in range(1, probes):
                cost, last, flipped = costs[0], lasts[0], flips[0]
                buckets[query, table, probe] = own ^ flipped
                if last + 1 == bits:
                    held -= 1
                    _sink(costs, lasts, flips, held, costs[held], lasts[held], flips[held])
                    continue
                more = cost + margins[order[last + 1]]
                both = flipped | 1 << order[last + 1]
                _sink(costs, lasts, flips, held, more - margins[order[last]], last + 1, both ^ 1 << order[last])
                _rise(costs, lasts, flips, held, more, last + 1, both)
                held += 1


@loop_kernel
def _sink(costs, lasts, flips, held, cost, last, flipped):
    """Put a set in place of the cheapest of a heap of ``held``."""
    at = 0
    while 2 * at + 1 < held:
        child = 2 * at + 1
        if child + 1 < held and costs[child + 1] < costs[child]:
            child += 1
        if costs[child] >= cost:
            break
        costs[at], lasts[at], flips[at] = costs[child], lasts[child], flips[child]
        at = child
    costs[at], lasts[at], flips[at] = cost, last, flipped


@loop_kernel
def _rise(costs, lasts, flips, held, cost, last, flipped):
    """Add a set to a heap of ``held``."""
    at = held
    while at > 0 and costs[(at - 1) // 2] > cost:
        parent = (at - 1) // 2
        costs[at], lasts[at], flips[at] = costs[parent], lasts[parent], flips[parent]
        at = parent
    costs[at], lasts[at], flips[at] = cost, last, flipped


@loop_kernel
def count_rows(buckets, starts, counts):
    """Fill ``counts``, (m,) int64, with how many rows lie in the buckets of every query, repetitions included."""
    for query in range(len(buckets)):
        counts[query] = 0
        for table in range(buckets.shape[1]):
            for probe in range(buckets.shape[2]):
                bucket = buckets[query, table, probe]
                counts[query] += starts[table, bucket + 1] - starts[table, bucket]


@loop_kernel
def gather(buckets, starts, order, allowed, stamps, first, out):
    """Fill ``out``, (m, c) int64, with the distinct allowed rows of the buckets, then -1.

    ``allowed`` is empty where all are; ``stamps``, (n,) int32, holds numbers below ``first``, by which rows seen before
    for the same query are told.
    """
    for query in range(len(buckets)):
        stamp = first + query
        found = 0
        for table in range(buckets.shape[1]):
            for probe in range(buckets.shape[2]):
                bucket = buckets[query, table, probe]
                for place in range(starts[table, bucket], starts[table, bucket + 1]):
                    row = order[table, place]
                    if stamps[row] != stamp and (len(allowed) == 0 or allowed[row]):
                        stamps[row] = stamp
                        out[query, found] = row
                        found += 1
        for place in range(found, out.shape[1]):
            out[query, place] = -1
    return first + len(buckets)
