"""Train paragraph vectors with gensim (run in the peers' environment): prints one line of JSON."""

import argparse
import json
import resource
import time

parser = argparse.ArgumentParser()
for name, default in {
    "dim": 100,
    "window": 5,
    "negatives": 5,
    "epochs": 10,
    "seed": 1,
    "workers": 2,
    "dm": 0,
    "train": 0,
}.items():
    parser.add_argument(f"--{name}", type=int, default=default)
parser.add_argument("text")
parser.add_argument("--out")
a = parser.parse_args()

import gensim  # noqa: E402
import numpy as np  # noqa: E402
from gensim.models.doc2vec import FAST_VERSION, Doc2Vec, TaggedDocument  # noqa: E402

assert FAST_VERSION >= 0, "gensim's compiled loops are missing"
with open(a.text, encoding="utf-8") as file:
    documents = [line.split() for line in file]
train = documents[: a.train or None]
tagged = [TaggedDocument(words, [number]) for number, words in enumerate(train)]
start = time.perf_counter()
model = Doc2Vec(
    vector_size=a.dim, window=a.window, dm=a.dm, dm_mean=1, negative=a.negatives, hs=0, sample=1e-3, min_count=5,
    workers=a.workers, seed=a.seed, epochs=a.epochs,
)  # fmt: skip
model.build_vocab(tagged)
counted = time.perf_counter() - start
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_utime, time.perf_counter()
model.train(tagged, total_examples=len(tagged), epochs=a.epochs)
trained = time.perf_counter() - start
processor = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
words = sum(map(len, train))
inferred = 0.0
if a.out:
    np.save(a.out + ".train.npy", model.dv.vectors)
    start = time.perf_counter()
    rest = [model.infer_vector(words) for words in documents[len(train) :]]
    inferred = time.perf_counter() - start
    np.save(a.out + ".test.npy", np.array(rest, np.float32).reshape(len(rest), a.dim))
print(json.dumps({"version": gensim.__version__, "words": words, "words_per_s": words * a.epochs / trained,
                  "words_per_processor_s": words * a.epochs / processor, "train_seconds": trained,
                  "vocabulary_seconds": counted, "infer_seconds": inferred}))  # fmt: skip
