"""The explorer in a browser without a graphics processor: seconds to the first picture, frames a second while dragging.

python benchmarks/explorer.py                  # both parts; some three minutes, on a quiet machine
python benchmarks/explorer.py picture          # parts: picture, drag
python benchmarks/explorer.py --quick          # 20,000 points instead of a million, one round

Headless Chromium, found on the PATH, driven by Playwright; WebGL would run in SwiftShader. Every round is a browser of
its own with a fresh profile, so that nothing is cached there; the server runs in a process of its own and has sent the
map once before. The first picture is the moment after which a sample of the points was handed to the screen, and the
whole picture that of all points, both from the start of the navigation. GloVe 6B 50d, 400,000 words, from
bench-work/glove.space where it is there, else random groups of that size; a million points are always such groups.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from _runs import ROOT, WORK, Part, median, read_args, run_parts, speed_row
from vicinal import Space

FLAGS = ["--no-sandbox", "--no-first-run", "--disable-background-networking", "--use-angle=swiftshader",
         "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]  # fmt: skip
SERVE = """
import sys, vicinal as vc
from vicinal.serve import Served, Settings, Shelf
from vicinal.serve.run import run
run(Shelf([Served("points", vc.Space.open(path)) for path in sys.argv[2:]]), Settings(port=int(sys.argv[1])))
"""
CLOUD = """Object.defineProperty(window, "cloud", {get: () => document.querySelector(".points-map .cloud")?.cloud})"""
AIMED = {400_000: 2.5, 1_000_000: 3.0}
DRAG_SECONDS = 4.0


def groups(n: int) -> Path:
    """Make a space of ``n`` points in 40 groups of 16 dimensions."""
    path = WORK / f"groups_{n}.space"
    if not path.exists():
        random = np.random.default_rng(1)
        centres, group = random.normal(size=(40, 16)) * 2, random.integers(40, size=n)
        matrix = (centres[group] + random.normal(size=(n, 16))).astype(np.float32)
        Space([f"point {i}" for i in range(n)], matrix).save(path)
    return path


def spaces(args: argparse.Namespace) -> dict[int, Path]:
    """Return what is drawn, by the number of points."""
    if args.quick:
        return {args.points: groups(args.points)}
    glove = WORK / "glove.space"
    return {400_000: glove if glove.exists() else groups(400_000), args.points: groups(args.points)}


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Serve a space in a process of its own, with its map worked out."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(port), str(path)], cwd=ROOT)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(400):
            try:
                urllib.request.urlopen(f"{address}/spaces", timeout=60).read()
                break
            except OSError:
                time.sleep(0.05)
        urllib.request.urlopen(f"{address}/spaces/points/map?map=pca", timeout=600).read()
        yield address
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def fresh_page() -> Iterator[Page]:
    """Start a browser that has seen nothing."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        sys.exit("this benchmark needs chromium on the PATH")
    with sync_playwright() as driver:
        browser: Browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1200, "height": 800}, bypass_csp=True)
        page.add_init_script(CLOUD)
        yield page
        browser.close()


def open_explorer(page: Page, address: str) -> dict[str, float]:
    """Open the explorer and return the seconds to its first and to its whole picture."""
    page.goto(f"{address}/explorer/")
    whole = page.wait_for_function(
        "window.cloud?.stats.points && cloud.stats.whole && performance.now() / 1000", polling="raf", timeout=120_000
    ).json_value()
    page.wait_for_function("performance.getEntriesByName('first picture').length")
    first = page.evaluate("performance.getEntriesByName('first picture')[0].startTime") / 1000
    return {"first_picture_s": first, "whole_picture_s": max(whole, first)}


def picture(args: argparse.Namespace) -> None:
    """Seconds from navigation to a picture."""
    part = Part(
        "explorer", "picture", args, rounds=args.rounds, view="1200 × 800", renderer="without a graphics processor"
    )
    for n, path in spaces(args).items():
        runs: dict[str, list[dict]] = {"vicinal": []}
        with served(path) as address:
            for _ in range(args.rounds):
                with fresh_page() as page:
                    runs["vicinal"].append(open_explorer(page, address))
        for key in ("first_picture_s", "whole_picture_s"):
            wanted: dict[str, Any] = {"at_most": AIMED.get(n)} if key == "first_picture_s" else {}
            part.add(speed_row("explorer", f"{key[:-2].replace('_', ' ')}, {n:,} points", runs, key=key) | wanted)
            print(f"  {n:,} points: {key} {median(runs['vicinal'], key):.2f}", file=sys.stderr, flush=True)


def drag(args: argparse.Namespace) -> None:
    """Pictures a second while the map is dragged by the mouse."""
    part = Part(
        "explorer", "drag", args, rounds=args.rounds, view="1200 × 800", renderer="without a graphics processor"
    )
    n, runs = args.points, []
    with served(groups(n)) as address:
        for _ in range(args.rounds):
            with fresh_page() as page:
                open_explorer(page, address)
                runs.append(dragged(page))
    for key in ("frames_per_s", "worst_gap_s"):
        row = speed_row("explorer", f"{key.replace('_', ' ')} dragging {n:,} points", {"vicinal": runs}, key=key)
        part.add(row | ({"at_least": 10.0} if key == "frames_per_s" else {}))
        print(f"  {n:,} points: {key} {median(runs, key):.2f}", file=sys.stderr, flush=True)
    part.save(drawn_while_moving=[run["drawn"] for run in runs])


def dragged(page: Page) -> dict[str, float]:
    """Drag to and fro, and count the pictures that were drawn meanwhile."""
    page.evaluate("""() => {
      window.times = [];
      const shown = cloud.painter.shown;
      cloud.painter.shown = (picture) => { window.times.push([performance.now(), picture.count]); shown(picture); };
    }""")
    page.mouse.move(400, 400)
    page.mouse.down()
    end, i = time.perf_counter() + DRAG_SECONDS, 0
    while time.perf_counter() < end:
        i += 1
        page.mouse.move(400 + 150 * np.sin(i / 9), 400 + 100 * np.cos(i / 7))
    times = np.array(page.evaluate("window.times"))
    page.mouse.up()
    steady = times[len(times) // 4 :]  # the first frames find out how many points fit
    gaps = np.diff(steady[:, 0]) / 1000
    return {
        "frames_per_s": float(1 / gaps.mean()),
        "worst_gap_s": float(gaps.max()),
        "drawn": float(np.median(steady[:, 1])),
    }


PARTS = {"picture": picture, "drag": drag}

if __name__ == "__main__":
    run_parts(read_args(__doc__, PARTS, points=(1_000_000, 20_000), rounds=(5, 1)), PARTS)
