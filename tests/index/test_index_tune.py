"""Recall as the setting: the interval holds its level, and the tuner picks the best of kinds that are known."""

import importlib.util
import json
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from vicinal import Space, build_index
from vicinal.errors import BadInput, BadOption, MissingExtra, SpacesDiffer
from vicinal.index import build, choose, held, race, tune
from vicinal.index.block import Block
from vicinal.index.checking import Best, per_query
from vicinal.index.choose import Chooser
from vicinal.index.contender import Limits
from vicinal.index.held import Held
from vicinal.index.kinds import find_kind
from vicinal.index.recall import Recall, Trial, Trials, bounds, lower_bound
from vicinal.index.tune import Questions, Tuner


def load_fakes():
    if "index_fakes" not in sys.modules:
        spec = importlib.util.spec_from_file_location("index_fakes", Path(__file__).with_name("index_fakes.py"))
        module = importlib.util.module_from_spec(spec)
        sys.modules["index_fakes"] = module
        spec.loader.exec_module(module)
    return sys.modules["index_fakes"]


fakes = load_fakes()


@pytest.mark.parametrize(
    ("a", "b", "k"), [(9.5, 0.5, 10), (19, 1, 10), (99, 1, 10), (2, 0.1, 10), (30, 1.5, 100), (9, 1, 1), (3, 3, 10)]
)
@pytest.mark.parametrize("m", [100, 500, 1000])
def test_the_interval_holds_its_level(a, b, k, m):
    """Coverage over 1,000 samples: neighbours of a query come and go together, as in a beta-binomial."""
    rng = np.random.default_rng(m + k)
    samples = rng.binomial(k, rng.beta(a, b, (1000, m))) / k
    ends = np.array([bounds(sample) for sample in samples])
    low = np.array([lower_bound(sample) for sample in samples])
    mean = a / (a + b)
    assert 0.925 <= np.mean((ends[:, 0] <= mean) & (mean <= ends[:, 1])) <= 0.985
    assert np.mean(low <= mean) >= 0.925


def test_the_interval_at_the_ends():
    low, high = bounds(np.ones(1000))
    assert high == 1 and 0.996 < low < 0.9965
    assert bounds(np.zeros(50))[0] == 0 and bounds([]) == (0.0, 1.0)
    assert bounds([0.5] * 4) == bounds([0.5, 0.5, 0.5, 0.5])
    wide, narrow = bounds(np.tile([0.9, 1.0], 20)), bounds(np.tile([0.9, 1.0], 500))
    assert wide[0] < narrow[0] < 0.95 < narrow[1] < wide[1]
    assert bounds(np.tile([0, 1], 50))[0] == pytest.approx(0.4036, abs=2e-3)  # of 100 independent trials: Wilson's


def test_recall_is_a_number_that_says_more():
    recall = Recall.measured(np.tile([0.9, 1.0], 250), k=10, target=0.94)
    assert recall == pytest.approx(0.95) and (recall.k, recall.queries, recall.target) == (10, 500, 0.94)
    assert str(recall) == repr(recall) == f"0.950 ({recall.low:.3f} to {recall.high:.3f})"
    again = pickle.loads(pickle.dumps(recall))
    assert again.as_dict() == recall.as_dict() and json.loads(json.dumps(recall.as_dict()))["value"] == recall
    assert str(Recall(1.0)) == "1.000 (exact)"
    trial = Trial("ivf", {"lists": 5}, why="slower")
    assert Trial.from_dict(json.loads(json.dumps(trial.as_dict()))).as_dict() == trial.as_dict()
    assert "lists=5" in str(Trials([trial])) and "<td>slower</td>" in Trials([trial])._repr_html_()


def test_recall_of_a_query():
    truth = Best(np.array([[3, 1, 2, 7], [0, 4, -1, -1]]), np.array([[0.9, 0.8, 0.8, 0.1], [1, 0.5, np.nan, np.nan]]))
    found = Best(np.array([[3, 9, 2], [4, -1, -1]]), np.array([[0.9, 0.8, 0.1], [0.5, np.nan, np.nan]]))
    assert per_query(truth, found, np.array([-1, -1]), 3).tolist() == pytest.approx([1.0, 0.5])  # 9 is as near as 1
    assert per_query(truth, found, np.array([3, 0]), 3).tolist() == pytest.approx([2 / 3, 1.0])
    none = Best(np.full((1, 2), -1), np.full((1, 2), np.nan))
    assert per_query(none, none, np.array([-1]), 2).tolist() == [1.0]


def chooser(monkeypatch, *kinds, recall=0.9, n=6_000, limits=None):
    fakes.register(monkeypatch, *kinds, only=True)
    monkeypatch.setattr(race, "FIRST", 500)
    monkeypatch.setattr(race, "SECOND", 3000)
    monkeypatch.setattr(tune, "_SECONDS", 0)
    monkeypatch.setattr(held, "MOST", 500)
    rng = np.random.default_rng(0)
    block = Block.of(Space([f"w{at}" for at in range(n)], rng.normal(size=(n, 4)), metric="euclidean"), "euclidean")
    return Chooser(
        Held.out_of(block, 0), 10, Tuner(recall, 1, clock=fakes.CLOCK), limits or Limits(), seed=0, callback=None
    )


def why(choice):
    return {(trial.kind, trial.rows): trial.why for trial in choice.trials}


SLOW = {"curve": ((1, 0.8, 1e-4), (2, 0.95, 2e-4), (3, 0.99, 3e-4))}
QUICK = {"curve": ((1, 0.5, 1e-6), (2, 0.85, 1e-5), (3, 0.96, 2e-5), (4, 0.99, 4e-5))}


def no_exact(monkeypatch, seconds=1e-3):
    """Let comparing all rows take a known time on the fakes' clock."""
    plain = Tuner.speed

    def speed(self, kind, asked, setting):
        return 1 / seconds if kind.name == "exact" else plain(self, kind, asked, setting)

    monkeypatch.setattr(Tuner, "speed", speed)


def test_the_quickest_that_reaches_the_recall_is_taken(monkeypatch):
    no_exact(monkeypatch)
    choice = chooser(monkeypatch, fakes.kind("slow", **SLOW), fakes.kind("quick", **QUICK)).of_all()
    assert choice.kind.name == "quick" and choice.setting == {"effort": 3}
    assert choice.recall.low >= 0.9 and choice.recall.queries == 500 and len(choice.values) == 500
    taken = choice.trials[0]
    assert (taken.kind, taken.why, taken.rows) == ("quick", "taken", 5000)
    assert taken.queries_per_second == pytest.approx(1 / 2e-5, rel=1e-6) and taken.bytes_per_vector == 8
    other = next(trial for trial in choice.trials if trial.kind == "slow")
    assert other.why.startswith("slower") and other.rows < 3000, "what is plainly slower is not built on more rows"


def test_how_kinds_grow_is_foretold(monkeypatch):
    """One kind is quicker on the sample, but slows down with the rows as the other does not."""
    no_exact(monkeypatch)
    linear = fakes.kind("linear", curve=((1, 0.97, 6e-9),), growth=1.0)  # 18 µs at 3,000 rows, 30 at 5,000
    flat = fakes.kind("flat", curve=((1, 0.97, 2.2e-5),))
    entry = chooser(monkeypatch, linear, flat)
    choice = entry.of_all()
    assert choice.kind.name == "flat"


def test_limits_rule_out_before_building_in_full(monkeypatch):
    no_exact(monkeypatch)
    big = fakes.kind("big", curve=((1, 0.97, 1e-6),), size=400)
    long = fakes.kind("long", curve=((1, 0.97, 1e-6),), build_seconds=1e-2)
    vain = fakes.kind("vain", curve=((1, 0.3, 1e-6), (2, 0.7, 2e-6)))
    limits = Limits(memory=200_000, build_time=20)
    choice = chooser(monkeypatch, big, long, vain, fakes.kind("quick", **QUICK), limits=limits).of_all()
    reasons = why(choice)
    assert choice.kind.name == "quick"
    assert reasons[("big", 500)] == "too big: about 2.0 MB, at most 200.0 kB"
    assert reasons[("long", 500)].startswith("build too long: about 6")
    assert reasons[("vain", 500)].startswith("recall not reached: 0.")
    none = chooser(monkeypatch, big, long, vain, limits=limits).of_all()
    assert none.kind is None and none.trials[0].kind == "exact" and none.trials[0].why == "taken"


def test_comparing_all_rows_wins_where_it_is_as_quick(monkeypatch):
    no_exact(monkeypatch, 2.1e-5)
    choice = chooser(monkeypatch, fakes.kind("quick", **QUICK)).of_all()
    assert choice.kind is None and why(choice)[("quick", 500)] == "no quicker than comparing all rows"


def test_kinds_that_need_a_package_are_listed(monkeypatch):
    no_exact(monkeypatch)

    class Absent(fakes.Fake):
        name = "absent"

        @classmethod
        def build(cls, data, **_):
            raise MissingExtra("this needs faiss, which is not installed: pip install 'vicinal[search]'")

    deaf = fakes.kind("deaf", metrics=("cosine",))
    choice = chooser(monkeypatch, Absent, deaf, fakes.kind("quick", **QUICK)).of_all()
    assert why(choice)[("absent", 0)] == "needs pip install 'vicinal[search]'"
    assert why(choice)[("deaf", 0)] == "of no use for 5,000 rows by euclidean"
    fakes.register(monkeypatch, Absent)
    with pytest.raises(MissingExtra):
        build_index(
            Space([str(at) for at in range(300)], np.random.default_rng(0).normal(size=(300, 3))), kind="absent"
        )


def test_a_setting_that_fails_the_proof_gives_way_to_a_thorougher_one(monkeypatch):
    """The curve is worse on the queries it is proved by: the next setting is looked at, and held to more."""
    no_exact(monkeypatch)
    entry = chooser(monkeypatch, fakes.kind("quick", curve=((1, 0.92, 1e-5), (2, 0.93, 2e-5), (3, 0.99, 4e-5))))
    proving = entry.asked[1]
    plain = Questions.values

    def values(self, kind, setting, threads=0):
        found = plain(self, kind, setting, threads)
        return found * 0.95 if self is proving and setting["effort"] < 3 else found

    monkeypatch.setattr(Questions, "values", values)
    choice = entry.of_all()
    assert choice.setting == {"effort": 3} and choice.trials[0].recall > 0.97
    assert "recall not reached on queries it was not tuned on" in [trial.why for trial in choice.trials]
    third = Recall.measured(choice.values, 10, 0.9, 1 - 0.05 / 4)
    assert choice.recall.low == third.low < Recall.measured(choice.values, 10, 0.9).low


def test_the_proof_errs_as_seldom_as_it_says():
    """Settings just below the target, looked at one after the other: one is taken in under 5 % of the cases."""
    rng = np.random.default_rng(0)
    taken = 0
    for _ in range(400):
        p = rng.beta(19, 1, 1000)
        looks = [rng.binomial(10, np.clip(p + 0.0002 * at, 0, 1)) / 10 for at in range(4)]
        taken += any(bounds(values, 1 - 0.05 / 2**at)[0] >= 0.9505 for at, values in enumerate(looks))
    assert taken / 400 < 0.05


def test_a_kind_that_is_asked_for(monkeypatch):
    fakes.register(monkeypatch, fakes.kind("quick", **QUICK))
    space = Space([str(at) for at in range(3000)], np.random.default_rng(0).normal(size=(3000, 4)), metric="euclidean")
    index = build_index(space, recall=0.9, kind="quick", quality="x")
    assert index.kind == "quick" and index.options == {"quality": "x"} and index.setting["effort"] in (3, 4)
    assert list(index.names) == list(space.names) and index.recall_.queries == 300
    assert np.array_equal(index._state.matrix[range(50)], space.matrix[:50])
    fixed = build_index(space, recall=0.9, kind="quick", effort=4)
    assert fixed.setting == {"effort": 4} and fixed.options == {}
    low = build_index(space, recall=0.9, kind="quick", effort=1)
    assert low.kind == "exact" and "not reached" in low.trials_[1].why if len(low.trials_) > 1 else low.kind == "exact"
    few = build_index(space.take(range(60)), recall=0.9, kind="quick")
    assert few.kind == "exact" and "fewer than 100 rows" in str(few.trials_)
    with pytest.raises(BadOption, match="too big"):
        build_index(space, recall=0.9, kind="quick", memory="1kB")
    with pytest.raises(BadOption):
        build_index(space, recall=0.9, kind="quick", nothing=1)


def test_queries_that_are_given(monkeypatch):
    fakes.register(monkeypatch, fakes.kind("quick", **QUICK))
    rng = np.random.default_rng(0)
    space = Space([str(at) for at in range(3000)], rng.normal(size=(3000, 4)), metric="euclidean")
    queries = rng.normal(size=(600, 4))
    index = build_index(space, recall=0.9, kind="quick", queries=queries)
    assert index.recall_.queries == 300 and (index._state.check.own == -1).all() and index._state.order is None
    assert build_index(space, recall=0.9, kind="quick", queries=space.take(range(200))).recall_.queries == 100
    for bad in (np.ones((5, 3)), np.full((5, 4), np.nan), np.ones((1, 4)), "w"):
        with pytest.raises(BadInput):
            build_index(space, queries=bad)
    with pytest.raises(SpacesDiffer):
        build_index(space, queries=Space(["a", "b"], np.ones((2, 4))))


def test_the_same_seed_gives_the_same(monkeypatch):
    cls = fakes.kind("quick", curve=QUICK["curve"][:3])  # one setting is left, so that time decides nothing
    fakes.register(monkeypatch, cls)
    space = Space([str(at) for at in range(3000)], np.random.default_rng(0).normal(size=(3000, 4)), metric="euclidean")
    one, two, other = (build_index(space, recall=0.9, kind="quick", seed=seed) for seed in (1, 1, 2))
    assert one.recall_.as_dict() == two.recall_.as_dict() and one.setting == two.setting
    assert np.array_equal(one._state.order, two._state.order) and not np.array_equal(
        one._state.order, other._state.order
    )


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"recall": 0}, "above 0"), ({"recall": 1.2}, "recall"), ({"recall": "x"}, "recall"), ({"k": 0}, "k must"),
        ({"kind": "none"}, "kind must be"), ({"memory": "many"}, "memory must"), ({"memory": 0}, "memory"),
        ({"memory": "5XB"}, "memory"), ({"build_time": -1}, "build_time"), ({"metric": "l1"}, "metric"),
        ({"threads": -1}, "threads"), ({"seed": -1}, "seed"), ({"leaves": 5}, "name it with kind="),
        ({"kind": "exact", "leaves": 5}, "leaves"),
    ],
)  # fmt: skip
def test_bad_options(options, match):
    with pytest.raises(BadOption, match=match):
        build_index(Space(["a", "b"], np.eye(2)), **options)


def test_small_and_strange_spaces():
    assert build_index(Space(["a"], [[0, 0]])).search("a").names == [[]]
    assert build_index(Space(["a", "b"], [[1, 0], [0, 1]]), recall=1).recall_ == 1
    with pytest.raises(BadInput, match="takes a space"):
        build_index(np.eye(3))
    assert build.parse_memory("1.5 GiB") == 3 * 2**29 and build.parse_memory(np.int64(7)) == 7
    assert choose._LEAST == 100


def test_progress_is_reported(monkeypatch):
    fakes.register(monkeypatch, fakes.kind("quick", **QUICK))
    seen = []
    space = Space([str(at) for at in range(1000)], np.random.default_rng(0).normal(size=(1000, 4)))
    build_index(space, recall=0.9, kind="quick", callback=seen.append)
    assert [report.stage for report in seen] == ["building quick", "measuring quick", "comparing all rows"]


@pytest.mark.parametrize(
    ("kind", "options", "known"),
    [("exact", {}, "none"), ("exact", {"codes": "int8"}, "oversample"), ("tree", {}, "none"), ("lsh", {}, "probes"),
     ("tree_ah", {}, "leaves"), ("ivf", {}, "nprobe"), ("hnsw", {}, "ef_search")],
)  # fmt: skip
def test_settings_that_are_not_known_are_refused(kind, options, known):
    try:
        find_kind(kind)
    except MissingExtra as error:
        pytest.skip(str(error))
    rng = np.random.default_rng(0)
    space = Space([str(at) for at in range(1500)], rng.normal(size=(1500, 4)), metric="euclidean")
    index = build_index(space, recall=0.5, kind=kind, **options)
    assert index.kind == kind
    with pytest.raises(BadOption, match=f"the kind '{kind}' has no setting 'nothing'; it has .*{known}"):
        index.search("3", setting={"nothing": 5})
    assert index.search("3", setting=index.setting).rows.tolist() == index.search("3").rows.tolist()


def test_a_recall_that_no_queries_prove(monkeypatch):
    """500 queries that find everything show at least 0.9924: what asks for more compares all rows, and says why."""
    choice = chooser(monkeypatch, fakes.kind("quick", curve=((1, 1.0, 1e-6),)), recall=0.993).of_all()
    assert choice.kind is None and why(choice)[("quick", 0)] == "not tried: 500 queries prove no recall above 0.992"
    assert choice.trials[0].kind == "exact" and choice.trials[0].why == "taken"


def test_the_race_is_over_in_time(monkeypatch):
    """What takes long is not raced to its end: it is left out as foretold, and the rest as soon as the time is up."""
    no_exact(monkeypatch)
    long = fakes.kind("long", curve=((1, 0.97, 3e-5),), build_seconds=2e-2)
    late = fakes.kind("late", curve=((1, 0.97, 1e-5),))
    start = fakes.CLOCK()
    choice = chooser(monkeypatch, late, long, fakes.kind("quick", **QUICK)).of_all()
    assert fakes.CLOCK() - start < 6 + 10 + 5 and choice.kind.name == "quick"
    assert why(choice)[("long", 500)].startswith("slower") and why(choice)[("late", 0)].startswith("not tried")
