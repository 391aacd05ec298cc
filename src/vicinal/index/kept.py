"""How many neighbours survive a change of vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.index.exact import exact_rows
from vicinal.index.rows import Rows
from vicinal.lengths import single, unit_rows
from vicinal.space import Space


@dataclass(frozen=True)
class NeighbourRecall:
    """Share of the true k nearest that are still found, the mean of a sample of names.

    Attributes
    ----------
    value : float
    low, high : float
        Interval that holds the mean over all names in 95 of 100 samples (normal approximation; where all of a sample
        agree, the rule of three).
    k, queries : int

    Examples
    --------
    >>> print(NeighbourRecall.of(np.array([1.0, 0.9, 0.8, 0.9]), 10))
    0.900 (0.820 to 0.980)
    """

    value: float
    low: float
    high: float
    k: int
    queries: int

    @classmethod
    def of(cls, shares: NDArray[np.float64], k: int) -> NeighbourRecall:
        """Sum up the shares found by each query."""
        m, mean = len(shares), float(shares.mean())
        spread = 1.96 * float(shares.std(ddof=1)) / m**0.5 if m > 1 else 1.0
        spread = spread or 3 / m
        return cls(mean, max(0.0, mean - spread), min(1.0, mean + spread), k, m)

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


class NeighbourTruth:
    """The k nearest of a sample of names, by the full vectors; the name itself does not count.

    Parameters
    ----------
    space : Space
    chosen : (m,) int64
        Rows asked about.
    k : int
        Cut to what there is.
    threads : int
        0 for one a processor.

    Attributes
    ----------
    rows : (m, k) int64

    Examples
    --------
    >>> space = Space(["a", "b", "c"], [[0, 1], [1, 1], [1, 0]], metric="dot")
    >>> truth = NeighbourTruth(space, np.array([0]), 1)
    >>> truth.rows.tolist(), truth.recall(space.matrix[:, :1]).value
    ([[1]], 1.0)
    """

    def __init__(self, space: Space, chosen: NDArray[np.int64], k: int, threads: int = 1) -> None:
        self.metric, self.chosen, self.threads = space.metric, chosen, threads
        self.k = min(k, len(space) - 1)
        self.rows = self._nearest(space.matrix, self.k)

    def _nearest(self, matrix: NDArray[Any], k: int) -> NDArray[np.int64]:
        """Rows of the k nearest of each of the sample, (m, k)."""
        data = Rows.of(matrix, self.metric)
        queries = single(matrix[self.chosen])
        queries = unit_rows(queries) if self.metric == "cosine" else queries
        k = min(k, len(matrix) - 1)
        found, _ = exact_rows(queries, data, k + 1, threads=self.threads)
        own_last = np.argsort(found == self.chosen[:, None], axis=1, kind="stable")
        return np.take_along_axis(found, own_last, axis=1)[:, :k]

    def recall(self, matrix: NDArray[Any], oversample: int = 1) -> NeighbourRecall:
        """Share of the truth that another matrix finds among its ``oversample`` · k nearest."""
        if not self.k:
            return NeighbourRecall(1.0, 1.0, 1.0, 0, len(self.chosen))
        found = self._nearest(matrix, self.k * oversample)
        shares = [np.isin(true, near).mean() for true, near in zip(self.rows, found, strict=True)]
        return NeighbourRecall.of(np.array(shares), self.k)
