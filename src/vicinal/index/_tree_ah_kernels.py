# mypy: ignore-errors
"""Searching the leaves of a tree with asymmetric hashing: a scan of their codes, exact scores of what is left."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from vicinal._bytes import (
    BYTES,
    add_bytes,
    add_even,
    add_odd,
    high_codes,
    load_bytes,
    load_table,
    look_up,
    low_codes,
    no_shorts,
    store_rounded,
    store_shorts,
    which_reach,
)
from vicinal._vectors import (
    LANES,
    fma,
    inner_kernel,
    kernel,
    load,
    loop_kernel,
    lowest_bit,
    mul,
    prefetch_read,
    smallest,
    splat,
    store,
    sub,
)
from vicinal.index._rescore_kernels import COSINE, EUCLIDEAN, dot_product, keep_best, square_distance

GROUP = 4  # bytes of codes, of 8 subspaces, whose parts of a score are added in 8 bits
_MOST = 251  # of such a sum, which leaves room for 8 halves of rounding
_STEPS = 256  # heights that a group can add
_AHEAD = 10  # candidates whose rows are asked for before they are needed
_LINES = 16  # cache lines of the next leaf that are asked for

# what is searched: codebooks; radius, least extra number and range of those of each leaf; codes by blocks; first block
# and size of each leaf; row at each place; the full vectors
Tree = namedtuple("Tree", ["books", "shape", "codes", "starts", "sizes", "rows", "matrix", "norms", "metric"])
# where a search of one query works: its padded vector, the numbers 0 to 15, its tables as floats and as bytes, how many
# points have each height, the candidates so far (place and height), the sums of a block
_Scratch = namedtuple("_Scratch", ["query", "levels", "parts", "tables", "counts", "places", "heights", "sums"])


@inner_kernel
def _digit_step(metric, digit):
    """How much of the range of the extra numbers a step of one of the extra codes is."""
    if metric == EUCLIDEAN:
        return np.float32(16 / 255) if digit == 0 else np.float32(1 / 255)
    return np.float32(1 / 15)


@inner_kernel
def _fill_tables(books, metric, span, work):
    """Fill the tables with what each code adds to a score, from 0, in steps of 1 / scale; returns the scale.

    A score counts in steps as high as the sum over any group of subspaces allows in 8 bits. span: the widest range of
    the extra numbers, whose codes have tables that `_scan` fills.
    """
    subspaces, width = books.shape[0], np.uint64(books.shape[1])
    centres, query, parts = books.reshape(-1), work.query, work.parts
    widest, whole, group = np.float32(0), np.float32(0), np.float32(0)
    for s in range(subspaces + (2 if metric == EUCLIDEAN else 1)):
        if s < subspaces:
            part = splat(np.float32(0))
            for j in range(np.uint64(0), width):
                at = np.uint64(s) * width + j
                part = fma(splat(query[at]), load(centres, at * np.uint64(LANES)), part)
            part = sub(part, splat(smallest(part)))
            store(parts, np.uint64(s * LANES), part)
            reach = -smallest(sub(splat(np.float32(0)), part))
        else:
            reach = span * np.float32(15) * _digit_step(metric, s - subspaces)
        if s % (2 * GROUP) == 0:
            group = np.float32(0)
        group += reach
        whole += reach
        widest = max(widest, group)
    scale = np.float32(0)
    if np.float32(1e-30) < widest and whole < np.float32(1e30):
        scale = min(np.float32(_MOST) / widest, np.float32(60000) / whole)
    steps = splat(scale)
    for s in range(subspaces):
        store_rounded(work.tables, np.uint64(s * LANES), mul(load(parts, np.uint64(s * LANES)), steps))
    return scale


@inner_kernel
def _both(codes, at, tables, t):
    """Look up both codes of 64 bytes and add."""
    pair = load_bytes(codes, at)
    low = look_up(load_table(tables, t), low_codes(pair))
    return add_bytes(low, look_up(load_table(tables, t + np.uint64(LANES)), high_codes(pair)))


@inner_kernel
def _scan_block(codes, start, width, tables, need, sums):
    """Add up the scores of 64 points; which of them reach ``need``. ``sums`` is filled if any does."""
    even, odd = no_shorts(), no_shorts()
    at, t = start, np.uint64(0)
    line, step = np.uint64(BYTES), np.uint64(2 * LANES)
    for _ in range(width // GROUP):
        ab = add_bytes(_both(codes, at, tables, t), _both(codes, at + line, tables, t + step))
        at += line * np.uint64(2)
        t += step * np.uint64(2)
        cd = add_bytes(_both(codes, at, tables, t), _both(codes, at + line, tables, t + step))
        at += line * np.uint64(2)
        t += step * np.uint64(2)
        both = add_bytes(ab, cd)
        even, odd = add_even(even, both), add_odd(odd, both)
    if width % GROUP:
        both = _both(codes, at, tables, t)
        for _ in range(width % GROUP - 1):
            at += line
            t += step
            both = add_bytes(both, _both(codes, at, tables, t))
        even, odd = add_even(even, both), add_odd(odd, both)
    reached = which_reach(even, odd, need)
    if reached:
        store_shorts(sums, np.uint64(0), even)
        store_shorts(sums, np.uint64(BYTES // 2), odd)
    return reached


@inner_kernel
def _thin(places, heights, filled, bar):
    """Drop what lies under the bar."""
    kept = 0
    for i in range(filled):
        if heights[i] >= bar:
            places[kept], heights[kept] = places[i], heights[i]
            kept += 1
    return kept


@inner_kernel
def _scan(tree, leaves, offsets, extra, top, scale, candidates, allowed, work):
    """Collect ``candidates`` or a few more points of greatest height (score in steps); how many.

    The bar is the greatest height that so many points reached so far; only what is above it is looked at. Heights of
    the candidates are counted, so that the bar rises without ever sorting them.
    """
    codes, width = tree.codes.reshape(-1), tree.codes.shape[1]
    counts, places, heights, sums = work.counts, work.places, work.heights, work.sums
    base, subspaces = len(counts) // 2, len(tree.books)
    levels = load(work.levels, np.uint64(0))
    counts[:] = 0
    filled, reaching, bar, full = 0, 0, 0, False
    for turn in range(len(leaves)):
        leaf = leaves[turn]
        if turn + 1 < len(leaves):
            for line in range(_LINES):
                prefetch_read(codes, np.uint64((tree.starts[leaves[turn + 1]] * width + line) * BYTES))
        for digit in range(2 if tree.metric == EUCLIDEAN else 1):
            step = extra * tree.shape[leaf, 2] * _digit_step(tree.metric, digit) * scale
            store_rounded(work.tables, np.uint64((subspaces + digit) * LANES), mul(levels, splat(step)))
        drop = (top - (offsets[turn] + extra * tree.shape[leaf, 1])) * scale
        rise = base - (np.int64(drop) if drop < np.float32(1e6) else 1000000)
        size, start = np.int64(tree.sizes[leaf]), tree.starts[leaf]
        for block in range((size + BYTES - 1) // BYTES):
            need = max(bar + 1 - rise, 0) if full else 0
            if need > 65535:
                break
            place = (start + block) * BYTES
            reached = _scan_block(codes, np.uint64(place * width), width, work.tables, np.uint16(need), sums)
            if size - block * BYTES < BYTES:
                reached &= (np.uint64(1) << np.uint64(size - block * BYTES)) - np.uint64(1)
            if not reached:
                continue
            if filled + BYTES > len(places):
                filled = _thin(places, heights, filled, bar)
            while reached:
                lane = np.int64(lowest_bit(reached))
                reached &= reached - np.uint64(1)
                if len(allowed) > 0 and not allowed[tree.rows[place + lane]]:
                    continue
                height = max(np.int64(sums[lane]) + rise, 0)
                places[filled], heights[filled] = place + lane, height
                filled += 1
                reaching += 1
                counts[height] += 1
            full = full or reaching >= candidates
            while full and reaching - counts[bar] >= candidates:
                reaching -= counts[bar]
                bar += 1
    return _thin(places, heights, filled, bar)


@inner_kernel
def _rescore(tree, queries, q, work, filled, found, scores):
    """Score the points at the places found exactly and keep the best."""
    flat, asked, dim = tree.matrix.reshape(-1), queries.reshape(-1), np.uint64(tree.matrix.shape[1])
    rows, kept = work.places, 0
    for i in range(filled):
        rows[i] = tree.rows[rows[i]]
    for i in range(filled):
        if i + _AHEAD < filled:
            at = np.uint64(rows[i + _AHEAD]) * dim
            for j in range(np.uint64(0), dim, np.uint64(LANES)):
                prefetch_read(flat, at + j)
            prefetch_read(tree.norms, np.uint64(rows[i + _AHEAD]))
        row = rows[i]
        at, start = np.uint64(row) * dim, np.uint64(q) * dim
        if tree.metric == EUCLIDEAN:
            score = -np.sqrt(square_distance(asked, start, flat, at, dim))
        else:
            score = dot_product(asked, start, flat, at, dim)
        if tree.metric == COSINE:
            norm = tree.norms[row]
            score *= np.float32(1) / norm if norm > 0 else np.float32(0)
            score = min(max(score, np.float32(-1)), np.float32(1))
        kept = keep_best(row, score, found, scores, kept)


@kernel
def search(tree, queries, order, leaves, offsets, candidates, allowed, found, scores, lists):
    """Search for queries, (m, dim), in some order, in the leaves that `choose_leaves` gave.

    allowed: (n,) bool, or empty; found and scores: (m, k), become the best rows and their scores; or, if ``lists``,
    (m, c) int64, is not empty, it becomes the rows that are still to be scored.
    """
    width, lookups = tree.codes.shape[1], 2 * tree.codes.shape[1]
    groups = (width + GROUP - 1) // GROUP
    kept = 4 * candidates + 2 * BYTES
    query, levels = np.zeros(lookups * tree.books.shape[1], np.float32), np.arange(LANES).astype(np.float32)
    parts, tables = np.empty(lookups * LANES, np.float32), np.zeros(lookups * LANES, np.uint8)
    counts, sums = np.empty(2 * _STEPS * groups, np.int32), np.empty(BYTES, np.uint16)
    places, heights = np.empty(kept, np.int64), np.empty(kept, np.int32)
    work = _Scratch(query, levels, parts, tables, counts, places, heights, sums)
    _search(tree, queries, order, leaves, offsets, candidates, allowed, found, scores, lists, work)


@loop_kernel
def _search(tree, queries, order, leaves, offsets, candidates, allowed, found, scores, lists, work):
    dim = queries.shape[1]
    for turn in range(len(order)):
        q = order[turn]
        for j in range(dim):
            work.query[j] = queries[q, j]
        # the extra numbers count this often: neighbours score about like the centre of the best leaf
        extra = np.float32(1) if tree.metric == EUCLIDEAN else np.float32(0)
        if tree.metric != EUCLIDEAN:
            for i in range(offsets.shape[1]):
                extra = max(extra, offsets[q, i])
        top, span = np.float32(-np.inf), np.float32(0)
        for i in range(offsets.shape[1]):
            leaf = leaves[q, i]
            top = max(top, offsets[q, i] + extra * tree.shape[leaf, 1])
            span = max(span, extra * tree.shape[leaf, 2])
        scale = _fill_tables(tree.books, tree.metric, span, work)
        filled = _scan(tree, leaves[q], offsets[q], extra, top, scale, candidates, allowed, work)
        if lists.shape[1] > 0:
            for i in range(min(filled, lists.shape[1])):
                lists[q, i] = tree.rows[work.places[i]]
        else:
            _rescore(tree, queries, q, work, filled, found[q], scores[q])
