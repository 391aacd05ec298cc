"""Spearman's rank correlation, of a sample and of many resamples of it at once.

A resample is described by how often it holds each item, so the items are sorted once and every resample's ranks follow
from running sums: exactly the ranks that sorting the resample would give, ties included, without sorting it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def resampled_ranks(values: NDArray, counts: NDArray) -> NDArray[np.float64]:
    """Rank every item within every resample.

    Parameters
    ----------
    values : (n,) float
    counts : (m, n) int
        How often each of m resamples holds each item.

    Returns
    -------
    (m, n) float64
        Average ranks from 1; without meaning where the count is 0.
    """
    if not len(values):
        return np.empty(counts.shape)
    order = np.argsort(values, kind="stable")
    first = np.ones(len(values), np.bool_)  # where a run of equal values begins
    first[1:] = values[order[1:]] != values[order[:-1]]
    group = np.empty(len(values), np.int64)
    group[order] = np.cumsum(first) - 1
    sizes = np.add.reduceat(counts[:, order], np.flatnonzero(first), axis=1)
    middle = np.cumsum(sizes, axis=1) - (sizes - 1) / 2
    return middle[:, group]


def spearman(x: ArrayLike, y: ArrayLike) -> float:
    """Spearman's ρ: the Pearson correlation of the average ranks (Spearman 1904); NaN where one side is constant.

    Parameters
    ----------
    x, y : (n,) float

    Returns
    -------
    float
        -1 to 1, or NaN.

    Examples
    --------
    >>> spearman([1, 2, 3, 4], [1, 3, 2, 4])
    0.8
    """
    left, right = np.asarray(x, np.float64), np.asarray(y, np.float64)
    return float(resampled_spearman(left, right, np.ones((1, len(left)), np.int64))[0])


def resampled_spearman(x: NDArray, y: NDArray, counts: NDArray) -> NDArray[np.float64]:
    """Spearman's ρ of every resample.

    Parameters
    ----------
    x, y : (n,) float
    counts : (m, n) int
        How often each resample holds each item.

    Returns
    -------
    (m,) float64
        NaN where a resample is constant on one side.
    """
    middle = (counts.sum(axis=1, keepdims=True) + 1) / 2
    left, right = resampled_ranks(x, counts) - middle, resampled_ranks(y, counts) - middle
    weighted = counts * left
    both = np.einsum("ij,ij->i", weighted, right)
    spread = np.sqrt(np.einsum("ij,ij->i", weighted, left) * np.einsum("ij,ij,ij->i", counts, right, right))
    rho = np.divide(both, spread, out=np.full(len(counts), np.nan), where=spread > 0)
    return rho.clip(-1.0, 1.0)
