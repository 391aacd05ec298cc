"""compress: bytes, what it says is lost, the file, and the ways to fewer dimensions."""

from __future__ import annotations

import os

import numpy as np
import pytest

from vicinal import Space
from vicinal.errors import BadInput, BadOption, OutputExists
from vicinal.index.axes import principal_axes
from vicinal.index.compression import compress
from vicinal.index.costs import form_costs
from vicinal.index.kept import NeighbourRecall, NeighbourTruth

METRICS = ["cosine", "dot", "euclidean"]


def a_space(n=300, dim=24, metric="cosine", seed=0):
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((n, 6)) @ rng.standard_normal((6, dim)) + 0.2 * rng.standard_normal((n, dim))
    return Space([f"n{i}" for i in range(n)], matrix, columns={"count": np.arange(n)}, metric=metric)


def brute_recall(before, after, rows, k):
    """Share of the k nearest of each row, itself left out, that the same question to ``after`` finds."""
    shares = []
    for row in rows:
        found = []
        for space in (before, after):
            names = [name for name in space.nearest(space.matrix[row], k=k + 1).names[0] if name != f"n{row}"][:k]
            found.append(set(names))
        shares.append(len(found[0] & found[1]) / k)
    return float(np.mean(shares))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("to", "options", "after"),
    [
        ("int8", {}, 24 + 4),
        ("int8", {"per": "dim"}, 24 + 8 * 24 / 300),
        ("binary", {}, 3 + 4 + 4 * 24 / 300),
        ("binary", {"rotate": True}, 3 + 4 + 4 * 24 * 25 / 300),
        ("pq", {"subspaces": 8, "bits": 4}, 4 + (8 * 16 * 3 * 4 + 8) / 300),
        ("pq", {}, 6 + (6 * 256 * 4 * 4 + 8) / 300),
        ("float16", {}, 48),
    ],
)
def test_bytes_recall_and_file(tmp_path, metric, to, options, after):
    space = a_space(metric=metric)
    small = compress(space, to, sample=40, k=5, threads=1, **options)
    assert small.bytes_before == 96
    assert small.bytes_after == pytest.approx(after)
    assert small.recall.queries == 40 and small.recall.k == 5
    assert small.recall.low <= small.recall.value <= small.recall.high
    assert small.rescored.value >= small.recall.value
    rows = NeighbourTruth(space, np.sort(np.random.default_rng(0).permutation(300)[:40]), 5).chosen
    again = NeighbourTruth(space, rows, 5).recall(small.space.matrix)
    assert again.value == pytest.approx(brute_recall(space, small.space, rows, 5), abs=0.011)
    small.save(tmp_path / "a.space")
    opened = Space.open(tmp_path / "a.space")
    assert opened.matrix.tobytes() == small.space.matrix.tobytes()
    assert opened.matrix.dtype == (np.float16 if to == "float16" else np.float32)
    assert opened.fingerprint == small.space.fingerprint != space.fingerprint
    assert opened.origin.steps[-1].startswith(to)
    assert opened.columns["count"].tolist() == list(range(300)) and opened.metric == metric
    assert os.path.getsize(tmp_path / "a.space") < 300 * (after + 60) + 4000
    with pytest.raises(OutputExists):
        small.save(tmp_path / "a.space")
    small.save(tmp_path / "a.space", force=True)
    assert str(small).count("\n") == 2 and "recall@5" in str(small)


def test_int8_keeps_nearly_all_and_says_so():
    small = compress(a_space(1000), "int8", sample=300)
    assert small.recall.value > 0.97
    assert small.rescored.value == 1.0 and small.rescored.low == pytest.approx(0.99)
    assert 0 < small.error < 1e-3


@pytest.mark.parametrize("metric", METRICS)
def test_fewer_dimensions_by_what_loses_less(metric):
    space = a_space(metric=metric)
    small = compress(space, "int8", dim=6, sample=60)
    assert small.reduced == "pca" and set(small.reductions) == {"truncate", "pca"}
    assert small.reductions["pca"].value > small.reductions["truncate"].value
    assert small.space.dim == 6 and small.space.origin.steps[:1] == ("pca(6)",)
    assert "taken" in str(small)
    first = compress(space, "float16", dim=6, reduce="truncate", sample=60)
    assert first.space.origin.steps == ("truncate(6)", "float16")
    np.testing.assert_array_equal(first.space.matrix, space.matrix[:, :6].astype(np.float16))


def test_truncation_is_taken_where_training_put_most_into_the_first_dimensions():
    matrix = np.random.default_rng(0).standard_normal((200, 4)) * [8, 4, 0.01, 0.001]
    small = compress(Space([f"n{i}" for i in range(200)], matrix, metric="dot"), "int8", dim=2, sample=100)
    assert small.reductions["truncate"].value == pytest.approx(small.reductions["pca"].value, abs=0.02)


@pytest.mark.parametrize("metric", METRICS)
def test_all_principal_axes_change_no_score(metric):
    space = a_space(50, metric=metric)
    turned = principal_axes(space, 24)
    np.testing.assert_allclose(turned.nearest("n3", k=9).scores, space.nearest("n3", k=9).scores, atol=1e-4)


def test_principal_axes_keep_what_singular_vectors_keep():
    space = a_space(100, metric="dot")
    kept = np.linalg.svd(space.matrix.astype(float), compute_uv=False)[:5]
    lengths = np.sqrt(np.square(principal_axes(space, 5).matrix.astype(float)).sum(axis=0))
    np.testing.assert_allclose(lengths, kept, rtol=1e-4)


def test_interval():
    shares = np.random.default_rng(0).uniform(0.5, 1, 400)
    found = NeighbourRecall.of(shares, 10)
    assert found.high - found.value == pytest.approx(1.96 * shares.std(ddof=1) / 20)
    assert NeighbourRecall.of(np.ones(1), 3).low == 0.0


@pytest.mark.parametrize("to", ["int8", "binary", "pq", "float16"])
@pytest.mark.parametrize("matrix", [np.ones((1, 1)), np.zeros((3, 2)), np.ones((500, 3))], ids=["one", "zero", "same"])
def test_strange_spaces(tmp_path, to, matrix):
    space = Space([f"n{i}" for i in range(len(matrix))], matrix)
    small = compress(space, to)
    small.save(tmp_path / "a.space")
    assert Space.open(tmp_path / "a.space").matrix.shape == matrix.shape
    assert 0 <= small.recall.value <= 1


@pytest.mark.parametrize(
    "options",
    [
        {"to": "int4"}, {"dim": 0}, {"dim": 25}, {"dim": 2.5}, {"reduce": "umap", "dim": 3}, {"sample": 0}, {"k": 0},
        {"oversample": 0}, {"per": "matrix"}, {"bits": 8}, {"to": "pq", "bits": 3}, {"to": "pq", "subspaces": 100},
        {"to": "float16", "bits": 8}, {"seed": -1}, {"to": "binary", "rotate": 3},
    ],
    ids=str,
)  # fmt: skip
def test_bad_options(options):
    with pytest.raises(BadOption):
        compress(a_space(50), **options)


def test_what_cannot_be_kept_is_refused(tmp_path):
    with pytest.raises(BadInput, match="65,504"):
        compress(Space(["a", "b"], [[1e6], [1.0]]), "float16")
    with pytest.raises(BadOption, match=r"only \.space"):
        compress(a_space(50)).save(tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())


def test_costs_of_smaller_forms_are_those_of_compress():
    space = a_space(150, 16)  # all rows are asked about, here as there
    costs = form_costs(space, 5)
    found = {cost.way.key: cost for cost in costs}
    for form in ("float16", "int8", "binary"):
        made = compress(space, form, k=5)
        assert found[form].recall.value == pytest.approx(made.recall.value)
        assert found[form].way.bytes == made.bytes_after
    lines = str(costs).splitlines()
    assert len(lines) == 2 + len(costs) and lines[0].split()[-1] == "recall@5" and "1.000" in lines[2]
    with pytest.raises(BadInput, match="has no neighbours"):
        form_costs(Space(["only"], [[1.0]]))
