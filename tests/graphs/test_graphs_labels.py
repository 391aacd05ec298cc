"""evaluate_labels: scikit-learn's own figures, several labels, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vicinal import Space
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.evaluate.labels import evaluate_labels, f1_scores, read_labels
from vicinal.randomness import generator

metrics = pytest.importorskip("sklearn.metrics")
linear_model = pytest.importorskip("sklearn.linear_model")
multiclass = pytest.importorskip("sklearn.multiclass")


@given(arrays.arrays(bool, (2, 12, 4)))
def test_f1_equals_scikit_learn(pair):
    truth, predicted = pair
    there = (truth | predicted).any(axis=0)
    if not there.any():
        return
    micro, macro = f1_scores(truth, predicted)
    assert micro == pytest.approx(metrics.f1_score(truth, predicted, average="micro", zero_division=0))
    assert macro == pytest.approx(metrics.f1_score(truth, predicted, average=None, zero_division=0)[there].mean())


def test_figures_equal_one_vs_rest_of_scikit_learn():
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 3, 90)
    rows = rng.normal(size=(90, 5)) + np.eye(5)[kinds] * 1.5
    space = Space([f"n{i}" for i in range(90)], rows)
    labels = {f"n{i}": f"k{kind}" for i, kind in enumerate(kinds)}
    report = evaluate_labels(space, labels, train_shares=[0.4], splits=3, regularization=0.5)
    scores = []
    for split in range(3):
        order = generator(1, 0, split).permutation(90)
        train, test = order[:36], order[36:]
        model = multiclass.OneVsRestClassifier(
            linear_model.LogisticRegression(C=2.0, solver="liblinear", random_state=0)
        )
        predicted = model.fit(space.matrix[train].astype(float), kinds[train]).predict(space.matrix[test].astype(float))
        scores.append([metrics.f1_score(kinds[test], predicted, average=average) for average in ("micro", "macro")])
    micro, macro = np.mean(scores, axis=0)
    assert report["micro-F1 at 40 %"].value == pytest.approx(micro)
    assert report["macro-F1 at 40 %"].value == pytest.approx(macro)
    figure = report["micro-F1 at 40 %"]
    assert figure.low <= figure.value <= figure.high and figure.n == 90


def test_several_labels_and_unknown_names():
    rows = [[i % 2, i % 3 == 0, 1.0] for i in range(60)]
    labels = {f"n{i}": [label for label, held in (("odd", i % 2), ("third", i % 3 == 0)) if held] for i in range(70)}
    space = Space([f"n{i}" for i in range(60)], np.array(rows, float) + 0.0)
    figure = evaluate_labels(space, labels, train_shares=[0.5], splits=4)["micro-F1 at 50 %"]
    assert figure.value == 1.0
    known = sum(bool(labels[f"n{i}"]) for i in range(60))
    assert figure.n == known and figure.skipped == 70 - known


def test_refusals(tmp_path):
    space = Space(["a", "b", "c"], np.eye(3))
    with pytest.raises(BadInput, match="1 of 2 labelled names are in the space"):
        evaluate_labels(space, {"a": 1, "z": 2})
    with pytest.raises(BadInput, match="with 1 different labels"):
        evaluate_labels(space, {"a": 1, "b": 1})
    with pytest.raises(BadInput, match="map names"):
        evaluate_labels(space, [("a", 1)])
    for bad in ({"train_shares": [0.0]}, {"train_shares": [1]}, {"splits": 0}, {"regularization": 0}):
        with pytest.raises(BadOption):
            evaluate_labels(space, {"a": 1, "b": 2}, **bad)
    path = tmp_path / "labels.txt"
    path.write_text("node label\n1 x\n1 y\n\n# a comment\n2 x\n")
    assert read_labels(path) == {"1": ["x", "y"], "2": ["x"]}
    path.write_text("1 x\n2\n")
    with pytest.raises(BadFormat, match="line 2: 1 fields in '2'"):
        read_labels(path)
    path.write_bytes(b"1 \xff\n")
    with pytest.raises(BadFormat, match="line 1: not utf-8"):
        read_labels(path)
    path.write_text("node label\n")
    with pytest.raises(BadInput, match="has no labels"):
        read_labels(path)
    with pytest.raises(BadInput, match="no file"):
        read_labels(tmp_path / "absent")


@given(st.sampled_from([0.1, 0.5, 0.9]), st.integers(2, 9))
def test_tiny_sets_give_figures(share, n):
    space = Space([str(i) for i in range(n)], np.eye(n))
    report = evaluate_labels(space, {str(i): i % 2 for i in range(n)}, train_shares=[share], splits=2)
    assert all(0 <= figure.value <= 1 for figure in report)
