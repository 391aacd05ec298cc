"""Paragraph vectors as a folder: ``encoder.json``, ``documents.space``, ``weights.safetensors``, ``vocabulary.txt``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from vicinal.data import Vocabulary
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.names import Names
from vicinal.origin import Origin
from vicinal.space import Space
from vicinal.store.atomic import atomic
from vicinal.store.container import Container, write_container
from vicinal.words.document_options import bag_parts, check_document_options, takes_words
from vicinal.words.huffman import Paths
from vicinal.words.model_files import _FORMAT, _PATHS, _check_paths

_FILES = ("encoder.json", "documents.space", "weights.safetensors", "vocabulary.txt")


def save(model: Any, path: str | os.PathLike[str], force: bool = False) -> None:
    """Write a trained model to a folder that appears whole or not at all."""
    options = model.get_params()
    if callable(options["tokenizer"]):
        raise BadInput("a model with a tokenizer function of your own cannot be saved; name one, or use 'regex:…'")
    record = {
        "format": _FORMAT, "encoder": type(model).__name__, "options": options,
        "origin": json.loads(model.origin_.to_json()), "history": model.history_,
    }  # fmt: skip
    tensors = {"inputs": model.input_, "outputs": model.output_}
    if model.paths_ is not None:
        tensors |= dict(zip(_PATHS, model.paths_, strict=True))
    with atomic(path, force, folder=True) as folder:
        (folder / "encoder.json").write_text(json.dumps(record, indent=2, default=os.fspath) + "\n", encoding="utf-8")
        model.space.save(folder / "documents.space")
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
    for name in _FILES:
        if not (folder / name).is_file():
            raise BadInput(f"{folder} is not the folder of a saved model of documents (it has no {name})")
    try:
        record = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        if record["format"] != _FORMAT or record["encoder"] != cls.__name__:
            raise BadFormat(f"{folder} holds {record['encoder']} as {record['format']}, expected {cls.__name__}")
        model = cls(**record["options"])
        check_document_options(model)
        model.origin_ = Origin.from_json(json.dumps(record["origin"]))
        model.history_ = [float(loss) for loss in record["history"]]
    except (ValueError, KeyError, TypeError, RecursionError, BadOption) as error:
        if isinstance(error, BadFormat):
            raise
        raise BadFormat(f"{folder / 'encoder.json'} is not readable ({error})") from error
    _read_documents(model, folder)
    _read_weights(model, folder)
    return model


def _read_documents(model: Any, folder: Path) -> None:
    space = Space.open(folder / "documents.space")
    if space.dim != model.dim or "words" not in space.columns or space.matrix.dtype != np.float32:
        raise BadFormat(f"{folder / 'documents.space'}: {space!r} does not fit the options (dim {model.dim})")
    model.names_, model.documents_ = Names(list(space.names)), np.array(space.matrix)
    model.lengths_ = np.array(space.columns["words"], np.int64)
    model.empty_ = [model.names_[row] for row in np.flatnonzero(model.lengths_ == 0).tolist()]
    model.documents_.flags.writeable = False


def _read_weights(model: Any, folder: Path) -> None:
    """Read and check what compiled code will index without checking bounds."""
    model.vocabulary_ = Vocabulary.load(folder / "vocabulary.txt")
    container, n = Container(folder / "weights.safetensors"), len(model.vocabulary_)
    model.input_, model.output_ = (np.array(container.array(name)) for name in ("inputs", "outputs"))
    tree = model.objective == "hierarchical_softmax"
    model.paths_ = Paths(*(np.array(container.array(name)) for name in _PATHS)) if tree else None
    if model.paths_ is not None:
        _check_paths(model.paths_, n, folder)
    rows, parts = n if model.paths_ is None else model.paths_.inner, bag_parts(model)
    inputs = (n + (parts > 1) if takes_words(model) else 0, model.dim)
    found, wanted = (model.input_.shape, model.output_.shape), (inputs, (rows, parts, model.dim))
    if found != wanted:
        raise BadFormat(f"{folder}: matrices of {found[0]} and {found[1]}, expected {wanted[0]} and {wanted[1]}")
    for matrix in (model.input_, model.output_):
        if matrix.dtype != np.float32 or not np.isfinite(matrix).all():
            raise BadFormat(f"{folder / 'weights.safetensors'}: a matrix is not of finite float32 numbers")
        matrix.flags.writeable = False
