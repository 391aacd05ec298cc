# mypy: ignore-errors
"""Exact scores of few rows, gathered from anywhere."""

from __future__ import annotations

import numpy as np

from vicinal._vectors import LANES, fma, inner_kernel, load, loop_kernel, prefetch_read, splat, sub, total

COSINE, DOT, EUCLIDEAN = 0, 1, 2
_AHEAD = 8  # candidates whose rows are asked for before they are needed


@inner_kernel
def dot_product(a, at, b, bt, dim):
    """Sum of products of ``a[at : at + dim]`` and ``b[bt : bt + dim]`` (1-D float32)."""
    whole = dim // np.uint64(LANES) * np.uint64(LANES)
    sums = splat(np.float32(0))
    for i in range(np.uint64(0), whole, np.uint64(LANES)):
        sums = fma(load(a, at + i), load(b, bt + i), sums)
    result = total(sums)
    for i in range(whole, dim):
        result += a[at + i] * b[bt + i]
    return result


@inner_kernel
def square_distance(a, at, b, bt, dim):
    """Sum of squared differences of ``a[at : at + dim]`` and ``b[bt : bt + dim]`` (1-D float32)."""
    whole = dim // np.uint64(LANES) * np.uint64(LANES)
    sums = splat(np.float32(0))
    for i in range(np.uint64(0), whole, np.uint64(LANES)):
        apart = sub(load(a, at + i), load(b, bt + i))
        sums = fma(apart, apart, sums)
    result = total(sums)
    for i in range(whole, dim):
        apart = a[at + i] - b[bt + i]
        result += apart * apart
    return result


@inner_kernel
def keep_best(row, score, rows, scores, filled):
    """Put a row where it belongs among the best so far (scores falling, equal ones by row); how many there are then."""
    k = len(rows)
    if filled == k and (score < scores[k - 1] or (score == scores[k - 1] and row >= rows[k - 1])):
        return filled
    at = filled if filled < k else k - 1
    place = filled
    while place > 0 and (scores[place - 1] < score or (scores[place - 1] == score and rows[place - 1] > row)):
        place -= 1
    if place > 0 and rows[place - 1] == row:
        return filled  # came twice
    while at > place:
        rows[at], scores[at] = rows[at - 1], scores[at - 1]
        at -= 1
    rows[place], scores[place] = row, score
    return min(filled + 1, k)


@loop_kernel
def rescore(queries, candidates, matrix, scales, metric, rows, scores):
    """Fill ``rows`` and ``scores``, (m, k), with the best of ``candidates``, (m, c)."""
    dim = np.uint64(matrix.shape[1])
    flat, asked = matrix.reshape(-1), queries.reshape(-1)
    count = candidates.shape[1]
    for q in range(len(queries)):
        filled = 0
        for c in range(count):
            if c + _AHEAD < count and candidates[q, c + _AHEAD] >= 0:
                at = np.uint64(candidates[q, c + _AHEAD]) * dim
                for i in range(np.uint64(0), dim, np.uint64(LANES)):
                    prefetch_read(flat, at + i)
            row = candidates[q, c]
            if row < 0:
                continue
            at, start = np.uint64(row) * dim, np.uint64(q) * dim
            if metric == EUCLIDEAN:
                score = -np.sqrt(square_distance(asked, start, flat, at, dim))
            else:
                score = dot_product(asked, start, flat, at, dim) * scales[row]
            if metric == COSINE:
                score = min(max(score, np.float32(-1)), np.float32(1))
            filled = keep_best(row, score, rows[q], scores[q], filled)
