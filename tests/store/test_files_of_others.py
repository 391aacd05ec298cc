"""Files that other tools wrote, and files that are no vectors at all."""

import os
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from vicinal import store
from vicinal.errors import BadFormat, BadInput
from vicinal.space import Space
from vicinal.store import word2vec_binary

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "formats"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir() and not os.environ.get("CI"), reason="the shared test files of other tools are not here"
)


@needs_shared
@pytest.mark.parametrize(
    ("name", "n", "dim", "first"),
    [
        ("word2vec_pre_kv_c", 1750, 10, "the"),
        ("euclidean_vectors.bin", 2747, 10, "the"),
        ("test_glove.txt", None, 50, "the"),
        ("lee_fasttext.vec", 1762, 10, "the"),
        ("crime-and-punishment.vec", 291, 5, "и"),
    ],
)
def test_files_of_others(name, n, dim, first):
    space = store.read(SHARED / name)
    assert space.dim == dim
    assert space.names[0] == first
    if n is not None:
        assert len(space) == n
    if not name.endswith(".bin"):
        lines = (SHARED / name).read_bytes().split(b"\n")[1 if n is not None else 0 :]
        for row, line in zip(range(len(space)), lines, strict=False):
            fields = line.split()
            assert space.names[row].encode() == fields[0]
            assert space.matrix[row].tolist() == [float(np.float32(float(field))) for field in fields[1:]]


@needs_shared
def test_names_in_another_encoding():
    path = SHARED / "pang_lee_polarity_fasttext.vec"
    explained(path, r"line 150: the name b'\\x97' is not UTF-8 \(byte 0\); convert the file")
    space = store.read(path, skip_bad=True)
    assert space.dim == 100
    assert len(space) + space.origin.options["skipped_lines"] == 1694


@needs_shared
def test_binary_numbers_are_those_of_the_file():
    content = (SHARED / "euclidean_vectors.bin").read_bytes()
    space = store.read(SHARED / "euclidean_vectors.bin")
    assert content.startswith(b"2747 10\nthe " + space.matrix[0].tobytes())
    assert space.matrix[-1].tobytes() == content.rstrip(b"\n")[-40:]


@needs_shared
@pytest.mark.parametrize(
    "name",
    ["crime-and-punishment.bin", "lee_fasttext.bin", "lee_fasttext_new.bin", "lid.176.ftz", "non_ascii_fasttext.bin"],
)
def test_fasttext_models_are_explained(name):
    with pytest.raises(BadFormat, match=r"fastText model with subwords.*\.vec"):
        store.read(SHARED / name)


@needs_shared
@pytest.mark.parametrize("name", ["crime-and-punishment.txt", "lee.cor", "lee_background.cor"])
def test_plain_text_is_no_table(name):
    with pytest.raises(BadFormat):
        store.read(SHARED / name)


def explained(path, match):
    with pytest.raises(BadFormat, match=match):
        store.read(path)


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


def test_pickles_are_never_loaded(tmp_path):
    for protocol in (2, 3, 4, 5):
        for ending in ("kv", "model", "bin", "pkl"):
            path = tmp_path / f"a.{ending}"
            path.write_bytes(pickle.dumps(Bomb(), protocol))
            explained(path, "pickle.*never loaded.*save_word2vec_format")
    np.save(tmp_path / "a.npy", np.array([[Bomb()]], object), allow_pickle=True)
    explained(tmp_path / "a.npy", "Python objects")
    np.savez(tmp_path / "a.npz", vectors=np.eye(1), names=np.array([Bomb()], object))
    explained(tmp_path / "a.npz", "Python objects")


def test_other_files_are_named(tmp_path):
    path = tmp_path / "a.bin"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"x")
    explained(path, "PyTorch")
    for content, match in {
        struct.pack("<2i", 793712314, 12): "fastText",
        b"<!DOCTYPE html><html>": "web page",
        b"version https://git-lfs.github.com/spec/v1\n": "Git LFS",
        b"\0" * 257 + b"ustar": "tar",
        bytes(range(200, 240)): "header of a word2vec file",
    }.items():
        path.write_bytes(content)
        explained(path, match)
    path = tmp_path / "a"
    path.write_bytes(bytes(range(200, 240)))
    explained(path, "no format known")


@pytest.fixture(params=["python", "kernel"])
def path_taken(request, monkeypatch):
    """Run a test once through the plain reader and once through the compiled one."""
    monkeypatch.setattr(word2vec_binary, "KERNEL_FROM", 0 if request.param == "kernel" else 1 << 60)


@pytest.mark.usefixtures("path_taken")
def test_word2vec_binary_with_and_without_line_ends(tmp_path):
    rows = np.array([[1, 2], [3, 10]], np.float32)  # 10.0 holds no line end, but the bytes 0x0a below do
    rows[1, 1] = np.frombuffer(b"\n\n\n\n", np.float32)[0]
    for end in (b"", b"\n"):
        content = b"2 2\n" + b"".join(
            n + b" " + r.tobytes() + end for n, r in zip((b"a", b"b\xc3\xa9"), rows, strict=True)
        )
        (tmp_path / "a.bin").write_bytes(content)
        space = store.read(tmp_path / "a.bin")
        assert list(space.names) == ["a", "bé"]
        assert space.matrix.tobytes() == rows.tobytes()


@pytest.mark.usefixtures("path_taken")
def test_word2vec_binary_bad_rows(tmp_path):
    def row(name, *values):
        return name + b" " + np.array(values, np.float32).tobytes()

    path = tmp_path / "a.bin"
    for bad, match in {
        row(b"\xff", 1, 2): r"row 2: the name b'\\xff' is not UTF-8",
        row(b"", 1, 2): "row 2: the name is empty",
        row(b"a", 5, 6): "row 2: the name 'a' came before",
        row(b"n", np.inf, 6): "row 2: the vector of 'n' holds NaN",
    }.items():
        path.write_bytes(b"3 2\n" + row(b"a", 1, 2) + bad + row(b"c", 3, 4))
        explained(path, match)
        space = store.read(path, skip_bad=True)
        assert list(space.names) == ["a", "c"]
        assert space.origin.options == {"skipped_lines": 1}
    path.write_bytes(b"4 2\n" + row(b"a", 1, 2) + row(b"c", 3, 4) + b"d ...")
    explained(path, "header claims 4")
    assert list(store.read(path, skip_bad=True).names) == ["a", "c"]


@pytest.mark.usefixtures("path_taken")
def test_word2vec_binary_across_pieces(tmp_path, monkeypatch):
    from vicinal.store import blocks

    monkeypatch.setattr(blocks.pieces, "__defaults__", (None, 7))
    space = Space([f"w{i}" for i in range(40)], np.random.default_rng(0).normal(size=(40, 3)))
    store.write(space, tmp_path / "a.bin")
    assert store.read(tmp_path / "a.bin").fingerprint == space.fingerprint


def test_safetensors_of_others(tmp_path):
    path = tmp_path / "model.safetensors"
    table = np.arange(6, dtype=np.float64).reshape(3, 2)
    safetensors.numpy.save_file({"embedding.weight": table, "other": np.eye(4), "ids": np.arange(3)}, path)
    assert list(store.read(path).names) == ["0", "1", "2"]
    (tmp_path / "model.json").write_text('{"c": 2, "a": 0, "b": 1}')
    assert list(store.read(path).names) == ["a", "b", "c"]
    (tmp_path / "model.names.txt").write_bytes("x\r\ny\r\nз\r\n".encode())
    space = store.read(path)
    assert list(space.names) == ["x", "y", "з"]
    assert space.matrix.tolist() == table.tolist()
    (tmp_path / "model.names.txt").write_text("x\ny\n")
    explained(path, "2 names came, model.safetensors has 3 rows")
    safetensors.numpy.save_file({"a": table, "b": table}, path)
    explained(path, r"expected one float matrix.*has 2 \(a, b\)")


def test_bfloat16_is_widened(tmp_path):
    header = b'{"weight":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]}}'
    values = (np.array([1.5, -2], np.float32).view(np.uint32) >> 16).astype("<u2")
    (tmp_path / "a.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + values.tobytes())
    assert store.read(tmp_path / "a.safetensors").matrix.tolist() == [[1.5, -2]]


def test_npy_of_other_types_and_orders(tmp_path):
    for array in (np.asfortranarray(np.arange(6.0).reshape(3, 2)), np.arange(6, dtype=">i4").reshape(3, 2)):
        np.save(tmp_path / "a.npy", array)
        assert store.read(tmp_path / "a.npy").matrix.tolist() == [[0, 1], [2, 3], [4, 5]]
    for array in (np.arange(3.0), np.array([["a"]]), np.eye(2) * 1j, np.empty((2, 0))):
        np.save(tmp_path / "a.npy", array)
        explained(tmp_path / "a.npy", r"numbers of shape \(n, dim\)")


def test_npz_claims_are_checked(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, words=["a", "b"], embeddings=np.eye(2), other=np.eye(3))
    assert list(store.read(path).names) == ["a", "b"]
    np.savez(path, vectors=np.eye(2))
    explained(path, "an array called names or words")
    np.savez(path, vectors=np.eye(2), names=["a"])
    explained(path, "names must be text")
    lie = (
        b"\x93NUMPY\x01\x00\x76\x00"
        + b"{'descr':'<f4','fortran_order':False,'shape':(1000000000000,300)}".ljust(117)
        + b"\n"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("vectors.npy", lie)
    explained(path, "does not take")
    (tmp_path / "a.npy").write_bytes(lie)
    explained(tmp_path / "a.npy", "takes .* bytes and the file has")


def test_parquet_of_others(tmp_path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "a.parquet"

    def table(vectors, kind, **columns):
        pq.write_table(pa.table({"word": ["a", "b", "c"], "embedding": pa.array(vectors, kind), **columns}), path)

    for kind in (pa.list_(pa.float64()), pa.large_list(pa.float32()), pa.list_(pa.float32(), 2), pa.list_(pa.int32())):
        table([[1, 2], [3, 4], [5, 6]], kind, n=[1, None, 3], t=["x", None, "z"], l=[[1], [2], [3]])
        space = store.read(path)
        assert list(space.names) == ["a", "b", "c"]
        assert space.matrix.tolist() == [[1, 2], [3, 4], [5, 6]]
        assert space.columns["t"].tolist() == ["x", "", "z"]
        assert np.isnan(space.columns["n"][1])
        assert "l" not in space.columns
    for second, match in {
        None: "row 2: no vector came",
        (3.0,): "row 2: a vector of 1 numbers came, 2 numbers were expected",
        (3.0, None): "row 2: the vector of 'b' holds NaN",
        (3.0, float("inf")): "row 2: the vector of 'b' holds NaN",
    }.items():
        table([[1, 2], second and list(second), [5, 6]], pa.list_(pa.float64()))
        explained(path, match)
        assert list(store.read(path, skip_bad=True).names) == ["a", "c"]
    pq.write_table(pa.table({"a": [1.0]}), path)
    explained(path, "expected a column vector")
    with pytest.raises(BadInput, match="cannot be called 'vector'"):
        store.write(Space(["a"], [[1]], columns={"vector": [1]}), tmp_path / "b.parquet")
