"""One consistent state of an index: what searches read while others change it. Nothing in it is ever written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.frozen import is_mapped
from vicinal.index.block import Block, LiveMatrix, LiveNames
from vicinal.index.exact import Exact
from vicinal.index.kind import Kind
from vicinal.index.recall import Recall
from vicinal.lengths import raw_norms
from vicinal.origin import Origin

if TYPE_CHECKING:
    from vicinal.index.checking import Check

_ORDINARY = (1e-12, 1e12)  # lengths whose products float32 holds with digits to spare


@dataclass(frozen=True, eq=False)
class State:
    """What an index is at one moment.

    Rows are counted in two ways. *Places* run through the base, whether removed or not, and on through the tail; kinds
    know these. *Rows* run through what is there, without gaps, in the order of the space; callers know these.

    Attributes
    ----------
    base : Block
        The rows that ``kind`` was built over.
    kind : Kind
    setting : dict
        Options of a search that reach the recall asked for.
    origin : Origin
        Of the space.
    recall : Recall
    order : (len(base),) int64, optional
        The places of the base in the order of rows; None where that is their own order.
    alive : (len(base),) bool, optional
        False for rows removed; None where none is.
    tail : Block, optional
        Rows added since, which are compared one by one.
    check : Check, optional
        Queries to measure the recall with; None for exact search.
    seed : int
        Of building the kind, and of building it again.

    Examples
    --------
    >>> from vicinal import Space
    >>> block = Block.of(Space(["a", "b"], [[1, 0], [0, 1]]), "cosine")
    >>> state = State(block, Exact.build(block.rows), {}, Origin(), Recall(1.0), alive=np.array([False, True]))
    >>> list(state.names), len(state), state.places.tolist()
    (['b'], 1, [1])
    """

    base: Block
    kind: Kind
    setting: dict[str, Any]
    origin: Origin
    recall: Recall
    order: NDArray[np.int64] | None = None
    alive: NDArray[np.bool_] | None = None
    tail: Block | None = None
    check: Check | None = field(default=None, repr=False)
    seed: int = 0

    def __len__(self) -> int:
        left = len(self.base) if self.left is None else len(self.left)
        return left + (0 if self.tail is None else len(self.tail))

    @property
    def metric(self) -> str:
        """As of the kind."""
        return self.base.rows.metric

    @cached_property
    def left(self) -> NDArray[np.int64] | None:
        """Places of the base that were not removed, in the order of rows; None for all, as they lie."""
        if self.order is None:
            return None if self.alive is None else np.flatnonzero(self.alive)
        return self.order if self.alive is None else self.order[self.alive[self.order]]

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """The place of every row, (len(self),) int64."""
        left = np.arange(len(self.base)) if self.left is None else self.left
        added = 0 if self.tail is None else len(self.tail)
        return np.concatenate([left, np.arange(len(self.base), len(self.base) + added)])

    def rows_at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Turn places that are not removed into rows; -1 stays -1."""
        return places if self.left is None else np.where(places < 0, -1, self._rows[places])

    @cached_property
    def _rows(self) -> NDArray[np.int64]:
        rows = np.full(len(self.base) + (0 if self.tail is None else len(self.tail)), -1)
        rows[self.places] = np.arange(len(self.places))
        return rows

    @cached_property
    def names(self) -> LiveNames:
        """Names in the order of rows."""
        return LiveNames(self.base.names, self.left, None if self.tail is None else self.tail.names)

    @cached_property
    def listed(self) -> list[str]:
        """The same as a list, for naming many rows."""
        return list(self.names)

    @cached_property
    def matrix(self) -> LiveMatrix:
        """Vectors in the order of rows."""
        return LiveMatrix(self.base.rows.matrix, self.left, None if self.tail is None else self.tail.rows.matrix)

    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Columns in the order of rows, read-only."""
        columns = {}
        for key, column in self.base.columns.items():
            part = column if self.left is None else column[self.left]
            columns[key] = part if self.tail is None else np.concatenate([part, self.tail.columns[key]])
            columns[key].flags.writeable = False
        return columns

    @cached_property
    def exact(self) -> Exact:
        """Exact search of the base, for what the kind cannot answer.

        It reads every row, so that rows of a damaged file that are not finite are found here, once.
        """
        if is_mapped(self.base.rows.matrix):
            bad = np.flatnonzero(~np.isfinite(raw_norms(self.base.rows.matrix)))
            if len(bad):
                name = self.base.names[int(bad[0])]
                raise BadInput(f"the vector of {name!r} holds NaN or infinity; the file of this index is damaged")
        return self.kind if isinstance(self.kind, Exact) and compares_all(self.kind) else Exact.build(self.base.rows)

    @cached_property
    def tail_exact(self) -> Exact | None:
        """Exact search of the tail."""
        return None if self.tail is None else Exact.build(self.tail.rows)

    @cached_property
    def extreme(self) -> bool:
        """Whether some rows are so long or short that float32 products of them overflow or lose their digits."""
        blocks = [self.base] if self.tail is None else [self.base, self.tail]
        return any(extreme(block.rows.norms) for block in blocks)


def compares_all(kind: Kind) -> bool:
    """Tell whether a kind compares the full vectors of all rows, so that it misses nothing.

    Examples
    --------
    >>> from vicinal.index.rows import Rows
    >>> compares_all(Exact.build(Rows.of(np.eye(2, dtype=np.float32), "dot")))
    True
    """
    return isinstance(kind, Exact) and kind.options.get("codes", "float") == "float"


def extreme(norms: NDArray[np.float32]) -> bool:
    """Tell whether products of vectors of these lengths could overflow float32 or lose their digits.

    Examples
    --------
    >>> extreme(np.array([1e20, 1], np.float32)), extreme(np.array([0, 1], np.float32))
    (True, False)
    """
    return bool(norms.max(initial=0) > _ORDINARY[1] or ((norms < _ORDINARY[0]) & (norms > 0)).any())
