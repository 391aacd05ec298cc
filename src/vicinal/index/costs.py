"""What the same neighbours cost: bytes of a vector against the neighbours that are still found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadInput
from vicinal.index.kept import NeighbourRecall
from vicinal.index.ways import Way, ways_of
from vicinal.matches import table
from vicinal.memory import show_bytes
from vicinal.randomness import generator
from vicinal.space import Space

_NUMBERS = 25_000_000  # of the rows that neighbours are sought among: 400,000 of 50 dimensions, 100 MB
_QUERIES = 200


@dataclass(frozen=True, eq=False)
class SmallForms:
    """A space kept in several ways, each in fewer bytes.

    Attributes
    ----------
    space : Space
    rows : (n,) int64
        Rows that are kept, and that neighbours are sought among: all, or of a very large space a drawn sample.
    ways : list of Way
        The first keeps the vectors as they are.
    left_out : list of dict
        Label and reason of the ways that cannot keep these vectors.
    """

    space: Space
    rows: NDArray[np.int64]
    ways: list[Way]
    left_out: list[dict[str, str]]

    @classmethod
    def of(cls, space: Space) -> SmallForms:
        """Keep a space in every way; `BadInput` for a space of one name.

        Examples
        --------
        >>> forms = SmallForms.of(Space(["A", "B"], np.eye(2, 16)))
        >>> [way.key for way in forms.ways][:3], forms.found(forms.ways[0], np.array([0]), 1).tolist()
        (['float32', 'float16', 'int8'], [[1]])
        """
        if len(space) < 2:
            raise BadInput("the one name of this space has no neighbours")
        most = max(1000, _NUMBERS // space.dim)
        if len(space) <= most:
            return cls(space, np.arange(len(space)), *ways_of(space))
        rows = np.sort(generator(0, 4).choice(len(space), most, replace=False))
        return cls(space, rows, *ways_of(space.take(rows)))

    def found(self, way: Way, asked: NDArray[np.int64], k: int) -> NDArray[np.int64]:
        """Rows of the space that are nearest to some of its rows, themselves left out, (m, k)."""
        near = self.rows[way.nearest(self.space.matrix[asked], min(k + 1, len(self.rows)), self.space.metric)]
        own_last = np.argsort(near == asked[:, None], axis=1, kind="stable")
        return np.take_along_axis(near, own_last, axis=1)[:, :k]

    def costs(self, k: int = 10) -> FormCosts:
        """Count which share of the k nearest each way still finds; k is cut to what there is."""
        k = min(check_whole("k", k), len(self.rows) - 1)
        chosen = np.sort(generator(0, 5).choice(len(self.rows), min(_QUERIES, len(self.rows)), replace=False))
        asked, first = self.rows[chosen], self.ways[0]
        true = self.found(first, asked, k)
        costs = [FormCost(first, NeighbourRecall(1.0, 1.0, 1.0, k, len(asked)))]
        for way in self.ways[1:]:
            near = self.found(way, asked, k)
            shares = (true[:, :, None] == near[:, None, :]).any(axis=2).mean(axis=1)
            costs.append(FormCost(way, NeighbourRecall.of(shares, k)))
        return FormCosts(k, len(self.space), costs)


@dataclass(frozen=True)
class FormCost:
    """One way to keep vectors, and the share of neighbours that it still finds.

    Attributes
    ----------
    way : Way
        Its ``label``, ``dim`` and ``bytes`` of a vector, among others.
    recall : NeighbourRecall
    """

    way: Way
    recall: NeighbourRecall


@dataclass(frozen=True)
class FormCosts:
    """What `form_costs` found: prints as a table.

    Attributes
    ----------
    k : int
        Neighbours.
    n : int
        Rows of the space.
    costs : list of FormCost

    Examples
    --------
    >>> costs = form_costs(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]), k=1)
    >>> print(FormCosts(1, 3, costs.costs[:1]))
    kept as             bytes a vector  together                recall@1
    ------------------  --------------  --------  ----------------------
    float32, as stored             8.0  24 bytes  1.000 (1.000 to 1.000)
    """

    k: int
    n: int
    costs: list[FormCost]

    def __len__(self) -> int:
        return len(self.costs)

    def __iter__(self) -> Iterator[FormCost]:
        return iter(self.costs)

    def __str__(self) -> str:
        heading = ["kept as", "bytes a vector", "together", f"recall@{self.k}"]
        rows = [
            [cost.way.label, f"{cost.way.bytes:.1f}", show_bytes(cost.way.bytes * self.n), str(cost.recall)]
            for cost in self.costs
        ]
        return table(heading, rows)


def form_costs(space: Space, k: int = 10) -> FormCosts:
    """Keep the vectors of a space in every smaller form, and count how many of the k nearest neighbours each finds.

    Fewer bits (float16, int8, binary), fewer dimensions (the first ones, or principal axes), and both. The share is the
    mean over 200 drawn rows, the same for all ways, each compared with what the stored vectors find. `compress` makes
    the one that is chosen.

    Parameters
    ----------
    space : Space
        Of two names or more. Of one so large that this would take long, neighbours are sought in a drawn sample.
    k : int
        Cut to what there is.

    Returns
    -------
    FormCosts
        The first is the form in which the vectors are stored.

    Raises
    ------
    BadInput
        For a space of one name.

    Examples
    --------
    >>> space = Space([f"n{i}" for i in range(60)], np.random.default_rng(0).standard_normal((60, 16)))
    >>> [(cost.way.label, cost.way.bytes) for cost in form_costs(space, k=3)][:2]
    [('float32, as stored', 64.0), ('float16', 32.0)]
    """
    return SmallForms.of(space).costs(k)
