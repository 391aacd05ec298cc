"""The HDF5 files of ann-benchmarks: rows to search in, queries, and their exact neighbours."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadFormat, BadInput
from vicinal.export.exported import Exported
from vicinal.lengths import row_norms
from vicinal.progress import Callback, Meter
from vicinal.randomness import generator
from vicinal.similarity import check_metric, nearest_rows
from vicinal.space import Space
from vicinal.store import atomic, hdf5

NAME = "ann-benchmarks"
ENDINGS = (".hdf5", ".h5")
SCHEMES = ()
KEEPS = "vectors, the metric, the names of the rows to search in"
_QUERIES, _NEIGHBORS = 1000, 100
_BLOCK = 256  # queries answered between two reports


@dataclass(frozen=True, eq=False)
class AnnBenchmark:
    """What a file of ann-benchmarks holds.

    Attributes
    ----------
    space : Space
        The rows to search in (``train``), with the metric of the file; called ``"0"``, ``"1"``, … where the file has
        no names.
    queries : (m, dim) float32
        ``test``.
    neighbors : (m, k) int64
        Rows of ``space`` nearest to every query, nearest first.
    distances : (m, k) float32
        1 - cosine, the euclidean distance, or minus the dot product: rising.

    Examples
    --------
    >>> space = Space(["a", "b"], [[1, 0], [0, 1]])
    >>> AnnBenchmark(space, np.eye(2)[:1], np.array([[0]]), np.array([[0.0]])).space.metric
    'cosine'
    """

    space: Space
    queries: NDArray[np.float32]
    neighbors: NDArray[np.int64]
    distances: NDArray[np.float32]


def read_ann_benchmarks(path: str | os.PathLike[str], *, callback: Callback | None = None) -> AnnBenchmark:
    """Read a file of ann-benchmarks: ``train``, ``test``, ``neighbors``, ``distances``, the attribute ``distance``.

    Nothing is allocated before what a header claims has been compared with what the file stores.

    Parameters
    ----------
    path : path
    callback : callable, optional
        Gets a `vicinal.progress.Progress` now and then.

    Returns
    -------
    AnnBenchmark

    Raises
    ------
    BadFormat
        If an array is missing, damaged, of another type or shape, or does not fit the others; or for a distance other
        than angular, euclidean and dot (hamming and jaccard are none of vectors).
    BadInput
        If there is no such file.
    MissingExtra
        Without h5py.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "toy.hdf5"
    >>> _ = write_ann_benchmarks(Space(["a", "b", "c"], np.eye(3)), file, queries=[[1, 2, 0]], k=2)
    >>> read_ann_benchmarks(file).neighbors.tolist()
    [[1, 0]]
    """
    file = Path(path)
    if not file.is_file():
        raise BadInput(f"{file} is not a file that exists")
    with hdf5.opened(file) as opened:
        metric = hdf5.metric_of(opened)
        if not metric:
            came = opened.attrs.get("distance", "none")
            raise BadFormat(f"{file}: the distance must be angular, euclidean or dot, got {came!r:.60}")
        queries = hdf5.read_array(opened, "test", file, wanted=np.float32)
        neighbors = hdf5.read_array(opened, "neighbors", file, kinds="iu", wanted=np.int64)
        distances = hdf5.read_array(opened, "distances", file, wanted=np.float32)
    space = hdf5.read(file, keys=("train",), callback=callback)
    _check_fit(file, space, queries, neighbors, distances)
    return AnnBenchmark(space, queries, neighbors, distances)


def write_ann_benchmarks(
    space: Space,
    path: str | os.PathLike[str],
    *,
    queries: int | ArrayLike | None = None,
    k: int = _NEIGHBORS,
    metric: str | None = None,
    seed: int = 0,
    force: bool = False,
    callback: Callback | None = None,
) -> Exported:
    """Write a file of ann-benchmarks, with exact neighbours.

    Parameters
    ----------
    space : Space
    path : path
    queries : int or (m, dim) array, optional
        How many rows to hold out as queries (drawn by ``seed``; they are then not among the rows to search in), or
        queries of your own. By default 1,000, but a tenth of the rows at most.
    k : int
        Neighbours of every query; fewer where there are fewer rows.
    metric : "cosine", "dot" or "euclidean", optional
        By default the space's. ann-benchmarks calls cosine angular; its own runs know no dot.
    seed : int
    force : bool
    callback : callable, optional

    Returns
    -------
    Exported

    Raises
    ------
    OutputExists, BadInput, BadOption, MissingExtra

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "toy.hdf5"
    >>> write_ann_benchmarks(Space(["a", "b", "c"], np.eye(3)), file, queries=1).rows
    2
    """
    metric = check_metric(space.metric if metric is None else metric)
    check_whole("k", k)
    kept, asked = _split(space, queries, seed)
    k = min(k, len(kept))
    rows, distances = _neighbors(kept, asked, k, metric, callback)
    arrays = {"train": np.asarray(kept.matrix, np.float32), "test": asked, "neighbors": rows.astype(np.int32),
              "distances": distances, **hdf5.name_arrays(kept.names)}  # fmt: skip
    distance = hdf5.DISTANCES[metric]
    facts: dict[str, str | int] = {"distance": distance, "type": "dense", "point_type": "float", "dimension": space.dim}
    with atomic(path, force) as temporary:
        hdf5.write_arrays(temporary, arrays, facts)
    held = f"the names of {len(asked):,} rows held out as queries" if len(kept) < len(space) else ""
    lost = tuple(part for part in ("columns and origin" if space.columns else "origin", held) if part)
    query = f"h5py.File({os.fspath(path)!r})['neighbors'][0]  # rows of 'train' nearest to row 0 of 'test'"
    return Exported(os.fspath(path), NAME, len(kept), space.dim, metric, lost, query)


def write(
    space: Space,
    target: str,
    *,
    force: bool = False,
    callback: Callback | None = None,
    metric: str | None = None,
    queries: int | None = None,
    k: int = _NEIGHBORS,
    seed: int = 0,
) -> Exported:
    """Do as `write_ann_benchmarks` does."""
    return write_ann_benchmarks(
        space, target, queries=queries, k=k, metric=metric, seed=seed, force=force, callback=callback
    )


def _split(space: Space, queries: int | ArrayLike | None, seed: int) -> tuple[Space, NDArray[np.float32]]:
    if queries is not None and not isinstance(queries, int | np.integer):
        asked = np.ascontiguousarray(queries, np.float32)
        if asked.ndim != 2 or len(asked) == 0 or asked.shape[1] != space.dim or not np.isfinite(asked).all():
            raise BadInput(f"queries must be finite numbers of shape (m, {space.dim}), got shape {asked.shape}")
        return space, asked
    if len(space) < 2:
        raise BadInput("a space of one row leaves nothing to search in once a query is held out; pass queries")
    count = min(_QUERIES, max(1, len(space) // 10)) if queries is None else queries
    check_whole("queries", count, 1, len(space) - 1)
    chosen = np.sort(generator(seed, 0).choice(len(space), count, replace=False))
    rest = np.ones(len(space), bool)
    rest[chosen] = False
    return space.take(rest), np.asarray(space.matrix[chosen], np.float32)


def _neighbors(
    space: Space, asked: NDArray[np.float32], k: int, metric: str, callback: Callback | None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    rows, distances = np.empty((len(asked), k), np.int64), np.empty((len(asked), k), np.float32)
    meter = Meter(callback, "finding neighbours", len(asked), "queries")
    norms = row_norms(space.matrix)
    for start in range(0, len(asked), _BLOCK):
        part = slice(start, start + _BLOCK)
        rows[part], scores = nearest_rows(asked[part], space.matrix, k, metric, norms)
        distances[part] = 1 - scores if metric == "cosine" else 0 - scores
        meter.report(min(start + _BLOCK, len(asked)))
    return rows, distances


def _check_fit(file: Path, space: Space, queries: NDArray, neighbors: NDArray, distances: NDArray) -> None:
    if queries.shape[1] != space.dim:
        raise BadFormat(f"{file}: test has {queries.shape[1]} dimensions and train {space.dim}")
    if len(neighbors) != len(queries) or distances.shape != neighbors.shape:
        raise BadFormat(
            f"{file}: neighbors {neighbors.shape} and distances {distances.shape} do not fit {len(queries)} queries"
        )
    if neighbors.min() < 0 or neighbors.max() >= len(space):
        raise BadFormat(f"{file}: neighbors name rows outside 0 to {len(space) - 1}")
    if not np.isfinite(queries).all():
        raise BadFormat(f"{file}: test holds NaN or infinity")
