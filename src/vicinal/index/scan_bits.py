"""Passing all rows by all queries in a bit a number, to find candidates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.index.binary import Binary, as_words, pack_signs
from vicinal.index.rows import Rows
from vicinal.index.scan import BLOCK, LANES, Scan, State, best_rows, chunks, frozen, panels_of, row_bits
from vicinal.index.stored import stored
from vicinal.lengths import BLOCK_ROWS, row_norms

_BITS_CACHED = 1 << 15  # bytes of bits that all queries see before the next
_LARGE = 1 << 15  # rows from which a look at a sample of them is worth it
_EVERY = 16  # one block of so many is in the sample
_MARGIN = 1.3  # as many rows as the sample says are hoped for, for each that is kept


class BitCodes:
    """Signs in panels: 16 rows side by side, 64 dimensions of each.

    For cosine the rows that differ in the fewest bits from the query are the candidates. For dot and euclidean that
    angle is not enough: the estimate of the product, which has the lengths in it, decides.

    Attributes
    ----------
    heads : (panels, head, 16) uint64
        The first words of all rows; all of them but for cosine.
    tails : (16 panels, tail) uint64
        The other words, row by row.
    lengths : (16 panels,) float32
        Distance of each row from the centre; empty for cosine.
    """

    def __init__(
        self, data: Rows, coder: Binary, words: tuple[NDArray[np.uint64], NDArray[np.uint64]],
        lengths: NDArray[np.float32],
    ) -> None:  # fmt: skip
        self.data, self.coder, self.lengths = data, coder, frozen(lengths)
        self.heads, self.tails = (frozen(part) for part in words)
        self.lifts = frozen(-np.square(lengths) / 2 if data.metric == "euclidean" else np.zeros_like(lengths))

    @classmethod
    def build(cls, data: Rows, *, rotate: bool, seed: int) -> Self:
        """Encode rows as they are compared: of length 1 for cosine."""
        total = np.zeros(data.dim)
        for start in range(0, len(data), BLOCK_ROWS):
            total += data.block(start, start + BLOCK_ROWS).sum(axis=0, dtype=np.float64)
        coder = Binary(rotate=rotate, seed=seed).fit((total / len(data))[None])  # its centre: the mean of all rows
        heads, tails = (np.zeros(shape, np.uint64) for shape in _word_shapes(data))
        lengths = np.zeros(0 if data.metric == "cosine" else len(heads) * LANES, np.float32)
        for start in range(0, len(data), BLOCK_ROWS):
            stop = min(len(data), start + BLOCK_ROWS)
            turned = coder.turned(data.block(start, stop))
            codes = as_words(pack_signs(turned))
            heads[start // LANES : -(-stop // LANES)] = panels_of(codes[:, : heads.shape[1]])
            tails[start:stop] = codes[:, heads.shape[1] :]
            if len(lengths):
                lengths[start:stop] = row_norms(turned)
        return cls(data, coder, (heads, tails), lengths)

    def candidates(
        self, queries: NDArray[np.float32], keep: int, allowed: NDArray[np.bool_] | None, threads: int
    ) -> NDArray[np.int64]:
        """Find the rows that look best, (m, keep), in no order; -1 where there are fewer.

        A sample of the rows tells first about how near the last one kept will be, so that few others are put down.
        """
        added = self.coder.centre_ if self.data.metric == "dot" else np.float32(0)  # a product counts from 0
        turned = self.coder.turned(queries + added)
        codes = as_words(pack_signs(turned))
        if self.data.metric != "cosine":
            return self._by_estimates(turned, codes, keep, allowed, threads)
        n, bars = len(self.data), None
        masks = _block_bits(n, allowed)
        if n >= _LARGE:
            some = np.arange(0, n // BLOCK, _EVERY)
            heads, tails = (part[: n // BLOCK * (BLOCK // step)].reshape(n // BLOCK, -1)[some].reshape(-1)
                            for part, step in ((self.heads, LANES), (self.tails, 1)))  # fmt: skip
            enough = int(_MARGIN * keep / _EVERY) + 8
            scan = self._by_bits(codes, heads, tails, masks[some])
            bars = best_rows(scan, len(codes), len(some) * BLOCK, enough, threads=threads)[1] - 1
        everything = self.heads.reshape(-1), self.tails.reshape(-1), masks
        rows = best_rows(self._by_bits(codes, *everything), len(codes), n, keep, bars=bars, threads=threads)[0]
        short = np.flatnonzero((rows < 0).any(axis=1) if bars is not None else np.zeros(len(rows), bool))
        if len(short):  # the sample misled
            scan = self._by_bits(codes[short], *everything)
            rows[short] = best_rows(scan, len(short), n, keep, threads=threads)[0]
        return rows

    def _by_bits(
        self, codes: NDArray[np.uint64], heads: NDArray[np.uint64], tails: NDArray[np.uint64], masks: NDArray[np.uint64]
    ) -> Scan:
        """Offer rows by the number of bits that differ."""
        from vicinal.index import _exact_kernels as kernels

        head, tail, heads, tails = self.heads.shape[1], self.tails.shape[1], frozen(heads), frozen(tails)

        def scan(start: int, stop: int, part: slice, state: State) -> None:
            counts = np.empty(BLOCK, np.uint64)
            for first, last in chunks(start, stop, 8 * (head + tail), _BITS_CACHED):
                end = -(-last // LANES) * LANES
                here, there = slice(first * head, end * head), slice(first * tail, end * tail)
                kernels.scan_signs(
                    heads[here], np.uint64(head), tails[there], np.uint64(tail),
                    masks[first // BLOCK : -(-last // BLOCK)], codes[part], self.data.dim,
                    first, state, counts,
                )  # fmt: skip

        return scan

    def _by_estimates(
        self, turned: NDArray[np.float32], codes: NDArray[np.uint64], keep: int,
        allowed: NDArray[np.bool_] | None, threads: int,
    ) -> NDArray[np.int64]:  # fmt: skip
        """Keep the rows of the best estimates of the product, less half the square of the row for euclidean."""
        from vicinal.index import _exact_kernels as kernels

        # the product is about |q| |x| sin(pi (1/2 - share of differing bits)), near to linear in that share
        reach = np.pi * row_norms(turned)
        gains = np.divide(self.data.dim, reach, out=np.zeros_like(reach), where=reach > 0)
        masks, flat, words = row_bits(len(self.data), allowed), self.heads.reshape(-1), self.heads.shape[1]

        def scan(start: int, stop: int, part: slice, state: State) -> None:
            scratch = np.empty(LANES, np.float32)
            for first, last in chunks(start, stop, 8 * words, _BITS_CACHED):
                a, b = first // LANES, -(-last // LANES)
                rows = slice(a * LANES, b * LANES)
                kernels.scan_bits(
                    flat[rows.start * words : rows.stop * words], np.uint64(words), self.data.dim, masks[a:b],
                    self.lengths[rows], self.lifts[rows] if self.data.metric == "euclidean" else self.lifts[:0],
                    codes[part], gains[part], first, state, scratch,
                )  # fmt: skip

        return best_rows(scan, len(codes), len(self.data), keep, threads=threads)[0]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """List everything that `restore` needs."""
        found = {"heads": self.heads, "tails": self.tails, "lengths": self.lengths, "centre": self.coder.centre_}
        return found if self.coder.rotation_ is None else found | {"rotation": self.coder.rotation_}

    @classmethod
    def restore(cls, data: Rows, arrays: Mapping[str, NDArray[Any]], *, rotate: bool) -> Self:
        """Make them again; `BadFormat` for arrays that do not fit the rows."""
        dim, shapes = data.dim, _word_shapes(data)
        coder = Binary(rotate=rotate)
        coder.centre_ = stored(arrays, "centre", np.float32, (1, dim))
        coder.rotation_ = stored(arrays, "rotation", np.float32, (dim, dim)) if rotate else None
        lengths = stored(arrays, "lengths", np.float32, (0 if data.metric == "cosine" else shapes[1][0],))
        heads, tails = (
            stored(arrays, name, np.uint64, of) for name, of in zip(("heads", "tails"), shapes, strict=True)
        )
        return cls(data, coder, (heads, tails), lengths)


def _word_shapes(data: Rows) -> tuple[tuple[int, int, int], tuple[int, int]]:
    """Shapes of `BitCodes.heads` and `BitCodes.tails`: a third of four words or more are tails, for cosine."""
    panels, words = -(-len(data) // LANES), -(-data.dim // 64)
    head = (2 * words + 2) // 3 if data.metric == "cosine" and words >= 4 else words
    return (panels, head, LANES), (panels * LANES, words - head)


def _block_bits(n: int, allowed: NDArray[np.bool_] | None) -> NDArray[np.uint64]:
    """One bit a row, set for those that may be found; one uint64 a block."""
    bits = row_bits(n, allowed)
    filled = np.zeros(-(-n // BLOCK) * 4, "<u2")
    filled[: len(bits)] = bits
    return filled.view("<u8").astype(np.uint64)
