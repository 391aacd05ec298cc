"""Every kind of index on one's own vectors: how long it takes to build, how much it holds, how fast at which recall."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_number, check_whole
from vicinal.errors import BadInput, MissingExtra
from vicinal.index.figures import Benchmark, KindFigures, Point
from vicinal.index.kind import Kind
from vicinal.index.kinds import find_kind, kind_names
from vicinal.index.rows import Rows
from vicinal.lengths import row_norms, unit_rows
from vicinal.progress import Callback, Meter
from vicinal.randomness import generator
from vicinal.record import Record
from vicinal.similarity import check_metric

_PLANS = {"exact": 4}  # kinds of which more than the likeliest options are measured, since they hold other things
_SETTINGS = 12  # of a kind, spread over all it has
_LEAST_SECONDS = 0.05  # that a measurement takes
_LEAST_ROWS = 20
_TIE = 2e-6  # by which float32 scores of equal rows may differ, relative


def benchmark_kinds(
    space: Record,
    kinds: Sequence[str] | None = None,
    *,
    k: int = 10,
    recall: float = 0.95,
    queries: int = 500,
    metric: str | None = None,
    threads: int = 1,
    seed: int = 0,
    callback: Callback | None = None,
) -> Benchmark:
    """Measure kinds of index on rows held out of a space.

    Parameters
    ----------
    space : Space
        20 names or more.
    kinds : sequence of str, optional
        By default all that may be of use.
    k : int
        Neighbours sought, less than the names left in.
    recall : float
        At which the table compares, 0 to 1.
    queries : int
        Chance rows taken out and asked for, at most a tenth of all.
    metric : str, optional
        Instead of the space's own.
    threads : int
        To search with; building takes one a processor. 0 for one a processor.
    seed : int
    callback : callable, optional
        Receives `Progress`, a step a kind.

    Returns
    -------
    Benchmark
        Times are of the machine and the moment. A kind whose package is missing is in it with the reason.

    Raises
    ------
    BadInput
        For fewer than 20 names that can be asked for.
    BadOption

    Examples
    --------
    >>> from vicinal import Space
    >>> space = Space([f"w{i}" for i in range(200)], np.random.default_rng(0).normal(size=(200, 8)))
    >>> benchmark_kinds(space, ["exact"]).kinds[0].points[0].recall
    1.0
    """
    chosen = kind_names() if kinds is None else list(dict.fromkeys(kinds))
    known = kind_names()
    for name in chosen:
        if name not in known:
            find_kind(name)  # raises
    data, asked = _held_out(space, metric or space.metric, check_whole("queries", queries), seed)
    check_whole("k", k, 1, len(data))
    check_number("recall", recall, 0, 1)
    truth = find_kind("exact").build(data).search(asked, k, threads=threads)[1]
    task = _Task(data, asked, truth[:, -1:], k, threads, seed, kinds is not None)
    found, meter = [], Meter(callback, "measuring", len(chosen), "kinds")
    for at, name in enumerate(chosen):
        meter.report(at)
        found += _measured(name, task)
    meter.report(len(chosen))
    return Benchmark(found, len(data), data.dim, k, len(asked), threads, data.metric, recall)


@dataclass(frozen=True)
class _Task:
    """What every kind is measured on.

    Attributes
    ----------
    data : Rows
    asked : (m, dim) float32
    last : (m, 1) float32
        Score of the last of each query's k true nearest.
    k, threads, seed : int
    named : bool
        Kinds were asked for by name, and are built even where they promise nothing.
    """

    data: Rows
    asked: NDArray[np.float32]
    last: NDArray[np.float32]
    k: int
    threads: int
    seed: int
    named: bool


def _held_out(space: Record, metric: str, queries: int, seed: int) -> tuple[Rows, NDArray[np.float32]]:
    check_metric(metric)
    norms = row_norms(space.matrix)
    usable = np.arange(len(norms)) if metric == "euclidean" else np.flatnonzero(norms > 0)
    if len(space) < _LEAST_ROWS or not len(usable):
        raise BadInput(f"a benchmark needs {_LEAST_ROWS} vectors or more that are not zero, got {len(usable)}")
    held = np.sort(generator(seed).permutation(usable)[: max(1, min(queries, len(space) // 10))])
    kept = np.ones(len(norms), bool)
    kept[held] = False
    asked = np.ascontiguousarray(space.matrix[held], np.float32)
    data = Rows.of(np.ascontiguousarray(space.matrix[kept]), metric)
    return data, unit_rows(asked) if metric == "cosine" else asked


def _measured(name: str, task: _Task) -> list[KindFigures]:
    data = task.data
    try:
        kind = find_kind(name)
        plans = list(kind.plans(len(data), data.dim, data.metric))[: _PLANS.get(name, 1)]
    except MissingExtra as error:
        return [KindFigures(name, name, left_out=" ".join(str(error).split()))]
    if task.named and data.metric in kind.metrics:
        plans = plans or [{}]
    if not plans:
        return [KindFigures(name, name, left_out=f"of no use for {len(data):,} × {data.dim} by {data.metric}")]
    labels = [name, *(f"{name} {' '.join(f'{key}={value}' for key, value in plan.items())}" for plan in plans[1:])]
    return [_built(kind, label, plan, task) for label, plan in zip(labels, plans, strict=True)]


def _built(kind: type[Kind], label: str, plan: dict[str, Any], task: _Task) -> KindFigures:
    try:
        _compile(kind, plan, task)
        start = time.perf_counter()
        built = kind.build(task.data, seed=task.seed, **plan)
        seconds = time.perf_counter() - start
    except MissingExtra as error:
        return KindFigures(kind.name, label, left_out=" ".join(str(error).split()))
    settings = list(built.settings(task.k))
    spread = np.unique(np.linspace(0, len(settings) - 1, min(len(settings), _SETTINGS)).round().astype(int))
    points = [_point(built, dict(settings[at]), task) for at in spread]
    return KindFigures(kind.name, label, dict(built.options), seconds, built.nbytes / len(task.data), points)


def _compile(kind: type[Kind], plan: dict[str, Any], task: _Task) -> None:
    """Build over a few rows and throw it away, so that compiling is not counted as building."""
    few = Rows(task.data.matrix[:500], task.data.norms[:500], task.data.metric)
    plans = list(kind.plans(len(few), few.dim, few.metric))
    built = kind.build(few, threads=1, **(plan if plan in plans else plans[0] if plans else plan))
    for m in (8, 1):
        built.search(task.asked[:m], min(task.k, len(few)))


def _point(built: Kind, setting: dict[str, Any], task: _Task) -> Point:
    start, rounds, seconds = time.perf_counter(), 0, 0.0
    while seconds < _LEAST_SECONDS:
        scores = built.search(task.asked, task.k, setting=setting, threads=task.threads)[1]
        rounds, seconds = rounds + 1, time.perf_counter() - start
    hits = np.count_nonzero(scores >= task.last - _TIE * np.abs(task.last), axis=1)  # as near as the last true one
    return Point(setting, float(hits.mean() / task.k), rounds * len(task.asked) / seconds)
