from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.errors import BadInput, BadOption, UnknownName
from vicinal.maps import components, pca_map
from vicinal.similarity import unit_rows
from vicinal.space import Space


def make_space(n=30, dim=8, seed=0, metric="cosine"):
    random = np.random.default_rng(seed)
    return Space([f"w{i}" for i in range(n)], random.normal(size=(n, dim)) * np.linspace(4, 1, dim), metric=metric)


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(3, 40), st.integers(1, 12))
def test_components_are_the_eigenvectors_of_the_covariance(seed, n, d):
    matrix = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    dim = min(n, d)
    mean, axes, shares = components(matrix, dim)
    assert axes.shape == (dim, d) and shares.shape == (dim,) and axes.dtype == shares.dtype == mean.dtype == np.float64
    np.testing.assert_allclose(axes @ axes.T, np.eye(dim), atol=1e-9)
    covariance = np.cov(matrix.T.astype(np.float64), ddof=0).reshape(d, d)
    values = shares * np.trace(covariance)
    np.testing.assert_allclose(axes @ covariance, values[:, None] * axes, atol=1e-9)
    assert (np.diff(shares) <= 1e-12).all() and shares.sum() <= 1 + 1e-12
    assert (axes[np.arange(dim), np.argmax(np.abs(axes), axis=1)] > 0).all()


def test_both_ways_to_the_components_agree(monkeypatch):
    matrix = np.random.default_rng(5).normal(size=(40, 10)) * np.linspace(5, 1, 10)
    _, flat, flat_shares = components(matrix, 4)
    monkeypatch.setattr("vicinal.maps.pca._BLOCK", 7)
    _, tall, tall_shares = components(np.tile(matrix, (3, 1)), 4)  # more rows, the same directions
    np.testing.assert_allclose(flat, tall, atol=1e-9)
    np.testing.assert_allclose(flat_shares, tall_shares, atol=1e-9)


def test_the_sign_does_not_turn_with_the_last_bit():
    half = np.sqrt(0.5)
    line = np.arange(5.0)[:, None] * [half, -half]
    for noise in (1e-14, -1e-14):
        _, axes, _ = components(line + [[0, noise * i] for i in range(5)], 1)
        np.testing.assert_allclose(axes, [[half, -half]], atol=1e-9)


@pytest.mark.parametrize("shape", [(5, 3), (50, 3)])
@pytest.mark.parametrize("value", [0.0, 0.1, 1e30])
def test_equal_rows_have_no_variance(shape, value):
    mean, axes, shares = components(np.full(shape, value, np.float32), 2)
    np.testing.assert_allclose(mean, np.float32(value))
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-9)
    assert shares.tolist() == [0.0, 0.0]


def test_components_take_other_kinds_of_numbers():
    whole = np.array([[-128, 1], [127, 3], [0, 9]], np.int8)
    np.testing.assert_allclose(components(whole, 2)[1], components(whole.astype(float), 2)[1])
    half = whole.astype(np.float16)
    np.testing.assert_allclose(components(half, 2)[2], components(whole, 2)[2])


@pytest.mark.parametrize("matrix", [np.ones(3), np.ones((0, 3)), [["a", "b"]], [[np.nan, 1.0]], [[1e200, 1.0]]])
def test_a_matrix_that_is_none_is_refused(matrix):
    with pytest.raises(BadInput):
        components(matrix, 1)


@pytest.mark.parametrize("dim", [0, 4, -1, True, 1.0, None])
def test_too_many_components_are_refused(dim):
    with pytest.raises(BadOption, match="1 to 3"):
        components(np.eye(3), dim)


def test_a_map_is_the_projection_of_unit_rows_under_cosine():
    space = make_space()
    drawn = pca_map(space)
    mean, axes, shares = components(unit_rows(space.matrix), 2)
    np.testing.assert_allclose(drawn.coordinates, (unit_rows(space.matrix) - mean) @ axes.T, atol=1e-6)
    assert drawn.axis_shares == pytest.approx(shares)
    assert drawn.quality["variance_kept"] == pytest.approx(shares.sum())
    assert drawn.method == "PCA" and drawn.fingerprint == space.fingerprint and drawn.names == space.names
    assert {"trustworthiness", "continuity", "stress"} <= set(drawn.quality)


def test_the_metric_decides_about_length():
    space, plain = make_space(), make_space(metric="euclidean")
    raw = pca_map(plain)
    mean, axes, _ = components(plain.matrix, 2)
    np.testing.assert_allclose(raw.coordinates, (plain.matrix - mean) @ axes.T, atol=1e-5)
    np.testing.assert_array_equal(pca_map(space, metric="dot").coordinates, raw.coordinates)
    with pytest.raises(BadOption, match="metric"):
        pca_map(space, metric="manhattan")


def test_axes_of_all_are_shared_between_choices():
    space = make_space()
    whole = pca_map(space)
    some = pca_map(space, names=["w3", "w1", "w7", "w20"], fit_on="all")
    assert some.names == ("w3", "w1", "w7", "w20")
    for name in some.names:
        np.testing.assert_allclose(some[name], whole[name], atol=1e-6)
    own = pca_map(space, names=some.names)
    assert own.quality["variance_kept"] > some.quality["variance_kept"]
    np.testing.assert_allclose(own.coordinates.mean(axis=0), 0, atol=1e-6)
    with pytest.raises(BadOption, match="fit_on"):
        pca_map(space, fit_on="some")


def test_three_words_lie_in_a_plane_and_three_axes_can_be_had():
    space = make_space()
    assert pca_map(space, names=["w0", "w1", "w2"]).quality["variance_kept"] == pytest.approx(1.0)
    flat = pca_map(space, dim=3, names=["w0", "w1", "w2"])
    assert flat.coordinates.shape == (3, 3) and (flat.coordinates[:, 2] == 0).all()


def test_equal_vectors_all_lie_at_the_origin():
    drawn = pca_map(Space(["a", "b", "c", "d"], np.full((4, 5), 0.1)))
    assert (drawn.coordinates == 0).all()
    assert drawn.quality["variance_kept"] == 0.0 and drawn.axis_shares == (0.0, 0.0)
    zero = pca_map(Space(["a", "b", "c"], np.zeros((3, 5))))
    assert (zero.coordinates == 0).all()


def test_the_map_is_the_same_every_time():
    first, second = pca_map(make_space()), pca_map(make_space())
    np.testing.assert_array_equal(first.coordinates, second.coordinates)
    assert first.quality == second.quality


def test_bad_choices_are_refused():
    space = make_space()
    with pytest.raises(BadInput, match="three names or more, got 2"):
        pca_map(space, names=["w0", "w1"])
    with pytest.raises(BadInput, match="more than once"):
        pca_map(space, names=["w0", "w1", "w0"])
    with pytest.raises(BadInput, match="one string"):
        pca_map(space, names="w0")
    with pytest.raises(UnknownName, match="w33"):
        pca_map(space, names=["w0", "w1", "w33"])
    for dim in (1, 4, 0, "2", 2.5):
        with pytest.raises(BadOption, match="dim"):
            pca_map(space, dim=dim)
    with pytest.raises(BadOption, match="1-dimensional"):
        pca_map(Space(["a", "b", "c"], [[1], [2], [3]]))
