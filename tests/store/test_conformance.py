"""What every format must do; a new one is tested by being listed in the registry."""

import contextlib
import errno
import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from vicinal import store
from vicinal.errors import BadFormat, BadInput, BadOption, OutputExists
from vicinal.space import Space
from vicinal.store import registry

NEEDS = {"parquet": "pyarrow", "hdf5": "h5py"}


def needs(name):
    absent = name in NEEDS and importlib.util.find_spec(NEEDS[name]) is None and not os.environ.get("CI")
    return pytest.param(name, marks=pytest.mark.skipif(absent, reason=f"{NEEDS.get(name)} is not installed"))


FORMATS = [needs(info.name) for info in store.formats()]
USUAL = {info.name: "vectors" + info.endings[0] for info in store.formats()}
PAIRS = {"safetensors", "npy", "projector"}


def some_space(n=7, dim=5, columns=None):
    rng = np.random.default_rng(3)
    names = ["king", "queen", "12", "é", "日本語", "a_b", "-0.5", "nan", "🦊", "x" * 300][:n]
    names += [f"w{i}" for i in range(n - len(names))]
    matrix = rng.normal(size=(n, dim)).astype(np.float32)
    matrix[0] = 0
    if n > 3:
        matrix[1] = np.float32(1e-30)
        matrix[2] = np.float32(-1.2345678e17)
        matrix[3] = np.float32(3)
    return Space(names, matrix, columns=columns)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("shape", [(7, 5), (1, 1), (1, 4), (3, 1), (10, 33)])
def test_round_trip_is_exact_and_guessed(name, shape, tmp_path):
    space = some_space(*shape)
    path = tmp_path / USUAL[name]
    store.write(space, path)
    for again in (store.read(path), store.read(path, format=name)):
        assert list(again.names) == list(space.names)
        assert again.matrix.dtype == np.float32
        assert again.matrix.tobytes() == space.matrix.tobytes()
        assert again.fingerprint == space.fingerprint


@pytest.mark.parametrize("name", FORMATS)
def test_float16_keeps_its_values(name, tmp_path):
    space = Space(["a", "b"], np.array([[0.1, -2], [3, 6e-8]], np.float16))
    store.write(space, tmp_path / USUAL[name])
    assert np.array_equal(store.read(tmp_path / USUAL[name]).matrix.astype(np.float16), space.matrix)


@pytest.mark.parametrize("name", FORMATS)
def test_content_decides_even_under_another_name(name, tmp_path):
    space = some_space()
    store.write(space, tmp_path / "anything.dat", format=name)
    if name != "projector":  # a pair of tables tells itself by its ending, numbers between tabs may be GloVe text, too
        again = store.read(tmp_path / "anything.dat")
        assert again.matrix.tobytes() == space.matrix.tobytes()
        assert list(again.names) == list(space.names)


@pytest.mark.parametrize("name", FORMATS)
def test_an_existing_file_is_kept_unless_forced(name, tmp_path):
    path = tmp_path / USUAL[name]
    store.write(some_space(), path)
    before = path.read_bytes()
    with pytest.raises(OutputExists, match="--force"):
        store.write(some_space(3), path)
    assert path.read_bytes() == before
    store.write(some_space(3), path, force=True)
    assert len(store.read(path)) == 3
    assert len(list(tmp_path.iterdir())) == (2 if name in PAIRS else 1)


@pytest.mark.parametrize("name", FORMATS)
def test_a_full_disk_leaves_everything_as_it_was(name, tmp_path, monkeypatch):
    path = tmp_path / USUAL[name]
    store.write(some_space(), path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="disk is full"):
        store.write(some_space(3), path, force=True)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", FORMATS)
def test_an_error_while_writing_leaves_nothing(name, tmp_path, monkeypatch):
    chosen = registry._FORMATS[name]

    def fail(space, path):
        Path(path).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(chosen, "write", fail)
    with pytest.raises(BadInput, match="disk is full"):
        store.write(some_space(3), tmp_path / USUAL[name])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_missing_folder_is_named(name, tmp_path):
    with pytest.raises(BadInput, match="nowhere does not exist"):
        store.write(some_space(), tmp_path / "nowhere" / USUAL[name])


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_to_read(name, tmp_path):
    path = tmp_path / USUAL[name]
    with pytest.raises(BadInput, match="does not exist"):
        store.read(path, format=name)
    with pytest.raises(BadInput, match="folder"):
        store.read(tmp_path, format=name)
    path.write_bytes(b"")
    with pytest.raises(BadFormat, match="is empty"):
        store.read(path, format=name)


@pytest.mark.parametrize("name", FORMATS)
def test_every_truncation_is_bad_format(name, tmp_path):
    if name in ("glove", "projector"):
        pytest.skip("text without a header does not say how long it is")
    path = tmp_path / USUAL[name]
    store.write(some_space(4, 3), path)
    content = path.read_bytes()
    lengths = range(1, len(content))
    if name == "word2vec":  # a last number cut short is still a number
        lengths = range(1, content.rstrip().rfind(b" ") + 1)
    for length in lengths:
        path.write_bytes(content[:length])
        for given in (None, name):
            with pytest.raises(BadFormat):
                store.read(path, format=given)


@pytest.mark.parametrize("name", sorted({"space", "safetensors", "npy", "word2vec-binary", "word2vec"}))
def test_bytes_too_many_are_bad_format(name, tmp_path):
    path = tmp_path / USUAL[name]
    store.write(some_space(4, 3), path)
    with open(path, "ab") as file:
        file.write(b"xyz 1 2 3\n")
    with pytest.raises(BadFormat):
        store.read(path)


@pytest.mark.parametrize("name", FORMATS)
def test_flipped_bytes_never_raise_anything_else(name, tmp_path):
    path = tmp_path / USUAL[name]
    store.write(some_space(4, 3), path)
    content = path.read_bytes()
    rng = np.random.default_rng(5)
    for _ in range(300 if name != "parquet" else 60):
        damaged = bytearray(content)
        for at in rng.integers(0, len(content), rng.integers(1, 4)).tolist():
            damaged[at] = int(rng.integers(0, 256))
        path.write_bytes(damaged)
        with contextlib.suppress(BadFormat):
            again = store.read(path, format=name)
            assert len(list(again.names)) == len(again.matrix)


@pytest.mark.parametrize("name", FORMATS)
def test_rows_that_are_not_finite(name, tmp_path):
    if name == "space":
        pytest.skip("a native file is mapped and checked when first used; see test_native")
    bad = some_space(4, 3).matrix.copy()
    bad[2, 1] = np.nan
    space = some_space(4, 3)
    path = tmp_path / USUAL[name]
    object.__setattr__(space, "matrix", bad)
    registry._FORMATS[name].write(space, path)
    with pytest.raises(BadFormat, match=r"(line|row) \d"):
        store.read(path, format=name)
    again = store.read(path, format=name, skip_bad=True)
    assert list(again.names) == ["king", "queen", "é"]
    assert again.origin.options == {"skipped_lines": 1}
    assert again.matrix.tobytes() == bad[[0, 1, 3]].tobytes()


@pytest.mark.parametrize("name", FORMATS)
def test_columns(name, tmp_path):
    columns = {"count": [3, 1, 2], "label": ["x", "", "é"], "weight": [0.5, 1, 2], "good": [True, False, True]}
    space = some_space(3, 2, columns)
    store.write(space, tmp_path / USUAL[name])
    again = store.read(tmp_path / USUAL[name]).columns
    kept = next(info.keeps for info in store.formats() if info.name == name)
    if kept == "everything" or kept.endswith("columns"):
        assert list(again) == list(space.columns)
        for key, column in space.columns.items():
            assert again[key].dtype == column.dtype
            assert again[key].tolist() == column.tolist()
    elif kept.endswith("as text"):
        assert again["count"].tolist() == ["3", "1", "2"]
    else:
        assert dict(again) == {}


@pytest.mark.parametrize("name", FORMATS)
def test_reports_progress_or_nothing(name, tmp_path):
    store.write(some_space(), tmp_path / USUAL[name])
    seen = []
    store.read(tmp_path / USUAL[name], callback=seen.append)
    assert all(0 <= progress.done <= progress.total for progress in seen)
    if seen:
        assert seen[-1].done == seen[-1].total


@pytest.mark.parametrize("name", ["glove", "word2vec", "word2vec-binary"])
def test_names_with_spaces_are_refused_by_forms_that_cannot_hold_them(name, tmp_path):
    with pytest.raises(BadInput, match=r"'New York' holds a space.*rename.*space"):
        store.write(Space(["a", "New York"], [[1], [2]]), tmp_path / USUAL[name])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["space", "npz", needs("parquet"), needs("hdf5")])
def test_any_name_comes_back_from_forms_that_hold_them_all(name, tmp_path):
    names = ["New York", "a\nb", "tab\t", "\r", " ", "0", "\ufeffx", "\u2028"]
    store.write(Space(names, np.eye(len(names))), tmp_path / USUAL[name])
    assert list(store.read(tmp_path / USUAL[name]).names) == names


@pytest.mark.parametrize("content", [b"0 3\n", b""])
def test_files_without_a_vector_are_refused_by_name(tmp_path, content):
    path = tmp_path / "none.vec"
    path.write_bytes(content)
    with pytest.raises(BadFormat, match=r"none\.vec"):
        store.read(path)


def test_unknown_formats_and_endings(tmp_path):
    with pytest.raises(BadOption, match="one of space, safetensors"):
        store.write(some_space(), tmp_path / "a.space", format="kv")
    with pytest.raises(BadOption, match="no format has the ending"):
        store.write(some_space(), tmp_path / "a.xyz")
    with pytest.raises(BadOption, match="written unpacked"):
        store.write(some_space(), tmp_path / "a.vec.gz")
    with pytest.raises(BadOption, match="one of space"):
        path = tmp_path / "x"
        path.write_text("a 1\n")
        store.read(path, format="kv")


def test_space_methods_reach_the_store(tmp_path):
    space = some_space()
    space.save(tmp_path / "a.vec")
    assert Space.open(tmp_path / "a.vec").fingerprint == space.fingerprint
