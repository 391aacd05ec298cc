"""A state of an index as arrays and text, and back again with every array checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadOption
from vicinal.index.block import Block
from vicinal.index.checking import Best, Check
from vicinal.index.kinds import find_kind
from vicinal.index.recall import Recall, Trial
from vicinal.index.rows import Rows
from vicinal.index.state import State
from vicinal.lengths import raw_norms
from vicinal.origin import Origin
from vicinal.similarity import METRICS
from vicinal.store.container import Container
from vicinal.store.parts import columns_arrays, is_permutation, names_arrays, read_columns, read_names

VERSION = 1
_TAIL, _KIND, _CHECK = "tail.", "kind.", "check."


def arrays_of(state: State) -> dict[str, NDArray]:
    """Collect what a file holds, wide numbers first, so that every array lies where its type wants it."""
    arrays: dict[str, NDArray] = {"vectors": state.base.rows.matrix, "norms": state.base.rows.norms}
    arrays |= names_arrays(state.base.names) | columns_arrays(state.base.columns)[0]
    if state.order is not None:
        arrays["order"] = state.order
    if state.alive is not None:
        arrays["alive"] = state.alive
    if state.tail is not None:
        arrays |= {f"{_TAIL}vectors": state.tail.rows.matrix, f"{_TAIL}norms": state.tail.rows.norms}
        arrays |= names_arrays(state.tail.names, _TAIL) | columns_arrays(state.tail.columns, _TAIL)[0]
    arrays |= {_KIND + key: np.asarray(array) for key, array in state.kind.arrays().items()}
    if state.check is not None:
        check = state.check
        arrays |= {_CHECK + key: getattr(check, key) for key in ("queries", "own", "lost")}
        for key, best in (("truth", check.truth), ("found", check.found)):
            arrays |= {f"{_CHECK}{key}": best.places, f"{_CHECK}{key}_scores": best.scores}
    wide = {key: array for key, array in arrays.items() if array.dtype.itemsize == 8}
    narrow = sorted(arrays.items(), key=lambda item: -item[1].dtype.itemsize)
    return {**wide, "vectors": arrays["vectors"], **dict(narrow)}


def record_of(state: State, trials: Iterable[Trial]) -> dict[str, str]:
    """Write all that is not an array, as the metadata of a file."""
    index = {
        "kind": state.kind.name,
        "options": state.kind.options,
        "setting": state.setting,
        "recall": state.recall.as_dict(),
        "seed": state.seed,
        "trials": [trial.as_dict() for trial in trials],
    }
    return {
        "format": f"vicinal.index/{VERSION}",
        "metric": state.metric,
        "origin": state.origin.to_json(),
        "columns": columns_arrays({key: column[:0] for key, column in state.base.columns.items()})[1],
        "index": json.dumps(index, sort_keys=True, ensure_ascii=False, default=_plain),
    }


def state_of(file: Container) -> State:
    """Make a state of an opened file; its arrays stay mapped.

    Raises
    ------
    BadFormat
    """
    metric = file.metadata.get("metric", "")
    if metric not in METRICS:
        raise BadFormat(f"{file.path}: the metric must be one of {', '.join(METRICS)}, got {metric!r}")
    record = _index_record(file)
    try:
        origin = Origin.from_json(file.metadata.get("origin", ""))
        base = _block(file, metric, "")
        tail = _block(file, metric, _TAIL) if f"{_TAIL}vectors" in file.tensors else None
        if tail is not None and tail.rows.dim != base.rows.dim:
            raise BadFormat("the rows added have other dimensions than the rest")
        if tail is not None and not np.isfinite(raw_norms(tail.rows.matrix)).all():
            raise BadFormat("the rows added hold NaN or infinity")
        stored = {key[len(_KIND) :]: file.array(key) for key in file.tensors if key.startswith(_KIND)}
        kind = find_kind(record["kind"]).restore(base.rows, stored, record["options"])
        alive = _alive(file, len(base)) if "alive" in file.tensors else None
        order = _order(file, len(base)) if "order" in file.tensors else None
    except BadFormat as error:
        raise BadFormat(str(error) if file.path in str(error) else f"{file.path}: {error}") from None
    except BadOption as error:
        raise BadFormat(f"{file.path}: {error}; upgrade vicinal, or build the index again from its space") from None
    recall = Recall(**record["recall"])
    state = State(base, kind, record["setting"], origin, recall, order, alive, tail, None, record["seed"])
    _check_names(file, state)
    return replace(state, check=_check(file, state)) if f"{_CHECK}queries" in file.tensors else state


def trials_of(file: Container) -> list[Trial]:
    """Read what was tried.

    Raises
    ------
    BadFormat
    """
    try:
        return [Trial.from_dict(entry) for entry in _index_record(file)["trials"]]
    except (TypeError, AttributeError):
        raise BadFormat(f"{file.path}: the list of what was tried is malformed") from None


_TYPES: Mapping[str, Any] = {"kind": str, "options": dict, "setting": dict, "recall": dict, "seed": int, "trials": list}
_RECALL: Mapping[str, Any] = {
    "value": int | float, "low": int | float, "high": int | float, "k": int, "queries": int, "target": int | float,
}  # fmt: skip


def _index_record(file: Container) -> dict[str, Any]:
    try:
        record = json.loads(file.metadata["index"])
        _check_types(record, _TYPES)
        _check_types(record["recall"], _RECALL)
        if record["seed"] < 0 or record["recall"]["k"] < 1 or record["recall"]["queries"] < 0:
            raise ValueError("a figure is out of range")
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise BadFormat(f"{file.path}: the record of the index is malformed ({error})") from None
    return record


def _check_types(record: Any, types: Mapping[str, Any]) -> None:
    if not isinstance(record, dict) or set(record) != set(types):
        raise ValueError("unexpected keys")
    for key, value in record.items():
        if not isinstance(value, types[key]) or isinstance(value, bool):
            raise ValueError(f"{key} is {value!r}"[:200])


def _block(file: Container, metric: str, prefix: str) -> Block:
    vectors, norms = file.array(f"{prefix}vectors"), file.array(f"{prefix}norms")
    if vectors.ndim != 2 or vectors.shape[1] == 0 or vectors.dtype not in (np.float32, np.float16) or not len(vectors):
        raise BadFormat(f"{prefix}vectors must be F32 or F16 of shape (n, dim), got {vectors.shape}")
    if norms.dtype != np.float32 or norms.shape != (len(vectors),) or not (norms >= 0).all() or np.isinf(norms).any():
        raise BadFormat(f"{prefix}norms must be {len(vectors):,} F32, finite and of 0 or more")
    names, columns = read_names(file, len(vectors), prefix), read_columns(file, len(vectors), prefix)
    return Block(Rows(vectors, norms, metric), names, columns)


def _alive(file: Container, n: int) -> NDArray[np.bool_]:
    alive = file.array("alive")
    if alive.dtype != np.bool_ or alive.shape != (n,) or (alive.view(np.uint8) > 1).any():
        raise BadFormat(f"alive must be {n:,} BOOL")
    return alive


def _order(file: Container, n: int) -> NDArray[np.int64]:
    order = file.array("order")
    if order.dtype != np.int64 or order.shape != (n,) or not is_permutation(order):
        raise BadFormat(f"order must hold every place from 0 to {n - 1:,} once")
    return order


def _check_names(file: Container, state: State) -> None:
    """Refuse a name that is among the rows added and among those left of the others."""
    if state.tail is not None:
        rows = state.base.names.rows(state.tail.names)
        alive = rows >= 0 if state.alive is None else (rows >= 0) & state.alive[rows]
        if alive.any():
            name = state.tail.names[int(np.flatnonzero(alive)[0])]
            raise BadFormat(f"{file.path}: the name {name!r} is there twice")


def _check(file: Container, state: State) -> Check:
    parts = {key: file.array(_CHECK + key) for key in ("queries", "own", "lost")}
    m, dim = len(parts["queries"]), state.base.rows.dim
    types = {"queries": (np.float32, (m, dim)), "own": (np.int64, (m,)), "lost": (np.float32, (m,))}
    k, target = state.recall.k, state.recall.target
    bests = {}
    for key, least in (("truth", k), ("found", k)):
        places, scores = file.array(_CHECK + key), file.array(f"{_CHECK}{key}_scores")
        width = places.shape[1] if places.ndim == 2 else 0
        parts |= {key: places, f"{key}_scores": scores}
        types |= {key: (np.int64, (m, max(width, least))), f"{key}_scores": (np.float32, (m, max(width, least)))}
        bests[key] = Best(places, scores)
    n = len(state.base) + (0 if state.tail is None else len(state.tail))
    for key, (kind, shape) in types.items():
        array = parts[key]
        placed = array.dtype != np.int64 or ((array >= -1).all() and (array < n).all())
        if not m or array.dtype != kind or array.shape != shape or not placed:
            raise BadFormat(f"{file.path}: {_CHECK}{key} does not fit the index")
    if not np.isfinite(parts["queries"]).all() or not np.isfinite(parts["lost"]).all():
        raise BadFormat(f"{file.path}: {_CHECK}queries hold NaN or infinity")
    return Check(parts["queries"], parts["own"], parts["lost"], k, target, bests["truth"], bests["found"])


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is a {type(value).__name__}")
