"""Search for nearest neighbours against ScaNN, hnswlib, FAISS, usearch and Voyager: speed at equal recall, and more.

python benchmarks/search.py                     # everything; some 25 quiet minutes on two cores, mostly building graphs
python benchmarks/search.py speed latency build # parts: speed, latency, build, exact, spaces, picture
python benchmarks/search.py --quick             # the same on less: GloVe's first 100,000 words, SIFT and so on
ONLY=vicinal,ScaNN python benchmarks/search.py speed    # fewer contestants; the others' curves stay as they were

GloVe 6B 50d, 400,000 words by cosine, of which 2,000 chance ones are the queries and not in the index; top 10. Searches
take one thread, building takes two. Every contestant builds in a process of its own that stays, and is then asked for
all of its settings in turn, round after round. Compared at a recall are the points of each contestant's own curve
there, queries a second interpolated in their logarithm between two settings of one index; ratios are those of medians
over rounds. A contestant with several indexes (ScaNN with other leaves, and with spilling; ours with two plans) counts
by its best. Recall is the share of the 10 nearest found, equally near ones being as good. Vectors have length 1, so
that cosine is the dot product. Sentence vectors are those of all-MiniLM-L6-v2 for English sentences of Tatoeba,
computed when first needed (minutes).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from _runs import (
    JOBS,
    RESULTS,
    ROOT,
    WORK,
    Part,
    peer_python,
    peer_versions,
    quality_row,
    read_args,
    run_job,
    run_parts,
    shared,
    speed_row,
    summary,
)
from _search_page import draw
from vicinal.maps.tradeoff import front

K, THREADS, RECALLS, PROMISE = 10, 2, (0.90, 0.95, 0.98), 0.95
AIMED = {0.90: {"ScaNN": 1.0}, 0.95: {"ScaNN": 1.3, "hnswlib": 3.0}, 0.98: {"ScaNN": 1.0}}
KINDS = ["exact", "tree", "lsh", "ivf", "hnsw", "tree_ah"]
# who, the kind and its options; None for what it would be built with on such data
OWN: dict[str, tuple[str, dict[str, Any] | None]] = {
    "vicinal": ("tree_ah", None),
    "vicinal exact": ("exact", {"codes": "float"}),
    "vicinal int8": ("exact", {"codes": "int8"}),
    "vicinal binary": ("exact", {"codes": "binary"}),
    "vicinal ivf": ("ivf", None),
    "vicinal hnsw": ("hnsw", None),
    "vicinal lsh": ("lsh", None),
}
REBUILT = ("vicinal", "ScaNN")  # built several times by `build`; graphs take too long for that
SLOW = 1.0  # seconds for the batch from which a setting is tried in the first round only
GIVE_UP = 10.0  # and from which the more thorough ones are left out


@dataclass
class Contest:
    """A process that holds one index and answers questions.

    Attributes
    ----------
    who, variant : str
        Whose index, and which of its own.
    job, function : str
        Of ``jobs``.
    options : dict
    python : str
    """

    who: str
    variant: str
    job: str
    function: str
    options: dict[str, Any]
    python: str = sys.executable
    built: dict[str, Any] = field(default_factory=dict)
    points: list[dict[str, Any]] = field(default_factory=list)
    alone: list[dict[str, float]] = field(default_factory=list)

    def start(self, data: Path) -> None:
        """Start the process; building comes with the first question."""
        blas = "1" if self.python == sys.executable else str(THREADS)  # ours uses threads of its own
        env = {**os.environ, "OPENBLAS_NUM_THREADS": blas, "OMP_NUM_THREADS": str(THREADS)}
        options = json.dumps({"data": str(data), "k": K, "threads": THREADS, **self.options})
        self.process = subprocess.Popen(
            [self.python, str(JOBS / f"{self.job}.py"), self.function, options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT,
        )  # fmt: skip

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """Send a question and wait for the answer."""
        print(json.dumps({"do": do, **more}), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.who} {self.variant} ended with {self.process.wait()}; what it said stands above")
        return json.loads(line)

    def build(self) -> dict[str, Any]:
        """Build; the settings to try come with the answer."""
        self.built = self.ask("build")
        self.points = self.points or [
            {"setting": setting, "recall": None, "queries_per_s": []} for setting in self.built["settings"]
        ]
        print(f"  built {self.who} {self.variant}: {summary(self.built)}", file=sys.stderr, flush=True)
        return self.built

    def round(self, queries: int) -> None:
        """Measure all settings once more, but for those that proved slow."""
        first = not self.points[0]["queries_per_s"]
        for point in self.points:
            seconds = queries / statistics.median(point["queries_per_s"]) if point["queries_per_s"] else 0.0
            if not first and (seconds > SLOW or not point["queries_per_s"]):
                continue
            (found,) = self.ask("curve", settings=[point["setting"]])["points"]
            point["recall"] = found["recall"]
            point["queries_per_s"].append(found["queries_per_s"])
            if queries / found["queries_per_s"] > GIVE_UP:
                break

    def stop(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def speed_at(points: list[tuple[float, float]], recall: float) -> float | None:
    """Queries a second at a recall, on the logarithm's line between two settings; None where it is never reached."""
    best = front(points)
    enough = [point for point in best if point[0] >= recall]
    if not enough:
        return None
    below = [point for point in best if point[0] < recall]
    (high, slower) = enough[0]
    if not below or high == recall:
        return slower
    (low, faster) = below[-1]
    share = (recall - low) / (high - low)
    return math.exp((1 - share) * math.log(faster) + share * math.log(slower))


def speeds(variants: list[list[dict[str, Any]]], recall: float) -> list[dict[str, float]]:
    """Queries a second of a contestant's best index, one a round; empty where none reaches the recall."""
    found = []
    for number in range(max(len(point["queries_per_s"]) for points in variants for point in points)):
        values = [
            speed_at([
                (p["recall"], p["queries_per_s"][min(number, len(p["queries_per_s"]) - 1)])
                for p in points if p["queries_per_s"]
            ], recall)
            for points in variants
        ]  # fmt: skip
        if best := [value for value in values if value is not None]:
            found.append({"queries_per_s": max(best)})
    return found


class Arena:
    """All contestants over one set of data, started once a run and shared by the parts."""

    def __init__(self) -> None:
        self.contests: list[Contest] = []
        self.data = Path()
        self.size: dict[str, int] = {}
        self.rounds = 0

    def enter(self, args: argparse.Namespace) -> None:
        """Prepare the data, start everybody and build, one after the other."""
        if self.contests:
            return
        self.data, self.size = glove(args)
        run_job("search_jobs", "warm", folder=self.data, kinds=KINDS)
        for contest in [*own_contests(self.size, args), *peer_contests(self.size["n"], args)]:
            if args.only and contest.who not in args.only.split(","):
                continue
            contest.start(self.data)
            contest.build()
            self.contests.append(contest)

    def measure(self, rounds: int) -> None:
        """Have at least so many rounds of all settings measured."""
        while self.rounds < rounds:
            for contest in self.contests:
                contest.round(self.size["queries"])
                reached = speeds([contest.points], PROMISE)[-1:]
                shown = f"{reached[0]['queries_per_s']:,.0f}/s at {PROMISE}" if reached else f"never at {PROMISE}"
                print(
                    f"  round {self.rounds + 1}: {contest.who} {contest.variant}: {shown}", file=sys.stderr, flush=True
                )
            self.rounds += 1

    def by_who(self) -> dict[str, list[Contest]]:
        """Indexes by contestant, ours first."""
        found: dict[str, list[Contest]] = {}
        for contest in self.contests:
            found.setdefault(contest.who, []).append(contest)
        return found

    def leave(self) -> None:
        """End all processes."""
        for contest in self.contests:
            contest.stop()
        self.contests = []


ARENA = Arena()


def own_contests(size: dict[str, int], args: argparse.Namespace) -> list[Contest]:
    """Our kinds, each with the options it would be built with here, and what `build_index` makes of it by itself."""
    found = []
    for who, (kind, options) in OWN.items():
        answer = run_job("search_jobs", "plans", kind=kind, n=size["n"], dim=size["dim"], metric="cosine")
        if answer["plans"] is None:
            print(f"  there is no kind {kind}: left out", file=sys.stderr)
            continue
        plans = [options] if options else (answer["plans"] or [{}])[: args.plans if kind == "tree_ah" else 1]
        for at, plan in enumerate(plans):
            found.append(Contest(who, f"{kind} {at + 1}", "search_jobs", "Kind", {"kind": kind, "build": plan}))
    whole = Contest("vicinal build_index", f"recall={PROMISE}", "search_jobs", "Whole", {"recall": PROMISE})
    return [*found, whole]


def peer_contests(n: int, args: argparse.Namespace) -> list[Contest]:
    """The peers; ScaNN with leaves as its makers advise, twice as many, and with spilling."""
    python, root = peer_python("search"), math.sqrt(n)
    some = [{"leaves": round(1.6 * root)}, {"leaves": round(3.2 * root)}, {"leaves": round(1.6 * root), "soar": True}]
    factory = f"IVF{round(1.6 * root)},PQ{25}x4fs,RFlat"
    peers = [
        *(
            ("ScaNN", f"{o['leaves']} leaves{', SOAR' * o.get('soar', False)}", "ScaNN", o)
            for o in some[: args.indexes]
        ),
        ("hnswlib", "M=16", "Hnswlib", {}),
        ("FAISS flat", "Flat", "Faiss", {"factory": "Flat"}),
        ("FAISS IVF-PQ", factory, "Faiss", {"factory": factory}),
        ("FAISS HNSW", "HNSW16", "Faiss", {"factory": "HNSW16"}),
        ("usearch", "M=16", "Usearch", {}),
        ("Voyager", "M=16", "Voyager", {}),
    ]
    return [Contest(who, name, "search_peer_jobs", job, options, python) for who, name, job, options in peers]


def glove(args: argparse.Namespace) -> tuple[Path, dict[str, int]]:
    """GloVe vectors and their true neighbours: all 400,000, or for a quick run the first 100,000."""
    folder = WORK / "search" / f"glove_{'quick' if args.quick else 'full'}"
    if not (folder / "about.json").exists():
        if args.quick:
            source = np.load(shared("ann", "glove6b100k-50-angular.npz"))
            held(np.concatenate([source["train"], source["test"]]), "cosine", folder, args.queries)
        else:
            run_job("search_peer_jobs", "glove", python=peer_python("search"), folder=folder, queries=args.queries)
    n, dim = np.load(folder / "base.npy", mmap_mode="r").shape
    return folder, {"n": n, "dim": dim, "queries": len(np.load(folder / "queries.npy", mmap_mode="r"))}


def held(matrix: np.ndarray, metric: str, folder: Path, queries: int, seed: int = 0, most: int = 0) -> Path:
    """Hold chance rows of a matrix out as queries."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "matrix.npy", matrix)
    source = folder / "matrix.npy"
    run_job(
        "search_jobs", "matrices", folder=folder, source=source, metric=metric, queries=queries, seed=seed, most=most
    )
    source.unlink()
    return folder


def sentences(args: argparse.Namespace) -> np.ndarray:
    """Sentence vectors of 384 numbers, computed once."""
    count = args.sentences
    vectors, texts = WORK / "search" / f"sentences_{count}.npy", WORK / "search" / f"sentences_{count}.txt"
    if not vectors.exists():
        with zipfile.ZipFile(shared("parallel", "tatoeba", "fra-eng.zip")) as packed:
            lines = packed.read("fra-eng/fra.txt").decode().splitlines()
        distinct = list(dict.fromkeys(line.split("\t")[0] for line in lines))
        chosen = np.random.default_rng(0).permutation(len(distinct))[:count]
        texts.parent.mkdir(parents=True, exist_ok=True)
        texts.write_text("\n".join(distinct[at] for at in chosen), "utf-8")
        print(f"  encoding {len(chosen):,} sentences (once)", file=sys.stderr, flush=True)
        python = peer_python("sentence_model")
        run_job("search_sentence_jobs", "encode", python=python, blas_threads=2, texts=texts, out=vectors)
    return np.load(vectors)


def speed(args: argparse.Namespace) -> None:
    """Queries a second of a batch over recall, one thread: every curve, and how they compare at three recalls."""
    ARENA.enter(args)
    path = RESULTS / "search.json"
    kept = json.loads(path.read_text()).get("speed", {}).get("curves", {}) if args.only and path.exists() else {}
    part = Part("search", "speed", args, **ARENA.size, k=K, rounds=args.rounds, versions=peer_versions("search"))
    for number in range(1, args.rounds + 1):
        ARENA.measure(number)
        curves = kept | {
            who: {contest.variant: contest.points for contest in several} for who, several in ARENA.by_who().items()
        }
        part.save(curves=curves)
    compare(part, curves)


def compare(part: Part, curves: dict[str, dict[str, list[dict[str, Any]]]]) -> None:
    """Add how all compare at the recalls; those that took part in fewer rounds with the rounds they have."""
    for recall in RECALLS:
        runs = {who: speeds(list(variants.values()), recall) for who, variants in curves.items()}
        never = [who for who, several in runs.items() if not several]
        runs = {who: several for who, several in runs.items() if several}
        if "vicinal" in runs:
            part.add(speed_row("search", f"batch at recall {recall}", runs, key="queries_per_s", aimed=AIMED[recall],
                               recall=recall, never=never))  # fmt: skip


def cheapest(contests: list[Contest], recall: float) -> tuple[Contest, dict[str, Any]] | None:
    """The quickest setting of a contestant's indexes that reaches a recall."""
    found = [
        (statistics.median(point["queries_per_s"]), number, contest, point)
        for number, contest in enumerate(contests)
        for point in contest.points
        if point["queries_per_s"] and point["recall"] >= recall
    ]
    return max(found, key=lambda one: one[:2])[2:] if found else None


def latency(args: argparse.Namespace) -> None:
    """Milliseconds of one query at a time, each contestant at its quickest setting of recall 0.95 or more."""
    ARENA.enter(args)
    ARENA.measure(1)
    part = Part("search", "latency", args, **ARENA.size, k=K, rounds=args.rounds, versions=peer_versions("search"))
    chosen = {who: cheapest(several, PROMISE) for who, several in ARENA.by_who().items() if "flat" not in who}
    chosen = {who: one for who, one in chosen.items() if one and who not in ("vicinal exact", "vicinal int8")}
    runs: dict[str, list[dict]] = {who: [] for who in chosen}
    for number in range(args.rounds):
        for who, (contest, point) in chosen.items():
            runs[who].append(contest.ask("latency", setting=point["setting"]))
            print(f"  round {number + 1}: {who}: {summary(runs[who][-1])}", file=sys.stderr, flush=True)
    settings = {who: {"setting": point["setting"], "recall": point["recall"]} for who, (_, point) in chosen.items()}
    if "vicinal" in runs:
        for key in ("p50_ms", "p99_ms"):
            part.add(speed_row("search", f"one query at recall {PROMISE}, {key[:3]}", runs, key=key,
                               aimed={"ScaNN": 1.0}, settings=settings))  # fmt: skip


def build(args: argparse.Namespace) -> None:
    """Seconds to build with two threads, and bytes a vector besides the full vectors."""
    ARENA.enter(args)
    part = Part("search", "build", args, **ARENA.size, threads=THREADS, versions=peer_versions("search"))
    runs = {who: [several[0].built] for who, several in ARENA.by_who().items()}
    for who, several in ARENA.by_who().items():
        while who in REBUILT and len(runs[who]) < args.rounds:
            runs[who].append(several[0].build())
    if "vicinal" in runs:
        row = speed_row(
            "search", f"building, {THREADS} threads", runs, key="seconds", aimed={"ScaNN": 0.5, "hnswlib": 4.0}
        )
        part.add(row | {"bytes_per_vector": {who: several[0]["bytes_per_vector"] for who, several in runs.items()},
                        "limits": {"seconds": 15, "bytes_per_vector": 40}})  # fmt: skip


def exact(args: argparse.Namespace) -> None:
    """Every row scored: float against FAISS flat, int8 against it, and binary codes against our float on sentences."""
    part = Part("search", "exact", args, k=K, rounds=args.rounds, versions=peer_versions("search"))
    words, _ = glove(args)
    python = peer_python("search")
    flat = Contest("FAISS flat", "Flat", "search_peer_jobs", "Faiss", {"factory": "Flat"}, python)
    own = {codes: codes_contest(codes) for codes in ("exact", "int8", "binary")}
    found = duel([own["exact"], own["int8"], flat], words, args.rounds)
    for codes, least, aimed in (("exact", 0.999, 1.2), ("int8", 0.99, 3.0)):
        add_duel(part, f"GloVe: {codes}", found, (codes, "FAISS flat"), least, aimed)
    folder = WORK / "search" / f"sentences_{args.sentences}"
    if not (folder / "about.json").exists():
        held(sentences(args), "cosine", folder, min(args.queries, args.sentences // 10))
    flat = Contest("FAISS flat", "Flat", "search_peer_jobs", "Faiss", {"factory": "Flat"}, python)
    own = {codes: codes_contest(codes) for codes in ("exact", "int8", "binary")}
    found = duel([*own.values(), flat], folder, args.rounds)
    for codes, other, least, aimed in (
        ("exact", "FAISS flat", 0.999, 1.2), ("int8", "FAISS flat", 0.99, None), ("binary", "exact", 0.95, 20.0),
    ):  # fmt: skip
        add_duel(part, f"sentence vectors: {codes}", found, (codes, other), least, aimed)
    alone = {
        "vicinal": found["binary"].alone,
        "our exact": found["exact"].alone,
        "FAISS flat": found["FAISS flat"].alone,
    }
    if all(alone.values()):
        row = speed_row("search", f"sentence vectors: binary, recall ≥ {PROMISE}, one query, p50", alone, key="p50_ms")
        part.add(row)


def codes_contest(codes: str) -> Contest:
    """Exact search over the vectors themselves, or by codes of a byte or a bit that choose what is scored again."""
    options = {"codes": "float" if codes == "exact" else codes}
    return Contest(codes, codes, "search_jobs", "Kind", {"kind": "exact", "build": options})


def duel(contests: list[Contest], data: Path, rounds: int) -> dict[str, Contest]:
    """Build a few contestants and measure their settings in turn."""
    run_job("search_jobs", "warm", folder=data, kinds=["exact"])
    queries = len(np.load(data / "queries.npy", mmap_mode="r"))
    for contest in contests:
        contest.start(data)
        contest.build()
    for _ in range(rounds):
        for contest in contests:
            contest.round(queries)
    for _ in range(rounds):
        for contest in contests:
            if one := cheapest([contest], PROMISE):
                contest.alone.append(contest.ask("latency", setting=one[1]["setting"]))
    for contest in contests:
        contest.stop()
    return {contest.who: contest for contest in contests}


def add_duel(
    part: Part, job: str, found: dict[str, Contest], pair: tuple[str, str], least: float, aimed: float | None
) -> None:
    """Add how a kind of ours compares with one other, each at its quickest setting of a recall."""
    chosen = {who: cheapest([found[who]], least) for who in pair}
    if any(one is None for one in chosen.values()):
        reached = {who: max((p["recall"] or 0) for p in found[who].points) for who in pair}
        print(f"  {job}: not compared at recall {least}: {reached}", file=sys.stderr)
        part.save(**{f"not compared: {job}": f"recall {least} was not reached: {reached}"})
        return
    runs = {
        name: [{"queries_per_s": value} for value in chosen[who][1]["queries_per_s"]]
        for name, who in zip(("vicinal", pair[1] if "FAISS" in pair[1] else f"our {pair[1]}"), pair, strict=True)
    }
    part.add(speed_row(
        "search", f"{job}, recall ≥ {least}", runs, key="queries_per_s", aimed=aimed,
        recalls={who: one[1]["recall"] for who, one in chosen.items()},
        settings={who: one[1]["setting"] for who, one in chosen.items()},
        bytes_per_vector={who: one[0].built["bytes_per_vector"] for who, one in chosen.items()},
    ))  # fmt: skip


def five_spaces(args: argparse.Namespace) -> dict[str, tuple[Any, str]]:
    """Matrices of five kinds, and their metrics; each made only when asked for."""

    def both(*parts: str) -> np.ndarray:
        source = np.load(shared(*parts))
        return np.concatenate([source["train"], source["test"]])

    def pixels() -> np.ndarray:
        source = np.load(shared("images", "mnist.npz"))
        both = np.concatenate([source["x_train"], source["x_test"]])
        return both.reshape(len(both), -1).astype(np.float32) / 255

    def noise() -> np.ndarray:
        return np.random.default_rng(0).normal(size=(50_000, 50)).astype(np.float32)

    return {
        "words": (lambda: both("ann", "glove6b100k-50-angular.npz"), "cosine"),
        "SIFT": (lambda: both("ann", "sift5k-128-euclidean.npz"), "euclidean"),
        "MNIST pixels": (pixels, "euclidean"),
        "sentence vectors": (lambda: sentences(args), "cosine"),
        "random": (noise, "cosine"),
    }


def spaces(args: argparse.Namespace) -> None:
    """Whether `build_index(recall=0.95)` keeps its word on queries that it has never seen, in five spaces."""
    part = Part("search", "spaces", args, recall=PROMISE, k=K, seeds=args.seeds)
    for name, (load, metric) in five_spaces(args).items():
        runs = []
        for seed in range(1, args.seeds + 1):
            matrix = load()
            folder = WORK / "search" / f"space_{name.replace(' ', '_')}_{seed}_{args.most}"
            if not (folder / "about.json").exists():
                held(matrix, metric, folder, min(1000, len(matrix) // 10), seed=seed, most=args.most)
            if seed == 1:
                run_job("search_jobs", "warm", folder=folder, kinds=KINDS)
            runs.append(
                run_job("search_jobs", "promised", folder=folder, recall=PROMISE, threads=THREADS, seed=seed, held=1000)
            )
            kept = {
                key: runs[-1][key] for key in ("recall", "own_recall", "kind", "setting", "seconds", "bytes_per_vector")
            }
            print(f"  {name}, seed {seed}: {kept}", file=sys.stderr, flush=True)
        n, dim = np.load(folder / "base.npy", mmap_mode="r").shape
        row = quality_row("build_index", f"{name}, {n:,} × {dim}, {metric}", "recall@10, fresh queries",
                          {"vicinal": [run["recall"] for run in runs]})  # fmt: skip
        part.add(row | {"runs": runs, "kept": all(run["recall"] >= PROMISE for run in runs)})


def picture(args: argparse.Namespace) -> None:
    """Draw every contestant's curve from the figures of `speed`."""
    print(f"  drawn: {draw(quick=args.quick)}", file=sys.stderr)


PARTS = {"speed": speed, "latency": latency, "build": build, "exact": exact, "spaces": spaces, "picture": picture}


def main() -> None:
    """Run the chosen parts."""
    args = read_args(
        __doc__, PARTS, queries=(2000, 300), rounds=(3, 1), plans=(2, 1), indexes=(3, 1), sentences=(50_000, 3_000),
        most=(0, 5_000), seeds=(1, 1),
    )  # fmt: skip
    args.only = os.environ.get("ONLY", "")
    try:
        run_parts(args, PARTS)
    finally:
        ARENA.leave()


if __name__ == "__main__":
    main()
