"""SentenceMean's modes on the development part of the STS benchmark: Spearman's ρ of cosines with people's scores.

Run as ``python benchmarks/sentence_vectors.py STS_FOLDER WORDS [WORDS ...]``, WORDS being spaces or files of vectors.
The weights of "tfidf" and "sif" are learned from the sentences of the training part, without their scores.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from vicinal import SentenceMean, Space
from vicinal.evaluate import evaluate_similarity

MODES = [
    ("sum", {}), ("mean", {}), ("min_max", {}), ("tfidf", {}), ("sif", {"components": 0}), ("sif", {}),
]  # fmt: skip


def read_pairs(path: Path) -> tuple[list[str], list[str], list[float]]:
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row[5] for row in rows], [row[6] for row in rows], [float(row[4]) for row in rows]


def main() -> None:
    folder, *words = sys.argv[1:]
    first, second, _ = read_pairs(Path(folder, "sts-train.csv"))
    left, right, scores = read_pairs(Path(folder, "sts-dev.csv"))
    for path in words:
        space = Space.open(path)
        known = "space" if "count" in space.columns else "corpus"
        print(f"{path}: {len(space):,} words of {space.dim} dimensions, frequencies from the {known}")
        for mode, options in MODES:
            model = SentenceMean(words=space, mode=mode, frequencies=known, **options).fit([*first, *second])
            vectors = model.encode([*left, *right])
            names = [f"{side}{at}" for side in "ab" for at in range(len(left))]
            pairs = [(f"a{at}", f"b{at}", score) for at, score in enumerate(scores)]
            figure = evaluate_similarity(Space(names, vectors), pairs)
            print(f"  {mode} {options or ''}: {figure}; {model.coverage_}", flush=True)


if __name__ == "__main__":
    main()
