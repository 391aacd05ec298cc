"""Two spaces side by side: how far they agree, and which names moved.

Vectors of different fingerprints never meet here: sets of neighbours do, or vectors after one space was laid onto the
other by the orthogonal map of the names that both hold, and the answer says so.
"""

from __future__ import annotations

import json
from math import isnan
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from vicinal.align import Dictionary, Linked
from vicinal.errors import BadOption
from vicinal.evaluate import Comparison, Figure
from vicinal.evaluate.comparing import MOST, Laid
from vicinal.lengths import BLOCK_ROWS, unit_rows_wide
from vicinal.maps import components
from vicinal.maps.pca import vectors_of
from vicinal.randomness import generator
from vicinal.serve.served import Served
from vicinal.space import Space
from vicinal.store.container import container_bytes

By = str | Dictionary
_FITTED = 20_000  # rows that the axes are fitted on
_LINKS_KEPT = 6  # ways of linking two spaces of which the measures are kept


class Pair(Comparison):
    """Two spaces, linked in one way, and what was worked out of them once.

    Examples
    --------
    >>> a = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
    >>> Pair(a, a.unit()).link.shared
    3
    """

    def frame(self, dim: int, about: dict[str, str]) -> bytes:
        """Pack both spaces in one frame of axes, see `frame_bytes`."""
        found: bytes = self._once(f"frame {dim}", lambda: _frame(self.a, self.b, self.laid, dim, about))
        return found


def pair_of(a: Served, b: Served, by: By = "names") -> Pair:
    """Return the pair of two served spaces; it is forgotten with either of them, and the oldest of many links.

    Examples
    --------
    >>> a = Served("a", Space(["A", "B"], [[1, 0], [0, 1]]))
    >>> pair_of(a, a) is pair_of(a, a)
    True
    """
    pairs = a.once("compared", WeakKeyDictionary)
    with a.once("comparing", Lock):
        kept: dict[By, Pair] = pairs.setdefault(b, {})
        if by not in kept:
            kept[by] = Pair(a.space, b.space, by)
            for oldest in list(kept)[:-_LINKS_KEPT]:
                del kept[oldest]
        return kept[by]


def compare(a: Served, b: Served, k: int = 10, by: By = "names") -> dict[str, Any]:
    """Say how far two spaces agree, and how far each name moved.

    Parameters
    ----------
    a, b : Served
    k : int
        Neighbours compared, 1 to 50.
    by : "names", "nearest" or Dictionary
        What belongs together, see `vicinal.evaluate.Comparison`.

    Returns
    -------
    dict
        JSON-ready. ``overlap`` is the mean share of k nearest neighbours that are the same, over the ``measured``
        names, the neighbours being looked for ``among`` the linked names. Its 95 % interval (normal) is over names:
        what other names of the kind would give, not what another training would. ``words`` holds one list a column,
        a row a measured name.

    Raises
    ------
    BadOption, BadInput
        For ``k`` or ``by`` out of range, or spaces that cannot be linked so.

    Examples
    --------
    >>> a = Space(["A", "B", "C", "D"], [[3, 30], [15, 4], [3, 27], [9, 1]])
    >>> compare(Served("a", a), Served("b", a.unit()), 1)["overlap"]["value"]
    1.0
    """
    check_neighbors(k)
    pair = pair_of(a, b, by)
    linked, measured, laid = pair.link, pair.measured, pair.laid
    among = linked.rows.shape[1]
    overlaps = measured.overlaps(k) if k < among - 1 else None
    return {
        "a": _named(a), "b": _named(b), "k": k, "link": said_link(by),
        "shared": linked.shared, "only_a": len(a.space) - linked.shared, "only_b": len(b.space) - linked.shared,
        "measured": len(measured.near_a), "among": among, "order": linked.order,
        "dictionary": None if linked.dictionary is None else said_linked(linked.dictionary),
        "overlap": _overall(pair.overlap(k), k, among),
        "similarity": pair.similarity,
        "laid": {
            "by": laid.by, "why": laid.why, "names": laid.names,
            "cosine": finite(laid.cosine), "held_out": finite(laid.held_out), "found": finite(laid.found),
        },
        "words": _words(pair, overlaps),
    }  # fmt: skip


def links_bytes(a: Served, b: Served, by: By = "names") -> bytes:
    """Pack for every row the row of the other space that it belongs to: ``to_b`` (n_a,) and ``to_a`` (n_b,), -1: none.

    Examples
    --------
    >>> a = Served("a", Space(["A", "B"], [[1, 0], [0, 1]]))
    >>> b"to_b" in links_bytes(a, a)
    True
    """
    found = pair_of(a, b, by).link
    return container_bytes({"to_b": found.to_b, "to_a": found.to_a}, _prints(a, b))


def frame_bytes(a: Served, b: Served, dim: int = 2, by: By = "names") -> bytes:
    """Pack both spaces in one frame of axes: the principal components of a, with b laid on a.

    Returns
    -------
    bytes
        Safetensors: ``a`` (n_a, dim) and ``b`` (n_b, dim) float32.

    Raises
    ------
    BadOption
        If ``dim`` is not 2 or 3, or b cannot be laid on a.

    Examples
    --------
    >>> a = Served("a", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))
    >>> len(frame_bytes(a, a)) > 48
    True
    """
    if dim not in (2, 3):
        raise BadOption(f"a frame has 2 or 3 axes, got {dim}")
    pair = pair_of(a, b, by)
    if not pair.laid.by:
        raise BadOption(f"{b.name} cannot be laid on {a.name}: {pair.laid.why}")
    return pair.frame(dim, {**_prints(a, b), "by": pair.laid.by})


def said_link(by: By) -> str:
    """Say a link as requests do.

    Examples
    --------
    >>> said_link("names"), said_link(Dictionary("en-fr", (("sea", "mer"),)))
    ('names', 'pairs:en-fr')
    """
    return f"pairs:{by.name}" if isinstance(by, Dictionary) else by


def said_linked(found: Linked) -> dict[str, Any]:
    """Say how much of a dictionary two spaces know; ``linked`` pairs are left when no name may come twice.

    Examples
    --------
    >>> space = Space(["sea"], [[1.0, 0.0]])
    >>> said_linked(Dictionary("en-en", (("sea", "sea"), ("sea", "ocean"))).link(space, space))["known"]
    1
    """
    return {
        "name": found.name, "pairs": found.pairs, "known": found.known, "linked": found.rows.shape[1],
        "turned": found.turned, "examples": list(found.examples),
    }  # fmt: skip


def check_neighbors(k: int) -> None:
    """Refuse a count out of range.

    Examples
    --------
    >>> check_neighbors(10)
    """
    if not 1 <= k <= MOST:
        raise BadOption(f"k must be from 1 to {MOST} where spaces are compared, got {k:,}")


def _named(served: Served) -> dict[str, Any]:
    space = served.space
    said = {"space": served.name, "fingerprint": space.fingerprint, "n": len(space), "dim": space.dim}
    return {**said, "metric": space.metric, "encoder": space.origin.encoder}


def _overall(figure: Figure, k: int, among: int) -> dict[str, Any]:
    if isnan(figure.value):
        return {"value": None, "low": None, "high": None, "chance": None, "note": figure.note}
    return {"value": figure.value, "low": figure.low, "high": figure.high, "chance": k / (among - 1), "note": ""}


def _words(pair: Pair, overlaps: NDArray[np.float64] | None) -> dict[str, Any]:
    """Columns of the table of names."""
    m = len(pair.measured.near_a)
    left, right = pair.link.rows[:, :m]
    moved = pair.moved
    columns: dict[str, Any] = {
        "name": list(pair.a.names.take(left)), "row_a": left.tolist(), "row_b": right.tolist(),
        "overlap": None if overlaps is None else overlaps.round(4).tolist(),
        "moved": None if moved is None else moved.round(5).tolist(),
    }  # fmt: skip
    if pair.by != "names":
        columns["name_b"] = list(pair.b.names.take(right))
    for key, space, rows in (("count", pair.a, left), ("count_b", pair.b, right)):
        counts = space.columns.get("count")
        if counts is not None and counts.dtype.kind in "iuf":
            columns[key] = [finite(x) for x in counts[rows].tolist()]
    return columns


def _frame(a: Space, b: Space, laid: Laid, dim: int, about: dict[str, str]) -> bytes:
    n, found = len(a), min(dim, *a.matrix.shape)
    sample = np.arange(n) if n <= _FITTED else np.sort(generator(0).choice(n, _FITTED, replace=False))
    mean, axes, shares = components(vectors_of(a, sample), found)

    def places(space: Space, laid: Laid) -> NDArray[np.float32]:
        out = np.zeros((len(space), dim), np.float32)  # axes that a narrower space lacks are 0
        for start in range(0, len(space), BLOCK_ROWS):
            block = laid.vectors(space.matrix[start : start + BLOCK_ROWS])
            block = unit_rows_wide(block) if a.metric == "cosine" else block
            out[start : start + len(block), :found] = ((block - mean) @ axes.T).clip(-1e38, 1e38)
        return out

    tensors = {"a": places(a, Laid("same coordinates")), "b": places(b, laid)}
    return container_bytes(tensors, {**about, "axis_shares": json.dumps(shares.tolist())})


def _prints(a: Served, b: Served) -> dict[str, str]:
    return {"a": a.space.fingerprint, "b": b.space.fingerprint}


def finite(value: float) -> float | int | None:
    """Return a number that JSON can say, or None.

    Examples
    --------
    >>> finite(0.5), finite(float("inf"))
    (0.5, None)
    """
    return value if np.isfinite(value) else None
