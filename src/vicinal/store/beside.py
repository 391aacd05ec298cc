"""Names that lie in a file of their own beside a matrix."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from vicinal.errors import BadFormat, BadInput


def names_path(path: Path) -> Path:
    """Return where the names of a matrix are written: ``x.npy`` has ``x.names.txt``.

    Examples
    --------
    >>> names_path(Path("x.npy")).name
    'x.names.txt'
    """
    return path.with_name(path.stem + ".names.txt")


def read_names(path: Path, n: int) -> list[str]:
    """Find and read the names that belong to the matrix file ``path``.

    Parameters
    ----------
    path : path
        The matrix; beside it ``STEM.names.txt`` or ``STEM.txt`` (one name a line) or ``STEM.names.json`` or
        ``STEM.json`` (a list of names, or an object that maps names to rows) are looked for, in that order.
    n : int
        Rows of the matrix.

    Returns
    -------
    list of str, length n
        ``"0"``, ``"1"``, … if there is no such file.

    Raises
    ------
    BadFormat
        If the file does not hold n names in UTF-8.
    """
    for ending in (".names.txt", ".txt", ".names.json", ".json"):
        beside = path.with_name(path.stem + ending)
        if beside.is_file() and beside != path:
            names = _from_json(beside, n) if ending.endswith("json") else read_lines(beside)
            if len(names) != n:
                raise BadFormat(f"{beside}: {len(names):,} names came, {path.name} has {n:,} rows")
            return names
    return [str(row) for row in range(n)]


def read_lines(path: Path) -> list[str]:
    """Read one name a line; the last line end may lack."""
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise BadFormat(f"{path}: byte {error.start:,} is not UTF-8; convert the file") from None
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def write_names(names: Iterable[str], path: Path) -> None:
    """Write one name a line.

    Raises
    ------
    BadInput
        If a name holds a line end.
    """
    lines = []
    for name in names:
        if "\n" in name or "\r" in name:
            raise BadInput(f"the name {name!r} holds a line end; rename it (space.rename) or save as .space")
        lines.append(f"{name}\n".encode())
    path.write_bytes(b"".join(lines))


def _from_json(path: Path, n: int) -> list[str]:
    try:
        content = json.loads(path.read_bytes())
        if isinstance(content, dict):
            rows = {row: name for name, row in content.items()}
            content = [rows[row] for row in range(n)] if len(rows) == n else None
        if not isinstance(content, list) or not all(isinstance(name, str) for name in content):
            raise ValueError("neither a list of names nor an object from names to rows")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadFormat(f"{path}: this does not list the names of {n:,} rows ({error})") from None
    return content
