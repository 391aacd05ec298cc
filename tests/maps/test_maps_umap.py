"""UMAP: the graph is umap-learn's, the kernels are their slow twins', and the map keeps neighbourhoods."""

from __future__ import annotations

import runpy
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from vicinal import Space
from vicinal.errors import BadInput, BadOption, UnknownName
from vicinal.maps import pca_map, umap_map
from vicinal.maps._neighbours import neighbours_of
from vicinal.maps._umap_graph import fitted_curve, membership, union
from vicinal.maps._umap_kernels import move, power, widths
from vicinal.similarity import unit_rows

slow = runpy.run_path(str(Path(__file__).parents[1] / "reference" / "maps_umap.py"))


def groups(n=400, dim=16, kinds=5, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % kinds
    centres = 4 * rng.normal(size=(kinds, dim))
    matrix = (centres[labels] + rng.normal(size=(n, dim))).astype(np.float32)
    return Space([f"w{i}" for i in range(n)], matrix, metric="euclidean"), labels


@pytest.fixture(scope="module")
def umap_learn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what its optional parts lack
        return pytest.importorskip("umap.umap_", reason="umap-learn is not installed")


def test_the_graph_is_that_of_umap_learn(umap_learn, monkeypatch):
    for name in ("smooth_knn_dist", "compute_membership_strengths"):  # compiling them would take longer
        monkeypatch.setattr(umap_learn, name, getattr(umap_learn, name).py_func)
    space, _ = groups(120)
    matrix = np.array(space.matrix)
    matrix[5:25] = matrix[5]  # points in one place
    near, distances, _ = neighbours_of(matrix, 14)
    with_self = np.column_stack([np.arange(120), near]), np.column_stack([np.zeros(120, np.float32), distances])
    expected = umap_learn.fuzzy_simplicial_set(
        matrix, 15, np.random.RandomState(0), "euclidean", knn_indices=with_self[0], knn_dists=with_self[1]
    )[0].toarray()
    starts, tails, rates = union(near, membership(near, distances), 10**9)
    found = np.zeros((120, 120))
    found[np.repeat(np.arange(120), np.diff(starts)), tails] = rates
    np.testing.assert_allclose(found, expected / expected.max(), atol=3e-4)
    assert np.array_equal(found > 1e-6, found.T > 1e-6)


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.5, 1.0])
def test_the_curve_is_that_of_umap_learn(umap_learn, min_dist):
    assert fitted_curve(min_dist) == pytest.approx(umap_learn.find_ab_params(1.0, min_dist), rel=2e-3)


def test_widths_are_those_of_the_slow_twin():
    rng = np.random.default_rng(1)
    distances = np.sort(rng.gamma(3, size=(60, 11)), axis=1).astype(np.float32)
    distances[3] = 0
    distances[4, :5] = 0
    distances[5] = 2
    nearest, width = np.empty(60, np.float32), np.empty(60, np.float32)
    widths(distances, np.log2(12), 0.7, nearest, width)
    expected = np.array([slow["width"](row.tolist(), 0.7) for row in distances])
    np.testing.assert_allclose(np.column_stack([nearest, width]), expected, rtol=1e-5)


def test_powers_have_four_digits():
    x = np.exp(np.random.default_rng(0).normal(size=500) * 6).astype(np.float32)
    for exponent in (0.4, 0.895, 1.9):
        found = np.array([power(np.float32(value), np.float32(exponent)) for value in x])
        np.testing.assert_allclose(found, x.astype(np.float64) ** exponent, rtol=1e-4)


@pytest.mark.parametrize("dim", [2, 3])
def test_an_epoch_moves_points_as_the_slow_twin_does(dim):
    space, _ = groups(60)
    near, distances, _ = neighbours_of(space.matrix, 6)
    starts, tails, rates = union(near, membership(near, distances), 100)
    places = (10 * np.random.default_rng(0).random((60, dim))).astype(np.float32)
    places[7] = places[8]
    expected = places.astype(np.float64).tolist()
    graph = [list(zip(tails[a:b].tolist(), rates[a:b].tolist(), strict=True)) for a, b in pairwise(starts)]
    a, b = fitted_curve(0.1)
    for epoch in range(3):
        curve, seed = np.array([a, b], np.float32), np.uint64(2**63 + 11)
        move(places, starts, tails, rates, 0, 60, curve, np.float32(0.1), epoch, 5, seed)
        slow["one_epoch"](expected, graph, (a, b), 0.1, epoch, negatives=5, seed=2**63 + 11)
    np.testing.assert_allclose(places, expected, atol=0.02)
    assert np.median(np.abs(places - expected)) < 1e-4


def test_an_edge_is_taken_as_often_as_its_rate_says():
    for rate in (1.0, 0.5, 1 / 3, 0.01):
        taken = sum(slow["is_taken"](rate, epoch) for epoch in range(600))
        assert abs(taken - 600 * rate) <= 1


@pytest.mark.parametrize("dim", [2, 3])
def test_it_keeps_neighbourhoods_better_than_components_and_parts_groups(dim):
    space, labels = groups(kinds=12)
    drawn = umap_map(space, dim, n_neighbors=10, seed=3, threads=1)
    assert drawn.quality["trustworthiness"] > pca_map(space, dim).quality["trustworthiness"]
    places = drawn.coordinates
    near = neighbours_of(places, 5)[0]
    assert (labels[near] == labels[:, None]).mean() > 0.97
    assert np.abs(places.mean(axis=0)).max() < 1e-3
    assert drawn.method == "UMAP" and drawn.options["n_neighbors"] == 10 and drawn.options["epochs"] == 500


def test_handwritten_digits_keep_their_neighbours_as_well_as_with_umap_learn():
    data = pytest.importorskip("sklearn.datasets").load_digits().data
    space = Space([str(row) for row in range(len(data))], data, metric="euclidean")
    # umap-learn 0.5.12 on the same graph, from its spectral layout, two seeds: 0.9880 and 0.9889
    assert umap_map(space, threads=1).quality["trustworthiness"] > 0.987


def test_points_in_several_pieces_stay_in_them():
    space, labels = groups(300, kinds=5)
    matrix = np.array(space.matrix) + 1000 * np.eye(16, dtype=np.float32)[labels]
    near, distances, _ = neighbours_of(matrix, 14)
    starts, tails, _ = union(near, membership(near, distances), 500)
    assert (labels[np.repeat(np.arange(300), np.diff(starts))] == labels[tails]).all()
    drawn = umap_map(Space(space.names, matrix, metric="euclidean"), epochs=200, threads=1).coordinates
    assert (labels[neighbours_of(drawn, 10)[0]] == labels[:, None]).all()


def test_quality_is_that_of_scikit_learn():
    manifold = pytest.importorskip("sklearn.manifold")
    space, _ = groups(200)
    drawn = umap_map(space, metric="cosine", epochs=50, threads=1)
    expected = manifold.trustworthiness(unit_rows(space.matrix), drawn.coordinates, n_neighbors=10)
    assert drawn.quality["trustworthiness"] == pytest.approx(expected, abs=1e-9)


def test_one_thread_repeats_itself_and_leaves_the_global_state_alone():
    space, _ = groups(150)
    before = np.random.get_state()[1].tolist()
    one, two = (umap_map(space, seed=4, epochs=40, threads=1).coordinates for _ in range(2))
    assert one.tobytes() == two.tobytes()
    assert one.tobytes() != umap_map(space, seed=5, epochs=40, threads=1).coordinates.tobytes()
    assert np.random.get_state()[1].tolist() == before


def test_threads_that_race_do_no_harm():
    space, _ = groups(2_200, kinds=8)
    alone, racing = (umap_map(space, epochs=20, threads=threads).quality for threads in (1, 3))
    assert racing["trustworthiness"] == pytest.approx(alone["trustworthiness"], abs=0.02)


def test_an_interrupted_run_goes_on_to_the_same_bits(tmp_path):
    space, _ = groups(150)
    whole = umap_map(space, epochs=60, threads=1)

    def stop(progress):
        if progress.stage == "UMAP" and progress.done == 25:
            raise KeyboardInterrupt

    how = {"epochs": 60, "threads": 1, "checkpoint": tmp_path / "a.part", "checkpoint_every": 0}
    with pytest.raises(KeyboardInterrupt):
        umap_map(space, callback=stop, **how)
    assert (tmp_path / "a.part").is_file()
    seen = []
    assert umap_map(space, callback=seen.append, **how).coordinates.tobytes() == whole.coordinates.tobytes()
    assert min(report.done for report in seen if report.stage == "UMAP") == 26
    assert not list(tmp_path.iterdir())


def test_points_in_one_place_and_very_few_points_are_drawn():
    same = Space([str(i) for i in range(30)], np.ones((30, 4), np.float32))
    assert np.isfinite(umap_map(same, threads=1).coordinates).all()
    few = umap_map(groups()[0], names=["w1", "w2", "w3", "w4"], threads=1)
    assert len(few) == 4 and few.options["n_neighbors"] == 4


def test_a_space_of_many_names_is_searched_by_a_tree(monkeypatch):
    monkeypatch.setattr("vicinal.maps._neighbours._SMALL", 2_000)
    space, _ = groups(2_500, kinds=6)
    drawn = umap_map(space, epochs=8, recall=0.9)
    assert 0.9 <= drawn.quality["neighbour_recall"] < 1 and drawn.options["epochs"] == 8
    near, distances, recall = neighbours_of(space.matrix, 5, recall=1)
    assert recall == 1 and (distances[:, 1:] >= distances[:, :-1]).all()
    assert (near != np.arange(len(space))[:, None]).all()


@pytest.mark.parametrize(
    "how",
    [{"dim": 4}, {"dim": 1}, {"n_neighbors": 2}, {"min_dist": 1.5}, {"min_dist": -0.1}, {"epochs": 0}, {"recall": 0},
     {"recall": 1.1}, {"threads": -1}, {"seed": -1}, {"metric": "taxi"}, {"checkpoint_every": -1}],
)  # fmt: skip
def test_options_out_of_range_are_refused(how):
    with pytest.raises(BadOption):
        umap_map(groups(50)[0], **how)


def test_names_that_do_not_fit_are_refused():
    space, _ = groups(50)
    with pytest.raises(BadInput, match="four names or more"):
        umap_map(space, names=["w1", "w2", "w3"])
    with pytest.raises(UnknownName):
        umap_map(space, names=["w1", "w2", "w3", "x"])
