"""Word vectors against gensim and, where its binary is given, pWord2Vec: speed and quality side by side.

python benchmarks/words.py                     # everything
python benchmarks/words.py speed --rounds 5    # a part: speed, whole, quality, import, start
PWORD2VEC=/path/to/pword2vec python benchmarks/words.py speed
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import time

from _runs import RESULTS, ROOT, SHARED, WORK, corpus, in_lines, interleave, median, peer_python, run_json, save_results

MODELS = {
    "skip-gram, negative sampling": ["--sg=1", "--hs=0"],
    "CBOW, negative sampling": ["--sg=0", "--hs=0"],
    "skip-gram, hierarchical softmax": ["--sg=1", "--hs=1"],
    "CBOW, hierarchical softmax": ["--sg=0", "--hs=1"],
}
FASTER = ["--learning-rate=0.05"]  # what word2vec.c takes for CBOW, and so do we unless told otherwise
WIDE = ["--sg=1", "--dim=300", "--negatives=10"]


def ours(text, *options):
    """Train with Vicinal in a process of its own."""
    return run_json([sys.executable, str(ROOT / "benchmarks" / "_train_vicinal.py"), str(text), *options])


def gensim(text, *options):
    """Train with gensim in a process of its own."""
    script = str(ROOT / "benchmarks" / "_train_gensim.py")
    return run_json([peer_python(), script, str(in_lines(text)), *options])


def pword2vec(text, epochs):
    """Train with the peer's binary; it prints its own training-only rate, of which the last is taken."""
    command = [
        os.environ["PWORD2VEC"], "-train", os.path.relpath(in_lines(text)), "-output", "/dev/null", "-size", "100",
        "-window", "5", "-negative", "5", "-sample", "1e-3", "-min-count", "5", "-iter", str(epochs), "-threads", "2",
    ]  # fmt: skip
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
    return {"words_per_s": 1000 * float(re.findall(r"Words/sec: ([\d.]+)k", done.stdout)[-1])}


def speed(rounds: int, words: int, only: str) -> dict:
    """Words a second in training, reading left out."""
    text, results = corpus(words), {}
    for name, options in {**MODELS, "skip-gram, dim 300, 10 negatives": WIDE}.items():
        if only not in name:
            continue
        print(name, file=sys.stderr)
        contestants = {
            "vicinal": lambda _, o=options: ours(text, "--epochs=2", *o),
            "gensim": lambda _, o=options: gensim(text, "--epochs=1", *o),
        }
        if name.startswith("skip-gram, neg") and words:
            contestants["vicinal, draw per window"] = lambda _, o=options: ours(text, "--epochs=2", "--sharing=1", *o)
        if name.startswith("skip-gram, neg") and "PWORD2VEC" in os.environ:
            contestants["pWord2Vec"] = lambda _: pword2vec(text, 2)
        runs = interleave(contestants, rounds)
        rates = {who: [run["words_per_s"] for run in several] for who, several in runs.items()}
        best = statistics.median(rates["vicinal"])
        ratios = {who: best / statistics.median(values) for who, values in rates.items() if who != "vicinal"}
        results[name] = {"words_per_s": rates, "ratio_of_medians": ratios}
        print(f"  ratio of medians: {ratios}", file=sys.stderr)
    return {"text_words": words, "threads": 2, "rounds": rounds, "gensim": "4.4.0", "models": results}


def whole(rounds: int) -> dict:
    """From the command to the written file: reading, vocabulary, 5 epochs, writing. Also peak memory."""
    text, out = corpus(), WORK / "whole"
    runs = interleave(
        {
            "vicinal": lambda _: ours(text, f"--out={out}.space"),
            "gensim": lambda _: gensim(text, f"--out={out}.bin"),
        },
        rounds,
    )
    extra = median(runs["vicinal"], "peak_bytes") - median(runs["vicinal"], "matrix_bytes")
    return {
        "seconds": {who: [run["process_seconds"] for run in several] for who, several in runs.items()},
        "words_per_s": {who: [run["words_per_s"] for run in several] for who, several in runs.items()},
        "ratio": median(runs["gensim"], "process_seconds") / median(runs["vicinal"], "process_seconds"),
        "memory_beyond_matrices_and_ids": extra - median(runs["vicinal"], "ids_bytes"),
        "rounds": rounds,
    }


def score(path) -> dict[str, float]:
    """Measure one set of vectors, whoever made it, by the same code."""
    from vicinal.evaluate import evaluate_analogies, evaluate_similarity
    from vicinal.store import read

    space, sets = read(path), SHARED / "similarity" / "eval-word-vectors"
    return {
        "WordSim-353": evaluate_similarity(space, sets / "EN-WS-353-ALL.txt").value,
        "SimLex-999": evaluate_similarity(space, sets / "EN-SIMLEX-999.txt").value,
        "Google analogies": evaluate_analogies(space, SHARED / "analogy" / "questions-words.txt")["total"].value,
    }


def quality(seeds: int) -> dict:
    """Scores of 5 epochs at equal settings (learning rate 0.025 but where named), by seeds; kept after every run."""
    models = MODELS | {"CBOW, negative sampling, learning rate 0.05": [*MODELS["CBOW, negative sampling"], *FASTER]}
    text, results = corpus(), {name: {"vicinal": [], "gensim": []} for name in sorted(models)}
    for seed in range(1, seeds + 1):
        for name, scores in results.items():
            for who, train, ending in (("vicinal", ours, "space"), ("gensim", gensim, "bin")):
                out = WORK / f"quality.{ending}"
                train(text, *models[name], f"--seed={seed}", f"--out={out}")
                scores[who].append(score(out))
                print(f"  {name}: seed {seed}: {who}: {scores[who][-1]}", file=sys.stderr, flush=True)
                save_results("words", "quality", {"epochs": 5, "models": results})
    return {"epochs": 5, "models": results}


def importing(rounds: int) -> dict:
    """Seconds to load 400,000 × 50 GloVe text (any such file at bench-work/glove.txt), and to open it as .space."""
    text, space = WORK / "glove.txt", WORK / "glove.space"
    if not text.exists():
        sys.exit(f"put a GloVe text file of 400,000 × 50 at {text}")
    read = (
        "import time, json, sys; from vicinal.store import read, write; t = time.perf_counter(); s = read(sys.argv[1])"
    )
    load = "import time, json, sys; from gensim.models import KeyedVectors; t = time.perf_counter(); KeyedVectors"
    load += ".load_word2vec_format(sys.argv[1], no_header=True)"
    tell = "; print(json.dumps({'seconds': time.perf_counter() - t}))"
    runs = interleave(
        {
            "vicinal": lambda _: run_json([sys.executable, "-c", read + tell, str(text)]),
            "gensim": lambda _: run_json([peer_python(), "-c", load + tell, str(text)]),
        },
        rounds,
    )
    run_json([sys.executable, "-c", f"{read}; write(s, {str(space)!r}, force=True){tell}", str(text)])
    opening = (
        "import time, json, sys, vicinal as vc; vc.Space; t = time.perf_counter(); s = vc.Space.open(sys.argv[1]); "
    )
    opening += "s.nearest('king')"
    opened = [run_json([sys.executable, "-c", opening + tell, str(space)])["seconds"] for _ in range(rounds)]
    return {
        "seconds": {who: [run["seconds"] for run in several] for who, several in runs.items()},
        "ratio": median(runs["gensim"], "seconds") / median(runs["vicinal"], "seconds"),
        "open_and_first_nearest_seconds": opened,
    }


def starting(rounds: int) -> dict:
    """Seconds from the command to the first training step, kernels being on disk already."""
    text = WORK / "small.txt"
    text.write_text("the quick brown fox jumps over the lazy dog\n" * 2000)
    code = (
        "import sys, time, json; import vicinal as vc\n"
        "def first(p):\n"
        "    if p.stage == 'training':\n"
        "        print(json.dumps({'reached': time.time()}), flush=True); __import__('os')._exit(0)\n"
        "vc.Word2Vec(epochs=1000, threads=2).fit(__import__('pathlib').Path(sys.argv[1]), callback=first)\n"
    )
    seconds = []
    for number in range(rounds + 1):
        begun = time.time()
        reached = run_json([sys.executable, "-c", code, str(text)])["reached"]
        if number:  # the first one may compile
            seconds.append(reached - begun)
    return {"seconds": seconds}


PARTS = {
    "start": lambda a: starting(a.rounds),
    "speed": lambda a: speed(a.rounds, a.words, a.only),
    "import": lambda a: importing(a.rounds),
    "whole": lambda a: whole(a.whole_rounds),
    "quality": lambda a: quality(a.seeds),
}


def main() -> None:
    """Run the chosen parts and write their figures to results/words.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--whole-rounds", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--words", type=int, default=0, help="words of the text that speed is measured on; 0: all")
    parser.add_argument("--only", default="", help="measure the speed of models with this in their name")
    args = parser.parse_args()
    WORK.mkdir(exist_ok=True)
    for part in args.parts or PARTS:
        print(f"== {part}", file=sys.stderr)
        name = f"{part} of {args.words or 'all'} words {args.only}".strip() if part == "speed" else part
        path = save_results("words", name, PARTS[part](args))
    print(f"results in {path or RESULTS}")


if __name__ == "__main__":
    main()
