"""What is measured of two spaces: who is near whom in each, and how far one lies from the other."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from vicinal.align import orthogonal_map
from vicinal.evaluate._ranks import spearman
from vicinal.evaluate.linking import Link
from vicinal.evaluate.neighbors import neighbors_among, shares_in_common
from vicinal.lengths import unit_rows_wide
from vicinal.randomness import generator
from vicinal.space import Space

MOST = 50  # neighbours kept of each name
_MEASURED = 4_000  # names of which neighbours are looked for
_WORK = 5e10  # products a space may take
_PAIRS = 10_000  # pairs whose similarity is correlated
_FOUND = 1_000  # names whose own vector is looked for
_WIDEST = 1024  # dims; the singular values of a wider square matrix take too long to wait for


@dataclass(frozen=True, eq=False)
class Laid:
    """How one space comes into the coordinates of another.

    Attributes
    ----------
    by : str
        "same coordinates", "procrustes", or "" where it cannot be done.
    why : str
        Why it cannot be done.
    turn : (dim, dim) float64 or None
        Applied to b from the right; None for no turn.
    names : int
        Names it was learned from.
    cosine, held_out : float
        Mean cosine of a name's two vectors: of the names it was learned from, and of each half of them under the map
        that the other half gives. NaN where there are too few.
    found : float
        Share of the names, up to 1,000 and held out where a map was learned, whose vector of b lies nearest to its own
        of a among those of all linked names (by cosine). NaN where there are too few.
    """

    by: str
    why: str = ""
    turn: NDArray[np.float64] | None = None
    names: int = 0
    cosine: float = nan
    held_out: float = nan
    found: float = nan

    def vectors(self, b: NDArray) -> NDArray[np.float64]:
        """Bring vectors of b into the coordinates of a, (n, dim) float64."""
        wide = np.asarray(b, np.float64)
        return wide if self.turn is None else wide @ self.turn

    def back(self, a: NDArray) -> NDArray[np.float64]:
        """Bring vectors of a into the coordinates of b."""
        wide = np.asarray(a, np.float64)
        return wide if self.turn is None else wide @ self.turn.T


def lay(a: Space, b: Space, link: Link) -> Laid:
    """Find how b comes to lie on a: as it is, or by the orthogonal map of the linked names.

    Examples
    --------
    >>> from vicinal.evaluate.linking import link
    >>> a = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
    >>> turned = Space(a.names, a.matrix @ np.float32([[0, 1], [-1, 0]]))
    >>> laid = lay(a, turned, link(a, turned))
    >>> laid.by, round(laid.cosine, 6)
    ('procrustes', 1.0)
    """
    left, right = link.rows
    if a.fingerprint == b.fingerprint and a.dim == b.dim:
        x, y = unit_rows_wide(b.matrix[right]), unit_rows_wide(a.matrix[left])
        return Laid("same coordinates", names=len(left), cosine=_mean(x, y), found=_found(x, y))
    if a.dim != b.dim:
        return Laid("", f"{a.dim} and {b.dim} dimensions cannot be laid onto each other by turning")
    if a.dim > _WIDEST:
        return Laid("", f"{a.dim:,} dimensions are more than {_WIDEST:,}: laying them takes too long")
    left, right = link.rows[:, (a.norms[left] > 0) & (b.norms[right] > 0)]
    if len(left) < a.dim:
        return Laid("", f"{len(left):,} linked names do not settle a map of {a.dim} dimensions; {a.dim} are needed")
    x, y = unit_rows_wide(b.matrix[right]), unit_rows_wide(a.matrix[left])
    turn = orthogonal_map(x, y)  # what `Procrustes` learns from these pairs, whose rows are known here
    held_out = found = nan
    if len(left) >= 2 * a.dim:
        moved = np.empty_like(x)
        for i in (0, 1):  # every second name, so that frequent and rare ones are in both halves
            moved[i::2] = x[i::2] @ orthogonal_map(x[1 - i :: 2], y[1 - i :: 2])
        held_out, found = _mean(moved, y), _found(moved, y)
    return Laid("procrustes", "", turn, len(left), _mean(x @ turn, y), held_out, found)


@dataclass(frozen=True, eq=False)
class Measured:
    """Neighbours of the same things in two spaces.

    Attributes
    ----------
    near_a, near_b : (m, j) int64
        The j nearest of the first m linked rows, among all linked ones, as positions in ``link.rows``; j is up to
        `MOST`. Nearest first.
    """

    near_a: NDArray[np.int64]
    near_b: NDArray[np.int64]

    def overlaps(self, k: int) -> NDArray[np.float64]:
        """Share of the k nearest that are the same in both, (m,), 0 to 1."""
        return shares_in_common(self.near_a[:, :k], self.near_b[:, :k])


def measure(a: Space, b: Space, link: Link) -> Measured:
    """Find the neighbours of the most important names.

    Examples
    --------
    >>> from vicinal.evaluate.linking import link
    >>> a = Space(["A", "B", "C", "D"], [[3, 30], [15, 4], [3, 27], [9, 1]])
    >>> measure(a, a.unit(), link(a, a.unit())).overlaps(1).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    left, right = link.rows
    m = int(min(len(left), _MEASURED, max(200, _WORK // max(len(left) * max(a.dim, b.dim), 1))))
    j = min(MOST, len(left) - 1)
    if j < 1:
        return Measured(np.empty((0, 0), np.int64), np.empty((0, 0), np.int64))
    drawn = np.arange(m)
    return Measured(neighbors_among(a, left, drawn, j), neighbors_among(b, right, drawn, j))


def correlate(a: Space, b: Space, link: Link) -> dict[str, float | int | None]:
    """Correlate the similarities of random pairs of names in both spaces: Spearman's ρ.

    The interval is that of Fieller, Hartley and Pearson 1957, "Tests for rank correlation coefficients".

    Returns
    -------
    dict
        ``value``, ``low``, ``high`` (None where there are under ten names) and ``pairs``.
    """
    n = link.rows.shape[1]
    if n < 10:
        return {"value": None, "low": None, "high": None, "pairs": 0}
    i, j = np.triu_indices(n, 1) if n * (n - 1) // 2 <= _PAIRS else _drawn(n)
    count = len(i)
    left, right = (_scores(space, rows[i], rows[j]) for space, rows in zip((a, b), link.rows, strict=True))
    value = spearman(left, right)
    if isnan(value):  # all pairs of one space are equally alike
        return {"value": None, "low": None, "high": None, "pairs": count}
    middle, half = np.arctanh(np.clip(value, -1 + 1e-12, 1 - 1e-12)), 1.96 * sqrt(1.06 / (count - 3))
    low, high = np.tanh([middle - half, middle + half]).tolist()
    return {"value": value, "low": min(low, value), "high": max(high, value), "pairs": count}


def _drawn(n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rng = generator(0, 5)
    i = rng.integers(0, n, _PAIRS)
    return i, (i + rng.integers(1, n, _PAIRS)) % n


def _scores(space: Space, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.float64]:
    x, y = np.asarray(space.matrix[i], np.float64), np.asarray(space.matrix[j], np.float64)
    if space.metric == "euclidean":
        return -np.sqrt(np.square(x - y).sum(axis=1))
    if space.metric == "cosine":
        x, y = unit_rows_wide(x), unit_rows_wide(y)
    scores: NDArray[np.float64] = np.einsum("ij,ij->i", x, y)
    return scores


def _mean(x: NDArray, y: NDArray) -> float:
    """Mean cosine of rows of length 1."""
    return float((x * y).sum(axis=1).mean()) if len(x) else nan


def _found(x: NDArray, y: NDArray) -> float:
    """Share of rows, (n, dim) of length 1, that are nearer to their own of the others than to any other."""
    if not len(x):
        return nan
    asked = np.linspace(0, len(x) - 1, min(len(x), _FOUND)).astype(np.int64)
    scores = x[asked].astype(np.float32) @ y.astype(np.float32).T
    return float((scores.argmax(axis=1) == asked).mean())
