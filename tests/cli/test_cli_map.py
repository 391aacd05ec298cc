"""vicinal map: files, pictures and pages by three methods; and vicinal info of a map."""

from __future__ import annotations

import json
import signal
import time

import numpy as np
import pytest

from vicinal import Space
from vicinal.maps import Map


@pytest.fixture
def words(here):
    rng = np.random.default_rng(0)
    matrix = 3 * rng.normal(size=(6, 12))[np.arange(150) % 6] + rng.normal(size=(150, 12))
    Space([f"w{i}" for i in range(150)], matrix.astype(np.float32)).save(here / "words.space")
    return "words.space"


@pytest.mark.parametrize("method, shown", [("pca", "PCA"), ("tsne", "t-SNE"), ("umap", "UMAP")])
@pytest.mark.parametrize("dim", ["2", "3"])
def test_a_map_file_holds_all_names(cli, words, here, method, shown, dim):
    said = cli("map", words, "--method", method, "--dim", dim, "-o", "words.map", "--threads", "1")
    assert f"{shown}: " in said.stdout and "trustworthiness" in said.stdout and "continuity" in said.stdout
    drawn = Map.open("words.map")
    assert len(drawn) == 150 and drawn.dim == int(dim) and drawn.method == shown
    assert drawn.fingerprint == Space.open(words).fingerprint
    assert sorted(path.name for path in here.iterdir()) == ["words.map", "words.space"]
    if method != "pca":
        assert "finding neighbours" in said.stderr and f"{shown}  100%" in said.stderr
        assert "\r" not in said.stderr


def test_options_reach_the_method(cli, words, here):
    cli("map", words, "--method", "tsne", "--perplexity", "7", "--metric", "euclidean", "--seed", "3", "-o", "a.map")
    found = Map.open("a.map").options
    assert (found["perplexity"], found["metric"], found["seed"]) == (7.0, "euclidean", 3)
    cli("map", words, "--method", "umap", "--n-neighbors", "9", "--min-dist", "0.5", "--top", "80", "-o", "b.tsv")
    drawn = Map.open("b.tsv")
    assert (drawn.options["n_neighbors"], drawn.options["min_dist"], len(drawn)) == (9, 0.5, 80)


def test_pictures_show_a_hundred_names_of_any_method(cli, words, here):
    said = cli("map", words, "--method", "umap", "-o", "a.svg", "--quiet")
    assert "(100 names)" in said.stderr and "UMAP" in (here / "a.svg").read_text() and "Trustworthiness" in said.stdout


def test_a_page_is_named_after_the_space_unless_told_otherwise(cli, words, here):
    cli("map", words, "-o", "to-mail.html")
    assert "<title>words<" in (here / "to-mail.html").read_text("utf-8")
    cli("map", words, "-o", "to-mail.html", "--title", "My words", "--force")
    assert "<title>My words<" in (here / "to-mail.html").read_text("utf-8")


def test_info_says_what_a_map_is(cli, words, here):
    cli("map", words, "--method", "umap", "-o", "a.map", "--seed", "5", "--quiet")
    said = cli("info", "a.map").stdout
    for part in ("a map of 150 names in 2 dimensions", "UMAP", "seed 5", "trustworthiness", "w0, w1"):
        assert part in said
    record = json.loads(cli("info", "a.map", "--json").stdout)
    assert record["n"] == 150 and record["options"]["seed"] == 5 and 0 < record["quality"]["trustworthiness"] <= 1
    cli("map", words, "-o", "b.tsv")
    assert "PCA" in cli("info", "b.tsv").stdout


def test_a_map_is_no_space(cli, refuses, words, here):
    cli("map", words, "-o", "a.map")
    refuses("nearest", "a.map", "w1", says=["is a map", "vicinal info"])


def test_what_makes_no_sense_is_refused(refuses, words, here):
    refuses("map", words, "-o", "a.jpg", says=[".map", ".html"])
    refuses("map", words, "--heatmap", "-o", "a.map", says="heat map")
    refuses("map", words, "--heatmap", "--method", "tsne", "-o", "a.png", says="--method")
    refuses("map", words, "--perplexity", "5", "-o", "a.map", says="--method tsne")
    refuses("map", words, "--method", "tsne", "--n-neighbors", "5", "-o", "a.map", says="--method umap")
    refuses("map", words, "--method", "umap", "--words", "w1,w2,w3", "-o", "a.map", says="four names")
    (here / "a.map").write_text("mine")
    refuses("map", words, "-o", "a.map", says="--force")
    assert (here / "a.map").read_text() == "mine"


def test_ctrl_c_keeps_the_state_and_the_same_command_goes_on(program, cli, words, here):
    again = ("map", words, "--method", "tsne", "-o", "a.map", "--threads", "1", "--checkpoint-every", "0.05")
    process, part, end = program(*again), here / "a.map.part", time.monotonic() + 60
    while not part.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "the same command goes on from there" in said.splitlines()[-1]
    assert "Traceback" not in said and not (here / "a.map").exists()
    assert "going on" in cli(*again).stderr
    assert not part.exists() and len(Map.open("a.map")) == 150
