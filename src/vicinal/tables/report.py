"""What a table holds that an encoder did not expect."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from vicinal.matches import html_table, table
from vicinal.tables._categories import UNSEEN
from vicinal.tables._choose import Part
from vicinal.tables._columns import Column

_HEADING = ("column", "encoder", "dim", "categories", "missing", "unseen")


@dataclass(frozen=True)
class ColumnReport:
    """Figures of one column.

    Attributes
    ----------
    column, encoder : str
        ``"drop"`` where the column is left out.
    dim : int
        Columns of the matrix that it takes.
    categories : int or None
        Known categories; None for numbers.
    rows, missing : int
    unseen : int or None
        Rows whose category was not there when fitted; None for numbers.
    unseen_values : tuple
        The first few such values.

    Examples
    --------
    >>> ColumnReport("city", "OneHot", dim=3, categories=3, rows=10, missing=0, unseen=1).unseen
    1
    """

    column: str
    encoder: str
    dim: int
    categories: int | None
    rows: int
    missing: int
    unseen: int | None
    unseen_values: tuple[Any, ...] = ()

    def cells(self) -> tuple[str, ...]:
        """Return the texts of one table row."""
        figures = (_share(self.missing, self.rows), "–" if self.unseen is None else _share(self.unseen, self.rows))
        return (
            self.column,
            self.encoder,
            str(self.dim),
            "–" if self.categories is None else f"{self.categories:,}",
            *figures,
        )


@dataclass(frozen=True)
class TableReport:
    """Figures of all columns, in the order of the fitted table; prints as a table.

    Attributes
    ----------
    rows : int
    columns : tuple of ColumnReport
    ignored : tuple of str
        Columns of the table that were not there when fitted.

    Examples
    --------
    >>> from vicinal.tables import TableEncoder
    >>> encoder = TableEncoder().fit({"color": ["red", "blue"]})
    >>> print(encoder.report({"color": ["red", "green", None], "new": [1, 2, 3]}))
    3 rows; columns not known when fitted, and ignored: 'new'
    <BLANKLINE>
    column  encoder  dim  categories     missing      unseen
    ------  -------  ---  ----------  ----------  ----------
    color   one_hot    2           2  1 (33.3 %)  1 (33.3 %)
    """

    rows: int
    columns: tuple[ColumnReport, ...]
    ignored: tuple[str, ...] = ()

    def __getitem__(self, column: str) -> ColumnReport:
        return next(figures for figures in self.columns if figures.column == column)

    def records(self) -> list[dict[str, Any]]:
        """Return one JSON-ready record a column."""
        return [asdict(figures) for figures in self.columns]

    def _title(self) -> str:
        ignored = f"; columns not known when fitted, and ignored: {', '.join(map(repr, self.ignored))}"
        return f"{self.rows:,} rows{ignored if self.ignored else ''}"

    def __str__(self) -> str:
        return self._title() + "\n\n" + table(_HEADING, [figures.cells() for figures in self.columns], left=2)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        body = html_table(_HEADING, [figures.cells() for figures in self.columns])
        return f"<p>{html.escape(self._title())}</p>{body}"


def report_columns(columns: list[Column], parts: list[Part], order: Sequence[str], ignored: list[str]) -> TableReport:
    """Make the report of columns that were read."""
    found = {column.name: column for column in columns}
    rows = len(columns[0]) if columns else 0
    reports = {name: ColumnReport(name, "drop", 0, None, rows, _missing(found, name), None) for name in order}
    for part in parts:
        for at, name in enumerate(part.columns):
            known = getattr(part.encoder, "categories_", None)
            width = part.encoder.column_dims()[at]
            if known is None:
                reports[name] = ColumnReport(name, part.kind, width, None, rows, _missing(found, name), None)
                continue
            codes = known[at].codes(found[name])
            values = found[name].scalars()
            new = list(dict.fromkeys(values[row] for row in np.flatnonzero(codes == UNSEEN).tolist()))
            reports[name] = ColumnReport(
                name, part.kind, width, len(known[at]), rows, _missing(found, name),
                int((codes == UNSEEN).sum()), tuple(new[:5]),
            )  # fmt: skip
    return TableReport(rows, tuple(reports[name] for name in order), tuple(ignored))


def _missing(found: dict[str, Column], name: str) -> int:
    return int(found[name].missing.sum()) if name in found else 0


def _share(count: int, rows: int) -> str:
    return f"{count:,} ({100 * count / rows:.1f} %)" if count else "0"
