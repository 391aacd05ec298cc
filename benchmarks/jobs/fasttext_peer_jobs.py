"""FastText with the package fasttext, in an environment of its own and a process of its own."""

from __future__ import annotations

import inspect
import json
import os
import re
import tempfile
import time
from pathlib import Path

import numpy as np
from _answer import answer


def train(text: str, epochs: int, seed: int, threads: int, wanted: str = "", out: str = "") -> dict:
    """Train with the options of ours; its own last report gives the rate of training, reading left out.

    Some releases take no seed: theirs is 0 always, and runs differ by how the threads race.
    """
    import fasttext

    source = inspect.getsource(fasttext.FastText.train_unsupervised)
    seeded = {"seed": seed} if re.search("['\"]seed['\"]", source) else {}
    start = time.perf_counter()
    with _told() as told:
        model = fasttext.train_unsupervised(
            text, model="skipgram", dim=100, ws=5, minn=3, maxn=6, bucket=2_000_000, neg=5, t=1e-3, lr=0.05,
            minCount=5, epoch=epochs, thread=threads, verbose=2, **seeded,
        )  # fmt: skip
    seconds = time.perf_counter() - start
    words = int(re.search(r"Read (\d+)M words", told.text)[1]) if "M words" in told.text else 0
    rates = re.findall(r"words/sec/thread:\s+(\d+)", told.text)
    counts = sum(model.get_words(include_freq=True)[1])
    if out:
        asked = json.loads(Path(wanted).read_text())
        known = set(model.get_words())
        vectors = np.array([model.get_word_vector(word) for word in asked], np.float32)
        np.savez(out, names=np.array(asked), vectors=vectors, seen=np.array([word in known for word in asked]))
    return {
        "words_per_s": float(rates[-1]) * threads if rates else counts * epochs / seconds, "seconds": seconds,
        "whole_words_per_s": counts * epochs / seconds, "kept_words": int(counts), "millions_read": words,
        "seeded": bool(seeded),
    }  # fmt: skip


class _told:
    """Catches what compiled code writes to standard error."""

    def __enter__(self):
        self._file, self._kept = tempfile.TemporaryFile(), os.dup(2)
        os.dup2(self._file.fileno(), 2)
        return self

    def __exit__(self, *_):
        os.dup2(self._kept, 2)
        self._file.seek(0)
        self.text = self._file.read().decode(errors="replace")


answer(train)
