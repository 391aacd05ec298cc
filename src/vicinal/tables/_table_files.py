"""A fitted `TableEncoder` as a folder: one record, the parts within, all arrays in one file."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat
from vicinal.tables import _files
from vicinal.tables._array_encoder import ArrayEncoder
from vicinal.tables._choose import KINDS, Part
from vicinal.tables.sketch import Sketch

_CLASSES: dict[str, type[ArrayEncoder]] = {cls.__name__: cls for cls in (*KINDS.values(), Sketch)}


def save(encoder: Any, path: str | os.PathLike[str], force: bool = False) -> None:
    """Write to a folder that appears whole or not at all."""
    arrays: dict[str, NDArray] = {}
    _files.write(encoder, pack(encoder, arrays), arrays, path, force)


def pack(encoder: Any, arrays: dict[str, NDArray]) -> dict[str, Any]:
    """Make the JSON record of a whole table's encoder, the arrays of its parts going to ``arrays``."""
    parts = [
        {"kind": part.kind, **_files.pack(part.encoder, arrays, f"{at}.")} for at, part in enumerate(encoder.parts_)
    ]
    overrides = {
        name: {"encoder": type(kind).__name__, "options": kind.get_params()} if isinstance(kind, ArrayEncoder) else kind
        for name, kind in (encoder.overrides or {}).items()
    }
    return {
        "options": {**encoder.get_params(), "overrides": overrides if encoder.overrides is not None else None},
        "columns": encoder.columns_, "named": hasattr(encoder, "feature_names_in_"), "parts": parts,
    }  # fmt: skip


def load(cls: Any, path: str | os.PathLike[str]) -> Any:
    """Read an encoder of class ``cls`` from a folder."""
    return _files.read(cls, path, _unpack)


def _unpack(cls: Any, record: dict[str, Any], container: Any, prefix: str) -> Any:
    options = record["options"]
    if options["overrides"] is not None:
        options["overrides"] = {name: _override(kind) for name, kind in options["overrides"].items()}
    encoder = cls(**options)
    encoder._check_options()
    encoder.columns_ = [str(name) for name in record["columns"]]
    encoder.n_features_in_ = len(encoder.columns_)
    if _files.check_flag(record["named"]):
        encoder.feature_names_in_ = np.array(encoder.columns_, object)
    encoder.parts_ = []
    for at, part in enumerate(record["parts"]):
        inner = _files.unpack(_CLASSES[part["encoder"]], part, container, f"{at}.")
        encoder.parts_.append(Part(str(part["kind"]), inner, inner.columns_))
    encoded = [name for part in encoder.parts_ for name in part.columns]
    if not encoded or len(set(encoded)) != len(encoded) or not set(encoded) <= set(encoder.columns_):
        raise BadFormat("the columns of the parts do not fit those of the table")
    return encoder


def _override(kind: Any) -> Any:
    return _CLASSES[kind["encoder"]](**kind["options"]) if isinstance(kind, dict) else kind
