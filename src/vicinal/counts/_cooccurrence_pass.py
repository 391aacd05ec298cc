"""The pass over a corpus that counts co-occurrences: pieces of text, runs on disk where needed, and their merging."""

from __future__ import annotations

import math
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
_MOST_ENTRIES = 1 << 21  # a buffer of more gains nothing, and Ctrl-C would wait for it
_FINEST = 1 << 28  # the unit of weights that are no fractions of a common denominator


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
        Places in each thread's buffer.
    piece : int
        Words of the corpus counted at a time.
    kept : int
        Bytes of the result that may stay in memory.
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
            fixed = n * (8 + 20 * count)  # starts; a thread's sums, bits and cursors
            least = fixed + (count + 1) * n * _ENTRY + 8 * min(words, 1 << 10)
            if least <= memory:
                rest = memory - fixed
                entries = min(max(n, rest // 4 // ((count + 1) * _ENTRY)), max(n, _MOST_ENTRIES))
                rest -= (count + 1) * entries * _ENTRY
                piece = min(words, rest // 2 // 8)
                return cls(count, entries, max(piece, 1), rest - 8 * piece)
        raise BadOption(
            f"memory={show_bytes(memory)} is too little to count {n:,} words: give it {show_bytes(least)} or more, or "
            "raise min_count, or set max_vocabulary"
        )


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
        self, tokens: Tokens, window: int, weighting: str, plan: Plan, folder: Path, callback: Callback | None
    ) -> None:
        self.tokens, self.window, self.plan, self.folder = tokens, window, plan, folder
        self.n, self.words = len(tokens.vocabulary), len(tokens.ids)
        self.weights, self.unit = weights_of(window, weighting)
        self.lines = [kernels.make_line(self.n) for _ in range(plan.threads)]
        self.files: list[Growing] = []
        self.meter = Meter(callback, "counting", self.words)

    def run(self) -> tuple[NDArray, ...]:
        """Count everything: rows, columns, values, and where each row begins."""
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

    def _file(self, kind: Any, name: str, limit: int) -> Growing:
        self.files.append(Growing(kind, self.folder / name, limit))
        return self.files[-1]

    def _count_piece(self, first: int, last: int) -> Iterator[tuple[NDArray, NDArray, NDArray]]:
        """Yield (columns, sums, entries a row) for stretches of rows, all rows in order."""
        ids, threads = self.tokens.ids, range(self.plan.threads)
        edges = np.linspace(first, last, self.plan.threads + 1).astype(np.int64)
        cursors = np.zeros((self.plan.threads, self.n), np.int64)
        for _ in in_order(lambda _, t: kernels.count_words(ids, edges[t], edges[t + 1], cursors[t]), threads, self.lines):
            pass
        starts = np.zeros(self.n + 1, np.int64)
        np.cumsum(cursors.sum(axis=0), out=starts[1:])
        after = starts[:-1].copy()
        for t in threads:  # thread t writes a word's places after those of the threads before it
            cursors[t], after = after, after + cursors[t]
        places = np.empty(last - first, np.int64)

        def place(_: Any, t: int) -> None:
            sentence = int(np.searchsorted(self.tokens.offsets, edges[t], "right")) - 1
            if edges[t] < edges[t + 1]:
                kernels.place_words(
                    ids, self.tokens.offsets, sentence, edges[t], edges[t + 1], self.window, cursors[t], places
                )

        for _ in in_order(place, threads, self.lines):
            pass
        bounds = np.minimum(np.diff(starts) * (2 * self.window), self.n)

        def count(line: Any, rows: tuple[int, int]) -> tuple[NDArray, NDArray, NDArray]:
            cols, sums, sizes = _buffers(bounds, rows)
            count = kernels.count_rows(ids, places, starts, *rows, self.weights, line, cols, sums, sizes)
            return cols[:count], sums[:count], sizes

        for rows, part in in_order(count, self._stretches(bounds), self.lines):
            yield part
            self.meter.report(first + int(starts[rows[1]]))

    def _merge(
        self, cols: NDArray, sums: NDArray, starts: NDArray
    ) -> Iterator[tuple[NDArray, NDArray, NDArray]]:
        bounds = np.zeros(self.n, np.int64)
        for run in starts:
            bounds += np.diff(run)
        np.minimum(bounds, self.n, out=bounds)

        def merge(line: Any, rows: tuple[int, int]) -> tuple[NDArray, NDArray, NDArray]:
            out_cols, out_sums, sizes = _buffers(bounds, rows)
            count = kernels.merge_rows(cols, sums, starts, *rows, line, out_cols, out_sums, sizes)
            return out_cols[:count], out_sums[:count], sizes

        for _, part in in_order(merge, self._stretches(bounds), self.lines):
            yield part

    def _stretches(self, bounds: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        """Cut the rows into stretches whose entries, at most ``bounds`` a row, fit a buffer."""
        ends = np.cumsum(bounds)
        first = 0
        while first < self.n:
            before = int(ends[first - 1]) if first else 0
            last = max(int(np.searchsorted(ends, before + self.plan.entries, "right")), first + 1)
            yield first, last
            first = last

    def _spill(self, runs: list[Growing], parts: Iterator[tuple[NDArray, NDArray, NDArray]]) -> None:
        cols, sums, starts = runs
        at = cols.length
        starts.append(np.array([at], np.int64))
        for part_cols, part_sums, sizes in parts:
            starts.append(at + np.cumsum(sizes))
            at += len(part_cols)
            cols.append(part_cols)
            sums.append(part_sums)

    def _result(self, parts: Iterator[tuple[NDArray, NDArray, NDArray]]) -> tuple[NDArray, ...]:
        rows, cols, values = (self._file(kind, name, self.plan.kept // 3) for name, kind in _RESULT.items())
        offsets = np.zeros(self.n + 1, np.int64)
        row = 0
        for part_cols, part_sums, sizes in parts:
            offsets[row + 1 : row + 1 + len(sizes)] = offsets[row] + np.cumsum(sizes)
            rows.append(np.repeat(np.arange(row, row + len(sizes), dtype=np.int32), sizes))
            cols.append(part_cols)
            values.append(part_sums / self.unit)
            row += len(sizes)
        return rows.finish(), cols.finish(), values.finish(), offsets


_RUN = {"cols": np.int32, "sums": np.int64, "starts": np.int64}
_RESULT = {"rows": np.int32, "cols": np.int32, "values": np.float32}


def _buffers(bounds: NDArray[np.int64], rows: tuple[int, int]) -> tuple[NDArray, NDArray, NDArray]:
    size = int(bounds[rows[0] : rows[1]].sum())
    return np.empty(size, np.int32), np.empty(size, np.int64), np.empty(rows[1] - rows[0], np.int64)
