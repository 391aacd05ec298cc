"""Word translation: does an aligned space find what a word means in another language?"""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import nan
from pathlib import Path

import numpy as np

from vicinal.align.dictionary import take_pairs
from vicinal.align.translate import translate
from vicinal.checks import check_whole
from vicinal.errors import BadOption
from vicinal.evaluate._intervals import wilson
from vicinal.evaluate._words import known_rows
from vicinal.evaluate.report import Figure, Report
from vicinal.space import Space


def translation_precision(
    aligned: Space,
    target: Space,
    pairs: str | os.PathLike[str] | Iterable[tuple[str, str]],
    *,
    k: int | Iterable[int] = (1, 5),
    method: str = "csls",
    neighbors: int = 10,
    mix: bool = False,
) -> Report:
    """Measure how often one of a word's translations is among the k found for it.

    A word with several translations in the dictionary counts once, and is right if any of them is found (Conneau et
    al. 2018, section 3.2). Candidates are all names of the target. Use pairs that the map was not learned from.

    Parameters
    ----------
    aligned : Space
        In the target's coordinates, as `vicinal.align.Procrustes.transform` gives it.
    target : Space
    pairs : path, or iterable of (str, str)
        A dictionary; a file as `vicinal.align.read_dictionary` takes it.
    k : int or iterable of int
        One figure each.
    method : "csls" or "nearest"
        As in `vicinal.align.translate`.
    neighbors : int
        How many make the neighbourhood of CSLS.
    mix : bool
        Allow spaces of different origin.

    Returns
    -------
    Report
        Figures ``"P@1"``, ``"P@5"``: the share of right words with Wilson's interval; ``skipped`` counts words that are
        unknown or whose translations all are, so that nobody could have found them. NaN with a note if none is left.

    Raises
    ------
    BadFormat, BadInput
        If the dictionary cannot be read.
    SpacesDiffer
        If the spaces are not in the same coordinates.
    BadOption
        For another method, or a number out of range.

    Examples
    --------
    >>> target = Space(["king", "ship"], [[1, 0], [0, 1]])
    >>> aligned = Space(["roi", "navire"], [[0.9, 0.1], [0.2, 1]], origin=target.origin)
    >>> pairs = [("roi", "king"), ("navire", "ship"), ("navire", "boat"), ("reine", "queen")]
    >>> print(translation_precision(aligned, target, pairs, k=1)["P@1"])
    P@1: precision, csls 1.0000 [0.3424, 1.0000], n 2, 1 skipped (33.3 %)
    """
    aligned.check_same_origin(target, mix)
    cuts = [check_whole("k", cut, 1) for cut in ([k] if isinstance(k, int) else k)]
    if not cuts:
        raise BadOption("k is empty; expected one number or more")
    title = f"Translation by {Path(pairs).name}" if isinstance(pairs, str | os.PathLike) else "Translation"
    answers = _answers(aligned, target, take_pairs(pairs, aligned, target))
    usable = {word: rows for word, rows in answers.items() if rows}
    skipped = len(answers) - len(usable)
    if not usable:
        note = "no word of the dictionary is known together with one of its translations"
        return Report(
            title, [Figure(f"P@{cut}", nan, nan, nan, 0, skipped, note, f"precision, {method}") for cut in cuts]
        )
    found = translate(aligned, target, list(usable), max(cuts), method=method, neighbors=neighbors, mix=mix).rows
    figures = []
    for cut in cuts:
        right = sum(bool(rows & set(line[:cut].tolist())) for rows, line in zip(usable.values(), found, strict=True))
        low, high = wilson(right, len(usable))
        value = right / len(usable)
        figures.append(Figure(f"P@{cut}", value, low, high, len(usable), skipped, measure=f"precision, {method}"))
    return Report(title, figures)


def _answers(aligned: Space, target: Space, pairs: list[tuple[str, str]]) -> dict[str, set[int]]:
    """Rows of the target that are right for every word; none where the word or all its translations are unknown."""
    left = known_rows(aligned, [a for a, _ in pairs], lower=False)
    right = known_rows(target, [b for _, b in pairs], lower=False)
    answers: dict[str, set[int]] = {a: set() for a, _ in pairs}
    for at in np.flatnonzero((left >= 0) & (right >= 0)).tolist():
        answers[pairs[at][0]].add(int(right[at]))
    return answers
