"""Which rows of two spaces stand for the same thing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vicinal.align import Dictionary, Linked, mutual_nearest
from vicinal.errors import BadInput, BadOption
from vicinal.space import Space

LINKS = ("names", "nearest")
_POOL = 20_000  # rows among which neighbours are looked for
_TRANSLATED = 8_000  # rows of each side among which pairs are looked for


@dataclass(frozen=True, eq=False)
class Link:
    """Rows that belong together.

    Attributes
    ----------
    to_b : (n_a,) int32
        For every row of a the row of b that it belongs to, -1 for none.
    to_a : (n_b,) int32
        The same from the other side.
    shared : int
        How many belong to another.
    rows : (2, p) int64
        Those whose neighbours can be compared: rows of a and of b, the first in importance first.
    order : str
        What importance is, in words.
    dictionary : Linked or None
        How much of it the spaces know, where they are linked by one.

    Examples
    --------
    >>> a, b = Space(["A", "B"], [[1, 0], [0, 1]]), Space(["B", "C"], [[1, 0], [0, 1]])
    >>> link(a, b, "names").to_b.tolist()
    [-1, 0]
    """

    to_b: NDArray[np.int32]
    to_a: NDArray[np.int32]
    shared: int
    rows: NDArray[np.int64]
    order: str
    dictionary: Linked | None = None


def link(a: Space, b: Space, by: str | Dictionary = "names") -> Link:
    """Find out which rows belong together.

    Parameters
    ----------
    a, b : Space
    by : "names", "nearest" or Dictionary
        Rows of the same name; rows that are each other's nearest by CSLS among the most important ones, which takes
        two spaces in the same coordinates: two languages, one of them laid onto the other; or what a dictionary says,
        each name in the first of its pairs whose other name is still free.

    Raises
    ------
    BadOption
        For another ``by``.
    BadInput
        If spaces of different fingerprints are to be linked by what is nearest.

    Examples
    --------
    >>> a = Space(["A", "B"], [[1, 0], [0, 1]])
    >>> b = Space(["x", "y"], [[0, 1], [1, 0]], origin=a.origin)
    >>> link(a, b, "names").shared, link(a, b, "nearest").to_b.tolist()
    (0, [1, 0])
    """
    order_a, said = by_importance(a)
    linked = None
    if isinstance(by, Dictionary):
        linked = by.link(a, b)
        rows = linked.rows[:, np.argsort(np.argsort(order_a)[linked.rows[0]])]
    elif by not in LINKS:
        raise BadOption(f"link must be one of {', '.join(LINKS)}, got {by!r}")
    elif by == "nearest":
        order_b, _ = by_importance(b)
        rows = _mutual(a, b, order_a, order_b)
    else:
        found = b.names.rows(a.names)
        rows = np.stack([order_a, found[order_a]])
        rows = rows[:, rows[1] >= 0]
    to_b, to_a = np.full(len(a), -1, np.int32), np.full(len(b), -1, np.int32)
    to_b[rows[0]], to_a[rows[1]] = rows[1], rows[0]
    compared = rows[:, usable(a, rows[0]) & usable(b, rows[1])][:, :_POOL]
    return Link(to_b, to_a, rows.shape[1], compared, said, linked)


def by_importance(space: Space) -> tuple[NDArray[np.int64], str]:
    """Order rows: the largest number in the column ``count`` first, without one as they are.

    Examples
    --------
    >>> by_importance(Space(["A", "B"], [[1, 0], [0, 1]], columns={"count": [3, 5]}))[0].tolist()
    [1, 0]
    """
    counts = space.columns.get("count")
    if counts is None or counts.dtype.kind not in "iuf":
        return np.arange(len(space)), "first in the file"
    return np.argsort(-counts.astype(np.float64), kind="stable"), "most frequent"


def usable(space: Space, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows have neighbours: a zero row is similar to nothing, unless distances are measured."""
    if space.metric == "euclidean":
        return np.ones(len(rows), np.bool_)
    wanted: NDArray[np.bool_] = space.norms[rows] > 0
    return wanted


def _mutual(a: Space, b: Space, order_a: NDArray[np.int64], order_b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows that are each other's nearest, (2, p), in the order of a."""
    if a.fingerprint != b.fingerprint:
        raise BadInput(
            f"vectors of {a.fingerprint} and {b.fingerprint} are not in the same coordinates, so none of one is "
            "nearest to one of the other; lay one space onto the other first (vicinal.align), or link them by name"
        )
    order_a = order_a[a.norms[order_a] > 0][:_TRANSLATED]
    order_b = order_b[b.norms[order_b] > 0][:_TRANSLATED]
    if not len(order_a) or not len(order_b):
        return np.empty((2, 0), np.int64)
    left, right, _ = mutual_nearest(a.matrix[order_a], b.matrix[order_b])
    return np.stack([order_a[left], order_b[right]])
