from __future__ import annotations

import json
from math import isnan, nan

import pytest

from vicinal.errors import BadInput
from vicinal.evaluate import Figure, Report

WORDSIM = Figure("WordSim-353", 0.61, 0.53, 0.68, 318, 35, "lower-case words", "Spearman's ρ")
EMPTY = Figure("<b>RW</b>", nan, n=0, skipped=4, note="only 0 known pairs")


def test_table_is_aligned_and_shows_what_a_figure_rests_on():
    lines = str(Report("Title", [WORDSIM, EMPTY])).splitlines()
    assert lines[0] == "Title"
    assert lines[4].split("  ")[0] == "WordSim-353"
    assert all(part in lines[4] for part in ("0.6100", "[0.5300, 0.6800]", "318", "35 (9.9 %)"))
    assert "–" in lines[5] and "nan" not in str(Report("Title", [EMPTY]))
    assert len({len(line) for line in lines[2:6]}) == 1


def test_equal_notes_are_said_once():
    figures = [Figure(f"f{i}", 0.5, n=1, note="same") for i in range(5)]
    assert str(Report("T", figures)).count("same") == 1
    assert "f0, f1, f2 and 2 more: same" in str(Report("T", figures))


def test_look_up():
    report = Report("T", [WORDSIM, EMPTY])
    assert report["WordSim-353"] is WORDSIM
    assert "WordSim-353" in report and "x" not in report
    assert len(report) == 2 and list(report) == [WORDSIM, EMPTY]
    with pytest.raises(BadInput, match="WordSim-353"):
        report["WordSim-354"]
    with pytest.raises(BadInput, match="no figure"):
        Report("T", [])["x"]


def test_json_is_strict():
    record = json.loads(Report("T", [WORDSIM, EMPTY]).to_json(), parse_constant=pytest.fail)
    assert record["title"] == "T"
    assert record["figures"][0]["value"] == 0.61 and record["figures"][1]["value"] is None
    assert record["figures"][0]["skipped_share"] == pytest.approx(35 / 353, abs=1e-6)
    assert record["figures"] == Report("T", [WORDSIM, EMPTY]).records()


def test_html_is_escaped():
    html = Report("<i>T", [EMPTY])._repr_html_()
    assert "<b>RW" not in html and "&lt;b&gt;RW" in html and "<i>" not in html


def test_share_skipped():
    assert Figure("f", 1.0).skipped_share == 0
    assert Figure("f", 1.0, n=10, skipped=10, undrawn=20).skipped_share == 0.25
    assert isnan(Figure("f", 1.0).low)
    assert str(WORDSIM).endswith("lower-case words")


def test_an_empty_report_prints():
    assert str(Report("Nothing", [])).startswith("Nothing")
    assert Report("Nothing", [])._repr_html_()
