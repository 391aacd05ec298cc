import numpy as np
import pytest

from vicinal.errors import BadFormat, BadOption
from vicinal.index.faiss_threads import faiss_threads, load_faiss
from vicinal.index.hnsw import Hnsw
from vicinal.index.hnsw_graph import SPARE, link_offsets, not_reached, reach_all, with_spare
from vicinal.index.ivf import Ivf
from vicinal.index.rows import Rows

pytest.importorskip("faiss")


def rows_of(n, dim, metric, seed=0):
    return Rows.of(np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32), metric)


def test_threads_of_faiss_are_put_back():
    faiss = load_faiss()
    before = faiss.omp_get_max_threads()
    with faiss_threads(1):
        assert faiss.omp_get_max_threads() == 1
    assert faiss.omp_get_max_threads() == before
    with pytest.raises(ZeroDivisionError), faiss_threads(3):
        raise ZeroDivisionError
    assert faiss.omp_get_max_threads() == before


def reached(index):
    held, M = index.arrays(), index.options["M"]
    places = link_offsets(held["layers"].astype(np.int32), M, SPARE)[:-1, None] + np.arange(2 * M + SPARE)
    return len(not_reached(held["links"][places], int(held["entry"][0]))) == 0


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_every_row_can_be_reached(metric):
    """Small rows are nobody's best by inner products, and hundreds of equal rows link to each other alone."""
    data = rows_of(600, 8, metric)
    matrix = data.matrix * np.linspace(0.01, 1, 600, dtype=np.float32)[:, None]
    matrix[100:300] = matrix[0]
    index = Hnsw.build(Rows.of(matrix, metric), M=4, threads=1)
    assert reached(index)
    assert reached(index.extend(Rows.of(np.concatenate([matrix, 0.01 * matrix[:50]]), metric), threads=1))
    rows, _ = index.search(matrix[-3:] / np.linalg.norm(matrix[-3:], axis=1, keepdims=True), 600)
    assert (np.sort(rows, axis=1) == np.arange(600)).all()


def test_links_are_added_for_lost_rows_only():
    """0 and 1 know each other; 2 and 3 know each other; 4 knows 0 and nobody knows it."""
    lowest = np.array([[1, -1, -1], [0, -1, -1], [3, -1, -1], [2, -1, -1], [0, -1, -1]], np.int32)
    reach_all(lowest, 0, lambda rows: np.array([[1] if row == 2 else [0] for row in rows.tolist()]))
    assert lowest.tolist() == [[1, 4, -1], [0, 2, -1], [3, -1, -1], [2, -1, -1], [0, -1, -1]]
    again = lowest.copy()
    reach_all(again, 0, lambda rows: rows[:, None])
    assert again.tolist() == lowest.tolist()


def test_spare_places_come_and_go():
    random = np.random.default_rng(0)
    layers = random.integers(1, 4, 20).astype(np.int32)
    links = random.integers(-1, 20, int(link_offsets(layers, 3, 0)[-1])).astype(np.int32)
    wide = with_spare(links, layers, 3, 0, 2)
    assert len(wide) == len(links) + 40
    assert (wide == -1).sum() == (links == -1).sum() + 40
    assert with_spare(wide, layers, 3, 2, 0).tolist() == links.tolist()


def test_a_link_to_a_row_that_is_not_on_the_layer_is_refused():
    index = Hnsw.build(rows_of(500, 4, "cosine"), M=4, threads=1)
    held = index.arrays()
    layers = held["layers"].astype(np.int32)
    offsets = link_offsets(layers, 4, SPARE)
    upper = int(np.flatnonzero(layers > 1)[0])
    low = int(np.flatnonzero(layers == 1)[0])
    links = held["links"].copy()
    links[offsets[upper] + 8 + SPARE] = low
    with pytest.raises(BadFormat, match="not there"):
        Hnsw.restore(index.data, {**held, "links": links}, index.options)
    with pytest.raises(BadFormat, match="not on the highest layer"):
        Hnsw.restore(index.data, {**held, "entry": np.array([low])}, index.options)


def test_half_precision_codes_must_be_numbers():
    index = Hnsw.build(rows_of(50, 4, "dot"), M=4, threads=1, storage="float16")
    held = index.arrays()
    codes = np.full(held["codes"].shape, 0xFF, np.uint8)  # NaN
    with pytest.raises(BadFormat, match="codes"):
        Hnsw.restore(index.data, {**held, "codes": codes}, index.options)


def test_bytes_held():
    data = rows_of(1000, 32, "euclidean")
    sizes = {storage: Hnsw.build(data, M=8, storage=storage).nbytes for storage in ("int8", "float16", "float32")}
    assert sizes["float16"] - sizes["int8"] == 32 * 1000
    assert sizes["float32"] - sizes["int8"] == 3 * 32 * 1000
    codes = {kind: Ivf.build(data, cells=10, codes=kind).nbytes for kind in ("pq", "int8", "float32")}
    assert codes["float32"] - codes["int8"] == 3 * 32 * 1000
    assert codes["pq"] < codes["int8"] - 20 * 1000


@pytest.mark.parametrize("codes", ["int8", "float32"])
@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_all_cells_are_an_exact_search(codes, metric):
    data = rows_of(300, 6, metric)
    index = Ivf.build(data, cells=12, codes=codes)
    queries = rows_of(5, 6, "dot", seed=1).block(0, 5)
    rows, _ = index.search(queries, 300, setting={"nprobe": 12, "candidates": 300})
    assert (np.sort(rows, axis=1) == np.arange(300)).all()


def test_cells_are_never_more_than_rows():
    index = Ivf.build(rows_of(20, 3, "dot"), cells=1000)
    assert index.settings(1)[-1]["nprobe"] == 20


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Ivf, {"cells": 0}),
        (Ivf, {"codes": "pq8"}),
        (Ivf, {"subspaces": -1}),
        (Hnsw, {"M": 1}),
        (Hnsw, {"ef_construction": 0}),
        (Hnsw, {"storage": "int4"}),
    ],
)
def test_options_out_of_range(kind, options):
    with pytest.raises(BadOption, match=next(iter(options))):
        kind.build(rows_of(20, 3, "dot"), **options)


def test_settings_out_of_range():
    data = rows_of(20, 3, "dot")
    for index, setting in ((Ivf.build(data), {"nprobe": 0}), (Hnsw.build(data), {"ef_search": 1.5})):
        with pytest.raises(BadOption, match=next(iter(setting))):
            index.search(data.matrix[:1], 1, setting=setting)


def test_progress_is_told():
    seen = []
    Hnsw.build(rows_of(100, 3, "dot"), callback=seen.append)
    Ivf.build(rows_of(100, 3, "dot"), callback=seen.append)
    assert [(told.stage, told.done, told.total) for told in seen] == [("linking", 100, 100), ("listing", 100, 100)]
