"""One column of any table as values of one kind, with the missing ones marked."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput

KINDS = ("number", "boolean", "text", "date")
_DAY = np.timedelta64(1, "D") / np.timedelta64(1, "us")
_FLOATING = (float, np.floating, np.datetime64, np.timedelta64)


@dataclass(frozen=True, eq=False)
class Column:
    """Values of one kind.

    Attributes
    ----------
    name : str
    values : (n,) array
        Numbers, booleans, or objects that all are numbers or all text. A date is its days since 1970, float64. What
        stands where ``missing`` is set means nothing.
    missing : (n,) bool
        Where the table held None, NaN, NaT or a null.
    kind : str
        One of `KINDS`, or ``"empty"`` if every value is missing.
    categorical : bool
        The table's own type says that these are categories, even if they are numbers.
    """

    name: str
    values: NDArray
    missing: NDArray[np.bool_]
    kind: str
    categorical: bool = False

    def __len__(self) -> int:
        return len(self.values)

    def numbers(self) -> NDArray[np.float64]:
        """Return float64 values, NaN where missing; refuse text and numbers beyond float64."""
        if self.kind == "text":
            at = int(np.flatnonzero(~self.missing)[0])
            raise BadInput(
                f"column {self.name!r} holds text ({self.values[at]!r} in row {at}), where numbers are expected: "
                "could not convert string to float; convert it first, or encode it as a category"
            )
        try:
            if not self.missing.any():
                return self.values.astype(np.float64)
            out, there = np.full(len(self), np.nan), ~self.missing
            if self.kind != "empty":
                out[there] = self.values[there].astype(np.float64)
            return out
        except OverflowError as error:
            raise BadInput(f"column {self.name!r} holds an integer too large for float64 ({error})") from None

    def scalars(self) -> list[Any]:
        """Return plain Python values; what stands where one is missing means nothing."""
        return self.values.tolist()


def read_column(name: str, values: NDArray) -> Column:
    """Make a column of a one-dimensional array of any type.

    Parameters
    ----------
    name : str
    values : (n,) array

    Returns
    -------
    Column

    Raises
    ------
    BadInput
        For infinity, complex numbers, bytes, values of mixed kinds, or objects that are no values.

    Examples
    --------
    >>> column = read_column("size", np.array(["S", None, "L"], object))
    >>> column.kind, column.missing.tolist()
    ('text', [False, True, False])
    """
    code = values.dtype.kind
    if code == "c":
        raise BadInput(f"Complex data not supported: column {name!r} holds complex numbers; split them in two columns")
    if code in "SV":
        raise BadInput(f"column {name!r} holds raw bytes; decode them to text first")
    if code in "OT":
        return _read_objects(name, values.astype(object))
    if code == "U":
        return Column(name, values.astype(object), np.zeros(len(values), bool), "text" if len(values) else "empty")
    if code in "Mm":
        missing = np.isnat(values)
        return _finish(name, _days(values), missing, "date")
    missing = np.isnan(values) if code == "f" else np.zeros(len(values), bool)
    return _finish(name, values, missing, "boolean" if code == "b" else "number")


def _finish(name: str, values: NDArray, missing: NDArray[np.bool_], kind: str) -> Column:
    if values.dtype.kind == "f" and (infinite := np.flatnonzero(np.isinf(values))).size:
        raise _infinite(name, int(infinite[0]))
    return Column(name, values, missing, "empty" if missing.all() else kind)


def _read_objects(name: str, values: NDArray) -> Column:
    """Tell the kind of Python objects by looking at each; text, the usual case, quickly."""
    if set(map(type, values)) <= {str, type(None)}:
        absent = np.fromiter((value is None for value in values), bool, len(values))
        return Column(name, values, absent, "empty" if absent.all() else "text")
    missing = np.fromiter((_is_missing(value) for value in values), bool, len(values))
    there = np.flatnonzero(~missing).tolist()
    first: dict[type, int] = {}
    for at in there:
        first.setdefault(type(values[at]), at)
    kinds: dict[str, int] = {}
    for type_, at in first.items():
        kinds.setdefault(_kind_of(type_, name, values[at], at), at)
    if len(kinds) > 1:
        (a, at_a), (b, at_b), *_ = kinds.items()
        raise BadInput(
            f"column {name!r} mixes {a} and {b} values (row {at_a} holds {values[at_a]!r}, row {at_b} "
            f"{values[at_b]!r}); make it one kind, for instance all text"
        )
    kind = next(iter(kinds), "empty")
    if kind == "date":
        return Column(name, _object_days(name, values, missing), missing, kind)
    plain = np.empty(len(values), object)
    for at in there:
        plain[at] = _plain(values[at])
        if plain[at] in (np.inf, -np.inf):
            raise _infinite(name, at)
    return Column(name, plain, missing, kind)


def _kind_of(type_: type, name: str, value: object, at: int) -> str:
    if issubclass(type_, bool | np.bool_):
        return "boolean"
    if issubclass(type_, np.datetime64 | np.timedelta64 | datetime.date | datetime.timedelta):
        return "date"
    if issubclass(type_, Real | Decimal):
        return "number"
    if issubclass(type_, str):
        return "text"
    raise _NoValue(
        f"column {name!r} holds {value!r} in row {at}, a {type_.__name__}; the argument must be a string or a number "
        "(or a boolean or a date)"
    )


def _plain(value: Any) -> Any:
    """Turn a value into one of Python's own, whose text and hash do not depend on its width."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return int(value) if isinstance(value, int | np.integer) else float(value)


class _NoValue(BadInput, TypeError):
    """An object that is no value: also a TypeError, as scikit-learn's contract asks."""


def _is_missing(value: object) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):  # pandas.NA and pandas.NaT, without pandas
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, _FLOATING) and bool(value != value)  # noqa: PLR0124  (NaN, and only NaN, differs from itself)


def _days(values: NDArray) -> NDArray[np.float64]:
    """Days since 1970 (dates) or days (durations); NaN where missing."""
    unit = "datetime64[us]" if values.dtype.kind == "M" else "timedelta64[us]"
    counts = values.astype(unit)
    out = counts.astype(np.int64) / _DAY
    out[np.isnat(counts)] = np.nan
    return out


def _object_days(name: str, values: NDArray, missing: NDArray[np.bool_]) -> NDArray[np.float64]:
    out = np.full(len(values), np.nan)
    there = ~missing
    spans = {isinstance(value, datetime.timedelta | np.timedelta64) for value in values[there]}
    if len(spans) > 1:
        raise BadInput(f"column {name!r} mixes dates and durations; make it one kind")
    moments = [_plain_moment(value) for value in values[there]]
    out[there] = _days(np.array(moments, "timedelta64[us]" if spans.pop() else "datetime64[us]"))
    return out


def _plain_moment(value: Any) -> Any:
    """Turn a moment with a time zone into the same moment in UTC, which numpy can hold."""
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC).replace(tzinfo=None)
    return value


def _infinite(name: str, at: int) -> BadInput:
    return BadInput(
        f"column {name!r} holds infinity (inf) in row {at}; only finite numbers can be encoded: remove the row, or set "
        "the value to None or NaN to count as missing"
    )
