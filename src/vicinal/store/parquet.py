"""Parquet with a column ``name`` and a column ``vector`` of float32 lists; further columns come along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput
from vicinal.progress import Callback, Meter
from vicinal.require import require
from vicinal.space import Space
from vicinal.store.faults import Faults, assemble

NAME = "parquet"
ENDINGS = (".parquet",)
KEEPS = "names, vectors, columns"
_NAMES = ("name", "names", "word", "token", "text", "id", "label")
_VECTORS = ("vector", "vectors", "embedding", "embeddings")


def sniff(head: bytes, path: Path) -> bool:
    """Tell whether a file begins with Parquet's magic bytes."""
    return head.startswith(b"PAR1")


def read(path: Path, *, skip_bad: bool = False, callback: Callback | None = None) -> Space:
    """Read names, vectors and columns.

    Parameters
    ----------
    path : path
        Names are in ``name`` (or ``names``, ``word``, ``token``, ``text``, ``id``, ``label``, or the only text column);
        vectors in ``vector`` (or ``vectors``, ``embedding``, ``embeddings``, or the only column of lists of numbers),
        of fixed or of varying but equal length. Numbers, booleans and text become columns, anything else is left out;
        a missing number becomes NaN and a missing text is empty.
    skip_bad : bool
        Leave rows out whose vector is missing, of another length or not finite, or whose name came before.
    callback : callable, optional
        Gets a `vicinal.progress.Progress` after every group of rows.

    Returns
    -------
    Space

    Raises
    ------
    BadFormat
        At the first bad row, with its number; or if there are no such columns.
    MissingExtra
        Without pyarrow.
    """
    pq, pa = require("pyarrow.parquet", "formats"), require("pyarrow", "formats")
    faults = Faults(path, skip_bad, "row")
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            name, vector = _choose(schema, path, pa)
            wanted = [f.name for f in schema if f.name in (name, vector) or _is_plain(f.type, pa)]
            meter = Meter(callback, "reading", file.metadata.num_rows, "rows")
            parts, done = [], 0
            for batch in file.iter_batches(1 << 16, columns=wanted):
                parts.append(batch)
                done += batch.num_rows
                meter.report(done)
            table = pa.Table.from_batches(parts, pa.schema([schema.field(key) for key in wanted]))
            table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, BadFormat):
            raise
        raise BadFormat(f"{path}: the Parquet file is damaged or cut off ({error})") from error
    matrix, good, rows = _matrix(table.column(vector), faults)
    names = _text(table.column(name))
    rest = [key for key in wanted if key not in (name, vector)]
    columns = {key: _column(table.column(key), pa)[good] for key in rest}
    return assemble([names[row] for row in good.tolist()], matrix, faults, lines=rows, columns=columns)


def write(space: Space, path: Path) -> None:
    """Write ``name``, ``vector`` (a fixed-size list of float32) and the columns.

    Raises
    ------
    BadInput
        If a column is called ``name`` or ``vector`` or is of a type that Parquet does not hold.
    MissingExtra
        Without pyarrow.
    """
    pq = require("pyarrow.parquet", "formats")
    schema, batches = record_batches(space)
    with pq.ParquetWriter(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def record_batches(space: Space, callback: Callback | None = None) -> tuple[Any, Iterator[Any]]:
    """Return a schema of Arrow and batches of rows: ``name``, ``vector`` (a fixed-size list of float32), the columns.

    Parameters
    ----------
    space : Space
    callback : callable, optional
        Gets a `vicinal.progress.Progress` after every batch.

    Raises
    ------
    BadInput
        If a column is called ``name`` or ``vector`` or is of a type that Arrow does not hold.
    MissingExtra
        Without pyarrow.
    """
    pa = require("pyarrow", "formats")
    taken = [key for key in space.columns if key in ("name", "vector")]
    if taken:
        raise BadInput(f"a column cannot be called {taken[0]!r} in a table of Arrow (Parquet, LanceDB); save as .space")
    fields = [("name", pa.string()), ("vector", pa.list_(pa.float32(), space.dim))]
    try:
        columns = {key: pa.array(column.tolist() if column.dtype.kind in "UTO" else column)
                   for key, column in space.columns.items()}  # fmt: skip
    except pa.ArrowException as error:
        raise BadInput(f"a column cannot be written to Parquet ({error}); save as .space") from None
    schema = pa.schema([*fields, *((key, column.type) for key, column in columns.items())])
    return schema, _batches(space, schema, list(columns.values()), callback)


def _batches(space: Space, schema: Any, columns: list[Any], callback: Callback | None) -> Iterator[Any]:
    pa = require("pyarrow", "formats")
    meter = Meter(callback, "writing", len(space), "rows")
    for start in range(0, len(space), 1 << 16):
        stop = min(start + (1 << 16), len(space))
        flat = np.asarray(space.matrix[start:stop], np.float32).reshape(-1)
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(flat), space.dim)
        rest = [column.slice(start, stop - start) for column in columns]
        names = pa.array(space.names[start:stop], pa.string())
        yield pa.RecordBatch.from_arrays([names, vectors, *rest], schema=schema)
        meter.report(stop)


def _is_list(kind: Any, pa: Any) -> bool:
    t = pa.types
    nested = t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind)
    return nested and (t.is_floating(kind.value_type) or t.is_integer(kind.value_type))


def _is_text(kind: Any, pa: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _is_plain(kind: Any, pa: Any) -> bool:
    t = pa.types
    return _is_text(kind, pa) or t.is_boolean(kind) or t.is_integer(kind) or t.is_floating(kind)


def _choose(schema: Any, path: Path, pa: Any) -> tuple[str, str]:
    if len(set(schema.names)) != len(schema.names):
        raise BadFormat(f"{path}: two columns have the same name")
    lists = [field.name for field in schema if _is_list(field.type, pa)]
    texts = [field.name for field in schema if _is_text(field.type, pa)]
    able = [f.name for f in schema if _is_text(f.type, pa) or pa.types.is_integer(f.type)]
    vector = [key for key in _VECTORS if key in lists] or (lists if len(lists) == 1 else [])
    name = [key for key in _NAMES if key in able] or (texts if len(texts) == 1 else [])
    if not vector or not name:
        missing = "vector, a list of numbers" if not vector else "name, text"
        raise BadFormat(f"{path}: expected a column {missing}; the file has {', '.join(schema.names)}")
    return name[0], vector[0]


def _matrix(column: Any, faults: Faults) -> tuple[NDArray, NDArray, NDArray]:
    """Return the vectors of equal length, which rows they are and the numbers of these rows from 1."""
    lengths = (
        np.concatenate([_lengths(chunk) for chunk in column.chunks]) if column.num_chunks else np.empty(0, np.int64)
    )
    whole = lengths[lengths > 0]
    dim = getattr(column.type, "list_size", 0) or (int(whole[0]) if len(whole) else 0)
    if dim < 1:
        raise faults.fatal("no row holds a vector")
    for row in np.flatnonzero(lengths != dim).tolist():
        came = "no vector" if lengths[row] < 0 else f"a vector of {lengths[row]} numbers"
        faults.add(row + 1, f"{came} came, {dim} numbers were expected")
    good = np.flatnonzero(lengths == dim)
    matrix, at = np.empty((len(good), dim), np.float32), 0
    for chunk in column.chunks:
        kept = chunk.filter(_equal(_lengths(chunk), dim))
        with np.errstate(over="ignore"):
            block = np.asarray(kept.flatten().to_numpy(zero_copy_only=False), np.float64 if kept.null_count else None)
            matrix[at : at + len(kept)] = block.reshape(len(kept), dim)
        at += len(kept)
    return matrix, good, good + 1


def _lengths(chunk: Any) -> NDArray[np.int64]:
    pc = require("pyarrow.compute", "formats")
    return np.asarray(pc.fill_null(pc.list_value_length(chunk), -1).to_numpy(zero_copy_only=False), np.int64)


def _equal(lengths: NDArray, dim: int) -> Any:
    return require("pyarrow", "formats").array(lengths == dim)


def _text(column: Any) -> list[str]:
    return ["" if value is None else str(value) for value in column.to_pylist()]


def _column(column: Any, pa: Any) -> NDArray:
    if _is_text(column.type, pa):
        return np.array(_text(column), np.str_)
    if pa.types.is_boolean(column.type):
        return np.array([bool(value) for value in column.to_pylist()])
    return column.to_numpy()
