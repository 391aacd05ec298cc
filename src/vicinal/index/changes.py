"""From one state of an index to the next: rows added, rows removed, the tail merged, the recall kept.

Every function leaves the state it is given as it was, so that a change that fails part way has changed nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from vicinal.errors import BadInput
from vicinal.frozen import joined_columns
from vicinal.index.block import Block, joined
from vicinal.index.recall import Recall, lower_bound
from vicinal.index.state import State
from vicinal.names import Names

_LEAST_TAIL = 1000  # rows that are always cheap to compare one by one
_TAIL = 20  # a tail of this part of the base is merged into it
_REMOVED = 5  # and where this part was removed, all is built anew


def with_block(state: State, new: Block) -> State:
    """Add rows to the tail, or merge the tail if it has grown long.

    Raises
    ------
    BadInput
        If a name is there already, or a column is text here and numbers there.
    """
    there = [new.names[int(row)] for row in np.flatnonzero(state.names.rows(new.names) >= 0)[:3]]
    if there:
        raise BadInput(f"{', '.join(map(repr, there))}: in this index already; remove such names first")
    base, tail = _sharing_columns(state, new)
    after = replace(state, base=base, tail=tail)
    if state.check is not None:
        start = len(base) + len(tail) - len(new)
        after = replace(after, check=state.check.with_rows(new.rows, start, len(state)).completed(after))
    return merge(after) if len(tail) > max(_LEAST_TAIL, len(base) // _TAIL) else hold_recall(after)


def without_names(state: State, names: Sequence[str]) -> State:
    """Remove rows by name; where many are gone, build anew from what is left.

    Raises
    ------
    UnknownName
    """
    rows = np.unique(state.names.rows(names))
    if not len(rows):
        return state
    if rows[0] < 0:
        state.names.row(next(name for name in names if name not in state.names))
    places, n = state.places[rows], len(state.base)
    alive = np.ones(n, bool) if state.alive is None else state.alive.copy()
    alive[places[places < n]] = False
    new = np.arange(n + (0 if state.tail is None else len(state.tail)))
    tail = state.tail
    if tail is not None and (places >= n).any():
        stays = np.ones(len(tail), bool)
        stays[places[places >= n] - n] = False
        tail = tail.take(np.flatnonzero(stays)) if stays.any() else None
        new[n:][stays] = np.arange(n, n + int(stays.sum()))
    new[places] = -1
    after = replace(state, alive=None if alive.all() else alive, tail=tail)
    check = None if state.check is None else state.check.moved(new)
    after = replace(after, check=check)
    if len(after) and int(np.count_nonzero(~alive)) > n // _REMOVED:
        return compact(after)
    if check is None or not len(after):
        return after
    return hold_recall(_searched(replace(after, check=check.completed(after))))


def merge(state: State) -> State:
    """Take the tail into the kind; places stay the same."""
    if state.tail is None:
        return state
    if state.left is not None and len(state.base) - len(state.left) > len(state.base) // _REMOVED:
        return compact(state)
    names = Names([*_free_of(state, set(state.tail.names)), *state.tail.names])
    base = joined(state.base, state.tail, names, joined_columns(state.base.columns, state.tail.columns))
    alive = None if state.alive is None else np.concatenate([state.alive, np.ones(len(state.tail), bool)])
    order = None if state.order is None else np.concatenate([state.order, np.arange(len(state.base), len(base))])
    after = replace(state, base=base, kind=state.kind.extend(base.rows), order=order, alive=alive, tail=None)
    return hold_recall(_searched(after))


def compact(state: State) -> State:
    """Leave removed rows out for good: the kind is built anew, with the same options."""
    after = _rebuilt(state)
    return hold_recall(_searched(after))


def hold_recall(state: State) -> State:
    """Note the recall of a state; where it is too low, search more thoroughly, build anew, or compare all rows.

    Each setting behind the one in force is measured on the same queries. The first is taken whose lower bound
    reaches what was asked for; failing that, the first whose mean does.
    """
    if state.check is None or not len(state):
        return state
    if state.check.recall >= state.check.target:
        return replace(state, recall=state.check.recall)
    better = _more_thorough(state)
    if better is None and (state.tail is not None or state.alive is not None):
        rebuilt = _searched(_rebuilt(state))
        reached = rebuilt.check is not None and rebuilt.check.recall >= state.check.target
        better = replace(rebuilt, recall=rebuilt.check.recall) if reached and rebuilt.check else _more_thorough(rebuilt)
    return _exactly(state) if better is None else better


def _more_thorough(state: State) -> State | None:
    assert state.check is not None
    settings = [dict(setting) for setting in state.kind.settings(state.check.k)]
    if state.setting in settings:
        settings = settings[settings.index(state.setting) + 1 :]
    reached = None
    for setting in settings:
        check = state.check.searched(state, setting)
        after = replace(state, setting=setting, check=check, recall=check.recall)
        if lower_bound(check.values) >= check.target:
            return after
        if reached is None and check.recall >= check.target:
            reached = after
    return reached


def _exactly(state: State) -> State:
    """Give up the kind: all rows are compared."""
    assert state.check is not None
    recall = Recall(1.0, k=state.check.k, target=state.check.target)
    return replace(state, kind=state.exact, setting={}, check=None, recall=recall)


def _searched(state: State) -> State:
    return state if state.check is None else replace(state, check=state.check.searched(state))


def _rebuilt(state: State) -> State:
    """Build the kind anew over what is there: no removed rows, no tail."""
    left, tail = state.left, state.tail
    whole = state.base if left is None else state.base.take(left)
    if tail is not None:
        names = Names([*whole.names, *tail.names])
        whole = joined(whole, tail, names, joined_columns(whole.columns, tail.columns))
    kind = type(state.kind).build(whole.rows, seed=state.seed, **state.kind.options)
    after = replace(state, base=whole, kind=kind, order=None, alive=None, tail=None)
    if state.check is None:
        return after
    new = np.full(len(state.base) + (0 if tail is None else len(tail)), -1)
    new[state.places] = np.arange(len(state))
    return replace(after, check=state.check.moved(new))


def _sharing_columns(state: State, new: Block) -> tuple[Block, Block]:
    """Put new rows behind the tail; base and tail keep the columns that the new rows have too."""
    base, tail = state.base, state.tail
    none = {key: column[:0] for key, column in new.columns.items()}
    keys = joined_columns({key: column[:0] for key, column in base.columns.items()}, none)  # refuses text with numbers
    base = replace(base, columns={key: base.columns[key] for key in keys})
    new = replace(new, columns={key: new.columns[key] for key in keys})
    if tail is None:
        return base, new
    tail = replace(tail, columns={key: tail.columns[key] for key in keys})
    return base, joined(tail, new, Names([*tail.names, *new.names]), joined_columns(tail.columns, new.columns))


def _free_of(state: State, taken: set[str]) -> list[str]:
    """Names of the base, but other ones for removed rows whose name another row bears now: a name is there once."""
    names = list(state.base.names)
    if state.alive is None:
        return names
    used: set[str] | None = None
    for row in np.flatnonzero(~state.alive).tolist():
        if names[row] in taken:
            used = taken.union(names) if used is None else used
            names[row] = next(text for at in count() if (text := f"removed {row}.{at}") not in used)
            used.add(names[row])
    return names
