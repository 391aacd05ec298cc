"""What every kind of index is: a structure over rows that finds candidates and scores the last of them exactly."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.index.rows import Rows
from vicinal.progress import Callback


class Kind(ABC):
    """Base of all kinds. A built one never changes: what adds rows returns another, so that searches may go on.

    A kind knows rows by position and nothing of names, files or locks: `vicinal.index.Index` does.

    Attributes
    ----------
    name : str
        As users write it: ``"exact"``, ``"tree_ah"``.
    metrics : tuple of str
        Metrics it can search by.
    growth : float
        Power of the number of rows by which a search takes longer, as far as can be said before it is measured.
    data : Rows
        What it was built from.
    options : dict
        What it was built with, as JSON values.
    """

    name: ClassVar[str]
    metrics: ClassVar[tuple[str, ...]] = ("cosine", "dot", "euclidean")
    growth: ClassVar[float] = 0.4
    data: Rows
    options: dict[str, Any]

    @classmethod
    @abstractmethod
    def build(
        cls, data: Rows, *, seed: int = 0, threads: int = 0, callback: Callback | None = None, **options: Any
    ) -> Self:
        """Build from rows.

        Parameters
        ----------
        data : Rows
            One row or more; duplicates, zero rows and constant columns are all fine.
        seed : int
        threads : int
            0 for one a processor.
        callback : callable, optional
            Receives `Progress`.
        **options
            Of the kind; each has a default.

        Raises
        ------
        BadOption
            For an option out of range or not known.
        """

    @abstractmethod
    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        allowed: NDArray[np.bool_] | None = None,
        setting: Mapping[str, Any] | None = None,
        threads: int = 1,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find k near rows for every query; safe to call from many threads at once.

        Parameters
        ----------
        queries : (m, dim) float32, C-contiguous
            Finite; of length 1 for cosine, and never zero for cosine and dot (`Index` answers those).
        k : int
            1 to n.
        allowed : (n,) bool, optional
            Rows that may be returned. Few of them may make the answer shorter than k; `Index` then searches exactly.
        setting : mapping, optional
            One of `settings`, by default `setting`.
        threads : int
            0 for one a processor.

        Returns
        -------
        rows : (m, k) int64
            Distinct, nearest first, equal scores by row; -1 where fewer than k were found.
        scores : (m, k) float32
            Exact, as of `vicinal.index.rescore.rescore`, larger is nearer; NaN beside -1.
        """

    @classmethod
    @abstractmethod
    def plans(cls, n: int, dim: int, metric: str) -> Sequence[dict[str, Any]]:
        """Options of `build` worth trying for n rows, the likeliest first; empty where the kind is of no use there."""

    def settings(self, k: int) -> Sequence[dict[str, Any]]:
        """Options of `search` from the quickest to the most thorough; one empty one where there is nothing to set."""
        return [{}]

    @property
    def setting(self) -> dict[str, Any]:
        """The setting used unless told otherwise; the tuner puts its own in `Index`."""
        settings = self.settings(10)
        return dict(settings[len(settings) // 2])

    def extend(self, data: Rows, *, threads: int = 0, callback: Callback | None = None) -> Self:
        """Return one over ``data``, whose first rows are the rows of this one; by default built anew.

        Parameters
        ----------
        data : Rows
            The old rows in the old order, then the new ones.
        """
        return type(self).build(data, threads=threads, callback=callback, **self.options)

    @property
    @abstractmethod
    def nbytes(self) -> int:
        """Bytes it holds besides the full vectors."""

    @abstractmethod
    def arrays(self) -> dict[str, NDArray]:
        """Everything `restore` needs, as arrays for one file; names of lower-case letters and underscores."""

    @classmethod
    @abstractmethod
    def restore(cls, data: Rows, arrays: Mapping[str, NDArray], options: Mapping[str, Any]) -> Self:
        """Make one again of what `arrays` and `options` gave; the arrays may be memory-mapped.

        Raises
        ------
        BadFormat
            For arrays that do not fit each other or ``data``: the file is not trusted, and no position in it may lead
            outside of an array.
        """
