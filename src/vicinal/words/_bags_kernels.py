# mypy: ignore-errors
"""Models whose input is a bag of rows: a word and its n-grams (fastText), a document and a window (Doc2Vec).

Skip-gram over bags takes the other side round: one bag, the centre's, against all the words of its window at once, and
the negatives of them all. The bag is gathered and moved once a centre word, where fastText does so once a pair.
"""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from vicinal._vectors import inner_kernel, kernel, loop_kernel
from vicinal.words._examples_kernels import (
    _LOG_2,
    _MERGE_EVERY,
    CBOW,
    draw_negatives,
    gather_window,
    keep_tokens,
    mean_row,
    merge_rows,
    mix,
    row_start,
    spread_row,
    train_group,
)
from vicinal.words._objective_kernels import logistic_gradients, score_rows, update_rows

# The input rows that belong to word w are rows[offsets[w] : offsets[w + 1]]
Bags = namedtuple("Bags", "offsets rows")
# What one call needs beside the matrices, under the names that the steps shared with Word2Vec use
BagRoom = namedtuple("BagRoom", "in_at out_at out_sign signs drawn bag bag_at scores right before tally")


@inner_kernel
def gather_bag(weights, bags, word, m, in_at):
    """Write where the rows of a word start, from place m on; returns the place after the last."""
    for at in range(bags.offsets[word], bags.offsets[word + 1]):
        in_at[m] = row_start(weights, bags.rows[at])
        m += 1
    return m


@inner_kernel
def keep_distinct(out_at, m):
    """Drop rows that are there twice, since of two copies one would lose its update; returns how many stay."""
    count = 0
    for i in range(m):
        fresh = True
        for j in range(count):
            fresh &= out_at[j] != out_at[i]
        out_at[count] = out_at[i]
        count += fresh
    return count


@inner_kernel
def contrast(bag, positives, found, weights, plan, rate, room):
    """Train one bag on the rows ``out_at[:positives]`` and on the negatives drawn that are none of them.

    Every positive should be told from ``plan.negatives`` sampled words. They share their negatives, so that a negative
    stands for as many pairs as there are positives, and its gradient counts so many times.
    """
    out_at, signs, n = room.out_at, room.signs, positives
    for j in range(found):
        if n - positives == plan.negatives:
            break
        start, fresh = row_start(weights, room.drawn[j]), True
        for i in range(positives):
            fresh &= out_at[i] != start
        out_at[n] = start
        n += fresh
    full = (n + 2) // 3 * 3  # the step works on threes: fill up with rows that take no part
    for j in range(full):
        signs[j] = np.float32(1.0) if j < positives else np.float32(-1.0) if j < n else np.float32(0.0)
        if j >= n:
            out_at[j] = weights.blank * weights.width
    score_rows(bag, room.bag_at, 1, weights.outputs, out_at, full, weights.width, room.scores)
    logistic_gradients(room.scores, signs, full, rate, room.right, room.tally)
    for j in range(positives, n):
        room.scores[j] *= np.float32(positives)
    update_rows(bag, room.bag_at, 1, weights.outputs, out_at, full, weights.width, room.scores, room.before)
    room.tally[0] -= _LOG_2 * (full - n)


@loop_kernel
def train_bag_centres(weights, targets, plan, bags, kept, where, span, rates, room):
    """Train on the centres ``span = (count, centre_from, centre_to)`` of one run of kept tokens.

    ``rates`` are the learning rates at the first and after the last centre. Returns the examples: pairs of words, or
    with CBOW windows.
    """
    count, centre_from, centre_to = span
    examples, found, since = 0, 0, plan.sharing
    slope = (rates[1] - rates[0]) / max(1, centre_to - centre_from)
    for c in range(centre_from, centre_to):
        centre, rate = kept[c], np.float32(rates[0] + slope * (c - centre_from))
        random = mix(np.uint64(where[c]) ^ (plan.seed + np.uint64(0xA5A5A5A5)))
        around = gather_window(weights, plan, kept, count, c, random, room.out_at)
        if around == 0:
            continue
        if since >= plan.sharing:
            found = draw_negatives(
                targets.noise, plan.vocabulary, len(room.drawn) - 1, np.uint32(centre), random, room.drawn
            )
            since = 0
        since += 1
        if plan.architecture == CBOW:
            m, reach = 0, plan.window
            if plan.shrink:  # as gather_window does, which found ``around`` words
                reach -= np.int64(((random >> np.uint64(40)) * np.uint64(plan.window)) >> np.uint64(24))
            for at in range(max(0, c - reach), min(count, c + reach + 1)):
                if at != c:
                    m = gather_bag(weights, bags, kept[at], m, room.in_at)
            mean_row(weights.inputs, room.in_at, m, weights.width, room.bag)
            train_group(room.bag, room.bag_at, 1, weights, targets, plan, centre, found, rate, room)
            examples += 1
        else:
            m = gather_bag(weights, bags, centre, 0, room.in_at)
            mean_row(weights.inputs, room.in_at, m, weights.width, room.bag)
            positives = keep_distinct(room.out_at, around)
            contrast(room.bag, positives, found, weights, plan, rate, room)
            examples += positives
        spread_row(weights.inputs, room.in_at, m, weights.width, room.bag)
    return examples


@kernel
def make_bag_room(plan, width, longest):
    """Allocate what one call needs beside the matrices; ``longest`` is the number of rows of the largest bag."""
    n = 2 * plan.window + plan.negatives + 6
    size = 2 * plan.window * n + 16
    return BagRoom(
        np.empty(2 * plan.window * longest, np.uint64), np.empty(n, np.uint64), np.zeros(n + 1, np.float32),
        np.empty(size, np.float32), np.empty(plan.negatives + 4, np.uint32), np.empty(2 * width, np.float32),
        np.zeros(1, np.uint64), np.empty(size, np.float32), np.empty(size, np.float32), np.empty(16, np.float32),
        np.array([0.0, 1.0]),
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
        end = min(last, text.offsets[sentence + 1], merged + _MERGE_EVERY)
        span = keep_tokens(text, sentence, begin, end, plan.window, plan.seed, kept, where)
        part = (rates[0] + slope * (begin - first), rates[0] + slope * (end - first))
        examples += train_bag_centres(weights, targets, plan, bags, kept, where, span, part, room)
        begin = end
        if begin == text.offsets[sentence + 1]:
            sentence += 1
        if begin - merged >= _MERGE_EVERY or begin == last:
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
