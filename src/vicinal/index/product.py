"""Product codes: every stretch of dimensions by the nearest of a few centres (Jégou, Douze & Schmid 2011)."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadOption
from vicinal.lengths import BLOCK_ROWS, row_norms, single
from vicinal.progress import Callback, Progress
from vicinal.randomness import generator
from vicinal.store.quantised import ProductForm

_WIDTH = 4  # dimensions a byte stands for, unless told otherwise
_SAMPLE = 64  # rows to learn from, for each centre
_NUMBERS = 1 << 22  # scores held at once


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
            self.centres_[s] = k_means(sample[s], count, rng, self.iterations)
            if callback is not None:
                callback(Progress("learning centres", s + 1, subspaces))
        return self

    def encode(self, matrix: NDArray[np.floating]) -> ProductForm:
        """Make codes of rows, (n, dim): in every stretch, the nearest centre; the first of equally near ones."""
        row_norms(matrix)
        subspaces, count, width = self.centres_.shape
        codes = np.empty((len(matrix), subspaces), np.uint8)
        step = max(1, min(BLOCK_ROWS, _NUMBERS // count))
        for start in range(0, len(matrix), step):
            block = _stretches(single(matrix[start : start + step]), subspaces, width)
            for s in range(subspaces):
                codes[start : start + step, s] = nearest_centres(block[s], self.centres_[s])
        if count <= 16:
            codes = pack_nibbles(codes)
        return ProductForm(codes, self.centres_, np.array([matrix.shape[1]], np.int64))


def _stretches(rows: NDArray[np.float32], subspaces: int, width: int) -> NDArray[np.float32]:
    """Cut rows, (n, dim), into (subspaces, n, width), filled up with 0."""
    filled = np.zeros((len(rows), subspaces * width), np.float32)
    filled[:, : rows.shape[1]] = rows
    return np.ascontiguousarray(filled.reshape(len(rows), subspaces, width).transpose(1, 0, 2))


def nearest_centres(rows: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.int64]:
    """Nearest centre of every row, (n,), by |centre|² - 2 row · centre.

    Examples
    --------
    >>> nearest_centres(np.array([[1.0], [8.0]], np.float32), np.array([[0.0], [9.0]], np.float32)).tolist()
    [0, 1]
    """
    return (np.einsum("ij,ij->i", centres, centres) - 2 * (rows @ centres.T)).argmin(axis=1)


def k_means(rows: NDArray[np.float32], count: int, rng: np.random.Generator, iterations: int) -> NDArray[np.float32]:
    """Find centres that rows are near to (Lloyd 1982), (count, width) float32.

    They begin at rows drawn at random; a centre nearest to no row is moved to a row that is far from its own.

    Parameters
    ----------
    rows : (n, width) float32
        At least ``count``; they need not be distinct.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [9.0]], np.float32)
    >>> sorted(k_means(rows, 2, np.random.default_rng(0), 5).ravel().tolist())
    [0.5, 9.0]
    """
    middle = rows.mean(axis=0)
    moved = rows - middle  # the expanded square of distances loses digits far from 0
    centres = moved[rng.choice(len(rows), count, replace=False)]
    for _ in range(iterations):
        nearest = nearest_centres(moved, centres)
        sizes = np.bincount(nearest, minlength=count)
        sums = np.stack([np.bincount(nearest, column, minlength=count) for column in moved.T], axis=1)
        np.divide(sums, sizes[:, None], out=centres, where=sizes[:, None] > 0, casting="same_kind")
        empty = np.flatnonzero(sizes == 0)
        if len(empty):
            off = np.square(moved - centres[nearest]).sum(axis=1)
            far = np.argsort(-off, kind="stable")[: len(empty)]
            centres[empty] = moved[far]
    return centres + middle


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
