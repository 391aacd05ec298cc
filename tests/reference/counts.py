"""Slow, readable twins of the counting encoders: dictionaries and loops."""

import math
from collections import Counter

import numpy as np


def ngrams(tokens, ngram_range):
    low, high = ngram_range
    return [" ".join(tokens[at : at + n]) for n in range(low, high + 1) for at in range(len(tokens) - n + 1)]


def tfidf(documents, *, ngram_range=(1, 1), binary=False, sublinear_tf=False, use_idf=True, smooth_idf=True, norm="l2"):
    """Return the terms by spelling, and one list of weights a document."""
    counted = [Counter(ngrams(tokens, ngram_range)) for tokens in documents]
    terms = sorted(set().union(*counted))
    having = {term: sum(term in counts for counts in counted) for term in terms}
    extra = 1 if smooth_idf else 0
    rows = []
    for counts in counted:
        row = []
        for term in terms:
            weight = float(min(counts[term], 1) if binary else counts[term])
            if sublinear_tf and weight:
                weight = 1 + math.log(weight)
            if use_idf:
                weight *= math.log((len(documents) + extra) / (having[term] + extra)) + 1
            row.append(weight)
        size = {"l1": sum(row), "l2": math.sqrt(sum(w * w for w in row)), None: 1.0}[norm]
        rows.append([w / size if size else 0.0 for w in row])
    return terms, rows


def count_pairs(sentences, vocabulary, window, weighting):
    """Count neighbours in both directions: (n, n) float64."""
    number = {word: at for at, word in enumerate(vocabulary)}
    table = np.zeros((len(number), len(number)))
    for sentence in sentences:
        for at, word in enumerate(sentence):
            for distance in range(1, window + 1):
                if at + distance < len(sentence):
                    weight = 1 / distance if weighting == "harmonic" else 1.0
                    a, b = number[word], number[sentence[at + distance]]
                    table[a, b] += weight
                    table[b, a] += weight
    return table


def positive_pmi(counts, shift=1.0, context_exponent=1.0):
    """Weigh a table of counts one cell at a time, in nats."""
    counts = np.asarray(counts, float)
    smoothed = [sum(column) ** context_exponent if sum(column) else 0.0 for column in counts.T]
    out = np.zeros(counts.shape)
    for w, row in enumerate(counts):
        for c, count in enumerate(row):
            if count > 0:
                chance = sum(row) * smoothed[c] / sum(smoothed)
                out[w, c] = max(0.0, math.log(count / chance) - math.log(shift))
    return out


def factorized(table, dim, singular_exponent):
    """Word vectors from the full decomposition; their signs are open, so compare products of rows."""
    left, values, _ = np.linalg.svd(table)
    return left[:, :dim] * values[:dim] ** singular_exponent
