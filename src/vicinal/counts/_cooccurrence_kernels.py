# mypy: ignore-errors
"""Counting the company of words, one row of the matrix at a time.

The places where each word stands are brought together by a counting sort. A row is then counted by visiting its
word's places and adding each neighbour's weight to that neighbour's sum in one dense line of sums, which stays in the
cache. Two levels of bits remember which sums were touched, so that a row comes out in order without sorting. Rows of
several spilled runs are merged by the same line of sums.

Weights are whole numbers of a unit, so that sums do not depend on the order in which they were made.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vicinal._vectors import inner_kernel, loop_kernel, lowest_bit, prefetch

_ONE, _SIX = np.uint64(1), np.uint64(6)
_LOW_SIX = np.uint64(63)
_AHEAD = 6  # places; each is a line of text far from the last


class Line(NamedTuple):
    """One row being counted.

    ``sums`` (n,) int64; bit c of ``bits`` (uint64) says that ``sums[c]`` is not 0, bit b of ``groups`` (uint64) that
    ``bits[b]`` is not 0.
    """

    sums: np.ndarray
    bits: np.ndarray
    groups: np.ndarray


def make_line(n: int) -> Line:
    """An empty row of n columns."""
    words = -(-n // 64)
    return Line(np.zeros(n, np.int64), np.zeros(words, np.uint64), np.zeros(-(-words // 64), np.uint64))


@loop_kernel
def count_words(ids, first, last, counts):
    """Count the words at places ``first`` to ``last`` into ``counts`` (n,) int64."""
    for at in range(first, last):
        counts[ids[at]] += 1


@loop_kernel
def place_words(ids, sentences, sentence, first, last, window, cursors, places):
    """Write where every word stands, and how far its window reaches, to its next free entry of ``places``.

    An entry is place · 2¹⁶ + words to the left · 2⁸ + words to the right. ``sentence`` is the one ``first`` lies in.
    """
    begin, end = sentences[sentence], sentences[sentence + 1]
    for at in range(first, last):
        if at == end:
            sentence += 1
            begin, end = end, sentences[sentence + 1]
        word = ids[at]
        places[cursors[word]] = at << 16 | min(window, at - begin) << 8 | min(window, end - 1 - at)
        cursors[word] += 1


@inner_kernel
def _add(line, column, weight):
    before = line.sums[column]
    line.sums[column] = before + weight
    if before == 0:
        word = column >> _SIX
        line.bits[word] |= _ONE << (column & _LOW_SIX)
        line.groups[word >> _SIX] |= _ONE << (word & _LOW_SIX)


@inner_kernel
def _take(line, cols, sums, count):
    """Append the row to ``cols`` and ``sums`` from ``count`` on, in order, and empty it; returns the new count."""
    for high in range(np.uint64(0), np.uint64(len(line.groups))):
        group = line.groups[high]
        line.groups[high] = 0
        while group != 0:
            word = (high << _SIX) | lowest_bit(group)
            group &= group - _ONE
            bits = line.bits[word]
            line.bits[word] = 0
            while bits != 0:
                column = (word << _SIX) | lowest_bit(bits)
                bits &= bits - _ONE
                cols[count] = column
                sums[count] = line.sums[column]
                line.sums[column] = 0
                count += _ONE
    return count


@loop_kernel
def count_rows(ids, places, starts, first, last, weights, line, cols, sums, sizes):
    """Count rows ``first`` to ``last``; ``starts[row]`` is where the row's places begin.

    ``weights[d]`` is what a neighbour d words away adds. Writes columns, sums and, a row, how many; returns how many in
    all.
    """
    count = np.uint64(0)
    for row in range(first, last):
        before = count
        for entry in range(starts[row], starts[row + 1]):
            prefetch(ids, np.uint64(places[np.uint64(min(entry + _AHEAD, starts[row + 1] - 1))] >> 16))
            place = places[entry]
            at, left, right = place >> 16, place >> 8 & 255, place & 255
            for distance in range(1, left + 1):
                _add(line, np.uint64(ids[np.uint64(at - distance)]), weights[np.uint64(distance)])
            for distance in range(1, right + 1):
                _add(line, np.uint64(ids[np.uint64(at + distance)]), weights[np.uint64(distance)])
        count = _take(line, cols, sums, count)
        sizes[row - first] = count - before
    return count


@loop_kernel
def merge_rows(run_cols, run_sums, run_starts, first, last, line, cols, sums, sizes):
    """Merge rows ``first`` to ``last`` of several runs; row r of run k begins at ``run_starts[k, r]``."""
    count = np.uint64(0)
    for row in range(first, last):
        before = count
        for run in range(run_starts.shape[0]):
            for at in range(run_starts[run, row], run_starts[run, row + 1]):
                _add(line, np.uint64(run_cols[at]), run_sums[at])
        count = _take(line, cols, sums, count)
        sizes[row - first] = count - before
    return count
