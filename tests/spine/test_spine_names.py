"""Names, the parser of sums, and what they do with any text."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vicinal import Names, Space
from vicinal.errors import BadInput, UnknownName
from vicinal.expression import parse
from vicinal.names import hash_name, near_spellings

TEXT = st.text(min_size=1, max_size=8)  # without surrogates, with all sorts of blanks and controls
HARD = [
    "New York",
    "well-known",
    "C++",
    "C",
    "-",
    "+",
    "a + b",
    " ",
    "\t",
    "\n",
    "a\0",
    "2 * x",
    "é",
    "e\u0301",
    "\ufeff",
    "王",
]


@given(st.lists(TEXT, unique=True, max_size=20), TEXT)
def test_names_in_memory_and_in_buffers_are_alike(items, other):
    names = Names(items)
    for same in (names, Names.from_buffers(*names.buffers()), pickle.loads(pickle.dumps(names)), copy.deepcopy(names)):
        assert list(same) == items and len(same) == len(items) and same == names == items
        assert [same.row(name) for name in items] == list(range(len(items)))
        assert [same[row] for row in range(-len(items), len(items))] == items * 2
        assert (other in same) == (other in items)
        assert same.rows([*items, other, None]).tolist()[-2:] == [items.index(other) if other in items else -1, -1]


@given(st.text(st.characters(), min_size=1, max_size=4))
def test_a_name_is_kept_or_refused_whole(name):
    try:
        name.encode()
    except UnicodeEncodeError:
        with pytest.raises(BadInput, match="UTF-8"):
            Names([name])
        assert Names.from_buffers(*Names(["a"]).buffers()).rows([name]).tolist() == [-1]
    else:
        assert Names([name])[0] == name


@pytest.mark.parametrize("bad", ["word", 5, None, [""], ["a", "a"], [5], [b"a"], [None], ["\ud800"]])
def test_bad_names(bad):
    with pytest.raises(BadInput):
        Names(bad)


def test_names_that_failed_can_still_be_shown():
    names = Names.__new__(Names)
    with pytest.raises(BadInput):
        names.__init__(["a", ""])
    assert repr(names) == "Names([], n=0)"
    assert repr(Names(list("abcd"))) == "Names(['a', 'b', 'c', …], n=4)"


def test_unknown_names():
    names = Names(["king", "queen"])
    with pytest.raises(UnknownName, match="'qeen' is not in this space; did you mean 'queen'"):
        names.row("qeen")
    with pytest.raises(BadInput, match="must be text"):
        names.row(0)
    with pytest.raises(BadInput, match="one string"):
        names.rows("king")
    error = UnknownName("x", ["y"], "this vocabulary")
    assert str(error) == "'x' is not in this vocabulary; did you mean 'y'?"
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) and (again.name, again.near, again.where) == ("x", ("y",), "this vocabulary")
    assert isinstance(error, KeyError)
    assert near_spellings("K" * 5000, ["k" * 5000]) == ["k" * 5000]
    assert hash_name("é") == hash_name("é".encode())


def test_sums():
    assert parse("C++ - C + java") == [(1, "C++"), (-1, "C"), (1, "java")]
    assert parse("- man + king") == [(-1, "man"), (1, "king")]
    assert parse("well-known + New York") == [(1, "well-known"), (1, "New York")]
    assert parse("2*king - .5 * man") == [(2, "king"), (-0.5, "man")]
    assert parse("king - -") == [(1, "king"), (-1, "-")]
    assert parse("+") == [(1, "+")] and parse("a-b") == [(1, "a-b")]
    for bad in ("", "  ", "king -", "king + ", "king + - man", "a + + b"):
        with pytest.raises(BadInput, match="term is missing"):
            parse(bad)
    with pytest.raises(BadInput, match="too large"):
        parse("9" * 400 + " * king")


@given(st.text(max_size=30))
def test_any_text_is_parsed_or_refused(text):
    try:
        terms = parse(text)
    except BadInput:
        return
    assert terms and all(name and np.isfinite(weight) for weight, name in terms)


@given(
    st.lists(st.sampled_from(["king", "New York", "well-known", "C++", "x*y", "é"]), min_size=1, max_size=5), st.data()
)
def test_sums_are_read_as_they_were_written(names, data):
    weights = data.draw(st.lists(st.sampled_from([1.0, -1.0, 0.5, -2.0]), min_size=len(names), max_size=len(names)))
    text = " ".join(f"{'-' if w < 0 else '+'} {abs(w)} * {name}" for w, name in zip(weights, names, strict=True))
    assert parse(text) == list(zip(weights, names, strict=True))


def test_hard_names_are_found_as_they_are():
    space = Space(HARD, np.eye(len(HARD)))
    for row, name in enumerate(HARD):
        assert space[name][row] == 1 and space.vector(name)[row] == 1
        assert name not in space.nearest(name, 100).names[0]
        assert list(space.take([name])) == [name]
    assert space.vector("C++ - C")[[2, 3]].tolist() == [1, -1]
    for query in (5, None, ["a"]):
        with pytest.raises(BadInput):
            space.vector(query)


def test_names_of_another_space_are_found_whether_they_are_the_same_or_not():
    plain = Names([f"w{i}" for i in range(300)])
    for mapped in (plain, Names.from_buffers(*Names(list(plain)).buffers()), Names(list(plain))):
        assert plain.rows(mapped).tolist() == mapped.rows(plain).tolist() == list(range(300))
        assert mapped.rows(mapped).tolist() == list(range(300))
    turned = Names.from_buffers(*Names([f"w{i}" for i in range(299, -1, -1)]).buffers())
    assert Names.from_buffers(*plain.buffers()).rows(turned).tolist() == list(range(299, -1, -1))
    other = Names([*(f"w{i}" for i in range(299)), "x"])  # as many, but the last is another
    assert plain.rows(other).tolist() == [*range(299), -1]
