# mypy: ignore-errors
"""Which centre is nearest, and what the points of each cluster sum to."""

from __future__ import annotations

import numpy as np

from vicinal._vectors import LANES, choose, fma, inner_kernel, load, loop_kernel, splat, store, sub

PACK = 2 * LANES  # centres side by side
TILE = 4  # points that share what is read of the centres


@inner_kernel
def products(points, a, b, c, d, packs, at, dim):
    """Dot products of the points at four places with the 32 centres of the pack at ``at``: eight vectors."""
    a0 = a1 = b0 = b1 = c0 = c1 = d0 = d1 = splat(np.float32(0))
    for i in range(np.uint64(0), dim):
        left, right = load(packs, at), load(packs, at + np.uint64(LANES))
        at += np.uint64(PACK)
        value = splat(points[a + i])
        a0, a1 = fma(value, left, a0), fma(value, right, a1)
        value = splat(points[b + i])
        b0, b1 = fma(value, left, b0), fma(value, right, b1)
        value = splat(points[c + i])
        c0, c1 = fma(value, left, c0), fma(value, right, c1)
        value = splat(points[d + i])
        d0, d1 = fma(value, left, d0), fma(value, right, d1)
    return a0, a1, b0, b1, c0, c1, d0, d1


@inner_kernel
def better(score, number, best, bests):
    """Keep, lane by lane, the greater score and the number of its centre."""
    return choose(score, best, score, best), choose(score, best, number, bests)


@inner_kernel
def winner(best, bests, scratch, scores, nearest, at):
    """Write the greatest of 16 lanes and its centre, of equal ones the first."""
    store(scratch, np.uint64(0), best)
    store(scratch, np.uint64(LANES), bests)
    lane = 0
    for other in range(1, LANES):
        if scratch[other] > scratch[lane] or (
            scratch[other] == scratch[lane] and scratch[LANES + other] < scratch[LANES + lane]
        ):
            lane = other
    scores[at], nearest[at] = scratch[lane], np.int32(scratch[LANES + lane])


@loop_kernel
def assign(points, packs, biases, lanes, scratch, nearest, scores):
    """Find for every point the centre with the greatest ``point . centre - bias``.

    points: (n, dim); packs: (p, dim, 32); biases: (p * 32,); lanes: 0 to 15 as floats; scratch: (32,).
    """
    n, dim = len(points), np.uint64(points.shape[1])
    flat, packed = points.reshape(-1), packs.reshape(-1)
    width = dim * np.uint64(PACK)
    first = load(lanes, np.uint64(0))
    for start in range(0, n, TILE):
        ia, ib = start, min(start + 1, n - 1)
        ic, id_ = min(start + 2, n - 1), min(start + 3, n - 1)
        best_a = best_b = best_c = best_d = splat(np.float32(-np.inf))
        who_a = who_b = who_c = who_d = first
        for p in range(len(packs)):
            a0, a1, b0, b1, c0, c1, d0, d1 = products(
                flat, np.uint64(ia) * dim, np.uint64(ib) * dim, np.uint64(ic) * dim, np.uint64(id_) * dim,
                packed, np.uint64(p) * width, dim,
            )  # fmt: skip
            for half in range(2):
                at = np.uint64(p * PACK + half * LANES)
                bias = load(biases, at)
                number = fma(splat(np.float32(1)), first, splat(np.float32(at)))
                best_a, who_a = better(sub(a1 if half else a0, bias), number, best_a, who_a)
                best_b, who_b = better(sub(b1 if half else b0, bias), number, best_b, who_b)
                best_c, who_c = better(sub(c1 if half else c0, bias), number, best_c, who_c)
                best_d, who_d = better(sub(d1 if half else d0, bias), number, best_d, who_d)
        winner(best_a, who_a, scratch, scores, nearest, ia)
        winner(best_b, who_b, scratch, scores, nearest, ib)
        winner(best_c, who_c, scratch, scores, nearest, ic)
        winner(best_d, who_d, scratch, scores, nearest, id_)


@loop_kernel
def add_up(points, nearest, sums, counts):
    """Add every point to the sum of its cluster."""
    for i in range(len(points)):
        cluster = nearest[i]
        counts[cluster] += 1
        for j in range(points.shape[1]):
            sums[cluster, j] += points[i, j]
