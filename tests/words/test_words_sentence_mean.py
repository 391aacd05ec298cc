import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from vicinal.data import open_corpus
from vicinal.errors import BadFormat, BadInput, BadOption, NotFitted, OutputExists
from vicinal.randomness import generator
from vicinal.space import Space
from vicinal.words import _sentence_pooling as pooling
from vicinal.words.sentence_mean import MODES, SentenceMean

DATA = Path(__file__).parents[2].parent / "shared" / "data"
NAMES = [f"w{i}" for i in range(12)]
COUNTS = np.arange(12, 0, -1) ** 2
WORDS = Space(NAMES, generator(1).normal(size=(12, 5)), columns={"count": COUNTS})
TEXTS = [
    "w1 w2 w2 unknown",
    "",
    "nothing here",
    "w0 w0 w0 w3 w11",
    "W5, w6!",
    "w7",
    "w1 w0 w9 w10",
]


def by_hand(texts, mode, smoothing=1e-3, components=1, frequencies="space", fitted=None):
    """The readable twin: one text at a time."""
    fitted = texts if fitted is None else fitted
    split = [[t.strip("!,") for t in text.lower().split()] for text in texts]
    fit = [[t.strip("!,") for t in text.lower().split() if t.strip("!,") in WORDS] for text in fitted]
    if mode == "sif":
        counts = {w: sum(line.count(w) for line in fit) for w in NAMES}
        if frequencies == "space":
            counts = dict(zip(NAMES, COUNTS.tolist(), strict=True))
        total = sum(counts.values())
        weights = {w: smoothing / (smoothing + counts[w] / total) for w in NAMES}
    elif mode == "tfidf":
        weights = {w: np.log((1 + len(fit)) / (1 + sum(w in line for line in fit))) + 1 for w in NAMES}
    else:
        weights = dict.fromkeys(NAMES, 1.0)

    def vector(tokens):
        tokens = [t for t in tokens if t in WORDS]
        if not tokens:
            return np.zeros(10 if mode == "min_max" else 5)
        vectors = np.array([weights[t] * WORDS[t].astype(float) for t in tokens])
        if mode == "min_max":
            return np.concatenate([vectors.min(axis=0), vectors.max(axis=0)])
        if mode == "sum":
            return vectors.sum(axis=0)
        return vectors.sum(axis=0) / (sum(weights[t] for t in tokens) if mode == "tfidf" else len(tokens))

    out = np.array([vector(tokens) for tokens in split])
    if mode == "sif" and components:
        common = np.linalg.svd(np.array([vector(tokens) for tokens in fit]))[2][:components]
        out = out - out @ common.T @ common
    return out


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("block", [1, 2, 1 << 15])
def test_equals_the_twin_at_any_block_size(monkeypatch, mode, block):
    monkeypatch.setattr(pooling, "_WORDS", block)
    monkeypatch.setattr(pooling, "_TEXTS", block)
    model = SentenceMean(words=WORDS, mode=mode).fit(TEXTS)
    vectors = model.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (7, model.dim)
    assert_allclose(vectors, by_hand(TEXTS, mode), atol=1e-5)
    assert not vectors[[1, 2]].any()


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.lists(st.sampled_from([*NAMES, "x", "y"]), max_size=9).map(" ".join), min_size=1, max_size=12),
    mode=st.sampled_from(MODES),
    components=st.integers(0, 2),
    frequencies=st.sampled_from(["space", "corpus"]),
)
def test_any_texts_equal_the_twin(texts, mode, components, frequencies):
    options = {"mode": mode, "components": components, "frequencies": frequencies}
    model = SentenceMean(words=WORDS, **options).fit(TEXTS)
    vectors = model.encode(texts)
    assert np.isfinite(vectors).all()
    assert_allclose(vectors, by_hand(texts, fitted=TEXTS, **options), atol=1e-5)
    known = [sum(t in WORDS for t in text.split()) for text in texts]
    assert model.coverage_.known.tolist() == known
    assert model.coverage_.total.tolist() == [len(text.split()) for text in texts]
    assert not vectors[np.array(known) == 0].any()


def test_tfidf_weights_are_scikit_learns():
    text = pytest.importorskip("sklearn.feature_extraction.text")
    reference = text.TfidfVectorizer(vocabulary=NAMES, norm=None).fit(TEXTS)
    assert_allclose(SentenceMean(words=WORDS, mode="tfidf").fit(TEXTS).weights_, reference.idf_, rtol=1e-6)


def test_sif_worked_by_hand():
    words = Space(["the", "cat"], [[1, 0], [0, 1]], columns={"count": [3, 1]})
    model = SentenceMean(words=words, mode="sif", smoothing=0.25, components=0).fit(["the cat"])
    # 0.25 / (0.25 + 3/4) = 1/4 and 0.25 / (0.25 + 1/4) = 1/2
    assert_allclose(model.encode(["the cat", "cat the the"]), [[0.125, 0.25], [1 / 6, 1 / 6]])
    model = SentenceMean(words=words, mode="sif", smoothing=0.25, components=1).fit(["cat", "cat cat"])
    assert_allclose(model.encode(["the cat"]), [[0.125, 0.0]], atol=1e-7)  # what all share, the cat, is gone


def test_coverage_is_told():
    model = SentenceMean(words=WORDS).fit()
    model.encode(TEXTS)
    assert model.coverage_.known.tolist() == [3, 0, 0, 5, 2, 1, 4]
    assert model.coverage_.total.tolist() == [4, 0, 2, 5, 2, 1, 4]
    assert (model.coverage_.zero, model.coverage_.empty) == (2, 1)
    assert str(model.coverage_) == "7 texts, 18 words, 16.7 % unknown; 2 texts without a known word (1 empty)"
    assert model.encode([]).shape == (0, 5)
    assert model.coverage_.unknown_share == 0


def test_tokens_files_and_tokenizers(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("w1 w2\nw3\n", encoding="utf-8")
    model = SentenceMean(words=WORDS).fit()
    expected = model.encode(["w1 w2", "w3"])
    for same in ([["w1", "w2"], ["w3"]], path, open_corpus(path), (t for t in ["w1 w2", "w3"])):
        assert np.array_equal(model.encode(same), expected)
    assert not SentenceMean(words=WORDS, tokenizer="whitespace", lower=False).fit().encode(["W1 w2,"]).any()
    WORDS.save(tmp_path / "words.space")
    assert np.array_equal(SentenceMean(words=tmp_path / "words.space").fit().encode(["w1 w2", "w3"]), expected)


def test_half_precision_words_and_long_texts():
    half = Space(NAMES, WORDS.matrix.astype(np.float16), columns={"count": COUNTS})
    long = " ".join(NAMES * 10_000)  # more words than are held at once
    vectors = SentenceMean(words=half).fit().encode([long, "w1"])
    assert_allclose(vectors[0], half.matrix.astype(float).mean(axis=0), atol=1e-6)


def test_the_origin_tells_encoders_apart():
    origins = [SentenceMean(words=WORDS, mode=mode).fit(TEXTS).origin_ for mode in MODES]
    origins.append(SentenceMean(words=WORDS, mode="sif").fit(TEXTS[3:]).origin_)
    assert len({origin.fingerprint for origin in origins}) == len(origins)
    assert {origin.parent for origin in origins} == {WORDS.fingerprint}
    assert SentenceMean(words=WORDS, mode="sif").fit(TEXTS).origin_ == origins[MODES.index("sif")]


@pytest.mark.parametrize("mode", MODES)
def test_save_and_load(tmp_path, mode):
    model = SentenceMean(words=WORDS, mode=mode).fit(TEXTS)
    model.save(tmp_path / "m")
    again = SentenceMean.load(tmp_path / "m")
    assert np.array_equal(again.encode(TEXTS), model.encode(TEXTS))
    assert again.origin_ == model.origin_
    assert again.mode == mode
    with pytest.raises(OutputExists):
        model.save(tmp_path / "m")


def test_damaged_folders_are_refused(tmp_path):
    SentenceMean(words=WORDS, mode="sif").fit(TEXTS).save(tmp_path / "m")
    with pytest.raises(BadInput, match=r"no encoder\.json"):
        SentenceMean.load(tmp_path)
    record = tmp_path / "m" / "encoder.json"
    good = record.read_text()
    for change in ({"encoder": "Word2Vec"}, {"options": {"x": 1}}, {"origin": 3}):
        record.write_text(json.dumps({**json.loads(good), **change}))
        with pytest.raises(BadFormat):
            SentenceMean.load(tmp_path / "m")
    record.write_text(good)
    WORDS.truncate(3).save(tmp_path / "m" / "words.space", force=True)
    with pytest.raises(BadFormat, match="do not fit"):
        SentenceMean.load(tmp_path / "m")


def test_bad_input(tmp_path):
    with pytest.raises(NotFitted):
        SentenceMean(words=WORDS).encode(TEXTS)
    for mode in ("tfidf", "sif"):
        with pytest.raises(BadInput, match="learns from texts"):
            SentenceMean(words=WORDS, mode=mode).fit()
        with pytest.raises(BadInput, match="no text has a word of the space"):
            SentenceMean(words=WORDS, mode=mode).fit(["nothing", ""])
    plain = Space(NAMES, WORDS.matrix)
    with pytest.raises(BadInput, match="no column"):
        SentenceMean(words=plain, mode="sif").fit(TEXTS)
    SentenceMean(words=plain, mode="sif", frequencies="corpus").fit(TEXTS)
    for column in (np.zeros(12), -COUNTS, np.array(NAMES)):
        with pytest.raises(BadInput, match="must hold numbers"):
            SentenceMean(words=Space(NAMES, WORDS.matrix, columns={"count": column}), mode="sif").fit(TEXTS)
    for bad in (
        {"words": 3}, {"mode": "max"}, {"frequencies": "web"}, {"smoothing": 0}, {"smoothing": "x"},
        {"components": -1}, {"components": 1.5},
    ):  # fmt: skip
        with pytest.raises(BadOption):
            SentenceMean(**{"words": WORDS, **bad}).fit(TEXTS)
    model = SentenceMean(words=WORDS).fit()
    for items in (["w1", 3], [["w1", 3]], b"w1", 5):
        with pytest.raises(BadInput):
            model.encode(items)
    own = SentenceMean(words=WORDS, tokenizer=str.split).fit()
    with pytest.raises(BadInput, match="tokenizer function"):
        own.save(tmp_path / "own")


def test_real_sentences_are_ranked_as_people_do(tmp_path):
    """STS-B dev with a small space trained on the sentences of its training part alone."""
    from vicinal.evaluate._ranks import spearman
    from vicinal.words import Word2Vec

    folder = DATA / "sts" / "stsbenchmark"
    if not folder.exists() and "CI" not in os.environ:
        pytest.skip("the shared data has no STS-B here")
    train = [t for line in (folder / "sts-train.csv").read_text().splitlines() for t in line.split("\t")[5:7]]
    dev = [line.split("\t") for line in (folder / "sts-dev.csv").read_text().splitlines()]
    words = Word2Vec(dim=50, min_count=2, epochs=10, learning_rate=0.05, deterministic=True).fit(train).space
    left, right, people = [d[5] for d in dev], [d[6] for d in dev], np.array([float(d[4]) for d in dev])

    def rho(**options):
        model = SentenceMean(words=words, **options).fit(train)
        x, y = (unit(model.encode(side)) for side in (left, right))
        return spearman((x * y).sum(axis=1), people)

    mean, sif = rho(), rho(mode="sif")
    assert rho(mode="sum") == pytest.approx(mean, abs=1e-3)
    assert mean > 0.4
    assert sif > mean + 0.05  # the finding of Arora et al.


def unit(vectors):
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
