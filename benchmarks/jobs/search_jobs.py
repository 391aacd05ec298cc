"""Search with Vicinal, in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from _answer import answer, seconds_of
from _contest import Contestant, Data, serve

MOST_SETTINGS = 24


class Kind(Contestant):
    """A kind of index by itself: rows in, rows out."""

    def build(self) -> None:
        """See `Contestant`; kernels are compiled before, as they are kept on disk."""
        from vicinal.index.kinds import find_kind
        from vicinal.index.rows import Rows

        kind = find_kind(self.options["kind"])
        self.rows = Rows.of(self.base, self.metric)
        options = self.options.get("build") or {}
        self.built = kind.build(self.rows, threads=self.threads, seed=0, **options)

    def settings(self, k: int) -> list[dict[str, Any]]:
        """See `Contestant`."""
        found = list(self.built.settings(k))
        kept = np.unique(np.linspace(0, len(found) - 1, min(len(found), MOST_SETTINGS)).round().astype(int))
        return [found[at] for at in kept]

    def search(self, queries: np.ndarray, k: int, setting: dict[str, Any]) -> np.ndarray:
        """See `Contestant`."""
        return self.built.search(queries, k, setting=setting, threads=1)[0]

    def nbytes(self) -> int:
        """See `Contestant`."""
        return self.built.nbytes

    def about(self) -> dict[str, Any]:
        """See `Contestant`."""
        return {"options": self.built.options}


class Whole(Contestant):
    """`build_index` and `Index.search`, names and all: what users call."""

    def build(self) -> None:
        """See `Contestant`; the tuning is part of it."""
        import vicinal as vc

        space = vc.Space([f"w{row}" for row in range(len(self.base))], self.base, metric=self.metric)
        self.index = vc.build_index(space, recall=self.options["recall"], threads=self.threads, seed=0)

    def settings(self, k: int) -> list[dict[str, Any]]:
        """See `Contestant`; the one it chose."""
        return [self.index.setting]

    def search(self, queries: np.ndarray, k: int, setting: dict[str, Any]) -> np.ndarray:
        """See `Contestant`."""
        return self.index.search(queries, k, threads=1).rows

    def search_one(self, query: np.ndarray, k: int, setting: dict[str, Any]) -> object:
        """See `Contestant`."""
        return self.index.search(query, k, threads=1)

    def nbytes(self) -> int:
        """See `Contestant`."""
        return self.index.nbytes

    def about(self) -> dict[str, Any]:
        """See `Contestant`."""
        return {"kind": self.index.kind, "options": self.index.options, "own_recall": float(self.index.recall_)}


def plans(kind: str, n: int, dim: int, metric: str) -> dict:
    """Say what a kind would be built with, the likeliest first; none where there is no such kind."""
    from vicinal.index.kinds import find_kind, kind_names

    return {"plans": list(find_kind(kind).plans(n, dim, metric)) if kind in kind_names() else None}


def warm(folder: str, kinds: list[str]) -> dict:
    """Compile the kernels of some kinds, so that they come from the disk cache when it counts."""
    from vicinal.index.kinds import find_kind, kind_names
    from vicinal.index.rows import Rows

    data = Data(folder)
    rows = Rows.of(np.ascontiguousarray(data.base[:3000]), data.metric)
    for name in set(kinds) & set(kind_names()):
        kind = find_kind(name)
        for plan in list(kind.plans(len(rows), rows.dim, rows.metric))[:4] or [{}]:
            built = kind.build(rows, threads=1, **plan)
            for setting in (built.settings(10)[0], built.settings(10)[-1]):
                built.search(data.queries[:64], 10, setting=setting)
                built.search(data.queries[:1], 10, setting=setting)
    return {}


def promised(folder: str, recall: float, threads: int, seed: int, held: int) -> dict:
    """Build for a recall on most of a matrix, and measure it on rows that the index has never seen.

    The truth is compared by score, in float64: of equally near rows any will do.
    """
    import vicinal as vc
    from vicinal.index import Recall

    data, k = Data(folder), 10
    data.queries, data.least = data.queries[:held], data.least[:held]
    space = vc.Space([f"w{row}" for row in range(len(data.base))], data.base, metric=data.metric)
    seconds, index = seconds_of(lambda: vc.build_index(space, recall=recall, k=k, threads=threads, seed=seed))
    searching, found = seconds_of(lambda: index.search(data.queries, k, threads=1))
    own, fresh = index.recall_, Recall.measured(data.recalls(found.rows, k), k, recall)
    return {
        "recall": float(fresh), "low": fresh.low, "high": fresh.high,
        "own_recall": float(own), "own_low": own.low, "own_high": own.high,
        "kind": index.kind, "options": index.options, "setting": index.setting, "seconds": seconds,
        "bytes_per_vector": index.bytes_per_vector, "queries_per_s": len(data.queries) / searching,
    }  # fmt: skip


def matrices(folder: str, source: str, metric: str, queries: int, seed: int = 0, most: int = 0) -> dict:
    """Hold chance rows of a saved matrix out as queries, and write both with the true neighbours."""
    from _contest import truth

    matrix = np.load(source)
    if metric == "cosine":
        matrix = (matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-30)).astype(np.float32)
    order = np.random.default_rng(seed).permutation(len(matrix))[: most or None]
    truth(
        np.ascontiguousarray(matrix[np.sort(order[queries:])]), np.ascontiguousarray(matrix[order[:queries]]), metric,
        folder,
    )  # fmt: skip
    return {"n": len(order) - queries, "dim": matrix.shape[1], "folder": str(Path(folder))}


if sys.argv[1] in ("Kind", "Whole"):
    serve(Kind, Whole)
else:
    answer(plans, warm, promised, matrices)
