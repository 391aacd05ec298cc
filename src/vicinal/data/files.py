"""Reading files as clean utf-8: any compression, checked, cut only where a word cannot be hurt."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from vicinal.errors import BadFormat, BadInput
from vicinal.require import require

SPACES = b" \n\t\r\x0b\x0c"
LONGEST_RUN = 1 << 28  # bytes without a single space: beyond this it is no text, and memory must stay bounded
BOM = b"\xef\xbb\xbf"


class Stream(NamedTuple):
    """A file opened for reading: its bytes after decompression, and the file itself, whose position is the progress."""

    data: BinaryIO
    file: BinaryIO
    failures: tuple[type[Exception], ...]  # what damaged compressed data raise


class _Frames(io.RawIOBase):
    """Zstandard frames as one stream; unlike the library's own reader it notices a file that is cut short."""

    def __init__(self, file: BinaryIO, zstandard: Any) -> None:
        self._file = file
        self._new = zstandard.ZstdDecompressor().decompressobj
        self._frame: Any = None
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            rest = (self._frame.unused_data if self._frame is not None and self._frame.eof else b"") or b""
            packed = rest or self._file.read(1 << 17)
            if not packed:
                if self._frame is not None and not self._frame.eof:
                    raise EOFError("the compressed data end before their end mark")
                return 0
            if self._frame is None or self._frame.eof:
                self._frame = self._new()
            self._ready = self._frame.decompress(packed)
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def open_stream(path: Path) -> Stream:
    """Open a file, through the decompressor that its name asks for (.gz, .xz, .bz2, .zst)."""
    file = path.open("rb")
    suffix = path.suffix.lower()
    damaged: tuple[type[Exception], ...] = (OSError, EOFError)
    if suffix == ".gz":
        return Stream(gzip.GzipFile(fileobj=file), file, (*damaged, zlib.error))  # type: ignore[arg-type]
    if suffix == ".xz":
        return Stream(lzma.LZMAFile(file), file, (*damaged, lzma.LZMAError))  # type: ignore[arg-type]
    if suffix == ".bz2":
        return Stream(bz2.BZ2File(file), file, (*damaged, ValueError))  # type: ignore[arg-type]
    if suffix == ".zst":
        try:
            zstandard = require("zstandard", "formats")
        except BaseException:
            file.close()
            raise
        return Stream(io.BufferedReader(_Frames(file, zstandard), 1 << 17), file, (*damaged, zstandard.ZstdError))
    return Stream(file, file, ())


def is_json_lines(path: Path) -> bool:
    """Whether the name, without a compression ending, says JSON Lines."""
    bare = path.with_suffix("") if path.suffix.lower() in {".gz", ".xz", ".bz2", ".zst"} else path
    return bare.suffix.lower() in {".jsonl", ".ndjson"}


def guarded(stream: Stream, path: Path, read: Callable[[], bytes], note: Callable[[int], None]) -> Iterator[bytes]:
    """Call ``read`` until it returns nothing; damage becomes `BadFormat`, and the file is closed at the end.

    ``note`` is told the position in the file, before decompression.
    """
    with stream.file, stream.data:
        while True:
            try:
                data = read()
            except stream.failures as error:
                raise BadFormat(
                    f"{path}: the {path.suffix} data are damaged or cut short ({error}); fetch or compress it again"
                ) from error
            if not data:
                return
            note(stream.file.tell())
            yield data


def _cut(chunks: Iterator[bytes], path: Path) -> Iterator[tuple[int, bytes]]:
    """Regroup chunks into pieces that end after a space, each with its byte offset in the text."""
    offset = 0
    tail: list[bytes] = []
    for chunk in chunks:
        end = max(chunk.rfind(space) for space in SPACES) + 1
        if end:
            piece = b"".join([*tail, chunk[:end]])
            yield offset, piece
            offset += len(piece)
            tail = []
        if end < len(chunk):
            tail.append(chunk[end:])
        if len(tail) * len(chunk) > LONGEST_RUN:
            raise BadInput(f"{path}: no space or line end in {LONGEST_RUN:,} bytes from byte {offset}; is this text?")
    if tail:
        yield offset, b"".join(tail)


def checked(piece: bytes, offset: int, path: Path, errors: str) -> bytes:
    """The piece, if it is valid utf-8 text; with ``errors="replace"`` bad bytes become U+FFFD."""
    if offset == 0 and piece[:2] in {b"\xff\xfe", b"\xfe\xff"} and errors == "strict":
        raise BadFormat(
            f"{path}: begins with a UTF-16 mark, expected utf-8: convert it first (iconv -f UTF-16 -t UTF-8)"
        )
    if b"\0" in piece:
        at = offset + piece.index(b"\0")
        raise BadFormat(
            f"{path}: NUL byte at byte {at}: a binary file, expected utf-8 text (.gz .xz .bz2 .zst by name)"
        )
    if piece.isascii():
        return piece
    try:
        text = piece.decode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise BadFormat(
            f"{path}: byte {offset + error.start} (0x{piece[error.start]:02x}) is not utf-8 ({error.reason}); "
            'convert the file, or pass errors="replace" to read on'
        ) from error
    return piece if errors == "strict" else text.encode()


def text_blocks(path: Path, size: int, errors: str, note: Callable[[int], None]) -> Iterator[bytes]:
    r"""Blocks of a text file: utf-8, lines ended by ``\n``, cut only after a space, the last line ended too."""
    stream = open_stream(path)
    ended_by_return, last = False, b"\n"
    for offset, raw in _cut(guarded(stream, path, lambda: stream.data.read(size), note), path):
        piece = checked(raw, offset, path, errors)
        if offset == 0:
            piece = piece.removeprefix(BOM)
        if ended_by_return:
            piece = piece.removeprefix(b"\n")
        ended_by_return = raw.endswith(b"\r")
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if piece:
            last = piece[-1:]
            yield piece
    if last != b"\n":
        yield b"\n"
