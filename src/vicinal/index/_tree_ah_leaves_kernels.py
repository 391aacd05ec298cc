# mypy: ignore-errors
"""Which leaves of a tree with asymmetric hashing a query is to be searched in: of all, or of those under some nodes."""

from __future__ import annotations

import numpy as np

from vicinal._vectors import (
    LANES,
    add,
    fma,
    inner_kernel,
    kernel,
    load,
    loop_kernel,
    lowest_bit,
    most,
    smallest,
    splat,
    store,
    sub,
    total,
    which_over,
)
from vicinal.index._kmeans_kernels import PACK, TILE, products
from vicinal.index._rescore_kernels import EUCLIDEAN, dot_product

_BUCKETS = 512  # that leaves are sorted into


@kernel
def choose_leaves(queries, metric, packs, biases, count, leaves, offsets):
    """Fill ``leaves``, (m, wanted), with those of greatest ``query . centre - |query| bias``, best first.

    For the euclidean metric the bias counts as it is. packs: (p, dim, 32), biases: (p * 32,), of ``count`` leaves;
    offsets: (m, wanted), becomes what the scores of their points begin with: ``query . centre``, less the bias for the
    euclidean metric.
    """
    scores = np.empty((TILE, len(biases)), np.float32)
    chosen, buckets = np.empty(len(biases), np.int32), np.empty(len(biases), np.int32)
    ends = np.empty(_BUCKETS + 1, np.int32)
    lengths = np.ones(TILE, np.float32)
    _choose_leaves(queries, lengths, metric, packs, biases, count, leaves, offsets, scores, chosen, buckets, ends)


@loop_kernel
def _choose_leaves(queries, lengths, metric, packs, biases, count, leaves, offsets, scores, chosen, buckets, ends):
    m, wanted = len(queries), leaves.shape[1]
    for start in range(0, m, TILE):
        if metric != EUCLIDEAN:
            flat, dim = queries.reshape(-1), np.uint64(queries.shape[1])
            for i in range(TILE):
                at = np.uint64(min(start + i, m - 1)) * dim
                lengths[i] = np.sqrt(dot_product(flat, at, flat, at, dim))
        _score_leaves(queries, start, lengths, packs, biases, scores)
        for q in range(start, min(start + TILE, m)):
            line = scores[q - start]
            low, top = _likely_range(line, count, wanted)
            found = _best_leaves(line, count, low, top, chosen, buckets, ends, leaves[q])
            if found < wanted:  # there are fewer above `low` than it seemed
                found = _best_leaves(line, count, np.float32(-np.inf), top, chosen, buckets, ends, leaves[q])
            for i in range(wanted):
                leaf = leaves[q, i]
                offsets[q, i] = line[leaf] if metric == EUCLIDEAN else line[leaf] + lengths[q - start] * biases[leaf]


@inner_kernel
def _score_leaves(queries, start, lengths, packs, biases, scores):
    """Score all leaves for four queries (the last one again where there are fewer)."""
    flat, packed, dim = queries.reshape(-1), packs.reshape(-1), np.uint64(queries.shape[1])
    last = len(queries) - 1
    a, b = np.uint64(start) * dim, np.uint64(min(start + 1, last)) * dim
    c, d = np.uint64(min(start + 2, last)) * dim, np.uint64(min(start + 3, last)) * dim
    la, lb, lc, ld = splat(-lengths[0]), splat(-lengths[1]), splat(-lengths[2]), splat(-lengths[3])
    out, line = scores.reshape(-1), np.uint64(scores.shape[1])
    for p in range(len(packs)):
        at = np.uint64(p * PACK)
        a0, a1, b0, b1, c0, c1, d0, d1 = products(flat, a, b, c, d, packed, at * dim, dim)
        other = at + np.uint64(LANES)
        left, right = load(biases, at), load(biases, other)
        store(out, at, fma(la, left, a0))
        store(out, other, fma(la, right, a1))
        store(out, line + at, fma(lb, left, b0))
        store(out, line + other, fma(lb, right, b1))
        store(out, line * np.uint64(2) + at, fma(lc, left, c0))
        store(out, line * np.uint64(2) + other, fma(lc, right, c1))
        store(out, line * np.uint64(3) + at, fma(ld, left, d0))
        store(out, line * np.uint64(3) + other, fma(ld, right, d1))


@inner_kernel
def _likely_range(scores, count, wanted):
    """Guess a score that a few more leaves than wanted reach; and the greatest score."""
    sums, squares, best = splat(np.float32(0)), splat(np.float32(0)), splat(np.float32(-np.inf))
    whole = count // LANES * LANES
    for i in range(np.uint64(0), np.uint64(whole), np.uint64(LANES)):
        part = load(scores, i)
        sums, squares, best = add(sums, part), fma(part, part, squares), most(best, part)
    top = -smallest(sub(splat(np.float32(0)), best)) if whole else np.float32(-np.inf)
    for i in range(whole, count):
        top = max(top, scores[i])
    if 8 * wanted > whole:
        return np.float32(-np.inf), top
    mean = total(sums) / np.float32(whole)
    deviation = np.sqrt(max(total(squares) / np.float32(whole) - mean * mean, np.float32(0)))
    return mean + np.float32(0.7) * deviation, top


@inner_kernel
def _best_leaves(scores, count, low, top, chosen, buckets, ends, leaves):
    """Sort the leaves that score more than ``low`` into buckets of falling scores, and fill ``leaves`` from the best.

    Returns how many score more; with ``low`` = -inf all leaves count, whatever they score.
    """
    found, bar, least_score = 0, splat(low), top
    for i in range(0, count, LANES):
        over = np.uint64(0xFFFF) if low == -np.inf else which_over(load(scores, np.uint64(i)), bar)
        while over:
            at = i + np.int64(lowest_bit(over))
            over &= over - np.uint64(1)
            if at < count:
                chosen[found] = at
                found += 1
    for i in range(found):
        least_score = min(least_score, scores[chosen[i]])
    factor = np.float32(_BUCKETS - 1) / max(top - least_score, np.float32(1e-30))
    ends[:] = 0
    for i in range(found):
        bucket = min(max(int((top - scores[chosen[i]]) * factor), 0), _BUCKETS - 1)
        buckets[i] = bucket
        ends[bucket + 1] += 1
    reached = 0
    for bucket in range(1, _BUCKETS):
        reached += ends[bucket]
        ends[bucket] = reached
    for i in range(found):
        at = ends[buckets[i]]
        ends[buckets[i]] += 1
        if at < len(leaves):
            leaves[at] = chosen[i]
    return found


@kernel
def choose_below(queries, metric, packs, biases, firsts, above, leaves, offsets):
    """Fill ``leaves`` and ``offsets`` as `choose_leaves` does, but only with leaves below some nodes of a level.

    firsts: (nodes + 1,), the leaves of node i are those from ``firsts[i]`` to ``firsts[i + 1]``; above: (m, p), nodes
    for each query. A query whose nodes hold fewer leaves than wanted gets -1 as its first.
    """
    most_under, length = 0, len(biases) + LANES
    for i in range(len(firsts) - 1):
        most_under = max(most_under, firsts[i + 1] - firsts[i])
    length = min(length, most_under * above.shape[1]) + 2 * LANES
    scores, numbers = np.empty(length, np.float32), np.empty(length, np.int32)
    chosen, buckets = np.empty(length, np.int32), np.empty(length, np.int32)
    ends, tile = np.empty(_BUCKETS + 1, np.int32), np.empty(4 * LANES, np.float32)
    _choose_below(
        queries, metric, packs, biases, firsts, above, leaves, offsets, scores, numbers, chosen, buckets, ends, tile
    )


@loop_kernel
def _choose_below(
    queries, metric, packs, biases, firsts, above, leaves, offsets, scores, numbers, chosen, buckets, ends, tile
):
    flat, dim, wanted = queries.reshape(-1), np.uint64(queries.shape[1]), leaves.shape[1]
    for q in range(len(queries)):
        start, found, length = np.uint64(q) * dim, 0, np.float32(1)
        if metric != EUCLIDEAN:
            length = np.sqrt(dot_product(flat, start, flat, start, dim))
        for i in range(above.shape[1]):
            first, last = firsts[above[q, i]], firsts[above[q, i] + 1]
            for part in range(first // LANES, (last + LANES - 1) // LANES, 4):
                _score_parts(flat, start, dim, length, packs, biases, part, (last - 1) // LANES, tile)
                for leaf in range(max(first, part * LANES), min(last, (part + 4) * LANES)):
                    scores[found], numbers[found] = tile[leaf - part * LANES], leaf
                    found += 1
        if found < wanted:
            leaves[q, 0] = -1
            continue
        low, top = _likely_range(scores, found, wanted)
        if _best_leaves(scores, found, low, top, chosen, buckets, ends, leaves[q]) < wanted:
            _best_leaves(scores, found, np.float32(-np.inf), top, chosen, buckets, ends, leaves[q])
        for i in range(wanted):
            at = leaves[q, i]
            leaf = numbers[at]
            leaves[q, i] = leaf
            offsets[q, i] = scores[at] if metric == EUCLIDEAN else scores[at] + length * biases[leaf]


@inner_kernel
def _score_parts(flat, start, dim, length, packs, biases, part, last, tile):
    """Score four times 16 centres, the parts from ``part`` on, for one query; none beyond the part ``last``."""
    packed = packs.reshape(-1)
    parts = part, min(part + 1, last), min(part + 2, last), min(part + 3, last)
    two, width = np.uint64(2), dim * np.uint64(PACK)
    a, b = np.uint64(parts[0]) // two * width, np.uint64(parts[1]) // two * width
    c, d = np.uint64(parts[2]) // two * width, np.uint64(parts[3]) // two * width
    a += np.uint64(parts[0]) % two * np.uint64(LANES)
    b += np.uint64(parts[1]) % two * np.uint64(LANES)
    c += np.uint64(parts[2]) % two * np.uint64(LANES)
    d += np.uint64(parts[3]) % two * np.uint64(LANES)
    sum_a = sum_b = sum_c = sum_d = splat(np.float32(0))
    for j in range(np.uint64(0), dim):
        value, at = splat(flat[start + j]), j * np.uint64(PACK)
        sum_a, sum_b = fma(value, load(packed, a + at), sum_a), fma(value, load(packed, b + at), sum_b)
        sum_c, sum_d = fma(value, load(packed, c + at), sum_c), fma(value, load(packed, d + at), sum_d)
    times, lanes = splat(-length), np.uint64(LANES)
    store(tile, np.uint64(0), fma(times, load(biases, np.uint64(parts[0]) * lanes), sum_a))
    store(tile, lanes, fma(times, load(biases, np.uint64(parts[1]) * lanes), sum_b))
    store(tile, np.uint64(2) * lanes, fma(times, load(biases, np.uint64(parts[2]) * lanes), sum_c))
    store(tile, np.uint64(3) * lanes, fma(times, load(biases, np.uint64(parts[3]) * lanes), sum_d))
