"""A tree of k-means centres over short codes: few leaves are scanned, and few rows of them scored exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadOption
from vicinal.index.kind import Kind
from vicinal.index.kmeans import Packs, assign, k_means
from vicinal.index.rescore import rescore
from vicinal.index.rows import Rows, fixed, in_ranges, worker_count
from vicinal.index.tree_ah_codes import Coder, anisotropic_weight, finite
from vicinal.index.tree_ah_layout import Layout, check_array
from vicinal.index.tree_ah_levels import OPTIMISM, Levels, choose_of_all
from vicinal.index.tree_ah_options import checked, plans, usual_width
from vicinal.index.tree_ah_training import second_centres
from vicinal.progress import Callback, Progress
from vicinal.randomness import generator

_BLOCK = 1 << 14  # rows encoded at once
_SAMPLE = 128  # rows a leaf that train the tree
_CODE_SAMPLE, _CODE_NUMBERS = (1 << 13, 1 << 16), 1 << 22  # rows, and numbers in them, that train the codebooks
_SORTED = 8  # queries from which it pays to search them in the order of their leaves
_NO_MASK, _NO_LISTS = np.zeros(0, np.bool_), np.zeros((0, 0), np.int64)


class TreeAH(Kind):
    """A k-means tree with asymmetric hashing, after ScaNN (Guo et al. 2020): often the quickest kind.

    A search scores the centres of all leaves, scans the 4-bit codes of the points in the best of them, 64 points at a
    time, and scores the best candidates exactly. Leaves are ranked by ``query . centre + radius / 2``, since a wide
    leaf reaches farther towards the query than its centre tells.

    Options
    -------
    leaves : int
        Leaves of the tree; 0 for 1.6 sqrt(n).
    width : int
        Dimensions that share a 4-bit code, 1 to 16; 0 for 2, and more from 200 dimensions on, so that the codes of a
        point take about 50 bytes: a few more candidates then cost less than longer codes.
    threshold : float
        See `vicinal.index.tree_ah_codes.anisotropic_weight`; 0 for the plain loss, as the euclidean metric has it.
    spill : bool
        Put every point into a second leaf as well: fewer leaves are scanned, at twice the memory.
    levels : int
        Levels of the tree, 1 to 4. Above the leaves, the first, each is a clustering of the one below; a search then
        compares not all leaves, but those below the best nodes. It pays from some ten thousand leaves.

    Search settings: ``leaves`` to scan and ``candidates`` to score exactly.

    Examples
    --------
    >>> data = Rows.of(np.random.default_rng(0).normal(size=(500, 8)).astype(np.float32), "cosine")
    >>> index = TreeAH.build(data)
    >>> query = data.block(7, 8)
    >>> index.search(query, 1, setting={"leaves": 5, "candidates": 20})[0].tolist()
    [[7]]
    """

    name = "tree_ah"
    growth = 0.2

    def __init__(  # noqa: PLR0917
        self, data: Rows, options: dict[str, Any], centres: NDArray, shape: NDArray, coder: Coder, layout: Layout,
        *, levels: Levels | None = None,
    ) -> None:  # fmt: skip
        self.data, self.options = data, options
        self.centres, self.shape = centres, shape  # (leaves, 3): radius, least extra number and range of those
        self.coder, self.layout, self.levels = coder, layout, levels
        euclidean = data.metric == "euclidean"
        self._packs = Packs.of(centres, None if euclidean else (-OPTIMISM * shape[:, 0]).astype(np.float32))
        matrix = data.matrix if data.matrix.dtype == np.float32 else np.zeros((0, data.dim), np.float32)
        scanned = (coder.books, shape, layout.codes, layout.starts, layout.sizes, layout.rows, matrix, data.norms)
        self._scanned: Any = tuple(fixed(array) for array in scanned)

    @classmethod
    def build(
        cls, data: Rows, *, seed: int = 0, threads: int = 0, callback: Callback | None = None, **options: Any
    ) -> Self:
        """See `Kind.build`; the options are those of the class."""
        chosen = checked(options)
        chosen["width"] = chosen["width"] or usual_width(data.dim)
        n, euclidean = len(data), data.metric == "euclidean"
        leaves = min(chosen["leaves"] or max(1, int(1.6 * n**0.5)), n)
        workers = worker_count(threads)
        with np.errstate(over="ignore", invalid="ignore"):  # lengths beyond float32 are still scored exactly
            sample = _sample(data, min(n, _SAMPLE * leaves), seed)

            def report(done: int, total: int) -> None:
                if callback:
                    callback(Progress("training", done, total, unit="rounds"))

            centres, levels = finite(k_means(sample, leaves, seed=seed, threads=workers, report=report)), None
            if chosen["levels"] > 1:
                levels, order = Levels.of(centres, chosen["levels"] - 1, seed=seed, threads=workers)
                centres = centres[order]
            count = min(max(_CODE_SAMPLE[0], _CODE_NUMBERS // data.dim), _CODE_SAMPLE[1])
            sample = sample[generator(seed, 1).permutation(len(sample))[:count]]
            own, _ = assign(sample, Packs.of(centres), workers)
            coder = Coder.train(
                sample, centres[own], width=chosen["width"], euclidean=euclidean, seed=seed, threads=workers,
                weight=0.0 if euclidean else anisotropic_weight(chosen["threshold"], data.dim),
            )  # fmt: skip
            rows, owners, codes, extra, squares = _encoded(
                data, 0, centres, coder, spill=chosen["spill"], threads=workers, callback=callback
            )
            shape = np.zeros((leaves, 3), np.float32)
            shape[:, 0] = finite(
                np.sqrt(np.bincount(owners, squares, leaves) / np.bincount(owners, None, leaves).clip(1))
            )
            shape[owners, 1] = extra  # any of the leaf, to begin with
            np.minimum.at(shape[:, 1], owners, extra)
            np.maximum.at(shape[:, 2], owners, extra - shape[owners, 1])
            layout = Layout.of(rows, owners, coder.pack(codes, extra, shape[owners, 1:]), leaves)
        return cls(data, chosen, centres, shape, coder, layout, levels=levels)

    @classmethod
    def plans(cls, n: int, dim: int, metric: str) -> Sequence[dict[str, Any]]:
        """See `Kind.plans`."""
        return plans(n, dim)

    def settings(self, k: int) -> Sequence[dict[str, Any]]:
        """See `Kind.settings`: more leaves, and with them more candidates."""
        count, n = len(self.centres), len(self.data)
        found = {}
        for part in np.geomspace(0.004, 1.0, 28):
            leaves = max(1, round(count * part))
            found[leaves] = min(n, round(k * (2 + 90 * part + 250 * part**3)))
        return [{"leaves": leaves, "candidates": max(candidates, k)} for leaves, candidates in found.items()]

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        allowed: NDArray[np.bool_] | None = None,
        setting: Mapping[str, Any] | None = None,
        threads: int = 1,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See `Kind.search`. Where the leaves hold too few rows that are allowed, all leaves are searched."""
        chosen = self._chosen(setting or {})
        mask = _NO_MASK if allowed is None else allowed
        leaves = max(1, min(int(chosen["leaves"]), len(self.centres)))
        candidates = max(int(chosen["candidates"]), (1 + self.options["spill"]) * k)
        rows, scores = self._search(queries, k, mask, (leaves, candidates), threads)
        short = np.flatnonzero(rows[:, -1] < 0)
        if len(short) and leaves < len(self.centres):
            everything = len(self.centres), candidates
            rows[short], scores[short] = self._search(queries[short], k, mask, everything, threads)
        return rows, scores

    def _chosen(self, setting: Mapping[str, Any]) -> Mapping[str, Any]:
        """Refuse what is no setting, and fill in what is not given."""
        for name in setting:
            if name not in {"leaves", "candidates"}:
                raise BadOption(f"the kind 'tree_ah' has no setting {name!r}; it has leaves, candidates")
        return setting if len(setting) == 2 else self.setting | dict(setting)

    def _search(
        self, queries: NDArray[np.float32], k: int, mask: NDArray[np.bool_], limits: tuple[int, int], threads: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        from vicinal.index import _rescore_kernels
        from vicinal.index import _tree_ah_kernels as kernels

        metric = getattr(_rescore_kernels, self.data.metric.upper())
        tree = kernels.Tree._make((*self._scanned, metric))
        wanted, candidates = limits
        queries, mask = fixed(queries), fixed(mask)
        choose = choose_of_all if self.levels is None else self.levels.choose
        gather = self.data.matrix.dtype != np.float32  # such rows are widened and scored elsewhere
        lists = np.full((len(queries), 2 * candidates + 64), -1, np.int64) if gather else _NO_LISTS
        rows, scores = np.full((len(queries), k), -1, np.int64), np.full((len(queries), k), np.nan, np.float32)

        def work(start: int, stop: int) -> None:
            part = slice(start, stop)
            asked = queries[part]
            leaves, offsets = choose(asked, metric, self._packs, wanted)
            order = np.argsort(leaves[:, 0]) if len(asked) >= _SORTED else np.arange(len(asked))
            kernels.search(tree, asked, order, leaves, offsets, candidates, mask, rows[part], scores[part], lists[part])

        in_ranges(work, len(queries), threads, least=_SORTED)
        return rescore(queries, lists, self.data, k, threads=threads) if gather else (rows, scores)

    def extend(self, data: Rows, *, threads: int = 0, callback: Callback | None = None) -> Self:
        """See `Kind.extend`: the new rows join the leaves there are; nothing is trained again."""
        with np.errstate(over="ignore", invalid="ignore"):
            rows, leaves, codes, extra, _ = _encoded(
                data, len(self.data), self.centres, self.coder,
                spill=self.options["spill"], threads=worker_count(threads), callback=callback,
            )  # fmt: skip
            new = rows, leaves, self.coder.pack(codes, extra, self.shape[leaves, 1:])
        old = self.layout.points()
        rows, leaves, packed = (np.concatenate([old[at], new[at]]) for at in range(3))  # type: ignore[misc]
        layout = Layout.of(rows, leaves, packed, len(self.centres))
        return type(self)(data, self.options, self.centres, self.shape, self.coder, layout, levels=self.levels)

    @property
    def nbytes(self) -> int:
        """See `Kind.nbytes`."""
        held = (self.centres, self.shape, self.coder.books, self._packs.values, self._packs.biases)
        above = self.levels.nbytes if self.levels else 0
        return self.layout.nbytes + above + sum(array.nbytes for array in held)

    def arrays(self) -> dict[str, NDArray]:
        """See `Kind.arrays`."""
        layout = self.layout
        return {
            "centres": self.centres, "shape": self.shape, "books": self.coder.books, "codes": layout.codes,
            "rows": layout.rows, "starts": layout.starts, "sizes": layout.sizes,
            **(self.levels.arrays() if self.levels else {}),
        }  # fmt: skip

    @classmethod
    def restore(cls, data: Rows, arrays: Mapping[str, NDArray], options: Mapping[str, Any]) -> Self:
        """See `Kind.restore`."""
        names = ("centres", "shape", "books", "codes", "rows", "starts", "sizes")
        missing = [name for name in names if name not in arrays]
        if missing:
            raise BadFormat(f"the index lacks {missing[0]}")
        try:
            chosen = checked(dict(options))
        except BadOption as error:
            raise BadFormat(f"options of the index: {error}") from None
        centres, shape, books = arrays["centres"], arrays["shape"], arrays["books"]
        leaves, euclidean = len(centres) if centres.ndim else 0, data.metric == "euclidean"
        width = chosen["width"] or usual_width(data.dim)
        if not leaves:
            raise BadFormat("the index has no leaves")
        check_array("centres", centres, np.float32, (leaves, data.dim))
        check_array("shape", shape, np.float32, (leaves, 3))
        check_array("books", books, np.float32, (-(-data.dim // width), width, 16))
        if not all(np.isfinite(array).all() for array in (centres, shape, books)):
            raise BadFormat("the index holds NaN or infinity")
        layout = Layout(arrays["codes"], arrays["rows"], arrays["starts"], arrays["sizes"])
        weight = 0.0 if euclidean else anisotropic_weight(chosen["threshold"], data.dim)
        coder = Coder(books, data.dim, weight, euclidean)
        layout.check(len(data), leaves, coder.packed_width)
        above = chosen["levels"] - 1
        levels = Levels.restore(arrays, above, data.dim, leaves) if above else None
        return cls(data, chosen, centres, shape, coder, layout, levels=levels)


def _sample(data: Rows, count: int, seed: int) -> NDArray[np.float32]:
    """Some rows as they are compared, in the order of the rows."""
    if count == len(data):
        return data.block(0, count)
    chosen = np.sort(generator(seed, 0).choice(len(data), count, replace=False))
    return Rows(data.matrix[chosen], data.norms[chosen], data.metric).block(0, count)


def _encoded(
    data: Rows, first: int, centres: NDArray[np.float32], coder: Coder, *, spill: bool, threads: int,
    callback: Callback | None,
) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:  # fmt: skip
    """Rows (int32), leaves (int32), codes (uint8) and extra numbers (float32) of the rows from ``first`` on, and the
    squared lengths of their residuals (float32).
    """
    packs = Packs.of(centres)
    nothing, none = np.zeros(0, np.int32), np.zeros(0, np.float32)
    parts: list[Any] = [(nothing, nothing, np.zeros((0, coder.subspaces), np.uint8), none, none)]
    for start in range(first, len(data), _BLOCK):
        points = data.block(start, start + _BLOCK)
        rows = np.arange(start, start + len(points), dtype=np.int32)
        own, _ = assign(points, packs, threads)
        both = [own, second_centres(points, centres, own)] if spill and len(centres) > 1 else [own]
        for leaves in both:
            near = centres[leaves]
            codes, extra = coder.encode(points, near, threads)
            parts.append((rows, leaves, codes, extra, np.square(points - near).sum(axis=1)))
        if callback:
            callback(Progress("encoding", start + len(points) - first, len(data) - first, unit="rows"))
    rows, leaves, all_codes, extras, squares = (np.concatenate(part) for part in zip(*parts, strict=True))
    return rows, leaves, all_codes, extras, squares
