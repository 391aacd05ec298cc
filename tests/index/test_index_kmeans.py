"""K-means: its centres are means, its loss that of scikit-learn, whatever the size of the numbers."""

import numpy as np
import pytest

from vicinal.index.kmeans import Packs, assign, k_means


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(0)
    return (rng.normal(size=(40, 12)) * 2)[rng.integers(0, 40, 3000)].astype(np.float32) + rng.normal(
        size=(3000, 12)
    ).astype(np.float32)


def loss(points, centres):
    return np.square(points - centres[assign(points, Packs.of(centres))[0]]).sum(dtype=np.float64)


def test_settled_centres_are_the_means_of_their_points(points):
    centres = k_means(points, 7, seed=3, rounds=1000)
    nearest = np.square(points[:, None] - centres[None]).sum(axis=2).argmin(axis=1)
    means = [points[nearest == code].mean(axis=0, dtype=np.float64) for code in range(7)]
    np.testing.assert_allclose(centres, means, atol=1e-5)


def test_loss_is_that_of_scikit_learn(points):
    cluster = pytest.importorskip("sklearn.cluster")
    theirs = cluster.KMeans(40, n_init=5, random_state=0).fit(points).inertia_
    assert loss(points, k_means(points, 40, seed=0, rounds=50, starts=5)) < 1.02 * theirs
    random = cluster.KMeans(40, init="random", n_init=1, max_iter=25, random_state=0).fit(points).inertia_
    assert loss(points, k_means(points, 40, seed=0, rounds=25)) < 1.1 * random


@pytest.mark.parametrize("starts", [0, 2])
@pytest.mark.parametrize("factor", [2.0**90, 2.0**-90])
def test_the_size_of_numbers_changes_nothing(points, starts, factor):
    usual = k_means(points, 9, seed=1, starts=starts)
    scaled = k_means(points * np.float32(factor), 9, seed=1, starts=starts)
    np.testing.assert_array_equal(scaled, usual * np.float32(factor))


def test_threads_change_nothing_and_rounds_are_told(points):
    told = []
    one = k_means(points, 9, seed=1, rounds=300, report=lambda done, total: told.append((done, total)))
    np.testing.assert_array_equal(k_means(points, 9, seed=1, rounds=300, threads=3), one)
    assert told[0] == (1, 300) and told[-1] == (300, 300) and len(told) < 300, "settled, it stops"


def test_no_more_far_starts_than_distinct_points():
    points = np.repeat(np.eye(3, dtype=np.float32), 5, axis=0)
    assert sorted(k_means(points, 8, seed=0, starts=2).tolist()) == sorted(np.eye(3).tolist())
    assert {tuple(row) for row in k_means(points, 8, seed=0).tolist()} == {tuple(row) for row in np.eye(3).tolist()}
