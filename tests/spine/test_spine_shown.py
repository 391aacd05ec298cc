"""Matches as people see them, progress on a terminal and in a pipe, encoders, memory, optional packages."""

from __future__ import annotations

import copy
import io
import json
import subprocess
import sys

import numpy as np
import pytest

from vicinal import Matches, Progress, Reporter, Space, memory
from vicinal.encoder import Encoder
from vicinal.errors import BadInput, BadOption, MissingExtra, NotEnoughMemory, NotFitted
from vicinal.matches import html_table, table
from vicinal.progress import Meter
from vicinal.randomness import generator
from vicinal.require import require

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "a\nb\tc",
    "\x1b[2J",
    "\u202eabc",
    "\"&'",
    "王様",
    "e\u0301",
    "\u2028",
    "y" * 500,
]


def test_hostile_names_are_shown_not_obeyed():
    space = Space(HOSTILE, np.eye(len(HOSTILE)) + 1)
    found = space.nearest(HOSTILE, 3)
    assert not {"\x1b", "\t", "\u202e", "\u2028"} & set(str(found))
    assert "<img" not in found._repr_html_() and "&lt;img" in found._repr_html_()
    assert "y" * 61 not in str(found)
    for line in str(space.nearest(HOSTILE[0], 9)).split("\n"):
        assert "\r" not in line
    assert len(str(space.nearest(HOSTILE[0], 9)).split("\n")) == 2 + 8
    assert html_table(["<"], [["&"]]).count("&lt;") == 1


def test_columns_line_up_whatever_the_script():
    lines = table(("word", "dot"), [("王様", "1"), ("e\u0301", "2"), ("abcd", "3")]).split("\n")
    assert lines[2:] == ["王様         1", "e\u0301            2", "abcd         3"]


def test_many_queries():
    space = Space([f"w{i}" for i in range(500)], np.random.default_rng(0).standard_normal((500, 3)))
    found = space.nearest(space, 2)
    assert str(found).count("cosine") == 20 and str(found).endswith("… and 480 more queries")
    assert found._repr_html_().count("<table>") == 20
    assert str(space.nearest([f"w{i}" for i in range(21)], 1)).endswith("… and 1 more query")
    assert len(found) == 500 and len(list(found)) == 500 and found.rows.shape == (500, 2)


def test_matches_with_gaps():
    space = Space(["a", "b", "c"], np.eye(3))
    found = space.nearest(["a", "a + b"], 3)
    assert found.counts.tolist() == [2, 1]
    assert found.rows.tolist() == [[1, 2], [2, -1]] and np.isnan(found.scores[1, 1])
    assert json.loads(json.dumps(found.records()))[1]["matches"] == [{"name": "c", "score": 0.0}]
    with pytest.raises(BadInput, match="nothing was found"):
        _ = space.nearest("a", filter=[True, False, False]).first
    with pytest.raises(BadInput, match="no query"):
        _ = space.nearest([]).first
    far = Space(["a", "b"], [[1e30], [2e30]], metric="dot").nearest("a")
    assert far.records()[0]["matches"] == [{"name": "b", "score": None}] and "inf" in str(far)
    assert (
        "distance" in str(space.nearest("a", metric="euclidean"))
        and "-" not in str(space.nearest("a", metric="euclidean")).split("\n", 2)[2]
    )
    assert isinstance(found, Matches)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_reporter_on_a_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    out = Terminal()
    report = Reporter(out, every=0)
    report(Progress("reading", 1, 10))
    report(Progress("reading", 10, 10, rate=1e9))
    report(Progress("training", 1, 0, "words"))
    report.close()
    report.close()
    assert out.getvalue() == "\r\x1b[Kreading   10%\r\x1b[Kreading  100%  1,00\n\r\x1b[Ktraining  1 words\n"


def test_reporter_in_a_pipe():
    out = io.StringIO()
    report = Reporter(out)
    for done in range(1, 11):
        report(Progress("reading", done, 10))
    report.close()
    assert out.getvalue() == "reading   10%\nreading  100%\n"
    for done in (1, 5, 10, 10):
        report(Progress("reading", done, 10))  # another job of the same name
    assert out.getvalue().count("100%") == 2


def test_meter():
    seen = []
    meter = Meter(seen.append, "training", total=100)
    meter.resume(50)
    meter.report(50)
    meter.report(75, epoch=1, epochs=2, loss=0.5)
    assert seen[0].eta != seen[0].eta and seen[1].eta > 0 and str(seen[1]).startswith("training  epoch 1/2   75%")
    Meter(None, "silent").report(1)


class Toy(Encoder):
    def __init__(self, *, dim=2, value=float("nan"), table=None):
        self.dim, self.value, self.table = dim, value, table


def test_encoders():
    toy = Toy(dim=5)
    assert toy.get_params() == {"dim": 5, "value": toy.value, "table": None}
    assert repr(toy) == "Toy(dim=5)" and repr(Toy()) == "Toy()" and repr(Encoder()) == "Encoder()"
    assert repr(Toy(table=np.arange(3))) == "Toy(table=array([0, 1, 2]))"
    assert toy.set_params(dim=7, table=1) is toy and (toy.dim, toy.table) == (7, 1)
    with pytest.raises(BadOption, match="Toy has no option 'size'; it has dim, table, value"):
        toy.set_params(dim=9, size=1)
    assert toy.dim == 7
    with pytest.raises(NotFitted, match="call fit"):
        toy._check_fitted("space_")
    assert Encoder().get_params() == {} and copy.deepcopy(toy).dim == 7


def test_memory(monkeypatch):
    assert [memory.show_bytes(n) for n in (0, 999, 999.7, 1000, 999_960, 81_920_000, 5e15)] == [
        "0 bytes", "999 bytes", "1.0 kB", "1.0 kB", "1.0 MB", "81.9 MB", "5000.0 TB",
    ]  # fmt: skip
    monkeypatch.setattr(memory, "available_memory", lambda: 10_000)
    with pytest.raises(NotEnoughMemory, match=r"a table needs 20\.0 kB and 10\.0 kB are free; take fewer rows"):
        memory.check_memory(20_000, "a table", "take fewer rows")
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    memory.check_memory(10**18, "a table", "")


def test_require(tmp_path, monkeypatch):
    with pytest.raises(MissingExtra, match=r"needs nowhere_at_all, .* pip install 'vicinal\[maps\]'"):
        require("nowhere_at_all.inner", "maps")
    (tmp_path / "broken_inside.py").write_text("import nowhere_at_all")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError) as caught:
        require("broken_inside", "maps")
    assert not isinstance(caught.value, MissingExtra)


def test_generators():
    assert generator(np.int64(3), 1).random() == generator(3, np.int32(1)).random()
    before = np.random.get_state()[1].copy()
    generator(1).random(5)
    assert (np.random.get_state()[1] == before).all()
    for bad in (-1, True, 1.0, "1", None):
        with pytest.raises(BadOption, match="integer of 0 or more"):
            generator(bad)
        with pytest.raises(BadOption, match="integer of 0 or more"):
            generator(0, bad)


def test_importing_is_quick():
    code = """
import sys, time
start = time.perf_counter()
import vicinal
seconds = time.perf_counter() - start
heavy = {"numba", "matplotlib", "click", "pyarrow", "scipy"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
assert seconds < 0.3, seconds
vicinal.Space(["a"], [[1]]).nearest("a")
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
