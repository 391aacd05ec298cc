"""What a space keeps: arrays that are checked once and that nobody can write to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.errors import BadInput


def frozen_matrix(matrix: ArrayLike) -> NDArray[np.floating]:
    """Make a matrix C-contiguous and read-only, float32 or, where it came so, float16.

    An array that somebody could still write to is copied; a read-only one, such as a mapped file, is taken as it is.

    Parameters
    ----------
    matrix : (n, dim) array of numbers

    Returns
    -------
    (n, dim) float32 or float16
        Numbers too large for it are infinite; they are refused with the other values that are not finite.

    Raises
    ------
    BadInput
        If it is not of two dimensions, has no columns or does not hold numbers.

    Examples
    --------
    >>> kept = frozen_matrix([[1, 2], [3, 4]])
    >>> kept.dtype.name, kept.flags.writeable
    ('float32', False)
    """
    data = _as_array(matrix, "the matrix")
    if isinstance(data, np.ma.MaskedArray):
        raise BadInput("the matrix is a masked array; fill in its missing values or leave those rows out")
    if data.ndim != 2 or data.shape[1] == 0 or data.dtype.kind not in "fiu":
        raise BadInput(f"the matrix must be numbers of shape (n, dim), got shape {data.shape} of {data.dtype}")
    half = data.dtype.kind == "f" and data.dtype.itemsize == 2
    with np.errstate(over="ignore"):
        kept: NDArray[Any] = np.ascontiguousarray(data, np.float16 if half else np.float32)
    fresh = isinstance(matrix, list | tuple) or not np.may_share_memory(kept, data)
    if not fresh and not _is_frozen(data):
        kept = kept.copy()
    kept.flags.writeable = False
    return kept


def frozen_columns(columns: Mapping[str, ArrayLike], n: int) -> dict[str, NDArray[Any]]:
    """Copy columns of n values each and make them read-only.

    Raises
    ------
    BadInput
        If a column's name is not text, or it does not have one value a name.

    Examples
    --------
    >>> frozen_columns({"count": [5, 3]}, 2)["count"].flags.writeable
    False
    """
    kept = {}
    for key, values in columns.items():
        if not isinstance(key, str):
            raise BadInput(f"the name of a column must be text, got {key!r}")
        column = np.array(_as_array(values, f"column {key!r}"))
        if column.shape != (n,):
            raise BadInput(f"column {key!r} has shape {column.shape}; it must have one value a name, ({n},)")
        column.flags.writeable = False
        kept[key] = column
    return kept


def joined_columns(first: Mapping[str, NDArray], second: Mapping[str, NDArray]) -> dict[str, NDArray[Any]]:
    """Put the values of the columns that both have end to end.

    Raises
    ------
    BadInput
        If a column is text in one and not in the other.

    Examples
    --------
    >>> joined_columns({"a": np.array([1]), "b": np.array([2])}, {"a": np.array([3])})
    {'a': array([1, 3])}
    """
    joined = {}
    for key in first:
        if key not in second:
            continue
        if (first[key].dtype.kind in "UT") != (second[key].dtype.kind in "UT"):
            raise BadInput(f"column {key!r} is {first[key].dtype} in one space and {second[key].dtype} in the other")
        joined[key] = np.concatenate([first[key], second[key]])
    return joined


def own(matrix: NDArray[np.floating]) -> NDArray[np.floating]:
    """Freeze an array just made, whose only handle the caller gives up, so that a space need not copy it.

    Examples
    --------
    >>> own(np.zeros((2, 2))).flags.writeable
    False
    """
    if matrix.base is None:
        matrix.flags.writeable = False
    return matrix


def is_mapped(array: object) -> bool:
    """Tell whether an array lies in a mapped file.

    Examples
    --------
    >>> is_mapped(np.eye(2))
    False
    """
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return False


def _as_array(values: ArrayLike, what: str) -> NDArray[Any]:
    try:
        return values if isinstance(values, np.ndarray) else np.asarray(values)
    except (ValueError, TypeError) as error:
        raise BadInput(f"{what} cannot be made an array ({error})") from None


def _is_frozen(array: object) -> bool:
    """Tell whether neither this array nor one it views can be written to."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base
    return True
