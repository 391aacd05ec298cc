"""How much a projection changes distances: what the Johnson–Lindenstrauss lemma promises, and what is measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_number, check_whole
from vicinal.errors import BadInput, BadOption
from vicinal.randomness import generator
from vicinal.space import Space

_PAIRS = 1 << 12  # pairs whose differences are held at a time


def min_dim(points: int, epsilon: float = 0.1, *, failure: float | None = 0.01) -> int:
    """Dimensions that keep all squared distances of so many points within a factor of 1 ± epsilon.

    One squared distance leaves those bounds with a chance of at most 2 exp(−k (ε²/2 − ε³/3) / 2) in k dimensions, and
    there are m (m − 1) / 2 of them among m points. So all are kept with a chance of at least 1 − δ where
    k ≥ 2 ln(m (m − 1) / δ) / (ε²/2 − ε³/3).

    Parameters
    ----------
    points : int
        1 or more.
    epsilon : float
        Between 0 and 1.
    failure : float or None
        δ: the chance, above 0 and below 1, that some distance is not kept. None gives the usual textbook formula,
        4 ln m / (ε²/2 − ε³/3) (Dasgupta and Gupta 2003), which only says that *some* projection does it: a given one
        does with a chance of at least 1/m.

    Returns
    -------
    int
        It does not depend on how many dimensions the points have, and may well be more than those.

    Raises
    ------
    BadOption

    Examples
    --------
    >>> min_dim(1000, 0.1, failure=None), min_dim(1000, 0.1), min_dim(1000, 0.3)
    (5921, 7895, 1024)
    """
    check_whole("points", points, 1)
    check_number("epsilon", epsilon, 0.0, 1.0)
    if not 0 < epsilon < 1:
        raise BadOption(f"epsilon must lie between 0 and 1, got {epsilon!r}")
    return max(1, math.ceil(_needed(points, failure) / _decay(epsilon)))


def guaranteed_epsilon(points: int, dim: int, *, failure: float | None = 0.01) -> float:
    """The smallest epsilon for which `min_dim` asks for no more than ``dim`` dimensions.

    Returns
    -------
    float
        From 0 (for one point) to 1; infinite where so few dimensions promise nothing.

    Examples
    --------
    >>> round(guaranteed_epsilon(1000, 7895), 4), guaranteed_epsilon(1000, 10)
    (0.1, inf)
    """
    check_whole("points", points, 1)
    check_whole("dim", dim, 1)
    wanted = _needed(points, failure) / dim
    if wanted == 0:
        return 0.0
    if wanted >= _decay(1.0):
        return math.inf
    low, high = 0.0, 1.0
    while (middle := (low + high) / 2) not in (low, high):  # ε²/2 − ε³/3 rises from 0 to 1
        low, high = (low, middle) if _decay(middle) >= wanted else (middle, high)
    return high


def _decay(epsilon: float) -> float:
    return epsilon**2 / 2 - epsilon**3 / 3


def _needed(points: int, failure: float | None) -> float:
    if failure is None:
        return 4 * math.log(points)
    check_number("failure", failure, 0.0, 1.0)
    if not 0 < failure < 1:
        raise BadOption(f"failure must lie between 0 and 1, or be None, got {failure!r}")
    return 2 * math.log(points * (points - 1) / failure) if points > 1 else 0.0


@dataclass(frozen=True)
class Distortion:
    """Measured ratios of squared distances, after a projection to before it.

    Attributes
    ----------
    ratios : (m,) float64 array
        One a pair of rows; 1 where the distance was kept.
    skipped : int
        Pairs left out because their rows are equal, so that there is no ratio.
    epsilon : float
        What is promised or wanted; infinite for nothing.

    Examples
    --------
    >>> print(Distortion(np.array([0.9, 1.0, 1.3]), 0, 0.2))
    3 pairs: squared distances × 0.900 to 1.300, mean 1.067; 1 beyond 1 ± 0.2
    """

    ratios: NDArray[np.float64]
    skipped: int = 0
    epsilon: float = math.inf

    @property
    def largest(self) -> float:
        """Largest |ratio − 1|: the epsilon that would have covered all pairs; 0 without pairs."""
        return float(np.abs(self.ratios - 1).max(initial=0.0))

    @property
    def outside(self) -> int:
        """Pairs beyond 1 ± epsilon."""
        return int((np.abs(self.ratios - 1) > self.epsilon).sum())

    def __str__(self) -> str:
        skipped = f"; {self.skipped:,} pairs of equal rows left out" if self.skipped else ""
        if not len(self.ratios):
            return f"0 pairs{skipped}"
        low, high, mean = self.ratios.min(), self.ratios.max(), self.ratios.mean()
        told = f"{self.outside:,} beyond 1 ± {self.epsilon:.3g}" if self.epsilon < math.inf else "nothing is promised"
        return (
            f"{len(self.ratios):,} pairs: squared distances × {low:.3f} to {high:.3f}, mean {mean:.3f}; {told}{skipped}"
        )


def measure_distortion(
    before: Any, after: Any, *, pairs: int = 100_000, epsilon: float = math.inf, seed: int = 1
) -> Distortion:
    """Compare squared distances between rows before and after a projection.

    Parameters
    ----------
    before, after : (n, d) and (n, dim) array, SciPy sparse matrix or Space
        The same rows in the same order.
    pairs : int
        All pairs of different rows where there are no more than so many, else so many drawn with replacement.
    epsilon : float
        Goes into the report.
    seed : int

    Returns
    -------
    Distortion

    Raises
    ------
    BadInput
        If the rows do not fit or are fewer than two.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 4.0]])
    >>> measure_distortion(points, points[:, :1]).ratios.round(2).tolist()
    [0.36, 0.0, 1.0]
    """
    check_whole("pairs", pairs, 1)
    tables = [data.matrix if isinstance(data, Space) else data for data in (before, after)]
    n = tables[0].shape[0]
    if n != tables[1].shape[0] or n < 2:
        raise BadInput(f"{n:,} rows before and {tables[1].shape[0]:,} after; expected the same rows, two or more")
    left, right = _choose_pairs(n, pairs, seed)
    was, now = (_squared_distances(table, left, right) for table in tables)
    apart = was > 0
    return Distortion(now[apart] / was[apart], int((~apart).sum()), float(epsilon))


def _choose_pairs(n: int, pairs: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if n * (n - 1) // 2 <= pairs:
        return np.triu_indices(n, 1)
    source = generator(seed)
    left = source.integers(0, n, pairs)
    right = (left + source.integers(1, n, pairs)) % n
    return left, right


def _squared_distances(table: Any, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
    out = np.empty(len(left))
    sparse = not isinstance(table, np.ndarray)
    for start in range(0, len(left), _PAIRS):
        part = slice(start, start + _PAIRS)
        difference = table[left[part]].astype(np.float64) - table[right[part]].astype(np.float64)
        if sparse:
            out[part] = np.asarray(difference.multiply(difference).sum(axis=1)).ravel()
        else:
            out[part] = np.einsum("ij,ij->i", difference, difference)
    return out
