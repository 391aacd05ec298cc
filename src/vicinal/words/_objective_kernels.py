# mypy: ignore-errors
"""The step every model of this room ends in: a few input rows against a few output rows.

A group is m input rows and n output rows. Their m × n scores are one small matrix product; each score should be large
where the pair belongs together (sign +1) and small where it does not (sign -1); then both sides move, each by the
values the other had before the step:

    p_ij = sigmoid(sign_ij · in_i · out_j)          the probability given to the right answer
    g_ij = rate · sign_ij · (1 - p_ij)
    in_i += Σ_j g_ij out_j        out_j += Σ_i g_ij in_i        loss -= Σ_ij log p_ij

Negative sampling and hierarchical softmax differ only in which rows are outputs and which signs they carry (Mikolov et
al. 2013; shared negatives: Ji et al. 2016). The full softmax puts its own g_ij between the same two products.

Rows are given by where they start in the flat matrix. Their width is a multiple of 16; see `vicinal._vectors`.
"""

from __future__ import annotations

import math

import numpy as np

from vicinal._vectors import add, div, fma, inner_kernel, least, load, loop_kernel, most, mul, splat, store, sub, totals

_ONE = np.float32(1.0)
_HALF = np.float32(0.5)
_LIMIT = np.float32(8.0)  # beyond it sigmoid is 0 or 1 within 4e-4


@inner_kernel
def score_rows(inputs, in_at, m, outputs, out_at, n, width, scores):
    """Write ``scores[i * n + j] = inputs row i · outputs row j``, in tiles of 2 × 3 held in registers.

    n is a multiple of 3: shorter groups are filled up with a row of zeros whose sign is 0.
    """
    zero = splat(np.float32(0.0))
    for i in range(0, m, 2):
        a, b = in_at[i], in_at[min(i + 1, m - 1)]
        for j in range(0, n, 3):
            p, q, r = out_at[j], out_at[j + 1], out_at[j + 2]
            ap, aq, ar, bp, bq, br = zero, zero, zero, zero, zero, zero
            for d in range(np.uint64(0), width, np.uint64(16)):
                x, y = load(inputs, a + d), load(inputs, b + d)
                u, v, w = load(outputs, p + d), load(outputs, q + d), load(outputs, r + d)
                ap, aq, ar = fma(x, u, ap), fma(x, v, aq), fma(x, w, ar)
                bp, bq, br = fma(y, u, bp), fma(y, v, bq), fma(y, w, br)
            sums = totals(ap, aq, ar, bp, bq, br)
            at = i * n + j
            scores[at], scores[at + 1], scores[at + 2] = sums[0], sums[1], sums[2]
            if i + 1 < m:
                scores[at + n], scores[at + n + 1], scores[at + n + 2] = sums[3], sums[4], sums[5]


@inner_kernel
def sigmoid16(x):
    """Sigmoid of 16 floats, held to (-8, 8), within 1e-6: half of 1 + tanh(x / 2), tanh by the rational function whose
    coefficients the Eigen library publishes.
    """
    half = mul(most(least(x, splat(_LIMIT)), splat(-_LIMIT)), splat(_HALF))
    s = mul(half, half)
    top = splat(np.float32(-2.76076847742355e-16))
    top = fma(top, s, splat(np.float32(2.00018790482477e-13)))
    top = fma(top, s, splat(np.float32(-8.60467152213735e-11)))
    top = fma(top, s, splat(np.float32(5.12229709037114e-08)))
    top = fma(top, s, splat(np.float32(1.48572235717979e-05)))
    top = fma(top, s, splat(np.float32(6.37261928875436e-04)))
    top = fma(top, s, splat(np.float32(4.89352455891786e-03)))
    low = splat(np.float32(1.19825839466702e-06))
    low = fma(low, s, splat(np.float32(1.18534705686654e-04)))
    low = fma(low, s, splat(np.float32(2.26843463243900e-03)))
    low = fma(low, s, splat(np.float32(4.89352518554385e-03)))
    return fma(div(mul(half, top), low), splat(_HALF), splat(_HALF))


@inner_kernel
def logistic_gradients(scores, signs, count, rate, right, tally):
    """Turn scores into g_ij in place and count the loss.

    A logarithm a pair would cost more than the pair: probabilities are multiplied, in four chains, and a logarithm is
    taken only when the product grows small. The loss so far is ``tally[0] - log(tally[1])``. Arrays reach 16 beyond
    ``count``; a sign of 0 makes g_ij 0.
    """
    for at in range(np.uint64(0), np.uint64(count), np.uint64(16)):
        sign = load(signs, at)
        p = sigmoid16(mul(sign, load(scores, at)))
        store(right, at, p)
        store(scores, at, mul(mul(splat(rate), sign), sub(splat(_ONE), p)))
    for at in range(count, (count + 3) // 4 * 4):
        right[at] = _ONE
    a, b, c, d = tally[1], 1.0, 1.0, 1.0
    for at in range(0, count, 4):
        a, b, c, d = a * right[at], b * right[at + 1], c * right[at + 2], d * right[at + 3]
        if at % 64 == 60:  # 16 factors a chain: 3e-4 to the 16th is 4e-57
            tally[0] -= math.log((a * b) * (c * d))
            a, b, c, d = 1.0, 1.0, 1.0, 1.0
    product = (a * b) * (c * d)
    if product < 1e-60:
        tally[0] -= math.log(product)
        product = 1.0
    tally[1] = product


@inner_kernel
def update_rows(inputs, in_at, m, outputs, out_at, n, width, gradients, before):
    """Move both sides by the values from before the step; outputs by sixes, held in registers over all inputs.

    ``before`` keeps 16 columns of the inputs unless all outputs are done in one pass.
    """
    for d in range(np.uint64(0), width, np.uint64(16)):
        if n != 6:
            for i in range(m):
                store(before, np.uint64(i) * np.uint64(16), load(inputs, in_at[i] + d))
        for j in range(0, n - 5, 6):
            _move_six(inputs, in_at, m, outputs, out_at, n, d, gradients, before, j)
        if n % 6:
            _move_three(inputs, in_at, m, outputs, out_at, n, d, gradients, before, n - 3)


@inner_kernel
def _move_six(inputs, in_at, m, outputs, out_at, n, d, gradients, before, j):
    a, b, c = out_at[j] + d, out_at[j + 1] + d, out_at[j + 2] + d
    e, f, g = out_at[j + 3] + d, out_at[j + 4] + d, out_at[j + 5] + d
    oa, ob, oc, oe, of, og = (
        load(outputs, a), load(outputs, b), load(outputs, c), load(outputs, e), load(outputs, f), load(outputs, g)
    )  # fmt: skip
    na, nb, nc, ne, nf, ng = oa, ob, oc, oe, of, og
    for i in range(m):
        at = i * n + j
        y = load(inputs, in_at[i] + d)
        x = load(before, np.uint64(i) * np.uint64(16)) if n != 6 else y
        ga, gb, gc = splat(gradients[at]), splat(gradients[at + 1]), splat(gradients[at + 2])
        ge, gf, gg = splat(gradients[at + 3]), splat(gradients[at + 4]), splat(gradients[at + 5])
        y = fma(ga, oa, fma(gb, ob, fma(gc, oc, y)))
        z = fma(ge, oe, fma(gf, of, mul(gg, og)))
        na, nb, nc = fma(ga, x, na), fma(gb, x, nb), fma(gc, x, nc)
        ne, nf, ng = fma(ge, x, ne), fma(gf, x, nf), fma(gg, x, ng)
        store(inputs, in_at[i] + d, add(y, z))
    store(outputs, a, na)
    store(outputs, b, nb)
    store(outputs, c, nc)
    store(outputs, e, ne)
    store(outputs, f, nf)
    store(outputs, g, ng)


@inner_kernel
def _move_three(inputs, in_at, m, outputs, out_at, n, d, gradients, before, j):
    a, b, c = out_at[j] + d, out_at[j + 1] + d, out_at[j + 2] + d
    oa, ob, oc = load(outputs, a), load(outputs, b), load(outputs, c)
    na, nb, nc = oa, ob, oc
    for i in range(m):
        at = i * n + j
        x = load(before, np.uint64(i) * np.uint64(16))
        ga, gb, gc = splat(gradients[at]), splat(gradients[at + 1]), splat(gradients[at + 2])
        na, nb, nc = fma(ga, x, na), fma(gb, x, nb), fma(gc, x, nc)
        y = load(inputs, in_at[i] + d)
        store(inputs, in_at[i] + d, fma(ga, oa, fma(gb, ob, fma(gc, oc, y))))
    store(outputs, a, na)
    store(outputs, b, nb)
    store(outputs, c, nc)


@inner_kernel
def logistic_step(inputs, in_at, m, outputs, out_at, n, width, rate, room):
    """One step of negative sampling or hierarchical softmax by ``room.signs``."""
    score_rows(inputs, in_at, m, outputs, out_at, n, width, room.scores)
    logistic_gradients(room.scores, room.signs, m * n, rate, room.right, room.tally)
    update_rows(inputs, in_at, m, outputs, out_at, n, width, room.scores, room.before)


@loop_kernel
def softmax_step(inputs, in_at, m, outputs, out_at, words, width, target, rate, room):
    """One step of the full softmax: every output row is scored, and ``target`` is the right one for every input."""
    n = (words + 2) // 3 * 3
    score_rows(inputs, in_at, m, outputs, out_at, n, width, room.scores)
    for i in range(m):
        row = room.scores[i * n : i * n + words]
        top, mass = row[0], 0.0
        for j in range(words):
            top = max(top, row[j])
        for j in range(words):
            row[j] = math.exp(row[j] - top)
            mass += row[j]
        room.tally[0] -= math.log(max(row[target] / mass, 1e-300))
        for j in range(words):
            row[j] = -rate * np.float32(row[j] / mass)
        row[target] += rate
    update_rows(inputs, in_at, m, outputs, out_at, n, width, room.scores, room.before)
