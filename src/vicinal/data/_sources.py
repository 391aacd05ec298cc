"""The three things a corpus can be made of: files, texts in memory, sentences already tokenised."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from vicinal.data._files import BOM, guarded, is_json_lines, open_stream, text_blocks
from vicinal.errors import BadFormat, BadInput

# Bytes that utf-8 never contains, so they can part tokens and sentences of any content.
TOKEN_END = b"\xff"
SENTENCE_END = b"\xfe"

Note = Callable[[int], None]


class Source(Protocol):
    """What `Corpus` needs of its material."""

    tokenized: bool
    size: int  # bytes on disk; 0 where not known

    def blocks(self, size: int, note: Note) -> Iterator[bytes]:
        """Yield the content anew; ``note`` is told how many bytes of ``size`` have been read."""

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
    tokenized: bool = field(default=False, init=False)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.size = sum(path.stat().st_size for path in self.paths)

    def blocks(self, size: int, note: Note) -> Iterator[bytes]:
        """Yield utf-8 blocks; a file's end is a sentence's end."""
        before = 0
        for path in self.paths:
            start = before

            def local(position: int, start: int = start) -> None:
                note(start + position)

            if is_json_lines(path):
                yield from joined(self._records(path, local), size, self.errors)
            else:
                yield from text_blocks(path, size, self.errors, local)
            before += path.stat().st_size

    def _records(self, path: Path, note: Note) -> Iterator[tuple[str, str]]:
        stream = open_stream(path)
        offset = 0
        for number, line in enumerate(guarded(stream, path, stream.data.readline), 1):
            note(stream.file.tell())
            bare = (line.removeprefix(BOM) if number == 1 else line).strip()
            if bare:
                yield f"{path}, line {number}", self._text(bare, offset, f"{path}, line {number}")
            offset += len(line)

    def _text(self, line: bytes, offset: int, where: str) -> str:
        try:
            record = json.loads(line.decode("utf-8", self.errors))
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
    tokenized: bool = field(default=False, init=False)
    size: int = field(default=0, init=False)

    def blocks(self, size: int, note: Note) -> Iterator[bytes]:
        """Yield utf-8 blocks; every text ends a sentence, and so does each line in it."""
        return joined(self._named(), size, self.errors)

    def _named(self) -> Iterator[tuple[str, str]]:
        for index, item in enumerate(self.items):
            if not isinstance(item, str):
                raise BadInput(f"item {index} is a {type(item).__name__}, expected text like the items before it")
            yield f"text {index}", item

    def describe(self) -> str:
        """Say how many texts, where that is known."""
        return f"{counted(len(self.items), 'text')} in memory" if hasattr(self.items, "__len__") else "texts"


@dataclass
class Sentences:
    """Sentences already tokenised: lists of strings. Blocks part tokens by 0xFF and sentences by 0xFE."""

    items: Iterable[Sequence[str]]
    tokenized: bool = field(default=True, init=False)
    size: int = field(default=0, init=False)

    def blocks(self, size: int, note: Note) -> Iterator[bytes]:
        """Yield separated blocks."""
        return separated(self.items, size)

    def describe(self) -> str:
        """Say how many sentences, where that is known."""
        known = hasattr(self.items, "__len__")
        return f"{counted(len(self.items), 'sentence')} in memory" if known else "sentences"  # type: ignore[arg-type]


def joined(documents: Iterable[tuple[str, str]], size: int, errors: str) -> Iterator[bytes]:
    """Gather named texts into utf-8 blocks of about ``size`` bytes, each text ended by a newline."""
    parts: list[bytes] = []
    held = 0
    for where, document in documents:
        text = document.removeprefix("\ufeff")
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        try:
            data = text.encode()
        except UnicodeEncodeError as error:
            if errors == "strict":
                raise BadInput(
                    f'{where}: character {error.start} is half of a surrogate pair; or pass errors="replace"'
                ) from error
            data = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
        parts += (data, b"\n")
        held += len(data) + 1
        if held >= size:
            yield b"".join(parts)
            parts, held = [], 0
    if parts:
        yield b"".join(parts)


def encode_tokens(tokens: Sequence[Any], where: str) -> bytes:
    """One sentence as bytes: every token ended by 0xFF, then 0xFE."""
    try:
        data = "\0".join(tokens).encode()
        if data.count(0) == max(len(tokens) - 1, 0):
            return data.replace(b"\0", TOKEN_END) + SENTENCE_END
        return TOKEN_END.join([token.encode() for token in tokens]) + SENTENCE_END
    except TypeError as error:
        raise BadInput(f"{where}: {error}; expected a list of strings") from error
    except UnicodeEncodeError as error:
        raise BadInput(f"{where}: a token holds half of a surrogate pair, which is no text") from error


def separated(sentences: Iterable[Sequence[str]], size: int) -> Iterator[bytes]:
    """Gather tokenised sentences into separated blocks of about ``size`` bytes."""
    parts: list[bytes] = []
    held = 0
    for index, tokens in enumerate(sentences):
        if isinstance(tokens, str):
            raise BadInput(f"sentence {index} is a string, expected a list of strings")
        parts.append(encode_tokens(tokens, f"sentence {index}"))
        held += len(parts[-1])
        if held >= size:
            yield b"".join(parts)
            parts, held = [], 0
    if parts:
        yield b"".join(parts)
