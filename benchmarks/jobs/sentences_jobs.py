"""Vectors of sentences from one set of word vectors: ours, and gensim with NumPy, each in a process of its own."""

from __future__ import annotations

import csv
import re

import numpy as np
from _answer import answer, seconds_of


def pairs(path: str) -> tuple[list[str], list[str], list[float]]:
    """Sentences and scores of an STS-B file."""
    with open(path, encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row[5] for row in rows], [row[6] for row in rows], [float(row[4]) for row in rows]


def tokens(text: str) -> list[str]:
    """Words as both sides get them."""
    return re.findall(r"[^\W_]+", text.lower())


def _figures(encode, texts, scores, learning: float) -> dict:
    sides = [[tokens(text) for text in side] for side in texts]
    seconds, vectors = seconds_of(lambda: [encode(side) for side in sides])
    lengths = [np.linalg.norm(side, axis=1) for side in vectors]
    products = (vectors[0] * vectors[1]).sum(axis=1)
    similarity = np.divide(products, lengths[0] * lengths[1], out=np.zeros(len(products)), where=products != 0)
    ranks = [np.unique(values, return_inverse=True, return_counts=True)[1:] for values in (similarity, scores)]
    mean_ranks = [(np.cumsum(counts) - (counts - 1) / 2)[places] for places, counts in ranks]
    rho = float(np.corrcoef(*mean_ranks)[0, 1])
    many = [text for side in sides for text in side] * 5
    seconds, _ = seconds_of(lambda: encode(many))
    return {"rho": rho, "seconds": learning + seconds, "texts": len(many)}


def vicinal(words: str, path: str, learn: str, mode: str) -> dict:
    """Vectors by SentenceMean."""
    import vicinal as vc

    space = vc.Space.open(words)
    left, right, scores = pairs(path)
    corpus = [tokens(text) for side in pairs(learn)[:2] for text in side]
    learning, model = seconds_of(lambda: vc.SentenceMean(words=space, mode=mode).fit(corpus))
    return _figures(model.encode, (left, right), scores, learning)


def gensim(words: str, path: str, learn: str, mode: str) -> dict:
    """What users write with gensim's KeyedVectors and NumPy."""
    from gensim.models import KeyedVectors

    model = KeyedVectors.load_word2vec_format(words, binary=True)
    counts = np.load(f"{words}.counts.npy").astype(np.float64)
    left, right, scores = pairs(path)
    corpus = [tokens(text) for side in pairs(learn)[:2] for text in side]
    learning, encode = seconds_of(lambda: _pooling(model, counts, corpus, mode))
    return _figures(encode, (left, right), scores, learning)


def _pooling(model, counts, corpus, mode: str):
    numbers, matrix = model.key_to_index, model.vectors
    weights = np.ones(len(matrix))
    if mode == "tfidf":
        seen = np.zeros(len(matrix))
        for text in corpus:
            seen[[*{numbers[word] for word in text if word in numbers}]] += 1
        weights = np.log((1 + len(corpus)) / (1 + seen)) + 1
    elif mode == "sif":
        weights = 1e-3 / (1e-3 + counts / counts.sum())

    def pool(texts):
        wide = 2 * matrix.shape[1] if mode == "min_max" else matrix.shape[1]
        out = np.zeros((len(texts), wide))
        for at, text in enumerate(texts):
            rows = [numbers[word] for word in text if word in numbers]
            if not rows:
                continue
            if mode == "min_max":
                out[at] = np.concatenate([matrix[rows].min(axis=0), matrix[rows].max(axis=0)])
            elif mode == "sum":
                out[at] = matrix[rows].sum(axis=0)
            else:
                total = weights[rows].sum() if mode == "tfidf" else len(rows)
                out[at] = weights[rows] @ matrix[rows] / total
        return out

    if mode != "sif":
        return pool
    common = np.linalg.svd(pool(corpus), full_matrices=False)[2][0]

    def without_common(texts):
        vectors = pool(texts)
        return vectors - np.outer(vectors @ common, common)

    return without_common


answer(vicinal, gensim)
