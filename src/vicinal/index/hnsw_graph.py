"""The graph of `Hnsw` as plain arrays: links that lead nowhere are refused, rows that no link leads to are linked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat
from vicinal.index.stored import stored

SPARE = 2  # places for links of each row on the lowest layer that FAISS leaves free


def link_offsets(layers: NDArray[np.int32], M: int, spare: int) -> NDArray[np.int64]:
    """Where the links of every row begin: 2 M and ``spare`` for the lowest layer and M for each above it, (n + 1,).

    Examples
    --------
    >>> link_offsets(np.array([1, 3, 1], np.int32), 4, 2).tolist()
    [0, 10, 28, 38]
    """
    widths = (layers.astype(np.int64) + 1) * M + spare
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(widths)])


def with_spare(
    links: NDArray[np.int32], layers: NDArray[np.int32], M: int, before: int, after: int
) -> NDArray[np.int32]:
    """Lay links out anew with another number of spare places on the lowest layer.

    Examples
    --------
    >>> with_spare(np.array([1, -1, 0, -1], np.int32), np.array([1, 1], np.int32), 1, 0, 1).tolist()
    [1, -1, -1, 0, -1, -1]
    """
    old, new = link_offsets(layers, M, before), link_offsets(layers, M, after)
    out = np.full(int(new[-1]), -1, np.int32)
    shared = np.arange(2 * M + min(before, after))
    out[new[:-1, None] + shared] = links[old[:-1, None] + shared]
    for layer in range(1, int(layers.max())):
        there = np.flatnonzero(layers > layer)
        upper = (layer + 1) * M + np.arange(M)
        out[new[there, None] + after + upper] = links[old[there, None] + before + upper]
    return out


def check_graph(arrays: Mapping[str, NDArray], n: int, M: int, most_layers: int) -> NDArray[np.int32]:
    """Check layers, links and the entry of a graph; return the links.

    Every link must lead to a row that is on the same layer, since its links there are read next.

    Raises
    ------
    BadFormat
    """
    layers = stored(arrays, "layers", np.uint8, (n,), least=1, most=most_layers).astype(np.int32)
    offsets = link_offsets(layers, M, SPARE)
    links = stored(arrays, "links", np.int32, (int(offsets[-1]),), least=-1, most=n - 1)
    entry = int(stored(arrays, "entry", np.int64, (1,), least=0, most=n - 1)[0])
    if layers[entry] != layers.max():
        raise BadFormat(f"the search in this index would begin at row {entry}, which is not on the highest layer")
    for layer in range(1, int(layers.max())):
        there = np.flatnonzero(layers > layer)
        targets = links[(offsets[there] + (layer + 1) * M + SPARE)[:, None] + np.arange(M)]
        if (layers[targets[targets >= 0]] <= layer).any():
            raise BadFormat(f"a link on layer {layer} of this index leads to a row that is not there")
    return links


def not_reached(lowest: NDArray[np.int32], entry: int) -> NDArray[np.int64]:
    """Rows that no chain of links leads to from ``entry`` on the lowest layer.

    Examples
    --------
    >>> not_reached(np.array([[1, -1], [0, -1], [1, -1]], np.int32), 0).tolist()
    [2]
    """
    seen = np.zeros(len(lowest), bool)
    edge = np.array([entry])
    seen[edge] = True
    while len(edge):
        targets = lowest[edge]
        targets = targets[targets >= 0]
        edge = np.unique(targets[~seen[targets]])
        seen[edge] = True
    return np.flatnonzero(~seen)


def reach_all(lowest: NDArray[np.int32], entry: int, near: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> None:
    """Link rows that cannot be reached to rows that can, in the places left free.

    Graphs of inner products leave out rows that are nobody's best, and equal rows link to nothing but each other.

    Parameters
    ----------
    lowest : (n, 2 M + SPARE) int32
        Links of the lowest layer, -1 behind the last of a row; changed in place.
    entry : int
    near : callable
        Finds for (m,) rows those that a search for them comes by, (m, c), -1 for none.
    """
    lost = not_reached(lowest, entry)
    if not len(lost):
        return
    free = (lowest < 0).sum(axis=1)
    seen = np.ones(len(lowest), bool)
    seen[lost] = False
    last = int(np.flatnonzero(seen & (free > 0))[0])  # whoever was reached last has free places
    for row, visited in zip(lost.tolist(), near(lost).tolist(), strict=True):
        if seen[row]:
            continue
        parent = next((other for other in visited if other >= 0 and seen[other] and free[other]), last)
        lowest[parent, lowest.shape[1] - free[parent]] = row
        free[parent] -= 1
        last = row
        edge = np.array([row])
        while len(edge):  # with it come all rows that it leads to
            seen[edge] = True
            targets = lowest[edge]
            targets = targets[targets >= 0]
            edge = np.unique(targets[~seen[targets]])
