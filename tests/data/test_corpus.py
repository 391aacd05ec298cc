"""Corpora: every source, every refusal, and no cut that a reader could notice."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import sys
import threading
import tracemalloc

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.data import open_corpus
from vicinal.errors import BadFormat, BadInput, BadOption

TEXT = "Der König sprach.\n\nZwei  Sätze\nthe end"
SENTENCES = ["Der König sprach.", "Zwei  Sätze", "the end"]
PACKERS = {
    "": bytes,
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".bz2": bz2.compress,
    ".zst": lambda data: zstandard.compress(data[:9]) + zstandard.compress(data[9:]),
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_compressed_files_read_alike(tmp_path, suffix):
    path = tmp_path / f"a.txt{suffix}"
    path.write_bytes(PACKERS[suffix](TEXT.encode()))
    corpus = open_corpus(path)
    assert list(corpus) == list(corpus) == SENTENCES
    assert corpus.fingerprint() == open_corpus([TEXT]).fingerprint()
    assert corpus.share_read == 1.0


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".bz2", ".zst"])
def test_compressed_file_cut_short_is_noticed(tmp_path, suffix):
    path = tmp_path / f"a.txt{suffix}"
    data = PACKERS[suffix](os.urandom(30_000).hex().encode())
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(BadFormat, match="damaged or cut short"):
        list(open_corpus(path))
    path.write_bytes(b"this is not compressed at all")
    with pytest.raises(BadFormat, match="damaged or cut short"):
        list(open_corpus(path))


def test_json_lines(tmp_path):
    path = tmp_path / "notes.jsonl.gz"
    records = [{"body": "one\ntwo", "id": 1}, {"body": "", "id": 2}, {"body": "thr\u00e9e\r\nfour"}]
    path.write_bytes(gzip.compress("\n\n".join(map(json.dumps, records)).encode()))
    assert list(open_corpus(path, field="body")) == ["one", "two", "thrée", "four"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": 1', r"x.jsonl, line 2: not valid JSON"),
        ('["text"]', r"x.jsonl, line 2: a JSON list, expected an object with field 'text'"),
        ('{"title": "a", "body": "b"}', r"line 2: no field 'text'; the fields there: 'title', 'body'; choose one"),
        ('{"text": null}', r"line 2: field 'text' holds a NoneType, expected text"),
        ('{"text": "\\ud800"}', r"line 2: character 0 is half of a surrogate pair"),
        ("[" * 100_000, r"line 2: not valid JSON"),
    ],
)
def test_bad_json_lines_name_the_line(tmp_path, line, message):
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "good"}\n' + line + "\n")
    with pytest.raises(BadInput, match=message):
        list(open_corpus(path))


def test_json_lines_with_bad_bytes(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "good"}\n{"text": "b\xffd"}\n')
    with pytest.raises(BadFormat, match="line 2: byte 31 is not utf-8"):
        list(open_corpus(path))
    assert list(open_corpus(path, errors="replace")) == ["good", "b\ufffdd"]


def test_several_files_and_patterns(tmp_path):
    for name, text in {"b.txt": "two", "a.txt": "one", "c.log": "three"}.items():
        (tmp_path / name).write_text(text)
    assert list(open_corpus(str(tmp_path / "*.txt"))) == ["one", "two"]
    corpus = open_corpus([tmp_path / "c.log", tmp_path / "a.txt"])
    assert list(corpus) == ["three", "one"]
    assert corpus.describe() == "2 files, 8 bytes"
    assert list(corpus.blocks()) == [b"three", b"\n", b"one", b"\n"]
    with pytest.raises(BadInput, match=r"these name files: pass pathlib\.Path"):
        open_corpus([str(tmp_path / "a.txt"), str(tmp_path / "b.txt")])


def test_standard_input_is_read_once_and_kept(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one two\nthree")))
    corpus = open_corpus("-")
    assert list(corpus) == list(corpus) == ["one two", "three"]
    assert corpus.describe() == "standard input, 13 bytes"
    path = corpus._source.paths[0]
    del corpus
    assert not path.exists()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(BadInput, match="standard input is empty"):
        open_corpus("-")


def test_a_named_pipe_is_kept_too(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text("one\ntwo"))
    writer.start()
    corpus = open_corpus(pipe)
    writer.join()
    assert list(corpus) == list(corpus) == ["one", "two"]


def test_in_memory():
    assert list(open_corpus(("a b\r\n\r\nc\rd", ""))) == ["a b", "c", "d"]
    tokenized = open_corpus([["New York", "a\tb\nc"], [], ["x\0y", ""]])
    assert tokenized.tokenized
    assert list(tokenized) == [["New York", "a\tb\nc"], ["x\0y"]]
    assert open_corpus(tokenized) is tokenized
    with pytest.raises(BadInput, match="holds lists of tokens"):
        next(tokenized.sentences())

    class Lines:
        def __iter__(self):
            return iter(["one", "two"])

    corpus = open_corpus(Lines())
    assert list(corpus) == list(corpus) == ["one", "two"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ((word for word in ["a"]), "a generator can be read once only"),
        ([], "the corpus is empty"),
        ({"a": 1}, "a dict is no corpus"),
        (b"bytes", "a bytes is no corpus"),
        (3, "a int is no corpus"),
        ([3], "the first item is a int"),
        ("no/such/file.txt", r"no file 'no/such/file.txt'; .* pass \[text\]"),
        ("no/such/*.txt", "no file matches"),
        ("a\0b", r"is no path|no file"),
    ],
)
def test_refusals_at_the_door(source, message):
    with pytest.raises(BadInput, match=message):
        open_corpus(source)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (["a", 3], "item 1 is a int"),
        ([["a"], "b"], "sentence 1 is a string"),
        ([["a"], [3]], "sentence 1: sequence item 0: expected str"),
        ([["a", "\ud800"]], "half of a surrogate pair"),
        ([" ", "\n\n"], "no text in the corpus"),
    ],
)
def test_refusals_while_reading(items, message):
    with pytest.raises(BadInput, match=message):
        list(open_corpus(items))


def test_bad_files(tmp_path):
    with pytest.raises(BadInput, match=r"is a folder; name its files"):
        open_corpus(tmp_path)
    path = tmp_path / "x.txt"
    path.write_bytes(b"")
    with pytest.raises(BadInput, match=r"x\.txt is empty"):
        open_corpus(path)
    path.write_bytes(b"abc\0def")
    with pytest.raises(BadFormat, match=r"x\.txt: NUL byte at byte 3: a binary file"):
        list(open_corpus(path))
    path.write_text("abc", encoding="utf-16")
    with pytest.raises(BadFormat, match="UTF-16 mark"):
        list(open_corpus(path))
    path.write_bytes(b"good words " * 10 + b"b\xe9d")
    with pytest.raises(BadFormat, match=r"x\.txt: byte 111 \(0xe9\) is not utf-8"):
        list(open_corpus(path).blocks(16))
    assert next(iter(open_corpus(path, errors="replace"))).endswith("words b\ufffdd")
    with pytest.raises(BadOption, match='expected "strict" or "replace"'):
        open_corpus(path, errors="ignore")


pieces = st.lists(
    st.sampled_from(["\r", "\n", "\r\n", " ", "a", "bc", "é", "\t", "\x0b", "\x85", "\ufeff"]), max_size=20
)


@given(pieces, st.integers(1, 9))
@settings(deadline=None)
def test_blocks_change_nothing(tmp_path_factory, parts, size):
    text = "".join(parts) + "z"
    path = tmp_path_factory.mktemp("blocks") / "x.txt"
    path.write_bytes(text.encode())
    whole = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    blocks = list(open_corpus(path).blocks(size))
    assert b"".join(blocks).decode() == whole + "\n"
    assert all(block[-1:].isspace() for block in blocks[:-2])
    assert list(open_corpus(path)) == [line for line in whole.split("\n") if line.encode().strip()]


def test_one_endless_line_takes_little_memory(tmp_path):
    path = tmp_path / "line.txt"
    with path.open("w") as file:
        for _ in range(60):
            file.write("word " * 200_000)
    tracemalloc.start()
    corpus = open_corpus(path)
    sizes = [len(block) for block in corpus.blocks()]
    pieces = [len(text) for text, ended in corpus.pieces(1 << 22)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(sizes) == 60_000_001
    assert max(pieces) < 7e6
    assert sum(pieces) == 60_000_000
    assert peak < 30e6


def test_text_without_spaces_is_refused_before_memory_is_gone(tmp_path, monkeypatch):
    monkeypatch.setattr("vicinal.data.files.LONGEST_RUN", 1 << 22)
    path = tmp_path / "x.txt"
    path.write_bytes(b"a" * (1 << 23))
    with pytest.raises(BadInput, match="no space or line end"):
        list(open_corpus(path))


def test_fingerprint_is_of_the_content():
    one = open_corpus(["a b", "c"])
    assert one.fingerprint() == open_corpus(["a b\nc"]).fingerprint()
    assert one.fingerprint() != open_corpus(["a b c"]).fingerprint()
    assert open_corpus([["a b"]]).fingerprint() != open_corpus([["a", "b"]]).fingerprint()
    assert len(one.fingerprint()) == 32
