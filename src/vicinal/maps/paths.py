"""From one name to another in small steps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise as successive
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_choice, check_whole
from vicinal.errors import BadInput
from vicinal.lengths import BLOCK_ROWS, unit_rows_wide
from vicinal.similarity import cosines, pairwise, top_k
from vicinal.space import Space

METHODS = ("links", "line")
MOST_STEPS = 20
POOL = 1000  # names that a path may pass


@dataclass(frozen=True, eq=False)
class PathBetween:
    """Names that lead from one to another.

    Attributes
    ----------
    names : list of str
        From the start to the end, each once, m of them.
    rows : list of int
    scores : list of float
        Of each with the next, m - 1: the cosine, or in a euclidean space minus the distance.
    metric : "cosine" or "euclidean"
    considered : int
        Names that the path could have passed.

    Examples
    --------
    >>> print(PathBetween(["a", "b", "c"], [0, 1, 2], [0.9, 0.5], "cosine", 3))
    a → b (0.90) → c (0.50)
    """

    names: list[str]
    rows: list[int]
    scores: list[float]
    metric: str
    considered: int

    def __str__(self) -> str:
        more = (f" → {name} ({score:.2f})" for name, score in zip(self.names[1:], self.scores, strict=True))
        return self.names[0] + "".join(more)


def path_between(space: Space, start: str, end: str, *, steps: int = 6, method: str = "links") -> PathBetween:
    """Go from one name to another in small steps.

    Parameters
    ----------
    space : Space
    start, end : str
        Two different names.
    steps : int
        The most names in between, 1 to 20.
    method : "links" or "line"
        The path whose weakest link is strongest, among the 1,000 names that lie most nearly between the two (exact, a
        minimax path); or the names nearest to even steps along the straight line, the great circle under cosine.

    Returns
    -------
    PathBetween

    Raises
    ------
    BadInput
        For twice the same name.
    BadOption
        For steps out of range or an unknown method.
    UnknownName

    Examples
    --------
    >>> arc = Space(["a", "b", "c", "d"], [[4, 0], [3, 1], [1, 3], [0, 4]])
    >>> print(path_between(arc, "a", "d"))
    a → b (0.95) → c (0.60) → d (0.95)
    """
    ends = space.names.row(start), space.names.row(end)
    if ends[0] == ends[1]:
        raise BadInput(f"a path leads from one name to another, got {start!r} twice")
    check_whole("steps", steps, 1, MOST_STEPS)
    check_choice("method", method, METHODS)
    rows = (strongest_path if method == "links" else straight_path)(space, *ends, steps)
    vectors = np.asarray(space.matrix[rows], np.float64)
    metric = _metric(space)
    scores = [float(pairwise(a, b, metric)[0, 0]) for a, b in successive(vectors)]
    considered = min(POOL, len(space)) if method == "links" else len(space)
    return PathBetween([space.names[row] for row in rows], rows, scores, metric, considered)


def strongest_path(space: Space, start: int, end: int, steps: int, pool: int = POOL) -> list[int]:
    """Find the path whose weakest link is as strong as can be, and among such paths the shortest.

    A chain convinces as much as its weakest link, so first the largest step is made as small as at most ``steps`` names
    in between allow (a minimax path); then, with no step larger than that, the sum of squared steps is made smallest,
    which spaces the names evenly. A step is the angle between two vectors, or their distance in a euclidean space. Both
    are found exactly by dynamic programming over the number of steps (Bellman 1958), among the ``pool`` names for which
    the steps from the start and to the end add up to least: those in an ellipse around the two.

    Parameters
    ----------
    space : Space
    start, end : int
        Two different rows.
    steps : int
        The most names in between.
    pool : int
        How many names it may pass, the two among them.

    Returns
    -------
    list of int
        Rows, from ``start`` to ``end``, each once.

    Examples
    --------
    >>> strongest_path(Space(["a", "b", "c"], [[4, 0], [0, 4], [3, 3]]), 0, 1, 1)
    [0, 2, 1]
    """
    total = _steps_from(space, [start, end]).sum(axis=0)
    total[[start, end]] = -1.0
    rows = np.sort(top_k(-total[None], min(pool, len(total)))[0])
    rows = np.concatenate([[start, end], rows[(rows != start) & (rows != end)]])
    apart = _apart(pairwise(np.asarray(space.matrix[rows], np.float64), metric=_metric(space)), space)
    np.fill_diagonal(apart, 0.0)  # to stay is free, so that fewer steps may be taken
    largest, _ = _best(apart, steps, np.maximum)
    _, route = _best(np.where(apart <= largest, np.square(apart), np.inf), steps, np.add)
    return rows[route].tolist()


def straight_path(space: Space, start: int, end: int, steps: int) -> list[int]:
    """Walk straight from one vector to the other and name, at even steps, the nearest name not named before.

    Straight is along the great circle, or along the line in a euclidean space.

    Parameters
    ----------
    space : Space
    start, end : int
        Two different rows.
    steps : int
        Names in between; fewer only where fewer exist.

    Returns
    -------
    list of int
        Rows, from ``start`` to ``end``, each once.

    Examples
    --------
    >>> straight_path(Space(["a", "b", "c"], [[4, 0], [0, 4], [3, 3]]), 0, 1, 1)
    [0, 2, 1]
    """
    metric = _metric(space)
    ends = np.asarray(space.matrix[[start, end]], np.float64)
    share = np.arange(1, steps + 1)[:, None] / (steps + 1)
    weights = np.hstack([1 - share, share])
    if metric == "cosine":
        ends = unit_rows_wide(ends)
        angle = np.arccos(np.clip(ends[0] @ ends[1], -1.0, 1.0))
        if 1e-6 < angle < np.pi - 1e-6:  # else no great circle is singled out, and the chord serves
            weights = np.sin(weights * angle) / np.sin(angle)
    found = space.nearest((weights @ ends).astype(np.float32), steps + 2, metric=metric).rows
    used = [start]
    for candidates in found.tolist():
        used += [row for row in candidates if row not in (*used, end, -1)][:1]
    return [*used, end]


def _metric(space: Space) -> str:
    return "euclidean" if space.metric == "euclidean" else "cosine"  # a dot product is no distance


def _apart(scores: NDArray[Any], space: Space) -> NDArray[np.float64]:
    """Turn scores into steps: angles in radians, or distances."""
    wide = scores.astype(np.float64)
    return -wide if space.metric == "euclidean" else np.arccos(np.clip(wide, -1.0, 1.0))


def _steps_from(space: Space, rows: list[int]) -> NDArray[np.float64]:
    """Steps from some rows to all, (m, n)."""
    asked = np.asarray(space.matrix[rows], np.float32)
    if space.metric != "euclidean":
        return _apart(cosines(asked, space.matrix, space.norms), space)
    parts = [space.matrix[at : at + BLOCK_ROWS] for at in range(0, len(space), BLOCK_ROWS)]
    return _apart(np.concatenate([pairwise(asked, part, "euclidean") for part in parts], axis=1), space)


def _best(apart: NDArray[np.float64], steps: int, join: np.ufunc) -> tuple[float, list[int]]:
    """Cost and positions of the best way from 0 to 1 over at most ``steps`` others; ``join`` adds a step to a cost."""
    cost, before = apart[0], []
    for _ in range(steps):
        joined = join(cost[:, None], apart)
        before.append(joined.argmin(axis=0))
        cost = joined.min(axis=0)
    at, backwards = 1, [1]
    for line in reversed(before):
        at = int(line[at])
        backwards.append(at)
    route: list[int] = []
    for place in (0, *reversed(backwards)):  # staying, or coming back over equal rows, is left out
        route = [*route[: route.index(place)], place] if place in route else [*route, place]
    return float(cost[1]), route
