"""Maps and names as bytes: what comes back is what NumPy and the maps room say; a browser's copy is told by its tag."""

import json
import threading
import time
from itertools import pairwise

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sklearn.decomposition import PCA

from vicinal import Space
from vicinal.maps import Map, measure, pca_map
from vicinal.serve import Served, Shelf, create_app
from vicinal.serve.binary import map_bytes, names_bytes
from vicinal.serve.drawing import drawing, map_quality, principal
from vicinal.similarity import unit_rows
from vicinal.store.container import container_bytes

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "\u202egnp.exe",
    "a\nb",
    "__proto__",
    "é" * 5000,
]


def unpacked(data):
    """Read a safetensors file by its specification."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    about = header.pop("__metadata__")
    kinds = {"F32": "<f4", "I32": "<i4", "U32": "<u4", "U16": "<u2", "U8": "|u1", "F16": "<f2", "I8": "|i1"}
    arrays = {}
    for key, entry in header.items():
        start, stop = (8 + length + at for at in entry["data_offsets"])
        assert start % np.dtype(kinds[entry["dtype"]]).itemsize == 0, "an array that a browser cannot view in place"
        arrays[key] = np.frombuffer(data[start:stop], kinds[entry["dtype"]]).reshape(entry["shape"])
    return about, arrays


@pytest.fixture(scope="module")
def cloud():
    random = np.random.default_rng(1)
    return Space([f"w{i}" for i in range(3000)], random.normal(size=(3000, 12)) * np.linspace(3, 0.5, 12) + 0.3)


@pytest.fixture
def client(cloud):
    with TestClient(create_app(Shelf([Served("words", cloud)]))) as client:
        yield client


@pytest.mark.parametrize("metric", ["cosine", "dot"])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_components_are_those_of_scikit_learn(cloud, metric, dtype):
    space = Space(cloud.names, cloud.matrix.astype(dtype), metric=metric)
    about, arrays = unpacked(map_bytes(Served("words", space), "pca3").data)
    rows = unit_rows(space.matrix) if metric == "cosine" else space.matrix.astype(np.float64)
    expected = PCA(3).fit(rows)
    signs = np.sign((expected.transform(rows) * arrays["coordinates"]).sum(axis=0))
    np.testing.assert_allclose(arrays["coordinates"], expected.transform(rows) * signs, atol=2e-4)
    assert json.loads(about["axis_shares"]) == pytest.approx(expected.explained_variance_ratio_, rel=1e-4)
    assert json.loads(about["quality"])["variance_kept"] == pytest.approx(expected.explained_variance_ratio_.sum())
    assert about["fingerprint"] == space.fingerprint and "rows" not in arrays


def test_a_sample_finds_nearly_the_same_axes():
    random = np.random.default_rng(2)
    matrix = (random.normal(size=(60_000, 8)) * [9, 5, 2, 1, 1, 1, 1, 1]).astype(np.float32)
    drawn = principal(Space(map(str, range(60_000)), matrix, metric="dot"), 2)
    whole = PCA(2).fit(matrix)
    kept = drawn.coordinates.var(axis=0).sum() / matrix.var(axis=0).sum()
    assert kept == pytest.approx(whole.explained_variance_ratio_.sum(), rel=1e-3)
    assert drawn.quality["points"] == 20_000 and drawn.quality["variance_kept"] == pytest.approx(kept, abs=0.01)


@pytest.mark.parametrize(
    "matrix", [[[1.0]], [[1.0], [2.0]], [[1e30, 1], [2e30, 3], [-1e30, 5]], [[0, 0], [0, 0], [0, 0]]]
)
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_odd_spaces_have_maps_of_two_axes(matrix, metric):
    space = Space([f"n{i}" for i in range(len(matrix))], matrix, metric=metric)
    coordinates = principal(space, 2).coordinates
    assert coordinates.shape == (len(matrix), 2) and np.isfinite(coordinates).all()


def test_extreme_lengths_do_not_spoil_directions():
    directions = unit_rows(np.random.default_rng(3).normal(size=(50, 4)))
    sizes = np.logspace(-30, 30, 50)[:, None]
    plain, extreme = (Space(map(str, range(50)), directions * by) for by in (1.0, sizes))
    np.testing.assert_allclose(principal(plain, 2).coordinates, principal(extreme, 2).coordinates, atol=1e-5)


def test_maps_made_before(cloud):
    some = pca_map(cloud, names=["w7", "w3", "w2999", "w5"])
    whole = Map(cloud.names, np.random.default_rng(0).normal(size=(3000, 3)), "t-SNE", quality={"trustworthiness": 0.5})
    served = Served("words", cloud, maps={"some": some, "whole": whole})
    about, arrays = unpacked(map_bytes(served, "some").data)
    assert arrays["rows"].tolist() == [7, 3, 2999, 5] and about["method"] == "PCA"
    np.testing.assert_array_equal(arrays["coordinates"], some.coordinates)
    about, arrays = unpacked(map_bytes(served, "whole").data)
    assert "rows" not in arrays and arrays["coordinates"].shape == (3000, 3)
    assert map_quality(served, "whole")["quality"] == {"trustworthiness": 0.5, "among": 3000}


def test_quality_is_measured_on_the_vectors(cloud):
    served = Served("words", cloud)
    found = map_quality(served, "pca")["quality"]
    expected = measure(unit_rows(cloud.matrix), drawing(served, "pca").coordinates, pairs=1 << 22)
    assert {key: found[key] for key in expected} == expected
    assert found["among"] == 3000 and found["variance_kept"] == drawing(served, "pca").quality["variance_kept"]


def test_quality_does_not_hold_up_the_picture(cloud, monkeypatch):
    begun, go = threading.Event(), threading.Event()

    def slow(*_, **__):
        begun.set()
        assert go.wait(20)
        return {"trustworthiness": 1.0}

    monkeypatch.setattr("vicinal.serve.drawing.measure", slow)
    served = Served("words", cloud)
    thread = threading.Thread(target=map_quality, args=(served, "pca"))
    thread.start()
    assert begun.wait(20)
    start = time.monotonic()
    map_bytes(served, "pca")
    names_bytes(served)
    assert time.monotonic() - start < 5
    go.set()
    thread.join()


@pytest.mark.parametrize("mapped", [False, True])
def test_names_come_back(tmp_path, mapped):
    space = Space(HOSTILE, np.eye(len(HOSTILE)))
    if mapped:
        space.save(tmp_path / "a.space")
        space = Space.open(tmp_path / "a.space")
    _, arrays = unpacked(names_bytes(Served("hostile", space)).data)
    raw, offsets = arrays["names"].tobytes(), arrays["name_offsets"].tolist()
    assert [raw[a:b].decode() for a, b in pairwise(offsets)] == HOSTILE


def test_mapped_names_are_not_decoded(tmp_path, monkeypatch):
    Space(["a", "b"], np.eye(2)).save(tmp_path / "a.space")
    space = Space.open(tmp_path / "a.space")
    monkeypatch.setattr("vicinal.names.Names._all", lambda self: pytest.fail("every name was made a string"))
    assert b"ab" in names_bytes(Served("a", space)).data


@pytest.mark.parametrize("path", ["map?map=pca", "map?map=pca3", "names", "clusters?k=3"])
def test_what_a_browser_has_is_not_sent_again(client, path):
    first = client.get(f"/spaces/words/{path}")
    tag = first.headers["etag"]
    assert first.status_code == 200 and first.headers["cache-control"] == "no-cache"
    for known in (tag, f'"other", W/{tag}', "*"):
        again = client.get(f"/spaces/words/{path}", headers={"If-None-Match": known})
        assert again.status_code == 304 and again.headers["etag"] == tag and not again.content
    assert client.get(f"/spaces/words/{path}", headers={"If-None-Match": '"other"'}).content == first.content


def test_tags_differ_with_what_they_name(cloud):
    other = Space(cloud.names, cloud.matrix * np.linspace(1, 2, 12).astype(np.float32))
    bodies = [map_bytes(Served("words", space), which) for space in (cloud, other) for which in ("pca", "pca3")]
    assert len({body.tag for body in bodies}) == 4
    assert map_bytes(Served("words", cloud), "pca").tag == bodies[0].tag


def test_unknown_maps_are_refused(client):
    for path in ("map", "map/quality"):
        answer = client.get(f"/spaces/words/{path}?map=<b>")
        assert answer.status_code in (404, 422) and "maps of this space" in answer.json()["error"]["message"]


def test_rows(client, cloud):
    found = client.post("/spaces/words/rows", json={"names": ["w7", "nobody", "w0"]}).json()
    assert found["rows"] == [7, -1, 0] and found["fingerprint"] == cloud.fingerprint
    assert client.post("/spaces/words/rows", json={"names": []}).status_code == 422
    assert client.post("/spaces/words/rows", json={"names": ["a"] * 1001}).status_code == 422


def test_packed_is_a_safetensors_file(tmp_path):
    from safetensors.numpy import load

    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([1, 65535], np.uint16)}
    found = load(container_bytes(arrays, {"x": "y"}))
    assert all(np.array_equal(found[key], arrays[key]) for key in arrays)
