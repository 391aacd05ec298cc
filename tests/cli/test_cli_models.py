"""train --model X: the tables of options against the classes, and every model against the library, seed for seed."""

from __future__ import annotations

import dataclasses
import errno
import gzip
import importlib
import inspect
import json
import signal
import time

import click
import numpy as np
import pytest

from vicinal import LSA, PPMI, DeepWalk, GloVe, Node2Vec, RandomProjection, Space, TableEncoder, TfIdf, load_encoder
from vicinal.cli._types import Choice, OrWord
from vicinal.cli.models import INPUTS, MODELS
from vicinal.cli.models.table import KINDS
from vicinal.counts.factorize import SOLVERS
from vicinal.counts.glove import COMBINE
from vicinal.data import Graph
from vicinal.encoders import ENCODERS, encoder_class
from vicinal.store import native
from vicinal.tables import open_table
from vicinal.tables._choose import KINDS as TABLE_KINDS
from vicinal.words import document_options
from vicinal.words.options import ARCHITECTURES, OBJECTIVES

pytest.importorskip("sklearn")
DOCUMENTS = ["the sea is blue", "", "The sky is blue!", "the king and the queen", "a king of the sea", "..."]
EDGES = "".join(f"n{i},n{(i + step) % 12},{step}\n" for i in range(12) for step in (1, 2))
TABLE = "id,size,price,zip\n" + "".join(f"r{i},{'SML'[i % 3]},{i * 1.5},{i:03d}\n" for i in range(9))
SMALL = ("--dim", "4", "--seed", "3")
models = pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))


@pytest.fixture
def data(here, sentences):
    (here / "text.txt").write_text(sentences(150, 40))
    (here / "docs.txt").write_text("\n".join(DOCUMENTS) + "\n")
    (here / "edges.csv").write_text("source,target,weight\n" + EDGES)
    (here / "table.csv").write_text(TABLE)
    Space([f"w{i}" for i in range(9)], np.random.default_rng(0).normal(size=(9, 30))).save("wide.space")
    return here


# --- the tables -------------------------------------------------------------------------------------------------------


@models
def test_the_options_are_those_of_the_encoder(model):
    signature = inspect.signature(encoder_class(model.encoder).__init__).parameters
    expected = {name: parameter.default for name, parameter in signature.items() if name != "self"}
    assert [(option.name, option.default) for option in model.options] == list(expected.items())
    for option in model.options:
        if option.kind in (bool, int, float, str) and option.default is not None:
            assert type(option.default) is option.kind, option


@models
def test_defaults_come_through_the_parser_unchanged(model):
    """No type of ours may turn a default into something else."""
    command = click.Command("x", params=[option.as_click() for option in model.options])
    given = command.make_context("x", []).params
    for option in model.options:
        value = given[option.name]
        assert (value or None if option.multiple else value) == option.default, option
        assert option.multiple or type(value) is type(option.default), option


def test_choices_are_those_of_the_library():
    known = {
        "architecture": ARCHITECTURES, "objective": OBJECTIVES, "solver": SOLVERS, "combine": COMBINE,
        "norm": ("l2", "l1", "none"), "doc2vec architecture": document_options.ARCHITECTURES,
        "doc2vec combine": document_options.COMBINATIONS, "doc2vec objective": OBJECTIVES[:2],
    }  # fmt: skip
    for model in MODELS.values():
        for option in model.options:
            choices = known.get(f"{model.name} {option.name}", known.get(option.name))
            if choices is not None:
                assert isinstance(option.kind, Choice) and tuple(option.kind.choices) == choices, option
    assert set(KINDS) == {*TABLE_KINDS, "drop"}


def test_every_choice_is_one_the_encoder_takes(data):
    """A word on the command line that the encoder refuses would be a trap."""
    for model in MODELS.values():
        for option in model.options:
            words = option.kind.choices if isinstance(option.kind, Choice) else ()
            for word in words:
                encoder = encoder_class(model.encoder)(**{option.name: option.kind.convert(word, None, None)})
                check = getattr(encoder, "_check_options", None)
                if check is not None and not check.__code__.co_argcount > 1:
                    check()


@models
def test_help_lists_this_model_only(cli, model):
    text = cli("train", "--model", model.name, "--help").stdout
    flat = " ".join(text.split())
    assert all(len(line) <= 80 for line in text.partition("Examples:")[0].splitlines())
    for option in (*model.options, *INPUTS[model.inputs].options):
        made = option.as_click()
        assert all(name in flat for name in (*made.opts, *made.secondary_opts)), option
        assert made.help and (option.default is None or option.multiple or "[default: " in flat)
    assert ("--x-max" in flat) == (model.name == "glove") and ("--walk-length" in flat) == (model.inputs == "graph")
    assert f"vicinal train --model {model.name}" in flat or model.name == "word2vec"
    assert all(example in text for example in model.examples)


def test_help_without_a_model_lists_the_models(cli):
    text = cli("train", "--help").stdout
    for model in MODELS.values():
        assert f"\n  {model.name} " in text and model.encoder in ENCODERS
    text = text.partition("Examples:")[0]
    assert "--x-max" not in text and "--window" not in text and "--output" in text


def test_models_may_be_spelled_with_a_hyphen(cli, data):
    cli("train", "--model", "random-projection", "wide.space", "-o", "x.space", *SMALL, "--quiet")
    cli("train", "--model=random_projection", "wide.space", "-o", "y.space", *SMALL, "--quiet")
    assert Space.open("x.space").fingerprint == Space.open("y.space").fingerprint


# --- every model, against the library ---------------------------------------------------------------------------------


def same(path, space):
    found = Space.open(path)
    np.testing.assert_array_equal(found.matrix, space.matrix)
    assert list(found.names) == list(space.names) and found.fingerprint == space.fingerprint
    assert list(found.columns) == list(space.columns)


def test_glove(cli, data):
    words = ("--model", "glove", "--min-count", "1", "--epochs", "3", "--combine", "mean", "--x-max", "10")
    said = cli("train", "text.txt", "-o", "x.space", *SMALL, *words).stderr
    assert "wrote x.space: 40 words × 4, mean loss" in said
    model = GloVe(dim=4, seed=3, min_count=1, epochs=3, combine="mean", x_max=10.0).fit(data / "text.txt")
    same("x.space", model.space)


def test_ppmi(cli, data):
    words = ("--model", "ppmi", "--window", "2", "--window-weighting", "flat", "--add-context", "--solver", "arpack")
    cli("train", "text.txt", "-o", "x.space", *SMALL, *words, "--quiet")
    model = PPMI(dim=4, seed=3, window=2, window_weighting="flat", add_context=True, solver="arpack")
    same("x.space", model.fit(data / "text.txt").space)


def test_tfidf(cli, data):
    words = ("--max-df", "0.9", "--min-df", "1", "--stop-words", "of, and", "--ngram-range", "1", "2", "--norm", "none")
    said = cli("train", "--model", "tfidf", "docs.txt", "-o", "x.space", *words).stderr
    model = TfIdf(max_df=0.9, min_df=1, stop_words=["of", "and"], ngram_range=(1, 2), norm=None).fit(DOCUMENTS)
    same("x.space", Space([str(i + 1) for i in range(6)], model.encode(DOCUMENTS), origin=model.origin_))
    assert "read 6 documents" in said and "6 documents ×" in said and "2 zero rows" in said


@pytest.mark.parametrize("rows", ["words", "documents"])
def test_lsa(cli, data, rows):
    (data / "stop.txt").write_text("the\n\nis\n")
    options = ("--dim", "2", "--rows", rows, "--stop-words", "@stop.txt", "--sublinear-tf", "--no-use-idf")
    said = cli("train", "--model", "lsa", "docs.txt", "-o", "x.space", *options, "--save-model", "m").stderr
    model = LSA(dim=2, stop_words=["the", "is"], sublinear_tf=True, use_idf=False)
    model.fit(DOCUMENTS, names=[str(i + 1) for i in range(6)])
    same("x.space", model.space if rows == "words" else model.document_space)
    assert f"{rows} × 2" in said and load_encoder("m").stop_words == ["the", "is"]


def test_documents_of_several_files_and_records(cli, data):
    with gzip.open("more.txt.gz", "wt") as file:
        file.write("red sea\nblue sky")
    cli("train", "--model", "tfidf", "docs.txt", "more.*", "-o", "x.space", "--quiet")
    names = list(Space.open("x.space").names)
    assert names[0] == "docs.txt:1" and names[-2:] == ["more.txt.gz:1", "more.txt.gz:2"] and len(names) == 8
    (data / "a.jsonl").write_text('{"body": "red sea", "id": 7}\n\n{"body": "two\\nlines", "id": "b"}\n')
    cli("train", "--model", "tfidf", "a.jsonl", "--field", "body", "--name-field", "id", "-o", "y.space", "--quiet")
    assert list(Space.open("y.space").names) == ["7", "b"]
    cli("train", "--model", "tfidf", "-", "-o", "z.space", "--quiet", stdin="red sea\nblue\n")
    assert list(Space.open("z.space").names) == ["1", "2"]


def test_random_projection(cli, data):
    words = ("--model", "random_projection", "--method", "sparse", "--density", "auto", "--failure", "none")
    assert "30 to 4 dimensions" in cli("train", "wide.space", "-o", "x.space", *SMALL, *words).stderr
    wide = Space.open("wide.space")
    model = RandomProjection(dim=4, seed=3, method="sparse", density="auto", failure=None).fit(wide)
    same("x.space", model.project(wide))


@pytest.mark.parametrize("kind", [DeepWalk, Node2Vec])
def test_graphs(cli, data, kind):
    words = ("--model", kind.__name__.lower(), "--threads", "1", "--walk-length", "10", "--epochs", "1", "--directed")
    more = ("--q", "0.5") if kind is Node2Vec else ()
    said = cli("train", "edges.csv", "-o", "x.space", *SMALL, *words, *more).stderr
    assert "Graph(12 nodes, 24 edges, directed, weighted)" in said and "wrote x.space: 12 nodes × 4" in said
    model = kind(dim=4, seed=3, threads=1, walk_length=10, epochs=1, **({"q": 0.5} if more else {}))
    same("x.space", model.fit(Graph.read("edges.csv", directed=True)).space)


def test_how_graphs_are_read(cli, data):
    (data / "nodes.txt").write_text("".join(f"n{i}\n" for i in range(13)))
    (data / "bare.txt").write_text(EDGES.replace(",", ";"))
    quick = ("--model", "deepwalk", "--walk-length", "5", "--walks-per-node", "1", "--epochs", "1", "--dim", "2")
    reading = ("--separator", ";", "--header", "no", "--weighted", "yes", "--nodes", "nodes.txt")
    said = cli("train", "bare.txt", "-o", "x.space", *quick, *reading).stderr
    assert "1 node without an edge" in said and "1 zero row" in said
    said = cli("train", "-", "-o", "y.space", *quick, "--layout", "adjacency", stdin="a b c\nb c\n").stderr
    assert "Graph(3 nodes, 3 edges, undirected)" in said


def test_tables(cli, data):
    words = ("--names", "id", "--column", "zip=drop", "--column", "size=ordinal", "--missing", "mark")
    said = cli("train", "--model", "table", "table.csv", "-o", "x.space", *words, "--save-model", "m").stderr
    table = open_table("table.csv")
    names = table.pop("id")
    model = TableEncoder(overrides={"zip": "drop", "size": "ordinal"}, missing="mark").fit(table)
    same("x.space", model.to_space(table, names))
    assert "standardize" in said and "9 rows × 3" in said
    assert load_encoder("m").kinds_ == {"size": "ordinal", "price": "standardize", "zip": "drop"}


def test_tables_of_other_files(cli, data):
    parquet = pytest.importorskip("pyarrow.parquet")
    arrow = importlib.import_module("pyarrow")
    table = open_table("table.csv")
    parquet.write_table(arrow.table(table), "t.parquet")
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    (data / "t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (data / "t.tsv").write_text(TABLE.replace(",", "\t"))
    spaces = []
    for name in ("table.csv", "t.parquet", "t.jsonl", "t.tsv"):
        cli("train", "--model", "table", name, "--names", "id", "-o", f"{name}.space", "--quiet")
        spaces.append(Space.open(f"{name}.space"))
    assert len({space.fingerprint for space in spaces}) == 1
    cli("train", "--model", "table", "-", "-o", "x.space", "--as-text", "price", "--quiet", stdin=TABLE)
    assert list(Space.open("x.space").names)[:2] == ["1", "2"]


@pytest.mark.parametrize("ending", ["vec", "npz", "parquet"])
def test_other_formats(cli, data, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    cli("train", "--model", "ppmi", "text.txt", "-o", f"x.{ending}", *SMALL, "--quiet")
    model = PPMI(dim=4, seed=3).fit(data / "text.txt")
    np.testing.assert_allclose(Space.open(f"x.{ending}").matrix, model.space.matrix, rtol=1e-6)


@pytest.mark.parametrize(("name", "file"), [("glove", "text.txt"), ("lsa", "docs.txt"), ("node2vec", "edges.csv")])
def test_saved_models_open_by_the_front_door(cli, data, name, file):
    said = cli("train", "--model", name, file, "-o", "x.space", "--dim", "2", "--save-model", "m").stderr
    assert "encode with: vicinal encode m" in said
    assert type(load_encoder("m")).__name__ == MODELS[name].encoder
    np.testing.assert_array_equal(load_encoder("m").space.matrix, Space.open("x.space").matrix)


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--model", "golve", "text.txt"], ["no model 'golve'", "'glove'", "word2vec"]),
        (["--model", "glove", "text.txt", "--negatives", "3"], ["--negatives is not an option of glove", "word2vec"]),
        (
            ["--model", "glove", "text.txt", "--resume"],
            ["--resume is not an option of glove", "doc2vec have it"],
        ),
        (["--model", "lsa", "docs.txt", "--from", "m"], ["--from is not an option of lsa", "word2vec has it"]),
        (["--model", "ppmi", "text.txt", "--wnidow", "3"], ["no such option --wnidow", "'--window'", "--model ppmi"]),
        (["text.txt", "--x-max", "3"], ["--x-max is not an option of word2vec; glove has it"]),
        (["--model", "table", "table.csv", "--column", "zip"], ["--column", "NAME=KIND"]),
        (["--model", "table", "table.csv", "--column", "zip=hot"], ["'hot'", "one_hot"]),
        (["--model", "table", "table.csv", "--column", "zpi=drop"], ["'zpi'", "does not have"]),
        (["--model", "table", "table.csv", "--names", "ids"], ["'ids'", "'id'"]),
        (["--model", "table", "table.csv", "--names", "size"], ["'S'", "came before"]),
        (["--model", "table", "table.csv", "--as-text", "prize"], ["'prize'", "'price'"]),
        (["--model", "table", "table.csv", "docs.txt"], ["one file, got 2"]),
        (["--model", "tfidf", "docs.txt", "--min-df", "x"], ["'x'", "neither"]),
        (["--model", "tfidf", "docs.txt", "--min-df", "50"], ["--min-df"]),
        (["--model", "tfidf", "docs.txt", "--stop-words", "@no.txt"], ["'no.txt'"]),
        (["--model", "tfidf", "docs.txt", "--name-field", "id"], ["--name-field", "docs.txt"]),
        (["--model", "lsa", "docs.txt", "--dim", "99"], ["dim", "99"]),
        (["--model", "lsa", "docs.txt", "--rows", "columns"], ["columns", "documents"]),
        (["--model", "random_projection", "wide.space"], ["raise", "epsilon"]),
        (["--model", "random_projection", "wide.space", "--dim", "few"], ["'few'", "auto"]),
        (["--model", "random_projection", "wide.space", "text.txt"], ["one space"]),
        (["--model", "node2vec", "edges.csv", "--p", "0"], ["p must"]),
        (["--model", "node2vec", "edgse.csv"], ["'edgse.csv'", "'edges.csv'"]),
        (["--model", "node2vec", "empty.txt"], ["empty.txt"]),
        (["--model", "node2vec", "text.txt", "--weighted", "yes"], ["text.txt", "line 1"]),
        (["--model", "glove", "text.txt", "--memory", "lots"], ["memory"]),
        (["--model", "glove", "empty.txt"], ["empty.txt is empty"]),
        (["--model", "lsa", "empty.txt"], ["empty.txt is empty"]),
        (["--model", "lsa", "blank.txt"], ["no t"]),
        (["--model", "table", "empty.txt"], ["empty.txt is empty"]),
        (["--model", "table", "head.csv"], ["head.csv has no rows"]),
        (["--model", "table", "ragged.csv"], ["ragged.csv, line 3", "3 fields", "2"]),
        (["--model", "ppmi", "text.txt", "--threads", "-1"], ["threads"]),
    ],
)
def test_bad_commands_end_in_one_line_and_harm_nothing(refuses, data, words, says):
    (data / "empty.txt").write_text("")
    (data / "blank.txt").write_text("\n \n\n")
    (data / "head.csv").write_text("a,b\n")
    (data / "ragged.csv").write_text("a,b\n1,2\n1,2,3\n")
    (data / "x.space").write_text("mine")
    before = sorted(path.name for path in data.iterdir())
    refuses("train", *words, "-o", "x.space", "--force", says=says)
    assert (data / "x.space").read_text() == "mine" and sorted(path.name for path in data.iterdir()) == before


def test_outputs_are_checked_first(refuses, data, monkeypatch):
    monkeypatch.setattr(GloVe, "fit", lambda *_, **__: pytest.fail("it trained"))
    glove = ("train", "--model", "glove", "text.txt")
    (data / "there.space").write_text("mine")
    (data / "folder").mkdir()
    refuses(*glove, "-o", "there.space", says=["there.space exists", "pass --force"])
    refuses(*glove, "-o", "x.docx", says=["x.docx", ".space"])
    refuses(*glove, "-o", "no/x.space", says="make it first")
    refuses(*glove, "-o", "x.space", "--save-model", "folder", says=["folder exists", "pass --force"])
    refuses(*glove, "-o", "text.txt", "--force", says="one of the inputs")


def test_vectors_are_kept_where_the_output_fails(refuses, data, monkeypatch):
    def full(space, path):
        if "checkpoint" not in str(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        write(space, path)

    write = native.write
    monkeypatch.setattr(native, "write", full)
    refuses("train", "--model", "ppmi", "text.txt", "-o", "x.space", *SMALL, says=["disk is full", "kept in"])
    assert len(Space.open("x.space.checkpoint/trained.space")) == 40 and not (data / "x.space").exists()


def test_models_that_are_saved_as_a_file(refuses, data, monkeypatch):
    monkeypatch.setitem(MODELS, "ppmi", dataclasses.replace(MODELS["ppmi"], saved_as=".bin"))
    refuses("train", "--model", "ppmi", "text.txt", "-o", "x.space", "--save-model", "m", says=[".bin", "'m'"])


def test_ctrl_c(program, data, sentences):
    (data / "long.txt").write_text(sentences(4000))
    (data / "x.space").write_text("mine")
    words = ("--model", "glove", "long.txt", "-o", "x.space", "--force", "--epochs", "100000", "--dim", "20")
    with program("train", *words) as job:
        deadline = time.monotonic() + 60
        while "reading" not in job.stderr.readline():
            assert time.monotonic() < deadline and job.poll() is None
        time.sleep(0.5)
        job.send_signal(signal.SIGINT)
        rest = job.stderr.read()
        assert job.wait(60) == 130 and rest.splitlines()[-1] == "vicinal: stopped; nothing was written"
    assert (data / "x.space").read_text() == "mine"


def test_a_true_process(program, data):
    done = program("train", "--model", "lsa", "docs.txt", "-o", "x.space", "--dim", "2", "--quiet")
    assert done.communicate(timeout=60) == ("", "") and done.returncode == 0
    assert Space.open("x.space").dim == 2


def test_types_say_what_is_wrong():
    with pytest.raises(click.BadParameter, match="neither an integer nor auto"):
        OrWord(int, "auto", "auto").convert("1.5", None, None)
