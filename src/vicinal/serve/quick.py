"""Questions of one name or sum to an index: answered without a thread, several at once."""

from __future__ import annotations

import json
from typing import Any

from vicinal import expression
from vicinal.errors import BadInput
from vicinal.serve.answers import fitting_index, matches_answer, said_index
from vicinal.serve.served import Served

_SMALL = 200_000  # numbers of a space that are compared with a query in less time than a thread takes to start


def is_quick(served: Served, query: Any, k: int, metric: str | None) -> bool:
    """Tell whether a question is one name or sum, all of it known, and the index or a small space answers it.

    What is not known is left to a thread, since looking for near spellings takes time.

    Examples
    --------
    >>> from vicinal import Space
    >>> served = Served("letters", Space(["A", "B"], [[1, 0], [0, 1]]))
    >>> is_quick(served, "A - B", 1, None), is_quick(served, "C", 1, None), is_quick(served, ["A"], 1, None)
    (True, False, False)
    """
    if not isinstance(query, str) or len(query) > 1000:
        return False
    if fitting_index(served, k, metric) is None and served.space.matrix.size > _SMALL:
        return False
    names = served.space.names
    if query in names:
        return True
    try:
        return all(name in names for _, name in expression.parse(query))
    except BadInput:
        return False


def quick_answers(served: Served, queries: list[str], k: int, metric: str | None) -> list[bytes]:
    """Answer several such questions, each as the JSON of its own.

    Examples
    --------
    >>> from vicinal import Space
    >>> served = Served("letters", Space(["A", "B"], [[1, 0], [0, 1]]))
    >>> json.loads(quick_answers(served, ["A", "B"], 1, None)[1])["results"]
    [{'query': 'B', 'matches': [{'name': 'A', 'row': 0, 'score': 0.0}]}]
    """
    index = fitting_index(served, k, metric)
    if index is None:
        answer = matches_answer(served, served.space.nearest(queries, k, metric=metric), "exact")
    else:
        answer = matches_answer(served, index.search(queries, k, threads=1), said_index(index))
    return [json.dumps({**answer, "results": [result]}).encode() for result in answer["results"]]
