"""Two spaces compared: against neighbours counted one by one, and a change that was made on purpose."""

import numpy as np
import pytest

from vicinal import Space
from vicinal.errors import BadInput, BadOption, UnknownName
from vicinal.evaluate import Comparison, neighbor_overlap


def some(seed, n=60, dim=6, **more):
    matrix = np.random.default_rng(seed).normal(size=(n, dim))
    return Space([f"w{i}" for i in range(n)], matrix, **more)


def nearest(space, name, among, k):
    scores = {other: space.similarity(name, other) for other in among if other != name}
    return sorted(scores, key=lambda other: -scores[other])[:k]


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_neighbours_are_kept_lost_and_gained(metric):
    a, b = some(1, metric=metric), some(2, 80, 9, metric=metric)
    both = Comparison(a, b)
    for name in ("w0", "w41"):
        here, there = nearest(a, name, a.names, 7), nearest(b, name, a.names, 7)
        change = both.neighbors(name, 7)
        assert [match.name for match in change.kept] == [other for other in here if other in there]
        assert [match.name for match in change.lost] == [other for other in here if other not in there]
        assert [match.name for match in change.gained] == [other for other in there if other not in here]
        assert change.overlap == pytest.approx(len(set(here) & set(there)) / 7)
        for match in change.lost:
            assert match.score == pytest.approx(a.similarity(name, match.name), abs=1e-5)
        for match in change.gained:
            assert match.score == pytest.approx(b.similarity(name, match.name), abs=1e-5)
    assert both.overlap(7).value == pytest.approx(neighbor_overlap(a, b, k=7, sample=None).value)


def test_who_moved_is_found_in_a_turned_space():
    a = some(3, 200)
    turn = np.linalg.qr(np.random.default_rng(4).normal(size=(6, 6)))[0]
    matrix = a.matrix @ turn
    matrix[[17, 90]] = -matrix[[17, 90]]  # to the opposite side
    both = Comparison(a, Space(a.names, matrix))
    assert {match.name for match in both.moved_most(2)} == {"w17", "w90"}
    assert both.moved_most(2)[1].score > 1.8 > 0.2 > both.moved_most(3)[2].score
    assert both.laid.by == "procrustes" and both.laid.held_out > 0.9
    assert both.laid is both.laid, "worked out once"


def test_what_cannot_be_compared_says_so():
    with pytest.raises(BadInput, match="6 and 9 dimensions"):
        Comparison(some(1), some(2, dim=9)).moved_most()
    with pytest.raises(UnknownName, match="these spaces"):
        Comparison(some(1), some(2)).neighbors("absent")
    with pytest.raises(BadOption, match="k must"):
        Comparison(some(1), some(2)).neighbors("w0", 51)
    with pytest.raises(BadOption, match="link must be one of"):
        _ = Comparison(some(1), some(2), by="magic").link
    few = Comparison(some(1, 5), some(2, 5)).overlap(4)
    assert np.isnan(few.value) and "takes in every other" in few.note
    assert "no name is linked" in Comparison(some(1), Space(["x"], np.ones((1, 6)))).overlap().note
