"""What the same neighbours cost: bytes of a vector against the neighbours that are still found."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.index.costs import FormCost, FormCosts, SmallForms
from vicinal.serve.answers import head
from vicinal.serve.served import Served
from vicinal.serve.understanding.examples import example_names
from vicinal.space import Space

MOST_NAMES = 20


def costs_answer(served: Served, names: list[str] | None = None, k: int = 10) -> dict[str, Any]:
    """Find the k nearest with vectors kept in fewer bytes, and count who is still found.

    The share is the mean of 200 drawn rows, the same for all ways. Neighbours are sought among all rows, or, of a very
    large space, among a drawn sample of them; ``among`` says how many.

    Parameters
    ----------
    served : Served
    names : list of str, optional
        Up to 20 whose neighbours are told by name; by default one.
    k : int

    Returns
    -------
    dict
        ``ways``: label, dimensions, ``bytes`` of a vector, ``total`` of all vectors, ``recall`` with the interval
        ``low`` to ``high``. ``names``: the true neighbours of each, and those found in every way.

    Raises
    ------
    UnknownName
    BadInput
        For a space of one name, or more than 20 names asked for.

    Examples
    --------
    >>> space = Space([f"n{i}" for i in range(60)], np.random.default_rng(0).standard_normal((60, 16)))
    >>> answer = costs_answer(Served("noise", space), ["n3"], k=3)
    >>> [(way["key"], way["bytes"]) for way in answer["ways"]][2], answer["ways"][0]["recall"]
    (('int8', 20.0), 1.0)
    """
    space = served.space
    asked = names if names is not None else example_names(served, 1)
    if not 1 <= len(asked) <= MOST_NAMES:
        raise BadInput(f"neighbours are told of 1 to {MOST_NAMES} names at a time, got {len(asked):,}")
    rows = np.array([space.names.row(name) for name in asked], np.int64)
    kept: SmallForms = served.once("ways", lambda: SmallForms.of(space))
    k = min(k, len(kept.rows) - 1)
    figures: FormCosts = served.once(("costs", k), lambda: kept.costs(k))
    true = kept.found(kept.ways[0], rows, k)
    found = {way.key: kept.found(way, rows, k) for way in kept.ways}
    return {
        **head(served),
        "metric": space.metric,
        "n": len(space),
        "dim": space.dim,
        "k": k,
        "among": len(kept.rows),
        "queries": figures.costs[0].recall.queries,
        "ways": [_record(cost, len(space)) for cost in figures],
        "left_out": kept.left_out,
        "names": [
            _told(space, name, true[at], {key: near[at] for key, near in found.items()})
            for at, name in enumerate(asked)
        ],
    }


def _record(cost: FormCost, n: int) -> dict[str, Any]:
    way, recall = cost.way, cost.recall
    return {
        "key": way.key, "label": way.label, "family": way.family, "dim": way.dim, "bytes": way.bytes,
        "total": way.bytes * n, "recall": recall.value, "low": recall.low, "high": recall.high,
    }  # fmt: skip


def _told(space: Space, name: str, true: NDArray[np.int64], found: dict[str, NDArray[np.int64]]) -> dict[str, Any]:
    def listed(rows: NDArray[np.int64]) -> list[dict[str, Any]]:
        return [{"name": space.names[row], "row": row} for row in rows.tolist()]

    ways = {
        key: {
            "found": listed(near),
            "kept": np.isin(true, near).tolist(),
            "gained": listed(near[~np.isin(near, true)]),
        }
        for key, near in found.items()
    }
    return {"name": name, "row": int(space.names.row(name)), "true": listed(true), "ways": ways}
