"""Branch and bound: a ball tree or k-d tree, exact, and quick where rows have few dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_choice, check_whole
from vicinal.index.choices import choose
from vicinal.index.kind import Kind
from vicinal.index.reduction import Reduction
from vicinal.index.rescore import rescore
from vicinal.index.rows import Rows
from vicinal.lengths import BLOCK_ROWS
from vicinal.progress import Callback
from vicinal.require import require
from vicinal.similarity import nearest_rows

_OPTIONS = {"split": "kd", "leaf_size": 40}
_FEW_DIMENSIONS = 8  # with more, normal random rows are compared quicker one and all
_ROUNDING = 1e-12  # squares of distances of points within the unit ball are good to this


class Tree(Kind):
    """A tree of boxes or balls: what lies in a box that is farther than the k nearest so far is not looked at.

    Exact. The tree is scikit-learn's, over points in float64 (Bentley 1975, "Multidimensional binary search trees used
    for associative searching"; Omohundro 1989, "Five balltree construction algorithms"). Cosine and dot product become
    distances by `Reduction`. Of rows that tie with the k-th one all are fetched, so that equal scores come by row.

    With many dimensions every branch might hold a near row: then a query costs more than comparing everything.
    Queries that fetch more than a quarter of the rows are answered by comparing all instead.

    Examples
    --------
    >>> data = Rows.of(np.arange(8, dtype=np.float32)[:, None], "euclidean")
    >>> Tree.build(data).search(np.array([[2.9]], np.float32), 2)[0].tolist()
    [[3, 2]]
    """

    name = "tree"
    _reduction: Reduction
    _tree: Any
    _size: int

    @classmethod
    def build(
        cls, data: Rows, *, seed: int = 0, threads: int = 0, callback: Callback | None = None, **options: Any
    ) -> Self:
        """See `Kind.build`; nothing is random, and one thread builds.

        Parameters
        ----------
        data, seed, threads, callback
        split : "kd" or "ball"
            Boxes or balls.
        leaf_size : int
            Rows that are compared without splitting them further.
        """
        self = cls()
        self.data, self.options = data, choose(cls.name, "option", options, _OPTIONS)
        check_choice("split", self.options["split"], ("kd", "ball"))
        check_whole("leaf_size", self.options["leaf_size"])
        neighbors = require("sklearn.neighbors", "search")
        self._reduction = Reduction.of(data, lifted=True)
        points = np.empty((len(data), self._reduction.dim))
        for at in range(0, len(data), BLOCK_ROWS):
            points[at : at + BLOCK_ROWS] = self._reduction.points(data, at, at + BLOCK_ROWS)
        maker = neighbors.KDTree if self.options["split"] == "kd" else neighbors.BallTree
        self._tree = maker(points, leaf_size=self.options["leaf_size"])
        self._size = points.nbytes + sum(np.asarray(part).nbytes for part in self._tree.get_arrays()[1:])
        return self

    @classmethod
    def plans(cls, n: int, dim: int, metric: str) -> Sequence[dict[str, Any]]:
        """See `Kind.plans`; none for more than eight dimensions or few rows, where comparing all is quicker."""
        if dim > _FEW_DIMENSIONS or n < 1000:
            return []
        return [{"split": "kd", "leaf_size": 40}]

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        allowed: NDArray[np.bool_] | None = None,
        setting: Mapping[str, Any] | None = None,
        threads: int = 1,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See `Kind.search`; scikit-learn keeps the interpreter's lock, so that threads do not help."""
        choose(self.name, "setting", setting, {})
        rows = np.full((len(queries), k), -1, np.int64)
        scores = np.full((len(queries), k), np.nan, np.float32)
        n = len(self.data)
        wanted = min(k, n if allowed is None else int(np.count_nonzero(allowed)))
        if not wanted:
            return rows, scores
        points = self._reduction.queries(queries)
        left = np.arange(len(queries))
        fetched = wanted + 8
        while len(left) and 4 * fetched < n:
            apart, near = self._tree.query(points[left], fetched)
            candidates = near if allowed is None else np.where(allowed[near], near, -1)
            done = _has_all(apart, candidates, points[left], wanted)
            answered = left[done]
            rows[answered], scores[answered] = rescore(
                queries[answered], candidates[done], self.data, k, threads=threads
            )
            left, fetched = left[~done], 2 * fetched
        if len(left):
            found = nearest_rows(
                queries[left], self.data.matrix, wanted, self.data.metric, self.data.norms, allowed=allowed
            )
            rows[left, :wanted], scores[left, :wanted] = found
        return rows, scores

    @property
    def nbytes(self) -> int:
        """See `Kind.nbytes`; the points in float64 and the tree."""
        return self._size + self.data.norms.nbytes

    def arrays(self) -> dict[str, NDArray]:
        """See `Kind.arrays`; none: building it again takes little more than reading the points would."""
        return {}

    @classmethod
    def restore(cls, data: Rows, arrays: Mapping[str, NDArray], options: Mapping[str, Any]) -> Self:
        """See `Kind.restore`; builds it again, and so believes nothing but the rows."""
        return cls.build(data, **options)


def _has_all(apart: NDArray, candidates: NDArray, points: NDArray, wanted: int) -> NDArray[np.bool_]:
    """Tell for which queries the k nearest and all that tie with them were fetched: the last fetched lies beyond."""
    squares = np.square(apart)
    places = np.argsort(candidates < 0, axis=1, kind="stable")[:, wanted - 1]  # of the k-th that is allowed
    each = np.arange(len(apart))
    enough = candidates[each, places] >= 0
    slack = _ROUNDING * (1 + np.einsum("ij,ij->i", points, points))
    return enough & (squares[each, places] * (1 + 1e-9) + slack < squares[:, -1])
