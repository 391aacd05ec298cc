"""The pass over a corpus that counts co-occurrences: pieces of text, runs on disk where needed, and their merging."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.counts import _cooccurrence_kernels as kernels
from vicinal.counts._cooccurrence_files import Growing, in_order
from vicinal.data import Tokens
from vicinal.errors import BadOption
from vicinal.memory import show_bytes
from vicinal.progress import Callback, Meter

_ENTRY = 12  # bytes of a column and its sum
_MOST_ENTRIES = 1 << 18  # a larger buffer gains nothing
_FINEST = 1 << 28  # the unit of weights that are no fractions of a common denominator
_RUN = {"cols": np.int32, "sums": np.int64, "starts": np.int64}
_RESULT = {"cols": np.int32, "values": np.float32}
Part = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]  # columns, sums, entries a row


def weights_of(window: int, weighting: str) -> tuple[NDArray[np.int64], int]:
    """Weights by distance in whole units, and how many units make 1.

    Harmonic weights 1/d are exact up to a window of 22, where the unit is the least common denominator; beyond it they
    are rounded to multiples of 2⁻²⁸.
    """
    if weighting == "flat":
        return np.ones(window + 1, np.int64), 1
    unit = math.lcm(*range(1, window + 1))
    unit = unit if unit <= _FINEST else _FINEST
    return np.array([0, *(round(unit / distance) for distance in range(1, window + 1))], np.int64), unit


@dataclass(frozen=True)
class Plan:
    """How the memory allowed is shared out.

    Attributes
    ----------
    threads : int
        Fewer than asked for where each would have too little.
    entries : int
        Entries of a buffer; there is one a thread, and one more.
    piece : int
        Words of the corpus counted at a time.
    kept : int
        Entries of the result that may stay in memory.
    """

    threads: int
    entries: int
    piece: int
    kept: int

    @classmethod
    def make(cls, words: int, n: int, memory: int, threads: int) -> Plan:
        """Share ``memory`` bytes out for counting ``words`` words of ``n`` types.

        Raises
        ------
        BadOption
            If not even one thread has room for its row of sums and a buffer of one row.
        """
        least = 0
        for count in range(threads, 0, -1):
            fixed = n * (16 + 8 * count + 9 * (count + 1))  # starts and offsets; cursors; sums and their bits
            least = fixed + (count + 1) * n * _ENTRY + 8 * min(words, 1 << 10)
            if least <= memory:
                rest = memory - fixed
                entries = min(max(n, rest // 4 // ((count + 1) * _ENTRY)), max(n, _MOST_ENTRIES))
                rest -= (count + 1) * entries * _ENTRY
                piece = max(min(words, rest // 2 // 8), 1)
                return cls(count, entries, piece, max(rest - 8 * piece, 0) // 8)
        raise BadOption(
            f"memory={show_bytes(memory)} is too little to count {n:,} words: give it {show_bytes(least)} or more, or "
            "raise min_count, or set max_vocabulary"
        )


class Room:
    """What one stretch of rows is counted in: the row under way, and the finished ones."""

    def __init__(self, n: int, entries: int) -> None:
        self.line = kernels.make_line(n)
        self.cols, self.sums = np.empty(entries, np.int32), np.empty(entries, np.int64)


class Counting:
    """Counts the co-occurrences of a corpus.

    Parameters
    ----------
    tokens : Tokens
    window : int
    weighting : str
    plan : Plan
    folder : Path
        For what does not fit memory.
    callback : callable, optional
    """

    def __init__(
        self, tokens: Tokens, window: int, weighting: str, *, plan: Plan, folder: Path, callback: Callback | None = None
    ) -> None:
        self.tokens, self.window, self.plan, self.folder = tokens, window, plan, folder
        self.n, self.words = len(tokens.vocabulary), len(tokens.ids)
        self.weights, self.unit = weights_of(window, weighting)
        self.rooms = [Room(self.n, plan.entries) for _ in range(plan.threads + 1)]
        self.files: list[Growing] = []
        self.meter = Meter(callback, "counting", self.words)

    def run(self) -> tuple[NDArray, NDArray, NDArray]:
        """Count everything: columns, values, and where each row begins."""
        pieces = range(0, self.words, self.plan.piece)
        try:
            self.meter.report(0)
            if len(pieces) == 1:
                return self._result(self._count_piece(0, self.words))
            runs = [self._file(kind, f"run.{name}", 0) for name, kind in _RUN.items()]
            for first in pieces:
                self._spill(runs, self._count_piece(first, min(first + self.plan.piece, self.words)))
            cols, sums, starts = (run.finish() for run in runs)
            result = self._result(self._merge(cols, sums, starts.reshape(len(pieces), self.n + 1)))
            for run in runs:
                run.path.unlink(missing_ok=True)
            return result
        finally:
            for file in self.files:
                file.close()

    def _file(self, kind: Any, name: str, capacity: int) -> Growing:
        self.files.append(Growing(kind, self.folder / name, capacity))
        return self.files[-1]

    def _in_order(self, work: Any, items: Any) -> Iterator[tuple[Any, Any]]:
        return in_order(work, items, self.rooms, self.plan.threads)

    def _count_piece(self, first: int, last: int) -> Iterator[Part]:
        """Count words ``first`` to ``last``; yields stretches of rows, all rows in order."""
        ids = self.tokens.ids
        starts, places = self._sorted_places(first, last)
        bounds = np.minimum(np.diff(starts) * (2 * self.window), self.n)

        def count(room: Room, rows: tuple[int, int]) -> Part:
            sizes = np.empty(rows[1] - rows[0], np.int64)
            size = kernels.count_rows(ids, places, starts, *rows, self.weights, room.line, room.cols, room.sums, sizes)
            return room.cols[:size], room.sums[:size], sizes

        for rows, part in self._in_order(count, self._stretches(bounds)):
            yield part
            self.meter.report(first + int(starts[rows[1]]))

    def _sorted_places(self, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Bring the places of each word together, in order; returns where each word's begin, and the places."""
        ids, sentences, threads = self.tokens.ids, self.tokens.offsets, range(self.plan.threads)
        edges = np.linspace(first, last, self.plan.threads + 1).astype(np.int64)
        cursors = np.zeros((self.plan.threads, self.n), np.int64)
        places = np.empty(last - first, np.int64)

        def count(_: Room, t: int) -> None:
            kernels.count_words(ids, edges[t], edges[t + 1], cursors[t])

        def place(_: Room, t: int) -> None:
            if edges[t] < edges[t + 1]:
                sentence = int(np.searchsorted(sentences, edges[t], "right")) - 1
                kernels.place_words(ids, sentences, sentence, edges[t], edges[t + 1], self.window, cursors[t], places)

        deque(self._in_order(count, threads), 0)
        starts = np.zeros(self.n + 1, np.int64)
        np.cumsum(cursors.sum(axis=0), out=starts[1:])
        begin = starts[:-1].copy()
        for t in threads:  # thread t writes a word's places after those of the threads before it
            counted = cursors[t].copy()
            cursors[t] = begin
            begin += counted
        deque(self._in_order(place, threads), 0)
        return starts, places

    def _merge(self, cols: NDArray, sums: NDArray, starts: NDArray) -> Iterator[Part]:
        bounds = np.zeros(self.n, np.int64)
        for run in starts:
            bounds += np.diff(run)
        np.minimum(bounds, self.n, out=bounds)

        def merge(room: Room, rows: tuple[int, int]) -> Part:
            sizes = np.empty(rows[1] - rows[0], np.int64)
            size = kernels.merge_rows(cols, sums, starts, *rows, room.line, room.cols, room.sums, sizes)
            return room.cols[:size], room.sums[:size], sizes

        return (part for _, part in self._in_order(merge, self._stretches(bounds)))

    def _stretches(self, bounds: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        """Cut the rows into stretches whose entries, at most ``bounds`` a row, fit a buffer."""
        ends = np.cumsum(bounds)
        first = 0
        while first < self.n:
            before = int(ends[first - 1]) if first else 0
            last = max(int(np.searchsorted(ends, before + self.plan.entries, "right")), first + 1)
            yield first, last
            first = last

    def _spill(self, runs: list[Growing], parts: Iterator[Part]) -> None:
        cols, sums, starts = runs
        starts.append(np.array([cols.length], np.int64))
        for part_cols, part_sums, sizes in parts:
            starts.append(cols.length + np.cumsum(sizes))
            cols.append(part_cols)
            sums.append(part_sums)

    def _result(self, parts: Iterator[Part]) -> tuple[NDArray, NDArray, NDArray]:
        most = min(self.plan.kept, 2 * self.window * self.words, self.n**2)
        cols, values = (self._file(kind, name, most) for name, kind in _RESULT.items())
        offsets = np.zeros(self.n + 1, np.int64)
        row = 0
        for part_cols, part_sums, sizes in parts:
            offsets[row + 1 : row + 1 + len(sizes)] = offsets[row] + np.cumsum(sizes)
            cols.append(part_cols)
            values.append(part_sums / self.unit)
            row += len(sizes)
        return cols.finish(), values.finish(), offsets
