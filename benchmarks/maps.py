"""t-SNE and UMAP against openTSNE and umap-learn alone: seconds, trustworthiness and continuity.

python benchmarks/maps.py                       # about 40 quiet minutes on two cores
python benchmarks/maps.py draw --quick          # small, to try it

50,000 words × 100 dimensions, trained here. Each contestant draws in a process of its own; everything of its that
compiles is compiled before the clock starts, though in a new process umap-learn compiles anew. Ours includes finding the
neighbours and measuring the quality of the map. All maps are measured by the same code.
"""

from __future__ import annotations

import numpy as np

from _runs import (
    WORK,
    Part,
    corpus,
    interleave,
    peer_python,
    peer_versions,
    quality_row,
    read_args,
    run_job,
    run_parts,
    speed_row,
)

CONTESTS = {"t-SNE": ("vicinal", "openTSNE"), "UMAP": ("vicinal", "umap-learn")}


def draw(args) -> None:
    """Seconds of each method, and what the maps are worth."""
    from vicinal.maps import measure

    part = Part("maps", "draw", args, threads=args.threads, rounds=args.rounds, versions=peer_versions("maps"))
    words = 300_000 if args.quick else 0
    path = WORK / f"maps_{args.count}_{args.dim}{'_quick' if args.quick else ''}.npy"
    if not path.exists():
        run_job("maps_jobs", "vectors", text=corpus(words), count=args.count, dim=args.dim, out=path)
    matrix = np.load(path)
    for method, contestants in CONTESTS.items():

        def contestant(who, method=method):
            python = {} if who == "vicinal" else {"python": peer_python("maps")}

            def run(number):
                out = WORK / f"maps_{who}.npy"
                figures = run_job(
                    "maps_jobs", "draw", **python, blas_threads=args.threads, method=method, who=who, path=path,
                    threads=args.threads, seed=number, out=out,
                )  # fmt: skip
                return figures | measure(matrix, np.load(out))

            return run

        runs = interleave({who: contestant(who) for who in contestants}, args.rounds)
        job = f"{len(matrix):,} × {matrix.shape[1]} to 2 dimensions"
        part.add(speed_row(method, f"{job}, the call", runs, aimed=1.0))
        part.add(speed_row(method, f"{job}, the process", runs, key="process_seconds", aimed=1.0))
        for measured in ("trustworthiness", "continuity"):
            values = {who: [run[measured] for run in several] for who, several in runs.items()}
            part.add(quality_row(method, f"{len(matrix):,} words", measured, values))


PARTS = {"draw": draw}

if __name__ == "__main__":
    run_parts(read_args(__doc__, PARTS, count=(50_000, 2_000), dim=(100, 50), rounds=(3, 1), threads=(2, 2)), PARTS)
