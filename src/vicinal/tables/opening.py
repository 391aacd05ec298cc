"""A table of a file: CSV, Parquet or JSON Lines, every column with values of one kind."""

from __future__ import annotations

import csv
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from vicinal.data.files import text_blocks
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.require import require
from vicinal.tables._cells import read_cells

_BLOCK = 1 << 20
_SEPARATORS = ("\t", ",", ";", "|")
_PACKED = (".gz", ".xz", ".bz2", ".zst")


def open_table(
    path: str | os.PathLike[str], *, separator: str | None = None, as_text: Collection[str] = (),
    kinds: Mapping[str, str] | None = None,
) -> dict[str, list[Any]]:  # fmt: skip
    r"""Read a table that `TableEncoder` and its parts take.

    A column of a text file holds booleans (true, false), numbers, dates (as 2024-05-31) or else text, whichever all its
    cells can be. An empty cell is missing; in a column that is not text, so are NA, NaN, null and None. Numbers with
    zeros before them (007) are text, since they are codes.

    Parameters
    ----------
    path : path
        By its ending: ``.parquet``; ``.jsonl`` or ``.ndjson`` (an object a line); else CSV with a header, utf-8. Text
        may be packed (``.gz``, ``.xz``, ``.bz2``, ``.zst``).
    separator : str, optional
        One character between fields; by default the tab, comma, semicolon or bar that the header has most of.
    as_text : collection of str
        Columns taken as text whatever they look like.
    kinds : mapping of str to str, optional
        What columns hold: ``"text"``, ``"number"``, ``"boolean"`` or ``"date"``; another cell is then refused. Columns
        that the table lacks are passed over.

    Returns
    -------
    dict of str to list
        Column name to values, None where missing.

    Raises
    ------
    BadInput
        If there is no such file, or it holds no rows.
    BadFormat
        For a row with too few or too many fields, or a cell that is not of the kind asked for; names the line.
    BadOption
        For a column in ``as_text`` that is not there.
    MissingExtra
        If pyarrow is needed and not installed.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "shop.csv"
    >>> _ = path.write_text("size,price,zip\nS,3.5,0101\nL,,0202\n")
    >>> open_table(path)
    {'size': ['S', 'L'], 'price': [3.5, None], 'zip': ['0101', '0202']}
    """
    file = Path(path)
    if not file.is_file():
        raise BadInput(f"no file {str(file)!r}; a table is read from CSV, Parquet or JSON Lines")
    ending = (file.with_suffix("") if file.suffix.lower() in _PACKED else file).suffix.lower()
    if ending == ".parquet":
        table = _read_parquet(file)
    elif ending in (".jsonl", ".ndjson"):
        table = _read_json_lines(file)
    else:
        table = _read_csv(file, separator, {**(kinds or {}), **dict.fromkeys(as_text, "text")})
    if unknown := [name for name in as_text if name not in table]:
        raise BadOption(f"{file} has no column {unknown[0]!r}; it has {', '.join(map(repr, table))}")
    if not table or not next(iter(table.values())):
        raise BadInput(f"{file} has no rows; expected one or more under the header")
    wanted = {
        **{name: kind for name, kind in (kinds or {}).items() if kind == "text"},
        **dict.fromkeys(as_text, "text"),
    }
    return {name: _texts(values) if wanted.get(name) == "text" else values for name, values in table.items()}


def _texts(values: list[Any]) -> list[str | None]:
    return [value if value is None or isinstance(value, str) else str(value) for value in values]


def _read_csv(file: Path, separator: str | None, kinds: Mapping[str, str]) -> dict[str, list[Any]]:
    lines = _lines(file)
    header = next(lines, "")
    if not header.strip():
        raise BadFormat(f"{file} begins with an empty line; expected the names of the columns")
    mark = separator or max(_SEPARATORS, key=header.count)
    if len(mark) != 1:
        raise BadOption(f"separator must be one character, got {mark!r}")
    reader = csv.reader(_chained(header, lines), delimiter=mark, strict=True)
    try:
        names = [name.strip() for name in next(reader)]
        if len(set(names)) != len(names) or "" in names:
            raise BadFormat(f"{file}: the columns of the header must have distinct names, got {', '.join(names)!r}")
        rows: list[list[str]] = []
        at: list[int] = []  # the line each row ends on
        for row in reader:
            if row:
                rows.append(row)
                at.append(reader.line_num)
            if row and len(row) != len(names):
                raise BadFormat(f"{file}, line {reader.line_num}: {len(row)} fields, the header has {len(names)}")
    except csv.Error as error:
        raise BadFormat(f"{file}, line {reader.line_num}: {error}") from None
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return {
        name: read_cells(cells, kinds.get(name), f"{file}, column {name!r}", at)
        for name, cells in zip(names, columns, strict=True)
    }


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _lines(file: Path) -> Iterator[str]:
    held = b""
    for block in text_blocks(file, _BLOCK, "strict", lambda position: None):
        *lines, held = (held + block).split(b"\n")
        for line in lines:
            yield line.decode() + "\n"


def _read_json_lines(file: Path) -> dict[str, list[Any]]:
    import json

    records = []
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadFormat(f"{file}, line {number}: not valid JSON ({error}); expected one object a line") from None
        if not isinstance(record, dict) or any(isinstance(value, list | dict) for value in record.values()):
            raise BadFormat(f"{file}, line {number}: expected an object of plain values")
        records.append(record)
    names = dict.fromkeys(name for record in records for name in record)
    return {name: [record.get(name) for record in records] for name in names}


def _read_parquet(file: Path) -> dict[str, list[Any]]:
    pq, pa = require("pyarrow.parquet", "formats"), require("pyarrow", "formats")
    try:
        table = pq.read_table(file)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadFormat(f"{file}: the Parquet file is damaged or cut off ({error})") from error
    return {name: table.column(name).to_pylist() for name in table.column_names}
