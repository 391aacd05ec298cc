"""The ``.map`` file: a safetensors file with the places, the names and what is known of a map.

Specified byte by byte in ``docs/formats.md``.
"""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat
from vicinal.names import Names
from vicinal.store.atomic import atomic
from vicinal.store.container import Container, write_container
from vicinal.store.parts import names_arrays, read_names

FORMAT = "vicinal.map/1"
_JSON = ("quality", "axis_shares", "options")


def write_native(
    path: str | os.PathLike[str],
    names: Names,
    coordinates: NDArray[np.float32],
    method: str,
    record: dict[str, Any],
    *,
    force: bool,
) -> None:
    """Write whole or not at all; the same map gives the same bytes."""
    about = {
        key: record[key] if key == "fingerprint" else json.dumps(record[key], ensure_ascii=False) for key in record
    }
    arrays = names_arrays(names)
    text = arrays.pop("names")
    with atomic(path, force) as temporary:
        metadata = {"format": FORMAT, "method": method, **about}
        write_container(temporary, {**arrays, "coordinates": coordinates, "names": text}, metadata, align="coordinates")


def read_native(path: str | os.PathLike[str]) -> tuple[Names, NDArray[np.float32], str, dict[str, Any]]:
    """Read names, places, method and record, or raise `BadFormat`; names and places stay in the mapped file."""
    file = Container(path)
    kind, _, version = file.metadata.get("format", "").partition("/")
    if kind != "vicinal.map":
        raise BadFormat(f"{file.path}: this safetensors file is not a .map file")
    if version != "1":
        raise BadFormat(f"{file.path} is of version {version[:20]!r} of the .map format; this library reads version 1")
    places = file.array("coordinates")
    if places.ndim != 2 or places.dtype != np.float32:
        raise BadFormat(f"{file.path}: coordinates must be F32 of shape (n, 2 or 3), got shape {places.shape}")
    record: dict[str, Any] = {"fingerprint": file.metadata.get("fingerprint", "")}
    try:
        record |= {key: json.loads(file.metadata[key]) for key in _JSON if key in file.metadata}
    except (ValueError, RecursionError) as error:
        raise BadFormat(f"{file.path}: the header says of the map what is not JSON ({error})") from None
    return read_names(file, len(places)), places, file.metadata.get("method", ""), record
