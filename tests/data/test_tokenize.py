"""Tokenizers."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vicinal.data import by_regex, from_file, get_tokenizer, whitespace, words
from vicinal.errors import BadFormat, BadInput, BadOption


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", ["hello", "world"]),
        ("don't 'quote' rock'n'roll o''clock '", ["don't", "quote", "rock'n'roll", "o", "clock"]),
        ("l’été 1990's x'1", ["l’été", "1990", "s", "x", "1"]),
        ("snake_case e-mail", ["snake", "case", "e", "mail"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("cafe\u0301's \u0301alone ❤\ufe0f", ["cafe\u0301's", "alone"]),
        ("ΟΔΟΣ. ΟΔΟΣ's", ["οδος", "οδοσ's"]),
        ("İstanbul", ["i̇stanbul"]),
        ("東京タワー", ["東京タワー"]),
        ("", []),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


def is_word_char(char):
    return char.isalnum() or unicodedata.category(char)[0] == "M"


def slow_words(text):
    """Twin of `words`: one character at a time."""
    found, word = [], ""
    for place, char in enumerate(text):
        after = text[place + 1 : place + 2]
        letters = word and not word[-1].isdecimal() and after.isalnum() and not after.isdecimal()
        if (char in "'’" and letters and word[-1] not in "'’") or (is_word_char(char) if word else char.isalnum()):
            word += char
        elif word:
            found.append(word)
            word = char if char.isalnum() else ""
    return [word.lower() for word in [*found, word] if word]


alphabet = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("ab1²'’ _-\u0301\u0903Éß٣")))


@given(alphabet)
@example("a'²'b' 'a")
def test_words_is_its_twin(text):
    assert words(text) == slow_words(text)
    assert [word.lower() for word in words(text, lower=False)] == words(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_needs_no_unicode(text):
    assert words(text) == words(text + " é")[:-1]


def test_others():
    assert whitespace("A\x1cB\u00a0C\x85D") == ["a", "b", "c", "d"]
    assert whitespace("A B", lower=False) == ["A", "B"]
    assert by_regex(r"(\w)\w*|")("ab, cd") == ["ab", "cd"]
    assert get_tokenizer("regex:[A-Z]+")("ab CD") == ["cd"]
    assert get_tokenizer("regex:[A-Z]+", lower=False)("ab CD") == ["CD"]
    assert get_tokenizer("words", lower=False)("ab CD") == ["ab", "CD"]
    assert get_tokenizer("whitespace")("ab, CD") == ["ab,", "cd"]
    assert get_tokenizer(str.split) is str.split


def test_refusals(tmp_path):
    with pytest.raises(BadOption, match="no regular expression"):
        get_tokenizer("regex:(")
    with pytest.raises(BadOption, match="tokenizer is 'wrods', expected"):
        get_tokenizer("wrods")
    with pytest.raises(BadInput, match="no tokenizer file"):
        from_file(tmp_path / "tokenizer.json")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(BadFormat, match=r"is no tokenizer\.json"):
        get_tokenizer(tmp_path / "tokenizer.json")


def test_tokenizer_json(tmp_path):
    tokenizers = pytest.importorskip("tokenizers", reason="the tokenizers package is not installed")
    model = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0, "b": 1, "?": 2}, unk_token="?"))
    model.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    model.save(str(tmp_path / "tokenizer.json"))
    assert get_tokenizer(str(tmp_path / "tokenizer.json"))("a b c") == ["a", "b", "?"]
