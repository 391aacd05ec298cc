"""Rows under any metric as points that other structures can search: of moderate size, and on a sphere where wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat
from vicinal.index.rows import Rows
from vicinal.index.stored import stored
from vicinal.lengths import BLOCK_ROWS, unit_rows_wide

_MUCH_LONGER = 10.0  # than the longest row so far: without lifting, that does no harm
_FARTHEST = 1e4  # queries this far from all rows are drawn nearer: only their direction still matters


@dataclass(frozen=True, eq=False)
class Reduction:
    """How rows become points, and queries too.

    Cosine: rows of length 1. Dot: rows divided by the greatest length, queries of length 1. Euclidean: rows less
    ``centre``, scaled so that none is longer than 1. Where *lifted*, points get one dimension more, sqrt(1 - |x|²), and
    queries 0 there (Bachrach et al. 2014, "Speeding up the Xbox recommender system using a euclidean transformation
    for inner-product spaces", section 3.2): all points then lie on the sphere, the squared distance from a query to a
    point is 2 - 2 q·x, and the nearest points are those of the largest products.

    Attributes
    ----------
    metric : str
    centre : (dim,) float32
    scale : float
        What rows are multiplied by.
    lifted : bool

    Examples
    --------
    >>> data = Rows.of(np.array([[3, 4], [0, 1]], np.float32), "dot")
    >>> Reduction.of(data, lifted=True).points(data, 0, 2).round(2).tolist()
    [[0.6, 0.8, 0.0], [0.0, 0.2, 0.98]]
    """

    metric: str
    centre: NDArray[np.float32]
    scale: float
    lifted: bool

    @classmethod
    def of(cls, data: Rows, *, lifted: bool, centred: bool = False) -> Self:
        """Measure rows.

        Parameters
        ----------
        data : Rows
        lifted : bool
            For cosine and dot; cosine does without where no row is zero, since all points lie on the sphere then.
        centred : bool
            Take the mean as centre, for euclidean.
        """
        centre = np.zeros(data.dim, np.float32)
        longest = float(data.norms.max(initial=0))
        if data.metric == "euclidean" and centred:
            blocks = [data.matrix[at : at + BLOCK_ROWS] for at in range(0, len(data), BLOCK_ROWS)]
            total = np.sum([np.sum(block, axis=0, dtype=np.float64) for block in blocks], axis=0)
            centre = (total / len(data)).astype(np.float32)
            longest = max(float(np.linalg.norm(block - centre.astype(float), axis=1).max()) for block in blocks)
        if data.metric == "cosine":
            return cls(data.metric, centre, 1.0, lifted and bool((data.norms == 0).any()))
        return cls(data.metric, centre, 1.0 / longest if longest else 1.0, lifted and data.metric == "dot")

    @property
    def dim(self) -> int:
        """Dimensions of a point."""
        return len(self.centre) + self.lifted

    def points(self, data: Rows, start: int, stop: int) -> NDArray[np.float64]:
        """Rows from ``start`` to ``stop`` as points, (m, dim)."""
        rows = data.matrix[start:stop]
        out = np.zeros((len(rows), self.dim))
        plain = out[:, : data.dim]
        if self.metric == "cosine":
            plain[:] = unit_rows_wide(rows)
        else:
            np.subtract(rows, self.centre, out=plain, dtype=np.float64)
            plain *= self.scale
        if self.lifted:
            out[:, -1] = np.sqrt(np.maximum(0.0, 1.0 - np.einsum("ij,ij->i", plain, plain)))
        return out

    def queries(self, queries: NDArray[np.float32]) -> NDArray[np.float64]:
        """Queries as points, (m, dim)."""
        asked = unit_rows_wide(queries) if self.metric == "dot" else queries.astype(np.float64)
        if self.metric == "euclidean":
            asked = (asked - self.centre) * self.scale
            lengths = np.linalg.norm(asked, axis=1, keepdims=True)
            asked *= _FARTHEST / np.maximum(lengths, _FARTHEST)
        return np.pad(asked, ((0, 0), (0, 1))) if self.lifted else asked

    def holds(self, data: Rows, start: int) -> bool:
        """Tell whether the rows from ``start`` on become good points too."""
        longest = float(data.norms[start:].max(initial=0)) * self.scale
        if self.metric == "cosine":
            return self.lifted or bool((data.norms[start:] > 0).all())
        if self.metric == "dot":
            return longest <= (1 + 1e-6 if self.lifted else _MUCH_LONGER)
        return longest <= 1 + float(np.linalg.norm(self.centre.astype(float))) * self.scale

    def arrays(self) -> dict[str, NDArray]:
        """Everything `restore` needs."""
        return {"centre": self.centre, "scale": np.array([self.scale, self.lifted], np.float64)}

    @classmethod
    def restore(cls, data: Rows, arrays: Mapping[str, NDArray]) -> Self:
        """Make one again of `arrays`, which are not trusted.

        Raises
        ------
        BadFormat
        """
        centre = stored(arrays, "centre", np.float32, (data.dim,), most=3.5e38)
        scale, lifted = stored(arrays, "scale", np.float64, (2,), least=0, most=1e300).tolist()
        if not scale or lifted not in (0.0, 1.0) or (lifted and data.metric == "euclidean"):
            raise BadFormat(f"the array 'scale' of this index holds {[scale, lifted]}, which no index has")
        if data.metric != "euclidean" and centre.any():
            raise BadFormat(f"the array 'centre' of this index is not zero, as it must be for {data.metric}")
        return cls(data.metric, centre, scale, bool(lifted))


def some_rows(data: Rows, chosen: NDArray[np.int64]) -> Rows:
    """Copy some of the rows.

    Examples
    --------
    >>> some_rows(Rows.of(np.eye(3, dtype=np.float32), "dot"), np.array([2])).matrix.tolist()
    [[0.0, 0.0, 1.0]]
    """
    return Rows(data.matrix[chosen], data.norms[chosen], data.metric)
