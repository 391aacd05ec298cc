"""A map as tab-separated text, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat

_FIRST_LINE = "# vicinal.map/1"
AXES = ("x", "y", "z")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_LETTERS = {escape[1]: letter for letter, escape in _ESCAPES.items()}


def to_text(names: Iterable[str], coordinates: NDArray[np.float32], method: str, record: dict[str, Any]) -> str:
    """Write a heading of comment lines, the columns' names, and one line a name."""
    lines = [_FIRST_LINE, f"# method: {method}", *(f"# {key}: {json.dumps(value)}" for key, value in record.items())]
    lines.append("\t".join(("name", *AXES[: coordinates.shape[1]])))
    for name, place in zip(names, coordinates, strict=True):
        escaped = "".join(_ESCAPES.get(letter, letter) for letter in name)
        lines.append("\t".join((escaped, *(str(value) for value in place))))
    return "\n".join(lines) + "\n"


def from_text(data: bytes, where: str) -> tuple[list[str], list[list[float]], int, str, dict[str, Any]]:
    """Read names, places, number of axes, method and record, or raise `BadFormat` with the first bad line."""
    try:
        text = data.decode("utf-8-sig")  # editors may have added a byte order mark and changed the line ends
    except UnicodeDecodeError as error:
        raise BadFormat(f"{where} is not a map: byte {error.start} is not UTF-8") from None
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if lines[0] != _FIRST_LINE:
        raise BadFormat(f"{where}, line 1: expected {_FIRST_LINE!r}, got {lines[0]!r:.60}")
    start = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines) - 1)
    about = dict(line[2:].split(": ", 1) for line in lines[1:start] if ": " in line)
    columns = lines[start].split("\t")
    if len(columns) not in (3, 4) or columns != ["name", *AXES[: len(columns) - 1]]:
        raise BadFormat(f"{where}, line {start + 1}: expected the columns name, x, y and perhaps z")
    names, places = [], []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if line:
            name, place = _row(line, len(columns), f"{where}, line {number}")
            names.append(name)
            places.append(place)
    method = about.pop("method", "")
    try:
        return names, places, len(columns) - 1, method, {key: json.loads(value) for key, value in about.items()}
    except (ValueError, RecursionError) as error:
        raise BadFormat(f"{where}: a heading line is not JSON ({error})") from None


def _row(line: str, width: int, where: str) -> tuple[str, list[float]]:
    cells = line.split("\t")
    try:
        if len(cells) != width:
            raise ValueError(f"{len(cells)} cells, expected {width}")
        return re.sub(r"\\(.?)", lambda found: _LETTERS[found[1]], cells[0]), [float(cell) for cell in cells[1:]]
    except KeyError as error:
        raise BadFormat(f"{where}: a backslash before {error}, which stands for nothing") from None
    except ValueError as error:
        raise BadFormat(f"{where}: {error}") from None
