"""What is given to ``vicinal train`` and ``vicinal encode``: files, patterns, standard input."""

from __future__ import annotations

import glob
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vicinal.cli._files import check_there
from vicinal.cli._show import note
from vicinal.errors import BadInput, BadOption

if TYPE_CHECKING:
    from vicinal.data import Corpus, NamedTexts

_PACKED = (".gz", ".xz", ".bz2", ".zst")
_JSON_LINES = (".jsonl", ".ndjson")


def open_inputs(inputs: Sequence[str], field: str | None, errors: str, scratch: Path) -> Corpus:
    """Open files, patterns or standard input as one corpus.

    Parameters
    ----------
    inputs : sequence of str
        Paths, patterns, or the one string ``"-"``.
    field : str or None
        The field of JSON Lines records; None where the user named none.
    errors : "strict" or "replace"
    scratch : Path
        A folder for what comes from standard input as JSON Lines.

    Returns
    -------
    Corpus

    Raises
    ------
    BadInput, BadFormat, BadOption
    """
    from vicinal.data import open_corpus

    options: dict[str, Any] = {"field": field or "text", "errors": errors}
    if "-" in inputs:
        if len(inputs) > 1:
            raise BadInput("- (standard input) stands alone; put the files into one stream, or name them all")
        if sys.stdin.isatty():
            note("reading text from the terminal; end it with Ctrl-D")
        return open_corpus("-" if field is None else _spooled(scratch, "stdin.jsonl"), **options)
    for name in inputs:
        if not glob.has_magic(name):
            check_there(name)
    _check_field("--field", field, inputs)
    return open_corpus([Path(name) for name in inputs], **options)


def open_documents(
    inputs: Sequence[str], scratch: Path, *, field: str | None, name_field: str | None, errors: str
) -> NamedTexts:
    """Open files, patterns or standard input as texts with names.

    Parameters
    ----------
    inputs : sequence of str
        Paths, patterns, or the one string ``"-"``.
    scratch : Path
        A folder for what comes from standard input, JSON Lines where a field is named.
    field, name_field : str or None
        Fields of JSON Lines records; None where the user named none.
    errors : "strict" or "replace"

    Returns
    -------
    NamedTexts

    Raises
    ------
    BadInput, BadFormat, BadOption
    """
    from vicinal.data import NamedTexts

    records = field is not None or name_field is not None
    if list(inputs) == ["-"]:
        paths = [_spooled(scratch, "stdin.jsonl" if records else "stdin.txt")]
        return NamedTexts(paths, field=field or "text", name_field=name_field, errors=errors)
    paths = [found for name in inputs for found in _found(name)]
    _check_field("--field", field, inputs)
    _check_field("--name-field", name_field, inputs)
    return NamedTexts(paths, field=field or "text", name_field=name_field, errors=errors)


def open_one_file(inputs: Sequence[str], scratch: Path, name: str) -> Path:
    """Return the one file that is given; standard input is kept under ``name``."""
    if len(inputs) != 1:
        raise BadInput(f"expected one file, got {len(inputs)}: {', '.join(inputs[:3])}")
    if inputs[0] == "-":
        return _spooled(scratch, name)
    return _checked_file(check_there(inputs[0]))


def _found(name: str) -> list[Path]:
    if name == "-":
        raise BadInput("- (standard input) stands alone; put the files into one stream, or name them all")
    if not glob.has_magic(name) or Path(name).exists():
        return [_checked_file(check_there(name))]
    paths = [Path(found) for found in sorted(glob.glob(name, recursive=True)) if not Path(found).is_dir()]
    if not paths:
        raise BadInput(f"no file matches {name!r} in {Path.cwd()}")
    return paths


def _checked_file(path: Path) -> Path:
    if path.is_dir():
        raise BadInput(f"{path} is a folder; name its files with a pattern such as '{path}/*.txt'")
    if path.is_file() and path.stat().st_size == 0:
        raise BadInput(f"{path} is empty")
    return path


def _check_field(flag: str, field: str | None, inputs: Sequence[str]) -> None:
    if field is not None and not any(_is_json_lines(name) for name in inputs):
        raise BadOption(f"{flag} is for JSON Lines, names that end in .jsonl or .ndjson; {inputs[0]} does not")


def is_input(path: Path, inputs: Sequence[str]) -> bool:
    """Tell whether an output is one of the inputs."""
    names = [
        found for name in inputs for found in (glob.glob(name, recursive=True) if glob.has_magic(name) else [name])
    ]
    return path.exists() and any(Path(name).exists() and path.samefile(name) for name in names)


def _is_json_lines(name: str) -> bool:
    lower = name.lower()
    return (lower.rpartition(".")[0] if lower.endswith(_PACKED) else lower).endswith(_JSON_LINES)


def _spooled(scratch: Path, name: str) -> Path:
    if sys.stdin.isatty():
        note("reading from the terminal; end it with Ctrl-D")
    path = Path(tempfile.mkdtemp(dir=scratch)) / name
    with path.open("wb") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
    if path.stat().st_size == 0:
        raise BadInput("standard input is empty" + ("; expected JSON Lines" if name.endswith(".jsonl") else ""))
    return path
