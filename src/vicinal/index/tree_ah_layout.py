"""How the codes of a tree lie in memory: leaf after leaf, in blocks of 64 points that one vector instruction reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat

POINTS = 64  # of a block
# the kernels widen bytes 0, 2, 4, ... and 1, 3, 5, ... apart: points 0 to 31 stand at the first, 32 to 63 at the others
_PLACES = np.concatenate([np.arange(0, POINTS, 2), np.arange(1, POINTS, 2)])


@dataclass(frozen=True, eq=False)
class Layout:
    """Codes of points, by leaves.

    Attributes
    ----------
    codes : (blocks, width, 64) uint8
        Byte j holds codes 2 j (lower half) and 2 j + 1 of a point.
    rows : (blocks * 64,) int32
        Row of the data at every place; -1 for none.
    starts : (leaves,) int64
        First block of each leaf.
    sizes : (leaves,) int32
        Points of each leaf.
    """

    codes: NDArray[np.uint8]
    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int32]

    @classmethod
    def of(cls, rows: NDArray[np.int32], leaves: NDArray[np.int32], packed: NDArray[np.uint8], count: int) -> Layout:
        """Lay out points.

        Parameters
        ----------
        rows : (n,) int32
        leaves : (n,) int32
            Leaf of each, below ``count``; a row may come again in another.
        packed : (n, width) uint8
            Codes of each, two a byte.
        count : int

        Examples
        --------
        >>> packed = np.array([[7], [8], [9]], np.uint8)
        >>> layout = Layout.of(np.arange(3, dtype=np.int32), np.array([1, 0, 1], np.int32), packed, 2)
        >>> layout.starts.tolist(), layout.sizes.tolist(), layout.rows[[0, 64, 65]].tolist()
        ([0, 1], [1, 2], [1, 0, 2])
        >>> [part.tolist() for part in layout.points()]
        [[1, 0, 2], [0, 1, 1], [[8], [7], [9]]]
        """
        sizes = np.bincount(leaves, minlength=count)
        blocks = -(-sizes // POINTS)
        starts = np.cumsum(blocks) - blocks
        order = np.argsort(leaves, kind="stable")
        places = np.arange(len(leaves)) + (starts * POINTS - np.cumsum(sizes) + sizes)[leaves[order]]
        everywhere = np.full(int(blocks.sum()) * POINTS, -1, np.int32)
        everywhere[places] = rows[order]
        codes = np.zeros((int(blocks.sum()), packed.shape[1], POINTS), np.uint8)
        codes[places // POINTS, :, _PLACES[places % POINTS]] = packed[order]
        return cls(codes, everywhere, starts.astype(np.int64), sizes.astype(np.int32))

    def points(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
        """Rows, leaves and codes of all points, leaf after leaf."""
        owners = np.repeat(np.arange(len(self.sizes), dtype=np.int32), -(-self.sizes // POINTS))
        places = np.flatnonzero(self.rows >= 0)
        packed = self.codes[places // POINTS, :, _PLACES[places % POINTS]]
        return self.rows[places], owners[places // POINTS], packed

    def check(self, n: int, leaves: int, width: int) -> None:
        """Raise `BadFormat` unless all arrays fit each other, and ``n`` rows in ``leaves`` leaves with ``width`` bytes.

        Examples
        --------
        >>> layout = Layout.of(np.array([5], np.int32), np.array([0], np.int32), np.zeros((1, 3), np.uint8), 1)
        >>> layout.check(6, 1, 3)
        >>> layout.check(5, 1, 3)
        Traceback (most recent call last):
            ...
        vicinal.errors.BadFormat: the index holds rows of another space: row 5 of 5
        """
        blocks = len(self.codes) if self.codes.ndim else 0
        for name, array, dtype, shape in (
            ("codes", self.codes, np.uint8, (blocks, width, POINTS)),
            ("rows", self.rows, np.int32, (blocks * POINTS,)),
            ("starts", self.starts, np.int64, (leaves,)),
            ("sizes", self.sizes, np.int32, (leaves,)),
        ):
            check_array(name, array, dtype, shape)
        if self.rows.max(initial=-1) >= n:
            raise BadFormat(f"the index holds rows of another space: row {self.rows.max()} of {n}")
        taken = -(-self.sizes.astype(np.int64) // POINTS)
        if (self.sizes < 0).any() or taken.sum() != blocks or (self.starts != np.cumsum(taken) - taken).any():
            raise BadFormat(f"the leaves of the index do not fit its {blocks} blocks")
        left = np.repeat(self.sizes.astype(np.int64) + self.starts * POINTS, taken) - np.arange(blocks) * POINTS
        if not np.array_equal(np.arange(POINTS) < left[:, None], self.rows.reshape(-1, POINTS) >= 0):
            raise BadFormat("the leaves of the index do not fit the rows in them")

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self.codes.nbytes + self.rows.nbytes + self.starts.nbytes + self.sizes.nbytes


def check_array(name: str, array: NDArray, dtype: type, shape: tuple[int, ...]) -> None:
    """Raise `BadFormat` unless an array is of a type and a shape.

    Examples
    --------
    >>> check_array("rows", np.zeros(3, np.int32), np.int32, (3,))
    """
    if array.dtype != dtype or array.shape != shape:
        wanted = f"{np.dtype(dtype)} of shape {shape}"
        raise BadFormat(f"{name} of the index must be {wanted}, got {array.dtype} of shape {array.shape}")
