"""How much of the truth a search finds, how sure that figure is, and what was tried before."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from vicinal.matches import html_table, table


class Recall(float):
    """A measured recall with its 95 % interval: the mean, over queries, of the part of the k nearest that is found.

    Parameters
    ----------
    value, low, high : float
        0 to 1.
    k : int
        Neighbours of each query.
    queries : int
        How many were asked; 0 where every row is compared, so that there is nothing to measure.
    target : float
        What was asked for.

    Examples
    --------
    >>> recall = Recall(0.9618, 0.9551, 0.9684, k=10, queries=1000, target=0.95)
    >>> recall, recall > 0.95, recall.low
    (0.962 (0.955 to 0.968), True, 0.9551)
    """

    low: float
    high: float
    k: int
    queries: int
    target: float

    def __new__(  # noqa: D102  (explained by the class)
        cls,
        value: float,
        low: float | None = None,
        high: float | None = None,
        *,
        k: int = 10,
        queries: int = 0,
        target: float = 1.0,
    ) -> Recall:
        self = super().__new__(cls, value)
        self.low, self.high = float(value if low is None else low), float(value if high is None else high)
        self.k, self.queries, self.target = k, queries, target
        return self

    @classmethod
    def measured(cls, values: ArrayLike, k: int, target: float, level: float = 0.95) -> Recall:
        """Take the mean of a recall a query, with its interval; see `bounds`.

        Examples
        --------
        >>> Recall.measured([1.0] * 60 + [0.8] * 40, k=10, target=0.9)
        0.920 (0.899 to 0.937)
        """
        figures = np.asarray(values, float)
        low, high = bounds(figures, level)
        return cls(float(figures.mean()), low, high, k=k, queries=len(figures), target=target)

    def as_dict(self) -> dict[str, Any]:
        """Return its figures as JSON values."""
        parts = {"low": self.low, "high": self.high, "k": self.k, "queries": self.queries, "target": self.target}
        return {"value": float(self), **parts}

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Recall, k=self.k, queries=self.queries, target=self.target), (float(self), self.low, self.high)

    def __repr__(self) -> str:
        if not self.queries:
            return f"{float(self):.3f} (exact)" if self == 1 else f"{float(self):.3f}"
        return f"{float(self):.3f} ({self.low:.3f} to {self.high:.3f})"

    __str__ = __repr__


def bounds(values: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Interval for the mean of figures from 0 to 1, of which each query gives one.

    The k neighbours of a query are found or missed together, so a query counts as one observation, not as k. Its
    figures say how many independent trials the sample is worth: n' = p(1 − p) / (s²/n). For those, Wilson's interval
    is taken (Korn and Graubard 1998 do so, with Clopper and Pearson's, for samples of a survey). Near 1, where
    recalls lie, Student's interval is too narrow below; this one holds its level, as simulation shows. If all figures
    are equal, each query is worth one trial.

    Parameters
    ----------
    values : (n,) float
        0 to 1.
    level : float
        That the mean lies between the two. Half of the rest is the chance that it lies below the lower one.

    Returns
    -------
    low, high : float

    Examples
    --------
    >>> [round(end, 3) for end in bounds([1.0] * 100)]
    [0.963, 1.0]
    """
    figures = np.asarray(values, float)
    n = len(figures)
    if not n:
        return 0.0, 1.0
    mean = min(max(float(figures.mean()), 0.0), 1.0)
    spread = float(figures.var(ddof=1)) / n if n > 1 else 0.0
    trials = max(1.0, mean * (1 - mean) / spread) if spread > 0 else float(n)
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre = (mean + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(mean * (1 - mean) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return max(0.0, min(mean, centre - half)), min(1.0, max(mean, centre + half))


def lower_bound(values: ArrayLike, risk: float = 0.05) -> float:
    """Least mean that goes with the figures, at a risk of ``risk`` that the true one is lower still; see `bounds`.

    Examples
    --------
    >>> round(lower_bound([1.0] * 100), 3)
    0.974
    """
    return bounds(values, 1 - 2 * risk)[0]


@dataclass(frozen=True)
class Trial:
    """One thing the tuner tried, and why it was not taken.

    Attributes
    ----------
    kind : str
    options, setting : dict
        Of building and of searching.
    recall : float
        On the queries tuned on; NaN where it was not measured.
    queries_per_second, build_seconds, bytes_per_vector : float
        NaN where they were not measured. Times are of the machine and the moment.
    why : str
        ``"taken"``, or what spoke against it.
    rows : int
        How many rows it was tried on.

    Examples
    --------
    >>> Trial("hnsw", {"links": 16}, why="build too long").why
    'build too long'
    """

    kind: str
    options: dict[str, Any] = field(default_factory=dict)
    setting: dict[str, Any] = field(default_factory=dict)
    recall: float = math.nan
    queries_per_second: float = math.nan
    build_seconds: float = math.nan
    bytes_per_vector: float = math.nan
    why: str = ""
    rows: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values, NaN as None."""
        return {key: None if isinstance(v, float) and math.isnan(v) else v for key, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Trial:
        """Read what `as_dict` gave."""
        figures: dict[str, Any] = {key: math.nan if value is None else value for key, value in record.items()}
        return cls(**figures)


class Trials(list[Trial]):
    """A list of trials that prints as a table.

    Examples
    --------
    >>> print(Trials([Trial("exact", recall=1.0, queries_per_second=900.0, why="taken", rows=5000)]))
    kind   options  setting   rows  recall  queries/s  build s  bytes/vector    why
    -----  -------  -------  -----  ------  ---------  -------  ------------  -----
    exact                    5,000   1.000        900                         taken
    """

    def _table(self) -> tuple[Sequence[str], list[list[str]]]:
        heading = ("kind", "options", "setting", "rows", "recall", "queries/s", "build s", "bytes/vector", "why")
        lines = []
        for trial in self:
            options, setting = (_pairs(part) for part in (trial.options, trial.setting))
            figures = [_figure(trial.recall, ".3f"), _figure(trial.queries_per_second, ",.0f")]
            figures += [_figure(trial.build_seconds, ".2f"), _figure(trial.bytes_per_vector, ".1f")]
            lines.append([trial.kind, options, setting, f"{trial.rows:,}" if trial.rows else "", *figures, trial.why])
        return heading, lines

    def __str__(self) -> str:
        return table(*self._table(), left=3)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table(*self._table())


def _pairs(part: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in part.items())


def _figure(value: float, form: str) -> str:
    return "" if math.isnan(value) else format(value, form)
