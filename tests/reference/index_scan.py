"""Slow readable twins of the scans of vicinal.index: one row and one query at a time."""

from __future__ import annotations

import math


def best(scores, keep):
    """Rows of the ``keep`` largest scores, equal ones by row."""
    return sorted(range(len(scores)), key=lambda row: (-scores[row], row))[:keep]


def float_scores(query, rows, euclidean):
    """Dot products, less half the square of the row's length where distances are ranked."""
    return [
        sum(a * b for a, b in zip(query, row, strict=True)) - euclidean * sum(b * b for b in row) / 2 for row in rows
    ]


def int8_codes(row):
    """Codes from -127 to 127 and the scale: the largest number becomes 127."""
    scale = max(abs(x) for x in row) / 127
    return [round(x / scale) if scale else 0 for x in row], scale


def byte_scores(query, rows, euclidean):
    """Scores of the codes, in units of the query's scale."""
    asked, unit = int8_codes(query)
    found = []
    for row in rows:
        codes, scale = int8_codes(row)
        half = euclidean * sum(x * x for x in row) / 2 / unit if unit else 0.0
        found.append(scale * sum(a * b for a, b in zip(asked, codes, strict=True)) - half)
    return found


def signs(row, centre):
    """Whether each number lies above the centre."""
    return [x > c for x, c in zip(row, centre, strict=True)]


def bit_scores(query, rows, metric):
    """Minus the number of differing signs; for dot and euclidean, the estimate of the product that they give."""
    dim, n = len(query), len(rows)
    centre = [sum(row[d] for row in rows) / n for d in range(dim)]
    asked = signs(query, [0.0] * dim if metric == "dot" else centre)
    away = math.dist(query, [0.0] * dim if metric == "dot" else centre)
    found = []
    for row in rows:
        differing = sum(a != b for a, b in zip(asked, signs(row, centre), strict=True))
        length = math.dist(row, centre)
        score = -differing if metric == "cosine" else length * (dim / 2 - differing)
        if metric == "euclidean" and away:
            score -= length**2 / 2 * dim / (math.pi * away)
        found.append(score)
    return found


def hamming(a, b):
    """Bits in which two lists of bytes differ."""
    return sum((x ^ y).bit_count() for x, y in zip(a, b, strict=True))


def nearest_centre(row, centres):
    """Place of the nearest centre, the first of equally near ones."""
    return min(range(len(centres)), key=lambda place: (math.dist(row, centres[place]), place))
