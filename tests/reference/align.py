"""Slow, readable twins of the align room: one row at a time, float64."""

import numpy as np


def cosine(x, y):
    lengths = np.linalg.norm(x) * np.linalg.norm(y)
    return float(x @ y / lengths) if lengths > 0 else 0.0


def crowding(vector, others, k):
    """Mean cosine to the k nearest of the others."""
    nearest = sorted((cosine(vector, other) for other in others), reverse=True)[:k]
    return sum(nearest) / len(nearest)


def csls(sources, targets, k):
    """Conneau et al. 2018, equation 3, for every source and target."""
    r_target = [crowding(x, targets, k) for x in sources]
    r_source = [crowding(y, sources, k) for y in targets]
    return np.array(
        [[2 * cosine(x, y) - r_target[i] - r_source[j] for j, y in enumerate(targets)] for i, x in enumerate(sources)]
    )


def best_dictionary(left, right, least):
    """Word pairs that are each other's best by the Dice coefficient of the sentences they stand in.

    ``left`` and ``right`` are lists of sentences (lists of words) that translate each other, one for one.
    """
    both, one, other = {}, {}, {}
    for a_words, b_words in zip(left, right, strict=True):
        for a in set(a_words):
            one[a] = one.get(a, 0) + 1
        for b in set(b_words):
            other[b] = other.get(b, 0) + 1
        for a in set(a_words):
            for b in set(b_words):
                both[a, b] = both.get((a, b), 0) + 1
    dice = {pair: 2 * n / (one[pair[0]] + other[pair[1]]) for pair, n in both.items() if n >= least}
    forward, backward = {}, {}
    for (a, b), value in dice.items():
        if value > forward.get(a, (0.0, ""))[0]:
            forward[a] = (value, b)
        if value > backward.get(b, (0.0, ""))[0]:
            backward[b] = (value, a)
    return [(a, b) for a, (_, b) in forward.items() if backward[b][1] == a]
