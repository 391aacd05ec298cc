"""Parsing lines of a name and decimal numbers straight from bytes, and writing numbers.

A number is read as a whole-number mantissa below 2**53 times a power of ten from -22 to 22. Both are exact in
float64, so that one multiplication or division rounds once and the result is what Python's ``float`` gives (Clinger
1990, "How to read floating point numbers accurately"). Whatever is not so simple is left to the caller, line by line.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_POWERS = np.array([10.0**k for k in range(23)])
_TAB, _NEWLINE, _RETURN, _SPACE = 9, 10, 13, 32
_PLUS, _MINUS, _DOT, _ZERO, _NINE = 43, 45, 46, 48, 57
_LETTER_E = 101
_MAX_MANTISSA = np.uint64(900_719_925_474_099)  # one more digit cannot pass 2**53
_TOO_LARGE = 2.0**128 - 2.0**103  # from here on float32 rounds to infinity


@njit(nogil=True, cache=True)
def parse_exponent(data, at, end):
    """Read the exponent behind an ``e``; return it and where it stops, -1 if it is not a simple one."""
    down = at < end and data[at] == _MINUS
    if at < end and (down or data[at] == _PLUS):
        at += 1
    first, power = at, 0
    while at < end and _ZERO <= data[at] <= _NINE and at - first < 4:
        power = power * 10 + int(data[at]) - _ZERO
        at += 1
    return (-power if down else power), (at if at > first else -1)


@njit(nogil=True, cache=True)
def parse_number(data, at, end):
    """Read the number at ``data[at]``; return it and where it stops, -1 if it is not a simple one."""
    negative = data[at] == _MINUS
    if negative or data[at] == _PLUS:
        at += 1
    mantissa, digits, scale, seen_dot = np.uint64(0), 0, 0, False
    while at < end and mantissa < _MAX_MANTISSA:
        byte = data[at]
        if _ZERO <= byte <= _NINE:
            mantissa = mantissa * np.uint64(10) + np.uint64(byte - _ZERO)
            digits += 1
            scale -= seen_dot
        elif byte == _DOT and not seen_dot:
            seen_dot = True
        else:
            break
        at += 1
    if at < end and (data[at] | 32) == _LETTER_E:
        power, at = parse_exponent(data, at + 1, end)
        scale += power
    cut = 0 <= at < end and data[at] != _SPACE and data[at] != _NEWLINE and data[at] != _TAB and data[at] != _RETURN
    if digits == 0 or at < 0 or cut or scale < -22 or scale > 22:
        return 0.0, -1
    value = np.float64(mantissa)
    value = value / _POWERS[-scale] if scale < 0 else value * _POWERS[scale]
    if value >= _TOO_LARGE:
        return 0.0, -1
    return (-value if negative else value), at


@njit(nogil=True, cache=True)
def parse_lines(data, at, line, named, matrix, row, places):
    """Parse lines from ``data[at:]`` until they end, the matrix is full or one is not simple.

    Parameters
    ----------
    data : (bytes,) uint8
        Whole lines.
    at, line : int
        Where to begin, and the number of the line that begins there.
    named : bool
        A name stands before the numbers.
    matrix, row
        (capacity, dim) float32 and its first free row.
    places : (3, capacity) int64
        Gets, for every row filled, where its name begins and ends in ``data`` and the number of its line.

    Returns
    -------
    at, line, row, filled : int
        Where it stopped: behind the data, or at the beginning of a line that the caller has to read.
    """
    dim, size, filled = matrix.shape[1], data.shape[0], 0
    while at < size and row < matrix.shape[0] and filled < places.shape[1]:
        stop = at
        if named:
            while stop < size and data[stop] != _SPACE and data[stop] != _TAB and data[stop] != _NEWLINE:
                stop += 1
            if stop in (at, size) or data[stop] == _NEWLINE:
                break
        here, column = stop, 0
        while 0 <= here < size and column < dim:
            while here < size and (data[here] == _SPACE or data[here] == _TAB):
                here += 1
            value, here = parse_number(data, here, size) if here < size else (0.0, -1)
            matrix[row, column] = value
            column += 1
        if here < 0 or column < dim:
            break
        while here < size and (data[here] == _SPACE or data[here] == _TAB or data[here] == _RETURN):
            here += 1
        if here < size and data[here] != _NEWLINE:
            break
        places[0, filled], places[1, filled], places[2, filled] = at, stop, line
        filled += 1
        row += 1
        line += 1
        at = here + 1
    return min(at, size), line, row, filled


@njit(nogil=True, cache=True)
def shortest_decimal(value):
    """Find m and the smallest k from 1 with ``m / 10**k`` equal to a float32; k is 0 if this is not for us.

    Only numbers that are usually written without exponent are tried. The decimal must lie clear of the middle between
    two float32 numbers, so that a reader that rounds once and one that goes through float64 agree.
    """
    size = abs(np.float64(value))
    if size != 0.0 and not 1e-4 <= size < 1e6:
        return np.uint64(0), 0
    for k in range(1, 16):
        mantissa = np.rint(size * _POWERS[k])
        near = mantissa / _POWERS[k]
        if np.float32(near * (1 - 4e-16)) == np.float32(size) and np.float32(near * (1 + 4e-16)) == np.float32(size):
            return np.uint64(mantissa), k
    return np.uint64(0), 0


@njit(nogil=True, cache=True)
def write_rows(block, separator, out, ends):
    """Write rows of numbers as text, one after the other, until one holds a number that is not for us.

    Parameters
    ----------
    block : (rows, dim) float32
    separator : int
        The byte between two numbers.
    out : (bytes,) uint8
        At least 26 bytes a number.
    ends : (rows,) int64
        Gets where every row ends.

    Returns
    -------
    rows : int
        How many were written.
    """
    at = 0
    for row in range(block.shape[0]):
        for column in range(block.shape[1]):
            value = block[row, column]
            mantissa, k = shortest_decimal(value)
            if k == 0:
                return row
            if column > 0:
                out[at] = separator
                at += 1
            if value < 0 or (value == 0 and np.copysign(np.float32(1), value) < 0):
                out[at] = _MINUS
                at += 1
            digits = k + 1
            while digits < 22 and np.float64(mantissa) >= _POWERS[digits]:
                digits += 1
            stop = at + digits + 1
            here = stop
            for place in range(digits):
                here -= 1
                if place == k:
                    out[here] = _DOT
                    here -= 1
                out[here] = np.uint8(_ZERO + np.int64(mantissa % np.uint64(10)))
                mantissa //= np.uint64(10)
            at = stop
        ends[row] = at
    return block.shape[0]
