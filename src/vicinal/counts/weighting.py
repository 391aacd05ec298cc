"""From counts to association: positive pointwise mutual information."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_number
from vicinal.counts.cooccurrence import Cooccurrences
from vicinal.errors import BadInput
from vicinal.memory import check_memory
from vicinal.require import require

_ENTRIES = 1 << 21  # counts turned to float64 at a time


def positive_pmi(counts: Any, *, shift: float = 1.0, context_exponent: float = 1.0) -> Any:
    """Weigh every pair by how much more often it was seen than chance would have it, in nats.

    With #(w, c) the count of a pair, #(w) and #(c) the sums of its row and column, and a the context exponent,

        PPMI(w, c) = max(0, ln(#(w, c) · Σ #(c′)ᵃ / (#(w) · #(c)ᵃ)) − ln shift)

    (Church and Hanks 1990; Levy, Goldberg and Dagan 2015, sections 2.1 and 3.2).

    Parameters
    ----------
    counts : Cooccurrences, SciPy sparse matrix or (n, m) array
        Not negative.
    shift : float
        1 or more: how many times as often as chance a pair must be seen to count at all. The same number of negative
        samples is what skip-gram would be trained with (Levy and Goldberg 2014).
    context_exponent : float
        Above 0. Below 1, rare contexts count as more frequent than they are, which takes away the advantage that PMI
        gives them; 0.75 is usual.

    Returns
    -------
    (n, m) float32 CSR matrix
        Its entries are above 0; a row without any is all zero.

    Raises
    ------
    BadInput
        For a count that is negative or not finite, or no counts at all.
    NotEnoughMemory

    Examples
    --------
    >>> positive_pmi([[4, 0], [2, 2]]).toarray().round(4).tolist()  # ln(4 · 8 / (4 · 6)), and ln(2 · 8 / (4 · 2))
    [[0.287..., 0.0], [0.0, 0.693...]]
    """
    check_number("shift", shift, 1.0)
    check_number("context_exponent", context_exponent, np.nextafter(0.0, 1.0))
    values, cols, offsets, shape = _compressed(counts)
    row_sums, col_sums = np.zeros(shape[0]), np.zeros(shape[1])
    for first, last, part in _row_blocks(offsets):
        chunk = np.asarray(values[part], np.float64)
        if not (np.isfinite(chunk) & (chunk >= 0)).all():
            raise BadInput("a count is negative, NaN or infinite; counts must be finite and 0 or more")
        rows = np.repeat(np.arange(last - first), np.diff(offsets[first : last + 1]))
        row_sums[first:last] = np.bincount(rows, chunk, minlength=last - first)
        col_sums += np.bincount(cols[part], chunk, minlength=shape[1])
    if not row_sums.any():
        raise BadInput("the table of counts has nothing in it; use more text, or a wider window")
    powers = np.power(col_sums, context_exponent, where=col_sums > 0, out=np.zeros(shape[1]))
    with np.errstate(divide="ignore"):  # what was never seen has no entries
        logs = np.log(row_sums), np.log(powers) - math.log(powers.sum()) + math.log(shift)
    table = values, cols, offsets, logs
    kept = np.zeros(shape[0] + 1, np.int64)
    for first, last, rows, _, _ in _positive(*table):
        kept[first + 1 : last + 1] = np.bincount(rows, minlength=last - first)
    np.cumsum(kept, out=kept)
    check_memory(8 * int(kept[-1]), f"a table of {kept[-1]:,} associations", "raise min_count, or narrow the window")
    found_cols, found = np.empty(kept[-1], np.int32), np.empty(kept[-1], np.float32)
    for first, last, _, where, above in _positive(*table):
        found_cols[kept[first] : kept[last]], found[kept[first] : kept[last]] = where, above
    return require("scipy.sparse", "learn").csr_matrix((found, found_cols, kept), shape=shape)


def _compressed(counts: Any) -> tuple[NDArray, NDArray, NDArray, tuple[int, int]]:
    """Values, columns, row offsets and shape of any table of counts; nothing is copied that is compressed already."""
    if isinstance(counts, Cooccurrences):
        return counts.values, counts.cols, counts.offsets, (counts.n, counts.n)
    sparse = require("scipy.sparse", "learn")
    if not sparse.issparse(counts):
        counts = np.asarray(counts)
        if counts.ndim != 2 or counts.dtype.kind not in "fiub":
            raise BadInput(f"counts must be numbers of shape (n, m), got shape {counts.shape} of {counts.dtype}")
    table = sparse.csr_matrix(counts)
    if not table.has_canonical_format:  # a pair may come twice
        table = table.copy()  # it may share its arrays with what came
        table.sum_duplicates()
    return table.data, table.indices, table.indptr.astype(np.int64), table.shape


def _row_blocks(offsets: NDArray[np.int64]) -> Iterator[tuple[int, int, slice]]:
    """Runs of rows of about `_ENTRIES` entries: first row, last row + 1, and where their entries lie."""
    n, first = len(offsets) - 1, 0
    while first < n:
        last = int(np.searchsorted(offsets, offsets[first] + _ENTRIES, side="right")) - 1
        last = min(max(last, first + 1), n)
        yield first, last, slice(int(offsets[first]), int(offsets[last]))
        first = last


def _positive(
    values: NDArray, cols: NDArray, offsets: NDArray[np.int64], logs: tuple[NDArray, NDArray]
) -> Iterator[tuple[int, int, NDArray, NDArray, NDArray]]:
    """For every run of rows: its first row, last row + 1, and row in the run, column and value of what is above 0."""
    for first, last, part in _row_blocks(offsets):
        rows = np.repeat(np.arange(last - first), np.diff(offsets[first : last + 1]))
        with np.errstate(divide="ignore", invalid="ignore"):  # a stored zero gives -inf, or NaN in an empty row
            association = np.log(np.asarray(values[part], np.float64))
            association -= logs[0][first:last][rows] + logs[1][cols[part]]
        single = association.astype(np.float32)
        above = single > 0
        yield first, last, rows[above], cols[part][above], single[above]
