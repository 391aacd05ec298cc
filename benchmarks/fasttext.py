"""FastText over subwords of 3 to 6 letters against the package fasttext: speed, and quality of words seen and unseen.

FASTTEXT_PYTHON=/path/to/python python benchmarks/fasttext.py    # about 12 quiet minutes on two cores, 2 of them speed
python benchmarks/fasttext.py speed --quick                      # a part, small: speed, quality

The peer must be compiled, so it is optional: FASTTEXT_PYTHON is the interpreter of an environment that has it (`pip
install fasttext`). Without it only ours is measured. Quality uses the first 3 million words, so that three seeds of the
peer take no more than 10 minutes; --quality-words 0 takes all 17 million, about an hour and a quarter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np

from _runs import (
    WORK,
    Part,
    corpus,
    in_lines,
    interleave,
    quality_row,
    read_args,
    run_job,
    run_parts,
    shared,
    speed_row,
)

THREADS = 2
PEER = "fastText"


def peer_version() -> str:
    """Version of the peer, or nothing, with a line that says it is left out."""
    if "FASTTEXT_PYTHON" not in os.environ:
        print(f"  {PEER} is left out: set FASTTEXT_PYTHON to an interpreter that has it", file=sys.stderr)
        return ""
    code = "from importlib.metadata import packages_distributions as d, version; print(version(d()['fasttext'][0]))"
    done = subprocess.run([os.environ["FASTTEXT_PYTHON"], "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def ours(text: Path, epochs: int, seed: int, **more) -> dict:
    """Train with Vicinal."""
    return run_job("fasttext_jobs", "train", text=text, epochs=epochs, seed=seed, threads=THREADS, **more)


def peer(text: Path, epochs: int, seed: int, **more) -> dict:
    """Train with the peer, which must have lines."""
    python = os.environ["FASTTEXT_PYTHON"]
    return run_job(
        "fasttext_peer_jobs", "train", python=python, text=in_lines(text), epochs=epochs, seed=seed, threads=THREADS,
        **more,
    )  # fmt: skip


def speed(args) -> None:
    """Words a second in training, and from the text to the trained model."""
    text, version = corpus(args.words), peer_version()
    part = Part("fasttext", "speed", args, text_words=args.words, threads=THREADS, rounds=args.rounds, peer=version)
    for sharing, aimed in ((1, 6), (4, None)):
        contestants = {"vicinal": lambda _, sharing=sharing: ours(text, 2, 1, sharing=sharing)}
        if version:
            contestants[PEER] = lambda _: peer(text, 1, 1)
        runs = interleave(contestants, args.rounds)
        job = "training, skip-gram" + ("" if sharing == 1 else f", sharing={sharing}")
        part.add(speed_row("FastText", job, runs, key="words_per_s", aimed=aimed))


def word_sets() -> dict[str, list[tuple[str, str, float]]]:
    """Pairs of words and how alike people found them."""
    folder, sets = shared("similarity", "eval-word-vectors"), {}
    for name, file in {"WordSim-353": "EN-WS-353-ALL.txt", "SimLex-999": "EN-SIMLEX-999.txt"}.items():
        lines = [line.split() for line in (folder / file).read_text().lower().splitlines()]
        sets[name] = [(a, b, float(score)) for a, b, score in lines]
    return sets


def without_words(text: Path, words: set[str]) -> Path:
    """Write the text without some words, which are then unseen."""
    target = text.with_name(f"{text.stem}_less.txt")
    target.write_text(" ".join(word for word in text.read_text().split() if word not in words))
    target.with_name(target.stem + "_lines.txt").unlink(missing_ok=True)
    return target


def correlations(path: Path) -> dict[str, float]:
    """Spearman's ρ of the pairs whose words were both seen, and of those with a word that was not."""
    from vicinal import Space
    from vicinal.evaluate import evaluate_similarity

    with np.load(path) as found:
        space = Space(found["names"].tolist(), found["vectors"])
        seen = dict(zip(found["names"].tolist(), found["seen"].tolist(), strict=True))
    out = {}
    for name, pairs in word_sets().items():
        for kind in (True, False):
            chosen = [pair for pair in pairs if (seen[pair[0]] and seen[pair[1]]) is kind]
            measure = f"{name}, both words seen" if kind else f"{name}, a word unseen"
            out[measure] = evaluate_similarity(space, chosen).value
    return out


def quality(args) -> None:
    """Similarity of words after equal training, over seeds; a quarter of the words asked for is kept from the text."""
    version, sets = peer_version(), word_sets()
    words = sorted({word for pairs in sets.values() for a, b, _ in pairs for word in (a, b)})
    hidden = set(np.random.default_rng(0).choice(words, len(words) // 4, replace=False).tolist())
    text = without_words(corpus(args.quality_words), hidden)
    wanted = WORK / "fasttext_words.json"
    wanted.write_text(json.dumps(words))
    part = Part(
        "fasttext", "quality", args, text_words=args.quality_words, epochs=args.epochs, threads=THREADS, peer=version,
        hidden_words=len(hidden),
    )  # fmt: skip
    contestants = {"vicinal": ours, "vicinal, sharing=4": partial(ours, sharing=4)} | ({PEER: peer} if version else {})
    scores: dict[str, list[dict]] = {who: [] for who in contestants}
    for seed in range(1, args.seeds + 1):
        for who, train in contestants.items():
            train(text, args.epochs, seed, wanted=wanted, out=WORK / "fasttext.npz")
            scores[who].append(correlations(WORK / "fasttext.npz"))
            print(f"  seed {seed}: {who}: {scores[who][-1]}", file=sys.stderr, flush=True)
            part.save(scores=scores)
    data = f"wiki8a, {args.quality_words:,} words" if args.quality_words else "wiki8a"
    for measure in scores["vicinal"][0]:
        part.add(quality_row("FastText", data, measure, {w: [s[measure] for s in runs] for w, runs in scores.items()}))


PARTS = {"speed": speed, "quality": quality}

if __name__ == "__main__":
    import vicinal

    if not hasattr(vicinal, "FastText"):
        sys.exit("this version has no FastText to measure")
    run_parts(
        read_args(
            __doc__, PARTS, words=(3_000_000, 200_000), quality_words=(3_000_000, 300_000), epochs=(5, 2),
            rounds=(3, 1), seeds=(3, 1),
        ),
        PARTS,
    )  # fmt: skip
