from __future__ import annotations

from contextlib import suppress
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.evaluate import evaluate_similarity, read_pairs
from vicinal.randomness import generator
from vicinal.space import Space

PAIRS = [("tiger", "cat", 7.35), ("love", "sex", 6.77)]


@pytest.mark.parametrize(
    "text",
    [
        "tiger\tcat\t7.35\nlove\tsex\t6.77\n",
        "tiger\tcat\t7.35\r\nlove\tsex\t6.77\r\n",
        "Word 1,Word 2,Human (mean)\ntiger,cat,7.35\nlove,sex,6.77",
        '"tiger","cat",7.35\n"love","sex",6.77\n',
        "word1;word2;score\ntiger;cat;7.35\nlove;sex;6.77\n",
        "tiger   cat 7.35\nlove sex 6.77\n",
        "Word 1 Word 2 Score\ntiger cat 7.35\nlove sex 6.77\n",
        "\ufeff# a comment\n\ntiger cat 7.35\n  # another\nlove sex 6.77\n",
        "word1\tword2\tPOS\tSimLex999\tconc(w1)\ntiger\tcat\tN\t7.35\t4.9\nlove\tsex\tN\t6.77\t3\n",
        "tiger\tcat\tN\t7.35\tCOHYPONYMS\nlove\tsex\tN\t6.77\tNONE\n",
        "tiger\tcat\t7.35\t6\t10\nlove\tsex\t6.77\t8\t7\n",
    ],
)
def test_every_common_layout_reads_the_same(tmp_path, text):
    path = tmp_path / "set.txt"
    path.write_bytes(text.encode())
    assert read_pairs(path) == PAIRS


def test_words_of_several_words(tmp_path):
    path = tmp_path / "set.tsv"
    path.write_text("new york\tlos angeles\t3\nsan jose\tbig apple\t1\n")
    assert read_pairs(path)[0] == ("new york", "los angeles", 3.0)
    path.write_text('"Paris, Texas",town,3\nsea,"a, b",1\n')
    assert read_pairs(path) == [("Paris, Texas", "town", 3.0), ("sea", "a, b", 1.0)]


def test_a_single_line_is_data(tmp_path):
    path = tmp_path / "set.tsv"
    path.write_text("tiger cat 7.35")
    assert read_pairs(path) == PAIRS[:1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"", "no pairs"),
        (b"# only\n\n", "no pairs"),
        (b"just words here\n", "line 1"),
        (b"a b 1\nc d\n", "line 2"),
        (b"a\tb\t1\nc\td\tn/a\ne\tf\t2\n", "line 2"),
        (b"a\tb\t1\nc\td\tn/a\t5\ne\tf\t2\n", "line 2"),
        (b"a b nan\nc d 1\ne f 2\n", "line 1"),
        (b"a b 1\nc d inf\n", "line 2"),
        (b"a\t\t1\nc\td\t2\n", "line 1"),
        (b"tiger cat\na b 1\nc d 2\n", "line 1"),
        (b"a b 1\n\xff\xfe b 2\n", "line 2"),
    ],
)
def test_bad_files_are_named_with_their_line(tmp_path, text, line):
    path = tmp_path / "set.txt"
    path.write_bytes(text)
    with pytest.raises(BadFormat, match=line) as caught:
        read_pairs(path)
    assert "set.txt" in str(caught.value)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_read_or_are_refused(tmp_path_factory, raw):
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(raw)
    with suppress(BadFormat):
        assert all(a and b and np.isfinite(score) for a, b, score in read_pairs(path))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("WS-353-ALL", 353),
        ("WS-353-SIM", 203),
        ("WS-353-REL", 252),
        ("SIMLEX-999", 999),
        ("RG-65", 65),
        ("MTurk-287", 287),
    ],
)
def test_shared_sets(shared_file, name, count):
    pairs = read_pairs(shared_file(f"similarity/eval-word-vectors/EN-{name}.txt"))
    assert len(pairs) == count
    assert all(a and b for a, b, _ in pairs)


def planted(n=200, seed=0, dim=5):
    """A space, pairs of its names, and their cosines."""
    rng = generator(seed)
    space = Space([f"w{i}" for i in range(n)], rng.standard_normal((n, dim)))
    chosen = rng.integers(0, n, (n, 2))
    cosines = [space.similarity(f"w{a}", f"w{b}") for a, b in chosen.tolist()]
    return space, [(f"w{a}", f"w{b}") for a, b in chosen.tolist()], np.array(cosines)


def test_rho_is_scipys():
    space, words, cosines = planted()
    scores = np.round(cosines * 3 + generator(1).standard_normal(200))  # noisy, with many ties
    figure = evaluate_similarity(space, [(a, b, s) for (a, b), s in zip(words, scores, strict=True)])
    assert figure.value == pytest.approx(spearmanr(cosines, scores).statistic, abs=1e-4)
    assert figure.low < figure.value < figure.high
    assert (figure.n, figure.skipped, figure.note) == (200, 0, "")


def test_order_alone_counts():
    space, words, cosines = planted()
    up = evaluate_similarity(space, [(a, b, np.exp(5 * s)) for (a, b), s in zip(words, cosines, strict=True)])
    down = evaluate_similarity(space, [(a, b, -s) for (a, b), s in zip(words, cosines, strict=True)])
    assert up.value == pytest.approx(1, abs=1e-4) and down.value == pytest.approx(-1, abs=1e-4)


def test_the_interval_covers():
    """Pairs from a population of known ρ: about 95 of 100 intervals hold it."""
    held = 0
    for seed in range(100):
        rng = generator(seed)
        x = rng.uniform(-1, 1, 60)
        space = Space(["o", *(f"w{i}" for i in range(60))], [[1, 0], *([c, np.sqrt(1 - c * c)] for c in x)])
        noisy = np.where(rng.random(60) < 0.5, x, rng.uniform(-1, 1, 60))  # ρ of the mixture is 0.5
        figure = evaluate_similarity(space, [("o", f"w{i}", s) for i, s in enumerate(noisy)], resamples=300)
        held += figure.low <= 0.5 <= figure.high
    assert 88 <= held <= 100


def test_unknown_and_zero_words_are_skipped():
    space = Space(["a", "b", "Zero"], [[1, 0], [0, 1], [0, 0]])
    pairs = [("a", "b", i) for i in range(12)] + [("a", "Zero", 1), ("a", "x", 2), ("y", "x", 2)]
    figure = evaluate_similarity(space, pairs)
    assert (figure.n, figure.skipped) == (12, 3)
    assert isnan(figure.value) and "equal" in figure.note


def test_case():
    matrix = generator(0).standard_normal((13, 3))
    space = Space(["Paris", "paris", *(f"w{i}" for i in range(11))], matrix)
    pairs = [("PARIS", f"W{i}", i) for i in range(11)]
    assert evaluate_similarity(space, pairs).n == 11
    assert evaluate_similarity(space, pairs, lower=False).skipped == 11
    exact = evaluate_similarity(space, [("Paris", f"w{i}", float(matrix[0] @ matrix[i + 2])) for i in range(11)])
    other = evaluate_similarity(space, [("PARIS", f"w{i}", float(matrix[0] @ matrix[i + 2])) for i in range(11)])
    assert exact.value != other.value


@pytest.mark.parametrize("pairs", [[], [("x", "y", 1.0)] * 20, [("a", "b", 1.0)] * 9])
def test_too_little_gives_a_note(pairs):
    figure = evaluate_similarity(Space(["a", "b"], [[1, 0], [1, 1]]), pairs)
    assert isnan(figure.value) and isnan(figure.low) and "known pairs" in figure.note


def test_one_word_and_half_precision():
    pairs = [("a", "a", 1.0)] * 12
    assert isnan(evaluate_similarity(Space(["a"], np.ones((1, 2), np.float16)), pairs).value)


def test_options():
    space, words, cosines = planted()
    pairs = [(a, b, s) for (a, b), s in zip(words, cosines + generator(1).standard_normal(200), strict=True)]
    assert isnan(evaluate_similarity(space, pairs, resamples=0).low)
    assert evaluate_similarity(space, pairs, seed=1).low == evaluate_similarity(space, pairs, seed=1).low
    assert evaluate_similarity(space, pairs, seed=1).low != evaluate_similarity(space, pairs, seed=2).low
    for bad in ({"resamples": -1}, {"seed": -1}, {"seed": 0.5}):
        with pytest.raises(BadOption):
            evaluate_similarity(space, pairs, **bad)


@pytest.mark.parametrize("pair", ["abc", ("a", "b"), ("a", 1, 2), ("a", "b", nan), ("a", "b", "1"), None])
def test_bad_pairs_are_refused(pair):
    with pytest.raises(BadInput, match="pair 1"):
        evaluate_similarity(Space(["a"], [[1.0]]), [("a", "a", 1), pair])


def test_a_file_names_its_figure(tmp_path):
    path = tmp_path / "WordSim-353.csv"
    path.write_text("a,b,1\n")
    space = Space(["a"], [[1.0]])
    assert evaluate_similarity(space, path).name == "WordSim-353"
    assert evaluate_similarity(space, str(path), name="mine").name == "mine"
