"""A folder of LanceDB with one table."""

from __future__ import annotations

import os
import re
from pathlib import Path

from vicinal.errors import BadInput, BadOption
from vicinal.export.exported import Exported, one_line
from vicinal.progress import Callback
from vicinal.require import require
from vicinal.space import Space
from vicinal.store import atomic
from vicinal.store.parquet import record_batches

NAME = "lancedb"
ENDINGS = (".lancedb",)
SCHEMES = ()
KEEPS = "names, vectors, columns, the order of rows; metric and fingerprint in the table's metadata"


def write(
    space: Space, target: str, *, force: bool = False, callback: Callback | None = None, table: str = "vectors"
) -> Exported:
    """Write a database of one table with the columns ``name``, ``vector`` and those of the space.

    No index is made: LanceDB then compares with all rows, exactly. ``table.create_index`` makes one there.

    Parameters
    ----------
    space : Space
    target : path
        A folder.
    force : bool
        Replace the folder, if nothing else than tables of LanceDB is in it.
    callback : callable, optional
    table : str
        Letters, digits, ``_``, ``-`` and ``.``.

    Returns
    -------
    Exported

    Raises
    ------
    OutputExists, BadInput, BadOption, MissingExtra
    """
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", table):
        raise BadOption(f"table must be letters, digits, '_', '-' and '.', got {table!r}")
    _check_replaced(target, force)
    tool = require("lancedb", "export")
    schema, batches = record_batches(space, callback)
    about = {"vicinal.metric": space.metric, "vicinal.fingerprint": space.fingerprint}
    with atomic(target, force, folder=True) as temporary:
        try:
            made = tool.connect(os.fspath(temporary)).create_table(table, batches, schema=schema.with_metadata(about))
            rows = made.count_rows()
        except (RuntimeError, ValueError) as error:
            raise BadInput(f"LanceDB refused: {one_line(error)}") from error
        if rows != len(space):
            raise BadInput(f"LanceDB took {rows:,} of {len(space):,} rows; nothing was written")
    measure = "l2" if space.metric == "euclidean" else space.metric
    query = f"lancedb.connect({target!r}).open_table({table!r}).search(vector).distance_type({measure!r}).limit(10)"
    lost = ("origin, but for the fingerprint", *(["float16 became float32"] * (space.matrix.dtype.itemsize == 2)))
    return Exported(target, NAME, len(space), space.dim, "", lost, query)


def _check_replaced(target: str, force: bool) -> None:
    """Keep ``force`` from removing a folder that holds other things."""
    folder = Path(target)
    if force and folder.is_dir():
        other = [item.name for item in folder.iterdir() if not (item.is_dir() and item.name.endswith(".lance"))]
        if other:
            raise BadInput(f"{target} holds {other[0]!r}, which is no table of LanceDB; give another folder")
