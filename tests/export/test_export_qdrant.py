"""Qdrant, through its client's own engine: in memory as a server would answer, and in a folder."""

from __future__ import annotations

import importlib
import warnings

import numpy as np
import pytest

from vicinal import Space
from vicinal.errors import BadInput, BadOption, OutputExists
from vicinal.export import export


@pytest.fixture
def qdrant(need):
    need("qdrant_client")
    import qdrant_client

    return qdrant_client


@pytest.fixture
def client(qdrant):
    opened = qdrant.QdrantClient(":memory:")
    yield opened
    opened.close()


@pytest.fixture(params=["server", "folder"])
def load(request, qdrant, tmp_path):
    """Bring a space into Qdrant both ways and return a client to ask."""
    clients = []

    def bring(space, **options):
        if request.param == "server":
            client = qdrant.QdrantClient(":memory:")
            done = export(space, client, to="qdrant", **options)
        else:
            done = export(space, tmp_path / "x.qdrant", **options)
            client = qdrant.QdrantClient(path=str(tmp_path / "x.qdrant"))
        clients.append(client)
        return done, client

    yield bring
    for client in clients:
        client.close()


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_neighbours_are_those_of_the_space(load, make, same_answers, metric):
    space = make(100, metric=metric)
    done, client = load(space, batch=64)
    assert (done.to, done.rows, done.metric) == ("qdrant", len(space), metric)

    def answer(row, k):
        points = client.query_points("vectors", query=space.matrix[row].tolist(), limit=k).points
        return [point.payload["name"] for point in points]

    same_answers(space, metric, answer)


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_scores_are_those_of_the_space(load, make, metric):
    space = make(100, metric=metric)
    _, client = load(space)
    found = client.query_points("vectors", query=0, limit=5).points  # near point 0, without it
    exact = space.nearest(space.names[0], 5)[0]
    sign = -1 if metric == "euclidean" else 1
    assert [point.payload["name"] for point in found] == [match.name for match in exact]
    assert np.allclose([sign * point.score for point in found], [match.score for match in exact], atol=1e-4)


def test_everything_comes_back(load, make):
    space = make(60, metric="dot")
    done, client = load(space, collection="my words", batch=33)
    points, _ = client.scroll("my words", limit=1000, with_vectors=True)
    assert [point.id for point in points] == list(range(len(space)))
    assert [point.payload["name"] for point in points] == list(space.names)
    assert np.array([point.vector for point in points], np.float32).tobytes() == space.matrix.tobytes()
    for key, column in space.columns.items():
        assert [point.payload[key] for point in points] == column.tolist()
    assert done.lost == ("origin",)


def test_settings_reach_the_collection(client, make):
    export(make(), client, to="qdrant", m=24, ef_construction=77, metric="euclidean")
    assert client.get_collection("vectors").config.params.vectors.distance == "Euclid"
    seen = {}

    class Watched:
        def __getattr__(self, name):
            return getattr(client, name)

        def create_collection(self, collection, **settings):
            seen.update(settings)
            return client.create_collection(collection, **settings)

    export(make(), Watched(), to="qdrant", m=24, ef_construction=77, collection="b")
    assert (seen["hnsw_config"].m, seen["hnsw_config"].ef_construct) == (24, 77)


def test_numbers_that_are_not_finite_become_null_and_it_is_said(load):
    done, client = load(Space(["a", "b"], np.eye(2), columns={"x": [np.nan, 1.0]}))
    assert any("'x'" in lost for lost in done.lost)
    assert client.retrieve("vectors", [0])[0].payload == {"name": "a", "x": None}


def test_a_collection_is_replaced_only_by_force(client, make):
    export(make(50), client, to="qdrant")
    with pytest.raises(OutputExists, match="--force"):
        export(make(60), client, to="qdrant")
    assert client.count("vectors").count == 50
    export(make(60), client, to="qdrant", force=True)
    assert client.count("vectors").count == 60
    assert len(client.get_collections().collections) == 1, "the one before is gone"


def test_a_collection_of_others_is_replaced_only_by_force(client, qdrant, make):
    parameters = qdrant.models.VectorParams(size=3, distance=qdrant.models.Distance.DOT)
    client.create_collection("vectors", vectors_config=parameters)
    client.create_collection("other", vectors_config=parameters)
    with pytest.raises(OutputExists):
        export(make(60), client, to="qdrant")
    export(make(60), client, to="qdrant", force=True)
    assert client.count("vectors").count == 60
    assert client.collection_exists("other")


def test_an_export_that_fails_midway_leaves_what_was_there(client, make):
    export(make(50), client, to="qdrant")
    before = client.get_collections()

    def fail(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(make(60), client, to="qdrant", force=True, callback=fail)
    assert client.get_collections() == before
    assert client.count("vectors").count == 50


def test_a_server_that_refuses_is_one_line(client, make):
    class Full:
        def __getattr__(self, name):
            return getattr(client, name)

        def upsert(self, *args, **options):
            raise RuntimeError("disk\nfull")

    with pytest.raises(BadInput, match="Qdrant refused: disk full"):
        export(make(50), Full(), to="qdrant")
    assert client.get_collections().collections == []


def test_folders(qdrant, make, tmp_path):
    path = tmp_path / "x.qdrant"

    def fail(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(make(50), path, callback=fail)
    assert list(tmp_path.iterdir()) == []
    export(make(50), path)
    with pytest.raises(OutputExists):
        export(make(60), path)
    export(make(60), path, force=True)
    assert [item.name for item in tmp_path.iterdir()] == ["x.qdrant"]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match="not replaced"):
        export(make(50), mine, to="qdrant", force=True)
    assert (mine / "thesis.txt").is_file()


def test_large_folders_are_no_warning_but_a_remark(qdrant, make, tmp_path, monkeypatch):
    local = importlib.import_module("qdrant_client.local.local_collection").LocalCollection
    monkeypatch.setattr(local, "LARGE_DATA_THRESHOLD", 40)
    monkeypatch.setattr("vicinal.export.qdrant._LOCAL", 40)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done = export(make(41), tmp_path / "x.qdrant")
    assert any("from 40 on" in lost for lost in done.lost)


@pytest.mark.parametrize(
    ("space", "options", "says"),
    [
        (Space(["a"], [[1]], columns={"name": [1]}), {}, "cannot be called 'name'"),
        (Space(["a"], [[1]], columns={"x": np.array([2**63], np.uint64)}), {}, r"up to 2\^63"),
        (Space(["a"], [[1]]), {"collection": "a/b"}, "collection must be"),
        (Space(["a"], [[1]]), {"batch": 0}, "batch must be"),
        (Space(["a"], [[1]]), {"table": "x"}, "qdrant takes no option 'table'; it takes metric, collection"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_written(qdrant, tmp_path, space, options, says):
    with pytest.raises((BadInput, BadOption), match=says):
        export(space, tmp_path / "x.qdrant", **options)
    assert not list(tmp_path.iterdir())


def test_no_server_is_one_line(qdrant):
    with pytest.raises(BadInput, match="Qdrant refused"):
        export(Space(["a"], [[1]]), "http://127.0.0.1:1")
