"""Short codes for residuals: four bits for every two dimensions, and four or eight for what they get wrong.

A residual r of a point x is stored as r' with the error e = r - r'. A search ranks by q . r', so q . e is what it gets
wrong. A query that has x among its nearest points much in the direction of x: the part of e along x does the
harm. Two remedies:

* The codes make a loss small that counts an error along x more than one across it (Guo et al. 2020, "Accelerating
  large-scale inference with anisotropic vector quantization").
* One more code holds e . x / |x|^2. Times the score at which points become neighbours of q, it is the best guess of
  q . e there is without knowing more of q, and is added to the score at the cost of one look-up. Under the euclidean
  metric two codes hold e . x - (|x|^2 - |c|^2) / 2, c the centre of the leaf: all of a score that does not depend on
  the query. Every leaf has a range of its own for these numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vicinal.index.rows import in_ranges
from vicinal.randomness import generator

CODES = 16  # centres of a subspace: one look-up in a register
_DESCENTS = 2  # passes of coordinate descent when encoding
_ROUNDS = 8  # of training


def anisotropic_weight(threshold: float, dim: int) -> float:
    """How much more an error along a point counts than one across it: Guo et al. 2020, theorem 3.4, less 1.

    Parameters
    ----------
    threshold : float
        Cosine (from 0, below 1) from which points matter; 0.2 suits most data.
    dim : int

    Examples
    --------
    >>> round(anisotropic_weight(0.2, 50), 3), anisotropic_weight(0.2, 2)
    (1.042, 0.0)
    """
    squared = threshold * threshold
    return max(0.0, squared / (1 - squared) * (dim - 1) - 1)


def finite(values: NDArray) -> NDArray[np.float32]:
    """Bring what was learned from lengths near the end of float32 back to where squares fit it.

    Examples
    --------
    >>> finite(np.array([np.inf, np.nan, 1.0])).tolist()
    [9.999999843067494e+16, 0.0, 1.0]
    """
    return np.nan_to_num(values, posinf=1e17, neginf=-1e17).clip(-1e17, 1e17).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Coder:
    """Codebooks, and encoding by them.

    Attributes
    ----------
    books : (subspaces, width, 16) float32
        Subspace s covers the dimensions from ``s * width``; what lies beyond the last dimension is 0.
    dim : int
    weight : float
        `anisotropic_weight`.
    euclidean : bool
    """

    books: NDArray[np.float32]
    dim: int
    weight: float
    euclidean: bool

    @property
    def width(self) -> int:
        """Dimensions of a subspace."""
        return self.books.shape[1]

    @property
    def subspaces(self) -> int:
        """Subspaces, without the extras."""
        return -(-self.dim // self.width)

    @classmethod
    def train(
        cls, points: NDArray[np.float32], centres: NDArray[np.float32], *, width: int, weight: float, euclidean: bool,
        seed: int = 0, threads: int = 1,
    ) -> Self:  # fmt: skip
        """Train on points and the centre of the leaf of each, both (n, dim) float32.

        Each round chooses codes and then moves every centre to where the loss of the residuals it stands for is least:
        for the plain loss their mean, else the solution of a small linear system (Guo et al. 2020, theorem 4.2).
        """
        dim = points.shape[1]
        subspaces = -(-dim // width)
        x, r = _padded(points, subspaces * width), _padded(points - centres, subspaces * width)
        chosen = generator(seed, 2).choice(len(r), CODES, replace=len(r) < CODES)
        books = np.ascontiguousarray(r[chosen].reshape(CODES, subspaces, width).transpose(1, 2, 0))
        lengths = np.einsum("ij,ij->i", x, x)
        for turn in range(_ROUNDS):
            scales = np.zeros_like(lengths)
            if turn >= _ROUNDS // 2:  # the plain loss first: a good start, and quicker
                np.divide(weight, lengths, out=scales, where=lengths > 0)
            books = _moved(books, x, r, (*_encode(x, r, books, scales, threads), scales), threads)
        return cls(finite(books), dim, weight, euclidean)

    @property
    def digits(self) -> int:
        """Codes that hold the additional number of a point."""
        return 2 if self.euclidean else 1

    @property
    def packed_width(self) -> int:
        """Bytes of a point."""
        return -(-(self.subspaces + self.digits) // 2)

    def encode(
        self, points: NDArray[np.float32], centres: NDArray[np.float32], threads: int = 1
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Encode points, (n, dim), of leaves with the given centres, (n, dim).

        Returns
        -------
        codes : (n, subspaces) uint8
        extra : (n,) float32
            The additional number of each.
        """
        codes, along = self._codes(points, centres, threads)
        lengths = np.einsum("ij,ij->i", points, points)
        if self.euclidean:
            return codes, finite(along + (np.einsum("ij,ij->i", centres, centres) - lengths) / 2)
        return codes, finite(np.divide(along, lengths, out=np.zeros_like(along), where=lengths > 0))

    def pack(
        self, codes: NDArray[np.uint8], extra: NDArray[np.float32], ranges: NDArray[np.float32]
    ) -> NDArray[np.uint8]:
        """Put codes two a byte, after them the additional number: a step between the ends of its range.

        Parameters
        ----------
        codes : (n, subspaces) uint8
        extra : (n,) float32
        ranges : (n, 2) float32
            Least number and width of the range in the leaf of each point; what lies outside moves to its end.

        Returns
        -------
        (n, packed_width) uint8
            Codes 2 j (lower half) and 2 j + 1 in byte j.
        """
        low, span = ranges.T
        parts = np.divide(extra - low, span, out=np.zeros_like(extra), where=span > 0).clip(0, 1)
        level = np.rint(parts * (CODES**self.digits - 1)).astype(np.uint8)
        everything: NDArray[np.uint8] = np.zeros((len(codes), 2 * self.packed_width), np.uint8)
        everything[:, : self.subspaces] = codes
        for digit in range(self.digits):
            everything[:, self.subspaces + digit] = level >> 4 * (self.digits - 1 - digit) & 15
        return np.bitwise_or(everything[:, ::2], everything[:, 1::2] << 4, dtype=np.uint8)

    def _codes(self, points: NDArray, centres: NDArray, threads: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Codes of the subspaces, and the dot product of each point with its error."""
        wide = self.subspaces * self.width
        x, r = _padded(points, wide), _padded(points - centres, wide)
        lengths = np.einsum("ij,ij->i", x, x)
        scales = np.divide(self.weight, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        return _encode(x, r, self.books, scales, threads)


def _padded(vectors: NDArray[np.float32], wide: int) -> NDArray[np.float32]:
    """Widen vectors with zeros."""
    return np.ascontiguousarray(np.pad(vectors, ((0, 0), (0, wide - vectors.shape[1]))))


def _encode(
    x: NDArray[np.float32], r: NDArray[np.float32], books: NDArray[np.float32], scales: NDArray[np.float32],
    threads: int,
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:  # fmt: skip
    """Choose codes for residuals r of points x; scales: weight / |x|^2."""
    from vicinal.index import _tree_ah_training_kernels as kernels

    squares = np.square(books).sum(axis=1)
    codes, along = np.zeros((len(x), len(books)), np.uint8), np.zeros(len(x), np.float32)
    descents = _DESCENTS if scales.any() else 0

    def work(start: int, stop: int) -> None:
        part = slice(start, stop)
        kernels.encode(x[part], r[part], scales[part], books, squares, descents, codes[part], along[part])

    in_ranges(work, len(x), threads, least=256)
    return codes, along


def _moved(
    books: NDArray[np.float32], x: NDArray, r: NDArray, encoded: tuple[NDArray, NDArray, NDArray], threads: int
) -> NDArray[np.float32]:
    """Move every centre to its best place, given codes, the error along each point and its scale."""
    from vicinal.index import _tree_ah_training_kernels as kernels

    codes, along, scales = encoded
    subspaces, width = books.shape[:2]
    counts, sums = np.zeros((subspaces, CODES)), np.zeros((subspaces, CODES, width))
    systems = np.zeros((subspaces, CODES, width, width))

    def work(start: int, stop: int) -> None:
        kernels.gather(x, r, scales, along, books, codes, counts, sums, systems, start, stop)

    in_ranges(work, subspaces, threads, least=8)
    systems += np.maximum(counts, 1)[:, :, None, None] * np.eye(width)
    moved = np.linalg.solve(systems, sums[..., None])[..., 0]
    moved = np.where(counts[..., None] > 0, moved, books.transpose(0, 2, 1)).transpose(0, 2, 1)
    return np.ascontiguousarray(moved, np.float32)
