"""From the race to one structure, with a setting that is proved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadOption
from vicinal.index.contender import Contender, Limits
from vicinal.index.exact import Exact
from vicinal.index.held import Held
from vicinal.index.kind import Kind
from vicinal.index.kinds import find_kind, kind_names
from vicinal.index.race import Race
from vicinal.index.recall import Recall, Trial, Trials, bounds
from vicinal.index.rows import Rows
from vicinal.index.tune import RISK, Questions, Reached, Tuner
from vicinal.progress import Callback, Meter

_WORTH = 1.25  # times as quick as comparing all rows, or a structure is not worth having
_NEAR = 0.8  # of the best forecast: built in full too, since forecasts err
_EXACT_QUERIES = 100
_PROBE = 64  # rows that a kind is built on to see the names of its settings
_LEAST = 100  # rows from which a recall can be measured on rows held out


@dataclass(frozen=True, eq=False)
class Choice:
    """What is to be used; ``kind`` is None where all rows are to be compared.

    Attributes
    ----------
    kind : Kind or None
        Over the rows that were not held out.
    setting : dict
    values : (m,) float32
        Recall of every query it was proved by.
    recall : Recall
    trials : Trials
    """

    kind: Kind | None
    setting: dict[str, Any]
    values: NDArray[np.float32]
    recall: Recall
    trials: Trials


@dataclass
class Chooser:
    """Builds structures over all rows that were not held out, tunes them and proves them.

    Attributes
    ----------
    held : Held
    k : int
    tuner : Tuner
    limits : Limits
    seed : int
    callback : callable or None
    trials : list of Trial
    """

    held: Held
    k: int
    tuner: Tuner
    limits: Limits
    seed: int
    callback: Callback | None
    trials: list[Trial] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows: Rows = self.held.rows
        self._asked: tuple[Questions, Questions] | None = None
        self._raced = 0.0  # seconds

    def of_all(self) -> Choice:
        """Race all kinds and prove the best; not where no number of finds would prove so high a recall."""
        count = len(self.held.proving)
        most = bounds(np.ones(count), 1 - RISK)[0]
        if most < self.tuner.target:
            why = f"not tried: {count:,} queries prove no recall above {most:.3f}"
            self.trials += [Trial(name, why=why) for name in kind_names() if name != "exact"]
            return self._none()
        race = Race(
            self.rows, self.held.tuning, self.k, self.tuner, self.limits,
            seed=self.seed, threads=self.tuner.threads, callback=self.callback, trials=self.trials,
        )  # fmt: skip
        queue, self._raced = race.run(), race.spent()
        exact = Exact.build(self.rows)
        few = Questions.of(self.rows, self.held.tuning[:_EXACT_QUERIES], self.k)
        speed = self.tuner.speed(exact, few, {})
        quick = [entry for entry in queue if entry.queries_per_second >= _WORTH * speed]
        self.trials += [replace(e.trial, why="no quicker than comparing all rows") for e in queue if e not in quick]
        own = Trial("exact", {}, {}, 1.0, speed, 0.0, exact.nbytes / len(self.rows), "slower", len(self.rows))
        self.trials.append(own)
        while quick:
            finals = self._finals(quick, speed)
            for at, (trial, kind) in enumerate(finals):
                proved = self._proved(kind, trial)
                if proved is not None:
                    self.trials += [replace(other, why="slower") for other, _ in finals[at + 1 :]]
                    self.trials += [replace(entry.trial, why="slower, as foretold") for entry in quick]
                    return replace(proved, trials=self._listed())
        self.trials[self.trials.index(own)] = replace(own, why="taken")
        return self._none()

    def of_kind(self, cls: type[Kind], options: dict[str, Any]) -> Choice:
        """Build one kind, with the given options or the first plan that does."""
        if len(self.held.tuning) == 0 or (self.held.order is not None and len(self.held.block) < _LEAST):
            self.trials.append(Trial(cls.name, options, why=f"fewer than {_LEAST} rows: a recall cannot be measured"))
            return self._none()
        rows = self.rows
        probe = cls.build(Rows(rows.matrix[:_PROBE], rows.norms[:_PROBE], rows.metric), seed=self.seed)
        known = {key for setting in probe.settings(self.k) for key in setting}
        self.tuner.fixed = {key: value for key, value in options.items() if key in known}
        given = {key: value for key, value in options.items() if key not in known}
        plans: Sequence[dict[str, Any]] = [given] if given else cls.plans(len(rows), rows.dim, rows.metric) or [{}]
        broken = ""
        for plan in plans:
            kind, trial = self._built(cls.name, dict(plan))
            broken = self.limits.broken(kind.nbytes, trial.build_seconds)
            if broken:
                self.trials.append(replace(trial, why=broken))
                continue
            for strict in (True, False):
                reached = self.tuner.cheapest(kind, self.asked[0], strict=strict)
                proved = None if reached is None else self._proved(kind, _with(trial, reached), strict)
                if proved is not None:
                    return proved
        if broken:
            raise BadOption(f"an index of kind {cls.name!r} over these rows is {broken}")
        return self._none()

    @property
    def asked(self) -> tuple[Questions, Questions]:
        """Queries to tune on and queries to prove by, with their truth."""
        if self._asked is None:
            Meter(self.callback, "comparing all rows", unit="queries").report(0)
            tuning, proving = self.held.tuning, self.held.proving
            self._asked = Questions.of(self.rows, tuning, self.k), Questions.of(self.rows, proving, self.k)
        return self._asked

    def _finals(self, quick: list[Contender], exact: float) -> list[tuple[Trial, Kind]]:
        """Take the first of those still in the race, and the second if it is near, and build them in full."""
        finals: list[tuple[Trial, Kind]] = []
        best, spent = math.inf, math.inf
        while quick and len(finals) < 2:
            entry = quick[0]
            if finals and (entry.queries_per_second < _NEAR * best or entry.build_seconds > spent):
                break
            quick.pop(0)
            if entry.built is None:
                broken = self.limits.broken(0, entry.build_seconds + self._raced, 1.5)
                if broken:
                    self.trials.append(replace(entry.trial, why=broken))
                    continue
            kind, trial = self._built(entry.kind, self._plan(entry), entry)
            broken = self.limits.broken(kind.nbytes, trial.build_seconds)
            reached = None if broken else self.tuner.cheapest(kind, self.asked[0])
            if reached is None:
                recall = math.nan if broken else self.tuner.best_of(kind, self.asked[0])
                why = broken or f"recall not reached: {recall:.3f} at most"
                self.trials.append(replace(trial, recall=recall, why=why))
            elif reached.queries_per_second < exact:
                self.trials.append(replace(_with(trial, reached), why="slower than comparing all rows"))
            else:
                finals.append((_with(trial, reached), kind))
                best, spent = min(best, entry.queries_per_second), trial.build_seconds
        return sorted(finals, key=lambda final: -final[0].queries_per_second)

    def _plan(self, entry: Contender) -> dict[str, Any]:
        plans = find_kind(entry.kind).plans(len(self.rows), self.rows.dim, self.rows.metric)
        return dict(plans[entry.plan])

    def _built(self, name: str, options: dict[str, Any], entry: Contender | None = None) -> tuple[Kind, Trial]:
        Meter(self.callback, f"building {name}", len(self.rows), "rows").report(0)
        if entry is not None and entry.built is not None:
            kind, seconds = entry.built, entry.trial.build_seconds
        else:
            start = self.tuner.clock()
            kind = find_kind(name).build(
                self.rows, seed=self.seed, threads=self.tuner.threads, callback=self.callback, **options
            )
            seconds = self.tuner.clock() - start
        Meter(self.callback, f"measuring {name}", unit="queries").report(0)
        size = kind.nbytes / len(self.rows)
        return kind, Trial(name, dict(kind.options), build_seconds=seconds, bytes_per_vector=size, rows=len(self.rows))

    def _proved(self, kind: Kind, trial: Trial, strict: bool = True) -> Choice | None:
        proof = self.tuner.verified(kind, trial.setting, *self.asked, strict=strict)
        if proof is None:
            self.trials.append(replace(trial, why="recall not reached on queries it was not tuned on"))
            return None
        setting, values, recall = proof
        if setting != trial.setting:
            tuned = float(self.asked[0].values(kind, setting, self.tuner.threads).mean())
            speed = self.tuner.speed(kind, self.asked[0], setting)
            self.trials.append(replace(trial, why="recall not reached on queries it was not tuned on"))
            trial = replace(trial, setting=setting, recall=tuned, queries_per_second=speed)
        self.trials.append(replace(trial, why="taken"))
        return Choice(kind, setting, values, recall, self._listed())

    def _none(self) -> Choice:
        if not any(trial.why == "taken" for trial in self.trials):
            own = Trial("exact", recall=1.0, why="taken", rows=len(self.rows))
            self.trials.append(own)
        return Choice(None, {}, np.empty(0, np.float32), Recall(1.0), self._listed())

    def _listed(self) -> Trials:
        """Trials with what was taken first, then what was tried on most rows, the quickest first."""

        def place(trial: Trial) -> tuple[bool, int, float]:
            speed = trial.queries_per_second
            return trial.why != "taken", -trial.rows, math.inf if math.isnan(speed) else -speed

        return Trials(sorted(self.trials, key=place))


def _with(trial: Trial, reached: Reached) -> Trial:
    return replace(trial, setting=reached.setting, recall=reached.recall, queries_per_second=reached.queries_per_second)
