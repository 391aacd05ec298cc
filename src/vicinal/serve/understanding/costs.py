"""What the same neighbours cost: bytes of a vector against the neighbours that are still found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.index.kept import NeighbourRecall
from vicinal.randomness import generator
from vicinal.serve.answers import head
from vicinal.serve.served import Served
from vicinal.serve.understanding.examples import example_names
from vicinal.serve.understanding.ways import Way, ways_of
from vicinal.space import Space

_NUMBERS = 25_000_000  # of the rows that neighbours are sought among: 400,000 of 50 dimensions, 100 MB
_QUERIES = 200
MOST_NAMES = 20


@dataclass(frozen=True, eq=False)
class _Kept:
    """The ways of a space, and which of its rows they hold."""

    space: Space
    rows: NDArray[np.int64]
    ways: list[Way]
    left_out: list[dict[str, str]]

    def found(self, way: Way, asked: NDArray[np.int64], k: int) -> NDArray[np.int64]:
        """Rows of the space that are nearest to some of its rows, themselves left out, (m, k)."""
        near = self.rows[way.nearest(self.space.matrix[asked], min(k + 1, len(self.rows)), self.space.metric)]
        own_last = np.argsort(near == asked[:, None], axis=1, kind="stable")
        return np.take_along_axis(near, own_last, axis=1)[:, :k]


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
    if len(space) < 2:
        raise BadInput("the one name of this space has no neighbours")
    asked = names if names is not None else example_names(served, 1)
    if not 1 <= len(asked) <= MOST_NAMES:
        raise BadInput(f"neighbours are told of 1 to {MOST_NAMES} names at a time, got {len(asked):,}")
    rows = np.array([space.names.row(name) for name in asked], np.int64)
    kept: _Kept = served.once("ways", lambda: _keep(space))
    k = min(k, len(kept.rows) - 1)
    figures = served.once(("costs", k), lambda: _figures(kept, k))
    true = kept.found(kept.ways[0], rows, k)
    found = {way.key: kept.found(way, rows, k) for way in kept.ways}
    return {
        **head(served),
        "metric": space.metric,
        "n": len(space),
        "dim": space.dim,
        "k": k,
        "among": len(kept.rows),
        "queries": min(_QUERIES, len(kept.rows)),
        "ways": figures,
        "left_out": kept.left_out,
        "names": [
            _told(space, name, true[at], {key: near[at] for key, near in found.items()})
            for at, name in enumerate(asked)
        ],
    }


def _keep(space: Space) -> _Kept:
    most = max(1000, _NUMBERS // space.dim)
    if len(space) <= most:
        return _Kept(space, np.arange(len(space)), *ways_of(space))
    rows = np.sort(generator(0, 4).choice(len(space), most, replace=False))
    return _Kept(space, rows, *ways_of(space.take(rows)))


def _figures(kept: _Kept, k: int) -> list[dict[str, Any]]:
    chosen = np.sort(generator(0, 5).choice(len(kept.rows), min(_QUERIES, len(kept.rows)), replace=False))
    asked = kept.rows[chosen]
    true = kept.found(kept.ways[0], asked, k)
    records = []
    for way in kept.ways:
        near = kept.found(way, asked, k) if way is not kept.ways[0] else true
        shares = (true[:, :, None] == near[:, None, :]).any(axis=2).mean(axis=1)
        figure = NeighbourRecall.of(shares, k)
        low, high = (1.0, 1.0) if way is kept.ways[0] else (figure.low, figure.high)
        records.append({
            "key": way.key, "label": way.label, "family": way.family, "dim": way.dim, "bytes": way.bytes,
            "total": way.bytes * len(kept.space), "recall": figure.value, "low": low, "high": high,
        })  # fmt: skip
    return records


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
