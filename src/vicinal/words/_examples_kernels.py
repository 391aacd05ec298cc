"""From tokens to training groups: subsampling, windows, negatives, and the loop over them.

Everything random is a function of the seed and of the position in the corpus, not of a running state: a token is kept
or dropped, a window shrunk and negatives drawn the same way however the corpus is cut into pieces of work.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np
from numba import njit

from vicinal._vectors import add, fma, load, mul, prefetch, splat, store, sub
from vicinal.words._objective_kernels import logistic_step, softmax_step

SKIPGRAM, CBOW = 0, 1
NEGATIVE_SAMPLING, HIERARCHICAL_SOFTMAX, SOFTMAX = 0, 1, 2

# ids (int32) and sentence offsets (int64) of the corpus; keep: uint32 threshold a word, for subsampling
Text = namedtuple("Text", "ids offsets keep")
# the two matrices, flat float32, and the padded row width
Weights = namedtuple("Weights", "inputs outputs width")
# noise: uint32 table of words; path_*: Huffman codes, those of word w at offsets[w] : offsets[w + 1]
Targets = namedtuple("Targets", "noise path_offsets path_nodes path_signs")
Plan = namedtuple("Plan", "architecture objective window shrink negatives sharing vocabulary seed")


@njit(nogil=True, cache=True, inline="always")
def mix(key):
    """Turn a counter into 64 random bits (SplitMix64, Steele et al. 2014)."""
    z = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(nogil=True, cache=True, inline="always")
def is_kept(text, position, seed):
    """Decide whether the token at a position survives subsampling."""
    return np.uint32(mix(np.uint64(position) ^ seed) >> np.uint64(32)) <= text.keep[text.ids[position]]


@njit(nogil=True, cache=True)
def keep_tokens(text, sentence, first, last, window, seed, kept, where):
    """Subsample the tokens [first, last) of one sentence, with ``window`` kept ones on both sides as context only.

    Fills ``kept`` (word ids) and ``where`` (their positions).

    Returns
    -------
    count, centre_from, centre_to : int
        Tokens written, and which of them may be centres.
    """
    begin, end = text.offsets[sentence], text.offsets[sentence + 1]
    left, found = first, 0
    while left > begin and found < window:
        left -= 1
        if is_kept(text, left, seed):
            found += 1
    count, centre_from, centre_to, after = 0, 0, -1, 0
    position = left
    while position < end:
        if position == first:
            centre_from = count
        if position == last:
            centre_to = count
        if is_kept(text, position, seed):
            if position >= last:
                after += 1
                if after > window:
                    break
            kept[count], where[count] = text.ids[position], position
            count += 1
        position += 1
    return count, centre_from, count if centre_to < 0 else centre_to


@njit(nogil=True, cache=True)
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


@njit(nogil=True, cache=True)
def choose_outputs(targets, plan, centre, drawn, found, width, out_at, out_sign):
    """Write the output rows of a centre word and their signs; returns how many there are."""
    if plan.objective == HIERARCHICAL_SOFTMAX:
        begin, end = targets.path_offsets[centre], targets.path_offsets[centre + 1]
        for at in range(begin, end):
            out_at[at - begin] = np.uint64(targets.path_nodes[at]) * width
            out_sign[at - begin] = targets.path_signs[at]
        return end - begin
    out_at[0], out_sign[0] = np.uint64(centre) * width, np.float32(1.0)
    n = 1
    for j in range(found):
        if n > plan.negatives:
            break
        if drawn[j] != centre:
            out_at[n], out_sign[n] = np.uint64(drawn[j]) * width, np.float32(-1.0)
            n += 1
    return n


@njit(nogil=True, cache=True)
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


@njit(nogil=True, cache=True)
def spread_row(inputs, in_at, m, width, bag):
    """Add what the bag has gained since `mean_row` to every row that went into it (as word2vec does, undivided)."""
    for d in range(np.uint64(0), width, np.uint64(16)):
        gained = sub(load(bag, d), load(bag, width + d))
        for i in range(m):
            store(inputs, in_at[i] + d, add(load(inputs, in_at[i] + d), gained))


@njit(nogil=True, cache=True)
def train_groups(weights, targets, plan, kept, where, span, rates, room):
    """Train on the centres ``span = (count, centre_from, centre_to)`` of one run of kept tokens.

    ``rates`` are the learning rates at the first and after the last centre. Returns the loss sum and the examples
    (pairs of a bag and a centre word) it was summed over.
    """
    in_at, out_at, out_sign, signs, drawn, bag, scratch = room
    count, centre_from, centre_to = span
    inputs, outputs, width = weights.inputs, weights.outputs, weights.width
    shared = plan.objective == NEGATIVE_SAMPLING and plan.sharing > 0
    loss, examples, found, since = 0.0, 0, 0, plan.sharing
    slope = (rates[1] - rates[0]) / max(1, centre_to - centre_from)
    for c in range(centre_from, centre_to):
        centre, rate = kept[c], np.float32(rates[0] + slope * (c - centre_from))
        random = mix(np.uint64(where[c]) ^ (plan.seed + np.uint64(0xA5A5A5A5)))
        reach = plan.window
        if plan.shrink:
            reach -= np.int64((random >> np.uint64(40)) % np.uint64(plan.window))
        m = 0
        for at in range(max(0, c - reach), min(count, c + reach + 1)):
            if at != c:
                in_at[m] = np.uint64(kept[at]) * width
                m += 1
        if m == 0:
            continue
        ahead = c + plan.window + 2
        if ahead < count:  # rows that the next windows will want
            row, centre_row = np.uint64(kept[ahead]) * width, np.uint64(kept[ahead - plan.window]) * width
            for d in range(np.uint64(0), width, np.uint64(16)):
                prefetch(inputs, row + d)
                if plan.objective == NEGATIVE_SAMPLING:
                    prefetch(outputs, centre_row + d)
        if shared and since >= plan.sharing:
            spare = 1 if plan.sharing > 1 else 0
            avoid = centre if plan.sharing == 1 else np.int32(-1)
            found = draw_negatives(targets.noise, plan.vocabulary, plan.negatives + spare, avoid, random, drawn)
            since = 0
        since += 1
        if plan.architecture == CBOW:
            mean_row(inputs, in_at, m, width, bag)
            if plan.objective == NEGATIVE_SAMPLING and not shared:
                found = draw_negatives(targets.noise, plan.vocabulary, plan.negatives, centre, random, drawn)
            out_at[-1] = np.uint64(0)  # the bag is row 0 of its own small matrix
            loss += _one_group(bag, out_at[-1:], 1, weights, targets, plan, centre, found, rate, room)
            spread_row(inputs, in_at, m, width, bag)
            examples += 1
        elif plan.objective == NEGATIVE_SAMPLING and not shared:
            for i in range(m):
                random = mix(random)
                found = draw_negatives(targets.noise, plan.vocabulary, plan.negatives, centre, random, drawn)
                loss += _one_group(inputs, in_at[i : i + 1], 1, weights, targets, plan, centre, found, rate, room)
            examples += m
        else:
            loss += _one_group(inputs, in_at, m, weights, targets, plan, centre, found, rate, room)
            examples += m
    return loss, examples


@njit(nogil=True, cache=True)
def _one_group(inputs, in_at, m, weights, targets, plan, centre, found, rate, room):
    _, out_at, out_sign, signs, drawn, _, scratch = room
    outputs, width = weights.outputs, weights.width
    if plan.objective == SOFTMAX:
        return softmax_step(inputs, in_at, m, outputs, out_at, plan.vocabulary, width, centre, rate, scratch)
    n = choose_outputs(targets, plan, centre, drawn, found, width, out_at, out_sign)
    for i in range(m):
        for j in range(n):
            signs[i * n + j] = out_sign[j]
    return logistic_step(inputs, in_at, m, outputs, out_at, n, width, signs, rate, scratch)


@njit(nogil=True, cache=True)
def make_room(plan, width, longest):
    """Allocate what one call needs beside the matrices."""
    m = 2 * plan.window
    n = longest
    in_at = np.empty(m, np.uint64)
    out_at = np.empty(n + 1, np.uint64)
    if plan.objective == SOFTMAX:
        for j in range(n):
            out_at[j] = np.uint64(j) * width
    size = m * n + 16
    scratch = (np.empty(size, np.float32), np.empty(size, np.float32), np.empty(m * 16, np.float32))
    signs = np.empty(size, np.float32)
    return in_at, out_at, np.empty(n + 1, np.float32), signs, np.empty(n + 8, np.uint32), np.empty(2 * width, np.float32), scratch


@njit(nogil=True, cache=True)
def train_range(text, weights, targets, plan, first, last, rates, longest):
    """Train on the tokens [first, last) of the corpus.

    Parameters
    ----------
    text, weights, targets, plan : Text, Weights, Targets, Plan
    first, last : int64
        Positions in ``text.ids``. Windows look beyond them, up to the borders of the sentence.
    rates : (float64, float64)
        Learning rate at the first and after the last token.
    longest : int64
        The largest number of output rows of a group: 1 + negatives + 1, the longest Huffman path, or the vocabulary.

    Returns
    -------
    loss : float64
        Sum over examples.
    examples : int64
    """
    room = make_room(plan, weights.width, longest)
    seed = np.uint64(plan.seed)
    kept = np.empty(last - first + 2 * plan.window, np.int32)
    where = np.empty(len(kept), np.int64)
    sentence = np.searchsorted(text.offsets, first, side="right") - 1
    loss, examples = 0.0, 0
    slope = (rates[1] - rates[0]) / max(1, last - first)
    begin = first
    while begin < last:
        end = min(last, text.offsets[sentence + 1])
        span = keep_tokens(text, sentence, begin, end, plan.window, seed, kept, where)
        part = (rates[0] + slope * (begin - first), rates[0] + slope * (end - first))
        more_loss, more = train_groups(weights, targets, plan, kept, where, span, part, room)
        loss += more_loss
        examples += more
        begin = end
        sentence += 1
    return loss, examples
