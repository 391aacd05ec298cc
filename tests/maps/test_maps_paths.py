"""Paths from one name to another: against trying every path there is."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal import Space
from vicinal.errors import BadInput
from vicinal.maps import path_between
from vicinal.maps.paths import straight_path, strongest_path


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


def test_a_path_by_name_prints_itself():
    space = space_of(30, seed=7)
    found = path_between(space, "n0", "n1", steps=3)
    assert found.rows == strongest_path(space, 0, 1, 3) and found.names == [f"n{row}" for row in found.rows]
    for (one, other), score in zip(pairwise(found.names), found.scores, strict=True):
        assert score == pytest.approx(space.similarity(one, other), abs=1e-6)
    assert str(found).startswith("n0 → ") and f"n1 ({found.scores[-1]:.2f})" in str(found)
    assert path_between(space, "n0", "n1", steps=2, method="line").rows == straight_path(space, 0, 1, 2)
    with pytest.raises(BadInput, match="twice"):
        path_between(space, "n3", "n3")
