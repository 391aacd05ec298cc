# mypy: ignore-errors
"""Huffman's tree over word counts in linear time, the counts being sorted."""

from __future__ import annotations

import numpy as np

from vicinal._vectors import kernel


@kernel
def build_parents(counts):
    """Join the two lightest nodes until one is left.

    Parameters
    ----------
    counts : (n,) int64
        Ascending.

    Returns
    -------
    parent : (2n - 1,) int64
        Nodes 0 to n - 1 are the words; n + k is the k-th join; the root is its own parent.
    right : (2n - 1,) bool
        Whether a node is the second, heavier child.
    """
    n = len(counts)
    weight = np.empty(2 * n - 1, np.int64)
    weight[:n] = counts
    parent = np.zeros(2 * n - 1, np.int64)
    right = np.zeros(2 * n - 1, np.bool_)
    word, join = 0, n
    for node in range(n, 2 * n - 1):
        total = 0
        for side in range(2):  # joins are made in ascending weight, so both queues are sorted
            if word < n and (join >= node or weight[word] <= weight[join]):
                child = word
                word += 1
            else:
                child = join
                join += 1
            parent[child], right[child] = node, side == 1
            total += weight[child]
        weight[node] = total
    parent[2 * n - 2] = 2 * n - 2
    return parent, right


@kernel
def collect_paths(parent, right, n):
    """Write down, for every word, the joins from the root to it, and which way to go at each.

    Returns
    -------
    offsets : (n + 1,) int64
    nodes : (total,) int32
        The root is 0, heavier joins come first.
    signs : (total,) float32
        +1 towards the lighter child, -1 towards the heavier.
    """
    root = len(parent) - 1
    offsets = np.zeros(n + 1, np.int64)
    for word in range(n):
        node, depth = word, 0
        while node != root:
            node = parent[node]
            depth += 1
        offsets[word + 1] = offsets[word] + depth
    nodes = np.empty(offsets[n], np.int32)
    signs = np.empty(offsets[n], np.float32)
    for word in range(n):
        node, at = word, offsets[word + 1]
        while node != root:
            at -= 1
            signs[at] = -1.0 if right[node] else 1.0
            node = parent[node]
            nodes[at] = root - node
    return offsets, nodes, signs
