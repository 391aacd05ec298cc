"""What two aligned spaces are for: translating names, and vectors for names that one of them lacks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vicinal.align.csls import csls_nearest
from vicinal.checks import check_whole
from vicinal.errors import BadInput, BadOption
from vicinal.matches import Matches
from vicinal.space import Space

METHODS = ("nearest", "csls")


def translate(
    aligned: Space, target: Space, names: str | Iterable[str], k: int = 5, *, method: str = "csls",
    neighbors: int = 10, mix: bool = False,
) -> Matches:  # fmt: skip
    """Find the names of the target that mean what names of an aligned space mean.

    Parameters
    ----------
    aligned : Space
        In the target's coordinates, as `Procrustes.transform` gives it; all of it, since CSLS looks at the crowd.
    target : Space
    names : str, or iterable of str
        Names of the aligned space.
    k : int
        1 or more; fewer are returned only where fewer exist.
    method : "csls" or "nearest"
        By `csls_nearest`, or by cosine alone.
    neighbors : int
        How many make the neighbourhood of CSLS.
    mix : bool
        Allow spaces of different origin.

    Returns
    -------
    Matches

    Raises
    ------
    UnknownName
        For a name that the aligned space lacks.
    SpacesDiffer
        If the spaces are not in the same coordinates.
    BadOption
        For another method, or a number out of range.

    Examples
    --------
    >>> target = Space(["king", "ship"], [[1, 0], [0, 1]])
    >>> aligned = Space(["roi", "navire"], [[0.9, 0.1], [0.2, 1]], origin=target.origin)
    >>> translate(aligned, target, "roi", k=1).first
    'king'
    """
    aligned.check_same_origin(target, mix)
    if method not in METHODS:
        raise BadOption(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    asked = [names] if isinstance(names, str) else list(names)
    rows = np.array([aligned.names.row(name) for name in asked], np.int64)
    if not len(rows):
        raise BadInput("no names to translate; expected one or more")
    vectors = np.asarray(aligned.matrix[rows], np.float32)
    if method == "nearest":
        found = target.nearest(vectors, k, metric="cosine")
        return Matches(asked, found.names, found.rows, found.scores, "cosine")
    check_whole("k", k)
    best, scores = csls_nearest(
        vectors, target.matrix, min(k, len(target)), sources=aligned.matrix, neighbors=neighbors
    )
    return Matches(asked, [[target.names[row] for row in line] for line in best.tolist()], best, scores, "csls")


def missing_vectors(
    aligned: Space, target: Space, pairs: Iterable[tuple[str, str]] | None = None, *, mix: bool = False
) -> Space:
    """Predict the vectors of names that the target lacks: they lie where the map puts what means the same.

    Parameters
    ----------
    aligned : Space
        In the target's coordinates, as `Procrustes.transform` gives it.
    target : Space
    pairs : iterable of (str, str), optional
        A name of the aligned space, and the name it is to have in the target. A name that comes more than once gets
        the mean direction, at the mean length. By default all names that the target lacks keep theirs, which is right
        for two versions of one language.
    mix : bool
        Allow spaces of different origin.

    Returns
    -------
    Space
        Of the target's origin, so that ``target.concat`` takes it.

    Raises
    ------
    BadInput
        If the target lacks none, or holds a name that was to be predicted.
    UnknownName
        For a name that the aligned space lacks.
    SpacesDiffer
        If the spaces are not in the same coordinates.

    Examples
    --------
    >>> target = Space(["king", "ship"], [[1, 0], [0, 1]])
    >>> newer = Space(["king", "blog"], [[1, 0], [0.5, 0.5]], origin=target.origin)
    >>> missing_vectors(newer, target)["blog"].tolist()
    [0.5, 0.5]
    """
    aligned.check_same_origin(target, mix)
    wanted: dict[str, list[int]] = {}
    if pairs is None:
        wanted = {name: [row] for row, name in enumerate(aligned.names) if name not in target}
    else:
        for known, name in pairs:
            wanted.setdefault(name, []).append(aligned.names.row(known))
    present = next((name for name in wanted if name in target), None)
    if present is not None or not wanted:
        what = "lacks none of these names" if present is None else f"already holds {present!r}"
        raise BadInput(f"the target {what}; there is no vector to predict")
    vectors = np.stack([_mean_vector(aligned, rows) for rows in wanted.values()])
    return Space(list(wanted), vectors, metric=target.metric, origin=target.origin)


def _mean_vector(space: Space, rows: list[int]) -> np.ndarray:
    """Mean direction at mean length: one long vector does not drown the others."""
    vectors = np.asarray(space.matrix[rows], np.float64)
    if len(rows) == 1:
        return vectors[0]
    lengths = np.linalg.norm(vectors, axis=1)
    direction = (vectors[lengths > 0] / lengths[lengths > 0, None]).sum(axis=0)
    size = np.linalg.norm(direction)
    return direction * (lengths.mean() / size) if size > 0 else np.zeros(space.dim)
