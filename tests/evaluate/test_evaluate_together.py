from __future__ import annotations

import subprocess
import sys
from math import isnan

import pytest

import vicinal.evaluate as room
from vicinal.evaluate import evaluate
from vicinal.randomness import generator
from vicinal.space import Space

SPACE = Space([f"w{i}" for i in range(20)], generator(0).standard_normal((20, 4)))


def write_set(folder, name):
    path = folder / f"{name}.tsv"
    path.write_text("".join(f"w{i}\tw{i + 1}\t{i % 7}\n" for i in range(19)))
    return path


def test_everything_in_one_report(tmp_path):
    paths = [write_set(tmp_path, "one"), write_set(tmp_path, "two")]
    report = evaluate(SPACE, similarity=paths, analogies={"s": [("w0", "w1", "w2", "w3")]})
    assert report.names == ["one", "two", "analogies: s", "analogies: total"]
    assert report["one"].n == 19 and report["analogies: s"].n == 1
    assert "20 names" in report.title


def test_one_path_or_named_sets(tmp_path):
    path = write_set(tmp_path, "one")
    assert evaluate(SPACE, similarity=str(path), analogies=None).names == ["one"]
    named = evaluate(SPACE, similarity={"A": path, "B": [("w0", "w1", 1.0)]}, analogies=None)
    assert named.names == ["A", "B"] and isnan(named["B"].value)


def test_the_packaged_questions_are_the_default():
    report = evaluate(SPACE)
    assert report["analogies: total"].n == 0 and report["analogies: total"].skipped > 5000


def test_nothing_asked_nothing_said():
    assert len(evaluate(SPACE, analogies=None)) == 0


def test_missing_files_are_named():
    with pytest.raises(FileNotFoundError, match="nowhere"):
        evaluate(SPACE, similarity=["nowhere.tsv"])


def test_public_names_and_a_light_import():
    assert all(hasattr(room, name) for name in room.__all__) and room.__all__ == sorted(room.__all__)
    code = "import sys, vicinal.evaluate; print(sorted({'numba', 'scipy', 'click', 'matplotlib'} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
