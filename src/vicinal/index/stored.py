"""Arrays of a file that is not trusted: each is looked up, and refused unless it is just as it must be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from vicinal.errors import BadFormat


def stored(
    arrays: Mapping[str, NDArray],
    name: str,
    kind: DTypeLike,
    shape: Sequence[int | None],
    *,
    least: float | None = None,
    most: float | None = None,
) -> NDArray[Any]:
    """Return one array of a file, checked.

    Parameters
    ----------
    arrays : mapping of str to array
    name : str
    kind : dtype
    shape : sequence of int or None
        None where any length will do.
    least, most : float, optional
        Limits of the values; with ``most`` alone, of their sizes. NaN and infinity are always refused.

    Returns
    -------
    array
        The same where it lies in memory as it should, else a copy; never writable.

    Raises
    ------
    BadFormat

    Examples
    --------
    >>> stored({"sizes": np.arange(3)}, "sizes", np.int64, (None,), least=0, most=2).tolist()
    [0, 1, 2]
    """
    if name not in arrays:
        raise BadFormat(f"the array {name!r} of this index is missing")
    array = arrays[name]
    if array.dtype != np.dtype(kind):
        raise BadFormat(f"the array {name!r} of this index is of type {array.dtype}, not {np.dtype(kind)}")
    fits = len(array.shape) == len(shape) and all(a == b or b is None for a, b in zip(array.shape, shape, strict=True))
    if not fits:
        wanted = " x ".join("any" if length is None else str(length) for length in shape)
        raise BadFormat(f"the array {name!r} of this index is of shape {array.shape}, not {wanted}")
    if array.size and (least is not None or most is not None or array.dtype.kind == "f"):
        lowest, highest = float(array.min()), float(array.max())
        largest = float(np.finfo(array.dtype).max) if array.dtype.kind == "f" else math.inf
        ceiling = largest if most is None else most
        floor = -ceiling if least is None else least
        if not -largest <= lowest <= highest <= largest:  # not so where one is NaN
            raise BadFormat(f"the array {name!r} of this index holds NaN or infinity")
        if not floor <= lowest <= highest <= ceiling:
            raise BadFormat(f"the array {name!r} of this index holds values from {lowest} to {highest}: out of range")
    array = np.require(np.asarray(array), requirements=["C", "A"])
    if array.flags.writeable:
        array = array.view()
        array.flags.writeable = False
    return array


def check_each_row_once(name: str, rows: NDArray, n: int) -> None:
    """Raise `BadFormat` unless an array of integers holds each of 0 to n - 1 once.

    Examples
    --------
    >>> check_each_row_once("ids", np.array([2, 0, 1]), 3)
    """
    if len(rows) != n or (n and (rows.min() < 0 or rows.max() >= n or not np.bincount(rows, minlength=n).all())):
        raise BadFormat(f"the array {name!r} of this index does not hold every row from 0 to {n - 1} once")
