"""Encoders that count, ours and scikit-learn's, each call in a process of its own; one scikit-learn serves both."""

from __future__ import annotations

import gzip
import json

import numpy as np
from _answer import answer, seconds_of


def reviews(path: str, count: int) -> tuple[list[str], np.ndarray]:
    """Labelled film reviews, in an order of chance that is always the same."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    order = np.random.default_rng(0).permutation(len(records))[:count]
    return [records[at]["text"] for at in order], np.array([records[at]["label"] for at in order])


def encoder(name: str, who: str, dim: int, seed: int):
    """Make one of the encoders with the same options on both sides."""
    import vicinal as vc

    options = {"dim": dim, "seed": seed}
    if who == "vicinal":
        return {
            "TfIdf": lambda: vc.TfIdf(min_df=5),
            "LSA": lambda: vc.LSA(min_df=5, **options),
            "RandomProjection, Gaussian": lambda: vc.RandomProjection(**options),
            "RandomProjection, sparse": lambda: vc.RandomProjection(method="sparse", density="auto", **options),
        }[name]()
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection

    tfidf = TfidfVectorizer(min_df=5, dtype=np.float32)
    return {
        "TfIdf": lambda: tfidf,
        "LSA": lambda: make_pipeline(tfidf, TruncatedSVD(dim, n_iter=5, random_state=seed)),
        "RandomProjection, Gaussian": lambda: GaussianRandomProjection(dim, random_state=seed),
        "RandomProjection, sparse": lambda: SparseRandomProjection(dim, dense_output=True, random_state=seed),
    }[name]()


def encode(name: str, who: str, path: str, count: int, dim: int, seed: int = 1) -> dict:
    """Fit and transform all texts, or for a projection their TF-IDF table."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts, _ = reviews(path, count)
    small = encoder(name, who, 2, seed)
    table = None
    if name.startswith("Random"):
        table = TfidfVectorizer(min_df=5, dtype=np.float32).fit_transform(texts)
        small.fit_transform(table[:100])
    else:
        small.fit_transform(texts[:200])  # brings whatever is brought late
    model = encoder(name, who, dim, seed)
    seconds, vectors = seconds_of(lambda: model.fit_transform(texts if table is None else table))
    return {"seconds": seconds, "rows": vectors.shape[0], "columns": vectors.shape[1]}


def classify(name: str, who: str, path: str, count: int, dim: int, seeds: list[int]) -> dict:
    """Accuracy of logistic regression on four fifths of the reviews, measured on the last; a seed has its own split."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    texts, labels = reviews(path, count)
    accuracies = []
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(texts))
        train, test = order[: len(order) * 4 // 5], order[len(order) * 4 // 5 :]
        model = encoder(name, who, dim, seed)
        parts = [[texts[at] for at in part] for part in (train, test)]
        if name.startswith("Random"):
            tfidf = TfidfVectorizer(min_df=5, dtype=np.float32)
            parts = [tfidf.fit_transform(parts[0]), tfidf.transform(parts[1])]
        vectors = model.fit_transform(parts[0]), model.transform(parts[1])
        classifier = LogisticRegression(C=10.0, max_iter=500).fit(vectors[0], labels[train])
        accuracies.append(float(classifier.score(vectors[1], labels[test])))
    return {"values": accuracies}


def distortion(name: str, who: str, path: str, count: int, dim: int, seeds: list[int]) -> dict:
    """Largest change of a squared distance between reviews, and what Johnson and Lindenstrauss's lemma promises."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    from vicinal.counts import guaranteed_epsilon, measure_distortion

    table = TfidfVectorizer(min_df=5, dtype=np.float32).fit_transform(reviews(path, count)[0])
    largest = []
    for seed in seeds:
        after = np.asarray(encoder(name, who, dim, seed).fit_transform(table))
        largest.append(measure_distortion(table, after, pairs=50_000, seed=seed).largest)
    return {"values": largest, "promised": guaranteed_epsilon(count, dim)}


def ppmi(who: str, text: str, words: int, dim: int, seed: int, out: str = "") -> dict:
    """Positive PMI and its decomposition, from the same counts: ours, or the same formula in plain SciPy.

    The plain one is what a careful user would write, and its decomposition is scikit-learn's.
    """
    from pathlib import Path

    import vicinal as vc
    from vicinal.counts import count_cooccurrences
    from vicinal.data import tokenize_corpus

    tokens = tokenize_corpus(Path(text), tokenizer="whitespace", lower=False, min_count=5, max_vocabulary=words)
    counts = count_cooccurrences(tokens, window=5)
    if who == "vicinal":
        model = vc.PPMI(dim=dim, seed=seed)
        seconds, _ = seconds_of(lambda: model.fit(counts))
        vectors = model.vectors_
    else:
        seconds, vectors = seconds_of(lambda: _plain_ppmi(counts, dim, seed))
    if out:
        columns = {"count": counts.vocabulary.counts}
        vc.Space(counts.vocabulary.tokens, vectors, columns=columns).save(out, force=True)
    return {"seconds": seconds, "pairs": len(counts), "words": counts.n}


def _plain_ppmi(counts, dim: int, seed: int) -> np.ndarray:
    from scipy.sparse import csr_matrix
    from sklearn.utils.extmath import randomized_svd

    table = csr_matrix((counts.values, counts.cols, counts.offsets), shape=(counts.n, counts.n)).tocoo()
    words, contexts = np.asarray(table.sum(axis=1)).ravel(), np.asarray(table.sum(axis=0)).ravel() ** 0.75
    association = np.log(table.data * contexts.sum() / (words[table.row] * contexts[table.col]))
    above = association > 0
    kept = csr_matrix((association[above], (table.row[above], table.col[above])), shape=table.shape, dtype=np.float32)
    left, values, _ = randomized_svd(kept, dim, n_iter=5, random_state=seed)
    return (left * np.sqrt(values)).astype(np.float32)


answer(encode, classify, distortion, ppmi)
