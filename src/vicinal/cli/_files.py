"""Paths of the user's, checked before any work starts."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vicinal.cli._failures import did_you_mean
from vicinal.errors import BadInput, BadOption, OutputExists
from vicinal.progress import Reporter

if TYPE_CHECKING:
    from vicinal.space import Space

_INDEX = re.compile(rb'"format"\s*:\s*"vicinal\.index/')
_MAP = re.compile(rb'"format"\s*:\s*"vicinal\.map/')
_MAP_TEXT = b"# vicinal.map/"
_MARK = b"\xef\xbb\xbf"  # that some editors put before UTF-8


def check_there(path: str | os.PathLike[str]) -> Path:
    """Return a path that exists, or raise `BadInput` with file names spelled like it."""
    file = Path(path)
    try:
        if file.exists():
            return file
        beside = [os.path.join(file.parent, name) if file.parent.name else name for name in os.listdir(file.parent)]
    except (OSError, ValueError):
        beside = []
    raise BadInput(f"no file {str(path)!r}{did_you_mean(str(path), beside)}")


def check_output(path: str | os.PathLike[str], force: bool, *, folder: bool = False) -> Path:
    """Refuse an output that could not be written, before anything is computed for it.

    Parameters
    ----------
    path : path
    force : bool
        Whether an output that exists may be replaced.
    folder : bool
        The output is a folder.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    OutputExists, BadInput
    """
    target = Path(path)
    parent = target.parent
    if not parent.is_dir():
        raise BadInput(f"cannot write {path}: there is no folder {str(parent)!r}; make it first")
    if target.exists() and target.is_dir() != folder:
        raise BadInput(f"cannot write {path}: {'a file' if folder else 'a folder'} of that name is in the way")
    if target.exists() and not force:
        raise OutputExists(f"{path} exists; pass --force to replace it")
    if not os.access(parent, os.W_OK):
        raise BadInput(f"cannot write {path}: the folder {str(parent)!r} may not be written to")
    return target


def check_space_output(path: str | os.PathLike[str], force: bool, format: str | None = None) -> Path:
    """Do as `check_output` does, and refuse an ending that no format has."""
    from vicinal.store import formats

    endings = [ending for info in formats() for ending in info.endings]
    if format is None and not str(path).lower().endswith(tuple(endings)):
        raise BadOption(f"no format has the ending of {Path(path).name!r}; use one of {', '.join(endings)}")
    return check_output(path, force)


def is_index(path: str | os.PathLike[str]) -> bool:
    """Tell by its first bytes whether a file is an index.

    Examples
    --------
    >>> is_index("nowhere.index")
    False
    """
    head = _head(path)
    return head[8:9] == b"{" and _INDEX.search(head) is not None


def is_map(path: str | os.PathLike[str]) -> bool:
    """Tell by its first bytes whether a file is a map, ``.map`` or text.

    Examples
    --------
    >>> is_map("nowhere.map")
    False
    """
    head = _head(path)
    return (head[8:9] == b"{" and _MAP.search(head) is not None) or head.removeprefix(_MARK).startswith(_MAP_TEXT)


def _head(path: str | os.PathLike[str]) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(1 << 16)
    except OSError:
        return b""


def open_space(path: str, format: str | None = None, skip_bad: bool = False) -> Space:
    """Read a space of any format; on a terminal a slow one shows how far it is."""
    from vicinal import store

    if is_index(check_there(path)):
        raise BadInput(f"{path} is an index, not a space; 'vicinal search {path}' asks it")
    if is_map(path):
        raise BadInput(f"{path} is a map, not a space; 'vicinal info {path}' says what it shows")
    with reporting(sys.stderr.isatty()) as report:
        return store.read(Path(path), format=format, skip_bad=skip_bad, callback=report)


@contextmanager
def reporting(wanted: bool) -> Iterator[Reporter | None]:
    """Give a callback that shows progress and stops at Ctrl-C, or None; the line it draws is ended afterwards."""
    if not wanted:
        yield None
        return
    from vicinal.cli._interrupts import StoppableReporter

    with StoppableReporter() as report:
        yield report


def end_line(report: Reporter | None) -> None:
    """End the line that progress draws, so that what follows stands on its own."""
    if report is not None:
        report.close()
