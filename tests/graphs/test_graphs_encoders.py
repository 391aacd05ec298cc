"""DeepWalk and Node2Vec: communities, quality beside the reference, files, bad input."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from vicinal.data import Graph, walk_graph
from vicinal.errors import BadFormat, BadInput, BadOption, NotFitted, OutputExists, UnknownName
from vicinal.evaluate import evaluate_labels, read_labels
from vicinal.graphs import DeepWalk, Node2Vec
from vicinal.graphs.training import WalkSchedule
from vicinal.words import Word2Vec

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "graphs"
shared = pytest.mark.skipif(not (DATA.is_dir() or os.environ.get("CI")), reason="the shared data are not here")

SMALL = {"dim": 16, "walk_length": 20, "walks_per_node": 5, "window": 5, "threads": 1}
BARBELL = [(i, j) for side in (range(6), range(6, 12)) for i in side for j in side if i < j] + [(0, 6)]


def edges_of(path):
    """Distinct undirected edges of a file, as the reference reads them."""
    pairs = [line.split() for line in path.read_text().splitlines()]
    return list(dict.fromkeys(tuple(sorted(pair)) for pair in pairs))


@shared
@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax"])
def test_the_first_component_of_karate_is_the_split(objective):
    clubs = read_labels(DATA / "karate_labels.tsv")
    for seed in (1, 2, 3):
        space = DeepWalk(threads=1, seed=seed, objective=objective).fit(DATA / "karate.adjlist").space
        rows = space.unit().matrix
        side = np.linalg.svd(rows - rows.mean(axis=0))[0][:, 0] > 0
        officer = np.array([clubs[name] == ["Officer"] for name in space.names])
        wrong = side != officer if (side == officer).mean() > 0.5 else side == officer
        # most friends of 9 were on the other side, and nearly half of those of 3
        assert {name for name, missed in zip(space.names, wrong, strict=True) if missed} <= {"3", "9"}


@shared
@pytest.mark.parametrize(
    # mean of two runs of node2vec 0.5.0 (PyPI) and two of pecanpy 2.0.9 on the same edges, with the same dim, walks,
    # window, p and q (one epoch, their default), scored by evaluate_labels with 5 splits
    ("edges", "labels", "reference"),
    [("cora_edgelist.txt", "cora_labels.txt", 0.8116), ("Wiki_edgelist.txt", "Wiki_category.txt", 0.6493)],
)
def test_labels_are_told_as_well_as_by_the_reference(edges, labels, reference):
    graph = Graph.from_edges(edges_of(DATA / "openne" / edges))
    space = Node2Vec(p=0.5, q=2.0, threads=2).fit(graph).space
    report = evaluate_labels(space, DATA / "openne" / labels, train_shares=[0.5], splits=3)
    assert report["micro-F1 at 50 %"].value > reference - 0.015  # 1 point, and what three splits vary


def test_p_and_q_matter_and_deepwalk_is_node2vec_without_them():
    plain = DeepWalk(**SMALL).fit(BARBELL)
    assert np.array_equal(plain.input_, Node2Vec(**SMALL).fit(BARBELL).input_)
    assert not np.array_equal(plain.input_, Node2Vec(**SMALL, q=0.5).fit(BARBELL).input_)


def test_seeds_and_threads():
    once = Node2Vec(**SMALL, p=0.5).fit(BARBELL)
    assert np.array_equal(once.input_, Node2Vec(**SMALL, p=0.5).fit(BARBELL).input_)
    many = Node2Vec(**{**SMALL, "threads": 4}, p=0.5, deterministic=True).fit(BARBELL)
    assert np.array_equal(once.input_, many.input_)
    other = Node2Vec(**SMALL, p=0.5, seed=2).fit(BARBELL)
    assert not np.array_equal(once.input_, other.input_)
    assert np.isfinite(Node2Vec(**{**SMALL, "threads": 3}).fit(BARBELL).input_).all()
    assert once.space.fingerprint != other.space.fingerprint


def test_learning_goes_down_and_is_reported():
    seen = []
    model = Node2Vec(**{**SMALL, "walks_per_node": 40}, epochs=4, learning_rate=0.05).fit(BARBELL, callback=seen.append)
    assert len(model.history_) == 4 and model.history_[-1] < 0.95 * model.history_[0]
    assert {"counting visits", "training"} <= {progress.stage for progress in seen}
    assert seen[-1].done == seen[-1].total == 4 * 12 * 40 * 20
    schedule = WalkSchedule(1_000_003 * 7, 1, 1, 0.1, 0.0, walk_length=7)
    assert schedule.piece % 7 == 0 and schedule.pieces * schedule.piece >= schedule.words


def test_isolated_nodes_have_zero_rows():
    graph = Graph.from_edges([("New York", "Rome"), ("Rome", "Rio"), ("Rio", "Rio")],
                             nodes=["nowhere", "New York", "Rome", "Rio", "alone"])  # fmt: skip
    for objective in ("negative_sampling", "hierarchical_softmax", "softmax"):
        model = Node2Vec(**SMALL, objective=objective).fit(graph)
        assert not model.encode(["nowhere", "alone"]).any()
        assert model.encode(["New York", "Rome", "Rio"]).any(axis=1).all() and np.isfinite(model.input_).all()
    space = model.space
    degrees = dict(zip(space.names, space.columns["degree"].tolist(), strict=True))
    assert degrees == {"nowhere": 0, "New York": 1, "Rome": 2, "Rio": 2, "alone": 0}
    assert dict(zip(space.names, space.columns["count"].tolist(), strict=True))["alone"] == 0
    assert space.similarity("alone", "Rome") == 0
    assert model.encode([]).shape == (0, 16)
    with pytest.raises(UnknownName, match="'Roma' is not in this graph; did you mean 'Rome'"):
        model.encode(["Roma"])


def test_directed_graphs_with_dead_ends():
    chain = Node2Vec(**SMALL).fit([(i, i + 1) for i in range(30)], directed=True)
    assert np.isfinite(chain.input_).all() and chain.encode([30]).any()
    assert chain.space.columns["degree"].sum() == 30
    star = Node2Vec(**SMALL, p=0.25, q=4.0).fit([(0, i) for i in range(1, 20)], directed=True)
    assert star.input_.any(axis=1).all()


def test_other_inputs():
    networkx = pytest.importorskip("networkx")
    graph = networkx.barbell_graph(6, 0)
    model = Node2Vec(**SMALL, epochs=20).fit(graph)
    near = set(model.space.nearest("9", k=5).names[0])
    assert near == {"6", "7", "8", "10", "11"}
    matrix = networkx.to_scipy_sparse_array(graph)
    assert np.array_equal(Node2Vec(**SMALL).fit(matrix).input_, Node2Vec(**SMALL).fit(graph).input_)
    tokens = walk_graph(graph, walk_length=20)
    assert len(Word2Vec(dim=16, min_count=1, epochs=1, threads=1, subsample=0.0).fit(tokens).space) == 12


def test_refusals():
    with pytest.raises(BadInput, match="no edges"):
        Node2Vec(**SMALL).fit(Graph.from_edges([], nodes=["a", "b"]))
    with pytest.raises(BadInput, match="only one of 2 nodes has an edge"):
        Node2Vec(**SMALL).fit(Graph.from_edges([("a", "a")], nodes=["a", "b"]))
    with pytest.raises(BadInput, match="edge 0 has the weight -2"):
        Node2Vec(**SMALL).fit([("a", "b", -2)])
    for bad in ({"p": 0}, {"q": float("inf")}, {"walk_length": 1}, {"dim": 0}, {"window": 0}, {"subsample": -1.0},
                {"objective": "cbow"}, {"epochs": 0}, {"seed": -1}, {"learning_rate": 0.0}):  # fmt: skip
        with pytest.raises(BadOption):
            Node2Vec(**{**SMALL, **bad}).fit(BARBELL)
    for ask in (lambda m: m.space, lambda m: m.encode(["0"]), lambda m: m.save("x")):
        with pytest.raises(NotFitted):
            ask(DeepWalk())
    with pytest.raises(BadOption, match="no option 'p'"):
        DeepWalk().set_params(p=2)


@pytest.mark.parametrize("encoder", [DeepWalk(**SMALL), Node2Vec(**SMALL, q=2.0, objective="hierarchical_softmax")])
def test_saved_and_loaded(tmp_path, encoder):
    model = encoder.fit(BARBELL)
    model.save(tmp_path / "model")
    loaded = type(encoder).load(tmp_path / "model")
    assert loaded.get_params() == model.get_params() and loaded.space.fingerprint == model.space.fingerprint
    assert np.array_equal(loaded.space.matrix, model.space.matrix) and list(loaded.space.names) == list(
        model.space.names
    )
    assert np.array_equal(loaded.degrees_, model.degrees_) and loaded.history_ == model.history_
    with pytest.raises(OutputExists):
        model.save(tmp_path / "model")
    model.save(tmp_path / "model", force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]
    other = DeepWalk if isinstance(encoder, Node2Vec) else Node2Vec
    with pytest.raises(BadFormat, match="expected"):
        other.load(tmp_path / "model")
    (tmp_path / "model" / "degrees.safetensors").unlink()
    with pytest.raises(BadFormat, match="is missing"):
        type(encoder).load(tmp_path / "model")
    with pytest.raises(BadInput):
        type(encoder).load(tmp_path / "absent")
