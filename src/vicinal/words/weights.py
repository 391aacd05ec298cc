"""The two matrices that training moves, laid out for the kernels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vicinal.memory import check_memory, show_bytes

_LANES = 16  # as in vicinal._vectors, which is not imported here because it brings the compiler
_HOT = 256  # rows of which every thread keeps copies of its own
_HOT_SHARE = 64  # of a small vocabulary fewer: rows that every step touches must not be left stale
_BLANK = 3  # zero rows needed even by one thread


class Matrices:
    """Input and output matrix with padded, aligned rows, spare zero rows and each thread's copies of the hot rows.

    Parameters
    ----------
    rows : int
        Rows of the larger of the two.
    dim : int
    threads : int
    hot : bool
        Whether threads keep copies of the most frequent rows (with one thread they never do).

    Attributes
    ----------
    inputs, outputs : (rows, dim) float32
        Views of what the kernels work on.

    Examples
    --------
    >>> matrices = Matrices(10, 20, threads=1)
    >>> matrices.inputs.shape, matrices.width
    ((10, 20), 32)
    """

    def __init__(self, rows: int, dim: int, *, threads: int, hot: bool = True) -> None:
        self.rows, self.dim, self.threads = rows, dim, threads
        self.width = padded(dim)
        self.hot = min(_HOT, rows // _HOT_SHARE) if threads > 1 and hot else 0
        self.blank = rows
        self.copies = rows + max(_BLANK, threads)
        total = (self.copies + threads * self.hot) * self.width
        self._flat = (aligned_zeros(total), aligned_zeros(total))
        self.inputs, self.outputs = (
            flat[: rows * self.width].reshape(rows, self.width)[:, :dim] for flat in self._flat
        )

    def fill(self, hashes: NDArray[np.uint64], start: int, seed: int) -> None:
        """Write starting vectors to the input rows from ``start`` on."""
        from vicinal.words._examples_kernels import fill_rows

        fill_rows(self._flat[0], start, hashes, self.dim, self.width, np.uint64(seed))

    def for_thread(self, thread: int):
        """Make the kernels' view of the matrices for one thread, its hot rows copied afresh."""
        from vicinal.words._examples_kernels import Weights

        first = (self.copies + thread * self.hot) * self.width
        size = self.hot * self.width
        for flat in self._flat:
            flat[first : first + size] = flat[:size]
        seen = [aligned_zeros(size) for _ in self._flat]
        for copy, flat in zip(seen, self._flat, strict=True):
            copy[:] = flat[:size]
        numbers = (self.width, self.hot, self.copies + thread * self.hot, self.blank + thread)
        return Weights(*self._flat, *(np.uint64(number) for number in numbers), *seen)


def padded(dim: int) -> int:
    """Row width in floats: a multiple of 16."""
    return -(-dim // _LANES) * _LANES


def memory_needed(rows: int, dim: int) -> int:
    """Bytes the two matrices take, their padding included."""
    return 2 * 4 * padded(dim) * (rows + 2 * _HOT)


def check_training_memory(rows: int, dim: int) -> str:
    """Say what training will take, or raise `NotEnoughMemory` with advice."""
    needed = memory_needed(rows, dim)
    purpose = f"training {rows:,} words in {dim} dimensions"
    check_memory(needed, purpose, "lower dim, raise min_count or set max_vocabulary")
    return f"{purpose} takes {show_bytes(needed)}"


def aligned_zeros(count: int) -> NDArray[np.float32]:
    """Zeros that start on a multiple of 64 bytes, so that no vector straddles two cache lines."""
    raw = np.zeros(count + _LANES, np.float32)
    start = (-raw.ctypes.data // 4) % _LANES
    return raw[start : start + count]
