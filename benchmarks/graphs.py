"""Node vectors against node2vec and pecanpy: walks and training, memory, and labels told by the vectors.

python benchmarks/graphs.py                     # speed took 16 minutes on two cores; memory 2, quality 6 (estimated)
python benchmarks/graphs.py speed --quick       # a part, small: speed, memory, quality

Ours runs with its default options, 2 epochs of fresh walks, and the peers with theirs, one epoch over one set of walks;
those are the options that quality is measured with, so seconds and labels belong to the same vectors. dim 128, walks of
80 nodes, 10 a node (2 on the generated graph), window 10, 5 negatives, 2 threads each. Pecanpy compiles its walks anew
in every process; those seconds are measured on a triangle and taken off.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from _runs import (
    WORK,
    Part,
    interleave,
    peer_python,
    peer_versions,
    quality_row,
    read_args,
    run_job,
    run_parts,
    shared,
    speed_row,
)

THREADS = 2
BIASES = {"DeepWalk": (1.0, 1.0), "Node2Vec": (0.5, 2.0)}
SHARE = "micro-F1 at 50 %"


def grown_graph(nodes: int, links: int = 10, seed: int = 1) -> Path:
    """Write a graph grown by preferential attachment (Barabási and Albert 1999): each new node links to ``links``.

    A target is an end of an edge drawn at random, so a node is chosen in proportion to its degree.
    """
    path = WORK / f"grown_{nodes}_{links}.edg"
    if not path.exists():
        random = np.random.default_rng(seed)
        ends = np.empty(2 * nodes * links, np.int64)
        ends[: 2 * links] = np.stack([np.arange(links), np.full(links, links)], axis=1).ravel()
        filled, edges = 2 * links, [ends[: 2 * links].reshape(-1, 2).copy()]
        for node in range(links + 1, nodes):
            targets = np.unique(ends[random.integers(0, filled, links)])
            new = ends[filled : filled + 2 * len(targets)].reshape(-1, 2)
            new[:, 0], new[:, 1] = targets, node
            edges.append(new.copy())
            filled += 2 * len(targets)
        np.savetxt(path, np.concatenate(edges), fmt="%d", delimiter="\t")
    return path


def named_graph(name: str) -> tuple[Path, Path]:
    """Edges of Wiki or Cora, each once and undirected, which every contestant reads alike; and the labels' file."""
    from vicinal.data.graph_opening import open_graph

    folder = shared("graphs", "openne")
    path = WORK / f"{name}.edg"
    graph = open_graph(folder / f"{name}_edgelist.txt")
    rows = np.repeat(np.arange(len(graph)), np.diff(graph.offsets))
    once = rows <= graph.neighbours
    names = list(graph.names)
    pairs = zip(rows[once].tolist(), graph.neighbours[once].tolist(), strict=True)
    path.write_text("".join(f"{names[a]}\t{names[b]}\n" for a, b in pairs))
    return path, folder / ("Wiki_category.txt" if name == "Wiki" else "cora_labels.txt")


def ours(edges: Path, encoder: str, walks: int, seed: int = 1, out: str = "", **more) -> dict:
    """Train with Vicinal."""
    p, q = BIASES[encoder]
    return run_job(
        "graphs_jobs", "train", edges=edges, p=p, q=q, walks_per_node=walks, seed=seed, threads=THREADS, out=out, **more
    )


def peer(name: str, edges: Path, encoder: str, walks: int, seed: int = 1, out: str = "") -> dict:
    """Train with a peer: ``node2vec``, or ``pecanpy MODE``."""
    function, *mode = name.split()
    p, q = BIASES[encoder]
    return run_job(
        "graphs_peer_jobs", function, python=peer_python("graphs"), edges=edges, p=p, q=q, walks_per_node=walks,
        seed=seed, threads=THREADS, out=out, **({"mode": mode[0]} if mode else {}),
    )  # fmt: skip


def speed(args) -> None:
    """Walks and training, reading left out, on Wiki and on a generated graph of a million edges."""
    part = Part("graphs", "speed", args, threads=THREADS, versions=peer_versions("graphs"), rounds=args.rounds)
    wiki, grown = named_graph("Wiki")[0], grown_graph(args.nodes)
    # node2vec keeps a table for every pair of edges that meet: on the grown graph that is beyond the memory at hand
    jobs = [
        ("DeepWalk", "Wiki", wiki, args.walks, ["pecanpy FirstOrderUnweighted"]),
        ("Node2Vec", "Wiki", wiki, args.walks, ["node2vec", "pecanpy PreComp", "pecanpy SparseOTF"]),
        ("DeepWalk", f"{args.nodes:,} nodes × 10", grown, args.grown_walks, ["pecanpy FirstOrderUnweighted"]),
        ("Node2Vec", f"{args.nodes:,} nodes × 10", grown, args.grown_walks, ["pecanpy SparseOTF"]),
    ]
    for encoder, name, edges, walks, peers in jobs[:2] if args.quick else jobs:
        contestants = {"vicinal": lambda _, e=edges, n=encoder, w=walks: ours(e, n, w)}
        for who in peers[:1] if args.quick else peers:
            contestants[who] = lambda _, p=who, e=edges, n=encoder, w=walks: peer(p, e, n, w)
        runs = interleave(contestants, args.rounds if name == "Wiki" else args.grown_rounds)
        memory = {who: max(run["memory_added"] for run in several) for who, several in runs.items()}
        job = f"walks and training, {name}"
        part.add(speed_row(encoder, job, runs, aimed=3, walks_per_node=walks, memory_added=memory))


def memory(args) -> None:
    """Memory that each kind of walk takes beyond the vectors, as the edges of a grown graph double."""
    part = Part("graphs", "memory", args, threads=THREADS, walks_per_node=1)
    for encoder, who in [("Node2Vec", "vicinal")] + [("Node2Vec", "pecanpy SparseOTF")] * (not args.quick):
        added, edges = [], []
        for links in (5, 10, 20):
            path = grown_graph(args.nodes // 2, links)
            with open(path, "rb") as file:
                edges.append(sum(1 for _ in file))
            run = ours(path, encoder, 1, walk_length=10, epochs=1) if who == "vicinal" else peer(who, path, encoder, 1)
            added.append(run["memory_added"])
        slope = float(np.polyfit(edges, added, 1)[0])
        print(f"  {who}: {slope:.0f} bytes an edge, reading included: {added}", file=sys.stderr)
        part.add({"encoder": encoder, "who": who, "edges": edges, "memory_added": added, "bytes_per_edge": slope})


def label_score(path: Path, labels: Path, splits: int) -> float:
    """Micro-F1 of one set of vectors, whoever made it, by the same classifier on the same splits."""
    from vicinal import Space
    from vicinal.evaluate import evaluate_labels

    if path.suffix == ".npz":
        with np.load(path) as found:
            space = Space(found["names"].tolist(), found["vectors"])
    else:
        space = Space.open(path)
    return evaluate_labels(space, labels, train_shares=[0.5], splits=splits)[SHARE].value


def quality(args) -> None:
    """Labels of Cora and Wiki told by vectors of ours and of the reference, over seeds."""
    part = Part(
        "graphs", "quality", args, threads=THREADS, versions=peer_versions("graphs"), splits=args.splits,
        walks_per_node=args.walks,
    )  # fmt: skip
    for encoder, reference in (("DeepWalk", "pecanpy FirstOrderUnweighted"), ("Node2Vec", "node2vec")):
        for name in ("cora", "Wiki"):
            if args.quick and (encoder, name) != ("DeepWalk", "cora"):
                continue
            edges, labels = named_graph(name)
            scores: dict[str, list[float]] = {"vicinal": [], reference: []}
            for seed in range(1, args.seeds + 1):
                ours(edges, encoder, args.walks, seed, f"{WORK / 'nodes.space'}")
                scores["vicinal"].append(label_score(WORK / "nodes.space", labels, args.splits))
                peer(reference, edges, encoder, args.walks, seed, f"{WORK / 'nodes.npz'}")
                scores[reference].append(label_score(WORK / "nodes.npz", labels, args.splits))
                print(f"  {encoder}: {name}: seed {seed}: {scores}", file=sys.stderr, flush=True)
            part.add(quality_row(encoder, name.capitalize(), SHARE, scores))


PARTS = {"speed": speed, "memory": memory, "quality": quality}

if __name__ == "__main__":
    run_parts(
        read_args(
            __doc__, PARTS, nodes=(100_000, 3_000), walks=(10, 2), grown_walks=(2, 1), rounds=(3, 1),
            grown_rounds=(1, 1), seeds=(3, 1), splits=(5, 2),
        ),
        PARTS,
    )  # fmt: skip
