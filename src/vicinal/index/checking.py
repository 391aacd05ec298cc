"""Queries that an index keeps to measure its recall with, and their true neighbours, kept up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vicinal.index.exact import Exact
from vicinal.index.recall import Recall
from vicinal.index.rows import Rows
from vicinal.index.searching import merged, search_state
from vicinal.lengths import unit_rows

if TYPE_CHECKING:
    from vicinal.index.state import State

_SPARE = 10  # true neighbours known beyond the k, so that removing rows rarely means to search anew
_ROUNDING = 5e-7  # by which float32 scores of equal rows may differ, relative


@dataclass(frozen=True, eq=False)
class Best:
    """The best places for each of m queries, as far as they are known.

    Attributes
    ----------
    places : (m, w) int64
        Nearest first; -1 behind the last that is known.
    scores : (m, w) float32
        NaN beside -1.

    Examples
    --------
    >>> best = Best(np.array([[4, 1]]), np.array([[0.9, 0.8]], np.float32))
    >>> best.kept(np.array([-1, -1, 0, 1, 2])).places.tolist()
    [[2, -1]]
    """

    places: NDArray[np.int64]
    scores: NDArray[np.float32]

    def kept(self, new: NDArray[np.int64]) -> Best:
        """Follow places that moved: ``new`` holds, for every old place, the new one, or -1 where it was removed."""
        places = np.where(self.places < 0, -1, new[self.places])
        order = np.argsort(places < 0, axis=1, kind="stable")
        places = np.take_along_axis(places, order, axis=1)
        return Best(places, np.where(places < 0, np.nan, np.take_along_axis(self.scores, order, axis=1)))

    def with_rows(self, found: tuple[NDArray[np.int64], NDArray[np.float32]], known: int) -> Best:
        """Merge in what was found among new rows; a list shorter than ``known`` leaves open what follows its last."""
        places, scores = found
        last = np.where(self.places < 0, np.inf, self.scores).min(axis=1, initial=np.inf)
        last[(self.places >= 0).sum(axis=1) >= known] = -np.inf
        places = np.where(scores >= last[:, None], places, -1)
        both = merged((self.places, self.scores), (places, np.where(places < 0, np.nan, scores)))
        width = max(self.places.shape[1], 1)
        return Best(both[0][:, :width], both[1][:, :width])


@dataclass(frozen=True, eq=False)
class Check:
    """Queries, what each should find, and what it does find.

    Attributes
    ----------
    queries : (m, dim) float32
    own : (m,) int64
        Place of a query that is a row of the index itself, which is no answer to it; else -1.
    lost : (m,) float32
        How much less of the truth was found while the query was not yet in the index; taken off what is measured
        since, because some kinds (graphs above all) find the neighbours of their own rows more easily.
    k : int
    target : float
    truth, found : Best
        By exact search; by the index, with its setting.
    """

    queries: NDArray[np.float32]
    own: NDArray[np.int64]
    lost: NDArray[np.float32]
    k: int
    target: float
    truth: Best
    found: Best

    @property
    def values(self) -> NDArray[np.float32]:
        """Recall of every query, (m,) float32."""
        return per_query(self.truth, self.found, self.own, self.k) - self.lost

    @property
    def recall(self) -> Recall:
        """Their mean and its interval."""
        return Recall.measured(self.values, self.k, self.target)

    def with_rows(self, rows: Rows, start: int, known: int) -> Check:
        """Take in rows that were put at the end of the tail, at places from ``start`` on; ``known`` were there."""
        width = self.truth.places.shape[1]
        asked = unit_rows(self.queries) if rows.metric == "cosine" else self.queries
        places, scores = Exact.build(rows).search(asked, min(width, len(rows)), threads=0)
        new = np.where(places < 0, -1, places + start), scores
        return replace(self, truth=self.truth.with_rows(new, known), found=self.found.with_rows(new, 0))

    def moved(self, new: NDArray[np.int64]) -> Check:
        """Follow places that moved or were removed; what is found must be measured again."""
        own = np.where(self.own < 0, -1, new[self.own])
        return replace(self, own=own, truth=self.truth.kept(new), found=self.found.kept(new))

    def completed(self, state: State) -> Check:
        """Search the truth anew for the queries that removing rows left with too few of it."""
        wanted = np.minimum(self.k, len(state) - (self.own >= 0)) + (self.own >= 0)
        short = np.flatnonzero((self.truth.places >= 0).sum(axis=1) < wanted)
        if not len(short):
            return self
        part = exact_best(state, self.queries[short], self.k)
        places, scores = self.truth.places.copy(), self.truth.scores.copy()
        places[short], scores[short] = part.places, part.scores
        return replace(self, truth=Best(places, scores))

    def searched(self, state: State, setting: Mapping[str, Any] | None = None) -> Check:
        """Search a state for all queries, with a setting or its own."""
        return replace(self, found=Best(*search_state(state, self.queries, self.k + 1, setting=setting)))


def exact_best(state: State, queries: NDArray[np.float32], k: int) -> Best:
    """Find the truth for queries in a state, a few places deeper than k."""
    plain = replace(state, kind=state.exact, setting={})
    return Best(*search_state(plain, queries, k + 1 + _SPARE))


def per_query(truth: Best, found: Best, own: NDArray[np.int64], k: int) -> NDArray[np.float32]:
    """Part of the k true nearest rows that was found, own ones left out, (m,) float32; 1 where there are none.

    A row that is as near as the last of the true ones counts as one of them, since either may stand for the other.

    Examples
    --------
    >>> scores = np.array([[0.9, 0.8, 0.7]], np.float32)
    >>> per_query(Best(np.array([[1, 2, 3]]), scores), Best(np.array([[1, 3, 4]]), scores - 0.1), np.array([-1]), 3)
    array([0.6666667], dtype=float32)
    """
    true, answer = _without(truth, own, k), _without(found, own, k)
    there = (true.places >= 0).sum(axis=1)
    last = np.where(there > 0, true.scores[np.arange(len(own)), np.maximum(there - 1, 0)], 0)
    near = (answer.places >= 0) & (answer.scores >= (last - _ROUNDING * np.abs(last))[:, None])
    same = (answer.places[:, :, None] == true.places[:, None, :]) & (answer.places >= 0)[:, :, None]
    hits = np.minimum((near | same.any(axis=2)).sum(axis=1), there)
    return np.divide(hits, there, out=np.ones(len(own), np.float32), where=there > 0, dtype=np.float32)


def _without(best: Best, own: NDArray[np.int64], k: int) -> Best:
    """Leave out each query's own place and keep k."""
    drop = (best.places == own[:, None]) | (best.places < 0)
    order = np.argsort(drop, axis=1, kind="stable")[:, :k]
    gone = np.take_along_axis(drop, order, axis=1)
    places = np.where(gone, -1, np.take_along_axis(best.places, order, axis=1))
    return Best(places, np.where(gone, np.nan, np.take_along_axis(best.scores, order, axis=1)).astype(np.float32))
