"""The native format, ``.space``: a safetensors file that opens by mapping and keeps all of a space.

Specified byte by byte in ``docs/formats.md``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from vicinal.errors import BadFormat, BadInput
from vicinal.frozen import own
from vicinal.memory import check_memory
from vicinal.origin import Origin
from vicinal.progress import Callback
from vicinal.similarity import METRICS
from vicinal.space import Space
from vicinal.store.container import Container, write_container
from vicinal.store.parts import columns_arrays, names_arrays, read_columns, read_names
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
    names = read_names(file, n)
    metric = file.metadata.get("metric", "")
    if metric not in METRICS:
        raise BadFormat(f"{file.path}: the metric must be one of {', '.join(METRICS)}, got {metric!r}")
    try:
        origin = Origin.from_json(file.metadata.get("origin", ""))
    except BadFormat as error:
        raise BadFormat(f"{file.path}: {error}") from None
    columns = read_columns(file, n)
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
    columns, listed = columns_arrays(space.columns)
    arrays = names_arrays(space.names) | columns
    wide = {key: array for key, array in arrays.items() if array.dtype.itemsize == 8}
    rest = {key: array for key, array in arrays.items() if array.dtype.itemsize < 8}
    metadata = {
        "format": f"vicinal.space/{VERSION if form is None else FORM_VERSION}",
        "metric": space.metric,
        "origin": space.origin.to_json(),
        "columns": listed,
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
