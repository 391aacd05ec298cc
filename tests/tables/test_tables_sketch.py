from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.errors import BadInput, BadOption
from vicinal.randomness import generator
from vicinal.tables import Sketch
from vicinal.tables._bags import position_keys
from vicinal.tables._estimates import row_failure, share_interval
from vicinal.tables._hashing import value_key

METHODS = ["count_sketch", "simhash", "minhash"]
bags = st.lists(
    st.dictionaries(st.text(max_size=3), st.floats(-100, 100).filter(bool), max_size=6), min_size=1, max_size=5
)


def salts(seed, stream, count):
    return generator(seed, stream).integers(0, 1 << 64, count, np.uint64).tolist()


@settings(deadline=None, max_examples=50)
@given(bags.filter(any))
def test_signatures_equal_the_slow_twin(twin, items):
    keyed = [{value_key(token): weight for token, weight in item.items()} for item in items]
    counted = Sketch(method="count_sketch", dim=15, depth=3).encode(items)
    np.testing.assert_allclose(counted, [twin.count_sketch(k, 5, salts(1, 2, 3)) for k in keyed], rtol=1e-5, atol=1e-5)
    for item, signs, smallest in zip(
        keyed, Sketch(dim=15).encode(items), Sketch(method="minhash", dim=15).encode(items), strict=True
    ):
        if item:
            assert signs.tolist() == twin.simhash(item, salts(1, 3, 15))
            assert smallest.tolist() == twin.minhash(list(item), salts(1, 4, 15))
        else:
            assert not signs.any() and (smallest == -1).all()


@pytest.mark.parametrize("method", METHODS)
def test_every_form_of_input_gives_the_same_signature(method):
    pandas = pytest.importorskip("pandas")
    matrix = np.array([[0, 2, 0, 1.5], [1, 0, 0, 0], [3, 1, -1, 2]])
    sketch = Sketch(method=method, dim=33).fit(matrix)
    expected = sketch.encode(matrix)
    assert expected.dtype == np.float32 and expected.shape == (3, 33)
    np.testing.assert_array_equal(sketch.encode(scipy.sparse.csr_matrix(matrix)), expected)
    np.testing.assert_array_equal(sketch.encode(scipy.sparse.coo_array(matrix)), expected)
    frame = pandas.DataFrame(matrix, columns=list("abcd"))
    np.testing.assert_array_equal(Sketch(method=method, dim=33).fit(frame).encode(frame), expected)
    lists = Sketch(method=method, dim=33)
    same = [["a", "b", "a"], {"a": 2, "b": 1}, {"a": 2.0, "b": 1, "c": 0}]
    assert len(np.unique(lists.encode(same), axis=0)) == 1
    np.testing.assert_array_equal(lists.fit(same).transform(same), lists.encode(same))


@pytest.mark.parametrize("method", METHODS)
def test_parts_do_not_show(method, monkeypatch):
    rng = np.random.default_rng(0)
    items = [[f"t{t}" for t in rng.integers(0, 50, rng.integers(0, 9))] + ["x"] * (i % 3) for i in range(40)]
    whole = Sketch(method=method, dim=8).encode(items)
    monkeypatch.setattr("vicinal.tables._signatures._CELLS", 24)
    np.testing.assert_array_equal(Sketch(method=method, dim=8).encode(items), whole)
    np.testing.assert_array_equal(
        np.vstack([Sketch(method=method, dim=8).encode([i]) for i in items if i]), whole[[bool(i) for i in items]]
    )


def measured(method, delta, **options):
    """Share of errors beyond the bound, and of truths outside the interval, over seeds and pairs."""
    rng = np.random.default_rng(7)
    base = rng.standard_normal((60, 30))
    a, b = base[:30], base[:30] * np.linspace(-1, 1, 30)[:, None] + base[30:] * np.linspace(1, 0, 30)[:, None]
    if method == "minhash":
        a, b = (
            (base > 0.3)[:30].astype(float),
            ((base > 0.3)[:30] ^ (rng.random((30, 30)) < np.linspace(0, 0.6, 30)[:, None])),
        )
        b = b.astype(float)
        truth = (a * b).sum(1) / np.maximum(a, b).sum(1)
        unit = np.ones(30)
    else:
        lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        truth = (a * b).sum(1) if method == "count_sketch" else (a * b).sum(1) / lengths
        unit = lengths if method == "count_sketch" else np.ones(30)
    beyond, outside, errors = [], [], []
    for seed in range(40):
        sketch = Sketch(method=method, seed=seed, **options).fit(a)
        found = sketch.estimate(sketch.encode(a), sketch.encode(b), delta=delta)
        errors.append((found.value - truth) / unit)
        beyond.append(np.abs(errors[-1]) > sketch.error_bound(delta))
        outside.append((truth < found.low - 1e-6) | (truth > found.high + 1e-6))
    return np.mean(beyond), np.mean(outside), np.array(errors)


@pytest.mark.parametrize("delta", [0.05, 0.3])
@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("count_sketch", {"dim": 512}), ("count_sketch", {"dim": 510, "depth": 5}), ("count_sketch", {"dim": 4096}),
        ("simhash", {"dim": 256}), ("minhash", {"dim": 256}), ("minhash", {"dim": 16}),
    ],
)  # fmt: skip
def test_errors_stay_inside_the_bound_as_often_as_stated(method, options, delta):
    beyond, outside, errors = measured(method, delta, **options)
    slack = 3 * math.sqrt(delta / 1200)
    assert beyond <= delta + slack and outside <= delta + slack
    assert np.abs(errors.mean(axis=0)).max() < 5 * errors.std() / math.sqrt(40) + 0.01  # no bias, but for a median's


def test_the_bound_is_not_idle():
    """The error is of the size that the bound is about, not a hundredth of it."""
    for method in METHODS:
        errors = measured(method, 0.05, dim=256)[2]
        bound = Sketch(method=method, dim=256).error_bound(0.05)
        assert 0.05 * bound < errors.std() < 0.6 * bound


def test_the_variance_of_a_count_sketch_is_the_one_of_the_paper():
    """(|x|² |y|² + (x · y)² - 2 Σ x² y²) / width, exactly, for random hashes."""
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((2, 6))
    products = []
    for seed in range(1500):
        sketch = Sketch(method="count_sketch", dim=8, seed=seed).fit([x])
        a, b = sketch.encode([x, y]).astype(np.float64)
        products.append(a @ b)
    expected = (x @ x * (y @ y) + (x @ y) ** 2 - 2 * (x**2 @ y**2)) / 8
    np.testing.assert_allclose(np.var(products), expected, rtol=0.2)
    assert abs(np.mean(products) - x @ y) < 4 * math.sqrt(expected / 1500)


def test_more_dimensions_halve_the_error():
    for method in METHODS:
        small, large = (measured(method, 0.05, dim=dim)[2].std() for dim in (128, 512))
        assert 1.6 < small / large < 2.5


def test_exact_cases():
    for method in METHODS:
        sketch = Sketch(method=method, dim=64)
        a, empty = sketch.encode([{"x": 2.0, "y": 1.0}, {}])
        same = sketch.estimate(a, a)
        assert same.value[0] == pytest.approx(
            5.0 if method == "count_sketch" else 1.0, abs=4.1 if method == "count_sketch" else 0
        )
        nothing = sketch.estimate(a, empty)
        assert nothing.value[0] == 0 and (method == "count_sketch" or nothing.low[0] == nothing.high[0] == 0)
        assert len(sketch.estimate(np.array([a, a, a]), empty)) == 3
    opposite = Sketch(dim=64).encode([{"x": 1.0}, {"x": -3.0}])
    assert Sketch(dim=64).estimate(*opposite).value[0] == -1.0
    large = [{f"t{i}" for i in range(5000)}, {f"t{i}" for i in range(2500, 7500)}]  # the smallest hashes are small
    found = Sketch(method="minhash", dim=512).estimate(*Sketch(method="minhash", dim=512).encode(large))
    assert abs(found.value[0] - 1 / 3) < Sketch(method="minhash", dim=512).error_bound(1e-6)


def test_lengths_unknown_make_the_interval_infinite():
    sketch = Sketch(method="count_sketch", dim=8)
    found = sketch.estimate(*sketch.encode([{"a": 1}, {"a": 1}]))
    assert sketch.error_bound(0.05 / 3) > 1 and found.low[0] == -np.inf and found.high[0] == np.inf


def test_the_failure_of_a_row_solves_its_equation(twin):
    for depth in (1, 3, 5, 9):
        for delta in (0.3, 0.05, 1e-6):
            assert twin.median_failure(depth, row_failure(depth, delta)) == pytest.approx(delta, rel=1e-6)


@settings(deadline=None)
@given(st.integers(1, 300), st.floats(1e-6, 1 - 1e-6), st.floats(0.001, 0.5))
def test_the_interval_of_a_share_holds_its_level(n, p, delta):
    """Summed over every outcome, exactly: the chance that the interval misses p is delta at most."""
    from scipy import stats

    shares = np.arange(n + 1) / n
    low, high = share_interval(shares, n, delta)
    assert (low <= shares).all() and (shares <= high).all() and low[0] == 0 and high[-1] == 1
    missed = (p < low) | (p > high)
    assert stats.binom.pmf(np.arange(n + 1), n, p)[missed].sum() <= delta + 1e-9


@pytest.mark.parametrize(
    "options",
    [
        {"method": "sha"},
        {"dim": 0},
        {"dim": 10, "depth": 3, "method": "count_sketch"},
        {"dim": 10, "depth": 2, "method": "count_sketch"},
        {"depth": 3, "dim": 9},
        {"seed": 1.5},
    ],
)
def test_bad_options(options):
    with pytest.raises(BadOption):
        Sketch(**options).encode([{"a"}])


@pytest.mark.parametrize(
    "items",
    [
        ["a text", {"a"}],
        [{"a": np.nan}],
        [{"a": "b"}],
        [{("a", "b")}],
        [{None}],
        [[1.0, np.nan]],
        [[np.inf, 1.0]],
        [["a", None]],
        [{"a": 1e39}],
        [["a", "b"], 3],
    ],
)
def test_bad_items(items):
    with pytest.raises(BadInput):
        sketch = Sketch(method="count_sketch", dim=4)
        sketch.fit(items).encode(items)


def test_what_is_no_signature_is_refused():
    sketch = Sketch(dim=4)
    for bad in ([1, 1, 1], [1, 1, 0.5, 1], [np.nan] * 4):
        with pytest.raises(BadInput):
            sketch.estimate(bad, [1, 1, 1, 1])
    with pytest.raises(BadInput, match="2 signatures cannot be compared"):
        sketch.estimate(np.ones((2, 4)), np.ones((3, 4)))
    for delta in (0, 1, True, "0.05"):
        with pytest.raises(BadOption):
            sketch.error_bound(delta)
    with pytest.raises(BadInput, match="expecting 2 features"):
        sketch.fit([[1.0, 2.0]]).encode(scipy.sparse.eye(3).tocsr())
    with pytest.raises(BadInput, match="bags have 0"):
        sketch.encode([{"a"}])
    assert len(set(position_keys(1000).tolist())) == 1000
