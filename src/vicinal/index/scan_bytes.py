"""Passing all rows by all queries in a byte a number, to find candidates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.index.rows import Rows
from vicinal.index.scalar import Int8
from vicinal.index.scan import LANES, State, best_rows, chunks, frozen, in_groups, panels_of, row_bits
from vicinal.index.stored import stored
from vicinal.lengths import BLOCK_ROWS


class ByteCodes:
    """int8 codes in panels: 16 rows side by side, 4 dimensions of each.

    Attributes
    ----------
    panels : (panels, ceil(dim / 4), 64) uint8
        Codes + 128; 128 where there is neither row nor dimension.
    scales : (16 panels,) float32
    halves : (16 panels,) float32
        Half the square of each row's length for euclidean, else 0.
    """

    def __init__(self, data: Rows, panels: NDArray[np.uint8], scales: NDArray[np.float32]) -> None:
        self.data, self.panels, self.scales = data, frozen(panels), frozen(scales)
        halves = np.zeros(len(scales), np.float32)
        if data.metric == "euclidean":
            halves[: len(data)] = np.square(data.norms) / 2
        self.halves = frozen(halves)

    @classmethod
    def build(cls, data: Rows) -> Self:
        """Encode rows as they are compared: of length 1 for cosine."""
        words = -(-data.dim // 4)
        panels = np.empty((-(-len(data) // LANES), words, 4 * LANES), np.uint8)
        scales = np.zeros(len(panels) * LANES, np.float32)
        for start in range(0, len(data), BLOCK_ROWS):
            stop = min(len(data), start + BLOCK_ROWS)
            form = Int8().fit(data.block(start, start + 1)).encode(data.block(start, stop))
            panels[start // LANES : -(-stop // LANES)] = panels_of(_four_bytes(form.codes)).view(np.uint8) ^ 0x80
            scales[start:stop] = form.scales
        return cls(data, panels, scales)

    def candidates(
        self, queries: NDArray[np.float32], keep: int, allowed: NDArray[np.bool_] | None, threads: int
    ) -> NDArray[np.int64]:
        """Find the rows that look best, (m, keep), in no order; -1 where there are fewer."""
        from vicinal.index import _exact_kernels as kernels

        form = Int8().fit(queries).encode(queries)
        words, width = _four_bytes(form.codes), self.panels.shape[1]
        totals = form.codes.sum(axis=1, dtype=np.int32)
        shrinks = np.divide(1, form.scales, out=np.zeros_like(form.scales), where=form.scales > 0)
        masks, flat = row_bits(len(self.data), allowed), self.panels.reshape(-1)

        def scan(start: int, stop: int, part: slice, state: State) -> None:
            scratch, groups = np.empty(LANES, np.float32), in_groups(words[part])
            group_totals, group_shrinks = (in_groups(of[part, None]).ravel() for of in (totals, shrinks))
            for first, last in chunks(start, stop, 4 * width):
                a, b = first // LANES, -(-last // LANES)
                kernels.scan_bytes(
                    flat[a * width * 64 : b * width * 64], np.uint64(width), masks[a:b],
                    self.scales[a * LANES : b * LANES], self.halves[a * LANES : b * LANES],
                    groups, group_totals, group_shrinks, first, state, scratch,
                )  # fmt: skip

        return best_rows(scan, len(queries), len(self.data), keep, threads=threads)[0]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """List everything that `restore` needs."""
        return {"panels": self.panels, "scales": self.scales}

    @classmethod
    def restore(cls, data: Rows, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Make them again; `BadFormat` for arrays that do not fit the rows."""
        count = -(-len(data) // LANES)
        panels = stored(arrays, "panels", np.uint8, (count, -(-data.dim // 4), 4 * LANES))
        return cls(data, panels, stored(arrays, "scales", np.float32, (count * LANES,)))


def _four_bytes(codes: NDArray[np.int8]) -> NDArray[np.int32]:
    """Put 4 codes into a word, (n, ceil(dim / 4)); what is missing is 0."""
    words = -(-codes.shape[1] // 4)
    filled = np.zeros((len(codes), 4 * words), np.int8)
    filled[:, : codes.shape[1]] = codes
    return filled.view("<i4").astype(np.int32, copy=False)
