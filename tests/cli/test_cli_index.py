"""index, search, benchmark, and nearest with an index beside the space."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vicinal import Space
from vicinal.cli._files import is_index
from vicinal.cli._indexes import KINDS
from vicinal.index import kind_names, open_index


def many(n=600, dim=12, seed=0, prefix="w"):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(20, dim))
    matrix = centres[rng.integers(20, size=n)] + 0.5 * rng.normal(size=(n, dim))
    return Space([f"{prefix}{row}" for row in range(n)], matrix, columns={"count": np.arange(n)[::-1]})


@pytest.fixture
def words(here):
    """A file ``words.space`` of 600 names."""
    many().save("words.space")
    return "words.space"


@pytest.fixture
def index(cli, words):
    """A file ``words.index`` of the same."""
    cli("index", words)
    return "words.index"


def names_of(result):
    return [[match["name"] for match in record["matches"]] for record in json.loads(result.stdout)]


def test_the_kinds_written_here_are_those_there_are():
    assert sorted(KINDS) == sorted(kind_names())


def test_index_says_what_it_made(cli, words):
    text = cli("index", words, "-o", "other.index", "--recall", "0.9").stdout
    for part in ("other.index: 600 names × 12", "kind", "recall", "asked for 0.9", "bytes each", "fingerprint"):
        assert part in text
    assert is_index("other.index") and not is_index(words)
    assert open_index("other.index").recall_ >= 0.9


def test_index_as_json_and_info_agree(cli, words):
    record = json.loads(cli("index", words, "--json").stdout)
    assert record["n"] == 600 and record["dim"] == 12 and record["metric"] == "cosine"
    assert record["recall"]["value"] >= record["recall"]["target"] == 0.95
    assert record["fingerprint"] == Space.open(words).fingerprint
    again = json.loads(cli("info", "words.index", "--json").stdout)
    assert again["recall"] == record["recall"] and again["kind"] == record["kind"]
    assert "words.index: 600 names × 12" in cli("info", "words.index").stdout


def test_index_takes_a_kind_a_metric_and_queries(cli, words):
    np.save("queries.npy", many(seed=5).matrix[:40])
    cli(
        "index",
        words,
        "-o",
        "a.index",
        "--kind",
        "exact",
        "--metric",
        "euclidean",
        "--queries",
        "queries.npy",
        "--quiet",
    )
    opened = open_index("a.index")
    assert opened.kind == "exact" and opened.metric == "euclidean"


def test_search_finds_what_the_space_finds(cli, index):
    space = Space.open("words.space")
    for query in ("w1", "w1 - w2 + w3"):
        assert names_of(cli("search", index, query, "-k", "5", "--json")) == space.nearest(query, 5).names
    lines = cli("search", index, "w1", "-k", "3").stdout.splitlines()
    assert lines[0].split() == ["w1", "cosine"] and len(lines) == 5


def test_search_takes_filters(cli, index):
    (found,) = names_of(cli("search", index, "w1", "--filter", "count < 5", "--json"))
    assert sorted(found) == ["w595", "w596", "w597", "w598", "w599"]


def test_search_takes_vectors_and_names_from_files(cli, index):
    space = Space.open("words.space")
    np.save("queries.npy", space.matrix[:3] * 2)
    assert [line[0] for line in names_of(cli("search", index, "--vectors", "queries.npy", "-k", "1", "--json"))] == [
        "w0", "w1", "w2",
    ]  # fmt: skip
    space.take(["w7"]).save("some.space")
    assert names_of(cli("search", index, "--vectors", "some.space", "-k", "1", "--json")) == [["w7"]]
    Path("names.txt").write_text("w4\n\nw5 - w6 + w7\n")
    found = json.loads(cli("search", index, "--names", "names.txt", "--json").stdout)
    assert [record["query"] for record in found] == ["w4", "w5 - w6 + w7"]


def test_adding_and_removing(cli, refuses, index):
    cli("index", index, "--remove", "w3,w4")
    refuses("search", index, "w3", says="'w3' is not in this index")
    space = Space.open("words.space")
    space.take(["w3"]).save("w3.space")
    assert "599 names" in cli("index", index, "--add", "w3.space").stdout
    assert (
        names_of(cli("search", index, "w3", "-k", "4", "--json"))[0]
        == [name for name in space.nearest("w3", 5).names[0] if name != "w4"][:4]
    )
    cli("index", index, "--remove", "w3", "--add", "w3.space")  # a new vector for an old name, in one go
    Path("gone.txt").write_text("w10\nw11\n")
    assert "597 names" in cli("index", index, "--remove", "@gone.txt").stdout


def test_bad_changes_leave_the_index_as_it_was(refuses, index):
    before = Path(index).read_bytes()
    refuses("index", index, "--remove", "w1,nobody", says="'nobody' is not in this index")
    refuses("index", index, "--add", "words.space", says="already")
    many(seed=3, prefix="x").save("foreign.space")
    refuses("index", index, "--add", "foreign.space", says="different models")
    refuses("index", index, "--add", "nowhere.space", says="no file 'nowhere.space'")
    refuses("index", index, "--remove", "w1", "--recall", "0.9", says="--recall is for making an index")
    refuses("index", index, "--remove", "w1", "-k", "5", says="-k is for making an index")
    refuses("index", "words.space", "--remove", "w1", says="is a space, not an index")
    assert Path(index).read_bytes() == before


def test_two_who_change_one_index(refuses, index):
    hold = (
        "import sys\nfrom vicinal.index import update\n"
        f"with update({index!r}):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    source = str(Path(__file__).parents[2] / "src")
    other = subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": source},
    )  # fmt: skip
    try:
        assert other.stdout.readline() == "held\n"
        refuses("index", index, "--remove", "w1", says=["locked by process", str(other.pid)])
    finally:
        other.communicate("")
    assert other.returncode == 0


def test_nearest_uses_an_index_beside_the_space(cli, index):
    plain = cli("nearest", "words.space", "w1", "-k", "5", "--exact")
    assert plain.stderr == ""
    quick = cli("nearest", "words.space", "w1", "-k", "5")
    assert quick.stdout == plain.stdout
    assert quick.stderr.splitlines()[0].startswith("by words.index, recall") and len(quick.stderr.splitlines()) == 1
    filtered = ("nearest", "words.space", "w1", "--filter", "count < 9", "--json")
    assert cli(*filtered).stdout == cli(*filtered, "--exact").stdout


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--metric", "dot"], "made for cosine"),
        (["-k", "11"], "made for 10 neighbours"),
    ],
)
def test_nearest_does_not_use_an_index_made_for_something_else(cli, index, options, reason):
    result = cli("nearest", "words.space", "w1", *options)
    assert "words.index is not used" in result.stderr and reason in result.stderr


def test_nearest_does_not_use_an_index_of_other_rows(cli, index):
    cli("index", index, "--remove", "w9")
    assert "rows were added to it or removed" in cli("nearest", "words.space", "w1").stderr
    Space.open("words.space").take(["w9"]).save("w9.space")
    cli("index", index, "--add", "w9.space")  # as long as the space again, in another order
    assert "rows were added to it or removed" in cli("nearest", "words.space", "w1").stderr
    many(seed=9).save("words.space", force=True)
    assert "made from another space" in cli("nearest", "words.space", "w1").stderr
    Path(index).write_bytes(b"not an index")
    result = cli("nearest", "words.space", "w1")
    assert "words.index is not used" in result.stderr and result.stdout


def test_bad_questions(refuses, index):
    np.save("wrong.npy", np.ones((2, 5)))
    np.save("nan.npy", np.full((2, 12), np.nan))
    np.save("text.npy", np.array(["a", "b"]))
    Path("broken.npy").write_bytes(b"\x93NUMPY and no more")
    Path("empty.txt").write_text("\n\n")
    refuses("search", index, "--vectors", "wrong.npy", says=["(2, 5)", "12 dimensions"])
    refuses("search", index, "--vectors", "nan.npy", says="NaN")
    refuses("search", index, "--vectors", "text.npy", says="a matrix of numbers")
    refuses("search", index, "--vectors", "broken.npy", says="broken.npy")
    refuses("search", index, "--names", "empty.txt", says="holds no name")
    refuses("search", index, "--names", "nowhere.txt", says="no file 'nowhere.txt'")
    refuses("search", index, "nobody", says="'nobody' is not in this index")
    refuses("search", index, says="give names or sums")
    refuses("search", index, "w1", "--vectors", "wrong.npy", says="give names or sums")
    for k in ("0", "-2"):
        refuses("search", index, "w1", "-k", k, says=["-k must be 1 or more", k])
    refuses("search", index, "w1", "-k", "601", says=["601", "the index has 600 names"])
    refuses("search", index, "w1", "--filter", "count > 1000", says="filter")
    refuses("search", index, "w1", "--filter", "cout > 1", says=["no column 'cout' in this index", "'count'"])
    refuses("search", index, "w1", "--setting", "leaves", says="NAME=VALUE")
    refuses("search", index, "w1", "--setting", "nonsense=3", says="nonsense")
    many(seed=3).save("foreign.space")
    refuses("search", index, "--vectors", "foreign.space", says="different models")


def test_bad_index_files(refuses, index):
    whole = Path(index).read_bytes()
    for size in (0, 4, 100, len(whole) // 2, len(whole) - 1):
        Path("cut.index").write_bytes(whole[:size])
        refuses("search", "cut.index", "w1", says="cut.index")
    newer = whole.replace(b"vicinal.index/1", b"vicinal.index/9", 1)
    Path("newer.index").write_bytes(newer)
    refuses("search", "newer.index", "w1", says=["newer.index", "version '9'", "upgrade"])
    refuses("search", "words.space", "w1", says=["is a space, not an index", "vicinal index words.space"])
    refuses("search", "nowhere.index", "w1", says="no file 'nowhere.index'")
    refuses("search", "words.indx", "w1", says="did you mean 'words.index'")
    refuses("nearest", index, "w1", says=["is an index, not a space", "vicinal search"])


def test_bad_making(refuses, cli, index):
    refuses("index", index, says="is an index already")
    refuses("index", "words.space", says=["words.index exists", "--force"])
    cli("index", "words.space", "--force")
    refuses("index", "words.space", "-o", "b.index", "--kind", "tre_ah", says=["no kind 'tre_ah'", "'tree_ah'"])
    refuses("index", "words.space", "-o", "b.index", "--recall", "1.5", says="--recall")
    refuses("index", "words.space", "-o", "b.index", "-k", "0", says="0")
    refuses("index", "words.space", "-o", "b.index", "--memory", "much", says="much")
    refuses("index", "words.space", "-o", "b.index", "--option", "leaves=3", says="--kind")
    refuses("index", "words.space", "-o", "b.index", "--kind", "exact", "--option", "leavs=3", says="leavs")
    refuses("index", "words.space", "-o", "nowhere/b.index", says="no folder")
    refuses("index", "words.space", "-o", "words.space", "--force", says="is the space itself")
    refuses("index", "nowhere.space", says="no file")
    np.save("wrong.npy", np.ones((20, 5)))
    refuses("index", "words.space", "-o", "b.index", "--queries", "wrong.npy", says="dimensions")
    assert not Path("b.index").exists()


def test_benchmark_measures_kinds(cli, words):
    text = cli("benchmark", words, "--kinds", "exact", "-k", "5").stdout
    assert "540 names × 12" in text and "60 queries" in text and "1 thread" in text
    record = json.loads(cli("benchmark", words, "--kinds", "exact,EXACT", "--sample", "300", "--json").stdout)
    exact = record["kinds"][0]
    assert {one["kind"] for one in record["kinds"]} == {"exact"} and record["n"] == 270
    assert exact["points"][0]["recall"] == 1.0 and exact["points"][0]["queries_per_second"] > 0


def test_benchmark_draws(cli, refuses, words):
    pytest.importorskip("matplotlib")
    for name in ("a.svg", "a.png"):
        result = cli("benchmark", words, "--kinds", "exact", "-o", name)
        assert f"wrote {name}" in result.stderr and Path(name).stat().st_size > 1000
    refuses("benchmark", words, "--kinds", "exact", "-o", "a.svg", says="--force")


def test_bad_benchmarks(refuses, words, here):
    refuses("benchmark", words, "--kinds", "exat", says=["no kind 'exat'", "'exact'"])
    refuses("benchmark", words, "--kinds", "auto", says="--kinds")
    refuses("benchmark", words, "--kinds", "exact", "-o", "a.txt", says=".svg")
    refuses("benchmark", words, "--recall", "0", says="--recall must be above 0")
    refuses("benchmark", words, "-k", "0", says="-k must be 1")
    refuses("benchmark", words, "-k", "600", says=["600", "540 names"])
    refuses("benchmark", words, "--sample", "3", says="--sample must be 20")
    many(10).save("few.space")
    refuses("benchmark", "few.space", "-k", "1", says="20 vectors or more")
    assert not Path("a.txt").exists()
