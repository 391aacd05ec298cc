"""numpy's ``.npz`` with the arrays ``vectors`` and ``names``; further arrays of length n are columns."""

from __future__ import annotations

import math
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store.faults import Faults, assemble
from vicinal.store.npy import array_header, check_matrix

NAME = "npz"
ENDINGS = (".npz",)
KEEPS = "names, vectors, columns"
_VECTORS = ("vectors", "embeddings", "matrix")
_NAMES = ("names", "words")
_PACKING = 1100  # a zip file unpacks to about a thousand times its size at most


def sniff(head: bytes, path: Path) -> bool:
    """Tell whether a zip file's first member is a numpy array."""
    length = int.from_bytes(head[26:28], "little")
    return head[:4] == b"PK\x03\x04" and head[30 : 30 + length].endswith(b".npy")


def read(path: Path, *, skip_bad: bool = False, callback: Callback | None = None) -> Space:
    """Read the arrays ``vectors`` (or ``embeddings``, ``matrix``) and ``names`` (or ``words``) and columns.

    Parameters
    ----------
    path : path
    skip_bad : bool
        Leave rows out that are not finite or named twice.
    callback : callable, optional
        Not called.

    Returns
    -------
    Space

    Raises
    ------
    BadFormat
        If an array is missing, damaged or larger than the file can hold. Python objects are never unpickled.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.npz"
    >>> np.savez(path, vectors=np.eye(2), names=["king", "queen"], count=[7, 3])
    >>> read(path).columns["count"].tolist()
    [7, 3]
    """
    try:
        with zipfile.ZipFile(path) as archive:
            held = {item.filename.removesuffix(".npy"): item for item in archive.infolist()}
            arrays = {key: _array(archive, item, path) for key, item in held.items() if item.filename.endswith(".npy")}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        if isinstance(error, BadFormat):
            raise
        raise BadFormat(f"{path}: the .npz file is damaged or cut off ({error})") from error
    matrix, names = _one_of(arrays, _VECTORS, path), _one_of(arrays, _NAMES, path)
    check_matrix(matrix, str(path))
    if names.dtype.kind != "U" or names.shape != (len(matrix),):
        raise BadFormat(f"{path}: names must be text of shape ({len(matrix)},), got {names.dtype} {names.shape}")
    rest = {
        key: a for key, a in arrays.items() if a.shape == (len(matrix),) and a is not names and a.dtype.kind in "biufU"
    }
    return assemble(names.tolist(), matrix, Faults(path, skip_bad, "row"), columns=rest)


def write(space: Space, path: Path) -> None:
    """Write ``vectors``, ``names`` and one array a column.

    Raises
    ------
    BadInput
        If a name ends in a zero character, or a column is called as one of the arrays or holds something else than
        numbers, booleans or text.
    """
    for name in space.names:
        if name.endswith("\0"):
            raise BadInput(f"the name {name!r} ends in a zero character, which numpy drops; save as .space")
    arrays = {"vectors": space.matrix, "names": np.array(list(space.names), np.str_)}
    for key, column in space.columns.items():
        if key in (*_VECTORS, *_NAMES) or "/" in key or "\0" in key:
            raise BadInput(f"a column cannot be called {key!r} in an .npz file; save as .space")
        if column.dtype.kind not in "biufUT":
            raise BadInput(f"column {key!r} is of type {column.dtype}; an .npz file holds numbers, booleans and text")
        arrays[key] = column.astype(np.str_) if column.dtype.kind == "T" else column
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for key, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{key}.npy"), "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)


def _array(archive: zipfile.ZipFile, item: zipfile.ZipInfo, path: Path) -> NDArray:
    where = f"{path}, array {item.filename}"
    if item.file_size > _PACKING * item.compress_size + _PACKING:
        raise BadFormat(f"{where}: {item.compress_size:,} bytes cannot unpack to {item.file_size:,}")
    with archive.open(item) as file:
        shape, fortran, dtype = array_header(file, where)
        size = math.prod(shape) * dtype.itemsize
        if file.tell() + size != item.file_size:
            raise BadFormat(f"{where}: shape {shape} of {dtype} does not take the {item.file_size:,} bytes it has")
        array = np.frombuffer(file.read(size + 1), dtype) if dtype.itemsize else np.empty(math.prod(shape), dtype)
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


def _one_of(arrays: dict[str, NDArray], keys: tuple[str, ...], path: Path) -> NDArray:
    for key in keys:
        if key in arrays:
            return arrays[key]
    raise BadFormat(f"{path}: expected an array called {' or '.join(keys)}; the file has {', '.join(arrays) or 'none'}")
