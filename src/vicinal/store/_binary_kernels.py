"""Cutting word2vec's binary rows out of a block of bytes."""

from __future__ import annotations

import numpy as np
from numba import njit

_NEWLINE, _SPACE = 10, 32


@njit(nogil=True, cache=True)
def cut_rows(data, at, wanted, rows, places):
    """Find rows in ``data[at:]`` and copy their numbers until they end or a row is not whole.

    Parameters
    ----------
    data : (bytes,) uint8
    at : int
        Where the first row begins.
    wanted : int
        Rows to take at most.
    rows : (wanted or more, width) uint8
        Get the bytes of the numbers.
    places : (2, wanted or more) int64
        Get where every name begins and ends.

    Returns
    -------
    at, taken : int
        Where the first row begins that was not taken, and how many were.
    """
    size, width, taken = data.shape[0], rows.shape[1], 0
    while taken < wanted:
        start = at + 1 if at < size and data[at] == _NEWLINE else at
        stop = start
        while stop < size and data[stop] != _SPACE:
            stop += 1
        if stop + 1 + width > size:
            break
        rows[taken] = data[stop + 1 : stop + 1 + width]
        places[0, taken], places[1, taken] = start, stop
        taken += 1
        at = stop + 1 + width
    return np.int64(at), taken
