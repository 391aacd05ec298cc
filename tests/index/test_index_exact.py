"""Exact search against the definition, Space.nearest and its slow twin; with floats, bytes and bits."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vicinal.errors import BadFormat, BadOption
from vicinal.index.binary import hamming, pack_signs
from vicinal.index.exact import Exact
from vicinal.index.rows import Rows
from vicinal.index.scan import scan_floats
from vicinal.lengths import unit_rows
from vicinal.similarity import nearest_rows

TWIN = runpy.run_path(str(Path(__file__).parents[1] / "reference" / "index_scan.py"))
METRICS = ["cosine", "dot", "euclidean"]
CODES = [{"codes": "float"}, {"codes": "int8"}, {"codes": "binary"}, {"codes": "binary", "rotate": True}]
GLOVE = Path(__file__).parents[2].parent / "shared" / "data" / "ann" / "glove6b100k-50-angular.npz"


def some(n, dim, m, metric, seed=0):
    rng = np.random.default_rng(seed)
    matrix = (rng.standard_normal((n, dim)) * rng.uniform(0.5, 2, (n, 1)) + 0.3).astype(np.float32)
    queries = (matrix[rng.integers(0, n, m)] + 0.05 * rng.standard_normal((m, dim))).astype(np.float32)
    return matrix, (unit_rows(queries) if metric == "cosine" else queries)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("n", "dim", "m"), [(3000, 50, 13), (3000, 50, 2), (500, 7, 7), (500, 7, 1), (700, 33, 6), (100, 16, 1), (1, 5, 2)]
)
def test_floats_find_what_nearest_finds(metric, n, dim, m):
    matrix, queries = some(n, dim, m, metric)
    data = Rows.of(matrix, metric)
    index = Exact.build(data)
    allowed = np.random.default_rng(1).random(n) < 0.4
    for mask in (None, allowed) if allowed.any() else (None,):
        k = min(10, n if mask is None else int(mask.sum()))
        truth, exact = nearest_rows(queries, matrix, k, metric, data.norms, allowed=mask)
        for threads in (1, 2):
            rows, scores = index.search(queries, k, allowed=mask, threads=threads)
            assert rows.tolist() == truth.tolist()
            np.testing.assert_allclose(scores, exact, atol=1e-5)


@pytest.mark.parametrize("metric", METRICS)
def test_many_rows_for_several_threads_give_one_answer(metric):
    matrix, queries = some(20_000, 12, 20, metric)
    index = Exact.build(Rows.of(matrix, metric))
    one, two = (index.search(queries, 10, threads=threads) for threads in (1, 2))
    assert one[0].tolist() == two[0].tolist()
    assert one[0].tolist() == nearest_rows(queries, matrix, 10, metric, index.data.norms)[0].tolist()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dim", [1, 5, 70, 257])
def test_scans_keep_what_their_slow_twins_keep(metric, dim):
    matrix, queries = some(150, dim, 5, metric, seed=dim)
    data, keep = Rows.of(matrix, metric), 20
    compared = data.block(0, 150).astype(float).tolist()
    rows, _ = scan_floats(queries, data, keep, None)
    scans = {"float_scores": rows}
    for codes in ("int8", "binary"):
        index = Exact.build(data, codes=codes)
        scans[{"int8": "byte_scores", "binary": "bit_scores"}[codes]] = index.codes.candidates(queries, keep, None, 1)
    for name, found in scans.items():
        for query, kept in zip(queries.astype(float).tolist(), found.tolist(), strict=True):
            how = metric if name == "bit_scores" else metric == "euclidean"
            scores = TWIN[name](query, compared, how)
            expected = sorted((scores[row] for row in TWIN["best"](scores, keep)), reverse=True)
            got = sorted((scores[row] for row in kept), reverse=True)
            np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4, err_msg=name)
            assert len(set(kept)) == keep


@pytest.mark.parametrize("options", CODES, ids=str)
@pytest.mark.parametrize("metric", METRICS)
def test_codes_find_most_and_score_exactly(metric, options):
    matrix, queries = some(2000, 96, 40, metric)
    data = Rows.of(matrix, metric)
    index = Exact.build(data, **options)
    truth, _ = nearest_rows(queries, matrix, 10, metric, data.norms)
    rows, scores = index.search(queries, 10, setting=index.settings(10)[-1], threads=2)
    shares = [np.isin(a, b).mean() for a, b in zip(truth, rows, strict=True)]
    assert np.mean(shares) > (0.95 if options["codes"] == "binary" else 0.999)
    for query, found, given in zip(queries, rows, scores, strict=True):
        assert sorted(given, reverse=True) == given.tolist()
        again, exact = nearest_rows(query[None], matrix[found], 10, metric, data.norms[found])
        np.testing.assert_allclose(given, exact[0], atol=1e-5)
        assert sorted(again[0]) == list(range(10))


@pytest.mark.parametrize("options", CODES, ids=str)
@pytest.mark.parametrize("metric", METRICS)
def test_duplicates_zero_rows_and_constant_dimensions(metric, options):
    matrix = np.zeros((5000, 20), np.float32)
    matrix[:, 3] = 2.0
    matrix[4000:, 1] = np.linspace(1, 2, 1000)
    matrix[17] = 0
    data = Rows.of(matrix, metric)
    index = Exact.build(data, **options)
    queries = unit_rows(matrix[[0, 4500]]) if metric == "cosine" else matrix[[0, 4500]]
    rows, scores = index.search(np.ascontiguousarray(queries), 5)
    assert all(len(set(found)) == 5 for found in rows.tolist())
    if metric != "dot":
        assert rows[0].tolist() == [0, 1, 2, 3, 4]
        np.testing.assert_allclose(scores[0], 1 if metric == "cosine" else 0, atol=1e-6)


@pytest.mark.parametrize("options", CODES, ids=str)
def test_few_rows_and_narrow_filters(options):
    matrix, queries = some(600, 64, 3, "cosine")
    index = Exact.build(Rows.of(matrix, "cosine"), **options)
    allowed = np.zeros(600, bool)
    rows, scores = index.search(queries, 4, allowed=allowed)
    assert (rows == -1).all() and np.isnan(scores).all()
    allowed[[5, 599]] = True
    rows, scores = index.search(queries, 4, allowed=allowed)
    assert all(sorted(found) == [-1, -1, 5, 599] for found in rows.tolist())
    assert np.isnan(scores[:, 2:]).all() and not np.isnan(scores[:, :2]).any()
    allowed[100:300] = True
    rows, _ = index.search(queries, 4, allowed=allowed)
    assert np.isin(rows, np.flatnonzero(allowed)).all()
    one = Exact.build(Rows.of(matrix[:1], "cosine"), **options)
    assert one.search(queries, 1)[0].tolist() == [[0]] * 3


@pytest.mark.parametrize("metric", METRICS)
def test_lengths_that_float32_cannot_multiply(metric):
    matrix, queries = some(300, 8, 3, metric)
    data = Rows.of(matrix * np.float32(1e18), metric)
    asked = queries if metric == "cosine" else queries * np.float32(1e18)
    rows, _ = Exact.build(data).search(asked, 5)
    assert rows.tolist() == nearest_rows(asked, data.matrix, 5, metric, data.norms)[0].tolist()


def test_far_from_the_origin_float32_is_not_believed():
    rng = np.random.default_rng(0)
    matrix = (rng.standard_normal((3000, 4)) * 1e-2 + 1000).astype(np.float32)
    data = Rows.of(matrix, "euclidean")
    rows, _ = Exact.build(data).search(matrix[:7], 5)
    assert rows.tolist() == nearest_rows(matrix[:7], matrix, 5, "euclidean", data.norms)[0].tolist()


@pytest.mark.parametrize("options", CODES, ids=str)
def test_float16_rows(options):
    matrix, queries = some(900, 70, 8, "cosine")
    half = matrix.astype(np.float16)
    index = Exact.build(Rows.of(half, "cosine"), **options)
    rows, _ = index.search(queries, 3, setting=index.settings(3)[-1])
    truth, _ = nearest_rows(queries, half, 3, "cosine", index.data.norms)
    assert np.mean(rows == truth) > 0.9


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("options", CODES, ids=str)
def test_restored_is_the_same_and_damage_is_refused(metric, options):
    matrix, queries = some(500, 70, 5, metric)
    data = Rows.of(matrix, metric)
    index = Exact.build(data, **options)
    again = Exact.restore(data, index.arrays(), json.loads(json.dumps(index.options)))
    assert again.options == index.options
    assert again.nbytes == index.nbytes
    for one, other in zip(index.search(queries, 9), again.search(queries, 9), strict=True):
        assert one.tolist() == other.tolist()
    for name, array in index.arrays().items():
        kept = index.arrays()
        for damaged in (array[:-1], array.astype(np.int16), array[None], None):
            if damaged is not None and damaged.size == array.size == 0:
                continue
            kept[name] = damaged
            with pytest.raises(BadFormat, match=name):
                Exact.restore(data, {key: value for key, value in kept.items() if value is not None}, index.options)
        if array.dtype == np.float32 and array.size:
            kept[name] = np.full_like(array, np.nan)
            with pytest.raises(BadFormat, match="NaN"):
                Exact.restore(data, kept, index.options)


def test_memory_of_codes():
    n, dim = 1600, 384
    data = Rows.of(some(n, dim, 1, "cosine")[0], "cosine")
    codes = [sum(a.nbytes for a in Exact.build(data, **options).arrays().values()) for options in CODES]
    assert codes[:3] == [0, n * (dim + 4), n * dim // 8 + 4 * dim]


@pytest.mark.parametrize(
    "options", [{"codes": "pq"}, {"codes": 8}, {"rotate": True}, {"code": "int8"}, {"codes": "binary", "rotate": 1}]
)
def test_bad_options(options):
    with pytest.raises(BadOption):
        Exact.build(Rows.of(np.eye(3, dtype=np.float32), "dot"), **options)
    index = Exact.build(Rows.of(np.eye(3, dtype=np.float32), "dot"), codes="int8")
    for setting in ({"oversample": 0}, {"oversample": 1.5}, {"candidates": 3}):
        with pytest.raises(BadOption):
            index.search(np.eye(3, dtype=np.float32), 1, setting=setting)


@pytest.mark.skipif(not GLOVE.exists() and "CI" not in os.environ, reason="shared data are not here")
def test_real_words():
    with np.load(GLOVE) as found:
        arrays = {name: found[name] for name in found.files}
    matrix = arrays["train"][:30_000]
    queries = unit_rows(arrays["test"][:60])
    data = Rows.of(np.ascontiguousarray(matrix, np.float32), "cosine")
    truth, _ = nearest_rows(queries, data.matrix, 10, "cosine", data.norms)
    assert Exact.build(data).search(queries, 10)[0].tolist() == truth.tolist()
    bytes_index = Exact.build(data, codes="int8")
    rows, _ = bytes_index.search(queries, 10, setting={"oversample": 2})
    assert np.mean([np.isin(a, b).mean() for a, b in zip(truth, rows, strict=True)]) >= 0.995


CODE = """
import json, numpy as np
from vicinal.index.binary import hamming, pack_signs
from vicinal.index.exact import Exact
from vicinal.index.scan import scan_floats
from vicinal.index.rows import Rows
from vicinal.lengths import unit_rows
out = []
for metric in ("cosine", "dot", "euclidean"):
    for n, dim, m in ((40, 5, 7), (40, 17, 2), (33, 260, 1)):
        rng = np.random.default_rng(dim)
        matrix, queries = (rng.standard_normal((c, dim)).astype(np.float32) for c in (n, m))
        data = Rows.of(matrix, metric)
        queries = unit_rows(queries) if metric == "cosine" else queries
        out.append(np.sort(scan_floats(queries, data, 6, None)[0], axis=1).tolist())
        for codes in ("int8", "binary"):
            found = Exact.build(data, codes=codes).codes.candidates(queries, 6, None, 1)
            out.append(np.sort(found, axis=1).tolist())
print(json.dumps(out))
"""


def test_kernels_do_the_same_compiled_and_interpreted():
    answers = []
    for extra in ({}, {"NUMBA_DISABLE_JIT": "1"}):
        env = {**os.environ, **extra, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", CODE], env=env, capture_output=True, text=True, check=True)
        answers.append(json.loads(done.stdout))
    assert answers[0] == answers[1]


DOT4 = """
import numpy as np
from numba import njit
from vicinal._integers import add_ones, dot4, dot4_start, join_counts, load_longs, load_words, splat_long, splat_word
from vicinal._integers import above, to_floats
from vicinal._vectors import splat, store
@njit
def products(rows, query, total, out):
    sums = dot4(dot4_start(np.int32(total)), load_words(rows, np.uint64(0)), splat_word(query))
    store(out, np.uint64(0), to_floats(sums))
    return above(to_floats(sums), splat(np.float32(0)))
@njit
def ones(bits, word, out):
    none = splat_long(np.uint64(0))
    low = add_ones(none, load_longs(bits, np.uint64(0)), splat_long(word))
    store(out, np.uint64(0), join_counts(low, add_ones(low, load_longs(bits, np.uint64(8)), splat_long(word))))
codes = np.resize(np.array([127, -127, 0, 1, -1, 64, -128], np.int8), 64)
asked = np.array([-127, 127, -1, 127], np.int8)
expected = (codes.reshape(16, 4).astype(int) * asked).sum(axis=1)
out = np.empty(16, np.float32)
bits = products(codes.view(np.uint8) ^ np.uint8(0x80), asked.view(np.int32)[0], asked.sum(dtype=np.int32), out)
assert (out == expected).all(), (out, expected)
assert bits == (1 << np.flatnonzero(expected > 0)).sum()
words, word = np.arange(16, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15), np.uint64(0xF0F0F0F012345678)
ones(words, word, out)
counts = np.bitwise_count(words ^ word).astype(int)
assert (out == counts + np.r_[np.zeros(8, int), counts[:8]]).all()
"""


@pytest.mark.parametrize("processor", ["host", "generic", "haswell"])
def test_integers_side_by_side_on_lesser_processors(processor):
    """On the extremes of both kinds of bytes; the last is one with AVX2 and without VNNI."""
    lesser = {"host": {}, "generic": {"NUMBA_CPU_NAME": "generic"}, "haswell": {"NUMBA_CPU_NAME": "haswell"}}[processor]
    if processor == "haswell":
        if "avx2" not in host_features():
            pytest.skip("this processor has no AVX2")
        lesser["NUMBA_CPU_FEATURES"] = "+avx2,+fma,+avx,+popcnt,+sse4.2,+ssse3"
    env = {**os.environ, **lesser, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", DOT4], check=False, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def host_features():
    from llvmlite import binding

    return [name for name, there in binding.get_host_cpu_features().items() if there]


def sampled(matrix, queries, keep):
    """Rows kept by bits of many rows, by brute force and by the scan that looks at a sample first."""
    data = Rows.of(matrix, "cosine")
    codes = Exact.build(data, codes="binary").codes
    found = codes.candidates(queries, keep, None, 2)
    rows, asked = (pack_signs(codes.coder.turned(part)) for part in (unit_rows(matrix), queries))
    return found, hamming(asked, rows)


@pytest.mark.parametrize("dim", [40, 130, 256])
def test_many_rows_of_bits_are_those_that_differ_least(dim):
    matrix, queries = some(40_000, dim, 8, "cosine")
    found, differing = sampled(matrix, queries, 50)
    for kept, counts in zip(found, differing, strict=True):
        assert len(set(kept.tolist())) == 50 and kept.min() >= 0
        best = np.sort(counts)[:50]
        assert np.mean(np.sort(counts[kept]) == best) > (0.9 if dim == 256 else 0.999)  # whole heads lose nothing


def test_a_sample_that_misleads_costs_time_and_no_rows():
    """Most rows of the blocks that are looked at first are the query's own kind, and no others."""
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((33_000, 64)).astype(np.float32)
    blocks = np.arange(33_000) // 64 % 16 == 0
    matrix[blocks] = matrix[0] + 0.01 * rng.standard_normal((int(blocks.sum()), 64))
    queries = unit_rows(matrix[:1])
    for keep in (20, 3000):
        found, differing = sampled(matrix, queries, keep)
        assert (np.sort(differing[0][found[0]]) == np.sort(differing[0])[:keep]).all()
        assert len(set(found[0].tolist())) == keep
