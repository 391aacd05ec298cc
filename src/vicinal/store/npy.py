"""numpy's ``.npy`` with the names in ``STEM.names.txt`` beside it, one a line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store.beside import names_path as beside
from vicinal.store.beside import read_names, write_names
from vicinal.store.faults import Faults, assemble

NAME = "npy"
ENDINGS = (".npy",)
KEEPS = "names (beside), vectors"
_MAGIC = b"\x93NUMPY"


def sniff(head: bytes, path: Path) -> bool:
    """Tell whether a file begins with numpy's magic bytes."""
    return head.startswith(_MAGIC)


def read(path: Path, *, skip_bad: bool = False, callback: Callback | None = None) -> Space:
    """Read a matrix by mapping it, and the names beside it.

    Parameters
    ----------
    path : path
        Names lie in ``STEM.names.txt``, ``STEM.txt``, ``STEM.names.json`` or ``STEM.json`` beside it; without such a
        file the rows are called ``"0"``, ``"1"``, ….
    skip_bad : bool
        Leave rows out that are not finite or named twice.
    callback : callable, optional
        Not called: the file is mapped.

    Returns
    -------
    Space

    Raises
    ------
    BadFormat
        If it is no matrix of numbers or its size is not what its header says. Python objects are never unpickled.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.npy"
    >>> np.save(path, np.eye(2))
    >>> read(path)["1"].tolist()
    [0.0, 1.0]
    """
    with open(path, "rb") as file:
        shape, fortran, dtype = array_header(file, str(path))
        start = file.tell()
    expected, size = start + math.prod(shape) * dtype.itemsize, path.stat().st_size
    if expected != size:
        raise BadFormat(f"{path}: shape {shape} of {dtype} takes {expected:,} bytes and the file has {size:,}")
    matrix: NDArray = np.empty(shape, dtype)
    if size > start:
        matrix = np.memmap(path, dtype, "r", start, shape, "F" if fortran else "C")
    check_matrix(matrix, str(path))
    return assemble(read_names(path, len(matrix)), matrix, Faults(path, skip_bad, "row"))


def write(space: Space, path: Path) -> None:
    """Write the matrix, and the names to ``STEM.names.txt`` beside it.

    Raises
    ------
    BadInput
        If a name holds a line end.
    """
    with open(path, "wb") as file:
        np.lib.format.write_array(file, space.matrix, allow_pickle=False)
    write_names(space.names, beside(path))


def array_header(file: IO[bytes], where: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Read shape, Fortran order and type from an open ``.npy`` file, leaving it where the numbers begin.

    Raises
    ------
    BadFormat
        If the header is damaged, or announces Python objects.
    """
    try:
        version = np.lib.format.read_magic(file)
        reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = reader(file)
    except Exception as error:  # the header is a Python literal, and a damaged one can fail in any way
        raise BadFormat(f"{where}: the header of the .npy array is damaged ({error})") from None
    if dtype.hasobject:
        raise BadFormat(
            f"{where}: the array holds Python objects (a pickle), which are never loaded; save plain numbers"
        )
    if any(length < 0 for length in shape):
        raise BadFormat(f"{where}: the header claims the shape {shape}")
    return shape, fortran, dtype


def check_matrix(matrix: NDArray, where: str) -> None:
    """Make sure that an array is a matrix of numbers, or raise `BadFormat`."""
    if matrix.ndim != 2 or matrix.shape[1] == 0 or matrix.dtype.kind not in "fiu":
        raise BadFormat(f"{where}: expected numbers of shape (n, dim), got {matrix.dtype} of shape {matrix.shape}")
