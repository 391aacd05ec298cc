"""Huffman codes for hierarchical softmax: frequent words get short paths."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput


class Paths(NamedTuple):
    """Path of every word from the root of a binary tree.

    Attributes
    ----------
    offsets : (n + 1,) int64
        The path of word w is ``[offsets[w], offsets[w + 1])``.
    nodes : (total,) int32
        Inner nodes passed; n - 1 in all.
    signs : (total,) float32
        Which way the path goes at each: +1 or -1.
    """

    offsets: NDArray[np.int64]
    nodes: NDArray[np.int32]
    signs: NDArray[np.float32]

    @property
    def inner(self) -> int:
        """Number of inner nodes."""
        return len(self.offsets) - 2

    @property
    def longest(self) -> int:
        """Length of the longest path."""
        return int(np.diff(self.offsets).max())


def huffman_paths(counts: NDArray[np.int64]) -> Paths:
    """Build the tree that makes the mean path, weighted by counts, as short as can be (Huffman 1952).

    Parameters
    ----------
    counts : (n,) int64
        n of 2 or more.

    Returns
    -------
    Paths
        The root is node 0; nodes near it, which every word passes, have low numbers.

    Examples
    --------
    >>> paths = huffman_paths(np.array([8, 4, 2, 1]))
    >>> np.diff(paths.offsets).tolist()
    [1, 2, 3, 3]
    """
    from vicinal.words._huffman_kernels import build_parents, collect_paths

    if len(counts) < 2:
        raise BadInput(f"a tree needs two words or more, got {len(counts)}")
    order = np.argsort(counts, kind="stable")
    parent, right = build_parents(np.ascontiguousarray(counts[order], np.int64))
    offsets, nodes, signs = collect_paths(parent, right, len(counts))
    return _reorder(Paths(offsets, nodes, signs), np.argsort(order))


def graft(paths: Paths, counts: NDArray[np.int64]) -> Paths:
    """Add new words beside an old tree without changing what its nodes stand for.

    A new root is put above the old root and a tree of the new words, so that every trained node keeps its meaning; old
    paths grow by one.

    Parameters
    ----------
    paths : Paths
        Of the n old words.
    counts : (m,) int64
        Of the new words, which get the ids n to n + m - 1.

    Returns
    -------
    Paths
        Old nodes keep their numbers; the new root is node n - 1.
    """
    n, m = len(paths.offsets) - 1, len(counts)
    if m == 0:
        return paths
    root, first = np.int32(n - 1), n
    new = huffman_paths(counts) if m > 1 else Paths(np.array([0, 0]), np.empty(0, np.int32), np.empty(0, np.float32))
    parts = [(root, -1.0, *_path(paths, word, 0)) for word in range(n)]
    parts += [(root, 1.0, *_path(new, word, first)) for word in range(m)]
    lengths = np.array([1 + len(nodes) for _, _, nodes, _ in parts])
    nodes = np.concatenate([np.r_[top, path] for top, _, path, _ in parts]).astype(np.int32)
    signs = np.concatenate([np.r_[side, path] for _, side, _, path in parts]).astype(np.float32)
    return Paths(np.r_[0, np.cumsum(lengths)].astype(np.int64), nodes, signs)


def _path(paths: Paths, word: int, shift: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    begin, end = paths.offsets[word], paths.offsets[word + 1]
    return paths.nodes[begin:end] + np.int32(shift), paths.signs[begin:end]


def _reorder(paths: Paths, order: NDArray[np.int64]) -> Paths:
    lengths = np.diff(paths.offsets)[order]
    offsets = np.r_[0, np.cumsum(lengths)].astype(np.int64)
    source = np.repeat(paths.offsets[order] - offsets[:-1], lengths) + np.arange(offsets[-1])
    return Paths(offsets, paths.nodes[source], paths.signs[source])
