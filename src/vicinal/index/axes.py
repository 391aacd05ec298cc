"""Turning a space onto fewer axes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_whole
from vicinal.frozen import own
from vicinal.lengths import BLOCK_ROWS, single, unit_rows
from vicinal.space import Space


def principal_axes(space: Space, dim: int) -> Space:
    """Turn a space onto its ``dim`` principal axes, the first the longest.

    For cosine those of the rows of length 1, for dot of the rows as they are, both about 0, since products count from
    there; for euclidean those about the mean. No other ``dim`` axes keep more of the sum of squares.

    Examples
    --------
    >>> principal_axes(Space(["a", "b"], [[0, 2], [0, -1]]), 1).matrix.round(2).tolist() in ([[2], [-1]], [[-2], [1]])
    True
    """
    check_whole("dim", dim, 1, space.dim)
    axes = axes_of(space)[:, :dim].astype(np.float32)
    turned = np.empty((len(space), dim), np.float32)
    for start in range(0, len(space), BLOCK_ROWS):
        turned[start : start + BLOCK_ROWS] = single(space.matrix[start : start + BLOCK_ROWS]) @ axes
    origin = space.origin.then(f"pca({dim})")
    return Space(space.names, own(turned), columns=space.columns, metric=space.metric, origin=origin)


def axes_of(space: Space) -> NDArray[np.float64]:
    """Find all principal axes as `principal_axes` counts them, (dim, dim), an axis a column, the longest first.

    Examples
    --------
    >>> abs(axes_of(Space(["a", "b"], [[0, 2], [0, -1]]))).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    moment = np.zeros((space.dim, space.dim))
    mean = space.matrix.mean(axis=0, dtype=np.float64) if space.metric == "euclidean" else np.zeros(space.dim)
    for start in range(0, len(space), BLOCK_ROWS):
        block = single(space.matrix[start : start + BLOCK_ROWS])
        wide = np.asarray(unit_rows(block) if space.metric == "cosine" else block, np.float64) - mean
        moment += wide.T @ wide
    return np.linalg.eigh(moment)[1][:, ::-1]
