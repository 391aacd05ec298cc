"""Clusters: what was put in comes out, and the loss is no worse than scikit-learn's."""

import importlib

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from vicinal import Space
from vicinal.maps import clusters
from vicinal.similarity import unit_rows

MODULE = importlib.import_module("vicinal.maps.clusters")  # the room has a function of this name


@pytest.fixture(scope="module")
def groups():
    random = np.random.default_rng(5)
    centres = random.normal(size=(6, 16)) * 3
    true = random.choice(6, size=2000, p=[0.3, 0.25, 0.2, 0.12, 0.08, 0.05])
    return true, centres[true] + random.normal(size=(2000, 16)) * 0.7


def space_of(matrix, metric="cosine"):
    return Space([f"w{i}" for i in range(len(matrix))], matrix, metric=metric)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_finds_groups(groups, metric):
    true, matrix = groups
    found = clusters(space_of(matrix, metric), 6)
    assert adjusted_rand_score(true, found.codes) > 0.99
    sizes = np.bincount(found.codes)
    assert (np.diff(sizes) <= 0).all(), "the largest first"
    for code, names in enumerate(found.central):
        assert {int(found.codes[int(name[1:])]) for name in names} == {code}


def test_no_worse_than_scikit_learn():
    matrix = np.random.default_rng(6).normal(size=(3000, 10)) ** 3
    rows = unit_rows(matrix)
    found = clusters(space_of(matrix), 9)
    loss = np.square(rows - found.centres[found.codes]).sum()
    assert loss < KMeans(9, n_init=3, random_state=0).fit(rows).inertia_ * 1.02
    whole = np.square(rows - rows.mean(axis=0)).sum()
    assert found.explained == pytest.approx(1 - loss / whole, abs=0.005)


def test_a_sample_serves_all_rows(groups, monkeypatch):
    monkeypatch.setattr(MODULE, "_SAMPLE", 300)
    monkeypatch.setattr(MODULE, "BLOCK_ROWS", 130)
    true, matrix = groups
    assert adjusted_rand_score(true, clusters(space_of(matrix), 6).codes) > 0.99


def test_is_seeded(groups):
    first, again, other = (clusters(space_of(groups[1]), 5, seed=seed).codes for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == other.shape


@pytest.mark.parametrize("matrix", [np.zeros((5, 3)), np.ones((5, 3)), np.eye(5) * 1e30, np.eye(5) * 1e-30])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_odd_spaces(matrix, metric):
    found = clusters(space_of(matrix, metric), 3)
    assert len(found) == len(found.central) == found.codes.max() + 1 <= 3 and 0 <= found.explained <= 1
    assert np.isfinite(found.centres).all()
