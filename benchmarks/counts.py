"""TF-IDF, LSA, random projection and PPMI against scikit-learn: speed, and what is told from the vectors.

python benchmarks/counts.py                     # about 7 quiet minutes on two cores: 3 speed, 4 quality
python benchmarks/counts.py quality --quick     # a part, small: speed, quality

Both sides use one scikit-learn and one BLAS, with 2 threads: TF-IDF's counting and the decompositions are also
scikit-learn's in ours, so equal speed is what to expect. Each side reads texts with its own default tokenizer
(scikit-learn's leaves out words of one letter). PPMI has no peer there; it is compared with the formula in plain SciPy.
"""

from __future__ import annotations

from importlib.metadata import version

from _runs import (
    WORK,
    Part,
    corpus,
    interleave,
    quality_row,
    read_args,
    run_job,
    run_parts,
    shared,
    speed_row,
)
from words import score

THREADS = 2
PEER = "scikit-learn"
DIMS = {"TfIdf": 2, "LSA": 100, "RandomProjection, Gaussian": 1000, "RandomProjection, sparse": 1000}


def job(args, function: str, **options) -> dict:
    """Call a job in a process of its own, BLAS with 2 threads, or 1 in a quick run, which may not have the machine."""
    return run_job("counts_jobs", function, blas_threads=1 if args.quick else THREADS, **options)


def conditions() -> dict:
    """What all parts have in common."""
    return {"threads": THREADS, "versions": {name: version(name) for name in ("scikit-learn", "scipy", "numpy")}}


def speed(args) -> None:
    """Seconds to fit and to transform the same reviews, reading left out."""
    part = Part("counts", "speed", args, reviews=args.reviews, rounds=args.rounds, **conditions())
    path = shared("corpus", "imdb", "imdb_train.jsonl.gz")
    for name, dim in DIMS.items():
        contestants = {
            who: lambda _, who=who, name=name, dim=dim: job(
                args, "encode", name=name, who=who, path=path, count=args.reviews, dim=dim
            )
            for who in ("vicinal", PEER)
        }
        what = f"{args.reviews:,} IMDB reviews" + (f" to {dim} dimensions" if dim > 2 else "")
        part.add(speed_row(name, what, interleave(contestants, args.rounds)))
    text = corpus(args.words)
    contestants = {
        who: lambda _, who=who: job(args, "ppmi", who=who, text=text, words=args.vocabulary, dim=100, seed=1)
        for who in ("vicinal", "plain SciPy")
    }
    runs = interleave(contestants, args.rounds)
    part.add(speed_row("PPMI", f"{runs['vicinal'][0]['pairs']:,} pairs to 100 dimensions, counts given", runs))


def quality(args) -> None:
    """Accuracy on held-out reviews, distances kept by projections, and similarity of words, over seeds."""
    part = Part("counts", "quality", args, reviews=args.reviews, classifier="logistic regression, C 10", **conditions())
    path, seeds = shared("corpus", "imdb", "imdb_train.jsonl.gz"), range(1, args.seeds + 1)
    for name, dim in DIMS.items():
        count = min(args.reviews, 5_000) if name.startswith("Random") else args.reviews
        options = {"name": name, "path": path, "dim": dim, "seeds": list(seeds)}
        values = {who: job(args, "classify", who=who, count=count, **options)["values"] for who in ("vicinal", PEER)}
        part.add(quality_row(name, f"IMDB, {count:,} reviews", "accuracy", values))
        if name.startswith("Random"):
            count = min(args.reviews, 2_000)
            found = {who: job(args, "distortion", who=who, count=count, **options) for who in ("vicinal", PEER)}
            # a matrix as thin as the sparse one is promised nothing: see RandomProjection
            bound = None if "sparse" in name else found["vicinal"]["promised"]
            measure = f"largest change of a squared distance among 50,000 pairs, {dim} dimensions"
            largest = {who: run["values"] for who, run in found.items()}
            part.add(quality_row(name, f"IMDB, {count:,} reviews", measure, largest, larger=False, bound=bound))
    text, out = corpus(args.words), WORK / "ppmi.space"
    scores: dict[str, list[dict]] = {"vicinal": [], "plain SciPy": []}
    for seed in seeds:
        for who, several in scores.items():
            job(args, "ppmi", who=who, text=text, words=args.vocabulary, dim=100, seed=seed, out=out)
            several.append(score(out))
    for measure in scores["vicinal"][0]:
        values = {who: [run[measure] for run in several] for who, several in scores.items()}
        part.add(quality_row("PPMI", f"wiki8a, {args.words:,} words", measure, values))


PARTS = {"speed": speed, "quality": quality}

if __name__ == "__main__":
    run_parts(
        read_args(
            __doc__, PARTS, reviews=(20_000, 500), words=(4_000_000, 300_000), vocabulary=(20_000, 2_000),
            rounds=(3, 1), seeds=(3, 1),
        ),
        PARTS,
    )  # fmt: skip
