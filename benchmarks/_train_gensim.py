"""Train with gensim (run in the peers' environment): prints one line of JSON."""

import argparse
import json
import time

parser = argparse.ArgumentParser()
for name, default in {
    "dim": 100,
    "window": 5,
    "negatives": 5,
    "epochs": 5,
    "seed": 1,
    "workers": 2,
    "sg": 1,
    "hs": 0,
}.items():
    parser.add_argument(f"--{name}", type=int, default=default)
parser.add_argument("--learning-rate", type=float, default=0.025)
parser.add_argument("text")
parser.add_argument("--out")
a = parser.parse_args()

import gensim  # noqa: E402
from gensim.models import Word2Vec  # noqa: E402
from gensim.models.word2vec import FAST_VERSION  # noqa: E402

assert FAST_VERSION >= 0, "gensim's compiled loops are missing"
start = time.perf_counter()
model = Word2Vec(
    vector_size=a.dim, window=a.window, sg=a.sg, hs=a.hs, negative=0 if a.hs else a.negatives, sample=1e-3, min_count=5,
    workers=a.workers, seed=a.seed, epochs=a.epochs, alpha=a.learning_rate,
)  # fmt: skip
model.build_vocab(corpus_file=a.text)
counted = time.perf_counter() - start
start = time.perf_counter()
model.train(
    corpus_file=a.text, total_words=model.corpus_total_words, total_examples=model.corpus_count, epochs=a.epochs
)
trained = time.perf_counter() - start
if a.out:
    model.wv.save_word2vec_format(a.out, binary=True)
words = model.corpus_total_words
print(json.dumps({"version": gensim.__version__, "words": words, "words_per_s": words * a.epochs / trained,
                  "train_seconds": trained, "vocabulary_seconds": counted}))  # fmt: skip
