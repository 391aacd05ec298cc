from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from vicinal.errors import BadInput, BadOption
from vicinal.evaluate import neighbor_overlap, stability
from vicinal.randomness import generator
from vicinal.space import Space


def cloud(n=60, dim=5, seed=0, **more):
    return Space([f"w{i}" for i in range(n)], generator(seed).standard_normal((n, dim)), **more)


def rotated(space):
    turn, _ = np.linalg.qr(generator(9).standard_normal((space.dim, space.dim)))
    return Space(space.names, 3 * space.matrix @ turn)


def test_a_turned_space_agrees_fully():
    figure = neighbor_overlap(cloud(), rotated(cloud()))
    assert figure.value > 0.995 and figure.n == 60 and figure.high <= 1.0


def test_the_overlap_is_that_of_the_twin(reference):
    a, b = cloud(), cloud().truncate(3)
    assert neighbor_overlap(a, b, k=7).value == pytest.approx(reference.overlap(a.matrix, b.matrix, 7))


def test_large_and_half_precision_values():
    large = Space(cloud().names, cloud().matrix * np.float32(1e30))
    assert neighbor_overlap(large, cloud()).value == 1.0
    half = Space(cloud().names, cloud().matrix.astype(np.float16))
    assert neighbor_overlap(half, cloud()).value > 0.98


def test_unrelated_spaces_agree_by_chance():
    figure = neighbor_overlap(cloud(400), cloud(400, seed=1), k=20)
    assert figure.value == pytest.approx(20 / 399, abs=0.01)
    assert "0.0501" in figure.note and figure.low < 20 / 399 < figure.high


def test_only_shared_names_count():
    whole = cloud(60)
    part = rotated(whole.take(np.arange(59, 19, -1)))
    figure = neighbor_overlap(whole, part)
    assert figure.value > 0.99 and (figure.n, figure.skipped) == (40, 20)
    assert neighbor_overlap(part, whole).value == figure.value


def test_sample():
    a, b = cloud(), cloud().truncate(3)
    figure = neighbor_overlap(a, b, sample=30, seed=4)
    assert (figure.n, figure.skipped, figure.undrawn, figure.skipped_share) == (30, 0, 30, 0)
    assert figure == neighbor_overlap(a, b, sample=30, seed=4)
    assert figure.value != neighbor_overlap(a, b, sample=30, seed=5).value
    assert neighbor_overlap(a, b, sample=None).n == 60


def test_chosen_names():
    a, b = cloud(), cloud(50).truncate(3)
    figure = neighbor_overlap(a, b, names=["w3", "w4", "w3", "w55", "nobody"], sample=1)
    assert (figure.n, figure.skipped) == (2, 2)
    assert isnan(neighbor_overlap(a, b, names=["nobody"]).value)
    with pytest.raises(BadInput, match="one string"):
        neighbor_overlap(a, b, names="w3")


def test_zero_rows_are_left_out():
    matrix = cloud().matrix.copy()
    matrix[7] = 0
    figure = neighbor_overlap(cloud(), Space(cloud().names, matrix))
    assert (figure.value, figure.n, figure.skipped) == (1.0, 59, 1)
    points = Space(cloud().names, matrix, metric="euclidean")
    assert neighbor_overlap(points, points).n == 60


def test_duplicates_never_count_as_their_own_neighbours():
    space = Space([f"w{i}" for i in range(30)], np.repeat(generator(0).standard_normal((2, 3)), 15, axis=0))
    figure = neighbor_overlap(space, space, k=4)
    assert figure.value == 1.0


@pytest.mark.parametrize("size", [1, 2, 11])
def test_k_that_takes_in_everything_gives_a_note(size):
    space = Space([f"w{i}" for i in range(size)], generator(0).standard_normal((size, 3)))
    figure = neighbor_overlap(space, space, k=10)
    assert isnan(figure.value) and isnan(figure.low) and figure.n == 0 and figure.note


def test_nothing_shared():
    figure = neighbor_overlap(Space(["a", "b"], np.eye(2)), Space(["c"], [[1.0]]))
    assert isnan(figure.value) and figure.skipped == 3 and "no name" in figure.note


@pytest.mark.parametrize("bad", [{"k": 0}, {"k": 1.5}, {"sample": 0}, {"seed": -1}])
def test_options(bad):
    with pytest.raises(BadOption):
        neighbor_overlap(cloud(), cloud(), **bad)


def test_stability():
    spaces = {"a": cloud(), "b": rotated(cloud()), "c": cloud().truncate(3)}
    report = stability(spaces, k=5)
    assert report.names == ["a ~ b", "a ~ c", "b ~ c", "mean"]
    assert report["a ~ c"].value == neighbor_overlap(spaces["a"], spaces["c"], k=5).value
    assert report["mean"].value == pytest.approx(np.mean([f.value for f in list(report)[:3]]))
    assert report["mean"].low < report["mean"].value < report["mean"].high
    assert stability([cloud(), cloud()]).names == ["1 ~ 2", "mean"]
    assert isnan(stability([cloud(3), cloud(3)])["mean"].value)
    with pytest.raises(BadInput, match="two spaces"):
        stability([cloud()])
