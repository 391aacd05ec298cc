"""Training of a tree with asymmetric hashing: centres of leaves by k-means, then codebooks for what they leave over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vicinal.index.rows import in_ranges
from vicinal.randomness import generator

CODES = 16  # centres of a subspace: one look-up in a register
_PACK = 32  # centres that the kernels read together
_ROUNDS = 2  # of coordinate descent when encoding
_BLOCK = 1 << 13  # rows worked on at once


@dataclass(frozen=True, eq=False)
class Packs:
    """Centres laid out for the kernels that score many at once.

    Attributes
    ----------
    values : (p, dim, 32) float32
        32 centres side by side; the last are padded with zeros.
    biases : (p * 32,) float32
        Taken from the dot product with each centre; huge for the padding, which is never chosen.
    """

    values: NDArray[np.float32]
    biases: NDArray[np.float32]

    @classmethod
    def of(cls, centres: NDArray[np.float32], *, euclidean: bool = True) -> Packs:
        """Lay out centres; with half their squared lengths as biases, so that the best is the nearest, or with none.

        Examples
        --------
        >>> packs = Packs.of(np.eye(3, dtype=np.float32))
        >>> packs.values.shape, packs.biases[:4].tolist()[:3]
        ((1, 3, 32), [0.5, 0.5, 0.5])
        """
        count, dim = centres.shape
        whole = -(-count // _PACK)
        values = np.zeros((whole * _PACK, dim), np.float32)
        values[:count] = centres
        biases = np.full(whole * _PACK, 3e38, np.float32)
        biases[:count] = np.einsum("ij,ij->i", centres, centres) / 2 if euclidean else 0
        return cls(np.ascontiguousarray(values.reshape(whole, _PACK, dim).transpose(0, 2, 1)), biases)


def assign(
    points: NDArray[np.float32], packs: Packs, threads: int = 1
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Find the best centre of every point.

    Returns
    -------
    centres : (n,) int32
    scores : (n,) float32
        Dot product less the bias of that centre.

    Examples
    --------
    >>> assign(np.array([[0, 2.0]], np.float32), Packs.of(np.eye(2, dtype=np.float32)))[0].tolist()
    [1]
    """
    from vicinal.index import _tree_ah_training_kernels as kernels

    nearest, scores = np.empty(len(points), np.int32), np.empty(len(points), np.float32)
    lanes = np.arange(_PACK // 2, dtype=np.float32)

    def work(start: int, stop: int) -> None:
        scratch, part = np.empty(_PACK, np.float32), slice(start, stop)
        kernels.assign(points[part], packs.values, packs.biases, lanes, scratch, nearest[part], scores[part])

    in_ranges(work, len(points), threads, least=256)
    return nearest, scores


def k_means(
    points: NDArray[np.float32], count: int, seed: int, threads: int = 1, rounds: int = 8,
    report: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:  # fmt: skip
    """Cluster points by Lloyd's algorithm, from a random choice of them.

    A cluster that falls empty starts again at a point that lies far from its centre.

    Parameters
    ----------
    points : (n, dim) float32
    count : int
        Clusters, at most n.
    seed : int
    threads : int
    rounds : int
    report : callable, optional
        Receives rounds done and rounds in all.

    Returns
    -------
    (count, dim) float32
        Means of the clusters.

    Examples
    --------
    >>> points = np.array([[0, 0], [0, 2], [9, 0], [9, 2]], np.float32)
    >>> sorted(k_means(points, 2, seed=1).tolist())
    [[0.0, 1.0], [9.0, 1.0]]
    """
    from vicinal.index import _tree_ah_training_kernels as kernels

    centres = points[generator(seed).choice(len(points), count, replace=False)]
    lengths = np.einsum("ij,ij->i", points, points)
    for turn in range(rounds):
        nearest, scores = assign(points, Packs.of(centres), threads)
        sums, sizes = np.zeros(centres.shape, np.float32), np.zeros(count, np.int64)
        kernels.add_up(points, nearest, sums, sizes)
        centres = sums / np.maximum(sizes, 1)[:, None].astype(np.float32)
        empty = np.flatnonzero(sizes == 0)
        if len(empty):
            far = np.argsort(2 * scores - lengths, kind="stable")[: len(empty)]
            centres[empty] = points[far]
        if report:
            report(turn + 1, rounds)
    return centres


@dataclass(frozen=True, eq=False)
class Books:
    """Codebooks: 16 centres for every subspace of a residual.

    Attributes
    ----------
    centres : (subspaces, width, 16) float32
        Subspace s covers the dimensions from ``s * width``; what lies beyond the last dimension is 0.
    """

    centres: NDArray[np.float32]

    @property
    def width(self) -> int:
        """Dimensions of a subspace."""
        return self.centres.shape[1]

    def padded(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Widen vectors with zeros to a whole number of subspaces."""
        missing = self.centres.shape[0] * self.width - vectors.shape[1]
        return np.pad(vectors, ((0, 0), (0, missing))) if missing else np.ascontiguousarray(vectors)

    def encode(
        self, points: NDArray[np.float32], residuals: NDArray[np.float32], weight: float, threads: int = 1
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Choose codes.

        Parameters
        ----------
        points : (n, dim) float32
        residuals : (n, dim) float32
            What is encoded: the points less the centres of their leaves.
        weight : float
            How much more an error counts along its point than across it; 0 for the nearest centres.
        threads : int

        Returns
        -------
        codes : (n, subspaces) uint8
        along : (n,) float32
            Dot product of every point with its error.
        """
        from vicinal.index import _tree_ah_training_kernels as kernels

        x, r = self.padded(points), self.padded(residuals)
        squares = np.square(self.centres).sum(axis=1)
        lengths = np.einsum("ij,ij->i", x, x)
        weights = np.divide(weight, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        codes, along = np.zeros((len(x), len(self.centres)), np.uint8), np.zeros(len(x), np.float32)
        rounds = _ROUNDS if weight else 0

        def work(start: int, stop: int) -> None:
            part = slice(start, stop)
            kernels.encode(x[part], r[part], weights[part], self.centres, squares, rounds, codes[part], along[part])

        in_ranges(work, len(x), threads, least=256)
        return codes, along


def train_books(  # noqa: PLR0913
    points: NDArray[np.float32], residuals: NDArray[np.float32], *, width: int, weight: float = 0.0, seed: int = 0,
    threads: int = 1, rounds: int = 8,
) -> Books:  # fmt: skip
    """Train codebooks for residuals, on the loss that `Books.encode` makes small.

    Each round chooses codes and then moves every centre to where the loss of the residuals it stands for is least:
    for the plain loss their mean, else the solution of a small linear system (Guo et al. 2020, theorem 4.2).

    Parameters
    ----------
    points, residuals : (n, dim) float32
    width : int
        Dimensions of a subspace.
    weight : float
        See `Books.encode`.
    seed, threads, rounds : int

    Returns
    -------
    Books
    """
    dim = points.shape[1]
    subspaces = -(-dim // width)
    start = Books(np.zeros((subspaces, width, CODES), np.float32))
    x, r = start.padded(points), start.padded(residuals)
    chosen = generator(seed).choice(len(r), CODES, replace=len(r) < CODES)
    centres = np.ascontiguousarray(r[chosen].reshape(CODES, subspaces, width).transpose(1, 2, 0))
    lengths = np.einsum("ij,ij->i", x, x)
    scales = np.divide(weight, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    for turn in range(rounds):
        plain = turn < rounds // 2  # the plain loss first: a good start, and quicker
        books = Books(centres)
        codes, along = books.encode(x, r, 0.0 if plain else weight, threads)
        centres = _moved(books, x, r, (codes, along, np.zeros_like(scales) if plain else scales))
    return Books(centres)


def _moved(books: Books, x: NDArray, r: NDArray, encoded: tuple[NDArray, NDArray, NDArray]) -> NDArray[np.float32]:
    """Move every centre to its best place, given the codes and the error along each point."""
    codes, along, scales = encoded
    width = books.width
    centres = np.empty_like(books.centres)
    for s in range(len(centres)):
        part = slice(s * width, (s + 1) * width)
        code, xs, rs, old = codes[:, s], x[:, part], r[:, part], books.centres[s]
        others = along - np.einsum("ij,ij->i", xs, rs - old.T[code])  # what the other subspaces leave along x
        goal = rs + (scales * (others + np.einsum("ij,ij->i", xs, rs)))[:, None] * xs
        counts = np.bincount(code, minlength=CODES)
        right = np.stack([np.bincount(code, goal[:, i], CODES) for i in range(width)], 1)
        system = np.einsum("c,ij->cij", np.maximum(counts, 1), np.eye(width))
        for i in range(width):
            for j in range(width):
                system[:, i, j] += np.bincount(code, scales * xs[:, i] * xs[:, j], CODES)
        solved = np.linalg.solve(system, right[:, :, None])[:, :, 0].T
        centres[s] = np.where(counts > 0, solved, old)
    return centres
