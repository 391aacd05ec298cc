"""FastText with Vicinal, in a process of its own."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
from _answer import answer


def train(text: str, epochs: int, seed: int, threads: int, sharing: int = 1, wanted: str = "", out: str = "") -> dict:
    """Train skip-gram over subwords of 3 to 6 letters; with ``out``, write vectors of the wanted words, seen or not."""
    import vicinal as vc
    from vicinal.data import tokenize_corpus

    start = time.perf_counter()
    tokens = tokenize_corpus(Path(text), tokenizer="whitespace", lower=False, min_count=5)
    reading = time.perf_counter() - start
    options = {"dim": 100, "window": 5, "min_n": 3, "max_n": 6, "buckets": 2_000_000, "negatives": 5}
    vc.FastText(**options | {"buckets": 1000}, min_count=1, epochs=1).fit(["a b c"])  # brings the kernels
    model = vc.FastText(
        **options, subsample=1e-3, learning_rate=0.05, epochs=epochs, threads=threads, seed=seed, sharing=sharing
    )
    start = time.perf_counter()
    model.fit(tokens)
    seconds = time.perf_counter() - start
    if out:
        words = json.loads(Path(wanted).read_text())
        seen = [word in model.vocabulary_ for word in words]
        np.savez(out, names=np.array(words), vectors=model.encode(words), seen=np.array(seen))
    return {
        "words_per_s": tokens.total_words * epochs / seconds, "train_seconds": seconds, "vocabulary_seconds": reading,
        "whole_words_per_s": tokens.total_words * epochs / (reading + seconds), "loss": model.history_[-1],
    }  # fmt: skip


answer(train)
