"""What a kind of index is built from: the rows of a matrix under a metric; and threads to work on ranges."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vicinal.lengths import inverse, row_norms, unit_rows
from vicinal.processors import processor_count
from vicinal.similarity import check_metric


@dataclass(frozen=True, eq=False)
class Rows:
    """The full vectors of an index, to build from and to score the last candidates with.

    Attributes
    ----------
    matrix : (n, dim) float32 or float16
        As the space holds it, maybe memory-mapped; never changed.
    norms : (n,) float32
        `vicinal.lengths.row_norms` of the matrix.
    metric : "cosine", "dot" or "euclidean"

    Examples
    --------
    >>> rows = Rows.of(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32), "cosine")
    >>> len(rows), rows.dim, [round(scale, 2) for scale in rows.scales.tolist()]
    (2, 2, [0.2, 0.0])
    """

    matrix: NDArray[np.floating]
    norms: NDArray[np.float32]
    metric: str

    @classmethod
    def of(cls, matrix: NDArray[np.floating], metric: str) -> Rows:
        """Measure the rows of a matrix.

        Examples
        --------
        >>> Rows.of(np.eye(2, dtype=np.float32), "dot").metric
        'dot'
        """
        return cls(matrix, row_norms(matrix), check_metric(metric))

    def __len__(self) -> int:
        return len(self.matrix)

    @property
    def dim(self) -> int:
        """Dimensions of a row."""
        return self.matrix.shape[1]

    @cached_property
    def scales(self) -> NDArray[np.float32]:
        """What a dot product with each row is multiplied by: 1 / length for cosine (0 for a zero row), else 1; (n,)."""
        return inverse(self.norms) if self.metric == "cosine" else np.ones(len(self), np.float32)

    def block(self, start: int, stop: int) -> NDArray[np.float32]:
        """Rows from ``start`` to ``stop`` as they are compared, float32: of length 1 for cosine, else as they are.

        Examples
        --------
        >>> Rows.of(np.array([[3.0, 4.0]], np.float32), "cosine").block(0, 1).round(1).tolist()
        [[0.6000000238418579, 0.800000011920929]]
        """
        part = self.matrix[start:stop]
        return unit_rows(part) if self.metric == "cosine" else np.asarray(part, np.float32)


def worker_count(threads: int) -> int:
    """Threads to work with: as many as asked for, 0 for one a processor that this process may use.

    Examples
    --------
    >>> worker_count(3)
    3
    """
    return threads or processor_count()


def in_ranges(work: Callable[[int, int], None], n: int, threads: int, least: int = 1) -> None:
    """Call ``work(start, stop)`` for ranges that cover 0 to n, on several threads where n is at least twice ``least``.

    Examples
    --------
    >>> done = np.zeros(10, bool)
    >>> in_ranges(lambda start, stop: done.__setitem__(slice(start, stop), True), 10, threads=2)
    >>> bool(done.all())
    True
    """
    workers = min(worker_count(threads), max(1, n // max(least, 1)))
    if workers == 1:
        work(0, n)
        return
    edges = np.linspace(0, n, 4 * workers + 1 if n >= 4 * workers * least else workers + 1).astype(int).tolist()
    with ThreadPoolExecutor(workers, "vicinal-index") as pool:
        for future in [pool.submit(work, a, b) for a, b in pairwise(edges)]:
            future.result()


def fixed(array: NDArray) -> NDArray:
    """View an array as one that is not written to, of the plain type even if memory-mapped.

    Kernels are compiled once, for such arrays, whether they come from a file or not.

    Examples
    --------
    >>> fixed(np.zeros(2)).flags.writeable
    False
    """
    view = np.ascontiguousarray(array).view(np.ndarray)
    view.flags.writeable = False
    return view
