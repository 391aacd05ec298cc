"""An order of words that puts similar ones side by side."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.maps.pca import chosen_rows, components, vectors_of
from vicinal.similarity import pairwise
from vicinal.space import Space

_MOST = 2_000


def seriate(space: Space, words: Iterable[str]) -> list[str]:
    """Put words in an order in which neighbours are alike, as rows of a `heatmap`.

    A short path through all vectors: from the end of the first principal component always on to the nearest word not
    yet visited, then parts of the path are turned around for as long as that shortens it (2-opt, Croes 1958).

    Parameters
    ----------
    space : Space
    words : iterable of str
        3 to 2,000 distinct names.

    Returns
    -------
    list of str
        The same words; the same order whatever order they came in, but for words with equal vectors.

    Raises
    ------
    BadInput
        For fewer than 3 or more than 2,000 words, or a word given twice.
    UnknownName
        For a word that the space does not hold.

    Examples
    --------
    >>> space = Space(["red", "king", "blue", "queen"], [[3, 1], [0, 3], [3, 0.5], [0.5, 3]])
    >>> seriate(space, ["red", "king", "blue", "queen"])
    ['blue', 'red', 'queen', 'king']
    """
    names, _ = chosen_rows(space, sorted(words) if not isinstance(words, str) else words)
    if len(names) > _MOST:
        raise BadInput(f"{len(names):,} words are too many to put in order; at most {_MOST:,}")
    vectors = vectors_of(space, space.names.rows(names), None)
    distances = -pairwise(vectors, metric="euclidean").astype(np.float64)
    mean, axes, _ = components(vectors, 1)
    path = _shortened(_nearest_on(distances, int(np.argmin((vectors - mean) @ axes[0]))), distances)
    if names[path[0]] > names[path[-1]]:
        path = path[::-1]  # a path has no direction of its own
    return [names[row] for row in path]


def _nearest_on(distances: NDArray[np.float64], start: int) -> list[int]:
    left = np.ones(len(distances), bool)
    path = [start]
    left[start] = False
    while left.any():
        path.append(int(np.argmin(np.where(left, distances[path[-1]], np.inf))))
        left[path[-1]] = False
    return path


def _shortened(path: list[int], distances: NDArray[np.float64]) -> list[int]:
    """Turn parts of a path around while that makes it shorter; the ends are free."""
    order, n = np.array(path), len(path)
    closed = np.zeros((n + 1, n + 1))  # a point at no distance from all others closes the path to a tour
    closed[:n, :n] = distances
    for _ in range(20 * n):
        tour = np.concatenate([[n], order, [n]])
        edges = closed[tour[:-1], tour[1:]]
        # gain[i, j]: turning order[i..j] around replaces the edges before i and after j
        gain = edges[:-1, None] + edges[None, 1:] - closed[np.ix_(tour[:-2], order)] - closed[np.ix_(order, tour[2:])]
        gain = np.triu(gain, 1)
        i, j = divmod(int(np.argmax(gain)), n)
        if gain[i, j] <= 1e-9:
            break
        order[i : j + 1] = order[i : j + 1][::-1]
    return [int(row) for row in order]
