"""From any failure to one line that says what came, what was expected and what to do."""

from __future__ import annotations

import difflib
import errno
import os
import re
from collections.abc import Iterable
from functools import cache

import click

from vicinal.cli._show import printable
from vicinal.errors import VicinalError

_BAD_INPUT, _BUG = 2, 70
# The library speaks of Python arguments; on the command line they are options.
_SPELLINGS = (
    (re.compile(r"pass force=True or --force"), "pass --force"),
    (re.compile(r"\b(errors|objective|format|field|method|frequencies)=['\"]?([\w-]*)['\"]?"), r"--\1 \2"),
    (re.compile(r"pass overrides=\{'([^']*)': 'drop'\}"), r"pass --column '\1=drop'"),
    (re.compile(r"\b(unseen|missing)= option"), r"--\1"),
    (re.compile(r", or pass mix=True if you know better"), ""),
)  # fmt: skip


def describe(error: Exception) -> tuple[str, int]:
    """Say in one line what went wrong, and with which code to exit.

    Parameters
    ----------
    error : Exception

    Returns
    -------
    line : str
    code : int
        2 for everything a user can mend, 70 for a mistake of ours.

    Examples
    --------
    >>> describe(VicinalError("x.space exists; pass force=True or --force to replace it"))
    ('x.space exists; pass --force to replace it', 2)
    """
    if isinstance(error, click.Abort):
        return "stopped", 130
    line = _mendable(error)
    if line is not None:
        return line, _BAD_INPUT
    return (
        f"a mistake of vicinal's own, {type(error).__name__}: {error}; VICINAL_DEBUG=1 shows where, please report it",
        _BUG,
    )


def _mendable(error: Exception) -> str | None:
    if isinstance(error, VicinalError):
        return in_options(str(error))
    if isinstance(error, click.UsageError):
        where = f" (see '{error.ctx.command_path} --help')" if error.ctx is not None else ""
        text = error.format_message().rstrip(".")
        return f"{text[:1].lower()}{text[1:]}{where}"
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OSError):
        return _system(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; use a smaller file, or a machine with more"
    return None


def in_options(text: str) -> str:
    """Spell Python arguments in a message as the options they are here.

    Examples
    --------
    >>> in_options("min_count must be an integer of 1 or more, got 0")
    '--min-count must be an integer of 1 or more, got 0'
    >>> in_options("no file 'min_count.txt'")
    "no file 'min_count.txt'"
    """
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    return _names().sub(lambda found: "--" + found[0].replace("_", "-"), text)


@cache
def _names() -> re.Pattern[str]:
    """All options of models whose names have an underscore, where they stand by themselves."""
    from vicinal.cli.models import MODELS

    options = [option for model in MODELS.values() for option in model.options if not option.flag]
    words = "|".join(
        sorted({option.name for option in options if "_" in option.name} | {"min_pairs", "ef_construction"})
    )
    return re.compile(rf"(?<![\w/.'\"-])(?:{words})(?![\w/.'\"])")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Offer near spellings, as the end of a message.

    Examples
    --------
    >>> did_you_mean("tain", ["train", "info"])
    "; did you mean 'train'?"
    """
    near = difflib.get_close_matches(name, list(known), 3, 0.6)
    return f"; did you mean {', '.join(repr(n) for n in near)}?" if near else ""


def show(line: str) -> None:
    """Print ``vicinal: …`` on standard error, in one line whatever the message held."""
    color = False if os.environ.get("NO_COLOR") else None
    click.echo(click.style("vicinal: ", fg="red", bold=True) + printable(" ".join(line.split())), err=True, color=color)


def _system(error: OSError) -> str:
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    if error.errno == errno.ENOSPC:
        reason = "the disk is full; free some space and try again"
    return f"{os.fsdecode(error.filename)}: {reason}" if isinstance(error.filename, str | bytes) else reason
