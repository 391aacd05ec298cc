"""The pictures of a space: maps made before, and the principal components, which need no making before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import UnknownName
from vicinal.lengths import inverse, single, unit_rows
from vicinal.maps import Map, components, measure
from vicinal.maps.pca import vectors_of
from vicinal.randomness import generator
from vicinal.serve.served import Served
from vicinal.space import Space

_FITTED = 20_000  # rows that the axes are fitted on
_NUMBERS = 1 << 20  # numbers of a block
_SAFE = (1e-15, 1e15)  # lengths that float32 can work with
_MEASURED = 10_000  # points among which neighbourhoods are looked up
_PAIRS = 1 << 22  # distances looked at for it


@dataclass(frozen=True, eq=False)
class Drawing:
    """Places of the rows of a space.

    Attributes
    ----------
    coordinates : (n, 2) or (n, 3) float32
    rows : (n,) int32 or None
        Which row of the space each place belongs to; None where place i is row i.
    method : str
    quality : dict of str to float
    axis_shares : list of float
    """

    coordinates: NDArray[np.float32]
    rows: NDArray[np.int32] | None
    method: str
    quality: dict[str, float] = field(default_factory=dict)
    axis_shares: list[float] = field(default_factory=list)


def drawing(served: Served, which: str) -> Drawing:
    """Return a map: one made before, by its name, or the principal components (``pca``, ``pca3``).

    Raises
    ------
    UnknownName

    Examples
    --------
    >>> from vicinal import Space
    >>> drawing(Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])), "pca3").coordinates.shape
    (3, 3)
    """
    if which in served.maps:
        return served.once(("map", which), lambda: made_before(served.space, served.maps[which]))
    if which in ("pca", "pca3"):
        return served.once(("map", which), lambda: principal(served.space, 3 if which == "pca3" else 2))
    raise UnknownName(which, [name for name in served.maps if name.startswith(which[:1])][:3], "the maps of this space")


def principal(space: Space, dim: int) -> Drawing:
    """Lay all rows out along the axes on which a sample of them differs most, block by block.

    Parameters
    ----------
    space : Space
        Under cosine its rows count as rows of length 1.
    dim : 2 or 3
        Axes that a narrower space lacks are 0.

    Returns
    -------
    Drawing
        ``quality`` holds ``variance_kept``, estimated on ``points`` rows drawn without replacement.

    Examples
    --------
    >>> principal(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]), 2).coordinates.shape
    (3, 2)
    """
    n, found = len(space), min(dim, len(space), space.dim)
    sample = np.arange(n) if n <= _FITTED else np.sort(generator(0).choice(n, _FITTED, replace=False))
    mean, axes, shares = components(vectors_of(space, sample), found)
    turned, centre = axes.T.astype(np.float32), (axes @ mean).astype(np.float32)
    places = np.zeros((n, dim), np.float32)
    step = max(1, _NUMBERS // space.dim)
    cosine, norms = space.metric == "cosine", space.norms
    for start in range(0, n, step):
        part = slice(start, start + step)
        lengths = norms[part]
        block = single(space.matrix[part])
        if ((lengths > _SAFE[0]) & (lengths < _SAFE[1]) | (lengths == 0)).all():
            out = block @ turned
            if cosine:
                out *= inverse(lengths)[:, None]
            places[part, :found] = out - centre
        else:
            wide = unit_rows(block) if cosine else block.astype(np.float64)
            places[part, :found] = ((wide - mean) @ axes.T).clip(-1e38, 1e38)
    places[:, :found][:, shares == 0] = 0.0  # rounding is not a shape
    kept = [float(share) for share in shares] + [0.0] * (dim - found)
    return Drawing(places, None, "PCA", {"variance_kept": sum(kept), "points": len(sample)}, kept)


def made_before(space: Space, drawn: Map) -> Drawing:
    """Find the rows that a map shows; names that the space does not hold are left out.

    Examples
    --------
    >>> space = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
    >>> made_before(space, Map(["C", "A"], [[0, 1], [2, 3]], "t-SNE")).rows.tolist()
    [2, 0]
    """
    quality, shares = dict(drawn.quality), list(drawn.axis_shares)
    if len(drawn) == len(space) and drawn.names == tuple(space.names):
        return Drawing(drawn.coordinates, None, drawn.method, quality, shares)
    rows = space.names.rows(drawn.names)
    known = rows >= 0
    return Drawing(drawn.coordinates[known], rows[known].astype(np.int32), drawn.method, quality, shares)


def map_quality(served: Served, which: str, seed: int = 0) -> dict[str, Any]:
    """Say how far to trust a map, worked out once: of a large map, by a sample of its points.

    Returns
    -------
    dict
        ``quality`` holds what the map says of itself, and unless it does so already ``trustworthiness``,
        ``continuity``, ``stress`` (see `vicinal.maps.measure`), ``neighbours``, ``points`` (whose neighbourhoods were
        measured) and ``among`` (how many points these were looked up in: where fewer than the map has, the figures
        are an estimate).

    Raises
    ------
    UnknownName

    Examples
    --------
    >>> served = Served("letters", Space(["A", "B", "C"], [[3, 30, 1], [15, 4, 1], [3, 27, 1]], metric="euclidean"))
    >>> map_quality(served, "pca")["quality"]["trustworthiness"]
    1.0
    """
    drawn = drawing(served, which)

    def work() -> dict[str, float]:
        n = len(drawn.coordinates)
        if "trustworthiness" in drawn.quality or n < 3:
            return {**drawn.quality, "among": n}
        some = np.arange(n) if n <= _MEASURED else np.sort(generator(seed).choice(n, _MEASURED, replace=False))
        rows = some if drawn.rows is None else drawn.rows[some]
        found = measure(vectors_of(served.space, rows), drawn.coordinates[some], seed=seed, pairs=_PAIRS)
        return {**drawn.quality, **found, "among": len(some)}

    quality = served.once(("map quality", which), work)
    return {"space": served.name, "fingerprint": served.space.fingerprint, "map": which, "quality": quality}
