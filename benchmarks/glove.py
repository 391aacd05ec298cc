"""GloVe against Stanford's C programs: counting, training on the same counts, loss and quality.

GLOVE_C=/path/to/GloVe/build python benchmarks/glove.py     # about 12 quiet minutes on two cores, 2 of them speed
python benchmarks/glove.py speed --quick                    # a part, small: speed, quality

GLOVE_C is the folder of the peer's vocab_count, cooccur, shuffle and glove, built by its own Makefile. Without it only
ours is measured. Quality uses the first 4 million words, so that three seeds of the peer take no more than 10 minutes;
--quality-words 0 takes all 17 million, about an hour.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from _runs import WORK, Part, corpus, interleave, quality_row, read_args, run_job, run_parts, speed_row
from words import score

THREADS, WINDOW, DIM = 2, 10, 100
PEER = "Stanford C"


def program(name: str) -> str:
    """Path of one of the peer's programs."""
    path = Path(os.environ["GLOVE_C"]) / name
    if not path.is_file():
        sys.exit(f"GLOVE_C is {os.environ['GLOVE_C']}, which has no {name}; it should be the folder of the binaries")
    return str(path)


def have_peer() -> bool:
    """Whether the peer can be measured; says so once if not."""
    if "GLOVE_C" not in os.environ:
        print(f"  {PEER} is left out: set GLOVE_C to the folder of its binaries", file=sys.stderr)
    return "GLOVE_C" in os.environ


def count_with_c(text: Path) -> dict:
    """Vocabulary and counting by the peer, and the shuffle its training needs."""
    base, seconds = WORK / "glove_c", {}
    runs = {
        "vocabulary_seconds": (["vocab_count", "-min-count", "5"], text, base.with_suffix(".vocab")),
        "seconds": (
            ["cooccur", "-memory", "4.0", "-vocab-file", f"{base}.vocab", "-window-size", str(WINDOW)],
            text, base.with_suffix(".bin"),
        ),
        "shuffle_seconds": (["shuffle", "-memory", "4.0"], base.with_suffix(".bin"), WORK / "glove_c.shuffled"),
    }  # fmt: skip
    for key, ((name, *options), source, target) in runs.items():
        with open(source, "rb") as given, open(target, "wb") as output:
            start = time.perf_counter()
            command = [program(name), "-verbose", "0", *options]
            subprocess.run(command, stdin=given, stdout=output, stderr=subprocess.DEVNULL, check=True, cwd=WORK)
            seconds[key] = time.perf_counter() - start
    whole = seconds["vocabulary_seconds"] + seconds["seconds"]
    return {**seconds, "whole_seconds": whole, "pairs": base.with_suffix(".bin").stat().st_size // 16}


def shuffle_with_c(counts: str, seed: int) -> Path:
    """Put our counts in the peer's random order, by its own program."""
    target = WORK / "glove.shuffled"
    with open(f"{counts}.bin", "rb") as given, open(target, "wb") as output:
        command = [program("shuffle"), "-memory", "4.0", "-verbose", "0", "-seed", str(seed)]
        subprocess.run(command, stdin=given, stdout=output, stderr=subprocess.DEVNULL, check=True, cwd=WORK)
    return target


def train_with_c(counts: str, shuffled: Path, epochs: int, seed: int, out: str = "") -> dict:
    """Train with the peer, which says when an epoch ends and its mean loss; the first epoch's time is left out."""
    command = [
        program("glove"), "-input-file", str(shuffled), "-vocab-file", f"{counts}.vocab", "-save-file",
        out or str(WORK / "glove_c_vectors"), "-threads", str(THREADS), "-iter", str(epochs), "-vector-size", str(DIM),
        "-x-max", "100", "-binary", "0", "-seed", str(seed), "-verbose", "2",
    ]  # fmt: skip
    ends, losses, pairs = [], [], shuffled.stat().st_size // 16
    start = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        for line in process.stderr:
            if match := re.search(r"iter: \d+, cost: ([\d.einf+-]+)", line):
                ends.append(time.perf_counter())
                losses.append(float(match[1]))
    if process.returncode or len(ends) != epochs:
        sys.exit(f"{' '.join(command)} ended with {process.returncode} after {len(ends)} epochs")
    rate = pairs * (epochs - 1) / (ends[-1] - ends[0])
    return {"pairs_per_s": rate, "first_epoch_seconds": ends[0] - start, "losses": losses}


def speed(args) -> None:
    """Counting, in seconds, and training, in pairs a second."""
    text, counts = corpus(args.words), str(WORK / "glove_speed")
    part = Part("glove", "speed", args, text_words=args.words, threads=THREADS, window=WINDOW, dim=DIM)
    contestants = {"vicinal": lambda n: run_job(
        "glove_jobs", "count", text=text, window=WINDOW, threads=THREADS, out="" if n else counts
    )}  # fmt: skip
    peer = have_peer()
    if peer:
        contestants[PEER] = lambda _: count_with_c(text)
    runs = interleave(contestants, args.rounds)
    pairs = {who: several[0]["pairs"] for who, several in runs.items()}
    # the peer's counting reads and looks up the text again, ours does not: so from text to counts, vocabulary included
    part.add(speed_row("GloVe", "from text to counts", runs, key="whole_seconds", aimed=1, pairs=pairs))
    contestants = {"vicinal": lambda _: run_job(
        "glove_jobs", "train", counts=counts, dim=DIM, epochs=3, threads=THREADS, seed=1
    )}  # fmt: skip
    if peer:
        shuffled = shuffle_with_c(counts, 1)
        contestants[PEER] = lambda _: train_with_c(counts, shuffled, 3, 1)
    runs = interleave(contestants, args.rounds)
    part.add(speed_row("GloVe", "training", runs, key="pairs_per_s", aimed=5, pairs=pairs["vicinal"]))


def quality(args) -> None:
    """Loss of every epoch on the same counts, and scores of the vectors, over seeds."""
    text, counts = corpus(args.quality_words), str(WORK / "glove_quality")
    part = Part(
        "glove", "quality", args, text_words=args.quality_words, threads=THREADS, window=WINDOW, dim=DIM,
        epochs=args.epochs, learning_rate=0.05, x_max=100,
    )  # fmt: skip
    run_job("glove_jobs", "count", text=text, window=WINDOW, threads=THREADS, out=counts)
    scores: dict[str, list[dict]] = {"vicinal": []} | ({PEER: []} if have_peer() else {})
    losses: dict[str, list[list[float]]] = {who: [] for who in scores}
    for seed in range(1, args.seeds + 1):
        for who, several in scores.items():
            if who == "vicinal":
                out = WORK / "glove_quality.space"
                figures = run_job(
                    "glove_jobs", "train", counts=counts, dim=DIM, epochs=args.epochs, threads=THREADS, seed=seed,
                    out=out,
                )  # fmt: skip
            else:
                out = WORK / "glove_quality.txt"
                shuffled = shuffle_with_c(counts, seed)
                figures = train_with_c(counts, shuffled, args.epochs, seed, str(out.with_suffix("")))
            several.append(score(out))
            losses[who].append(figures["losses"])
            print(f"  seed {seed}: {who}: loss {figures['losses'][-1]:.5f}, {several[-1]}", file=sys.stderr)
            part.save(scores=scores, losses=losses)
    data = f"wiki8a, {args.quality_words:,} words" if args.quality_words else "wiki8a"
    for measure in scores["vicinal"][0]:
        part.add(quality_row("GloVe", data, measure, {w: [s[measure] for s in runs] for w, runs in scores.items()}))
    last = {who: [seed[-1] for seed in runs] for who, runs in losses.items()}
    part.add(quality_row("GloVe", data, f"loss after {args.epochs} epochs", last, larger=False))


PARTS = {"speed": speed, "quality": quality}

if __name__ == "__main__":
    run_parts(
        read_args(
            __doc__, PARTS, words=(5_000_000, 300_000), quality_words=(4_000_000, 300_000), epochs=(15, 3),
            rounds=(3, 1), seeds=(3, 1),
        ),
        PARTS,
    )  # fmt: skip
