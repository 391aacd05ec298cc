"""From the answers of a server to `Matches`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vicinal.matches import Matches


def merged_matches(answers: Sequence[Any], labels: list[str] | None = None, metric: str = "cosine") -> Matches:
    """Join the answers to parts of a batch.

    Parameters
    ----------
    answers : sequence of dict
        As the server sent them.
    labels : list of str, optional
        What the queries are called, instead of what the server calls them.
    metric : str
        Where there is no answer.

    Returns
    -------
    Matches
        As the space itself gives them.

    Examples
    --------
    >>> matches = [{"name": "b", "row": 1, "score": 0.5}]
    >>> answer = {"metric": "dot", "results": [{"query": "a", "matches": matches}]}
    >>> found = merged_matches([answer])
    >>> found.first, found.rows.tolist(), found.scores.tolist(), found.metric
    ('b', [[1]], [[0.5]], 'dot')
    """
    results = [result for answer in answers for result in answer["results"]]
    lines = [result["matches"] for result in results]
    most = max(map(len, lines), default=0)
    rows = np.full((len(lines), most), -1, np.int64)
    scores = np.full((len(lines), most), np.nan, np.float32)
    for at, line in enumerate(lines):
        rows[at, : len(line)] = [match["row"] for match in line]
        with np.errstate(over="ignore"):  # what is beyond float32 was infinite, which JSON cannot say
            scores[at, : len(line)] = np.array([match["score"] for match in line], np.float64)
    queries = labels if labels is not None else [result["query"] for result in results]
    names = [[match["name"] for match in line] for line in lines]
    return Matches(queries, names, rows, scores, answers[0]["metric"] if answers else metric)
