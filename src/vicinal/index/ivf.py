"""Inverted lists: rows by the nearest of many centres, of which a search looks at a few (FAISS)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_choice, check_whole
from vicinal.errors import BadFormat
from vicinal.index.choices import choose, steps
from vicinal.index.faiss_threads import bitmap_of, bytes_at, faiss_threads, load_faiss, padded, search_faiss
from vicinal.index.kind import Kind
from vicinal.index.reduction import Reduction, some_rows
from vicinal.index.rescore import rescore
from vicinal.index.rows import Rows, worker_count
from vicinal.index.stored import check_each_row_once, stored
from vicinal.lengths import BLOCK_ROWS
from vicinal.progress import Callback, Meter
from vicinal.randomness import generator

_OPTIONS = {"cells": None, "codes": "pq", "subspaces": None}
_A_CELL = 64  # rows that the centre of a cell is learned from
_FEWEST = 4096  # rows that codes are learned from
_PASSES = 10  # of k-means
_LARGEST = 16.0  # points lie in the unit ball: nothing learned from them is larger


class Ivf(Kind):
    """Rows in the cells of k-means centres; a search scans the nearest cells and scores the best rows it saw exactly.

    Sivic & Zisserman 2003, "Video Google"; Jégou et al. 2011, "Product quantization for nearest neighbor search";
    with 4-bit codes as André et al. 2017, "Accelerated nearest neighbor search with Quick ADC". All metrics become
    distances (`Reduction`): for dot the lifted rows found more at an equal number of rows seen than inner products with
    the centres did.

    Examples
    --------
    >>> data = Rows.of(np.random.default_rng(0).normal(size=(500, 8)).astype(np.float32), "dot")
    >>> ivf = Ivf.build(data, cells=10)
    >>> ivf.search(data.matrix[:1], 5, setting={"nprobe": 10, "candidates": 100})[0].shape
    (1, 5)
    """

    name = "ivf"
    growth = 0.3
    _reduction: Reduction
    _index: Any

    @classmethod
    def build(
        cls, data: Rows, *, seed: int = 0, threads: int = 0, callback: Callback | None = None, **options: Any
    ) -> Self:
        """See `Kind.build`.

        Parameters
        ----------
        data, seed, threads, callback
        cells : int, optional
            By default about twice the root of the number of rows; never more than rows.
        codes : "pq", "int8" or "float32"
            How rows are held for the scan.
        subspaces : int, optional
            Of ``"pq"``, each of 4 bits; by default one for two dimensions.
        """
        self = cls._start(data, options)
        self._reduction = Reduction.of(data, lifted=True, centred=True)
        self._index = self._empty(self.options["cells"] or _usual_cells(len(data)))
        self._learn(seed, threads)
        self._add(0, threads, callback)
        return self

    @classmethod
    def _start(cls, data: Rows, options: Mapping[str, Any]) -> Self:
        self = cls()
        self.data, self.options = data, choose(cls.name, "option", options, _OPTIONS)
        check_choice("codes", self.options["codes"], ("pq", "int8", "float32"))
        if self.options["cells"] is not None:
            check_whole("cells", self.options["cells"], 1, 1 << 24)
        if self.options["subspaces"] is not None:
            check_whole("subspaces", self.options["subspaces"])
        return self

    def _empty(self, cells: int) -> Any:
        """Make lists without rows, as FAISS holds them."""
        faiss, dim = load_faiss(), self._reduction.dim
        cells = min(cells, len(self.data))
        if self.options["codes"] == "pq":
            subspaces = min(self.options["subspaces"] or -(-dim // 2), dim)
            dim = -(-dim // subspaces) * subspaces
            index = faiss.IndexIVFPQFastScan(faiss.IndexFlatL2(dim), dim, cells, subspaces, 4)
        elif self.options["codes"] == "int8":
            code = faiss.ScalarQuantizer.QT_8bit
            dim = -(-dim // 8) * 8
            index = faiss.IndexIVFScalarQuantizer(faiss.IndexFlatL2(dim), dim, cells, code, faiss.METRIC_L2, True)
        else:
            index = faiss.IndexIVFFlat(faiss.IndexFlatL2(dim), dim, cells)
        return index

    def _points(self, start: int, stop: int) -> NDArray[np.float32]:
        return padded(self._reduction.points(self.data, start, stop), self._index.d)

    def _learn(self, seed: int, threads: int) -> None:
        """Find centres and codebooks from some of the rows."""
        wanted = max(_FEWEST, _A_CELL * self._index.nlist)
        chosen = np.sort(generator(seed, 1).permutation(len(self.data))[:wanted])
        points = self._points_of(chosen)
        points = np.tile(points, (-(-16 // len(points)), 1))  # a codebook of 16 wants no fewer
        own = [self._index.cp] + ([self._index.pq.cp] if self.options["codes"] == "pq" else [])
        for parameters in own:
            parameters.niter, parameters.seed = _PASSES, int(generator(seed, 2).integers(1 << 30))
            parameters.min_points_per_centroid, parameters.max_points_per_centroid = 1, len(points)
        with faiss_threads(worker_count(threads)):
            self._index.train(points)

    def _add(self, start: int, threads: int, callback: Callback | None = None) -> None:
        """Put the rows from ``start`` on into lists."""
        meter = Meter(callback, "listing", len(self.data) - start, "rows")
        with faiss_threads(worker_count(threads)):
            for at in range(start, len(self.data), BLOCK_ROWS):
                self._index.add(self._points(at, at + BLOCK_ROWS))
                meter.report(min(at + BLOCK_ROWS, len(self.data)) - start)

    @classmethod
    def plans(cls, n: int, dim: int, metric: str) -> Sequence[dict[str, Any]]:
        """See `Kind.plans`."""
        if n < 1000:
            return []
        return [{"codes": "pq"}, {"codes": "pq", "cells": 2 * _usual_cells(n)}, {"codes": "int8"}]

    def settings(self, k: int) -> Sequence[dict[str, Any]]:
        """See `Kind.settings`; cells looked into, and rows scored exactly after that."""
        n, cells = len(self.data), self._index.nlist
        least, most = (3 if self.options["codes"] == "pq" else 2) * k, min(n, max(100 * k, 1000))
        pairs = [(nprobe, min(most, int(least * nprobe**0.5))) for nprobe in steps(1, cells, 1.5)]
        return [{"nprobe": nprobe, "candidates": kept} for nprobe, kept in [*pairs, (cells, most)]]

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
        chosen = choose(self.name, "setting", setting, self.setting)
        nprobe = min(check_whole("nprobe", chosen["nprobe"]), self._index.nlist)
        kept = min(max(check_whole("candidates", chosen["candidates"]), k), len(self.data))
        selector = bitmap_of(allowed)

        def parameters() -> Any:
            return load_faiss().IVFSearchParameters(nprobe=nprobe, sel=selector)

        points = padded(self._reduction.queries(queries), self._index.d)
        candidates = search_faiss(self._index, points, kept, threads, parameters)
        return rescore(queries, candidates, self.data, k, threads=threads)

    def extend(self, data: Rows, *, threads: int = 0, callback: Callback | None = None) -> Self:
        """See `Kind.extend`; new rows join a copy of the lists, unless there are so many that cells should be more."""
        old = len(self.data)
        crowded = self.options["cells"] is None and _usual_cells(len(data)) > 1.5 * self._index.nlist
        if crowded or not self._reduction.holds(data, old):
            return super().extend(data, threads=threads, callback=callback)
        new = self._start(data, self.options)
        new._reduction = self._reduction
        new._index = new._empty(self._index.nlist)
        new._take(self.arrays())
        new._add(old, threads, callback)
        return new

    @property
    def nbytes(self) -> int:
        """See `Kind.nbytes`; centres, and numbers and codes of rows: for ``"float32"`` another copy of them."""
        index = self._index
        if self.options["codes"] == "pq":
            lists = load_faiss().downcast_InvertedLists(index.invlists)
            sizes = np.array([lists.list_size(cell) for cell in range(index.nlist)])
            codes = int((-(-sizes // lists.n_per_block)).sum()) * lists.block_size
        else:
            codes = len(self.data) * index.code_size
        return self.data.norms.nbytes + 4 * index.d * index.nlist + 8 * len(self.data) + codes

    def arrays(self) -> dict[str, NDArray]:
        """See `Kind.arrays`; codes ``"float32"`` are not among them, since they can be had again."""
        faiss, index = load_faiss(), self._index
        lists = faiss.downcast_InvertedLists(index.invlists)
        sizes = np.array([lists.list_size(cell) for cell in range(index.nlist)], np.int64)
        rows = [
            faiss.rev_swig_ptr(lists.get_ids(cell), size) if size else np.zeros(0, np.int64)
            for cell, size in enumerate(sizes.tolist())
        ]
        arrays = {
            **self._reduction.arrays(),
            "sizes": sizes,
            "centres": index.quantizer.reconstruct_n(0, index.nlist),
            "members": np.concatenate(rows).astype(np.int32),
        }
        if self.options["codes"] == "pq":
            arrays["codebooks"] = faiss.vector_to_array(index.pq.centroids)
        elif self.options["codes"] == "int8":
            arrays["codebooks"] = faiss.vector_to_array(index.sq.trained)
        if self.options["codes"] != "float32":
            widths = self._widths(sizes).tolist()
            arrays["codes"] = np.concatenate([bytes_at(lists.get_codes(cell), w) for cell, w in enumerate(widths)])
        return arrays

    def _widths(self, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bytes of the codes in every list; FAISS keeps those of 4 bits in blocks of 32 rows."""
        if self.options["codes"] == "pq":
            lists = load_faiss().downcast_InvertedLists(self._index.invlists)
            return -(-sizes // lists.n_per_block) * lists.block_size
        return sizes * self._index.code_size

    @classmethod
    def restore(cls, data: Rows, arrays: Mapping[str, NDArray], options: Mapping[str, Any]) -> Self:
        """See `Kind.restore`; lists are copied into memory after they were checked."""
        self = cls._start(data, options)
        self._reduction = Reduction.restore(data, arrays)
        n = len(data)
        sizes = stored(arrays, "sizes", np.int64, (None,), least=0, most=n)
        if not 1 <= len(sizes) <= n or sizes.sum() != n:
            raise BadFormat(f"the array 'sizes' of this index says {sizes.sum()} rows in {len(sizes)} cells, not {n}")
        if self.options["cells"] is not None and len(sizes) != min(self.options["cells"], n):
            raise BadFormat(f"this index has {len(sizes)} cells, and its options say {self.options['cells']}")
        self._index = self._empty(len(sizes))
        checked = {
            "sizes": sizes,
            "centres": stored(arrays, "centres", np.float32, (len(sizes), self._index.d), most=_LARGEST),
            "members": stored(arrays, "members", np.int32, (n,)),
        }
        check_each_row_once("members", checked["members"], n)
        if self.options["codes"] != "float32":
            numbers = self._index.d * (16 if self.options["codes"] == "pq" else 2)
            checked["codebooks"] = stored(arrays, "codebooks", np.float32, (numbers,), most=_LARGEST)
            checked["codes"] = stored(arrays, "codes", np.uint8, (int(self._widths(sizes).sum()),))
        self._take(checked)
        return self

    def _take(self, arrays: Mapping[str, NDArray]) -> None:
        """Fill empty lists from arrays that can be trusted."""
        faiss, index = load_faiss(), self._index
        index.quantizer.add(np.asarray(arrays["centres"]))
        index.is_trained = True
        if self.options["codes"] == "pq":
            faiss.copy_array_to_vector(np.asarray(arrays["codebooks"]), index.pq.centroids)
        elif self.options["codes"] == "int8":
            faiss.copy_array_to_vector(np.asarray(arrays["codebooks"]), index.sq.trained)
        edges = np.concatenate([[0], np.cumsum(arrays["sizes"])]).tolist()
        members = arrays["members"].astype(np.int64)
        places = np.concatenate([[0], np.cumsum(self._widths(arrays["sizes"]))]).tolist()
        for cell in range(index.nlist):
            inside = members[edges[cell] : edges[cell + 1]]
            if len(inside) == 0:
                continue
            if self.options["codes"] == "float32":
                codes = self._points_of(inside).view(np.uint8).reshape(-1)
            else:
                codes = np.ascontiguousarray(arrays["codes"][places[cell] : places[cell + 1]])
            index.invlists.add_entries(cell, len(inside), faiss.swig_ptr(inside), faiss.swig_ptr(codes))
        index.ntotal = len(members)

    def _points_of(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return padded(self._reduction.points(some_rows(self.data, rows), 0, len(rows)), self._index.d)


def _usual_cells(n: int) -> int:
    return max(1, round(2 * n**0.5))
