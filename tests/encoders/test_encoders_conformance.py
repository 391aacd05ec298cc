"""What every encoder keeps to, whatever it learns from. A new encoder needs one entry in `CASES`."""

from __future__ import annotations

import copy
import errno
import importlib
import inspect
import json
import os
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

import vicinal
from vicinal import Space
from vicinal.encoder import Encoder
from vicinal.errors import BadFormat, BadInput, BadOption, NotFitted, OutputExists, UnknownName
from vicinal.randomness import generator

SOURCE = Path(vicinal.__file__).parent

TEXTS = [
    "the ship sails the wide sea", "a boat and a ship on the sea", "the sky over the wide sea", "a tree in the wood",
    "the leaf of a tree", "the wood and the leaf and the root", "a root of the tree", "the boat sails",
] * 3  # fmt: skip
OTHER_TEXTS = ["red is not blue", "blue and red make purple", "green is not red", "blue is blue"] * 4
WORDS = ["sea", "the", "tree", "ship", "sea"]
ROOMS = [(f"r{i}", f"r{j}") for i in range(6) for j in range(i)] + [("r0", "s0"), ("s0", "s1"), ("s1", "s2")]
RING = [(f"r{i}", f"r{(i + 1) % 9}") for i in range(9)]
NUMBERS = generator(1).normal(size=(9, 3))
COLOURS = np.array([["red", "S"], ["blue", "M"], ["red", "L"], ["green", "S"]], object)
OTHER_COLOURS = np.array([["pink", "S"], ["grey", "S"]], object)
MIXED = np.array([["red", 1.0], ["blue", 2.5], ["red", 4.0], ["green", 8.0]], object)
BAGS = [{"sea": 2.0, "sky": 1.0}, {"sky": 1.5}, {"tree": 1.0, "sea": 0.5}]
POINTS = Space([f"p{i}" for i in range(12)], generator(2).normal(size=(12, 4)), columns={"count": np.arange(12, 0, -1)})
TURNED = Space(POINTS.names, POINTS.matrix @ np.linalg.qr(generator(3).normal(size=(4, 4)))[0])
VOCABULARY = Space(WORDS[:4], generator(4).normal(size=(4, 3)), columns={"count": [4, 9, 3, 2]})
QUICK = {"dim": 8, "min_count": 1, "epochs": 2, "threads": 1}
WALKS = {"dim": 8, "walk_length": 10, "walks_per_node": 2, "window": 2, "threads": 1}


ANY_NUMBER = {"low", "noise_exponent"}  # options that may be negative


@dataclass(frozen=True)
class Case:
    """Example data of one encoder.

    ``data`` and ``other`` are the arguments of two different trainings, ``nothing`` those of one without any data,
    ``items`` what `encode` takes, sliceable (None: it does not encode). ``unknown`` is one item that was not there when
    trained, with what must come of it: an error, or "zero" for a row of zeros, "known" for any finite row. Every
    option must refuse the text "nonsense", but for those named in ``lenient``. ``chance`` is False where a seed
    changes rounding only.
    """

    options: dict[str, Any]
    data: tuple[Any, ...]
    other: tuple[Any, ...]
    items: Any = None
    nothing: tuple[Any, ...] = ([],)
    unknown: tuple[Any, Any] = (None, None)
    lenient: frozenset[str] = field(default=frozenset())
    chance: bool = True


CASES = {
    "Word2Vec": Case(QUICK, (TEXTS,), (OTHER_TEXTS,), WORDS, unknown=("qwerty", UnknownName)),
    "FastText": Case(QUICK | {"buckets": 50}, (TEXTS,), (OTHER_TEXTS,), WORDS, unknown=("qwerty", "known")),
    "Doc2Vec": Case(QUICK, (TEXTS,), (OTHER_TEXTS,), TEXTS[:4], unknown=("qwerty", "zero")),
    "SentenceMean": Case(
        {"words": VOCABULARY, "mode": "sif"}, (TEXTS,), (WORDS,), TEXTS[:4], unknown=("qwerty", "zero"),
        lenient=frozenset({"words"}),  # text is a path
    ),
    "Phrases": Case(
        {"min_count": 1, "threshold": 0.1}, (TEXTS,), (OTHER_TEXTS,), lenient=frozenset({"separator"})
    ),
    "TfIdf": Case({}, (TEXTS,), (OTHER_TEXTS,), TEXTS[:4], unknown=("qwerty", "zero")),
    "LSA": Case({"dim": 3}, (TEXTS,), (OTHER_TEXTS,), TEXTS[:4], unknown=("qwerty", "zero"), chance=False),
    "GloVe": Case(QUICK, (TEXTS,), (OTHER_TEXTS,), WORDS, unknown=("qwerty", UnknownName)),
    "PPMI": Case(
        {"dim": 3, "min_count": 1}, (TEXTS,), (OTHER_TEXTS,), WORDS, unknown=("qwerty", UnknownName), chance=False
    ),
    "RandomProjection": Case(
        {"dim": 2}, (NUMBERS,), (NUMBERS[:, :2],), NUMBERS, (np.empty((0, 3)),), ([np.nan] * 3, BadInput)
    ),
    "DeepWalk": Case(WALKS, (ROOMS,), (RING,), ["r1", "s2", "r0"], unknown=("qwerty", UnknownName)),
    "Node2Vec": Case({**WALKS, "q": 0.5}, (ROOMS,), (RING,), ["r1", "s2", "r0"], unknown=("qwerty", UnknownName)),
    "OneHot": Case({}, (COLOURS,), (OTHER_COLOURS,), COLOURS, unknown=(["pink", "S"], BadInput)),
    "Ordinal": Case({}, (COLOURS,), (OTHER_COLOURS,), COLOURS, unknown=([None, "S"], BadInput)),
    "BinaryCode": Case(
        {"unseen": "zero"}, (COLOURS,), (OTHER_COLOURS,), COLOURS, unknown=(["pink", "XL"], "zero")
    ),
    "Multiplexed": Case(
        {"dim": 4, "rows": 50}, (COLOURS,), (OTHER_COLOURS,), COLOURS, unknown=(["pink", "S"], "known")
    ),
    "Sketch": Case(
        {"dim": 16, "method": "count_sketch"}, (NUMBERS,), (NUMBERS[:, :2],), NUMBERS, unknown=([np.nan] * 3, BadInput)
    ),
    "Standardize": Case({}, (NUMBERS,), (NUMBERS[:4],), NUMBERS, unknown=([np.nan] * 3, BadInput)),
    "MinMax": Case({"unseen": "clip"}, (NUMBERS,), (NUMBERS[:4],), NUMBERS, unknown=([9.0] * 3, "known")),
    "TableEncoder": Case(
        {"overrides": {"x1": "min_max"}, "one_hot_limit": 0, "rows": 50, "dim": 4}, (MIXED,), (MIXED[:2],), MIXED,
        unknown=([None, None], "known"),
    ),
    "Procrustes": Case(
        {"min_pairs": 4}, (POINTS, TURNED), (TURNED, POINTS), POINTS.matrix, (POINTS, TURNED, []),
        ([np.nan] * 4, BadInput),
    ),
    "ProcrustesRefined": Case(
        {"min_pairs": 4, "neighbors": 3}, (POINTS, TURNED), (TURNED, POINTS), POINTS.matrix, (POINTS, TURNED, []),
        ([np.nan] * 4, BadInput),
    ),
}  # fmt: skip


def public_encoders() -> dict[str, type[Encoder]]:
    """Every encoder that a room, or the front door, names in ``__all__``."""
    rooms = ["vicinal", *(f"vicinal.{path.parent.name}" for path in SOURCE.glob("*/__init__.py"))]
    modules = [importlib.import_module(room) for room in rooms]
    things = {name: getattr(module, name) for module in modules for name in module.__all__}
    return {name: thing for name, thing in things.items() if inspect.isclass(thing) and issubclass(thing, Encoder)}


ENCODERS = {name: kind for name, kind in public_encoders().items() if kind is not Encoder}
every = pytest.mark.parametrize("name", [name for name in ENCODERS if name in CASES])
encoding = pytest.mark.parametrize("name", [n for n in ENCODERS if n in CASES and CASES[n].items is not None])
spaced = pytest.mark.parametrize("name", [n for n in ENCODERS if n in CASES and hasattr(ENCODERS[n], "space")])


def having(option):
    return pytest.mark.parametrize("name", [n for n in ENCODERS if n in CASES and option in ENCODERS[n].option_names()])


def make(name, **options):
    return ENCODERS[name](**{**CASES[name].options, **options})


def trained(name, **options):
    return make(name, **options).fit(*CASES[name].data)


def learned(encoder):
    """What training left; an underscore before a name marks what is made of that when first needed."""
    known = encoder.option_names()
    return {key: value for key, value in vars(encoder).items() if key not in known and not key.startswith("_")}


def same(a, b):
    """Equal to the bit, however deep."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, float):
        return a == b or (a != a and b != b)
    if isinstance(a, Mapping):
        return set(a) == set(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, Space):
        return same(a.matrix, b.matrix) and list(a.names) == list(b.names) and a.fingerprint == b.fingerprint
    if hasattr(a, "__dict__"):
        return same(vars(a), vars(b))
    if hasattr(type(a), "__slots__"):
        return all(same(getattr(a, slot), getattr(b, slot)) for slot in type(a).__slots__)
    return a == b


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_public_encoder_is_tested_here():
    assert set(ENCODERS) - set(CASES) == set(), "add an entry to CASES"
    assert set(CASES) - set(ENCODERS) == set(), "these are not public"


# --- options --------------------------------------------------------------------------------------------------------


@every
def test_options_are_stored_as_given_and_nothing_else_is_done(name):
    parameters = inspect.signature(ENCODERS[name]).parameters
    assert {p.kind for p in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    given = {option: object() for option in parameters}  # whatever looks at them fails
    encoder = ENCODERS[name](**given)
    assert vars(encoder) == given
    assert encoder.get_params() == encoder.get_params(deep=False) == given
    assert list(parameters) and encoder.option_names() == sorted(parameters)
    again = {option: object() for option in parameters}
    assert encoder.set_params(**again) is encoder and vars(encoder) == again
    with pytest.raises(BadOption, match="no option 'colour'"):
        encoder.set_params(colour=1, **given)
    assert vars(encoder) == again


@every
def test_a_clone_has_the_options_and_nothing_learned(name):
    encoder = trained(name)
    other = clone(encoder)
    assert type(other) is type(encoder) and learned(other) == {}
    assert same(other.get_params(), encoder.get_params()) and same(encoder.get_params(), make(name).get_params())


@every
def test_repr_shows_what_makes_the_same_encoder(name):
    plain = {k: v for k, v in CASES[name].options.items() if not isinstance(v, Space)}
    encoder = ENCODERS[name](**dict.fromkeys(set(CASES[name].options) - set(plain), "a path"), **plain)
    assert same(eval(repr(encoder), {name: ENCODERS[name]}).get_params(), encoder.get_params())


@every
@pytest.mark.parametrize("bad", ["nonsense", -1.5, float("nan"), [1]], ids=repr)
def test_a_bad_option_is_named_and_loses_nothing(name, bad):
    encoder = trained(name)
    before = copy.deepcopy(learned(encoder))
    for option, parameter in inspect.signature(ENCODERS[name]).parameters.items():
        number = isinstance(parameter.default, int | float) and not isinstance(parameter.default, bool)
        if option in CASES[name].lenient or (bad != "nonsense" and (not number or option in ANY_NUMBER)):
            continue
        value = CASES[name].options.get(option, parameter.default)
        encoder.set_params(**{option: bad})
        with pytest.raises(BadOption) as caught:
            encoder.fit(*CASES[name].data)
        assert re.search(rf"\b{option}\b", str(caught.value)) and repr(bad) in str(caught.value), option
        assert same(learned(encoder), before), option
        encoder.set_params(**{option: value})


# --- training -------------------------------------------------------------------------------------------------------


@every
def test_fit_returns_itself_and_learns_attributes_that_end_in_an_underscore(name):
    encoder = make(name)
    assert not [key for key in vars(encoder) if key.endswith("_")]
    assert encoder.fit(*CASES[name].data) is encoder
    assert learned(encoder) and all(key.endswith("_") for key in learned(encoder))
    assert same(encoder.get_params(), make(name).get_params()), "fit changed an option"


@every
def test_before_fit_everything_says_so(name, tmp_path):
    kind = ENCODERS[name]
    members = [key for key, value in inspect.getmembers(kind) if isinstance(value, property) and key[0] != "_"]
    for member in members:
        with pytest.raises(NotFitted, match=f"{name} is not trained yet; call fit"):
            getattr(make(name), member)
    if CASES[name].items is not None:
        with pytest.raises(NotFitted, match=f"{name} is not trained yet; call fit"):
            make(name).encode(CASES[name].items)
    with pytest.raises(NotFitted):
        make(name).save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


@every
def test_nothing_to_learn_from_is_refused(name):
    with pytest.raises(BadInput):
        make(name).fit(*CASES[name].nothing)


@every
def test_one_seed_gives_the_same_bits(name):
    assert same(learned(trained(name)), learned(trained(name)))


@having("seed")
def test_another_seed_gives_others(name):
    case, results = CASES[name], [trained(name, seed=seed).encode(CASES[name].items) for seed in (1, 2)]
    if case.chance:
        assert not np.allclose(*results, rtol=1e-2)
    else:  # of decompositions the sign of each dimension is chance too
        np.testing.assert_allclose(*map(np.abs, results), atol=1e-4)


@having("threads")
def test_the_number_of_threads_does_not_matter(name):
    exact = {"deterministic": True} if "deterministic" in ENCODERS[name].option_names() else {}
    one, two = (trained(name, threads=threads, **exact) for threads in (1, 2))
    assert same(
        {k: v for k, v in learned(one).items() if k != "origin_"},
        {k: v for k, v in learned(two).items() if k != "origin_"},
    )


@every
def test_training_again_replaces_all_that_was_learned(name):
    encoder, case = trained(name), CASES[name]
    if case.items is not None:
        encoder.encode(case.items)
    fresh = make(name).fit(*case.other)
    assert not same(learned(encoder), learned(fresh))
    again = encoder.fit(*case.other)
    assert set(learned(fresh)) == set(learned(again))
    assert same(learned(again), learned(fresh))


@every
def test_global_random_states_and_data_are_left_alone(name):
    case = CASES[name]
    data, items = copy.deepcopy(case.data), copy.deepcopy(case.items)
    states = random.getstate(), np.random.get_state(legacy=False)
    encoder = make(name).fit(*data)
    if items is not None:
        encoder.encode(items)
    assert same(states, (random.getstate(), np.random.get_state(legacy=False)))
    assert same(data, case.data) and same(items, case.items)


# --- encoding -------------------------------------------------------------------------------------------------------


@encoding
def test_encode_gives_a_row_an_item(name):
    case, encoder = CASES[name], trained(name)
    rows = encoder.encode(case.items)
    assert type(rows) is np.ndarray and rows.ndim == 2 and len(rows) == len(case.items)
    assert rows.dtype == np.float32 and rows.flags.c_contiguous and np.isfinite(rows).all() and rows.any()
    none = encoder.encode(case.items[:0])
    assert none.shape == (0, rows.shape[1]) and none.dtype == np.float32
    kept = rows.copy()
    rows[:] = 7.0  # what is given out is the caller's
    assert same(encoder.encode(case.items), kept)


@encoding
def test_encode_does_not_depend_on_the_batch(name):
    case, encoder = CASES[name], trained(name)
    whole = encoder.encode(case.items)
    for at in range(1, len(case.items)):
        parts = np.concatenate([encoder.encode(case.items[:at]), encoder.encode(case.items[at:])])
        np.testing.assert_allclose(parts, whole, rtol=1e-6, atol=1e-6)
    reverse = encoder.encode(case.items[::-1])
    np.testing.assert_allclose(reverse[::-1], whole, rtol=1e-6, atol=1e-6)


@encoding
def test_what_is_unknown_has_a_stated_end_and_never_becomes_nan(name):
    case, encoder = CASES[name], trained(name)
    item, end = case.unknown
    known = case.items[:1].tolist() if isinstance(case.items, np.ndarray) else case.items[:1]
    if isinstance(end, type):
        with pytest.raises(end):
            encoder.encode([*known, item])
        return
    rows = encoder.encode([*known, item])
    assert np.isfinite(rows).all() and rows[0].any()
    assert end == "known" or not rows[1].any()


@encoding
@pytest.mark.parametrize("nonsense", [None, 5, "one string"], ids=repr)
def test_what_is_no_batch_of_items_is_refused(name, nonsense):
    with pytest.raises(BadInput):
        trained(name).encode(nonsense)


# --- files ----------------------------------------------------------------------------------------------------------


@every
def test_saved_and_loaded_it_is_the_same(name, tmp_path):
    encoder, case, folder = trained(name), CASES[name], tmp_path / "model"
    encoder.save(folder)
    other = ENCODERS[name].load(folder)
    assert type(other) is type(encoder)
    before, after = ({k: v for k, v in e.get_params().items() if k != "words"} for e in (encoder, other))
    assert json.dumps(after) == json.dumps(before)  # a tuple may come back as a list
    assert set(learned(other)) == set(learned(encoder))
    if hasattr(encoder, "origin_"):
        assert other.origin_ == encoder.origin_
    if hasattr(encoder, "space"):
        assert same(other.space, encoder.space) and other.space.origin == encoder.space.origin
    if case.items is not None:
        assert same(other.encode(case.items), encoder.encode(case.items))
    other.save(tmp_path / "again")
    assert content(tmp_path / "again") == content(folder)
    assert same(learned(other.fit(*case.data)), learned(trained(name)))  # and it can learn anew


@every
def test_saved_files_are_open_to_everyone(name, tmp_path):
    trained(name).save(tmp_path / "model")
    files = content(tmp_path / "model")
    assert {Path(file).suffix for file in files} <= {".json", ".jsonl", ".safetensors", ".txt", ".space", ".bin"}
    record = json.loads(files["encoder.json"], parse_constant=pytest.fail)  # NaN is not JSON
    assert record["format"] == "vicinal.encoder/1" and record["encoder"] == name
    assert set(make(name).option_names()) - {"words"} <= set(record["options"])


@every
@pytest.mark.parametrize("damage", ["gone", "cut", "emptied", "foreign"])
def test_a_damaged_folder_is_refused(name, damage, tmp_path):
    trained(name).save(tmp_path / "model")
    for file, raw in content(tmp_path / "model").items():
        path = tmp_path / "model" / file
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes({"cut": raw[: len(raw) // 2], "emptied": b"", "foreign": b"\x89PNG" + raw[4:]}[damage])
        before = content(tmp_path)
        with pytest.raises(BadInput) as caught:
            ENCODERS[name].load(tmp_path / "model")
        assert damage == "gone" or isinstance(caught.value, BadFormat), file
        assert content(tmp_path) == before
        path.write_bytes(raw)
    ENCODERS[name].load(tmp_path / "model")


@every
def test_what_another_encoder_saved_is_refused(name, tmp_path):
    other = "OneHot" if name != "OneHot" else "Ordinal"
    trained(other).save(tmp_path / "other")
    with pytest.raises(BadFormat, match=other):
        ENCODERS[name].load(tmp_path / "other")
    with pytest.raises(BadInput, match=r"encoder\.json"):
        ENCODERS[name].load(tmp_path)


@every
def test_a_record_that_was_meddled_with_is_refused(name, tmp_path):
    trained(name).save(tmp_path / "model")
    path = tmp_path / "model" / "encoder.json"
    record = json.loads(path.read_text("utf-8"))
    wrong = [[], {}, {**record, "format": "vicinal.encoder/99"}, {**record, "options": {"colour": 1}}]
    wrong += [{k: v for k, v in record.items() if k != gone} for gone in record]
    wrong += [{**record, key: 5} for key in record if not isinstance(record[key], int) or isinstance(record[key], bool)]
    for bad in wrong:
        path.write_text(json.dumps(bad), "utf-8")
        with pytest.raises(BadFormat):
            ENCODERS[name].load(tmp_path / "model")


@every
def test_an_existing_folder_is_replaced_on_demand_only_and_kept_when_saving_fails(name, tmp_path, monkeypatch):
    folder = tmp_path / "model"
    trained(name).save(folder)
    before, other = content(tmp_path), make(name).fit(*CASES[name].other)
    with pytest.raises(OutputExists):
        other.save(folder)
    assert content(tmp_path) == before

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(BadInput, match="disk is full"):
            other.save(folder, force=True)
    assert content(tmp_path) == before
    other.save(folder, force=True)
    assert content(tmp_path) != before and [path.name for path in tmp_path.iterdir()] == ["model"]


# --- spaces and records ---------------------------------------------------------------------------------------------


@spaced
def test_a_space_says_where_it_is_from(name):
    encoder = trained(name)
    space, origin = encoder.space, encoder.space.origin
    assert len(set(space.names)) == len(space) and np.isfinite(space.matrix).all()
    assert origin.encoder == name and origin.version == vicinal.__version__ and origin.content
    assert origin.seed == getattr(encoder, "seed", None)
    assert type(origin).from_json(origin.to_json()) == origin
    assert set(encoder.option_names()) <= set(origin.options)
    plain = {k: v for k, v in encoder.get_params().items() if isinstance(v, str | int | float | None)}
    assert {k: origin.options[k] for k in plain} == plain
    assert space.fingerprint == trained(name).space.fingerprint
    other = make(name).fit(*CASES[name].other).space
    shared = [word for word in space.names if word in other]
    alike = all(same(space[word], other[word]) for word in shared)
    assert space.fingerprint != other.fingerprint or alike, "one fingerprint, vectors that do not compare"


@every
def test_an_origin_is_kept_where_vectors_are_learned(name):
    origin = learned(trained(name)).get("origin_")
    if origin is None:
        return
    assert origin.encoder == name and origin.version == vicinal.__version__ and origin.content
    assert type(origin).from_json(origin.to_json()) == origin


# --- explanations ---------------------------------------------------------------------------------------------------


def entries(thing, section):
    """Names explained in a section of numpydoc."""
    text = inspect.cleandoc(thing.__doc__ or "").replace("\\\n", "")
    found = re.search(rf"^{section}\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)", text, re.S | re.M)
    heads = re.findall(r"^(\S[^\n]*)$", found[1], re.M) if found else []
    return [name.strip() for head in heads for name in head.partition(" : ")[0].split(",")]


@every
def test_the_docstring_explains_every_option_and_every_learned_attribute(name):
    kind, encoder = ENCODERS[name], trained(name)
    if CASES[name].items is not None:
        encoder.encode(CASES[name].items)
    assert sorted(entries(kind, "Parameters")) == encoder.option_names()
    explained = {entry for base in kind.__mro__ for entry in entries(base, "Attributes")}
    assert set(learned(encoder)) - explained == set()
    assert "Examples\n--------" in inspect.cleandoc(kind.__doc__)


@every
def test_methods_say_what_they_give_and_refuse(name):
    kind = ENCODERS[name]
    for method in ("fit", "encode") if CASES[name].items is not None else ("fit",):
        text = inspect.getdoc(getattr(kind, method)) or ""
        for section in ("Parameters", "Returns", "Raises"):
            assert f"{section}\n{'-' * len(section)}" in text, f"{method} has no {section}"
    assert inspect.getdoc(kind.save) and inspect.getdoc(kind.load)
