"""Word similarity: do cosines rank pairs of words as people do?"""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import isfinite, nan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadInput
from vicinal.evaluate._intervals import percentile_interval, resample_counts
from vicinal.evaluate._pairs import Pair, read_pairs
from vicinal.evaluate._ranks import resampled_spearman, spearman
from vicinal.evaluate._words import known_rows
from vicinal.evaluate.report import Figure
from vicinal.randomness import generator
from vicinal.space import Space

__all__ = ["MINIMUM_PAIRS", "Pair", "evaluate_similarity", "read_pairs"]

MINIMUM_PAIRS = 10
"""Known pairs below which no figure is given: a rank correlation of fewer is mostly luck."""


def evaluate_similarity(
    space: Space,
    pairs: str | os.PathLike[str] | Iterable[Pair],
    *,
    name: str | None = None,
    lower: bool = True,
    resamples: int = 1000,
    seed: int = 0,
) -> Figure:
    """Correlate cosines with human scores.

    Spearman's ρ with average ranks for ties, over the pairs whose two words are known; the interval is the percentile
    bootstrap over those pairs (Efron 1979). A word with a zero row counts as unknown.

    Parameters
    ----------
    space : Space
    pairs : path, or iterable of (str, str, float)
        A file as `read_pairs` takes it, or the pairs and their scores, larger for more alike.
    name : str, optional
        Of the figure; by default the name of the file without its ending.
    lower : bool
        Look for the lower-case spelling of a word that is not there as written.
    resamples : int
        0 for no interval.
    seed : int

    Returns
    -------
    Figure
        ``value`` from -1 to 1; NaN with a note if fewer than `MINIMUM_PAIRS` pairs are known, or if all cosines or all
        scores are equal. ``n`` pairs used, ``skipped`` pairs with an unknown word.

    Raises
    ------
    BadFormat
        If the file cannot be read as pairs.
    BadInput
        If a given pair is not two words and a finite number.
    BadOption
        If ``resamples`` or ``seed`` is not an integer of 0 or more.

    Examples
    --------
    >>> words = [f"w{i}" for i in range(12)]
    >>> space = Space(words, [[1, 0.1 * i] for i in range(12)])
    >>> pairs = [("w0", word, 12 - i) for i, word in enumerate(words)]
    >>> print(evaluate_similarity(space, [*pairs, ("w0", "unheard", 3)], name="planted"))
    planted: Spearman's ρ 1.0000 [1.0000, 1.0000], n 12, 1 skipped (7.7 %)
    """
    check_whole("resamples", resamples, 0)
    rng = generator(seed)
    if isinstance(pairs, str | os.PathLike):
        name = Path(pairs).stem if name is None else name
        items = read_pairs(pairs)
    else:
        items = [_checked(pair, at) for at, pair in enumerate(pairs)]
    rows = known_rows(space, [word for a, b, _ in items for word in (a, b)], lower=lower).reshape(-1, 2)
    known = (rows >= 0).all(axis=1)
    scores = np.array([score for _, _, score in items], np.float64)[known]
    value, low, high, note = _correlate(_cosines(space, rows[known]), scores, resamples, rng)
    n = len(scores)
    return Figure(name or "similarity", value, low, high, n, len(items) - n, note, "Spearman's ρ")


def _correlate(
    cosines: NDArray, scores: NDArray, resamples: int, rng: np.random.Generator
) -> tuple[float, float, float, str]:
    n = len(scores)
    if n < MINIMUM_PAIRS:
        return nan, nan, nan, f"only {n} known pairs; {MINIMUM_PAIRS} are the least that give a figure"
    value = spearman(cosines, scores)
    if np.isnan(value):
        return nan, nan, nan, "all cosines or all scores are equal, so there is no order to compare"
    drawn = [resampled_spearman(cosines, scores, counts) for counts in resample_counts(n, resamples, rng)]
    low, high = percentile_interval(np.concatenate(drawn)) if drawn else (nan, nan)
    return value, low, high, ""


def _cosines(space: Space, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cosine of each pair of rows, (m,) float64."""
    left, right = (np.asarray(space.matrix[rows[:, side]], np.float64) for side in (0, 1))
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    cosines = np.einsum("ij,ij->i", left, right) / lengths
    return np.round(cosines, 12)  # so that pairs of equal direction tie, whatever the last bits say


def _checked(pair: Pair, at: int) -> Pair:
    try:
        a, b, score = pair
        if isinstance(a, str) and isinstance(b, str) and isfinite(score):
            return a, b, float(score)
    except (TypeError, ValueError):
        pass
    raise BadInput(f"pair {at} is {pair!r}; expected two words and a finite number")
