"""Cells of text files as values."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from typing import Any

from vicinal.errors import BadFormat

_MISSING = {"", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[+-]?(?:0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?")


def read_cells(cells: Sequence[str], kind: str | None, where: str, lines: Sequence[int]) -> list[Any]:
    """Turn the cells of a column into values of one kind, None where missing.

    Parameters
    ----------
    cells : sequence of str
    kind : "text", "number", "boolean", "date" or None
        None: the first of boolean, number and date that all cells can be, else text.
    where : str
        For messages.
    lines : sequence of int
        The line of each cell, for messages.

    Examples
    --------
    >>> read_cells(["1", " 2.5", "NA"], None, "x", [2, 3, 4]), read_cells(["1", "no"], None, "x", [2, 3])
    ([1, 2.5, None], ['1', 'no'])
    """
    bare = [cell.strip() for cell in cells]
    if kind == "text":
        return [cell or None for cell in bare]
    for name, value in _KINDS.items():
        if kind in (None, name):
            try:
                return [None if cell in _MISSING else value(cell) for cell in bare]
            except ValueError:
                pass
    if kind is None:
        return [cell or None for cell in bare]
    for cell, line in zip(bare, lines, strict=True):
        try:
            _ = None if cell in _MISSING else _KINDS[kind](cell)
        except ValueError:
            raise BadFormat(f"{where}, line {line}: {cell!r} came where a {kind} was expected") from None
    raise AssertionError(kind)


def _boolean(cell: str) -> bool:
    if cell not in _BOOLEANS:
        raise ValueError(cell)
    return _BOOLEANS[cell]


def _number(cell: str) -> int | float:
    if _WHOLE.fullmatch(cell):
        return int(cell)
    if not _NUMBER.fullmatch(cell):
        raise ValueError(cell)
    return float(cell)


def _date(cell: str) -> datetime.datetime:
    if not _DATE.fullmatch(cell):
        raise ValueError(cell)
    return datetime.datetime.fromisoformat(cell)


_KINDS: dict[str, Callable[[str], Any]] = {"boolean": _boolean, "number": _number, "date": _date}
