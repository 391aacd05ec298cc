"""A fitted encoder as a folder: ``encoder.json`` and, where it learned arrays, ``arrays.safetensors``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput
from vicinal.store.atomic import atomic
from vicinal.store.container import Container, write_container

_FORMAT = "vicinal.encoder/1"


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
    whole = {"format": _FORMAT, "encoder": type(encoder).__name__, **record}
    try:
        raw = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise BadInput(f"this {type(encoder).__name__} holds what JSON and UTF-8 cannot ({error})") from error
    with atomic(path, force, folder=True) as folder:
        (folder / "encoder.json").write_bytes(raw + b"\n")
        write_container(folder / "arrays.safetensors", arrays, {"format": _FORMAT})


def read(cls: Any, path: str | os.PathLike[str], unpacked: Callable[..., Any]) -> Any:
    """Read a record and its arrays, and let ``unpacked`` make an encoder of them."""
    folder = Path(path)
    if not (folder / "encoder.json").is_file():
        raise BadInput(f"{folder} is not the folder of a saved encoder (it has no encoder.json)")
    try:
        record = json.loads((folder / "encoder.json").read_bytes())
        if record["format"] != _FORMAT or record["encoder"] != cls.__name__:
            raise BadFormat(f"{folder} holds {record['encoder']} as {record['format']}, expected {cls.__name__}")
        return unpacked(cls, record, Container(folder / "arrays.safetensors"), "")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError) as error:
        if isinstance(error, BadFormat):
            raise
        raise BadFormat(f"{folder} is not readable ({error})") from error


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


def unpack(cls: Any, record: dict[str, Any], container: Container, prefix: str) -> Any:
    """Make the encoder that `pack` described; what does not fit raises one of the common errors."""
    encoder = cls(**record["options"])
    encoder._check_options()
    names = [str(name) for name in record["columns"]]
    encoder.columns_, encoder.n_features_in_ = names, len(names)
    if record["named"]:
        encoder.feature_names_in_ = np.array(names, object)
    state = dict(record["state"])
    for name in encoder._SAVED:
        there = name in state
        setattr(encoder, name, encoder._restored(state[name]) if there else np.array(container.array(prefix + name)))
    encoder._check_state()
    return encoder
