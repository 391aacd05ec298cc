import os
import zipfile
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vicinal.align import Procrustes, ProcrustesRefined, missing_vectors, read_dictionary, translate
from vicinal.data import words
from vicinal.errors import BadFormat, BadInput, BadOption, SpacesDiffer, UnknownName
from vicinal.evaluate.translation import translation_precision
from vicinal.space import Space

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def shared(name):
    path = DATA / name
    if not path.exists() and "CI" not in os.environ:
        pytest.skip(f"the shared data has no {name} here")
    return path


# --- dictionaries --------------------------------------------------------------------------------------------------


def test_real_dictionaries_are_read_whole():
    pairs = read_dictionary(shared("bilingual/muse/en-es.0-5000.txt"))
    assert len(pairs) == 11_977  # the published number of lines
    assert pairs[:2] == [("the", "el"), ("the", "las")]
    assert len(read_dictionary(shared("bilingual/muse/en-de.5000-6500.txt"))) == 3_660


def test_dictionary_files(tmp_path):
    path = tmp_path / "d.txt"
    path.write_bytes("\ufeffroi king\r\n\n  reine   queen \nNew York\tgros pomme\nroi king\n".encode())
    assert read_dictionary(path) == [("roi", "king"), ("reine", "queen"), ("New York", "gros pomme")]
    for text, match in [
        (b"a b\nc\n", r"line 2: 'c' is not two names"),
        (b"a b\n\nc d e\n", "line 3"),
        (b"a\tb\tc\n", "line 1"),
        (b"a\t\n", "line 1"),
        (b"a b\n\xff\xfe c\n", "line 2: not UTF-8"),
        (b"\n \n", "no pairs"),
    ]:
        path.write_bytes(text)
        with pytest.raises(BadFormat, match=match):
            read_dictionary(path)
    with pytest.raises(BadInput, match="no dictionary file"):
        read_dictionary(tmp_path / "absent")


@given(st.lists(st.tuples(*[st.text("abcé -'", min_size=1).map(str.strip).filter(bool)] * 2), min_size=1))
def test_dictionaries_with_tabs_come_back(tmp_path_factory, pairs):
    path = tmp_path_factory.mktemp("d") / "d.tsv"
    path.write_text("".join(f"{a}\t{b}\n" for a, b in pairs), encoding="utf-8")
    assert read_dictionary(path) == list(dict.fromkeys(pairs))


# --- translation ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["nearest", "csls"])
def test_planted_translations_are_found(planted, method):
    source, target, _, pairs = planted()
    aligned = Procrustes().fit(source, target, pairs[:40]).transform(source)
    found = translate(aligned, target, [a for a, _ in pairs], 3, method=method)
    assert [line[0] for line in found.names] == [b for _, b in pairs]
    assert found.queries[:2] == ["s0", "s1"]
    report = translation_precision(aligned, target, pairs[40:], method=method)
    assert [(f.name, f.value, f.n, f.measure) for f in report] == [
        ("P@1", 1.0, 80, f"precision, {method}"),
        ("P@5", 1.0, 80, f"precision, {method}"),
    ]


def test_precision_counts_words_not_pairs_and_says_what_it_skipped():
    target = Space(["a", "b", "c"], np.eye(3))
    aligned = Space(["A", "B", "C"], [[1, 0.1, 0], [0.9, 1, 0], [1, 0, 0.9]], origin=target.origin)
    pairs = [("A", "x"), ("A", "a"), ("B", "a"), ("B", "c"), ("C", "x"), ("D", "a")]
    report = translation_precision(aligned, target, pairs, k=(1, 2), method="nearest")
    # A: a is right; B: b is found first, a second; C: its only translation is unknown; D: unknown itself
    assert [(f.value, f.n, f.skipped) for f in report] == [(0.5, 2, 2), (1.0, 2, 2)]
    nothing = translation_precision(aligned, target, [("D", "a")], k=1)["P@1"]
    assert np.isnan(nothing.value)
    assert nothing.skipped == 1
    assert "no word" in nothing.note


def test_bad_questions(planted):
    source, target, _, pairs = planted()
    aligned = Procrustes().fit(source, target, pairs).transform(source)
    with pytest.raises(SpacesDiffer):
        translate(source, target, "s1")
    with pytest.raises(SpacesDiffer):
        translation_precision(source, target, pairs)
    with pytest.raises(UnknownName, match="did you mean"):
        translate(aligned, target, "s1x")
    with pytest.raises(BadOption, match="method"):
        translate(aligned, target, "s1", method="best")
    with pytest.raises(BadInput, match="no names"):
        translate(aligned, target, [])
    for k, method in product((0, 1.5), ("nearest", "csls")):
        with pytest.raises(BadOption, match="k must be"):
            translate(aligned, target, "s1", k, method=method)
    with pytest.raises(BadOption, match="k"):
        translation_precision(aligned, target, pairs, k=())


# --- missing vectors -----------------------------------------------------------------------------------------------


def test_held_out_words_are_predicted_where_they_are(planted):
    source, target, _, pairs = planted(noise=0.02)
    kept = target.take([f"t{i}" for i in range(100)])
    aligned = Procrustes().fit(source, kept, pairs[:100]).transform(source)
    predicted = missing_vectors(aligned, kept, pairs[100:])
    assert list(predicted.names) == [b for _, b in pairs[100:]]
    assert target.nearest(predicted, k=1).names == [[b] for _, b in pairs[100:]]
    assert len(kept.concat(predicted)) == 120


def test_names_that_only_the_newer_version_holds():
    target = Space(["a", "b"], np.eye(2), columns={"count": [2, 1]})
    newer = Space(["a", "c", "d"], [[1, 0], [3, 4], [0, 2]], origin=target.origin)
    assert missing_vectors(newer, target).names == ["c", "d"]
    mean = missing_vectors(newer, target, [("c", "x"), ("d", "x")])["x"]
    direction = np.array([0.6, 1.8]) / np.hypot(0.6, 1.8)  # of [0.6, 0.8] and [0, 1], at length (5 + 2) / 2
    np.testing.assert_allclose(mean, 3.5 * direction, rtol=1e-6)
    with pytest.raises(BadInput, match="already holds 'a'"):
        missing_vectors(newer, target, [("c", "a")])
    with pytest.raises(BadInput, match="lacks none"):
        missing_vectors(newer.take(["a"]), target)
    with pytest.raises(UnknownName):
        missing_vectors(newer, target, [("nobody", "x")])


# --- two languages -------------------------------------------------------------------------------------------------


def test_french_words_find_english_ones(twin):
    """Two trainings that never saw each other's language; the dictionary is read off the sentences that match."""
    from vicinal.words import Word2Vec

    with zipfile.ZipFile(shared("parallel/tatoeba/fra-eng.zip")) as archive:
        lines = archive.read("fra-eng/fra.txt").decode().splitlines()[30_000:100_000]
    english, french = ([words(line.split("\t")[side]) for line in lines] for side in (0, 1))
    pairs = twin.best_dictionary(french[::2], english[::2], least=4)
    options = {"dim": 50, "min_count": 5, "epochs": 10, "learning_rate": 0.05, "deterministic": True}
    source, target = (Word2Vec(**options).fit(text).space for text in (french, english))
    seed, held = pairs[::2], pairs[1::2]
    plain, refined = (kind().fit(source, target, seed) for kind in (Procrustes, ProcrustesRefined))
    report = translation_precision(plain.transform(source), target, held)
    better = translation_precision(refined.transform(source), target, held)
    assert report["P@1"].n > 500
    for figures in (report, better):
        assert figures["P@1"].value > 0.15  # measured 0.26; by chance 1 in 3,200
        assert figures["P@5"].value > 0.3  # measured 0.48
