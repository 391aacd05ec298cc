"""load_encoder: any saved encoder by one door, its class from a fixed list."""

from __future__ import annotations

import importlib
import inspect
import json
from contextlib import suppress

import numpy as np
import pytest

from vicinal import Space, load_encoder
from vicinal.encoder import Encoder
from vicinal.encoders import ENCODERS, FILES, encoder_class, is_saved_encoder
from vicinal.errors import BadFormat, BadInput
from vicinal.store.encoder_folder import RECORD

TEXT = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog"] * 4
WORDS = Space([f"w{i}" for i in range(12)], np.random.default_rng(0).normal(size=(12, 5)))
TABLE = {"a": ["x", "y", "x"], "b": ["u", "u", "v"]}
NUMBERS = {"a": [1.0, 2.0, 4.0]}
WORD = {"dim": 3, "min_count": 1}
EXAMPLES = {  # options, what is learned from, what is encoded
    "BinaryCode": ({}, [TABLE], TABLE),
    "DeepWalk": ({"dim": 3, "epochs": 1, "walk_length": 5, "threads": 1}, [[("a", "b"), ("b", "c")]], ["a", "c"]),
    "Doc2Vec": ({**WORD, "epochs": 1, "threads": 1, "subsample": 0}, [TEXT], ["a cat", ""]),
    "GloVe": ({**WORD, "epochs": 2}, [TEXT], ["cat", "dog"]),
    "LSA": ({"dim": 2, "ngram_range": (1, 2), "stop_words": {"the"}}, [TEXT], ["a cat", ""]),
    "MinMax": ({}, [NUMBERS], NUMBERS),
    "Multiplexed": ({"dim": 4, "rows": 50}, [TABLE], TABLE),
    "Node2Vec": ({"dim": 3, "epochs": 1, "walk_length": 5, "threads": 1}, [[("a", "b"), ("b", "c")]], ["a", "c"]),
    "OneHot": ({}, [TABLE], TABLE),
    "Ordinal": ({}, [TABLE], TABLE),
    "PPMI": (WORD, [TEXT], ["cat", "dog"]),
    "Procrustes": ({}, [WORDS, WORDS], WORDS.matrix),
    "ProcrustesRefined": ({"rounds": 1}, [WORDS, WORDS], WORDS.matrix),
    "RandomProjection": ({"dim": 2, "method": "sparse"}, [WORDS], WORDS.matrix),
    "SentenceMean": ({"words": WORDS, "mode": "tfidf"}, [["w1 w2", "w2"]], ["w1", "w1 w9"]),
    "Sketch": ({"dim": 8}, [NUMBERS], NUMBERS),
    "Standardize": ({}, [NUMBERS], NUMBERS),
    "TableEncoder": ({"overrides": {"b": "ordinal"}}, [TABLE], TABLE),
    "TfIdf": ({"stop_words": ["the"]}, [TEXT], ["a cat", ""]),
    "Word2Vec": ({**WORD, "epochs": 1, "threads": 1}, [TEXT], ["cat", "dog"]),
}
LEARN = {"LSA", "TfIdf", "RandomProjection", "Standardize", "MinMax", "TableEncoder"}  # need scikit-learn


def made(name):
    if name in LEARN:
        pytest.importorskip("sklearn")
    options, learned_from, items = EXAMPLES[name]
    return encoder_class(name)(**options).fit(*learned_from), items


def test_all_encoders_that_can_be_saved_are_registered():
    rooms = ("data", "words", "counts", "graphs", "tables", "align")
    found = {
        name: room
        for room in rooms
        for name, thing in vars(importlib.import_module(f"vicinal.{room}")).items()
        if inspect.isclass(thing) and issubclass(thing, Encoder) and hasattr(thing, "save")
    }
    assert found == ENCODERS


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_saved_comes_back(name, tmp_path):
    model, items = made(name)
    model.save(tmp_path / "m")
    again = load_encoder(tmp_path / "m")
    assert type(again) is type(model) and again.origin_ == model.origin_
    np.testing.assert_array_equal(again.encode(items), model.encode(items))
    again.save(tmp_path / "again")
    assert json.loads((tmp_path / "again" / RECORD).read_text()) == json.loads((tmp_path / "m" / RECORD).read_text())


@pytest.mark.parametrize("name", EXAMPLES)
def test_folders_that_are_damaged(name, tmp_path):
    """Whatever is cut, missing or of another kind: BadFormat or BadInput, never anything else."""
    model, _ = made(name)
    folder = tmp_path / "m"
    model.save(folder)
    files = {file: file.read_bytes() for file in folder.iterdir()}
    for file, good in files.items():
        for bad in (b"", good[: len(good) // 2], good[:-3], b"\x00" * 40, None):
            if file.suffix == ".txt" and bad == good[:-3]:
                continue  # a count with digits less is a count
            if bad is None:
                file.unlink()
            else:
                file.write_bytes(bad)
            with pytest.raises(BadInput):
                load_encoder(folder)
            file.write_bytes(good)
    record = json.loads(files[folder / RECORD])
    for key in set(record) - {"format", "encoder", "origin"}:
        for value in (None, 3, "x", [], {}, {"no such option": 1}):
            (folder / RECORD).write_text(json.dumps({**record, key: value}))
            with suppress(BadInput):  # or it loads: some values say nothing wrong
                load_encoder(folder)


def test_classes_come_from_the_list_only(tmp_path):
    model, _ = made("Word2Vec")
    model.save(tmp_path / "m")
    record = json.loads((tmp_path / "m" / RECORD).read_text())
    for name in ("os.system", "Space", "Encoder", "word2vec", "__init__"):
        (tmp_path / "m" / RECORD).write_text(json.dumps({**record, "encoder": name}))
        with pytest.raises(BadFormat, match="no encoder of this version"):
            load_encoder(tmp_path / "m")
    with pytest.raises(BadInput, match="did you mean 'Word2Vec'"):
        encoder_class("Word2Vce")


def test_other_paths(tmp_path):
    WORDS.save(tmp_path / "w.space")
    with pytest.raises(BadInput, match=r"is a file.*Space\.open"):
        load_encoder(tmp_path / "w.space")
    assert is_saved_encoder(tmp_path) and not is_saved_encoder(tmp_path / "w.space")
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(BadInput, match=r"no encoder\.json"):
            load_encoder(path)


def test_encoders_that_are_saved_as_one_file(tmp_path, monkeypatch):
    monkeypatch.setitem(FILES, b"magic", "Word2Vec")
    monkeypatch.setattr(encoder_class("Word2Vec"), "load", lambda path: path.name)
    (tmp_path / "m.bin").write_bytes(b"magic and more")
    (tmp_path / "n.bin").write_bytes(b"magi")
    assert load_encoder(tmp_path / "m.bin") == "m.bin" and is_saved_encoder(tmp_path / "m.bin")
    assert not is_saved_encoder(tmp_path / "n.bin")


def test_rows_of_a_table_carry_the_origin_of_the_encoder(tmp_path):
    pytest.importorskip("sklearn")
    model, _ = made("TableEncoder")
    one, two = model.to_space(TABLE, ["1", "2", "3"]), model.to_space({"a": ["y"], "b": ["v"]}, ["4"])
    assert one.fingerprint == two.fingerprint and len(one.concat(two)) == 4
    other = encoder_class("TableEncoder")().fit({"a": ["x", "z"], "b": ["u", "v"]})
    assert other.origin_ != model.origin_ and model.origin_.encoder == "TableEncoder"
    model.save(tmp_path / "m")
    assert load_encoder(tmp_path / "m").origin_ == model.origin_
