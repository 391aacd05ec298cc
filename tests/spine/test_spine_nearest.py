"""Look-ups against slow twins that follow the definitions."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal import Space
from vicinal.errors import BadInput, BadOption
from vicinal.lengths import raw_norms, row_norms, single, unit_rows
from vicinal.similarity import METRICS, nearest_rows, pairwise, top_k

TABLE = Space(["A", "B", "C", "D", "E"], [[3, 30], [15, 4], [3, 27], [7.5, 75], [7.5, 2]])


def score(a, b, metric):
    """By the definitions, in Python's own floats."""
    if metric == "euclidean":
        return -math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)))
    dot = math.fsum(x * y for x, y in zip(a, b, strict=True))
    lengths = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(y * y for y in b))
    return dot if metric == "dot" else dot / lengths if lengths else 0.0


def twin(space, vector, k, metric, banned=(), mask=None):
    """All rows scored one by one, sorted by score and then by row."""
    rows = [i for i, name in enumerate(space.names) if name not in banned and (mask is None or mask[i])]
    scored = [(np.float32(score(vector.tolist(), space.matrix[i].tolist(), metric)), i) for i in rows]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:k]


def check(found, expected, space):
    rows, scores = found.rows[0], found.scores[0]
    np.testing.assert_allclose(scores, [s for s, _ in expected], rtol=1e-6, atol=1e-7)
    assert found.names[0] == [space.names[row] for row in rows]
    assert rows.tolist() == [i for _, i in expected]


def some_space(seed, n=60, dim=7, ties=True, dtype=np.float32):
    rng = np.random.default_rng(seed)
    data = rng.integers(-2, 3, (n, dim)) if ties else rng.standard_normal((n, dim))
    return Space([f"w{i}" for i in range(n)], data.astype(dtype))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("ties", [True, False])
def test_nearest_is_what_the_definitions_say(metric, dtype, ties):
    for seed in range(5):
        space = some_space(seed, ties=ties, dtype=dtype)
        rng = np.random.default_rng(seed)
        mask = rng.random(60) < (0.1, 0.5, 0.9, 0.3, 1.0)[seed]
        for k in (1, 10, 60, 1000):
            check(space.nearest("w3", k, metric=metric), twin(space, space["w3"], k, metric, {"w3"}), space)
            drop = ["w0", "w1", "unknown"]
            found = space.nearest("w3", k, metric=metric, exclude=drop, filter=mask)
            check(found, twin(space, space["w3"], k, metric, {"w3", *drop}, mask), space)
            vector = rng.integers(-3, 3, 7).astype(np.float32)
            check(space.nearest(vector, k, metric=metric), twin(space, vector, k, metric), space)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nearest_of_any_small_space(data):
    n, dim = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 4))
    numbers = st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5, 3.0])
    row = st.lists(numbers, min_size=dim, max_size=dim)
    matrix = data.draw(st.lists(row, min_size=n, max_size=n))
    space = Space([f"w{i}" for i in range(n)], matrix)
    k, metric = data.draw(st.integers(1, 15)), data.draw(st.sampled_from(METRICS))
    check(space.nearest("w0", k, metric=metric), twin(space, space["w0"], k, metric, {"w0"}), space)


@pytest.mark.parametrize("metric", METRICS)
def test_one_query_or_many_answer_alike(metric):
    space = some_space(0, n=500, dim=33, ties=False)
    batch = space.nearest(list(space.names), 9, metric=metric)
    for at in (0, 77, 499):
        alone = space.nearest(space.names[at], 9, metric=metric)
        np.testing.assert_array_equal(alone.rows[0], batch.rows[at])
        np.testing.assert_array_equal(alone.scores[0], batch.scores[at])
        assert alone.scores[0, 0] == np.float32(space.similarity(space.names[at], alone.first, metric=metric))


def test_many_rows_take_the_quick_selection():
    rng = np.random.default_rng(1)
    space = Space([f"w{i}" for i in range(50_000)], rng.integers(-1, 2, (50_000, 4)))
    for metric in METRICS:
        found = space.nearest("w9", 5, metric=metric)
        all_scores = pairwise(space["w9"], space.matrix, metric)[0]
        all_scores[9] = -np.inf
        assert found.rows[0].tolist() == np.argsort(-all_scores, kind="stable")[:5].tolist()


def test_euclidean_far_from_the_origin():
    """Where the expanded square has no digits left: a tight cloud a long way off."""
    rng = np.random.default_rng(2)
    matrix = (rng.standard_normal((3000, 3)) + np.array([1e4, 4e4, -2e4])).astype(np.float32)
    space = Space([f"w{i}" for i in range(3000)], matrix, metric="euclidean")
    expected = np.argsort(
        np.linalg.norm(matrix.astype(float) - matrix[0].astype(float), axis=1).astype(np.float32), kind="stable"
    )
    assert space.nearest("w0", 8).rows[0].tolist() == expected[1:9].tolist()


@pytest.mark.parametrize("size", [1e38, 1e30, 1e20, 1e-20, 1e-30])
def test_very_large_and_very_small_values(size):
    space = Space(list("abcd"), np.array([[1, 2], [2, 1], [1, 1.9], [0, 0]]) * size)
    for metric in METRICS:
        assert space.nearest("a", metric=metric).names == [["c", "b", "d"]], metric
    np.testing.assert_allclose(space.nearest("a").scores[0], [0.9997830, 0.8, 0.0], rtol=1e-6)
    np.testing.assert_allclose(space.unit().matrix[0], [0.4472136, 0.8944272], rtol=1e-6)
    np.testing.assert_allclose(
        space.nearest("a", metric="euclidean").scores[0, 1:] / size, [-(2**0.5), -(5**0.5)], 1e-6
    )
    assert not np.isnan(space.nearest("a", metric="dot").scores).any()
    for method in ("add", "multiply"):
        assert space.analogy("a", "b", "c", method=method).names == [["d"]]
    assert space.centered().matrix.sum() < 1e38


@pytest.mark.parametrize("metric", METRICS)
def test_scipy_agrees(metric):
    cdist = pytest.importorskip("scipy.spatial.distance").cdist
    space = some_space(4, n=40, dim=5, ties=False)
    wide = space.matrix.astype(np.float64)
    expected = {
        "cosine": lambda: 1 - cdist(wide, wide, "cosine"),
        "dot": lambda: wide @ wide.T,
        "euclidean": lambda: -cdist(wide, wide),
    }[metric]()
    np.testing.assert_allclose(space.similarities(metric=metric), expected, atol=1e-6)


def test_the_worked_table():
    """A (3, 30) and C (3, 27) point almost one way, D is A times 2.5, B and E lie along the other axis."""
    a, b, c, e = (math.hypot(*pair) for pair in ((3, 30), (15, 4), (3, 27), (7.5, 2)))
    assert TABLE.similarity("A", "B") == pytest.approx((45 + 120) / (a * b), abs=1e-7)
    assert TABLE.similarity("A", "C") == pytest.approx((9 + 810) / (a * c), abs=1e-7)
    assert TABLE.similarity("A", "D") == 1.0
    assert TABLE.similarity("B", "E") == 1.0
    assert TABLE.similarity("C", "E") == pytest.approx((22.5 + 54) / (c * e), abs=1e-7)
    assert TABLE.nearest("A").names == [["D", "C", "B", "E"]]
    assert TABLE.nearest("A", metric="euclidean").names == [["C", "E", "B", "D"]]
    assert TABLE.nearest("A", metric="dot").names == [["D", "C", "B", "E"]]
    assert TABLE.odd_one_out(["A", "C", "B", "D"]) == "B"


def test_zero_rows_are_similar_to_nothing():
    space = Space(["a", "b", "zero", "nil"], [[1, 0], [-1, 0], [0, 0], [0, 0]])
    assert space.nearest("zero").scores.tolist() == [[0, 0, 0]]
    assert space.nearest("zero").names == [["a", "b", "nil"]]
    assert space.nearest("a").names == [["zero", "nil", "b"]]
    np.testing.assert_array_equal(space.similarities()[2:], np.zeros((2, 4)))
    assert space.similarity("zero", "zero") == 0
    assert space.similarity("zero", "a", metric="euclidean") == -1
    assert space.odd_one_out(["a", "zero", "nil"]) == "a" and space.odd_one_out(["zero", "nil", "zero"]) == "zero"
    assert space.unit().matrix[2].tolist() == [0, 0]
    for method in ("add", "multiply"):
        assert np.isfinite(space.analogy("zero", "a", "b", method=method).scores).all()


@pytest.mark.parametrize("method", ["add", "multiply"])
def test_analogy_twins(method):
    space = some_space(5, n=50, dim=6, ties=False)
    for a, b, c in (("w0", "w1", "w2"), ("w3", "w3", "w4"), ("w7", "w8", "w7")):
        va, vb, vc = (space[x].astype(float) / np.linalg.norm(space[x].astype(float)) for x in (a, b, c))
        scored = {}
        for name in space.names:
            x = space[name].astype(float) / np.linalg.norm(space[name].astype(float))
            near_a, near_b, near_c = ((1 + x @ v) / 2 for v in (va, vb, vc))
            add = score(x, vb - va + vc, "cosine")
            scored[name] = add if method == "add" else near_b * near_c / (near_a + 0.001)
        expected = sorted((name for name in scored if name not in (a, b, c)), key=lambda name: -scored[name])
        found = space.analogy(a, b, c, 60, method=method)
        assert found.names == [expected]
        np.testing.assert_allclose(found.scores[0], [scored[name] for name in expected], atol=2e-6)
        assert found.queries == [f"{a} : {b} :: {c} : …"]


def test_options_are_checked():
    for k in (0, -1, True, 1.5, "3", None):
        for ask in (lambda k=k: TABLE.nearest("A", k), lambda k=k: TABLE.analogy("A", "B", "C", k),
                    lambda k=k: TABLE.analogy("A", "B", "C", k, method="multiply")):  # fmt: skip
            with pytest.raises(BadOption, match="k must be an integer"):
                ask()
    for metric in ("", "l2", 5):
        with pytest.raises(BadOption, match="metric must be one of"):
            TABLE.nearest("A", metric=metric)
    with pytest.raises(BadOption, match="'add' or 'multiply'"):
        TABLE.analogy("A", "B", "C", method="cos")
    for bad in ({"exclude": "A"}, {"exclude": 5}, {"filter": [True]}, {"filter": [1, 1, 1, 1, 1]}):
        with pytest.raises(BadInput):
            TABLE.nearest("A", **bad)
    for query in (
        5,
        None,
        {},
        {"A"},
        ["A", 5],
        [[1, 2], [3]],
        b"A",
        [1, 2, 3],
        [np.nan, 1],
        [1e300, 1],
        np.ones((1, 1, 2)),
    ):
        with pytest.raises(BadInput):
            TABLE.nearest(query)
    assert TABLE.nearest("A", 10**30).counts.tolist() == [4]
    assert TABLE.nearest([]).names == [] and TABLE.nearest(np.empty((0, 2))).names == []
    assert TABLE.nearest("A", filter=[False] * 5).names == [[]]
    assert TABLE.nearest(np.array(["A", "B"])).counts.tolist() == [4, 4]


def test_sums_follow_the_metric_asked_for():
    space = Space(["a", "b", "c"], [[10, 0], [0, 1], [1, 1]])
    assert space.nearest("a + b", 1).scores[0, 0] == pytest.approx(1)
    assert space.nearest("a + b", 1, metric="dot").scores[0, 0] == 11
    assert space.similarity("a + b", "c", metric="dot") == 11
    np.testing.assert_allclose(space.vector("a + b"), [1, 1])
    with pytest.raises(BadInput, match="too large"):
        Space(["a", "b"], [[1e38], [3e38]], metric="dot").vector("b + b")


def test_bad_rows_and_shapes():
    with pytest.raises(BadInput, match="row 1 holds NaN"):
        row_norms(np.array([[1.0], [np.nan], [np.inf]]))
    assert raw_norms(np.array([[3e200, 4e200]]))[0] == np.inf
    with pytest.raises(BadInput, match="cannot be compared"):
        pairwise([[1, 2]], [[1, 2, 3]])
    assert pairwise(np.zeros((0, 2))).shape == (0, 0)
    assert unit_rows(np.zeros((0, 2))).shape == (0, 2)
    assert str(pairwise([[1.0]], metric="euclidean")[0, 0]) == "0.0"


def test_every_float16_is_widened_exactly():
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    np.testing.assert_array_equal(single(halves).view(np.uint32), halves.astype(np.float32).view(np.uint32))


def test_top_k_breaks_ties_by_column():
    rng = np.random.default_rng(0)
    for n, k in ((5, 5), (40, 3), (5000, 7), (5000, 1)):
        scores = rng.integers(0, 4, (6, n)).astype(np.float32)
        np.testing.assert_array_equal(top_k(scores, k), np.argsort(-scores, axis=1, kind="stable")[:, :k])


def test_nearest_rows_with_few_allowed():
    matrix = np.eye(4, dtype=np.float32)
    allowed = np.array([False, True, False, True])
    rows, scores = nearest_rows(matrix[:1], matrix, 2, "dot", row_norms(matrix), allowed=allowed)
    assert rows.tolist() == [[1, 3]] and scores.tolist() == [[0.0, 0.0]]


def test_threads_may_race_for_the_caches(tmp_path):
    path = tmp_path / "a.space"
    some_space(0, n=2000, dim=20, ties=False).save(path)
    space = Space.open(path)
    answers, start = [], threading.Barrier(8)

    def ask():
        start.wait()
        answers.append((space.nearest("w7").names, space.fingerprint, list(space.names)[:3], space.norms[3]))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8 and all(answer == answers[0] for answer in answers)
