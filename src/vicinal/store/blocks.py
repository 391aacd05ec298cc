"""Reading big files piece by piece, compressed or not, into a matrix that grows."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat
from vicinal.progress import Callback, Meter

BLOCK = 1 << 23
_MAX_LINE = 1 << 28


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, unpacking gzip on the way; damage in the packing becomes `BadFormat`."""
    with open(path, "rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            if not packed:
                yield raw
                return
            with gzip.open(raw) as file:
                yield file  # type: ignore[misc]
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadFormat(f"{path}: the gzip file is damaged or cut off ({error})") from error


def head_of(path: Path, size: int = 1 << 16) -> bytes:
    """Return the first bytes of a file, unpacked if it is a gzip file."""
    try:
        with open_bytes(path) as file:
            return file.read(size)
    except BadFormat:
        return b""  # damaged so early that the reader has to say it


def pieces(path: Path, callback: Callback | None = None, size: int = BLOCK) -> Iterator[bytes]:
    """Yield a file's content piece by piece, reporting how many of its bytes are read."""
    meter = Meter(callback, "reading", os.path.getsize(path), "bytes")
    with open_bytes(path) as file:
        packed = getattr(file, "fileobj", file)
        while piece := file.read(size):
            yield piece
            meter.report(packed.tell())
    meter.report(meter.total)


def line_blocks(path: Path, callback: Callback | None = None, size: int = BLOCK) -> Iterator[bytes]:
    """Yield a file's content in blocks that end with a line.

    Parameters
    ----------
    path : path
    callback : callable, optional
    size : int
        Bytes read at once; a longer line makes a longer block.

    Yields
    ------
    bytes
        Whole lines with their ends; the last may lack its end.

    Raises
    ------
    BadFormat
        If there is no line end within 256 MB, or the file is a damaged gzip file.
    """
    waiting: list[bytes] = []
    held = 0
    for piece in pieces(path, callback, size):
        cut = piece.rfind(b"\n") + 1
        if cut == 0:
            waiting.append(piece)
            held += len(piece)
            if held > _MAX_LINE:
                raise BadFormat(f"{path}: a line is longer than {_MAX_LINE:,} bytes; this is not a table of text")
            continue
        yield b"".join([*waiting, piece[:cut]])
        waiting, held = [piece[cut:]], len(piece) - cut
    rest = b"".join(waiting)
    if rest:
        yield rest


class Rows:
    """A float32 matrix that takes rows until no more come, without ever being there twice.

    Parameters
    ----------
    dim : int
    expected : int
        Rows to make room for at first.

    Attributes
    ----------
    matrix : (capacity, dim) float32
    count : int
        Rows filled so far; the caller sets it.
    """

    def __init__(self, dim: int, expected: int) -> None:
        self.matrix = np.empty((max(expected, 1), dim), np.float32)
        self.count = 0

    def make_room(self, rows: int = 1) -> None:
        """Make sure that ``rows`` more fit."""
        if self.count + rows > len(self.matrix):
            wanted = max(self.count + rows, len(self.matrix) * 5 // 4)
            self.matrix.resize((wanted, self.matrix.shape[1]), refcheck=False)

    def finish(self) -> NDArray[np.float32]:
        """Return the filled part, (count, dim), read-only, giving the rest back."""
        self.matrix.resize((self.count, self.matrix.shape[1]), refcheck=False)
        self.matrix.flags.writeable = False
        return self.matrix
