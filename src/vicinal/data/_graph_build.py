"""From lists of edges to the sorted rows of a graph."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.errors import BadInput


class Edges(NamedTuple):
    """Edges by the numbers of their ends.

    Attributes
    ----------
    sources, targets : (m,) int32
    weights : (m,) float32 or None
        Not negative and finite; None where all are 1.
    """

    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    weights: Any  # an array or None


class Rows(NamedTuple):
    """Neighbours by node: those of node v at ``offsets[v]:offsets[v + 1]``, ascending."""

    offsets: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    weights: Any  # an array or None


def build_rows(n: int, edges: Edges, *, mirrored: bool, summed: bool = True) -> Rows:
    """Sort edges into rows in linear time.

    Parameters
    ----------
    n : int
        Nodes.
    edges : Edges
        Those of weight 0 are left out.
    mirrored : bool
        Enter every edge at both ends (a self loop once).
    summed : bool
        Parallel edges become one of their summed weight, and an edge without a weight counts 1. Otherwise they become
        one edge without a weight.

    Raises
    ------
    BadInput
        If weights add up to more than float32 can say.
    """
    from vicinal.data import _graph_kernels as kernels

    sources, targets, weights = edges
    if weights is not None and not weights.all():
        kept = weights != 0
        sources, targets, weights = sources[kept], targets[kept], weights[kept]
    given = np.empty(0, np.float32) if weights is None else weights
    if mirrored:
        crossing = sources != targets
        sources, targets = np.concatenate([sources, targets[crossing]]), np.concatenate([targets, sources[crossing]])
        given = given if weights is None else np.concatenate([given, given[crossing]])
    offsets, neighbours, given = kernels.transpose(*kernels.group(n, targets, sources, given))
    if kernels.count_parallel(offsets, neighbours):
        given = given if len(given) else np.ones(len(neighbours), np.float32)
        left = kernels.merge_parallel(offsets, neighbours, given)
        neighbours, given = neighbours[:left].copy(), given[:left].copy()
        if not np.isfinite(given).all():
            raise BadInput("the weights of parallel edges add up to more than float32 can say; scale the weights down")
        if not summed:
            given = given[:0]
    return Rows(offsets, neighbours, given if len(given) and (given != 1).any() else None)


def transposed(rows: Rows) -> Rows:
    """Turn every edge round."""
    from vicinal.data._graph_kernels import transpose

    given = np.empty(0, np.float32) if rows.weights is None else rows.weights
    offsets, neighbours, weights = transpose(rows.offsets, rows.neighbours, given)
    return Rows(offsets, neighbours, None if rows.weights is None else weights)


def is_symmetric(rows: Rows) -> bool:
    """Tell whether every edge is there in both directions with the same weight."""
    turned = transposed(rows)
    same = np.array_equal(rows.offsets, turned.offsets) and np.array_equal(rows.neighbours, turned.neighbours)
    return same and (rows.weights is None or np.array_equal(rows.weights, turned.weights))


def check_weights(weights: NDArray, label: str = "edge") -> NDArray[np.float32]:
    """Return weights as float32, or raise `BadInput` naming the first that is negative or not finite."""
    if weights.dtype.kind not in "fiub":
        raise BadInput(f"weights must be numbers, got an array of {weights.dtype}")
    with np.errstate(over="ignore"):
        kept = weights.astype(np.float32)
    bad = np.flatnonzero(~(np.isfinite(kept) & (kept >= 0)))
    if len(bad):
        raise BadInput(
            f"{label} {bad[0]} has the weight {weights[bad[0]]}; weights must be finite and not negative: "
            "a walk goes along an edge in proportion to its weight"
        )
    return kept


def node_numbers(neighbours: ArrayLike, n: int) -> NDArray[np.int32]:
    """Neighbours index arrays in compiled code that checks no bounds, so they are checked here."""
    array = np.asarray(neighbours)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise BadInput(f"neighbours must be whole numbers in one dimension, got shape {array.shape} of {array.dtype}")
    if array.size and not 0 <= array.min() <= array.max() < n:
        raise BadInput(f"neighbours run from {array.min()} to {array.max()}, expected 0 to {n - 1}")
    return array.astype(np.int32)


def check_rows(rows: Rows, n: int) -> None:
    """Raise `BadInput` unless these are rows of n nodes, sorted, without repetitions and with positive weights."""
    from vicinal.data._graph_kernels import rows_ascend

    offsets, neighbours, weights = rows
    if n == 0:
        raise BadInput("the graph has no nodes")
    fits = offsets.shape == (n + 1,) and offsets[0] == 0 and offsets[-1] == len(neighbours)
    if not fits or np.diff(offsets).min() < 0:
        raise BadInput(f"offsets must ascend from 0 to {len(neighbours)}, one more than the {n} nodes")
    if weights is not None and (weights.shape != neighbours.shape or (weights == 0).any()):
        raise BadInput(f"weights must be positive, one an edge ({len(neighbours)})")
    if not rows_ascend(offsets, neighbours):
        raise BadInput("the neighbours in a row must ascend and differ; use Graph.from_edges for edges in any order")
