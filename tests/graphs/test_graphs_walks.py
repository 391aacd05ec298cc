"""Walks: the twin number for number, the exact distribution, threads, dead ends, memory."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tracemalloc
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vicinal.data import Tokens
from vicinal.data._walks_kernels import alias_table, shuffled
from vicinal.data.graph import Graph
from vicinal.data.walks import Walks, walk_graph
from vicinal.errors import BadInput, BadOption

ROOT = Path(__file__).parents[2]
specification = importlib.util.spec_from_file_location("reference_graphs", ROOT / "tests" / "reference" / "graphs.py")
reference = importlib.util.module_from_spec(specification)
specification.loader.exec_module(reference)

# directed and weighted, with a self loop, a two-way edge, triangles and a dead end (9)
EDGES = [
    (0, 1, 1.0), (1, 0, 2.0), (1, 2, 0.5), (2, 0, 3.0), (2, 3, 1.0), (3, 2, 1.0), (3, 3, 2.0), (3, 4, 0.25),
    (4, 0, 1.0), (4, 2, 1.5), (1, 4, 4.0), (4, 1, 1.0), (0, 4, 0.75), (2, 1, 1.0), (3, 1, 1.0), (0, 3, 0.1),
    (4, 9, 0.2),
]  # fmt: skip
PAIRS = [(1, 1), (0.25, 4), (4, 0.25), (0.01, 1), (1, 100), (100, 100), (3, 0.5)]


def lists(ids, offsets):
    return [ids[begin:end].tolist() for begin, end in pairwise(offsets)]


def numbered(graph):
    """The twin's rows of a graph, by number."""
    weights = np.ones(len(graph.neighbours)) if graph.weights is None else graph.weights
    found = {}
    for node in range(len(graph)):
        places = range(graph.offsets[node], graph.offsets[node + 1])
        found[node] = {int(graph.neighbours[at]): float(weights[at]) for at in places}
    return {node: row for node, row in found.items() if row}


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_steps_follow_the_exact_distribution(p, q, directed, weighted):
    graph = Graph.from_edges(np.array([edge if weighted else (*edge[:2], 1.0) for edge in EDGES]), directed=directed)
    rows = numbered(graph)
    walks = Walks(graph, walk_length=30, walks_per_node=400, p=p, q=q, seed=3)
    seen = defaultdict(Counter)
    for walk in lists(*walks.block(0, walks.count)):
        for before, node, after in zip(walk, walk[1:], walk[2:], strict=False):
            seen[before, node][after] += 1
    statistic = freedom = 0
    for (before, node), found in seen.items():
        expected = reference.transition(rows, before, node, p, q)
        assert set(found) <= set(expected)
        total = found.total()
        common = {after: share * total for after, share in expected.items() if share * total >= 5}
        if len(common) < 2:
            continue
        kept = sum(common.values())
        counted = sum(found[after] for after in common)
        statistic += sum(
            (found[a] - share * counted / kept) ** 2 / (share * counted / kept) for a, share in common.items()
        )
        freedom += len(common) - 1
    assert freedom >= 10 and stats.chi2.sf(statistic, freedom) > 1e-4


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from([0.5, 1.0, 3.0])), min_size=1),
    st.booleans(), st.sampled_from(PAIRS), st.integers(0, 1000),
)  # fmt: skip
def test_walks_equal_the_twin(edges, directed, bias, seed):
    graph = Graph.from_edges(np.array(edges), directed=directed)
    walks = Walks(graph, walk_length=7, walks_per_node=2, p=bias[0], q=bias[1], seed=seed)
    weighted = graph.weights is not None and len(set(graph.weights.tolist())) > 1
    starts = walks.starts.tolist()
    expected = reference.walks(numbered(graph), starts, 7, 2, *bias, int(walks.seed), weighted)
    assert lists(*walks.block(0, walks.count)) == expected


@given(st.integers(1, 300), st.integers(0, 2**64 - 1))
@settings(deadline=None)
def test_shuffled_is_a_permutation(count, key):
    order = [shuffled(position, count, np.uint64(key)) for position in range(count)]
    assert sorted(order) == list(range(count))
    assert order == [reference.shuffled(position, count, key) for position in range(count)]


@given(st.lists(st.floats(2**-10, 2**10, width=32), min_size=1, max_size=30))
@settings(deadline=None)
def test_alias_table_holds_the_weights(weights):
    aliases, totals = alias_table(np.array([0, len(weights)]), np.array(weights, np.float32))
    share = np.zeros(len(weights))
    for slot, entry in enumerate(aliases.tolist()):
        share[slot] += (entry >> 32) / (2**32 - 1)
        share[entry & 0xFFFFFFFF] += 1 - (entry >> 32) / (2**32 - 1)
    assert totals[0] == pytest.approx(sum(weights))
    assert share / len(weights) == pytest.approx(np.array(weights) / sum(weights), abs=1e-8)


def test_walks_do_not_depend_on_threads_or_cuts(tmp_path):
    graph = Graph.from_edges(np.random.default_rng(0).integers(0, 500, (3000, 2)))
    walks = Walks(graph, walk_length=50, walks_per_node=60, p=0.5, q=2.0, seed=7)
    whole = lists(*walks.block(0, walks.count))
    parts = [lists(*walks.block(first, min(first + 977, walks.count))) for first in range(0, walks.count, 977)]
    assert whole == [walk for part in parts for walk in part]
    one = walk_graph(graph, walk_length=50, walks_per_node=60, p=0.5, q=2.0, seed=7)
    two = walk_graph(
        graph, walk_length=50, walks_per_node=60, p=0.5, q=2.0, seed=7, threads=2, workspace=tmp_path / "w"
    )
    assert np.array_equal(one.ids, two.ids) and np.array_equal(one.offsets, two.offsets)
    again = Tokens.open(tmp_path / "w")
    assert [again.vocabulary.tokens[node] for node in again[3]] == [graph.names[node] for node in whole[3]]
    assert again.vocabulary.counts.tolist() == np.bincount(again.ids).tolist()
    assert np.array_equal(np.sort(walks.visits(threads=2)), np.sort(again.vocabulary.counts))
    assert walks.visits(walks_per_node=1).sum() == len(walks.starts) * 50
    starts = [walk[0] for walk in whole]
    for number in range(60):  # every node once before any a second time, each time in another order
        assert sorted(starts[number * len(walks.starts) :][: len(walks.starts)]) == walks.starts.tolist()
    assert starts[: len(walks.starts)] != starts[len(walks.starts) : 2 * len(walks.starts)]
    other = lists(*walks.block(0, walks.count, epoch=1))
    assert other != whole and sorted(other) != sorted(whole)


def test_walks_end_at_dead_ends_and_skip_isolated_nodes():
    graph = Graph.from_edges([("a", "b"), ("b", "c")], nodes=["a", "b", "c", "alone"], directed=True)
    walks = Walks(graph, walk_length=10, walks_per_node=1)
    assert walks.starts.tolist() == [0, 1]
    assert sorted(lists(*walks.block(0, 2))) == [[0, 1, 2], [1, 2]]
    tokens = walk_graph(graph, walk_length=10, walks_per_node=3)
    assert set(tokens.vocabulary.tokens) == {"a", "b", "c"} and len(tokens) == 6
    loop = Graph.from_edges([("a", "a")])
    assert lists(*Walks(loop, walk_length=4, walks_per_node=1, p=0.1, q=3).block(0, 1)) == [[0, 0, 0, 0]]


def test_refusals():
    graph = Graph.from_edges([("a", "b")])
    with pytest.raises(BadInput, match="no edges, so there is nowhere to walk"):
        Walks(Graph.from_edges([], nodes=["a", "b"]))
    for bad in ({"walk_length": 1}, {"walks_per_node": 0}, {"p": 0.0}, {"q": -1.0}, {"p": float("nan")}, {"q": "1"},
                {"seed": -1}):  # fmt: skip
        with pytest.raises(BadOption, match=next(iter(bad))):
            Walks(graph, **bad)
    with pytest.raises(BadOption, match="walks 0 to 21 of 20"):
        Walks(graph).block(0, 21)


def test_memory_is_that_of_the_edges():
    leaves = 30_000  # a table over pairs of edges would have 900 million entries
    graph = Graph.from_edges(np.c_[np.zeros(leaves, int), np.arange(1, leaves + 1), 1 + np.arange(leaves) % 3])
    Walks(Graph.from_edges(EDGES), p=2).block(0, 1)
    tracemalloc.start()
    walks = Walks(graph, walk_length=20, walks_per_node=1, p=0.5, q=4.0)
    ids, _ = walks.block(0, 2000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(ids) == 40_000 and (ids == 0).sum() == 20_000
    assert peak < 40 * len(graph.neighbours)


def test_interpreted_kernels_work_alike(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text('from,to,weight\na longer name,b,0.5\n"quoted",b,2e-3\n')
    code = (
        "import numpy as np; np.seterr(over='ignore')\n"
        "from vicinal.data.graph import Graph\nfrom vicinal.data.walks import Walks\n"
        f"graph = Graph.from_edges({EDGES!r}, directed=True)\n"
        "walks = Walks(graph, walk_length=9, walks_per_node=3, p=0.25, q=4.0)\n"
        "print(walks.block(0, walks.count)[0].tolist())\n"
        f"read = Graph.read({str(path)!r})\n"
        "print(read.names, read.neighbours.tolist(), read.weights.tolist())"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    runs = [
        subprocess.run([sys.executable, "-c", code], env={**environment, "NUMBA_DISABLE_JIT": flag}, check=True,
                       capture_output=True, text=True).stdout
        for flag in ("0", "1")
    ]  # fmt: skip
    assert runs[0] == runs[1] and len(runs[0]) > 100
