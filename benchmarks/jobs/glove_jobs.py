"""GloVe with Vicinal, in a process of its own."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from _answer import answer, seconds_of


def count(text: str, window: int, threads: int, out: str = "") -> dict:
    """Count company in a text; with ``out``, write vocabulary and pairs as the peer's programs read them."""
    from vicinal.counts import count_cooccurrences
    from vicinal.data import tokenize_corpus

    count_cooccurrences(tokenize_corpus(["a b c"], min_count=1), window=2)  # brings the kernels
    reading, tokens = seconds_of(lambda: tokenize_corpus(Path(text), tokenizer="whitespace", lower=False, min_count=5))
    seconds, counts = seconds_of(lambda: count_cooccurrences(tokens, window=window, memory="4 GB", threads=threads))
    if out:
        lines = (f"{word} {n}\n" for word, n in zip(tokens.vocabulary.tokens, tokens.vocabulary.counts, strict=True))
        Path(f"{out}.vocab").write_text("".join(lines))
        with open(f"{out}.bin", "wb") as file:
            for first in range(0, len(counts), 1 << 22):
                part = slice(first, first + (1 << 22))
                pairs = np.empty(len(counts.values[part]), [("row", "<i4"), ("col", "<i4"), ("value", "<f8")])
                pairs["row"], pairs["col"] = counts.rows[part] + 1, counts.cols[part] + 1
                pairs["value"] = counts.values[part]
                file.write(pairs.tobytes())
    return {
        "seconds": seconds, "vocabulary_seconds": reading, "whole_seconds": reading + seconds, "pairs": len(counts),
        "words": len(tokens.vocabulary), "sum": float(counts.values.sum(dtype=np.float64)),
    }  # fmt: skip


def train(counts: str, dim: int, epochs: int, threads: int, seed: int, out: str = "") -> dict:
    """Train on the counts that `count` wrote; the rate is that of all epochs but the first."""
    import vicinal as vc
    from vicinal.counts import Cooccurrences
    from vicinal.data import Vocabulary

    lines = [line.split() for line in Path(f"{counts}.vocab").read_text().splitlines()]
    vocabulary = Vocabulary([word for word, _ in lines], [int(n) for _, n in lines])
    pairs = np.fromfile(f"{counts}.bin", [("row", "<i4"), ("col", "<i4"), ("value", "<f8")])
    offsets = np.searchsorted(pairs["row"], np.arange(1, len(lines) + 2))
    arrays = (pairs["col"] - np.int32(1), pairs["value"].astype(np.float32), offsets.astype(np.int64))
    del pairs
    table = Cooccurrences(arrays, vocabulary, window=10, weighting="harmonic")
    vc.GloVe(dim=dim, epochs=1, min_count=1, threads=threads).fit(["a b c d"])  # brings the kernels
    ends: list[float] = []

    def watch(progress) -> None:
        if progress.stage == "training" and progress.done == (len(ends) + 1) * len(table):
            ends.append(time.perf_counter())

    model = vc.GloVe(dim=dim, epochs=epochs, threads=threads, seed=seed, memory="4 GB")
    start = time.perf_counter()
    model.fit(table, callback=watch)
    seconds = time.perf_counter() - start
    if out:
        model.space.save(out, force=True)
    return {
        "pairs_per_s": len(table) * (len(ends) - 1) / (ends[-1] - ends[0]), "first_epoch_seconds": ends[0] - start,
        "seconds": seconds, "losses": model.history_, "version": vc.__version__,
    }  # fmt: skip


answer(count, train)
