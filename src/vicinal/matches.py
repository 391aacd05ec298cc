"""The result of every look-up: who is near, and how near."""

from __future__ import annotations

import html
import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput

_SHOWN = 20  # queries whose results are printed; the others are counted
_LONGEST = 60  # characters of a name that are printed
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Match(NamedTuple):
    """One found name and its score (larger is nearer).

    Examples
    --------
    >>> Match("queen", 0.5).name
    'queen'
    """

    name: str
    score: float


@dataclass(frozen=True, eq=False)
class Matches:
    """Found names for a batch of queries; a single query is a batch of one.

    Prints as a table a query, of the first 20 queries; control characters in names are shown, not obeyed.

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
        """The best name for the first query; `BadInput` where nothing was found."""
        if not self.names or not self.names[0]:
            raise BadInput(f"nothing was found for {self.queries[0]!r}" if self.queries else "there was no query")
        return self.names[0][0]

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, query: int) -> list[Match]:
        return [Match(n, float(s)) for n, s in zip(self.names[query], self.scores[query], strict=False)]

    def __iter__(self) -> Iterator[list[Match]]:
        return (self[query] for query in range(len(self)))

    def records(self) -> list[dict[str, Any]]:
        """Return JSON-ready records, one a query; a score beyond float32 is None.

        Examples
        --------
        >>> Matches(["a"], [["b"]], np.array([[1]]), np.array([[0.5]], np.float32)).records()
        [{'query': 'a', 'metric': 'cosine', 'matches': [{'name': 'b', 'score': 0.5}]}]
        """
        return [
            {
                "query": query,
                "metric": self.metric,
                "matches": [{"name": m.name, "score": _figure(m.score)} for m in found],
            }
            for query, found in zip(self.queries, self, strict=True)
        ]

    def _tables(self) -> list[tuple[tuple[str, str], list[tuple[str, str]]]]:
        sign = -1.0 if self.metric == "euclidean" else 1.0
        return [
            ((_cut(query), self._heading), [(_cut(m.name), f"{sign * m.score:.4f}") for m in self[at]])
            for at, query in enumerate(self.queries[:_SHOWN])
        ]

    @property
    def _more(self) -> list[str]:
        more = len(self) - _SHOWN
        return [f"… and {more:,} more {'query' if more == 1 else 'queries'}"] if more > 0 else []

    @property
    def _heading(self) -> str:
        return "distance" if self.metric == "euclidean" else self.metric

    def __str__(self) -> str:
        return "\n\n".join([*(table(heading, rows) for heading, rows in self._tables()), *self._more])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        tables = [html_table(heading, rows) for heading, rows in self._tables()]
        return "\n".join([*tables, *(f"<p>{more}</p>" for more in self._more)])


def table(heading: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Lay out text in columns: the first ``left`` ones flush left, the others (figures) flush right.

    Wide characters count as two columns, and control characters are written out, since names are data.

    Examples
    --------
    >>> print(table(("word", "count"), [("sea", "12")]))
    word  count
    ----  -----
    sea      12
    """
    cells = [[printable(cell) for cell in line] for line in (heading, *rows)]
    widths = [max(_width(line[i]) for line in cells) for i in range(len(heading))]
    widths = [max(w, 8) if i >= left and heading[i] in ("cosine", "dot") else w for i, w in enumerate(widths)]
    cells.insert(1, ["-" * w for w in widths])
    lines = []
    for line in cells:
        gaps = [" " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)]
        padded = [cell + gap if i < left else gap + cell for i, (cell, gap) in enumerate(zip(line, gaps, strict=True))]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def html_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write the same as an HTML table for notebooks; every cell is escaped, since names are data.

    Examples
    --------
    >>> html_table(["<b>"], [])
    '<table><thead><tr><th>&lt;b&gt;</th></tr></thead><tbody></tbody></table>'
    """
    head = "".join(f"<th>{html.escape(printable(cell))}</th>" for cell in heading)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(printable(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def printable(text: str) -> str:
    """Write out what would move the cursor, break the line or turn the direction of what follows.

    Examples
    --------
    >>> printable("two" + chr(10) + "lines") == "two" + chr(92) + "nlines", printable("naïve 王")
    (True, 'naïve 王')
    """
    if text.isprintable():
        return text
    return "".join(repr(char)[1:-1] if _obeyed(char) else char for char in text)


def _obeyed(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _REORDERING


def _figure(score: float) -> float | None:
    return round(score, 6) if math.isfinite(score) else None


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _width(text: str) -> int:
    """Columns of a terminal that a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.category(char) in ("Mn", "Me", "Cf") for char in text)
