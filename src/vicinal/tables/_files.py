"""A fitted encoder as a folder: ``encoder.json`` and ``arrays.safetensors``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.origin import Origin, digest_matrix
from vicinal.store.container import Container
from vicinal.store.encoder_folder import EncoderFolder, write_encoder

_ARRAYS = "arrays.safetensors"


def save(encoder: Any, path: str | os.PathLike[str], force: bool = False) -> None:
    """Write a fitted encoder to a folder that appears whole or not at all."""
    arrays: dict[str, NDArray] = {}
    write(encoder, pack(encoder, arrays, ""), arrays, path, force)


def load(cls: Any, path: str | os.PathLike[str]) -> Any:
    """Read an encoder of class ``cls`` from a folder."""
    return read(cls, path, unpack)


def write(
    encoder: Any, record: dict[str, Any], arrays: dict[str, NDArray], path: str | os.PathLike[str], force: bool
) -> None:
    """Write a record and its arrays."""
    write_encoder(encoder, path, record, arrays, file=_ARRAYS, force=force)


def read(cls: Any, path: str | os.PathLike[str], unpacked: Callable[..., Any]) -> Any:
    """Read a record and its arrays, and let ``unpacked`` make an encoder of them."""
    folder = EncoderFolder(path, cls)
    container = folder.container(_ARRAYS)
    with folder.reading():
        encoder = unpacked(cls, folder.record, container, "")
        encoder.origin_ = folder.origin
    return encoder


def pack(encoder: Any, arrays: dict[str, NDArray], prefix: str) -> dict[str, Any]:
    """Make the JSON record of an encoder; its arrays go to ``arrays`` under names that begin with ``prefix``."""
    state: dict[str, Any] = {}
    for name in encoder._SAVED:
        value = getattr(encoder, name)
        if isinstance(value, np.ndarray):
            arrays[prefix + name] = value
        else:
            state[name] = [part.to_json() for part in value]
    named = hasattr(encoder, "feature_names_in_")
    return {
        "encoder": type(encoder).__name__, "options": encoder.get_params(deep=False), "columns": encoder.columns_,
        "named": named, "state": state,
    }  # fmt: skip


def make_origin(encoder: Any) -> Origin:
    """Say where encoded rows come from: equal for equal options and equal learned state, whatever is encoded."""
    arrays: dict[str, NDArray] = {}
    record = json.loads(json.dumps(encoder._packed(arrays), default=repr))
    options = record.pop("options")
    state = json.dumps(record, sort_keys=True) + "".join(
        f"{name} {digest_matrix(array)}" for name, array in arrays.items()
    )
    content = blake2b(state.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Origin(type(encoder).__name__, options, options.get("seed"), version=__version__, content=content)


def check_flag(value: object) -> bool:
    """Return true or false; anything else is malformed."""
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, got {value!r}")
    return value


def unpack(cls: Any, record: dict[str, Any], container: Container, prefix: str) -> Any:
    """Make the encoder that `pack` described; what does not fit raises one of the common errors."""
    encoder = cls(**record["options"])
    encoder._check_options()
    names = [str(name) for name in record["columns"]]
    encoder.columns_, encoder.n_features_in_ = names, len(names)
    if check_flag(record["named"]):
        encoder.feature_names_in_ = np.array(names, object)
    state = dict(record["state"])
    for name in encoder._SAVED:
        there = name in state
        setattr(encoder, name, encoder._restored(state[name]) if there else np.array(container.array(prefix + name)))
    encoder._check_state()
    return encoder
