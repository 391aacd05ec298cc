"""Locality-sensitive hashing: rows on the same side of random hyperplanes, and the buckets next to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadFormat
from vicinal.index.choices import choose, steps
from vicinal.index.kind import Kind
from vicinal.index.reduction import Reduction
from vicinal.index.rescore import rescore
from vicinal.index.rows import Rows, in_ranges
from vicinal.index.stored import check_each_row_once, stored
from vicinal.lengths import BLOCK_ROWS
from vicinal.progress import Callback
from vicinal.randomness import generator

_MANY_DIMENSIONS = 256
_OPTIONS = {"tables": 8, "bits": None}
_MOST_BITS = 20
_SPREAD = 0.25  # how far from the mean planes pass, in parts of the root of the mean square of points
_GATHERED = 1 << 21  # candidates held at once


class Lsh(Kind):
    """Tables of buckets by the signs of random projections, with multi-probe.

    A bit of a code says on which side of a random hyperplane a point lies; two points at the angle θ get the same bit
    with probability 1 - θ/π (Charikar 2002, "Similarity estimation techniques from rounding algorithms"). The planes of
    one table are orthogonal, as far as the dimensions allow, which makes codes vary less (Ji et al. 2012, "Super-bit
    locality-sensitive hashing"). A search looks into the bucket of the query and then into those whose codes differ in
    the bits with the smallest margins (Lv et al. 2007, "Multi-probe LSH"), and scores all rows it finds.

    Cosine and dot: the planes pass through the origin. For dot, lifting rows to the sphere first (`Reduction`;
    Neyshabur & Srebro 2015, "On symmetric and asymmetric LSHs for inner product search") would keep the order of
    products, but then nearly all rows lie close to its pole and share their bits: on GloVe's raw vectors .54 of the
    nearest were found in the time in which the rows as they are give .94. Euclidean: points less their mean get one
    more coordinate, a quarter of the root of their mean square, so that planes also pass beside the mean; close points
    are seldom parted, which is all that is needed.

    Examples
    --------
    >>> data = Rows.of(np.random.default_rng(0).normal(size=(500, 8)).astype(np.float32), "euclidean")
    >>> lsh = Lsh.build(data)
    >>> lsh.search(data.matrix[:1], 1)[0].tolist(), lsh.options["tables"]
    ([[0]], 8)
    """

    name = "lsh"
    growth = 0.6
    _reduction: Reduction
    _bits: int
    _planes: NDArray[np.float32]
    _shifts: NDArray[np.float32]
    _order: NDArray[np.int32]
    _starts: NDArray[np.int32]

    @classmethod
    def build(
        cls, data: Rows, *, seed: int = 0, threads: int = 0, callback: Callback | None = None, **options: Any
    ) -> Self:
        """See `Kind.build`.

        Parameters
        ----------
        data, seed, threads, callback
        tables : int
        bits : int, optional
            Of a code, to 20; by default such that a bucket holds about 8 rows.
        """
        self = cls._start(data, options)
        self._reduction = Reduction.of(data, lifted=False, centred=True)
        reach = 0.0
        if data.metric == "euclidean":
            blocks = range(0, len(data), BLOCK_ROWS)
            squares = (np.square(self._reduction.points(data, at, at + BLOCK_ROWS)).sum() for at in blocks)
            reach = _SPREAD * float(np.sqrt(sum(squares) / len(data))) or 1.0
        dim = self._reduction.dim
        random = generator(seed)
        planes = [_orthogonal(random, self._bits, dim + (reach > 0)) for _ in range(self.options["tables"])]
        together = np.concatenate(planes)
        self._planes = np.ascontiguousarray(together[:, :dim], np.float32)
        self._shifts = (together[:, dim] * reach if reach else np.zeros(len(together))).astype(np.float32)
        self._fill(self._codes(0, threads))
        return self

    @classmethod
    def _start(cls, data: Rows, options: Mapping[str, Any]) -> Self:
        self = cls()
        self.data, self.options = data, choose(cls.name, "option", options, _OPTIONS)
        check_whole("tables", self.options["tables"], 1, 256)
        if self.options["bits"] is not None:
            check_whole("bits", self.options["bits"], 1, _MOST_BITS)
        self._bits = self.options["bits"] or _usual_bits(len(data))
        return self

    def _project(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """Distances from all planes, (m, tables · bits)."""
        return points.astype(np.float32) @ self._planes.T + self._shifts

    def _codes(self, start: int, threads: int) -> NDArray[np.int32]:
        """Codes of the rows from ``start`` on, (m, tables)."""
        from vicinal.index import _lsh_kernels as kernels

        codes = np.empty((len(self.data) - start, self.options["tables"]), np.int32)

        def work(first: int, last: int) -> None:
            for at in range(first, last, BLOCK_ROWS):
                stop = min(at + BLOCK_ROWS, last)
                points = self._reduction.points(self.data, start + at, start + stop)
                kernels.write_codes(self._project(points), self._bits, codes[at:stop])

        in_ranges(work, len(codes), threads, least=1000)
        return codes

    def _fill(self, codes: NDArray[np.int32]) -> None:
        """Sort rows by their codes, in every table."""
        order = np.argsort(codes.T, axis=1, kind="stable").astype(np.int32)
        sizes = np.stack([np.bincount(column, minlength=1 << self._bits) for column in codes.T])
        starts = np.zeros((len(sizes), sizes.shape[1] + 1), np.int32)
        np.cumsum(sizes, axis=1, out=starts[:, 1:])
        self._hold(order, starts)

    def _hold(self, order: NDArray[np.int32], starts: NDArray[np.int32]) -> None:
        self._order, self._starts = order, starts
        for array in (order, starts):
            array.flags.writeable = False

    @classmethod
    def plans(cls, n: int, dim: int, metric: str) -> Sequence[dict[str, Any]]:
        """See `Kind.plans`; none where hashing a query would take as long as comparing many rows."""
        if n < 2000 or dim > _MANY_DIMENSIONS:
            return []
        return [{"tables": 8}, {"tables": 16}]

    def settings(self, k: int) -> Sequence[dict[str, Any]]:
        """See `Kind.settings`; buckets looked into in every table, in the end all of them."""
        return [{"probes": probes} for probes in steps(1, 1 << self._bits, 2.0)]

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        allowed: NDArray[np.bool_] | None = None,
        setting: Mapping[str, Any] | None = None,
        threads: int = 1,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See `Kind.search`."""
        from vicinal.index import _lsh_kernels as kernels

        chosen = choose(self.name, "setting", setting, self.setting)
        probes = min(check_whole("probes", chosen["probes"]), 1 << self._bits)
        rows = np.full((len(queries), k), -1, np.int64)
        scores = np.full((len(queries), k), np.nan, np.float32)
        mask = np.zeros(0, bool) if allowed is None else np.ascontiguousarray(allowed)

        def work(start: int, stop: int) -> None:
            stamps = np.zeros(len(self.data), np.int32)
            first = 1
            step = max(1, _GATHERED // (self.options["tables"] * probes))
            for at in range(start, stop, step):
                asked = queries[at : min(at + step, stop)]
                buckets = np.empty((len(asked), self.options["tables"], probes), np.int32)
                kernels.probe_buckets(self._project(self._reduction.queries(asked)), self._bits, buckets)
                counts = np.empty(len(asked), np.int64)
                kernels.count_rows(buckets, self._starts, counts)
                for part in _pieces(np.minimum(counts, len(self.data))):
                    if first > 1 << 30:
                        first = 1
                        stamps[:] = 0
                    width = max(1, int(np.minimum(counts[part], len(self.data)).max()))
                    candidates = np.empty((part.stop - part.start, width), np.int64)
                    first = kernels.gather(buckets[part], self._starts, self._order, mask, stamps, first, candidates)
                    found = slice(at + part.start, at + part.stop)
                    rows[found], scores[found] = rescore(asked[part], candidates, self.data, k)

        in_ranges(work, len(queries), threads, least=8)
        return rows, scores

    def extend(self, data: Rows, *, threads: int = 0, callback: Callback | None = None) -> Self:
        """See `Kind.extend`; new rows are hashed and merged, unless there are so many that codes should be longer."""
        old = len(self.data)
        new = self._start(data, self.options)
        if new._bits != self._bits or not self._reduction.holds(data, old):
            return super().extend(data, threads=threads, callback=callback)
        new._reduction, new._planes, new._shifts = self._reduction, self._planes, self._shifts
        codes = new._codes(old, threads)
        order = np.empty((new.options["tables"], len(data)), np.int32)
        starts = self._starts.copy()
        for table, column in enumerate(codes.T):
            added = np.argsort(column, kind="stable")
            order[table] = np.insert(self._order[table], self._starts[table, column[added] + 1], old + added)
            starts[table, 1:] += np.cumsum(np.bincount(column, minlength=1 << self._bits)).astype(np.int32)
        new._hold(order, starts)
        return new

    @property
    def nbytes(self) -> int:
        """See `Kind.nbytes`."""
        return self.data.norms.nbytes + sum(array.nbytes for array in self.arrays().values())

    def arrays(self) -> dict[str, NDArray]:
        """See `Kind.arrays`."""
        return {
            **self._reduction.arrays(),
            "planes": self._planes,
            "shifts": self._shifts,
            "starts": self._starts,
            "order": self._order,
        }

    @classmethod
    def restore(cls, data: Rows, arrays: Mapping[str, NDArray], options: Mapping[str, Any]) -> Self:
        """See `Kind.restore`; the tables stay where they are, memory-mapped."""
        self = cls._start(data, options)
        self._reduction = Reduction.restore(data, arrays)
        tables, dim = self.options["tables"], self._reduction.dim
        starts = stored(arrays, "starts", np.int32, (tables, None), least=0, most=len(data))
        bits = (starts.shape[1] - 1).bit_length() - 1
        if starts.shape[1] != (1 << max(bits, 0)) + 1 or not 1 <= bits <= _MOST_BITS:
            raise BadFormat(f"the array 'starts' of this index has room for {starts.shape[1] - 1} buckets")
        if self.options["bits"] not in (None, bits):
            raise BadFormat(f"this index has codes of {bits} bits, and its options say {self.options['bits']}")
        self._bits = bits
        if starts[:, 0].any() or (starts[:, -1] != len(data)).any() or (np.diff(starts, axis=1) < 0).any():
            raise BadFormat("the array 'starts' of this index does not rise from 0 to the number of rows")
        order = stored(arrays, "order", np.int32, (tables, len(data)))
        for line in order:
            check_each_row_once("order", line, len(data))
        self._starts, self._order = starts, order
        self._planes = stored(arrays, "planes", np.float32, (tables * bits, dim), most=1e6)
        self._shifts = stored(arrays, "shifts", np.float32, (tables * bits,), most=1e6)
        return self


def _usual_bits(n: int) -> int:
    """Bits of codes with which a bucket of n rows holds 8 to 16 on average."""
    return min(max(n.bit_length() - 4, 1), _MOST_BITS)


def _orthogonal(random: np.random.Generator, count: int, dim: int) -> NDArray[np.float64]:
    """Normals of random hyperplanes, (count, dim), each ``dim`` of them orthogonal; of length √dim, as normal ones."""
    parts = [np.linalg.qr(random.standard_normal((dim, dim)))[0].T for _ in range(-(-count // dim))]
    return np.concatenate(parts)[:count] * np.sqrt(dim)


def _pieces(counts: NDArray[np.int64]) -> list[slice]:
    """Ranges of queries whose candidates, as many for each as for the one with most, can be held at once."""
    pieces, start, widest = [], 0, 0
    for at, count in enumerate(counts.tolist()):
        if at > start and max(widest, count) * (at + 1 - start) > _GATHERED:
            pieces.append(slice(start, at))
            start, widest = at, 0
        widest = max(widest, count)
    return [*pieces, slice(start, len(counts))]
