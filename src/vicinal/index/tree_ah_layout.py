"""How the codes of a tree lie in memory: leaf after leaf, in blocks of 64 points that one vector instruction reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat

POINTS = 64  # of a block
# the kernels widen bytes 0, 2, 4, ... and 1, 3, 5, ... apart: points 0 to 31 stand at the first, 32 to 63 at the others
_PLACES = np.concatenate([np.arange(0, POINTS, 2), np.arange(1, POINTS, 2)])


@dataclass(frozen=True, eq=False)
class Layout:
    """Codes of the points, by leaves.

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
    def of(cls, leaves: NDArray[np.int32], packed: NDArray[np.uint8], count: int) -> Layout:
        """Lay out points by the leaf of each and their codes, (n, width), two a byte.

        Examples
        --------
        >>> layout = Layout.of(np.array([1, 0, 1], np.int32), np.array([[7], [8], [9]], np.uint8), 2)
        >>> layout.starts.tolist(), layout.sizes.tolist(), layout.rows[[0, 64, 65]].tolist()
        ([0, 1], [1, 2], [1, 0, 2])
        >>> [part.tolist() for part in layout.points()]
        [[1, 0, 1], [[7], [8], [9]]]
        """
        sizes = np.bincount(leaves, minlength=count)
        ends = np.cumsum(-(-sizes // POINTS))
        starts = ends - (-(-sizes // POINTS))
        order = np.argsort(leaves, kind="stable")
        first = np.cumsum(sizes) - sizes
        places = np.arange(len(leaves)) + (starts * POINTS - first)[leaves[order]]
        rows = np.full(int(ends[-1]) * POINTS, -1, np.int32)
        rows[places] = order
        codes = np.zeros((int(ends[-1]), packed.shape[1], POINTS), np.uint8)
        codes[places // POINTS, :, _PLACES[places % POINTS]] = packed[order]
        return cls(codes, rows, starts.astype(np.int64), sizes.astype(np.int32))

    def points(self) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Leaf and codes of every point, in the order of the rows: what `of` was given."""
        owners = np.repeat(np.arange(len(self.sizes), dtype=np.int32), -(-self.sizes // POINTS))
        places = np.flatnonzero(self.rows >= 0)
        rows = self.rows[places]
        leaves = np.empty(len(rows), np.int32)
        packed = np.empty((len(rows), self.codes.shape[1]), np.uint8)
        leaves[rows] = owners[places // POINTS]
        packed[rows] = self.codes[places // POINTS, :, _PLACES[places % POINTS]]
        return leaves, packed

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self.codes.nbytes + self.rows.nbytes + self.starts.nbytes + self.sizes.nbytes
