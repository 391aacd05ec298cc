"""Which kind is worth building: all are raced on small samples, and what they would be on all rows is foretold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import MissingExtra
from vicinal.index.exact import Exact
from vicinal.index.kind import Kind
from vicinal.index.kinds import find_kind, kind_names
from vicinal.index.recall import Trial
from vicinal.index.rows import Rows
from vicinal.index.tune import Questions, Reached, Tuner
from vicinal.memory import show_bytes
from vicinal.progress import Callback, Meter
from vicinal.randomness import generator

LARGE = 50_000  # rows of the largest sample
_STEPS = (16, 4, 1)  # every so many rows of it make a sample
_VAIN = 0.1  # the same before it is known how a kind slows down as rows are added
_BEHIND, _LONGER = 0.8, 2.0  # so much slower than the best and longer to build: not built on the largest either
_INSTANT = 1.0  # seconds of building that are never too many
_SMALLEST = 500  # rows of a sample, at least
_WARM = 300  # rows that every kind is built on first, so that no compilation is timed
_QUERIES = 300
_GLANCE = 20  # queries that tell whether a kind is hopelessly slow
_TOLERATED = 0.5  # of the speed of comparing all rows, at the quickest setting, on a sample
_PLANS = 2  # of a kind that are raced
_HOPELESS = 0.35  # of the best speed foretold: not built on the largest sample
_BUILD_GROWTH = 1.1  # exponent by which the time of building is taken to grow, at least
_MARGIN = 1.5  # by which a forecast must break a limit before a kind is ruled out by it


@dataclass(frozen=True)
class Limits:
    """What an index may take.

    Attributes
    ----------
    memory : int or None
        Bytes besides the full vectors.
    build_time : float or None
        Seconds for building the structure.
    """

    memory: int | None = None
    build_time: float | None = None

    def broken(self, nbytes: float, seconds: float, margin: float = 1.0) -> str:
        """Say which limit is broken; empty if none is.

        Examples
        --------
        >>> Limits(memory=1000).broken(5000, 1.0)
        'too big: 5.0 kB, at most 1.0 kB'
        """
        about = "about " if margin > 1 else ""
        if self.memory is not None and nbytes > margin * self.memory:
            return f"too big: {about}{show_bytes(nbytes)}, at most {show_bytes(self.memory)}"
        if self.build_time is not None and seconds > margin * self.build_time:
            return f"build too long: {about}{seconds:.1f} s, at most {self.build_time:g} s"
        return ""


@dataclass(frozen=True, eq=False)
class Contender:
    """One plan of one kind, and what it will be on all rows as far as is known.

    Attributes
    ----------
    kind : str
    plan : int
        Its position among the kind's plans.
    queries_per_second, build_seconds, nbytes : float
    built : Kind, optional
        Over all rows, where the sample was all of them.
    seen : tuple
        Queries a second, build seconds and bytes on the last sample.
    """

    kind: str
    plan: int
    queries_per_second: float
    build_seconds: float
    nbytes: float
    trial: Trial
    seen: tuple[float, float, float]
    built: Kind | None = None


@dataclass
class Race:
    """All kinds on samples of the same rows.

    Attributes
    ----------
    rows : Rows
        All rows.
    queries : (m, dim) float32
    k : int
    tuner : Tuner
    limits : Limits
    seed, threads : int
    callback : callable or None
    trials : list of Trial
        Filled with those that are out of the race.
    """

    rows: Rows
    queries: NDArray[np.float32]
    k: int
    tuner: Tuner
    limits: Limits
    seed: int
    threads: int
    callback: Callback | None
    trials: list[Trial]

    def run(self) -> list[Contender]:
        """Return those still in the race, the quickest on all rows first, as far as can be foretold.

        Two small samples tell how the speed of a kind falls as rows are added; only those that this does not rule out
        see the largest sample, or all rows where these are no more.
        """
        n = len(self.rows)
        order = np.sort(generator(self.seed, 2).permutation(n)[: min(LARGE, n)])
        steps = sorted({min(step, max(1, len(order) // _SMALLEST)) for step in _STEPS}, reverse=True)
        entries: list[tuple[str, int]] = []
        racing: list[Contender] = []
        for heat, step in enumerate(steps):
            sample = self.rows if n <= LARGE and step == 1 else self._part(order[::step])
            if heat == 0:
                entries = self._entries(sample)
            racing = self._heat(sample, entries, {(e.kind, e.plan): e for e in racing})
            slow = self._left_behind(racing, heat) if heat < len(steps) - 1 else []
            self.trials += [replace(entry.trial, why="slower") for entry in slow]
            racing = [entry for entry in racing if entry not in slow]
            entries = [(entry.kind, entry.plan) for entry in racing]
        return sorted(racing, key=lambda entry: -entry.queries_per_second)

    def _left_behind(self, racing: list[Contender], heat: int) -> list[Contender]:
        """Those too slow to be built on a larger sample, or somewhat slower than the best and much longer to build."""
        if not racing:
            return []
        best = max(racing, key=lambda entry: entry.queries_per_second)
        speed, seconds = best.queries_per_second, max(best.build_seconds, _INSTANT)
        slow = [entry for entry in racing if entry.queries_per_second < speed * (_HOPELESS if heat else _VAIN)]
        far, long = (_BEHIND, _LONGER) if heat else (_BEHIND / 2, 2 * _LONGER)  # the first forecast is a rough one
        behind = [entry for entry in racing if entry.queries_per_second < far * speed and entry not in slow]
        slow += [entry for entry in behind if entry.build_seconds > long * seconds]
        return slow

    def _part(self, order: NDArray[np.int64]) -> Rows:
        return Rows(np.ascontiguousarray(self.rows.matrix[order]), self.rows.norms[order], self.rows.metric)

    def _entries(self, small: Rows) -> list[tuple[str, int]]:
        """Kinds that can be used at all, with a few plans each; comparing all rows is no part of the race."""
        entries = []
        for name in kind_names():
            try:
                kind = find_kind(name)
                plans = kind.plans(len(self.rows), self.rows.dim, self.rows.metric)
                if self.rows.metric not in kind.metrics or not plans:
                    self.trials.append(Trial(name, why=f"of no use for {len(self.rows):,} rows by {self.rows.metric}"))
                    continue
                kind.build(self._part(np.arange(min(_WARM, len(small)))), seed=self.seed, threads=self.threads)
            except MissingExtra as error:
                self.trials.append(Trial(name, why=f"needs {str(error).partition(': ')[2] or error}"))
                continue
            others = [at for at, plan in enumerate(plans) if name != "exact" or plan.get("codes", "float") != "float"]
            entries += [(name, at) for at in others[:_PLANS]]
        return entries

    def _heat(
        self, sample: Rows, entries: Sequence[tuple[str, int]], before: dict[tuple[str, int], Contender]
    ) -> list[Contender]:
        asked = Questions.of(sample, self.queries[:_QUERIES], self.k)
        all_rows = self.tuner.speed(Exact.build(sample), asked, {}) * len(sample) / len(self.rows)
        found: list[Contender] = []
        for name, plan in entries:
            Meter(self.callback, f"trying {name}", len(sample), "rows").report(0)
            entry = self._try(asked, (name, plan), sample, before.get((name, plan)), _TOLERATED * all_rows)
            if isinstance(entry, Trial):
                self.trials.append(entry)
            else:
                found.append(entry)
        return found

    def _try(
        self, asked: Questions, entry: tuple[str, int], sample: Rows, before: Contender | None, least: float
    ) -> Contender | Trial:
        name, plan = entry
        cls, n, m = find_kind(name), len(self.rows), len(sample)
        plans = cls.plans(m, sample.dim, sample.metric) or cls.plans(n, sample.dim, sample.metric)
        options = dict(plans[min(plan, len(plans) - 1)])
        start = self.tuner.clock()
        built = cls.build(sample, seed=self.seed, threads=self.threads, **options)
        seconds = self.tuner.clock() - start
        trial = Trial(name, options, build_seconds=seconds, bytes_per_vector=built.nbytes / m, rows=m)
        growth = (
            _BUILD_GROWTH
            if before is None
            else max(_BUILD_GROWTH, _exponent(before.seen[1], seconds, m / before.trial.rows))
        )
        slope = built.nbytes / m if before is None else (built.nbytes - before.seen[2]) / (m - before.trial.rows)
        long, size = seconds * (n / m) ** min(growth, 2.0), built.nbytes + slope * (n - m)
        broken = self.limits.broken(size, long, 1.0 if m == n else _MARGIN)
        if broken:
            return replace(trial, why=broken)
        quickest = self.tuner.settings(built, self.k)[0]
        if self.tuner.speed(built, asked.first(_GLANCE), quickest) < least:
            return replace(trial, why="no quicker than comparing all rows")
        reached = self.tuner.cheapest(built, asked, strict=False)
        if reached is None:
            best = self.tuner.best_of(built, asked)
            return replace(trial, recall=best, why=f"recall not reached: {best:.3f} at most")
        trial = replace(_with(trial, reached), why="")
        speed, falling = reached.queries_per_second, 0.0
        if before is not None:
            falling = min(1.0, max(0.0, -_exponent(before.seen[0], speed, m / before.trial.rows)))
        foretold, seen = speed * (n / m) ** -falling, (speed, seconds, float(built.nbytes))
        return Contender(name, plan, foretold, long, size, trial, seen, built if m == n else None)


def _exponent(small: float, large: float, ratio: float) -> float:
    """The power of the number of rows by which a figure grew, where there were ``ratio`` times as many."""
    return math.log(max(large, 1e-9) / max(small, 1e-9)) / math.log(ratio)


def _with(trial: Trial, reached: Reached) -> Trial:
    figures: dict[str, Any] = {"setting": reached.setting, "recall": reached.recall}
    return replace(trial, queries_per_second=reached.queries_per_second, **figures)
