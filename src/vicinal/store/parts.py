"""Names and columns as arrays of a container: what the native formats have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput
from vicinal.names import Names
from vicinal.store.container import Container


def names_arrays(names: Names, prefix: str = "") -> dict[str, NDArray]:
    """Write names as ``names``, ``name_offsets``, ``name_hash`` and ``name_order``.

    Examples
    --------
    >>> names_arrays(Names(["a", "bc"]))["name_offsets"].tolist()
    [0, 1, 3]
    """
    data, offsets, hashes, order = names.buffers()
    return {
        f"{prefix}name_offsets": np.asarray(offsets, np.int64),
        f"{prefix}name_hash": hashes,
        f"{prefix}name_order": np.asarray(order, np.int64),
        f"{prefix}names": data,
    }


def columns_arrays(columns: Mapping[str, NDArray], prefix: str = "") -> tuple[dict[str, NDArray], str]:
    """Write columns as arrays, and the list of them as JSON.

    Raises
    ------
    BadInput
        If a column holds something else than numbers, booleans or text.

    Examples
    --------
    >>> columns_arrays({"a": np.array([1, 2])})[1]
    '[{"name": "a", "kind": "numbers"}]'
    """
    arrays: dict[str, NDArray] = {}
    listed = []
    for key, column in columns.items():
        text = column.dtype.kind in "UTO"
        listed.append({"name": key, "kind": "text" if text else "numbers"})
        if text:
            arrays[f"{prefix}column.{key}"], arrays[f"{prefix}column_offsets.{key}"] = _pack(key, column)
        elif column.dtype.kind in "biuf" and column.dtype.itemsize <= 8:
            arrays[f"{prefix}column.{key}"] = column
        else:
            raise BadInput(f"column {key!r} is of type {column.dtype}; a file holds numbers, booleans and text")
    return arrays, json.dumps(listed, ensure_ascii=False)


def _offsets(file: Container, name: str, n: int, size: int, least: int) -> NDArray:
    """Check n + 1 positions in ``size`` bytes, each at least ``least`` after the one before."""
    offsets = file.array(name)
    fits = offsets.dtype == np.int64 and offsets.shape == (n + 1,) and offsets[0] == 0 and offsets[-1] == size
    if not fits or (offsets[:-1] + least > offsets[1:]).any():
        raise BadFormat(f"{file.path}: {name} do not cut {size:,} bytes into {n:,} pieces")
    return offsets


def _utf8(file: Container, name: str, offsets: NDArray, data: NDArray) -> str:
    """Decode the whole of a text tensor and make sure that no piece begins inside a character."""
    starts = offsets[:-1][offsets[:-1] < len(data)]
    try:
        text = data.tobytes().decode()
        if len(starts) and len(text) != len(data) and ((data[starts] & 0xC0) == 0x80).any():
            raise ValueError("a piece begins inside a character")
    except ValueError as error:
        raise BadFormat(f"{file.path}: {name} is not UTF-8 ({error})") from None
    return text


def read_names(file: Container, n: int, prefix: str = "") -> Names:
    """Take n names from a container, checked but not copied.

    Raises
    ------
    BadFormat
    """
    data, hashes, order = (file.array(prefix + key) for key in ("names", "name_hash", "name_order"))
    if data.dtype != np.uint8 or data.ndim != 1:
        raise BadFormat(f"{file.path}: names must be U8 of one dimension")
    offsets = _offsets(file, f"{prefix}name_offsets", n, len(data), 1)
    _utf8(file, "names", offsets, data)
    if hashes.dtype != np.uint64 or hashes.shape != (n,) or (hashes[:-1] > hashes[1:]).any():
        raise BadFormat(f"{file.path}: name_hash must be {n:,} U64 in rising order")
    if order.dtype != np.int64 or order.shape != (n,) or not is_permutation(order):
        raise BadFormat(f"{file.path}: name_order must hold every row from 0 to {n - 1:,} once")
    for at in np.flatnonzero(hashes[:-1] == hashes[1:]).tolist():
        one, other = (data[offsets[row] : offsets[row + 1]].tobytes() for row in order[at : at + 2].tolist())
        if one == other:
            raise BadFormat(f"{file.path}: the name {one.decode()!r} is there twice")
    return Names.from_buffers(data, offsets, hashes, order)


def is_permutation(order: NDArray) -> bool:
    """Tell whether n integers are those from 0 to n - 1."""
    if len(order) == 0:
        return True
    if order.min() < 0 or order.max() >= len(order):
        return False
    seen = np.zeros(len(order), bool)
    seen[order] = True
    return bool(seen.all())


def read_columns(file: Container, n: int, prefix: str = "") -> dict[str, NDArray]:
    """Take the columns that the metadata of a container list, n values each.

    Raises
    ------
    BadFormat
    """
    columns = {}
    for key, kind in _listed(file):
        values = file.array(f"{prefix}column.{key}")
        if kind == "text":
            if values.dtype != np.uint8 or values.ndim != 1:
                raise BadFormat(f"{file.path}: text column {key!r} must be U8 of one dimension")
            offsets = _offsets(file, f"{prefix}column_offsets.{key}", n, len(values), 0)
            _utf8(file, f"column {key!r}", offsets, values)
            raw = values.tobytes()
            columns[key] = np.array([raw[a:b].decode() for a, b in pairwise(offsets.tolist())], np.str_)
        elif values.shape != (n,):
            raise BadFormat(f"{file.path}: column {key!r} has shape {values.shape}, expected ({n},)")
        else:
            columns[key] = values
    return columns


def _listed(file: Container) -> list[tuple[str, str]]:
    try:
        listed: Any = json.loads(file.metadata.get("columns", "[]"))
        pairs = [(entry["name"], entry["kind"]) for entry in listed]
        if any(not isinstance(key, str) or kind not in ("numbers", "text") for key, kind in pairs):
            raise ValueError
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadFormat(f"{file.path}: the list of columns in the header is malformed") from None
    return pairs


def _pack(key: str, column: NDArray) -> tuple[NDArray, NDArray]:
    try:
        raw = [value.encode() for value in column.tolist()]
    except (AttributeError, UnicodeEncodeError):
        raise BadInput(f"column {key!r} mixes text with something else, or holds what UTF-8 cannot") from None
    offsets = np.zeros(len(raw) + 1, np.int64)
    np.cumsum([len(r) for r in raw], out=offsets[1:])
    return np.frombuffer(b"".join(raw), np.uint8), offsets
