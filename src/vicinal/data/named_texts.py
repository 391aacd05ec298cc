"""Texts that have names: the lines of files, or the records of JSON Lines."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from vicinal.data.files import BOM, checked, guarded, is_json_lines, open_stream, text_blocks
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.progress import Callback, Meter

_BLOCK = 1 << 20
Note = Callable[[int], None]


class NamedTexts:
    r"""Texts of files, one a line or record, empty ones too; read anew at every pass, and never held.

    Iterating yields the texts, `pairs` yields them with their names: a field of the record, else the number of the line
    from 1, and where there are several files ``FILE:LINE``.

    Parameters
    ----------
    paths : sequence of path
        Text, or JSON Lines (``.jsonl``, ``.ndjson``); packed or not (``.gz``, ``.xz``, ``.bz2``, ``.zst``).
    field : str
        The field of a record that holds the text.
    name_field : str, optional
        The field that holds the name, text or a whole number; JSON Lines only.
    errors : "strict" or "replace"
        What to do with bytes that are not utf-8: stop and say where, or put U+FFFD for them.

    Raises
    ------
    BadInput
        For a file that is missing.
    BadOption
        For a ``name_field`` where no file has fields.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "notes.txt"
    >>> _ = path.write_text("the sea\n\nthe sky\n")
    >>> list(NamedTexts([path]).pairs())
    [('1', 'the sea'), ('2', ''), ('3', 'the sky')]
    """

    def __init__(
        self, paths: Sequence[str | os.PathLike[str]], *, field: str = "text", name_field: str | None = None,
        errors: str = "strict",
    ) -> None:  # fmt: skip
        self.paths = [Path(path) for path in paths]
        self.field, self.name_field, self.errors = field, name_field, errors
        for path in self.paths:
            if not path.is_file():
                raise BadInput(f"no file {str(path)!r}")
        if name_field is not None and not all(map(is_json_lines, self.paths)):
            odd = next(path for path in self.paths if not is_json_lines(path))
            raise BadOption(f"a field of names needs JSON Lines (.jsonl, .ndjson); {odd} has lines, which have numbers")
        self.size = sum(path.stat().st_size for path in self.paths)

    def __iter__(self) -> Iterator[str]:
        return (text for _, text in self.pairs())

    def names(self, callback: Callback | None = None) -> list[str]:
        """Read everything once for the names.

        Parameters
        ----------
        callback : callable, optional
            Gets `vicinal.progress.Progress` values, stage ``"reading"``, unit ``"bytes"``.

        Returns
        -------
        list of str

        Raises
        ------
        BadInput
            If there is no text, or a name comes twice.
        """
        meter = Meter(callback, "reading", self.size, "bytes")
        seen: dict[str, None] = {}
        for name, _ in self.pairs(meter.report):
            if name in seen:
                raise BadInput(f"the name {name!r} comes twice; names must be distinct")
            seen[name] = None
        if not seen:
            raise BadInput(f"no text in {', '.join(map(str, self.paths[:3]))}; expected one line or more")
        return list(seen)

    def pairs(self, note: Note | None = None) -> Iterator[tuple[str, str]]:
        """Yield name and text of everything.

        Parameters
        ----------
        note : callable, optional
            Told how many bytes have been read.

        Yields
        ------
        tuple of str and str

        Raises
        ------
        BadFormat
            For a file that is not utf-8, binary, damaged, or has a bad record; says where.
        """
        before = 0
        for path in self.paths:
            prefix = f"{path}:" if len(self.paths) > 1 else ""

            def local(position: int, before: int = before) -> None:
                if note is not None:
                    note(before + position)

            lines = self._records(path, local) if is_json_lines(path) else self._lines(path, local)
            for number, (name, text) in enumerate(lines, 1):
                yield (f"{prefix}{number}" if name is None else name), text
            before += path.stat().st_size

    def _lines(self, path: Path, note: Note) -> Iterator[tuple[None, str]]:
        rest = b""
        for block in text_blocks(path, _BLOCK, self.errors, note):
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                yield None, line.decode()

    def _records(self, path: Path, note: Note) -> Iterator[tuple[str | None, str]]:
        stream, offset = open_stream(path), 0
        for number, raw in enumerate(guarded(stream, path, stream.data.readline, note), 1):
            line = checked(raw, offset, path, self.errors).removeprefix(BOM)
            offset += len(raw)
            if line.strip():
                yield self._record(line, f"{path}, line {number}")

    def _record(self, line: bytes, where: str) -> tuple[str | None, str]:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadFormat(f"{where}: not valid JSON ({error}); expected one object a line") from None
        if not isinstance(record, dict):
            raise BadFormat(f"{where}: a JSON {type(record).__name__}, expected an object with field {self.field!r}")
        text = _value(record, self.field, where)
        if not isinstance(text, str):
            raise BadFormat(f"{where}: field {self.field!r} holds a {type(text).__name__}, expected text")
        if self.name_field is None:
            return None, text
        name = _value(record, self.name_field, where)
        if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
            raise BadFormat(f"{where}: field {self.name_field!r} holds {name!r}, expected a name")
        return str(name), text


def _value(record: dict[str, Any], field: str, where: str) -> Any:
    if field not in record:
        there = ", ".join(map(repr, list(record)[:20])) or "none"
        raise BadFormat(f"{where}: no field {field!r}; the fields there: {there}")
    return record[field]
