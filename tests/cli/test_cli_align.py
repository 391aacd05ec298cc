"""align: what the command writes and measures, against the library; and what it refuses."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from vicinal import Procrustes, ProcrustesRefined, Space
from vicinal.align import split_pairs
from vicinal.evaluate import translation_precision

N, DIM = 120, 6
PAIRS = [(f"f{i}", f"e{i}") for i in range(N)]


@pytest.fixture
def data(here):
    """Two spaces, one the other turned and blurred a little, and a dictionary."""
    rng = np.random.default_rng(0)
    english = rng.normal(size=(N, DIM))
    french = english @ np.linalg.qr(rng.normal(size=(DIM, DIM)))[0] + 0.3 * rng.normal(size=(N, DIM))
    Space([f"e{i}" for i in range(N)], english).save("en.space")
    Space([f"f{i}" for i in range(N)], french).save("fr.space")
    (here / "d.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in PAIRS))
    (here / "muse.txt").write_text("".join(f"{a} {b}\n" for a, b in PAIRS[:80]))
    (here / "test.txt").write_text("".join(f"{a} {b}\n" for a, b in PAIRS[80:]) + "nobody e1\n")
    return here


def spaces():
    return Space.open("fr.space"), Space.open("en.space")


@pytest.mark.parametrize("file", ["d.tsv", "muse.txt"])
def test_a_is_turned_onto_b(cli, data, file):
    said = cli("align", "fr.space", "en.space", "--pairs", file, "-o", "c.space", "--save-model", "map").stderr
    french, english = spaces()
    model = Procrustes().fit(french, english, data / file)
    found = Space.open("c.space")
    np.testing.assert_array_equal(found.matrix, model.encode(french))
    assert list(found.names) == list(french.names) and found.fingerprint == english.fingerprint
    assert "names of fr.space in the coordinates of en.space" in said and "0.0 % not" in said
    np.testing.assert_array_equal(Procrustes.load("map").map_, model.map_)
    found.check_same_origin(english)


def test_the_options_of_the_method(cli, data):
    refined = ("--method", "refined", "--rounds", "2", "--most-frequent", "100", "--neighbors", "5", "--center")
    said = cli("align", "fr.space", "en.space", "--pairs", "muse.txt", "-o", "c.space", *refined, "--no-unit").stderr
    french, english = spaces()
    model = ProcrustesRefined(rounds=2, most_frequent=100, neighbors=5, center=True, unit=False)
    model.fit(french, english, "muse.txt")
    np.testing.assert_array_equal(Space.open("c.space").matrix, model.encode(french))
    assert said.count("round ") == len(model.history_)


def test_measured_on_another_dictionary(cli, data):
    words = ("align", "fr.space", "en.space", "--pairs", "muse.txt", "--test-pairs", "test.txt", "-o", "c.space")
    result = cli(*words)
    french, english = spaces()
    aligned = Procrustes().fit(french, english, "muse.txt").transform(french)
    for method in ("nearest", "csls"):
        for figure in translation_precision(aligned, english, "test.txt", method=method):
            assert re.search(
                rf"{figure.name} +{figure.value:.4f} +\[{figure.low:.4f}, {figure.high:.4f}\] +40 ", result.stdout
            )
    assert "1 (2.4 %)" in result.stdout and "precision, csls" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("metric", ["cosine", "csls"])
def test_measured_on_what_was_held_out(cli, data, metric):
    words = ("--pairs", "d.tsv", "--hold-out", "0.25", "--seed", "7", "--metric", metric, "--json", "-o", "c.space")
    record = json.loads(cli("align", "fr.space", "en.space", *words).stdout)
    french, english = spaces()
    kept, held_out = split_pairs(PAIRS, 0.25, seed=7)
    aligned = Procrustes().fit(french, english, kept).transform(french)
    method = "nearest" if metric == "cosine" else "csls"
    expected = translation_precision(aligned, english, held_out, method=method)
    assert record["figures"] == expected.records() and len(held_out) == 30
    assert record["dictionary"] == {"pairs": 90, "known": 90, "unknown_share": 0.0}
    np.testing.assert_array_equal(Space.open("c.space").matrix, aligned.matrix)


def test_versions_of_one_language_need_no_dictionary(cli, data):
    french, _ = spaces()
    Space(list(french.names), french.matrix @ np.linalg.qr(np.random.default_rng(5).normal(size=(DIM, DIM)))[0]).save(
        "old.space"
    )
    result = cli("align", "old.space", "fr.space", "--hold-out", "0.2", "-o", "c.space")
    np.testing.assert_allclose(Space.open("c.space").matrix, french.matrix, atol=1e-4)
    assert result.stdout.count("1.0000 ") >= 4


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["fr.space", "en.space", "--pairs", "no.tsv"], ["'no.tsv'"]),
        (["fr.space", "no.space"], ["'no.space'"]),
        (["fr.space", "en.space"], ["0 of 0 pairs known", "6 are needed"]),
        (["en.space", "fr.space", "--pairs", "d.tsv"], ["100.0 % not", "f0", "which side is the source"]),
        (["fr.space", "en.space", "--pairs", "strange.tsv"], ["4 of 40 pairs known, 90.0 % not", "--min-pairs"]),
        (["fr.space", "en.space", "--pairs", "three.txt"], ["three.txt, line 2"]),
        (["fr.space", "en.space", "--pairs", "empty.txt"], ["empty.txt: no pairs"]),
        (["fr.space", "flat.space", "--pairs", "d.tsv"], ["6 and 1 dimensions"]),
        (["fr.space", "en.space", "--pairs", "d.tsv", "--hold-out", "1"], ["--hold-out"]),
        (["fr.space", "en.space", "--pairs", "d.tsv", "--hold-out", "0.2", "--test-pairs", "test.txt"], ["exclude"]),
        (["fr.space", "en.space", "--pairs", "d.tsv", "--method", "magic"], ["magic", "refined"]),
        (["fr.space", "en.space", "--pairs", "d.tsv", "--min-pairs", "0"], ["--min-pairs"]),
        (["fr.space", "en.space", "--pairs", "d.tsv", "--neighbors", "0"], ["--neighbors"]),
        (["fr.space", "en.space", "--pairs", "d.tsv", "--method", "refined", "--rounds", "-1"], ["rounds"]),
        (["fr.space", "d.tsv", "--pairs", "d.tsv"], ["d.tsv"]),
    ],
)
def test_bad_commands_end_in_one_line_and_harm_nothing(refuses, data, words, says):
    (data / "strange.tsv").write_text("".join(f"f{i}\t{'e' if i < 4 else 'x'}{i}\n" for i in range(40)))
    (data / "three.txt").write_text("f1 e1\nf2 e2 e3\n")
    (data / "empty.txt").write_text("\n")
    Space([f"e{i}" for i in range(N)], np.ones((N, 1))).save("flat.space")
    (data / "c.space").write_text("mine")
    before = sorted(path.name for path in data.iterdir())
    refuses("align", *words, "-o", "c.space", "--force", says=says)
    assert (data / "c.space").read_text() == "mine" and sorted(path.name for path in data.iterdir()) == before


def test_outputs(refuses, data):
    refuses("align", "fr.space", "en.space", "--pairs", "d.tsv", "-o", "en.space", says=["exists", "--force"])
    refuses("align", "fr.space", "en.space", "--pairs", "d.tsv", "-o", "en.space", "--force", says="one of the inputs")
    refuses("align", "fr.space", "en.space", "--pairs", "d.tsv", "-o", "c.map", says=".space")
    (data / "m").mkdir()
    refuses("align", "fr.space", "en.space", "--pairs", "d.tsv", "-o", "c.space", "--save-model", "m", says="m exists")


def test_a_true_process(program, data):
    done = program("align", "fr.space", "en.space", "--pairs", "d.tsv", "-o", "c.space", "--quiet")
    assert done.communicate(timeout=60) == ("", "") and done.returncode == 0
    assert len(Space.open("c.space")) == N


@pytest.mark.parametrize("share", [0.01, 0.3, 0.99])
def test_splitting_keeps_the_pairs_of_a_word_together(share):
    pairs = [(f"a{i // 2}", f"b{i}") for i in range(40)]
    kept, held_out = split_pairs(pairs, share, seed=2)
    assert sorted(kept + held_out) == sorted(pairs) and not {a for a, _ in kept} & {a for a, _ in held_out}
    assert len(held_out) == 2 * min(max(round(share * 20), 1), 19)
    assert split_pairs(pairs, share, seed=2) == (kept, held_out)
    assert split_pairs(pairs, 0.5, seed=2) != split_pairs(pairs, 0.5, seed=3)
