"""What every target needs of a space: its rows block by block, and its columns as plain values."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.progress import Callback, Meter
from vicinal.space import Space

_NUMBERS = 1 << 20  # numbers of vectors held at once besides the space


def blocks(space: Space, callback: Callback | None, rows: int = 0) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield the matrix in parts and report how many rows are done.

    Parameters
    ----------
    space : Space
    callback : callable or None
    rows : int
        Rows of a part; by default about four megabytes.

    Yields
    ------
    start : int
    block : (rows, dim) float32

    Examples
    --------
    >>> [(start, block.tolist()) for start, block in blocks(Space(["a", "b"], [[1], [2]]), None, 1)]
    [(0, [[1.0]]), (1, [[2.0]])]
    """
    step = rows or max(1, _NUMBERS // space.dim)
    meter = Meter(callback, "exporting", len(space), "rows")
    for start in range(0, len(space), step):
        yield start, np.asarray(space.matrix[start : start + step], np.float32)
        meter.report(min(start + step, len(space)))


def check_columns(space: Space, taken: Collection[str], where: str) -> None:
    """Refuse columns that a target has no room for.

    Parameters
    ----------
    space : Space
    taken : collection of str
        Names the target uses itself.
    where : str
        The target, for the message.

    Raises
    ------
    BadInput
        For a column of such a name, or one that holds neither numbers, booleans nor text; or for whole numbers beyond
        64 bits with a sign.

    Examples
    --------
    >>> check_columns(Space(["a"], [[1]], columns={"count": [1]}), ("name",), "Qdrant")
    """
    for key, column in space.columns.items():
        if key in taken:
            raise BadInput(f"a column cannot be called {key!r} in {where}; give it another name")
        if column.dtype.kind not in "biufUT":
            raise BadInput(f"column {key!r} is of type {column.dtype}; {where} takes numbers, booleans and text")
        if column.dtype.kind == "u" and column.max() > np.iinfo(np.int64).max:
            raise BadInput(f"column {key!r} holds {column.max()}, and {where} takes whole numbers up to 2^63 - 1")


def values(column: NDArray) -> list[Any]:
    """Return a column as values of JSON; what is not finite becomes None.

    Examples
    --------
    >>> values(np.array([1.5, np.nan])), values(np.array(["x"])), values(np.array([True]))
    ([1.5, None], ['x'], [True])
    """
    plain: list[Any] = column.tolist()
    if column.dtype.kind == "f":
        return [value if math.isfinite(value) else None for value in plain]
    return plain


def lost_numbers(space: Space) -> list[str]:
    """Name the columns whose NaN or infinity JSON does not hold, one remark a column.

    Examples
    --------
    >>> lost_numbers(Space(["a"], [[1]], columns={"x": [np.inf]}))
    ["NaN and infinity in column 'x', which are null there"]
    """
    bad = [key for key, col in space.columns.items() if col.dtype.kind == "f" and not np.isfinite(col).all()]
    return [f"NaN and infinity in column {key!r}, which are null there" for key in bad]


def plain_name(space: Space) -> str:
    """Return a name to show in a sample question: the first that is easily read, else the first.

    Examples
    --------
    >>> plain_name(Space(["a'b", "king"], [[1], [2]]))
    'king'
    """
    few = [space.names[row] for row in range(min(len(space), 100))]
    return next((name for name in few if name.isalnum() and len(name) < 40), few[0])
