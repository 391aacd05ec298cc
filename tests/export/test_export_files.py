"""LanceDB, Parquet, hnswlib and FAISS: what these tools themselves find in what is written."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from vicinal import Space, store
from vicinal.errors import BadInput, BadOption, MissingExtra, OutputExists
from vicinal.export import export, targets

METRICS = ("cosine", "dot", "euclidean")
NEEDS = {"words.lancedb": "lancedb", "words.parquet": "pyarrow", "words.hnsw": "hnswlib", "words.faiss": "faiss"}


@pytest.fixture
def have(need):
    def check(module):
        # hnswlib has no wheels: where there is no compiler it cannot be had
        if module == "hnswlib" and importlib.util.find_spec(module) is None and not shutil.which("c++"):
            pytest.skip("hnswlib is not installed, and there is no C++ compiler to build it")
        need(module)
        return importlib.import_module(module)

    return check


@pytest.fixture(params=NEEDS)
def target(request, have, tmp_path):
    """A path of every kind of output."""
    have(NEEDS[request.param])
    return tmp_path / request.param


def sidecar(path):
    return json.loads(Path(f"{path}.json").read_text("utf-8"))


@pytest.mark.parametrize("metric", METRICS)
def test_hnswlib_finds_the_neighbours_of_the_space(have, make, same_answers, tmp_path, metric):
    tool, space = have("hnswlib"), make(600, metric=metric)
    path = tmp_path / "x.hnsw"
    export(space, path, m=24, ef_construction=300, threads=1)
    about = sidecar(path)
    index = tool.Index(space=about["space"], dim=about["dim"])
    index.load_index(str(path))
    index.set_ef(300)
    assert (index.M, index.ef_construction, index.element_count) == (24, 300, 600)
    same_answers(
        space, metric, lambda row, k: [about["names"][i] for i in index.knn_query(space.matrix[row], k)[0][0]], 0.95
    )
    _, distances = index.knn_query(space.matrix[5], 1)
    score = space.nearest(space.matrix[5], 1)[0][0].score
    assert distances[0, 0] == pytest.approx(score**2 if metric == "euclidean" else 1 - score, abs=1e-4)


def test_hnswlib_with_one_thread_repeats_itself(have, make, tmp_path):
    have("hnswlib")
    for name in ("a.hnsw", "b.hnsw"):
        export(make(300), tmp_path / name, threads=1, seed=3)
    assert (tmp_path / "a.hnsw").read_bytes() == (tmp_path / "b.hnsw").read_bytes()


def test_hnswlib_does_not_notice_a_full_disk_but_it_is_noticed(have, make, tmp_path, monkeypatch):
    tool = have("hnswlib")

    class Full(tool.Index):
        def save_index(self, path):
            Path(path).write_bytes(b"half")

    monkeypatch.setattr(tool, "Index", Full)
    with pytest.raises(BadInput, match="is it full"):
        export(make(50), tmp_path / "x.hnsw")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("kind", "least"), [("flat", 1.0), ("hnsw", 0.95)])
@pytest.mark.parametrize("metric", METRICS)
def test_faiss_finds_the_neighbours_of_the_space(have, make, same_answers, tmp_path, metric, kind, least):
    tool, space = have("faiss"), make(600, metric=metric)
    path = tmp_path / "x.faiss"
    export(space, path, kind=kind, m=20, ef_construction=150)
    index, about = tool.read_index(str(path)), sidecar(path)
    assert (index.ntotal, index.d) == (600, 12)
    if kind == "hnsw":
        assert index.hnsw.efConstruction == 150 and index.hnsw.nb_neighbors(1) == 20
        index.hnsw.efSearch = 300

    def answer(row, k):
        query = np.array(space.matrix[row : row + 1])
        if about["unit"]:
            tool.normalize_L2(query)
        return [about["names"][i] for i in index.search(query, k)[1][0]]

    same_answers(space, metric, answer, least)


def test_faiss_by_a_description(have, make, tmp_path):
    tool = have("faiss")
    export(make(700), tmp_path / "x.faiss", factory="IVF4,SQ8")
    assert tool.read_index(str(tmp_path / "x.faiss")).ntotal == 700
    with pytest.raises(BadOption, match="no index of 'Nonsense'"):
        export(make(), tmp_path / "y.faiss", factory="Nonsense")
    with pytest.raises(BadInput, match="FAISS refused"):
        export(make(40), tmp_path / "y.faiss", factory="IVF1000,Flat")
    assert not (tmp_path / "y.faiss").exists()


@pytest.mark.parametrize("metric", METRICS)
def test_lancedb_finds_the_neighbours_of_the_space(have, make, same_answers, tmp_path, metric):
    tool, space = have("lancedb"), make(metric=metric)
    done = export(space, tmp_path / "x.lancedb", table="my.words-1")
    table = tool.connect(str(tmp_path / "x.lancedb")).open_table("my.words-1")
    measure = "l2" if metric == "euclidean" else metric
    assert repr(measure) in done.query

    def answer(row, k):
        return [hit["name"] for hit in table.search(space.matrix[row]).distance_type(measure).limit(k).to_list()]

    same_answers(space, metric, answer)
    assert table.schema.metadata[b"vicinal.metric"].decode() == metric


def test_lancedb_keeps_everything(have, make, tmp_path):
    tool, space = have("lancedb"), make()
    export(space, tmp_path / "x.lancedb")
    table = tool.connect(str(tmp_path / "x.lancedb")).open_table("vectors").to_arrow()
    assert table.column("name").to_pylist() == list(space.names)
    assert np.array(table.column("vector").to_pylist(), np.float32).tobytes() == space.matrix.tobytes()
    for key, column in space.columns.items():
        assert table.column(key).to_pylist() == column.tolist()


def test_parquet_is_the_stores(have, make, tmp_path):
    have("pyarrow")
    space = make()
    export(space, tmp_path / "x.parquet")
    again = store.read(tmp_path / "x.parquet")
    assert list(again.names) == list(space.names) and again.matrix.tobytes() == space.matrix.tobytes()
    assert {key: column.tolist() for key, column in again.columns.items()} == {
        key: column.tolist() for key, column in space.columns.items()
    }


@pytest.mark.parametrize("name", ["words.hnsw", "words.faiss"])
def test_the_file_beside_holds_names_and_columns(have, make, tmp_path, name):
    have(NEEDS[name])
    space = make(metric="dot")
    done = export(space, tmp_path / name)
    about = sidecar(tmp_path / name)
    assert about["names"] == list(space.names)
    assert about["columns"] == {key: column.tolist() for key, column in space.columns.items()}
    assert (about["metric"], about["dim"], about["fingerprint"]) == ("dot", 12, space.fingerprint)
    assert "lengths" not in str(done.lost) and "lengths" in str(export(make(), tmp_path / name, force=True).lost)


def test_the_question_shown_is_python_that_runs(have, make, tmp_path):
    space = make(hostile=False)
    for name in ("words.hnsw", "words.faiss", "words.lancedb"):
        tool = have(NEEDS[name])
        done = export(space, tmp_path / name)
        names = {
            "json": json,
            "Path": Path,
            "vector": space.matrix[3],
            "queries": np.array(space.matrix[3:4]),
            NEEDS[name]: tool,
        }
        if name == "words.lancedb":
            assert eval(done.query, names).to_list()[0]["name"] == "w3"
        else:
            exec(done.query, names)
            assert np.ravel(names.get("labels", names.get("rows")))[0] == 3


def test_an_existing_output_is_kept_unless_forced(target, make):
    export(make(50), target)
    before = {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()}
    with pytest.raises(OutputExists, match="--force"):
        export(make(60), target)
    assert {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()} == before
    assert export(make(60), target, force=True).rows == 60
    names = {target.name, f"{target.name}.json"} if target.suffix in (".hnsw", ".faiss") else {target.name}
    assert {path.name for path in target.parent.iterdir()} == names


def test_a_failure_midway_leaves_what_was_there(target, make, monkeypatch):
    export(make(50), target)
    before = {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()}

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="disk is full"):
        export(make(60), target, force=True)
    assert {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()} == before


def test_a_folder_of_other_things_is_not_replaced(have, make, tmp_path):
    have("lancedb")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match=r"'thesis.txt', which is no table"):
        export(make(), tmp_path / "mine", to="lancedb", force=True)
    assert (tmp_path / "mine" / "thesis.txt").is_file()


def test_float16_and_one_row(target):
    space = Space(["a"], np.array([[0.5, 2]], np.float16))
    assert export(space, target).rows == 1


def test_progress_is_reported(make, tmp_path, have):
    have("faiss")
    seen = []
    export(make(), tmp_path / "x.faiss", callback=seen.append)
    assert seen[-1].done == seen[-1].total == 200


def test_every_target_is_told_by_its_ending(make, tmp_path):
    infos = targets()
    assert len({end for info in infos for end in info.endings}) == sum(len(info.endings) for info in infos)
    with pytest.raises(BadOption, match=r"no target is known by 'x.doc'; use one of postgresql://.*\.hdf5"):
        export(make(), "x.doc")
    with pytest.raises(BadOption, match="to must be one of pgvector"):
        export(make(), "x.sql", to="oracle")
    with pytest.raises(BadOption, match="parquet takes no option 'm'; it takes none"):
        export(make(), tmp_path / "x.parquet", m=3)
    with pytest.raises(BadInput, match="faiss takes a path, got http://me:\\*\\*\\*@host"):
        export(make(), "http://me:secret@host", to="faiss")
    with pytest.raises(BadInput, match="pgvector takes an address that begins with postgresql://"):
        export(make(), "mysql://host/x", to="pgvector")
    with pytest.raises(BadInput, match="takes a path or an address, got int"):
        export(make(), 3, to="faiss")


@pytest.mark.parametrize("name", [*NEEDS, "x.qdrant", "x.hdf5"])
def test_a_missing_package_is_named(make, tmp_path, monkeypatch, name):
    absent = {**NEEDS, "x.qdrant": "qdrant_client", "x.hdf5": "h5py"}[name]
    for module in [absent, "qdrant_client.models", "pyarrow.parquet"]:
        monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(MissingExtra, match=rf"needs {absent}, .*pip install 'vicinal\[(export|formats|hnswlib)\]'"):
        export(make(), tmp_path / name)
    assert not list(tmp_path.iterdir())
