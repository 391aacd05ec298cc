"""How many values share rows of a hashed table: measured, and expected by chance."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from vicinal.matches import table


@dataclass(frozen=True)
class Collisions:
    """Pairs of values that share something, of all pairs.

    Hashes taken as random, any two values share the row of one given hash with probability 1/rows, and every row and
    sign with probability (1 / (2 rows))^hashes; pairs are independent two by two, so counts have the variance of a
    binomial.

    Attributes
    ----------
    values, rows, hashes : int
    used_rows, expected_used_rows : int, float
        Rows that any value uses; rows (1 - (1 - 1/rows)^(values · hashes)) are expected.
    row_pairs, expected_row_pairs, row_pairs_sd : int, float, float
        Pairs with the same row in the same place, counted once for every hash; expected hashes · pairs / rows.
    same_column_row_pairs, expected_same_column_row_pairs : int, float
        Those of two values of one column, the ones a model cannot tell apart by the column.
    equal_pairs, expected_equal_pairs : int, float
        Pairs with equal vectors: every row and every sign agree.

    Examples
    --------
    >>> found = count_collisions(np.array([[0], [0], [1]]), np.array([[1], [1], [1]]), np.array([0, 0, 1]), rows=4)
    >>> found.row_pairs, found.same_column_row_pairs, found.equal_pairs, found.expected_row_pairs
    (1, 1, 1, 0.75)
    """

    values: int
    rows: int
    hashes: int
    used_rows: int
    expected_used_rows: float
    row_pairs: int
    expected_row_pairs: float
    row_pairs_sd: float
    same_column_row_pairs: int
    expected_same_column_row_pairs: float
    equal_pairs: int
    expected_equal_pairs: float

    def __str__(self) -> str:
        lines = [
            ("rows in use", f"{self.used_rows:,}", f"{self.expected_used_rows:,.1f}"),
            (
                "pairs that share a row",
                f"{self.row_pairs:,}",
                f"{self.expected_row_pairs:,.1f} ± {self.row_pairs_sd:,.1f}",
            ),
            ("… of one column", f"{self.same_column_row_pairs:,}", f"{self.expected_same_column_row_pairs:,.1f}"),
            ("pairs with equal vectors", f"{self.equal_pairs:,}", f"{self.expected_equal_pairs:,.3g}"),
        ]
        title = f"{self.values:,} values, {self.hashes} hashes into {self.rows:,} rows"
        return title + "\n\n" + table(("", "measured", "expected"), lines)

    __repr__ = __str__


def count_collisions(places: NDArray[np.int64], signs: NDArray, owners: NDArray[np.int64], rows: int) -> Collisions:
    """Count the collisions of values.

    Parameters
    ----------
    places, signs : (values, hashes)
        Row and sign of every hash of every value.
    owners : (values,) int64
        The column of each value.
    rows : int
        Rows of the table.

    Returns
    -------
    Collisions
    """
    n, hashes = places.shape
    pairs = n * (n - 1) / 2
    own_pairs = sum(size * (size - 1) / 2 for size in np.bincount(owners).tolist())
    shared = sum(_equal_pairs(places[:, at : at + 1]) for at in range(hashes))
    own = sum(_equal_pairs(np.column_stack([owners, places[:, at]])) for at in range(hashes))
    return Collisions(
        values=n, rows=rows, hashes=hashes,
        used_rows=len(np.unique(places)), expected_used_rows=rows * -np.expm1(n * hashes * np.log1p(-1 / rows))
        if rows > 1 else 1.0,
        row_pairs=shared, expected_row_pairs=hashes * pairs / rows,
        row_pairs_sd=sqrt(hashes * pairs / rows * (1 - 1 / rows)),
        same_column_row_pairs=own, expected_same_column_row_pairs=hashes * own_pairs / rows,
        equal_pairs=_equal_pairs(np.column_stack([places, signs > 0])),
        expected_equal_pairs=pairs * (1 / (2 * rows)) ** hashes,
    )  # fmt: skip


def _equal_pairs(keys: NDArray) -> int:
    """Pairs of equal rows."""
    sizes = np.unique(keys, axis=0, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())
