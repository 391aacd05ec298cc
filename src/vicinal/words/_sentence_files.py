"""A sentence encoder as a folder: ``encoder.json``, ``words.space``, ``weights.safetensors``."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from vicinal.errors import BadFormat
from vicinal.space import Space
from vicinal.store.encoder_folder import EncoderFolder, write_encoder

_WORDS = "words.space"


def save(model: Any, path: str | os.PathLike[str], force: bool) -> None:
    """Write to a folder that appears whole or not at all."""
    options = {key: value for key, value in model.get_params().items() if key != "words"}
    arrays = {"weights": model.weights_, "components": model.components_}
    write_encoder(model, path, {"options": options}, arrays, beside={_WORDS: model.words_.save}, force=force)


def load(cls: type, path: str | os.PathLike[str]) -> Any:
    """Read an encoder of class ``cls`` from a folder.

    Raises
    ------
    BadInput
        If there is no such folder.
    BadFormat
        If it holds something else, or parts that do not fit each other.
    """
    folder = EncoderFolder(path, cls)
    words = Space.open(folder.file(_WORDS))
    model = folder.build(cls, words=words)
    model.origin_ = folder.origin
    weights, components = (folder.array(name, dtype=np.float32) for name in ("weights", "components"))
    fits = weights.shape == (len(words),) and components.ndim == 2 and components.shape[1] == words.dim
    if not fits or not (np.isfinite(weights).all() and np.isfinite(components).all()):
        raise BadFormat(f"{folder.path}: weights of {weights.shape} and {components.shape} do not fit {words!r}")
    model.words_, model.weights_, model.components_ = words, weights, components
    return model
