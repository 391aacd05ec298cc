from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from vicinal import Space
from vicinal.cli import app

WORDS = ["king", "queen", "man", "woman", "pink", "red", "blue", "prince", "gold", "silver", "father", "mother"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in, with a terminal of 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("VICINAL_DEBUG", raising=False)
    return tmp_path


@pytest.fixture
def cli(here):
    """Run one command in this process."""

    def run(*words, code=0, stdin=None):
        result = CliRunner().invoke(app, [str(word) for word in words], input=stdin, prog_name="vicinal")
        assert result.exit_code == code, f"{result.stdout}\n{result.stderr}\n{result.exception!r}"
        return result

    return run


@pytest.fixture
def refuses(cli):
    """Run a command that must end in one clear line with exit code 2, holding all the given parts."""

    def run(*words, says=(), stdin=None):
        result = cli(*words, code=2, stdin=stdin)
        lines = [line for line in result.stderr.splitlines() if line.startswith("vicinal: ")]
        assert len(lines) == 1 and result.stderr.splitlines()[-1] == lines[0], result.stderr
        assert "Traceback" not in result.stderr
        for part in [says] if isinstance(says, str) else says:
            assert part in lines[0]
        return lines[0]

    return run


@pytest.fixture
def program(here):
    """Start the real program in a process of its own."""

    def start(*words, **options):
        source = str(Path(__file__).parents[2] / "src")
        environment = {**os.environ, "PYTHONPATH": source, **options.pop("env", {})}
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        return subprocess.Popen([sys.executable, "-m", "vicinal", *map(str, words)], env=environment, **options)

    return start


def toy_space():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(len(WORDS), 8))
    matrix[1] = matrix[0] - matrix[2] + matrix[3] + 0.05 * rng.normal(size=8)
    return Space(
        WORDS, matrix, columns={"count": 100 - 5 * np.arange(12), "kind": ["person"] * 4 + ["colour"] * 3 + ["x"] * 5}
    )


@pytest.fixture
def space(here):
    """A file ``words.space`` of twelve names."""
    toy_space().save("words.space")
    return here / "words.space"


def _sentences(lines, words=200, seed=0):
    chosen = random.Random(seed)
    names = [f"w{i}" for i in range(words)]
    weights = [1 / (i + 1) for i in range(words)]
    return "".join(" ".join(chosen.choices(names, weights, k=12)) + "\n" for _ in range(lines))


@pytest.fixture
def sentences():
    """Make text of so many lines."""
    return _sentences


@pytest.fixture
def corpus(here):
    """A file ``corpus.txt`` of 24,000 words."""
    (here / "corpus.txt").write_text(_sentences(2000))
    return here / "corpus.txt"
