"""Learned phrases as a folder: ``encoder.json`` and ``phrases.jsonl``, one ``[pass, score, words]`` a line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.store.atomic import atomic

_FORMAT = "vicinal.encoder/1"


def save(model: Any, path: str | os.PathLike[str], force: bool) -> None:
    """Write to a folder that appears whole or not at all."""
    options = {**model.get_params(), "connectors": sorted(model.connectors)}
    if callable(options["tokenizer"]):
        raise BadInput("phrases with a tokenizer function of your own cannot be saved; name one, or use 'regex:…'")
    record = {
        "format": _FORMAT, "encoder": type(model).__name__, "options": options,
        "total_words": model.total_words_, "phrases": [len(scored) for scored in model.scores_],
    }  # fmt: skip
    with atomic(path, force, folder=True) as folder:
        text = json.dumps(record, indent=2, ensure_ascii=False, default=os.fspath)
        (folder / "encoder.json").write_text(text + "\n", encoding="utf-8")
        with open(folder / "phrases.jsonl", "w", encoding="utf-8", newline="\n") as file:
            for number, phrases in enumerate(model.scores_):
                for words, score in phrases.items():
                    file.write(json.dumps([number, score, words]) + "\n")


def load(cls: type, path: str | os.PathLike[str]) -> Any:
    """Read phrases of class ``cls`` from a folder.

    Raises
    ------
    BadInput
        If there is no such folder.
    BadFormat
        If it holds something else; names the bad line.
    """
    folder = Path(path)
    if not (folder / "encoder.json").is_file():
        raise BadInput(f"{folder} is not the folder of saved phrases (it has no encoder.json)")
    try:
        record = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        if record["format"] != _FORMAT or record["encoder"] != cls.__name__:
            raise BadFormat(f"{folder} holds {record['encoder']} as {record['format']}, expected {cls.__name__}")
        model = cls(**record["options"])
        model.total_words_ = int(record["total_words"])
        counts = [int(count) for count in record["phrases"]]
        model.scores_ = [{} for _ in counts]
    except (ValueError, KeyError, TypeError, RecursionError, BadOption) as error:
        if isinstance(error, BadFormat):
            raise
        raise BadFormat(f"{folder / 'encoder.json'} is not readable ({error})") from error
    if not (folder / "phrases.jsonl").is_file():
        raise BadFormat(f"{folder} has no phrases.jsonl: the folder is not whole; save the phrases again")
    with open(folder / "phrases.jsonl", "rb") as file:
        for line_number, line in enumerate(file, start=1):
            number, score, words = _parse(line, len(model.scores_), folder / "phrases.jsonl", line_number)
            model.scores_[number][words] = score
    if (found := [len(scored) for scored in model.scores_]) != counts:
        raise BadFormat(f"{folder / 'phrases.jsonl'} holds {found} phrases, and {counts} were saved; is it cut off?")
    return model


def _parse(line: bytes, passes: int, path: Path, line_number: int) -> tuple[int, float, tuple[str, ...]]:
    try:
        number, score, words = json.loads(line.decode())
        if type(number) is int and 0 <= number < passes and len(words) >= 2 and all(isinstance(w, str) for w in words):
            return number, float(score), tuple(words)
    except (ValueError, TypeError, RecursionError):
        pass
    raise BadFormat(f"{path}, line {line_number}: {line[:80]!r} is not [pass, score, words]")
