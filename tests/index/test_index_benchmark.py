"""The benchmark of kinds: what it measures is checked against a plain computation."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vicinal import Space
from vicinal.errors import BadInput, BadOption
from vicinal.index import benchmark_kinds, find_kind
from vicinal.index.benchmark import _held_out
from vicinal.index.figures import KindFigures, Point


def clusters(n=900, dim=10, metric="cosine"):
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(12, dim))
    matrix = centres[rng.integers(12, size=n)] + 0.6 * rng.normal(size=(n, dim))
    return Space([f"w{row}" for row in range(n)], matrix, metric=metric)


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_exact_finds_all_and_lsh_some(metric):
    found = benchmark_kinds(clusters(metric=metric), ["exact", "lsh"], k=5, queries=60)
    assert found.n == 840 and found.queries == 60 and found.metric == metric
    assert found.kinds[0].points[0].recall == 1.0
    recalls = [point.recall for one in found.kinds if one.kind == "lsh" for point in one.points]
    assert recalls and all(0 < recall <= 1 for recall in recalls) and max(recalls) > 0.8
    assert all(point.queries_per_second > 0 for one in found.kinds for point in one.points)


def test_recall_is_what_a_plain_comparison_says():
    space = clusters()
    found = benchmark_kinds(space, ["lsh"], k=5, queries=60, seed=3)
    data, asked = _held_out(space, "cosine", 60, 3)
    assert len(data) + len(asked) == len(space)
    held = {tuple(row) for row in asked.round(5).tolist()}
    assert not held & {tuple(row) for row in data.block(0, len(data)).round(5).tolist()}
    scores = asked.astype(np.float64) @ data.block(0, len(data)).astype(np.float64).T
    true = np.argsort(-scores, axis=1)[:, :5]
    built = find_kind("lsh").build(data, seed=3)
    for point in found.kinds[0].points:
        rows = built.search(asked, 5, setting=point.setting)[0]
        shares = [len(set(a) & set(b)) / 5 for a, b in zip(rows.tolist(), true.tolist(), strict=True)]
        assert point.recall == pytest.approx(np.mean(shares), abs=1e-9)


def test_it_prints_and_gives_json_and_curves():
    found = benchmark_kinds(clusters(100), ["exact"], queries=10)
    assert str(found).splitlines()[0].split() == [
        "kind",
        "setting",
        "build",
        "s",
        "bytes/vector",
        "recall",
        "queries/s",
    ]
    assert json.loads(json.dumps(found.record()))["kinds"][0]["kind"] == "exact"
    assert found.curves["exact"][0][0] == 1.0 and "<table>" in found._repr_html_()


def test_the_line_of_a_kind_is_its_quickest_setting_of_that_recall():
    points = [Point({"a": 1}, 0.9, 900.0), Point({"a": 2}, 0.96, 300.0), Point({"a": 3}, 0.97, 400.0)]
    figures = KindFigures("lsh", "lsh", points=points)
    assert figures.at(0.95).setting == {"a": 3} and figures.at(0.5).setting == {"a": 1} and figures.at(0.99) is None


def test_zero_rows_are_not_asked_for():
    matrix = np.zeros((200, 4))
    matrix[:150] = np.random.default_rng(0).normal(size=(150, 4))
    found = benchmark_kinds(Space([f"w{row}" for row in range(200)], matrix), ["exact"], queries=20)
    assert found.kinds[0].points[0].recall == 1.0


def test_progress_is_told():
    seen = []
    benchmark_kinds(clusters(100), ["exact"], queries=5, callback=seen.append)
    assert seen and seen[-1].done == seen[-1].total == 1


def test_bad_input():
    with pytest.raises(BadInput, match="20 vectors or more"):
        benchmark_kinds(clusters(10))
    with pytest.raises(BadInput, match="that are not zero, got 0"):
        benchmark_kinds(Space([f"w{row}" for row in range(50)], np.zeros((50, 3))))
    with pytest.raises(BadOption, match="kind"):
        benchmark_kinds(clusters(100), ["exat"])
    for options in ({"k": 0}, {"k": 99}, {"queries": 0}, {"recall": 1.2}, {"metric": "cosin"}):
        with pytest.raises(BadOption):
            benchmark_kinds(clusters(100), ["exact"], **options)
