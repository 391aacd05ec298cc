"""Two spaces side by side: what each name is near to in both, and how far it moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.align import Dictionary
from vicinal.checks import check_whole
from vicinal.errors import BadInput, UnknownName
from vicinal.evaluate.comparing import MOST, Laid, Measured, correlate, lay, measure
from vicinal.evaluate.linking import Link, link
from vicinal.evaluate.report import Figure
from vicinal.evaluate.seen import Seen
from vicinal.lengths import unit_rows_wide
from vicinal.matches import Match
from vicinal.names import near_spellings
from vicinal.space import Space


@dataclass(frozen=True)
class NeighborChange:
    """What became of the neighbours of a name from one space to another; each list nearest first.

    Attributes
    ----------
    name : str
    kept, lost : list of Match
        Near in both; near in the first only. Scores are those of the first.
    gained : list of Match
        Near in the second only, with its scores.

    Examples
    --------
    >>> NeighborChange("A", [Match("C", 0.9)], [], []).overlap
    1.0
    """

    name: str
    kept: list[Match]
    lost: list[Match]
    gained: list[Match]

    @property
    def overlap(self) -> float:
        """Share of the neighbours in the first space that are neighbours in the second, 0 to 1; 0 where none are."""
        return len(self.kept) / max(len(self.kept) + len(self.lost), 1)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two spaces, and what is found out by comparing them; everything is worked out when first asked for, and kept.

    Sets of neighbours are compared, or vectors after b was laid on a by the orthogonal map of the linked names; never
    vectors of one model with those of another as they are. Of large spaces the most important names are measured: the
    4,000 of largest ``count``, or else the first ones, and fewer of very wide vectors.

    Parameters
    ----------
    a, b : Space
    by : "names", "nearest" or Dictionary
        What belongs together: rows of one name; rows that are each other's nearest by CSLS, which takes two spaces in
        the same coordinates (two languages, one laid onto the other by `vicinal.align`); or rows of the pairs of a
        `vicinal.align.Dictionary`.

    Examples
    --------
    >>> a = Space(["A", "B", "C", "D"], [[3, 30], [15, 4], [3, 27], [9, 1]])
    >>> b = Space(a.names, [[3, 30], [5, 40], [30, 3], [90, 1]])
    >>> both = Comparison(a, b)
    >>> both.neighbors("A", 1).lost[0].name, both.neighbors("A", 1).gained[0].name
    ('C', 'B')
    >>> print(both.overlap(1))
    neighbors: overlap@1 0.0000 [0.0000, 0.0000], n 4, 0 skipped (0.0 %); chance gives 0.3333
    >>> [match.name for match in both.moved_most(2)]
    ['C', 'B']
    """

    a: Space
    b: Space
    by: str | Dictionary = "names"
    _kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    _lock: RLock = field(default_factory=RLock, init=False, repr=False)

    def _once(self, what: str, compute: Callable[[], Any]) -> Any:
        if what not in self._kept:
            with self._lock:
                if what not in self._kept:
                    self._kept[what] = compute()
        return self._kept[what]

    @property
    def link(self) -> Link:
        """Which rows belong together; `BadOption` or `BadInput` where the spaces cannot be linked so."""
        found: Link = self._once("link", lambda: link(self.a, self.b, self.by))
        return found

    @property
    def laid(self) -> Laid:
        """How b comes to lie on a, and how well linked names agree then."""
        found: Laid = self._once("laid", lambda: lay(self.a, self.b, self.link))
        return found

    @property
    def measured(self) -> Measured:
        """Up to 50 neighbours of the measured names in both."""
        found: Measured = self._once("measured", lambda: measure(self.a, self.b, self.link))
        return found

    @property
    def similarity(self) -> dict[str, float | int | None]:
        """Spearman's ρ of the similarities of random pairs: ``value``, ``low``, ``high`` (or None) and ``pairs``."""
        found: dict[str, float | int | None] = self._once("similarity", lambda: correlate(self.a, self.b, self.link))
        return found

    @property
    def moved(self) -> NDArray[np.float64] | None:
        """1 - cosine of the two vectors of each measured name, b laid on a, (m,); None where it cannot be laid."""
        found: NDArray[np.float64] | None = self._once("moved", self._moved)
        return found

    def _moved(self) -> NDArray[np.float64] | None:
        laid, (left, right) = self.laid, self.link.rows
        if not laid.by:
            return None
        m = len(self.measured.near_a)
        x, y = unit_rows_wide(self.a.matrix[left[:m]]), unit_rows_wide(laid.vectors(self.b.matrix[right[:m]]))
        return 1.0 - (x * y).sum(axis=1).clip(-1.0, 1.0)

    def moved_most(self, k: int = 10) -> list[Match]:
        """Name those that moved most, with 1 - cosine of their vectors in a and in b laid on a: 0 to 2.

        Raises
        ------
        BadInput
            Where b cannot be laid on a; says why.
        """
        moved = self.moved
        if moved is None:
            raise BadInput(f"how far names moved cannot be told: {self.laid.why}")
        order = np.argsort(-moved, kind="stable")[: check_whole("k", k)]
        names = self.a.names.take(self.link.rows[0][order])
        return [Match(name, score) for name, score in zip(names, moved[order].tolist(), strict=True)]

    def overlap(self, k: int = 10) -> Figure:
        """Mean share of k nearest neighbours (1 to 50) that are the same in both, among the linked names.

        Its 95 % interval (normal) is over names: what other names of the kind would give, not what another training
        would. NaN with a note where nothing is linked, or where k takes in every other linked name.
        """
        check_whole("k", k, 1, MOST)
        among = self.link.rows.shape[1]
        if k >= among - 1:
            note = "no name is linked" if not among else f"k = {k} takes in every other of {among} linked names"
            return Figure("neighbors", float("nan"), note=note, measure=f"overlap@{k}")
        shares = self.measured.overlaps(k)
        value, half = float(shares.mean()), 1.96 * float(shares.std()) / sqrt(len(shares))
        return Figure(
            "neighbors", value, max(value - half, 0.0), min(value + half, 1.0), len(shares),
            note=f"chance gives {k / (among - 1):.4f}", measure=f"overlap@{k}", undrawn=among - len(shares),
        )  # fmt: skip

    def rows(self, name: str) -> tuple[int, int]:
        """Find the rows of a name of a, or else of b, in both; -1 where the other space has nothing linked to it.

        Raises
        ------
        UnknownName
            For a name that neither holds.
        """
        row = int(self.a.names.rows([name])[0])
        if row >= 0:
            return row, int(self.link.to_b[row])
        row = int(self.b.names.rows([name])[0])
        if row < 0:
            near = [*near_spellings(name, self.a.names), *near_spellings(name, self.b.names)]
            raise UnknownName(name, tuple(dict.fromkeys(near)), "these spaces")
        return int(self.link.to_a[row]), row

    def seen(self, name: str, k: int, among: str = "linked") -> tuple[Seen, Seen]:
        """Look around a name in both spaces, among the linked names or in the whole spaces ("all")."""
        pools = self.link.rows if among == "linked" else (None, None)
        one, other = (
            Seen(space, row, pool, k) for space, row, pool in zip((self.a, self.b), self.rows(name), pools, strict=True)
        )
        return one, other

    def neighbors(self, name: str, k: int = 10) -> NeighborChange:
        """Tell which of the k nearest (1 to 50), among the linked names, were kept, lost and gained from a to b.

        Raises
        ------
        UnknownName
            For a name that neither space holds.
        """
        check_whole("k", k, 1, MOST)
        in_a, in_b = self.seen(name, k)
        of_a, of_b = in_a.matches(), in_b.matches()
        kept = np.isin(self.link.to_b[in_a.near], in_b.near).tolist()
        gained = (~np.isin(self.link.to_a[in_b.near], in_a.near)).tolist()
        return NeighborChange(
            name,
            [match for match, both in zip(of_a, kept, strict=True) if both],
            [match for match, both in zip(of_a, kept, strict=True) if not both],
            [match for match, new in zip(of_b, gained, strict=True) if new],
        )
