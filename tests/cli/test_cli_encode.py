"""encode: every kind of model on a file, against the same model in Python; and what it refuses."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from vicinal import LSA, Procrustes, RandomProjection, SentenceMean, Sketch, Space, TfIdf, Word2Vec, load_encoder
from vicinal.cli._encoding import OPTIONS, TAKES
from vicinal.cli.encode import _POOLS
from vicinal.encoders import ENCODERS, encoder_class
from vicinal.errors import SpacesDiffer
from vicinal.tables import MinMax, OneHot, Standardize, TableEncoder, open_table
from vicinal.words.sentence_mean import MODES

TEXTS = ["w0 w1", "", "W2, w2 nothing", "never heard", "w3"]
TABLE = "id,size,price\nr0,S,1.5\nr1,M,\nr2,S,2.5\n"


@pytest.fixture
def data(here):
    rng = np.random.default_rng(0)
    (here / "texts.txt").write_text("\n".join(TEXTS) + "\n")
    (here / "table.csv").write_text(TABLE)
    names = [f"w{i}" for i in range(20)]
    Space(names, rng.normal(size=(20, 6)), columns={"count": np.arange(20, 0, -1)}).save("words.space")
    return here


def test_every_encoder_that_can_be_saved_can_encode():
    assert set(TAKES) == set(ENCODERS) - {"Phrases"}  # which joins words and makes no vectors
    assert set(TAKES.values()) == set(OPTIONS)
    for name in TAKES:
        assert all(callable(getattr(encoder_class(name), method)) for method in ("encode", "save", "load"))


@pytest.mark.parametrize("pool", _POOLS)
def test_texts_by_a_space_of_words(cli, data, pool):
    cli("encode", "words.space", "texts.txt", "--pool", pool, "-o", "x.space", "--save-model", "m", "--quiet")
    mode = "min_max" if pool == "minmax" else pool
    model = SentenceMean(words="words.space", mode=mode).fit(TEXTS)
    found = Space.open("x.space")
    np.testing.assert_array_equal(found.matrix, model.encode(TEXTS))
    assert list(found.names) == list("12345") and found.origin == model.origin_
    cli("encode", "m", "-", "-o", "y.space", "--batch-size", "2", "--quiet", stdin="\n".join(TEXTS))
    again = Space.open("y.space")
    np.testing.assert_array_equal(again.matrix, found.matrix)
    assert again.fingerprint == found.fingerprint and {p if p != "minmax" else "min_max" for p in _POOLS} == set(MODES)


def test_what_was_known_is_told(cli, data):
    result = cli("encode", "words.space", "texts.txt", "-o", "x.space", "--json")
    assert "5 texts, 8 words, 37.5 % unknown; 2 texts without a known word (1 empty)" in result.stderr
    figures = json.loads(result.stdout)
    expected = {"rows": 5, "dim": 6, "zero_rows": 2, "empty": 1, "words": 8, "unknown_words": 3, "unknown_share": 0.375}
    assert {key: figures[key] for key in expected} == expected
    assert figures["fingerprint"] == Space.open("x.space").fingerprint


def test_options_of_pooling(cli, data):
    options = ("--smoothing", "0.01", "--components", "2", "--frequencies", "corpus", "--no-lower", "--tokenizer")
    cli("encode", "words.space", "texts.txt", "-o", "x.space", "--pool", "sif", *options, "whitespace", "--quiet")
    how = {"smoothing": 0.01, "components": 2, "frequencies": "corpus", "lower": False, "tokenizer": "whitespace"}
    model = SentenceMean(words="words.space", mode="sif", **how).fit(TEXTS)
    np.testing.assert_array_equal(Space.open("x.space").matrix, model.encode(TEXTS))


def test_standard_input_is_read_twice_where_it_must_be(cli, data):
    cli("encode", "words.space", "-", "-o", "x.space", "--pool", "tfidf", "--quiet", stdin="\n".join(TEXTS))
    model = SentenceMean(words="words.space", mode="tfidf").fit(TEXTS)
    np.testing.assert_array_equal(Space.open("x.space").matrix, model.encode(TEXTS))


@pytest.mark.parametrize("kind", [TfIdf, LSA])
def test_texts_by_models_of_documents(cli, data, kind):
    pytest.importorskip("sklearn")
    options = {"stop_words": ["w1"], "ngram_range": (1, 2), **({"dim": 2} if kind is LSA else {})}
    model = kind(**options).fit(TEXTS[:3])
    model.save("m")
    (data / "new.jsonl").write_text("".join(json.dumps({"body": t, "id": f"d{i}"}) + "\n" for i, t in enumerate(TEXTS)))
    result = cli("encode", "m", "new.jsonl", "--field", "body", "--name-field", "id", "-o", "x.space", "--json")
    found = Space.open("x.space")
    np.testing.assert_allclose(found.matrix, model.encode(TEXTS), rtol=1e-6)
    assert list(found.names) == [f"d{i}" for i in range(5)] and found.origin == model.origin_
    figures = json.loads(result.stdout)
    assert (figures["words"], figures["unknown_words"], figures["empty"]) == (7, 3, 1)  # w1 is left out, not unknown
    if kind is LSA:  # new documents and old ones may be compared
        found.check_same_origin(model.document_space)


def test_names(cli, refuses, data):
    model = Word2Vec(dim=4, min_count=1, epochs=1, threads=1).fit(["a b c d"] * 5)
    model.save("m")
    (data / "names.txt").write_text("a\nc\n\n a\n")
    said = cli("encode", "m", "names.txt", "-o", "x.space").stderr
    assert "0 of 2 names unknown" in said and "1 repeated names left out" in said
    found = Space.open("x.space")
    assert list(found.names) == ["a", "c"] and found.fingerprint == model.space.fingerprint
    np.testing.assert_array_equal(found.matrix, model.encode(["a", "c"]))
    (data / "more.txt").write_text("a\nzebra\nb\n")
    refuses("encode", "m", "more.txt", "-o", "y.space", says=["'zebra'", "--unknown skip"])
    cli("encode", "m", "more.txt", "-o", "y.space", "--unknown", "skip", "--batch-size", "1")
    assert list(Space.open("y.space").names) == ["a", "b"]
    figures = json.loads(cli("encode", "m", "more.txt", "-o", "z.space", "--unknown", "zero", "--json").stdout)
    assert (figures["unknown_names"], figures["zero_rows"], figures["unknown_share"]) == (1, 1, 0.333333)
    assert not Space.open("z.space")["zebra"].any()
    (data / "none.txt").write_text("zebra\n")
    refuses("encode", "m", "none.txt", "-o", "w.space", "--unknown", "skip", says="none of the 1 names")


def test_nodes(cli, data):
    (data / "edges.csv").write_text("".join(f"{i},{(i + 1) % 6}\n" for i in range(6)))
    quick = ("--dim", "3", "--walk-length", "5", "--epochs", "1", "--threads", "1")
    cli("train", "--model", "deepwalk", "edges.csv", "-o", "n.space", "--save-model", "m", *quick, "--quiet")
    cli("encode", "m", "-", "-o", "x.space", "--quiet", stdin="3\n5\n")
    np.testing.assert_array_equal(Space.open("x.space").matrix, Space.open("n.space").take(["3", "5"]).matrix)


def test_spaces(cli, data):
    pytest.importorskip("sklearn")
    words = Space.open("words.space")
    turned = Space(
        [f"x{i}" for i in range(20)], words.matrix @ np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))[0]
    )
    turned.save("turned.space")
    Procrustes().fit(turned, words, [(f"x{i}", f"w{i}") for i in range(10)]).save("map")
    RandomProjection(dim=3).fit(words).save("small")
    cli("encode", "map", "turned.space", "-o", "a.space", "--quiet")
    np.testing.assert_allclose(Space.open("a.space").matrix, words.matrix, atol=1e-5)
    assert Space.open("a.space").fingerprint == words.fingerprint
    cli("encode", "small", "words.space", "-o", "b.space", "--quiet")
    np.testing.assert_array_equal(Space.open("b.space").matrix, load_encoder("small").encode(words))


@pytest.mark.parametrize(
    ("encoder", "columns"),
    [
        (TableEncoder(), ["size", "price"]), (OneHot(missing="zero"), ["size"]), (Sketch(dim=8), ["number"]),
        (Standardize(missing="mean"), ["price"]), (MinMax(missing="mean"), ["number", "price"]),
    ],
    ids=lambda part: type(part).__name__,
)  # fmt: skip
def test_tables(cli, data, encoder, columns):
    pytest.importorskip("sklearn")
    table = {**open_table("table.csv"), "number": [1, 2, 3]}
    fitted = {name: table[name] for name in columns}
    encoder.fit(fitted).save("m")
    (data / "new.csv").write_text("number,price,id,size\n1,1.5,n0,S\n2,,n1,M\n3,2.5,n2,S\n")
    result = cli("encode", "m", "new.csv", "--names", "id", "-o", "x.space")
    found = Space.open("x.space")
    np.testing.assert_array_equal(found.matrix, encoder.encode(fitted))
    assert list(found.names) == ["n0", "n1", "n2"] and found.origin == encoder.origin_
    assert ("one_hot" in result.stderr) == (type(encoder) is TableEncoder)


def test_rows_of_one_encoder_may_be_compared_and_no_others(cli, data):
    pytest.importorskip("sklearn")
    cli("train", "--model", "table", "table.csv", "--names", "id", "-o", "a.space", "--save-model", "m", "--quiet")
    cli("encode", "m", "-", "--names", "id", "-o", "b.space", "--quiet", stdin="size,price,id\nL,9.5,new\n")
    cli("train", "--model", "table", "table.csv", "-o", "c.space", "--one-hot-limit", "1", "--quiet")
    a, b, c = (Space.open(f"{name}.space") for name in "abc")
    assert list(a.concat(b).names) == ["r0", "r1", "r2", "new"]
    with pytest.raises(SpacesDiffer):
        a.check_same_origin(c)


def test_kinds_of_columns_are_those_of_the_fitted_table(cli, refuses, data):
    pytest.importorskip("sklearn")
    (data / "codes.csv").write_text("code\nA1\n7\n")
    cli("train", "--model", "table", "codes.csv", "-o", "a.space", "--save-model", "m", "--quiet")
    cli("encode", "m", "-", "-o", "b.space", "--quiet", stdin="code\n7\n7\n")  # looks like a number, and is no number
    np.testing.assert_array_equal(Space.open("b.space").matrix, Space.open("a.space").matrix[[1, 1]])
    (data / "flags.csv").write_text("flag\ntrue\nfalse\n")
    cli("train", "--model", "table", "flags.csv", "-o", "f.space", "--save-model", "f", "--quiet")
    refuses("encode", "f", "codes.csv", "-o", "x.space", says=["'flag'", "not in the table"])
    (data / "wrong.csv").write_text("flag\ntrue\nmaybe\n")
    refuses("encode", "f", "wrong.csv", "-o", "x.space", says=["wrong.csv", "line 3", "'maybe'", "boolean"])


def save_broken(folder, change):
    """Save a good model, then spoil it."""
    Word2Vec(dim=4, min_count=1, epochs=1, threads=1).fit(["a b c d"] * 5).save(folder)
    change(folder)


def rewritten(**changes):
    def change(folder):
        record = json.loads((folder / "encoder.json").read_text())
        (folder / "encoder.json").write_text(json.dumps(record | changes))

    return change


def cut(name):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-5])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (shutil.rmtree, ["no file"]),
        (lambda folder: (folder / "encoder.json").unlink(), ["not the folder of a saved encoder"]),
        (lambda folder: (folder / "encoder.json").write_text('{"model_type": "bert"}'), ["not of this program"]),
        (lambda folder: (folder / "encoder.json").write_text("[1]"), ["not of this program"]),
        (rewritten(format="vicinal.encoder/2"), ["vicinal.encoder/2", "update"]),
        (rewritten(encoder="os.system"), ["'os.system'", "no encoder of this version"]),
        (rewritten(encoder="GloVe"), ["encoder.json"]),
        (rewritten(options={"dim": 4, "size": 3}), ["encoder.json", "size"]),
        (rewritten(options={"dim": 5}), ["does not fit", "(4, 5)"]),
        (cut("encoder.json"), ["encoder.json", "cut off"]),
        (cut("weights.safetensors"), ["weights.safetensors", "cut off"]),
        (lambda folder: (folder / "vocabulary.txt").unlink(), ["vocabulary.txt", "missing"]),
        (lambda folder: (folder / "weights.safetensors").unlink(), ["weights.safetensors", "missing"]),
    ],
)
def test_folders_that_are_no_models(refuses, data, change, says):
    save_broken(data / "m", change)
    (data / "x.space").write_text("mine")
    refuses("encode", "m", "texts.txt", "-o", "x.space", "--force", says=says)
    assert (data / "x.space").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["words.space", "texst.txt"], ["'texst.txt'", "'texts.txt'"]),
        (["wrods.space", "texts.txt"], ["'wrods.space'", "'words.space'"]),
        (["words.space", "empty.txt"], ["empty.txt is empty"]),
        (["words.space", "bad.txt"], ["bad.txt", "byte 4", "--errors replace"]),
        (["words.space", "texts.txt", "--field", "body"], ["--field", "texts.txt"]),
        (["words.space", "same.jsonl", "--name-field", "id"], ["'a' comes twice"]),
        (["words.space", "same.jsonl", "--field", "body"], ["same.jsonl, line 1", "'body'"]),
        (["words.space", "texts.txt", "--pool", "max"], ["max", "minmax"]),
        (["words.space", "texts.txt", "--unknown", "skip"], ["--unknown", "texts"]),
        (["words.space", "texts.txt", "--names", "id"], ["--names", "texts"]),
        (["words.space", "texts.txt", "--pool", "sif", "--smoothing", "0"], ["smoothing"]),
        (["words.space", "texts.txt", "--tokenizer", "letters"], ["letters"]),
        (["words.space", "none.txt", "--pool", "sif"], ["no text has a word"]),
        (["bare.space", "texts.txt", "--pool", "sif"], ["count", "--frequencies"]),
        (["pool", "texts.txt", "--pool", "sif"], ["--pool", "SentenceMean"]),
        (["pool", "texts.txt", "--names", "id"], ["--names", "texts"]),
        (["words.space", "texts.txt", "--batch-size", "0"], ["--batch-size"]),
        (["words.space", "-"], ["standard input is empty"]),
    ],
)
def test_bad_commands_end_in_one_line_and_harm_nothing(refuses, data, words, says):
    (data / "empty.txt").write_text("")
    (data / "none.txt").write_text("nothing known\n")
    (data / "bad.txt").write_bytes(b"one \xff\n")
    (data / "same.jsonl").write_text('{"text": "w1", "id": "a"}\n{"text": "w2", "id": "a"}\n')
    Space(["w1"], [[1.0]]).save("bare.space")
    SentenceMean(words="words.space").fit().save("pool")
    (data / "x.space").write_text("mine")
    before = sorted(path.name for path in data.iterdir())
    refuses("encode", *words, "-o", "x.space", "--force", says=says, stdin="")
    assert (data / "x.space").read_text() == "mine" and sorted(path.name for path in data.iterdir()) == before


def test_outputs(cli, refuses, data):
    refuses("encode", "words.space", "texts.txt", "-o", "words.space", says="exists")
    refuses("encode", "words.space", "texts.txt", "-o", "words.space", "--force", says="one of the inputs")
    refuses("encode", "words.space", "texts.txt", "-o", "x.model", says=".space")
    (data / "m").mkdir()
    refuses("encode", "words.space", "texts.txt", "-o", "x.space", "--save-model", "m", says="m exists")
    cli("encode", "words.space", "texts.txt", "-o", "x.vec", "--quiet")
    assert len(Space.open("x.vec")) == 5


def test_a_map_refuses_other_spaces(refuses, data):
    words = Space.open("words.space")
    Procrustes().fit(words, words).save("map")
    Space(list(words.names), words.matrix[:, ::-1]).save("other.space")
    refuses("encode", "map", "other.space", "-o", "x.space", says="learned for the space")


def test_phrases_give_no_vectors(refuses, data):
    encoder_class("Phrases")(min_count=1).fit(["new york is big", "new york is loud"]).save("p")
    refuses("encode", "p", "texts.txt", "-o", "x.space", says=["Phrases", "no vectors"])


def test_a_true_process(program, data):
    done = program("encode", "words.space", "texts.txt", "-o", "x.space", "--json", "--quiet")
    out, said = done.communicate(timeout=60)
    assert done.returncode == 0 and said == "" and json.loads(out)["rows"] == 5
