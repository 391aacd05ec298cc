"""Corpora of documents: every record one, the empty ones too."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.data import Tokens, Vocabulary, open_corpus, tokenize_corpus, words
from vicinal.data import _tokens_files as files
from vicinal.data import tokens as tokens_module
from vicinal.errors import BadFormat

TEXTS = ["The king.\n\nThe queen\r\nspoke", "", "  \n ", "été naïve; the king", "unknown", "the"]
FLAT = ["The king.  The queen spoke", "", "    ", "été naïve; the king", "unknown", "the"]


def as_lists(tokens):
    return [[tokens.vocabulary.tokens[i] for i in document] for document in tokens]


def expected(texts, min_count, tokenizer=words):
    split = [tokenizer(text) for text in texts]
    counts = {}
    for word in sum(split, []):
        counts[word] = counts.get(word, 0) + 1
    return [[word for word in document if counts[word] >= min_count] for document in split]


@pytest.mark.parametrize("tokenizer", ["words", "whitespace", str.split])
@pytest.mark.parametrize("min_count", [1, 2])
def test_every_text_is_one_document(tokenizer, min_count):
    corpus = open_corpus(TEXTS, documents=True)
    assert list(corpus) == FLAT
    function = {"words": words, "whitespace": lambda t: t.lower().split()}.get(tokenizer, tokenizer)
    tokens = tokenize_corpus(corpus, tokenizer=tokenizer, min_count=min_count)
    assert tokens.documents
    assert as_lists(tokens) == expected(TEXTS, min_count, function)


def test_files_lines_records_and_tokens(tmp_path: Path):
    lines = tmp_path / "lines.txt"
    lines.write_text("one two\n\nthree\n", encoding="utf-8")
    assert list(open_corpus(lines, documents=True)) == ["one two", "", "three"]
    assert as_lists(tokenize_corpus(open_corpus(lines, documents=True), min_count=1)) == [["one", "two"], [], ["three"]]
    records = tmp_path / "records.jsonl.gz"
    with gzip.open(records, "wt", encoding="utf-8") as file:
        file.write("".join(json.dumps({"body": text}) + "\n" for text in TEXTS))
    corpus = open_corpus(records, field="body", documents=True)
    assert list(corpus) == FLAT
    assert as_lists(tokenize_corpus(corpus, min_count=1)) == expected(TEXTS, 1)
    lists = [["a", "b"], [], ["", "a"]]
    assert list(open_corpus(lists).by_document()) == [["a", "b"], [], ["a"]]
    assert as_lists(tokenize_corpus(open_corpus(lists, documents=True), min_count=2)) == [["a"], [], ["a"]]


def test_lines_stay_sentences_elsewhere():
    corpus = open_corpus(TEXTS)
    assert not corpus.documents and list(corpus) == [
        "The king.", "The queen", "spoke", "été naïve; the king", "unknown", "the",
    ]  # fmt: skip
    whole = corpus.by_document()
    assert whole.by_document() is whole and open_corpus(corpus, documents=True).documents
    assert whole.fingerprint() != corpus.fingerprint()  # the same text, otherwise parted
    assert not tokenize_corpus(corpus, min_count=1).documents


def test_a_given_vocabulary_and_opening_again(tmp_path: Path):
    corpus = open_corpus(TEXTS, documents=True)
    tokens = tokenize_corpus(corpus, vocabulary=Vocabulary(["king", "spoke"], [2, 1]), workspace=tmp_path)
    assert as_lists(tokens) == [["king", "spoke"], [], [], ["king"], [], []]
    again = Tokens.open(tmp_path)
    assert again.documents
    np.testing.assert_array_equal(again.offsets, tokens.offsets)
    record = json.loads((tmp_path / files.RECORD).read_text())
    for wrong in ({"documents": 3}, {"documents": False}):  # not a truth value; empty sentences that may not be
        (tmp_path / files.RECORD).write_text(json.dumps(record | wrong))
        with pytest.raises(BadFormat, match=r"documents|ascend"):
            Tokens.open(tmp_path)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcdef"), max_size=5), min_size=1, max_size=30).filter(any),
    st.integers(1, 3),
    st.integers(1, 5),
)
def test_documents_survive_any_cutting(documents, min_count, chunk):
    before, files.CHUNK = files.CHUNK, chunk  # ids renumbered at a time
    try:
        wanted = expected([" ".join(d) for d in documents], min_count)
        if any(wanted):
            assert as_lists(tokenize_corpus(open_corpus(documents, documents=True), min_count=min_count)) == wanted
    finally:
        files.CHUNK = before


def test_documents_survive_a_full_table():
    """Rare words are forgotten on the way; documents are not."""
    documents = [[f"w{i}", "often"] if i % 3 else [] for i in range(200)]
    tokens = tokens_module.tokenize_corpus(open_corpus(documents, documents=True), min_count=5, max_types=10)
    assert as_lists(tokens) == [["often"] if document else [] for document in documents]
