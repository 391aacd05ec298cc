"""What a benchmark of kinds found, and how it prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from vicinal.matches import html_table, table


@dataclass(frozen=True)
class Point:
    """One setting of one kind.

    Attributes
    ----------
    setting : dict
    recall : float
        Mean share of the k nearest found.
    queries_per_second : float
        All queries in one batch.

    Examples
    --------
    >>> Point({"leaves": 60}, 0.95, 9000.0).recall
    0.95
    """

    setting: dict[str, Any]
    recall: float
    queries_per_second: float


@dataclass(frozen=True)
class KindFigures:
    """What was measured of one kind.

    Attributes
    ----------
    kind : str
    label : str
        The kind, with its options where it was built in several ways.
    options : dict
        What it was built with.
    build_seconds, bytes_per_vector : float
        The bytes are those besides the full vectors.
    points : list of Point
        From the quickest setting to the most thorough.
    left_out : str
        Why nothing was measured, or nothing.

    Examples
    --------
    >>> figures = KindFigures("lsh", "lsh", {}, 0.5, 32.0, [Point({}, 0.8, 9000.0), Point({}, 0.96, 2000.0)])
    >>> figures.at(0.95).queries_per_second, figures.at(0.99)
    (2000.0, None)
    """

    kind: str
    label: str
    options: dict[str, Any] = field(default_factory=dict)
    build_seconds: float = 0.0
    bytes_per_vector: float = 0.0
    points: list[Point] = field(default_factory=list)
    left_out: str = ""

    def at(self, recall: float) -> Point | None:
        """Return the quickest setting of that recall or more; None where there is none."""
        enough = [point for point in self.points if point.recall >= recall]
        return max(enough, key=lambda point: point.queries_per_second, default=None)


@dataclass(frozen=True)
class Benchmark:
    """Figures of several kinds over one space; prints as a table, a line a kind at the recall asked for.

    Attributes
    ----------
    kinds : list of KindFigures
    n, dim, k, queries, threads : int
        Rows indexed, their dimensions, neighbours sought, queries asked, threads that searched.
    metric : str
    recall : float
        At which the table compares.

    Examples
    --------
    >>> exact = KindFigures("exact", "exact", {}, 0.0, 4.0, [Point({}, 1.0, 900.0)])
    >>> print(Benchmark([exact], 5, 2, 1, 1, 1, "cosine", 0.95))
    kind   setting  build s  bytes/vector  recall  queries/s
    -----  -------  -------  ------------  ------  ---------
    exact              0.00           4.0   1.000        900
    """

    kinds: list[KindFigures]
    n: int
    dim: int
    k: int
    queries: int
    threads: int
    metric: str
    recall: float

    @property
    def curves(self) -> dict[str, list[tuple[float, float]]]:
        """Recall and queries a second of every kind's settings, as `vicinal.maps.trade_off` draws them."""
        return {one.label: [(p.recall, p.queries_per_second) for p in one.points] for one in self.kinds if one.points}

    def record(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return asdict(self)

    def _table(self) -> tuple[Sequence[str], list[list[str]]]:
        heading = ("kind", "setting", "build s", "bytes/vector", "recall", "queries/s")
        lines = []
        for one in self.kinds:
            if not one.points:
                lines.append([one.label, one.left_out, "", "", "", ""])
                continue
            point = one.at(self.recall) or max(one.points, key=lambda found: found.recall)
            setting = " ".join(f"{key}={value}" for key, value in point.setting.items())
            figures = [f"{one.build_seconds:.2f}", f"{one.bytes_per_vector:.1f}", f"{point.recall:.3f}"]
            lines.append([one.label, setting, *figures, f"{point.queries_per_second:,.0f}"])
        return heading, lines

    def __str__(self) -> str:
        return table(*self._table(), left=2)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table(*self._table())
