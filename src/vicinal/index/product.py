"""Product codes: every stretch of dimensions by the nearest of a few centres (Jégou, Douze & Schmid 2011)."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadOption
from vicinal.index.kmeans import Packs, assign, k_means
from vicinal.lengths import BLOCK_ROWS, row_norms, single
from vicinal.progress import Callback, Progress
from vicinal.randomness import generator
from vicinal.store.quantised import ProductForm

_WIDTH = 4  # dimensions a byte stands for, unless told otherwise
_SAMPLE = 64  # rows to learn from, for each centre


class Product:
    """Product codes.

    Parameters
    ----------
    subspaces : int, optional
        Stretches a vector is cut into, all of width ceil(dim / subspaces) but the last; by default one a 4 dimensions.
    bits : 4 or 8
        Of each code: 16 or 256 centres a stretch. 4-bit codes lie two in a byte.
    iterations : int
        Rounds of k-means.
    seed : int

    Attributes
    ----------
    centres_ : (subspaces, centres, width) float32
        Numbers beyond the last dimension are 0.

    Examples
    --------
    >>> rows = np.repeat(np.array([[0, 0, 5, 5], [9, 9, 5, 5]], np.float32), 3, axis=0)
    >>> form = Product(subspaces=2, bits=4).fit(rows).encode(rows)
    >>> form.codes.shape, form.decode().tolist() == rows.tolist()
    ((6, 1), True)
    """

    centres_: NDArray[np.float32]

    def __init__(self, *, subspaces: int | None = None, bits: int = 8, iterations: int = 12, seed: int = 0) -> None:
        self.subspaces = subspaces
        self.bits = bits
        self.iterations = iterations
        self.seed = seed

    def fit(self, matrix: NDArray[np.floating], *, callback: Callback | None = None) -> Self:
        """Learn the centres from a sample of 64 rows a centre; NaN and infinity are refused.

        Raises
        ------
        BadOption
            For subspaces that cannot be had of so many dimensions, or another number of bits than 4 or 8.
        """
        if self.bits not in (4, 8):
            raise BadOption(f"bits must be 4 or 8, got {self.bits!r}")
        check_whole("iterations", self.iterations)
        row_norms(matrix)
        n, dim = matrix.shape
        subspaces = -(-dim // _WIDTH) if self.subspaces is None else check_whole("subspaces", self.subspaces, 1, dim)
        width = -(-dim // subspaces)
        if (subspaces - 1) * width >= dim:
            fitting = -(-dim // width)
            raise BadOption(f"{dim} dimensions cannot be cut into {subspaces} stretches; {fitting} can be had")
        count = min(n, 1 << self.bits)
        rng = generator(self.seed, dim)
        chosen = np.sort(rng.choice(n, min(n, _SAMPLE * count), replace=False))
        sample = _stretches(single(matrix[chosen]), subspaces, width)
        self.centres_ = np.empty((subspaces, count, width), np.float32)
        for s in range(subspaces):
            self.centres_[s] = k_means(sample[s], count, seed=rng, rounds=self.iterations)
            if callback is not None:
                callback(Progress("learning centres", s + 1, subspaces))
        return self

    def encode(self, matrix: NDArray[np.floating]) -> ProductForm:
        """Make codes of rows, (n, dim): in every stretch, the nearest centre; the first of equally near ones."""
        row_norms(matrix)
        subspaces, count, width = self.centres_.shape
        codes = np.empty((len(matrix), subspaces), np.uint8)
        packs = [Packs.of(centres) for centres in self.centres_]
        for start in range(0, len(matrix), BLOCK_ROWS):
            block = _stretches(single(matrix[start : start + BLOCK_ROWS]), subspaces, width)
            for s in range(subspaces):
                codes[start : start + BLOCK_ROWS, s] = assign(block[s], packs[s])[0]
        if count <= 16:
            codes = pack_nibbles(codes)
        return ProductForm(codes, self.centres_, np.array([matrix.shape[1]], np.int64))


def _stretches(rows: NDArray[np.float32], subspaces: int, width: int) -> NDArray[np.float32]:
    """Cut rows, (n, dim), into (subspaces, n, width), filled up with 0."""
    filled = np.zeros((len(rows), subspaces * width), np.float32)
    filled[:, : rows.shape[1]] = rows
    return np.ascontiguousarray(filled.reshape(len(rows), subspaces, width).transpose(1, 0, 2))


def pack_nibbles(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put two codes of 4 bits into a byte, the first in the lower half: (n, c) becomes (n, ceil(c / 2)).

    Examples
    --------
    >>> pack_nibbles(np.array([[1, 2, 3]], np.uint8)).tolist()
    [[33, 3]]
    """
    filled = np.zeros((len(codes), -(-codes.shape[1] // 2) * 2), np.uint8)
    filled[:, : codes.shape[1]] = codes
    return filled[:, ::2] | (filled[:, 1::2] << 4)
