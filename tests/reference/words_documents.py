"""Slow, readable twin of the paragraph-vector kernels: plain Python integers and float64 matrices."""

import runpy
from pathlib import Path

import numpy as np

BITS = (1 << 64) - 1
_words = runpy.run_path(str(Path(__file__).with_name("words.py")))
mix, survives, draw_negatives = _words["mix"], _words["survives"], _words["draw_negatives"]
logistic_step = _words["logistic_step"]


def chance(position, seed):
    return mix(position ^ ((seed + 0xA5A5A5A5) & BITS))


def train(documents, thresholds, model, targets, plan, rates, seed):
    """Train on whole documents (lists of ids), in place.

    ``model``: documents, inputs and outputs, float64; outputs are flat rows. ``targets``: (noise, paths). ``plan``:
    mode, objective, window, shrink, negatives, sharing, vocabulary. Returns loss sum and examples.
    """
    slope = (rates[1] - rates[0]) / sum(len(d) for d in documents)
    loss, examples, start = 0.0, 0, 0
    for number, document in enumerate(documents):
        ends = rates[0] + slope * start, rates[0] + slope * (start + len(document))
        done = train_document(model["documents"][number], document, start, thresholds, model, targets, plan, ends, seed)
        loss, examples, start = loss + done[0], examples + done[1], start + len(document)
    return loss, examples


def infer(document, thresholds, model, targets, plan, rates, seed, epochs, dim):
    """Start and train the row of one new document; words and outputs stay."""
    key = mix(seed)
    for word in document:
        key = mix(key ^ word)
    row = first_row(key, seed, dim)
    frozen = {"inputs": model["inputs"].copy(), "outputs": model["outputs"].copy()}
    slope = (rates[1] - rates[0]) / epochs
    for epoch in range(epochs):
        ends = rates[0] + slope * epoch, rates[0] + slope * (epoch + 1)
        own = {name: matrix.copy() for name, matrix in frozen.items()}
        train_document(
            row, document, 0, thresholds, own, targets, plan | {"restore": frozen}, ends, mix((key + epoch) & BITS)
        )
    return row


def first_row(key, seed, dim):
    state, row = mix(key ^ mix(seed)), []
    for d in range(dim):
        state = mix((state + d) & BITS)
        row.append(((state >> 11) / 2**53 - 0.5) / dim)
    return np.array(row)


def train_document(row, document, start, thresholds, model, targets, plan, rates, seed):
    """One document at positions from ``start``; with ``plan["restore"]`` words are put back after every step."""
    kept = [(i, w) for i, w in enumerate(document, start) if survives(i, seed, int(thresholds[w]))]
    noise, paths = targets
    loss, examples, since, found = 0.0, 0, plan["sharing"], []
    for c, (position, centre) in enumerate(kept):
        rate = rates[0] + (rates[1] - rates[0]) / len(kept) * c
        random = chance(position, seed)
        context = company(kept, c, random, plan)
        if plan["objective"] == "negative_sampling":
            if plan["sharing"] == 0:
                found = draw_negatives(noise, plan["vocabulary"], plan["negatives"], centre, random)
            elif since >= plan["sharing"]:
                found, since = draw_negatives(noise, plan["vocabulary"], plan["negatives"] + 1, centre, random), 0
            since += 1
            negatives = [w for w in found if w != centre][: plan["negatives"]]
            chosen, signs = [centre, *negatives], [1.0] + [-1.0] * len(negatives)
        else:
            path = slice(paths.offsets[centre], paths.offsets[centre + 1])
            chosen, signs = paths.nodes[path].tolist(), paths.signs[path].tolist()
        outputs, inputs = [model["outputs"][o] for o in chosen], [model["inputs"][w] for w in context]
        if plan["mode"] == "dbow" and context and "restore" not in plan:
            loss += logistic_step(inputs, outputs, signs, rate)
            examples += len(context)
        loss += bag_step(row, [] if plan["mode"] == "dbow" else inputs, outputs, signs, rate, plan["mode"])
        examples += 1
        for name, matrix in plan.get("restore", {}).items():
            model[name][:] = matrix
    return loss, examples


def company(kept, c, random, plan):
    """The words around, of which those beyond the ends are the pad for "concat" and missing else."""
    reach = plan["window"]
    if plan["mode"] == "concat":
        places = [p for p in range(c - reach, c + reach + 1) if p != c]
        return [kept[p][1] if 0 <= p < len(kept) else plan["vocabulary"] for p in places]
    if plan["shrink"]:
        reach -= ((random >> 40) * plan["window"]) >> 24
    return [w for _, w in kept[max(0, c - reach) : c]] + [w for _, w in kept[c + 1 : c + reach + 1]]


def bag_step(row, inputs, outputs, signs, rate, mode):
    """Put a document's row and words' rows together, step, and give every row what the bag (or its part) gained."""
    rows = [row, *inputs]
    if mode == "concat":
        bag = np.concatenate(rows)
    else:
        bag = np.sum(rows, axis=0) / (len(rows) if mode == "mean" else 1)
    before = bag.copy()
    loss = logistic_step([bag], outputs, signs, rate)
    gained = bag - before
    parts = np.split(gained, len(rows)) if mode == "concat" else [gained] * len(rows)
    for one, part in zip(rows, parts):
        one += part
    return loss
