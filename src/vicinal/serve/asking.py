"""Which of some names does not belong, and a path of names from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise as successive
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput, BadOption
from vicinal.lengths import BLOCK_ROWS, unit_rows_wide
from vicinal.lookup import asked_by_text, check_list
from vicinal.serve.answers import head
from vicinal.serve.served import Served
from vicinal.similarity import cosines, pairwise, top_k
from vicinal.space import Space

METHODS = ("links", "line")
MOST_STEPS = 20
POOL = 1000  # names that a path may pass


def odd_answer(served: Served, names: Sequence[str]) -> dict[str, Any]:
    """Say who does not belong, and how near each is to the mean direction of the others, by cosine.

    Parameters
    ----------
    served : Served
    names : sequence of str
        Three or more names or sums.

    Returns
    -------
    dict
        ``odd``: the name that `Space.odd_one_out` gives; ``scores``: of every name, in the order given.

    Raises
    ------
    BadInput
        For fewer than three names.
    UnknownName

    Examples
    --------
    >>> served = Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))
    >>> answer = odd_answer(served, ["A", "B", "C"])
    >>> answer["odd"], [f"{one['score']:.2f}" for one in answer["scores"]]
    ('B', ['0.82', '0.36', '0.83'])
    """
    listed = check_list(names, "odd", least=3)
    unit = unit_rows_wide(asked_by_text(listed, served.space.names, served.space.matrix, "cosine").vectors)
    others = unit_rows_wide(unit.sum(axis=0) - unit)
    scores = np.einsum("ij,ij->i", unit, others).astype(np.float32)  # rounded, so that equals are equal
    return {
        **head(served),
        "metric": "cosine",
        "odd": listed[int(np.argmin(scores))],
        "scores": [{"name": name, "score": score} for name, score in zip(listed, scores.tolist(), strict=True)],
    }


def path_answer(served: Served, start: str, end: str, steps: int = 6, method: str = "links") -> dict[str, Any]:
    """Go from one name to another in small steps; see `strongest_path` and `straight_path`.

    Parameters
    ----------
    served : Served
    start, end : str
        Two different names.
    steps : int
        The most names in between, 1 to 20.
    method : "links" or "line"
        The path whose weakest link is strongest, or the names nearest to the straight line.

    Returns
    -------
    dict
        ``path``: name, row and score of each, where ``score`` compares it with the name before it (None for the first)
        by ``metric``: minus the distance in a euclidean space, else the cosine; ``considered``: how many names the path
        could have passed.

    Raises
    ------
    BadInput
        For twice the same name.
    BadOption
        For steps out of range or an unknown method.
    UnknownName

    Examples
    --------
    >>> served = Served("arc", Space(["a", "b", "c", "d"], [[4, 0], [3, 1], [1, 3], [0, 4]]))
    >>> [one["name"] for one in path_answer(served, "a", "d")["path"]]
    ['a', 'b', 'c', 'd']
    """
    space = served.space
    ends = space.names.row(start), space.names.row(end)
    if ends[0] == ends[1]:
        raise BadInput(f"a path leads from one name to another, got {start!r} twice")
    if not 1 <= steps <= MOST_STEPS:
        raise BadOption(f"steps must be from 1 to {MOST_STEPS}, got {steps}")
    if method not in METHODS:
        raise BadOption(f"method must be 'links' or 'line', got {method!r}")
    rows = (strongest_path if method == "links" else straight_path)(space, *ends, steps)
    vectors = np.asarray(space.matrix[rows], np.float64)
    metric = _metric(space)
    scores = [float(pairwise(a, b, metric)[0, 0]) for a, b in successive(vectors)]
    path = [
        {"name": space.names[row], "row": row, "score": score} for row, score in zip(rows, [None, *scores], strict=True)
    ]
    return {
        **head(served),
        "metric": metric,
        "method": method,
        "path": path,
        "considered": min(POOL, len(space)) if method == "links" else len(space),
    }


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
