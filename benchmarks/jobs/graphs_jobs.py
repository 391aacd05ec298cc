"""Node vectors with Vicinal, in a process of its own."""

from __future__ import annotations

from _answer import answer, peak_bytes, seconds_of


def train(edges: str, p: float, q: float, walks_per_node: int, seed: int, threads: int, out: str = "", **more) -> dict:
    """Read a list of edges, walk and train with the default options."""
    import vicinal as vc
    from vicinal.data.graph_opening import open_graph

    options = {"p": p, "q": q, "walks_per_node": walks_per_node, "seed": seed, "threads": threads, **more}
    vc.Node2Vec(p=p, q=q, walk_length=5, walks_per_node=1, epochs=1).fit([(0, 1), (1, 2), (2, 0)])  # brings the kernels
    before = peak_bytes()
    reading, graph = seconds_of(lambda: open_graph(edges))
    model = vc.Node2Vec(**options)
    seconds, _ = seconds_of(lambda: model.fit(graph))
    if out:
        model.space.save(out, force=True)
    return {
        "read_seconds": reading, "seconds": seconds, "whole_seconds": reading + seconds, "nodes": len(graph),
        "memory_added": peak_bytes() - before, "epochs": model.epochs, "version": vc.__version__,
    }  # fmt: skip


answer(train)
