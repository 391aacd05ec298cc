"""From places to names."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vicinal.index.state import State
from vicinal.lookup import Asked
from vicinal.matches import Matches

_MANY = 20  # to find more names than this part of all, a list of them is made, and kept


def name_rows(asked: Asked, state: State, places: NDArray[np.int64], scores: NDArray[np.float32], k: int) -> Matches:
    """Drop each query's own rows, keep k of the others and name them.

    Parameters
    ----------
    asked : Asked
    state : State
    places : (m, w) int64
        As of `search_state`; -1 behind the last.
    scores : (m, w) float32
    k : int
    """
    rows = state.rows_at(places)
    if state.order is not None:  # equal scores come by place, and are wanted by row
        order = np.lexsort((rows, np.where(rows < 0, np.inf, -scores)), axis=1)
        rows, scores = np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1)
    if any(asked.own):
        own = np.zeros(rows.shape, bool)
        for at, mine in enumerate(asked.own):
            own[at] = np.isin(rows[at], list(mine))
        order = np.argsort(own | (rows < 0), axis=1, kind="stable")
        gone = np.take_along_axis(own, order, axis=1)
        rows = np.where(gone, -1, np.take_along_axis(rows, order, axis=1))
        scores = np.where(gone, np.float32(np.nan), np.take_along_axis(scores, order, axis=1))
    counts = np.minimum((rows >= 0).sum(axis=1), k)
    most = int(counts.max(initial=0))
    rows, scores = rows[:, :most], scores[:, :most]
    plain = state.base.names if state.left is None and state.tail is None else state.names
    names = state.listed if rows.size * _MANY > len(state) else plain
    lines = zip(rows.tolist(), counts.tolist(), strict=True)
    found = [[names[row] for row in line[:length]] for line, length in lines]
    return Matches(asked.labels, found, rows, scores, state.metric)
