"""The life of an index: what it answers, before and after changes, against a space that is changed the same way."""

import importlib.util
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vicinal import Space, build_index
from vicinal.errors import BadInput, BadOption, SpacesDiffer, UnknownName
from vicinal.index import changes
from vicinal.index.base import Index
from vicinal.index.block import Block
from vicinal.index.recall import Recall
from vicinal.index.state import State
from vicinal.origin import Origin


def load_fakes():
    if "index_fakes" not in sys.modules:
        spec = importlib.util.spec_from_file_location("index_fakes", Path(__file__).with_name("index_fakes.py"))
        module = importlib.util.module_from_spec(spec)
        sys.modules["index_fakes"] = module
        spec.loader.exec_module(module)
    return sys.modules["index_fakes"]


fakes = load_fakes()
ORIGIN = Origin("test", content="one")
Whole = fakes.kind("whole", curve=((1, 1.1, 1e-5),))  # finds all


def make(n, dim=5, metric="cosine", seed=0, dtype=np.float32, start=0, columns=True):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, dim)).astype(dtype)
    names = [f"w{start + at}" for at in range(n)]
    extra = {"count": np.arange(start, start + n), "label": [f"L{at % 3}" for at in range(n)]} if columns else {}
    return Space(names, matrix, metric=metric, columns=extra, origin=ORIGIN)


def with_kind(space, kind=Whole, check=None):
    block = Block.of(space, space.metric)
    built = kind.build(block.rows)
    return Index(State(block, built, dict(built.settings(10)[-1]), space.origin, Recall(1.0), check=check))


def same_matches(found, expected):
    assert found.names == expected.names
    assert np.array_equal(found.rows, expected.rows)
    assert np.allclose(found.scores, expected.scores, atol=1e-5, rtol=1e-5, equal_nan=True)
    assert found.metric == expected.metric


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("kind", ["exact", "whole"])
def test_it_answers_as_the_space_does(metric, dtype, kind):
    space = make(3000, metric=metric, dtype=dtype)
    index = build_index(space) if kind == "exact" else with_kind(space)
    rng = np.random.default_rng(1)
    mask = rng.random(3000) < 0.4
    for asked in ["w5", "w5 - w6 + w7", ["w1", "w2 + w3"], rng.normal(size=5), rng.normal(size=(40, 5)), np.zeros(5)]:
        same_matches(index.search(asked, k=7), space.nearest(asked, k=7))
        same_matches(index.search(asked, k=7, threads=2), space.nearest(asked, k=7))
        for how in ({"filter": mask}, {"exclude": ["w5", "w9", "none"]}, {"filter": mask, "exclude": ["w1"]}):
            same_matches(index.search(asked, k=7, **how), space.nearest(asked, k=7, **how))
    few = np.zeros(3000, bool)
    few[[5, 70, 700]] = True
    same_matches(index.search("w5", k=7, filter=few), space.nearest("w5", k=7, filter=few))
    assert index.search("w5", filter=np.zeros(3000, bool)).names == [[]]
    same_matches(index.search(space.take(["w3", "w4"])), space.nearest(space.take(["w3", "w4"])))
    same_matches(index.search(space.take(["w3"]), k=5000), space.nearest(space.take(["w3"]), k=5000))


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize("size", [1e-30, 1e25])
def test_rows_and_queries_of_any_length(metric, size):
    matrix = np.random.default_rng(0).normal(size=(2500, 4)) * size
    space = Space([f"w{at}" for at in range(2500)], matrix, metric=metric)
    index = with_kind(space)
    same_matches(index.search(["w0", "w1"], k=5), space.nearest(["w0", "w1"], k=5))
    plain = make(2500, 4, metric)
    query = np.array([1, -2, 3, 0.5]) * size
    same_matches(with_kind(plain).search(query, k=5), plain.nearest(query, k=5))


def test_duplicates_come_in_row_order():
    space = Space([f"w{at}" for at in range(3000)], np.ones((3000, 3)), metric="cosine")
    assert with_kind(space).search("w7", k=4).names == [["w0", "w1", "w2", "w3"]]


def test_bad_questions():
    index = with_kind(make(3000))
    for bad in (np.ones(4), np.full(5, np.nan), object(), [1, "a"], np.ones((2, 2, 5))):
        with pytest.raises(BadInput):
            index.search(bad)
    for k in (0, -1, 1.5, True):
        with pytest.raises(BadOption):
            index.search("w0", k=k)
    with pytest.raises(BadInput, match="mask"):
        index.search("w0", filter=np.ones(3, bool))
    with pytest.raises(BadInput):
        index.search("w0", exclude="w1")
    with pytest.raises(UnknownName, match="'w30000' is not in this index"):
        index.search("w30000")
    with pytest.raises(SpacesDiffer, match="different models"):
        index.search(Space(["a"], np.ones((1, 5))))
    assert len(index.search(Space(["a"], np.ones((1, 5))), mix=True)) == 1
    with pytest.raises(SpacesDiffer, match="5 dimensions"):
        index.search(Space(["a"], np.ones((1, 4))), mix=True)


def test_adding_what_does_not_fit_changes_nothing():
    index = with_kind(make(3000))
    before = index._state
    with pytest.raises(BadInput, match="'w2999': in this index already"):
        index.add(make(2, start=2999))
    with pytest.raises(SpacesDiffer):
        index.add(Space(["a"], np.ones((1, 5))))
    with pytest.raises(SpacesDiffer):
        index.add(Space(["a"], np.ones((1, 4))), mix=True)
    with pytest.raises(BadInput, match="takes a space"):
        index.add(np.ones((1, 5)))
    with pytest.raises(BadInput, match="count"):
        index.add(Space(["a"], np.ones((1, 5)), columns={"count": ["x"], "label": ["y"]}, origin=ORIGIN))
    with pytest.raises(UnknownName):
        index.remove(["w1", "none"])
    with pytest.raises(BadInput):
        index.remove("w1")
    assert index._state is before
    index.add(Space(["a"], np.ones((1, 5))), mix=True)
    assert "a" in index and index.fingerprint == ORIGIN.fingerprint


def test_removing_all_and_beginning_again():
    index = with_kind(make(30))
    index.remove([f"w{at}" for at in range(30)])
    assert len(index) == 0 and list(index.names) == [] and index.search(np.ones(5)).names == [[]]
    assert index.bytes_per_vector >= 0 and "w1" not in index and index.columns["count"].tolist() == []
    index.add(make(3, seed=4))
    assert index.search("w0", k=5).counts.tolist() == [2]
    index.remove(["w0"])
    index.remove([])
    assert list(index.names) == ["w1", "w2"]


actions = st.lists(
    st.tuples(st.sampled_from(["add", "remove", "readd"]), st.integers(1, 12), st.integers(0, 10**6)), max_size=8
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=actions, metric=st.sampled_from(["cosine", "dot", "euclidean"]), order=st.booleans())
def test_any_changes_give_what_a_space_changed_alike_gives(monkeypatch, steps, metric, order):
    monkeypatch.setattr(changes, "_LEAST_TAIL", 9)
    space = make(40, 3, metric)
    index = with_kind(space)
    if order:  # rows held out for tuning lie last
        places = np.random.default_rng(0).permutation(40)
        block = Block.of(space, metric)
        moved = block.take(np.argsort(places))
        index = Index(State(moved, Whole.build(moved.rows), {"effort": 1}, ORIGIN, Recall(1.0), order=places))
    fresh = 40
    for what, count, seed in steps:
        rng = np.random.default_rng(seed)
        if what == "add":
            new = make(count, 3, metric, seed=seed, start=fresh)
            fresh += count
        elif what == "readd":
            gone = [f"w{at}" for at in range(fresh) if f"w{at}" not in space][:count]
            if not gone:
                continue
            new = Space(
                gone, rng.normal(size=(len(gone), 3)), metric=metric, origin=ORIGIN,
                columns={"count": np.arange(len(gone)), "label": ["n"] * len(gone)},
            )  # fmt: skip
        if what == "remove":
            names = rng.choice(list(space), min(count, len(space) - 1), replace=False).tolist()
            index.remove(names)
            space = space.take(~np.isin(list(space), names))
        else:
            index.add(new)
            space = space.concat(new)
        assert list(index.names) == list(space) and len(index) == len(space)
        assert [index.names[at] for at in range(len(space))] == list(space)
        assert index.columns["count"].tolist() == space.columns["count"].tolist()
        assert index.columns["label"].tolist() == space.columns["label"].tolist()
        asked = rng.normal(size=(3, 3))
        mask = rng.random(len(space)) < 0.5
        same_matches(index.search(asked, k=4), space.nearest(asked, k=4))
        same_matches(index.search(asked, k=4, filter=mask), space.nearest(asked, k=4, filter=mask))
        same_matches(index.search(space.names[len(space) - 1], k=4), space.nearest(space.names[len(space) - 1], k=4))
        assert index.names.rows([*space.names[:3], "none"]).tolist() == [*range(min(3, len(space))), -1]


def test_the_tail_is_merged_and_the_removed_left_out(monkeypatch):
    index = with_kind(make(3000))
    index.add(make(900, start=3000, seed=1))
    assert len(index._state.base) == 3000 and len(index._state.tail) == 900
    index.add(make(200, start=3900, seed=2))
    assert len(index._state.base) == 4100 and index._state.tail is None
    index.remove([f"w{at}" for at in range(800)])
    assert index._state.alive is not None
    index.remove([f"w{at}" for at in range(800, 900)])
    assert index._state.alive is None and len(index._state.base) == 3200
    assert index.options == {} and index.kind == "whole" and index.nbytes == 8 * 3200


@pytest.mark.parametrize("where", ["extend", "build", "search"])
def test_a_change_that_fails_leaves_all_as_it_was(monkeypatch, where):
    cls = fakes.kind("failing")
    fakes.register(monkeypatch, cls)
    index = build_index(make(3000), recall=0.9, kind="failing")
    assert index.kind == "failing" and index.recall_.queries == 300
    index.add(make(900, start=3000, seed=1))
    before, answer = index._state, index.search("w1", k=5)

    def fail(*_, **__):
        raise MemoryError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(cls, where, classmethod(fail) if where == "build" else fail)
        with pytest.raises(MemoryError):
            index.add(make(200, start=3900, seed=2))
        with pytest.raises(MemoryError):
            index.remove([f"w{at}" for at in range(1000)]) if where != "extend" else index.add(make(300, start=5000))
    assert index._state is before
    same_matches(index.search("w1", k=5), answer)
    index.add(make(200, start=3900, seed=2))
    assert len(index) == 4100
    index.remove([f"w{at}" for at in range(1000)])
    assert len(index) == 3100 and index.recall_ >= 0.9


def truth_of(index, k):
    """Recall of what an index finds for its own queries, the query's row left out, by comparing all rows."""
    state, check = index._state, index._state.check
    matrix = np.array([state.matrix[row] for row in range(len(state))])
    rows = state.rows_at(check.own)
    space = Space(index.names, matrix, metric=index.metric)
    values = []
    for query, own in zip(check.queries, rows, strict=True):
        exclude = [] if own < 0 else [index.names[own]]
        true = space.nearest(query, k, exclude=exclude).names[0]
        values.append(len(set(true) & set(index.search(query, k, exclude=exclude).names[0])) / len(true))
    return np.array(values)


def test_the_recall_is_kept_up_to_date(monkeypatch):
    monkeypatch.setattr(changes, "_LEAST_TAIL", 60)
    cls = fakes.kind("kept", curve=((1, 0.75, 1e-5), (2, 0.93, 2e-5), (3, 0.98, 4e-5)))
    fakes.register(monkeypatch, cls)
    index = build_index(make(2600, 5, "euclidean"), recall=0.85, kind="kept")
    assert index.setting["effort"] > 1 and index.recall_.target == 0.85 and index.recall_.low >= 0.85
    lost = index._state.check.lost
    rng = np.random.default_rng(0)
    for step in range(4):
        index.add(make(40, 5, "euclidean", start=3000 + 40 * step, seed=100 + step))
        names = rng.choice(list(index.names), 60, replace=False).tolist()
        index.remove(names)
        check = index._state.check
        assert np.allclose(check.values, truth_of(index, 10) - lost, atol=1e-6)
        assert float(index.recall_) == pytest.approx(float(check.values.mean()))
        assert index.recall_ >= 0.85


def test_a_recall_that_falls_is_raised_again(monkeypatch):
    cls = fakes.kind("falling", curve=((1, 0.75, 1e-5), (2, 0.93, 2e-5), (3, 0.98, 4e-5)))
    fakes.register(monkeypatch, cls)
    index = build_index(make(2600, 3), recall=0.85, kind="falling")
    cls.curve = ((1, 0.5, 1e-5), (2, 0.7, 2e-5), (3, 0.98, 4e-5))
    index.remove(["w1"])
    assert index.setting == {"effort": 3} and index.recall_ >= 0.85 and index.kind == "falling"
    cls.curve = ((1, 0.5, 1e-5), (2, 0.6, 2e-5), (3, 0.7, 4e-5))
    built = []
    monkeypatch.setattr(
        cls, "build", classmethod(lambda cls, *a, **k: built.append(1) or fakes.Fake.build.__func__(cls, *a, **k))
    )
    index.remove(["w2"])
    assert built == [1] and index.kind == "exact" and repr(index.recall_) == "1.000 (exact)"
    left = make(2600, 3).take([at for at in range(2600) if at not in (1, 2)])
    assert list(index.names) == list(left) and index.search("w3").names == left.nearest("w3").names


def test_threads_that_search_see_whole_states(monkeypatch):
    """Two threads change the index while four search: every answer is that of some state, never a mixture."""
    monkeypatch.setattr(changes, "_LEAST_TAIL", 50)
    # every batch of names lies nearer to the query than what was there, so an answer tells which state it saw
    base = make(2500, 3, "euclidean", columns=False)
    index = with_kind(base)
    query, parts = np.full(3, 50, np.float32), []
    for at in range(12):
        near = query + (20 - at) * np.ones(3, np.float32) + np.arange(30, dtype=np.float32)[:, None] * 1e-3
        parts.append(Space([f"p{at}.{i}" for i in range(30)], near, metric="euclidean", origin=ORIGIN))
    known = {tuple(base.nearest(query, 5).names[0])} | {tuple(part.nearest(query, 5).names[0]) for part in parts}
    done, wrong, seen, rounds = threading.Event(), [], set(), [0]

    def search():
        while not done.is_set():
            found = index.search(np.array([query, query]), 5)
            for names, rows in zip(found.names, found.rows, strict=True):
                seen.add(tuple(names))
                if tuple(names) not in known or len(set(rows.tolist())) != 5:
                    wrong.append(names)
            rounds[0] += 1

    def look():
        """Let the others search a few times."""
        start, limit = rounds[0], time.monotonic() + 5
        while rounds[0] < start + 5 and time.monotonic() < limit:
            time.sleep(0.001)

    def change():
        for part in parts:
            index.add(part)
            look()
        for part in reversed(parts):
            index.remove(list(part))
            look()

    def other():
        for at in range(12):
            index.add(make(20, 3, "euclidean", seed=at, start=10_000 + 20 * at, columns=False))
            index.remove([f"w{10_000 + 20 * at}"])

    searching = [threading.Thread(target=search) for _ in range(4)]
    changing = [threading.Thread(target=change), threading.Thread(target=other)]
    for thread in searching + changing:
        thread.start()
    for thread in changing:
        thread.join()
    done.set()
    for thread in searching:
        thread.join()
    assert not wrong and len(index) == 2500 + 12 * 19 and len(seen) == 13
    far = make(20, 3, "euclidean", seed=3, start=10_060, columns=False)
    assert index.search(far.matrix[5], 1).first == "w10065"
