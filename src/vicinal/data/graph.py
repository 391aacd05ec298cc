"""Graphs: who is next to whom, as rows of neighbours."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.data import _graph_sources as sources
from vicinal.data._graph_build import Edges, Rows, build_rows, check_rows, check_weights, is_symmetric, node_numbers
from vicinal.errors import BadInput, BadOption, UnknownName
from vicinal.names import Names, near_spellings
from vicinal.progress import Callback


class Graph:
    """Nodes with names, and for each its neighbours. Frozen.

    Usually made by `open_graph`, `Graph.read` or `Graph.from_edges`. Edges may have weights and directions. Self loops
    are kept, parallel edges are one edge of their summed weight, and nodes without edges stay.

    Parameters
    ----------
    names : iterable of str
        Distinct and not empty.
    offsets : (n + 1,) array of int
        The neighbours of node v are at ``offsets[v]:offsets[v + 1]``.
    neighbours : (m,) array of int
        Within each row ascending and distinct. An undirected edge is there at both of its ends, a self loop once.
    weights : (m,) array, optional
        Positive and finite; by default all are 1.
    directed : bool

    Attributes
    ----------
    names : Names
    offsets : (n + 1,) int64
    neighbours : (m,) int32
    weights : (m,) float32 or None
        None where all are 1.
    directed : bool

    Raises
    ------
    BadInput
        For arrays that are no such rows, or no node at all.

    Examples
    --------
    >>> graph = Graph.from_edges([("a", "b"), ("b", "c"), ("b", "b")], nodes=["a", "b", "c", "d"])
    >>> graph
    Graph(4 nodes, 3 edges, undirected, 1 self loop, 1 isolated node)
    >>> graph.neighbours_of("b"), graph.degrees.tolist()
    (['a', 'b', 'c'], [1, 3, 1, 0])
    """

    def __init__(
        self, names: Iterable[str], offsets: ArrayLike, neighbours: ArrayLike, weights: ArrayLike | None = None,
        *, directed: bool = False,
    ) -> None:  # fmt: skip
        self.names = names if isinstance(names, Names) else Names(names)
        self.directed = bool(directed)
        given = None if weights is None else check_weights(np.array(weights))
        rows = Rows(np.array(offsets, np.int64), node_numbers(neighbours, len(self.names)), given)
        check_rows(rows, len(self.names))
        if not self.directed and not is_symmetric(rows):
            raise BadInput("an edge is not the same in both directions; pass directed=True, or both directions alike")
        self.offsets, self.neighbours, self.weights = rows
        for array in rows:
            if array is not None:
                array.flags.writeable = False

    @classmethod
    def from_edges(
        cls,
        edges: Iterable[Any],
        *,
        nodes: Iterable[Any] | str | os.PathLike[str] | None = None,
        directed: bool = False,
    ) -> Graph:
        """Make a graph of edges in memory.

        Parameters
        ----------
        edges : (m, 2) or (m, 3) array of numbers, or iterable of (source, target) or (source, target, weight)
            Nodes are text or whole numbers, whose digits become their names.
        nodes : iterable of str or int, or path of a file with one name a line, optional
            All nodes there are, in the order wanted, those without edges too. By default those that edges name, in the
            order first seen (of an array: ascending).
        directed : bool

        Returns
        -------
        Graph

        Raises
        ------
        BadInput
            For weights that are negative or not finite, edges that are none, or no node at all.
        UnknownName
            For an edge of a node that ``nodes`` does not list.
        """
        known = sources.node_list(nodes)
        if isinstance(edges, np.ndarray) and edges.dtype.kind in "iuf":
            names, found = sources.edges_of_array(edges, known)
        elif isinstance(edges, str | bytes) or not isinstance(edges, Iterable):
            raise BadInput(f"edges must be an array or an iterable of tuples, got {type(edges).__name__}")
        else:
            names, found = sources.edges_of_pairs(edges, known)
        return cls._built(names, found, directed)

    @classmethod
    def from_networkx(cls, graph: Any, *, weight: str = "weight", directed: bool | None = None) -> Graph:
        """Take over a NetworkX graph, parallel edges and nodes without edges too.

        Parameters
        ----------
        graph : networkx.Graph, DiGraph, MultiGraph or MultiDiGraph
            A node's name is its text, as ``str`` gives it; two nodes of one text are refused.
        weight : str
            The attribute that holds weights. An edge without it weighs 1.
        directed : bool, optional
            By default as the graph says.

        Returns
        -------
        Graph

        Raises
        ------
        BadInput
            As `from_edges` does.
        """
        names, edges = sources.edges_of_networkx(graph, weight)
        return cls._built(names, edges, bool(graph.is_directed()) if directed is None else directed)

    @classmethod
    def from_sparse(cls, matrix: Any, *, nodes: Iterable[Any] | str | os.PathLike[str] | None = None,
                    directed: bool | None = None) -> Graph:  # fmt: skip
        """Take over a square SciPy sparse matrix: entry (i, j) is the weight of the edge from i to j, 0 is none.

        Parameters
        ----------
        matrix : SciPy sparse array or matrix of any format
        nodes : as in `from_edges`
            The names of the rows; by default their numbers, from ``"0"``.
        directed : bool, optional
            By default undirected if the matrix is symmetric.

        Returns
        -------
        Graph

        Raises
        ------
        BadInput
            As `from_edges` does, or if ``directed=False`` and the matrix is not symmetric.
        """
        names, edges = sources.edges_of_sparse(matrix, sources.node_list(nodes))
        rows = build_rows(len(names), edges, mirrored=False)
        if directed is None:
            directed = not is_symmetric(rows)
        return cls(names, *rows, directed=directed)

    @classmethod
    def read(
        cls, path: str | os.PathLike[str], *, directed: bool = False, layout: str | None = None,
        nodes: Iterable[Any] | str | os.PathLike[str] | None = None, weighted: bool | None = None,
        separator: str | None = None, header: bool | None = None, comments: str = "#%",
        callback: Callback | None = None,
    ) -> Graph:  # fmt: skip
        r"""Read a text file (utf-8; .gz, .xz, .bz2, .zst by name) of edges or of adjacency lists.

        Parameters
        ----------
        path : path
            A line is an edge (``source target`` or ``source target weight``) or a node followed by its neighbours.
        directed : bool
        layout : "edges" or "adjacency", optional
            By default adjacency lists if the name ends in ``.adjlist``. In them an edge of an undirected graph may be
            listed at one end or at both, and is one edge.
        nodes : as in `from_edges`
            All nodes there may be.
        weighted : bool, optional
            By default, whether the first line of data has three fields.
        separator : str, optional
            One ASCII character, or ``" "`` for runs of blanks. By default tab or comma if the first line holds one,
            else blanks. Where fields are parted by a character, names may hold blanks, and may be quoted as in CSV.
        header : bool, optional
            Whether the first line names the columns. By default it does if its third field is no number, or it says
            ``source target`` or the like, or its nodes are no numbers and those of the next line are.
        comments : str
            Lines that begin with one of these ASCII characters are skipped.
        callback : callable, optional
            Gets `vicinal.progress.Progress` values, stage ``"reading"``, unit ``"bytes"``.

        Returns
        -------
        Graph

        Raises
        ------
        BadFormat
            Naming the first bad line: fields missing or too many, a weight that is no number, negative or not finite,
            a node that ``nodes`` does not list.
        BadInput
            If there is no such file or no edge in it.
        """
        from vicinal.data._graph_files import EdgeFile, Layout  # brings the compiler: not before it is needed

        if layout not in (None, "edges", "adjacency"):
            raise BadOption(f"layout must be 'edges' or 'adjacency', got {layout!r}")
        if not comments.isascii() or (separator is not None and (len(separator) != 1 or not separator.isascii())):
            raise BadOption(
                f"separator must be one ASCII character and comments ASCII, got {separator!r}, {comments!r}"
            )
        listed = layout == "adjacency" if layout is not None else ".adjlist" in Path(path).suffixes
        file = EdgeFile(path, Layout(listed, separator, weighted, header, comments), sources.node_list(nodes))
        names, edges = file.read(callback)
        return cls._built(names, edges, directed, summed=not listed)

    @classmethod
    def _built(cls, names: list[str], edges: Edges, directed: bool, summed: bool = True) -> Graph:
        if not names:
            raise BadInput("the graph has no nodes")
        return cls(names, *build_rows(len(names), edges, mirrored=not directed, summed=summed), directed=directed)

    # --- what it is -------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def degrees(self) -> NDArray[np.int64]:
        """Neighbours of each node (of a directed graph: edges out of it), (n,) int64; a self loop counts once."""
        return np.diff(self.offsets)

    @cached_property
    def self_loops(self) -> int:
        """Edges from a node to itself."""
        return int((np.repeat(np.arange(len(self), dtype=np.int32), self.degrees) == self.neighbours).sum())

    @property
    def edge_count(self) -> int:
        """Edges; an undirected one counts once."""
        stored = len(self.neighbours)
        return stored if self.directed else (stored + self.self_loops) // 2

    @cached_property
    def isolated(self) -> NDArray[np.int64]:
        """Numbers of the nodes without an edge in or out."""
        reached = np.bincount(self.neighbours, minlength=len(self))
        return np.flatnonzero((self.degrees == 0) & (reached == 0))

    def row(self, name: str) -> int:
        """Find the number of a node, or raise `UnknownName` with near spellings."""
        at = int(self.names.rows([name])[0])
        if at < 0:
            raise UnknownName(str(name), near_spellings(str(name), self.names), "this graph")
        return at

    def neighbours_of(self, name: str) -> list[str]:
        """Names of a node's neighbours."""
        at = self.row(name)
        return [self.names[other] for other in self.neighbours[self.offsets[at] : self.offsets[at + 1]].tolist()]

    def fingerprint(self) -> str:
        """Digest of names, edges, weights and direction: 32 hexadecimal digits (BLAKE2b)."""
        digest = blake2b(f"{self.directed}\n".encode(), digest_size=16)
        data, ends = self.names.buffers()[:2]
        for array in (data, ends, self.offsets, self.neighbours, self.weights):
            digest.update(b"\0" if array is None else np.ascontiguousarray(array).data.cast("B"))
        return digest.hexdigest()

    def __repr__(self) -> str:
        parts = [_counted(len(self), "node"), _counted(self.edge_count, "edge")]
        parts.append("directed" if self.directed else "undirected")
        if self.weights is not None:
            parts.append("weighted")
        if self.self_loops:
            parts.append(_counted(self.self_loops, "self loop"))
        if len(self.isolated):
            parts.append(_counted(len(self.isolated), "isolated node"))
        return f"Graph({', '.join(parts)})"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
