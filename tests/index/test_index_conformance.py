"""What every kind of index must do, with brute force as truth. Run as a script, it opens damaged arrays (see below)."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vicinal
from vicinal.errors import BadFormat, BadOption, MissingExtra
from vicinal.index.kinds import find_kind, kind_names
from vicinal.index.rows import Rows
from vicinal.similarity import METRICS, nearest_rows, pairwise, unit_rows
from vicinal.store.container import Container, write_container

# options besides the defaults that make another path through a kind
OPTIONS = {
    "tree": [{"split": "ball", "leaf_size": 3}],
    "lsh": [{"tables": 3, "bits": 12}],
    "ivf": [{"codes": "int8"}, {"codes": "float32", "cells": 7}, {"subspaces": 13, "cells": 30}],
    "tree_ah": [{"levels": 2, "leaves": 90}, {"levels": 3, "leaves": 64, "spill": True}],
    "hnsw": [{"storage": "float32", "M": 8}, {"storage": "float16"}],
}
VARIANTS = [(name, options) for name in kind_names() for options in ({}, *OPTIONS.get(name, ()))]
EXACT = ("exact", "tree")  # with default options, and the tree always

variants = pytest.mark.parametrize(
    "variant", VARIANTS, ids=["-".join([name, *(f"{k}={v}" for k, v in o.items())]) for name, o in VARIANTS]
)
metrics = pytest.mark.parametrize("metric", METRICS)


def is_exact(variant):
    return variant[0] == "tree" or (variant[0] in EXACT and not variant[1])


def kind_of(variant):
    try:
        return find_kind(variant[0])
    except MissingExtra as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


def build(variant, matrix, metric, **more):
    """Build on one thread, which every kind must make repeatable."""
    kind = kind_of(variant)
    if metric not in kind.metrics:
        pytest.skip(f"{variant[0]} does not search by {metric}")
    return kind.build(Rows.of(matrix, metric), **{"seed": 1, "threads": 1, **variant[1], **more})


def frozen(matrix, dtype=np.float32):
    matrix = np.ascontiguousarray(matrix, dtype)
    matrix.flags.writeable = False
    return matrix


@cache
def clusters(n=2000, dim=24, count=40):
    """Clusters of rows of different lengths, away from the origin, and queries near some of them."""
    random = np.random.default_rng(7)
    centres = random.normal(0.3, 1.0, (count, dim))
    rows = centres[random.integers(count, size=n + 40)] + random.normal(0, 0.35, (n + 40, dim))
    rows *= random.uniform(0.5, 1.5, (n + 40, 1))
    return frozen(rows[:n]), frozen(rows[n:])


@cache
def integers(n=400, dim=5):
    """Small whole numbers: float32 makes no error with them, and many rows tie."""
    random = np.random.default_rng(8)
    rows = random.integers(-2, 3, (n + 20, dim))
    rows[np.all(rows == 0, axis=1)] = 1
    return frozen(rows[:n]), frozen(rows[n:])


@cache
def built(at, metric, dtype=np.float32):
    return build(VARIANTS[at], frozen(clusters()[0], dtype), metric)


def asked(queries, metric):
    return frozen(unit_rows(queries) if metric == "cosine" else queries)


def thorough(index, k):
    return index.settings(k)[-1]


def tolerance(data, query, scores):
    """By how much a score worked out in float32 may be off."""
    with np.errstate(invalid="ignore"):
        size = np.linalg.norm(query.astype(float))
        if data.metric == "dot":
            return 1e-5 * size * float(data.norms.max(initial=0)) + 1e-37
        return 1e-5 + 0 * scores if data.metric == "cosine" else 1e-5 * np.abs(scores) + 1e-18


def measure(data, queries, k, rows, scores, allowed=None):
    """Check all that does not depend on the kind; return the share of the true k nearest that was found.

    A row that scores as much as the last of the true ones is as good as it.
    """
    assert rows.shape == scores.shape == (len(queries), k)
    assert rows.dtype == np.int64
    assert scores.dtype == np.float32
    mask = np.ones(len(data), bool) if allowed is None else allowed
    most = min(k, int(mask.sum()))
    found = wanted = 0
    for query, line, given_scores in zip(queries, rows, scores, strict=True):
        count = int((line >= 0).sum())
        assert np.all(line[count:] == -1), "gaps between the rows found"
        assert np.isnan(given_scores[count:]).all()
        chosen, said = line[:count], given_scores[:count]
        assert count <= most
        assert len(np.unique(chosen)) == count, "a row came twice"
        assert chosen.max(initial=-1) < len(data)
        assert mask[chosen].all(), "a row that is not allowed"
        falling = (said[:-1] > said[1:]) | ((said[:-1] == said[1:]) & (chosen[:-1] < chosen[1:]))
        assert falling.all(), "not nearest first, equal ones by row"
        true = np.asarray(pairwise(query, data.matrix[chosen], data.metric), float)[0] if count else np.zeros(0)
        assert np.all(np.abs(true - said) <= tolerance(data, query, true)), "scores are not the exact ones"
        if most:
            best = nearest_rows(query[None], data.matrix, most, data.metric, data.norms, allowed=allowed)[1][0, -1]
            found += int((true >= best - tolerance(data, query, best)).sum())
            wanted += most
    return found / wanted if wanted else 1.0


def searched(index, queries, k, allowed=None, setting=None, threads=1):
    """Search most thoroughly unless told otherwise; check; return rows, scores and recall."""
    chosen = thorough(index, k) if setting is None else setting
    rows, scores = index.search(queries, k, allowed=allowed, setting=chosen, threads=threads)
    return rows, scores, measure(index.data, queries, k, rows, scores, allowed)


@metrics
@variants
def test_finds_the_nearest_rows(variant, metric):
    index = built(VARIANTS.index(variant), metric)
    queries = asked(clusters()[1], metric)
    for k in (1, 10, 100):
        recall = searched(index, queries, k)[2]
        assert recall == 1 if is_exact(variant) else recall >= 0.99, f"k {k}: {recall}"


@metrics
@variants
def test_recall_rises_with_the_setting(variant, metric):
    index = built(VARIANTS.index(variant), metric)
    queries = asked(clusters()[1], metric)
    offered = index.settings(10)
    assert json.loads(json.dumps(list(offered))) == list(offered)
    recalls = [searched(index, queries, 10, setting=setting)[2] for setting in offered]
    assert min(recalls) > 0
    assert all(later >= earlier - 0.03 for earlier, later in itertools.pairwise(recalls)), recalls
    assert recalls[-1] >= recalls[0]
    assert index.setting in list(offered)
    assert searched(index, queries, 10, setting=index.setting)[0].tolist() == index.search(queries, 10)[0].tolist()


def real(shared, name):
    file = shared / "ann" / {"sift": "sift5k-128-euclidean.npz", "glove": "glove6b100k-50-angular.npz"}[name]
    with np.load(file) as arrays:
        return frozen(arrays["train"][:3000]), frozen(arrays["test"][:40])


@pytest.mark.parametrize(("name", "metric"), [("sift", "euclidean"), ("glove", "cosine"), ("glove", "dot")])
@variants
def test_finds_the_nearest_rows_of_real_data(variant, name, metric, shared):
    matrix, queries = real(shared, name)
    index = build(variant, matrix, metric)
    assert searched(index, asked(queries, metric), 10)[2] >= (1 if is_exact(variant) else 0.99)
    assert index.nbytes >= 0


@variants
def test_exact_kinds_answer_as_brute_force_row_by_row(variant):
    if not is_exact(variant):
        pytest.skip("not exact")
    matrix, queries = integers()
    for metric in ("dot", "euclidean"):
        index = build(variant, matrix, metric)
        for k in (1, 7, len(matrix)):
            truth = nearest_rows(queries, matrix, k, metric, index.data.norms)
            rows, scores = index.search(queries, k)
            assert rows.tolist() == truth[0].tolist(), (metric, k)
            assert np.allclose(scores, truth[1], rtol=1e-6)


@metrics
@variants
@pytest.mark.parametrize("share", [0, "one", 0.01, 0.5, 1])
def test_only_allowed_rows(variant, metric, share):
    index = built(VARIANTS.index(variant), metric)
    queries = asked(clusters()[1][:10], metric)
    random = np.random.default_rng(3)
    allowed = np.zeros(len(index.data), bool)
    count = 1 if share == "one" else round(share * len(allowed))
    allowed[random.permutation(len(allowed))[:count]] = True
    rows, _, recall = searched(index, queries, 30, allowed)
    if count == 0:
        assert (rows == -1).all()
    elif is_exact(variant):
        assert recall == 1
    elif share in (0.5, 1):
        assert recall >= 0.95, recall


@metrics
@variants
def test_all_rows_asked_for(variant, metric):
    matrix, queries = clusters()
    index = build(variant, frozen(matrix[:150]), metric)
    recall = searched(index, asked(queries[:5], metric), 150)[2]
    assert recall == 1 if is_exact(variant) else recall >= 0.5


SHAPES = [(1, 3), (2, 3), (3, 1), (50, 1), (60, 2), (70, 17), (40, 33), (300, 7)]


@metrics
@variants
def test_few_rows_and_odd_dimensions(variant, metric):
    random = np.random.default_rng(5)
    for n, dim in SHAPES:
        index = build(variant, frozen(random.normal(size=(n, dim))), metric)
        queries = asked(random.normal(size=(3, dim)), metric)
        for k in sorted({1, min(n, 2), n}):
            rows, _, recall = searched(index, queries, k)
            assert (rows[:, 0] >= 0).all(), (n, dim, k)
            assert recall == 1 if is_exact(variant) else recall > 0 or n > 2, (n, dim, k)


def odd_data():
    """Data that breaks careless code: (name, matrix, least recall of approximate kinds)."""
    random = np.random.default_rng(9)
    plain = random.normal(size=(600, 8))
    repeated = np.concatenate([plain[:300], np.repeat(plain[300:302], 1500, axis=0), plain[302:]])
    yield "duplicates by the thousand", repeated[random.permutation(len(repeated))], 0.9
    yield "all rows equal", np.repeat(plain[:1], 500, axis=0), 0.99
    with_zeros = plain.copy()
    with_zeros[::3] = 0
    yield "zero rows", with_zeros, 0.95
    yield "nothing but zero rows", np.zeros((80, 8)), 0.99
    far = 100.0 * random.normal(size=(60, 8))
    yield "clusters of one row", np.concatenate([far, plain]), 0.95
    constant = plain.copy()
    constant[:, 3:] = 5.0
    yield "constant columns", constant, 0.95
    yield "far from the origin", plain + 1000.0, 0.9
    lengths = plain * 10.0 ** random.uniform(-6, 6, (600, 1))
    yield "lengths of all sizes", lengths, 0.9


ODD = {name: (matrix, least) for name, matrix, least in odd_data()}


@pytest.mark.parametrize("name", ODD)
@metrics
@variants
def test_odd_data(variant, metric, name):
    matrix, least = ODD[name]
    index = build(variant, frozen(matrix), metric)
    queries = asked(matrix[np.any(matrix != 0, axis=1)][:6] * 1.1 + 0.01, metric) if matrix.any() else None
    if queries is None:
        queries = asked(np.eye(3, 8), metric)
    rows, _, recall = searched(index, queries, 10)
    assert (rows[:, 0] >= 0).all()
    assert recall == 1 if is_exact(variant) else recall >= least, recall


@pytest.mark.parametrize("size", [1e-15, 1e15])
@metrics
@variants
def test_very_large_and_very_small_numbers(variant, metric, size):
    matrix, queries = clusters()
    index = build(variant, frozen(matrix[:400] * size), metric)
    queries = asked(queries[:10] * (size if metric == "euclidean" else 1), metric)
    recall = searched(index, queries, 10)[2]
    assert recall == 1 if is_exact(variant) else recall >= 0.95, recall


@metrics
@variants
def test_half_precision(variant, metric):
    index = built(VARIANTS.index(variant), metric, np.float16)
    recall = searched(index, asked(clusters()[1], metric), 10)[2]
    assert recall == 1 if is_exact(variant) else recall >= 0.99


@variants
def test_mapped_matrices(variant, tmp_path):
    matrix, queries = clusters()
    np.save(tmp_path / "matrix.npy", matrix[:500])
    mapped = np.load(tmp_path / "matrix.npy", mmap_mode="r")
    queries = asked(queries[:5], "cosine")
    answers = [build(variant, data, "cosine").search(queries, 5)[0].tolist() for data in (mapped, frozen(matrix[:500]))]
    assert answers[0] == answers[1]


@metrics
@variants
def test_written_and_read_again(variant, metric, tmp_path):
    index = built(VARIANTS.index(variant), metric)
    arrays = index.arrays()
    assert all(name.replace("_", "").isalpha() and name == name.lower() for name in arrays)
    assert isinstance(index.nbytes, int)
    write_container(tmp_path / "a.index", {**arrays, "matrix": index.data.matrix}, {})
    file = Container(tmp_path / "a.index")
    options = json.loads(json.dumps(index.options))
    data = Rows.of(file.array("matrix"), metric)
    again = type(index).restore(data, {name: file.array(name) for name in arrays}, options)
    queries = asked(clusters()[1], metric)
    for setting in (index.settings(10)[0], thorough(index, 10)):
        first, second = (each.search(queries, 10, setting=setting) for each in (index, again))
        assert first[0].tolist() == second[0].tolist()
        assert first[1].tobytes() == second[1].tobytes()
    assert list(again.settings(10)) == list(index.settings(10))
    assert {name: array.tolist() for name, array in again.arrays().items()} == {
        name: array.tolist() for name, array in arrays.items()
    }


def damages(array, n):
    """Arrays that do not fit (must be refused), and arrays of impossible values (refused, or at least harmless)."""
    other = np.float64 if array.dtype.kind in "iub" else np.int16
    yield "type", array.astype(other), True
    yield "bytes", array.astype(np.complex64 if array.dtype.kind == "f" else np.float32), True
    yield "cut", array[:-1], True
    yield "longer", np.concatenate([array, array[-1:]]), True
    yield "empty", array[:0], True
    yield "more axes", array[None], True
    if array.ndim > 1:
        yield "fewer axes", array.reshape(-1), True
        yield "narrower", np.ascontiguousarray(array[:, :-1]), True
    if array.dtype.kind in "iu":
        limits = np.iinfo(array.dtype)
        values = {limits.min, limits.max, -1, 0, 1, n - 1, n, n + 1, 1 << 20, -(1 << 20)}
        values = [value for value in values if limits.min <= value <= limits.max]
    else:
        values = [] if array.dtype == bool else [np.nan, np.inf, -np.inf, 1e38, -1e38, 0.0]
    for value in values:
        yield f"all {value}", np.full_like(array, value), False
        for place in (0, array.size // 2, array.size - 1):
            one = array.copy()
            one.reshape(-1)[place] = value
            yield f"{value} at {place}", one, False
    yield "turned round", np.ascontiguousarray(array[::-1]), False
    yield "shuffled", np.random.default_rng(0).permutation(array.reshape(-1)).reshape(array.shape), False


def open_damaged(at):
    """Restore from every damaged array and search what was not refused; a crash ends the process."""
    matrix, queries = clusters()
    index = build(VARIANTS[at], frozen(matrix[:500]), "dot")
    arrays = index.arrays()
    queries = asked(queries[:3], "dot")
    cases = [
        (name, what, {**arrays, name: wrong}, must)
        for name in arrays
        for what, wrong, must in damages(np.asarray(arrays[name]), 500)
    ]
    cases += [(name, "missing", {key: arrays[key] for key in arrays if key != name}, True) for name in arrays]
    for name, what, wrong, must in cases:
        print(f"{at} {name}, {what}:", end=" ", flush=True)
        try:
            with np.errstate(all="ignore"):
                opened = type(index).restore(index.data, wrong, index.options)
                for setting in (opened.settings(5)[0], thorough(opened, 5)):
                    rows, scores = opened.search(queries, 5, setting=setting)
                    measure(opened.data, queries, 5, rows, scores)
            print("FAULT, not refused" if must else "harmless", flush=True)
        except BadFormat:
            print("refused", flush=True)
        except Exception as error:
            print(f"FAULT, {error!r}", flush=True)
    print(f"{at} done", flush=True)


@cache
def damage_report():
    """What a process of its own printed for every variant; it is started again behind one that ended it."""
    environment = {**os.environ, "PYTHONPATH": str(Path(vicinal.__file__).parents[1])}
    report, left = {}, list(range(len(VARIANTS)))
    while left:
        command = [sys.executable, "-W", "ignore", str(Path(__file__)), *map(str, left)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
        for at in list(left):
            lines = [line for line in done.stdout.splitlines() if line.startswith(f"{at} ")]
            report[at] = lines, f"{lines[-1:]}, ended with {done.returncode}: {done.stderr[-500:]}"
            left.remove(at)
            if f"{at} done" not in lines:
                break
    return report


@variants
def test_damaged_arrays_are_refused(variant):
    kind_of(variant)
    at = VARIANTS.index(variant)
    lines, end = damage_report()[at]
    assert f"{at} done" in lines, end
    assert not [line for line in lines if "FAULT" in line]


@metrics
@variants
def test_extended(variant, metric):
    matrix, queries = clusters()
    queries = asked(queries, metric)
    old = build(variant, frozen(matrix[:1500]), metric)
    before = old.search(queries, 10)
    more = old.extend(Rows.of(matrix, metric), threads=1)
    after = old.search(queries, 10)
    assert before[0].tolist() == after[0].tolist()
    assert before[1].tobytes() == after[1].tobytes()
    assert len(old.data) == 1500
    assert len(more.data) == len(matrix)
    assert type(more) is type(old)
    recall = searched(more, queries, 10)[2]
    assert recall == 1 if is_exact(variant) else recall >= 0.99, recall


@metrics
@variants
def test_extended_by_rows_unlike_the_old_ones(variant, metric):
    matrix, queries = clusters()
    zero = np.zeros((50, matrix.shape[1]))
    grown = frozen(np.concatenate([matrix[:300], zero, 30 * matrix[300:600]]))
    more = build(variant, frozen(matrix[:300]), metric).extend(Rows.of(grown, metric), threads=1)
    recall = searched(more, asked(queries, metric), 10)[2]
    assert recall == 1 if is_exact(variant) else recall >= 0.95, recall


@variants
def test_many_threads_at_once(variant):
    index = built(VARIANTS.index(variant), "cosine")
    queries = asked(clusters()[1], "cosine")
    offered = list(index.settings(10))
    jobs = [(offered[at % len(offered)], np.arange(len(index.data)) % 3 != at % 4) for at in range(24)]

    def search(job):
        return [array.tolist() for array in index.search(queries, 10, allowed=job[1], setting=job[0])]

    alone = [repr(search(job)) for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda job: repr(search(job)), jobs))
    assert together == alone


@variants
def test_several_threads_for_one_search(variant):
    index = built(VARIANTS.index(variant), "cosine")
    queries = asked(np.tile(clusters()[1], (4, 1)), "cosine")
    rows, _, recall = searched(index, queries, 10, threads=3)
    assert recall == 1 if is_exact(variant) else recall >= 0.99
    assert (rows == searched(index, queries, 10)[0]).mean() > 0.99


@metrics
@variants
def test_seeds(variant, metric):
    matrix, _ = clusters()
    matrix = frozen(matrix[:600])
    state = np.random.get_state()
    first, second = (build(variant, matrix, metric, seed=5).arrays() for _ in range(2))
    after = np.random.get_state()
    assert state[1].tolist() == after[1].tolist()
    assert state[2:] == after[2:]
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert array.dtype == second[name].dtype
        assert array.tobytes() == second[name].tobytes(), name


@variants
def test_options_not_known_are_refused(variant):
    kind, data = kind_of(variant), Rows.of(clusters()[0], "cosine")
    with pytest.raises(BadOption, match="no_such_option"):
        kind.build(data, no_such_option=1)
    index = built(VARIANTS.index(variant), "cosine")
    if list(index.settings(1)) == [{}]:
        return
    with pytest.raises(BadOption, match="no_such_setting"):
        index.search(asked(clusters()[1], "cosine"), 1, setting={"no_such_setting": 1})


@metrics
@variants
def test_plans_can_be_built(variant, metric):
    kind = kind_of(variant)
    matrix, queries = clusters()
    small = frozen(matrix[:500, :6])
    for n, dim in ((500, 6), (100_000, 100)):
        for options in kind.plans(n, dim, metric):
            assert json.loads(json.dumps(options)) == options
            index = build((variant[0], options), small, metric)
            assert searched(index, asked(queries[:5, :6], metric), 5)[2] >= 0.9


@variants
@settings(max_examples=20, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_anything_small(variant, data):
    n, dim = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 9))
    metric = data.draw(st.sampled_from(METRICS))
    random = np.random.default_rng(data.draw(st.integers(0, 1000)))
    matrix = frozen(random.integers(-2, 3, (n, dim)))
    queries = random.integers(-2, 3, (3, dim))
    queries[np.all(queries == 0, axis=1)] = 1
    allowed = random.random(n) < data.draw(st.sampled_from([0.0, 0.3, 1.0])) if data.draw(st.booleans()) else None
    index = build(variant, matrix, metric)
    k = data.draw(st.integers(1, n))
    recall = searched(index, asked(queries, metric), k, allowed)[2]
    assert recall == 1 or not is_exact(variant)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        open_damaged(int(argument))
