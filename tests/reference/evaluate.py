"""Readable twins of the evaluation room: plain loops, no blocks, no shared work."""

from __future__ import annotations

import math

import numpy as np


def cosine(x, y):
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    lengths = math.sqrt(x @ x) * math.sqrt(y @ y)
    return float(x @ y) / lengths if lengths else 0.0


def analogy_scores(matrix, a, b, c, method):
    """Score every row as the answer to a : b :: c, the question's own rows at minus infinity."""
    scores = []
    for row, vector in enumerate(matrix):
        near_a, near_b, near_c = (cosine(vector, matrix[word]) for word in (a, b, c))
        if row in (a, b, c):
            scores.append(-math.inf)
        elif method == "add":
            scores.append(near_b - near_a + near_c)
        else:
            near_a, near_b, near_c = ((1 + near) / 2 for near in (near_a, near_b, near_c))
            scores.append(near_b * near_c / (near_a + 0.001))
    return np.array(scores)


def overlap(a, b, k):
    """Mean share of common k nearest neighbours by cosine, over all rows of two aligned matrices."""
    shares = []
    for row in range(len(a)):
        others = [other for other in range(len(a)) if other != row]
        sets = [set(sorted(others, key=lambda o, m=m: -cosine(m[row], m[o]))[:k]) for m in (a, b)]
        shares.append(len(sets[0] & sets[1]) / k)
    return sum(shares) / len(shares)
