"""Shared by all benchmarks: peers' environment, data, interleaved runs, results on disk."""

from __future__ import annotations

import json
import lzma
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORK = ROOT / "bench-work"
RESULTS = Path(__file__).parent / "results"
SHARED = ROOT.parent / "shared" / "data"
PEERS = ROOT / ".venv-bench"
_PEER_PACKAGES = ["gensim==4.4.0"]


def peer_python() -> str:
    """Return the interpreter of the peers' own environment, making it where it is missing."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *_PEER_PACKAGES], check=True)
    return str(python)


def corpus(words: int = 0) -> Path:
    """Return the benchmark text as one long line: all of it, or its first so many words."""
    WORK.mkdir(exist_ok=True)
    whole = WORK / "wiki8a.txt"
    if not whole.exists():
        packed = SHARED / "corpus" / "enwiki2014" / "wiki8a.txt.xz"
        if not packed.exists():
            sys.exit(f"the benchmark text is not at {packed}; put any text at {whole}")
        with lzma.open(packed) as source, open(whole, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 24)
    if not words:
        return whole
    part = WORK / f"wiki8a_{words}.txt"
    if not part.exists():
        part.write_text(" ".join(whole.read_text().split()[:words]))
    return part


def in_lines(path: Path, width: int = 1000) -> Path:
    """Return the same text with a line end every ``width`` words, as some peers need it."""
    target = path.with_name(path.stem + "_lines.txt")
    if not target.exists():
        words = path.read_text().split()
        target.write_text("".join(" ".join(words[i : i + width]) + "\n" for i in range(0, len(words), width)))
    return target


def run_json(command: list[str], **environment: str) -> dict:
    """Run a command whose last line of output is JSON; adds the wall seconds of the whole process."""
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", **environment}
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1]) | {"process_seconds": seconds}


def interleave(contestants: dict, rounds: int) -> dict[str, list[dict]]:
    """Run every contestant once a round, in turn: a drift of the machine then hits all alike."""
    runs: dict[str, list[dict]] = {name: [] for name in contestants}
    for number in range(rounds):
        for name, run in contestants.items():
            runs[name].append(run(number))
            print(f"  round {number + 1}: {name}: {summary(runs[name][-1])}", file=sys.stderr, flush=True)
    return runs


def summary(figures: dict) -> str:
    """Write the figures of one run in a line."""
    return ", ".join(f"{k} {v:.4g}" for k, v in figures.items() if isinstance(v, int | float))


def median(runs: list[dict], key: str) -> float:
    """Median of one figure over runs."""
    return statistics.median(run[key] for run in runs)


def machine() -> dict:
    """Describe what this ran on."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def save_results(name: str, part: str, figures: dict) -> Path:
    """Put one part of a benchmark's results into its JSON file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    record = json.loads(path.read_text()) if path.exists() else {}
    record["machine"] = machine()
    record[part] = figures | {"date": time.strftime("%Y-%m-%d")}
    path.write_text(json.dumps(record, indent=1) + "\n")
    return path
