# mypy: ignore-errors
"""Scoring every row against several queries at once, and keeping the few that score best.

Rows lie in *panels* of 16: a vector holds one dimension of 16 rows (or 4 of them as bytes, or 64 as bits), so that a
score needs no sum across a vector, and 16 scores are compared with a query's threshold by one instruction. Queries come
in *groups*, whose sums stay in registers while a panel passes by. What beats the threshold of its query is put down in
the query's buffer; a full buffer is cut to its best ``keep``, the worst of which is the new threshold. Nothing else of
the scores ever reaches memory.
"""

from __future__ import annotations

import numpy as np

from vicinal._integers import (
    above,
    add_ones,
    count_ones,
    dot4,
    dot4_start,
    join_counts,
    load_longs,
    load_words,
    splat_long,
    splat_word,
    store_longs,
    to_floats,
    up_to,
)  # fmt: skip
from vicinal._vectors import LANES, fma, inner_kernel, load, loop_kernel, lowest_bit, mul, splat, store, sub, totals

GROUP = 6  # queries of a group; their sums and a vector of rows fit 16 registers of AVX2
SIX = 6  # rows whose products `totals` sums at once


@inner_kernel
def is_before(score, row, other_score, other_row):
    """Tell whether a result comes before another: by score, then by row."""
    return score > other_score or (score == other_score and row < other_row)


@loop_kernel
def cut(rows, scores, filled, keep):
    """Bring the best ``keep`` of ``filled`` results to the front by Hoare's selection; return the last one's score."""
    if filled < keep:
        return np.float32(-np.inf)
    low, high, last = 0, filled - 1, keep - 1
    while low < high:
        middle = (low + high) // 2
        score, row = scores[middle], rows[middle]
        i, j = low, high
        while i <= j:
            while is_before(scores[i], rows[i], score, row):
                i += 1
            while is_before(score, row, scores[j], rows[j]):
                j -= 1
            if i <= j:
                rows[i], rows[j] = rows[j], rows[i]
                scores[i], scores[j] = scores[j], scores[i]
                i += 1
                j -= 1
        if last <= j:
            high = j
        elif last >= i:
            low = i
        else:
            break
    return scores[last]


@inner_kernel
def push(score, row, query, state):
    """Add one row that beats the threshold to the buffer of a query; see `put_down`."""
    thresholds, filled, rows, scores, keep = state
    at = filled[query]
    if at == rows.shape[1]:
        thresholds[query] = cut(rows[query], scores[query], at, keep)
        at = keep
    if score > thresholds[query]:
        rows[query, at], scores[query, at] = row, score
        at += 1
    filled[query] = at


@loop_kernel
def put_down(bits, found, first, query, state):
    """Add the rows whose bits are set to the buffer of a query.

    found: scores of 16 rows from ``first`` on; state: thresholds, (m,) float32; how many are in each buffer, (m,); the
    buffers' rows, (m, size) int64, and scores, (m, size) float32; how many of them to keep.
    """
    while bits:
        lane = lowest_bit(bits)
        bits &= bits - np.uint64(1)
        push(found[lane], first + np.int64(lane), query, state)


@loop_kernel
def merge(state, other):
    """Offer what another thread put down."""
    for query in range(len(other[1])):
        for i in range(other[1][query]):
            score = other[3][query, i]
            if score > state[0][query]:
                push(score, other[2][query, i], query, state)


@loop_kernel
def finish(state, best, worst):
    """Fill ``best``, (m, keep), with the rows of the best, -1 after the last; ``worst``, (m,), with its score."""
    _, filled, rows, scores, keep = state
    for query in range(len(best)):
        worst[query] = cut(rows[query], scores[query], filled[query], keep)
        count = min(filled[query], keep)
        for i in range(keep):
            best[query, i] = rows[query, i] if i < count else -1


@loop_kernel
def pack(block, scales, halves, panels):
    """Lay rows, (r, dim) float32, in panels, (blocks, width, 16), each times its scale.

    Where ``halves`` has entries, a last dimension holds minus half the square of each row's length.
    """
    dim = block.shape[1]
    for p in range(len(panels)):
        panel = panels[p]
        for lane in range(min(LANES, len(block) - p * LANES)):
            row = p * LANES + lane
            for d in range(dim):
                panel[d, lane] = block[row, d] * scales[row]
            if len(halves):
                panel[dim, lane] = -halves[row]


@inner_kernel
def offer(found, mask, start, query, state, scratch):
    """Put down those of 16 scores that beat the threshold of a query."""
    bits = above(found, splat(state[0][query])) & mask
    if bits:
        store(scratch, np.uint64(0), found)
        put_down(bits, scratch, start, query, state)


@inner_kernel
def row_sums(flat, at, asked, begin, dim):
    """Products of a query and a row by lanes; the last vector begins again 16 before the end of the row."""
    sums = splat(np.float32(0))
    for i in range(np.uint64(0), (dim - np.uint64(1)) // np.uint64(LANES) * np.uint64(LANES), np.uint64(LANES)):
        sums = fma(load(flat, at + i), load(asked, begin + i), sums)
    last = (dim - np.uint64(1)) // np.uint64(LANES) * np.uint64(LANES)
    return fma(load(flat, at + dim - np.uint64(LANES)), load(asked, begin + last), sums)


@loop_kernel
def scan_rows(block, scales, halves, queries, first, state):
    """Offer rows as they lie, (r, dim) float32, dim >= 16, to few queries: quicker than to make panels for them.

    queries: (m, width) float32, see `row_sums`: what the last vector has of the one before it is 0; width: dim, up to
    whole vectors.
    """
    dim, width = np.uint64(block.shape[1]), np.uint64(queries.shape[1])
    flat, asked, count = block.reshape(-1), queries.reshape(-1), len(block)
    for q in range(len(queries)):
        begin = np.uint64(q) * width
        for row in range(0, count, SIX):
            a, b, c = (
                np.uint64(row) * dim,
                np.uint64(min(row + 1, count - 1)) * dim,
                np.uint64(min(row + 2, count - 1)) * dim,
            )
            d, e, f = (
                np.uint64(min(row + 3, count - 1)) * dim,
                np.uint64(min(row + 4, count - 1)) * dim,
                np.uint64(min(row + 5, count - 1)) * dim,
            )
            sums = totals(
                row_sums(flat, a, asked, begin, dim), row_sums(flat, b, asked, begin, dim),
                row_sums(flat, c, asked, begin, dim), row_sums(flat, d, asked, begin, dim),
                row_sums(flat, e, asked, begin, dim), row_sums(flat, f, asked, begin, dim),
            )  # fmt: skip
            for i in range(min(SIX, count - row)):
                score = sums[i] * scales[row + i]
                if len(halves):
                    score -= halves[row + i]
                if score > state[0][q]:
                    push(score, first + row + i, q, state)


@loop_kernel
def scan_floats(panels, width, masks, groups, first, state, scratch):
    """Offer every row of the panels to every query.

    panels: float32, 1-D, panel by panel, (width, 16) each; masks: uint16, bits of the rows there are; groups: float32,
    (g, width * GROUP), the queries of a group side by side; first: the first row; state: see `put_down`; scratch: 16.
    """
    step, one = np.uint64(LANES), np.uint64(1)
    for g in range(len(groups)):
        asked, q = groups[g], g * GROUP
        for p in range(len(masks)):
            mask, start = np.uint64(masks[p]), first + p * LANES
            at, i = np.uint64(p) * width * step, np.uint64(0)
            s0 = s1 = s2 = s3 = s4 = s5 = splat(np.float32(0))
            for _ in range(width):
                row = load(panels, at)
                s0 = fma(row, splat(asked[i]), s0)
                s1 = fma(row, splat(asked[i + one]), s1)
                s2 = fma(row, splat(asked[i + np.uint64(2)]), s2)
                s3 = fma(row, splat(asked[i + np.uint64(3)]), s3)
                s4 = fma(row, splat(asked[i + np.uint64(4)]), s4)
                s5 = fma(row, splat(asked[i + np.uint64(5)]), s5)
                at += step
                i += np.uint64(GROUP)
            offer(s0, mask, start, q, state, scratch)
            offer(s1, mask, start, q + 1, state, scratch)
            offer(s2, mask, start, q + 2, state, scratch)
            offer(s3, mask, start, q + 3, state, scratch)
            offer(s4, mask, start, q + 4, state, scratch)
            offer(s5, mask, start, q + 5, state, scratch)


@inner_kernel
def estimate(sums, scale, half, shrink):
    """Scores of 16 rows of bytes: sums of products times the scales of the rows, less their halves."""
    return sub(mul(to_floats(sums), scale), mul(half, shrink))


@loop_kernel
def scan_bytes(panels, width, masks, scales, halves, groups, totals, shrinks, first, state, scratch):
    """Do as `scan_floats` does with codes of a byte, 4 dimensions side by side.

    panels: uint8, code + 128, (width, 16, 4) each; scales, halves: float32, one a row; groups: int32,
    (g, width * GROUP), 4 codes of a query in each; totals: int32, sums of the codes of each query; shrinks: float32,
    1 / scale of each query.
    """
    step, one = np.uint64(4 * LANES), np.uint64(1)
    for g in range(len(groups)):
        asked, q = groups[g], g * GROUP
        for p in range(len(masks)):
            mask, start = np.uint64(masks[p]), first + p * LANES
            if mask == 0:
                continue
            at, i = np.uint64(p) * width * step, np.uint64(0)
            s0, s1, s2 = dot4_start(totals[q]), dot4_start(totals[q + 1]), dot4_start(totals[q + 2])
            s3, s4, s5 = dot4_start(totals[q + 3]), dot4_start(totals[q + 4]), dot4_start(totals[q + 5])
            for _ in range(width):
                row = load_words(panels, at)
                s0 = dot4(s0, row, splat_word(asked[i]))
                s1 = dot4(s1, row, splat_word(asked[i + one]))
                s2 = dot4(s2, row, splat_word(asked[i + np.uint64(2)]))
                s3 = dot4(s3, row, splat_word(asked[i + np.uint64(3)]))
                s4 = dot4(s4, row, splat_word(asked[i + np.uint64(4)]))
                s5 = dot4(s5, row, splat_word(asked[i + np.uint64(5)]))
                at += step
                i += np.uint64(GROUP)
            place = np.uint64(p * LANES)
            scale, half = load(scales, place), load(halves, place)
            offer(estimate(s0, scale, half, splat(shrinks[q])), mask, start, q, state, scratch)
            offer(estimate(s1, scale, half, splat(shrinks[q + 1])), mask, start, q + 1, state, scratch)
            offer(estimate(s2, scale, half, splat(shrinks[q + 2])), mask, start, q + 2, state, scratch)
            offer(estimate(s3, scale, half, splat(shrinks[q + 3])), mask, start, q + 3, state, scratch)
            offer(estimate(s4, scale, half, splat(shrinks[q + 4])), mask, start, q + 4, state, scratch)
            offer(estimate(s5, scale, half, splat(shrinks[q + 5])), mask, start, q + 5, state, scratch)


@inner_kernel
def head_limit(score, bits, head):
    """Differing bits among the first ``head`` of ``bits`` that a row of this score or a better one hardly ever exceeds.

    Were its differing bits spread at random, there would be share * all of them among the first, give or take a few:
    two standard deviations of the hypergeometric distribution are granted.
    """
    worst = min(-np.float64(score), np.float64(bits))
    share = min(np.float64(head) / np.float64(bits), 1.0)
    spread = np.sqrt(worst * share * (1 - share) * (1 - worst / bits))
    return splat_long(np.uint64(worst * share + 2 * spread + 1))


@inner_kernel
def two_more(panels, at, word, low, high):
    """Count the differing bits of one word of 16 rows."""
    low = add_ones(low, load_longs(panels, at), word)
    return low, add_ones(high, load_longs(panels, at + np.uint64(LANES // 2)), word)


@inner_kernel
def both_up_to(low, high, limit):
    """Tell which of 16 counts are within the limit."""
    return up_to(low, limit) | up_to(high, limit) << np.uint64(8)


@loop_kernel
def scan_signs(heads, head, tails, tail, masks, queries, dim, first, state, counts):
    """Do as `scan_floats` does with codes of a bit; the score is minus the number of differing bits.

    heads: uint64, the first ``head`` words of each row, (head, 16) a panel; tails: uint64, the other ``tail`` words,
    row by row; masks: uint64, bits of the rows there are, 4 panels each; queries: uint64, (m, head + tail); counts: 64.
    The heads of 64 rows are compared side by side, and the tails of those that do not differ in too many bits there.
    """
    none, eight, size = splat_long(np.uint64(0)), np.uint64(LANES // 2), head * np.uint64(LANES)
    last = np.uint64(len(heads)) // size - np.uint64(1)
    for q in range(len(queries)):
        asked, bar = queries[q], state[0][q]
        limit = head_limit(bar, dim, head * np.uint64(64))
        for block in range(np.uint64(len(masks))):
            p = np.uint64(4) * block
            a, b = p * size, min(p + np.uint64(1), last) * size
            c, d = min(p + np.uint64(2), last) * size, min(p + np.uint64(3), last) * size
            a0 = a1 = b0 = b1 = c0 = c1 = d0 = d1 = none
            for w in range(head):
                word, at = splat_long(asked[w]), w * np.uint64(LANES)
                a0, a1 = two_more(heads, a + at, word, a0, a1)
                b0, b1 = two_more(heads, b + at, word, b0, b1)
                c0, c1 = two_more(heads, c + at, word, c0, c1)
                d0, d1 = two_more(heads, d + at, word, d0, d1)
            near = both_up_to(a0, a1, limit) | both_up_to(b0, b1, limit) << np.uint64(16)
            near |= both_up_to(c0, c1, limit) << np.uint64(32) | both_up_to(d0, d1, limit) << np.uint64(48)
            near &= masks[block]
            if near == 0:
                continue
            store_longs(counts, np.uint64(0), a0)
            store_longs(counts, eight, a1)
            store_longs(counts, np.uint64(2) * eight, b0)
            store_longs(counts, np.uint64(3) * eight, b1)
            store_longs(counts, np.uint64(4) * eight, c0)
            store_longs(counts, np.uint64(5) * eight, c1)
            store_longs(counts, np.uint64(6) * eight, d0)
            store_longs(counts, np.uint64(7) * eight, d1)
            while near:
                lane = lowest_bit(near)
                near &= near - np.uint64(1)
                row, total = block * np.uint64(64) + lane, counts[lane]
                for w in range(tail):
                    total += count_ones(tails[row * tail + w] ^ asked[head + w])
                score = -np.float32(total)
                if score > bar:
                    push(score, first + np.int64(row), q, state)
                    if state[0][q] != bar:
                        bar = state[0][q]
                        limit = head_limit(bar, dim, head * np.uint64(64))


@loop_kernel
def scan_bits(panels, words, dim, masks, slopes, lifts, queries, gains, first, state, scratch):
    """Do as `scan_floats` does with codes of a bit: (dim / 2 - differing bits) times the row's slope.

    panels: uint64, (words, 16) each; queries: uint64, (m, words). Where ``lifts`` has entries, a row's lift times the
    query's gain is added.
    """
    none, middle = splat_long(np.uint64(0)), splat(np.float32(dim / 2))
    for q in range(len(queries)):
        asked = queries[q]
        for p in range(len(masks)):
            mask, start = np.uint64(masks[p]), first + p * LANES
            if mask == 0:
                continue
            at, low, high = np.uint64(p) * words * np.uint64(LANES), none, none
            for w in range(words):
                low, high = two_more(panels, at, splat_long(asked[w]), low, high)
                at += np.uint64(LANES)
            place = np.uint64(p * LANES)
            found = mul(sub(middle, join_counts(low, high)), load(slopes, place))
            if len(lifts):
                found = fma(load(lifts, place), splat(gains[q]), found)
            offer(found, mask, start, q, state, scratch)
