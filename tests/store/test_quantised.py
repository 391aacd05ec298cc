"""Forms of vectors in .space files: golden files, what anybody can read, and damage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal import store
from vicinal.errors import BadFormat, BadInput
from vicinal.origin import Origin
from vicinal.space import Space
from vicinal.store import native
from vicinal.store.quantised import BinaryForm, Int8Form, ProductForm, decoded

GOLDEN = Path(__file__).parents[1] / "golden"


def int8_rows():
    codes = np.array([[127, -64, 0], [0, 0, 0], [-127, 1, 2], [3, 4, 127]], np.int8)
    return Int8Form(codes, np.array([0.5, 0, 2, 0.25], np.float32))


def int8_dims():
    scales, offsets = np.array([[0.5, 0.25, 0]], np.float32), np.array([[1, 0, -3]], np.float32)
    return Int8Form(int8_rows().codes, scales, offsets)


def binary():
    bits = np.array([[0b101], [0b000], [0b111], [0b010]], np.uint8)
    turn = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]], np.float32)
    return BinaryForm(bits, np.array([1, 0, 0.5, 2], np.float32), np.array([[0.5, 0, -1]], np.float32), turn)


def product(count=17):
    centres = np.arange(2 * count * 2, dtype=np.float32).reshape(2, count, 2) / 2
    centres[1, :, 1] = 0
    codes = np.array([[0, 1], [2, 3], [4, 5], [6, 7]], np.uint8)
    if count <= 16:
        codes = np.array([[0x10], [0x32], [0x54], [0x76]], np.uint8)
    return ProductForm(codes, centres, np.array([3]))


EXPECTED = {
    "int8": (int8_rows(), [[63.5, -32, 0], [0, 0, 0], [-254, 2, 4], [0.75, 1, 31.75]]),
    "int8-dims": (int8_dims(), [[64.5, -16, -3], [1, 0, -3], [-62.5, 0.25, -3], [2.5, 1, -3]]),
    # signs +-+, ---, +++, -+- turned back: what was axis 0 is -2, what was axis 1 is 1
    "binary": (binary(), [[1.5, 1, 0], [0.5, 0, -1], [0, 0.5, -0.5], [-1.5, -2, -3]]),
    "pq": (product(), [[0, 0.5, 18], [2, 2.5, 20], [4, 4.5, 22], [6, 6.5, 24]]),
    "pq-4bit": (product(8), [[0, 0.5, 9], [2, 2.5, 11], [4, 4.5, 13], [6, 6.5, 15]]),
}
goldens = pytest.mark.parametrize("name", EXPECTED)


def space_of(form):
    return Space(
        ["king", "New York", "ключ", "🦊"],
        decoded(form),
        columns={"count": np.array([7, 5, 3, 1], np.int64), "label": ["a", "", "ü", "fox"]},
        metric="dot",
        origin=Origin("Word2Vec", {"dim": 3}, 7, steps=(form.FORM,)),
    )


@goldens
def test_golden_files_are_read_and_written_again_byte_for_byte(tmp_path, name):
    form, expected = EXPECTED[name]
    golden = GOLDEN / f"space-v2-{name}.space"
    space = store.read(golden)
    assert space.matrix.tolist() == expected
    assert space.matrix.dtype == np.float32
    assert list(space) == ["king", "New York", "ключ", "🦊"]
    assert space.metric == "dot" and space.origin == space_of(form).origin
    assert space.columns["count"].tolist() == [7, 5, 3, 1] and space.columns["label"].tolist() == ["a", "", "ü", "fox"]
    native.write(space_of(form), tmp_path / "a.space", form=form)
    assert (tmp_path / "a.space").read_bytes() == golden.read_bytes()


@goldens
def test_anybody_can_read_them(name):
    tensors = safetensors.numpy.load_file(GOLDEN / f"space-v2-{name}.space")
    assert ("vectors" not in tensors and "vectors.codes" in tensors) or "vectors.bits" in tensors
    with safetensors.safe_open(GOLDEN / f"space-v2-{name}.space", "np") as file:
        assert file.metadata()["format"] == "vicinal.space/2"
        assert file.metadata()["form"] == EXPECTED[name][0].FORM


@goldens
def test_a_space_that_was_opened_is_written_as_any_other(tmp_path, name):
    space = store.read(GOLDEN / f"space-v2-{name}.space")
    space.save(tmp_path / "a.space")
    with safetensors.safe_open(tmp_path / "a.space", "np") as file:
        assert file.metadata()["format"] == "vicinal.space/1"
    assert store.read(tmp_path / "a.space").fingerprint == space.fingerprint


@goldens
def test_every_cut_and_every_changed_byte_of_the_header_is_refused_or_read(tmp_path, name):
    content = (GOLDEN / f"space-v2-{name}.space").read_bytes()
    path = tmp_path / "a.space"
    for size in range(0, len(content), 7):
        path.write_bytes(content[:size])
        with pytest.raises(BadFormat):
            store.read(path)
    path.write_bytes(content + b"\0")
    with pytest.raises(BadFormat):
        store.read(path)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(sorted(EXPECTED)), at=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_one_wrong_byte_gives_a_clear_refusal_or_a_whole_space(tmp_path_factory, name, at, byte):
    content = bytearray((GOLDEN / f"space-v2-{name}.space").read_bytes())
    content[int(at * len(content))] = byte
    path = tmp_path_factory.mktemp("s") / "a.space"
    path.write_bytes(bytes(content))
    try:
        space = store.read(path)
    except (BadFormat, BadInput):
        return
    assert space.matrix.shape[0] == len(space) and np.isfinite(space.matrix).all()


def damaged(tmp_path, name, change):
    """A golden file after ``change(metadata, tensors)``."""
    source = GOLDEN / f"space-v2-{name}.space"
    tensors = safetensors.numpy.load_file(source)
    with safetensors.safe_open(source, "np") as file:
        metadata = file.metadata()
    change(metadata, tensors)
    safetensors.numpy.save_file(tensors, tmp_path / "a.space", metadata)
    return tmp_path / "a.space"


def put(key, array):
    return lambda _, tensors: tensors.__setitem__(f"vectors.{key}", np.asarray(array))


def fill(key, value):
    return lambda _, tensors: tensors[f"vectors.{key}"].reshape(-1).__setitem__(-1, value)


@pytest.mark.parametrize(
    ("name", "change", "match"),
    [
        ("int8", lambda meta, _: meta.update(form="int4"), "kept as 'int4'.*upgrade"),
        ("int8", lambda meta, _: meta.pop("form"), "does not say in what form"),
        ("int8", lambda meta, _: meta.update(format="vicinal.space/3"), "version '3'.*versions 1 and 2"),
        ("int8", lambda meta, _: meta.update(form="binary"), "'bits'.*missing"),
        ("int8", lambda _, tensors: tensors.pop("vectors.scales") is None, "'scales'.*missing"),
        ("int8", put("codes", np.zeros((5, 3), np.int8)), "'scales' must be float32 of 5"),
        ("int8", put("codes", np.zeros((4, 0), np.int8)), "'codes' must be int8"),
        ("int8", put("codes", np.zeros((4, 3), np.uint8)), "'codes' must be int8"),
        ("int8", put("codes", np.zeros(12, np.int8)), "'codes' must be int8"),
        ("int8", put("scales", np.ones((4, 3), np.float32)), "'scales' must be float32 of 1x3"),
        ("int8", put("scales", np.ones(4)), "'scales' must be float32"),
        ("int8", fill("scales", np.nan), "'scales' holds NaN"),
        ("int8", put("offsets", np.ones((1, 4), np.float32)), "'offsets' must be"),
        ("int8-dims", put("scales", np.ones((1, 2), np.float32)), "'scales' must be"),
        ("binary", put("bits", np.zeros((4, 2), np.uint8)), "'bits' must be"),
        ("binary", put("centre", np.zeros((2, 3), np.float32)), "'centre' must be"),
        ("binary", put("centre", np.zeros((1, 0), np.float32)), "'centre' must be"),
        ("binary", put("centre", np.float32(1)), "'centre' must be"),
        ("binary", put("rotation", np.eye(2, dtype=np.float32)), "'rotation' must be"),
        ("binary", fill("rotation", np.inf), "'rotation' holds NaN or infinity"),
        ("pq", fill("codes", 17), "names centre 17 of 17"),
        ("pq-4bit", fill("codes", 0x86), "names centre 8 of 8"),
        ("pq", fill("kept", 5), "do not make vectors of 5"),
        ("pq", fill("kept", 2), "do not make vectors of 2"),
        ("pq", fill("kept", -1), "do not make vectors of -1"),
        ("pq", put("kept", np.array([], np.int64)), "'kept' must be"),
        ("pq", put("centres", np.zeros((2, 300, 2), np.float32)), "do not make"),
        ("pq", put("centres", np.zeros((3, 17, 2), np.float32)), "'codes' must be uint8 of 4x3"),
        ("pq", put("centres", np.zeros((2, 0, 2), np.float32)), "'centres' must be"),
    ],
)  # fmt: skip
def test_forms_that_do_not_fit_are_refused_in_one_line(tmp_path, name, change, match):
    path = damaged(tmp_path, name, change)
    with pytest.raises(BadFormat, match=match) as caught:
        store.read(path)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


def test_names_must_fit_the_form(tmp_path):
    path = damaged(tmp_path, "int8", lambda _, tensors: tensors.update({
        "vectors.codes": np.zeros((3, 3), np.int8), "vectors.scales": np.ones(3, np.float32),
    }))  # fmt: skip
    with pytest.raises(BadFormat, match="name_offsets"):
        store.read(path)


def test_numbers_too_large_for_float32_are_refused(tmp_path):
    path = damaged(tmp_path, "int8", fill("scales", np.float32(3e38)))
    with pytest.raises(BadFormat, match=r"🦊.*NaN, infinity"):
        store.read(path)


def test_a_form_of_other_vectors_is_refused(tmp_path):
    space = space_of(int8_rows())
    with pytest.raises(BadInput, match="is none of a space"):
        native.write(space.take(["king"]), tmp_path / "a.space", form=int8_rows())


def test_header_is_json_that_says_what_the_form_holds():
    content = (GOLDEN / "space-v2-binary.space").read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    listed = {name: entry["shape"] for name, entry in header.items() if name.startswith("vectors")}
    assert listed == {
        "vectors.bits": [4, 1], "vectors.scales": [4], "vectors.centre": [1, 3], "vectors.rotation": [3, 3],
    }  # fmt: skip
