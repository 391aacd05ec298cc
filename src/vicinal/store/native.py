"""The native format, ``.space``: a safetensors file that opens by mapping and keeps all of a space.

Specified byte by byte in ``docs/formats.md``.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput
from vicinal.frozen import own
from vicinal.memory import check_memory
from vicinal.names import Names
from vicinal.origin import Origin
from vicinal.progress import Callback
from vicinal.similarity import METRICS
from vicinal.space import Space
from vicinal.store.container import Container, write_container
from vicinal.store.quantised import Form, decoded, form_of, tensors_of

NAME = "space"
ENDINGS = (".space",)
KEEPS = "everything"
VERSION = 1  # of a file with the vectors themselves
FORM_VERSION = 2  # of one with a form of them that takes fewer bytes
_MARK = re.compile(rb'"format"\s*:\s*"vicinal\.space/')


def sniff(head: bytes, path: Path) -> bool:
    """Tell whether a file's first bytes are those of a ``.space`` file."""
    return head[8:9] == b"{" and _MARK.search(head) is not None


def read(path: Path, *, skip_bad: bool = False, callback: Callback | None = None) -> Space:
    """Open a ``.space`` file by mapping it: names and vectors stay on the disk until they are used.

    Parameters
    ----------
    path : path
    skip_bad, callback
        Without effect here: nothing is read line by line.

    Returns
    -------
    Space
        Its matrix is a view of the mapped file; a row that is not finite is refused when the matrix is first used.

    Raises
    ------
    BadFormat
        If the file is cut off, padded, inconsistent or of a later version.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.space"
    >>> write(Space(["a", "b"], [[1, 2], [3, 4]]), path)
    >>> read(path)["b"].tolist()
    [3.0, 4.0]
    """
    return from_container(Container(path))


def from_container(file: Container) -> Space:
    """Make a space of an opened container; see `read`."""
    form = _form(file) if _version(file) == FORM_VERSION else None
    vectors = file.array("vectors") if form is None else form
    n = len(vectors)
    if form is None and (vectors.ndim != 2 or not vectors.shape[1] or vectors.dtype not in (np.float32, np.float16)):
        raise BadFormat(f"{file.path}: vectors must be F32 or F16 of shape (n, dim), got {vectors.shape}")
    names = _names(file, n)
    metric = file.metadata.get("metric", "")
    if metric not in METRICS:
        raise BadFormat(f"{file.path}: the metric must be one of {', '.join(METRICS)}, got {metric!r}")
    try:
        origin = Origin.from_json(file.metadata.get("origin", ""))
    except BadFormat as error:
        raise BadFormat(f"{file.path}: {error}") from None
    columns = _columns(file, n)
    if form is not None:
        check_memory(4 * n * form.dim, f"opening {file.path}, whose vectors are kept as {form.FORM},", "use fewer rows")
        vectors = own(decoded(form))
    return Space(names, vectors, columns=columns, metric=metric, origin=origin)


def write(space: Space, path: Path, *, form: Form | None = None) -> None:
    """Write a ``.space`` file; the same space gives the same bytes.

    Parameters
    ----------
    space : Space
    path : path
    form : Form, optional
        Kept instead of the vectors, of which it must be a form; see `vicinal.store.quantised`.

    Raises
    ------
    BadInput
        If a column holds something else than numbers, booleans or text.
    """
    data, offsets, hashes, order = space.names.buffers()
    wide = {
        "name_offsets": np.asarray(offsets, np.int64),
        "name_hash": hashes,
        "name_order": np.asarray(order, np.int64),
    }
    rest: dict[str, NDArray] = {"names": data}
    listed = []
    for key, column in space.columns.items():
        text = column.dtype.kind in "UTO"
        listed.append({"name": key, "kind": "text" if text else "numbers"})
        if text:
            rest[f"column.{key}"], wide[f"column_offsets.{key}"] = _pack(key, column)
        elif column.dtype.kind in "biuf" and column.dtype.itemsize <= 8:
            (wide if column.dtype.itemsize == 8 else rest)[f"column.{key}"] = column
        else:
            raise BadInput(f"column {key!r} is of type {column.dtype}; a .space file holds numbers, booleans and text")
    metadata = {
        "format": f"vicinal.space/{VERSION if form is None else FORM_VERSION}",
        "metric": space.metric,
        "origin": space.origin.to_json(),
        "columns": json.dumps(listed, ensure_ascii=False),
    }
    aligned = "vectors"
    if form is None:
        vectors = {"vectors": np.asarray(space.matrix)}
    else:
        if (len(form), form.dim) != (len(space), space.dim):
            raise BadInput(f"a form of {len(form):,} × {form.dim} is none of a space of {len(space):,} × {space.dim}")
        metadata["form"] = form.FORM
        vectors = {f"vectors.{name}": array for name, array in tensors_of(form).items()}
        vectors = dict(sorted(vectors.items(), key=lambda item: -item[1].dtype.itemsize))
        aligned = next(iter(vectors))
    narrow = dict(sorted(rest.items(), key=lambda item: -item[1].dtype.itemsize))
    write_container(path, {**wide, **vectors, **narrow}, metadata, align=aligned)


def _form(file: Container) -> Any:
    """Make the form of a file's vectors, checked."""
    if "form" not in file.metadata:
        raise BadFormat(f"{file.path}: the header does not say in what form the vectors are kept")
    listed = [name for name in file.tensors if name.startswith("vectors.")]
    try:
        return form_of(file.metadata["form"], {name.removeprefix("vectors."): file.array(name) for name in listed})
    except BadFormat as error:
        raise BadFormat(f"{file.path}: {error}") from None


def _version(file: Container) -> int:
    """Return the version of a file, one of those known here."""
    kind, _, version = file.metadata.get("format", "").partition("/")
    if kind != "vicinal.space":
        raise BadFormat(f"{file.path}: this safetensors file is not a .space file; read it with format='safetensors'")
    if version not in (str(VERSION), str(FORM_VERSION)):
        raise BadFormat(
            f"{file.path} is of version {version[:20]!r} of the .space format; "
            f"this library reads versions {VERSION} and {FORM_VERSION}: upgrade vicinal"
        )
    return int(version)


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


def _names(file: Container, n: int) -> Names:
    data, hashes, order = file.array("names"), file.array("name_hash"), file.array("name_order")
    if data.dtype != np.uint8 or data.ndim != 1:
        raise BadFormat(f"{file.path}: names must be U8 of one dimension")
    offsets = _offsets(file, "name_offsets", n, len(data), 1)
    _utf8(file, "names", offsets, data)
    if hashes.dtype != np.uint64 or hashes.shape != (n,) or (hashes[:-1] > hashes[1:]).any():
        raise BadFormat(f"{file.path}: name_hash must be {n:,} U64 in rising order")
    if order.dtype != np.int64 or order.shape != (n,) or not _is_permutation(order):
        raise BadFormat(f"{file.path}: name_order must hold every row from 0 to {n - 1:,} once")
    for at in np.flatnonzero(hashes[:-1] == hashes[1:]).tolist():
        one, other = (data[offsets[row] : offsets[row + 1]].tobytes() for row in order[at : at + 2].tolist())
        if one == other:
            raise BadFormat(f"{file.path}: the name {one.decode()!r} is there twice")
    return Names.from_buffers(data, offsets, hashes, order)


def _is_permutation(order: NDArray) -> bool:
    if len(order) == 0:
        return True
    if order.min() < 0 or order.max() >= len(order):
        return False
    seen = np.zeros(len(order), bool)
    seen[order] = True
    return bool(seen.all())


def _columns(file: Container, n: int) -> dict[str, NDArray]:
    columns = {}
    for key, kind in _listed(file):
        values = file.array(f"column.{key}")
        if kind == "text":
            if values.dtype != np.uint8 or values.ndim != 1:
                raise BadFormat(f"{file.path}: text column {key!r} must be U8 of one dimension")
            offsets = _offsets(file, f"column_offsets.{key}", n, len(values), 0)
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
