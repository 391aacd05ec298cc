"""Reading tables: pandas and polars frames, mappings, structured and two-dimensional arrays, lists of rows.

Neither pandas nor polars is imported: their frames are known by what they offer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.tables._columns import Column, read_column


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of equal length.

    Attributes
    ----------
    columns : list of Column
    named : bool
        The names came with the data; else they are ``x0``, ``x1``, …
    index : object
        Row labels of a pandas frame, else None.
    rows : int
    """

    columns: list[Column]
    named: bool
    index: Any
    rows: int

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]


def read_table(data: Any) -> Table:
    """Read any kind of table.

    Parameters
    ----------
    data : table
        A pandas or polars DataFrame or Series, a mapping of name to values, a structured array, a two-dimensional
        array or a list of rows. A flat list of text counts as one column; a flat list of numbers is refused, since
        it might be a row.

    Returns
    -------
    Table

    Raises
    ------
    BadInput
        For anything else, columns of unequal length or equal names, and values that `read_column` refuses.

    Examples
    --------
    >>> table = read_table({"size": ["S", "L"], "price": [3.0, 4.5]})
    >>> table.names, table.rows, [column.kind for column in table.columns]
    (['size', 'price'], 2, ['text', 'number'])
    """
    if hasattr(data, "tocsr"):
        raise BadInput("sparse data cannot be encoded here; pass a dense array, as data.toarray() gives")
    if hasattr(data, "collect") and hasattr(data, "collect_schema"):
        raise BadInput("a lazy frame holds no rows yet; pass frame.collect()")
    if _is_frame(data):
        return _read_frame(data)
    if hasattr(data, "to_numpy") and hasattr(data, "name"):  # a Series of either
        name = "x0" if data.name in (None, "") else str(data.name)
        column = read_column(name, _frame_values(data))
        return Table([column], data.name not in (None, ""), getattr(data, "index", None), len(column))
    if isinstance(data, Mapping):
        return _assemble([(name, _flat(name, values)) for name, values in data.items()], named=True)
    array = _as_array(data)
    if array.dtype.names:
        return _assemble([(name, array[name]) for name in array.dtype.names], named=True)
    return _read_array(array)


def _is_frame(data: Any) -> bool:
    return hasattr(data, "columns") and hasattr(data, "to_numpy") and hasattr(data, "dtypes")


def _read_frame(frame: Any) -> Table:
    labels = list(frame.columns)
    texts = [isinstance(label, str) for label in labels]
    if any(texts) and not all(texts):
        odd = labels[texts.index(False)]
        raise BadInput(
            f"column names must be all text, got {odd!r} among them; rename it, as frame.columns.astype(str)"
        )
    pandas = hasattr(frame, "iloc")
    parts = [frame.iloc[:, at] if pandas else frame.get_column(name) for at, name in enumerate(labels)]
    if not labels:
        raise _no_columns((len(frame), 0))
    columns = [(label, _frame_values(part)) for label, part in zip(labels, parts, strict=True)]
    table = _assemble(columns, named=all(texts), index=frame.index if pandas else None)
    marked = [str(part.dtype).startswith(("category", "Categorical", "Enum")) for part in parts]
    return replace(table, columns=[replace(c, categorical=m) for c, m in zip(table.columns, marked, strict=True)])


def _frame_values(series: Any) -> NDArray:
    """Values of a pandas or polars series; where a type has no missing value of its own, as Python objects."""
    kind = str(series.dtype)
    if hasattr(series, "iloc"):
        if kind.startswith("datetime64"):  # with or without a time zone: the moment in UTC
            return np.asarray(series, "datetime64[us]")
        values = series.to_numpy()
        return values if values.ndim == 1 else np.asarray(series, object)
    plain = kind.startswith(("Int", "UInt", "Float", "Boolean")) and not series.null_count()
    return series.to_numpy() if plain or kind.startswith(("Date", "Duration")) else _objects(series.to_list())


def _as_array(data: Any) -> NDArray:
    if isinstance(data, np.ndarray):
        return data
    if hasattr(data, "__array__"):
        return np.asarray(data)
    if isinstance(data, str | bytes) or not isinstance(data, Iterable):
        raise BadInput(
            f"expected a table (a DataFrame, a mapping of columns, a two-dimensional array or a list of rows), got a "
            f"{type(data).__name__}"
        )
    rows = list(data)
    if all(isinstance(row, str) or row is None for row in rows):
        return _objects(rows)
    lengths = {len(row) if hasattr(row, "__len__") else 0 for row in rows}
    if len(lengths) > 1:
        raise BadInput(f"the rows of the table differ in length ({min(lengths)} to {max(lengths)} values)")
    return np.array(rows, object)


def _read_array(array: NDArray) -> Table:
    if array.ndim == 1 and array.dtype.kind in "UOT" and len(array) and all(isinstance(v, str | None) for v in array):
        return _assemble([("x0", array)], named=False)
    if array.shape == (0,):
        raise BadInput("the table is empty: it has no rows and no columns")
    if array.ndim == 1:
        raise BadInput(
            f"Expected 2D array, got 1D array instead, of {len(array)} values. Reshape your data either using "
            "array.reshape(-1, 1) if it is a single column or array.reshape(1, -1) if it is a single row"
        )
    if array.ndim != 2:
        raise BadInput(f"a table has two dimensions, got an array with dim {array.ndim} of shape {array.shape}")
    if array.shape[1] == 0:
        raise _no_columns(array.shape)
    return _assemble([(f"x{at}", array[:, at]) for at in range(array.shape[1])], named=False)


def _assemble(columns: list[tuple[Any, NDArray]], named: bool, index: Any = None) -> Table:
    names = [str(name) if named else f"x{at}" for at, (name, _) in enumerate(columns)]
    if not names:
        raise _no_columns((0, 0))
    if twice := [name for at, name in enumerate(names) if name in names[:at]]:
        raise BadInput(f"the table has more than one column {twice[0]!r}; rename or drop all but one")
    lengths = {name: len(values) for name, (_, values) in zip(names, columns, strict=True)}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name!r} {length}" for name, length in list(lengths.items())[:4])
        raise BadInput(f"the columns differ in length ({shown}); every column needs one value a row")
    read = [read_column(name, values) for name, (_, values) in zip(names, columns, strict=True)]
    return Table(read, named, index, len(read[0]))


def _flat(name: object, values: Any) -> NDArray:
    if hasattr(values, "to_numpy") and hasattr(values, "dtype"):
        return _frame_values(values)
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise BadInput(f"column {name!r} must be a list or array of values, got {values!r}")
    array = values if isinstance(values, np.ndarray) else _objects(list(values))
    if array.ndim != 1:
        raise BadInput(f"column {name!r} must be one-dimensional, got shape {array.shape}")
    return array


def _objects(values: list[Any]) -> NDArray:
    return np.fromiter(values, object, len(values))


def _no_columns(shape: tuple[int, ...]) -> BadInput:
    return BadInput(
        f"Found array with 0 feature(s) (shape={shape}) while a minimum of 1 is required: the table has no columns"
    )
