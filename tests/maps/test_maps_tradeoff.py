"""Speed over recall as a picture."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vicinal.errors import BadInput, BadOption, OutputExists
from vicinal.maps import trade_off
from vicinal.maps.tradeoff import front

CURVES = {"exact": [(1.0, 900.0)], "lsh": [(0.8, 9000.0), (0.7, 8000.0), (0.96, 2000.0)], "none": []}


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(1, 1e6))))
def test_the_front_holds_what_nothing_beats(points):
    kept = front(points)
    assert all(a < c and b > d for (a, b), (c, d) in pairwise(kept))
    for recall, speed in points:
        assert any(a >= recall and b >= speed for a, b in kept)
    assert set(kept) <= set(points)


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_it_draws(tmp_path, ending):
    pytest.importorskip("matplotlib")
    drawn = trade_off(CURVES, tmp_path / f"a.{ending}", title="two <kinds>", bold=["lsh"])
    assert drawn.path.stat().st_size > 1000 and drawn.labels == 2
    assert "at recall 0.95 the quickest is lsh" in drawn.caption
    with pytest.raises(OutputExists):
        trade_off(CURVES, drawn.path)
    trade_off(CURVES, drawn.path, force=True)


def test_nothing_reaches_the_recall(tmp_path):
    pytest.importorskip("matplotlib")
    drawn = trade_off({"lsh": [(0.1, 5.0), (0.2, 4.0)]}, tmp_path / "a.svg", recall=0.99)
    assert drawn.caption.endswith("at recall 0.99 none is there")


def test_bad_input(tmp_path):
    pytest.importorskip("matplotlib")
    with pytest.raises(BadInput, match="no curve"):
        trade_off({"a": []}, tmp_path / "a.svg")
    with pytest.raises(BadOption, match=r"\.png"):
        trade_off(CURVES, tmp_path / "a.txt")
    assert not list(tmp_path.iterdir())
