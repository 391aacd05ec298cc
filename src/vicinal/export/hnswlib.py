"""An index file of hnswlib, and a JSON file with the names and what loading it takes."""

from __future__ import annotations

import os

import numpy as np

from vicinal.checks import check_whole
from vicinal.errors import BadInput
from vicinal.export.exported import Exported
from vicinal.export.rows import blocks
from vicinal.export.sidecar import lost, sidecar_path, write_sidecar
from vicinal.progress import Callback
from vicinal.require import require
from vicinal.similarity import check_metric
from vicinal.space import Space
from vicinal.store import atomic_files

NAME = "hnswlib"
ENDINGS = (".hnsw",)
SCHEMES = ()
KEEPS = "vectors (under cosine at length 1), names and columns in TARGET.json"
_SPACES = {"cosine": "cosine", "dot": "ip", "euclidean": "l2"}


def write(
    space: Space,
    target: str,
    *,
    force: bool = False,
    callback: Callback | None = None,
    metric: str | None = None,
    m: int = 16,
    ef_construction: int = 200,
    threads: int = 0,
    seed: int = 0,
) -> Exported:
    """Build hnswlib's graph and save it; label i is row i.

    Parameters
    ----------
    space : Space
    target : path
        ``TARGET.json`` is written beside it.
    force : bool
    callback : callable, optional
    metric : "cosine", "dot" or "euclidean", optional
        By default the space's. hnswlib calls them cosine, ip and l2; its distances are 1 - cosine, 1 - dot, and the
        square of the distance.
    m : int
        Links of a row, 2 to 10,000.
    ef_construction : int
        Candidates looked at for every row while building.
    threads : int
        0 for all processors. With one thread the same space gives the same file.
    seed : int

    Returns
    -------
    Exported

    Raises
    ------
    OutputExists, BadInput, BadOption, MissingExtra

    References
    ----------
    Malkov and Yashunin, Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small
    World graphs, 2020.
    """
    metric = check_metric(space.metric if metric is None else metric)
    check_whole("m", m, 2, 10_000), check_whole("ef_construction", ef_construction), check_whole("threads", threads, 0)
    check_whole("seed", seed, 0)
    tool = require("hnswlib", "hnswlib")
    with atomic_files([target, sidecar_path(target)], force) as (temporary, beside):
        index = tool.Index(space=_SPACES[metric], dim=space.dim)
        index.init_index(max_elements=len(space), M=m, ef_construction=ef_construction, random_seed=seed)
        for start, block in blocks(space, callback):
            index.add_items(block, np.arange(start, start + len(block)), num_threads=threads or -1)
        index.save_index(os.fspath(temporary))
        if temporary.stat().st_size != index.index_file_size():  # the tool does not notice a disk that is full
            raise BadInput(f"cannot write {target}: not all of the index reached the disk; is it full?")
        facts = {"space": _SPACES[metric], "m": m, "ef_construction": ef_construction}
        write_sidecar(space, beside, NAME, metric, facts)
    return Exported(target, NAME, len(space), space.dim, metric, lost(space, metric), _query(target))


def _query(target: str) -> str:
    return (
        f'about = json.loads(Path({sidecar_path(target)!r}).read_text("utf-8")); '
        'index = hnswlib.Index(space=about["space"], dim=about["dim"]); '
        f"index.load_index({target!r}); index.set_ef(100); labels, distances = index.knn_query(vector, k=10)"
    )
