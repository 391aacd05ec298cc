"""Answering many analogy questions at once.

The cosines of every word in the questions to every candidate are computed once; a question then costs two passes over
its candidates, which it shares with the other questions that start with the same pair. No scores are sorted.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vicinal.similarity import inverse, unit_rows
from vicinal.space import Space

EPSILON = 0.001
"""Keeps 3CosMul from dividing by 0 (Levy and Goldberg 2014, section 6)."""

_BUDGET = 1 << 25  # cosines held at once: 128 MB of float32


def answer_rows(space: Space, rows: NDArray[np.int64], methods: tuple[str, ...], limit: int) -> NDArray[np.int64]:
    """Find the best answer to every question, among the first ``limit`` rows less a, b and c.

    Parameters
    ----------
    space : Space
    rows : (q, 3) int64
        Rows of a, b and c, each under ``limit``.
    methods : tuple of "add" or "multiply"
    limit : int
        Candidates; at least one more than the distinct words of each question.

    Returns
    -------
    (len(methods), q) int64
        Of equal scores, the first row.
    """
    data = np.asarray(space.matrix[:limit], np.float32)
    scale = inverse(space.norms[:limit])
    answers = np.empty((len(methods), len(rows)), np.int64)
    for chosen in _blocks(rows, np.arange(len(rows)), max(1, _BUDGET // max(limit, 1))):
        words, places = np.unique(rows[chosen], return_inverse=True)
        cosines = unit_rows(data[words]) @ data.T
        cosines *= scale
        for at, method in enumerate(methods):
            answers[at, chosen] = _answer(cosines, places.reshape(-1, 3), words, method)
    return answers


def _blocks(rows: NDArray, chosen: NDArray, budget: int) -> Iterator[NDArray[np.int64]]:
    """Halve the questions until the distinct words of each part fit the budget."""
    if len(chosen) <= 1 or len(np.unique(rows[chosen])) <= budget:
        if len(chosen):
            yield chosen
        return
    middle = len(chosen) // 2
    yield from _blocks(rows, chosen[:middle], budget)
    yield from _blocks(rows, chosen[middle:], budget)


def _answer(cosines: NDArray, places: NDArray, words: NDArray, method: str) -> NDArray[np.int64]:
    """Answer one block: ``cosines`` (w, n) of its words, ``places`` (q, 3) among them, ``words`` (w,) rows."""
    if method == "multiply":
        near = ((1 + cosines) / 2).clip(0, 1)
    answers = np.empty(len(places), np.int64)
    _, group = np.unique(places[:, 0] * len(words) + places[:, 1], return_inverse=True)
    order = np.argsort(group, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        (a, b), c = places[members[0], :2], places[members, 2]
        if method == "add":
            scores = cosines[c] + (cosines[b] - cosines[a])
        else:
            scores = near[c] * (near[b] / (near[a] + np.float32(EPSILON)))
        scores[:, words[[a, b]]] = -np.inf
        scores[np.arange(len(c)), words[c]] = -np.inf
        answers[members] = np.argmax(scores, axis=1)
    return answers
