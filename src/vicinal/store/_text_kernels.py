"""Parsing lines of a name and decimal numbers, straight from bytes.

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
        power = power * 10 + (data[at] - _ZERO)
        at += 1
    return (-power if down else power), (at if at > first else -1)


@njit(nogil=True, cache=True)
def parse_number(data, at, end):
    """Read one number from ``data[at:end]``; return it and where it stops, -1 if it is not a simple number."""
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
    cut = at < end and at >= 0 and data[at] != _SPACE and data[at] != _TAB
    if digits == 0 or at < 0 or cut or scale < -22 or scale > 22:
        return 0.0, -1
    value = np.float64(mantissa)
    value = value / _POWERS[-scale] if scale < 0 else value * _POWERS[scale]
    if value >= _TOO_LARGE:
        return 0.0, -1
    return (-value if negative else value), at


@njit(nogil=True, cache=True)
def parse_lines(data, at, line, named, matrix, row, places):  # noqa: PLR0917
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
        end = stop
        while end < size and data[end] != _NEWLINE:
            end += 1
        next_line = end + 1
        while end > stop and (data[end - 1] == _SPACE or data[end - 1] == _TAB or data[end - 1] == _RETURN):
            end -= 1
        here, column = stop, 0
        while 0 <= here < end and column < dim:
            while here < end and (data[here] == _SPACE or data[here] == _TAB):
                here += 1
            value, here = parse_number(data, here, end)
            matrix[row, column] = value
            column += 1
        if here != end or column < dim:
            break
        places[0, filled], places[1, filled], places[2, filled] = at, stop, line
        filled += 1
        row += 1
        line += 1
        at = next_line
    return min(at, size), line, row, filled
