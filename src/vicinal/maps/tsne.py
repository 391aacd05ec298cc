"""t-SNE: a map that keeps small neighbourhoods together."""

from __future__ import annotations

import os
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_number, check_whole
from vicinal.index.rows import worker_count
from vicinal.maps._attraction import Attraction, Places
from vicinal.maps._kept import Kept, digest
from vicinal.maps._neighbours import check_recall, neighbours_of
from vicinal.maps.map import Map
from vicinal.maps.pca import check_dim, chosen_rows, components, vectors_of
from vicinal.maps.quality import measure
from vicinal.progress import Callback, Meter
from vicinal.randomness import generator
from vicinal.require import require
from vicinal.similarity import check_metric
from vicinal.space import Space

_EARLY = 250  # iterations of early exaggeration
_EXAGGERATION = 12.0
_MOMENTUM = 0.8
_LEAST_GAIN = 0.01
_LONGEST_STEP = 5.0
_LOSS_EVERY = 50  # iterations between two looks at the loss, which costs time


def tsne_map(
    space: Space,
    dim: int = 2,
    names: Iterable[str] | None = None,
    *,
    perplexity: float = 30.0,
    iterations: int = 750,
    recall: float = 0.95,
    metric: str | None = None,
    seed: int = 0,
    threads: int = 0,
    callback: Callback | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: float = 5.0,
) -> Map:
    """Draw up a map by t-distributed stochastic neighbour embedding.

    Parameters
    ----------
    space : Space
    dim : 2 or 3
    names : iterable of str, optional
        What to show, distinct and at least four; everything by default.
    perplexity : float
        About how many neighbours each point is kept near, above 1; at most a third of the other names, to which it is
        lowered. Three times as many neighbours are looked up.
    iterations : int
        Of gradient descent, 1 or more; the first 250 with the attraction exaggerated 12 times.
    recall : float
        Share of the true neighbours that is enough, above 0 to 1; see the notes.
    metric : str, optional
        Instead of the space's own. Under cosine every vector is first scaled to length 1; under dot and euclidean
        vectors are taken as they are.
    seed : int
        Of the jitter at the start and of the neighbour search. The same seed gives the same map with ``threads=1``.
    threads : int
        0 for one a processor.
    callback : callable, optional
        Receives `Progress`; ``loss`` is the Kullback-Leibler divergence, from now and then.
    checkpoint : path, optional
        Where to keep the state. A run of the same space, names and options takes it up; the file is removed at the end.
    checkpoint_every : float
        Least seconds between two states.

    Returns
    -------
    Map
        Centred. The quality also holds ``divergence``, the loss at the end, and ``neighbour_recall``.

    Raises
    ------
    BadInput
        For fewer than four names, or a name given twice.
    UnknownName
        For a name that the space does not hold.
    BadOption
        If an option is out of range.
    MissingExtra
        Without openTSNE.

    Notes
    -----
    L. van der Maaten and G. Hinton, Visualizing data using t-SNE, 2008. Started from the principal components, with a
    learning rate of n / exaggeration (D. Kobak and P. Berens 2019; A. Belkina et al. 2019), momentum 0.8 and gains. The
    affinities, and the repulsion by a tree (Barnes-Hut, L. van der Maaten 2014) or by interpolation (G. Linderman et
    al. 2019), are openTSNE's; the neighbours are found by this library, all rows compared up to 10,000, a tree with
    asymmetric hashing beyond.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> space = Space([f"w{i}" for i in range(40)], rng.normal(size=(40, 6)) + 9 * (np.arange(40) % 2)[:, None])
    >>> drawn = tsne_map(space, perplexity=5, iterations=300, metric="euclidean")
    >>> drawn.coordinates.shape, drawn.quality["trustworthiness"] > 0.8
    ((40, 2), True)
    """
    check_dim(space, dim)
    check_number("perplexity", perplexity, 1)
    check_whole("iterations", iterations)
    check_recall(recall)
    check_number("checkpoint_every", checkpoint_every, 0)
    check_whole("threads", threads, 0)
    require("openTSNE", "maps")
    kept, rows = chosen_rows(space, names, least=4)
    vectors, workers = vectors_of(space, rows, metric), worker_count(threads)
    perplexity = float(min(perplexity, (len(rows) - 1) / 3))
    options = {
        "perplexity": perplexity, "iterations": int(iterations), "recall": float(recall),
        "metric": check_metric(metric or space.metric), "seed": int(seed),
    }  # fmt: skip
    start = _start(vectors, dim, seed)
    near, distances, found = neighbours_of(
        vectors, min(len(rows) - 1, int(3 * perplexity)), recall=recall, seed=seed, threads=workers, callback=callback
    )
    attraction = Attraction(near, distances, perplexity, dim=dim, threads=workers)
    about = {"method": "t-SNE", "of": space.fingerprint, "rows": digest(rows), "dim": dim, **options}
    job = Kept(checkpoint, about, checkpoint_every)
    places, divergence = _descend(
        start, attraction, iterations, Meter(callback, "t-SNE", iterations, "iterations"), job
    )
    quality = {**measure(vectors, places, seed=seed), "divergence": divergence, "neighbour_recall": found}
    job.remove()
    return Map(kept, places, "t-SNE", fingerprint=space.fingerprint, quality=quality, options=options)


def _start(vectors: NDArray[np.float32], dim: int, seed: int) -> Places:
    """Principal components, scaled so that the first has a standard deviation of 1e-4, and a little jitter."""
    mean, axes, _ = components(vectors, dim)
    places = (vectors - mean) @ axes.T
    spread = float(places[:, 0].std())
    places *= 1e-4 / spread if spread > 0 else 0.0
    return places + generator(seed).normal(0.0, 1e-6, places.shape)


def _descend(places: Places, attraction: Attraction, iterations: int, meter: Meter, job: Kept) -> tuple[Places, float]:
    """Go down the gradient; returns the places and the divergence there."""
    update, gains = np.zeros_like(places), np.ones_like(places)
    state = {"places": places, "update": update, "gains": gains}
    done = job.restore(state)
    meter.resume(done)
    divergence = float("nan")
    for at in range(done, iterations):
        exaggeration = _EXAGGERATION if at < _EARLY else 1.0
        wanted = meter.callback is not None and at % _LOSS_EVERY == 0
        loss, gradient = attraction.gradient(places, exaggeration, wanted)
        divergence = loss if wanted else divergence
        gains[:] = np.where(np.sign(update) != np.sign(gradient), gains + 0.2, gains * 0.8 + _LEAST_GAIN)
        update *= _MOMENTUM
        update -= (len(places) / exaggeration) * gains * gradient
        lengths = np.sqrt(np.square(update).sum(axis=1, keepdims=True))
        update *= _LONGEST_STEP / np.maximum(lengths, _LONGEST_STEP)
        places += update
        places -= places.mean(axis=0)
        job.save(at + 1, state)
        meter.report(at + 1, loss=divergence)
    return places, attraction.gradient(places, 1.0, True)[0]
