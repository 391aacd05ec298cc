"""``vicinal export``: every target on the command line, and what it says when something is wrong."""

from __future__ import annotations

import importlib.util
import os

import pytest

from vicinal import store
from vicinal.cli.export import _HOW, _TARGETS
from vicinal.export import targets

NEEDS = {"qdrant": "qdrant_client", "lancedb": "lancedb", "parquet": "pyarrow", "hnswlib": "hnswlib", "faiss": "faiss",
         "ann-benchmarks": "h5py"}  # fmt: skip
CALLS = {
    "pgvector": ["words.sql", "--table", "my words", "--type", "halfvec", "--no-index"],
    "qdrant": ["words.qdrant", "--collection", "c", "--batch", "5"],
    "lancedb": ["words.lancedb", "--table", "t"],
    "parquet": ["words.parquet"],
    "hnswlib": ["words.hnsw", "--m", "8", "--ef-construction", "50", "--seed", "1", "--threads", "1"],
    "faiss": ["words.faiss", "--kind", "flat", "--metric", "euclidean"],
    "ann-benchmarks": ["words.hdf5", "--queries", "2", "-k", "3"],
}


def need(name):
    module = NEEDS.get(name)
    if module and importlib.util.find_spec(module) is None and (module == "hnswlib" or not os.environ.get("CI")):
        pytest.skip(f"{module} is not installed")


def test_the_verb_knows_all_targets_and_their_options():
    assert tuple(info.name for info in targets()) == _TARGETS == tuple(CALLS)

    def plain():
        pass

    given = {option.name for option in _HOW(plain).__click_params__} - {"output", "to"}
    assert given == {option for info in targets() for option in info.options}


@pytest.mark.parametrize("name", CALLS)
def test_every_target(cli, refuses, space, name):
    need(name)
    result = cli("export", space, "-o", *CALLS[name])
    assert f"({name}): " in result.stderr and "× 8" in result.stderr
    assert result.stdout.count("\n") == 1
    assert (space.parent / CALLS[name][0]).exists()
    refuses("export", space, "-o", *CALLS[name], says=["exists", "--force"])
    quiet = cli("export", space, "-o", *CALLS[name], "--force", "--quiet")
    assert quiet.stdout == quiet.stderr == ""


def test_the_file_of_sql_is_readable(cli, space):
    cli("export", space, "-o", "w.sql", "--table", "w")
    text = (space.parent / "w.sql").read_text()
    assert 'CREATE TABLE "w"' in text and "vector_cosine_ops" in text and '"count" bigint' in text
    assert text.index("BEGIN;") < text.index("COPY") < text.index("CREATE INDEX") < text.index("COMMIT;")


def test_mistakes_are_one_line(refuses, space):
    refuses("export", space, says="--output")
    refuses("export", space, "-o", "x.doc", says=["'x.doc'", ".sql", "--to"])
    refuses("export", space, "-o", "x.sql", "--to", "oracle", says="oracle")
    refuses("export", space, "-o", "x.parquet", "--m", "3", says=["parquet takes no option 'm'"])
    refuses(
        "export",
        space,
        "-o",
        "x.sql",
        "--m",
        "30",
        "--ef-construction",
        "40",
        says="--ef-construction must be at least",
    )
    refuses("export", space, "-o", "nowhere/x.sql", says="no folder 'nowhere'")
    refuses("export", "missing.space", "-o", "x.sql", says="missing.space")
    refuses("export", space, "-o", "mysql://me:secret@host/db", says=["***@host"])
    assert not (space.parent / "x.sql").exists()


def test_a_missing_package_is_named(refuses, space, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "lancedb", None)
    refuses("export", space, "-o", "x.lancedb", says=["needs lancedb", "pip install 'vicinal[export]'"])


def test_a_file_of_ann_benchmarks_converts_to_a_space(cli, space):
    need("ann-benchmarks")
    cli("export", space, "-o", "w.hdf5", "--queries", "2", "--metric", "dot")
    cli("convert", "w.hdf5", "again.space")
    again = store.read(space.parent / "again.space")
    assert len(again) == 10 and again.metric == "dot" and set(again.names) < set(store.read(space).names)
