"""Encoders of tables against scikit-learn, category_encoders and datasketch.

python benchmarks/tables.py                     # about 4 quiet minutes on two cores: 2 speed, 2 quality
python benchmarks/tables.py quality --quick     # a part, small: speed, quality

The table is GeoNames' towns (144,563 rows), several times over. Outputs are dense float32 on both sides where the peer
can. Standardize and MinMax are scikit-learn's inside, with checks around: equal speed is the best to expect.
One thread.
"""

from __future__ import annotations

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

ENCODERS = {
    "OneHot": ("scikit-learn", ["cc"]),
    "Ordinal": ("scikit-learn", ["cc", "admin1", "name"]),
    "BinaryCode": ("category_encoders", ["cc", "admin1"]),
    "Standardize": ("scikit-learn", ["lat", "lon"]),
    "MinMax": ("scikit-learn", ["lat", "lon"]),
}


def job(function: str, who: str, **options) -> dict:
    """Call a job in a process of its own; peers in their own environment."""
    python = {} if who == "vicinal" else {"python": peer_python("tables")}
    return run_job("tables_jobs", function, who=who, **python, **options)


def contest(function: str, peer: str, **options) -> dict:
    """Contestants that do the same job."""
    return {who: lambda _, who=who: job(function, who, **options) for who in ("vicinal", peer)}


def speed(args) -> None:
    """Seconds to learn and to encode."""
    part = Part("tables", "speed", args, threads=1, rounds=args.rounds, versions=peer_versions("tables"))
    towns, reviews = shared("places", "rg_cities1000.csv"), shared("corpus", "imdb", "imdb_train.jsonl.gz")
    for name, (peer, wanted) in ENCODERS.items():
        runs = interleave(
            contest("encode", peer, name=name, path=towns, copies=args.copies, wanted=wanted), args.rounds
        )
        rows, dims = runs["vicinal"][0]["rows"], runs["vicinal"][0]["dims"]
        part.add(speed_row(name, f"{rows:,} rows of {', '.join(wanted)} to {dims} dimensions", runs))
    runs = interleave(contest("hash_columns", "scikit-learn", path=towns, copies=1, dim=96), args.rounds)
    job_name = f"{runs['vicinal'][0]['rows']:,} rows of 3 columns to 96 dimensions (the peer's are sparse)"
    part.add(speed_row("Multiplexed", job_name, runs))
    contestants = contest("minhash", "datasketch", path=reviews, count=args.sets, dim=128, seeds=[1])
    part.add(speed_row("Sketch, MinHash", f"{args.sets:,} sets, 128 hashes", interleave(contestants, args.rounds)))


def quality(args) -> None:
    """Equality with the peer, errors of regression on hashed columns, and errors of estimates beside their bounds."""
    part = Part("tables", "quality", args, threads=1, versions=peer_versions("tables"))
    towns, reviews = shared("places", "rg_cities1000.csv"), shared("corpus", "imdb", "imdb_train.jsonl.gz")
    seeds = list(range(1, args.seeds + 1))
    for name, (peer, wanted) in ENCODERS.items():
        found = []
        for who in ("vicinal", peer):
            path = WORK / f"tables_{who}.npy"
            job("encode", who, name=name, path=towns, copies=1, wanted=wanted, out=path)
            found.append(np.load(path))
        if (
            name == "BinaryCode"
        ):  # the peer numbers categories as they come, ours by spelling: the same rows must be equal
            different = abs(len(np.unique(found[0], axis=0)) - len(np.unique(found[1], axis=0)))
            row = quality_row(name, "GeoNames", f"distinct codes more or fewer than {peer}'s", {"vicinal": [different]})
        else:
            largest = float(np.abs(found[0] - found[1]).max())
            row = quality_row(name, "GeoNames", f"largest difference from {peer}", {"vicinal": [largest]})
        part.add(row | {"larger": False})
    path = shared("recsys", "ml-100k_recbole", "ml-100k.inter")
    values = {
        who: job("rate_films", who, path=path, dim=args.width, seeds=seeds)["values"]
        for who in ("vicinal", "scikit-learn")
    }
    measure = f"RMSE of ratings from {args.width} hashed dimensions"
    part.add(quality_row("Multiplexed", "MovieLens 100k", measure, values, larger=False))
    values = {
        who: job("minhash", who, path=reviews, count=args.sets, dim=128, seeds=seeds)["values"]
        for who in ("vicinal", "datasketch")
    }
    part.add(quality_row("Sketch, MinHash", "IMDB words", "mean error of Jaccard, 128 hashes", values, larger=False))
    for method, name in (("simhash", "SimHash"), ("minhash", "MinHash"), ("count_sketch", "count-sketch")):
        found = run_job("tables_jobs", "beyond_bound", method=method, dim=512, pairs=500, seeds=[*seeds, 11, 12, 13])
        measure = f"share of errors beyond {found['bound']:.3f}, which 5 % may exceed, 512 dimensions"
        row = quality_row(
            f"Sketch, {name}", "500 pairs", measure, {"vicinal": found["values"]}, larger=False, bound=0.05
        )
        part.add(row | {"largest_error": found["largest_error"]})


PARTS = {"speed": speed, "quality": quality}

if __name__ == "__main__":
    run_parts(
        read_args(__doc__, PARTS, copies=(4, 1), rounds=(3, 1), sets=(4_000, 400), seeds=(3, 1), width=(256, 64)), PARTS
    )
