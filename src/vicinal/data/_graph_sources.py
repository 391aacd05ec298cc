"""Graphs that other libraries hold, and lists of edges in memory."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.data._graph_build import Edges, check_weights
from vicinal.data.files import text_blocks
from vicinal.errors import BadInput, UnknownName
from vicinal.names import Names, near_spellings


def name_of(node: Any) -> str:
    """A node's name: text as it is, numbers as their digits."""
    return node if isinstance(node, str) else str(node)


def node_list(nodes: Iterable[Any] | str | os.PathLike[str] | None) -> list[str] | None:
    """Take a list of names, or read a file with one a line; None stays None."""
    if nodes is None:
        return None
    if isinstance(nodes, str | os.PathLike):
        path = Path(nodes)
        if not path.is_file():
            raise BadInput(f"no file {str(path)!r}; nodes= takes names, or a file with one name a line")
        text = b"".join(text_blocks(path, 1 << 21, "strict", lambda position: None)).decode()
        names = [line for line in text.split("\n") if line]
    else:
        names = [name_of(node) for node in nodes]
    if not names:
        raise BadInput("the list of nodes is empty")
    return list(Names(names))


def edges_of_array(edges: NDArray, nodes: list[str] | None) -> tuple[list[str], Edges]:
    """Take an array of shape (m, 2), or (m, 3) with weights; nodes are whole numbers, whose digits are their names."""
    if edges.ndim != 2 or edges.shape[1] not in (2, 3) or edges.dtype.kind not in "iuf":
        raise BadInput(
            f"an array of edges must be numbers of shape (m, 2), or (m, 3) with weights, got {edges.shape} of "
            f"{edges.dtype}; for a matrix of adjacency pass scipy.sparse.csr_array(matrix)"
        )
    ends = edges[:, :2]
    if edges.dtype.kind == "f":
        whole = np.isfinite(ends).all(axis=1) & (ends == np.floor(ends)).all(axis=1) & (abs(ends) < 2**53).all(axis=1)
        if not whole.all():
            at = int(np.argmin(whole))
            raise BadInput(f"edge {at} is between {ends[at, 0]} and {ends[at, 1]}; nodes must be whole numbers")
        ends = ends.astype(np.int64)
    found, numbers = np.unique(ends, return_inverse=True)
    names = [str(node) for node in found.tolist()]
    ids = numbers.reshape(ends.shape).astype(np.int32)
    if nodes is not None:
        ids = _lookup(nodes, names)[ids]
        names = nodes
    weights = check_weights(edges[:, 2]) if edges.shape[1] == 3 else None
    return names, Edges(ids[:, 0].copy(), ids[:, 1].copy(), weights)


def edges_of_pairs(edges: Iterable[Any], nodes: list[str] | None) -> tuple[list[str], Edges]:
    """Take tuples ``(source, target)`` or ``(source, target, weight)``, all of one length."""
    sources: list[str] = []
    targets: list[str] = []
    weights: list[float] = []
    for at, edge in enumerate(edges):
        if isinstance(edge, str) or not hasattr(edge, "__len__") or len(edge) not in (2, 3):
            raise BadInput(f"edge {at} is {edge!r}; expected (source, target) or (source, target, weight)")
        sources.append(name_of(edge[0]))
        targets.append(name_of(edge[1]))
        if len(edge) == 3:
            weights.append(edge[2])
        if weights and len(weights) != at + 1:
            raise BadInput(f"edge {at} is {edge!r}; either all edges have a weight or none")
    return named_edges(sources, targets, weights or None, nodes)


def named_edges(
    sources: list[str], targets: list[str], weights: list[Any] | None, nodes: list[str] | None
) -> tuple[list[str], Edges]:
    """Number the ends of edges, in the order first seen or by a fixed list."""
    names = list(dict.fromkeys(name for pair in zip(sources, targets, strict=True) for name in pair))
    if nodes is not None:
        _lookup(nodes, names)
        names = nodes
    number = {name: at for at, name in enumerate(names)}
    ids = [np.fromiter((number[name] for name in ends), np.int32, len(ends)) for ends in (sources, targets)]
    return names, Edges(ids[0], ids[1], None if weights is None else check_weights(np.array(weights)))


def edges_of_networkx(graph: Any, weight: str) -> tuple[list[str], Edges]:
    """Take the nodes and edges of a NetworkX graph; an edge without the attribute weighs 1 if another has it."""
    names = [name_of(node) for node in graph.nodes]
    number = {node: at for at, node in enumerate(graph.nodes)}
    found = [(number[source], number[target], value) for source, target, value in graph.edges(data=weight)]
    ids = np.array([edge[:2] for edge in found], np.int32).reshape(-1, 2)
    weights = None
    if any(value is not None for *_, value in found):
        weights = check_weights(np.array([1.0 if value is None else value for *_, value in found]))
    return names, Edges(ids[:, 0].copy(), ids[:, 1].copy(), weights)


def edges_of_sparse(matrix: Any, nodes: list[str] | None) -> tuple[list[str], Edges]:
    """Take a square sparse matrix: entry (i, j) is the weight of the edge from i to j."""
    rows, columns = matrix.shape
    if rows != columns:
        raise BadInput(f"a matrix of adjacency must be square, got {rows} × {columns}")
    if nodes is not None and len(nodes) != rows:
        raise BadInput(f"{len(nodes)} nodes do not fit a matrix of {rows} rows")
    entries = matrix.tocoo()
    ids = [np.asarray(part).astype(np.int32) for part in (entries.row, entries.col)]
    names = [str(at) for at in range(rows)] if nodes is None else nodes
    return names, Edges(ids[0], ids[1], check_weights(np.asarray(entries.data), "entry"))


def _lookup(nodes: list[str], names: list[str]) -> NDArray[np.int32]:
    """Find names in a fixed list of nodes, or raise `UnknownName`."""
    number = {name: at for at, name in enumerate(nodes)}
    for name in names:
        if name not in number:
            raise UnknownName(name, near_spellings(name, nodes), "the list of nodes")
    return np.fromiter((number[name] for name in names), np.int32, len(names))
