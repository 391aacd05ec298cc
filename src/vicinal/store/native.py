"""The native format, ``.space``: a safetensors file that opens by mapping and keeps all of a space.

Specified byte by byte in ``docs/formats.md``.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from vicinal.errors import BadFormat
from vicinal.origin import Origin
from vicinal.progress import Callback
from vicinal.similarity import METRICS
from vicinal.space import Space
from vicinal.store.container import Container, write_container
from vicinal.store.parts import columns_arrays, names_arrays, read_columns, read_names

NAME = "space"
ENDINGS = (".space",)
KEEPS = "everything"
VERSION = 1
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
    _check_version(file)
    vectors = file.array("vectors")
    if vectors.ndim != 2 or vectors.shape[1] == 0 or vectors.dtype not in (np.float32, np.float16):
        raise BadFormat(f"{file.path}: vectors must be F32 or F16 of shape (n, dim), got {vectors.shape}")
    names = read_names(file, len(vectors))
    metric = file.metadata.get("metric", "")
    if metric not in METRICS:
        raise BadFormat(f"{file.path}: the metric must be one of {', '.join(METRICS)}, got {metric!r}")
    try:
        origin = Origin.from_json(file.metadata.get("origin", ""))
    except BadFormat as error:
        raise BadFormat(f"{file.path}: {error}") from None
    columns = read_columns(file, len(vectors))
    return Space(names, vectors, columns=columns, metric=metric, origin=origin)


def write(space: Space, path: Path) -> None:
    """Write a ``.space`` file; the same space gives the same bytes.

    Raises
    ------
    BadInput
        If a column holds something else than numbers, booleans or text.
    """
    arrays = names_arrays(space.names)
    columns, listed = columns_arrays(space.columns)
    arrays |= columns
    wide = {key: array for key, array in arrays.items() if array.dtype.itemsize == 8}
    rest = {key: array for key, array in arrays.items() if array.dtype.itemsize < 8}
    metadata = {
        "format": f"vicinal.space/{VERSION}",
        "metric": space.metric,
        "origin": space.origin.to_json(),
        "columns": listed,
    }
    narrow = dict(sorted(rest.items(), key=lambda item: -item[1].dtype.itemsize))
    write_container(path, {**wide, "vectors": space.matrix, **narrow}, metadata, align="vectors")


def _check_version(file: Container) -> None:
    kind, _, version = file.metadata.get("format", "").partition("/")
    if kind != "vicinal.space":
        raise BadFormat(f"{file.path}: this safetensors file is not a .space file; read it with format='safetensors'")
    if version != str(VERSION):
        raise BadFormat(
            f"{file.path} is of version {version[:20]!r} of the .space format; "
            f"this library reads version {VERSION}: upgrade vicinal"
        )
