"""Categories of a column, and the numbers they go by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput, BadOption
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
                f"column {column.name!r} held {self.kind} values when fitted and holds {column.kind} values now; "
                "convert it to the kind it had"
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
    """Find the categories of a column, sorted; or take the given ones in their order.

    Raises
    ------
    BadInput
        If all values are missing, or the column holds dates.
    BadOption
        If given categories are of another kind than the column.
    """
    if column.kind == "empty":
        raise BadInput(f"column {column.name!r} is missing in every row, so there is nothing to learn; drop it")
    if column.kind == "date":
        raise BadInput(
            f"column {column.name!r} holds dates, which are no categories; take a part of them first (year, month, "
            "weekday), turn them into text, or encode them as numbers"
        )
    if given is not None:
        if odd := [value for value in given if _kind(value) != column.kind]:
            raise BadOption(
                f"column {column.name!r} holds {column.kind} values, and {odd[0]!r} is given as its category"
            )
        return Categories(column.kind, tuple(given), own)
    values = zip(column.scalars(), column.missing.tolist(), strict=True)
    return Categories(column.kind, tuple(sorted({value for value, missing in values if not missing})), own)


def check_given(categories: object) -> None:
    """Raise `BadOption` unless this maps column names to lists of distinct values."""
    if categories is None:
        return
    if not isinstance(categories, dict):
        raise BadOption(f"categories must map column names to lists of values, got {categories!r}")
    for name, values in categories.items():
        plain = isinstance(values, list | tuple) and all(_kind(value) for value in values)
        if not plain or not values or len(set(values)) != len(values):
            raise BadOption(
                f"the categories of column {name!r} must be a list of distinct texts, numbers or booleans, got "
                f"{values!r}"
            )


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "text"
    return "number" if isinstance(value, int | float) and abs(value) < float("inf") else ""


def known_codes(column: Column, categories: Categories, unseen: str, missing: str) -> NDArray[np.int64]:
    """Return the codes of a column; raise `BadInput` for unseen or missing values where the options say so."""
    codes = categories.codes(column)
    if missing == "error" and (at := np.flatnonzero(codes == MISSING)).size:
        raise BadInput(
            f"column {column.name!r} is missing (None or NaN) in {at.size} of {len(column)} rows, first in row "
            f"{at[0]}; fill it, or choose another missing= option"
        )
    if unseen == "error" and (at := np.flatnonzero(codes == UNSEEN)).size:
        values = column.scalars()
        new = list(dict.fromkeys(values[i] for i in at.tolist()))
        raise BadInput(
            f"column {column.name!r} holds {new[0]!r} in row {at[0]}, which is none of its "
            f"{len(categories.values)} known categories (so are {len(new)} values in {at.size} rows); fit again, "
            "or choose another unseen= option"
        )
    return codes
