"""What is given to ``vicinal train`` as text."""

from __future__ import annotations

import glob
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vicinal.cli._files import check_there
from vicinal.cli._show import note
from vicinal.errors import BadInput, BadOption

if TYPE_CHECKING:
    from vicinal.data import Corpus

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

    options = {"field": field or "text", "errors": errors}
    if "-" in inputs:
        if len(inputs) > 1:
            raise BadInput("- (standard input) stands alone; put the files into one stream, or name them all")
        if sys.stdin.isatty():
            note("reading text from the terminal; end it with Ctrl-D")
        return open_corpus("-" if field is None else _spooled(scratch), **options)
    for name in inputs:
        if not glob.has_magic(name):
            check_there(name)
    if field is not None and not any(_is_json_lines(name) for name in inputs):
        raise BadOption(f"--field is for JSON Lines, names that end in .jsonl or .ndjson; {inputs[0]} does not")
    return open_corpus([Path(name) for name in inputs], **options)


def is_input(path: Path, inputs: Sequence[str]) -> bool:
    """Tell whether an output is one of the inputs."""
    names = [
        found for name in inputs for found in (glob.glob(name, recursive=True) if glob.has_magic(name) else [name])
    ]
    return path.exists() and any(Path(name).exists() and path.samefile(name) for name in names)


def _is_json_lines(name: str) -> bool:
    lower = name.lower()
    return (lower.rpartition(".")[0] if lower.endswith(_PACKED) else lower).endswith(_JSON_LINES)


def _spooled(scratch: Path) -> Path:
    path = Path(tempfile.mkdtemp(dir=scratch)) / "stdin.jsonl"
    with path.open("wb") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
    if path.stat().st_size == 0:
        raise BadInput("standard input is empty; expected JSON Lines")
    return path
