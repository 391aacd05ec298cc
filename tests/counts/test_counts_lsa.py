import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.counts import LSA, TfIdf
from vicinal.errors import BadFormat, BadInput, BadOption, NotEnoughMemory, NotFitted, SpacesDiffer, UnknownName
from vicinal.similarity import pairwise

sparse = pytest.importorskip("scipy.sparse")
decomposition = pytest.importorskip("sklearn.decomposition")

# The nine titles of Deerwester et al. 1990, table 2
TITLES = {
    "c1": "Human machine interface for Lab ABC computer applications",
    "c2": "A survey of user opinion of computer system response time",
    "c3": "The EPS user interface management system",
    "c4": "System and human system engineering testing of EPS",
    "c5": "Relation of user-perceived response time to error measurement",
    "m1": "The generation of random, binary, unordered trees",
    "m2": "The intersection graph of paths in trees",
    "m3": "Graph minors IV: Widths of trees and well-quasi-ordering",
    "m4": "Graph minors: A survey",
}
PAPER = {"min_df": 2, "stop_words": ["a", "and", "of", "the"], "use_idf": False, "norm": None}


@pytest.fixture(scope="module")
def titles():
    return LSA(dim=2, **PAPER).fit(list(TITLES.values()), names=TITLES)


def test_singular_values_of_the_paper():
    model = LSA(dim=9, **PAPER).fit(list(TITLES.values()))
    assert len(model.tfidf_.vocabulary_) == 12
    published = [3.34, 2.54, 2.35, 1.64, 1.50, 1.31, 0.85, 0.56, 0.36]
    np.testing.assert_allclose(model.singular_values_, published, atol=0.006)


def test_query_of_the_paper(titles):
    """c3 and c5 share no word with the query and are found all the same; the titles on graphs are not."""
    query = titles.encode(["human computer interaction"])
    scores = dict(zip(TITLES, pairwise(query, titles.documents_)[0], strict=True))
    assert min(scores[name] for name in ("c1", "c2", "c3", "c4", "c5")) > 0.9
    assert max(scores[name] for name in ("m1", "m2", "m3", "m4")) < 0.1
    assert {m.name for m in titles.document_space.nearest(query, k=5)[0]} == {"c1", "c2", "c3", "c4", "c5"}


def test_words_that_never_meet(titles):
    """In the titles, human and user never stand together, yet their words keep the same company."""
    x = np.corrcoef(TfIdf(**PAPER).fit_transform(list(TITLES.values())).toarray().T)
    human, user = (titles.tfidf_.vocabulary_[word] for word in ("human", "user"))
    assert x[human, user] < 0
    assert titles.space.similarity("human", "user") > 0.8
    assert titles.space.similarity("human", "minors") < 0.1


def test_spaces(titles):
    words, documents = titles.space, titles.document_space
    assert words.names == titles.tfidf_.vocabulary_.tokens and documents.names == list(TITLES)
    assert words.matrix.dtype == documents.matrix.dtype == np.float32
    assert words.columns["documents"][titles.tfidf_.vocabulary_["user"]] == 3
    weights = TfIdf(**PAPER).fit_transform(list(TITLES.values())).toarray()
    full = np.linalg.svd(weights)
    near = full[0][:, :2] * full[1][:2] @ full[2][:2]  # the best table of rank 2
    np.testing.assert_allclose(words.matrix @ words.matrix.T, near.T @ near, atol=1e-4)
    np.testing.assert_allclose(documents.matrix @ documents.matrix.T, near @ near.T, atol=1e-4)
    np.testing.assert_allclose(titles.documents_ @ titles.components_, near, atol=1e-4)
    assert documents.origin.encoder == "LSA" and documents.origin.seed == 1
    with pytest.raises(SpacesDiffer):
        words.nearest(documents)


def test_equals_scikit_learn(titles):
    texts = list(TITLES.values()) * 3 + ["graph survey", "user trees"]
    model = LSA(dim=4, seed=7, ngram_range=(1, 2)).fit(texts)
    weights = TfIdf(ngram_range=(1, 2)).fit_transform(texts)
    theirs = decomposition.TruncatedSVD(4, random_state=7).fit(weights)
    np.testing.assert_allclose(model.singular_values_, theirs.singular_values_, rtol=1e-5)
    np.testing.assert_allclose(model.explained_variance_, theirs.explained_variance_, rtol=1e-3)
    np.testing.assert_allclose(model.explained_variance_ratio_, theirs.explained_variance_ratio_, rtol=1e-3)
    signs = np.sign((model.components_ * theirs.components_).sum(axis=1))
    np.testing.assert_allclose(model.encode(texts), theirs.transform(weights) * signs, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcde"), max_size=6), min_size=3, max_size=8), st.integers(0, 99))
def test_documents_are_folded_in_where_they_lie(documents, seed):
    documents = [*documents, ["a", "b"], ["c"]]
    model = LSA(dim=2, seed=seed).fit(documents)
    encoded = model.encode(documents)
    assert encoded.dtype == np.float32 and np.isfinite(encoded).all()
    np.testing.assert_allclose(encoded, model.documents_, atol=1e-6)
    empty = [at for at, tokens in enumerate(documents) if not tokens]
    assert model.empty_ == len(empty)
    assert not encoded[empty].any()
    assert model.find_empty(documents).tolist() == empty
    assert -1e-6 <= model.explained_variance_ratio_.sum() <= 1 + 1e-5


def test_unknown_words_and_texts(titles):
    rows = titles.encode(["zebra", "", "user"])
    assert rows.shape == (3, 2)
    assert rows.any(axis=1).tolist() == [False, False, True]
    assert titles.find_empty(["zebra", "", "user"]).tolist() == [0, 1]
    assert titles.encode([]).shape == (0, 2)
    with pytest.raises(UnknownName):
        titles.space["zebra"]


def test_seed_and_fingerprint():
    texts = list(TITLES.values())
    a, b, c = (LSA(dim=3, seed=seed).fit(texts) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a.documents_, b.documents_)
    assert a.space.fingerprint == b.space.fingerprint != c.space.fingerprint


def test_refusals(monkeypatch):
    texts = list(TITLES.values())
    with pytest.raises(BadOption, match="lower dim"):
        LSA(dim=10).fit(texts)
    with pytest.raises(BadOption, match="solver"):
        LSA(dim=2, solver="exact").fit(texts)
    with pytest.raises(BadOption, match="norm"):
        LSA(dim=2, norm="l3").fit(texts)
    with pytest.raises(BadInput, match="names do not fit"):
        LSA(dim=2).fit(texts, names=["one"])
    with pytest.raises(BadInput):
        LSA(dim=2).fit(texts, names=["twice"] * 9)
    for use in (lambda m: m.space, lambda m: m.document_space, lambda m: m.encode(["a"])):
        with pytest.raises(NotFitted):
            use(LSA())
    model = LSA(dim=2).fit(texts)
    monkeypatch.setattr("vicinal.memory.available_memory", lambda: 100)
    with pytest.raises(NotEnoughMemory):
        model.encode(texts * 10)


def test_saved_and_loaded(titles, tmp_path):
    titles.save(tmp_path / "model")
    again = LSA.load(tmp_path / "model")
    assert again.get_params() == titles.get_params()
    np.testing.assert_array_equal(again.encode(["user interface"]), titles.encode(["user interface"]))
    np.testing.assert_array_equal(again.space.matrix, titles.space.matrix)
    assert again.space.fingerprint == titles.space.fingerprint
    assert again.document_space.names == list(TITLES)
    assert again.document_space.fingerprint == titles.document_space.fingerprint
    np.testing.assert_array_equal(again.explained_variance_ratio_, titles.explained_variance_ratio_)
    (tmp_path / "model" / "vocabulary.txt").unlink()
    with pytest.raises(BadFormat, match="vocabulary"):
        LSA.load(tmp_path / "model")
