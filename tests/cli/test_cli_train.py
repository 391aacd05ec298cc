"""train: inputs, outputs, options, and everything that can be wrong with them."""

from __future__ import annotations

import errno
import gzip
import json
import lzma

import pytest

from vicinal import Space, Word2Vec
from vicinal.errors import NotEnoughMemory
from vicinal.store import native, word2vec

QUICK = ("--dim", "8", "--epochs", "1", "--threads", "1", "--min-count", "1")


def test_train(cli, corpus, here):
    result = cli("train", corpus, "-o", "words.space", *QUICK)
    assert result.stdout == ""
    for part in ("training 200 words in 8 dimensions takes", "wrote words.space: 200 words × 8", "nearest words.space"):
        assert part in result.stderr
    space = Space.open("words.space")
    assert len(space) == 200 and space.origin.options["dim"] == 8
    assert sorted(path.name for path in here.iterdir()) == ["corpus.txt", "words.space"]


def test_the_memory_is_told_before_training(cli, corpus):
    said = cli("train", corpus, "-o", "words.space", *QUICK).stderr
    assert said.index("dimensions takes") < said.index("training  epoch")


def test_the_same_as_the_library(cli, corpus):
    cli("train", corpus, "-o", "a.space", *QUICK, "--quiet", "--window", "3", "--no-shrink-window", "--subsample", "0")
    model = Word2Vec(dim=8, epochs=1, threads=1, min_count=1, window=3, shrink_window=False, subsample=0.0).fit(corpus)
    assert Space.open("a.space").matrix.tobytes() == model.space.matrix.tobytes()


def test_quiet(cli, corpus):
    result = cli("train", corpus, "-o", "a.space", *QUICK, "--quiet")
    assert result.stderr == result.stdout == ""


def test_inputs_of_every_kind(cli, here):
    (here / "a.txt").write_text("one two three four\n" * 5)
    (here / "b.txt.gz").write_bytes(gzip.compress(b"five six seven eight\n" * 5))
    (here / "c.txt.xz").write_bytes(lzma.compress(b"nine ten\n" * 5))
    (here / "d.jsonl").write_text(json.dumps({"body": "eleven twelve"}) + "\n")
    cli("train", "a.txt", "b.*", "c.txt.xz", "d.jsonl", "--field", "body", "-o", "all.space", *QUICK)
    assert len(Space.open("all.space")) == 12


def test_standard_input(cli):
    cli("train", "-", "-o", "a.space", *QUICK, stdin="one two three\n" * 9)
    assert len(Space.open("a.space")) == 3
    cli("train", "-", "--field", "text", "-o", "b.space", *QUICK, stdin='{"text": "one two"}\n{"text": "four"}\n')
    assert sorted(Space.open("b.space").names) == ["four", "one", "two"]


def test_a_model_can_be_trained_on(cli, refuses, corpus, here):
    cli("train", corpus, "-o", "a.space", "--save-model", "model", *QUICK)
    (here / "more.txt").write_text("new1 new2 w0 w1\n" * 50)
    said = cli("train", "more.txt", "--from", "model", "-o", "b.space", "--epochs", "2").stderr
    assert "2 new words came to the 200 known ones" in said
    old, new = Space.open("a.space"), Space.open("b.space")
    assert len(new) == 202 and new.origin.parent == old.fingerprint and new.origin.options["epochs"] == 2
    refuses("train", "more.txt", "--from", "model", "-o", "c.space", "--dim", "20", says=["--dim is 8", "stays so"])
    refuses("train", "more.txt", "--from", "model", "-o", "c.space", "--resume", says="exclude")
    refuses("train", "more.txt", "--from", "modle", "-o", "c.space", says=["'modle'", "'model'"])
    refuses("train", "more.txt", "--from", here, "-o", "c.space", says="not the folder of a saved encoder")


def test_output_is_checked_before_training(refuses, corpus, here, monkeypatch):
    monkeypatch.setattr(Word2Vec, "fit", lambda *_, **__: pytest.fail("it trained"))
    (here / "there.space").write_text("mine")
    (here / "model").mkdir()
    (here / "folder.space").mkdir()
    refuses("train", corpus, "-o", "there.space", says=["there.space exists", "pass --force"])
    refuses("train", corpus, "-o", "x.space", "--save-model", "model", says=["model exists", "pass --force"])
    refuses("train", corpus, "-o", "folder.space", says="a folder of that name")
    refuses("train", corpus, "-o", "nowhere/x.space", says="make it first")
    refuses("train", corpus, "-o", "x.model", says=["x.model", ".space"])
    refuses("train", corpus, "-o", corpus, "--force", says="one of the inputs")
    assert (here / "there.space").read_text() == "mine"


def test_a_folder_that_may_not_be_written_to(refuses, corpus, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    monkeypatch.setattr("vicinal.cli._training_job.is_input", lambda *_: False)
    refuses("train", corpus, "-o", "x.space", says="may not be written to")


def test_force_replaces(cli, corpus, here):
    (here / "a.space").write_text("mine")
    cli("train", corpus, "-o", "a.space", "--force", *QUICK)
    assert len(Space.open("a.space")) == 200


@pytest.mark.parametrize(
    ("data", "more", "says"),
    [
        (b"", [], ["text.txt is empty"]),
        (b" \n \n", [], ["no text"]),
        (b"some text \x00\x01 more", [], ["text.txt", "byte 10", "binary"]),
        (b"good text\nbad \xff byte\n", [], ["text.txt", "byte 14", "--errors replace"]),
        (b"one two three two\n", ["--min-count", "50"], ["seen 2 times", "--min-count"]),
        (b"same same same\n", ["--min-count", "1"], ["one word", "'same'", "--min-count"]),
        (b"... --- !!!\n", [], ["no word"]),
    ],
)
def test_bad_text(refuses, here, data, more, says):
    (here / "text.txt").write_bytes(data)
    refuses("train", "text.txt", "-o", "x.space", *more, says=says)
    assert [path.name for path in here.iterdir()] == ["text.txt"]


def test_errors_replace_goes_on(cli, here):
    (here / "text.txt").write_bytes(b"good text\nbad \xff byte\n")
    cli("train", "text.txt", "-o", "x.space", "--errors", "replace", *QUICK)
    assert "good" in Space.open("x.space")


def test_bad_inputs(refuses, here, corpus):
    (here / "bad.gz").write_bytes(gzip.compress(b"one two\n" * 1000)[:-20])
    (here / "bad.jsonl").write_text('{"text": "one"}\n{"body": "two"}\n')
    refuses("train", "corpsu.txt", "-o", "x.space", says=["'corpsu.txt'", "'corpus.txt'"])
    refuses("train", "*.md", "-o", "x.space", says="no file matches '*.md'")
    refuses("train", here, "-o", "x.space", says="folder")
    refuses("train", corpus, "-", "-o", "x.space", says="standard input")
    refuses("train", "-", "-o", "x.space", says="standard input is empty", stdin="")
    refuses("train", "bad.gz", "-o", "x.space", says=["bad.gz", "cut short"])
    refuses("train", "bad.jsonl", "-o", "x.space", says=["bad.jsonl, line 2", "'body'", "--field"])
    refuses("train", corpus, "--field", "text", "-o", "x.space", says=["--field", "corpus.txt"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--dim", "0"], "dim must be"),
        (["--min-count", "0"], "--min-count must be"),
        (["--threads", "-1"], "threads must be"),
        (["--learning-rate", "-1"], "--learning-rate"),
        (["--min-learning-rate", "1"], "--min-learning-rate"),
        (["--seed", "-5"], "seed"),
        (["--tokenizer", "letters"], "letters"),
        (["--tokenizer", "regex:["], "regular expression"),
        (["--objective", "magic"], "magic"),
        (["--checkpoint-every", "0"], "--checkpoint-every"),
        (["--max-vocabulary", "0"], "--max-vocabulary"),
    ],
)
def test_bad_options(refuses, corpus, here, options, says):
    refuses("train", corpus, "-o", "x.space", *options, says=says)
    assert [path.name for path in here.iterdir()] == ["corpus.txt"]


def test_not_enough_memory(refuses, corpus, here, monkeypatch):
    monkeypatch.setattr("vicinal.memory.available_memory", lambda: 1000)
    line = refuses("train", corpus, "-o", "x.space", says=["1.0 kB are free", "lower dim"])
    assert NotEnoughMemory.__name__ not in line
    assert [path.name for path in here.iterdir()] == ["corpus.txt"]


def test_not_enough_disk(refuses, corpus, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 100})())
    refuses("train", corpus, "-o", "x.space", says=["100 bytes are free", "another output"])


def full(space, path):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_vectors_are_kept_where_the_output_fails(refuses, corpus, here, monkeypatch):
    monkeypatch.setattr(word2vec, "write", full)
    refuses("train", corpus, "-o", "x.vec", *QUICK, says=["disk is full", "kept in x.vec.checkpoint/trained.space"])
    assert len(Space.open("x.vec.checkpoint/trained.space")) == 200


def test_full_disk_at_the_end(refuses, corpus, here, monkeypatch):
    monkeypatch.setattr(native, "write", full)
    refuses("train", corpus, "-o", "x.space", *QUICK, says="disk is full")
    assert not (here / "x.space").exists()


def test_a_checkpoint_of_an_interrupted_run_is_not_lost(cli, refuses, corpus, here):
    folder = here / "x.space.checkpoint"
    folder.mkdir()
    (folder / "state.safetensors").write_bytes(b"state")
    (folder / "mine.txt").write_text("mine")
    refuses("train", corpus, "-o", "x.space", *QUICK, says=["interrupted", "--resume", "--force"])
    refuses("train", corpus, "-o", "x.space", *QUICK, "--resume", says="x.space.checkpoint/state.safetensors")
    assert (folder / "state.safetensors").exists()
    cli("train", corpus, "-o", "x.space", *QUICK, "--force")
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_resume_without_a_checkpoint_starts_afresh(cli, corpus):
    assert "starting afresh" in cli("train", corpus, "-o", "x.space", *QUICK, "--resume").stderr


def test_the_checkpoint_may_not_be_a_file(refuses, corpus, here):
    (here / "x.space.checkpoint").write_text("")
    refuses("train", corpus, "-o", "x.space", says="x.space.checkpoint is a file")
