import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.errors import BadFormat, BadOption
from vicinal.index.kinds import find_kind
from vicinal.index.rows import Rows
from vicinal.index.tree_ah import TreeAH
from vicinal.similarity import METRICS, nearest_rows

PLAIN = ("centres", "shape", "books", "codes", "rows", "starts", "sizes")
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "ann"


def clustered(n, dim, seed=0, clusters=40):
    random = np.random.default_rng(seed)
    centres = 2 * random.normal(size=(clusters, dim))
    return (centres[random.integers(clusters, size=n)] + random.normal(size=(n, dim))).astype(np.float32)


def asked(matrix, metric, count=30, seed=1):
    random = np.random.default_rng(seed)
    queries = matrix[random.integers(len(matrix), size=count)] + random.normal(size=(count, matrix.shape[1])) / 2
    if metric == "cosine":
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    return queries.astype(np.float32)


def recall(found, truth):
    return np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found.tolist(), truth.tolist(), strict=True)])


@pytest.fixture(scope="module")
def built():
    matrix = clustered(4000, 21)
    return {metric: TreeAH.build(Rows.of(matrix, metric), seed=3, threads=2) for metric in METRICS}


@pytest.fixture(scope="module")
def levelled():
    return TreeAH.build(Rows.of(clustered(4000, 21), "cosine"), seed=3, threads=2, levels=2)


@pytest.mark.parametrize("metric", METRICS)
def test_a_small_part_of_the_leaves_holds_nearly_all_neighbours(built, metric):
    index = built[metric]
    queries = asked(index.data.matrix, metric, 100)
    truth, scores = nearest_rows(queries, index.data.matrix, 10, metric, index.data.norms)
    found, near = index.search(queries, 10, setting={"leaves": 20, "candidates": 100})
    assert recall(found, truth) > (0.9 if metric != "dot" else 0.85)
    same = found == truth
    assert np.abs(near - scores)[same].max() < 1e-4


@pytest.mark.parametrize("metric", METRICS)
def test_settings_go_from_quick_to_exact(built, metric):
    index = built[metric]
    queries = asked(index.data.matrix, metric, 50)
    truth, scores = nearest_rows(queries, index.data.matrix, 10, metric, index.data.norms)
    choices = index.settings(10)
    assert choices[0]["leaves"] == 1
    assert choices[-1] == {"leaves": len(index.centres), "candidates": 3420}
    assert all(a["leaves"] < b["leaves"] and a["candidates"] <= b["candidates"] for a, b in pairwise(choices))
    reached = [recall(index.search(queries, 10, setting=choice)[0], truth) for choice in choices]
    assert reached[-1] == 1.0
    assert np.all(np.diff(reached) > -0.02)
    found, near = index.search(queries, 10, setting=choices[-1])
    assert np.array_equal(found, truth)
    assert np.abs(near - scores).max() < 1e-4


def test_neighbours_of_real_words():
    if not DATA.exists():
        pytest.skip("the shared data is not here")
    data = np.load(DATA / "glove6b100k-50-angular.npz")
    index = TreeAH.build(Rows.of(data["train"][:20000], "cosine"), threads=2)
    queries = data["test"] / np.linalg.norm(data["test"], axis=1, keepdims=True)
    truth, _ = nearest_rows(queries, index.data.matrix, 10, "cosine", index.data.norms)
    found, _ = index.search(queries, 10, setting={"leaves": 30, "candidates": 100})
    assert recall(found, truth) > 0.95
    assert index.nbytes / 20000 < 40


@pytest.mark.parametrize(("metric", "least"), [("cosine", 0.93), ("dot", 0.84), ("euclidean", 0.94)])
def test_levels_lead_to_nearly_all_that_comparing_all_leaves_finds(metric, least):
    if not DATA.exists():
        pytest.skip("the shared data is not here")
    data = np.load(DATA / "glove6b100k-50-angular.npz")
    matrix, queries = data["train"][:20000], data["test"][:300]
    if metric == "cosine":
        queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
    index = TreeAH.build(Rows.of(matrix, metric), threads=2, leaves=1500, levels=2)
    plain = {name: array for name, array in index.arrays().items() if name in PLAIN}
    flat = TreeAH.restore(index.data, plain, index.options | {"levels": 1})
    truth, _ = nearest_rows(queries, matrix, 10, metric, index.data.norms)
    setting = {"leaves": 60, "candidates": 200}
    assert index.levels.followed(60, 1500)
    reached, whole = (recall(kind.search(queries, 10, setting=setting)[0], truth) for kind in (index, flat))
    assert reached > max(least * whole / 0.97, whole - 0.1)
    everything = [kind.search(queries, 10, setting=kind.settings(10)[-1]) for kind in (index, flat)]
    assert all(np.array_equal(a, b) for a, b in zip(*everything, strict=True))


def test_neighbours_of_real_descriptors():
    if not DATA.exists():
        pytest.skip("the shared data is not here")
    data = np.load(DATA / "sift5k-128-euclidean.npz")
    index = TreeAH.build(Rows.of(data["train"], "euclidean"), threads=2)
    found, scores = index.search(data["test"], 10, setting={"leaves": 25, "candidates": 60})
    assert recall(found, data["neighbors"][:, :10]) > 0.95
    best = found[:, 0] == data["neighbors"][:, 0]
    np.testing.assert_allclose(-scores[best, 0], data["distances"][best, 0], rtol=1e-5)


def test_the_extra_code_pays(built):
    """The error along a point, put right by one code, leaves fewer wrong candidates."""
    index = built["cosine"]
    queries = asked(index.data.matrix, "cosine", 200)
    truth, _ = nearest_rows(queries, index.data.matrix, 10, "cosine", index.data.norms)
    arrays = {name: array.copy() for name, array in index.arrays().items()}
    arrays["shape"][:, 1:] = 0
    without = TreeAH.restore(index.data, arrays, index.options)
    setting = {"leaves": 100, "candidates": 12}
    assert recall(index.search(queries, 10, setting=setting)[0], truth) > 0.01 + recall(
        without.search(queries, 10, setting=setting)[0], truth
    )


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("spill", [False, True])
def test_a_mask_is_honoured_and_all_it_allows_is_found(metric, spill):
    matrix = clustered(1500, 10)
    index = TreeAH.build(Rows.of(matrix, metric), threads=1, spill=spill)
    queries = asked(matrix, metric)
    for share in (0.3, 0.004):
        allowed = np.random.default_rng(5).random(1500) < share
        count = min(10, allowed.sum())
        found, scores = index.search(queries, 10, allowed=allowed, setting={"leaves": 15, "candidates": 60})
        assert allowed[found[:, :count]].all()
        assert (found[:, count:] == -1).all()
        assert np.isnan(scores[:, count:]).all()
        assert all(len(set(row[:count])) == count for row in found.tolist())
    nothing = index.search(queries, 3, allowed=np.zeros(1500, bool))
    assert (nothing[0] == -1).all()


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 90), dim=st.integers(1, 19), metric=st.sampled_from(METRICS), k=st.integers(1, 90),
    leaves=st.integers(0, 60), width=st.integers(1, 4), spill=st.booleans(), half=st.booleans(),
    levels=st.integers(1, 3),
    kind=st.sampled_from(["normal", "equal", "zero", "few", "axis"]),
)  # fmt: skip
def test_whatever_the_shape_a_thorough_search_is_exact(n, dim, metric, k, leaves, width, spill, half, levels, kind):
    random = np.random.default_rng(n * dim)
    matrix = random.normal(size=(n, dim)).astype(np.float16 if half else np.float32)
    if kind == "equal":
        matrix[:] = matrix[0]
    elif kind == "zero":
        matrix[random.random(n) < 0.5] = 0
    elif kind == "few":
        matrix = matrix[random.integers(max(1, n // 10), size=n)]
    elif kind == "axis":
        matrix[:, 1:] = 0
    data, k = Rows.of(matrix, metric), min(k, n)
    index = TreeAH.build(data, threads=1, leaves=leaves, width=width, spill=spill, levels=levels)
    queries = asked(random.normal(size=(4, dim)).astype(np.float32), metric, 9)
    _, scores = nearest_rows(queries, matrix, k, metric, data.norms)
    found, near = index.search(queries, k, setting={"leaves": 1 << 20, "candidates": 2 * n})
    np.testing.assert_allclose(near, scores, rtol=1e-5, atol=2e-5)
    assert all(len(set(row)) == k for row in found.tolist())
    quick, _ = index.search(queries, k, setting={"leaves": 1, "candidates": 1})
    assert quick.min() >= 0
    assert all(len(set(row)) == k for row in quick.tolist())


def test_thousands_of_duplicates():
    matrix = np.repeat(clustered(3, 6), 3000, axis=0)
    index = TreeAH.build(Rows.of(matrix, "cosine"), threads=1)
    queries = asked(matrix, "cosine")
    found, scores = index.search(queries, 100, setting={"leaves": 30, "candidates": 150})
    _, truth = nearest_rows(queries, matrix, 100, "cosine", index.data.norms)
    np.testing.assert_allclose(scores, truth, atol=1e-5)
    assert all(len(set(row)) == 100 for row in found.tolist())


@pytest.mark.parametrize("metric", METRICS)
def test_lengths_near_the_end_of_float32_do_no_harm(metric):
    matrix = clustered(400, 7) * np.float32(1e30)
    index = TreeAH.build(Rows.of(matrix, metric), threads=1)
    found, _ = index.search(asked(clustered(400, 7), metric), 5, setting={"leaves": 5, "candidates": 20})
    assert 0 <= found.min() <= found.max() < 400


@pytest.mark.parametrize("spill", [False, True])
@pytest.mark.parametrize("metric", METRICS)
def test_new_rows_join_without_training(metric, spill):
    matrix = clustered(3000, 12)
    old = TreeAH.build(Rows.of(matrix[:2500], metric), threads=1, spill=spill)
    before = old.search(asked(matrix, metric), 10)
    index = old.extend(Rows.of(matrix, metric), threads=1)
    assert len(index.data) == 3000
    assert index.centres is old.centres
    queries = asked(matrix, metric, 100)
    truth, _ = nearest_rows(queries, matrix, 10, metric, index.data.norms)
    assert recall(index.search(queries, 10, setting={"leaves": 40, "candidates": 100})[0], truth) > 0.9
    everything, _ = index.search(queries[:5], 3000)
    assert np.array_equal(np.sort(everything, axis=1), np.tile(np.arange(3000), (5, 1)))
    assert all(np.array_equal(a, b) for a, b in zip(before, old.search(asked(matrix, metric), 10), strict=True))
    again = old.extend(Rows.of(matrix[:2500], metric))
    assert all(np.array_equal(old.arrays()[name], array) for name, array in again.arrays().items())


def test_the_answer_depends_on_nothing_but_the_query(built):
    index = built["cosine"]
    queries = asked(index.data.matrix, "cosine", 67)
    whole = index.search(queries, 10)
    threads = index.search(queries, 10, threads=2)
    assert all(np.array_equal(a, b) for a, b in zip(whole, threads, strict=True))
    for at in (0, 13, 66):
        alone = index.search(queries[at : at + 1], 10)
        assert all(np.array_equal(a[0], b[at]) for a, b in zip(alone, whole, strict=True))
    empty = index.search(queries[:0], 10)
    assert empty[0].shape == empty[1].shape == (0, 10)


def test_one_seed_builds_one_index():
    data = Rows.of(clustered(800, 9), "cosine")
    one, two, other = (TreeAH.build(data, seed=seed, threads=1).arrays() for seed in (1, 1, 2))
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert not np.array_equal(one["centres"], other["centres"])


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_saved_searches_the_same(built, metric, tmp_path):
    index = built[metric]
    arrays = {}
    for name, array in index.arrays().items():
        np.save(tmp_path / name, array)
        arrays[name] = np.load(tmp_path / f"{name}.npy", mmap_mode="r")
    again = TreeAH.restore(index.data, arrays, json.loads(json.dumps(index.options)))
    queries = asked(index.data.matrix, metric)
    assert all(np.array_equal(a, b) for a, b in zip(index.search(queries, 7), again.search(queries, 7), strict=True))
    assert again.nbytes == index.nbytes


def broken_arrays():
    def change(name, at, value):
        return lambda arrays: arrays[name].__setitem__(at, value)

    yield "row beyond the data", change("rows", 0, 1 << 20)
    yield "row below the data", change("rows", 0, -1)
    yield "padding filled", lambda arrays: arrays["rows"].__setitem__(np.flatnonzero(arrays["rows"] < 0)[0], 0)
    yield "leaf starts elsewhere", change("starts", 1, 1 << 40)
    yield "leaf starts below", change("starts", 0, -1)
    yield "leaf too long", change("sizes", 0, 1 << 30)
    yield "leaf of negative size", change("sizes", 0, -5)
    yield "NaN", change("centres", (0, 0), np.nan)
    yield "infinite radius", change("shape", 0, np.inf)
    yield "lacks codes", lambda arrays: arrays.pop("codes")
    yield "lacks nodes", lambda arrays: arrays.pop("nodes")
    yield "more below a node", change("below", 0, 5000)
    yield "less below a node", change("below", 0, -5000)
    yield "nothing below a node", change("below", slice(2), [0, 2])
    yield "more nodes", change("counts", 0, 1 << 30)
    yield "no node", change("counts", 0, 0)
    yield "radius without end", change("radii", 0, np.inf)
    for name in (*PLAIN, "nodes", "radii", "below", "counts"):
        yield f"short {name}", lambda arrays, name=name: arrays.__setitem__(name, arrays[name][:-1])
        yield f"none of {name}", lambda arrays, name=name: arrays.__setitem__(name, arrays[name][:0])
        yield f"type of {name}", lambda arrays, name=name: arrays.__setitem__(name, arrays[name].astype(np.float64))
        yield f"flat {name}", lambda arrays, name=name: arrays.__setitem__(name, np.array(1, arrays[name].dtype))


@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in broken_arrays()])
def test_a_file_is_not_trusted(levelled, change):
    index = levelled
    arrays = {name: array.copy() for name, array in index.arrays().items()}
    change(arrays)
    with pytest.raises(BadFormat):
        TreeAH.restore(index.data, arrays, index.options)


def test_an_index_of_other_rows_or_options_is_refused(built):
    index = built["cosine"]
    for data, options in (
        (Rows.of(clustered(100, 21), "cosine"), index.options),
        (Rows.of(clustered(4000, 20), "cosine"), index.options),
        (Rows.of(index.data.matrix, "euclidean"), index.options),
        (index.data, index.options | {"width": 3}),
        (index.data, {"cells": 4}),
        (index.data, index.options | {"levels": 2}),
    ):
        with pytest.raises(BadFormat):
            TreeAH.restore(data, index.arrays(), options)


@pytest.mark.parametrize(
    "options",
    [{"leaves": -1}, {"leaves": 2.5}, {"width": -1}, {"width": 17}, {"levels": 0}, {"levels": 5}, {"threshold": 1.0},
     {"threshold": "no"},
     {"spill": 1}, {"cells": 3}],
)  # fmt: skip
def test_bad_options(options):
    with pytest.raises(BadOption, match=next(iter(options))):
        TreeAH.build(Rows.of(np.eye(3, dtype=np.float32), "cosine"), **options)


@pytest.mark.parametrize(("dim", "width"), [(1, 2), (50, 2), (200, 2), (384, 4), (784, 8), (1700, 16)])
def test_codes_of_long_vectors_stay_short(dim, width):
    index = TreeAH.build(Rows.of(clustered(40, dim), "cosine"), threads=1)
    assert index.options["width"] == index.coder.width == width
    assert index.coder.packed_width <= 55
    plans = TreeAH.plans(10_000, dim, "cosine")
    wider = [plan["width"] for plan in plans if "width" in plan]
    assert wider == ([min(16, 2 * width), min(16, 4 * width)] if dim > 60 else [])


def test_a_few_more_candidates_make_up_for_short_codes():
    matrix = clustered(3000, 400, clusters=300)
    queries, data = asked(matrix, "euclidean", 60), Rows.of(matrix, "euclidean")
    truth, _ = nearest_rows(queries, matrix, 10, "euclidean", data.norms)
    long, short = (TreeAH.build(data, threads=2, width=width) for width in (2, 0))
    assert short.layout.nbytes < 0.6 * long.layout.nbytes
    reached = recall(short.search(queries, 10, setting={"leaves": 87, "candidates": 80})[0], truth)
    assert reached > recall(long.search(queries, 10, setting={"leaves": 87, "candidates": 40})[0], truth) - 0.03


def test_levels_are_offered_to_very_many_rows_only():
    assert {"levels": 2} in TreeAH.plans(50_000_000, 100, "dot")
    assert not any("levels" in plan for plan in TreeAH.plans(1_000_000, 100, "dot"))


def test_plans_build():
    assert find_kind("tree_ah") is TreeAH
    assert TreeAH.plans(500, 50, "cosine") == []
    for plan in TreeAH.plans(1200, 6, "dot"):
        assert len(TreeAH.build(Rows.of(clustered(1200, 6), "dot"), **plan).setting) == 2


def test_progress_is_told():
    told = []
    TreeAH.build(Rows.of(clustered(300, 4), "cosine"), callback=told.append)
    assert {report.stage for report in told} == {"training", "encoding"}
    assert all(0 < report.done <= report.total for report in told)
