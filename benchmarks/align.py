"""French words translated to English by two spaces laid onto each other, against plain SciPy and gensim.

python benchmarks/align.py                     # about 4 quiet minutes on two cores, most of it training the spaces
python benchmarks/align.py quality --quick     # a part, small: speed, quality

The text is Tatoeba's French–English sentence pairs. Four fifths train the two spaces, each side alone, by our Word2Vec.
No published French dictionary is at hand, so one is made from the fifth that is held out: two words are a pair if each
is the other's best by the Dice coefficient of the sentence pairs that have them, in 3 or more. Every second such pair
is for learning, the others are the test. It is noisier than one made by people; every contestant gets the same.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from _runs import (
    WORK,
    Part,
    interleave,
    peer_python,
    peer_versions,
    quality_row,
    read_args,
    run_job,
    run_parts,
    shared,
    speed_row,
)

THREADS = 2


def sentences() -> list[tuple[list[str], list[str]]]:
    """French and English words of every pair of sentences, in an order of chance that is always the same."""
    with zipfile.ZipFile(shared("parallel", "tatoeba", "fra-eng.zip")) as packed:
        lines = packed.read("fra-eng/fra.txt").decode().splitlines()
    pairs = [tuple(re.findall(r"[^\W\d_]+", side.lower()) for side in line.split("\t")[1::-1]) for line in lines]
    order = np.random.default_rng(0).permutation(len(pairs))
    return [pairs[at] for at in order]


def held_dictionary(pairs: list[tuple[list[str], list[str]]]) -> list[tuple[str, str]]:
    """Words that are each other's best by the Dice coefficient, the most frequent first."""
    left, right, both = Counter(), Counter(), Counter()
    for french, english in pairs:
        left.update(a := set(french))
        right.update(b := set(english))
        both.update((x, y) for x in a for y in b)
    best: list[dict[str, tuple[float, str]]] = [{}, {}]
    for (x, y), count in both.items():
        if count >= 3:
            dice = 2 * count / (left[x] + right[y])
            best[0][x], best[1][y] = (
                max(best[0].get(x, (0.0, "")), (dice, y)),
                max(best[1].get(y, (0.0, "")), (dice, x)),
            )
    mutual = [(x, y) for x, (_, y) in best[0].items() if best[1][y][1] == x]
    return sorted(mutual, key=lambda pair: (-both[pair], pair))


def spaces(seed: int, size: int, epochs: int) -> dict[str, Path]:
    """Train both sides, and put matrices and dictionary where every contestant finds them."""
    import vicinal as vc

    pairs = sentences()[:size]
    held, text = pairs[: size // 5], pairs[size // 5 :]
    paths, names = {}, []
    for at, side in enumerate(("source", "target")):
        model = vc.Word2Vec(
            dim=100, epochs=epochs, min_count=5, threads=THREADS, seed=seed, subsample=1e-3, learning_rate=0.05
        ).fit([" ".join(pair[at]) for pair in text])
        paths[side] = WORK / f"align_{side}_{seed}.npz"
        np.savez(paths[side], names=np.array(list(model.space.names)), vectors=model.space.matrix)
        names.append(set(model.space.names))
    known = [(x, y) for x, y in held_dictionary(held) if x in names[0] and y in names[1]]
    # the same letters in both are mostly names, which say little of translation: they may teach, but are not asked
    asked = [pair for pair in known[1::2] if pair[0] != pair[1]]
    paths["pairs"] = WORK / f"align_pairs_{seed}.json"
    paths["pairs"].write_text(json.dumps({"seed": known[::2], "test": asked}))
    print(f"  {[len(n) for n in names]} words; {len(known[::2])} pairs to learn, {len(asked)} asked", file=sys.stderr)
    return paths


def contestants(paths: dict[str, Path]) -> dict:
    """All ways to align, on the same spaces and dictionary."""
    options = {**paths, "blas_threads": THREADS}
    return {
        "vicinal": lambda _: run_job("align_jobs", "vicinal", refined=False, **options),
        "vicinal, refined": lambda _: run_job("align_jobs", "vicinal", refined=True, **options),
        "plain SciPy": lambda _: run_job("align_jobs", "plain", **options),
        "gensim": lambda _: run_job("align_jobs", "gensim", python=peer_python(), **options),
    }


def speed(args) -> None:
    """Seconds to learn the map and to translate the test words by cosine and, but for gensim, by CSLS."""
    part = Part("align", "speed", args, threads=THREADS, rounds=args.rounds, versions=peer_versions("words"))
    runs = interleave(contestants(spaces(1, args.pairs, args.epochs)), args.rounds)
    refined = {"vicinal": runs.pop("vicinal, refined")}
    part.add(speed_row("Procrustes", "learning and translating the test words", runs))
    part.add(speed_row("ProcrustesRefined", "learning and translating the test words", refined))


def quality(args) -> None:
    """Precision at 1 and 5, by cosine and CSLS, over seeds of the spaces."""
    part = Part("align", "quality", args, pairs=args.pairs, epochs=args.epochs, versions=peer_versions("words"))
    found: dict[str, list[dict]] = {}
    for seed in range(1, args.seeds + 1):
        for who, run in contestants(spaces(seed, args.pairs, args.epochs)).items():
            found.setdefault(who, []).append(run(seed)["scores"])
            print(f"  seed {seed}: {who}: {found[who][-1]}", file=sys.stderr, flush=True)
    for measure in found["vicinal"][0]:
        values = {who: [run[measure] for run in runs] for who, runs in found.items() if measure in runs[0]}
        refined = {"vicinal": values.pop("vicinal, refined")}
        part.add(quality_row("Procrustes", "Tatoeba fra–eng", measure, values))
        peers = {who: several for who, several in values.items() if who != "vicinal"}
        part.add(quality_row("ProcrustesRefined", "Tatoeba fra–eng", measure, refined | peers))
    gain = statistics.mean(r["P@1, CSLS"] for r in found["vicinal, refined"])
    print(f"  refined P@1 by CSLS: {gain:.3f}", file=sys.stderr)


PARTS = {"speed": speed, "quality": quality}

if __name__ == "__main__":
    run_parts(read_args(__doc__, PARTS, pairs=(167_000, 60_000), epochs=(15, 5), rounds=(3, 1), seeds=(3, 1)), PARTS)
