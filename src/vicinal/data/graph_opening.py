"""A graph of whatever holds one: a file, edges, a matrix, another library's graph."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from vicinal.data.graph import Graph
from vicinal.errors import BadOption


def open_graph(
    source: Any, *, directed: bool | None = None, nodes: Iterable[Any] | str | os.PathLike[str] | None = None
) -> Graph:
    """Make a graph of whatever holds one.

    Parameters
    ----------
    source : Graph, path, NetworkX graph, SciPy sparse matrix, array or iterable of edges
    directed : bool, optional
        By default what the source says: a NetworkX graph does, a sparse matrix is undirected if symmetric, and files
        and lists of edges are undirected.
    nodes : as in `Graph.from_edges`

    Returns
    -------
    Graph

    Raises
    ------
    BadInput, BadFormat, UnknownName
        As `Graph.read`, `Graph.from_networkx`, `Graph.from_sparse` and `Graph.from_edges` do.

    Examples
    --------
    >>> open_graph([(1, 2, 0.5), (2, 3, 1.5)])
    Graph(3 nodes, 2 edges, undirected, weighted)
    """
    held = isinstance(source, Graph) or hasattr(source, "is_directed")
    if held and nodes is not None:
        raise BadOption("a graph object knows its nodes already; leave out nodes=")
    if isinstance(source, Graph):
        if directed is not None and directed != source.directed:
            raise BadOption(
                f"this graph is {'' if source.directed else 'un'}directed already; make it anew from its edges"
            )
        return source
    if held:
        return Graph.from_networkx(source, directed=directed)
    if isinstance(source, str | os.PathLike):
        return Graph.read(source, nodes=nodes, directed=bool(directed))
    if hasattr(source, "tocoo"):
        return Graph.from_sparse(source, nodes=nodes, directed=directed)
    return Graph.from_edges(source, nodes=nodes, directed=bool(directed))
