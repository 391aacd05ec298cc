"""UMAP: a map of the graph of nearest neighbours."""

from __future__ import annotations

import os
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_number, check_whole
from vicinal.index.rows import in_ranges, worker_count
from vicinal.maps._kept import Kept, digest
from vicinal.maps._neighbours import check_recall, neighbours_of
from vicinal.maps._umap_graph import Graph, fitted_curve, membership, union
from vicinal.maps.map import Map
from vicinal.maps.pca import check_dim, chosen_rows, components, vectors_of
from vicinal.maps.quality import measure
from vicinal.progress import Callback, Meter
from vicinal.randomness import generator
from vicinal.similarity import check_metric
from vicinal.space import Space

_SMALL = 10_000  # names up to which more epochs are run
_EPOCHS = (500, 300)
_SIDE = 10.0  # of the square that the points start in
_JITTER = 1e-4
_LEAST = 1024  # points worth a thread
_NEGATIVES = 5


def umap_map(
    space: Space,
    dim: int = 2,
    names: Iterable[str] | None = None,
    *,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    epochs: int | None = None,
    recall: float = 0.95,
    metric: str | None = None,
    seed: int = 0,
    threads: int = 0,
    callback: Callback | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: float = 5.0,
) -> Map:
    """Draw up a map by uniform manifold approximation and projection.

    Parameters
    ----------
    space : Space
    dim : 2 or 3
    names : iterable of str, optional
        What to show, distinct and at least four; everything by default.
    n_neighbors : int
        Size of the surroundings of a point, itself included, 3 or more; at most the number of names, to which it is
        lowered. Few show detail, many the whole.
    min_dist : float
        How near each other points may lie, 0 to 1, where the surroundings are about 1 wide.
    epochs : int, optional
        Passes over the graph, 1 or more; by default 500 up to 10,000 names, else 300.
    recall : float
        Share of the true neighbours that is enough, above 0 to 1; 1 compares all rows.
    metric : str, optional
        Instead of the space's own. Under cosine every vector is first scaled to length 1; under dot and euclidean
        vectors are taken as they are.
    seed : int
        Of all draws. The same seed gives the same map with ``threads=1``; more threads race.
    threads : int
        0 for one a processor.
    callback : callable, optional
        Receives `Progress`.
    checkpoint : path, optional
        Where to keep the state. A run of the same space, names and options takes it up; the file is removed at the end.
    checkpoint_every : float
        Least seconds between two states.

    Returns
    -------
    Map
        Centred. The quality also holds ``neighbour_recall``.

    Raises
    ------
    BadInput
        For fewer than four names, or a name given twice.
    UnknownName
        For a name that the space does not hold.
    BadOption
        If an option is out of range.

    Notes
    -----
    L. McInnes, J. Healy and J. Melville, UMAP: uniform manifold approximation and projection for dimension reduction,
    2018. Started from the principal components (D. Kobak and G. Linderman 2021), each scaled to the same range: a start
    from the graph's Laplacian was not better. The points that push one away are all felt from where it stands, which
    is quicker than one after the other.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> space = Space([f"w{i}" for i in range(40)], rng.normal(size=(40, 6)) + 9 * (np.arange(40) % 2)[:, None])
    >>> drawn = umap_map(space, n_neighbors=8, metric="euclidean", threads=1)
    >>> drawn.coordinates.shape, drawn.quality["trustworthiness"] > 0.75
    ((40, 2), True)
    """
    check_dim(space, dim)
    check_whole("n_neighbors", n_neighbors, 3)
    check_number("min_dist", min_dist, 0, 1)
    check_recall(recall)
    check_number("checkpoint_every", checkpoint_every, 0)
    workers = worker_count(check_whole("threads", threads, 0))
    kept, rows = chosen_rows(space, names, least=4)
    vectors, n_neighbors = vectors_of(space, rows, metric), min(int(n_neighbors), len(rows))
    epochs = check_whole("epochs", _EPOCHS[len(rows) > _SMALL] if epochs is None else epochs)
    options = {
        "n_neighbors": n_neighbors, "min_dist": float(min_dist), "epochs": epochs, "recall": float(recall),
        "metric": check_metric(metric or space.metric), "seed": int(seed),
    }  # fmt: skip
    places = _start(vectors, dim, seed)
    near, distances, found = neighbours_of(
        vectors, n_neighbors - 1, recall=recall, seed=seed, threads=workers, callback=callback
    )
    graph = union(near, membership(near, distances), epochs)
    about = {"method": "UMAP", "of": space.fingerprint, "rows": digest(rows), "dim": dim, **options}
    job = Kept(checkpoint, about, checkpoint_every)
    layout = Layout(graph, fitted_curve(min_dist), epochs, seed=seed, threads=workers)
    layout.run(places, Meter(callback, "UMAP", epochs, "epochs"), job)
    places -= places.mean(axis=0)
    quality = {**measure(vectors, places, seed=seed), "neighbour_recall": found}
    job.remove()
    return Map(kept, places, "UMAP", fingerprint=space.fingerprint, quality=quality, options=options)


def _start(vectors: NDArray[np.float32], dim: int, seed: int) -> NDArray[np.float32]:
    """Principal components, each from 0 to 10, and a little jitter."""
    mean, axes, _ = components(vectors, dim)
    places = (vectors - mean) @ axes.T
    places -= places.min(axis=0)
    reach = places.max(axis=0)
    places *= np.divide(_SIDE, reach, out=np.zeros_like(reach), where=reach > 0)
    return (places + generator(seed).normal(0.0, _JITTER, places.shape)).astype(np.float32)


class Layout:
    """Moves points so that the edges of a graph become short and all else long.

    Parameters
    ----------
    graph : Graph
        Of `vicinal.maps._umap_graph.union`.
    curve : (float, float)
        a and b of 1 / (1 + a d^2b).
    epochs, seed, threads : int
    """

    def __init__(self, graph: Graph, curve: tuple[float, float], epochs: int, *, seed: int, threads: int) -> None:
        self.starts, self.tails, self.rates = graph
        self.curve, self.epochs, self.threads = np.array(curve, np.float32), epochs, threads
        self.seed = np.uint64(generator(seed, 1).integers(1 << 63))

    def run(self, places: NDArray[np.float32], meter: Meter, job: Kept) -> None:
        """Run all epochs, or those that are left of a job that was interrupted; the learning rate falls from 1 to 0."""
        done = job.restore({"places": places})
        meter.resume(done)
        for epoch in range(done, self.epochs):
            self.move(places, epoch)
            job.save(epoch + 1, {"places": places})
            meter.report(epoch + 1)

    def move(self, places: NDArray[np.float32], epoch: int) -> None:
        """Run one epoch, several threads racing on the places (Hogwild, F. Niu et al. 2011)."""
        from vicinal.maps._umap_kernels import move

        rate = np.float32(1.0 - epoch / self.epochs)

        def work(first: int, last: int) -> None:
            move(
                places, self.starts, self.tails, self.rates, first, last,
                self.curve, rate, epoch, _NEGATIVES, self.seed,
            )  # fmt: skip

        in_ranges(work, len(places), self.threads, least=_LEAST)
