"""The recall that is promised is kept on queries that nothing was tuned on, for spaces of five sorts."""

import math
import os
from pathlib import Path

import numpy as np
import pytest

from vicinal import Space, build_index
from vicinal.index.kinds import kind_names

DATA = Path(__file__).parents[2].parent / "shared" / "data"
FRESH = 500


def load(name):
    path = DATA / name
    if not path.exists():
        if os.environ.get("CI"):
            raise FileNotFoundError(path)
        pytest.skip(f"{name} of the shared data is not here")
    return np.load(path)


def some(matrix, count):
    chosen = np.random.default_rng(3).permutation(len(matrix))[:count]
    return np.asarray(matrix[chosen].reshape(len(chosen), -1), np.float32)


def words():
    found = load("ann/glove6b100k-50-angular.npz")
    return some(np.concatenate([found["train"], found["test"]]), 15_000), "cosine"


def sift():
    found = load("ann/sift5k-128-euclidean.npz")
    return some(np.concatenate([found["train"], found["test"]]), 6000), "euclidean"


def pixels():
    found = load("images/mnist.npz")
    return some(next(found[key] for key in found.files if found[key].ndim > 1), 2500), "euclidean"


def sentences():
    """Means of a dozen word vectors each, spread over 384 dimensions, as those of sentences are."""
    found = load("ann/glove6b100k-50-angular.npz")["train"]
    rng = np.random.default_rng(4)
    means = found[rng.integers(0, 20_000, (5000, 12))].mean(axis=1)
    return np.tanh(means @ rng.normal(size=(50, 384)) / 3).astype(np.float32), "cosine"


def noise():
    return np.random.default_rng(5).normal(size=(12_000, 50)).astype(np.float32), "cosine"


@pytest.mark.parametrize("make", [words, sift, pixels, sentences, noise])
def test_the_recall_is_kept_on_fresh_queries(make):
    matrix, metric = make()
    fresh, rows = matrix[:FRESH], matrix[FRESH:]
    space = Space([str(at) for at in range(len(rows))], rows, metric=metric)
    index = build_index(space, recall=0.95, threads=1)
    truth, found = space.nearest(fresh, 10).rows, index.search(fresh, 10).rows
    values = np.array([np.isin(one, two).mean() for one, two in zip(found, truth, strict=True)])
    assert values.mean() >= 0.95 - 3 * values.std() / FRESH**0.5
    assert index.recall_.low >= 0.95 and index.recall_.target == 0.95
    taken = index.trials_[0]
    assert taken.why == "taken" and taken.kind == index.kind
    for trial in index.trials_:
        assert trial.kind in kind_names() and trial.why and trial.rows <= len(rows)
        assert math.isnan(trial.recall) or 0 <= trial.recall <= 1
        assert not trial.queries_per_second <= 0 and not trial.bytes_per_vector < 0
    if index.kind != "exact":
        assert taken.recall >= 0.95 and index.setting == taken.setting
        assert {trial.kind for trial in index.trials_} == set(kind_names()), "every kind was considered"
