"""Questions over HTTP: time from start to first answer, requests a second, their slowest, and whether they are right.

python benchmarks/serve.py                  # everything; some three quiet minutes after the graph of the peer is built
python benchmarks/serve.py start load       # parts: start, load
python benchmarks/serve.py --quick          # the same on less

GloVe 6B 50d, 400,000 words by cosine; `nearest` of frequent words, top 10, with an index of recall 0.95, one worker,
16 requests at once for 10 s, from the same two cores: wrk where it is installed. The peer is what is glued together
today: FastAPI, uvicorn and hnswlib. Afterwards as many answers are asked for at once again and compared with those of
every row compared, so that the recall is of answers under load.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from _runs import JOBS, WORK, Part, peer_python, peer_versions, quality_row, read_args, run_parts, speed_row
from vicinal import Space, build_index

AT_ONCE, K, ROUTE = 16, 10, "/spaces/words/nearest"
JSON = {"Content-Type": "application/json"}
_SCRIPT = """
local words, at = {}, 0
for line in io.lines("%s") do words[#words + 1] = line end
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  at = at + 1
  return wrk.format(nil, nil, nil, '{"query": "' .. words[1 + (at * 7919) %% #words] .. '", "k": 10}')
end
"""


def files(quick: bool) -> Path:
    """Make the space, its index and what the peer reads, once; return their folder."""
    folder = WORK / ("serve_quick" if quick else "serve")
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "words.index").exists():
        whole = Space.open(WORK / "glove.space")
        space = whole.take(np.arange(20_000)) if quick else whole
        space.save(folder / "words.space", force=True)
        np.save(folder / "words.npy", np.asarray(space.matrix))
        (folder / "names.txt").write_text("\n".join(space.names), "utf-8")
        asked = [name for name in space.names[:20_000] if name.isalnum() and name.isascii()]
        (folder / "asked.txt").write_text("\n".join(asked) + "\n", "utf-8")
        build_index(space, recall=0.95).save(folder / "words.index", force=True)
    return folder


@contextmanager
def running(who: str, folder: Path) -> Iterator[int]:
    """Run a server; gives its port at once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if who == "vicinal":
        command = [sys.executable, "-m", "vicinal", "serve", str(folder / "words.space"), "--port", str(port)]
    else:
        python, job, graph = peer_python("serve"), str(JOBS / "serve_peer_jobs.py"), folder / "words.hnsw"
        if not graph.exists():
            subprocess.run([python, job, "build", folder / "words.npy", graph], check=True)
        parts = [folder / "words.npy", folder / "names.txt", graph, str(port)]
        command = [python, job, "serve", *map(str, parts)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ})
    try:
        yield port
    finally:
        server.terminate()
        server.wait(30)


def ask(port: int, word: str) -> dict:
    """Ask once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", ROUTE, json.dumps({"query": word, "k": K}), JSON)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def first_answer(who: str, folder: Path) -> float:
    """Seconds from starting the process to its first answer."""
    start = time.perf_counter()
    with running(who, folder) as port:
        while True:
            try:
                ask(port, "king")
                return time.perf_counter() - start
            except OSError:
                time.sleep(0.005)


def wait_ready(port: int) -> None:
    """Wait until the server answers, and by its index."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if ask(port, "king").get("by", "index") != "exact":
                return
        except OSError:
            pass
        time.sleep(0.05)


def load(who: str, folder: Path, seconds: int) -> dict:
    """Ask 16 at once for some seconds: requests a second, the 99th percentile, recall of such answers."""
    with running(who, folder) as port:
        wait_ready(port)
        drive = _wrk if shutil.which("wrk") else _own
        drive(port, folder, 1)  # once for nothing
        figures = drive(port, folder, seconds)
        words = (folder / "asked.txt").read_text("utf-8").split()[::40][:400]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            answers = list(threads.map(lambda word: ask(port, word), words))
    space = Space.open(folder / "words.space")
    truth = space.nearest(words, K)
    shares = []
    for answer, names in zip(answers, truth.names, strict=True):
        found = {match["name"] for match in answer["results"][0]["matches"]}
        shares.append(len(found & set(names)) / K)
    return figures | {"recall": float(np.mean(shares))}


def _wrk(port: int, folder: Path, seconds: int) -> dict:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % (folder / "asked.txt"))
        script.flush()
        command = ["wrk", "-t1", f"-c{AT_ONCE}", f"-d{seconds}", "--latency", "-s", script.name]
        said = subprocess.run([*command, f"http://127.0.0.1:{port}{ROUTE}"], capture_output=True, text=True, check=True)
    if "Non-2xx" in said.stdout:
        sys.exit(f"some requests failed:\n{said.stdout}")
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said.stdout).groups()
    milliseconds = float(value) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[unit]
    return {"requests_per_s": float(re.search(r"Requests/sec:\s+([\d.]+)", said.stdout)[1]), "p99_ms": milliseconds}


def _own(port: int, folder: Path, seconds: int) -> dict:
    """Load by threads of this process: less than a server can bear, but without wrk."""
    words = (folder / "asked.txt").read_text("utf-8").split()
    times: list[float] = []
    end = time.perf_counter() + seconds

    def work(first: int) -> None:
        connection, at = http.client.HTTPConnection("127.0.0.1", port), first
        while (start := time.perf_counter()) < end:
            at = (at + 7919) % len(words)
            connection.request("POST", ROUTE, json.dumps({"query": words[at], "k": K}), JSON)
            connection.getresponse().read()
            times.append(time.perf_counter() - start)
        connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(work, range(AT_ONCE)))
    return {"requests_per_s": len(times) / seconds, "p99_ms": 1e3 * float(np.quantile(times, 0.99))}


CONTESTANTS = ("vicinal", "FastAPI + hnswlib")


def start_part(args) -> None:
    """From the command to the first answer."""
    part = Part("serve", "start", args, versions=peer_versions("serve"))
    folder, runs = files(args.quick), {who: [] for who in CONTESTANTS}
    for _ in range(args.rounds):
        for who in CONTESTANTS:
            runs[who].append({"seconds": first_answer(who, folder)})
    part.add(speed_row("server", "from start to first answer, 400,000 × 50 with an index", runs, at_most=1.5))


def load_part(args) -> None:
    """Under load."""
    part = Part("serve", "load", args, at_once=AT_ONCE, versions=peer_versions("serve"))
    folder, runs = files(args.quick), {who: [] for who in CONTESTANTS}
    for _ in range(args.rounds):
        for who in CONTESTANTS:
            runs[who].append(load(who, folder, args.span))
    part.add(speed_row("server", "nearest, top 10, 16 at once", runs, key="requests_per_s", at_least=1500))
    part.add(speed_row("server", "99th percentile of the time to answer", runs, key="p99_ms", at_most=25))
    recalls = {who: [run["recall"] for run in several] for who, several in runs.items()}
    part.add(quality_row("server", "GloVe 50d", "recall@10 of answers under load", recalls))


PARTS = {"start": start_part, "load": load_part}

if __name__ == "__main__":
    run_parts(read_args(__doc__, PARTS, rounds=(3, 1), span=(10, 2)), PARTS)
