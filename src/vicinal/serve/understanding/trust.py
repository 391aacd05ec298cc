"""How far to trust single points of a map: whom it kept beside them, whom it tore away, whom it made up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.index.kept import NeighbourRecall
from vicinal.maps import Map, PointTrust, Trust
from vicinal.randomness import generator
from vicinal.serve.answers import head
from vicinal.serve.drawing import drawing
from vicinal.serve.served import Served
from vicinal.serve.understanding.examples import example_names
from vicinal.similarity import pairwise

Rows = NDArray[np.int64]

_WORK = 4e10  # multiplications that the sample may cost
_LEAST, _MOST = 100, 5000  # points of a sample


def trust_answer(
    served: Served, which: str, names: list[str] | None = None, k: int = 10, *, sample: bool = False
) -> dict[str, Any]:
    """Compare the k neighbours of names with the k nearest on a map.

    Parameters
    ----------
    served : Served
    which : str
        A map of this space, as ``GET /spaces/{name}/map`` takes it.
    names : list of str, optional
        On the map; by default one that the space is likely to be looked at for.
    k : int
        Cut to what there is.
    sample : bool
        Also tell how much is kept of a sample of all points (all of them, up to 5,000).

    Returns
    -------
    dict
        ``points``, and with ``sample`` the rows of the map measured and the share kept of each. ``at`` is a row of the
        map, ``row`` one of the space, ``score`` the one by the metric of the space.

    Raises
    ------
    UnknownName
        For a map or a name that is not there.
    BadInput
        For a name that the map does not show, or a map of one point.

    Examples
    --------
    >>> from vicinal import Space
    >>> space = Space(["A", "B", "C", "D"], [[0, 1, 0], [0, 2, 0], [0, 4, 9], [9, 9, 0]], metric="euclidean")
    >>> answer = trust_answer(Served("letters", space), "pca", ["A"], k=1)
    >>> answer["points"][0]["true"][0]["name"], answer["points"][0]["share"]
    ('B', 1.0)
    """
    drawing(served, which)  # an unknown map leaves nothing behind
    trust, rows, back = served.once(("trust", which), lambda: _opened(served, which))
    drawn = trust.drawn
    asked = names if names is not None else [_first(served, back)]
    found = trust.of([_place(served, which, back, name) for name in asked], k)
    k = found.true.shape[1]
    answer: dict[str, Any] = {
        **head(served),
        "map": which,
        "method": drawn.method,
        "k": k,
        "n": len(drawn),
        "chance": k / (len(drawn) - 1),
        "points": [_point(served, rows, found, at) for at in range(len(asked))],
    }
    if sample:
        answer["sample"] = served.once(("trust sample", which, k), lambda: _sampled(trust, k))
    return answer


def _opened(served: Served, which: str) -> tuple[Trust, Rows, Rows]:
    """Make a map ready; also the row of the space of every point, and the point of every row (-1 where it has none)."""
    space, shown = served.space, drawing(served, which)
    rows = np.arange(len(space)) if shown.rows is None else shown.rows.astype(np.int64)
    names = space.names if shown.rows is None else space.names.take(rows)
    back = np.full(len(space), -1, np.int64)
    back[rows] = np.arange(len(rows))
    return Trust(space, Map(names, shown.coordinates, shown.method, fingerprint=space.fingerprint)), rows, back


def _first(served: Served, back: Rows) -> str:
    """Choose a name to begin with."""
    names = example_names(served, 20)
    shown = [name for name in names if back[served.space.names.row(name)] >= 0]
    return shown[0] if shown else served.space.names[int(np.argmax(back >= 0))]


def _place(served: Served, which: str, back: Rows, name: str) -> int:
    place = int(back[served.space.names.row(name)])
    if place < 0:
        raise BadInput(f"the map {which!r} does not show {name!r}; it shows {int((back >= 0).sum()):,} names")
    return place


def _point(served: Served, rows: Rows, found: PointTrust, at: int) -> dict[str, Any]:
    """One point: its true neighbours and those shown, each with whether it is the other too."""
    space, own = served.space, int(rows[found.rows[at]])

    def listed(places: Rows, missing: NDArray[np.bool_]) -> list[dict[str, Any]]:
        there = rows[places]
        scores = pairwise(space.matrix[own], space.matrix[there], space.metric)[0].tolist()
        parts = zip(places.tolist(), there.tolist(), scores, missing.tolist(), strict=True)
        return [{"name": space.names[r], "row": r, "at": p, "score": s, "both": not gone} for p, r, s, gone in parts]

    return {
        "name": space.names[own],
        "row": own,
        "at": int(found.rows[at]),
        "share": float(found.share[at]),
        "true": listed(found.true[at], found.lost[at]),
        "shown": listed(found.shown[at], found.false[at]),
    }


def _sampled(trust: Trust, k: int) -> dict[str, Any]:
    n = len(trust.drawn)
    count = min(n, _MOST, max(_LEAST, int(_WORK / (n * trust.space.dim))))
    chosen = np.arange(n) if count == n else np.sort(generator(0, 3).choice(n, count, replace=False))
    share = trust.of(chosen, k).share
    figure = NeighbourRecall.of(share, k)
    low, high = (figure.value, figure.value) if count == n else (figure.low, figure.high)
    return {"at": chosen.tolist(), "share": share.tolist(), "mean": figure.value, "low": low, "high": high}
