"""Random walks: the sentences of a graph."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_whole
from vicinal.data import _tokens_files as files
from vicinal.data.graph import Graph
from vicinal.data.graph_opening import open_graph
from vicinal.data.tokens import Tokens
from vicinal.data.vocabulary import Vocabulary
from vicinal.errors import BadInput, BadOption
from vicinal.progress import Callback, Meter
from vicinal.randomness import generator

_BLOCK = 1 << 20  # nodes a thread writes at a time


class Walks:
    """Random walks over a graph, made when asked for; the same for the same seed, however they are cut and by whom.

    Each epoch has ``walks_per_node`` walks from every node with an edge out, in shuffled order. A step goes along an
    edge in proportion to its weight; with p and q not 1 also to the bias of node2vec (Grover and Leskovec 2016, section
    3.2): having come from t, a step to x weighs 1/p if x is t, 1 if an edge leads from t to x, and 1/q otherwise. A
    walk ends early at a node without an edge out. Other epochs have other walks.

    Parameters
    ----------
    graph : Graph
    walk_length : int
        Nodes in a walk, 2 or more.
    walks_per_node : int
    p : float
        Small: walks turn back often; large: hardly ever. Above 0.
    q : float
        Small: walks move away; large: they stay near where they came from. Above 0.
    seed : int

    Attributes
    ----------
    starts : (m,) int32
        The nodes where walks begin.
    count : int
        Walks an epoch.

    Raises
    ------
    BadOption
        For an option out of range.
    BadInput
        For a graph without edges.

    Examples
    --------
    >>> walks = Walks(Graph.from_edges([("a", "b"), ("b", "c")]), walk_length=4, walks_per_node=1)
    >>> ids, offsets = walks.block(0, walks.count)
    >>> offsets.tolist(), sorted(ids[offsets[:-1]].tolist())
    ([0, 4, 8, 12], [0, 1, 2])
    """

    def __init__(
        self, graph: Graph, *, walk_length: int = 80, walks_per_node: int = 10, p: float = 1.0, q: float = 1.0,
        seed: int = 1,
    ) -> None:  # fmt: skip
        check_walk_options(walk_length, walks_per_node, p, q)
        self.graph, self.walk_length, self.walks_per_node, self.p, self.q = graph, walk_length, walks_per_node, p, q
        self.seed = np.uint64(generator(seed).integers(1 << 63))
        self.starts = np.flatnonzero(graph.degrees).astype(np.int32)
        if not len(self.starts):
            raise BadInput("the graph has no edges, so there is nowhere to walk")
        self.count = len(self.starts) * walks_per_node

    def block(
        self, first: int, last: int, *, epoch: int = 0, ids: NDArray[np.int32] | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Make some of the walks of an epoch.

        Parameters
        ----------
        first, last : int
            From 0 to ``count``.
        epoch : int
        ids : (n,) int32, optional
            What each node is written as; by default its number.

        Returns
        -------
        ids : (total,) int32
            The walks, end to end.
        offsets : (last - first + 1,) int64
            Where each begins, and the end of the last.
        """
        from vicinal.data import _walks_kernels as kernels

        if not 0 <= first <= last <= self.count:
            raise BadOption(f"walks {first} to {last} of {self.count}")
        out = np.empty((last - first) * self.walk_length, np.int32)
        offsets = np.empty(last - first + 1, np.int64)
        names = self._numbers if ids is None else ids
        job = kernels.Job(self.starts, names, self.seed, epoch * self.walks_per_node)
        net, steps = self._kernel_view
        written = kernels.walk_range(net, steps, job, first, last, out, offsets)
        return out[:written], offsets

    def visits(
        self, *, walks_per_node: int | None = None, threads: int = 1, callback: Callback | None = None
    ) -> NDArray[np.int64]:
        """Count how often the walks of the first epoch come to each node; the walks are not kept.

        Parameters
        ----------
        walks_per_node : int, optional
            Count only so many walks from every node.
        threads : int
        callback : callable, optional
            Gets `vicinal.progress.Progress` values, stage ``"counting visits"``.

        Returns
        -------
        (n,) int64
        """
        counts = np.zeros(len(self.graph), np.int64)
        total = self.count if walks_per_node is None else min(self.count, walks_per_node * len(self.starts))
        meter, done = Meter(callback, "counting visits", total, "walks"), 0
        for ids, offsets in self.blocks(last=total, threads=threads):
            counts += np.bincount(ids, minlength=len(counts))
            done += len(offsets) - 1
            meter.report(done)
        return counts

    def blocks(
        self, *, last: int | None = None, epoch: int = 0, threads: int = 1, ids: NDArray[np.int32] | None = None
    ) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
        """Yield the walks of an epoch, in order, block by block; ``threads`` blocks are made at a time.

        Parameters
        ----------
        last : int, optional
            Stop before this walk.
        epoch, ids
            As in `block`, whose results are yielded.
        threads : int
        """
        step, last = max(1, _BLOCK // self.walk_length), self.count if last is None else last
        ranges = [(first, min(first + step, last)) for first in range(0, last, step)]
        self._kernel_view  # noqa: B018  (made once, before threads ask for it)
        with ThreadPoolExecutor(threads) as pool:
            waiting: list[Any] = []
            for piece in ranges:
                waiting.append(pool.submit(self.block, *piece, epoch=epoch, ids=ids))
                if len(waiting) > threads:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()

    @cached_property
    def _numbers(self) -> NDArray[np.int32]:
        return np.arange(len(self.graph), dtype=np.int32)

    @cached_property
    def _kernel_view(self) -> tuple[Any, Any]:
        from vicinal.data import _walks_kernels as kernels

        graph = self.graph
        tables = (np.empty(0, np.uint64), np.empty(0, np.float64))
        weights = np.empty(0, np.float32)
        if graph.weights is not None and (graph.weights != graph.weights[0]).any():
            weights, tables = graph.weights.copy(), kernels.alias_table(graph.offsets, graph.weights)
        weights.flags.writeable = False  # as those of the graph: one compiled kernel serves both
        net = kernels.Net(graph.offsets, graph.neighbours, weights, *tables, graph.directed)
        second = int(self.p != 1 or self.q != 1)
        return net, kernels.Steps(self.walk_length, 1.0 / self.p, 1.0 / self.q, second)


def walk_graph(
    graph: Any, *, walk_length: int = 80, walks_per_node: int = 10, p: float = 1.0, q: float = 1.0, seed: int = 1,
    threads: int = 1, workspace: str | os.PathLike[str] | None = None, callback: Callback | None = None,
) -> Tokens:  # fmt: skip
    """Write the walks of one epoch to a file, as a corpus whose words are nodes.

    Parameters
    ----------
    graph : Graph, or whatever `vicinal.data.open_graph` takes
    walk_length, walks_per_node, p, q, seed
        As in `Walks`.
    threads : int
        1 or more; they do not change the result.
    workspace : path, optional
        Folder for the result, so that `vicinal.data.Tokens.open` finds it later. By default a temporary one that goes
        with the object. Each node of a walk takes 4 bytes there.
    callback : callable, optional
        Gets `vicinal.progress.Progress` values, stage ``"walking"``, unit ``"walks"``.

    Returns
    -------
    Tokens
        One sentence a walk. The vocabulary has the nodes that walks came to, by descending count.

    Raises
    ------
    BadOption, BadInput
        As `Walks` does, or as reading the graph does.

    Examples
    --------
    >>> walk_graph([("a", "b"), ("b", "c")], walk_length=5, walks_per_node=2)
    Tokens(30 words in 6 sentences, 3 types)
    """
    graph = open_graph(graph)
    walks = Walks(graph, walk_length=walk_length, walks_per_node=walks_per_node, p=p, q=q, seed=seed)
    vocabulary, ids = number_nodes(graph, walks.visits(threads=threads))
    vocabulary = Vocabulary(
        vocabulary.tokens[: np.count_nonzero(vocabulary.counts)], vocabulary.counts[vocabulary.counts > 0]
    )
    folder = Path(tempfile.mkdtemp(prefix="vicinal-") if workspace is None else workspace)
    meter = Meter(callback, "walking", walks.count, "walks")
    try:
        with files.writing(folder) as output:
            for block, offsets in walks.blocks(threads=threads, ids=ids):
                output.append(block, offsets[:-1])
                meter.report(output.n_sentences)
            record = {
                "total_words": output.n_ids,
                "corpus_fingerprint": graph.fingerprint(),
                "vocabulary_fingerprint": vocabulary.fingerprint(),
            }
            output.finish(vocabulary, record, durable=workspace is not None)
        tokens = Tokens._mapped(folder, vocabulary)
    except BaseException:
        if workspace is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if workspace is None:
        weakref.finalize(tokens, shutil.rmtree, folder, ignore_errors=True)
    return tokens


def number_nodes(graph: Graph, counts: NDArray[np.int64]) -> tuple[Vocabulary, NDArray[np.int32]]:
    """Make a vocabulary of all nodes by descending count, equal counts in the order of the graph.

    Returns
    -------
    vocabulary : Vocabulary
    ids : (n,) int32
        The id of each node in it.
    """
    order = np.argsort(-counts, kind="stable")
    ids = np.empty(len(counts), np.int32)
    ids[order] = np.arange(len(counts), dtype=np.int32)
    names = list(graph.names)
    return Vocabulary([names[node] for node in order.tolist()], counts[order]), ids


def check_walk_options(walk_length: Any, walks_per_node: Any, p: Any, q: Any) -> None:
    """Raise `BadOption` where an option of `Walks` is out of range."""
    for name, value, least in (("walk_length", walk_length, 2), ("walks_per_node", walks_per_node, 1)):
        check_whole(name, value, least, 1_000_000)
    for name, value in (("p", p), ("q", q)):
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not 1e-6 <= value <= 1e6
            or math.isnan(value)
        ):
            raise BadOption(f"{name} must be a number from 1e-6 to 1e6, got {value!r}")
