"""Node vectors with the peers, in an environment of their own and a process of its own."""

from __future__ import annotations

import numpy as np
from _answer import answer, peak_bytes, seconds_of

SHAPE = {"vector_size": 128, "window": 10, "min_count": 0, "sg": 1, "epochs": 1}


def node2vec(edges: str, p: float, q: float, walks_per_node: int, seed: int, threads: int, out: str = "") -> dict:
    """The package node2vec: its walks run in one process (more copy the graph), its training in threads."""
    import networkx as nx
    from node2vec import Node2Vec

    before = peak_bytes()
    reading, graph = seconds_of(lambda: nx.read_edgelist(edges))
    walking, walker = seconds_of(
        lambda: Node2Vec(
            graph, dimensions=128, walk_length=80, num_walks=walks_per_node, p=p, q=q, workers=1, seed=seed, quiet=True
        )
    )
    training, model = seconds_of(lambda: walker.fit(window=10, min_count=0, sg=1, epochs=1, workers=threads, seed=seed))
    return _figures(model.wv, (reading, walking, training), before, out)


def pecanpy(
    edges: str, p: float, q: float, walks_per_node: int, seed: int, threads: int, mode: str, out: str = ""
) -> dict:
    """Pecanpy in one of its modes, less the seconds in which it compiles, and gensim."""
    from gensim.models import Word2Vec
    from pecanpy import pecanpy as peer

    def walker():
        return getattr(peer, mode)(p=p, q=q, workers=threads, verbose=False, random_state=seed)

    def walk(graph, count):
        if mode == "PreComp":
            graph.preprocess_transition_probs()
        return graph.simulate_walks(num_walks=count, walk_length=80)

    small = walker()
    small.read_edg(_triangle(), weighted=False, directed=False)
    walk(small, 1)
    compiling, _ = seconds_of(lambda: walk(small, 1))  # it compiles in every call
    before = peak_bytes()
    graph = walker()
    reading, _ = seconds_of(lambda: graph.read_edg(edges, weighted=False, directed=False))
    walking, walks = seconds_of(lambda: walk(graph, walks_per_node))
    training, model = seconds_of(lambda: Word2Vec(walks, workers=threads, seed=seed, **SHAPE))
    times = (reading, max(walking - compiling, 0.0), training)
    return _figures(model.wv, times, before, out) | {"compile_seconds": compiling}


def _triangle() -> str:
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".edg", delete=False) as file:
        file.write("0\t1\n1\t2\n2\t0\n")
    return file.name


def _figures(vectors, times, before: int, out: str) -> dict:
    reading, walking, training = times
    if out:
        np.savez(out, names=np.array(vectors.index_to_key), vectors=vectors.vectors)
    return {
        "read_seconds": reading, "walk_seconds": walking, "train_seconds": training, "seconds": walking + training,
        "whole_seconds": reading + walking + training, "memory_added": peak_bytes() - before,
    }  # fmt: skip


answer(node2vec, pecanpy)
