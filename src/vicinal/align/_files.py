"""A learned map as a folder: ``encoder.json`` and ``map.safetensors``."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from vicinal.errors import BadFormat
from vicinal.origin import Origin
from vicinal.store.encoder_folder import EncoderFolder, write_encoder

_ARRAYS = "map.safetensors"
_PARTS = ("map", "source_mean", "target_mean")


def save(model: Any, path: str | os.PathLike[str], force: bool) -> None:
    """Write a learned map to a folder that appears whole or not at all."""
    record = {"target_origin": json.loads(model.target_origin_.to_json()), **model._record()}
    arrays = {part: getattr(model, f"{part}_") for part in _PARTS}
    write_encoder(model, path, record, arrays, file=_ARRAYS, force=force)


def load(cls: type, path: str | os.PathLike[str]) -> Any:
    """Read a map of class ``cls`` from a folder.

    Raises
    ------
    BadInput
        If there is no such folder.
    BadFormat
        If it holds something else, or parts that do not fit each other.
    """
    folder = EncoderFolder(path, cls)
    model = folder.build(cls)
    model.origin_ = folder.origin
    with folder.reading():
        model.target_origin_ = Origin.from_json(json.dumps(folder.record["target_origin"]))
        model._restore(folder.record)
    for part in _PARTS:
        setattr(model, f"{part}_", folder.array(part, file=_ARRAYS, dtype=np.float64))
    dim = len(model.map_)
    shapes = [getattr(model, f"{part}_").shape for part in _PARTS]
    if shapes != [(dim, dim), (dim,), (dim,)] or not all(
        np.isfinite(getattr(model, f"{part}_")).all() for part in _PARTS
    ):
        raise BadFormat(f"{folder.path / _ARRAYS}: parts of shapes {shapes} are no map, or hold NaN")
    return model
