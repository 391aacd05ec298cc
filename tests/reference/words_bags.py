"""Slow, readable twin of the bag kernels: fastText's skip-gram and CBOW over subwords, Doc2Vec; float64, row by row."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np

words = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "words.py")))


def subwords(word, min_n, max_n):
    """The definition: all runs of min_n to max_n characters of "<word>", but neither mark alone."""
    text = f"<{word}>"
    spans = [(i, i + n) for i in range(len(text)) for n in range(min_n, max_n + 1) if i + n <= len(text)]
    return [text[i:j] for i, j in spans if (i, j) not in ((0, 1), (len(text) - 1, len(text)))]


def fnv1a(data):
    state = 2166136261
    for byte in data:
        signed = byte - 256 if byte > 127 else byte
        state = ((state ^ (signed % 2**32)) * 16777619) % 2**32
    return state


def contrast(bag, positives, drawn, outputs, negatives, rate):
    """Move one bag and the output rows; a negative counts once for every positive. Returns the loss."""
    chosen = [w for w in drawn if w not in positives][:negatives]
    rows, signs = [*positives, *chosen], [1] * len(positives) + [-1] * len(chosen)
    before, loss, moves = bag.copy(), 0.0, []
    for row, sign in zip(rows, signs):
        right = words.sigmoid(sign * float(before @ outputs[row]))
        weight = 1 if sign > 0 else len(positives)
        gradient = rate * sign * (1 - right) * weight
        bag += gradient * outputs[row]
        moves.append(gradient * before)
        loss -= np.log(right)
    for row, move in zip(rows, moves):
        outputs[row] += move
    return loss


def distinct(items):
    return list(dict.fromkeys(items))


def train(sentences, thresholds, bags, inputs, outputs, noise, plan, rates):
    """Train on whole sentences; ``bags`` lists the input rows of every word. Returns loss sum and examples."""
    slope = (rates[1] - rates[0]) / sum(len(s) for s in sentences)
    loss, examples, start = 0.0, 0, 0
    for sentence in sentences:
        kept = [(i, w) for i, w in enumerate(sentence, start) if words.survives(i, plan["seed"], int(thresholds[w]))]
        begin, end = rates[0] + slope * start, rates[0] + slope * (start + len(sentence))
        since, found = plan["sharing"], []
        for c, (position, centre) in enumerate(kept):
            rate = begin + (end - begin) / len(kept) * c
            random = words.mix(position ^ ((plan["seed"] + 0xA5A5A5A5) & words.BITS))
            reach = plan["window"]
            if plan["shrink"]:
                reach -= ((random >> 40) * plan["window"]) >> 24
            context = [w for _, w in kept[max(0, c - reach) : c]] + [w for _, w in kept[c + 1 : c + reach + 1]]
            if not context:
                continue
            if since >= plan["sharing"]:
                found = words.draw_negatives(noise, plan["vocabulary"], plan["negatives"] + 3, centre, random)
                since = 0
            since += 1
            cbow = plan["architecture"] == "cbow"
            rows = [row for w in context for row in bags[w]] if cbow else bags[centre]
            mean = np.mean([inputs[row] for row in rows], axis=0)
            bag = mean.copy()
            if cbow:
                negatives = [w for w in found if w != centre][: plan["negatives"]]
                signs = [1.0] + [-1.0] * len(negatives)
                loss += words.logistic_step([bag], [outputs[o] for o in [centre, *negatives]], signs, rate)
                examples += 1
            else:
                positives = distinct(context)
                loss += contrast(bag, positives, found, outputs, plan["negatives"], rate)
                examples += len(positives)
            for row in rows:
                inputs[row] += bag - mean
        start += len(sentence)
    return loss, examples
