"""A contestant of benchmarks/search.py: builds an index, then answers what is asked on standard input, line by line."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from _answer import peak_bytes

CLOSE = 1e-6  # a row that scores this near to the last of the true ones is as good


class Contestant:
    """Base of all: what is built once, and searched under settings from the quickest to the most thorough.

    Parameters
    ----------
    base : (n, dim) float32
        Of length 1 where the metric is cosine.
    metric : "cosine" or "euclidean"
    threads : int
        To build with; searches take one.
    options
        Of its own.
    """

    def __init__(self, base: np.ndarray, metric: str, threads: int, **options: Any) -> None:
        self.base, self.metric, self.threads, self.options = base, metric, threads, options

    def build(self) -> None:
        """Build; this is what is timed."""
        raise NotImplementedError

    def settings(self, k: int) -> list[dict[str, Any]]:
        """Settings of `search` to try."""
        raise NotImplementedError

    def search(self, queries: np.ndarray, k: int, setting: dict[str, Any]) -> np.ndarray:
        """Return the rows found, (m, k), by one thread; -1 for none."""
        raise NotImplementedError

    def search_one(self, query: np.ndarray, k: int, setting: dict[str, Any]) -> object:
        """Search for one vector as this library's users do."""
        return self.search(query[None], k, setting)

    def nbytes(self) -> int:
        """Bytes besides the full vectors."""
        raise NotImplementedError

    def about(self) -> dict[str, Any]:
        """More to be told of what was built."""
        return {}


class Data:
    """Vectors, queries and the true neighbours of a folder, as `truth` wrote them."""

    def __init__(self, folder: str) -> None:
        at = Path(folder)
        self.base, self.queries, self.least = (np.load(at / f"{name}.npy") for name in ("base", "queries", "least"))
        self.metric = json.loads((at / "about.json").read_text())["metric"]

    def recall(self, rows: np.ndarray, k: int) -> float:
        """Share of the k nearest found, over all queries."""
        return float(self.recalls(rows, k).mean())

    def recalls(self, rows: np.ndarray, k: int) -> np.ndarray:
        """Share of the k nearest found, a query; equally near rows are worth the same, and each counts once."""
        rows = np.asarray(rows, np.int64).reshape(len(self.queries), -1)[:, :k]
        ordered = np.sort(rows, axis=1)
        fresh = np.ones(ordered.shape, bool)
        fresh[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
        near = scores(self.queries, self.base, np.maximum(ordered, 0), self.metric)
        hits = (near >= self.least[:, k - 1 : k] - CLOSE) & fresh & (ordered >= 0)
        return hits.sum(axis=1) / k


def scores(queries: np.ndarray, base: np.ndarray, rows: np.ndarray, metric: str) -> np.ndarray:
    """Scores of some rows, (m, c) float64: dot product, or minus the distance."""
    picked, asked = base[rows].astype(np.float64), queries.astype(np.float64)
    if metric == "euclidean":
        return -np.linalg.norm(picked - asked[:, None], axis=2)
    return np.einsum("mcd,md->mc", picked, asked)


def truth(base: np.ndarray, queries: np.ndarray, metric: str, folder: str, most: int = 100) -> None:
    """Write vectors, queries and the scores of the true neighbours (``least[:, k - 1]`` is that of the kth)."""
    at = Path(folder)
    at.mkdir(parents=True, exist_ok=True)
    half = (base.astype(np.float64) ** 2).sum(axis=1) / 2 if metric == "euclidean" else np.zeros(len(base))
    least = np.empty((len(queries), min(most, len(base))))
    wider = min(most + 28, len(base))  # float32 may swap the last ones
    for start in range(0, len(queries), 100):
        part = slice(start, start + 100)
        rough = queries[part] @ base.T - half.astype(np.float32)
        rows = np.argpartition(-rough, wider - 1, axis=1)[:, :wider]
        least[part] = -np.sort(-scores(queries[part], base, rows, metric), axis=1)[:, : least.shape[1]]
    np.save(at / "base.npy", base)
    np.save(at / "queries.npy", queries)
    np.save(at / "least.npy", least)
    (at / "about.json").write_text(json.dumps({"metric": metric}))


def serve(*kinds: type[Contestant]) -> None:
    """Answer requests, one a line: ``{"do": "build" | "curve" | "latency", …}``, with a line of JSON each."""
    chosen = {kind.__name__: kind for kind in kinds}[sys.argv[1]]
    options = json.loads(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints goes to standard error
    data, k = Data(options.pop("data")), options.pop("k")
    contestant = chosen(data.base, data.metric, **options)
    jobs: dict[str, Callable[..., dict]] = {"build": _build, "curve": _curve, "latency": _latency}
    for line in sys.stdin:
        request = json.loads(line)
        figures = jobs[request.pop("do")](contestant, data, k, **request)
        print(json.dumps(figures), file=answers, flush=True)


def _build(contestant: Contestant, data: Data, k: int) -> dict:
    start = time.perf_counter()
    contestant.build()
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds, "bytes_per_vector": contestant.nbytes() / len(data.base), "peak_bytes": peak_bytes(),
        "settings": contestant.settings(k), **contestant.about(),
    }  # fmt: skip


def _curve(contestant: Contestant, data: Data, k: int, settings: list[dict]) -> dict:
    """Recall and queries a second, all queries as one batch, under each of some settings."""
    points = []
    for setting in settings:
        contestant.search(data.queries[:50], k, setting)
        start = time.perf_counter()
        rows = contestant.search(data.queries, k, setting)
        seconds = time.perf_counter() - start
        points.append({"recall": data.recall(rows, k), "queries_per_s": len(data.queries) / seconds})
    return {"points": points}


def _latency(contestant: Contestant, data: Data, k: int, setting: dict) -> dict:
    """Milliseconds of queries that come one by one."""
    for query in data.queries[:100]:
        contestant.search_one(query, k, setting)
    times = np.empty(len(data.queries))
    for at, query in enumerate(data.queries):
        start = time.perf_counter_ns()
        contestant.search_one(query, k, setting)
        times[at] = (time.perf_counter_ns() - start) / 1e6
    return {"p50_ms": float(np.quantile(times, 0.5)), "p99_ms": float(np.quantile(times, 0.99))}
