"""What is drawn and what is dropped: the noise distribution of negative sampling, and subsampling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput


def noise_table(counts: NDArray[np.int64], exponent: float = 0.75) -> NDArray[np.uint32]:
    """Fill a table so that a uniform draw from it follows counts to the power of ``exponent``.

    Parameters
    ----------
    counts : (n,) int64
    exponent : float
        0.75 in word2vec (Mikolov et al. 2013, section 2.2); 0 draws uniformly.

    Returns
    -------
    (size,) uint32
        Word ids, ascending. The size is a power of two, 2**20 (which stays in cache) or for large vocabularies 8 to 16
        entries a word, at most 2**24.

    Examples
    --------
    >>> table = noise_table(np.array([16, 1]))
    >>> round(float((table == 0).mean()), 3)
    0.889
    """
    mass = np.cumsum(np.maximum(counts, 0).astype(np.float64) ** exponent)
    if not mass[-1] > 0:
        raise BadInput("no word has a count above 0, so no noise can be drawn")
    size = 1 << min(24, max(20, int(8 * len(counts)).bit_length()))
    return np.searchsorted(mass, (np.arange(size) + 0.5) * (mass[-1] / size)).astype(np.uint32)


def keep_probability(counts: NDArray[np.int64], subsample: float) -> NDArray[np.float64]:
    """Chance of each word to survive subsampling: √(t/f) + t/f for a word of frequency f, at most 1.

    Parameters
    ----------
    counts : (n,) int64
    subsample : float
        The threshold t, such as 1e-3; 0 keeps everything.

    Returns
    -------
    (n,) float64
        As word2vec.c computes it (its paper gives 1 - √(t/f) for dropping, which differs).

    Examples
    --------
    >>> keep_probability(np.array([9000, 990, 10]), 1e-3).round(3).tolist()
    [0.034, 0.111, 1.0]
    """
    if subsample <= 0:
        return np.ones(len(counts))
    ratio = subsample * counts.sum() / np.maximum(counts, 1)
    return np.minimum(1.0, np.sqrt(ratio) + ratio)


def keep_thresholds(counts: NDArray[np.int64], subsample: float) -> NDArray[np.uint32]:
    """`keep_probability` as thresholds for 32 random bits: a token stays if its bits are not above."""
    return np.floor(keep_probability(counts, subsample) * (2**32 - 1)).astype(np.uint32)
