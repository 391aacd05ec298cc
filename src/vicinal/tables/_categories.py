"""Categories of a column, and the numbers they go by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput
from vicinal.tables._columns import KINDS, Column

UNSEEN, MISSING = -1, -2
MISSING_NAME = "(missing)"


@dataclass(frozen=True)
class Categories:
    """The distinct values of one column in a fixed order.

    Attributes
    ----------
    kind : str
        As in `Column`.
    values : tuple
        Text, numbers or booleans.
    own : bool
        Missing values have a category of their own, after all others.

    Examples
    --------
    >>> Categories("text", ("L", "S"), own=False).names
    ['L', 'S']
    """

    kind: str
    values: tuple[Any, ...]
    own: bool

    def __len__(self) -> int:
        return len(self.values) + self.own

    @property
    def names(self) -> list[str]:
        """Category names as text."""
        return [str(value) if value != "" else "(empty)" for value in self.values] + [MISSING_NAME] * self.own

    def codes(self, column: Column) -> NDArray[np.int64]:
        """Number the values of a column: position of each category, `UNSEEN` or `MISSING`.

        Raises
        ------
        BadInput
            If the column is of another kind: its values would all be unseen, though ``"1"`` may well mean 1.
        """
        if column.kind not in (self.kind, "empty"):
            raise BadInput(
                f"column {column.name!r} held {self.kind} values when fitted and holds {column.kind} values now; convert "
                "it to the kind it had"
            )
        where = {value: code for code, value in enumerate(self.values)}
        codes = np.fromiter((where.get(value, UNSEEN) for value in column.scalars()), np.int64, len(column))
        codes[column.missing] = len(self.values) if self.own else MISSING
        return codes

    def decoded(self, codes: NDArray[np.int64]) -> NDArray:
        """Values of the given codes, object array; None for missing and for any negative code."""
        values = np.empty(len(self.values) + 2, object)
        values[: len(self.values)] = self.values
        return values[np.where(codes < 0, len(self.values), codes)]

    def to_json(self) -> list[Any]:
        """Return JSON values."""
        return [self.kind, list(self.values), self.own]

    @classmethod
    def from_json(cls, record: list[Any]) -> Categories:
        """Read what `to_json` wrote."""
        kind, values, own = record
        if kind not in KINDS or not isinstance(own, bool) or len(set(values)) != len(values) or not values:
            raise BadFormat("the categories of a column are malformed")
        return cls(kind, tuple(values), own)


def find_categories(column: Column, own: bool, given: list[Any] | None = None) -> Categories:
    """Find the categories of a column, sorted; or check the given ones and keep their order.

    Raises
    ------
    BadInput
        If all values are missing, the column holds dates, or given categories do not fit it.
    """
    if column.kind == "empty":
        raise BadInput(f"column {column.name!r} is missing in every row, so there is nothing to learn; drop it")
    if column.kind == "date":
        raise BadInput(
            f"column {column.name!r} holds dates, which are no categories; take a part of them first (year, month, "
            "weekday), turn them into text, or encode them as numbers"
        )
    values = column.scalars()
    seen = {value for value, missing in zip(values, column.missing.tolist(), strict=True) if not missing}
    if given is None:
        return Categories(column.kind, tuple(sorted(seen)), own)
    if len(set(given)) != len(given) or not given:
        raise BadInput(f"the categories given for column {column.name!r} must be distinct and not empty, got {given!r}")
    if extra := seen - set(given):
        raise BadInput(
            f"column {column.name!r} holds {next(iter(sorted(extra)))!r}, which is not among the categories given for it"
        )
    return Categories(column.kind, tuple(given), own)


def check_unseen(column: Column, codes: NDArray[np.int64], unseen: str, missing: str) -> None:
    """Raise `BadInput` for the first unseen or missing value, where the options say so."""
    if missing == "error" and (at := np.flatnonzero(codes == MISSING)).size:
        raise BadInput(
            f"column {column.name!r} is missing (None or NaN) in {at.size} of {len(column)} rows, first in row {at[0]}; "
            "fill it, or choose another missing= option"
        )
    if unseen == "error" and (at := np.flatnonzero(codes == UNSEEN)).size:
        values = column.scalars()
        new = list(dict.fromkeys(values[i] for i in at.tolist()))
        raise BadInput(
            f"column {column.name!r} holds {new[0]!r} in row {at[0]}, which was not there when fitted ({len(new)} such "
            f"values in {at.size} rows); fit again, or choose another unseen= option"
        )
