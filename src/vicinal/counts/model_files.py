"""Encoders of this room as folders: ``encoder.json``, ``weights.safetensors``, ``vocabulary.txt``, spaces."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from vicinal.counts._checks import json_options
from vicinal.data import Vocabulary
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.origin import Origin
from vicinal.space import Space
from vicinal.store.atomic import atomic
from vicinal.store.container import Container, write_container

_FORMAT = "vicinal.encoder/1"
_WEIGHTS, _VOCABULARY = "weights.safetensors", "vocabulary.txt"


@dataclass(frozen=True)
class Parts:
    """What a folder holds: a model with its options but nothing learned yet, and what it had learned."""

    folder: Path
    model: Any
    origin: Origin
    figures: dict[str, Any]

    def figure(self, name: str) -> int:
        """Return a count of the record; `BadFormat` where it is not one."""
        value = self.figures.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise BadFormat(f"{self.folder / 'encoder.json'}: {name} is {value!r}, expected a count")
        return value

    def tensor(self, name: str) -> NDArray:
        """Return one array; `BadFormat` where it is missing."""
        if not (self.folder / _WEIGHTS).is_file():
            raise BadFormat(f"{self.folder} has no {_WEIGHTS}")
        return Container(self.folder / _WEIGHTS).array(name)

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary; `BadFormat` where it is missing."""
        if not (self.folder / _VOCABULARY).is_file():
            raise BadFormat(f"{self.folder} has no {_VOCABULARY}")
        return Vocabulary.load(self.folder / _VOCABULARY)

    def space(self, name: str) -> Space:
        """Open a space that was saved with the model."""
        return Space.open(self.folder / f"{name}.space")


def save(
    model: Any, path: str | os.PathLike[str], tensors: Mapping[str, NDArray], figures: Mapping[str, Any],
    vocabulary: Vocabulary | None = None, *, spaces: Mapping[str, Space] | None = None, force: bool = False,
) -> None:  # fmt: skip
    """Write a trained model to a folder that appears whole or not at all.

    Parameters
    ----------
    model : Encoder
        With ``origin_``.
    path : path
    tensors : mapping of str to array
    figures : mapping of str to JSON value
    vocabulary : Vocabulary, optional
    spaces : mapping of str to Space, optional
        Saved as ``NAME.space``.
    force : bool
        Replace a folder that exists.

    Raises
    ------
    BadInput
        If an option is a function, which a file cannot hold.
    OutputExists
    """
    for name, value in model.get_params().items():
        if callable(value):
            raise BadInput(f"{name} is a function of your own, which cannot be saved; name one, or use 'regex:…'")
    record = {
        "format": _FORMAT,
        "encoder": type(model).__name__,
        "options": json_options(model),
        "origin": json.loads(model.origin_.to_json()),
        "figures": dict(figures),
    }
    with atomic(path, force, folder=True) as folder:
        (folder / "encoder.json").write_text(json.dumps(record, indent=2, allow_nan=False) + "\n", encoding="utf-8")
        write_container(folder / _WEIGHTS, tensors, {"format": _FORMAT})
        if vocabulary is not None:
            vocabulary.save(folder / _VOCABULARY)
        for name, space in (spaces or {}).items():
            space.save(folder / f"{name}.space")


def load(cls: type, path: str | os.PathLike[str]) -> Parts:
    """Read the record of a model of class ``cls``.

    Raises
    ------
    BadInput
        If there is no such folder.
    BadFormat
        If it holds something else.
    """
    folder = Path(path)
    if not (folder / "encoder.json").is_file():
        raise BadInput(f"{folder} is not the folder of a saved model (it has no encoder.json)")
    try:
        record = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        kind, found = record["format"], record["encoder"]
        if kind != _FORMAT or found != cls.__name__:
            raise BadFormat(f"{folder} holds {found} as {kind}, expected {cls.__name__} as {_FORMAT}")
        options = {key: tuple(v) if key == "ngram_range" else v for key, v in record["options"].items()}
        origin = Origin.from_json(json.dumps(record["origin"]))
        return Parts(folder, cls(**options), origin, dict(record["figures"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadOption) as error:
        if isinstance(error, BadFormat):
            raise
        raise BadFormat(f"{folder / 'encoder.json'} is not readable ({error})") from error
