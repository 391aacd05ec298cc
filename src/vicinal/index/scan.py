"""Passing all rows by all queries: buffers, threads and the shapes the kernels want."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.index.rows import Rows, in_ranges
from vicinal.lengths import single

LANES = 16  # rows of a panel
BLOCK = 64  # rows that are never parted: four panels, a word of bits
_BUFFERS = 1 << 26  # bytes of results held at once, a thread
_CACHED = 1 << 18  # bytes of panels that all queries see before the next
_LEAST = 1 << 12  # rows worth a thread
_FEW = 6  # queries for which panels are not worth making

State = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], int]
Scan = Callable[[int, int, slice, State], None]


def new_state(m: int, keep: int, bars: NDArray[np.float32] | None = None) -> State:
    """Make empty buffers for the results of m queries; see `put_down` in the kernels.

    Only scores above the query's bar count; by default there is none.

    The queries are filled up to whole groups with some whose threshold nothing beats.

    Examples
    --------
    >>> new_state(7, 10)[0].tolist()
    [-inf, -inf, -inf, -inf, -inf, -inf, -inf, inf, inf, inf, inf, inf]
    """
    from vicinal.index._exact_kernels import GROUP

    whole, size = -(-m // GROUP) * GROUP, max(2 * keep, keep + 64)
    thresholds = np.full(whole, np.inf, np.float32)
    thresholds[:m] = -np.inf if bars is None else bars
    rows, scores = np.empty((whole, size), np.int64), np.empty((whole, size), np.float32)
    return thresholds, np.zeros(whole, np.int64), rows, scores, keep


def best_rows(
    scan: Scan, m: int, n: int, keep: int, *, bars: NDArray[np.float32] | None = None, threads: int = 1
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Pass n rows by m queries and keep the best of each.

    Parameters
    ----------
    scan : callable
        ``scan(start, stop, part, state)`` offers rows ``start`` to ``stop`` to the queries ``part``; ``start`` is a
        multiple of 64.
    m, n : int
    keep : int
        Rows kept for each query.
    bars : (m,) float32, optional
        Only scores above them count.
    threads : int
        0 for one a processor. Each takes some of the rows.

    Returns
    -------
    rows : (m, keep) int64
        In no order; -1 where there were fewer.
    worst : (m,) float32
        The score of the worst that was kept; minus infinity where all there were are kept.
    """
    from vicinal.index import _exact_kernels as kernels

    rows, worst = np.empty((m, keep), np.int64), np.empty(m, np.float32)
    step = max(kernels.GROUP, _BUFFERS // (12 * max(2 * keep, keep + 64)) // kernels.GROUP * kernels.GROUP)
    for first in range(0, m, step):
        part = slice(first, min(m, first + step))
        states: list[tuple[int, State]] = []

        def work(start: int, stop: int, part: slice = part, states: list[tuple[int, State]] = states) -> None:
            state = new_state(part.stop - part.start, keep, None if bars is None else bars[part])
            scan(start * BLOCK, min(n, stop * BLOCK), part, state)
            states.append((start, state))

        in_ranges(work, -(-n // BLOCK), threads, least=_LEAST // BLOCK)
        (_, state), *others = sorted(states, key=lambda pair: pair[0])
        for _, other in others:
            kernels.merge(state, other)
        kernels.finish(state, rows[part], worst[part])
    return rows, worst


def in_groups(queries: NDArray[Any]) -> NDArray[Any]:
    """Put the queries of every group side by side: (m, width) becomes (groups, width * 6).

    Examples
    --------
    >>> in_groups(np.array([[1, 2], [3, 4]])).tolist()
    [[1, 3, 0, 0, 0, 0, 2, 4, 0, 0, 0, 0]]
    """
    from vicinal.index._exact_kernels import GROUP

    m, width = queries.shape
    groups = -(-m // GROUP)
    filled = np.zeros((groups * GROUP, width), queries.dtype)
    filled[:m] = queries
    return np.ascontiguousarray(filled.reshape(groups, GROUP, width).transpose(0, 2, 1)).reshape(groups, -1)


def row_bits(n: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.uint16]:
    """One bit a row, set for those that may be found; one uint16 a panel.

    Examples
    --------
    >>> row_bits(18).tolist()
    [65535, 3]
    """
    bits = np.zeros(-(-n // LANES) * LANES, bool)
    bits[:n] = True if allowed is None else allowed
    return np.packbits(bits, bitorder="little").view("<u2").astype(np.uint16)


def panels_of(codes: NDArray[Any]) -> NDArray[Any]:
    """Lay (n, width) values in panels of 16 rows, (panels, width, 16); rows missing in the last are 0.

    Examples
    --------
    >>> panels_of(np.array([[1, 2], [3, 4]]))[0, :, :3].tolist()
    [[1, 3, 0], [2, 4, 0]]
    """
    n, width = codes.shape
    panels = np.zeros((-(-n // LANES), width, LANES), codes.dtype)
    whole = n // LANES
    panels[:whole] = codes[: whole * LANES].reshape(whole, LANES, width).transpose(0, 2, 1)
    if n % LANES:
        panels[whole, :, : n % LANES] = codes[whole * LANES :].T
    return panels


def chunks(start: int, stop: int, bytes_per_row: int, cached: int = _CACHED) -> list[tuple[int, int]]:
    """Cut rows into runs of whole blocks that fit the processor's cache.

    Examples
    --------
    >>> chunks(0, 150, 1 << 12)
    [(0, 64), (64, 128), (128, 150)]
    """
    step = max(1, cached // (bytes_per_row * BLOCK)) * BLOCK
    return [(at, min(stop, at + step)) for at in range(start, stop, step)]


def _ends_repeated(queries: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fill queries up to whole vectors, the last of which ends with the query; what it repeats is 0."""
    m, dim = queries.shape
    last = (dim - 1) // LANES * LANES
    filled = np.zeros((m, last + LANES), np.float32)
    filled[:, :last] = queries[:, :last]
    filled[:, 2 * last + LANES - dim :] = queries[:, last:]
    return filled


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """View an array so that it cannot be written to: kernels are compiled once, for arrays like those of a mapped file.

    Examples
    --------
    >>> frozen(np.zeros(2)).flags.writeable
    False
    """
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def scan_floats(
    queries: NDArray[np.float32], data: Rows, keep: int, order: NDArray[np.int64] | None, *, threads: int = 1
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Keep the rows of the best float32 scores: dot product with the row, of length 1 for cosine, less half its square.

    Parameters
    ----------
    queries : (m, dim) float32
    data : Rows
        The half square is taken off for euclidean only.
    keep : int
    order : (c,) int64, optional
        The rows to look at; all by default.
    threads : int

    Returns
    -------
    As `best_rows`.
    """
    from vicinal.index import _exact_kernels as kernels

    n, dim, euclidean = len(data) if order is None else len(order), data.dim, data.metric == "euclidean"
    scales = data.scales
    halves = np.square(data.norms) / 2 if euclidean else np.empty(0, np.float32)
    few, width = len(queries) < _FEW and dim >= LANES, dim + euclidean
    asked = _ends_repeated(queries) if few else queries
    if euclidean and not few:
        asked = np.column_stack([queries, np.ones(len(queries), np.float32)])

    def scan(start: int, stop: int, part: slice, state: State) -> None:
        scratch = np.empty(LANES, np.float32)
        groups = asked[part] if few else in_groups(asked[part])
        runs = chunks(start, stop, 4 * width)
        panels = np.zeros((-(-(runs[0][1] - start) // LANES), width, LANES), np.float32)
        for first, last in runs:
            these = slice(first, last) if order is None else order[first:last]
            block = frozen(single(data.matrix[these]))
            half = halves[these] if euclidean else halves
            if few:
                kernels.scan_rows(block, scales[these], half, groups, first, state)
                continue
            used = panels[: -(-len(block) // LANES)]
            kernels.pack(block, scales[these], half, used)
            bits = row_bits(len(block))
            kernels.scan_floats(used.reshape(-1), np.uint64(width), bits, groups, first, state, scratch)

    rows, worst = best_rows(scan, len(queries), n, keep, threads=threads)
    return (rows if order is None else np.where(rows < 0, -1, order[rows])), worst
