"""info, nearest, analogy, compare."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vicinal import Space, Word2Vec


def test_info_says_what_there_is(cli, space):
    text = cli("info", space).stdout
    for part in ("12 names × 8", "cosine", "float32", "count: int64, 45 to 100", "kind: text", "given", "fingerprint"):
        assert part in text


def test_info_shows_the_options_it_was_trained_with(cli, here):
    Word2Vec(dim=16, min_count=1, epochs=2, threads=1).fit(["the cat sat", "the dog sat"] * 20).space.save("w.space")
    text = cli("info", "w.space").stdout
    assert "Word2Vec" in text and "epochs 2" in text and "min_count 1" in text and "seed 1" in text
    record = json.loads(cli("info", "w.space", "--json").stdout)
    assert record["n"] == 4 and record["dim"] == 16 and record["origin"]["options"]["epochs"] == 2
    assert record["columns"] == {"count": "int64"}


def test_nearest_prints_a_table(cli, space):
    lines = cli("nearest", space, "king", "-k", "3").stdout.splitlines()
    assert lines[0].split() == ["king", "cosine"] and len(lines) == 5
    assert all(line.endswith(tuple("0123456789")) for line in lines[2:])
    assert len({len(line) for line in lines}) == 1  # figures end in one column


def test_nearest_takes_sums_and_several_queries(cli, space):
    text = cli("nearest", space, "king - man + woman", "gold").stdout
    assert text.splitlines()[2].split()[0] == "queen"
    assert "\ngold " in text


def test_nearest_as_json(cli, space):
    result = cli("nearest", space, "king", "-k", "2", "--json", "--metric", "euclidean")
    (record,) = json.loads(result.stdout)
    assert record["query"] == "king" and record["metric"] == "euclidean" and len(record["matches"]) == 2
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        (["count > 85"], {"queen", "man"}),
        (["count >= 85"], {"queen", "man", "woman"}),
        (["count<=50", "count != 45"], {"father"}),
        (["kind = colour"], {"pink", "red", "blue"}),
        (["kind != x", "count < 80"], {"red", "blue"}),
        (["count == 9_5"], {"queen"}),
    ],
)
def test_filters(cli, space, conditions, names):
    flags = [word for condition in conditions for word in ("--filter", condition)]
    (record,) = json.loads(cli("nearest", space, "king", "--json", *flags).stdout)
    assert {match["name"] for match in record["matches"]} == names


def test_bad_filters(refuses, space):
    refuses("nearest", space, "king", "--filter", "count", says="'count > 100'")
    refuses("nearest", space, "king", "--filter", "cout > 1", says=["'cout'", "'count'"])
    refuses("nearest", space, "king", "--filter", "count > many", says="'many'")
    refuses("nearest", space, "king", "--filter", "kind > a", says="= and != only")
    refuses("nearest", space, "king", "--filter", "__import__('os').system('x') > 1", says="no column")
    refuses("nearest", space, "king", "--filter", "count > 1000", says="filter")


def test_bad_k(refuses, cli, space):
    for k in ("0", "-3"):
        refuses("nearest", space, "king", "-k", k, says=["-k must be 1 or more", k])
    refuses("nearest", space, "king", "-k", "13", says=["13", "12 names"])
    refuses("analogy", space, "man", "king", "woman", "-k", "99", says="12 names")
    (record,) = json.loads(cli("nearest", space, "king", "-k", "12", "--json").stdout)
    assert len(record["matches"]) == 11


def test_unknown_words_get_near_spellings(refuses, space):
    refuses("nearest", space, "qeen", says=["'qeen'", "'queen'"])
    refuses("nearest", space, "king - mann", says=["'mann'", "'man'"])
    refuses("analogy", space, "man", "kin", "woman", says=["'kin'", "'king'"])
    refuses("compare", space, "king", "princ", says="'prince'")
    refuses("map", space, "--words", "king,princ,queen,man", says="'prince'")
    refuses("map", space, "--words", "a,b,queen", says="2 of 3 names")


def test_analogy(cli, space):
    assert "queen" in cli("analogy", space, "man", "king", "woman").stdout.splitlines()[2]
    (record,) = json.loads(cli("analogy", space, "man", "king", "woman", "--method", "multiply", "--json").stdout)
    assert record["metric"] == "3CosMul"


def test_compare_shows_three_tables(cli, space):
    text = cli("compare", space, "king", "queen", "king - man + woman").stdout
    for part in ("cosine", "dot product", "euclidean distance", "king - man + woman"):
        assert part in text
    assert text.count("1.0000") >= 3 and "-0.0000" not in text


def test_compare_as_json_agrees_with_the_library(cli, space):
    record = json.loads(cli("compare", space, "pink", "red", "--json").stdout)
    opened = Space.open(space)
    assert record["names"] == ["pink", "red"]
    assert record["cosine"][0][1] == pytest.approx(opened.similarity("pink", "red"), abs=1e-5)
    distance = np.linalg.norm(opened["pink"] - opened["red"])
    assert record["euclidean_distance"][0][1] == pytest.approx(distance, abs=1e-5)


def test_compare_fits_the_terminal(cli, space, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    names = list(Space.open(space).names)
    lines = cli("compare", space, *names, "--metric", "cosine").stdout.splitlines()
    assert max(map(len, lines)) <= 50
    assert sum(line.startswith("queen") for line in lines) > 1  # in several parts


def test_compare_needs_two(refuses, space):
    refuses("compare", space, "king", says="two names")


def test_names_cannot_control_the_terminal(cli, here):
    Space(["a", "b\x1b[31mred\x07", "c\u009b"], np.eye(3)).save("x.space")
    text = cli("nearest", "x.space", "a").stdout
    assert "\\x1b[31mred\\x07" in text and not set(text) & set("\x1b\x07\u009b")


def test_a_closed_pipe_is_no_error(program, space):
    with program("nearest", space, *["king"] * 2000) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_output_that_cannot_be_written(program, space):
    with open("/dev/full", "w") as full:
        process = program("nearest", space, *["king"] * 2000, stdout=full)
        _, said = process.communicate()
    assert process.returncode == 2
    assert said == "vicinal: the disk is full; free some space and try again\n"


def test_letters_the_terminal_cannot_show(program, here):
    Space(["könig", "王", "x"], np.eye(3)).save("x.space")
    said, wrong = program(
        "nearest", "x.space", "x", env={"PYTHONIOENCODING": "latin-1"}, encoding="latin-1"
    ).communicate()
    assert "könig" in said and "\\u738b" in said and wrong == ""


def test_colours_only_on_a_terminal_and_not_with_no_color(program, here):
    import os
    import pty

    for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        ours, theirs = pty.openpty()
        process = program("info", "missing.space", stderr=theirs, env={"TERM": "xterm", **environment})
        process.communicate()
        os.close(theirs)
        assert (b"\x1b[" in os.read(ours, 10_000)) is coloured
        os.close(ours)
