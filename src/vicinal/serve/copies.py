"""Copies that nobody else can write to: a mapped file that is written over in its place would end the process."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from vicinal.errors import BadFormat, BadInput, VicinalError

_Opened = TypeVar("_Opened")
MOST = 1 << 30  # bytes; a larger file is mapped where it lies


def open_copy(path: Path, opener: Callable[[Path], _Opened], most: int = MOST) -> _Opened:
    """Open a copy of a file or folder, which is then removed; what is mapped stays readable.

    Parameters
    ----------
    path : Path
    opener : callable
        Takes a path of the same file name.
    most : int
        What has more bytes is opened where it lies; so is that for whose copy there is no room.

    Raises
    ------
    BadInput
        If the file cannot be read.
    VicinalError
        As ``opener`` raises it, naming the original.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.txt").write_text("whole")
    >>> open_copy(folder / "a.txt", lambda path: (path.name, path.read_text(), path.parent == folder))
    ('a.txt', 'whole', False)
    """
    try:
        if sum(file.stat().st_size for file in files_of(path)) > most:
            return opener(path)
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror or error}") from None
    with tempfile.TemporaryDirectory(prefix="vicinal-") as folder:
        copy = Path(folder) / path.name
        try:
            if path.is_dir():
                shutil.copytree(path, copy)
            else:
                shutil.copyfile(path, copy)
        except OSError:
            return opener(path)
        try:
            return opener(copy)
        except VicinalError as error:
            said = str(error).replace(os.fspath(copy), os.fspath(path))
            raise (type(error) if type(error) in (BadFormat, BadInput) else BadInput)(said) from None


def files_of(path: Path) -> list[Path]:
    """List the files of a folder, or the file itself.

    Examples
    --------
    >>> [file.name for file in files_of(Path(__file__))]
    ['copies.py']
    """
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
