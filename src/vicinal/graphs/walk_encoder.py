"""What DeepWalk and Node2Vec share: walks, skip-gram, results, files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.data.graph_opening import open_graph
from vicinal.data.walks import Walks, number_nodes
from vicinal.encoder import Encoder
from vicinal.errors import BadInput
from vicinal.graphs.training import train_walks, word_options
from vicinal.memory import check_memory
from vicinal.names import hash_name
from vicinal.origin import Origin, digest_matrix
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store.container import write_container
from vicinal.store.encoder_folder import EncoderFolder
from vicinal.words import model_files
from vicinal.words.huffman import huffman_paths
from vicinal.words.options import thread_count
from vicinal.words.weights import Matrices, memory_needed

_DEGREES = "degrees.safetensors"


class WalkEncoder(Encoder):
    """Base of the encoders that train skip-gram on walks; a subclass has the options of `Node2Vec`, or fixes some."""

    dim: int
    walk_length: int
    walks_per_node: int
    seed: int
    objective: str

    def _bias(self) -> tuple[float, float]:
        """Return p and q."""
        raise NotImplementedError

    def fit(self, graph: Any, *, directed: bool | None = None, callback: Callback | None = None) -> Self:
        """Train from scratch.

        Walks are made while they are trained on and not kept: memory is that of the graph and of the vectors. A node
        without an edge in or out takes no part, and its vector is zero, which is similar to nothing.

        Parameters
        ----------
        graph : Graph, or whatever `vicinal.data.open_graph` takes
            A path, a NetworkX graph, a SciPy sparse matrix, an array or a list of edges.
        directed : bool, optional
            As in `vicinal.data.open_graph`.
        callback : callable, optional
            Gets `vicinal.progress.Progress` values; the unit of training, ``"words"``, is a node of a walk.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            For a graph that cannot be read, or with fewer than two nodes that have edges; or if training diverges.
        NotEnoughMemory
            Before training starts, with advice.
        BadOption
            For an option out of range.
        """
        options = word_options(self)
        p, q = self._bias()
        source = open_graph(graph, directed=directed)
        walks = Walks(
            source, walk_length=self.walk_length, walks_per_node=self.walks_per_node, p=p, q=q, seed=self.seed
        )
        threads = thread_count(options)
        counts = walks.visits(walks_per_node=1, threads=threads, callback=callback)
        joined = np.ones(len(source), bool)
        joined[source.isolated] = False
        counts[joined] = np.maximum(counts[joined], 1)  # other walks may come to a node that these did not
        if joined.sum() < 2:
            raise BadInput(f"only one of {len(source)} nodes has an edge; training needs two or more")
        vocabulary, ids = number_nodes(source, counts)
        purpose = f"training {len(source):,} nodes in {self.dim} dimensions"
        check_memory(memory_needed(len(source), self.dim), purpose, "lower dim")
        matrices = Matrices(len(source), self.dim, threads=threads, hot=self.objective != "softmax")
        matrices.fill(np.fromiter((hash_name(node) for node in vocabulary.tokens), np.uint64), 0, self.seed)
        paths = huffman_paths(vocabulary.counts) if self.objective == "hierarchical_softmax" else None
        state = train_walks(self, walks, ids, vocabulary.counts, matrices, paths=paths, callback=callback)

        self.vocabulary_, self.paths_ = vocabulary, paths
        self.input_ = np.ascontiguousarray(matrices.inputs)
        self.input_[vocabulary.counts == 0] = 0.0
        self.output_ = np.ascontiguousarray(matrices.outputs[: len(self.input_) if paths is None else paths.inner])
        self.degrees_ = np.empty(len(source), np.int64)
        self.degrees_[ids] = source.degrees
        self.history_ = [loss / max(1, count) for loss, count in zip(state.losses, state.examples, strict=True)]
        self.origin_ = Origin(
            type(self).__name__, dict(self.get_params()), self.seed, source.fingerprint(), vocabulary.fingerprint(),
            __version__, content=digest_matrix(self.input_),
        )  # fmt: skip
        return self

    @property
    def space(self) -> Space:
        """All nodes, the most visited first.

        Columns: ``degree`` (of a directed graph: edges out) and ``count`` (visits of one walk from every node).
        """
        self._check_fitted("input_")
        columns = {"degree": self.degrees_, "count": self.vocabulary_.counts}
        return Space(self.vocabulary_.tokens, self.input_, columns=columns, origin=self.origin_)

    def encode(self, items: Iterable[Any]) -> NDArray[np.float32]:
        """Return the vectors of nodes.

        Parameters
        ----------
        items : iterable of str or int
            Names; of whole numbers, their digits.

        Returns
        -------
        (n, dim) float32
            Zero rows for nodes without an edge.

        Raises
        ------
        BadInput
            For anything but names.
        UnknownName
            For a node that the graph does not have.
        """
        self._check_fitted("input_")
        if not isinstance(items, str) and isinstance(items, Iterable):
            items = [str(node) if isinstance(node, int | np.integer) else node for node in items]
        return self.input_[self.vocabulary_.ids(items, "this graph")]

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the trained model to a folder."""
        self._check_fitted("input_")
        degrees = {"degrees": self.degrees_}
        model_files.save(self, path, force, beside={_DEGREES: lambda file: write_container(file, degrees, {})})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `save` wrote.

        Raises
        ------
        BadInput
            If there is no such folder.
        BadFormat
            If it holds something else, or parts that do not fit each other.
        """
        model = model_files.load(cls, path)
        shape = (len(model.vocabulary_),)
        model.degrees_ = EncoderFolder(path).array("degrees", file=_DEGREES, shape=shape, dtype=np.int64)
        return model
