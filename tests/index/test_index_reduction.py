import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.errors import BadFormat
from vicinal.index.reduction import Reduction
from vicinal.index.rows import Rows
from vicinal.similarity import pairwise, unit_rows


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.integers(1, 30), st.integers(1, 8), st.sampled_from(["cosine", "dot", "euclidean"]), st.integers(0, 1000))
def test_the_nearest_points_are_the_rows_that_score_highest(n, dim, metric, seed):
    """Bachrach et al. 2014, theorem 1: |q - p|² = 2 - 2 q·x; the order is that of the scores, and exactly so."""
    random = np.random.default_rng(seed)
    matrix = (random.normal(size=(n, dim)) * random.choice([0.0, 0.01, 1.0, 50.0], size=(n, 1))).astype(np.float32)
    data = Rows.of(matrix, metric)
    queries = random.normal(size=(4, dim)).astype(np.float32)
    queries = unit_rows(queries) if metric == "cosine" else queries
    reduction = Reduction.of(data, lifted=True, centred=True)
    points, asked = reduction.points(data, 0, n), reduction.queries(queries)
    squares = np.square(asked[:, None] - points[None]).sum(axis=2)
    scores = pairwise(queries, matrix, metric).astype(float)
    for line, true in zip(squares, scores, strict=True):
        ordered = true[np.argsort(line, kind="stable")]
        assert np.all(np.diff(ordered) <= 1e-5 * max(1.0, np.abs(true).max()))


def test_lifted_points_lie_on_the_sphere():
    random = np.random.default_rng(0)
    data = Rows.of(random.normal(size=(50, 6)).astype(np.float32), "dot")
    points = Reduction.of(data, lifted=True).points(data, 0, 50)
    assert points.shape == (50, 7)
    assert np.allclose(np.square(points).sum(axis=1), 1)


def test_cosine_is_lifted_only_for_zero_rows():
    matrix = np.eye(3, dtype=np.float32)
    assert Reduction.of(Rows.of(matrix, "cosine"), lifted=True).dim == 3
    matrix[1] = 0
    data = Rows.of(matrix, "cosine")
    assert Reduction.of(data, lifted=True).points(data, 1, 2).tolist() == [[0, 0, 0, 1]]


def test_rows_that_would_not_fit_are_told():
    small, large = np.ones((2, 3), np.float32), np.full((1, 3), 5, np.float32)
    for metric, fits in (("cosine", True), ("dot", False), ("euclidean", False)):
        reduction = Reduction.of(Rows.of(small, metric), lifted=True, centred=True)
        assert reduction.holds(Rows.of(np.concatenate([small, large]), metric), 2) == fits
        assert reduction.holds(Rows.of(np.concatenate([small, small]), metric), 2)
    zero = Rows.of(np.zeros((1, 3), np.float32), "cosine")
    assert not Reduction.of(Rows.of(small, "cosine"), lifted=True).holds(zero, 0)


def test_far_queries_keep_their_direction():
    data = Rows.of(np.random.default_rng(1).normal(size=(20, 3)).astype(np.float32), "euclidean")
    reduction = Reduction.of(data, lifted=False, centred=True)
    far = reduction.queries(np.array([[1e30, 2e30, 0]], np.float32))[0]
    assert np.isfinite(far.astype(np.float32)).all()
    assert np.allclose(far / np.linalg.norm(far), np.array([1, 2, 0]) / np.sqrt(5), atol=1e-6)


@pytest.mark.parametrize(("name", "value"), [("scale", [0, 0]), ("scale", [1, 2]), ("scale", [np.nan, 0])])
def test_damaged(name, value):
    data = Rows.of(np.eye(3, dtype=np.float32), "dot")
    arrays = Reduction.of(data, lifted=True).arrays() | {name: np.array(value, float)}
    with pytest.raises(BadFormat, match=name):
        Reduction.restore(data, arrays)
