import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.counts import TfIdf
from vicinal.counts import _documents as documents_module
from vicinal.data import open_corpus
from vicinal.errors import BadInput, BadOption, NotEnoughMemory, NotFitted, OutputExists

text = pytest.importorskip("sklearn.feature_extraction.text")

_path = Path(__file__).parents[1] / "reference" / "counts.py"
_spec = importlib.util.spec_from_file_location("reference_counts", _path)
twin = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(twin)

TEXTS = [
    "The king spoke, and the queen listened.",
    "The queen spoke; nobody listened.",
    "",
    "A ship sailed on the sea. The sea was calm, the ship was not!",
    "?!",
    "naïve café-goers don't sail",
]

tokens = st.sampled_from(["a", "b", "c", "d", "e f", "é"])
corpora = st.lists(st.lists(tokens, max_size=8), min_size=1, max_size=7).filter(any)


def counts_as_documents(table):
    return [[f"t{at}" for at, count in enumerate(row) for _ in range(count)] for row in table]


PUBLISHED = counts_as_documents([[3, 0, 1], [2, 0, 0], [3, 0, 0], [4, 0, 0], [3, 2, 0], [3, 0, 2]])


@pytest.mark.parametrize(
    ("smooth_idf", "expected"),
    [
        (False, [[0.81940995, 0, 0.57320793], [0.47330339, 0.88089948, 0], [0.58149261, 0, 0.81355169]]),
        (True, [[0.85151335, 0, 0.52433293], [0.55422893, 0.83236428, 0], [0.63035731, 0, 0.77630514]]),
    ],
)
def test_example_of_the_scikit_learn_guide(smooth_idf, expected):
    rows = TfIdf(smooth_idf=smooth_idf).fit(PUBLISHED).encode(PUBLISHED)
    np.testing.assert_allclose(rows[[0, 4, 5]], expected, atol=1e-7)
    np.testing.assert_allclose(rows[1:4], np.eye(3)[[0, 0, 0]], atol=1e-7)


def test_one_weight_by_hand():
    model = TfIdf(norm=None, sublinear_tf=True).fit([["sea", "sea", "sky"], ["sky"], ["sun"]])
    row = dict(zip(model.vocabulary_, model.encode([["sea", "sea"]])[0], strict=True))
    assert row == pytest.approx({"sea": (1 + np.log(2)) * (np.log(4 / 2) + 1), "sky": 0, "sun": 0})


OPTIONS = [
    {},
    {"sublinear_tf": True, "norm": "l1"},
    {"smooth_idf": False, "norm": None},
    {"use_idf": False, "binary": True},
    {"ngram_range": (1, 3), "min_df": 2},
    {"ngram_range": (2, 2), "max_df": 0.5},
    {"min_df": 0.3, "max_df": 4},
    {"max_vocabulary": 5},
    {"max_vocabulary": 3, "binary": True},
    {"stop_words": ["the", "a"], "ngram_range": (1, 2)},
    {"lower": False},
]
THEIR_NAMES = {"max_vocabulary": "max_features", "lower": "lowercase"}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_equals_scikit_learn(options):
    """With a pattern that finds the same words, vocabulary, order and weights are those of TfidfVectorizer."""
    theirs = text.TfidfVectorizer(
        token_pattern=r"[^\W_]+(?:'[^\W_]+)*", **{THEIR_NAMES.get(key, key): value for key, value in options.items()}
    )
    expected = theirs.fit_transform(TEXTS)
    ours = TfIdf(**options)
    weights = ours.fit_transform(TEXTS)
    assert ours.vocabulary_.tokens == tuple(theirs.get_feature_names_out())
    assert weights.dtype == np.float32 and weights.format == "csr"
    np.testing.assert_allclose(weights.toarray(), expected.toarray(), rtol=1e-6)
    if options.get("use_idf", True):
        np.testing.assert_allclose(ours.idf_, theirs.idf_, rtol=1e-12)
    new = ["the sea and the king", "unseen words only", "Sailed SAILED sailed"]
    np.testing.assert_allclose(ours.transform(new).toarray(), theirs.transform(new).toarray(), rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    documents=corpora,
    reach=st.sampled_from([(1, 1), (1, 2), (2, 3)]),
    flags=st.tuples(*[st.booleans()] * 4),
    norm=st.sampled_from(["l1", "l2", None]),
)
def test_equals_the_twin(documents, reach, flags, norm):
    options = dict(zip(("binary", "sublinear_tf", "use_idf", "smooth_idf"), flags, strict=True))
    terms, rows = twin.tfidf(documents, ngram_range=reach, norm=norm, **options)
    model = TfIdf(ngram_range=reach, norm=norm, **options)
    if not terms:
        with pytest.raises(BadInput, match="no terms"):
            model.fit(documents)
        return
    encoded = model.fit(documents).encode(documents)
    assert list(model.vocabulary_) == terms
    np.testing.assert_allclose(encoded, rows, rtol=1e-6)
    assert encoded.dtype == np.float32
    assert np.isfinite(encoded).all() and (encoded >= 0).all()
    empty = ~encoded.any(axis=1)
    assert model.empty_ == empty.sum()
    assert model.find_empty(documents).tolist() == np.flatnonzero(empty).tolist()
    if norm == "l2":
        np.testing.assert_allclose(np.linalg.norm(encoded[~empty], axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(model.encode(documents[::-1]), encoded[::-1])  # a row is its document's alone


def test_documents_without_known_terms_are_zero_rows():
    model = TfIdf(min_df=2).fit(TEXTS)
    assert model.documents_ == 6 and model.empty_ == 3  # "", "?!" and one whose words nobody else has
    rows = model.encode(["zebra", "", "the", "..."])
    assert rows.any(axis=1).tolist() == [False, False, True, False]
    assert np.isfinite(rows).all()
    assert model.find_empty(["zebra", "", "the", "..."]).tolist() == [0, 1, 3]
    assert model.encode([]).shape == (0, len(model.vocabulary_))


def test_a_line_of_a_file_is_a_document(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("the sea\n\nthe sky\n")
    listed = TfIdf().fit(["the sea", "the sky"])
    for source in (path, str(path), [path], open_corpus(path)):
        model = TfIdf().fit(source)
        assert model.documents_ == 2
        np.testing.assert_array_equal(model.encode(source), listed.encode(["the sea", "the sky"]))
        assert model.origin_.corpus == open_corpus(path).fingerprint()


def test_kinds_of_lists():
    expected = TfIdf().fit(["a b", "b c"])
    for source in (("a b", "b c"), np.array(["a b", "b c"]), [["a", "b"], ["b", "c"]], [("a", "b"), ("b", "c")]):
        model = TfIdf().fit(source)
        assert model.vocabulary_ == expected.vocabulary_
        np.testing.assert_array_equal(model.encode(source), expected.encode(["a b", "b c"]))
    np.testing.assert_array_equal(expected.encode(t for t in ["a b", "b c"]), expected.encode(["a b", "b c"]))
    assert TfIdf().fit(["one\ntwo", "three"]).documents_ == 2  # an item is a document, whatever lines it has


def test_tokenizers():
    assert TfIdf(tokenizer="whitespace", lower=False).fit(["A b!", "b! c"]).vocabulary_.tokens == ("A", "b!", "c")
    assert TfIdf(tokenizer=r"regex:#\w+").fit(["#a b", "c #d"]).vocabulary_.tokens == ("#a", "#d")
    assert TfIdf(tokenizer=list).fit(["ab", "bc"]).vocabulary_.tokens == ("a", "b", "c")
    assert TfIdf(tokenizer=lambda line: line.split(" ")).fit(["a  b"]).vocabulary_.tokens == ("a", "b")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([], "empty"),
        (["", "  "], "no terms"),
        (["?!", "..."], "no terms"),
        ([["a"], "b"], "string"),
        (["a", None], "NoneType"),
        pytest.param((t for t in ["a"]), "once only", id="generator"),
        ({"a": 1}, "dict"),
        (b"a", "bytes"),
        (5, "int"),
        ("no such file", "no file"),
    ],
    ids=str,
)
def test_what_is_no_corpus(bad, message):
    with pytest.raises(BadInput, match=message):
        TfIdf().fit(bad)


@pytest.mark.parametrize("bad", [["a", None], [5], {"a": 1}, b"a", 5, [b"a"]], ids=str)
def test_what_cannot_be_encoded(bad):
    with pytest.raises(BadInput):
        TfIdf().fit(["a"]).encode(bad)


@pytest.mark.parametrize(
    "options",
    [
        {"norm": "l3"}, {"norm": 2}, {"min_df": 0}, {"min_df": -0.1}, {"max_df": 1.5}, {"min_df": True},
        {"min_df": "2"}, {"max_vocabulary": 0}, {"ngram_range": (2, 1)}, {"ngram_range": (0, 1)}, {"ngram_range": 2},
        {"lower": "yes"}, {"sublinear_tf": 1}, {"stop_words": "english"}, {"tokenizer": "treebank"},
        {"min_df": float("nan")},
    ],
    ids=str,
)  # fmt: skip
def test_options_out_of_range(options):
    with pytest.raises(BadOption):
        TfIdf(**options).fit(["a b", "b c"])


def test_cuts_that_leave_nothing():
    with pytest.raises(BadInput, match="lower min_df"):
        TfIdf(min_df=3).fit(["a", "b"])
    with pytest.raises(BadInput, match="max_df"):
        TfIdf(min_df=2, max_df=1).fit(["a", "b"])


def test_memory_is_looked_at(monkeypatch):
    model = TfIdf().fit(TEXTS)
    monkeypatch.setattr("vicinal.memory.available_memory", lambda: 300)
    assert model.transform(TEXTS).nnz
    with pytest.raises(NotEnoughMemory, match="use transform"):
        model.encode(TEXTS)
    monkeypatch.setattr(documents_module, "_STEP", 4)
    with pytest.raises(NotEnoughMemory, match="tokens counted so far"):
        TfIdf().fit(TEXTS)


def test_untrained():
    with pytest.raises(NotFitted):
        TfIdf().encode(["a"])
    with pytest.raises(NotFitted):
        TfIdf().save("nowhere")


def test_saved_and_loaded(tmp_path):
    model = TfIdf(ngram_range=(1, 2), stop_words={"the", "a"}, min_df=np.int64(1), sublinear_tf=True).fit(TEXTS)
    model.save(tmp_path / "model")
    with pytest.raises(OutputExists):
        model.save(tmp_path / "model")
    model.save(tmp_path / "model", force=True)
    again = TfIdf.load(tmp_path / "model")
    assert again.vocabulary_ == model.vocabulary_ and again.origin_ == model.origin_
    assert (again.documents_, again.empty_) == (model.documents_, model.empty_)
    np.testing.assert_array_equal(again.encode(TEXTS), model.encode(TEXTS))
