"""Paragraph vectors against gensim on IMDB reviews: speed, and classification by logistic regression.

python benchmarks/documents.py                                  # everything; about half an hour on two cores
python benchmarks/documents.py speed --rounds 5                 # a part: speed, quality
python benchmarks/documents.py quality --reviews 2000 --seeds 1 # a trial on a small part
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from _runs import ROOT, SHARED, WORK, interleave, peer_python, run_json, save_results
from vicinal.data import words
from vicinal.randomness import generator

MODELS = {"PV-DBOW": "--dm=0", "PV-DM, mean": "--dm=1"}
PROTOCOLS = ("inferred", "together")
SHARED_DRAWS = "--sharing=4"  # faster; measured in both parts, so that no speed is told without its quality


def reviews(count: int) -> tuple[Path, np.ndarray]:
    """Write the reviews, shuffled once and for all, tokenised, one a line; returns the file and the labels."""
    WORK.mkdir(exist_ok=True)
    source = SHARED / "corpus" / "imdb" / "imdb_train.jsonl.gz"
    if not source.exists():
        sys.exit(f"the reviews are not at {source}")
    with gzip.open(source, "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    order = generator(7).permutation(len(records))[: count or None]
    target = WORK / f"imdb_{len(order)}.txt"
    if not target.exists():
        target.write_text("".join(" ".join(words(records[i]["text"])) + "\n" for i in order), encoding="utf-8")
    return target, np.array([records[i]["label"] == "pos" for i in order])


def ours(text: Path, *options: str) -> dict:
    """Train with Vicinal in a process of its own."""
    return run_json([sys.executable, str(ROOT / "benchmarks" / "_train_documents_vicinal.py"), str(text), *options])


def gensim(text: Path, *options: str) -> dict:
    """Train with gensim in a process of its own."""
    return run_json([peer_python(), str(ROOT / "benchmarks" / "_train_documents_gensim.py"), str(text), *options])


def speed(args: argparse.Namespace) -> dict:
    """Words a second in training, reading left out; by the clock, and by processor time, which a busy machine shows."""
    text, results = reviews(args.reviews)[0], {}
    for name, option in MODELS.items():
        print(name, file=sys.stderr)
        contestants: dict[str, Callable[[int], dict]] = {
            "vicinal": lambda _, o=option: ours(text, "--epochs=5", o),
            "vicinal, sharing=4": lambda _, o=option: ours(text, "--epochs=5", o, SHARED_DRAWS),
            "gensim": lambda _, o=option: gensim(text, "--epochs=2", o),
        }
        runs = interleave(contestants, args.rounds)
        results[name] = {}
        for key in ("words_per_s", "words_per_processor_s"):
            rates = {who: [run[key] for run in several] for who, several in runs.items()}
            results[name][key] = rates
            peer = statistics.median(rates["gensim"])
            ratios = {who: statistics.median(values) / peer for who, values in rates.items() if who != "gensim"}
            results[name][f"ratio_of_medians_{key}"] = ratios
            print(f"  {key}: ratios of medians {ratios}", file=sys.stderr)
    return {"reviews": args.reviews, "threads": 2, "rounds": args.rounds, "gensim": "4.4.0", "models": results}


def accuracy(vectors: np.ndarray, labels: np.ndarray, train: int) -> float:
    """Share of the reviews after the first ``train`` that a logistic regression, fitted on those, gets right."""
    from sklearn.linear_model import LogisticRegression

    classifier = LogisticRegression(max_iter=2000).fit(vectors[:train], labels[:train])
    return float(classifier.score(vectors[train:], labels[train:]))


def quality(args: argparse.Namespace) -> dict:
    """Accuracy at equal settings, by seeds: vectors of the test half inferred, or trained together with the others.

    Labels are used in neither but by the classifier, on the training half.
    """
    text, labels = reviews(args.reviews)
    contestants = {"vicinal": (ours, ""), "vicinal, sharing=4": (ours, SHARED_DRAWS), "gensim": (gensim, "")}
    half, results = (
        len(labels) // 2,
        {name: {p: {who: [] for who in contestants} for p in PROTOCOLS} for name in MODELS},
    )
    told = {"reviews": len(labels), "epochs": args.epochs, "dim": 100, "gensim": "4.4.0"}
    for seed in range(1, args.seeds + 1):
        for name, option in MODELS.items():
            for protocol in PROTOCOLS:
                for who, (train, more) in contestants.items():
                    out = WORK / "documents_vectors"
                    count = half if protocol == "inferred" else len(labels)
                    given = [f"--train={count}", f"--seed={seed}", f"--out={out}", f"--epochs={args.epochs}"]
                    train(text, option, *given, *filter(None, [more]))
                    parts = [np.load(f"{out}.{part}.npy") for part in ("train", "test")]
                    score = accuracy(np.concatenate(parts), labels, half)
                    results[name][protocol][who].append(score)
                    print(f"  {name}, {protocol}: seed {seed}: {who}: {score:.4f}", file=sys.stderr, flush=True)
                    save_results("documents", part_name("quality", args), {**told, "models": results})
    return {**told, "models": results}


def part_name(part: str, args: argparse.Namespace) -> str:
    """Name what is measured on a part of the reviews apart."""
    return f"{part} of {args.reviews} reviews" if args.reviews else part


PARTS: dict[str, Callable[[argparse.Namespace], dict]] = {"speed": speed, "quality": quality}


def main() -> None:
    """Run the parts asked for and keep their figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=PARTS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--reviews", type=int, default=0, help="so many of them; 0 for all")
    args = parser.parse_args()
    for part in [args.part] if args.part else PARTS:
        print(f"results in {save_results('documents', part_name(part, args), PARTS[part](args))}")


if __name__ == "__main__":
    main()
