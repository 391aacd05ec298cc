"""The three things a corpus can be made of: files, texts in memory, sentences already tokenised."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vicinal.data.files import BOM, guarded, is_json_lines, open_stream, text_blocks
from vicinal.errors import BadFormat, BadInput

# Bytes that utf-8 never contains, so they can part tokens and sentences of any content.
TOKEN_END = b"\xff"
SENTENCE_END = b"\xfe"

BLOCK = 1 << 21  # bytes read at a time

Note = Callable[[int], None]


class Source(Protocol):
    """What `Corpus` needs of its material."""

    tokenized: bool
    size: int  # bytes on disk; 0 where not known

    def blocks(self, size: int, note: Note, documents: bool) -> Iterator[bytes]:
        """Yield the content anew; ``note`` is told how many bytes of ``size`` have been read.

        With ``documents`` every record or text is one line, line ends in it becoming spaces.
        """

    def describe(self) -> str:
        """Say in a few words what this is."""


def human_size(size: int) -> str:
    """A number of bytes for people: ``104 MB``."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= scale:
            return f"{size / scale:.{0 if size >= 10 * scale else 1}f} {unit}"
    return f"{size} bytes"


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 file``, ``2 files``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@dataclass
class Files:
    """Text and JSON Lines files, in the order given."""

    paths: Sequence[Path]
    field: str
    errors: str
    label: str = ""
    tokenized = False

    def __post_init__(self) -> None:
        self.size = sum(path.stat().st_size for path in self.paths)

    def blocks(self, size: int, note: Note, documents: bool) -> Iterator[bytes]:
        """Yield utf-8 blocks; a file's end is a sentence's end."""
        before = 0
        for path in self.paths:
            start = before

            def local(position: int, start: int = start) -> None:
                note(start + position)

            if is_json_lines(path):
                yield from gathered(self._records(path, local, documents), size)
            else:
                yield from text_blocks(path, size, self.errors, local)
            before += path.stat().st_size

    def _records(self, path: Path, note: Note, documents: bool) -> Iterator[bytes]:
        stream = open_stream(path)
        offset = 0
        for number, line in enumerate(guarded(stream, path, stream.data.readline, note), 1):
            if line.strip() not in {b"", BOM}:
                where = f"{path}, line {number}"
                yield encode_text(self._text(line, offset, where), where, self.errors, documents)
            offset += len(line)

    def _text(self, line: bytes, offset: int, where: str) -> str:
        try:
            record = json.loads(line.decode("utf-8", self.errors).removeprefix("\ufeff"))
        except UnicodeDecodeError as error:
            at = offset + error.start
            raise BadFormat(f'{where}: byte {at} is not utf-8 ({error.reason}); or pass errors="replace"') from error
        except (ValueError, RecursionError) as error:
            raise BadFormat(f"{where}: not valid JSON ({error}); expected one object a line") from error
        if not isinstance(record, dict):
            raise BadFormat(f"{where}: a JSON {type(record).__name__}, expected an object with field {self.field!r}")
        if self.field not in record:
            there = ", ".join(repr(name) for name in list(record)[:20]) or "none"
            raise BadFormat(f"{where}: no field {self.field!r}; the fields there: {there}; choose one with field=")
        text = record[self.field]
        if not isinstance(text, str):
            raise BadFormat(f"{where}: field {self.field!r} holds a {type(text).__name__}, expected text")
        return text

    def describe(self) -> str:
        """Say how many files and bytes."""
        return f"{self.label or counted(len(self.paths), 'file')}, {human_size(self.size)}"


@dataclass
class Texts:
    """Texts in memory, or from any iterable that can be read again."""

    items: Iterable[str]
    errors: str
    tokenized = False
    size = 0

    def blocks(self, size: int, note: Note, documents: bool) -> Iterator[bytes]:
        """Yield utf-8 blocks; every text ends a sentence, and unless it is a document so does each line in it."""
        return gathered(self._encoded(documents), size)

    def _encoded(self, documents: bool) -> Iterator[bytes]:
        for index, item in enumerate(self.items):
            if not isinstance(item, str):
                raise BadInput(f"item {index} is a {type(item).__name__}, expected text like the items before it")
            yield encode_text(item, f"text {index}", self.errors, documents)

    def describe(self) -> str:
        """Say how many texts, where that is known."""
        return f"{counted(len(self.items), 'text')} in memory" if isinstance(self.items, Sized) else "texts"


@dataclass
class Sentences:
    """Sentences already tokenised: lists of strings. Blocks part tokens by 0xFF and sentences by 0xFE."""

    items: Iterable[Sequence[str]]
    tokenized = True
    size = 0

    def blocks(self, size: int, note: Note, documents: bool) -> Iterator[bytes]:
        """Yield separated blocks."""
        return gathered((encode_tokens(item, f"sentence {index}") for index, item in enumerate(self.items)), size)

    def describe(self) -> str:
        """Say how many sentences, where that is known."""
        return f"{counted(len(self.items), 'sentence')} in memory" if isinstance(self.items, Sized) else "sentences"


def gathered(parts: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Join parts into blocks of about ``size`` bytes."""
    held: list[bytes] = []
    total = 0
    for part in parts:
        held.append(part)
        total += len(part)
        if total >= size:
            yield b"".join(held)
            held, total = [], 0
    if held:
        yield b"".join(held)


def encode_text(text: str, where: str, errors: str, one_line: bool = False) -> bytes:
    """A text as utf-8 with plain line ends, or as one line with spaces for them, the last line ended too."""
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if one_line:
        text = text.replace("\n", " ")
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError as error:
        if errors == "strict":
            raise BadInput(
                f'{where}: character {error.start} is half of a surrogate pair; or pass errors="replace"'
            ) from error
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode() + b"\n"


def encode_tokens(tokens: Sequence[Any], where: str, end: bytes = SENTENCE_END) -> bytes:
    """Tokens parted by byte 0xFF, which no utf-8 has, then ``end``."""
    if isinstance(tokens, str):
        raise BadInput(f"{where} is a string, expected a list of strings")
    try:
        data = "\0".join(tokens).encode()
        if data.count(0) == max(len(tokens) - 1, 0):
            return data.replace(b"\0", TOKEN_END) + end
        return TOKEN_END.join([token.encode() for token in tokens]) + end  # some token holds a NUL itself
    except TypeError as error:
        raise BadInput(f"{where}: {error}; expected a list of strings") from error
    except UnicodeEncodeError as error:
        raise BadInput(f"{where}: a token holds half of a surrogate pair, which is no text") from error
