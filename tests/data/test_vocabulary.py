"""Vocabularies: cuts, order, growth, files."""

from __future__ import annotations

import os
import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vicinal.data import Vocabulary
from vicinal.errors import BadFormat, BadInput, BadOption, UnknownName

tokens = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def test_build_cuts_and_sorts():
    vocabulary = Vocabulary.build(Counter("aabbbcccd"), min_count=2)
    assert vocabulary.tokens == ("b", "c", "a")
    assert vocabulary.counts.tolist() == [3, 3, 2]
    assert vocabulary.counts.dtype == np.int64
    assert vocabulary.total == 9
    assert len(vocabulary) == 3
    assert list(vocabulary) == ["b", "c", "a"]
    assert "a" in vocabulary and "d" not in vocabulary
    assert vocabulary["a"] == 2
    assert vocabulary.get("d") == -1
    assert Vocabulary.build(Counter("aabbbcccd"), max_vocabulary=1).tokens == ("b",)
    with pytest.raises(ValueError, match="read-only"):
        vocabulary.counts[0] = 1


def test_refusals():
    with pytest.raises(
        BadInput, match="no word was seen 5 times or more; the most frequent is 'b', seen 4 times: lower"
    ):
        Vocabulary.build({"a": 1, "b": 4}, min_count=5)
    with pytest.raises(BadInput, match="the corpus has none"):
        Vocabulary.build({})
    with pytest.raises(BadOption, match=r"min_count must be .* got 0"):
        Vocabulary.build({"a": 1}, min_count=0)
    with pytest.raises(BadOption, match=r"max_vocabulary must be .* got 0"):
        Vocabulary.build({"a": 1}, max_vocabulary=0)
    for bad in (["a"], [1]), (["a"], [1.5]), (["a"], [[1]]):
        if bad[1] != [1]:
            with pytest.raises(BadInput, match="expected one whole number a token"):
                Vocabulary(*bad)
    with pytest.raises(BadInput, match="the token 'a' is there twice"):
        Vocabulary(["a", "b", "a"], [1, 1, 1])
    with pytest.raises(BadInput, match="empty string"):
        Vocabulary(["a", ""], [1, 1])
    with pytest.raises(BadInput, match="cannot be negative"):
        Vocabulary(["a"], [-1])
    with pytest.raises(BadInput, match="less than the 3"):
        Vocabulary(["a"], [3], total=2)


def test_unknown_names_offer_near_spellings_fast():
    vocabulary = Vocabulary([f"w{number}" for number in range(1_000_000)] + ["queen"], np.ones(1_000_001, int))
    start = time.perf_counter()
    with pytest.raises(UnknownName, match="did you mean 'queen'"):
        vocabulary["quene"]
    with pytest.raises(UnknownName, match="did you mean 'queen'"):
        vocabulary["QUEEN"]
    assert time.perf_counter() - start < 2
    with pytest.raises(UnknownName):
        vocabulary[""]


@given(st.dictionaries(tokens, st.integers(1, 5)), st.dictionaries(tokens, st.integers(1, 5)), st.integers(1, 4))
def test_merged_keeps_old_ids(old, new, min_count):
    before = Vocabulary(old, list(old.values()) or np.zeros(0, int))
    after = before.merged(Vocabulary(new, list(new.values()) or np.zeros(0, int)), min_count=min_count)
    assert after.tokens[: len(before)] == before.tokens
    assert after.total == sum(old.values()) + sum(new.values())
    appended = after.tokens[len(before) :]
    assert sorted(appended) == sorted(token for token in new if token not in old and new[token] >= min_count)
    assert list(appended) == sorted(appended, key=lambda token: (-new[token], token))
    for token, count in zip(after.tokens, after.counts.tolist(), strict=True):
        assert count == old.get(token, 0) + new.get(token, 0)


@given(st.dictionaries(tokens, st.integers(0, 2**40)), st.integers(0, 99))
def test_files_return_everything(tmp_path_factory, counts, more):
    path = tmp_path_factory.mktemp("vocabulary") / "v.txt"
    vocabulary = Vocabulary(counts, list(counts.values()) or np.zeros(0, int), sum(counts.values()) + more)
    vocabulary.save(path)
    loaded = Vocabulary.load(path)
    assert loaded == vocabulary
    assert hash(loaded) == hash(vocabulary)
    assert loaded.tokens == vocabulary.tokens
    assert loaded.total == vocabulary.total
    assert os.listdir(path.parent) == ["v.txt"]


def test_file_is_readable_text(tmp_path):
    Vocabulary(["the", "a\tb", "c\\d"], [5, 4, 3], 20).save(tmp_path / "v.txt")
    expected = "# vicinal.vocabulary/1 tokens=3 total=20\nthe\t5\na\\tb\t4\nc\\\\d\t3\n"
    assert (tmp_path / "v.txt").read_text() == expected


GOOD = "# vicinal.vocabulary/1 tokens=2 total=9\nthe\t5\nof\t4\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("vocabulary/1", "vocabulary/9", "line 1: '# vicinal.vocabulary/9"),
        ("tokens=2", "tokens=3", "2 whole lines of tokens, but line 1 promises 3"),
        ("of\t4\n", "of\t4", "1 whole lines of tokens|cut short"),
        ("of\t4", "of 4", "line 3: 'of 4', expected token<TAB>count"),
        ("of\t4", "of\t-4", "line 3"),
        ("of\t4", "of\t٤", "line 3"),
        ("of\t4", "of\t4\t4", "line 3"),
        ("of\t4", "\t4", "line 3"),
        ("of\t4", "of\t" + "9" * 30, "line 3"),
        ("of\t4", "o\\f\t4", r"line 3: unknown escape \\f in o\\f; known"),
        ("of\t4", "the\t4", "'the' is there twice"),
        ("total=9", "total=8", "less than the 9"),
    ],
)
def test_damaged_files_name_the_line(tmp_path, old, new, message):
    path = tmp_path / "v.txt"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(BadFormat, match=message):
        Vocabulary.load(path)


def test_other_files(tmp_path):
    with pytest.raises(BadInput, match="no vocabulary file"):
        Vocabulary.load(tmp_path / "v.txt")
    (tmp_path / "v.txt").write_bytes(b"\xff")
    with pytest.raises(BadFormat, match="byte 0 is not utf-8"):
        Vocabulary.load(tmp_path / "v.txt")
    with pytest.raises(BadInput, match="no folder"):
        Vocabulary.build({"a": 1}).save(tmp_path / "nowhere" / "v.txt")
    with pytest.raises(BadInput, match="surrogate"):
        Vocabulary.build({"\ud800": 1}).save(tmp_path / "w.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["v.txt"]
