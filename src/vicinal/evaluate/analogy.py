"""Analogies: a is to b as c is to which word?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadInput, BadOption
from vicinal.evaluate._answers import answer_rows
from vicinal.evaluate._intervals import percentile_interval, resample_counts, wilson
from vicinal.evaluate._words import known_rows
from vicinal.evaluate.questions import Question, builtin_questions, read_questions
from vicinal.evaluate.report import Figure, Report
from vicinal.randomness import generator
from vicinal.space import Space

Questions = str | os.PathLike[str] | Mapping[str, Iterable[Question]]

_MEASURES = {"add": "accuracy (3CosAdd)", "multiply": "accuracy (3CosMul)"}


def evaluate_analogies(
    space: Space,
    questions: Questions | None = None,
    *,
    method: str = "add",
    restrict: int | None = 30_000,
    interval: str = "wilson",
    resamples: int = 1000,
    seed: int = 0,
) -> Report:
    """Score analogy questions, section by section.

    An answer counts if it is the very row of d. The words of the question are not among the candidates, as is standard.
    A word is looked up as written, then in lower case; a question with an unknown word (or one with a zero row), or
    with d among a, b and c, is skipped and counted as skipped.

    Parameters
    ----------
    space : Space
    questions : path or mapping of str to iterable of (a, b, c, d), optional
        A file as `read_questions` takes it, or sections of questions; by default `builtin_questions`.
    method : "add", "multiply" or "both"
        3CosAdd, cos(x, b) − cos(x, a) + cos(x, c) (Mikolov, Yih and Zweig 2013), or 3CosMul,
        cos(x, b) cos(x, c) / (cos(x, a) + 0.001) with cosines moved to [0, 1] (Levy and Goldberg 2014).
    restrict : int or None
        Only the first ``restrict`` rows, in most spaces the most frequent words, are known and are candidates; None
        for all rows.
    interval : "wilson" or "bootstrap"
        Wilson's score interval takes the questions as independent. The bootstrap draws the word pairs that the
        questions were made of (Owen 2007), so it is wider, and nearer to what other pairs of the kind would give.
    resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    Report
        A figure a section, then ``"total"`` over all questions. With ``method="both"`` every name ends in
        ``" (add)"`` or ``" (multiply)"``.

    Raises
    ------
    BadFormat
        If the file cannot be read as questions.
    BadInput
        If a given question is not four words.
    BadOption
        If an option is outside its range.

    Examples
    --------
    >>> space = Space(["man", "king", "woman", "queen"], [[1, 0], [1, 1], [-1, 0.1], [-1, 1]])
    >>> report = evaluate_analogies(space, {"royal": [("man", "king", "woman", "queen")]})
    >>> report["royal"].value, report["royal"].n
    (1.0, 1)
    """
    if method not in (*_MEASURES, "both"):
        raise BadOption(f"method must be 'add', 'multiply' or 'both', got {method!r}")
    if interval not in ("wilson", "bootstrap"):
        raise BadOption(f"interval must be 'wilson' or 'bootstrap', got {interval!r}")
    limit = len(space) if restrict is None else min(check_whole("restrict", restrict, 1), len(space))
    draws = check_whole("resamples", resamples, 0) if interval == "bootstrap" else None
    generator(seed)  # refuses a bad seed before the work, not after
    sections = _sections(questions)
    rows = _rows(space, sections, limit)
    usable = [(r >= 0).all(axis=1) & (r[:, 3:] != r[:, :3]).all(axis=1) for r in rows]
    asked = np.concatenate([r[u] for r, u in zip(rows, usable, strict=True)] or [np.empty((0, 4), np.int64)])
    methods = tuple(_MEASURES) if method == "both" else (method,)
    found = answer_rows(space, asked[:, :3], methods, limit)
    cuts = np.cumsum([u.sum() for u in usable])[:-1]
    parts = np.split(asked, cuts) if rows else []
    figures: list[Figure] = []
    for name, answers in zip(methods, found, strict=True):
        correct = np.split(answers == asked[:, 3], cuts) if rows else []
        results = [
            _Result(label, right, part, len(u) - int(u.sum()))
            for label, right, part, u in zip(sections, correct, parts, usable, strict=True)
        ]
        figures += _figures(results, name, f" ({name})" if method == "both" else "", draws, seed)
    return Report(f"Analogies among the first {limit:,} of {len(space):,} names", figures)


@dataclass(frozen=True, eq=False)
class _Result:
    """What one section gave: right or wrong (q,), rows of a, b, c, d (q, 4), questions skipped."""

    name: str
    correct: NDArray[np.bool_]
    rows: NDArray[np.int64]
    skipped: int


def _figures(results: list[_Result], method: str, ending: str, draws: int | None, seed: int) -> list[Figure]:
    """Turn one method's results into figures, the total last; ``draws`` None asks for Wilson's interval."""
    resampled = None if draws is None else [_resample(r, draws, seed, at) for at, r in enumerate(results)]
    counted = [(r.name, int(r.correct.sum()), len(r.correct), r.skipped) for r in results]
    hits, asked, left_out = (sum(column) for column in zip((0, 0, 0), *(line[1:] for line in counted), strict=True))
    figures = []
    for at, (name, right, n, skipped) in enumerate([*counted, ("total", hits, asked, left_out)]):
        if resampled is None:
            low, high = wilson(right, n)
        else:
            drawn = resampled[at] if at < len(resampled) else sum(resampled, np.zeros((2, draws or 0)))
            shares = np.divide(drawn[0], drawn[1], out=np.full(drawn.shape[1], nan), where=drawn[1] > 0)
            low, high = percentile_interval(shares)
        note = "" if n else ("every question has an unknown word" if skipped else "no questions")
        value = right / n if n else nan
        figures.append(Figure(name + ending, value, low, high, n, skipped, note, _MEASURES[method]))
    return figures


def _resample(result: _Result, draws: int, seed: int, stream: int) -> NDArray[np.float64]:
    """Draw word pairs; a question counts as often as both its pairs were drawn. (2, draws): right, asked."""
    if not len(result.rows):
        return np.zeros((2, draws))
    _, first = np.unique(result.rows.reshape(-1, 2), axis=0, return_inverse=True)
    left, right = first.reshape(-1, 2).T
    blocks = [np.empty((2, 0))]
    for counts in resample_counts(int(first.max()) + 1, draws, generator(seed, stream), width=len(left)):
        weights = counts[:, left] * counts[:, right]
        blocks.append(np.stack([weights @ result.correct, weights.sum(axis=1)]))
    return np.concatenate(blocks, axis=1)


def _rows(space: Space, sections: Mapping[str, list[Question]], limit: int) -> list[NDArray[np.int64]]:
    words = [word for questions in sections.values() for question in questions for word in question]
    rows = known_rows(space, words, lower=True, limit=limit).reshape(-1, 4)
    return np.split(rows, np.cumsum([len(q) for q in sections.values()])[:-1]) if sections else []


def _sections(questions: Questions | None) -> dict[str, list[Question]]:
    if questions is None:
        return builtin_questions()
    if isinstance(questions, str | os.PathLike):
        return read_questions(questions)
    if not isinstance(questions, Mapping):
        raise BadInput(f"questions must be a path or sections by name, got a {type(questions).__name__}")
    sections = {name: list(section) for name, section in questions.items()}
    for name, section in sections.items():
        for question in section:
            fits = isinstance(question, tuple | list) and len(question) == 4
            if not fits or not all(isinstance(word, str) for word in question):
                raise BadInput(f"section {name!r}: {question!r:.100} is not four words")
    return sections
