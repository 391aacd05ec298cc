# mypy: ignore-errors
"""From tokens to training groups: subsampling, windows, negatives, and the loop over them.

Everything random is a function of the seed and of the position in the corpus, not of a running state: a token is kept
or dropped, a window shrunk and negatives drawn the same way however the corpus is cut into pieces of work.
"""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from vicinal._vectors import (
    add,
    inner_kernel,
    is_on_disk,
    kernel,
    load,
    loop_kernel,
    mul,
    prefetch,
    scramble,
    splat,
    store,
    sub,
)
from vicinal.words._objective_kernels import logistic_step, softmax_step

SKIPGRAM, CBOW = 0, 1
NEGATIVE_SAMPLING, HIERARCHICAL_SOFTMAX, SOFTMAX = 0, 1, 2

# ids (int32) and sentence offsets (int64) of the corpus; keep: uint32 threshold a word, for subsampling
Text = namedtuple("Text", "ids offsets keep")
# The two matrices, flat float32, and their padded row width. Rows below ``hot`` are the most frequent: each thread
# works on its own copies of them, ``shift`` rows further down, and merges them now and then, since rows that two
# threads write to all the time travel between their caches. ``seen_*``: the copies at the last merge. ``blank``: a row
# of zeros.
Weights = namedtuple("Weights", "inputs outputs width hot shift blank seen_inputs seen_outputs")
# noise: uint32 table of words; path_*: Huffman codes, those of word w at offsets[w] : offsets[w + 1]
Targets = namedtuple("Targets", "noise path_offsets path_nodes path_signs")
Plan = namedtuple("Plan", "architecture objective window shrink negatives sharing vocabulary longest seed")
# what one call needs beside the matrices
Room = namedtuple("Room", "in_at out_at out_sign signs drawn coming bag bag_at scores right before tally")

LOG_2 = 0.6931471805599453
MERGE_EVERY = 2000  # tokens between two merges of the hot rows


@inner_kernel
def mix(key):
    """Turn a counter into 64 random bits (SplitMix64, Steele et al. 2014)."""
    return scramble(np.uint64(key) * np.uint64(0x9E3779B97F4A7C15))


@inner_kernel
def row_start(weights, row):
    """Find where a row starts in the flat matrices, or this thread's copy of it."""
    return (np.uint64(row) + (weights.shift if np.uint64(row) < weights.hot else np.uint64(0))) * weights.width


@loop_kernel
def merge_rows(matrix, seen, weights):
    """Add what this thread's copies of the hot rows gained to the shared rows, and take over what others added."""
    copies = weights.shift * weights.width
    for at in range(np.uint64(0), weights.hot * weights.width, np.uint64(16)):
        gained = sub(load(matrix, copies + at), load(seen, at))
        now = add(load(matrix, at), gained)
        store(matrix, at, now)
        store(matrix, copies + at, now)
        store(seen, at, now)


@inner_kernel
def is_kept(text, position, seed):
    """Return 1 if the token at a position survives subsampling, else 0."""
    return np.int64(np.uint32(mix(np.uint64(position) ^ seed) >> np.uint64(32)) <= text.keep[text.ids[position]])


@loop_kernel
def keep_tokens(text, sentence, first, last, window, seed, kept, where):
    """Subsample the tokens [first, last) of one sentence, with ``window`` kept ones on both sides as context only.

    Fills ``kept`` (word ids) and ``where`` (their positions); both reach one beyond what is kept.

    Returns
    -------
    count, centre_from, centre_to : int
        Tokens written, and which of them may be centres.
    """
    begin, end = text.offsets[sentence], text.offsets[sentence + 1]
    left, found = first, 0
    while left > begin and found < window:
        left -= 1
        found += is_kept(text, left, seed)
    count = 0
    for position in range(left, first):
        kept[count], where[count] = text.ids[position], position
        count += is_kept(text, position, seed)
    centre_from = count
    for position in range(first, last):  # written always, counted if kept: no branch to guess wrong
        kept[count], where[count] = text.ids[position], position
        count += is_kept(text, position, seed)
    centre_to, position = count, last
    while position < end and count < centre_to + window:
        kept[count], where[count] = text.ids[position], position
        count += is_kept(text, position, seed)
        position += 1
    return count, centre_from, centre_to


@inner_kernel
def draw_negatives(noise, vocabulary, wanted, target, state, drawn):
    """Draw up to ``wanted`` distinct words other than ``target`` from the noise table; returns how many were found.

    A word drawn twice counts once: two copies of a row in one group would lose one of their updates.
    """
    mask, count = np.uint64(len(noise) - 1), 0
    for _ in range(wanted * 4 if wanted < vocabulary else wanted * 16):
        if count == wanted:
            break
        state ^= state << np.uint64(13)
        state ^= state >> np.uint64(7)
        state ^= state << np.uint64(17)
        word = noise[(state >> np.uint64(24)) & mask]
        fresh = word != target
        for j in range(count):
            fresh &= drawn[j] != word
        drawn[count] = word
        count += fresh
    return count


@inner_kernel
def chance(plan, position):
    """Return the random bits that belong to a centre's position."""
    return mix(np.uint64(position) ^ (plan.seed + np.uint64(0xA5A5A5A5)))


@inner_kernel
def draw_ahead(weights, targets, plan, centre, position, room):
    """Draw the negatives of the windows from a centre on to ``room.coming``, and ask for their rows.

    One more than needed is drawn, since one may be the centre of a later window that shares the draw. Called a few
    windows before they are used, so that the rows have time to arrive; what is drawn depends on the position only.
    """
    wanted = plan.negatives + 1
    found = draw_negatives(
        targets.noise, plan.vocabulary, wanted, np.uint32(centre), chance(plan, position), room.coming
    )
    for j in range(found):
        row = row_start(weights, room.coming[j])
        for d in range(np.uint64(0), weights.width, np.uint64(16)):
            prefetch(weights.outputs, row + d)
    return found


@inner_kernel
def choose_outputs(targets, plan, centre, found, weights, room):
    """Write the output rows of a centre word and their signs; returns how many there are."""
    n = 0
    if plan.objective == HIERARCHICAL_SOFTMAX:
        for at in range(targets.path_offsets[centre], targets.path_offsets[centre + 1]):
            room.out_at[n] = row_start(weights, targets.path_nodes[at])
            room.out_sign[n] = targets.path_signs[at]
            n += 1
        return n
    room.out_at[0], room.out_sign[0] = row_start(weights, centre), np.float32(1.0)
    n = 1
    for j in range(found):
        if n > plan.negatives:
            break
        if room.drawn[j] != centre:
            room.out_at[n], room.out_sign[n] = row_start(weights, room.drawn[j]), np.float32(-1.0)
            n += 1
    return n


@inner_kernel
def train_group(inputs, in_at, m, weights, targets, plan, centre, found, rate, room):
    """Train m input rows on one centre word, by the plan's objective; the loss goes to ``room.tally``."""
    outputs, width = weights.outputs, weights.width
    if plan.objective == SOFTMAX:
        softmax_step(inputs, in_at, m, outputs, room.out_at, plan.vocabulary, width, centre, rate, room)
        return
    real = choose_outputs(targets, plan, centre, found, weights, room)
    n = (real + 2) // 3 * 3  # the step works on threes: fill up with rows that take no part
    for j in range(real, n):
        room.out_at[j], room.out_sign[j] = weights.blank * width, np.float32(0.0)
    if plan.objective == HIERARCHICAL_SOFTMAX or room.out_sign[-1] != real:
        room.out_sign[-1] = real  # the signs of negative sampling stay the same while their number does
        for i in range(m if plan.objective == HIERARCHICAL_SOFTMAX else 2 * plan.window):
            for j in range(n):
                room.signs[i * n + j] = room.out_sign[j]
    logistic_step(inputs, in_at, m, outputs, room.out_at, n, width, rate, room)
    room.tally[0] -= LOG_2 * m * (n - real)


@inner_kernel
def mean_row(inputs, in_at, m, width, bag):
    """Write the mean of m input rows to the first half of ``bag``, and a copy to the second."""
    share = splat(np.float32(1.0) / np.float32(m))
    for d in range(np.uint64(0), width, np.uint64(16)):
        row = load(inputs, in_at[0] + d)
        for i in range(1, m):
            row = add(row, load(inputs, in_at[i] + d))
        row = mul(row, share)
        store(bag, d, row)
        store(bag, width + d, row)


@inner_kernel
def spread_row(inputs, in_at, m, width, bag):
    """Add what the bag has gained since `mean_row` to every row that went into it (as word2vec does, undivided)."""
    for d in range(np.uint64(0), width, np.uint64(16)):
        gained = sub(load(bag, d), load(bag, width + d))
        for i in range(m):
            store(inputs, in_at[i] + d, add(load(inputs, in_at[i] + d), gained))


@inner_kernel
def gather_window(weights, plan, kept, count, c, random, in_at):
    """Write where the rows of the words around centre ``c`` start; returns how many there are."""
    reach = plan.window
    if plan.shrink:  # 24 random bits, scaled to 0 … window - 1
        reach -= np.int64(((random >> np.uint64(40)) * np.uint64(plan.window)) >> np.uint64(24))
    m = 0
    for at in range(max(0, c - reach), c):
        in_at[m] = row_start(weights, kept[at])
        m += 1
    for at in range(c + 1, min(count, c + reach + 1)):
        in_at[m] = row_start(weights, kept[at])
        m += 1
    return m


@inner_kernel
def prefetch_rows(weights, plan, kept, count, c):
    """Ask for the rows that the windows after next will want."""
    ahead = c + plan.window + 2
    if ahead < count:
        context, centre = row_start(weights, kept[ahead]), row_start(weights, kept[ahead - plan.window])
        for d in range(np.uint64(0), weights.width, np.uint64(16)):
            prefetch(weights.inputs, context + d)
            if plan.objective == NEGATIVE_SAMPLING:
                prefetch(weights.outputs, centre + d)


@loop_kernel
def train_centres(weights, targets, plan, kept, where, span, rates, room):
    """Train on the centres ``span = (count, centre_from, centre_to)`` of one run of kept tokens.

    ``rates`` are the learning rates at the first and after the last centre. Returns the examples (pairs of a bag and a
    centre word).
    """
    count, centre_from, centre_to = span
    sampled = plan.objective == NEGATIVE_SAMPLING
    shared = sampled and plan.sharing > 0
    examples, found, since, ahead, drawn_for = 0, 0, plan.sharing, 0, -1
    slope = (rates[1] - rates[0]) / max(1, centre_to - centre_from)
    for c in range(centre_from, centre_to):
        centre, rate = kept[c], np.float32(rates[0] + slope * (c - centre_from))
        random = chance(plan, where[c])
        m = gather_window(weights, plan, kept, count, c, random, room.in_at)
        if m == 0:
            continue
        prefetch_rows(weights, plan, kept, count, c)
        if shared and since >= plan.sharing:
            if drawn_for != c:
                ahead = draw_ahead(weights, targets, plan, centre, where[c], room)
            found = ahead
            for j in range(found):
                room.drawn[j] = room.coming[j]
            drawn_for = c + plan.sharing
            if drawn_for < centre_to:
                ahead = draw_ahead(weights, targets, plan, kept[drawn_for], where[drawn_for], room)
            since = 0
        since += 1
        if plan.architecture == CBOW:
            mean_row(weights.inputs, room.in_at, m, weights.width, room.bag)
            if sampled and not shared:
                found = draw_negatives(
                    targets.noise, plan.vocabulary, plan.negatives, np.uint32(centre), random, room.drawn
                )
            train_group(room.bag, room.bag_at, 1, weights, targets, plan, centre, found, rate, room)
            spread_row(weights.inputs, room.in_at, m, weights.width, room.bag)
            examples += 1
        elif sampled and not shared:
            for i in range(m):
                random = mix(random)
                found = draw_negatives(
                    targets.noise, plan.vocabulary, plan.negatives, np.uint32(centre), random, room.drawn
                )
                pair = room.in_at[i : i + 1]
                train_group(weights.inputs, pair, 1, weights, targets, plan, centre, found, rate, room)
            examples += m
        else:
            train_group(weights.inputs, room.in_at, m, weights, targets, plan, centre, found, rate, room)
            examples += m
    return examples


@kernel
def make_room(plan, width):
    """Allocate what one call needs beside the matrices."""
    m, n = 2 * plan.window, plan.longest + 3
    size = m * n + 16
    room = Room(
        np.empty(m, np.uint64), np.empty(n, np.uint64), np.zeros(n + 1, np.float32), np.empty(size, np.float32),
        np.empty(plan.negatives + 2, np.uint32), np.empty(plan.negatives + 2, np.uint32),
        np.empty(2 * width, np.float32), np.zeros(1, np.uint64),
        np.empty(size, np.float32), np.empty(size, np.float32), np.empty(m * 16, np.float32), np.array([0.0, 1.0]),
    )  # fmt: skip
    if plan.objective == SOFTMAX:
        for j in range(n):
            room.out_at[j] = np.uint64(j) * width
    return room


@kernel
def train_range(text, weights, targets, plan, first, last, rates):
    """Train on the tokens [first, last) of the corpus.

    Parameters
    ----------
    text, weights, targets, plan : Text, Weights, Targets, Plan
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
    room = make_room(plan, weights.width)
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
        examples += train_centres(weights, targets, plan, kept, where, span, part, room)
        begin = end
        if begin == text.offsets[sentence + 1]:
            sentence += 1
        if begin - merged >= MERGE_EVERY or begin == last:
            merged = begin
            merge_rows(weights.inputs, weights.seen_inputs, weights)
            merge_rows(weights.outputs, weights.seen_outputs, weights)
    return room.tally[0] - math.log(room.tally[1]), examples


@kernel
def fill_rows(matrix, start, hashes, dim, width, seed):
    """Write starting rows: uniform in ±0.5/dim, a function of the seed and the hash of the name alone.

    The same word so begins at the same vector whatever its place in the vocabulary.
    """
    for i in range(len(hashes)):
        state = mix(hashes[i] ^ mix(seed))
        at = (np.uint64(start) + np.uint64(i)) * width
        for d in range(width):
            state = mix(state + np.uint64(d))
            unit = np.float64(state >> np.uint64(11)) / 9007199254740992.0
            matrix[at + np.uint64(d)] = np.float32((unit - 0.5) / dim) if d < dim else np.float32(0.0)


def is_compiled():
    """Tell whether the kernels are on disk, so that training starts at once."""
    return is_on_disk(train_range)
