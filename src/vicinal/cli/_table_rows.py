"""Rows of tables: what they are called."""

from __future__ import annotations

from typing import Any

from vicinal.cli._failures import did_you_mean
from vicinal.errors import BadInput, BadOption


def row_names(table: dict[str, list[Any]], column: str | None) -> list[str]:
    """Take names from a column, or number the rows from 1.

    Parameters
    ----------
    table : dict of str to list
    column : str or None

    Returns
    -------
    list of str

    Raises
    ------
    BadOption
        If there is no such column.
    BadInput
        If a name is missing or comes twice.

    Examples
    --------
    >>> row_names({"id": ["a", "b"], "size": [1, 2]}, "id"), row_names({"size": [1, 2]}, None)
    (['a', 'b'], ['1', '2'])
    """
    if column is None:
        return [str(row + 1) for row in range(len(next(iter(table.values()))))]
    if column not in table:
        there = ", ".join(map(repr, table))
        raise BadOption(f"the table has no column {column!r} for names (columns: {there}){did_you_mean(column, table)}")
    seen: dict[str, int] = {}
    for row, value in enumerate(table[column], 1):
        if value is None or str(value) == "":
            raise BadInput(f"row {row} has no name in column {column!r}")
        name = str(value)
        if name in seen:
            raise BadInput(f"the name {name!r} of row {row} came before, in row {seen[name]}; names must be distinct")
        seen[name] = row
    return list(seen)
