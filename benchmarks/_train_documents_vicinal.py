"""Train paragraph vectors with Vicinal: prints one line of JSON."""

import argparse
import json
import resource
import time

parser = argparse.ArgumentParser()
for name, default in {"dim": 100, "window": 5, "negatives": 5, "epochs": 10, "seed": 1, "workers": 2, "dm": 0, "train": 0, "sharing": 1}.items():  # fmt: skip # noqa: E501
    parser.add_argument(f"--{name}", type=int, default=default)
parser.add_argument("text")
parser.add_argument("--out")
a = parser.parse_args()

import numpy as np  # noqa: E402

import vicinal as vc  # noqa: E402
from vicinal.data import open_corpus, tokenize_corpus  # noqa: E402
from vicinal.words import Doc2Vec  # noqa: E402

with open(a.text, encoding="utf-8") as file:
    documents = file.read().splitlines()
train = documents[: a.train or None]
start = time.perf_counter()
reading = {"tokenizer": "whitespace", "lower": False, "min_count": 5}
tokens = tokenize_corpus(open_corpus(train, documents=True), **reading)
counted = time.perf_counter() - start
options = {"architecture": "pv_dm" if a.dm else "pv_dbow", "dim": a.dim, "window": a.window, "threads": a.workers}
model = Doc2Vec(
    **options, **reading, negatives=a.negatives, sharing=a.sharing, epochs=a.epochs, seed=a.seed,
)  # fmt: skip
Doc2Vec(min_count=1, epochs=1).fit(["a b c"])  # brings the kernels, compiled now if they are not on disk
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_utime, time.perf_counter()
model.fit(tokens)
trained = time.perf_counter() - start
processor = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
inferred = 0.0
if a.out:
    np.save(a.out + ".train.npy", model.documents_)
    start = time.perf_counter()
    rest = model.encode(documents[len(train) :])
    inferred = time.perf_counter() - start
    np.save(a.out + ".test.npy", rest)
print(json.dumps({"version": vc.__version__, "words": tokens.total_words, "train_seconds": trained,
                  "words_per_s": tokens.total_words * a.epochs / trained,
                  "words_per_processor_s": tokens.total_words * a.epochs / processor, "vocabulary_seconds": counted,
                  "infer_seconds": inferred, "loss": model.history_[-1]}))  # fmt: skip
