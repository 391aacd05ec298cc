"""Odd one out and paths: against Space.odd_one_out and against trying every path there is."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal import Space
from vicinal.errors import BadInput, BadOption, UnknownName
from vicinal.serve import Served, Shelf, create_app
from vicinal.serve.asking import odd_answer, path_answer, straight_path, strongest_path


def space_of(n, dim=4, seed=0, metric="cosine", matrix=None):
    matrix = np.random.default_rng(seed).normal(size=(n, dim)) if matrix is None else matrix
    return Space([f"n{i}" for i in range(n)], matrix, metric=metric)


def apart(space):
    """Angles or distances of all pairs, written anew."""
    wide = np.asarray(space.matrix, np.float64)
    if space.metric == "euclidean":
        return np.linalg.norm(wide[:, None] - wide[None], axis=2)
    unit = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return np.arccos(np.clip(unit @ unit.T, -1, 1))


def every_path(n, steps):
    for count in range(steps + 1):
        for between in permutations(range(2, n), count):
            yield [0, *between, 1]


def costs(path, table):
    links = [table[a, b] for a, b in pairwise(path)]
    return max(links), sum(link**2 for link in links)


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


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 8), st.integers(1, 3), st.integers(0, 1000), st.sampled_from(["cosine", "dot", "euclidean"]))
def test_path_is_the_best_of_all_paths(n, steps, seed, metric):
    space = space_of(n, seed=seed, metric=metric)
    table = apart(space)
    found = strongest_path(space, 0, 1, steps)
    assert found[0] == 0 and found[-1] == 1 and len(found) == len(set(found)) <= steps + 2
    worst, squares = costs(found, table)
    tried = [costs(path, table) for path in every_path(n, steps)]
    least = min(worst for worst, _ in tried)
    assert worst == pytest.approx(least, rel=1e-5)
    assert squares == pytest.approx(min(total for worst, total in tried if worst <= least * (1 + 1e-6)), rel=1e-5)


def test_pool_holds_the_names_between_the_two():
    space = space_of(200, seed=3)
    table = apart(space)
    inside = np.argsort(table[0] + table[1], kind="stable")[:30]
    assert set(strongest_path(space, 0, 1, 6, pool=30)) <= {0, 1, *inside.tolist()}


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_line_names_the_nearest_not_yet_named(metric):
    space = space_of(40, seed=5, metric=metric)
    wide = np.asarray(space.matrix, np.float64)
    a, b = wide[:2]
    used = [0, 1]
    for share in (0.25, 0.5, 0.75):
        if metric == "euclidean":
            far = np.linalg.norm(wide - (a + share * (b - a)), axis=1)
        else:
            x, y = a / np.linalg.norm(a), b / np.linalg.norm(b)
            angle = np.arccos(x @ y)  # turn x towards y by a share of the angle between them
            aside = (y - (x @ y) * x) / np.linalg.norm(y - (x @ y) * x)
            point = np.cos(share * angle) * x + np.sin(share * angle) * aside
            far = -(wide @ point) / np.linalg.norm(wide, axis=1)
        used.append(next(int(row) for row in np.argsort(far) if row not in used))
    assert straight_path(space, 0, 1, 3) == [0, *used[2:], 1]


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
