"""Whom a map keeps near: for single points, the neighbours it kept, those it lost and those it made up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadInput, SpacesDiffer
from vicinal.index.exact import exact_rows
from vicinal.index.rows import Rows, in_ranges
from vicinal.maps._neighbours import others
from vicinal.maps.map import Map
from vicinal.similarity import check_metric, unit_rows
from vicinal.space import Space


@dataclass(frozen=True, eq=False)
class PointTrust:
    """What a map kept of the neighbours of m points; all rows are rows of the map.

    Attributes
    ----------
    rows : (m,) int64
        The points.
    share : (m,) float64
        The part of their k true neighbours that are among the k nearest on the map, 0 to 1.
    true : (m, k) int64
        The true neighbours, nearest first.
    shown : (m, k) int64
        The nearest on the map, nearest first.
    lost : (m, k) bool
        Which of ``true`` the map does not show among the k nearest.
    false : (m, k) bool
        Which of ``shown`` are not among the k true neighbours.

    Examples
    --------
    >>> space = Space(["A", "B", "C"], [[0, 1], [0, 2], [0, 4]], metric="euclidean")
    >>> found = Trust(space, Map(space.names, [[0, 0], [5, 0], [1, 0]], "by hand")).of([0], k=1)
    >>> space.names[found.true[0, 0]], space.names[found.shown[0, 0]], found.lost.tolist()
    ('B', 'C', [[True]])
    """

    rows: NDArray[np.int64]
    share: NDArray[np.float64]
    true: NDArray[np.int64]
    shown: NDArray[np.int64]
    lost: NDArray[np.bool_]
    false: NDArray[np.bool_]


class Trust:
    """A space and a map of it, made ready to be asked about points.

    Parameters
    ----------
    space : Space
    drawn : Map
        Of this space, or of some of its names: then only those count as neighbours, as no other could be kept.
    metric : str, optional
        Which rows are true neighbours; by default the metric of the space.

    Raises
    ------
    SpacesDiffer
        If the map was made of another space.
    BadInput
        If the space lacks a name of the map, or the map has fewer than two names.

    Examples
    --------
    >>> space = Space(["A", "B", "C", "D"], [[0, 1], [0, 2], [0, 4], [0, 9]], metric="euclidean")
    >>> found = Trust(space, Map(space.names, [[0, 0], [5, 0], [1, 0], [9, 0]], "by hand")).of([0], k=2)
    >>> found.true.tolist(), found.shown.tolist(), found.share.tolist()
    ([[1, 2]], [[2, 1]], [1.0])
    """

    def __init__(self, space: Space, drawn: Map, *, metric: str | None = None) -> None:
        if drawn.fingerprint and drawn.fingerprint != space.fingerprint:
            raise SpacesDiffer(
                f"this map was made of the space {drawn.fingerprint}, not of {space.fingerprint}; draw it again"
            )
        if len(drawn) < 2:
            raise BadInput(f"a point of a map of {len(drawn)} has no neighbours")
        self.space, self.drawn = space, drawn
        self._data = Rows(space.matrix, space.norms, check_metric(metric or space.metric))
        self._places = np.ascontiguousarray(drawn.coordinates.T)
        self._rows: NDArray[np.int64] | None = None  # of the space, for each of the map; None where they are the same
        self._back = np.empty(0, np.int64)
        if drawn.names is not space.names and (len(drawn) != len(space) or drawn.names != space.names):
            self._rows = space.names.rows(drawn.names)
            if (self._rows < 0).any():
                raise BadInput(f"the space lacks {drawn.names[int(np.argmin(self._rows))]!r}, which is on the map")
            self._back = np.full(len(space), -1, np.int64)
            self._back[self._rows] = np.arange(len(drawn))

    def of(self, rows: ArrayLike, k: int = 10, *, threads: int = 0) -> PointTrust:
        """Compare the k neighbours of some points with the k nearest on the map.

        Parameters
        ----------
        rows : (m,) array of int
            Rows of the map.
        k : int
            1 or more; on a map of fewer than k + 1 names, all others.
        threads : int
            0 for one a processor; one point is looked at by one.

        Returns
        -------
        PointTrust

        Raises
        ------
        BadInput
            For a row that is not on the map.
        BadOption
            If ``k`` or ``threads`` is out of range.
        """
        asked = np.atleast_1d(np.asarray(rows))
        if asked.ndim != 1 or (asked.dtype.kind not in "iu" and len(asked)):
            raise BadInput(f"rows must be a list of integers, got {asked.dtype} of shape {asked.shape}")
        asked, n = asked.astype(np.int64), len(self.drawn)
        if len(asked) and not 0 <= int(asked.min()) <= int(asked.max()) < n:
            raise BadInput(f"the rows of this map run from 0 to {n - 1:,}; got {asked.min()} to {asked.max()}")
        k, threads = min(check_whole("k", k), n - 1), check_whole("threads", threads, 0)
        true, shown = self._true(asked, k, threads), self._shown(asked, k, threads)
        kept = true[:, :, None] == shown[:, None, :]
        lost = ~kept.any(axis=2)
        return PointTrust(asked, 1.0 - lost.mean(axis=1), true, shown, lost, ~kept.any(axis=1))

    def _true(self, asked: NDArray[np.int64], k: int, threads: int) -> NDArray[np.int64]:
        there = asked if self._rows is None else self._rows[asked]
        queries = np.ascontiguousarray(self._data.matrix[there], np.float32)
        if self._data.metric == "cosine":
            queries = unit_rows(queries)
        found = exact_rows(queries, self._data, k + 1, None if self._rows is None else self._back >= 0, threads)[0]
        if self._rows is not None:
            found = self._back[found]
        return others(found, asked)

    def _shown(self, asked: NDArray[np.int64], k: int, threads: int) -> NDArray[np.int64]:
        from vicinal.maps._near_kernels import nearest_places

        rows, squares = np.empty((len(asked), k), np.int64), np.empty((len(asked), k))

        def work(start: int, stop: int) -> None:
            part = slice(start, stop)
            nearest_places(self._places, asked[part], rows[part], squares[part])

        in_ranges(work, len(asked), threads, least=8)
        return rows


def point_trust(
    space: Space,
    drawn: Map,
    rows: Iterable[int] | None = None,
    k: int = 10,
    *,
    metric: str | None = None,
    threads: int = 0,
) -> PointTrust:
    """Tell of points of a map how many of their true neighbours it shows beside them; see `Trust` and `Trust.of`.

    Parameters
    ----------
    space : Space
    drawn : Map
    rows : iterable of int, optional
        Rows of the map; all by default.
    k : int
    metric : str, optional
    threads : int

    Returns
    -------
    PointTrust

    Examples
    --------
    >>> space = Space(["A", "B", "C", "D"], [[0, 1], [0, 2], [0, 4], [0, 9]], metric="euclidean")
    >>> point_trust(space, Map(space.names, [[0, 0], [5, 0], [1, 0], [9, 0]], "by hand"), k=1).share.tolist()
    [0.0, 0.0, 0.0, 0.0]
    """
    asked = np.arange(len(drawn)) if rows is None else np.array(list(rows), np.int64)
    return Trust(space, drawn, metric=metric).of(asked, k, threads=threads)
