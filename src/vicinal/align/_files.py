"""A learned map as a folder: ``encoder.json`` and ``map.safetensors``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.origin import Origin
from vicinal.store.atomic import atomic
from vicinal.store.container import Container, write_container

_FORMAT = "vicinal.encoder/1"
_PARTS = ("map", "source_mean", "target_mean")


def save(model: Any, path: str | os.PathLike[str], force: bool) -> None:
    """Write a learned map to a folder that appears whole or not at all."""
    record = {
        "format": _FORMAT,
        "encoder": type(model).__name__,
        "options": model.get_params(),
        "origin": json.loads(model.origin_.to_json()),
        "target_origin": json.loads(model.target_origin_.to_json()),
        **model._record(),
    }
    with atomic(path, force, folder=True) as folder:
        text = json.dumps(record, indent=2, ensure_ascii=False)
        (folder / "encoder.json").write_text(text + "\n", encoding="utf-8")
        arrays = {part: getattr(model, f"{part}_") for part in _PARTS}
        write_container(folder / "map.safetensors", arrays, {"format": _FORMAT})


def load(cls: type, path: str | os.PathLike[str]) -> Any:
    """Read a map of class ``cls`` from a folder.

    Raises
    ------
    BadInput
        If there is no such folder.
    BadFormat
        If it holds something else, or parts that do not fit each other.
    """
    folder = Path(path)
    if not (folder / "encoder.json").is_file():
        raise BadInput(f"{folder} is not the folder of a saved map (it has no encoder.json)")
    try:
        record = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        if record["format"] != _FORMAT or record["encoder"] != cls.__name__:
            raise BadFormat(f"{folder} holds {record['encoder']} as {record['format']}, expected {cls.__name__}")
        model = cls(**record["options"])
        model.origin_ = Origin.from_json(json.dumps(record["origin"]))
        model.target_origin_ = Origin.from_json(json.dumps(record["target_origin"]))
        model._restore(record)
    except (ValueError, KeyError, TypeError, RecursionError, BadOption) as error:
        if isinstance(error, BadFormat):
            raise
        raise BadFormat(f"{folder / 'encoder.json'} is not readable ({error})") from error
    if not (folder / "map.safetensors").is_file():
        raise BadFormat(f"{folder} has no map.safetensors: the folder is not whole; save the map again")
    container = Container(folder / "map.safetensors")
    for part in _PARTS:
        setattr(model, f"{part}_", np.array(container.array(part)))
    dim = len(model.map_)
    shapes = [getattr(model, f"{part}_").shape for part in _PARTS]
    if shapes != [(dim, dim), (dim,), (dim,)] or not all(
        np.isfinite(getattr(model, f"{part}_")).all() for part in _PARTS
    ):
        raise BadFormat(f"{folder / 'map.safetensors'}: parts of shapes {shapes} are no map, or hold NaN")
    return model
