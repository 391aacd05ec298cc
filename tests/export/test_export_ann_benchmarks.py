"""Files of ann-benchmarks: right neighbours, and nothing believed that a file only claims."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from vicinal import Space, store
from vicinal.errors import BadFormat, BadInput, BadOption, OutputExists
from vicinal.export import export, read_ann_benchmarks, write_ann_benchmarks


@pytest.fixture
def h5py(need):
    need("h5py")
    import h5py

    return h5py


def brute_force(queries, matrix, metric):
    """Distances as ann-benchmarks defines them, in float64 and by the book."""
    queries, matrix = queries.astype(float), matrix.astype(float)
    if metric == "dot":
        return -queries @ matrix.T
    if metric == "euclidean":
        return np.sqrt(((queries[:, None] - matrix) ** 2).sum(2))
    lengths = np.linalg.norm(queries, axis=1)[:, None] * np.linalg.norm(matrix, axis=1)
    return 1 - queries @ matrix.T / lengths


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_neighbours_are_exact(h5py, make, tmp_path, metric):
    space = make(500, metric=metric)
    done = export(space, tmp_path / "x.hdf5", queries=40, k=15, seed=2)
    assert done.rows == 460
    with h5py.File(tmp_path / "x.hdf5") as file:
        name = {"cosine": "angular", "dot": "dot", "euclidean": "euclidean"}[metric]
        assert (file.attrs["distance"], file.attrs["dimension"]) == (name, 12)
        assert file.attrs["type"] == "dense" and file.attrs["point_type"] == "float"
        train, test, neighbors, distances = (file[key][:] for key in ("train", "test", "neighbors", "distances"))
    assert (train.shape, test.shape, neighbors.shape) == ((460, 12), (40, 12), (40, 15))
    assert (train.dtype, test.dtype, neighbors.dtype, distances.dtype) == ("f4", "f4", "i4", "f4")
    rows = {row.tobytes() for row in space.matrix}
    assert {row.tobytes() for row in np.concatenate([train, test])} == rows, "held out, nothing lost"
    exact = brute_force(test, train, metric)
    order = np.argsort(exact, axis=1, kind="stable")[:, :15]
    assert np.array_equal(neighbors, order)
    assert np.allclose(distances, np.take_along_axis(exact, order, 1), atol=1e-5)


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_what_is_written_is_read(h5py, make, tmp_path, metric):
    space = make(300, metric=metric)
    write_ann_benchmarks(space, tmp_path / "x.h5", queries=space.matrix[:7], k=5)
    again = read_ann_benchmarks(tmp_path / "x.h5")
    assert list(again.space.names) == list(space.names) and again.space.metric == metric
    assert again.space.matrix.tobytes() == space.matrix.tobytes()
    assert again.queries.tobytes() == space.matrix[:7].tobytes()
    exact = space.nearest(again.queries, 5)
    assert np.array_equal(again.neighbors, exact.rows) and again.neighbors.dtype == np.int64
    assert np.allclose(again.distances, (1 if metric == "cosine" else 0) - exact.scores, atol=1e-6)


def test_the_default_holds_a_tenth_out_and_repeats(h5py, make, tmp_path):
    for name, seed in (("a.hdf5", 0), ("b.hdf5", 0), ("c.hdf5", 1)):
        export(make(120), tmp_path / name, seed=seed)
    a, b, c = (read_ann_benchmarks(tmp_path / f"{name}.hdf5") for name in "abc")
    assert a.queries.shape == (12, 12) and a.neighbors.shape == (12, 100)
    assert np.array_equal(a.queries, b.queries) and not np.array_equal(a.queries, c.queries)
    assert not set(a.space.names) - set(make(120).names)


def test_real_data_with_neighbours_of_others(h5py, shared, tmp_path):
    """Neighbours that another program found for the same rows."""
    with np.load(shared / "ann" / "sift5k-128-euclidean.npz") as held:
        keys = set(held)
        train, test, neighbors = held["train"], held["test"][:50], held["neighbors"][:50, :10]
    assert keys >= {"train", "test", "neighbors"}
    space = Space([str(i) for i in range(len(train))], train, metric="euclidean")
    write_ann_benchmarks(space, tmp_path / "x.hdf5", queries=test, k=10)
    again = read_ann_benchmarks(tmp_path / "x.hdf5")
    exact = np.sqrt(((test[:, None].astype(float) - train[neighbors].astype(float)) ** 2).sum(2))
    assert np.allclose(again.distances, exact, rtol=1e-5)


def foreign(h5py, path, drop=(), **changes):
    """A file as other programs write them, with changes."""
    rng = np.random.default_rng(0)
    arrays = {"train": rng.random((30, 4)), "test": rng.random((3, 4)).astype("f4"),
              "neighbors": rng.integers(0, 30, (3, 5)), "distances": rng.random((3, 5)).astype("f4")}  # fmt: skip
    distance = changes.pop("distance", "angular")
    arrays.update(changes)
    with h5py.File(path, "w") as file:
        file.attrs["distance"] = distance
        for key, array in arrays.items():
            if key not in drop:
                file[key] = array
    return path


def test_files_of_others(h5py, tmp_path):
    read = read_ann_benchmarks(foreign(h5py, tmp_path / "x.hdf5"))
    assert list(read.space.names)[:2] == ["0", "1"] and read.space.matrix.dtype == np.float32
    for distance, metric in (("euclidean", "euclidean"), (b"angular", "cosine"), ("ip", "dot"), ("l2", "euclidean")):
        assert read_ann_benchmarks(foreign(h5py, tmp_path / "y.hdf5", distance=distance)).space.metric == metric
    whole = np.arange(120, dtype=np.uint8).reshape(30, 4)
    assert read_ann_benchmarks(foreign(h5py, tmp_path / "z.hdf5", train=whole)).space.matrix[1, 1] == 5


def test_packed_and_chunked_files(h5py, tmp_path):
    path = foreign(h5py, tmp_path / "x.hdf5", drop=("train",))
    train = np.random.default_rng(1).random((5000, 4)).astype("f4")
    with h5py.File(path, "a") as file:
        file.create_dataset("train", data=train, compression="gzip", shuffle=True, chunks=(700, 3))
    assert np.array_equal(read_ann_benchmarks(path).space.matrix, train)
    with h5py.File(path, "a") as file:
        del file["train"]
        file.create_dataset("train", data=np.ones((200_000, 4), "f4"), compression="gzip", compression_opts=9)
    assert len(read_ann_benchmarks(path).space) == 200_000


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"drop": ("test",)}, "array test: there is no such array; the file has"),
        ({"drop": ("train",)}, "expected a matrix called train"),
        ({"drop": ("distances",)}, "array distances: there is no such"),
        ({"distance": "hamming"}, "must be angular, euclidean or dot, got 'hamming'"),
        ({"test": np.zeros((3, 5))}, "test has 5 dimensions and train 4"),
        ({"neighbors": np.full((3, 5), 30)}, "rows outside 0 to 29"),
        ({"neighbors": np.full((3, 5), -1)}, "rows outside 0 to 29"),
        ({"neighbors": np.zeros((3, 5))}, "got float64"),
        ({"neighbors": np.zeros((2, 5), int)}, "do not fit 3 queries"),
        ({"distances": np.zeros((3, 4))}, "do not fit 3 queries"),
        ({"train": np.zeros(30)}, r"expected numbers in 2 dimensions, got float64 of shape \(30,\)"),
        ({"train": np.zeros((0, 4))}, "of shape"),
        ({"train": np.full((30, 4), np.nan)}, "row 1"),
        ({"test": np.full((3, 4), np.inf)}, "test holds NaN or infinity"),
        ({"train": np.zeros((3, 4), complex)}, "got complex128"),
        ({"train": np.zeros((3, 4), bool)}, "got bool"),
        ({"train": np.array([[b"a", b"b"]])}, r"got \|S1"),
        ({"train": [["a", "b"]]}, "varying length"),
    ],
)
def test_files_that_do_not_fit(h5py, tmp_path, changes, says):
    with pytest.raises(BadFormat, match=says):
        read_ann_benchmarks(foreign(h5py, tmp_path / "x.hdf5", **changes))


def test_nothing_is_allocated_for_a_claim(h5py, tmp_path):
    claims = {
        "nothing stored": {"shape": (10**9, 1000), "chunks": (1000, 1000)},
        "packed": {"shape": (10**9, 1000), "chunks": (1000, 1000), "compression": "gzip"},
        "chunk": {"shape": (30, 4), "chunks": (2**12, 2**13), "maxshape": (None, None), "compression": "gzip"},
    }
    for name, claim in claims.items():
        path = foreign(h5py, tmp_path / f"{name}.hdf5", drop=("train",))
        with h5py.File(path, "a") as file:
            data = file.create_dataset("train", dtype="f4", **claim)
            if name == "packed":
                data[:10, :4] = 1
            if name == "chunk":
                data[:] = 1
        with pytest.raises(BadFormat, match="takes"):
            read_ann_benchmarks(path)
        with pytest.raises(BadFormat, match="takes"):
            store.read(path)


def test_numbers_in_other_files_are_not_read(h5py, tmp_path):
    (tmp_path / "secret").write_bytes(bytes(480))
    layout = h5py.VirtualLayout((30, 4), "f4")
    layout[:] = h5py.VirtualSource(str(tmp_path / "other.hdf5"), "train", (30, 4))
    path = foreign(h5py, tmp_path / "x.hdf5", drop=("train",))
    for made in ("external", "virtual", "link", "soft"):
        with h5py.File(path, "a") as file:
            if "train" in file.keys():  # noqa: SIM118  (a link that leads nowhere is a key all the same)
                del file["train"]
            if made == "external":
                file.create_dataset("train", (30, 4), "f4", external=[(str(tmp_path / "secret"), 0, 480)])
            elif made == "virtual":
                file.create_virtual_dataset("train", layout)
            elif made == "link":
                file["train"] = h5py.ExternalLink(str(foreign(h5py, tmp_path / "other.hdf5")), "train")
            else:
                file["train"] = h5py.SoftLink("/test")
        with pytest.raises(BadFormat, match=r"other files|somewhere else"):
            read_ann_benchmarks(path)


def test_damaged_files_raise_one_thing_only(h5py, tmp_path):
    path = tmp_path / "x.hdf5"
    write_ann_benchmarks(Space(["a", "b", "c"], np.eye(3)), path, queries=1)
    content, rng = path.read_bytes(), np.random.default_rng(0)
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        with pytest.raises(BadFormat):
            read_ann_benchmarks(path)
    for _ in range(300):
        damaged = bytearray(content)
        for at in rng.integers(0, len(content), 4):
            damaged[at] = rng.integers(0, 256)
        path.write_bytes(damaged)
        with contextlib.suppress(BadFormat):
            assert read_ann_benchmarks(path).neighbors.shape[0] == 1


def test_what_cannot_be_written(h5py, make, tmp_path):
    path = tmp_path / "x.hdf5"
    with pytest.raises(BadInput, match="pass queries"):
        export(Space(["a"], [[1]]), path)
    with pytest.raises(BadOption, match="queries must be an integer from 1 to 199"):
        export(make(), path, queries=200)
    with pytest.raises(BadOption, match="k must be"):
        export(make(), path, k=0)
    with pytest.raises(BadInput, match=r"shape \(m, 12\)"):
        write_ann_benchmarks(make(), path, queries=np.zeros((3, 11)))
    with pytest.raises(BadInput, match="not a file that exists"):
        read_ann_benchmarks(tmp_path / "none.hdf5")
    assert not list(tmp_path.iterdir())
    export(make(), path)
    with pytest.raises(OutputExists):
        export(make(), path)


def test_the_store_reads_the_rows_to_search_in(h5py, make, tmp_path):
    export(make(metric="euclidean"), tmp_path / "x.hdf5", queries=10)
    space = Space.open(tmp_path / "x.hdf5")
    assert len(space) == 190 and space.metric == "euclidean"
    assert Space.open(foreign(h5py, tmp_path / "y.hdf5")).names[29] == "29"


def test_names_in_files_of_others(h5py, tmp_path):
    path = foreign(h5py, tmp_path / "a.hdf5", names=np.array([f"é{i}".encode() for i in range(30)]))
    assert Space.open(path).names[3] == "é3"
    for names, says in (
        (np.array(["x"] * 30, object), "varying length"),
        (np.array([b"x"] * 29), "29 names came"),
        (np.array([b"\xff"] * 30), "not UTF-8"),
        (np.zeros(30, np.uint8), "name_offsets"),
    ):
        with pytest.raises(BadFormat, match=says):
            Space.open(foreign(h5py, tmp_path / "b.hdf5", names=names))
