"""A trained model of words as a folder: ``encoder.json``, ``weights.safetensors``, ``vocabulary.txt``."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from vicinal.data import Vocabulary
from vicinal.errors import BadFormat
from vicinal.store.encoder_folder import WEIGHTS, EncoderFolder, write_encoder
from vicinal.words.huffman import Paths

VOCABULARY = "vocabulary.txt"
PATHS = ("path_offsets", "path_nodes", "path_signs")


def save(
    model: Any, path: str | os.PathLike[str], force: bool = False, *,
    beside: Mapping[str, Callable[[Path], object]] | None = None,
) -> None:  # fmt: skip
    """Write a trained model to a folder that appears whole or not at all; ``beside``: see `write_encoder`."""
    tensors = {"inputs": model.input_, "outputs": model.output_}
    if model.paths_ is not None:
        tensors |= dict(zip(PATHS, model.paths_, strict=True))
    files = {VOCABULARY: model.vocabulary_.save, **(beside or {})}
    losses = [None if math.isnan(loss) else loss for loss in model.history_]  # NaN: an epoch without an example
    write_encoder(model, path, {"history": losses}, tensors, beside=files, force=force)


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
        model.origin_ = folder.origin
        model.history_ = [math.nan if loss is None else float(loss) for loss in folder.record["history"]]
    model.vocabulary_ = Vocabulary.load(folder.file(VOCABULARY))
    n = len(model.vocabulary_)
    model.paths_ = None
    if all(name in folder.container().tensors for name in PATHS):
        model.paths_ = Paths(*(folder.array(name) for name in PATHS))
        check_paths(model.paths_, n, folder.path)
    rows = n if model.paths_ is None else model.paths_.inner
    with folder.reading():  # dim may be anything
        model.input_ = folder.array("inputs", shape=(n, model.dim), dtype=np.float32)
        model.output_ = folder.array("outputs", shape=(rows, model.dim), dtype=np.float32)
    return model


def check_paths(paths: Paths, n: int, folder: Path) -> None:
    """Paths index matrices in compiled code that checks no bounds, so they are checked here."""
    offsets, nodes, signs = paths
    fits = len(offsets) == n + 1 and offsets[0] == 0 and offsets[-1] == len(nodes) == len(signs)
    if not fits or np.diff(offsets).min() < 1 or nodes.min() < 0 or nodes.max() >= paths.inner:
        raise BadFormat(f"{folder / WEIGHTS}: the tree does not fit {n} words")
