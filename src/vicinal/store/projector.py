"""The table pair of TensorFlow's projector: ``vectors.tsv`` with the numbers and ``metadata.tsv`` with the names.

Metadata of one column has no header, of several it has one (https://projector.tensorflow.org).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store.beside import read_lines
from vicinal.store.blocks import head_of
from vicinal.store.faults import Faults, assemble
from vicinal.store.lines import BadLine, field_count, parse_line, sniff_lines
from vicinal.store.text import format_rows, read_table

NAME = "projector"
ENDINGS = (".tsv",)
KEEPS = "names, vectors, columns as text"


def beside(path: Path) -> Path:
    """Return where the names are: ``vectors.tsv`` has ``metadata.tsv``, ``x.tsv`` has ``x_metadata.tsv``.

    Examples
    --------
    >>> beside(Path("my_vectors.tsv")).name, beside(Path("x.tsv")).name
    ('my_metadata.tsv', 'x_metadata.tsv')
    """
    for word in ("vectors", "tensors"):
        if path.stem.endswith(word):
            return path.with_name(path.stem.removesuffix(word) + "metadata" + path.suffix)
    return path.with_name(path.stem + "_metadata" + path.suffix)


def sniff(head: bytes, path: Path) -> bool:
    """Tell whether the first line of text is nothing but numbers between tabs."""
    lines = sniff_lines(head)
    if not lines or (b"\t" not in lines[0] and not path.name.endswith(".tsv")):
        return False
    try:
        parse_line(lines[0], lines[0].strip().count(b"\t") + 1, named=False)
    except BadLine:
        return False
    return True


def read(path: Path, *, skip_bad: bool = False, callback: Callback | None = None) -> Space:
    """Read the pair; give the file with the vectors.

    Parameters
    ----------
    path : path
        Its metadata is looked for beside it; see `beside`. Without it the rows are called ``"0"``, ``"1"``, ….
    skip_bad : bool
        Count bad lines and go on.
    callback : callable, optional
        Gets a `vicinal.progress.Progress` after every block.

    Returns
    -------
    Space
        The first column of the metadata gives the names, the others are columns of text.

    Raises
    ------
    BadFormat
        At the first bad line, or if the two files do not fit.
    """
    faults = Faults(path, skip_bad)
    dim = field_count(head_of(path))
    if dim < 1:
        raise faults.fatal("no line holds numbers; expected numbers between tabs on every line")
    _, matrix, lines = read_table(path, dim, faults, named=False, callback=callback)
    n = int(lines[-1]) if len(lines) else 0
    names, columns = _metadata(beside(path), n, exact=faults.count == 0)
    rows = lines - 1
    kept = [names[row] for row in rows.tolist()]
    return assemble(kept, matrix, faults, lines=lines, columns={key: column[rows] for key, column in columns.items()})


def write(space: Space, path: Path) -> None:
    """Write the pair: vectors to ``path``, names and columns to the file that `beside` tells.

    Raises
    ------
    BadInput
        If a name or a value holds a tab or line end, or the space is empty.
    """
    keys = list(space.columns)
    table = [list(space.names), *([str(value) for value in space.columns[key].tolist()] for key in keys)]
    rows = list(zip(*table, strict=True))
    if keys:
        rows.insert(0, ("name", *keys))
    for row in rows:
        for value in row:
            if any(mark in value for mark in "\t\n\r"):
                raise BadInput(f"{value!r} holds a tab or line end, which a .tsv file cannot; save as .space")
    with open(path, "wb") as file:
        step = max(1, (1 << 20) // space.dim)
        for start in range(0, len(space), step):
            block = np.asarray(space.matrix[start : start + step], np.float32)
            file.write(b"".join(row + b"\n" for row in format_rows(block, b"\t")))
    beside(path).write_bytes("".join("\t".join(row) + "\n" for row in rows).encode())


def _metadata(path: Path, n: int, exact: bool) -> tuple[list[str], dict[str, NDArray]]:
    """Read names and columns; with ``exact`` their number must be n, else at least n."""
    if not path.is_file():
        return [str(row) for row in range(n)], {}
    lines = read_lines(path)
    rows = [line.split("\t") for line in lines]
    keys = rows.pop(0) if rows and len(rows[0]) > 1 else ["name"]
    if len(rows) < n or (exact and len(rows) > n):
        raise BadFormat(f"{path}: {len(rows):,} names came, the vectors are {n:,}")
    for at, row in enumerate(rows):
        if len(row) != len(keys):
            raise BadFormat(
                f"{path}, line {at + 1 + (len(keys) > 1)}: {len(row)} fields came, {len(keys)} were expected"
            )
    columns = {key: np.array([row[at] for row in rows], np.str_) for at, key in enumerate(keys) if at}
    return [row[0] for row in rows], columns
