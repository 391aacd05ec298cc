"""Paragraph vectors as a folder: ``encoder.json``, ``documents.space``, ``weights.safetensors``, ``vocabulary.txt``."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np

from vicinal.data import Vocabulary
from vicinal.errors import BadFormat
from vicinal.names import Names
from vicinal.space import Space
from vicinal.store.encoder_folder import EncoderFolder, write_encoder
from vicinal.words.document_options import bag_parts, check_document_options, takes_words
from vicinal.words.huffman import Paths
from vicinal.words.model_files import _PATHS, _check_paths


def save(model: Any, path: str | os.PathLike[str], force: bool = False) -> None:
    """Write a trained model to a folder that appears whole or not at all."""
    tensors = {"inputs": model.input_, "outputs": model.output_}
    if model.paths_ is not None:
        tensors |= dict(zip(_PATHS, model.paths_, strict=True))
    losses = [None if math.isnan(loss) else loss for loss in model.history_]
    beside = {"documents.space": model.space.save, "vocabulary.txt": model.vocabulary_.save}
    write_encoder(model, path, {"history": losses}, tensors, beside=beside, force=force)


def load(cls: type, path: str | os.PathLike[str]) -> Any:
    """Read a model of class ``cls`` from a folder.

    Raises
    ------
    BadInput
        If there is no such folder.
    BadFormat
        If it holds something else, or parts that do not fit each other.
    """
    folder = EncoderFolder(path, cls)
    model = folder.build(cls)
    with folder.reading():
        check_document_options(model)
        model.origin_ = folder.origin
        model.history_ = [math.nan if loss is None else float(loss) for loss in folder.record["history"]]
    _read_documents(model, folder)
    _read_weights(model, folder)
    return model


def _read_documents(model: Any, folder: EncoderFolder) -> None:
    space = Space.open(folder.file("documents.space"))
    if space.dim != model.dim or "words" not in space.columns or space.matrix.dtype != np.float32:
        raise BadFormat(f"{folder.path / 'documents.space'}: {space!r} does not fit the options (dim {model.dim})")
    model.names_, model.documents_ = Names(list(space.names)), np.array(space.matrix)
    model.lengths_ = np.array(space.columns["words"], np.int64)
    model.empty_ = [model.names_[row] for row in np.flatnonzero(model.lengths_ == 0).tolist()]
    model.documents_.flags.writeable = False


def _read_weights(model: Any, folder: EncoderFolder) -> None:
    """Read and check what compiled code will index without checking bounds."""
    model.vocabulary_ = Vocabulary.load(folder.file("vocabulary.txt"))
    n = len(model.vocabulary_)
    model.input_, model.output_ = folder.array("inputs"), folder.array("outputs")
    tree = model.objective == "hierarchical_softmax"
    model.paths_ = Paths(*(folder.array(name) for name in _PATHS)) if tree else None
    if model.paths_ is not None:
        _check_paths(model.paths_, n, folder.path)
    rows, parts = n if model.paths_ is None else model.paths_.inner, bag_parts(model)
    inputs = (n + (parts > 1) if takes_words(model) else 0, model.dim)
    found, wanted = (model.input_.shape, model.output_.shape), (inputs, (rows, parts, model.dim))
    if found != wanted:
        raise BadFormat(f"{folder.path}: matrices of {found[0]} and {found[1]}, expected {wanted[0]} and {wanted[1]}")
    for matrix in (model.input_, model.output_):
        if matrix.dtype != np.float32 or not np.isfinite(matrix).all():
            raise BadFormat(f"{folder.path / 'weights.safetensors'}: a matrix is not of finite float32 numbers")
        matrix.flags.writeable = False
