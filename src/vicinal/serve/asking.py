"""Which of some names does not belong, and a path of names from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vicinal.lengths import unit_rows_wide
from vicinal.lookup import asked_by_text, check_list, nearness_to_others
from vicinal.maps import path_between
from vicinal.serve.answers import head
from vicinal.serve.served import Served


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
    >>> from vicinal import Space
    >>> served = Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))
    >>> answer = odd_answer(served, ["A", "B", "C"])
    >>> answer["odd"], [f"{one['score']:.2f}" for one in answer["scores"]]
    ('B', ['0.82', '0.36', '0.83'])
    """
    listed = check_list(names, "odd", least=3)
    unit = unit_rows_wide(asked_by_text(listed, served.space.names, served.space.matrix, "cosine").vectors)
    scores = nearness_to_others(unit)
    return {
        **head(served),
        "metric": "cosine",
        "odd": listed[int(np.argmin(scores))],
        "scores": [{"name": name, "score": score} for name, score in zip(listed, scores.tolist(), strict=True)],
    }


def path_answer(served: Served, start: str, end: str, steps: int = 6, method: str = "links") -> dict[str, Any]:
    """Go from one name to another in small steps; see `vicinal.maps.path_between`.

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
    >>> from vicinal import Space
    >>> served = Served("arc", Space(["a", "b", "c", "d"], [[4, 0], [3, 1], [1, 3], [0, 4]]))
    >>> [one["name"] for one in path_answer(served, "a", "d")["path"]]
    ['a', 'b', 'c', 'd']
    """
    found = path_between(served.space, start, end, steps=steps, method=method)
    parts = zip(found.names, found.rows, [None, *found.scores], strict=True)
    return {
        **head(served),
        "metric": found.metric,
        "method": method,
        "path": [{"name": name, "row": row, "score": score} for name, row, score in parts],
        "considered": found.considered,
    }
