"""The .map file: anybody can read it, and damage gives an error, never a crash."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vicinal.errors import BadFormat, BadInput, OutputExists
from vicinal.maps import Map
from vicinal.names import Names, hash_name
from vicinal.store.container import write_container

GOLDEN = Path(__file__).parents[1] / "golden" / "map-v1.map"
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
letters = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


def golden_map():
    return Map(
        ["king", "New York", "ключ", "🦊"],
        [[1, -2.5, 0.1], [0, 0, 0], [3.5, 4, 1e-7], [-1, 65504, 0.333]],
        "t-SNE",
        fingerprint="ab12",
        quality={"trustworthiness": 0.875, "continuity": 1 / 3, "neighbours": 1},
        axis_shares=[0.5, 0.25, 0.125],
        options={"perplexity": 30.0, "seed": 7, "metric": "cosine"},
    )


def same(one, other):
    assert one.names == other.names and one.coordinates.tobytes() == other.coordinates.tobytes()
    for attribute in ("method", "fingerprint", "quality", "axis_shares", "options"):
        assert getattr(one, attribute) == getattr(other, attribute)


def test_golden_file_is_read_and_written_again_byte_for_byte(tmp_path):
    same(Map.open(GOLDEN), golden_map())
    golden_map().save(tmp_path / "a.map")
    assert (tmp_path / "a.map").read_bytes() == GOLDEN.read_bytes()
    Map.open(GOLDEN).save(tmp_path / "b.map")
    assert (tmp_path / "b.map").read_bytes() == GOLDEN.read_bytes()


def test_anybody_can_read_it(tmp_path):
    golden_map().save(tmp_path / "a.map")
    tensors = safetensors.numpy.load_file(tmp_path / "a.map")
    assert np.array_equal(tensors["coordinates"], golden_map().coordinates)
    assert tensors["names"].tobytes().decode() == "kingNew Yorkключ🦊"
    assert tensors["name_offsets"].tolist() == [0, 4, 12, 20, 24]
    assert tensors["name_hash"].tolist() == sorted(map(hash_name, golden_map().names))
    with safetensors.safe_open(tmp_path / "a.map", "numpy") as file:
        metadata = file.metadata()
    assert metadata["format"] == "vicinal.map/1" and json.loads(metadata["options"])["seed"] == 7


@many
@given(st.lists(letters, min_size=1, max_size=8, unique=True), st.sampled_from([2, 3]), st.data())
def test_a_map_survives_a_round_trip(tmp_path, names, dim, data):
    number = st.floats(allow_nan=False, allow_infinity=False, width=32)
    row = st.lists(number, min_size=dim, max_size=dim)
    drawn = Map(names, data.draw(st.lists(row, min_size=len(names), max_size=len(names))), "UMAP", options={"é": [1]})
    for ending in ("a.map", "a.tsv"):
        drawn.save(tmp_path / ending, force=True)
        same(Map.open(tmp_path / ending), drawn)
    assert sorted(os.listdir(tmp_path)) == ["a.map", "a.tsv"]


@many
@given(st.integers(0, len(GOLDEN.read_bytes()) - 1), st.integers(0, 255), st.integers(0, 3))
def test_damage_is_refused_or_harmless(tmp_path, at, byte, how):
    data = bytearray(GOLDEN.read_bytes())
    if how == 0:
        data = data[:at]
    elif how == 1:
        data += bytes([byte])
    else:
        data[at] = byte
    (tmp_path / "a.map").write_bytes(data)
    try:
        found = Map.open(tmp_path / "a.map")
    except BadFormat as error:
        assert "a.map" in str(error)
    else:
        assert len(found) == 4 and np.isfinite(found.coordinates).all() and len(list(found.names)) == 4


def tensors(**changes):
    data, offsets, hashes, order = Names(["a", "b"]).buffers()
    whole = {"name_offsets": offsets, "name_hash": hashes, "name_order": order, "names": data}
    return whole | {"coordinates": np.zeros((2, 2), np.float32)} | changes


@pytest.mark.parametrize(
    "arrays, metadata, what",
    [
        (tensors(), {"format": "vicinal.map/2"}, "version '2'"),
        (tensors(), {"format": "vicinal.space/1"}, "not a .map file"),
        (tensors(), {}, "not a .map file"),
        (tensors(coordinates=np.zeros((2, 2))), {}, "F32"),
        (tensors(coordinates=np.zeros(4, np.float32)), {}, "F32"),
        (tensors(coordinates=np.zeros((2, 4), np.float32)), {}, "2 or 3"),
        (tensors(coordinates=np.zeros((3, 2), np.float32)), {}, "3 pieces"),
        (tensors(coordinates=np.full((2, 2), np.nan, np.float32)), {}, "finite"),
        (tensors(names=np.array([0xFF, 98], np.uint8)), {}, "UTF-8"),
        (tensors(name_order=np.array([0, 0])), {}, "name_order"),
        (tensors(), {"quality": "{"}, "JSON"),
        (tensors(), {"quality": "[" * 100_000}, "JSON"),
        (tensors(), {"quality": "[1]"}, "not a map"),
        (tensors(), {"quality": '{"a": ' + "9" * 400 + "}"}, "not a map"),
        (tensors(), {"quality": '{"a": NaN}'}, "not a map"),
        (tensors(), {"axis_shares": "[NaN, 1]"}, "not a map"),
        (tensors(), {"axis_shares": "3"}, "not a map"),
        (tensors(), {"options": "[3]"}, "not a map"),
        (tensors(), {"options": '{"a": NaN}'}, "not a map"),
        (tensors(), {"method": "two\nlines"}, "not a map"),
    ],
)
def test_a_lying_file_is_refused_with_its_name(tmp_path, arrays, metadata, what):
    named = metadata if "format" in metadata or what == "not a .map file" else {"format": "vicinal.map/1", **metadata}
    write_container(tmp_path / "a.map", arrays, named)
    with pytest.raises(BadFormat, match=what) as caught:
        Map.open(tmp_path / "a.map")
    assert "a.map" in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"# vicinal.map/1\n", b"\xff" * 40, (2**60).to_bytes(8, "little") + b"{}      "])
def test_what_is_no_container_is_refused(tmp_path, data):
    (tmp_path / "a.map").write_bytes(data)
    with pytest.raises(BadFormat, match=r"a\.map"):
        Map.open(tmp_path / "a.map")


def test_nothing_is_overwritten_unasked_and_nothing_is_left_behind(tmp_path):
    drawn = golden_map()
    drawn.save(tmp_path / "a.map")
    with pytest.raises(OutputExists, match="force=True"):
        drawn.save(tmp_path / "a.map")
    drawn.save(tmp_path / "a.map", force=True)
    with pytest.raises(BadInput, match="folder"):
        drawn.save(tmp_path / "none" / "a.map")
    assert os.listdir(tmp_path) == ["a.map"]


def test_names_of_a_file_are_not_read_before_they_are_asked_for(tmp_path):
    golden_map().save(tmp_path / "a.map")
    found = Map.open(tmp_path / "a.map")
    assert found["ключ"].tolist() == golden_map()["ключ"].tolist() and found.names[3] == "🦊"
    assert repr(found).endswith("king, New York, ключ, 🦊)") and "🦊" in found._repr_html_()
    assert found.names._items is None


@pytest.mark.parametrize("options", [{"a": float("nan")}, {"a": object()}, {1: 2}, {"a": (1,)}])
def test_options_that_a_file_could_not_keep_are_refused(options):
    with pytest.raises(BadInput, match="options"):
        Map(["a"], [[1, 2]], "PCA", options=options)
