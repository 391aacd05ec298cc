"""Graphs: files, other libraries' objects, bad input."""

from __future__ import annotations

import gzip
import importlib.util
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.data.graph import Graph
from vicinal.data.graph_opening import open_graph
from vicinal.errors import BadFormat, BadInput, BadOption, UnknownName

ROOT = Path(__file__).parents[2]
specification = importlib.util.spec_from_file_location("reference_graphs", ROOT / "tests" / "reference" / "graphs.py")
reference = importlib.util.module_from_spec(specification)
specification.loader.exec_module(reference)

ends = st.integers(0, 7)
edge_lists = st.lists(st.tuples(ends, ends, st.sampled_from([0.0, 0.5, 1.0, 2.25])), min_size=1, max_size=40)


def as_rows(graph):
    """Neighbours with weights by name, as the twin has them."""
    found = {}
    for node, name in enumerate(graph.names):
        places = range(graph.offsets[node], graph.offsets[node + 1])
        weights = np.ones(len(graph.neighbours)) if graph.weights is None else graph.weights
        row = {graph.names[graph.neighbours[at]]: float(weights[at]) for at in places}
        if row:
            found[name] = row
    return found


def write(folder, text, name="edges.txt"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@settings(deadline=None)  # the first call compiles
@given(edge_lists, st.booleans())
def test_rows_equal_the_twin(edges, directed):
    graph = Graph.from_edges(np.array(edges), directed=directed)
    expected = reference.rows(edges, directed)
    assert as_rows(graph) == {str(node): {str(k): w for k, w in row.items()} for node, row in expected.items()}
    assert len(graph) == len({node for edge in edges for node in edge[:2]})
    loops = sum(node in row for node, row in expected.items())
    assert graph.self_loops == loops
    stored = sum(map(len, expected.values()))
    assert graph.edge_count == (stored if directed else (stored + loops) // 2)


@settings(max_examples=40, deadline=None)
@given(edge_lists, st.booleans(), st.sampled_from([" ", "\t", ",", "  "]), st.booleans())
def test_files_equal_edges_in_memory(tmp_path_factory, edges, directed, separator, weighted):
    fields = [(f"n{a}", f"n{b}", w) if weighted else (f"n{a}", f"n{b}") for a, b, w in edges]
    text = "".join(separator.join(map(str, edge)) + "\n" for edge in fields)
    path = write(tmp_path_factory.mktemp("g"), "# a comment\n\n" + text)
    read, made = Graph.read(path, directed=directed), Graph.from_edges(fields, directed=directed)
    assert read.fingerprint() == made.fingerprint() and list(read.names) == list(made.names)


def test_shared_files():
    folder = ROOT.parent / "shared" / "data" / "graphs"
    if not folder.is_dir():
        pytest.skip("the shared data are not here")
    karate = Graph.read(folder / "karate.adjlist")
    assert repr(karate) == "Graph(34 nodes, 78 edges, undirected)" and karate.weights is None
    miserables = Graph.read(folder / "lesmis_weighted.tsv")
    assert repr(miserables) == "Graph(77 nodes, 254 edges, undirected, weighted)"
    lines = [line.split("\t") for line in (folder / "lesmis_weighted.tsv").read_text().splitlines()[1:]]
    assert as_rows(miserables)["Valjean"] == {b if a == "Valjean" else a: float(w) for a, b, w in sorted(lines)
                                              if "Valjean" in (a, b)}  # fmt: skip
    wiki = Graph.read(folder / "openne" / "Wiki_edgelist.txt", directed=True)
    pairs = [tuple(line.split()) for line in (folder / "openne" / "Wiki_edgelist.txt").read_text().splitlines()]
    assert wiki.edge_count == len(set(pairs)) and len(wiki) == 2405
    brazil = Graph.read(folder / "flight" / "brazil-airports.edgelist")
    assert len(brazil) == 131 and brazil.self_loops == 71


def test_headers_quotes_and_names_with_spaces(tmp_path):
    quoted = 'source,target,weight\n"Paris, Texas",New York,2\nNew York, São Paulo ,1\n'
    graph = Graph.read(write(tmp_path, quoted, "c.csv"))
    assert list(graph.names) == ["Paris, Texas", "New York", "São Paulo"]
    assert graph.neighbours_of("New York") == ["Paris, Texas", "São Paulo"]
    assert list(Graph.read(write(tmp_path, "a\tb c\nb c\td\n")).names) == ["a", "b c", "d"]
    assert list(Graph.read(write(tmp_path, "x y\n1 2\n2 3\n")).names) == ["1", "2", "3"]
    assert list(Graph.read(write(tmp_path, "a b\nb c\n")).names) == ["a", "b", "c"]  # names of nodes, not of columns
    assert list(Graph.read(write(tmp_path, "a b\nb c\n"), header=True).names) == ["b", "c"]
    assert list(Graph.read(write(tmp_path, "source target\na b\n"), header=False).names) == [
        "source",
        "target",
        "a",
        "b",
    ]
    assert list(Graph.read(write(tmp_path, "%%\n\n# x\nfrom to\na b\r\n\r\nb c")).names) == ["a", "b", "c"]
    assert list(Graph.read(write(tmp_path, "#a b\n", "h.txt"), comments="").names) == ["#a", "b"]
    assert Graph.read(write(tmp_path, "a;b;2\n", "c.csv")).weights.tolist() == [2.0, 2.0]
    with gzip.open(tmp_path / "z.txt.gz", "wt") as file:
        file.write("a b 1e-3\nb c .5\n")
    assert Graph.read(tmp_path / "z.txt.gz").weights.tolist() == pytest.approx([1e-3, 1e-3, 0.5, 0.5])


def test_adjacency_lists(tmp_path):
    path = write(tmp_path, "# networkx writes it so\na b c\nb a c\nc\nd\ne e\n", "g.adjlist")
    graph = Graph.read(path)
    assert as_rows(graph) == {"a": {"b": 1, "c": 1}, "b": {"a": 1, "c": 1}, "c": {"a": 1, "b": 1}, "e": {"e": 1}}
    assert repr(graph) == "Graph(5 nodes, 4 edges, undirected, 1 self loop, 1 isolated node)"
    assert Graph.read(path, directed=True).neighbours_of("c") == []
    spaced = write(tmp_path, 'New York\tRome\t"Rio"\n', "g.txt")
    assert Graph.read(spaced, layout="adjacency").neighbours_of("New York") == ["Rome", "Rio"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2\n3\n", r"line 2: 1 fields in '3', expected 2 \(source, target\)"),
        ("1 2\n\n# x\n3 4 5\n", "line 4: 3 fields"),
        ("1 2 3\n1 2\n", r"line 2: 2 fields in '1 2', expected 3 \(source, target, weight\)"),
        ("1 2 3\n1 3 -1\n", "line 2: the weight -1; weights must be finite and not negative"),
        ("1 2 3\n1 3 nan\n", "line 2: the weight nan"),
        ("1 2 3\n1 3 1e300\n", "line 2: the weight 1e300"),
        ("1 2 3\n1 3 x\n", "line 2: 'x' came where a weight was expected"),
        ("1,2\n,3\n", "line 2: a node has an empty name"),
        ('1,2\n"3,4\n', "line 2: .* cannot be split at its commas"),
        ("1 2\n\0\n", "NUL byte"),
    ],
)
def test_bad_lines_are_named(tmp_path, text, message):
    with pytest.raises(BadFormat, match=message):
        Graph.read(write(tmp_path, text))


def test_nodes_that_are_listed(tmp_path):
    path = write(tmp_path, "b a\nb c\n")
    listed = write(tmp_path, "a\nb\nc\nlonely one\n", "nodes.txt")
    graph = Graph.read(path, nodes=listed)
    assert list(graph.names) == ["a", "b", "c", "lonely one"] and graph.isolated.tolist() == [3]
    with pytest.raises(BadFormat, match="line 2: the node 'c' is not in the list of nodes"):
        Graph.read(path, nodes=["a", "b"])
    with pytest.raises(UnknownName, match="'aple' is not in the list of nodes; did you mean 'apple'"):
        Graph.from_edges([("aple", "pear")], nodes=["apple", "pear"])
    assert len(Graph.from_edges(np.array([[1, 5]]), nodes=range(10))) == 10
    with pytest.raises(UnknownName, match="'12'"):
        Graph.from_edges(np.array([[1, 12]]), nodes=range(10))
    with pytest.raises(UnknownName, match="'appel' is not in this graph; did you mean 'apple'"):
        Graph.from_edges([("apple", "pear")]).row("appel")
    with pytest.raises(BadInput, match="there more than once"):
        Graph.from_edges([("a", "b")], nodes=["a", "b", "a"])
    alone = Graph.from_edges([], nodes=["a"])
    assert repr(alone) == "Graph(1 node, 0 edges, undirected, 1 isolated node)"


def test_other_libraries_objects():
    networkx, sparse = pytest.importorskip("networkx"), pytest.importorskip("scipy.sparse")
    graph = networkx.MultiDiGraph()
    graph.add_nodes_from([("x", 1), 7])
    graph.add_weighted_edges_from([("a", "b", 2.0), ("a", "b", 3.0), ("b", "b", 1.5)])
    graph.add_edge("b", 7)
    taken = open_graph(graph)
    assert taken.directed and as_rows(taken) == {"a": {"b": 5.0}, "b": {"7": 1.0, "b": 1.5}}
    assert "('x', 1)" in taken.names and len(taken.isolated) == 1
    karate = networkx.karate_club_graph()
    assert open_graph(karate).edge_count == 78 and not open_graph(karate).directed
    matrix = networkx.to_scipy_sparse_array(karate, weight="weight")
    for form in ("csr", "coo", "csc", "lil"):
        assert open_graph(matrix.asformat(form)).fingerprint() == open_graph(karate).fingerprint()
    one_way = sparse.csr_matrix(np.triu(matrix.toarray()))
    assert open_graph(one_way).directed and open_graph(one_way).edge_count == 78
    with pytest.raises(BadInput, match="not the same in both directions"):
        open_graph(one_way, directed=False)
    with pytest.raises(BadInput, match="must be square"):
        open_graph(sparse.csr_array(np.ones((2, 3))))
    with pytest.raises(BadInput, match="entry 0 has the weight -1"):
        open_graph(sparse.csr_array(np.array([[0, -1], [-1, 0]])))
    with pytest.raises(BadInput, match="3 nodes do not fit a matrix of 34 rows"):
        open_graph(matrix, nodes=["a", "b", "c"])


def test_bad_edges_in_memory(tmp_path):
    for weight in (-1.0, np.nan, np.inf, 1e39):
        with pytest.raises(BadInput, match="edge 1 has the weight"):
            Graph.from_edges(np.array([[1, 2, 1], [1, 3, weight]]))
        with pytest.raises(BadInput, match="edge 1 has the weight"):
            Graph.from_edges([("a", "b", 1.0), ("a", "c", weight)])
    with pytest.raises(BadInput, match="add up to more than float32"):
        Graph.from_edges([("a", "b", 3e38), ("b", "a", 3e38)])
    with pytest.raises(BadInput, match="either all edges have a weight or none"):
        Graph.from_edges([("a", "b", 1.0), ("a", "c")])
    with pytest.raises(BadInput, match="expected \\(source, target\\)"):
        Graph.from_edges(["ab"])
    with pytest.raises(BadInput, match=r"shape \(m, 2\).*scipy"):
        Graph.from_edges(np.eye(5))
    with pytest.raises(BadInput, match=r"between 0\.5 and 2\.0; nodes must be whole numbers"):
        Graph.from_edges(np.array([[0.5, 2.0]]))
    with pytest.raises(BadInput, match="no nodes"):
        Graph.from_edges([])
    with pytest.raises(BadInput, match="is empty or holds only comments"):
        open_graph(write(tmp_path, "# nothing\n"))
    with pytest.raises(BadInput, match="no file"):
        open_graph(tmp_path / "absent.txt")
    with pytest.raises(BadOption, match="layout"):
        Graph.read(tmp_path / "absent.txt", layout="matrix")
    with pytest.raises(BadInput, match="ascend and differ"):
        Graph(["a", "b"], [0, 2, 2], [1, 0], directed=True)
    with pytest.raises(BadInput, match="neighbours run from 1 to 2"):
        Graph(["a", "b"], [0, 2, 2], [1, 2], directed=True)
    with pytest.raises(BadInput, match="offsets must ascend"):
        Graph(["a", "b"], [0, 2, 1], [1], directed=True)
    with pytest.raises(ValueError, match="read-only"):
        Graph.from_edges([("a", "b")]).neighbours[0] = 5


def test_many_edges_are_read_fast(tmp_path):
    edges = np.random.default_rng(0).integers(0, 50_000, (300_000, 2))
    path = write(tmp_path, "".join(f"{a} {b}\n" for a, b in edges.tolist()))
    Graph.read(write(tmp_path, "a b\n", "warm.txt"))
    start = time.process_time()
    graph = Graph.read(path)
    assert time.process_time() - start < 3  # a fifth of a second alone; a loop over lines takes longer than 3
    taken = Graph.from_edges(edges)
    assert graph.edge_count == taken.edge_count
    assert sorted(graph.neighbours_of("17")) == sorted(taken.neighbours_of("17"))
