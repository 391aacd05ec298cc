from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vicinal.errors import BadFormat, BadInput
from vicinal.evaluate import questions as module
from vicinal.evaluate.questions import (
    builtin_questions,
    builtin_sections,
    make_questions,
    read_questions,
    write_questions,
)

SECTIONS = builtin_sections()
# The same folder serves every example: each overwrites the file of the one before.
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def test_the_packaged_set_is_large_enough():
    questions = builtin_questions()
    assert len(questions) >= 12
    assert sum(map(len, questions.values())) >= 5000
    assert list(questions) == sorted(questions) == list(SECTIONS)


@pytest.mark.parametrize("name", SECTIONS)
def test_a_packaged_section_is_clean(name):
    pairs = SECTIONS[name]
    assert 20 <= len(pairs) <= 60
    for word in (word for pair in pairs for word in pair):
        assert word.isascii() and word.isalpha() and word.islower(), word
    assert all(left != right for left, right in pairs)
    assert len({left for left, _ in pairs}) == len({right for _, right in pairs}) == len(pairs)
    if name != "bible-father-son":  # a son is a father in turn; make_questions leaves the clashes out
        assert not {left for left, _ in pairs} & {right for _, right in pairs}


def test_every_table_says_what_its_relation_is():
    tables = sorted((Path(module.__file__).parent / "facts").iterdir(), key=lambda table: table.stem)
    assert [table.stem for table in tables] == list(SECTIONS)
    assert all(table.suffix == ".tsv" and table.read_bytes().startswith(b"# ") for table in tables)


def test_no_pair_and_no_question_comes_twice():
    assert [p for p, n in Counter(p for pairs in SECTIONS.values() for p in pairs).items() if n > 1] == []
    everything = [question for questions in builtin_questions().values() for question in questions]
    assert len(set(everything)) == len(everything)
    assert all(len(set(question)) == 4 for question in everything)


def test_make_questions_takes_every_ordered_couple():
    made = make_questions([("a", "b"), ("c", "d"), ("e", "f")])
    assert len(made) == len(set(made)) == 6
    assert made[0] == ("a", "b", "c", "d") and ("e", "f", "a", "b") in made
    assert make_questions([]) == make_questions([("a", "b")]) == []


@pytest.mark.parametrize("clash", [("b", "c"), ("a", "c"), ("c", "b"), ("c", "a"), ("a", "b"), ("c", "c")])
def test_make_questions_leaves_out_a_word_that_comes_twice(clash):
    assert make_questions([("a", "b"), clash]) == []


def test_the_packaged_set_survives_a_round_trip(tmp_path):
    write_questions(builtin_questions(), tmp_path / "q.txt")
    assert read_questions(tmp_path / "q.txt") == builtin_questions()
    assert os.listdir(tmp_path) == ["q.txt"]


def test_read_is_lenient_where_nothing_is_lost(tmp_path):
    path = tmp_path / "q.txt"
    path.write_bytes(b"\xef\xbb\xbfA b c d\r\n\n  \t\n:one\n a\tb  c d \n: two words\n: one\ne f g h")
    assert read_questions(str(path)) == {
        "all": [("A", "b", "c", "d")],
        "one": [("a", "b", "c", "d"), ("e", "f", "g", "h")],
        "two words": [],
    }
    path.write_bytes(b"")
    assert read_questions(path) == {}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a b c\n", 1),
        (b": s\na b c d\n\na b c d e\n", 4),
        (b"\n: \n", 2),
        (b": s\ncaf\xe9 b c d\n", 2),
        (b"\xff\xfe:\x00\n", 1),
    ],
)
def test_read_names_the_file_and_the_bad_line(tmp_path, content, line):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(BadFormat, match=rf"bad\.txt, line {line}: "):
        read_questions(path)


@pytest.mark.parametrize(
    "sections",
    [
        {"": []},
        {" s": []},
        {"s\nt": []},
        {"s": [("a", "b", "c")]},
        {"s": [("a", "b", "c d")]},
        {"s": [("a", "b", "c", "")]},
        {"s": [("a", "b", "c", "d\n")]},
        {"s": [(":a", "b", "c", "d")]},
        {"s": [("a", "b", "c", "\ud800")]},
    ],
)
def test_write_refuses_what_could_not_be_read_back(tmp_path, sections):
    path = tmp_path / "q.txt"
    path.write_text("kept")
    with pytest.raises(BadInput):
        write_questions(sections, path)
    assert path.read_text() == "kept"


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    path = tmp_path / "q.txt"
    path.write_text("kept")
    monkeypatch.setattr(module.os, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        write_questions({"s": [("a", "b", "c", "d")]}, path)
    assert os.listdir(tmp_path) == ["q.txt"] and path.read_text() == "kept"


words = st.text(min_size=1, max_size=8).filter(lambda w: w.split() == [w] and not w.startswith(":"))
names = st.text(min_size=1, max_size=8).filter(lambda n: n == n.strip() and "\n" not in n and n)


@same_folder
@given(sections=st.dictionaries(names, st.lists(st.tuples(words, words, words, words), max_size=4), max_size=4))
def test_whatever_write_accepts_read_gives_back(tmp_path, sections):
    path = tmp_path / "q.txt"
    write_questions(sections, path)
    assert read_questions(path) == sections
    assert list(read_questions(path)) == list(sections)


pieces = st.lists(st.sampled_from([b":", b" ", b"\n", b"\r\n", b"a b c d\n", b": s\n", b"w", b"\xff", b"\xef\xbb\xbf"]))


@same_folder
@given(content=st.one_of(st.binary(max_size=60), pieces.map(b"".join)))
def test_any_bytes_are_read_or_refused_and_never_crash(tmp_path, content):
    path = tmp_path / "q.txt"
    path.write_bytes(content)
    try:
        sections = read_questions(path)
    except BadFormat as error:
        assert f"{path}, line " in str(error)
        return
    assert all(name for name in sections)
    assert all(len(q) == 4 and all(w.split() == [w] for w in q) for qs in sections.values() for q in qs)
    write_questions(sections, path)
    assert read_questions(path) == sections
