"""Encoders of this room as folders: ``encoder.json``, ``weights.safetensors``, ``vocabulary.txt``, spaces."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from vicinal.counts._checks import json_options
from vicinal.data import Vocabulary
from vicinal.errors import BadFormat
from vicinal.origin import Origin
from vicinal.space import Space
from vicinal.store.encoder_folder import RECORD, EncoderFolder, write_encoder

_VOCABULARY = "vocabulary.txt"


@dataclass(frozen=True)
class Parts:
    """What a folder holds: a model with its options but nothing learned yet, and what it had learned."""

    opened: EncoderFolder
    model: Any
    figures: dict[str, Any]

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.opened.path

    @property
    def origin(self) -> Origin:
        """The origin of the record."""
        return self.opened.origin

    def figure(self, name: str) -> int:
        """Return a count of the record; `BadFormat` where it is not one."""
        return self.opened.count(name, self.figures)

    def tensor(self, name: str) -> NDArray:
        """Copy one array into memory; `BadFormat` where it is missing."""
        return self.opened.array(name)

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary; `BadFormat` where it is missing."""
        return Vocabulary.load(self.opened.file(_VOCABULARY))

    def space(self, name: str) -> Space:
        """Open a space that was saved with the model."""
        return Space.open(self.opened.file(f"{name}.space"))


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
    beside = {f"{name}.space": space.save for name, space in (spaces or {}).items()}
    if vocabulary is not None:
        beside[_VOCABULARY] = vocabulary.save  # type: ignore[assignment]
    record = {"options": json_options(model), "figures": dict(figures)}
    write_encoder(model, path, record, tensors, beside=beside, force=force)


def load(cls: type, path: str | os.PathLike[str]) -> Parts:
    """Read the record of a model of class ``cls``.

    Raises
    ------
    BadInput
        If there is no such folder.
    BadFormat
        If it holds something else.
    """
    opened = EncoderFolder(path, cls)
    pair = opened.options.get("ngram_range")  # JSON has no tuples
    model = opened.build(cls, **({"ngram_range": tuple(pair)} if isinstance(pair, list) else {}))
    figures = opened.record.get("figures")
    if not isinstance(figures, dict):
        raise BadFormat(f"{opened.path / RECORD} has no figures")
    return Parts(opened, model, figures)
