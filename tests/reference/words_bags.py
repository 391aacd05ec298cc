"""Slow, readable twin of the bag kernels: skip-gram and CBOW over subwords; float64, row by row."""

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


class Ring:
    """Bags of the tokens [left, entered): (as it was gathered, as it is), both float64."""

    def __init__(self, inputs, bags, kept, start, places):
        self.inputs, self.bags, self.kept, self.places = inputs, bags, kept, places
        self.left = self.entered = start
        self.held = {}

    def enter(self):
        if self.entered - self.left == self.places:
            self.leave()
        mean = np.mean([self.inputs[row] for row in self.bags[self.kept[self.entered][1]]], axis=0)
        self.held[self.entered] = mean, mean.copy()
        self.entered += 1

    def leave(self):
        before, now = self.held.pop(self.left)
        for row in self.bags[self.kept[self.left][1]]:
            self.inputs[row] += now - before
        self.left += 1


def step(ring, context, centre, found, outputs, plan, rate):
    """Train the bags of the tokens ``context`` on one word; returns the loss."""
    chosen = [centre, *[w for w in found if w != centre][: plan["negatives"]]]
    signs, rows = [1.0] + [-1.0] * (len(chosen) - 1), [ring.held[at][1] for at in context]
    if plan["architecture"] != "cbow":
        return words.logistic_step(rows, [outputs[o] for o in chosen], signs, rate)
    sizes = [len(ring.bags[ring.kept[at][1]]) for at in context]
    mean = np.average(rows, axis=0, weights=sizes)
    bag = mean.copy()
    loss = words.logistic_step([bag], [outputs[o] for o in chosen], signs, rate)
    for row in rows:
        row += bag - mean
    return loss


def train(sentences, thresholds, bags, inputs, outputs, noise, plan, rates):
    """Train on whole sentences; ``bags`` lists the input rows of every word. Returns loss sum and examples."""
    slope = (rates[1] - rates[0]) / sum(len(s) for s in sentences)
    loss, examples, start = 0.0, 0, 0
    for sentence in sentences:
        kept = [(i, w) for i, w in enumerate(sentence, start) if words.survives(i, plan["seed"], int(thresholds[w]))]
        begin, end = rates[0] + slope * start, rates[0] + slope * (start + len(sentence))
        since, found = plan["sharing"], []
        ring = Ring(inputs, bags, kept, 0, 2 * plan["window"] + 1)
        for c, (position, centre) in enumerate(kept):
            while ring.entered < min(len(kept), c + plan["window"] + 1):
                ring.enter()
            rate = begin + (end - begin) / len(kept) * c
            random = words.mix(position ^ ((plan["seed"] + 0xA5A5A5A5) & words.BITS))
            reach = plan["window"]
            if plan["shrink"]:
                reach -= ((random >> 40) * plan["window"]) >> 24
            context = [at for at in range(max(0, c - reach), min(len(kept), c + reach + 1)) if at != c]
            if not context:
                continue
            cbow = plan["architecture"] == "cbow"
            if plan["sharing"] and since >= plan["sharing"]:
                found = words.draw_negatives(noise, plan["vocabulary"], plan["negatives"] + 1, centre, random)
                since = 0
            since += 1
            for group in [context] if cbow or plan["sharing"] else [[at] for at in context]:
                if not plan["sharing"]:
                    random = random if cbow else words.mix(random)
                    found = words.draw_negatives(noise, plan["vocabulary"], plan["negatives"], centre, random)
                loss += step(ring, group, centre, found, outputs, plan, rate)
            examples += 1 if cbow else len(context)
        while ring.left < ring.entered:
            ring.leave()
        start += len(sentence)
    return loss, examples
