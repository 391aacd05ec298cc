import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal import Space
from vicinal.counts import RandomProjection, guaranteed_epsilon, measure_distortion, min_dim
from vicinal.errors import BadFormat, BadInput, BadOption, NotEnoughMemory, NotFitted, SpacesDiffer

sparse = pytest.importorskip("scipy.sparse")
theirs = pytest.importorskip("sklearn.random_projection")

METHODS = [{"method": "gaussian"}, {"method": "sparse"}, {"method": "sparse", "density": 1.0}]
_random = np.random.default_rng(0)


@given(points=st.integers(1, 10**7), epsilon=st.floats(0.01, 0.99))
def test_bound_equals_scikit_learn(points, epsilon):
    """Theirs is cut to a whole number below, ours to the one above, which the inequality asks for."""
    expected = theirs.johnson_lindenstrauss_min_dim(points, eps=epsilon)
    assert min_dim(points, epsilon, failure=None) in (max(1, expected), expected + 1)


@given(points=st.integers(2, 10**6), epsilon=st.floats(0.05, 0.95), failure=st.sampled_from([None, 0.001, 0.01, 0.5]))
def test_bound_and_its_inverse(points, epsilon, failure):
    dim = min_dim(points, epsilon, failure=failure)
    assert guaranteed_epsilon(points, dim, failure=failure) <= epsilon + 1e-12
    if dim > 1:
        assert guaranteed_epsilon(points, dim - 1, failure=failure) >= epsilon - 1e-12


def test_bound_by_hand():
    # 2 ln(100 · 99 / 0.01) / (0.5² / 2 − 0.5³ / 3) = 2 · 13.8054 / 0.083333
    assert min_dim(100, 0.5) == math.ceil(2 * math.log(990_000) / (1 / 8 - 1 / 24)) == 332
    assert min_dim(1, 0.5) == 1
    assert guaranteed_epsilon(1, 1) == 0
    assert guaranteed_epsilon(100, 100) == math.inf
    for bad in ({"epsilon": 0}, {"epsilon": 1}, {"points": 0}, {"failure": 0}, {"failure": 1}, {"epsilon": "a"}):
        with pytest.raises(BadOption):
            min_dim(**{"points": 10, **bad})
    with pytest.raises(BadOption):
        guaranteed_epsilon(10, 0)


@pytest.mark.parametrize("options", METHODS, ids=str)
@pytest.mark.parametrize("points", ["axes", "cloud", "clusters"])
def test_distances_stay_inside_the_bound(options, points):
    """Every pair, at the dimensions the bound asks for; the failure allowed is one in a million."""
    n, columns = 60, 3000
    data = {
        "axes": np.eye(n, columns),  # all weight in one column: the hardest case for sparse matrices
        "cloud": _random.standard_normal((n, columns)),
        "clusters": np.repeat(_random.standard_normal((6, columns)), 10, axis=0)
        + 0.01 * _random.standard_normal((n, columns)),
    }[points]
    model = RandomProjection(epsilon=0.3, failure=1e-6, **options).fit(data)
    assert model.dim_ == model.min_dim_ == min_dim(n, 0.3, failure=1e-6) < columns
    assert model.epsilon_ <= 0.3
    report = model.distortion(data)
    assert len(report.ratios) == n * (n - 1) // 2
    assert report.largest <= 0.3 and report.outside == 0
    assert abs(report.ratios.mean() - 1) < 0.05


def test_very_sparse_matrices_promise_nothing_and_miss_the_bound_on_axes():
    data = np.eye(60, 3000)
    model = RandomProjection(dim=800, method="sparse", density="auto").fit(data)
    assert model.density_ == pytest.approx(1 / math.sqrt(3000))
    assert model.epsilon_ == math.inf
    assert model.distortion(data).largest > guaranteed_epsilon(60, 800)
    assert "nothing is promised" in str(model.distortion(data))
    cloud = _random.standard_normal((60, 3000))
    assert model.distortion(cloud).largest < 0.3  # weight over many columns: as good as any


@pytest.mark.parametrize("options", [*METHODS, {"method": "sparse", "density": 0.01}], ids=str)
def test_moments_of_the_matrix(options):
    """Mean 0, variance 1/dim, and of a sparse one the share and size of what is not zero, as scikit-learn's."""
    model = RandomProjection(dim=200, **options).fit(np.zeros((2, 1000)))
    matrix = model.components_ if options["method"] == "gaussian" else model.components_.toarray()
    assert matrix.shape == (200, 1000) and matrix.dtype == np.float32
    density = model.density_
    fourth = 3 if options["method"] == "gaussian" else 1 / density
    assert abs(matrix.mean()) < 5 / math.sqrt(200 * matrix.size)
    assert (matrix.astype(float) ** 2).mean() * 200 == pytest.approx(1, abs=5 * math.sqrt(fourth / matrix.size))
    if options["method"] == "sparse":
        share = (matrix != 0).mean()
        assert abs(share - density) <= 5 * math.sqrt(density * (1 - density) / matrix.size)
        reference = theirs.SparseRandomProjection(200, density=density, random_state=0).fit(np.zeros((2, 1000)))
        np.testing.assert_allclose(
            np.unique(matrix), np.unique(np.asarray(reference.components_ @ np.eye(1000))), rtol=1e-6
        )
        rows, columns = (matrix != 0).sum(axis=1), (matrix != 0).sum(axis=0)
        for found, cells in ((rows, 1000), (columns, 200)):  # every cell on its own: binomial in every direction
            assert found.var() == pytest.approx(cells * density * (1 - density), rel=0.35, abs=1e-9)


@pytest.mark.parametrize("options", METHODS, ids=str)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), n=st.integers(1, 6), columns=st.integers(1, 12), dim=st.integers(1, 8))
def test_projection_is_linear(options, seed, n, columns, dim):
    data = np.random.default_rng(seed).standard_normal((2, n, columns))
    model = RandomProjection(dim=dim, seed=seed, **options).fit(data[0])
    a, b = model.encode(data[0]), model.encode(data[1])
    assert a.shape == (n, dim) and a.dtype == np.float32
    np.testing.assert_allclose(model.encode(2 * data[0] - data[1]), 2 * a - b, atol=1e-4)
    assert not model.encode(np.zeros((2, columns))).any()
    np.testing.assert_allclose(a, data[0] @ np.asarray(model.components_.T.astype(float) @ np.eye(dim)), atol=1e-4)
    for form in (sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix):
        np.testing.assert_allclose(model.encode(form(data[0])), a, atol=1e-4)


def test_kinds_of_rows():
    data = _random.integers(0, 9, (5, 40))
    model = RandomProjection(dim=6).fit(data)
    expected = model.encode(data)
    for form in (data.tolist(), data.astype(np.float32), data.astype(np.float16), np.asfortranarray(data)):
        np.testing.assert_allclose(model.encode(form), expected, rtol=1e-5)
    np.testing.assert_array_equal(RandomProjection(dim=6).fit(np.ones((2, 40))).components_, model.components_)
    assert not np.array_equal(RandomProjection(dim=6, seed=2).fit(data).components_, model.components_)


def test_a_space_is_projected():
    space = Space(["sea", "sky", "sun"], _random.standard_normal((3, 300)), columns={"count": [3, 2, 1]}, metric="dot")
    model = RandomProjection(dim=100).fit(space)
    small = model.project(space)
    assert small.names == space.names and small.metric == "dot" and small.columns["count"].tolist() == [3, 2, 1]
    assert small.origin.encoder == "RandomProjection" and small.origin.parent == space.fingerprint
    assert model.project(space).fingerprint == small.fingerprint
    with pytest.raises(SpacesDiffer):
        small.nearest(RandomProjection(dim=100, seed=2).fit(space).project(space))


def test_distortion_measured():
    before = np.array([[0.0, 0], [2, 0], [0, 2], [0, 2]])
    report = measure_distortion(before, before * [1, 0.5], epsilon=0.5)
    # pairs: (2,0) keeps 4; the two (0,2) halve their distance, so a quarter of its square; between, 4 + 1 of 8
    assert sorted(report.ratios.tolist()) == [0.25, 0.25, 0.625, 0.625, 1.0]
    assert (report.skipped, report.outside, report.largest) == (1, 2, 0.75)
    assert str(report).startswith("5 pairs: squared distances × 0.250 to 1.000") and "1 pairs of equal" in str(report)
    np.testing.assert_array_equal(measure_distortion(sparse.csr_matrix(before), before).ratios, np.ones(5))
    drawn = measure_distortion(_random.standard_normal((500, 3)), np.ones((500, 1)), pairs=1000)
    assert len(drawn.ratios) == 1000 and drawn.largest == 1.0
    assert str(measure_distortion(np.ones((2, 2)), np.ones((2, 2)))) == "0 pairs; 1 pairs of equal rows left out"
    with pytest.raises(BadInput, match="two or more"):
        measure_distortion(before[:1], before[:1])
    with pytest.raises(BadInput, match="same rows"):
        measure_distortion(before, before[:3])


def test_refusals(monkeypatch):
    data = _random.standard_normal((10, 30))
    with pytest.raises(BadOption, match="raise epsilon"):
        RandomProjection().fit(data)
    bad = [
        ("dim", 0),
        ("dim", "many"),
        ("method", "fourier"),
        ("density", 0),
        ("density", 2),
        ("epsilon", 1),
        ("seed", -1),
    ]
    for name, value in bad:
        with pytest.raises(BadOption):
            RandomProjection(**{"dim": 5, name: value}).fit(data)
    model = RandomProjection(dim=5).fit(data)
    for rows in (data[:, :20], data[0], np.full((2, 30), np.nan), [["a"] * 30], np.full((2, 30), 1e300)):
        with pytest.raises(BadInput):
            model.encode(rows)
    for use in (lambda m: m.encode(data), lambda m: m.distortion(data), lambda m: m.get_feature_names_out()):
        with pytest.raises(NotFitted):
            use(RandomProjection())
    monkeypatch.setattr("vicinal.memory.available_memory", lambda: 1000)
    for method, advice in (("gaussian", "method='sparse'"), ("sparse", "lower dim or density")):
        with pytest.raises(NotEnoughMemory, match=advice):
            RandomProjection(dim=50, method=method).fit(data)


@pytest.mark.parametrize("options", METHODS, ids=str)
def test_saved_and_loaded(options, tmp_path):
    data = _random.standard_normal((10, 30))
    model = RandomProjection(dim=5, **options).fit(data)
    model.save(tmp_path / "model")
    again = RandomProjection.load(tmp_path / "model")
    np.testing.assert_array_equal(again.encode(data), model.encode(data))
    assert again.origin_ == model.origin_ and again.get_params() == model.get_params()
    assert (again.rows_, again.n_features_in_) == (10, 30)
    assert (again.dim_, again.min_dim_, again.epsilon_, again.density_) == (
        model.dim_, model.min_dim_, model.epsilon_, model.density_
    )  # fmt: skip
    with pytest.raises(BadInput):
        again.encode(data[:, :7])


@pytest.mark.parametrize("part", ["positions", "offsets"])
def test_a_damaged_sparse_matrix_is_refused(part, tmp_path, monkeypatch):
    model = RandomProjection(dim=5, method="sparse").fit(np.ones((3, 30)))
    getattr(model.components_, {"positions": "indices", "offsets": "indptr"}[part])[1] = 10**6
    model.save(tmp_path / "model")
    with pytest.raises(BadFormat, match="damaged"):
        RandomProjection.load(tmp_path / "model")
