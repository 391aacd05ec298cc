"""Who is near whom among the vectors of a map: the start of t-SNE and of UMAP."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_number
from vicinal.errors import BadOption
from vicinal.index.exact import exact_rows
from vicinal.index.rows import Rows
from vicinal.index.tree_ah import TreeAH
from vicinal.progress import Callback, Meter
from vicinal.randomness import generator

_SMALL = 10_000  # rows that are all compared in a few seconds at most
_ASKED = 200  # rows whose neighbours are all found, to measure the others by
_BLOCK = 4096  # rows between two reports


def check_recall(recall: float) -> None:
    """Refuse a recall that is none."""
    check_number("recall", recall, 0, 1)
    if recall == 0:
        raise BadOption("recall must be above 0")


def neighbours_of(
    vectors: NDArray[np.float32],
    k: int,
    *,
    recall: float = 0.95,
    seed: int = 0,
    threads: int = 0,
    callback: Callback | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float32], float]:
    """Find the k nearest other rows of every row by euclidean distance.

    Up to 10,000 rows are all compared. More go through a tree with asymmetric hashing, which scans as many leaves as it
    takes to find ``recall`` of the neighbours of 200 rows, drawn by ``seed``.

    Parameters
    ----------
    vectors : (n, d) float32
    k : int
        1 to n - 1.
    recall : float
        Above 0 to 1; 1 compares all rows however many there are.
    seed, threads, callback
        As everywhere.

    Returns
    -------
    rows : (n, k) int64
        Nearest first, equal distances by row; never the row itself.
    distances : (n, k) float32
    recall : float
        As measured; 1 where all rows were compared.

    Examples
    --------
    >>> rows, distances, recall = neighbours_of(np.array([[0], [1], [3]], np.float32), 1)
    >>> rows[:, 0].tolist(), distances[:, 0].tolist(), recall
    ([1, 0, 1], [1.0, 1.0, 2.0], 1.0)
    """
    data, n = Rows.of(vectors, "euclidean"), len(vectors)
    rows, distances = np.empty((n, k), np.int64), np.empty((n, k), np.float32)
    tree, setting, found = None, {}, 1.0
    if n > _SMALL and recall < 1:
        tree = TreeAH.build(data, seed=seed, threads=threads)
        setting, found = _setting(tree, data, k, recall, seed=seed, threads=threads)
    meter = Meter(callback, "finding neighbours", n, "names")
    for start in range(0, n, _BLOCK):
        own = np.arange(start, min(n, start + _BLOCK))
        asked = vectors[own]
        if tree is None:
            near, scores = exact_rows(asked, data, k + 1, None, threads)
        else:
            near, scores = tree.search(asked, k + 1, setting=setting, threads=threads)
            few = np.flatnonzero(near[:, -1] < 0)  # too little in those leaves
            if len(few):
                near[few], scores[few] = exact_rows(asked[few], data, k + 1, None, threads)
        rows[own], distances[own] = others(near, own), -others(scores, own, near)
        meter.report(int(own[-1]) + 1)
    return rows, distances, found


def others(found: NDArray, own: NDArray[np.int64], near: NDArray[np.int64] | None = None) -> NDArray:
    """Drop from k + 1 finds a row its own one; among many equal rows it need not be there, then drop the last.

    Examples
    --------
    >>> others(np.array([[0, 5], [7, 1], [3, 4]]), np.array([0, 1, 2])).tolist()
    [[5], [7], [3]]
    """
    is_own = (found if near is None else near) == own[:, None]
    return np.take_along_axis(found, np.argsort(is_own, axis=1, kind="stable")[:, :-1], axis=1)


def _setting(
    tree: TreeAH, data: Rows, k: int, recall: float, *, seed: int, threads: int
) -> tuple[dict[str, int], float]:
    """Find the first setting that reaches a recall, and the recall it reaches."""
    asked = data.matrix[generator(seed, 2).choice(len(data), _ASKED, replace=False)].astype(np.float32)
    truth = np.sort(exact_rows(asked, data, k + 1, None, threads)[0], axis=1)
    found = 0.0
    for setting in tree.settings(k + 1):
        near = tree.search(asked, k + 1, setting=setting, threads=threads)[0]
        found = float(np.mean([np.isin(a, b).mean() for a, b in zip(truth, near, strict=True)]))
        if found >= recall:
            break
    return dict(setting), found
