"""Everything that can be said about a space from test sets, in one report."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from vicinal.evaluate.analogy import Questions, evaluate_analogies
from vicinal.evaluate.report import Figure, Report
from vicinal.evaluate.similarity import Pair, evaluate_similarity
from vicinal.space import Space

Pairs = str | os.PathLike[str] | Iterable[Pair]


def evaluate(
    space: Space,
    *,
    similarity: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | Mapping[str, Pairs] = (),
    analogies: Questions | None = "builtin",
    method: str = "add",
    restrict: int | None = 30_000,
    resamples: int = 1000,
    seed: int = 0,
) -> Report:
    """Score a space on similarity sets and analogies.

    Parameters
    ----------
    space : Space
    similarity : path, iterable of paths, or mapping of str to path or pairs
        Sets for `evaluate_similarity`; a mapping names the figures.
    analogies : "builtin", path, mapping, or None
        Questions for `evaluate_analogies`; None leaves them out.
    method, restrict
        As in `evaluate_analogies`.
    resamples, seed : int
        As in `evaluate_similarity`.

    Returns
    -------
    Report
        The similarity figures, then ``"analogies: NAME"`` for every section and ``"analogies: total"``.

    Raises
    ------
    BadFormat, BadInput, BadOption
        As the two functions do.

    Examples
    --------
    >>> space = Space(["man", "king", "woman", "queen"], [[1, 0], [1, 1], [-1, 0.1], [-1, 1]])
    >>> report = evaluate(space, analogies={"royal": [("man", "king", "woman", "queen")]})
    >>> report.names
    ['analogies: royal', 'analogies: total']
    """
    if isinstance(similarity, str | os.PathLike):
        similarity = [similarity]
    named = similarity.items() if isinstance(similarity, Mapping) else ((None, path) for path in similarity)
    figures: list[Figure] = [
        evaluate_similarity(space, pairs, name=name, resamples=resamples, seed=seed) for name, pairs in named
    ]
    if analogies is not None:
        questions = None if analogies == "builtin" else analogies
        report = evaluate_analogies(space, questions, method=method, restrict=restrict, seed=seed)
        figures += report.prefixed("analogies: ")
    return Report(f"Evaluation of {len(space):,} names × {space.dim} ({space.origin.encoder})", figures)
