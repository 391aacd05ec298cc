"""Learned phrases as a folder: ``encoder.json`` and ``phrases.jsonl``, one ``[pass, score, words]`` a line."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

from vicinal.errors import BadFormat
from vicinal.store.encoder_folder import EncoderFolder, write_encoder

_LINES = "phrases.jsonl"


def save(model: Any, path: str | os.PathLike[str], force: bool) -> None:
    """Write to a folder that appears whole or not at all."""
    record = {
        "options": {**model.get_params(), "connectors": sorted(model.connectors)},
        "total_words": model.total_words_, "phrases": [len(scored) for scored in model.scores_],
    }  # fmt: skip
    write_encoder(model, path, record, None, beside={_LINES: partial(_write_lines, model.scores_)}, force=force)


def load(cls: type, path: str | os.PathLike[str]) -> Any:
    """Read phrases of class ``cls`` from a folder.

    Raises
    ------
    BadInput
        If there is no such folder.
    BadFormat
        If it holds something else; names the bad line.
    """
    folder = EncoderFolder(path, cls)
    model = folder.build(cls)
    model.total_words_ = folder.count("total_words")
    with folder.reading():
        counts = [int(count) for count in folder.record["phrases"]]
    model.scores_ = [{} for _ in counts]
    file = folder.file(_LINES)
    with open(file, "rb") as lines:
        for line_number, line in enumerate(lines, start=1):
            number, score, words = _parse(line, len(model.scores_), file, line_number)
            model.scores_[number][words] = score
    if (found := [len(scored) for scored in model.scores_]) != counts:
        raise BadFormat(f"{file} holds {found} phrases, and {counts} were saved; is it cut off?")
    return model


def _write_lines(scores: list[dict[tuple[str, ...], float]], path: Path) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for number, phrases in enumerate(scores):
            for words, score in phrases.items():
                file.write(json.dumps([number, score, words]) + "\n")


def _parse(line: bytes, passes: int, path: Path, line_number: int) -> tuple[int, float, tuple[str, ...]]:
    try:
        number, score, words = json.loads(line.decode())
        if type(number) is int and 0 <= number < passes and len(words) >= 2 and all(isinstance(w, str) for w in words):
            return number, float(score), tuple(words)
    except (ValueError, TypeError, RecursionError):
        pass
    raise BadFormat(f"{path}, line {line_number}: {line[:80]!r} is not [pass, score, words]")
