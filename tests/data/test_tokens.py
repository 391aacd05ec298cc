"""Tokens: the compiled pass against its slow twins, its files, and what happens when things go wrong."""

from __future__ import annotations

import errno
import functools
import gc
import importlib.util
import itertools
import json
import lzma
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vicinal.data import Tokens, Vocabulary, open_corpus, tokenize_corpus, whitespace, words
from vicinal.data import _tokens_files as files
from vicinal.data import _tokens_kernels as kernels
from vicinal.data import _tokens_pass as passes
from vicinal.data._tokens_table import WordTable, alphabet
from vicinal.data._tokens_unicode import simplified
from vicinal.errors import BadFormat, BadInput, BadOption, VicinalError

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered")  # hashes wrap, which shows with the JIT disabled

KINDS = {"letter": kernels.LETTER, "digit": kernels.DIGIT, "apostrophe": kernels.APOSTROPHE, "newline": kernels.NEWLINE}
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def load_reference():
    spec = importlib.util.spec_from_file_location("reference_tokens", Path(__file__).parents[1] / "reference/tokens.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = load_reference()

ascii_text = st.text(st.one_of(st.characters(max_codepoint=127), st.sampled_from("aB1' \n")))
any_text = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("aB1' ’\n\r\u0301Éİ²\x85\u00a0Σ"))
)
documents = st.lists(any_text, max_size=5)


def sentences_of(tokens):
    return [[tokens.vocabulary.tokens[number] for number in sentence] for sentence in tokens]


def expect(texts, tokenize):
    lines = [
        line
        for text in texts
        for line in text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ]
    return [found for line in lines if (found := tokenize(line))]


@given(documents, st.sampled_from([words, whitespace]), st.booleans(), st.integers(1, 7))
@example(["don't'", "'a' b'1'c\x0b\x0cd\x1ce\x1f", "x\x85y\u00a0z"], words, True, 1)
@example(["don't'", "'a' b'1'c\x0b\x0cd\x1ce\x1f", "x\x85y\u00a0z"], whitespace, False, 3)
@settings(deadline=None)
def test_compiled_tokenizers_are_the_python_ones(texts, function, lower, size):
    expected = expect(texts, lambda line: function(line, lower=lower))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "BLOCK", size)
        if not expected:
            with pytest.raises(BadInput):
                tokenize_corpus(texts, tokenizer=function.__name__, lower=lower, min_count=1)
            return
        tokens = tokenize_corpus(texts, tokenizer=function.__name__, lower=lower, min_count=1)
    assert sentences_of(tokens) == expected
    assert tokens.total_words == sum(map(len, expected))


@given(st.lists(ascii_text, min_size=1), st.integers(1, 7))
@settings(deadline=None)
def test_files_in_tiny_blocks(tmp_path_factory, parts, size):
    path = tmp_path_factory.mktemp("blocks") / "x.txt"
    text = "".join(parts).replace("\0", "") + " end"
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "BLOCK", size)
        tokens = tokenize_corpus(path, min_count=1)
    assert sentences_of(tokens) == expect([text], words)


word = st.one_of(st.sampled_from("abcdefgh"), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3))


@given(st.lists(st.lists(word, max_size=8), min_size=1), st.integers(1, 4), st.one_of(st.none(), st.integers(1, 5)))
@settings(deadline=None)
def test_numbering_is_the_definition(sentences, min_count, max_vocabulary):
    ranked, counts, ids, offsets = reference.number_corpus(sentences, min_count, max_vocabulary)
    if not ids:
        with pytest.raises(BadInput):
            tokenize_corpus(sentences, min_count=min_count, max_vocabulary=max_vocabulary)
        return
    tokens = tokenize_corpus(sentences, min_count=min_count, max_vocabulary=max_vocabulary)
    assert list(tokens.vocabulary.tokens) == ranked
    assert tokens.vocabulary.counts.tolist() == counts
    assert tokens.ids.tolist() == ids
    assert tokens.offsets.tolist() == offsets
    assert tokens.total_words == tokens.vocabulary.total == sum(map(len, sentences))
    assert (tokens.ids.dtype, tokens.offsets.dtype) == (np.int32, np.int64)


@given(st.binary(), st.sampled_from([("words", True), ("words", False), ("whitespace", True), ("separated", False)]))
@settings(deadline=None)
def test_scan_is_its_twin(block, mode):
    letters = alphabet(*mode)
    table = WordTable(1000)
    assert table.scan(block, 0, letters) == len(block)
    ids, starts = table.take()
    spelled = [bytes(table._arena[table._starts[n] : table._starts[n + 1]]) for n in ids]
    bounds = [*starts.tolist(), len(ids)]
    found = [spelled[a:b] for a, b in itertools.pairwise(bounds)]
    assert found == reference.split_block(block, letters.classes, letters.folding, KINDS)


@given(any_text, st.sampled_from([("words", words), ("whitespace", whitespace)]), st.booleans())
@settings(deadline=None)
def test_simplify_is_its_twin(text, mode, lower):
    text = text.replace("\r", " ")
    name, function = mode
    tokenize = functools.partial(function, lower=lower)
    block = simplified((text + "é").encode(), name, lower, tokenize)
    letters = alphabet(name, lower)
    found = reference.split_block(block, letters.classes, letters.folding, KINDS)
    lines = [reference.simplify(line, tokenize) for line in (text + "é").split("\n")]
    assert [b" ".join(sentence) for sentence in found] == [line for line in lines if line]


@pytest.mark.parametrize(("function", "lower", "step"), [(words, True, 3), (words, False, 31), (whitespace, True, 31)])
def test_every_character_is_what_python_says(function, lower, step):
    points = (*range(0, 0xD800, step), *range(0xE000, 0x33000, step), *range(0xE0000, 0xE1000, step))
    chars = [chr(point) for point in points if chr(point) not in "\n\r"] + list("'’\u0301\x85\u2028İΣẞȺK")
    text = "\n".join(f"a{char}b A'{char} {char}’b" for char in chars)
    tokens = tokenize_corpus([text], tokenizer=function.__name__, lower=lower, min_count=1)
    assert sentences_of(tokens) == expect([text], functools.partial(function, lower=lower))


@given(st.data(), st.lists(st.integers(0, 4)), st.booleans())
def test_renumber_is_its_twin(data, ids, begin):
    mapping = data.draw(st.lists(st.integers(-1, 9), min_size=5, max_size=5))
    starts = sorted(data.draw(st.sets(st.integers(0, len(ids) - 1)))) if ids else []
    kept, begun = np.empty(len(ids), np.int32), np.empty(len(starts) + 1, np.int64)
    arrays = np.array(ids, np.int32), np.array(mapping, np.int32), np.array(starts, np.int64)
    n_kept, n_begun, after = kernels.renumber(*arrays, kept, begun, begin)
    expected = reference.renumber(ids, mapping, starts, begin)
    assert (kept[:n_kept].tolist(), begun[:n_begun].tolist(), bool(after)) == expected


def test_tables_grow():
    table = WordTable(10**6, slots=4)
    block = " ".join(f"word{number}" for number in range(5000)).encode()
    position = 0
    while (position := table.scan(block, position, alphabet("words", True))) < len(block):
        assert not table.full
        table.grow()
    assert table.take()[0].tolist() == list(range(5000))
    assert table.words_at(np.array([4999, 0])) == ["word4999", "word0"]


@given(st.lists(st.lists(st.sampled_from("abcdefghij"), min_size=1), min_size=1), st.integers(1, 9))
@settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_forgetting_rare_words_bounds_the_table(sentences, max_types):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "CHUNK", 3)
        try:
            tokens = tokenize_corpus(sentences, min_count=1, max_types=max_types)
        except BadInput:
            return
    assert len(tokens.vocabulary) <= max_types
    assert tokens.total_words == sum(map(len, sentences))
    assert np.bincount(tokens.ids).tolist() == tokens.vocabulary.counts.tolist()
    rest = iter(sentences)
    for sentence in sentences_of(tokens):  # each is what is left of one sentence, in order
        assert any(is_subsequence(sentence, whole) for whole in rest)


def is_subsequence(part, whole):
    rest = iter(whole)
    return all(token in rest for token in part)


def test_a_forgotten_word_that_returns_gets_a_new_number():
    tokens = tokenize_corpus([["a"] * 3 + ["b", "c"], ["c", "c", "a"]], min_count=1, max_types=2)
    assert tokens.vocabulary.tokens == ("a", "c")
    assert sentences_of(tokens) == [["a", "a", "a", "c"], ["c", "c", "a"]]


def test_a_vocabulary_given_is_kept():
    vocabulary = Vocabulary(["the", "king", "zebra"], [7, 5, 2], 99)
    tokens = tokenize_corpus(["The king and the queen", "nobody", "King Zebra"], vocabulary=vocabulary)
    assert tokens.vocabulary is vocabulary
    assert [sentence.tolist() for sentence in tokens] == [[0, 1, 0], [1, 2]]
    assert tokens.total_words == 8
    with pytest.raises(BadInput, match="none of the 2 words read is in the vocabulary"):
        tokenize_corpus(["nothing here"], vocabulary=vocabulary)


@pytest.mark.parametrize("tokenizer", [lambda line: line.split("-"), "regex:[^-]+"])
def test_other_tokenizers_may_make_any_tokens(tokenizer):
    tokens = tokenize_corpus(["New York-a\tb-\0\x1f", "é ö-New York"], tokenizer=tokenizer, lower=False, min_count=1)
    assert sentences_of(tokens) == [["New York", "a\tb", "\0\x1f"], ["é ö", "New York"]]


@pytest.mark.parametrize("longest", [1, 10, 10**6])
def test_long_sentences_come_in_pieces_but_stay_whole(tmp_path, monkeypatch, longest):
    monkeypatch.setattr(passes, "LONGEST_SENTENCE", longest)
    monkeypatch.setattr("vicinal.data.corpus.Corpus.blocks.__defaults__", (7,))
    path = tmp_path / "x.txt"
    path.write_text("one two three four five\n\nsix seven \neight nine ten eleven ")
    pieces = []

    def tokenize(text):
        pieces.append(text)
        return text.split()

    tokens = tokenize_corpus(path, tokenizer=tokenize, min_count=1)
    assert sentences_of(tokens) == [line.split() for line in path.read_text().splitlines() if line]
    assert len(pieces) == {1: 9, 10: 5, 10**6: 3}[longest]


def test_a_large_vocabulary_is_entered_at_once():
    vocabulary = Vocabulary([f"word{number}" for number in range(300_000)], np.ones(300_000, int))
    tokens = tokenize_corpus(["word299999 word0 word300000"], vocabulary=vocabulary)
    assert tokens.ids.tolist() == [299_999, 0]


def test_a_tokenizer_of_the_wrong_kind():
    with pytest.raises(BadInput, match="what the tokenizer made of sentence 0: sequence item 0"):
        tokenize_corpus(["a b"], tokenizer=lambda line: [1, 2])
    with pytest.raises(BadInput, match="sentence 0 is a string"):
        tokenize_corpus(["a b"], tokenizer=lambda line: line)


def test_options_and_empty_results():
    with pytest.raises(BadOption, match=r"min_count must be .* got 0"):
        tokenize_corpus(["a"], min_count=0)
    with pytest.raises(BadOption, match="max_types is 0"):
        tokenize_corpus(["a"], max_types=0)
    with pytest.raises(BadInput, match="no word was seen 5 times or more; the most frequent is 'b', seen 3 times"):
        tokenize_corpus(["a b b", "b"])
    with pytest.raises(BadInput, match="the corpus has none"):
        tokenize_corpus(["... !"])


def test_a_sequence_of_sentences():
    tokens = tokenize_corpus(["a b", "...", "a"], min_count=1)
    assert len(tokens) == 2
    assert repr(tokens) == "Tokens(3 words in 2 sentences, 2 types)"
    assert tokens[-1].tolist() == [0]
    with pytest.raises(IndexError):
        tokens[2]
    with pytest.raises(ValueError, match="read-only"):
        tokens.ids[0] = 1


def test_progress_ends_at_the_words_read(tmp_path, monkeypatch):
    monkeypatch.setattr(passes, "BLOCK", 1000)
    path = tmp_path / "x.txt"
    path.write_text("a b c " * 1000)
    seen = []
    tokenize_corpus(path, callback=seen.append)
    assert {(progress.stage, progress.unit) for progress in seen} == {("reading", "words")}
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert seen[-1].done == seen[-1].total == 3000
    assert all(2900 < progress.total < 3600 for progress in seen)


def test_a_workspace_is_found_again(tmp_path):
    made = tokenize_corpus(["a b a", "c a"], min_count=1, workspace=tmp_path / "new" / "work")
    assert sorted(os.listdir(tmp_path / "new" / "work")) == [
        "tokens.ids",
        "tokens.json",
        "tokens.offsets",
        "vocabulary.txt",
    ]
    found = Tokens.open(tmp_path / "new" / "work")
    assert found.ids.tolist() == made.ids.tolist()
    assert found.offsets.tolist() == made.offsets.tolist()
    assert found.vocabulary == made.vocabulary
    assert (found.total_words, found.corpus_fingerprint) == (5, open_corpus(["a b a", "c a"]).fingerprint())
    again = tokenize_corpus(["x"], min_count=1, workspace=tmp_path / "new" / "work")
    assert Tokens.open(tmp_path / "new" / "work").vocabulary == again.vocabulary
    assert made.ids.tolist() == [0, 1, 0, 2, 0]  # what is mapped stays readable


def test_a_temporary_workspace_goes_with_the_object(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tokens = tokenize_corpus(["a b"], min_count=1)
    assert len(os.listdir(tmp_path)) == 1
    del tokens
    gc.collect()
    assert os.listdir(tmp_path) == []
    with pytest.raises(BadInput):
        tokenize_corpus(["a b"])
    assert os.listdir(tmp_path) == []


@pytest.fixture
def finished(tmp_path):
    tokenize_corpus(["a b a", "c a"], min_count=1, workspace=tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["tokens.ids", "tokens.offsets"])
def test_truncated_files_are_noticed(finished, name):
    data = (finished / name).read_bytes()
    (finished / name).write_bytes(data[:-1])
    with pytest.raises(BadFormat, match=rf"{name} has {len(data) - 1} bytes, expected {len(data)}"):
        Tokens.open(finished)
    (finished / name).unlink()
    with pytest.raises(BadFormat, match=f"{name} is missing"):
        Tokens.open(finished)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("tokens.ids", np.array([0, 1, 3, 2, 0], np.int32), "an id outside 0 to 2"),
        ("tokens.ids", np.array([0, 1, -1, 2, 0], np.int32), "an id outside 0 to 2"),
        ("tokens.offsets", np.array([0, 3, 6], np.int64), "runs 0 to 6, expected 0 to 5"),
        ("tokens.offsets", np.array([0, 7, 5], np.int64), "do not ascend"),
    ],
)
def test_damaged_numbers_are_noticed(finished, name, array, message):
    array.tofile(finished / name)
    with pytest.raises(BadFormat, match=message):
        Tokens.open(finished)


@pytest.mark.parametrize(
    ("key", "value"), [("words", -1), ("words", "5"), ("sentences", True), ("total_words", None), ("format", "x/2")]
)
def test_a_damaged_record_is_noticed(finished, key, value):
    record = json.loads((finished / "tokens.json").read_text())
    (finished / "tokens.json").write_text(json.dumps(record | {key: value}))
    with pytest.raises(BadFormat, match=key):
        Tokens.open(finished)


def test_other_damage(finished, tmp_path):
    Vocabulary(["x", "y", "z"], [3, 1, 1]).save(finished / "vocabulary.txt")
    with pytest.raises(BadFormat, match="is not the vocabulary these tokens were made with"):
        Tokens.open(finished)
    (finished / "tokens.json").write_text("{")
    with pytest.raises(BadFormat, match="not valid JSON"):
        Tokens.open(finished)
    with pytest.raises(BadInput, match="no finished tokens"):
        Tokens.open(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="is a file, expected a folder"):
        tokenize_corpus(["a"], min_count=1, workspace=finished / "tokens.ids")


def test_a_failure_keeps_the_old_result_and_no_rubbish(finished):
    def broken(line):
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        tokenize_corpus(["x"], tokenizer=broken, workspace=finished)
    assert len(os.listdir(finished)) == 4
    assert Tokens.open(finished).total_words == 5


def test_a_kill_between_the_renames_is_noticed(finished, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "write_whole", killed)
    with pytest.raises(KeyboardInterrupt):
        tokenize_corpus(["x y z"], min_count=1, workspace=finished)
    with pytest.raises(BadInput, match="no finished tokens"):
        Tokens.open(finished)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk(finished, monkeypatch, code):
    def full(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files, "_write", full)
    with pytest.raises(VicinalError, match=r"no room left in .* another place with workspace="):
        tokenize_corpus(["x y z"], min_count=1, workspace=finished)
    assert len(os.listdir(finished)) == 4
    assert Tokens.open(finished).total_words == 5


def test_memory_stays_bounded_on_one_endless_line(tmp_path):
    path = tmp_path / "line.txt"
    with path.open("w") as file:
        for _ in range(60):
            file.write("word wort " * 100_000)
    tokenize_corpus(["warm up"], min_count=1)
    tracemalloc.start()
    tokens = tokenize_corpus(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(tokens), tokens.total_words) == (1, 12_000_000)
    assert peak < 45e6


def test_importing_the_room_brings_no_compiler():
    code = "import sys, vicinal.data; sys.exit('numba' in sys.modules)"
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def shared_file(name):
    path = SHARED / "corpus" / name
    if not path.exists() and not os.environ.get("CI"):
        pytest.skip(f"{name} is not here")
    return path


def test_a_real_book_in_any_blocks(monkeypatch, tmp_path):
    text = lzma.decompress(shared_file("demo_fairytales/fairytales.txt.xz").read_bytes())[:3_000_000].decode(
        "utf-8", "ignore"
    )
    path = tmp_path / "tales.txt"
    path.write_text(text)
    expected = [found for line in open_corpus(path) if (found := words(line))]
    ranked, counts, ids, offsets = reference.number_corpus(expected, 5)
    for block in (1000, 1 << 21):
        monkeypatch.setattr(passes, "BLOCK", block)
        tokens = tokenize_corpus(path)
        assert list(tokens.vocabulary.tokens) == ranked
        assert tokens.vocabulary.counts.tolist() == counts
        assert np.array_equal(tokens.ids, ids)
        assert np.array_equal(tokens.offsets, offsets)


def test_speed_has_not_collapsed(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text(" ".join(f"word{number % 50_000}" for number in range(2_000_000)))
    tokenize_corpus(["warm up"], min_count=1)
    start = time.perf_counter()
    tokenize_corpus(path)
    assert time.perf_counter() - start < 5
