"""A trained model as a folder: ``encoder.json``, ``weights.safetensors``, ``vocabulary.txt``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from vicinal.data import Vocabulary
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.origin import Origin
from vicinal.store.atomic import atomic
from vicinal.store.container import Container, write_container
from vicinal.words.huffman import Paths

_FORMAT = "vicinal.encoder/1"
_PATHS = ("path_offsets", "path_nodes", "path_signs")


def save(model: Any, path: str | os.PathLike[str], force: bool = False) -> None:
    """Write a trained model to a folder that appears whole or not at all."""
    options = model.get_params()
    if callable(options.get("tokenizer")):
        raise BadInput("a model with a tokenizer function of your own cannot be saved; name one, or use 'regex:…'")
    record = {
        "format": _FORMAT,
        "encoder": type(model).__name__,
        "options": options,
        "origin": json.loads(model.origin_.to_json()),
        "history": model.history_,
    }
    tensors = {"inputs": model.input_, "outputs": model.output_}
    if model.paths_ is not None:
        tensors |= dict(zip(_PATHS, model.paths_, strict=True))
    with atomic(path, force, folder=True) as folder:
        (folder / "encoder.json").write_text(json.dumps(record, indent=2, default=os.fspath) + "\n", encoding="utf-8")
        write_container(folder / "weights.safetensors", tensors, {"format": _FORMAT})
        model.vocabulary_.save(folder / "vocabulary.txt")


def load(cls: type, path: str | os.PathLike[str]) -> Any:
    """Read a model of class ``cls`` from a folder.

    Raises
    ------
    BadInput
        If there is no such folder.
    BadFormat
        If it holds something else, or parts that do not fit each other.
    """
    folder = Path(path)
    if not (folder / "encoder.json").is_file():
        raise BadInput(f"{folder} is not the folder of a saved model (it has no encoder.json)")
    try:
        record = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        if record["format"] != _FORMAT or record["encoder"] != cls.__name__:
            raise BadFormat(f"{folder} holds {record['encoder']} as {record['format']}, expected {cls.__name__}")
        model = cls(**record["options"])
        model.origin_ = Origin.from_json(json.dumps(record["origin"]))
        model.history_ = [float(loss) for loss in record["history"]]
    except (ValueError, KeyError, TypeError, BadOption) as error:
        if isinstance(error, BadFormat):
            raise
        raise BadFormat(f"{folder / 'encoder.json'} is not readable ({error})") from error
    model.vocabulary_ = Vocabulary.load(folder / "vocabulary.txt")
    if not (folder / "weights.safetensors").is_file():
        raise BadFormat(f"{folder} has no weights.safetensors: the folder is not whole; save the model again")
    container = Container(folder / "weights.safetensors")
    model.input_, model.output_ = (np.array(container.array(name)) for name in ("inputs", "outputs"))
    n = len(model.vocabulary_)
    tree = all(name in container.tensors for name in _PATHS)
    model.paths_ = Paths(*(np.array(container.array(name)) for name in _PATHS)) if tree else None
    expected = n if model.paths_ is None else model.paths_.inner
    if model.input_.shape != (n, model.dim) or model.output_.shape != (expected, model.dim):
        raise BadFormat(f"{folder}: matrices of {model.input_.shape} and {model.output_.shape} do not fit {n} words")
    if model.paths_ is not None:
        _check_paths(model.paths_, n, folder)
    return model


def _check_paths(paths: Paths, n: int, folder: Path) -> None:
    """Paths index matrices in compiled code that checks no bounds, so they are checked here."""
    offsets, nodes, signs = paths
    fits = len(offsets) == n + 1 and offsets[0] == 0 and offsets[-1] == len(nodes) == len(signs)
    if not fits or np.diff(offsets).min() < 1 or nodes.min() < 0 or nodes.max() >= paths.inner:
        raise BadFormat(f"{folder / 'weights.safetensors'}: the tree does not fit {n} words")
