"""A bit a number: on which side of the centre it lies."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_flags
from vicinal.lengths import BLOCK_ROWS, row_norms, single
from vicinal.randomness import generator
from vicinal.store.quantised import BinaryForm


class Binary:
    """Signs of the dimensions; two vectors differ in about as many bits as the angle between them is wide.

    Parameters
    ----------
    centre : bool
        Take off the mean row first. Without, a dimension whose values are mostly positive says nearly nothing.
    rotate : bool
        Turn the rows at random first, so that dimensions of different size, or that go together, share what they
        know. Costs dim² multiplications a row.
    seed : int
        Of the rotation.

    Attributes
    ----------
    centre_ : (1, dim) float32
    rotation_ : (dim, dim) float32 or None

    Examples
    --------
    >>> rows = np.array([[3.0, 1.0], [1.0, 5.0]], np.float32)
    >>> form = Binary().fit(rows).encode(rows)
    >>> form.bits.tolist(), form.decode().tolist()
    ([[1], [2]], [[3.5, 1.5], [0.5, 4.5]])
    """

    def __init__(self, *, centre: bool = True, rotate: bool = False, seed: int = 0) -> None:
        self.centre = centre
        self.rotate = rotate
        self.seed = seed

    def fit(self, matrix: NDArray[np.floating]) -> Self:
        """Learn the centre, and draw the rotation; NaN and infinity are refused."""
        check_flags(self, "centre", "rotate")
        row_norms(matrix)
        dim = matrix.shape[1]
        mean = matrix.mean(axis=0, dtype=np.float64) if self.centre else np.zeros(dim)
        self.centre_ = mean.astype(np.float32)[None]
        self.rotation_ = random_rotation(dim, self.seed) if self.rotate else None
        return self

    def turned(self, matrix: NDArray[np.floating]) -> NDArray[np.float32]:
        """Take off the centre and rotate, (n, dim) float32: the numbers whose signs are kept."""
        moved = single(matrix) - self.centre_
        return moved if self.rotation_ is None else moved @ self.rotation_.T

    def encode(self, matrix: NDArray[np.floating]) -> BinaryForm:
        """Make bits of rows, (n, dim), and scales: a row's mean absolute value brings it nearest to what it was."""
        row_norms(matrix)
        bits = np.empty((len(matrix), -(-matrix.shape[1] // 8)), np.uint8)
        scales = np.empty(len(matrix), np.float32)
        for start in range(0, len(matrix), BLOCK_ROWS):
            block = self.turned(matrix[start : start + BLOCK_ROWS])
            bits[start : start + len(block)] = pack_signs(block)
            scales[start : start + len(block)] = np.abs(block).mean(axis=1)
        return BinaryForm(bits, scales, self.centre_, self.rotation_)


def pack_signs(rows: NDArray[np.floating]) -> NDArray[np.uint8]:
    """One bit a number, set where it is above 0: (n, dim) becomes (n, ceil(dim / 8)), lowest bit first.

    Examples
    --------
    >>> pack_signs(np.array([[1.0, -1.0, 0.0, 2.0]])).tolist()
    [[9]]
    """
    return np.packbits(rows > 0, axis=1, bitorder="little")


def as_words(bits: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Put 8 bytes into a word, (n, words); bits that are missing are 0.

    Examples
    --------
    >>> as_words(np.array([[1, 2]], np.uint8)).tolist()
    [[513]]
    """
    words = -(-bits.shape[1] // 8)
    filled = np.zeros((len(bits), 8 * words), np.uint8)
    filled[:, : bits.shape[1]] = bits
    return filled.view("<u8").astype(np.uint64, copy=False)


def hamming(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count the bits in which rows of ``a``, (m, bytes), differ from rows of ``b``, (n, bytes); (m, n).

    Examples
    --------
    >>> hamming(np.array([[0b1011]], np.uint8), np.array([[0b0010], [0b1011]], np.uint8)).tolist()
    [[2, 0]]
    """
    left, right = as_words(a), as_words(b)
    return np.stack([np.bitwise_count(row ^ right).sum(axis=1, dtype=np.int64) for row in left])


def random_rotation(dim: int, seed: int = 0) -> NDArray[np.float32]:
    """Draw an orthogonal matrix, all alike likely (the QR of normal numbers, signs set by R; Mezzadri 2007).

    Examples
    --------
    >>> turn = random_rotation(3)
    >>> np.allclose(turn @ turn.T, np.eye(3), atol=1e-6)
    True
    """
    q, r = np.linalg.qr(generator(seed, dim).standard_normal((dim, dim)))
    return np.ascontiguousarray(q * np.sign(np.diagonal(r)), np.float32)
