"""The one noun: names and a matrix, and the questions one asks of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal import lookup
from vicinal.errors import BadOption
from vicinal.frozen import joined_columns, own
from vicinal.lengths import unit_rows
from vicinal.questions import Questions


class Space(Questions):
    """Names and a matrix, one row a name. Frozen: what changes it gives another space.

    Parameters
    ----------
    names : sequence of str
        Distinct and not empty; one or more.
    matrix : (n, dim) array
        Finite. Kept as float32 (float16 stays float16); made C-contiguous and read-only, copied only where needed.
    columns : mapping of str to (n,) array, optional
        More about each row: count, label, text.
    metric : "cosine", "dot" or "euclidean"
        What look-ups use unless told otherwise.
    origin : Origin, optional
        Where the coordinates come from; by default a record of the matrix itself.

    Raises
    ------
    BadInput
        For no names, duplicate or empty names, NaN or infinity, or lengths that do not fit.
    BadOption
        For an unknown metric.

    Examples
    --------
    >>> space = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
    >>> space.nearest("A", k=1).first
    'C'
    >>> space["B"].tolist()
    [15.0, 4.0]
    """

    def take(self, which: Sequence[str] | ArrayLike) -> Space:
        """Keep some rows: names, positions from 0 (int array) or a mask (bool array). The coordinates stay the same.

        Raises
        ------
        BadInput
            For a bare string, a position out of range, a row asked for twice, or no row at all.
        UnknownName

        Examples
        --------
        >>> list(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]).take(["C", "A"]))
        ['C', 'A']
        """
        rows = lookup.taken_rows(which, self.names)
        return Space(
            self.names.take(rows),
            own(self.matrix[rows]),
            columns={key: column[rows] for key, column in self.columns.items()},
            metric=self.metric,
            origin=self.origin,
        )

    def unit(self) -> Space:
        """Scale every row to length 1 (zero rows stay zero); float32.

        Examples
        --------
        >>> Space(["A"], [[0, 4]]).unit()["A"].tolist()
        [0.0, 1.0]
        """
        return self._with_matrix(unit_rows(self.matrix), "unit")

    def centered(self) -> Space:
        """Subtract the mean row; float32.

        Examples
        --------
        >>> Space(["A", "B"], [[0, 4], [2, 0]]).centered()["A"].tolist()
        [-1.0, 2.0]
        """
        mean = self.matrix.mean(axis=0, dtype=np.float64).astype(np.float32)
        with np.errstate(over="ignore"):  # what leaves float32 is refused by the new space
            return self._with_matrix(np.subtract(self.matrix, mean, dtype=np.float32), "centered")

    def truncate(self, dim: int) -> Space:
        """Keep the first ``dim`` dimensions (of use where training made the first ones count, as Matryoshka does).

        Examples
        --------
        >>> Space(["A"], [[1, 2, 3]]).truncate(2)["A"].tolist()
        [1.0, 2.0]
        """
        if isinstance(dim, bool) or not isinstance(dim, int | np.integer) or not 1 <= dim <= self.dim:
            raise BadOption(f"dim must be from 1 to {self.dim}, got {dim!r}")
        return self._with_matrix(self.matrix[:, :dim], f"truncate({dim})")

    def concat(self, other: Space, *, mix: bool = False) -> Space:
        """Put the rows of another space of the same origin after this one's; columns that both have are kept.

        Raises
        ------
        SpacesDiffer
            For a space of another origin, unless ``mix`` is set.
        BadInput
            If a name is in both.

        Examples
        --------
        >>> space = Space(["A", "B"], [[0, 4], [2, 0]])
        >>> list(space.take(["B"]).concat(space.take(["A"])))
        ['B', 'A']
        """
        self.check_same_origin(other, mix)
        return Space(
            [*self.names, *other.names],
            own(np.concatenate([self.matrix, other.matrix])),
            columns=joined_columns(self.columns, other.columns),
            metric=self.metric,
            origin=self.origin if not mix else None,
        )

    def rename(self, new: Mapping[str, str]) -> Space:
        """Give some rows other names; the coordinates stay the same.

        Examples
        --------
        >>> list(Space(["A", "B"], [[0, 4], [2, 0]]).rename({"B": "C"}))
        ['A', 'C']
        """
        for name in new:
            self.names.row(name)
        names = [new.get(name, name) for name in self.names]
        return Space(names, self.matrix, columns=self.columns, metric=self.metric, origin=self.origin)

    def save(self, path: str | os.PathLike[str], *, format: str | None = None, force: bool = False) -> None:
        """Write to a file; the format follows the name (``.space`` is the native one). See `vicinal.store`."""
        from vicinal import store

        store.write(self, path, format=format, force=force)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, format: str | None = None, skip_bad: bool = False) -> Space:
        """Read a file of any known format, guessed from its content. See `vicinal.store`."""
        from vicinal import store

        return store.read(path, format=format, skip_bad=skip_bad)

    def _with_matrix(self, matrix: NDArray, step: str) -> Space:
        origin = self.origin.then(step)
        return Space(self.names, own(matrix), columns=self.columns, metric=self.metric, origin=origin)
