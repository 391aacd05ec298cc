"""Co-occurrences cut into blocks that threads can train on without meeting each other.

Words are dealt out to bands. Block (i, j) holds the pairs of a row in band i and a column in band j. Blocks that share
neither a band of rows nor one of columns touch no vector in common: a round of them can be done by any number of
threads in any order with the same result (Gemulla et al. 2011, for matrix factorisation). Two bands also fit the cache
far better than the whole.

Each band gets its share of words of every frequency, dealt at random, so every block is a fair sample of the whole.
Bands of equally frequent words would fit the cache better still, but the biases would be pulled one way by a block of
frequent words and back by the next: the loss of later epochs came out 2 % higher, and higher the fewer the bands.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.counts import _glove_kernels as kernels
from vicinal.counts._cooccurrence_files import disk_named
from vicinal.counts.cooccurrence import Cooccurrences
from vicinal.randomness import generator

_MOST_BANDS = 64
_PAIR_BYTES = 16
_FIELDS = (("rows", np.int32), ("cols", np.int32), ("logs", np.float32), ("weights", np.float32))
_DEAL, _SHUFFLE, _ROUNDS = 1, 2, 3  # what random numbers are for


class Blocks:
    """All pairs with their logarithm and weight, block by block.

    Parameters
    ----------
    counts : Cooccurrences
    x_max, exponent : float
        A count X weighs (X / x_max) ** exponent, at most 1.
    seed : int
        Of the dealing, of the order within blocks, and of that of the rounds.
    memory : int
        Bytes the pairs may take; beyond it they are mapped from a file in ``folder``.
    folder : Path
    threads : int

    Attributes
    ----------
    bands : int
    band_of : (n,) int32
        The band of each word.
    sizes, starts : (bands, bands) int64
        Pairs of each block, and where they begin.
    pairs : tuple of arrays
        Rows and columns (int32), logarithms and weights (float32).
    """

    def __init__(
        self,
        counts: Cooccurrences,
        *,
        x_max: float,
        exponent: float,
        seed: int,
        memory: int,
        folder: Path,
        threads: int = 1,
    ) -> None:
        self.seed = seed
        self.bands = min(max(math.isqrt(len(counts) // 128), 4), _MOST_BANDS, counts.n)
        self.band_of = _deal(counts.n, self.bands, seed)
        order = np.argsort(self.band_of, kind="stable")
        rows = np.split(order, np.cumsum(np.bincount(self.band_of, minlength=self.bands))[:-1])
        matrix = (counts.cols, counts.values, counts.offsets)
        self.sizes = np.zeros((self.bands, self.bands), np.int64)

        def count(band: int) -> None:
            kernels.count_blocks(counts.cols, counts.offsets, rows[band], self.band_of, self.sizes[band])

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(count, range(self.bands)))
        self.starts = (np.cumsum(self.sizes) - self.sizes.ravel()).reshape(self.sizes.shape)
        self.pairs = _allocate(len(counts), memory, folder)

        def fill(band: int) -> None:
            starts, state = self.starts[band], generator(seed, _SHUFFLE, band).integers(1, 1 << 63, dtype=np.uint64)
            kernels.fill_blocks(matrix, rows[band], self.band_of, (float(x_max), float(exponent)), starts, self.pairs)
            kernels.shuffle_pairs(self.pairs, starts, self.sizes[band], state)

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, range(self.bands)))

    def rounds(self, epoch: int) -> Iterator[list[tuple[int, int]]]:
        """Yield the rounds of an epoch in random order: (first, last) pair of each block, larger blocks first."""
        random = generator(self.seed, _ROUNDS, epoch)
        partner = random.permutation(self.bands)
        bands = np.arange(self.bands)
        for shift in random.permutation(self.bands):
            columns = partner[(bands + shift) % self.bands]
            starts, sizes = self.starts[bands, columns], self.sizes[bands, columns]
            yield [(int(starts[i]), int(starts[i] + sizes[i])) for i in np.argsort(-sizes, kind="stable") if sizes[i]]


def _deal(n: int, bands: int, seed: int) -> NDArray[np.int32]:
    """Deal words, most frequent first, to bands: every so many words in a row go to different bands."""
    random = generator(seed, _DEAL)
    rounds = np.tile(np.arange(bands, dtype=np.int32), (-(-n // bands), 1))
    return random.permuted(rounds, axis=1).ravel()[:n]


def _allocate(size: int, memory: int, folder: Path) -> tuple[NDArray[Any], ...]:
    if size * _PAIR_BYTES <= memory:
        return tuple(np.empty(size, kind) for _, kind in _FIELDS)
    with disk_named(folder):
        files = []
        for name, kind in _FIELDS:
            path = folder / f"pairs.{name}"
            with path.open("wb") as file:
                length = size * np.dtype(kind).itemsize
                if hasattr(os, "posix_fallocate"):  # a full disk is an error here and would end the process later
                    os.posix_fallocate(file.fileno(), 0, length)
                file.truncate(length)
            files.append(np.memmap(path, kind, "r+", shape=(size,)).view(np.ndarray))
        return tuple(files)
