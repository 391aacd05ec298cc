"""An index file of FAISS, and a JSON file with the names and what loading it takes."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from vicinal.checks import check_choice, check_whole
from vicinal.errors import BadInput, BadOption
from vicinal.export.exported import Exported, one_line
from vicinal.export.rows import blocks
from vicinal.export.sidecar import lost, sidecar_path, write_sidecar
from vicinal.progress import Callback
from vicinal.require import require
from vicinal.similarity import check_metric, unit_rows
from vicinal.space import Space
from vicinal.store import atomic_files

NAME = "faiss"
ENDINGS = (".faiss",)
SCHEMES = ()
KEEPS = "vectors (under cosine at length 1), names and columns in TARGET.json"


def write(
    space: Space,
    target: str,
    *,
    force: bool = False,
    callback: Callback | None = None,
    metric: str | None = None,
    kind: str = "hnsw",
    m: int = 32,
    ef_construction: int = 200,
    factory: str | None = None,
) -> Exported:
    """Build an index of FAISS and save it; id i is row i.

    Parameters
    ----------
    space : Space
    target : path
        ``TARGET.json`` is written beside it.
    force : bool
    callback : callable, optional
    metric : "cosine", "dot" or "euclidean", optional
        By default the space's. Under cosine rows are scaled to length 1 and compared by inner product: do the same
        with queries. FAISS gives the square of the euclidean distance.
    kind : "hnsw" or "flat"
        A graph, or the plain rows searched exactly.
    m : int
        Links of a row of the graph, 2 or more.
    ef_construction : int
        Candidates looked at for every row while building the graph.
    factory : str, optional
        A description for FAISS's ``index_factory`` instead, such as ``"IVF256,PQ25"``; it is trained on all rows.

    Returns
    -------
    Exported

    Raises
    ------
    OutputExists, BadInput, BadOption, MissingExtra
    """
    metric = check_metric(space.metric if metric is None else metric)
    check_choice("kind", kind, ("hnsw", "flat"))
    check_whole("m", m, 2, 10_000), check_whole("ef_construction", ef_construction)
    tool = require("faiss", "export")
    with atomic_files([target, sidecar_path(target)], force) as (temporary, beside):
        index = _empty(tool, space.dim, metric, factory or (f"HNSW{m},Flat" if kind == "hnsw" else "Flat"))
        if not factory and kind == "hnsw":
            index.hnsw.efConstruction = ef_construction
        try:
            if not index.is_trained:
                rows = np.asarray(space.matrix, np.float32)
                index.train(unit_rows(rows) if metric == "cosine" else rows)
            for _, block in blocks(space, callback):
                index.add(unit_rows(block) if metric == "cosine" else block)
            tool.write_index(index, os.fspath(temporary))
        except RuntimeError as error:
            raise BadInput(f"FAISS refused: {one_line(error)}") from error
        facts = {"unit": metric == "cosine", "factory": factory or kind, "m": m, "ef_construction": ef_construction}
        write_sidecar(space, beside, NAME, metric, facts)
    return Exported(target, NAME, len(space), space.dim, metric, lost(space, metric), _query(target, metric))


def _empty(tool: Any, dim: int, metric: str, factory: str) -> Any:
    measure = tool.METRIC_L2 if metric == "euclidean" else tool.METRIC_INNER_PRODUCT
    try:
        return tool.index_factory(dim, factory, measure)
    except RuntimeError as error:
        raise BadOption(f"FAISS makes no index of {factory!r} in {dim} dimensions: {one_line(error)}") from error


def _query(target: str, metric: str) -> str:
    unit = "faiss.normalize_L2(queries); " if metric == "cosine" else ""
    return f"index = faiss.read_index({target!r}); {unit}scores, rows = index.search(queries, 10)"
