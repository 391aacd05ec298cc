"""What one asks of a space: who is near, what completes an analogy, who does not belong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal import lookup
from vicinal.errors import BadInput, BadOption
from vicinal.lengths import unit_rows_wide
from vicinal.matches import Matches
from vicinal.record import Record
from vicinal.similarity import check_metric, pairwise

_ALL_PAIRS = 20_000  # rows up to which all pairs are answered: 1.6 GB of float32


class Questions(Record):
    """The look-ups of `Space`: exact, by any of the three metrics."""

    def vector(self, query: str) -> NDArray[np.float32]:
        """Return the vector of a name or of a sum such as ``"king - man + woman"``.

        Operators stand between spaces; a term may carry a factor (``"0.5 * king"``). Under cosine every term of a sum
        is taken at length 1, as 3CosAdd does (Mikolov et al. 2013); under dot and euclidean as it is.

        Returns
        -------
        (dim,) float32

        Raises
        ------
        UnknownName
            Naming the term that is not there, with near spellings.

        Examples
        --------
        >>> from vicinal import Space
        >>> Space(["a", "b"], [[1, 0], [0, 2]], metric="dot").vector("b - 0.5 * a").tolist()
        [-0.5, 2.0]
        """
        return lookup.resolve(query, self.names, self.matrix, self.metric)[0]

    def nearest(
        self,
        query: Any,
        k: int = 10,
        *,
        metric: str | None = None,
        exclude: Iterable[str] = (),
        filter: ArrayLike | None = None,
        mix: bool = False,
    ) -> Matches:
        """Find the k nearest names, exactly.

        Parameters
        ----------
        query : str, list of str, (dim,) or (m, dim) array, or Space
            A name or sum (its own names are left out of the answer), several of them, or vectors.
        k : int
            1 or more; fewer are returned only where fewer exist.
        metric : str, optional
            Instead of the space's own.
        exclude : iterable of str
            Names never returned; those that are not here do not matter.
        filter : (n,) bool array, optional
            Rows that may be returned.
        mix : bool
            Allow a query space of another origin.

        Returns
        -------
        Matches
            Equal scores in row order.

        Raises
        ------
        BadInput
            For vectors of another dimension or not finite, or a mask that does not fit.
        BadOption
            For ``k`` below 1 or an unknown metric.
        SpacesDiffer
            For a query space of another origin.
        UnknownName

        Examples
        --------
        >>> from vicinal import Space
        >>> space = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
        >>> [m.name for m in space.nearest("A", k=5)[0]]
        ['C', 'B']
        """
        metric, k = self._metric(metric), min(lookup.check_k(k), len(self))
        if isinstance(query, Record):
            self.check_same_origin(query, mix)
            asked = replace(lookup.asked_by_vectors(query.matrix, self.dim), labels=list(query.names))
        else:
            asked = lookup.asked(query, self.names, self.matrix, metric)
        allowed = lookup.allowed_rows(self.names, exclude, filter)
        rows, scores = lookup.search(asked, self.matrix, self.norms, k, metric, allowed=allowed)
        return lookup.matches(asked, rows, scores, k=k, names=self.names, metric=metric)

    def analogy(self, a: str, b: str, c: str, k: int = 10, *, method: str = "add") -> Matches:
        """Answer "a is to b as c is to …".

        Parameters
        ----------
        a, b, c : str
        k : int
        method : "add" or "multiply"
            3CosAdd (Mikolov et al. 2013, b - a + c) or 3CosMul (Levy and Goldberg 2014,
            cos(x, b) cos(x, c) / (cos(x, a) + 0.001) with cosines moved to [0, 1]).

        Returns
        -------
        Matches
            Without a, b and c; always by cosine, whatever the metric of the space.

        Raises
        ------
        BadOption
            For ``k`` below 1 or an unknown method.
        UnknownName

        Examples
        --------
        >>> from vicinal import Space
        >>> space = Space(["man", "king", "woman", "queen"], [[1, 0], [1, 1], [-1, 0.1], [-1, 1]])
        >>> space.analogy("man", "king", "woman").first
        'queen'
        """
        k = min(lookup.check_k(k), len(self))
        rows = [self.names.row(name) for name in (a, b, c)]
        unit = unit_rows_wide(self.matrix[rows])
        target = (unit[1] - unit[0] + unit[2]).astype(np.float32)
        asked = lookup.Asked([f"{a} : {b} :: {c} : …"], target[None, :], [set(rows)])
        if method == "add":
            found = lookup.search(asked, self.matrix, self.norms, k, "cosine")
            return lookup.matches(asked, *found, k=k, names=self.names, metric="cosine")
        if method != "multiply":
            raise BadOption(f"method must be 'add' or 'multiply', got {method!r}")
        found = lookup.three_cos_mul(rows, self.matrix, self.norms, k)
        return lookup.matches(asked, *found, k=k, names=self.names, metric="3CosMul")

    def similarity(self, a: str, b: str, *, metric: str | None = None) -> float:
        """Score two names or sums; for euclidean, minus the distance.

        Examples
        --------
        >>> from vicinal import Space
        >>> Space(["A", "B"], [[3, 4], [6, 8]]).similarity("A", "B", metric="euclidean")
        -5.0
        """
        return float(self.similarities([a, b], metric=metric)[0, 1])

    def similarities(self, names: Sequence[str] | None = None, *, metric: str | None = None) -> NDArray[np.float32]:
        """Score all pairs of the given names or sums (all names by default).

        Returns
        -------
        (m, m) float32
            For euclidean minus the distance; for cosine 0 where a row is zero, on the diagonal too.

        Raises
        ------
        BadInput
            For more than 20,000 names.

        Examples
        --------
        >>> from vicinal import Space
        >>> table = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]).similarities()
        >>> [f"{score:.2f}" for score in table[0]]
        ['1.00', '0.35', '1.00']
        """
        metric = self._metric(metric)
        size = len(self) if names is None else len(lookup.check_list(names, "similarities()"))
        if size > _ALL_PAIRS:
            raise BadInput(f"all pairs of {size:,} names would be {size * size:,} figures; take() a part of the space")
        if names is None:
            return pairwise(self.matrix, metric=metric)
        return pairwise(lookup.asked_by_text(names, self.names, self.matrix, metric).vectors, metric=metric)

    def odd_one_out(self, names: Sequence[str]) -> str:
        """Name the one whose vector is farthest, by cosine, from the mean direction of the others; the first of equals.

        Examples
        --------
        >>> from vicinal import Space
        >>> Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]).odd_one_out(["A", "B", "C"])
        'B'
        """
        listed = lookup.check_list(names, "odd_one_out()", least=3)
        unit = unit_rows_wide(lookup.asked_by_text(listed, self.names, self.matrix, "cosine").vectors)
        return listed[lookup.farthest(unit)]

    def _metric(self, metric: str | None) -> str:
        return self.metric if metric is None else check_metric(metric)
