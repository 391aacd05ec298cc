"""HDF5 with a matrix ``vectors``, or ``train`` as ann-benchmarks has it; the names lie in the same file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from vicinal.errors import BadFormat, BadInput, VicinalError
from vicinal.memory import check_memory
from vicinal.names import Names
from vicinal.progress import Callback, Meter
from vicinal.require import require
from vicinal.space import Space
from vicinal.store.faults import Faults, assemble

NAME = "hdf5"
ENDINGS = (".hdf5", ".h5")
KEEPS = "names, vectors, metric"
DISTANCES = {"cosine": "angular", "dot": "dot", "euclidean": "euclidean"}
_METRICS = {
    "angular": "cosine", "cosine": "cosine", "dot": "dot", "ip": "dot", "euclidean": "euclidean", "l2": "euclidean",
}  # fmt: skip
VECTORS = ("vectors", "train", "embeddings", "embedding", "matrix")
_PACKING = 1100  # the filters of HDF5 unpack to about a thousand times the size at most
_CHUNK = 1 << 26  # bytes of one chunk that the library may have to hold
_BLOCK = 1 << 22  # numbers read at once


def sniff(head: bytes, path: Path) -> bool:
    """Tell whether a file begins with HDF5's magic bytes."""
    return head.startswith(b"\x89HDF\r\n\x1a\n")


def read(
    path: Path, *, skip_bad: bool = False, callback: Callback | None = None, keys: tuple[str, ...] = VECTORS
) -> Space:
    """Read the matrix, its names and its metric.

    Parameters
    ----------
    path : path
        The matrix is ``vectors`` (or ``train``, ``embeddings``, ``embedding``, ``matrix``); names are ``names`` as
        `write` writes them or as text of fixed length, otherwise the rows are called ``"0"``, ``"1"``, …. The attribute
        ``distance`` is the metric, if it is one of angular, cosine, euclidean, l2, dot and ip.
    skip_bad : bool
        Leave rows out that are not finite or named twice.
    callback : callable, optional
        Gets a `vicinal.progress.Progress` after every block of rows.
    keys : tuple of str
        What the matrix may be called; the first that is there is read.

    Returns
    -------
    Space

    Raises
    ------
    BadFormat
        If there is no such matrix, or the file is damaged or claims more numbers than it holds.
    MissingExtra
        Without h5py.
    """
    with opened(path) as file:
        key = next((key for key in keys if key in file), "")
        if not key:
            raise BadFormat(f"{path}: expected a matrix called {' or '.join(keys)}; the file has {_listed(file)}")
        matrix = read_array(file, key, path, callback=callback)
        names, metric = _names(file, path, len(matrix)), metric_of(file) or "cosine"
    read_space = assemble(names, matrix, Faults(path, skip_bad, "row"))
    return Space(read_space.names, read_space.matrix, metric=metric, origin=read_space.origin)


def write(space: Space, path: Path) -> None:
    """Write ``vectors``, ``names``, ``name_offsets`` and the attribute ``distance``.

    Raises
    ------
    BadInput
        If the system refuses to write.
    MissingExtra
        Without h5py.
    """
    write_arrays(path, {"vectors": space.matrix, **name_arrays(space.names)}, {"distance": DISTANCES[space.metric]})


def write_arrays(path: Path, arrays: dict[str, NDArray], attributes: dict[str, str | int]) -> None:
    """Write a file of plain arrays and attributes."""
    h5py = require("h5py", "formats")
    try:
        with h5py.File(path, "w") as file:
            for key, value in attributes.items():
                file.attrs[key] = value
            for key, array in arrays.items():
                file.create_dataset(key, data=array)
    except (OSError, RuntimeError) as error:  # the library does not always say it as the system does
        raise BadInput(f"cannot write the HDF5 file ({error})") from error


def name_arrays(names: Names) -> dict[str, NDArray]:
    """Return names as `.space` files hold them: all in UTF-8 end to end, and where each begins.

    Examples
    --------
    >>> arrays = name_arrays(Names(["king", "é"]))
    >>> bytes(arrays["names"]).decode(), arrays["name_offsets"].tolist()
    ('kingé', [0, 4, 6])
    """
    data, offsets, _, _ = names.buffers()
    return {"names": np.asarray(data), "name_offsets": np.asarray(offsets)}


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a file for reading; whatever its damage makes the library do becomes `BadFormat`."""
    h5py = require("h5py", "formats")
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (VicinalError, MemoryError):
        raise
    except Exception as error:  # a damaged file can make the library fail in any way
        raise BadFormat(f"{path}: the HDF5 file is damaged or cut off ({error})") from error


def read_array(
    file: Any,
    key: str,
    path: Path,
    *,
    dimensions: int = 2,
    kinds: str = "fiu",
    wanted: DTypeLike | None = None,
    callback: Callback | None = None,
) -> NDArray:
    """Read one array of numbers after checking that the file can hold what it claims.

    Parameters
    ----------
    file : h5py.File
    key : str
    path : path
        For the messages.
    dimensions : int
        How many it must have.
    kinds : str
        numpy's letters of the types it may have.
    wanted : dtype, optional
        What it becomes; by default float32, but float16 and text stay as they are.
    callback : callable, optional
        Gets a `vicinal.progress.Progress` after every block of rows.

    Returns
    -------
    array

    Raises
    ------
    BadFormat
        If it is no array of numbers of that shape, lies in another file, or is larger than what is stored of it.
    NotEnoughMemory
    """
    where = f"{path}, array {key}"
    data = _dataset(file, key, where)
    shape, dtype = data.shape, data.dtype
    if dtype.kind not in kinds or len(shape) != dimensions or 0 in shape:
        raise BadFormat(f"{where}: expected numbers in {dimensions} dimensions, got {dtype} of shape {shape}")
    _check_size(data, path, where)
    kept = dtype.kind == "S" or (dtype.kind, dtype.itemsize) == ("f", 2)
    kind: Any = np.dtype(wanted) if wanted else dtype.newbyteorder("=") if kept else np.dtype(np.float32)
    check_memory(math.prod(shape) * kind.itemsize, f"reading {where}", "use a machine with more")
    out = np.empty(shape, kind)
    rows = data.chunks[0] if data.chunks else 1
    step = max(1, _BLOCK // math.prod(shape[1:]) // rows) * rows
    meter = Meter(callback, "reading", shape[0], "rows")
    with np.errstate(over="ignore"):  # what leaves float32 is infinite, and refused as such
        for start in range(0, shape[0], step):
            out[start : start + step] = data[start : start + step]
            meter.report(min(start + step, shape[0]))
    return out


def metric_of(file: Any) -> str:
    """Return the metric that the attribute ``distance`` names; empty for none or one not known here."""
    value = file.attrs.get("distance", "")
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return _METRICS.get(text.lower(), "")


def _dataset(file: Any, key: str, where: str) -> Any:
    h5py = require("h5py", "formats")
    link = file.get(key, getlink=True)
    if link is None:
        raise BadFormat(f"{where}: there is no such array; the file has {_listed(file)}")
    if not isinstance(link, h5py.HardLink):
        raise BadFormat(f"{where}: a link to somewhere else, which is not followed; copy the array into the file")
    data = file[key]
    if not isinstance(data, h5py.Dataset):
        raise BadFormat(f"{where}: a group came, an array was expected")
    if data.external or data.is_virtual:
        raise BadFormat(f"{where}: its numbers lie in other files, which are not read; copy them into this one")
    if data.dtype.hasobject:
        raise BadFormat(f"{where}: values of varying length (or objects) came; save numbers, or text of fixed length")
    if data.dtype.kind in "fiu" and not data.id.get_type().equal(h5py.h5t.py_create(data.dtype)):
        raise BadFormat(f"{where}: its numbers are of no usual type; is the file damaged?")
    return data


def _check_size(data: Any, path: Path, where: str) -> None:
    size = math.prod(data.shape) * data.dtype.itemsize
    stored = data.id.get_storage_size()
    packed = data.id.get_create_plist().get_nfilters() > 0
    limit = min(stored, path.stat().st_size) * (_PACKING if packed else 1)
    if size > limit:
        raise BadFormat(f"{where}: shape {data.shape} of {data.dtype} takes {size:,} bytes; {stored:,} are stored")
    chunk = math.prod(data.chunks) * data.dtype.itemsize if data.chunks else 0
    if chunk > max(size, _CHUNK):
        raise BadFormat(f"{where}: it claims chunks of {chunk:,} bytes and takes {size:,}")


def _names(file: Any, path: Path, n: int) -> list[str]:
    if "names" not in file:
        return [str(row) for row in range(n)]
    where = f"{path}, array names"
    if _dataset(file, "names", where).dtype.kind == "S":
        raw = read_array(file, "names", path, dimensions=1, kinds="S").tolist()
    else:
        data = read_array(file, "names", path, dimensions=1, kinds="u", wanted=np.uint8).tobytes()
        offsets = read_array(file, "name_offsets", path, dimensions=1, kinds="i", wanted=np.int64)
        if offsets[0] != 0 or offsets[-1] != len(data) or (np.diff(offsets) < 0).any():
            raise BadFormat(f"{path}, array name_offsets: must rise from 0 to {len(data)}, the bytes of names")
        raw = [data[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    if len(raw) != n:
        raise BadFormat(f"{where}: {len(raw):,} names came, the matrix has {n:,} rows")
    try:
        return [name.decode() for name in raw]
    except UnicodeDecodeError as error:
        raise BadFormat(f"{where}: a name is not UTF-8 ({error})") from None


def _listed(file: Any) -> str:
    return ", ".join(list(file)[:20]) or "none"
