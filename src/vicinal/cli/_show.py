"""What goes to the terminal: results to standard output, everything about the way there to standard error."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

# Names come from files of others: no control character in them may move the cursor or change a colour.
_CONTROL = {code: f"\\x{code:02x}" for code in [*range(32), *range(0x7F, 0xA0)] if code != ord("\n")}
_CONTROL |= {code: f"\\u{code:04x}" for code in [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]}  # turn text around


def printable(text: str) -> str:
    r"""Spell out control characters, line ends apart.

    Examples
    --------
    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return text.translate(_CONTROL)


def say(text: str = "") -> None:
    """Print a result."""
    click.echo(printable(text))


def note(text: str) -> None:
    """Print a remark about the work on standard error."""
    click.echo(printable(text), err=True)


def heading(text: str) -> None:
    """Print a heading, bold on a terminal."""
    click.echo(click.style(printable(text), bold=True))


def say_json(value: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2))


def width() -> int:
    """Columns to use: those of the terminal, 100 at most."""
    return min(100, max(40, shutil.get_terminal_size((80, 24)).columns))


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Lay out labels and values, long values wrapped under their beginning, but not at a no-break space.

    Examples
    --------
    >>> print(facts([("names", "3"), ("metric", "cosine")]))
      names   3
      metric  cosine
    """
    pairs = list(pairs)
    indent = 4 + max(len(label) for label, _ in pairs)
    lines = []
    for label, value in pairs:
        wrapped = textwrap.wrap(value, max(20, width() - indent), break_on_hyphens=False) or [""]
        lines.append(f"  {label:{indent - 4}}  {wrapped[0]}")
        lines += [" " * indent + more for more in wrapped[1:]]
    return "\n".join(lines).replace("\xa0", " ")


def side_by_side(left: str, right: str, gap: int = 4) -> str:
    r"""Put two blocks of text next to each other.

    Examples
    --------
    >>> print(side_by_side("a\nbb", "c", 1))
    a  c
    bb
    """
    rows = [block.split("\n") for block in (left, right)]
    height, wide = max(map(len, rows)), max(map(len, rows[0]))
    padded = [column + [""] * (height - len(column)) for column in rows]
    return "\n".join(f"{a:{wide + gap}}{b}".rstrip() for a, b in zip(*padded, strict=True))


def program() -> str:
    """Return how this program can be called again from here.

    Where it was called by a path (``.venv/bin/vicinal``) or as ``python -m vicinal``, so it is here.
    """
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return shlex.join([sys.executable, "-m", "vicinal"])
    if called.name == "vicinal" and shutil.which("vicinal") is None and called.is_file():
        return shlex.quote(str(called))
    return "vicinal"


def command_line(*words: str) -> str:
    """Write a command that can be copied into a shell."""
    return f"{program()} {shlex.join(words)}"


def counted(n: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "name"), counted(2000, "name")
    ('1 name', '2,000 names')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """Write the first few of a list.

    Examples
    --------
    >>> listed(["a", "b", "c"], 2)
    'a, b, …'
    """
    return ", ".join([*names[:most], *(["…"] if len(names) > most else [])])
