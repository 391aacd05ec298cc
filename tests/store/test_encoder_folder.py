"""Folders of saved encoders: written whole, read with one clear error for whatever can be wrong with them."""

from __future__ import annotations

import errno
import json
import pickle
from functools import partial

import numpy as np
import pytest

from vicinal.encoder import Encoder
from vicinal.errors import BadFormat, BadInput, OutputExists
from vicinal.origin import Origin
from vicinal.store import encoder_folder
from vicinal.store.encoder_folder import RECORD, WEIGHTS, EncoderFolder, write_encoder


class Toy(Encoder):
    def __init__(self, *, dim=2, tokenizer="words", folder=None):
        self.dim, self.tokenizer, self.folder = dim, tokenizer, folder


@pytest.fixture
def toy():
    model = Toy(dim=3)
    model.origin_ = Origin("Toy", {"dim": 3}, seed=1)
    return model


def test_written_and_read(toy, tmp_path):
    path = tmp_path / "m"
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3)}
    beside = {"note.txt": lambda file: file.write_text("by hand")}
    write_encoder(toy, path, {"losses": [0.5]}, arrays, beside=beside)
    assert sorted(file.name for file in path.iterdir()) == sorted([RECORD, WEIGHTS, "note.txt"])
    folder = EncoderFolder(path, Toy)
    assert folder.build(Toy).get_params() == toy.get_params() and folder.origin == toy.origin_
    assert folder.record["losses"] == [0.5] and folder.file("note.txt").read_text() == "by hand"
    found = folder.array("a", shape=(2, 3), dtype=np.float32)
    np.testing.assert_array_equal(found, arrays["a"])
    (path / WEIGHTS).write_bytes(b"")  # a copy: the file may change or go
    assert found.sum() == 15


def test_values_that_json_does_not_have(toy, tmp_path):
    toy.set_params(dim=np.int64(3), folder=tmp_path)
    write_encoder(toy, tmp_path / "m", {"words": {"b", "a"}}, None)
    folder = EncoderFolder(tmp_path / "m")
    assert folder.options == {"dim": 3, "tokenizer": "words", "folder": str(tmp_path)}
    assert folder.record["words"] == ["a", "b"] and not (tmp_path / "m" / WEIGHTS).exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"tokenizer": str.split}, "tokenizer function of your own"),
        ({"dim": object()}, "JSON"),
        ({"dim": float("nan")}, "JSON"),
        ({"tokenizer": "\ud800"}, "JSON and UTF-8"),
    ],
)
def test_what_cannot_be_saved_leaves_nothing_behind(toy, tmp_path, change, says):
    with pytest.raises(BadInput, match=says):
        write_encoder(toy.set_params(**change), tmp_path / "m", {}, {})
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_folder_whole(toy, tmp_path):
    def full(file):
        file.write_text("part")
        raise OSError(errno.ENOSPC, "No space left on device")

    write_encoder(toy, tmp_path / "m", {"mark": 1}, {})
    with pytest.raises(OutputExists, match="force"):
        write_encoder(toy, tmp_path / "m", {"mark": 2}, {})
    with pytest.raises(BadInput, match="disk is full"):
        write_encoder(toy, tmp_path / "m", {"mark": 2}, {}, beside={"x": full}, force=True)
    assert EncoderFolder(tmp_path / "m").record["mark"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["m"]
    write_encoder(toy, tmp_path / "m", {"mark": 3}, {}, force=True)
    assert EncoderFolder(tmp_path / "m").record["mark"] == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cut off"),
        ('{"format": "vicinal.encoder/1", "enc', "cut off"),
        ("\x80", "not readable"),
        ("[" * 100_000, "not readable"),
        ("3", "not of this program"),
        ("{}", "not of this program .format None"),
        ('{"format": 1}', "not of this program"),
        ('{"format": "vicinal.space/1"}', "not of this program"),
        ('{"format": "vicinal.encoder/2", "encoder": "Toy", "options": {}}', "vicinal.encoder/2.*update vicinal"),
        ('{"format": "vicinal.encoder/1", "options": {}}', "lacks the encoder's name"),
        ('{"format": "vicinal.encoder/1", "encoder": ["Toy"], "options": {}}', "lacks the encoder's name"),
        ('{"format": "vicinal.encoder/1", "encoder": "Other", "options": {}}', "holds Other, expected Toy"),
    ],
)
def test_records_that_are_none(tmp_path, text, says):
    (tmp_path / RECORD).write_bytes(text.encode("latin-1"))
    with pytest.raises(BadFormat, match=says):
        EncoderFolder(tmp_path, Toy)


def test_folders_that_are_none(tmp_path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "absent", tmp_path, tmp_path / "file"):
        with pytest.raises(BadInput, match=r"not the folder of a saved encoder \(it has no encoder\.json\)"):
            EncoderFolder(path)


def test_a_record_of_unlikely_size_is_not_read(tmp_path, monkeypatch):
    (tmp_path / RECORD).write_text("{}" + " " * 100)
    monkeypatch.setattr(encoder_folder, "_LARGEST_RECORD", 50)
    with pytest.raises(BadFormat, match="102 bytes"):
        EncoderFolder(tmp_path)


def test_parts_that_do_not_fit(toy, tmp_path):
    path = tmp_path / "m"
    write_encoder(toy, path, {"n": 4, "less": -1, "odd": True}, {"a": np.zeros((2, 3), np.float32)})
    folder = EncoderFolder(path)
    assert folder.count("n") == 4
    for ask, says in (
        (partial(folder.count, "less"), "less is -1"),
        (partial(folder.count, "odd"), "odd is True"),
        (partial(folder.count, "none"), "none is None"),
        (partial(folder.array, "b"), "'b' is missing"),
        (partial(folder.array, "a", shape=(3, 3)), r"\(2, 3\) of float32 and does not fit, expected \(3, 3\)"),
        (partial(folder.array, "a", dtype=np.float64), "expected float64"),
        (partial(folder.array, "a", file="other.safetensors"), "no other.safetensors: a file is missing"),
        (partial(folder.file, "words.space"), "no words.space"),
    ):
        with pytest.raises(BadFormat, match=says):
            ask()
    good = json.loads((path / RECORD).read_text())
    for change, ask, says in (
        ({"options": {"size": 3}}, lambda f: f.build(Toy), "size"),
        ({"options": None}, lambda f: f.build(Toy), "no options"),
        ({"origin": None}, lambda f: f.origin, "no origin"),
        ({"origin": {"nothing": 1}}, lambda f: f.origin, "origin record"),
    ):
        (path / RECORD).write_text(json.dumps(good | change))
        with pytest.raises(BadFormat, match=says):
            ask(EncoderFolder(path))
    (path / WEIGHTS).write_bytes((path / WEIGHTS).read_bytes()[:-1])
    with pytest.raises(BadFormat, match="cut off"):
        folder.array("a")


def test_a_pickle_is_never_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("it was run",))

    for name in (RECORD, WEIGHTS):
        (tmp_path / name).write_bytes(pickle.dumps(Trap()))
    with pytest.raises(BadFormat):
        EncoderFolder(tmp_path)
