# mypy: ignore-errors
"""Models whose input is a bag of rows: a word and its n-grams (fastText).

A bag is gathered when its word comes into the window and its gain is spread over its rows when the word has left: once
a word, where fastText does both once a pair of words. In between it is one row of a small ring that stays in cache, and
the ring trains as the input matrix of Word2Vec does.
"""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from vicinal._vectors import (
    add,
    fma,
    inner_kernel,
    is_on_disk,
    kernel,
    load,
    loop_kernel,
    mul,
    prefetch,
    splat,
    store,
    sub,
)
from vicinal.words._examples_kernels import (
    CBOW,
    MERGE_EVERY,
    chance,
    draw_ahead,
    draw_negatives,
    keep_tokens,
    merge_rows,
    mix,
    row_start,
    spread_row,
    train_group,
)

# The input rows that belong to word w are rows[offsets[w] : offsets[w + 1]]
Bags = namedtuple("Bags", "offsets rows")
# What one call needs beside the matrices, most of it under the names that the steps shared with Word2Vec use. ``ring``:
# two rows a place, the bag as it is and as it was gathered; ``rows_at``: where
# the rows of one bag start; ``shares``: the rows of each bag of a window
BagRoom = namedtuple(
    "BagRoom", "ring rows_at shares in_at out_at out_sign signs drawn coming bag bag_at scores right before tally"
)


@inner_kernel
def find_rows(weights, bags, word, rows_at):
    """Write where the rows of a word start; returns how many there are."""
    first, m = bags.offsets[word], bags.offsets[word + 1] - bags.offsets[word]
    for i in range(m):
        rows_at[i] = row_start(weights, bags.rows[first + i])
    return m


@inner_kernel
def enter(weights, bags, word, at, room):
    """Gather the mean of a word's rows to the ring at ``at``, and a copy behind it."""
    inputs, width, rows_at, ring = weights.inputs, weights.width, room.rows_at, room.ring
    m = find_rows(weights, bags, word, rows_at)
    share = splat(np.float32(1.0) / np.float32(m))
    for i in range(m, (m + 3) // 4 * 4):  # the sum works on fours
        rows_at[i] = weights.blank * width
    for d in range(np.uint64(0), width, np.uint64(16)):
        a, b = load(inputs, rows_at[0] + d), load(inputs, rows_at[1] + d)
        e, f = load(inputs, rows_at[2] + d), load(inputs, rows_at[3] + d)
        for i in range(4, m, 4):
            a, b = add(a, load(inputs, rows_at[i] + d)), add(b, load(inputs, rows_at[i + 1] + d))
            e, f = add(e, load(inputs, rows_at[i + 2] + d)), add(f, load(inputs, rows_at[i + 3] + d))
        mean = mul(add(add(a, b), add(e, f)), share)
        store(ring, at + d, mean)
        store(ring, at + width + d, mean)


@inner_kernel
def leave(weights, bags, word, at, room):
    """Add what a bag has gained in the ring to every one of its rows, undivided as in fastText."""
    m = find_rows(weights, bags, word, room.rows_at)
    inputs, width, rows_at, ring = weights.inputs, weights.width, room.rows_at, room.ring
    for d in range(np.uint64(0), width, np.uint64(16)):
        gained = sub(load(ring, at + d), load(ring, at + width + d))
        for i in range(m):
            store(inputs, rows_at[i] + d, add(load(inputs, rows_at[i] + d), gained))


@inner_kernel
def prefetch_bag(weights, bags, word):
    """Ask for the rows of a word."""
    for at in range(bags.offsets[word], bags.offsets[word + 1]):
        row = row_start(weights, bags.rows[at])
        for d in range(np.uint64(0), weights.width, np.uint64(16)):
            prefetch(weights.inputs, row + d)


@inner_kernel
def place(plan, c, width):
    """Find where the bag of kept token c stands in the ring."""
    return np.uint64(c % (2 * plan.window + 1)) * np.uint64(2) * width


@inner_kernel
def prefetch_output(weights, word):
    """Ask for the output row of a word."""
    row = row_start(weights, word)
    for d in range(np.uint64(0), weights.width, np.uint64(16)):
        prefetch(weights.outputs, row + d)


@inner_kernel
def find_window(plan, bags, kept, count, c, random, width, room):
    """Write where the bags around centre ``c`` stand in the ring, and how many rows each has; returns how many."""
    reach = plan.window
    if plan.shrink:  # 24 random bits, scaled to 0 … window - 1
        reach -= np.int64(((random >> np.uint64(40)) * np.uint64(plan.window)) >> np.uint64(24))
    m = 0
    for at in range(max(0, c - reach), min(count, c + reach + 1)):
        word = kept[at]
        room.in_at[m] = place(plan, at, width)
        room.shares[m] = np.float32(bags.offsets[word + 1] - bags.offsets[word])
        m += at != c
    return m


@inner_kernel
def join_bags(ring, in_at, shares, m, width, bag):
    """Write the mean of all the rows behind m bags of the ring to the first half of ``bag``, and a copy to the second.

    A bag counts as often as it has rows: fastText throws the rows of a whole window into one bag.
    """
    rows = np.float32(0.0)
    for i in range(m):
        rows += shares[i]
    for d in range(np.uint64(0), width, np.uint64(16)):
        mean = splat(np.float32(0.0))
        for i in range(m):
            mean = fma(splat(shares[i] / rows), load(ring, in_at[i] + d), mean)
        store(bag, d, mean)
        store(bag, width + d, mean)


@inner_kernel
def train_window(weights, targets, plan, centre, m, found, random, rate, room):
    """Train the m bags around a centre word on it; returns the examples."""
    if plan.architecture == CBOW:
        join_bags(room.ring, room.in_at, room.shares, m, weights.width, room.bag)
        if plan.sharing == 0:
            found = draw_negatives(
                targets.noise, plan.vocabulary, plan.negatives, np.uint32(centre), random, room.drawn
            )
        train_group(room.bag, room.bag_at, 1, weights, targets, plan, centre, found, rate, room)
        spread_row(room.ring, room.in_at, m, weights.width, room.bag)
        return 1
    if plan.sharing > 0:
        train_group(room.ring, room.in_at, m, weights, targets, plan, centre, found, rate, room)
        return m
    for i in range(m):
        random = mix(random)
        found = draw_negatives(targets.noise, plan.vocabulary, plan.negatives, np.uint32(centre), random, room.drawn)
        train_group(room.ring, room.in_at[i : i + 1], 1, weights, targets, plan, centre, found, rate, room)
    return m


@inner_kernel
def renew_draw(weights, targets, plan, kept, where, c, until, draw, room):
    """Take over the negatives drawn ahead for centre ``c``, and draw for the windows after those that share them.

    ``draw``: how many were drawn ahead, and for which centre.
    """
    ahead, drawn_for = draw
    if drawn_for != c:
        ahead = draw_ahead(weights, targets, plan, kept[c], where[c], room)
    found = ahead
    for j in range(found):
        room.drawn[j] = room.coming[j]
    drawn_for = c + plan.sharing
    if drawn_for < until:
        ahead = draw_ahead(weights, targets, plan, kept[drawn_for], where[drawn_for], room)
    return found, (ahead, drawn_for)


@loop_kernel
def train_bag_centres(weights, targets, plan, bags, kept, where, span, rates, room):
    """Train on the centres ``span = (count, centre_from, centre_to)`` of one run of kept tokens.

    ``rates`` are the learning rates at the first and after the last centre. Returns the examples: pairs of words, or
    with CBOW windows.
    """
    count, centre_from, centre_to = span
    width, places = weights.width, 2 * plan.window + 1
    examples, found, since, draw = 0, 0, plan.sharing, (0, -1)
    slope = (rates[1] - rates[0]) / max(1, centre_to - centre_from)
    left = entered = max(0, centre_from - plan.window)  # tokens [left, entered) are in the ring
    for c in range(centre_from, centre_to):
        while entered < min(count, c + plan.window + 1):
            if entered - left == places:
                leave(weights, bags, kept[left], place(plan, left, width), room)
                left += 1
            enter(weights, bags, kept[entered], place(plan, entered, width), room)
            entered += 1
            if entered + 1 < count:
                prefetch_bag(weights, bags, kept[entered + 1])
        random = chance(plan, where[c])
        m = find_window(plan, bags, kept, count, c, random, width, room)
        if m == 0:
            continue
        if c + 2 < count:
            prefetch_output(weights, kept[c + 2])
        if plan.sharing > 0 and since >= plan.sharing:
            found, draw = renew_draw(weights, targets, plan, kept, where, c, centre_to, draw, room)
            since = 0
        since += 1
        rate = np.float32(rates[0] + slope * (c - centre_from))
        examples += train_window(weights, targets, plan, kept[c], m, found, random, rate, room)
    for at in range(left, entered):
        leave(weights, bags, kept[at], place(plan, at, width), room)
    return examples


@kernel
def make_bag_room(plan, width, longest):
    """Allocate what one call needs beside the matrices; ``longest`` is the number of rows of the largest bag."""
    m, n = 2 * plan.window, plan.negatives + 4
    size = m * n + 16
    return BagRoom(
        np.zeros((m + 1) * 2 * width, np.float32), np.empty(longest + 4, np.uint64), np.empty(m + 1, np.float32),
        np.empty(m + 1, np.uint64), np.empty(n, np.uint64), np.zeros(n + 1, np.float32), np.empty(size, np.float32),
        np.empty(plan.negatives + 2, np.uint32), np.empty(plan.negatives + 2, np.uint32),
        np.empty(2 * width, np.float32), np.zeros(1, np.uint64),
        np.empty(size, np.float32), np.empty(size, np.float32), np.empty(m * 16, np.float32), np.array([0.0, 1.0]),
    )  # fmt: skip


@kernel
def train_bag_range(text, weights, targets, plan, bags, longest, first, last, rates):
    """Train on the tokens [first, last) of the corpus.

    Parameters
    ----------
    text, weights, targets, plan : Text, Weights, Targets, Plan
        As in `vicinal.words._examples_kernels`.
    bags : Bags
    longest : int64
        Rows of the largest bag.
    first, last : int64
        Positions in ``text.ids``. Windows look beyond them, up to the borders of the sentence.
    rates : (float64, float64)
        Learning rate at the first and after the last token.

    Returns
    -------
    loss : float64
        Sum over examples.
    examples : int64
    """
    room = make_bag_room(plan, weights.width, longest)
    kept = np.empty(last - first + 2 * plan.window + 1, np.int32)
    where = np.empty(len(kept), np.int64)
    sentence = np.searchsorted(text.offsets, first, side="right") - 1
    examples = 0
    slope = (rates[1] - rates[0]) / max(1, last - first)
    begin = merged = first
    while begin < last:
        end = min(last, text.offsets[sentence + 1], merged + MERGE_EVERY)
        span = keep_tokens(text, sentence, begin, end, plan.window, plan.seed, kept, where)
        part = (rates[0] + slope * (begin - first), rates[0] + slope * (end - first))
        examples += train_bag_centres(weights, targets, plan, bags, kept, where, span, part, room)
        begin = end
        if begin == text.offsets[sentence + 1]:
            sentence += 1
        if begin - merged >= MERGE_EVERY or begin == last:
            merged = begin
            merge_rows(weights.inputs, weights.seen_inputs, weights)
            merge_rows(weights.outputs, weights.seen_outputs, weights)
    return room.tally[0] - math.log(room.tally[1]), examples


@loop_kernel
def mean_rows(matrix, offsets, rows, out):
    """Write the mean of the rows of each bag; a bag without rows gives zeros.

    Parameters
    ----------
    matrix : (any, dim) float32
    offsets, rows : (n + 1,) int64, (total,) int32
    out : (n, dim) float32
        Filled.
    """
    for i in range(len(offsets) - 1):
        for d in range(out.shape[1]):
            out[i, d] = np.float32(0.0)
        for at in range(offsets[i], offsets[i + 1]):
            for d in range(out.shape[1]):
                out[i, d] += matrix[rows[at], d]
        size = offsets[i + 1] - offsets[i]
        if size > 0:
            share = np.float32(1.0) / np.float32(size)
            for d in range(out.shape[1]):
                out[i, d] *= share


def is_compiled():
    """Tell whether the kernels are on disk, so that training starts at once."""
    return is_on_disk(train_bag_range)
