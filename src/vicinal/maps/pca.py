"""Principal components: the directions along which vectors differ most, and the map they give."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.errors import BadInput, BadOption
from vicinal.lengths import single
from vicinal.maps.map import Map
from vicinal.maps.quality import measure
from vicinal.names import Names
from vicinal.similarity import check_metric, unit_rows
from vicinal.space import Space

_BLOCK = 1 << 16  # rows turned to float64 at a time
_COUNTS = {3: "three", 4: "four"}


def components(matrix: ArrayLike, dim: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Find the principal components of the rows of a matrix.

    Parameters
    ----------
    matrix : (n, d) array
        Finite; computed in float64 whatever its type.
    dim : int
        How many components, 1 to min(n, d).

    Returns
    -------
    mean : (d,) float64
        The mean row.
    axes : (dim, d) float64
        Orthonormal rows, the one of largest variance first. The sign, which the mathematics leaves open, is set so
        that the loading of largest magnitude is positive (the first of equals).
    variance_shares : (dim,) float64
        The share of the whole variance along each axis, 0 to 1, falling; all 0 where the rows do not differ.

    Raises
    ------
    BadInput
        If the matrix is not two-dimensional, is empty, or holds NaN or infinity.
    BadOption
        If ``dim`` is out of range.

    Notes
    -----
    K. Pearson, On lines and planes of closest fit to systems of points in space, 1901. H. Hotelling, Analysis of a
    complex of statistical variables into principal components, 1933. A flat matrix goes through the singular value
    decomposition; one of many more rows than columns through the eigenvectors of its covariance, block by block.

    Examples
    --------
    >>> mean, axes, shares = components([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]], 1)
    >>> mean.tolist(), axes.round(2).tolist(), shares.round(2).tolist()
    ([3.0, 4.0], [[0.6, 0.8]], [1.0])
    """
    data = np.asarray(matrix)
    if data.ndim != 2 or 0 in data.shape or data.dtype.kind not in "fiu":
        raise BadInput(f"the matrix must be numbers of shape (n, d), got shape {data.shape} of {data.dtype}")
    n, d = data.shape
    if isinstance(dim, bool) or not isinstance(dim, int | np.integer) or not 1 <= dim <= min(n, d):
        raise BadOption(f"{n} rows of {d} numbers have 1 to {min(n, d)} components, got dim={dim!r}")
    largest = max(abs(float(data.max())), abs(float(data.min())))
    if not largest < 1e100:
        raise BadInput("the matrix holds NaN, infinity or a value too large to square")
    mean = data.mean(axis=0, dtype=np.float64)
    if n <= 4 * d:
        _, lengths, axes = np.linalg.svd(data - mean, full_matrices=False)
        variances = np.square(lengths)
    else:
        values, vectors = np.linalg.eigh(_scatter(data, mean))
        variances, axes = values[::-1].clip(0.0), vectors.T[::-1]
    rounding = np.square(np.finfo(np.float64).eps * max(n, d) * largest)
    variances[variances <= max(rounding, 1e-14 * variances.sum())] = 0.0  # what rounding leaves is no variance
    total = variances.sum()
    shares = variances / total if total > 0 else np.zeros_like(variances)
    return mean, _with_fixed_signs(axes[:dim]), shares[:dim]


def _scatter(data: NDArray, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the outer products of the centred rows, (d, d)."""
    total = np.zeros((data.shape[1], data.shape[1]))
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK] - mean
        total += block.T @ block
    return total


def _with_fixed_signs(axes: NDArray[np.float64]) -> NDArray[np.float64]:
    sizes = np.abs(axes)
    # Loadings equal up to rounding count as equal, or the last bit would turn a picture around.
    first = np.argmax(sizes >= sizes.max(axis=1, keepdims=True) * (1 - 1e-9), axis=1)
    return axes * np.where(axes[np.arange(len(axes)), first] < 0, -1.0, 1.0)[:, None]


def check_dim(space: Space, dim: int) -> None:
    """Refuse a number of axes that a map of this space cannot have."""
    if dim not in (2, 3) or dim > space.dim:
        raise BadOption(f"a map of {space.dim}-dimensional vectors has dim 2 or 3 and no more than theirs, got {dim!r}")


def chosen_rows(space: Space, names: Iterable[str] | None, least: int = 3) -> tuple[Names, NDArray[np.int64]]:
    """Return the names to map and their rows: distinct, known, at least so many."""
    chosen = space.names if names is None else Names(names)
    rows = np.arange(len(space)) if names is None else np.array([space.names.row(name) for name in chosen], np.int64)
    if len(rows) < least:
        raise BadInput(f"a map needs {_COUNTS[least]} names or more, got {len(rows)}")
    return chosen, rows


def vectors_of(space: Space, rows: NDArray[np.integer] | None = None, metric: str | None = None) -> NDArray[np.float32]:
    """Return rows whose euclidean distances sort as the metric does: of length 1 under cosine, else as they are.

    Examples
    --------
    >>> vectors_of(Space(["A", "B"], [[0, 4], [2, 0]]), np.array([0])).tolist()
    [[0.0, 1.0]]
    """
    data = space.matrix if rows is None else space.matrix[rows]
    if check_metric(metric or space.metric) == "cosine":
        return unit_rows(data)
    return single(data)


def pca_map(
    space: Space,
    dim: int = 2,
    names: Iterable[str] | None = None,
    *,
    fit_on: str = "chosen",
    metric: str | None = None,
    neighbours: int | None = None,
    seed: int = 0,
) -> Map:
    """Draw up a flat map of a space by its principal components.

    Parameters
    ----------
    space : Space
    dim : 2 or 3
    names : iterable of str, optional
        What to show, distinct and at least three; everything by default.
    fit_on : "chosen" or "all"
        Whose spread sets the axes. "chosen" (the default) shows the chosen names as far apart as a plane can. "all"
        gives every choice the same axes, so that two pictures of one space can be laid side by side, but axes that
        matter to the whole space may hardly separate the few words shown.
    metric : str, optional
        Instead of the space's own. Under cosine every vector is first scaled to length 1, so that distances on the
        map stand for what the space calls near; under dot and euclidean vectors are taken as they are.
    neighbours : int, optional
        Size of the neighbourhoods that the quality is measured on; see `vicinal.maps.measure`.
    seed : int
        Draws the points whose neighbourhoods are measured where the map is large.

    Returns
    -------
    Map
        Centred on the mean of what the axes were fitted on. ``axis_shares`` and the quality ``variance_kept`` are
        shares of the variance *of the names shown*.

    Raises
    ------
    BadInput
        For fewer than three names, or a name given twice.
    UnknownName
        For a name that the space does not hold.
    BadOption
        If ``dim`` is not 2 or 3 or the space has fewer dimensions, or for an unknown ``fit_on`` or ``metric``.

    Examples
    --------
    >>> space = Space(["A", "B", "C"], [[3, 30, 1], [15, 4, 1], [3, 27, 1]], metric="euclidean")
    >>> drawn = pca_map(space)
    >>> drawn.coordinates.shape, round(drawn.quality["variance_kept"], 2)
    ((3, 2), 1.0)
    """
    check_dim(space, dim)
    if fit_on not in ("chosen", "all"):
        raise BadOption(f"fit_on must be 'chosen' or 'all', got {fit_on!r}")
    kept, rows = chosen_rows(space, names)
    shown = vectors_of(space, rows, metric)
    fitted = shown if fit_on == "chosen" else vectors_of(space, None, metric)
    mean, axes, shares = components(fitted, dim)
    coordinates = (shown - mean) @ axes.T
    coordinates[:, shares == 0] = 0.0  # rounding is not a shape
    axis_shares = _shares_shown(shown, coordinates)
    quality = {"variance_kept": sum(axis_shares), **measure(shown, coordinates, neighbours=neighbours, seed=seed)}
    return Map(kept, coordinates, "PCA", fingerprint=space.fingerprint, quality=quality, axis_shares=axis_shares)


def _shares_shown(shown: NDArray[np.float32], coordinates: NDArray[np.float64]) -> tuple[float, ...]:
    whole = float(shown.var(axis=0, dtype=np.float64).sum())
    spread = coordinates.var(axis=0)
    return tuple(float(min(1.0, s / whole)) if whole > 0 and s > 0 else 0.0 for s in spread)
