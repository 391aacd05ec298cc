"""95 % intervals: Wilson's for a share, the percentile bootstrap for everything else."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from vicinal.randomness import generator

_BLOCK = 1 << 20  # counts held at once, so that 1,000 resamples of a large set stay in cache


def wilson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a share.

    It holds its level where the textbook interval p ± 1.96 √(p(1 − p)/n) fails: for small n, and near 0 and 1.
    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference"; Newcombe 1998,
    "Two-sided confidence intervals for the single proportion", method 3.

    Parameters
    ----------
    successes, n : int
        ``successes`` of ``n`` items.
    level : float
        Between 0 and 1.

    Returns
    -------
    low, high : float
        Within [0, 1]; NaN if n is 0.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    if n == 0:
        return nan, nan
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    return (0.0 if successes == 0 else low), (1.0 if successes == n else high)  # exact there, but for rounding


def resample_counts(
    n: int, resamples: int, rng: np.random.Generator, width: int | None = None
) -> Iterator[NDArray[np.int64]]:
    """Draw bootstrap resamples of n items, as blocks of counts.

    Parameters
    ----------
    n : int
        Items, 1 or more.
    resamples : int
    rng : numpy.random.Generator
    width : int, optional
        Numbers the caller will hold per resample, where that is more than n.

    Yields
    ------
    (m, n) int64
        How often each resample holds each item; every row sums to n.
    """
    step = max(1, _BLOCK // max(n, width or 0))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = rng.integers(0, n, (rows, n)) + np.arange(rows)[:, None] * n
        yield np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)


def percentile_interval(resampled: NDArray, level: float = 0.95) -> tuple[float, float]:
    """Cut equal tails off the resampled values (Efron 1979); values that are NaN are left out, none gives NaN."""
    kept = resampled[~np.isnan(resampled)]
    if not len(kept):
        return nan, nan
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mean_interval(values: NDArray, resamples: int, seed: int, *stream: int) -> tuple[float, float]:
    """Percentile bootstrap interval for a mean.

    Parameters
    ----------
    values : (n,) float
    resamples : int
    seed, *stream : int
        As in `vicinal.randomness.generator`.

    Returns
    -------
    low, high : float
        NaN if there are no values or no resamples.
    """
    if not len(values):
        return nan, nan
    counts = resample_counts(len(values), resamples, generator(seed, *stream))
    means = [block @ values / len(values) for block in counts]
    return percentile_interval(np.concatenate(means)) if means else (nan, nan)
