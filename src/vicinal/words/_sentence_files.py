"""A sentence encoder as a folder: ``encoder.json``, ``words.space``, ``weights.safetensors``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.origin import Origin
from vicinal.space import Space
from vicinal.store.atomic import atomic
from vicinal.store.container import Container, write_container

_FORMAT = "vicinal.encoder/1"


def save(model: Any, path: str | os.PathLike[str], force: bool) -> None:
    """Write to a folder that appears whole or not at all."""
    options = {key: value for key, value in model.get_params().items() if key != "words"}
    if callable(options["tokenizer"]):
        raise BadInput("an encoder with a tokenizer function of your own cannot be saved; name one, or use 'regex:…'")
    record = {
        "format": _FORMAT, "encoder": type(model).__name__, "options": options,
        "origin": json.loads(model.origin_.to_json()),
    }  # fmt: skip
    with atomic(path, force, folder=True) as folder:
        text = json.dumps(record, indent=2, ensure_ascii=False, default=os.fspath)
        (folder / "encoder.json").write_text(text + "\n", encoding="utf-8")
        model.words_.save(folder / "words.space")
        tensors = {"weights": model.weights_, "components": model.components_}
        write_container(folder / "weights.safetensors", tensors, {"format": _FORMAT})


def load(cls: type, path: str | os.PathLike[str]) -> Any:
    """Read an encoder of class ``cls`` from a folder.

    Raises
    ------
    BadInput
        If there is no such folder.
    BadFormat
        If it holds something else, or parts that do not fit each other.
    """
    folder = Path(path)
    if not (folder / "encoder.json").is_file():
        raise BadInput(f"{folder} is not the folder of a saved sentence encoder (it has no encoder.json)")
    try:
        record = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        if record["format"] != _FORMAT or record["encoder"] != cls.__name__:
            raise BadFormat(f"{folder} holds {record['encoder']} as {record['format']}, expected {cls.__name__}")
        for name in ("words.space", "weights.safetensors"):
            if not (folder / name).is_file():
                raise BadFormat(f"{folder} has no {name}: the folder is not whole; save the encoder again")
        words = Space.open(folder / "words.space")
        model = cls(words=words, **record["options"])
        model.origin_ = Origin.from_json(json.dumps(record["origin"]))
    except (ValueError, KeyError, TypeError, RecursionError, BadOption) as error:
        if isinstance(error, BadFormat):
            raise
        raise BadFormat(f"{folder / 'encoder.json'} is not readable ({error})") from error
    container = Container(folder / "weights.safetensors")
    weights, components = (np.array(container.array(name)) for name in ("weights", "components"))
    fits = weights.shape == (len(words),) and components.ndim == 2 and components.shape[1] == words.dim
    if not fits or not (np.isfinite(weights).all() and np.isfinite(components).all()):
        raise BadFormat(f"{folder}: weights of {weights.shape} and {components.shape} do not fit {words!r}")
    model.words_, model.weights_, model.components_ = words, weights, components
    return model
