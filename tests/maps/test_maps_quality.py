from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.errors import BadInput, BadOption
from vicinal.maps import measure

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "reference" / "maps.py")))


def check_against_twin(high, low, k):
    found = measure(high, low, neighbours=k)
    assert found["trustworthiness"] == pytest.approx(twin.trustworthiness(high, low, k), abs=1e-12)
    assert found["continuity"] == pytest.approx(twin.continuity(high, low, k), abs=1e-12)
    assert found["stress"] == pytest.approx(twin.stress(high, low), abs=1e-6)
    assert found["neighbours"] == k and found["points"] == len(high)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_the_measures_are_those_of_the_slow_twin(data):
    n = data.draw(st.integers(3, 14))
    k = data.draw(st.integers(1, (n - 1) // 2))
    whole = st.integers(-9, 9)  # whole numbers make ties and equal points likely
    high = data.draw(st.lists(st.lists(whole, min_size=3, max_size=3), min_size=n, max_size=n))
    low = data.draw(st.lists(st.lists(whole, min_size=2, max_size=2), min_size=n, max_size=n))
    check_against_twin(high, low, k)


def test_many_blocks_are_the_same_as_one(monkeypatch):
    random = np.random.default_rng(0)
    high, low = random.normal(size=(60, 5)), random.normal(size=(60, 2))
    whole = measure(high, low)
    monkeypatch.setattr("vicinal.maps.quality._BLOCK", 100)
    assert measure(high, low) == pytest.approx(whole)
    check_against_twin(high.tolist(), low.tolist(), 7)


def test_the_same_points_at_any_scale_are_a_perfect_map():
    high = np.random.default_rng(1).normal(size=(50, 2))
    for low in (high, high * 1e-30, high * 1e100, high @ [[0.0, 1.0], [-1.0, 0.0]] + 3):
        found = measure(high, low)
        assert found["trustworthiness"] == found["continuity"] == 1.0
        assert found["stress"] == pytest.approx(0.0, abs=1e-6)


def test_a_random_map_is_trusted_as_little_as_chance():
    random = np.random.default_rng(2)
    found = measure(random.normal(size=(600, 20)), random.normal(size=(600, 2)))
    assert abs(found["trustworthiness"] - 0.5) < 0.05 and abs(found["continuity"] - 0.5) < 0.05


def test_equal_points_are_no_error():
    same = np.ones((6, 4))
    assert measure(same, same)["stress"] == 0.0
    assert measure(same, np.arange(12.0).reshape(6, 2))["stress"] == 1.0


def test_a_sample_is_near_the_whole_says_so_and_is_repeatable():
    random = np.random.default_rng(3)
    high = random.normal(size=(900, 10)) * np.linspace(3, 1, 10)
    whole, part = measure(high, high[:, :2]), measure(high, high[:, :2], pairs=900 * 300)
    assert whole["points"] == 900 and part["points"] == 300
    for key in ("trustworthiness", "continuity", "stress"):
        assert part[key] == pytest.approx(whole[key], abs=0.02) and part[key] != whole[key]
    assert part == measure(high, high[:, :2], pairs=900 * 300, seed=0)
    assert part != measure(high, high[:, :2], pairs=900 * 300, seed=1)
    assert measure(high, high[:, :2], pairs=1)["points"] == 100


def test_scikit_learn_agrees():
    manifold = pytest.importorskip("sklearn.manifold")
    high = np.random.default_rng(4).normal(size=(80, 6))
    for k in (1, 5, 20):
        theirs = manifold.trustworthiness(high, high[:, :2], n_neighbors=k)
        assert measure(high, high[:, :2], neighbours=k)["trustworthiness"] == pytest.approx(theirs)


@pytest.mark.parametrize("k", [0, -1, 5, True, 2.0, "2"])
def test_a_neighbourhood_out_of_range_is_refused(k):
    with pytest.raises(BadOption, match="from 1 to 4"):
        measure(np.eye(9), np.eye(9), neighbours=k)


def test_bad_points_are_refused():
    with pytest.raises(BadInput, match="three points"):
        measure(np.eye(2), np.eye(2))
    with pytest.raises(BadInput, match="three points"):
        measure(np.eye(4), np.eye(3))
    with pytest.raises(BadInput, match="finite"):
        measure(np.full((4, 2), np.nan), np.eye(4))
    with pytest.raises(BadInput, match="shape"):
        measure(np.ones(4), np.eye(4))
    with pytest.raises(BadOption, match="pairs"):
        measure(np.eye(4), np.eye(4), pairs=0)
    with pytest.raises(BadOption, match="seed"):
        measure(np.eye(200), np.eye(200), pairs=1, seed=-1)
