"""Graphs of near rows in layers, searched from the top (FAISS)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_choice, check_whole
from vicinal.index.choices import choose, steps
from vicinal.index.faiss_threads import bitmap_of, faiss_threads, load_faiss, padded, search_faiss
from vicinal.index.hnsw_graph import SPARE, check_graph, link_offsets, reach_all, with_spare
from vicinal.index.kind import Kind
from vicinal.index.reduction import Reduction, some_rows
from vicinal.index.rescore import rescore
from vicinal.index.rows import Rows, worker_count
from vicinal.index.stored import stored
from vicinal.lengths import BLOCK_ROWS
from vicinal.progress import Callback, Meter
from vicinal.randomness import generator

_OPTIONS = {"M": 16, "ef_construction": 100, "storage": "int8"}
_VISITED = 32  # rows that may lead to one that no link leads to
_ALIGNED = 8  # FAISS compares codes quickly only where dimensions are a multiple of this


class Hnsw(Kind):
    """Every row is linked to near rows; a search walks along the links to ever nearer ones.

    Malkov & Yashunin 2020, "Efficient and robust approximate nearest neighbor search using hierarchical navigable small
    world graphs". The graph and the walk are FAISS's; the rows it compares are held in few bytes, and what the walk
    finds is scored by the full vectors. Cosine and dot walk by inner products of rows as they are: lifted to the sphere
    (see `Reduction`) nearly all rows lie close to its pole, and on GloVe's raw vectors recall fell from .96 to .72.

    Built on several threads the graph is not the same each time.

    Examples
    --------
    >>> data = Rows.of(np.random.default_rng(0).normal(size=(500, 8)).astype(np.float32), "cosine")
    >>> Hnsw.build(data, M=8).search(data.block(0, 1), 1)[0].tolist()
    [[0]]
    """

    name = "hnsw"
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
        M : int
            Links of a row in the upper layers; in the lowest, twice as many.
        ef_construction : int
            Rows kept in view while looking for those to link to.
        storage : "int8", "float16" or "float32"
            How rows are held for the walk.
        """
        self = cls._start(data, options)
        self._reduction = Reduction.of(data, lifted=False, centred=True)
        self._index = self._empty(0)
        if self.options["storage"] == "int8":
            self._learn_ranges()
        self._add(0, seed, threads, callback)
        self._reach_all(threads)
        return self

    @classmethod
    def _start(cls, data: Rows, options: Mapping[str, Any]) -> Self:
        self = cls()
        self.data, self.options = data, choose(cls.name, "option", options, _OPTIONS)
        check_whole("M", self.options["M"], 2, 512)
        check_whole("ef_construction", self.options["ef_construction"], 1, 100_000)
        check_choice("storage", self.options["storage"], ("int8", "float16", "float32"))
        return self

    def _empty(self, spare: int) -> Any:
        """Make a graph without rows, as FAISS holds it, with so many places for links besides the usual ones."""
        faiss = load_faiss()
        metric = faiss.METRIC_L2 if self.data.metric == "euclidean" else faiss.METRIC_INNER_PRODUCT
        dim = -(-self._reduction.dim // _ALIGNED) * _ALIGNED
        if self.options["storage"] == "float32":
            index = faiss.IndexHNSWFlat(dim, self.options["M"], metric)
        else:
            code = faiss.ScalarQuantizer.QT_8bit if self.options["storage"] == "int8" else faiss.ScalarQuantizer.QT_fp16
            index = faiss.IndexHNSWSQ(dim, code, self.options["M"], metric)
        index.hnsw.efConstruction = self.options["ef_construction"]
        index.hnsw.set_nb_neighbors(0, 2 * self.options["M"] + spare)
        return index

    def _points(self, start: int, stop: int) -> NDArray[np.float32]:
        """Rows from ``start`` to ``stop`` as FAISS shall see them."""
        return padded(self._reduction.points(self.data, start, stop), self._index.d)

    def _learn_ranges(self) -> None:
        """Set the range of each dimension's codes: from the least value to the greatest."""
        low, high = np.full(self._index.d, np.inf, np.float32), np.full(self._index.d, -np.inf, np.float32)
        for at in range(0, len(self.data), BLOCK_ROWS):
            points = self._points(at, at + BLOCK_ROWS)
            np.minimum(low, points.min(axis=0), out=low)
            np.maximum(high, points.max(axis=0), out=high)
        self._set_ranges(np.concatenate([low, high - low]))

    def _set_ranges(self, ranges: NDArray[np.float32]) -> None:
        faiss = load_faiss()
        storage = faiss.downcast_index(self._index.storage)
        faiss.copy_array_to_vector(ranges, storage.sq.trained)
        storage.is_trained = self._index.is_trained = True

    def _ranges(self) -> NDArray[np.float32]:
        faiss = load_faiss()
        return faiss.vector_to_array(faiss.downcast_index(self._index.storage).sq.trained)

    def _add(self, start: int, seed: int, threads: int, callback: Callback | None = None) -> None:
        """Link the rows from ``start`` on."""
        meter = Meter(callback, "linking", len(self.data) - start, "rows")
        with faiss_threads(worker_count(threads)) as faiss:
            self._index.hnsw.rng = faiss.RandomGenerator(int(generator(seed, start).integers(1 << 31)))
            for at in range(start, len(self.data), BLOCK_ROWS):
                self._index.add(self._points(at, at + BLOCK_ROWS))
                meter.report(min(at + BLOCK_ROWS, len(self.data)) - start)

    def _reach_all(self, threads: int) -> None:
        """See that every row can be found: links in `SPARE` places of their own lead to those that FAISS left out."""
        held, M = self.arrays(), self.options["M"]
        layers = held["layers"].astype(np.int32)
        links = with_spare(held["links"], layers, M, 0, SPARE)
        places = link_offsets(layers, M, SPARE)[:-1, None] + np.arange(2 * M + SPARE)
        lowest = links[places]

        def near(rows: NDArray[np.int64]) -> NDArray[np.int64]:
            points = padded(self._reduction.points(some_rows(self.data, rows), 0, len(rows)), self._index.d)
            count = min(_VISITED, len(self.data))
            return search_faiss(
                self._index, points, count, threads, lambda: load_faiss().SearchParametersHNSW(efSearch=2 * count)
            )

        reach_all(lowest, int(held["entry"][0]), near)
        links[places] = lowest
        self._index = self._empty(SPARE)
        self._take({**held, "links": links}, SPARE)

    @classmethod
    def plans(cls, n: int, dim: int, metric: str) -> Sequence[dict[str, Any]]:
        """See `Kind.plans`."""
        if n < 1000:
            return []
        return [{"M": 16}, {"M": 32, "ef_construction": 200}, {"M": 8}]

    def settings(self, k: int) -> Sequence[dict[str, Any]]:
        """See `Kind.settings`; rows kept in view while searching."""
        n = len(self.data)
        return [{"ef_search": ef} for ef in steps(min(n, max(k, 8)), min(n, max(1024, 8 * k)), 1.5)]

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
        kept = min(max(check_whole("ef_search", chosen["ef_search"]), k), len(self.data))
        selector = bitmap_of(allowed)

        def parameters() -> Any:
            return load_faiss().SearchParametersHNSW(efSearch=kept, sel=selector)

        points = padded(self._reduction.queries(queries), self._index.d)
        candidates = search_faiss(self._index, points, kept, threads, parameters)
        return rescore(queries, candidates, self.data, k, threads=threads)

    def extend(self, data: Rows, *, threads: int = 0, callback: Callback | None = None) -> Self:
        """See `Kind.extend`; new rows are linked into a copy of the graph, if they are of the size of the old ones."""
        old = len(self.data)
        new = self._start(data, self.options)
        new._reduction = self._reduction
        new._index = self._index
        if not self._reduction.holds(data, old) or not new._in_ranges(old):
            return super().extend(data, threads=threads, callback=callback)
        held = self.arrays()
        held["links"] = with_spare(held["links"], held["layers"].astype(np.int32), self.options["M"], SPARE, 0)
        new._index = new._empty(0)
        new._take(held, 0)
        new._add(old, 0, threads, callback)
        new._reach_all(threads)
        return new

    def _in_ranges(self, start: int) -> bool:
        """Tell whether codes can express the rows from ``start`` on, give or take a little."""
        if self.options["storage"] != "int8":
            return True
        low, reach = np.split(self._ranges(), 2)
        blocks = (self._points(at, at + BLOCK_ROWS) for at in range(start, len(self.data), BLOCK_ROWS))
        return all(bool((np.abs(block - low - reach / 2) <= 0.6 * reach + 1e-6).all()) for block in blocks)

    @property
    def nbytes(self) -> int:
        """See `Kind.nbytes`; links, layers and the rows held for the walk."""
        faiss, graph = load_faiss(), self._index.hnsw
        storage = faiss.downcast_index(self._index.storage)
        links = 4 * graph.neighbors.size() + 8 * graph.offsets.size() + 4 * graph.levels.size()
        return self.data.norms.nbytes + links + storage.codes.size()

    def arrays(self) -> dict[str, NDArray]:
        """See `Kind.arrays`; rows held as float32 are not among them, since they can be had again."""
        faiss, graph = load_faiss(), self._index.hnsw
        arrays = {
            **self._reduction.arrays(),
            "entry": np.array([graph.entry_point], np.int64),
            "links": faiss.vector_to_array(graph.neighbors),
            "layers": faiss.vector_to_array(graph.levels).astype(np.uint8),
        }
        if self.options["storage"] == "int8":
            arrays["ranges"] = self._ranges()
        if self.options["storage"] != "float32":
            storage = faiss.downcast_index(self._index.storage)
            arrays["codes"] = faiss.vector_to_array(storage.codes).reshape(-1, storage.code_size)
        return arrays

    @classmethod
    def restore(cls, data: Rows, arrays: Mapping[str, NDArray], options: Mapping[str, Any]) -> Self:
        """See `Kind.restore`; the graph is copied into memory after every link in it was checked."""
        self = cls._start(data, options)
        self._reduction = Reduction.restore(data, arrays)
        self._index = self._empty(SPARE)
        n, faiss = len(data), load_faiss()
        links = check_graph(arrays, n, self.options["M"], self._index.hnsw.assign_probas.size())
        checked = {"links": links, "layers": arrays["layers"], "entry": arrays["entry"]}
        if self.options["storage"] == "int8":
            checked["ranges"] = stored(arrays, "ranges", np.float32, (2 * self._index.d,), most=16)
        if self.options["storage"] != "float32":
            width = faiss.downcast_index(self._index.storage).code_size
            checked["codes"] = stored(arrays, "codes", np.uint8, (n, width))
        if self.options["storage"] == "float16":
            stored({"codes": checked["codes"].view(np.float16)}, "codes", np.float16, (n, self._index.d), most=16)
        self._take(checked, SPARE)
        return self

    def _take(self, arrays: Mapping[str, NDArray], spare: int) -> None:
        """Fill an empty graph from arrays that can be trusted."""
        faiss, graph, n = load_faiss(), self._index.hnsw, len(arrays["layers"])
        storage = faiss.downcast_index(self._index.storage)
        layers = arrays["layers"].astype(np.int32)
        faiss.copy_array_to_vector(layers, graph.levels)
        faiss.copy_array_to_vector(link_offsets(layers, self.options["M"], spare).astype(np.uint64), graph.offsets)
        faiss.copy_array_to_vector(np.asarray(arrays["links"]), graph.neighbors)
        graph.entry_point = int(arrays["entry"][0])
        graph.max_level = int(layers.max()) - 1
        if self.options["storage"] == "int8":
            self._set_ranges(np.asarray(arrays["ranges"]))
        if self.options["storage"] == "float32":
            for at in range(0, n, BLOCK_ROWS):
                storage.add(self._points(at, min(at + BLOCK_ROWS, n)))
        else:
            faiss.copy_array_to_vector(np.asarray(arrays["codes"]).reshape(-1), storage.codes)
        storage.ntotal = self._index.ntotal = n
