"""Train with Vicinal: prints one line of JSON."""

import argparse
import json
import re
import time
from pathlib import Path

parser = argparse.ArgumentParser()
for name, default in {"dim": 100, "window": 5, "negatives": 5, "epochs": 5, "seed": 1, "workers": 2, "sg": 1, "hs": 0, "sharing": 4}.items():  # fmt: skip # noqa: E501
    parser.add_argument(f"--{name}", type=int, default=default)
parser.add_argument("--learning-rate", type=float, default=0.025)
parser.add_argument("text")
parser.add_argument("--out")
a = parser.parse_args()

import vicinal as vc  # noqa: E402
from vicinal.data import tokenize_corpus  # noqa: E402

start = time.perf_counter()
tokens = tokenize_corpus(Path(a.text), tokenizer="whitespace", lower=False, min_count=5)
counted = time.perf_counter() - start
model = vc.Word2Vec(
    dim=a.dim, window=a.window, architecture="skipgram" if a.sg else "cbow", negatives=a.negatives, sharing=a.sharing,
    objective="hierarchical_softmax" if a.hs else "negative_sampling", epochs=a.epochs, threads=a.workers, seed=a.seed,
    learning_rate=a.learning_rate,
)  # fmt: skip
vc.Word2Vec(min_count=1, epochs=1).fit(["a b c"])  # brings the kernels, compiled now if they are not on disk
start = time.perf_counter()
model.fit(tokens)
trained = time.perf_counter() - start
if a.out:
    model.space.save(a.out, force=True)
# not getrusage: its peak takes in what the parent process held when it started this one
status = Path("/proc/self/status").read_text()
peak = 1024 * int(re.search(r"VmHWM:\s+(\d+)", status)[1])
matrices = 2 * 4 * model.input_.size
print(json.dumps({"version": vc.__version__, "words": tokens.total_words, "train_seconds": trained,
                  "words_per_s": tokens.total_words * a.epochs / trained, "vocabulary_seconds": counted,
                  "peak_bytes": peak, "matrix_bytes": matrices, "ids_bytes": tokens.ids.nbytes,
                  "loss": model.history_[-1]}))  # fmt: skip
