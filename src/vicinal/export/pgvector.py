"""PostgreSQL with the extension pgvector: a file of SQL, or straight into a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vicinal.checks import check_choice, check_whole
from vicinal.errors import BadInput, BadOption, OutputExists
from vicinal.export import _pgvector_copy as copying
from vicinal.export import _pgvector_sql as sql
from vicinal.export.exported import Exported, one_line, without_password
from vicinal.export.rows import blocks, check_columns, plain_name
from vicinal.progress import Callback
from vicinal.require import require
from vicinal.similarity import check_metric
from vicinal.space import Space
from vicinal.store import atomic

NAME = "pgvector"
ENDINGS = (".sql",)
SCHEMES = ("postgresql://", "postgres://")
KEEPS = "names, vectors, columns; the metric in the index"
_SYSTEM = ("name", "embedding", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid")
_MOST_DIM = 16_000
_LONGEST_NAME = 2600  # bytes that the index of a primary key takes
_LARGEST_HALF = 65504.0


@dataclass(frozen=True)
class _Plan:
    """The statements of one export, and what is lost by it."""

    table: str
    kind: str
    metric: str
    create: str
    index: str
    columns: str
    query: str
    lost: tuple[str, ...]


def write(
    space: Space,
    target: str,
    *,
    force: bool = False,
    callback: Callback | None = None,
    metric: str | None = None,
    table: str = "vectors",
    type: str = "auto",
    index: bool = True,
    m: int = 16,
    ef_construction: int = 64,
) -> Exported:
    """Write a file of SQL for psql, or make and fill a table of a database in one transaction.

    The table has the columns ``name`` (text, primary key), ``embedding``, and one for every column of the space.

    Parameters
    ----------
    space : Space
    target : path or address
        ``psql -f`` loads the file, all or nothing. An address, ``postgresql://user@host/database``, takes a password
        from ``PGPASSWORD`` or ``~/.pgpass``.
    force : bool
        Replace the file, or the table of the database. The file itself never drops a table unless it is loaded with
        ``psql -v replace=1``.
    callback : callable, optional
    metric : "cosine", "dot" or "euclidean", optional
        What the index compares by; by default the space's.
    table : str
        1 to 63 bytes.
    type : "auto", "vector" or "halfvec"
        float32 or float16. By default float32 up to 2000 dimensions, which is what an index of it can hold; float16
        beyond, and for a space of float16.
    index : bool
        Make an HNSW index after the rows.
    m : int
        Links of a row, 2 to 100.
    ef_construction : int
        Candidates looked at for every row while building, 4 to 1000 and at least twice ``m``.

    Returns
    -------
    Exported

    Raises
    ------
    OutputExists, BadInput, BadOption, MissingExtra
    """
    check_whole("m", m, 2, 100), check_whole("ef_construction", ef_construction, 4, 1000)
    if ef_construction < 2 * m:
        raise BadOption(f"ef_construction must be at least twice m, got {ef_construction} and m {m}")
    check_choice("type", type, ("auto", "vector", "halfvec"))
    plan = _plan(
        space, check_metric(space.metric if metric is None else metric), table, type, (index, m, ef_construction)
    )
    if target.lower().startswith(SCHEMES):
        _push(space, target, plan, force, callback)
    else:
        _write_file(space, target, plan, force, callback)
    return Exported(without_password(target), NAME, len(space), space.dim, plan.metric, plan.lost, plan.query)


def _plan(space: Space, metric: str, table: str, type: str, wanted: tuple[bool, int, int]) -> _Plan:
    sql.check_identifier(table, "table")
    for key in space.columns:
        sql.check_identifier(key, "column")
    check_columns(space, _SYSTEM, "a table of PostgreSQL")
    _check_names(space)
    half = space.matrix.dtype.itemsize == 2 or space.dim > sql.INDEXED["vector"]
    kind = type if type != "auto" else "halfvec" if half else "vector"
    if space.dim > _MOST_DIM:
        raise BadInput(f"pgvector holds up to {_MOST_DIM:,} dimensions, this space has {space.dim:,}; truncate() it")
    lost = ["origin and order of rows"]
    if kind == "halfvec" and space.matrix.dtype.itemsize != 2:
        _check_halves(space)
        lost.append("float32 became float16")
    index, m, ef_construction = wanted
    indexed = index and space.dim <= sql.INDEXED[kind]
    if index and not indexed:
        lost.append(f"no index: pgvector makes one up to {sql.INDEXED[kind]:,} dimensions of {kind}")
    if indexed and metric == "cosine" and (space.norms == 0).any():
        lost.append("rows of zeros, which an index by cosine leaves out (the table holds them)")
    return _Plan(
        table=table,
        kind=kind,
        metric=metric,
        create=sql.create_table(table, kind, space),
        index=sql.create_index(table, kind, metric, m, ef_construction) if indexed else "",
        columns=", ".join(sql.identifier(key) for key in copying.order(space)),
        query=sql.query(table, metric, plain_name(space)),
        lost=tuple(lost),
    )


def _check_names(space: Space) -> None:
    for name in space.names:
        if "\0" in name:
            raise BadInput(f"the name {name!r} holds a zero character, which PostgreSQL does not take; rename it")
        if len(name) > _LONGEST_NAME // 4 and len(name.encode()) > _LONGEST_NAME:
            raise BadInput(
                f"the name {name[:40]!r}… is longer than {_LONGEST_NAME:,} bytes, too long for a primary key of "
                "PostgreSQL; rename it"
            )
    for key, column in space.columns.items():
        if column.dtype.kind in "UT" and any("\0" in text for text in column.tolist()):
            raise BadInput(f"column {key!r} holds a zero character, which PostgreSQL does not take")


def _check_halves(space: Space) -> None:
    for start, block in blocks(space, None):
        beyond = np.flatnonzero((np.abs(block) > _LARGEST_HALF).any(axis=1))
        if len(beyond):
            name = space.names[start + int(beyond[0])]
            raise BadInput(
                f"the vector of {name!r} holds a number too large for halfvec; use type vector without index"
            )


def _write_file(space: Space, target: str, plan: _Plan, force: bool, callback: Callback | None) -> None:
    head, tail = sql.script(plan.table, plan.create, plan.index, plan.query)
    with atomic(target, force) as temporary, open(temporary, "wb") as file:
        file.write(head.encode())
        file.write(f"COPY {sql.identifier(plan.table)} ({plan.columns}) FROM stdin;\n".encode())
        text = copying.TextRows(space)
        for start, block in blocks(space, callback):
            file.write(text.block(start, block, plan.kind))
        file.write(b"\\.\n\n")
        file.write(tail.encode())


def _push(space: Space, target: str, plan: _Plan, force: bool, callback: Callback | None) -> None:
    psycopg = require("psycopg", "export")
    try:
        with psycopg.connect(target, client_encoding="utf8") as connection, connection.cursor() as cursor:
            _make_extension(cursor, psycopg)
            name = sql.identifier(plan.table)
            if cursor.execute("SELECT to_regclass(%s)", [name]).fetchone()[0] is not None:
                if not force:
                    raise OutputExists(f"the table {plan.table!r} exists; pass force=True or --force to replace it")
                cursor.execute(f"DROP TABLE {name}")
            cursor.execute(plan.create)
            with cursor.copy(f"COPY {name} ({plan.columns}) FROM STDIN (FORMAT binary)") as copy:
                binary = copying.BinaryRows(space, plan.kind)
                copy.write(binary.head)
                for start, block in blocks(space, callback):
                    copy.write(binary.block(start, block))
                copy.write(binary.tail)
            if plan.index:
                cursor.execute(plan.index)
    except (psycopg.errors.DuplicateTable, psycopg.errors.UniqueViolation) as error:
        raise OutputExists(
            f"the table {plan.table!r} was made by somebody else meanwhile; nothing was changed"
        ) from error
    except psycopg.OperationalError as error:
        raise BadInput(f"no connection to {without_password(target)}, or it was lost: {one_line(error)}") from error
    except psycopg.Error as error:
        raise BadInput(f"PostgreSQL refused, and nothing was changed: {one_line(error)}") from error


def _make_extension(cursor: Any, psycopg: Any) -> None:
    try:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except psycopg.Error as error:
        raise BadInput(
            f"the database has no extension vector (pgvector) and could not make it: {one_line(error)}"
        ) from error
