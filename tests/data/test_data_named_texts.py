"""Texts with names: lines and records, counted right whatever they hold."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vicinal.data import NamedTexts
from vicinal.errors import BadFormat, BadInput, BadOption

LINE = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\n\r\0\x85\u2028\u2029"), max_size=20)


@given(st.lists(LINE, max_size=20), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_line_is_a_text(tmp_path_factory, lines, end, ended):
    path = tmp_path_factory.mktemp("t") / "a.txt"
    text = end.join(lines) + (end if ended and lines else "")
    path.write_bytes(text.encode())
    # a last line without an end is a line unless it is empty; a byte order mark at the beginning is none of the text
    expected = lines if ended or not lines or lines[-1] else lines[:-1]
    if expected and text.startswith("\ufeff"):
        expected = [expected[0].removeprefix("\ufeff"), *expected[1:]]
        if not text.removeprefix("\ufeff"):
            expected = []
    assert list(NamedTexts([path])) == expected
    assert [name for name, _ in NamedTexts([path]).pairs()] == [str(i + 1) for i in range(len(expected))]


@given(st.lists(st.text(max_size=10).filter(lambda text: text.isprintable()), min_size=1, max_size=8, unique=True))
def test_every_record_is_a_text(tmp_path_factory, names):
    names = [name for name in names if name] or ["a"]
    path = tmp_path_factory.mktemp("t") / "a.jsonl"
    path.write_text("".join(json.dumps({"id": name, "text": f"of {name}\nmore"}) + "\n\n" for name in names))
    texts = NamedTexts([path], name_field="id")
    assert list(texts.pairs()) == [(name, f"of {name}\nmore") for name in names]
    assert texts.names() == names


def test_several_files_in_order(tmp_path):
    (tmp_path / "a.txt").write_text("one\n\n")
    with gzip.open(tmp_path / "b.txt.gz", "wt") as file:
        file.write("three")
    a, b = tmp_path / "a.txt", tmp_path / "b.txt.gz"
    seen = []
    assert list(NamedTexts([a, b]).pairs(seen.append)) == [(f"{a}:1", "one"), (f"{a}:2", ""), (f"{b}:1", "three")]
    assert seen[-1] == NamedTexts([a, b]).size and seen == sorted(seen)


def test_long_lines_and_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("vicinal.data.named_texts._BLOCK", 7)
    lines = ["a" * 30, "", "bb cc dd ee ff", "ü" * 20, "x"]
    (tmp_path / "a.txt").write_text("\n".join(lines))
    assert list(NamedTexts([tmp_path / "a.txt"])) == lines


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2: not valid JSON"),
        ("3", "line 2: a JSON int"),
        ('{"body": "x", "id": 1}', "line 2: no field 'text'; the fields there: 'body', 'id'"),
        ('{"text": 3, "id": 1}', "line 2: field 'text' holds a int"),
        ('{"text": "x"}', "line 2: no field 'id'"),
        ('{"text": "x", "id": null}', "line 2: field 'id' holds None"),
        ('{"text": "x", "id": ""}', "line 2: field 'id' holds ''"),
        ('{"text": "x", "id": true}', "line 2: field 'id' holds True"),
    ],
)
def test_bad_records_are_named(tmp_path, line, says):
    (tmp_path / "a.jsonl").write_text('{"text": "good", "id": 5}\n' + line + "\n")
    with pytest.raises(BadFormat, match=says):
        NamedTexts([tmp_path / "a.jsonl"], name_field="id").names()


def test_bad_input(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"good\n\xff\n")
    (tmp_path / "twice.jsonl").write_text('{"text": "a", "id": "x"}\n{"text": "b", "id": "x"}\n')
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(BadFormat, match="byte 5"):
        list(NamedTexts([tmp_path / "a.txt"]))
    assert list(NamedTexts([tmp_path / "a.txt"], errors="replace")) == ["good", "\ufffd"]
    with pytest.raises(BadInput, match="'x' comes twice"):
        NamedTexts([tmp_path / "twice.jsonl"], name_field="id").names()
    with pytest.raises(BadInput, match="no text in"):
        NamedTexts([tmp_path / "empty.txt"]).names()
    with pytest.raises(BadInput, match="no file"):
        NamedTexts([tmp_path / "absent.txt"])
    with pytest.raises(BadOption, match=r"JSON Lines.*a\.txt"):
        NamedTexts([tmp_path / "a.txt"], name_field="id")
