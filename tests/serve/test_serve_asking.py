"""Answers of odd one out and paths: against what Space and the maps say."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal import Space
from vicinal.errors import BadInput, BadOption, UnknownName
from vicinal.serve import Served, Shelf, create_app
from vicinal.serve.asking import odd_answer, path_answer


def space_of(n, dim=4, seed=0, metric="cosine", matrix=None):
    matrix = np.random.default_rng(seed).normal(size=(n, dim)) if matrix is None else matrix
    return Space([f"n{i}" for i in range(n)], matrix, metric=metric)


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 9), st.integers(0, 1000), st.sampled_from(["cosine", "dot", "euclidean"]))
def test_odd_is_that_of_the_space(count, seed, metric):
    space = space_of(12, seed=seed, metric=metric)
    names = [f"n{i}" for i in np.random.default_rng(seed).permutation(12)[:count]]
    sums = [*names, "n0 - n1 + n2"]
    assert odd_answer(Served("s", space), sums)["odd"] == space.odd_one_out(sums)
    answer = odd_answer(Served("s", space), names)
    assert answer["odd"] == space.odd_one_out(names)
    unit = np.array([space[name] / np.linalg.norm(space[name]) for name in names], np.float64)
    for at, one in enumerate(answer["scores"]):
        mean = np.delete(unit, at, axis=0).mean(axis=0)
        assert one["name"] == names[at]
        assert one["score"] == pytest.approx(unit[at] @ mean / np.linalg.norm(mean), abs=1e-6)


@pytest.mark.parametrize("method", ["links", "line"])
@pytest.mark.parametrize(
    "matrix",
    [
        np.ones((6, 2)),  # all alike
        [[1, 0], [-1, 0], [0, 0], [0, 0], [1, 0], [-1, 0]],  # opposite ends, zero rows
        [[0, 0], [0, 0], [1, 1], [1, 1], [2, 2], [0, 1]],
        np.ones((6, 2), np.float16),
    ],
)
def test_degenerate_rows_still_give_a_path(matrix, method):
    for metric in ("cosine", "euclidean"):
        answer = path_answer(Served("s", space_of(6, matrix=matrix, metric=metric)), "n0", "n1", 20, method)
        names = [one["name"] for one in answer["path"]]
        assert names[0] == "n0" and names[-1] == "n1" and len(set(names)) == len(names)


@pytest.mark.parametrize("method", ["links", "line"])
def test_two_names_alone(method):
    answer = path_answer(Served("s", space_of(2)), "n0", "n1", 3, method)
    assert [one["name"] for one in answer["path"]] == ["n0", "n1"]


def test_scores_are_those_of_the_space():
    for metric in ("cosine", "euclidean", "dot"):
        space = space_of(50, seed=1, metric=metric)
        answer = path_answer(Served("s", space), "n0", "n1")
        assert answer["fingerprint"] == space.fingerprint and answer["path"][0]["score"] is None
        for before, one in pairwise(answer["path"]):
            assert one["score"] == space.similarity(before["name"], one["name"], metric=answer["metric"])
            assert space.names[one["row"]] == one["name"]


def test_what_is_refused():
    served = Served("s", space_of(5))
    with pytest.raises(BadInput, match="twice"):
        path_answer(served, "n0", "n0")
    with pytest.raises(BadOption, match="steps"):
        path_answer(served, "n0", "n1", 21)
    with pytest.raises(BadOption, match="method"):
        path_answer(served, "n0", "n1", 2, "taxi")
    with pytest.raises(UnknownName):
        path_answer(served, "n0", "n9")
    with pytest.raises(BadInput, match="3 names"):
        odd_answer(served, ["n0", "n1"])


def test_routes():
    from fastapi.testclient import TestClient

    space = space_of(30)
    client = TestClient(create_app(Shelf([Served("s", space)])), base_url="http://127.0.0.1")
    said = client.post("/spaces/s/odd", json={"names": ["n0", "n1", "n2"]}).json()
    assert said["odd"] == space.odd_one_out(["n0", "n1", "n2"]) and said["fingerprint"] == space.fingerprint
    assert client.post("/spaces/s/odd", json={"names": ["n0"]}).status_code == 422
    said = client.post("/spaces/s/path", json={"from": "n0", "to": "n1", "steps": 2}).json()
    assert said == path_answer(Served("s", space), "n0", "n1", 2)
    refused = client.post("/spaces/s/path", json={"from": "n0", "to": "x", "steps": 2})
    assert refused.status_code == 422 and "'x' is not in" in refused.json()["error"]["message"]
