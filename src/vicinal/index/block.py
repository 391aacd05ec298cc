"""Rows with their names and columns, and several such blocks seen as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput, UnknownName
from vicinal.index.rows import Rows
from vicinal.names import Names, near_spellings
from vicinal.record import Record


@dataclass(frozen=True, eq=False)
class Block:
    """Rows, their names and their columns.

    Attributes
    ----------
    rows : Rows
    names : Names
    columns : mapping of str to (n,) array

    Examples
    --------
    >>> from vicinal import Space
    >>> len(Block.of(Space(["a", "b"], [[1, 0], [0, 1]]), "cosine"))
    2
    """

    rows: Rows
    names: Names
    columns: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, space: Record, metric: str) -> Block:
        """Take a space as it is."""
        return cls(Rows(space.matrix, space.norms, metric), space.names, dict(space.columns))

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: NDArray[np.int64]) -> Block:
        """Keep some rows, copied."""
        part = Rows(self.rows.matrix[rows], self.rows.norms[rows], self.rows.metric)
        return Block(part, self.names.take(rows), {key: column[rows] for key, column in self.columns.items()})


class LiveNames(Sequence[str]):
    """The names of the rows that are left of a base, and then those of a tail.

    Lookups take rows as a caller of `Index` sees them: without gaps. Nothing is built for names that were there before.

    Parameters
    ----------
    base, tail : Names
        ``tail`` may be None; all of its names are there.
    places : (n,) int64, optional
        The rows of the base that are left, in their order; all, as they lie, by default.

    Examples
    --------
    >>> names = LiveNames(Names(["a", "b"]), np.array([1]), Names(["c"]))
    >>> list(names), names.row("c"), "a" in names, names.rows(["c", "a"]).tolist()
    (['b', 'c'], 1, False, [1, -1])
    """

    def __init__(self, base: Names, places: NDArray[np.int64] | None, tail: Names | None) -> None:
        self._base, self._places, self._tail = base, places, tail
        self._left = len(base) if places is None else len(places)
        self._found: NDArray[np.int64] | None = None

    def row(self, name: str) -> int:
        """Find the row of one name, or raise `UnknownName` with near spellings."""
        found = int(self.rows([name])[0])
        if found < 0 and not isinstance(name, str):
            raise BadInput(f"a name must be text, got {name!r}")
        if found < 0:
            raise UnknownName(name, near_spellings(name, self), "this index")
        return found

    def rows(self, names: Iterable[str]) -> NDArray[np.int64]:
        """Find the rows of many names, (m,) int64; -1 where a name is unknown."""
        asked = names if isinstance(names, str) else list(names)  # a bare string is refused by what follows
        found = self._base.rows(asked)
        if self._places is not None:
            found = np.where(found < 0, -1, self._row_of(self._places)[found])
        if self._tail is not None:
            added = self._tail.rows(asked)
            found = np.where(added >= 0, added + self._left, found)
        return found

    def _row_of(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        if self._found is None:
            rows = np.full(len(self._base), -1)
            rows[places] = np.arange(len(places))
            self._found = rows
        return self._found

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[at] for at in range(len(self))[row]]
        at = row if 0 <= row < len(self) else range(len(self))[row]
        if at >= self._left and self._tail is not None:
            return self._tail[at - self._left]
        return self._base[at if self._places is None else int(self._places[at])]

    def __len__(self) -> int:
        return self._left + (0 if self._tail is None else len(self._tail))

    def __iter__(self) -> Iterator[str]:
        if self._places is None:
            yield from self._base
        else:
            known = list(self._base)
            yield from (known[place] for place in self._places.tolist())
        if self._tail is not None:
            yield from self._tail

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.rows([name])[0] >= 0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and not isinstance(other, str) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(repr(self[i]) for i in range(min(3, len(self))))
        return f"Names([{shown}{', …' if len(self) > 3 else ''}], n={len(self)})"


class LiveMatrix:
    """The vectors in the order of `LiveNames`, read by row: all that looking up a query by name takes.

    Examples
    --------
    >>> base, tail = np.eye(2, dtype=np.float32), np.ones((1, 2), np.float32)
    >>> matrix = LiveMatrix(base, np.array([1]), tail)
    >>> matrix.shape, matrix[[0, 1]].tolist()
    ((2, 2), [[0.0, 1.0], [1.0, 1.0]])
    """

    def __init__(self, base: NDArray, places: NDArray[np.int64] | None, tail: NDArray | None) -> None:
        self._base, self._places, self._tail = base, places, tail
        self._left = len(base) if places is None else len(places)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and dimensions."""
        return self._left + (0 if self._tail is None else len(self._tail)), self._base.shape[1]

    def __getitem__(self, rows: Any) -> NDArray:
        if np.ndim(rows) == 0:
            return self._one(int(rows))
        taken = [self._one(int(row)) for row in rows]
        return np.array(taken, np.float32).reshape(len(taken), self._base.shape[1])

    def _one(self, row: int) -> NDArray:
        if row >= self._left and self._tail is not None:
            return self._tail[row - self._left]
        return self._base[row if self._places is None else int(self._places[row])]


def joined(first: Block, second: Block, names: Names, columns: Mapping[str, NDArray[Any]]) -> Block:
    """Put the rows of two blocks end to end, under names and columns already joined."""
    matrix = np.concatenate([first.rows.matrix, second.rows.matrix])
    matrix.flags.writeable = False
    norms = np.concatenate([first.rows.norms, second.rows.norms])
    return Block(Rows(matrix, norms, first.rows.metric), names, columns)
