"""convert, evaluate, map, and the bad files they are given."""

from __future__ import annotations

import errno
import json
import struct

import numpy as np
import pytest

from vicinal import Space
from vicinal.store import native, word2vec

VEC = "3 2\nking 1 0\nqueen 0.5 1\nman -1 0.25\n"


@pytest.mark.parametrize("ending", ["safetensors", "npz", "npy", "parquet", "vec", "bin", "tsv", "glove"])
def test_convert_there_and_back(cli, space, ending):
    said = cli("convert", space, f"x.{ending}").stderr
    assert f"wrote x.{ending}: 12 names × 8" in said
    assert ".space keeps everything" in said
    cli("convert", f"x.{ending}", "back.space", "--quiet")
    old, new = Space.open(space), Space.open("back.space")
    assert list(new.names) == list(old.names)
    assert np.allclose(new.matrix, old.matrix, atol=1e-6)


def test_convert_says_which_columns_are_lost(cli, space):
    assert "not the columns count, kind" in cli("convert", space, "x.vec").stderr


def test_convert_with_named_formats(cli, space):
    cli("convert", space, "vectors", "--to", "word2vec")
    cli("convert", "vectors", "back.space", "--from", "word2vec")
    assert len(Space.open("back.space")) == 12


def test_bad_lines_stop_or_are_counted(cli, refuses, here):
    (here / "x.vec").write_text("4 2\nking 1 0\nqueen 0.5\nman -1 0.25\nman 1 1\n")
    refuses("convert", "x.vec", "y.space", says=["x.vec", "line 3", "--skip-bad"])
    assert not (here / "y.space").exists()
    said = cli("convert", "x.vec", "y.space", "--skip-bad").stderr
    assert "2 names" in said and "2 bad lines left out" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2 2\nking 1 0\nking 1 1\n", ["line 3", "king"]),
        ("2 2\nking 1 0\nqueen nan 1\n", ["line 3"]),
        ("2 2\nking 1 0\nqueen inf 1\n", ["line 3"]),
        ("2 2\nking 1 0\n 1 1\n", ["line 3"]),
        ("9000000000 300\nking 1 0\n", []),
        ("5 2\nking 1 0\nqueen 1 1\n", ["5"]),
        ("", ["empty"]),
    ],
)
def test_bad_text_files(refuses, here, text, says):
    (here / "x.vec").write_text(text)
    refuses("convert", "x.vec", "y.space", says=["x.vec", *says])
    refuses("info", "x.vec", says=["x.vec", *says])
    assert not (here / "y.space").exists()


def test_bad_binary_files(cli, refuses, space, here):
    cli("convert", space, "good.bin", "--quiet")
    good = (here / "good.bin").read_bytes()
    for name, data in {
        "cut.bin": good[:-5],
        "long.bin": good + b"xyz",
        "liar.bin": b"4000000000 1000\nking " + struct.pack("<2f", 1, 2),
        "nan.bin": b"2 2\na " + struct.pack("<2f", 1, 2) + b"\nb " + struct.pack("<2f", float("nan"), 2) + b"\n",
        "twice.bin": b"2 2\na " + struct.pack("<2f", 1, 2) + b"\na " + struct.pack("<2f", 3, 2) + b"\n",
        "empty.bin": b"",
    }.items():
        (here / name).write_bytes(data)
        refuses("convert", name, "y.space", says=name)
        assert not (here / "y.space").exists()


def test_bad_space_files(refuses, space, here):
    good = space.read_bytes()
    length = int.from_bytes(good[:8], "little")
    lying = good[8 : 8 + length].replace(b'"shape":[12,8]', b'"shape":[99,8]')
    for name, data in {
        "cut.space": good[:-9],
        "short.space": good[:5],
        "long.space": good + b"0000",
        "liar.space": good[:8] + lying + good[8 + length :],
        "header.space": (1 << 40).to_bytes(8, "little") + good[8:],
        "noise.space": np.random.default_rng(0).bytes(500),
    }.items():
        (here / name).write_bytes(data)
        refuses("info", name, says=name)
        refuses("nearest", name, "king", says=name)


def test_nan_rows_of_a_mapped_space(refuses, cli, here):
    Space(["king", "queen"], [[1, 2], [3, 4]]).save("x.space")
    data = (here / "x.space").read_bytes()
    (here / "x.space").write_bytes(data.replace(struct.pack("<f", 4), struct.pack("<f", float("nan"))))
    refuses("nearest", "x.space", "king", says="queen")


def test_missing_files_and_folders(refuses, space, here):
    refuses("info", "word.space", says=["'word.space'", "'words.space'"])
    refuses("info", "nowhere/x.space", says="nowhere/x.space")
    refuses("info", here, says="folder")
    refuses("convert", "missing.bin", "x.space", says="missing.bin")
    refuses("map", space, "--words-file", "missing.txt", says="missing.txt")
    refuses("evaluate", space, "--similarity", "missing.tsv", says="missing.tsv")
    refuses("evaluate", space, "--analogies", "missing.txt", says="missing.txt")
    refuses("evaluate", space, "--against", "missing.space", says="missing.space")


def test_outputs_that_exist_are_kept(refuses, cli, space, here):
    (here / "y.vec").write_text("mine")
    (here / "map.png").write_text("mine")
    refuses("convert", space, "y.vec", says=["y.vec exists", "pass --force"])
    refuses("map", space, "--top", "5", says=["map.png exists", "pass --force"])
    assert (here / "y.vec").read_text() == (here / "map.png").read_text() == "mine"
    cli("convert", space, "y.vec", "--force")
    assert (here / "y.vec").read_text() != "mine"


def test_outputs_that_cannot_be(refuses, space, here):
    (here / "folder.space").mkdir()
    (here / "file").write_text("")
    refuses("convert", space, "nowhere/y.vec", says=["nowhere", "make it first"])
    refuses("convert", space, "folder.space", says="folder", stdin=None)
    refuses("convert", space, "file/y.vec", says="file")
    refuses("convert", space, "y.docx", says=["y.docx", ".space"])
    refuses("map", space, "--top", "5", "-o", "map.gif", says=[".png", "map.gif"])
    refuses("map", space, "--top", "5", "-o", "nowhere/map.png", says="nowhere")


def test_names_that_a_format_cannot_hold(refuses, here):
    Space(["New York", "Rome"], [[1, 0], [0, 1]]).save("x.space")
    for target in ("y.vec", "y.bin", "y.glove"):
        refuses("convert", "x.space", target, says="New York")
        assert not (here / target).exists()


@pytest.mark.parametrize(("module", "target"), [(native, "y.space"), (word2vec, "y.vec")])
def test_full_disk(refuses, space, here, monkeypatch, module, target):
    def full(space, path):
        path.write_bytes(b"part")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "write", full)
    (here / target).write_text("old")
    refuses("convert", space, target, "--force", says=["disk is full", "untouched"])
    assert (here / target).read_text() == "old"
    assert {path.name for path in here.iterdir()} == {"words.space", target}


def test_evaluate_builtin_and_files(cli, space, here):
    (here / "pairs.tsv").write_text("".join(f"{a}\t{b}\t{i}\n" for i, (a, b) in enumerate(PAIRS)))
    (here / "questions.txt").write_text(": royal\nman king woman queen\nking man queen woman\nman king woman duke\n")
    result = cli("evaluate", space, "--similarity", "pairs.tsv", "--analogies", "questions.txt", "--against", space)
    for part in ("Spearman's ρ", "pairs", "royal", "1 (33.3 %)", "total", "accuracy (3CosAdd)", "overlap@10"):
        assert part in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "family" in cli("evaluate", space).stdout


PAIRS = [("king", "queen"), ("king", "man"), ("pink", "red"), ("red", "blue"), ("gold", "silver"), ("man", "woman")] * 2


def test_evaluate_as_json(cli, space):
    record = json.loads(cli("evaluate", space, "--json").stdout)
    assert record["figures"][-1]["name"] == "analogies: total"


def test_evaluate_bad_options(refuses, space, here):
    (here / "bad.txt").write_text("one two three\n")
    refuses("evaluate", space, "--no-analogies", says="nothing is left")
    refuses("evaluate", space, "--no-analogies", "--analogies", "bad.txt", says="exclude")
    refuses("evaluate", space, "--analogies", "bad.txt", says=["bad.txt", "line 1"])
    refuses("evaluate", space, "--restrict", "-1", says="--restrict")


@pytest.mark.parametrize("more", [[], ["--heatmap", "--components", "3", "--title", "Colours"]])
def test_map(cli, space, here, more):
    pytest.importorskip("matplotlib")
    result = cli("map", space, "--words", "pink, blue,king,queen,king", "-o", "x.png", *more)
    assert (here / "x.png").read_bytes()[:4] == b"\x89PNG"
    assert "variance" in result.stdout and "wrote x.png (4 names)" in result.stderr


def test_map_of_words_from_a_file_or_stdin(cli, refuses, space, here):
    pytest.importorskip("matplotlib")
    (here / "list.txt").write_text("king\nqueen\n\nman\n")
    cli("map", space, "--words-file", "list.txt", "-o", "x.svg")
    cli("map", space, "--words-file", "-", "-o", "y.svg", stdin="king\nqueen\nman\nwoman\n")
    cli("map", space, "-o", "z.pdf")
    (here / "bad.txt").write_bytes(b"king\n\xff\n")
    refuses("map", space, "--words-file", "bad.txt", says=["bad.txt", "byte 5"])
    refuses("map", space, "--words-file", "list.txt", "--top", "5", says="exclude")
    refuses("map", space, "--words", "king,queen", says="three names")
    refuses("map", space, "--top", "2", says="--top")


def test_map_without_matplotlib(refuses, space, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    refuses("map", space, "--top", "5", says=["matplotlib", "pip install 'vicinal[maps]'"])
