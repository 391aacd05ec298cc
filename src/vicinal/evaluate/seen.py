"""What a row of a space sees around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vicinal.evaluate.neighbors import others_of
from vicinal.lengths import unit_rows
from vicinal.matches import Match
from vicinal.similarity import nearest_rows, pairwise
from vicinal.space import Space


class Seen:
    """The k nearest of one row among a pool of rows; nothing where there is no such row, or it has no direction.

    Parameters
    ----------
    space : Space
    row : int
        -1 for none.
    pool : (n,) int64 or None
        Rows that may be neighbours; None for all.
    k : int

    Attributes
    ----------
    near : (j,) int64
        Rows of the neighbours, nearest first; j is k or as many as there are.
    scores : (j,) float32

    Examples
    --------
    >>> space = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
    >>> seen = Seen(space, 0, None, 1)
    >>> seen.near.tolist(), seen.ranks(np.array([1, -1]))
    ([2], [2, None])
    """

    def __init__(self, space: Space, row: int, pool: NDArray[np.int64] | None, k: int) -> None:
        self.space, self.row = space, row
        self.pool = np.arange(len(space)) if pool is None else pool
        self.near, self.scores = np.empty(0, np.int64), np.empty(0, np.float32)
        if row < 0 or (space.metric != "euclidean" and space.norms[row] == 0) or len(self.pool) < 2:
            return
        self._matrix = space.matrix if pool is None else space.matrix[pool]
        self._norms = space.norms if pool is None else space.norms[pool]
        self._query = np.asarray(space.matrix[row : row + 1], np.float32)
        asked = unit_rows(self._query) if space.metric == "cosine" else self._query
        k = min(k, len(self.pool) - 1)
        found, scores = nearest_rows(asked, self._matrix, k + 1, space.metric, self._norms)
        place = np.flatnonzero(self.pool == row)
        if len(place):
            kept = np.isin(found[0], others_of(found, place)[0])
            found, scores = found[:, kept], scores[:, kept]
        self.near, self.scores = self.pool[found[0, :k]], scores[0, :k]

    def matches(self) -> list[Match]:
        """Name the neighbours."""
        names = self.space.names.take(self.near)
        return [Match(name, score) for name, score in zip(names, self.scores.tolist(), strict=True)]

    def ranks(self, rows: NDArray[np.integer]) -> list[int | None]:
        """Rank each row as this one sees it, 1 for the nearest; None for -1, or where nothing is seen."""
        wanted = np.flatnonzero(rows >= 0)
        if not len(self.near) or not len(wanted):
            return [None] * len(rows)
        scores = pairwise(self._query, self._matrix, self.space.metric)[0]
        scores[self.pool == self.row] = -np.inf
        place = np.full(len(self.space), -1, np.int64)
        place[self.pool] = np.arange(len(self.pool))
        found = {int(row): at + 1 for at, row in enumerate(self.near)}
        out: list[int | None] = [None] * len(rows)
        for at in wanted.tolist():
            inside = place[rows[at]]
            if inside >= 0:  # never better than what the list itself holds
                below = max(int((scores > scores[inside]).sum()) + 1, len(self.near) + 1)
                out[at] = found.get(int(rows[at]), below)
        return out
