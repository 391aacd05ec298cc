"""Figures with what they rest on: how many items, which interval, what was left out."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from math import isnan, nan
from typing import Any

from vicinal.errors import BadInput
from vicinal.matches import html_table, table
from vicinal.names import near_spellings

_HEADING = ("figure", "measure", "value", "95 % interval", "n", "skipped")


@dataclass(frozen=True)
class Figure:
    """One measured number.

    Attributes
    ----------
    name : str
        What was measured on: ``"WordSim-353"``.
    value : float
        NaN where nothing could be measured; the note then says why.
    low, high : float
        Ends of the 95 % interval; NaN where there is none.
    n : int
        Items the value rests on.
    skipped : int
        Items that had to be left out, most often because a word is unknown.
    note : str
        What a reader must know to read the value.
    measure : str
        What the value is: ``"Spearman's ρ"``.
    undrawn : int
        Items that could have been used but were not in the sample.

    Examples
    --------
    >>> figure = Figure("WordSim-353", 0.61, 0.53, 0.68, n=318, skipped=35, measure="Spearman's ρ")
    >>> print(figure)
    WordSim-353: Spearman's ρ 0.6100 [0.5300, 0.6800], n 318, 35 skipped (9.9 %)
    >>> round(figure.skipped_share, 3)
    0.099
    """

    name: str
    value: float
    low: float = nan
    high: float = nan
    n: int = 0
    skipped: int = 0
    note: str = ""
    measure: str = ""
    undrawn: int = 0

    @property
    def skipped_share(self) -> float:
        """Share of all items that had to be left out, 0 to 1; 0 where there were no items."""
        items = self.n + self.undrawn + self.skipped
        return self.skipped / items if items else 0.0

    def record(self) -> dict[str, Any]:
        """Return all fields and the share skipped, JSON-ready: NaN becomes None."""
        fields = {**asdict(self), "skipped_share": round(self.skipped_share, 6)}
        return {key: None if isinstance(v, float) and isnan(v) else v for key, v in fields.items()}

    def cells(self) -> tuple[str, ...]:
        """Return the texts of one table row: figure, measure, value, interval, n, skipped."""
        value = "–" if isnan(self.value) else f"{self.value:.4f}"
        interval = "–" if isnan(self.low) else f"[{self.low:.4f}, {self.high:.4f}]"
        return self.name, self.measure, value, interval, f"{self.n:,}", self._skipped()

    def _skipped(self) -> str:
        return f"{self.skipped:,} ({100 * self.skipped_share:.1f} %)" if self.skipped else "0"

    def __str__(self) -> str:
        name, measure, value, interval, n, _ = self.cells()
        skipped = f"{self.skipped:,} skipped ({100 * self.skipped_share:.1f} %)"
        text = f"{name}: {measure + ' ' if measure else ''}{value} {interval}, n {n}, {skipped}"
        return f"{text}; {self.note}" if self.note else text


class Report:
    """A named table of figures.

    Parameters
    ----------
    title : str
    figures : iterable of Figure
        In the order in which they print.

    Examples
    --------
    >>> report = Report("Similarity", [Figure("WordSim-353", 0.61, 0.53, 0.68, 318, 35, measure="Spearman's ρ")])
    >>> report["WordSim-353"].n
    318
    >>> print(report)
    Similarity
    <BLANKLINE>
    figure       measure        value     95 % interval    n     skipped
    -----------  ------------  ------  ----------------  ---  ----------
    WordSim-353  Spearman's ρ  0.6100  [0.5300, 0.6800]  318  35 (9.9 %)
    """

    def __init__(self, title: str, figures: Iterable[Figure]) -> None:
        self.title = title
        self.figures = tuple(figures)

    @property
    def names(self) -> list[str]:
        """Names of the figures, in order."""
        return [figure.name for figure in self.figures]

    def __getitem__(self, name: str) -> Figure:
        """Find the first figure of that name.

        Raises
        ------
        BadInput
            If there is none; offers near spellings.
        """
        for figure in self.figures:
            if figure.name == name:
                return figure
        near = near_spellings(str(name), self.names) or self.names[:3]
        hint = f"; it has {', '.join(repr(n) for n in near)}" if near else ""
        raise BadInput(f"this report has no figure {name!r}{hint}")

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.figures)

    def __len__(self) -> int:
        return len(self.figures)

    def prefixed(self, prefix: str) -> list[Figure]:
        """Return the figures with ``prefix`` before their names, to become part of a larger report."""
        return [replace(figure, name=prefix + figure.name) for figure in self.figures]

    def records(self) -> list[dict[str, Any]]:
        """Return one JSON-ready record a figure (`Figure.record`)."""
        return [figure.record() for figure in self.figures]

    def to_json(self, indent: int | None = 2) -> str:
        """Write as strict JSON, ``{"title": …, "figures": […]}``; NaN becomes null."""
        record = {"title": self.title, "figures": self.records()}
        return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=indent)

    def _notes(self) -> list[str]:
        """Gather equal notes, so that one remark on twenty figures is one line."""
        names: dict[str, list[str]] = {}
        for figure in self.figures:
            if figure.note:
                names.setdefault(figure.note, []).append(figure.name)
        return [f"{', '.join(n[:3])}{f' and {len(n) - 3} more' * (len(n) > 3)}: {note}" for note, n in names.items()]

    def __str__(self) -> str:
        parts = [self.title, table(_HEADING, [figure.cells() for figure in self.figures], left=2)]
        notes = "\n".join(self._notes())
        return "\n\n".join([*parts, notes] if notes else parts)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self._notes())
        body = html_table(_HEADING, [figure.cells() for figure in self.figures])
        return f"<p><b>{html.escape(self.title)}</b></p>{body}{notes}"
