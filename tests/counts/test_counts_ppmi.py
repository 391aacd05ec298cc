import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.counts import PPMI, count_cooccurrences, positive_pmi, weighting
from vicinal.data import tokenize_corpus
from vicinal.errors import BadFormat, BadInput, BadOption, NotEnoughMemory, NotFitted, UnknownName
from vicinal.similarity import unit_rows

sparse = pytest.importorskip("scipy.sparse")

_path = Path(__file__).parents[1] / "reference" / "counts.py"
_spec = importlib.util.spec_from_file_location("reference_counts", _path)
twin = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(twin)

_random = np.random.default_rng(5)
SENTENCES = [list(_random.choice(list(topic), 9)) for topic in ["abbcd", "ceeef", "aggh", "hbdf"] for _ in range(10)]


def test_table_of_the_textbook():
    """Jurafsky and Martin, Speech and Language Processing, chapter 6: four words by five contexts, in bits."""
    counts = [[2, 8, 9, 442, 25], [0, 0, 1, 60, 19], [1670, 1683, 85, 5, 4], [3325, 3982, 378, 5, 13]]
    published = [[0, 0, 0, 4.38, 3.30], [0, 0, 0, 4.10, 5.51], [0.18, 0.01, 0, 0, 0], [0.02, 0.09, 0.28, 0, 0]]
    table = positive_pmi(counts)
    assert table.dtype == np.float32 and table.format == "csr"
    np.testing.assert_allclose(table.toarray() / np.log(2), published, atol=0.0051)


tables = st.integers(1, 6).flatmap(
    lambda m: st.lists(st.lists(st.integers(0, 20), min_size=m, max_size=m), min_size=1, max_size=6)
)


@settings(max_examples=80, deadline=None)
@given(counts=tables, shift=st.sampled_from([1, 2.5, 5]), exponent=st.sampled_from([0.5, 0.75, 1.0]))
def test_equals_the_twin(counts, shift, exponent):
    if not np.any(counts):
        with pytest.raises(BadInput, match="nothing in it"):
            positive_pmi(counts)
        return
    table = positive_pmi(counts, shift=shift, context_exponent=exponent)
    expected = twin.positive_pmi(counts, shift, exponent)
    np.testing.assert_allclose(table.toarray(), expected, rtol=1e-5, atol=1e-6)
    assert (table.data > 0).all() and np.isfinite(table.data).all()
    scaled = positive_pmi(np.array(counts) * 0.125, shift=shift, context_exponent=exponent)
    np.testing.assert_allclose(scaled.toarray(), table.toarray(), rtol=1e-5, atol=1e-6)  # only ratios matter
    more = positive_pmi(counts, shift=shift + 1, context_exponent=exponent)
    assert (more.toarray() <= table.toarray() + 1e-6).all()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_what_chance_alone_would_give_is_no_association(rows, cols):
    assert positive_pmi(np.outer(rows, cols)).toarray().max(initial=0) < 1e-6


def test_kinds_of_tables(monkeypatch):
    counts = np.array([[4, 0, 1], [2, 2, 0], [0, 0, 0]])
    expected = twin.positive_pmi(counts)
    coo = sparse.coo_matrix(([1, 3, 0, 1, 2, 2], ([0, 0, 1, 0, 1, 1], [0, 0, 2, 2, 1, 0])), shape=(3, 3))
    for table in (counts, counts.tolist(), sparse.csr_matrix(counts), sparse.csc_array(counts), coo):
        np.testing.assert_allclose(positive_pmi(table).toarray(), expected, rtol=1e-5)
    monkeypatch.setattr(weighting, "_ENTRIES", 1)  # one row at a time
    np.testing.assert_allclose(positive_pmi(coo).toarray(), expected, rtol=1e-5)
    twice = sparse.csr_matrix(([3, 1], [0, 0], [0, 2]), shape=(1, 1))
    positive_pmi(twice)
    assert twice.nnz == 2  # what came is left as it came


def test_refused_tables():
    for bad in ([[1, -1]], [[np.nan, 1]], [[np.inf, 1]]):
        with pytest.raises(BadInput, match="negative, NaN or infinite"):
            positive_pmi(bad)
    for bad in ([1, 2], [["a"]]):
        with pytest.raises(BadInput, match="shape"):
            positive_pmi(bad)
    for options in ({"shift": 0.5}, {"context_exponent": 0}, {"shift": "1"}, {"context_exponent": np.inf}):
        with pytest.raises(BadOption):
            positive_pmi([[1]], **options)


@pytest.mark.parametrize("window_weighting", ["flat", "harmonic"])
@pytest.mark.parametrize(("exponent", "shift", "context"), [(0.5, 1, 0.75), (0, 1.3, 1.0), (1, 1, 1.0)])
def test_equals_the_twin_from_text_to_vectors(window_weighting, exponent, shift, context):
    model = PPMI(
        dim=3, window=2, window_weighting=window_weighting, shift=shift, context_exponent=context,
        singular_exponent=exponent, min_count=1, solver="arpack",
    ).fit(SENTENCES)  # fmt: skip
    counts = twin.count_pairs(SENTENCES, model.vocabulary_.tokens, 2, window_weighting)
    table = twin.positive_pmi(counts, shift, context)
    expected = twin.factorized(table, 3, exponent)
    assert model.vectors_.dtype == np.float32
    np.testing.assert_allclose(model.vectors_ @ model.vectors_.T, expected @ expected.T, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(model.singular_values_, np.linalg.svd(table)[1][:3], rtol=1e-4)
    assert model.associations_ == (table > 1e-9).sum()
    near = model.vectors_ @ (model.contexts_ * model.singular_values_ ** (1 - 2 * exponent)).T
    full = np.linalg.svd(table)
    np.testing.assert_allclose(near, full[0][:, :3] * full[1][:3] @ full[2][:3], rtol=1e-3, atol=1e-3)


def test_texts_tokens_and_counts_give_the_same():
    texts = [" ".join(sentence) for sentence in SENTENCES]
    expected = PPMI(dim=3, min_count=1, window=3).fit(texts)
    tokens = tokenize_corpus(texts, min_count=1)
    for source in (SENTENCES, tokens, count_cooccurrences(tokens, window=3)):
        model = PPMI(dim=3, min_count=1, window=3).fit(source)
        np.testing.assert_array_equal(model.vectors_, expected.vectors_)
    # counts made elsewhere: the record says how they were made, not what the options would have been
    other = PPMI(dim=3, min_count=1).fit(count_cooccurrences(tokens, window=3))
    assert other.space.fingerprint == expected.space.fingerprint


def test_contexts_added():
    options = {"dim": 3, "min_count": 1, "context_exponent": 0.5}
    plain, added = (PPMI(add_context=add, **options).fit(SENTENCES) for add in (False, True))
    np.testing.assert_allclose(added.vectors_, unit_rows(plain.vectors_) + unit_rows(plain.contexts_), rtol=1e-5)


def test_words_without_association_are_zero_rows():
    model = PPMI(dim=2, min_count=1, window=1).fit([["a", "b"], ["b", "a"], ["c", "d"], ["alone"]])
    assert model.empty_ == 1
    vectors = dict(zip(model.vocabulary_, model.vectors_, strict=True))
    assert not vectors["alone"].any() and vectors["a"].any()
    assert np.isfinite(model.vectors_).all()
    assert model.space.similarity("alone", "a") == 0


def test_more_dimensions_than_rank_add_nothing():
    """Without the weights of the singular values, directions of rounding must not count."""
    model = PPMI(dim=4, min_count=1, window=1, singular_exponent=0, context_exponent=1).fit([["a", "b"], ["c", "d"]])
    table = twin.positive_pmi(twin.count_pairs([["a", "b"], ["c", "d"]], model.vocabulary_.tokens, 1, "flat"))
    assert np.linalg.matrix_rank(table) == 4
    pair = PPMI(dim=3, min_count=1, window=1, singular_exponent=0).fit([["a", "b"], ["a", "b"], ["c"]])
    assert (np.abs(pair.vectors_).max(axis=0) > 1e-3).sum() == 2
    assert pair.vectors_[:, 2].tolist() == [0, 0, 0]


def test_space_and_encode():
    model = PPMI(dim=3, min_count=1).fit(SENTENCES)
    assert model.space.names == model.vocabulary_.tokens
    assert model.space.columns["count"].tolist() == model.vocabulary_.counts.tolist()
    np.testing.assert_array_equal(model.encode(["b", "a"]), [model.space["b"], model.space["a"]])
    assert model.encode([]).shape == (0, 3)
    with pytest.raises(UnknownName):
        model.encode(["zebra"])
    with pytest.raises(BadInput, match="list of words"):
        model.encode("ab")
    assert model.space.origin.encoder == "PPMI" and model.space.origin.options["window"] == 5


def test_topics_part():
    sea, land = (
        ["ship sail wave boat sail ship wave", "boat wave ship"],
        ["tree leaf root wood leaf tree", "wood root tree"],
    )
    space = PPMI(dim=4, min_count=1, window=3).fit((sea + land) * 5).space
    assert {m.name for m in space.nearest("ship", k=3)[0]} == {"sail", "wave", "boat"}
    assert {m.name for m in space.nearest("tree", k=3)[0]} == {"leaf", "root", "wood"}


@pytest.mark.parametrize(
    "options",
    [
        {"window": 0}, {"window_weighting": "linear"}, {"shift": 0}, {"context_exponent": -1}, {"memory": "lots"},
        {"singular_exponent": -0.5}, {"dim": 0}, {"dim": 50}, {"add_context": 1}, {"threads": -1}, {"seed": -1},
        {"solver": "svd"}, {"min_count": 0}, {"tokenizer": "none"},
    ],
    ids=str,
)  # fmt: skip
def test_options_out_of_range(options):
    with pytest.raises(BadOption):
        PPMI(**{"min_count": 1, "dim": 2, **options}).fit([" ".join(sentence) for sentence in SENTENCES])


def test_refusals(monkeypatch):
    with pytest.raises(BadInput, match="nothing in it"):
        PPMI(dim=1, min_count=1).fit([["a"], ["b"]])
    with pytest.raises(BadInput, match="lower shift"):
        PPMI(dim=1, min_count=1, shift=1000).fit(SENTENCES)
    with pytest.raises(NotFitted):
        PPMI().encode([])
    monkeypatch.setattr("vicinal.memory.available_memory", lambda: 50)
    with pytest.raises(NotEnoughMemory, match="associations"):
        positive_pmi(twin.count_pairs(SENTENCES, "abcdefgh", 2, "flat"))


def test_saved_and_loaded(tmp_path):
    model = PPMI(dim=3, min_count=1, memory=10**9).fit(SENTENCES)
    model.save(tmp_path / "model")
    again = PPMI.load(tmp_path / "model")
    assert again.get_params() == model.get_params()
    assert again.space.fingerprint == model.space.fingerprint
    np.testing.assert_array_equal(again.space.matrix, model.space.matrix)
    np.testing.assert_array_equal(again.contexts_, model.contexts_)
    assert (again.empty_, again.associations_) == (model.empty_, model.associations_)
    (tmp_path / "model" / "encoder.json").write_text('{"format": "vicinal.encoder/1", "encoder": "LSA"}')
    with pytest.raises(BadFormat, match="holds LSA"):
        PPMI.load(tmp_path / "model")
