"""From whatever a user calls a corpus to a source that can be read again and again."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import stat
import sys
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from vicinal.data._sources import BLOCK, Files, Sentences, Source, Texts
from vicinal.errors import BadInput


def find_source(source: Any, field: str, errors: str) -> Source:
    """Tell files, standard input, texts and tokenised sentences apart; see `open_corpus`."""
    if isinstance(source, str) and source == "-":
        return _spooled(sys.stdin.buffer, "standard input", errors)
    if isinstance(source, str | os.PathLike):
        return _open_paths(_expand(source), field, errors)
    if isinstance(source, bytes | Mapping) or not isinstance(source, Iterable):
        raise BadInput(f"a {type(source).__name__} is no corpus; expected a path, texts, or lists of tokens")
    return _open_iterable(source, field, errors)


def _open_iterable(source: Iterable[Any], field: str, errors: str) -> Source:
    iterator = iter(source)
    if iterator is source:
        raise BadInput(
            f"a {type(source).__name__} can be read once only, and a corpus is read again and again: pass list(it), "
            "or an object whose __iter__ starts anew"
        )
    first = next(iterator, None)
    if first is None:
        raise BadInput("the corpus is empty; expected at least one text")
    if isinstance(first, os.PathLike):
        paths = list(chain([first], iterator))
        if not all(isinstance(path, str | os.PathLike) for path in paths):
            raise BadInput("the list mixes paths with other things; expected paths only")
        return _open_paths([found for path in paths for found in _expand(path)], field, errors)
    if isinstance(first, str):
        if isinstance(source, Sequence) and len(source) <= 10_000 and all(_is_file(item) for item in source):
            raise BadInput("a list of strings is a list of texts, but these name files: pass pathlib.Path objects")
        return Texts(source, errors)
    if isinstance(first, Iterable) and not isinstance(first, bytes | Mapping):
        return Sentences(source)
    raise BadInput(f"the first item is a {type(first).__name__}; expected text, a list of tokens, or a Path")


def _is_file(item: object) -> bool:
    with contextlib.suppress(OSError, ValueError):  # too long or with a NUL: surely no path
        return isinstance(item, str) and Path(item).is_file()
    return False


def _expand(source: str | os.PathLike[str]) -> list[Path]:
    path = Path(source)
    try:
        if path.exists():
            return [path]
        found = sorted(glob.glob(os.fspath(source), recursive=True)) if glob.has_magic(os.fspath(source)) else None
    except (OSError, ValueError) as error:
        raise BadInput(f"{str(source)[:80]!r} is no path ({error}); to read a text itself pass [text]") from error
    if found is None:
        raise BadInput(f"no file {str(source)[:200]!r}; a string is taken as a path: to read a text itself pass [text]")
    if not found:
        raise BadInput(f"no file matches {os.fspath(source)!r} in {Path.cwd()}")
    return [Path(name) for name in found if not Path(name).is_dir()] or [Path(found[0])]


def _open_paths(paths: list[Path], field: str, errors: str) -> Source:
    for path in paths:
        if not path.exists():
            raise BadInput(f"no file {str(path)!r}")
        if path.is_dir():
            raise BadInput(f"{path} is a folder; name its files with a pattern such as '{path}/*.txt'")
        if not os.access(path, os.R_OK):
            raise BadInput(f"{path} may not be read; check its permissions")
    first = paths[0]
    if len(paths) == 1 and (stat.S_ISFIFO(first.stat().st_mode) or stat.S_ISCHR(first.stat().st_mode)):
        with first.open("rb") as stream:
            return _spooled(stream, str(first), errors)
    source = Files(paths, field, errors)
    if source.size == 0:
        raise BadInput(f"{first} is empty; expected text" if len(paths) == 1 else f"all {len(paths)} files are empty")
    return source


def _spooled(stream: BinaryIO, label: str, errors: str) -> Source:
    """Keep a stream that can be read once in a temporary file, which goes with the source."""
    handle, name = tempfile.mkstemp(prefix="vicinal-", suffix=".txt")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as copy:
            shutil.copyfileobj(stream, copy, BLOCK)
        if path.stat().st_size == 0:
            raise BadInput(f"{label} is empty; expected text")
        source = Files([path], "text", errors, label)
    except BaseException:
        path.unlink()
        raise
    weakref.finalize(source, path.unlink, missing_ok=True)
    return source
