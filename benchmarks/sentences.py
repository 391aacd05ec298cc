"""Vectors of sentences from word vectors, against gensim's KeyedVectors with NumPy, on STS-B dev.

python benchmarks/sentences.py                     # about 4 quiet minutes on two cores, 2 of them training words
python benchmarks/sentences.py quality --quick     # a part, small: speed, quality

Both sides pool the same word vectors (our skip-gram of wiki8a, 5 epochs, one set a seed) of the same tokens. What
"tfidf" and "sif" learn, they learn from STS-B train. The package made for this, fse, is left out: it does not build
with today's tools.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from _runs import (
    ROOT,
    WORK,
    Part,
    corpus,
    interleave,
    peer_python,
    peer_versions,
    quality_row,
    read_args,
    run_job,
    run_json,
    run_parts,
    shared,
    speed_row,
)

MODES = ("mean", "sum", "min_max", "tfidf", "sif")


def word_vectors(seed: int, words: int) -> dict[str, Path]:
    """Train word vectors, once a seed, and write them as each side reads them, with the counts of words."""
    from vicinal import Space
    from vicinal.store import write

    space, binary = WORK / f"sentences_{words}_{seed}.space", WORK / f"sentences_{words}_{seed}.bin"
    if not binary.exists():
        script = str(ROOT / "benchmarks" / "_train_vicinal.py")
        run_json([sys.executable, script, str(corpus(words)), f"--seed={seed}", f"--out={space}"])
        trained = Space.open(space)
        np.save(f"{binary}.counts.npy", trained.columns["count"])
        write(trained, binary, force=True)
    return {"vicinal": space, "gensim": binary}


def contest(mode: str, vectors: dict[str, Path], parts: tuple[str, str]) -> dict:
    """Both sides on the same vectors and sentences."""
    dev, train = (shared("sts", "stsbenchmark", f"sts-{part}.csv") for part in parts)
    pythons = {"vicinal": {}, "gensim": {"python": peer_python()}}
    return {
        who: lambda _, who=who: run_job(
            "sentences_jobs", who, words=vectors[who], path=dev, learn=train, mode=mode, **pythons[who]
        )
        for who in vectors
    }


def speed(args) -> None:
    """Seconds to learn from STS-B train and to pool STS-B dev five times over, words in lists."""
    vectors = word_vectors(1, args.words)
    part = Part("sentences", "speed", args, threads=1, rounds=args.rounds, versions=peer_versions("words"))
    for mode in MODES:
        runs = interleave(contest(mode, vectors, ("dev", "train")), args.rounds)
        part.add(speed_row(f"SentenceMean, {mode}", f"{runs['vicinal'][0]['texts']:,} texts", runs))


def quality(args) -> None:
    """Spearman's ρ of cosines with the judgements of people, over seeds of the word vectors."""
    part = Part("sentences", "quality", args, text_words=args.words, versions=peer_versions("words"))
    for mode in MODES:
        values: dict[str, list[float]] = {"vicinal": [], "gensim": []}
        for seed in range(1, args.seeds + 1):
            for who, run in contest(mode, word_vectors(seed, args.words), ("dev", "train")).items():
                values[who].append(run(seed)["rho"])
        part.add(quality_row(f"SentenceMean, {mode}", "STS-B dev", "Spearman's ρ", values))


PARTS = {"speed": speed, "quality": quality}

if __name__ == "__main__":
    run_parts(read_args(__doc__, PARTS, words=(0, 300_000), rounds=(3, 1), seeds=(3, 1)), PARTS)
