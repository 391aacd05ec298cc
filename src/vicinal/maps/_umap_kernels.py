# mypy: ignore-errors
"""The two inner loops of UMAP: how far each point sees, and one epoch of moving points."""

from __future__ import annotations

import numpy as np

from vicinal._vectors import inner_kernel, loop_kernel, scramble

_ROUNDS = 64  # of halving an interval
_CLOSE = 1e-5  # to the sum that is looked for
_LEAST_WIDTH = 1e-3  # of the mean distance
_ONE = np.float32(1.0)
_FOUR = np.float32(4.0)
_TINY = np.float32(1e-3)
_EXPONENT = np.int32(0x7F800000)
_FRACTION = np.int32(0x007FFFFF)
_BIAS = np.int32(127)
_PLACES = np.int32(23)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@loop_kernel
def widths(distances, target, mean, nearest, width):
    """For every point the distance to its nearest other and the width at which its memberships sum to ``target``.

    Parameters
    ----------
    distances : (n, k) float32
        Rising.
    target, mean : float
        The base-2 logarithm of the number of neighbours; the mean of all distances.
    nearest, width : (n,) float32, output
    """
    for i in range(len(distances)):
        row = distances[i]
        first, total = np.float32(0.0), 0.0
        for j in range(len(row)):
            total += row[j]
            if first == 0 and row[j] > 0:
                first = row[j]
        low, high, middle = 0.0, np.inf, 1.0
        for _ in range(_ROUNDS):
            members = 0.0
            for j in range(len(row)):
                gap = row[j] - first
                members += np.exp(-gap / middle) if gap > 0 else 1.0
            if abs(members - target) < _CLOSE:
                break
            if members > target:
                high = middle
            else:
                low = middle
            middle = 2 * middle if high == np.inf else (low + high) / 2
        least = total / (len(row) + 1) if first > 0 else mean
        nearest[i], width[i] = first, max(middle, _LEAST_WIDTH * least)


@inner_kernel
def power(x, exponent):
    """Raise a positive normal float32 to a power, to about four digits: 2 to the (exponent times log2 x).

    Both polynomials interpolate at Chebyshev points of one octave; a random descent needs no more digits.
    """
    bits = np.float32(x).view(np.int32)
    whole = np.float32(((bits & _EXPONENT) >> _PLACES) - _BIAS)
    m = np.int32((bits & _FRACTION) | (_BIAS << _PLACES)).view(np.float32) - _ONE
    log = np.float32(-0.03382205)
    log = log * m + np.float32(0.1444711)
    log = log * m + np.float32(-0.30163801)
    log = log * m + np.float32(0.46865888)
    log = log * m + np.float32(-0.72035877)
    log = (log * m + np.float32(1.44268147)) * m
    at = min(max((whole + log) * exponent, np.float32(-126.0)), np.float32(126.0))
    floor = np.floor(at)
    f = at - floor
    exp = np.float32(0.01276311)
    exp = exp * f + np.float32(0.05344103)
    exp = exp * f + np.float32(0.24064705)
    exp = (exp * f + np.float32(0.69313399)) * f + _ONE
    return exp * np.int32((np.int32(floor) + _BIAS) << _PLACES).view(np.float32)


@inner_kernel
def clipped(value):
    """Keep a step within -4 and 4."""
    return min(max(value, -_FOUR), _FOUR)


@loop_kernel
def move(places, starts, tails, rates, first, last, curve, rate, epoch, negatives, seed):
    """Run one epoch over the edges that leave the points ``first`` to ``last``.

    An edge of rate r is taken in the epochs in which r times the number of epochs reaches another whole number. It
    pulls its ends together, then ``negatives`` points drawn at random push its head away, all from where it stands.
    What is drawn depends on seed, epoch and edge alone.

    Parameters
    ----------
    places : (n, dim) float32
        Changed; dim is 2 or 3. Threads may share it.
    starts : (n + 1,) int64
        Edges ``starts[i]`` to ``starts[i + 1]`` leave point i.
    tails : (edges,) int32
    rates : (edges,) float64
        0 to 1.
    first, last : int
    curve : (2,) float32
        a and b of 1 / (1 + a d^2b).
    rate : float32
        Learning rate.
    epoch : int
        From 0.
    negatives : int
    seed : uint64
    """
    n, deep = np.uint64(len(places)), places.shape[1] == 3
    a, b = curve[0], curve[1]
    two, zero = np.float32(2.0), np.float32(0.0)
    for head in range(first, last):
        x, y = places[head, 0], places[head, 1]
        z = places[head, 2] if deep else zero
        for edge in range(starts[head], starts[head + 1]):
            if np.floor((epoch + 1) * rates[edge]) <= np.floor(epoch * rates[edge]):
                continue
            tail = tails[edge]
            dx, dy = x - places[tail, 0], y - places[tail, 1]
            dz = z - places[tail, 2] if deep else zero
            square = dx * dx + dy * dy + dz * dz
            if square > 0:
                raised = a * power(square, b)
                force = -two * b * raised / (square * (raised + _ONE))
                dx, dy, dz = rate * clipped(force * dx), rate * clipped(force * dy), rate * clipped(force * dz)
                x, y, z = x + dx, y + dy, z + dz
                places[tail, 0] -= dx
                places[tail, 1] -= dy
                if deep:
                    places[tail, 2] -= dz
            state = scramble(seed + _STEP * np.uint64(epoch)) + _STEP * np.uint64(edge * negatives)
            px, py, pz = zero, zero, zero  # summed, so that no draw waits for the one before it
            for _ in range(negatives):
                state += _STEP
                other = np.int64(((scramble(state) & _LOW) * n) >> _HALF)
                dx, dy = x - places[other, 0], y - places[other, 1]
                dz = z - places[other, 2] if deep else zero
                square = dx * dx + dy * dy + dz * dz
                if square > 0 and other != head:
                    force = two * b / ((_TINY + square) * (a * power(square, b) + _ONE))
                    px += clipped(force * dx)
                    py += clipped(force * dy)
                    pz += clipped(force * dz)
            x, y, z = x + rate * px, y + rate * py, z + rate * pz
        places[head, 0], places[head, 1] = x, y
        if deep:
            places[head, 2] = z
