"""vicinal compress: what it writes, says and refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vicinal import Space


@pytest.fixture
def words(here):
    """A file ``many.space`` of 200 names in 16 dimensions."""
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((200, 5)) @ rng.standard_normal((5, 16)) + 0.1 * rng.standard_normal((200, 16))
    Space([f"w{i}" for i in range(200)], matrix, columns={"count": np.arange(200)}).save("many.space")
    return here / "many.space"


@pytest.mark.parametrize(
    ("options", "step", "bytes_after"),
    [
        (["--to", "int8"], "int8(per=row)", "20 bytes"),
        (["--per", "dim"], "int8(per=dim)", "17 bytes"),
        (["--to", "binary", "--rotate"], "binary(centre=True, rotate=True, seed=0)", "11 bytes"),
        (
            ["--to", "pq", "--bits", "4", "--subspaces", "8"],
            "pq(subspaces=8, bits=4, iterations=12, seed=0)",
            "9 bytes",
        ),
        (["--to", "float16"], "float16", "32 bytes"),
    ],
)
def test_every_form(cli, words, options, step, bytes_after):
    result = cli("compress", words, "-o", "small.space", *options)
    assert result.stdout.startswith("small.space: 200 names × 16 as ")
    assert f"64 bytes a vector before, {bytes_after} after" in result.stdout
    assert "recall@10" in result.stdout and "rescored" in result.stdout
    assert "wrote small.space" in result.stderr
    small = Space.open("small.space")
    assert small.origin.steps == (step,) and list(small) == list(Space.open(words))
    told = " ".join(cli("info", "small.space").stdout.split())
    assert f"then {step}" in told
    found = cli("nearest", "small.space", "w7", "--json").stdout
    assert json.loads(found)
    assert (words.parent / "small.space").stat().st_size < words.stat().st_size


def test_fewer_dimensions_first(cli, words):
    text = cli("compress", words, "-o", "small.space", "--dim", "5", "-k", "3", "--sample", "50").stdout
    assert "truncate" in text and "pca" in text and "(taken)" in text and "recall@3" in text
    assert Space.open("small.space").dim == 5
    text = cli("compress", words, "-o", "first.space", "--dim", "5", "--reduce", "truncate").stdout
    assert "pca" not in text


def test_json(cli, words):
    found = json.loads(cli("compress", words, "-o", "small.space", "--json", "--sample", "20").stdout)
    assert found["n"] == 200 and found["to"] == "int8" and found["bytes_before"] == 64 and found["bytes_after"] == 20
    assert found["recall"]["queries"] == 20 and 0.8 < found["recall"]["value"] <= 1
    assert found["rescored"]["value"] >= found["recall"]["value"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["-o", "x.npz"], "only .space files"),
        (["-o", "none/x.space"], "no folder 'none'"),
        (["-o", "many.space"], "pass --force"),
        (["-o", "x.space", "--dim", "17"], "dim must be from 1 to 16"),
        (["-o", "x.space", "--dim", "0"], "dim must be"),
        (["-o", "x.space", "--bits", "4"], "--bits is for --to pq, not int8"),
        (["-o", "x.space", "--to", "pq", "--rotate"], "--rotate is for --to binary"),
        (["-o", "x.space", "--to", "pq", "--subspaces", "17"], "subspaces must be"),
        (["-o", "x.space", "--sample", "0"], "sample must be"),
        (["-o", "x.space", "-k", "0"], "k must be"),
        (["-o", "x.space", "--to", "int4"], "int4"),
        (["-o", "x.space", "--threads", "-1"], "threads"),
    ],
)
def test_bad_options(refuses, words, here, options, says):
    refuses("compress", words, *options, says=says)
    assert not (here / "x.space").exists()


def test_bad_files(refuses, cli, words, here):
    refuses("compress", "mony.space", "-o", "x.space", says="many.space")
    (here / "half.space").write_bytes(words.read_bytes()[:500])
    refuses("compress", "half.space", "-o", "x.space", says="half.space")
    (here / "big.vec").write_text("2 2\na 1 100000\nb 1 2\n")
    refuses("compress", "big.vec", "-o", "x.space", "--to", "float16", says="65,504")
    assert not (here / "x.space").exists()
    cli("compress", words, "-o", "many.space", "--force")
    assert Space.open(words).origin.steps == ("int8(per=row)",)
