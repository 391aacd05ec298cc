import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.counts import truncated_svd
from vicinal.errors import BadInput, BadOption, NotEnoughMemory

sparse = pytest.importorskip("scipy.sparse")
decomposition = pytest.importorskip("sklearn.decomposition")

RANDOM = np.random.default_rng(0)
TABLE = sparse.random(60, 40, 0.2, random_state=0, format="csr", dtype=np.float32)


@pytest.mark.parametrize("solver", ["randomized", "arpack"])
def test_largest_singular_values(solver):
    full = np.linalg.svd(TABLE.toarray().astype(float))
    found = truncated_svd(TABLE, 5, solver=solver, power_iterations=10)
    assert found.left.dtype == found.right.dtype == np.float32
    assert found.left.flags.c_contiguous and found.right.flags.c_contiguous
    np.testing.assert_allclose(found.values, full[1][:5], rtol=1e-5)
    np.testing.assert_allclose(np.abs(np.diag(found.right @ full[2][:5].T)), 1, atol=2e-3)
    np.testing.assert_allclose(found.left.T @ found.left, np.eye(5), atol=1e-5)
    np.testing.assert_allclose(found.right @ found.right.T, np.eye(5), atol=1e-5)


@pytest.mark.parametrize(("solver", "theirs"), [("randomized", "randomized"), ("arpack", "arpack")])
def test_equals_scikit_learn(solver, theirs):
    model = decomposition.TruncatedSVD(6, algorithm=theirs, random_state=3).fit(TABLE)
    found = truncated_svd(TABLE, 6, solver=solver, seed=3)
    np.testing.assert_allclose(found.values, model.singular_values_, rtol=1e-5)
    signs = np.sign((found.right * model.components_).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(found.right, signs * model.components_, atol=1e-4)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 8), m=st.integers(1, 8), seed=st.integers(0, 2**40))
def test_whole_rank_gives_the_matrix_back(n, m, seed):
    matrix = np.random.default_rng(seed).standard_normal((n, m))
    left, values, right = truncated_svd(matrix, min(n, m), seed=seed)
    np.testing.assert_allclose(left * values @ right, matrix, atol=1e-5)
    assert (right[np.arange(len(right)), np.abs(right).argmax(axis=1)] > 0).all()
    assert (np.diff(values) <= 1e-9).all()


def test_seeds_repeat_and_the_global_state_is_left_alone():
    before = np.random.get_state()[1].copy()
    for solver in ("randomized", "arpack"):
        a, b = (truncated_svd(TABLE, 4, solver=solver, seed=2**70) for _ in range(2))
        np.testing.assert_array_equal(a.left, b.left)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_refusals(monkeypatch):
    with pytest.raises(BadOption, match="at most 40"):
        truncated_svd(TABLE, 41)
    with pytest.raises(BadOption, match="at most 39"):
        truncated_svd(TABLE, 40, solver="arpack")
    with pytest.raises(BadInput, match="NaN"):
        truncated_svd(np.array([[np.nan, 1.0], [0.0, 1.0]]), 1)
    bad = [
        ("dim", 0),
        ("solver", "magic"),
        ("oversampling", -1),
        ("power_iterations", 1.5),
        ("seed", -1),
        ("dim", True),
    ]
    for name, value in bad:
        with pytest.raises(BadOption, match=name):
            truncated_svd(TABLE, **{"dim": 2, name: value})
    monkeypatch.setattr("vicinal.memory.available_memory", lambda: 1000)
    with pytest.raises(NotEnoughMemory, match="lower dim"):
        truncated_svd(TABLE, 5)
