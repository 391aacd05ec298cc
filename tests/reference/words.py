"""Slow, readable twin of the word-vector kernels: plain Python integers and float64 matrices, one pair at a time."""

import heapq
import math

import numpy as np

BITS = (1 << 64) - 1


def mix(key):
    z = (key * 0x9E3779B97F4A7C15) & BITS
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & BITS
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & BITS
    return z ^ (z >> 31)


def survives(position, seed, threshold):
    return mix(position ^ seed) >> 32 <= threshold


def draw_negatives(noise, vocabulary, wanted, target, state):
    drawn = []
    for _ in range(wanted * 4 if wanted < vocabulary else wanted * 16):
        if len(drawn) == wanted:
            break
        state ^= (state << 13) & BITS
        state ^= state >> 7
        state ^= (state << 17) & BITS
        word = int(noise[(state >> 24) % len(noise)])
        if word != target and word not in drawn:
            drawn.append(word)
    return drawn


def sigmoid(x):
    return 1 / (1 + math.exp(-max(-8.0, min(8.0, x))))


def logistic_step(inputs, outputs, signs, rate):
    """Move two lists of rows in place; returns the loss."""
    scores = np.array([[float(a @ b) for b in outputs] for a in inputs])
    right = np.array([[sigmoid(s * x) for s, x in zip(signs, row)] for row in scores])
    gradients = rate * np.array(signs)[None, :] * (1 - right)
    moved_in = [sum(g * b for g, b in zip(row, outputs)) for row in gradients]
    moved_out = [sum(g * a for g, a in zip(column, inputs)) for column in gradients.T]
    for row, move in zip([*inputs, *outputs], [*moved_in, *moved_out]):
        row += move
    return -float(np.log(right).sum())


def softmax_step(inputs, outputs, target, rate):
    scores = np.array(inputs) @ outputs.T
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    loss = -float(np.log(chances[:, target]).sum())
    gradients = -rate * chances
    gradients[:, target] += rate
    moved_in, moved_out = gradients @ outputs, gradients.T @ np.array(inputs)
    for row, move in zip(inputs, moved_in):
        row += move
    outputs += moved_out
    return loss


def train(sentences, thresholds, inputs, outputs, noise, paths, plan, rates):
    """Train on whole sentences (lists of ids); ``plan`` is a dict. Returns loss sum and examples."""
    total = sum(len(s) for s in sentences)
    slope = (rates[1] - rates[0]) / total
    loss, examples, start = 0.0, 0, 0
    for sentence in sentences:
        kept = [(i, w) for i, w in enumerate(sentence, start) if survives(i, plan["seed"], int(thresholds[w]))]
        begin, end = rates[0] + slope * start, rates[0] + slope * (start + len(sentence))
        since, found = plan["sharing"], []
        for c, (position, centre) in enumerate(kept):
            rate = begin + (end - begin) / len(kept) * c
            random = mix(position ^ ((plan["seed"] + 0xA5A5A5A5) & BITS))
            reach = plan["window"]
            if plan["shrink"]:
                reach -= ((random >> 40) * plan["window"]) >> 24
            context = [w for _, w in kept[max(0, c - reach) : c]] + [w for _, w in kept[c + 1 : c + reach + 1]]
            if not context:
                continue
            if plan["objective"] == "negative_sampling" and plan["sharing"]:
                if since >= plan["sharing"]:
                    found = draw_negatives(noise, plan["vocabulary"], plan["negatives"] + 1, centre, random)
                    since = 0
                since += 1
            groups = [context]
            if plan["objective"] == "negative_sampling" and not plan["sharing"]:
                groups = [context] if plan["architecture"] == "cbow" else [[w] for w in context]
            for group in groups:
                if plan["objective"] == "negative_sampling" and not plan["sharing"]:
                    random = random if plan["architecture"] == "cbow" else mix(random)
                    found = draw_negatives(noise, plan["vocabulary"], plan["negatives"], centre, random)
                loss += _group(group, centre, found, inputs, outputs, paths, plan, rate)
            examples += 1 if plan["architecture"] == "cbow" else len(context)
        start += len(sentence)
    return loss, examples


def _group(context, centre, found, inputs, outputs, paths, plan, rate):
    if plan["architecture"] == "cbow":
        mean = np.mean([inputs[w] for w in context], axis=0)
        rows = [mean.copy()]
    else:
        rows = [inputs[w] for w in context]
    if plan["objective"] == "softmax":
        loss = softmax_step(rows, outputs, centre, rate)
    else:
        if plan["objective"] == "hierarchical_softmax":
            path = slice(paths.offsets[centre], paths.offsets[centre + 1])
            chosen, signs = paths.nodes[path].tolist(), paths.signs[path].tolist()
        else:
            negatives = [w for w in found if w != centre][: plan["negatives"]]
            chosen, signs = [centre, *negatives], [1.0] + [-1.0] * len(negatives)
        loss = logistic_step(rows, [outputs[o] for o in chosen], signs, rate)
    if plan["architecture"] == "cbow":
        for w in context:
            inputs[w] += rows[0] - mean
    return loss


def huffman_cost(counts):
    """Total weighted path length of an optimal tree, by the heap of the textbooks."""
    heap, cost = [int(c) for c in counts], 0
    heapq.heapify(heap)
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        cost += joined
        heapq.heappush(heap, joined)
    return cost
