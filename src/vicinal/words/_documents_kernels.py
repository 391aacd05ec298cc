# mypy: ignore-errors
"""Paragraph vectors: the loop over the words of documents, and the step of one input row.

A document has a row of its own, which predicts its words alone (PV-DBOW) or put together with the words around
(PV-DM). What is random follows the position in the corpus, as in `_examples_kernels`; in inference, where the words'
rows are frozen, it follows the text.
"""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from vicinal._vectors import add, fma, inner_kernel, is_on_disk, kernel, load, loop_kernel, mul, prefetch, splat, store, sub, totals  # fmt: skip # noqa: E501
from vicinal.words._examples_kernels import (
    NEGATIVE_SAMPLING, Plan, Text, chance, choose_outputs, draw_ahead, draw_negatives, fill_rows, gather_window,
    keep_tokens, make_room, merge_rows, mix, row_start, train_group,
)  # fmt: skip
from vicinal.words._objective_kernels import logistic_gradients

DBOW, MEAN, SUM, CONCAT = 0, 1, 2, 3

# plan: that of the words' kernels, whose window is one more than ``window``: what a document's row takes beside the
# words around. window: 0 where no words around are wanted. pad: the row that stands beyond a document's ends
# (CONCAT). learn: 0 leaves everything but the documents as it is.
Job = namedtuple("Job", "plan mode window pad learn")

_LOG_2 = 0.6931471805599453
_MERGE_EVERY = 2000  # tokens between two merges of the hot rows
_AHEAD = 6  # words between asking for a row and using it
_SIX = 6  # output rows a pass


@inner_kernel
def score_six(bag, at, outputs, out_at, j, width, scores):
    """Write the products of one input row with six output rows."""
    zero = splat(np.float32(0.0))
    a, b, c, e, f, g = out_at[j], out_at[j + 1], out_at[j + 2], out_at[j + 3], out_at[j + 4], out_at[j + 5]
    sa, sb, sc, se, sf, sg = zero, zero, zero, zero, zero, zero
    for d in range(np.uint64(0), width, np.uint64(16)):
        x = load(bag, at + d)
        sa, sb, sc = fma(x, load(outputs, a + d), sa), fma(x, load(outputs, b + d), sb), fma(x, load(outputs, c + d), sc)
        se, sf, sg = fma(x, load(outputs, e + d), se), fma(x, load(outputs, f + d), sf), fma(x, load(outputs, g + d), sg)
    sums = totals(sa, sb, sc, se, sf, sg)
    for i in range(6):
        scores[j + i] = sums[i]


@inner_kernel
def move_six(bag, at, before, before_at, outputs, out_at, j, width, gradients, learn):
    """Add six output rows, each times its gradient, to the input row, and to each of them what the input was before."""
    a, b, c, e, f, g = out_at[j], out_at[j + 1], out_at[j + 2], out_at[j + 3], out_at[j + 4], out_at[j + 5]
    ga, gb, gc = splat(gradients[j]), splat(gradients[j + 1]), splat(gradients[j + 2])
    ge, gf, gg = splat(gradients[j + 3]), splat(gradients[j + 4]), splat(gradients[j + 5])
    for d in range(np.uint64(0), width, np.uint64(16)):
        x, y = load(before, before_at + d), load(bag, at + d)
        oa, ob, oc = load(outputs, a + d), load(outputs, b + d), load(outputs, c + d)
        oe, of, og = load(outputs, e + d), load(outputs, f + d), load(outputs, g + d)
        y, z = fma(ga, oa, fma(gb, ob, fma(gc, oc, y))), fma(ge, oe, fma(gf, of, mul(gg, og)))
        store(bag, at + d, add(y, z))
        if learn:
            store(outputs, a + d, fma(ga, x, oa))
            store(outputs, b + d, fma(gb, x, ob))
            store(outputs, c + d, fma(gc, x, oc))
            store(outputs, e + d, fma(ge, x, oe))
            store(outputs, f + d, fma(gf, x, of))
            store(outputs, g + d, fma(gg, x, og))


@inner_kernel
def single_step(bag, at, outs, targets, plan, centre, found, rate, room, signs, learn):
    """Train one input row on one centre word; the loss goes to ``room.tally``.

    The same step as `train_group` with m = 1, by sixes instead of tiles of 2 × 3.
    """
    real = choose_outputs(targets, plan, centre, found, outs, room)
    n = (real + _SIX - 1) // _SIX * _SIX
    for j in range(real):
        signs[j] = room.out_sign[j]
    for j in range(real, n):
        room.out_at[j], signs[j] = outs.blank * outs.width, np.float32(0.0)
    for j in range(0, n, _SIX):
        score_six(bag, at, outs.outputs, room.out_at, j, outs.width, room.scores)
    logistic_gradients(room.scores, signs, n, rate, room.right, room.tally)
    room.tally[0] -= _LOG_2 * (n - real)
    if n == _SIX:
        move_six(bag, at, bag, at, outs.outputs, room.out_at, 0, outs.width, room.scores, learn)
        return
    for d in range(np.uint64(0), outs.width, np.uint64(16)):
        store(room.bag, outs.width + d, load(bag, at + d))
    for j in range(0, n, _SIX):
        move_six(bag, at, room.bag, outs.width, outs.outputs, room.out_at, j, outs.width, room.scores, learn)


@inner_kernel
def gather_bag(documents, at, inputs, in_at, m, width, share, bag):
    """Write the sum of a document's and m words' rows, times ``share``, to the bag, and a copy behind it."""
    scale = splat(share)
    for d in range(np.uint64(0), width, np.uint64(16)):
        row = load(documents, at + d)
        for i in range(m):
            row = add(row, load(inputs, in_at[i] + d))
        row = mul(row, scale)
        store(bag, d, row)
        store(bag, width + d, row)


@inner_kernel
def spread_bag(documents, at, inputs, in_at, m, width, bag, learn):
    """Add what the bag has gained to the document's row and, undivided as in CBOW, to every word's."""
    for d in range(np.uint64(0), width, np.uint64(16)):
        gained = sub(load(bag, d), load(bag, width + d))
        store(documents, at + d, add(load(documents, at + d), gained))
        if learn:
            for i in range(m):
                store(inputs, in_at[i] + d, add(load(inputs, in_at[i] + d), gained))


@inner_kernel
def gather_places(words, job, kept, count, c, in_at):
    """Write where the rows of the 2 · window places around centre ``c`` start; the pad's beyond the ends."""
    m = 0
    for place in range(c - job.window, c + job.window + 1):
        if place != c:
            in_at[m] = row_start(words, kept[place] if 0 <= place < count else job.pad)
            m += 1
    return m


@inner_kernel
def join_rows(documents, at, inputs, in_at, m, width, bag):
    """Write a document's row and m words' rows end to end to the bag, and a copy behind."""
    whole = np.uint64(m + 1) * width
    for d in range(np.uint64(0), width, np.uint64(16)):
        row = load(documents, at + d)
        store(bag, d, row)
        store(bag, whole + d, row)
        for i in range(m):
            row, to = load(inputs, in_at[i] + d), np.uint64(i + 1) * width + d
            store(bag, to, row)
            store(bag, whole + to, row)


@inner_kernel
def part_rows(documents, at, inputs, in_at, m, width, bag, learn):
    """Add what each part of the bag has gained to the row it came from."""
    whole = np.uint64(m + 1) * width
    for d in range(np.uint64(0), width, np.uint64(16)):
        store(documents, at + d, add(load(documents, at + d), sub(load(bag, d), load(bag, whole + d))))
        if learn:
            for i in range(m):
                place = np.uint64(i + 1) * width + d
                gained = sub(load(bag, place), load(bag, whole + place))
                store(inputs, in_at[i] + d, add(load(inputs, in_at[i] + d), gained))


@inner_kernel
def prefetch_words(words, outs, job, kept, count, c):
    """Ask for the rows that a centre some words on will want."""
    ahead = c + _AHEAD
    if ahead < count and job.plan.objective == NEGATIVE_SAMPLING:
        row = row_start(outs, kept[ahead])
        for d in range(np.uint64(0), outs.width, np.uint64(16)):
            prefetch(outs.outputs, row + d)
    ahead += job.window
    if ahead < count and job.window > 0:
        row = row_start(words, kept[ahead])
        for d in range(np.uint64(0), words.width, np.uint64(16)):
            prefetch(words.inputs, row + d)


@loop_kernel
def train_words_of(documents, at, words, outs, targets, job, look, kept, where, span, rates, room, signs):
    """Train the document whose row starts at ``at`` on the centres ``span`` of one run of its kept tokens.

    ``look`` is the plan with the window that is looked at. Returns the examples (pairs of a bag and a centre word).
    """
    count, first, last = span
    plan = job.plan
    shared = plan.objective == NEGATIVE_SAMPLING and plan.sharing > 0
    bag_at, examples, found, since, ahead, drawn_for = np.uint64(0), 0, 0, plan.sharing, 0, -1
    slope = (rates[1] - rates[0]) / max(1, last - first)
    for c in range(first, last):
        centre, rate = kept[c], np.float32(rates[0] + slope * (c - first))
        random = chance(plan, where[c])
        m = 0
        if job.mode == CONCAT:
            m = gather_places(words, job, kept, count, c, room.in_at)
        elif job.window > 0:
            m = gather_window(words, look, kept, count, c, random, room.in_at)
        prefetch_words(words, outs, job, kept, count, c)
        if shared and since >= plan.sharing:
            if drawn_for != c:
                ahead = draw_ahead(outs, targets, plan, centre, where[c], room)
            found = ahead
            for j in range(found):
                room.drawn[j] = room.coming[j]
            drawn_for = c + plan.sharing
            if drawn_for < last:
                ahead = draw_ahead(outs, targets, plan, kept[drawn_for], where[drawn_for], room)
            since = 0
        elif plan.objective == NEGATIVE_SAMPLING and not shared:
            found = draw_negatives(
                targets.noise, plan.vocabulary, plan.negatives, np.uint32(centre), random, room.drawn
            )
        since += 1
        if job.mode == DBOW:
            if m > 0 and job.learn:
                train_group(words.inputs, room.in_at, m, outs, targets, plan, centre, found, rate, room)
                examples += m
            single_step(documents, at, outs, targets, plan, centre, found, rate, room, signs, job.learn)
        elif job.mode == CONCAT:
            join_rows(documents, at, words.inputs, room.in_at, m, words.width, room.bag)
            single_step(room.bag, bag_at, outs, targets, plan, centre, found, rate, room, signs, job.learn)
            part_rows(documents, at, words.inputs, room.in_at, m, words.width, room.bag, job.learn)
        else:
            share = np.float32(1.0) / np.float32(m + 1) if job.mode == MEAN else np.float32(1.0)
            gather_bag(documents, at, words.inputs, room.in_at, m, words.width, share, room.bag)
            single_step(room.bag, bag_at, outs, targets, plan, centre, found, rate, room, signs, job.learn)
            spread_bag(documents, at, words.inputs, room.in_at, m, words.width, room.bag, job.learn)
        examples += 1
    return examples


@inner_kernel
def reseeded(plan, window, seed):
    """Copy a plan with another window and seed; room is kept for whole sixes of outputs."""
    return Plan(
        plan.architecture, plan.objective, window, plan.shrink, plan.negatives, plan.sharing, plan.vocabulary,
        plan.longest, seed,
    )  # fmt: skip


@kernel
def train_range(text, documents, words, outs, targets, job, first, last, rates):
    """Train on the tokens [first, last) of a corpus of documents.

    Parameters
    ----------
    text : Text
        Its sentences are the documents; some may be empty.
    documents : (n_documents * width,) float32
        Their rows, end to end.
    words, outs : Weights
        With the rows of words that go into bags, and with the outputs; different only for CONCAT, whose outputs are
        as wide as the whole bag.
    targets : Targets
    job : Job
    first, last : int64
        Positions in ``text.ids``.
    rates : (float64, float64)
        Learning rate at the first and after the last token.

    Returns
    -------
    loss : float64
        Sum over examples.
    examples : int64
    """
    room, look = make_room(job.plan, outs.width), reseeded(job.plan, job.window, job.plan.seed)
    signs = np.zeros(job.plan.longest + 32, np.float32)
    kept = np.empty(last - first + 2 * job.window + 1, np.int32)
    where = np.empty(len(kept), np.int64)
    document = np.searchsorted(text.offsets, first, side="right") - 1
    examples = 0
    slope = (rates[1] - rates[0]) / max(1, last - first)
    begin = merged = first
    while begin < last:
        while text.offsets[document + 1] <= begin:
            document += 1
        end = min(last, text.offsets[document + 1], merged + _MERGE_EVERY)
        span = keep_tokens(text, document, begin, end, job.window, job.plan.seed, kept, where)
        part = (rates[0] + slope * (begin - first), rates[0] + slope * (end - first))
        at = np.uint64(document) * words.width
        examples += train_words_of(
            documents, at, words, outs, targets, job, look, kept, where, span, part, room, signs
        )
        begin = end
        if begin - merged >= _MERGE_EVERY or begin == last:
            merged = begin
            merge_rows(words.inputs, words.seen_inputs, words)
            merge_rows(outs.outputs, outs.seen_outputs, outs)
    return room.tally[0] - math.log(room.tally[1]), examples


@inner_kernel
def text_key(ids, first, last, seed):
    """Hash the words [first, last) with a seed: what chance follows in inference."""
    key = mix(seed)
    for i in range(first, last):
        key = mix(key ^ np.uint64(ids[i]))
    return key


@kernel
def infer_range(text, documents, dim, words, outs, targets, job, first, last, epochs, rates):
    """Train the rows of the documents [first, last) alone, each by itself from a start of its own.

    Parameters
    ----------
    text, documents, words, outs, targets
        As in `train_range`.
    dim : int64
        Columns in use.
    job : Job
        Its ``learn`` is 0. A row depends on the seed of its plan and on the document's words, nothing else.
    first, last : int64
        Documents.
    epochs : int64
    rates : (float64, float64)
        Learning rates at the first and after the last token of all epochs.
    """
    room = make_room(job.plan, outs.width)
    signs = np.zeros(job.plan.longest + 32, np.float32)
    longest = 0
    for document in range(first, last):
        longest = max(longest, text.offsets[document + 1] - text.offsets[document])
    kept = np.empty(longest + 2 * job.window + 1, np.int32)
    where = np.empty(len(kept), np.int64)
    key, bounds = np.empty(1, np.uint64), np.zeros(2, np.int64)
    slope = (rates[1] - rates[0]) / epochs
    for document in range(first, last):
        begin, end = text.offsets[document], text.offsets[document + 1]
        if begin == end:
            continue
        key[0] = text_key(text.ids, begin, end, job.plan.seed)
        fill_rows(documents, document, key, dim, words.width, job.plan.seed)
        own, bounds[1] = Text(text.ids[begin:end], bounds, text.keep), end - begin
        for epoch in range(epochs):
            seed = mix(key[0] + np.uint64(epoch))
            span = keep_tokens(own, 0, 0, end - begin, job.window, seed, kept, where)
            now = Job(reseeded(job.plan, job.plan.window, seed), job.mode, job.window, job.pad, job.learn)
            part = (rates[0] + slope * epoch, rates[0] + slope * (epoch + 1))
            train_words_of(
                documents, np.uint64(document) * words.width, words, outs, targets, now,
                reseeded(job.plan, job.window, seed), kept, where, span, part, room, signs,
            )  # fmt: skip


def is_compiled():
    """Tell whether the kernels are on disk, so that training starts at once."""
    return is_on_disk(train_range)
