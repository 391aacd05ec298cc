"""What a signature lets one say: estimates, intervals and bounds that hold for every number of hashes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_STEPS = 60  # of bisection: float64 has no more digits


@dataclass(frozen=True, eq=False)
class Estimate:
    """Estimated similarities of pairs.

    Attributes
    ----------
    value, low, high : (n,) float64
        The interval holds the truth with probability of at least 1 - delta, for each pair by itself.
    delta : float
    measure : str
        ``"inner product"``, ``"cosine"`` or ``"Jaccard"``.

    Examples
    --------
    >>> print(Estimate(np.array([0.5]), np.array([0.4]), np.array([0.6]), 0.05, "cosine"))
    cosine 0.5000 [0.4000, 0.6000]
    """

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    delta: float
    measure: str

    def __len__(self) -> int:
        return len(self.value)

    def __str__(self) -> str:
        lines = zip(self.value, self.low, self.high, strict=True)
        return "\n".join(f"{self.measure} {value:.4f} [{low:.4f}, {high:.4f}]" for value, low, high in lines)

    __repr__ = __str__


def share_interval(share: NDArray[np.float64], n: int, delta: float) -> tuple[NDArray, NDArray]:
    """Interval for a probability of which ``share`` was seen in ``n`` independent trials.

    All p with KL(share ‖ p) ≤ ln(2/delta) / n: the sharpest form of Hoeffding's bound (1963, theorem 1), which holds
    for every n, unlike an interval from the normal distribution.

    Examples
    --------
    >>> [round(float(end[0]), 3) for end in share_interval(np.array([0.5]), 100, 0.05)]
    [0.367, 0.633]
    """
    limit = math.log(2 / delta) / n
    ends = []
    for end in (0.0, 1.0):
        inner, outer = share.copy(), np.full_like(share, end)
        for _ in range(_STEPS):
            middle = (inner + outer) / 2
            inside = _divergence(share, middle) <= limit
            inner, outer = np.where(inside, middle, inner), np.where(inside, outer, middle)
        ends.append(np.where(share == end, share, outer))
    return ends[0], ends[1]


def _divergence(p: NDArray, q: NDArray) -> NDArray[np.float64]:
    """KL divergence of two coins; infinite where q rules out what p allows."""
    with np.errstate(divide="ignore", invalid="ignore"):
        heads = np.where(p > 0, p * np.log(p / q), 0.0)
        tails = np.where(p < 1, (1 - p) * np.log((1 - p) / (1 - q)), 0.0)
    return heads + tails


def hoeffding(n: int, delta: float) -> float:
    """Half-width √(ln(2/delta) / 2n) that holds around a share of n trials but for ``delta`` (Hoeffding 1963)."""
    return math.sqrt(math.log(2 / delta) / (2 * n))


def row_failure(depth: int, delta: float) -> float:
    """The largest probability of failure of one row with which the median of ``depth`` rows fails at most in ``delta``.

    The median is off only if more than half of the rows are: P(Binomial(depth, q) > depth / 2) = delta, solved for q.

    Examples
    --------
    >>> row_failure(1, 0.05), round(row_failure(5, 0.05), 3)
    (0.05, 0.189)
    """
    if depth == 1:
        return delta
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        q = (low + high) / 2
        terms = (math.comb(depth, k) * q**k * (1 - q) ** (depth - k) for k in range(depth // 2 + 1, depth + 1))
        low, high = (q, high) if sum(terms) <= delta else (low, q)
    return low
