import json
from itertools import pairwise
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.data import ENGLISH_CONNECTORS, Phrases, tokenize_corpus
from vicinal.errors import BadFormat, BadInput, BadOption, NotFitted, OutputExists

TEXT = """new york is a city in new york state
the bank of england is in london
new york and london are large
the bank of england is a bank
a city in england is london
he saw new york and the bank of england
the state of new york is large and the city of new york is large
in london he saw the bank and the state of england""".splitlines()
CONNECTORS = ("of", "the", "a", "in", "and")

# Recorded from gensim 4.4, Phrases(sentences, min_count=2, scoring=…, connector_words=…).export_phrases(), all scores
GENSIM = {
    ("original", False): "and_the 1.7857142857 bank_of 1.6666666667 england_is 1.6666666667 new_york 5.5555555556 "
    "of_england 3.3333333333 the_bank 2.8571428571 york_is 1.3888888889",
    ("npmi", False): "a_city 0.771912566 and_the 0.6396755214 bank_of 0.6177722086 city_in 0.6909972611 "
    "england_is 0.6177722086 he_saw 1.0 in_london 0.6100819562 is_a 0.5769535441 is_large 0.5769535441 new_york 1.0 "
    "of_england 0.7803757718 of_new 0.3819945222 state_of 0.5769535441 the_bank 0.7265183781 the_state 0.5335961352 "
    "york_and 0.4960382392 york_is 0.5598901986",
    ("original", True): "bank_of_england 1.48 england_is 1.2333333333 new_york 4.1111111111 york_is 1.0277777778",
    ("npmi", True): "bank_of_england 0.6756542187 england_is 0.6177722086 he_saw 1.0 is_large 0.5769535441 "
    "new_york 1.0 york_is 0.5598901986",
}
GENSIM_JOINED = """new_york is a city in new_york state
the bank_of_england is in london
new_york and london are large
the bank_of_england is a bank
a city in england_is london
he_saw new_york and the bank_of_england
the state of new_york is_large and the city of new_york is_large
in london he_saw the bank and the state of england""".splitlines()


def options(scoring, connected):
    return {"min_count": 2, "scoring": scoring, "connectors": CONNECTORS if connected else ()}


@pytest.mark.parametrize("scoring,connected", list(GENSIM))
def test_scores_equal_gensims(scoring, connected):
    lowest = 1e-9 if scoring == "original" else -1.0
    phrases = Phrases(threshold=lowest, **options(scoring, connected)).fit(TEXT)
    parts = GENSIM[scoring, connected].split()
    expected = dict(zip(parts[::2], map(float, parts[1::2]), strict=True))
    assert {"_".join(words): score for words, score in phrases.scores_[0].items()} == pytest.approx(expected, abs=1e-9)


def test_joins_as_gensim_does():
    phrases = Phrases(threshold=0.5, **options("npmi", True)).fit(TEXT)
    assert [" ".join(sentence) for sentence in phrases.transform(TEXT)] == GENSIM_JOINED


def test_worked_by_hand():
    # 10 words: new 3, york 2, is 2, old 1, a 1, b 1. Pairs: new york 2, york is 2, is old 1, is new 1, a b 1.
    text = ["new york is old", "new york is new", "a b"]
    common = {"min_count": 1, "threshold": 0.0}
    original = Phrases(**common).fit(text)
    # (2 - 1) / (3 · 2) · (6 words + 5 pairs) and (2 - 1) / (2 · 2) · 11; the others are at 0
    assert original.scores_ == [{("new", "york"): pytest.approx(11 / 6), ("york", "is"): pytest.approx(11 / 4)}]
    assert original.total_words_ == 10
    tool = Phrases(scoring="word2phrase", discount=0.5, **common).fit(text).scores_[0]
    assert tool["new", "york"] == pytest.approx(1.5 / 6 * 10)
    assert tool["a", "b"] == pytest.approx(0.5 * 10)
    npmi = Phrases(scoring="npmi", **common).fit(text).scores_[0]
    assert npmi["new", "york"] == pytest.approx(log(0.2 / (0.3 * 0.2)) / -log(0.2))
    assert npmi["a", "b"] == pytest.approx(1.0)  # neither comes without the other


def test_left_pairs_go_first_and_do_not_overlap():
    phrases = Phrases(min_count=1, threshold=0.0, discount=0).fit([["a", "b", "c", "d"]])
    assert phrases.join(["a", "b", "c", "x", "c", "d"]) == ["a_b", "c", "x", "c_d"]
    assert phrases.join([]) == []


def test_passes_make_longer_phrases():
    text = ["new york city hall stands", "in new york city hall", "near new york city hall"] * 3
    text += ["the city grows", "a hall of york", "new things in the hall", "the york city"]
    shared = {"min_count": 2, "scoring": "npmi", "threshold": 0.6}
    one, two = (Phrases(passes=passes, **shared).fit(text) for passes in (1, 2))
    assert one.join(["new", "york", "city", "hall"]) == ["new_york", "city_hall"]
    assert two.join(["new", "york", "city", "hall"]) == ["new_york_city_hall"]
    assert one.scores_ == two.scores_[:1]
    assert len(two.scores_) == 2


def test_connectors_stand_inside_only():
    phrases = Phrases(threshold=0.5, **options("npmi", True)).fit(TEXT)
    assert phrases.join(["of", "the", "bank", "of", "england", "of"]) == ["of", "the", "bank_of_england", "of"]
    assert phrases.join(["bank", "england"]) == ["bank", "england"]
    assert phrases.join(["bank", "of"]) == ["bank", "of"]
    assert {"of", "the"} < set(ENGLISH_CONNECTORS)


def test_the_separator_in_a_token_confuses_nothing():
    text = [["a_b", "c"], ["a", "b_c"], ["a_b", "c"]]
    scores = Phrases(min_count=1, threshold=-1, scoring="npmi").fit(text).scores_[0]
    assert set(scores) == {("a_b", "c"), ("a", "b_c")}  # joined they would be one string


def test_the_result_is_a_corpus(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(TEXT), encoding="utf-8")
    joined = Phrases(min_count=2, threshold=0.9, scoring="npmi").fit(path).transform(path)
    assert joined.tokenized
    assert list(joined) == list(joined)
    vocabulary = tokenize_corpus(joined, min_count=1).vocabulary
    assert vocabulary.counts[vocabulary["new_york"]] == 6
    assert "york" not in vocabulary


def test_words_are_trained_on_phrases():
    from vicinal.words import Word2Vec

    joined = Phrases(min_count=2, threshold=0.9, scoring="npmi").fit(TEXT).transform(TEXT)
    assert "new_york" in Word2Vec(dim=8, min_count=1, epochs=1, threads=1).fit(joined).space


def test_a_full_table_forgets_the_rarest():
    # a thousand pairs seen once, among them one seen often; the table holds a thousand words and pairs
    text = [[f"x{i}", f"y{i}", "new", "york"] for i in range(1000)]
    phrases = Phrases(min_count=50, max_types=1000, threshold=0.5, scoring="npmi").fit(text)
    assert list(phrases.scores_[0]) == [("new", "york")]
    from vicinal.data._phrases_pass import Counts
    from vicinal.data.corpus import open_corpus

    counts = Counts(1000)
    counts.read(text, frozenset(), open_corpus(text), None, "")
    assert len(counts.words) + len(counts.pairs) <= 1000
    assert (counts.pairs["new", "york"], counts.total) == (1000, 4000)


def test_progress_is_told():
    seen = []
    Phrases(min_count=1, passes=2, threshold=0.0, discount=0).fit(TEXT, callback=seen.append)
    assert next((p.stage, p.done, p.unit) for p in seen) == ("phrases 1/2", 70, "words")
    assert seen[1].stage == "phrases 2/2"


sentences = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=12), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(text=sentences, connected=st.booleans(), passes=st.integers(1, 3))
def test_joining_only_parts_the_words_anew(text, connected, passes):
    phrases = Phrases(
        min_count=1, threshold=0.2, scoring="npmi", passes=passes, connectors=["d"] if connected else [], separator="+"
    ).fit(text)
    joined = list(phrases.transform(text))
    assert [[word for token in line for word in token.split("+")] for line in joined] == text
    assert [phrases.join(line) for line in text] == joined


@settings(max_examples=60, deadline=None)
@given(text=sentences)
def test_npmi_equals_its_definition(text):
    scores = Phrases(min_count=1, threshold=-1.0, scoring="npmi").fit(text).scores_[0]
    total = sum(map(len, text))
    words = [word for line in text for word in line]
    pairs = [pair for line in text for pair in pairwise(line)]
    for (a, b), score in scores.items():
        p_a, p_b, p_ab = words.count(a) / total, words.count(b) / total, pairs.count((a, b)) / total
        assert score == pytest.approx(log(p_ab / (p_a * p_b)) / -log(p_ab))
        assert -1 <= score <= 1 + 1e-12
    assert set(scores) <= set(pairs)


def test_save_and_load(tmp_path):
    phrases = Phrases(threshold=0.5, passes=2, **options("npmi", True)).fit(TEXT)
    phrases.save(tmp_path / "p")
    again = Phrases.load(tmp_path / "p")
    assert again.scores_ == phrases.scores_
    assert again.total_words_ == 70
    assert list(again.transform(TEXT)) == list(phrases.transform(TEXT))
    with pytest.raises(OutputExists):
        phrases.save(tmp_path / "p")
    with pytest.raises(BadInput, match="tokenizer function"):
        Phrases(min_count=1, tokenizer=str.split).fit(TEXT).save(tmp_path / "q")
    assert not (tmp_path / "q").exists()


def test_damaged_folders_are_refused(tmp_path):
    Phrases(threshold=0.5, **options("npmi", False)).fit(TEXT).save(tmp_path / "p")
    with pytest.raises(BadInput, match=r"no encoder\.json"):
        Phrases.load(tmp_path)
    lines = tmp_path / "p" / "phrases.jsonl"
    good = lines.read_bytes()
    for bad in (b"{", b'[9, 1.0, ["a", "b"]]', b'[0, "x", ["a", "b"]]', b'[0, 1.0, ["a"]]', b"3", b"\xff"):
        lines.write_bytes(good + bad + b"\n")
        with pytest.raises(BadFormat, match=f"line {good.count(10) + 1}: "):
            Phrases.load(tmp_path / "p")
    lines.write_bytes(good)
    record = tmp_path / "p" / "encoder.json"
    for change in ({"encoder": "Word2Vec"}, {"passes": "x"}, {"options": {"x": 1}}):
        record.write_text(json.dumps({**json.loads(record.read_text()), **change}))
        with pytest.raises(BadFormat):
            Phrases.load(tmp_path / "p")


def test_bad_input():
    with pytest.raises(NotFitted):
        Phrases().transform(TEXT)
    with pytest.raises(BadInput, match="no words"):
        Phrases().fit(["...", "!!"])
    with pytest.raises(BadInput, match="one string"):
        Phrases(min_count=1).fit(TEXT).join("new york")
    for bad in (
        {"scoring": "pmi"}, {"min_count": 0}, {"passes": 0}, {"max_types": 10}, {"threshold": "high"},
        {"threshold": float("nan")}, {"discount": -1}, {"separator": ""}, {"connectors": "of"}, {"connectors": [1]},
        {"connectors": iter(["of"])}, {"tokenizer": "none"},
    ):  # fmt: skip
        with pytest.raises(BadOption):
            Phrases(**bad).fit(TEXT)
