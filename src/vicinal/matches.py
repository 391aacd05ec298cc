"""The result of every look-up: who is near, and how near."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Match(NamedTuple):
    """One found name and its score (larger is nearer)."""

    name: str
    score: float


@dataclass(frozen=True, eq=False)
class Matches:
    """Found names for a batch of queries; a single query is a batch of one.

    Attributes
    ----------
    queries : sequence of str
        What was asked, as text, length m.
    names : list of list of str
        Found names per query, nearest first.
    rows : (m, k) int64
        Their rows in the space; -1 where fewer than k were found.
    scores : (m, k) float32
        Larger is nearer; NaN where fewer than k were found. For ``metric="euclidean"`` minus the distance.
    counts : (m,) int64
        How many were found per query.
    metric : str

    Examples
    --------
    >>> found = Matches(["a"], [["b"]], np.array([[1]]), np.array([[0.5]], np.float32), "cosine")
    >>> found.first, found[0], len(found)
    ('b', [Match(name='b', score=0.5)], 1)
    >>> print(found)
    a    cosine
    -  --------
    b    0.5000
    """

    queries: Sequence[str]
    names: list[list[str]]
    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    metric: str = "cosine"

    @property
    def counts(self) -> NDArray[np.int64]:
        """Results found per query, (m,) int64."""
        return np.array([len(found) for found in self.names], np.int64)

    @property
    def first(self) -> str:
        """The best name for the first query."""
        return self.names[0][0]

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, query: int) -> list[Match]:
        return [Match(n, float(s)) for n, s in zip(self.names[query], self.scores[query], strict=False)]

    def __iter__(self) -> Iterator[list[Match]]:
        return (self[query] for query in range(len(self)))

    def records(self) -> list[dict[str, Any]]:
        """Return JSON-ready records, one a query."""
        return [
            {"query": query, "metric": self.metric, "matches": [{"name": m.name, "score": round(m.score, 6)} for m in found]}
            for query, found in zip(self.queries, self, strict=True)
        ]

    def _shown(self, found: list[Match]) -> list[tuple[str, str]]:
        sign = -1.0 if self.metric == "euclidean" else 1.0
        return [(m.name, f"{sign * m.score:.4f}") for m in found]

    @property
    def _heading(self) -> str:
        return "distance" if self.metric == "euclidean" else self.metric

    def __str__(self) -> str:
        return "\n\n".join(
            table((query, self._heading), self._shown(found)) for query, found in zip(self.queries, self, strict=True)
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return "\n".join(
            html_table((query, self._heading), self._shown(found))
            for query, found in zip(self.queries, self, strict=True)
        )


def table(heading: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Lay out text in columns: the first ``left`` ones flush left, the others (figures) flush right.

    Examples
    --------
    >>> print(table(("word", "count"), [("sea", "12")]))
    word  count
    ----  -----
    sea      12
    """
    widths = [max(len(line[i]) for line in [heading, *rows]) for i in range(len(heading))]
    widths = [max(w, 8) if i >= left and heading[i] in ("cosine", "dot") else w for i, w in enumerate(widths)]
    lines = [heading, ["-" * w for w in widths], *rows]
    pad = [str.ljust if i < left else str.rjust for i in range(len(heading))]
    return "\n".join("  ".join(pad[i](line[i], widths[i]) for i in range(len(heading))).rstrip() for line in lines)


def html_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write the same as an HTML table for notebooks; every cell is escaped, since names are data."""
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in heading)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
