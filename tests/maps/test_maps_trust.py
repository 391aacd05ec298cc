"""What a map kept of the neighbours of single points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal import Space
from vicinal.errors import BadInput, BadOption, SpacesDiffer
from vicinal.maps import Map, Trust, pca_map, point_trust


def cloud(n=600, dim=12, seed=0):
    rng = np.random.default_rng(seed)
    return Space([f"w{i}" for i in range(n)], rng.normal(size=(n, dim)).astype(np.float32))


def by_sorting(places, row, k):
    """Rows of the k nearest others, equal distances by row."""
    squares = np.square(places.astype(np.float64) - places[row].astype(np.float64)).sum(axis=1)
    squares[row] = np.inf
    return np.argsort(squares, kind="stable")[:k]


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize("dim", [2, 3])
def test_it_agrees_with_sorting_all_distances(metric, dim):
    space = cloud()
    drawn = pca_map(space, dim)
    found = point_trust(space, drawn, range(0, 600, 7), 9, metric=metric)
    for at, row in enumerate(found.rows.tolist()):
        true = space.nearest(space.names[row], 9, metric=metric).rows[0]
        shown = by_sorting(drawn.coordinates, row, 9)
        assert found.true[at].tolist() == true.tolist()
        assert found.shown[at].tolist() == shown.tolist()
        assert found.share[at] == pytest.approx(len(set(true) & set(shown)) / 9)
        assert found.lost[at].tolist() == [other not in set(shown) for other in true]
        assert found.false[at].tolist() == [other not in set(true) for other in shown]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(*[st.integers(-3, 3)] * 2), min_size=2, max_size=40), st.integers(1, 12))
def test_points_in_one_place_come_in_row_order(places, k):
    drawn = Map([str(i) for i in range(len(places))], places, "by hand")
    space = Space(drawn.names, np.array(places) + 5.0, metric="euclidean")
    found = point_trust(space, drawn, k=k)
    k = min(k, len(places) - 1)
    expected = [by_sorting(drawn.coordinates, row, k).tolist() for row in range(len(places))]
    assert found.shown.tolist() == found.true.tolist() == expected
    assert found.share.tolist() == [1.0] * len(places) and not found.lost.any() and not found.false.any()


def test_only_the_names_of_the_map_count():
    space = cloud()
    names = [f"w{i}" for i in range(599, 0, -2)]
    drawn = pca_map(space, names=names)
    found = Trust(space, drawn).of([0, 17], 5)
    for at, row in enumerate((0, 17)):
        mask = np.isin(np.array(list(space.names)), names)
        true = space.nearest(names[row], 5, filter=mask).names[0]
        assert [drawn.names[other] for other in found.true[at]] == list(true)


def test_the_mean_share_follows_the_quality_of_the_map():
    space = cloud(dim=3)
    good, poor = pca_map(space, 3), Map(space.names, np.random.default_rng(1).normal(size=(600, 3)), "by chance")
    assert point_trust(space, good).share.mean() > 0.6 > 0.1 > point_trust(space, poor).share.mean()


def test_many_equal_rows_do_not_bring_a_point_back_as_its_own_neighbour():
    space = Space([str(i) for i in range(60)], np.ones((60, 4), np.float32))
    found = point_trust(space, Map(space.names, np.zeros((60, 2)), "one place"), [0, 59], 3)
    assert found.true.tolist() == [[1, 2, 3], [0, 1, 2]] == found.shown.tolist()


def test_what_does_not_fit_is_refused():
    space = cloud(50)
    drawn = pca_map(space)
    with pytest.raises(SpacesDiffer, match="draw it again"):
        Trust(cloud(50, seed=1), drawn)
    with pytest.raises(BadInput, match="lacks 'x'"):
        Trust(space, Map(["w1", "x"], np.zeros((2, 2)), "by hand"))
    for rows in ([50], [-1], [0.5], [[0]]):
        with pytest.raises(BadInput):
            Trust(space, drawn).of(rows)
    for k in (0, 1.5, True):
        with pytest.raises(BadOption):
            Trust(space, drawn).of([0], k)
    assert Trust(space, drawn).of([3], 1_000).true.shape == (1, 49)
    assert Trust(space, drawn).of([]).share.shape == (0,)
