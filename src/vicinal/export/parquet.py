"""A Parquet file, for DuckDB, pandas, Polars, Spark and the loaders of most databases."""

from __future__ import annotations

import os

from vicinal import store
from vicinal.export.exported import Exported
from vicinal.progress import Callback
from vicinal.space import Space

NAME = "parquet"
ENDINGS = (".parquet",)
SCHEMES = ()
KEEPS = "names, vectors, columns, the order of rows"


def write(space: Space, target: str, *, force: bool = False, callback: Callback | None = None) -> Exported:
    """Write the file as `vicinal.store` does.

    Raises
    ------
    OutputExists, BadInput, MissingExtra
    """
    store.write(space, target, format="parquet", force=force)
    lost = ("float16 became float32",) if space.matrix.dtype.itemsize == 2 else ()
    path = os.fspath(target).replace("'", "''")
    query = (
        f"SELECT name, list_cosine_similarity(vector, (SELECT vector FROM '{path}' LIMIT 1)) AS score "
        f"FROM '{path}' ORDER BY score DESC LIMIT 10  -- in DuckDB"
    )
    return Exported(target, NAME, len(space), space.dim, "", ("metric and origin", *lost), query)
