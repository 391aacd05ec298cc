import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from vicinal.align import crowding, csls, csls_nearest, mutual_nearest
from vicinal.errors import BadInput, BadOption
from vicinal.randomness import generator


def rows(seed, m, n, dim):
    rng = generator(seed)
    return rng.normal(size=(m, dim)).astype(np.float32), rng.normal(size=(n, dim)).astype(np.float32)


@pytest.mark.parametrize("block", [1, 7 * 30, 1 << 23])
def test_equals_the_twin_at_any_block_size(twin, monkeypatch, block):
    monkeypatch.setattr(csls, "_SCORES", block)
    sources, targets = rows(1, 40, 30, 6)
    expected = twin.csls(sources.astype(float), targets.astype(float), 5)
    found, scores = csls_nearest(sources, targets, 30, neighbors=5)
    assert_allclose(np.take_along_axis(expected, found, axis=1), scores, atol=1e-5)
    assert_allclose(-np.sort(-expected, axis=1), scores, atol=1e-5)
    assert_allclose(crowding(sources, targets, 5), [twin.crowding(x, targets, 5) for x in sources], atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), m=st.integers(1, 20), n=st.integers(1, 20), k=st.integers(1, 12))
def test_mutual_pairs_equal_the_twin(twin, seed, m, n, k):
    sources, targets = rows(seed, m, n, 4)
    table = twin.csls(sources.astype(float), targets.astype(float), k)
    forward, backward = table.argmax(axis=1), table.argmax(axis=0)
    expected = [(i, j) for i, j in enumerate(forward.tolist()) if backward[j] == i]
    left, right, similarity = mutual_nearest(sources, targets, neighbors=k)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected
    assert similarity == pytest.approx(
        np.mean([twin.cosine(x, targets[j]) for x, j in zip(sources, forward, strict=True)]), abs=1e-5
    )


def test_blocks_of_mutual_pairs(monkeypatch):
    sources, targets = rows(2, 50, 40, 5)
    whole = mutual_nearest(sources, targets)
    monkeypatch.setattr(csls, "_SCORES", 80)
    parts = mutual_nearest(sources, targets)
    assert whole[0].tolist() == parts[0].tolist()
    assert whole[1].tolist() == parts[1].tolist()


def test_a_hub_is_put_back():
    # worked by hand: the hub is at cosine 0.8 from both sources; each own target at 0.7; neighbourhoods of 1 and 2
    hub, own = np.array([0.8, 0.6, 0.0]), np.array([0.0, 1.0, 0.0])
    x = np.array([1.0, 0.0, 0.0])
    y = np.array([0.7, -np.sqrt(0.51), 0.0])
    found, scores = csls_nearest([x], [hub, y, own], 1, sources=[x, hub, hub], neighbors=1)
    # hub: 2 · 0.8 - 0.8 - 1 = -0.2; y: 2 · 0.7 - 0.8 - 0.7 = -0.1
    assert found.tolist() == [[1]]
    assert scores[0, 0] == pytest.approx(-0.1, abs=1e-6)


def test_more_neighbors_than_rows_take_all():
    sources, targets = rows(3, 4, 3, 5)
    assert_allclose(crowding(sources, targets, 100), crowding(sources, targets, 3))


def test_bad_input():
    sources, targets = rows(4, 4, 3, 5)
    with pytest.raises(BadInput, match="cannot be compared"):
        crowding(sources, targets[:, :2])
    with pytest.raises(BadInput, match="cannot be compared"):
        mutual_nearest(sources, targets[:0])
    for k in (0, 1.5, True):
        with pytest.raises(BadOption, match="k must be"):
            crowding(sources, targets, k)
    with pytest.raises(BadOption, match="k is 4, expected 1 to 3"):
        csls_nearest(sources, targets, 4)
