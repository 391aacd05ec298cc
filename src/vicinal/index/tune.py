"""Finding the cheapest way to search a structure that reaches a recall, and proving it on other queries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.index.block import Block
from vicinal.index.checking import Best, exact_best, per_query
from vicinal.index.kind import Kind
from vicinal.index.recall import Recall, bounds, lower_bound
from vicinal.index.rows import Rows
from vicinal.index.searching import search_state
from vicinal.index.state import State
from vicinal.names import Names
from vicinal.origin import Origin

RISK = 0.05  # of taking a setting whose true recall is below what was asked for
_FIRST = 50, 200  # queries that rule out a hopeless setting
_BATCH = 500  # queries that are timed at once
_REPEATS = 3  # timings of which the shortest is taken
_PASSED = 3  # settings that reach the recall and are timed: a list from quick to thorough is not always one in fact
_FAR = 0.4  # of the speed that is wanted: an untimed look, on a few queries, may err by as much
_PLAINLY = 1.2  # times as quick as the first of them, or that one is taken: timings err
_FEWEST = 50  # queries that are timed in any case
_SECONDS = 0.05  # that a timing may take about

Clock = Callable[[], float]


@dataclass(frozen=True, eq=False)
class Questions:
    """Queries that are no rows of what is searched, and their true neighbours there.

    Attributes
    ----------
    vectors : (m, dim) float32
    truth : Best
    k : int

    Examples
    --------
    >>> rows = Rows.of(np.eye(3, dtype=np.float32), "cosine")
    >>> Questions.of(rows, np.ones((1, 3), np.float32), 2).truth.places[0, :2].tolist()
    [0, 1]
    """

    vectors: NDArray[np.float32]
    truth: Best
    k: int

    @classmethod
    def of(cls, rows: Rows, vectors: NDArray[np.float32], k: int) -> Questions:
        """Find the truth by comparing all rows."""
        from vicinal.index.exact import Exact

        return cls(vectors, exact_best(bare(Exact.build(rows)), vectors, k), k)

    def __len__(self) -> int:
        return len(self.vectors)

    def first(self, count: int) -> Questions:
        """Keep some."""
        return Questions(self.vectors[:count], Best(self.truth.places[:count], self.truth.scores[:count]), self.k)

    def values(self, kind: Kind, setting: Mapping[str, Any], threads: int = 0) -> NDArray[np.float32]:
        """Recall of every query, (m,) float32."""
        found = Best(*search_state(bare(kind), self.vectors, self.k, setting=setting, threads=threads))
        return per_query(self.truth, found, np.full(len(self), -1), self.k)


@dataclass(frozen=True)
class Reached:
    """A setting that reaches the recall.

    Attributes
    ----------
    setting : dict
    recall : float
        On the queries tuned on.
    queries_per_second : float
        In a batch, on one thread.
    """

    setting: dict[str, Any]
    recall: float
    queries_per_second: float


@dataclass
class Tuner:
    """Measures structures against one target.

    Attributes
    ----------
    target : float
    threads : int
        For searches that are not timed; those that are use one.
    fixed : dict
        Settings that the user decided.
    clock : callable
        Seconds.
    """

    target: float
    threads: int = 0
    fixed: dict[str, Any] = field(default_factory=dict)
    clock: Clock = time.perf_counter

    def settings(self, kind: Kind, k: int) -> list[dict[str, Any]]:
        """Settings to try, from quick to thorough, with what the user decided put in."""
        listed = [{**setting, **self.fixed} for setting in kind.settings(k)]
        return [setting for at, setting in enumerate(listed) if setting not in listed[:at]]

    def reaching(
        self,
        kind: Kind,
        asked: Questions,
        *,
        strict: bool = True,
        start: Mapping[str, Any] | None = None,
        least: float = 0.0,
    ) -> Iterator[tuple[dict[str, Any], float]]:
        """Go through the settings, from ``start`` on, that reach the target on these queries, with the recall of each.

        ``strict`` asks it of the lower bound of the recall, at a risk of 5 %, else of its mean. They end where one
        answers far fewer than ``least`` queries a second, since those that follow are slower still.
        """
        listed = self.settings(kind, asked.k)
        for setting in listed[0 if start is None else listed.index(dict(start)) :]:
            few, begun = asked.first(_FIRST[0]), self.clock()
            hopeless = self._hopeless(kind, few, setting)
            if len(few) < _FAR * least * (self.clock() - begun):
                return
            if hopeless or any(
                self._hopeless(kind, asked.first(count), setting) for count in _FIRST[1:] if len(asked) > 2 * count
            ):
                continue
            values = asked.values(kind, setting, self.threads)
            if (lower_bound(values, RISK) if strict else float(values.mean())) >= self.target:
                yield setting, float(values.mean())

    def _hopeless(self, kind: Kind, few: Questions, setting: Mapping[str, Any]) -> bool:
        return bounds(few.values(kind, setting, self.threads), 0.998)[1] < self.target

    def best_of(self, kind: Kind, asked: Questions) -> float:
        """Recall of the most thorough setting."""
        return float(asked.values(kind, self.settings(kind, asked.k)[-1], self.threads).mean())

    def cheapest(self, kind: Kind, asked: Questions, *, strict: bool = True, least: float = 0.0) -> Reached | None:
        """Find the quickest setting that reaches the target; None if none does at ``least`` queries a second or so."""
        found: list[Reached] = []
        for setting, recall in self.reaching(kind, asked, strict=strict, least=least):
            found.append(Reached(setting, recall, self.speed(kind, asked, setting)))
            if len(found) == _PASSED:
                break
        least = _PLAINLY * found[0].queries_per_second if found else 0.0
        quicker = [reached for reached in found[1:] if reached.queries_per_second > least]
        return max(quicker or found[:1], key=lambda reached: reached.queries_per_second, default=None)

    def speed(self, kind: Kind, asked: Questions, setting: Mapping[str, Any]) -> float:
        """Queries a second in a batch on one thread: the best of three timings, which other work disturbed least."""
        state, vectors = bare(kind), asked.vectors[:_BATCH]
        start = self.clock()
        search_state(state, vectors[:_FEWEST], asked.k, setting=setting, threads=1)
        rate = min(_FEWEST, len(vectors)) / max(self.clock() - start, 1e-9)
        vectors = vectors[: max(_FEWEST, int(rate * _SECONDS))]
        seconds = []
        for _ in range(_REPEATS):
            start, rounds = self.clock(), 0
            while not rounds or (self.clock() - start < _SECONDS / 2 and rounds < 1000):
                search_state(state, vectors, asked.k, setting=setting, threads=1)
                rounds += 1
            seconds.append((self.clock() - start) / rounds)
        return len(vectors) / max(min(seconds), 1e-9)

    def verified(
        self, kind: Kind, start: Mapping[str, Any], tuned_on: Questions, asked: Questions, *, strict: bool = True
    ) -> tuple[dict[str, Any], NDArray[np.float32], Recall] | None:
        """Prove a setting on queries it was not chosen by, or the next more thorough one that can be proved.

        The same queries judge one setting after the other, and a judge who may look often enough will once say yes.
        So each look is held to more: the interval of the j-th is of level 1 − 0.05 / 2^(j − 1), whose lower end is too
        high with a chance of 2.5 %, 1.25 %, …, together under 5 %. A setting is taken when that lower end reaches the
        target, and the interval reported is the one it was judged by.

        Returns
        -------
        setting : dict
        values : (m,) float32
            Recall of every query of ``asked``.
        recall : Recall

        Or None, if no setting can be proved.
        """
        for looks, (setting, _) in enumerate(self.reaching(kind, tuned_on, strict=strict, start=start)):
            values = asked.values(kind, setting, self.threads)
            recall = Recall.measured(values, asked.k, self.target, 1 - RISK / 2**looks)
            if (recall.low if strict else recall) >= self.target:
                return setting, values, recall
        return None


def bare(kind: Kind) -> State:
    """Make a state of a structure alone, to search it as an index would."""
    return State(Block(kind.data, Names([]), {}), kind, {}, Origin(), Recall(1.0))
