"""A vocabulary as text: a header line, then ``token<TAB>count`` a line."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput

_HEADER = re.compile(r"# vicinal\.vocabulary/1 tokens=([0-9]{1,18}) total=([0-9]{1,18})")
_UNSAFE = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_MEANINGS = {escaped: char for char, escaped in _ESCAPES.items()}
_DIGITS = 18  # what surely fits 64 bits


def dump(tokens: Sequence[str], counts: NDArray[np.int64], total: int) -> bytes:
    """The file's content."""
    lines = [f"# vicinal.vocabulary/1 tokens={len(tokens)} total={total}"]
    for token, count in zip(tokens, counts.tolist(), strict=True):
        lines.append(f"{_UNSAFE.sub(lambda match: _ESCAPES[match.group()], token)}\t{count}")
    try:
        return ("\n".join(lines) + "\n").encode()
    except UnicodeEncodeError as error:
        raise BadInput(f"{error.object[error.start]!r} in a token is half of a surrogate pair, not text") from error


def parse(path: Path) -> tuple[list[str], list[int], int]:
    """Tokens, counts and total of a file; `BadFormat` names the first bad line."""
    try:
        lines = path.read_bytes().decode().split("\n")
    except UnicodeDecodeError as error:
        raise BadFormat(f"{path}: byte {error.start} is not utf-8, so this is no vocabulary") from error
    header = _HEADER.fullmatch(lines[0])
    if header is None:
        raise BadFormat(f"{path}, line 1: {lines[0][:80]!r}, expected '# vicinal.vocabulary/1 tokens=N total=N'")
    tokens: list[str] = []
    counts: list[int] = []
    for number, line in enumerate(lines[1:-1], 2):
        token, _, count = line.partition("\t")
        if not token or not count.isascii() or not count.isdigit() or len(count) > _DIGITS:
            raise BadFormat(f"{path}, line {number}: {line[:80]!r}, expected token<TAB>count")
        tokens.append(token if "\\" not in token else _plain(token, f"{path}, line {number}"))
        counts.append(int(count))
    if len(tokens) != int(header[1]) or lines[-1]:
        raise BadFormat(
            f"{path}: {len(tokens)} whole lines of tokens, but line 1 promises {header[1]}: the file is cut short"
        )
    return tokens, counts, int(header[2])


def _plain(token: str, where: str) -> str:
    try:
        return re.sub(r"\\.?", lambda match: _MEANINGS[match.group()], token)
    except KeyError as error:
        raise BadFormat(f"{where}: unknown escape {error.args[0]} in {token}; known are \\\\ \\t \\n \\r") from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all."""
    if not path.parent.is_dir():
        raise BadInput(f"no folder {str(path.parent)!r} to write {path.name} in; make it first")
    handle, name = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
