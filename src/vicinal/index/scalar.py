"""Numbers in fewer bits, each by itself: float16, and int8 with a scale a row or a dimension."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_choice
from vicinal.errors import BadInput
from vicinal.lengths import BLOCK_ROWS, row_norms, single
from vicinal.store.quantised import Int8Form

_TOP = 127  # the largest code; -128 is not used, so that codes have no preferred sign


class Int8:
    """A byte a number.

    With a scale a row, a row's largest number becomes 127 or -127: no number is off by more than 1/254 of it, and
    nothing is learned. With a scale a dimension, the range each dimension has in the rows given to `fit` is cut into
    254 steps; better where dimensions differ much in size. What is outside of that range is moved to its end.

    Parameters
    ----------
    per : "row" or "dim"

    Attributes
    ----------
    scales_, offsets_ : (1, dim) float32 or None
        Width of a step and middle of the range of each dimension.

    Examples
    --------
    >>> rows = np.array([[1.0, -0.5], [0.0, 0.0]], np.float32)
    >>> form = Int8().fit(rows).encode(rows)
    >>> form.codes.tolist(), form.decode().round(2).tolist()
    ([[127, -64], [0, 0]], [[1.0, -0.5], [0.0, 0.0]])
    """

    scales_: NDArray[np.float32] | None
    offsets_: NDArray[np.float32] | None

    def __init__(self, *, per: str = "row") -> None:
        self.per = per

    def fit(self, matrix: NDArray[np.floating]) -> Self:
        """Learn the ranges of the dimensions, where they are needed.

        Raises
        ------
        BadInput
            If a row holds NaN or infinity.
        """
        check_choice("per", self.per, ("row", "dim"))
        row_norms(matrix)
        self.scales_ = self.offsets_ = None
        if self.per == "dim":
            low, high = (np.asarray(ends(axis=0), np.float64) for ends in (matrix.min, matrix.max))
            self.offsets_ = ((low + high) / 2).astype(np.float32)[None]
            reach = np.maximum(high - self.offsets_[0], self.offsets_[0] - low)
            self.scales_ = (reach / _TOP).astype(np.float32)[None]
        return self

    def encode(self, matrix: NDArray[np.floating]) -> Int8Form:
        """Make codes of rows, (n, dim); NaN and infinity are refused."""
        row_norms(matrix)
        codes = np.empty(matrix.shape, np.int8)
        scales = np.empty(len(matrix), np.float32)
        for start in range(0, len(matrix), BLOCK_ROWS):
            block = single(matrix[start : start + BLOCK_ROWS])
            part = slice(start, start + len(block))
            if self.scales_ is None or self.offsets_ is None:
                scales[part] = np.abs(block).max(axis=1) / _TOP
                steps = scales[part, None]
            else:
                block, steps = block - self.offsets_, np.broadcast_to(self.scales_, block.shape)
            whole = np.divide(block, steps, out=np.zeros_like(block), where=steps > 0)
            codes[part] = np.rint(whole).clip(-_TOP, _TOP)
        if self.scales_ is None:
            return Int8Form(codes, scales)
        return Int8Form(codes, self.scales_, self.offsets_)


def to_float16(matrix: NDArray[np.floating]) -> NDArray[np.float16]:
    """Round to float16, of 11 significant bits.

    Raises
    ------
    BadInput
        If a number is NaN, or beyond the largest float16, 65,504.

    Examples
    --------
    >>> to_float16(np.array([[0.1]], np.float32)).tolist()
    [[0.0999755859375]]
    """
    with np.errstate(over="ignore"):
        half = np.asarray(matrix, np.float16)
    bad = np.flatnonzero(~np.isfinite(half).all(axis=1))
    if len(bad):
        raise BadInput(f"row {bad[0]} holds a number that float16 cannot, of more than 65,504; scale the rows first")
    return half


def relative_error(matrix: NDArray[np.floating], decoded: NDArray[np.floating]) -> float:
    """Sum of the squares of what encoding changed, as a share of the sum of all squares; 0 for rows of zeros.

    Examples
    --------
    >>> relative_error(np.array([[3.0, 4.0]]), np.array([[3.0, 4.5]]))
    0.01
    """
    changed = total = 0.0
    for start in range(0, len(matrix), BLOCK_ROWS):
        before = np.asarray(matrix[start : start + BLOCK_ROWS], np.float64)
        changed += float(np.square(before - decoded[start : start + BLOCK_ROWS]).sum())
        total += float(np.square(before).sum())
    return changed / total if total else 0.0
