# mypy: ignore-errors
"""The GloVe step, and the order in which pairs of words come to it.

A row of either side is a word's vector, its bias and a constant 1, padded to a multiple of 16, then as many sums of
squared gradients (AdaGrad). The input side keeps (vector, bias, 1), the output side (vector, 1, bias): so one product
of two rows is w·w̃ + b + b̃, and the same lines of code move vectors and biases. The sum beside a constant is so large
that the constant never moves. What belongs together lies together: a pair touches two stretches of memory, not eight.

With X the counts of a pair and f their weight (Pennington et al. 2014, equations 8 and 9):

    e = w·w̃ + b + b̃ - log X        loss += f e² / 2        g = rate · f · e
    w -= g w̃ / √S        S += (g w̃)²        and the same with w and w̃ exchanged, both from the values before the step
"""

from __future__ import annotations

import math

import numpy as np

from vicinal._vectors import add, fma, kernel, load, loop_kernel, mul, prefetch, rsqrt, splat, store, sub, total

_HALF = np.uint64(32)
_SHIFTS = (np.uint64(13), np.uint64(7), np.uint64(17))
_AHEAD = 3  # pairs; what they need is asked for while earlier ones are computed


@kernel
def count_blocks(cols, offsets, rows, band_of, sizes):
    """Count the entries of ``rows`` by the band of their column into ``sizes``."""
    for row in rows:
        for entry in range(offsets[row], offsets[row + 1]):
            sizes[band_of[cols[entry]]] += 1


@kernel
def fill_blocks(matrix, rows, band_of, shape, starts, pairs):
    """Deal the entries of ``rows``, which are one band, out to its blocks, row after row.

    Parameters
    ----------
    matrix : (cols, values, offsets)
    rows : int64 array
    band_of : int32 array
        Of each column.
    shape : (x_max, exponent)
        Of the weight f = min(1, X / x_max) ** exponent.
    starts : int64 array
        Where the block with each band of columns begins.
    pairs : (rows, cols, logs, weights)
        The arrays to fill.
    """
    cols, values, offsets = matrix
    into_rows, into_cols, logs, weights = pairs
    x_max, exponent = shape
    cursors = starts.copy()
    for row in rows:
        for entry in range(offsets[row], offsets[row + 1]):
            band, value = band_of[cols[entry]], float(values[entry])
            at = cursors[band]
            cursors[band] = at + 1
            into_rows[at], into_cols[at] = row, cols[entry]
            logs[at], weights[at] = math.log(value), min(1.0, value / x_max) ** exponent


@loop_kernel
def shuffle_pairs(pairs, starts, sizes, state):
    """Put the pairs of each block in random order (Fisher and Yates) by a xorshift generator in ``state``, not 0."""
    rows, cols, logs, weights = pairs
    for block in range(len(starts)):
        first = starts[block]
        for left in range(sizes[block], 1, -1):
            state ^= state << _SHIFTS[0]
            state ^= state >> _SHIFTS[1]
            state ^= state << _SHIFTS[2]
            a, b = first + left - 1, first + np.int64((state >> _HALF) % np.uint64(left))
            rows[a], rows[b] = rows[b], rows[a]
            cols[a], cols[b] = cols[b], cols[a]
            logs[a], logs[b] = logs[b], logs[a]
            weights[a], weights[b] = weights[b], weights[a]


@loop_kernel
def train_pairs(pairs, first, last, inputs, outputs, width, rate):
    """Take one step for every pair from ``first`` to ``last``; returns the loss summed.

    ``pairs`` is (rows, cols, logs, weights); ``inputs`` and ``outputs`` are flat, a row every 2 · ``width`` floats.
    """
    rows, cols, logs, weights = pairs
    width, sixteen = np.uint64(width), np.uint64(16)
    stride = width + width
    loss, zero = 0.0, splat(np.float32(0.0))
    final = np.uint64(last - 1)
    for pair in range(np.uint64(first), np.uint64(last)):
        coming = min(pair + np.uint64(_AHEAD), final)
        p, q = np.uint64(rows[coming]) * stride, np.uint64(cols[coming]) * stride
        a, b = np.uint64(rows[pair]) * stride, np.uint64(cols[pair]) * stride
        even, odd = zero, zero
        for d in range(np.uint64(0), width, sixteen):
            prefetch(inputs, p + d)
            prefetch(outputs, q + d)
            prefetch(inputs, p + width + d)
            prefetch(outputs, q + width + d)
            even = fma(load(inputs, a + d), load(outputs, b + d), even)
        error = total(add(even, odd)) - logs[pair]
        pull = weights[pair] * error
        loss += 0.5 * float(pull) * float(error)
        g = splat(np.float32(rate) * pull)
        for d in range(np.uint64(0), width, sixteen):
            x, y = load(inputs, a + d), load(outputs, b + d)
            in_sums, out_sums = load(inputs, a + width + d), load(outputs, b + width + d)
            move_x, move_y = mul(g, y), mul(g, x)
            store(inputs, a + d, sub(x, mul(move_x, rsqrt(in_sums))))
            store(outputs, b + d, sub(y, mul(move_y, rsqrt(out_sums))))
            store(inputs, a + width + d, fma(move_x, move_x, in_sums))
            store(outputs, b + width + d, fma(move_y, move_y, out_sums))
    return loss
