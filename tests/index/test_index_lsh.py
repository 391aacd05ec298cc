import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.errors import BadOption
from vicinal.index import _lsh_kernels as kernels
from vicinal.index.lsh import Lsh
from vicinal.index.rows import Rows
from vicinal.similarity import unit_rows

_SPEC = importlib.util.spec_from_file_location("index_lsh", Path(__file__).parents[1] / "reference" / "index_lsh.py")
reference = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reference)


def rows_of(n, dim, metric, seed=0):
    return Rows.of(np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32), metric)


def probed(projections, bits, probes):
    buckets = np.empty((len(projections), projections.shape[1] // bits, probes), np.int32)
    kernels.probe_buckets(projections, bits, buckets)
    return buckets


@pytest.mark.parametrize("bits", [1, 2, 3, 7, 10])
def test_probes_come_in_the_order_of_their_cost(bits):
    projections = np.random.default_rng(bits).normal(size=(5, 2 * bits)).astype(np.float32)
    every = probed(projections, bits, 1 << bits)
    own = reference.codes(projections, bits)
    for query, line in enumerate(projections):
        for table, margins in enumerate(np.abs(line.reshape(2, bits))):
            costs = reference.costs_of_buckets(margins)
            given_costs = [costs[int(bucket) ^ int(own[query, table])] for bucket in every[query, table]]
            assert every[query, table, 0] == own[query, table]
            assert sorted(every[query, table].tolist()) == list(range(1 << bits))
            assert np.allclose(given_costs, sorted(costs.values()), rtol=1e-5)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.integers(1, 9), st.integers(0, 1000), st.data())
def test_few_probes_are_the_first_of_many(bits, seed, data):
    projections = (
        np.random.default_rng(seed).integers(-3, 4, (3, bits)).astype(np.float32)
    )  # margins tie, some are zero
    probes = data.draw(st.integers(1, 1 << bits))
    few, every = probed(projections, bits, probes), probed(projections, bits, 1 << bits)
    own = reference.codes(projections, bits)
    for query, line in enumerate(np.abs(projections)):
        costs = reference.costs_of_buckets(line)
        assert len(set(few[query, 0].tolist())) == probes
        given_costs = [costs[int(bucket) ^ int(own[query, 0])] for bucket in few[query, 0]]
        assert given_costs == sorted(costs.values())[:probes]
    assert (few == every[:, :, :probes]).all()


def test_codes_are_signs():
    projections = np.random.default_rng(1).normal(size=(20, 12)).astype(np.float32)
    projections[0, 0] = 0.0
    codes = np.empty((20, 3), np.int32)
    kernels.write_codes(projections, 4, codes)
    assert codes.tolist() == reference.codes(projections, 4).tolist()


@pytest.mark.parametrize("masked", [False, True])
def test_gathers_each_row_once(masked):
    index = Lsh.build(rows_of(300, 6, "cosine"), tables=4, bits=5)
    row_codes = index._codes(0, 1)
    queries = unit_rows(np.random.default_rng(2).normal(size=(7, 6)))
    allowed = np.random.default_rng(3).random(300) < 0.5 if masked else np.ones(300, bool)
    buckets = probed(index._project(index._reduction.queries(queries)), 5, 6)
    counts = np.empty(7, np.int64)
    kernels.count_rows(buckets, index._starts, counts)
    out = np.empty((7, 300), np.int64)
    mask = allowed if masked else np.zeros(0, bool)
    after = kernels.gather(buckets, index._starts, index._order, mask, np.zeros(300, np.int32), 1, out)
    assert after == 8
    for query in range(7):
        wanted = reference.rows_in(buckets[query].tolist(), row_codes.tolist(), allowed.tolist())
        found = out[query][out[query] >= 0]
        assert sorted(found.tolist()) == wanted
        assert (out[query, len(found) :] == -1).all()
        repeated = sum(row_codes[row, table] in buckets[query, table] for row in range(300) for table in range(4))
        assert counts[query] == repeated


@pytest.mark.parametrize("degrees", [10, 45, 90, 150])
def test_bits_agree_with_probability_one_less_angle_over_pi(degrees):
    """Charikar 2002; each table has planes of its own, so that many tables of one bit are independent trials."""
    angle = np.deg2rad(degrees)
    pair = np.zeros((2, 16), np.float32)
    pair[:, 3] = 1.0, np.cos(angle)
    pair[1, 9] = np.sin(angle)
    agreed = trials = 0
    for seed in range(40):
        codes = Lsh.build(Rows.of(pair, "cosine"), seed=seed, tables=256, bits=1)._codes(0, 1)
        agreed += int((codes[0] == codes[1]).sum())
        trials += 256
    p = 1 - angle / np.pi
    assert abs(agreed / trials - p) < 4 * np.sqrt(p * (1 - p) / trials)


def test_planes_of_a_table_are_orthogonal():
    index = Lsh.build(rows_of(3000, 24, "cosine"), tables=3, bits=8)
    for table in index._planes.reshape(3, 8, 24):
        gram = table @ table.T
        assert np.allclose(gram, 24 * np.eye(8), atol=1e-3)


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_all_buckets_are_an_exact_search(metric):
    data = rows_of(500, 10, metric)
    index = Lsh.build(data, tables=1, bits=6)
    queries = unit_rows(np.random.default_rng(5).normal(size=(8, 10)))
    rows, _ = index.search(queries, 500, setting={"probes": 64})
    assert (np.sort(rows, axis=1) == np.arange(500)).all()


def test_near_points_are_found_sooner_than_by_chance():
    """Euclidean: the buckets looked into hold a tenth of the rows or less, and nearly all of the nearest ones."""
    data = rows_of(4000, 8, "euclidean")
    index = Lsh.build(data, tables=4, bits=9)
    queries = np.ascontiguousarray(data.matrix[:200] + np.float32(0.05))
    setting = {"probes": 4}
    buckets = probed(index._project(index._reduction.queries(queries)), 9, 4)
    counts = np.empty(200, np.int64)
    kernels.count_rows(buckets, index._starts, counts)
    assert counts.mean() < 4000 / 10
    found = index.search(queries, 1, setting=setting)[0][:, 0]
    assert (found == np.arange(200)).mean() > 0.9


def test_new_rows_lie_where_building_with_these_planes_puts_them():
    data = rows_of(1000, 6, "cosine")
    old = Lsh.build(Rows.of(data.matrix[:700], "cosine"), tables=3, bits=6)
    more = old.extend(data, threads=1)
    fresh = Lsh.build(data, tables=3, bits=6)  # the same seed gives the same planes
    assert more._order.tolist() == fresh._order.tolist()
    assert more._starts.tolist() == fresh._starts.tolist()


def test_options_out_of_range():
    data = rows_of(10, 3, "dot")
    for options in ({"tables": 0}, {"tables": 2.5}, {"bits": 21}, {"bits": "8"}):
        with pytest.raises(BadOption, match=next(iter(options))):
            Lsh.build(data, **options)
    with pytest.raises(BadOption, match="probes"):
        Lsh.build(data).search(data.matrix[:1], 1, setting={"probes": 0})
