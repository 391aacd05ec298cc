"""Searching one state of an index: its kind, its tail, and exactly wherever the kind falls short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.index.exact import Exact
from vicinal.index.rescore import rescore
from vicinal.index.rows import Rows
from vicinal.index.state import State, compares_all, extreme
from vicinal.lengths import row_norms, unit_rows
from vicinal.similarity import nearest_rows

Found = tuple[NDArray[np.int64], NDArray[np.float32]]

_FEW = 2000  # allowed rows that are compared one by one whatever the kind
_NARROW = 16  # and a part of all rows for which that is so too


def search_state(
    state: State,
    queries: NDArray[np.float32],
    k: int,
    *,
    allowed: NDArray[np.bool_] | None = None,
    setting: Mapping[str, Any] | None = None,
    threads: int = 0,
) -> Found:
    """Find the k nearest places for every query.

    Parameters
    ----------
    state : State
    queries : (m, dim) float32
        Finite, of any length, zero too.
    k : int
        1 or more.
    allowed : (len(state),) bool, optional
        Rows that may be found.
    setting : mapping, optional
        Instead of the state's own.
    threads : int
        0 for one a processor; a single query is answered by one.

    Returns
    -------
    places : (m, k) int64
        -1 only where fewer than k rows are allowed.
    scores : (m, k) float32
        NaN beside -1.

    Raises
    ------
    BadInput
        If a row of the index is found to hold NaN: its file was damaged.
    """
    queries, threads = np.ascontiguousarray(queries, np.float32), threads if len(queries) > 1 else 1
    masks = _masks(state, allowed)
    count = len(state) if allowed is None else int(np.count_nonzero(allowed))
    wanted = min(k, count)
    if not wanted or not len(queries):
        return _none(len(queries), k)
    lengths = row_norms(queries)
    if state.metric != "euclidean" and not lengths.all():
        return _with_zeros(state, queries, k, allowed=allowed, setting=setting, threads=threads)
    vectors = _as_compared(queries, lengths) if state.metric == "cosine" else queries
    if state.extreme or (state.metric != "cosine" and extreme(lengths)):
        parts = _extremes(state, vectors, wanted, masks)
    else:
        used = state.setting if setting is None else setting
        parts = [_in_base(state, vectors, wanted, masks[0], setting=used, threads=threads)]
        if state.tail_exact is not None:  # scored alike, so that equal rows tie wherever they lie
            parts.append(_all_of(state.tail_exact, vectors, wanted, masks[1], threads))
            datas = (state.base.rows, state.tail_exact.data)
            parts = [_scored(vectors, found[0], data) for found, data in zip(parts, datas, strict=True)]
    best = parts[0] if len(parts) == 1 else merged(parts[0], (_shifted(parts[1][0], len(state.base)), parts[1][1]))
    if np.isnan(best[1][:, :wanted]).any():
        _refuse_nan(state, best[0], best[1])
    if best[0].shape[1] == k:
        return best
    places, scores = _none(len(queries), k)
    places[:, :wanted], scores[:, :wanted] = best[0][:, :wanted], best[1][:, :wanted]
    return places, scores


def _with_zeros(state: State, queries: NDArray[np.float32], k: int, *, allowed: Any, **how: Any) -> Found:
    """Search where some queries are zero, which score 0 with everything: rows in their order answer those."""
    places, scores = _none(len(queries), k)
    zero = ~queries.any(axis=1)
    first = (state.places if allowed is None else state.places[allowed])[:k]
    places[zero, : len(first)], scores[zero, : len(first)] = first, 0.0
    if not zero.all():
        places[~zero], scores[~zero] = search_state(state, queries[~zero], k, allowed=allowed, **how)
    return places, scores


def _none(m: int, k: int) -> Found:
    return np.full((m, k), -1, np.int64), np.full((m, k), np.nan, np.float32)


def _as_compared(queries: NDArray[np.float32], lengths: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale queries, none of them zero, to length 1."""
    return unit_rows(queries) if extreme(lengths) else queries / lengths[:, None]


def merged(first: Found, second: Found) -> Found:
    """Merge two lists of results a query: nearest first, equal scores by place, -1 last.

    Examples
    --------
    >>> one = np.array([[0, 2]]), np.array([[0.9, 0.5]], np.float32)
    >>> two = np.array([[7, -1]]), np.array([[0.7, np.nan]], np.float32)
    >>> merged(one, two)[0].tolist()
    [[0, 7, 2, -1]]
    """
    places = np.concatenate([first[0], second[0]], axis=1)
    scores = np.concatenate([first[1], second[1]], axis=1)
    none = places < 0
    order = np.lexsort((places, -np.where(none, -np.inf, scores), none), axis=1)
    return np.take_along_axis(places, order, axis=1), np.take_along_axis(scores, order, axis=1)


def _masks(
    state: State, allowed: NDArray[np.bool_] | None
) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
    """Turn a mask of rows into one of the base's places and one of the tail's; None where all may be found."""
    if allowed is None:
        return state.alive, None
    left = len(state.base) if state.left is None else len(state.left)
    base = allowed[:left]
    if state.left is not None:
        base = np.zeros(len(state.base), bool)
        base[state.left] = allowed[:left]
    return base, None if state.tail is None else allowed[left:]


def _count(mask: NDArray[np.bool_] | None, n: int) -> int:
    return n if mask is None else int(np.count_nonzero(mask))


def _in_base(
    state: State,
    queries: NDArray[np.float32],
    k: int,
    allowed: NDArray[np.bool_] | None,
    *,
    setting: Mapping[str, Any],
    threads: int,
) -> Found:
    n = len(state.base)
    count = _count(allowed, n)
    wanted = min(k, count)
    if compares_all(state.kind) or (allowed is not None and count <= max(_FEW, n // _NARROW)):
        return _all_of(state.exact, queries, wanted, allowed, threads)
    rows, scores = state.kind.search(queries, wanted, allowed=allowed, setting=setting, threads=threads)
    short = np.flatnonzero(rows[:, -1] < 0)
    if len(short):
        rows[short], scores[short] = _all_of(state.exact, queries[short], wanted, allowed, threads)
    return rows, scores


def _all_of(
    exact: Exact, queries: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None, threads: int
) -> Found:
    """Compare all allowed rows; where they are few, only those are touched."""
    count = _count(allowed, len(exact.data))
    k = min(k, count)
    if not k:
        return np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)
    if allowed is None or count > len(exact.data) // 4:
        return exact.search(queries, k, allowed=None if count == len(exact.data) else allowed, threads=threads)
    kept = np.flatnonzero(allowed)
    data = Rows(exact.data.matrix[kept], exact.data.norms[kept], exact.data.metric)
    rows, scores = Exact.build(data).search(queries, k, threads=threads)
    return kept[rows], scores


def _extremes(state: State, queries: NDArray[np.float32], k: int, masks: tuple[Any, Any]) -> list[Found]:
    """Compare all rows in float64: for lengths that no kind's arithmetic would survive."""
    parts = []
    for block, mask in zip((state.base, state.tail), masks, strict=True):
        count = 0 if block is None else _count(mask, len(block))
        if block is None:
            continue
        if not count:
            parts.append((np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)))
            continue
        data = block.rows
        parts.append(nearest_rows(queries, data.matrix, min(k, count), data.metric, data.norms, allowed=mask))
    return parts


def _scored(queries: NDArray[np.float32], rows: NDArray[np.int64], data: Rows) -> Found:
    return rescore(queries, np.ascontiguousarray(rows), data, rows.shape[1])


def _shifted(rows: NDArray[np.int64], by: int) -> NDArray[np.int64]:
    return np.where(rows < 0, -1, rows + by)


def _refuse_nan(state: State, places: NDArray[np.int64], scores: NDArray[np.float32]) -> None:
    bad = places[np.isnan(scores) & (places >= 0)]
    if len(bad):
        name = state.names[int(state.rows_at(bad[:1])[0])]
        raise BadInput(f"the vector of {name!r} holds NaN or infinity; the file of this index is damaged")
