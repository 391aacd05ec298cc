"""Which kind is worth building: all are raced on small samples, and what they would be on all rows is foretold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import MissingExtra
from vicinal.index.contender import Contender, Limits, falling, rising, sample_sizes
from vicinal.index.exact import Exact
from vicinal.index.kind import Kind
from vicinal.index.kinds import find_kind, kind_names
from vicinal.index.recall import Trial
from vicinal.index.rows import Rows, worker_count
from vicinal.index.tune import Questions, Tuner
from vicinal.progress import Callback, Meter
from vicinal.randomness import generator

FIRST, SECOND = 3_000, 12_000  # rows of the two samples, at most
_WARM = 300  # rows that every kind is built on first, so that no compilation is timed
_QUERIES = 300
_GLANCE = 20  # queries that tell whether a kind is hopelessly slow
_LAST = 50  # queries that tell what the most thorough setting reaches, where none was quick enough
_TOLERATED = 0.5  # of the speed of comparing all rows, at the quickest setting, on a sample
_BEHIND = 0.5  # of the best speed foretold: out of the race
_INSTANT = 0.5  # seconds of building that are never too many
_SECONDS, _BUILDS = 10.0, 2.0  # what the race may take: seconds, or builds of what leads where these are more
_MARGIN = 1.5  # by which a forecast must break a limit before a kind is ruled out by it


@dataclass
class Race:
    """Builds every kind on samples of the rows, and tunes each.

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

    def __post_init__(self) -> None:
        self._start = self.tuner.clock()
        self._best: Contender | None = None

    def run(self) -> list[Contender]:
        """Return those still in the race, the quickest on all rows first, as far as can be foretold.

        A small sample sees all kinds, and how their speed falls as rows are added is taken from `Kind.growth`. Those
        that are not twice too slow by that see a larger sample, where the same is measured; what takes long to build
        does not, if it is foretold to be slower than another was measured to be.
        """
        n = len(self.rows)
        order = generator(self.seed, 2).permutation(n)
        usable, racing = self._usable(), list[Contender]()
        self._start = self.tuner.clock()  # compiling and loading are not counted
        for heat, m in enumerate(sample_sizes(n, self.rows.dim, (FIRST, SECOND))):
            sample = self.rows if m == n else self._part(np.sort(order[:m]))
            racing = self._heat(sample, racing if heat else usable)
            least = _BEHIND * max((entry.queries_per_second for entry in racing), default=0.0)
            slow = [entry for entry in racing if entry.queries_per_second < least]
            self.trials += [replace(entry.trial, why="slower") for entry in slow]
            racing = sorted((entry for entry in racing if entry not in slow), key=lambda entry: entry.build_seconds)
            if len(racing) < 2:
                break  # nothing left to race against
        return sorted(racing, key=lambda entry: -entry.queries_per_second)

    def spent(self) -> float:
        """Seconds since it began."""
        return self.tuner.clock() - self._start

    def left(self) -> float:
        """Seconds that it may still take, seeing how long what leads is foretold to take for building."""
        build = 0.0 if self._best is None else self._best.build_seconds
        whole = max(_SECONDS, _BUILDS * build)
        most = self.limits.build_time
        if most is not None:  # what leads but takes too long must not keep others from being tried
            whole = min(whole, most - build if build < most else most / 2)
        return whole - self.spent()

    def _part(self, order: NDArray[np.int64]) -> Rows:
        return Rows(np.ascontiguousarray(self.rows.matrix[order]), self.rows.norms[order], self.rows.metric)

    def _usable(self) -> list[tuple[str, int]]:
        """Kinds that can be used at all, the likeliest first, with their plans; plain exact search is none of them."""
        found = []
        for name in reversed(kind_names()):
            try:
                kind = find_kind(name)
                plans = kind.plans(len(self.rows), self.rows.dim, self.rows.metric)
                if self.rows.metric not in kind.metrics or not plans:
                    self.trials.append(Trial(name, why=f"of no use for {len(self.rows):,} rows by {self.rows.metric}"))
                    continue
                kind.build(self._part(np.arange(min(_WARM, len(self.rows)))), seed=self.seed, threads=1)
            except MissingExtra as error:
                self.trials.append(Trial(name, why=f"needs {str(error).partition(': ')[2] or error}"))
                continue
            others = [at for at, plan in enumerate(plans) if name != "exact" or plan.get("codes", "float") != "float"]
            found += [(name, at) for at in others]
        return found

    def _heat(self, sample: Rows, entries: Sequence[Contender | tuple[str, int]]) -> list[Contender]:
        asked = Questions.of(sample, self.queries[:_QUERIES], self.k)
        all_rows = self.tuner.speed(Exact.build(sample), asked, {}) * len(sample) / len(self.rows)
        found: list[Contender] = []
        self._best = None
        enough: set[str] = set()  # kinds of which no further plan is tried: the first sufficed, or is out of reach
        for at, entry in enumerate(entries):
            before = entry if isinstance(entry, Contender) else None
            name, plan = (entry.kind, entry.plan) if isinstance(entry, Contender) else entry
            if name in enough:
                continue
            Meter(self.callback, f"trying {name} on {len(sample):,} rows", len(entries), "plans").report(at)
            result = self._kept(before, len(sample)) or self._try(asked, name, plan, sample, before, all_rows)
            if isinstance(result, Contender):
                found.append(result)
                if self._best is None or result.queries_per_second > self._best.queries_per_second:
                    self._best = result
            else:
                self.trials.append(result)
            if name != "exact" and not (isinstance(result, Trial) and result.why.startswith("recall")):
                enough.add(name)
        return found

    def _kept(self, before: Contender | None, m: int) -> Contender | Trial | None:
        """What is not to be built on ``m`` rows: too slow by forecast, or too long for the time that is left."""
        if before is None or self._best is None:
            return None
        if before.queries_per_second < self._best.queries_per_second and before.building(m) > _INSTANT:
            return replace(before.trial, why="slower, as foretold")
        return before if self.left() < before.building(m) else None

    def _try(  # noqa: PLR0917
        self, asked: Questions, name: str, plan: int, sample: Rows, before: Contender | None, all_rows: float
    ) -> Contender | Trial:
        cls, n, m = find_kind(name), len(self.rows), len(sample)
        plans = cls.plans(m, sample.dim, sample.metric) or cls.plans(n, sample.dim, sample.metric)
        options = dict(plans[min(plan, len(plans) - 1)])
        if self._best is not None and self.left() <= 0:
            return Trial(name, options, why="not tried: the race had taken long enough")
        threads = self.threads if m == n else 1  # small samples gain nothing by more, and some kinds lose
        start = self.tuner.clock()
        built = cls.build(sample, seed=self.seed, threads=threads, **options)
        seconds = self.tuner.clock() - start
        trial = Trial(name, options, build_seconds=seconds, bytes_per_vector=built.nbytes / m, rows=m)
        rise = rising(seconds, m, before)
        long = seconds * (n / m) ** rise / (1 if m == n else worker_count(self.threads))
        broken = self.limits.broken(_size(built, m, n, before), long, 1.0 if m == n else _MARGIN)
        if broken:
            return replace(trial, why=broken)
        falls = cls.growth if before is None else before.falling
        quickest = self.tuner.speed(built, asked.first(_GLANCE), self.tuner.settings(built, self.k)[0])
        if quickest < _TOLERATED * all_rows:
            return replace(trial, why="no quicker than comparing all rows")
        least = 0.0 if self._best is None else _BEHIND * self._best.queries_per_second * (n / m) ** falls
        if quickest < least:
            return replace(trial, why="slower, however searched")
        reached = self.tuner.cheapest(built, asked, strict=False, least=max(least, _TOLERATED * all_rows))
        if reached is None:
            best = self.tuner.best_of(built, asked.first(_LAST))
            why = "slower at that recall" if best >= self.tuner.target else f"recall not reached: {best:.3f} at most"
            return replace(trial, recall=best, why=why)
        speed = reached.queries_per_second
        figures: dict[str, Any] = {"setting": reached.setting, "recall": reached.recall, "queries_per_second": speed}
        falls = falls if before is None else falling(speed, m, before)
        kept = built if m == n else None
        return Contender(plan, replace(trial, **figures), falls, rise, speed * (m / n) ** falls, long, kept)


def _size(built: Kind, m: int, n: int, before: Contender | None) -> float:
    """Bytes on all rows, by what one sample or two take."""
    if before is None:
        return built.nbytes * n / m
    old = before.trial.bytes_per_vector * before.trial.rows
    return built.nbytes + (built.nbytes - old) / (m - before.trial.rows) * (n - m)
