"""Maps by t-SNE and UMAP: ours and the peers', each in a process of its own."""

from __future__ import annotations

import time

import numpy as np
from _answer import answer


def vectors(text: str, count: int, dim: int, out: str) -> dict:
    """Train words on a text and write the vectors of the most frequent, of length 1."""
    from vicinal.similarity import unit_rows
    from vicinal.words import Word2Vec

    space = Word2Vec(dim=dim, seed=1).fit(text).space
    np.save(out, unit_rows(space.matrix[:count]))
    return {"rows": min(count, len(space))}


def draw(method: str, who: str, path: str, threads: int, seed: int, out: str) -> dict:
    """Draw a map and write its places; seconds are those of the call, process_seconds those with all imports."""
    matrix = np.load(path)
    work = {"vicinal": _vicinal, "openTSNE": _opentsne, "umap-learn": _umap}[who](method, matrix, threads, seed)
    start = time.perf_counter()
    places = work()
    seconds = time.perf_counter() - start
    np.save(out, np.asarray(places, np.float32))
    return {"seconds": seconds, "rows": len(matrix)}


def _vicinal(method: str, matrix: np.ndarray, threads: int, seed: int):
    from vicinal import Space
    from vicinal.maps import tsne_map, umap_map

    space = Space([str(row) for row in range(len(matrix))], matrix, metric="euclidean")
    make = tsne_map if method == "t-SNE" else umap_map
    make(space, names=space.names[:200], threads=threads)  # kernels are on the disk, and now in memory
    return lambda: make(space, threads=threads, seed=seed).coordinates


def _opentsne(method: str, matrix: np.ndarray, threads: int, seed: int):
    import openTSNE

    openTSNE.TSNE(n_jobs=threads).fit(matrix[:200])
    return lambda: openTSNE.TSNE(n_jobs=threads, random_state=seed).fit(matrix)


def _umap(method: str, matrix: np.ndarray, threads: int, seed: int):
    import umap

    # A seed would make it use one thread; so it is as quick as it can be, but not repeatable. Its kernels are compiled
    # by a small run before, which a user waits for in every new process; so are its neighbour search's.
    umap.UMAP(n_jobs=threads, n_epochs=5, force_approximation_algorithm=True).fit(matrix[:1000])
    return lambda: umap.UMAP(n_jobs=threads).fit_transform(matrix)


if __name__ == "__main__":
    answer(vectors, draw)
