"""Conditions on columns, such as ``count > 100``: read by a pattern, never run as code."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from vicinal.errors import BadOption

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CONDITION = re.compile(r"\s*(.+?)\s*(<=|>=|!=|==|=|<|>)\s*(.*?)\s*", re.DOTALL)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "=": operator.eq, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


class Columned(Protocol):
    """Anything with columns: a space, an index."""

    @property
    def columns(self) -> Mapping[str, NDArray]:
        """One value a name, by the name of the column."""
        ...


def rows_where(space: Columned, conditions: Sequence[str], what: str = "space") -> NDArray | None:
    """Find the rows for which all conditions hold.

    Parameters
    ----------
    space : Space or Index
    conditions : sequence of str
        ``COLUMN OPERATOR VALUE`` each; text columns know = and != only.
    what : str
        What it is, for messages.

    Returns
    -------
    (n,) bool or None
        None where there are no conditions.

    Raises
    ------
    BadOption
        For a condition that cannot be read, a column that is not there, or a value that does not fit it.

    Examples
    --------
    >>> from vicinal import Space
    >>> space = Space(["a", "b"], [[1, 0], [0, 1]], columns={"count": [5, 9]})
    >>> rows_where(space, ["count > 5"]).tolist()
    [False, True]
    """
    kept = None
    for text in conditions:
        found = _holds(space.columns, text, what)
        kept = found if kept is None else kept & found
    return kept


def _holds(columns: Mapping[str, NDArray], text: str, what: str) -> NDArray:
    import numpy as np

    match = _CONDITION.fullmatch(text)
    if match is None:
        raise BadOption(f"cannot read the filter {text!r}; write it as 'count > 100'")
    name, sign, value = match.groups()
    if name not in columns:
        there = ", ".join(columns) or "none"
        raise BadOption(f"no column {name!r} in this {what} (columns: {there}){_near(name, columns)}")
    column = columns[name]
    if column.dtype.kind in "UTO":
        if sign not in ("=", "==", "!="):
            raise BadOption(f"column {name!r} holds text, which can be compared by = and != only, not by {sign}")
        return np.asarray(_COMPARE[sign](column.astype(str), value), bool)
    truth = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0} if column.dtype.kind == "b" else {}
    try:
        number = truth[value.lower()] if value.lower() in truth else float(value.replace("_", ""))
    except ValueError:
        raise BadOption(f"column {name!r} holds numbers, got {value!r} in the filter {text!r}") from None
    return np.asarray(_COMPARE[sign](column, number), bool)


def _near(name: str, columns: Mapping[str, NDArray]) -> str:
    near = difflib.get_close_matches(name, list(columns), 3, 0.6)
    return f"; did you mean {', '.join(map(repr, near))}?" if near else ""
