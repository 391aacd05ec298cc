"""Procrustes: turn one space so that it lies on another."""

from __future__ import annotations

import os
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal import __version__
from vicinal.align import _files as files
from vicinal.align.dictionary import Pairs, Seed, known_pairs, take_pairs
from vicinal.checks import check_flags, check_whole
from vicinal.encoder import Encoder
from vicinal.errors import BadInput, SpacesDiffer
from vicinal.lengths import row_norms, unit_rows_wide
from vicinal.origin import Origin, digest_matrix
from vicinal.space import Space

_BLOCK = 1 << 16


def orthogonal_map(x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
    """Find the orthogonal W that brings ``x @ W`` nearest to ``y``, in the sum of squares (Schönemann 1966).

    With the singular value decomposition xᵀy = U S Vᵀ it is W = U Vᵀ. Being orthogonal it may turn and mirror, but
    never stretches: lengths, distances and cosines among the rows of ``x`` stay what they were.

    Parameters
    ----------
    x, y : (m, dim)
        Row i of ``x`` belongs to row i of ``y``.

    Returns
    -------
    (dim, dim) float64

    Raises
    ------
    BadInput
        If the shapes differ or a value is not finite.

    Examples
    --------
    >>> orthogonal_map([[1, 0], [0, 2]], [[0, 1], [-2, 0]]).round(6) + 0.0
    array([[ 0.,  1.],
           [-1.,  0.]])
    """
    left, right = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if left.ndim != 2 or left.shape != right.shape:
        raise BadInput(f"vectors of shapes {left.shape} and {right.shape} do not pair up")
    product = left.T @ right
    if not np.isfinite(product).all():
        raise BadInput("the vectors hold NaN or infinity, or values too large to multiply")
    u, _, vt = np.linalg.svd(product)
    return u @ vt


class Procrustes(Encoder):
    """An orthogonal map from one space onto another, learned from a dictionary (Xing et al. 2015, Smith et al. 2017).

    Parameters
    ----------
    unit : bool
        Learn from vectors of length 1, so that frequent words, which are often long, do not outweigh the others (Xing
        et al. 2015). What is mapped gets its length back.
    center : bool
        Allow a shift besides: take the mean of the dictionary's vectors off each side first, and come back to the
        target's mean. Use it where all vectors of a space share a direction.
    min_pairs : int, optional
        Fewer known pairs are refused. By default the number of dimensions: fewer leave part of the map to chance.

    Attributes
    ----------
    map_ : (dim, dim) float64
        Orthogonal; applied from the right.
    source_mean_, target_mean_ : (dim,) float64
        Zero unless ``center``.
    seed_ : Seed
        How much of the dictionary was known.
    origin_ : Origin
        Of the map: its parent is the source, its step names the target.
    target_origin_ : Origin
        Of the target, and so of what `transform` makes.

    Examples
    --------
    >>> target = Space(["king", "queen", "ship"], [[1, 0], [0.9, 0.5], [-0.3, 1]])
    >>> turned = Space(["roi", "reine", "navire"], target.matrix @ np.float32([[0, 1], [-1, 0]]))
    >>> model = Procrustes().fit(turned, target, [("roi", "king"), ("navire", "ship")])
    >>> target.nearest(model.transform(turned), k=1).names
    [['king'], ['queen'], ['ship']]
    """

    def __init__(self, *, unit: bool = True, center: bool = False, min_pairs: int | None = None) -> None:
        self.unit, self.center, self.min_pairs = unit, center, min_pairs

    def fit(self, source: Space, target: Space, pairs: Pairs = None) -> Self:
        """Learn the map.

        Parameters
        ----------
        source, target : Space
            Of the same dim.
        pairs : path, or iterable of (str, str), optional
            A name of the source and the name of the target that means the same; a file as `read_dictionary` takes it.
            By default every name that both spaces hold, which is right for two versions of one language.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            If fewer than ``min_pairs`` pairs are known; says how many are not.
        BadFormat
            If the file is no dictionary.
        SpacesDiffer
            If the dimensions differ.
        BadOption
            For an option out of range.
        """
        self._check_options()
        rows, seed = self._known(source, target, pairs)
        self._solve(source, target, rows)
        return self._keep(source, target, seed)

    def encode(self, items: ArrayLike | Space) -> NDArray[np.float32]:
        """Map vectors of the source into the target's coordinates.

        Parameters
        ----------
        items : (n, dim) array, or Space
            Vectors of the source space; which space they are from is not checked, `transform` does that.

        Returns
        -------
        (n, dim) float32

        Raises
        ------
        BadInput
            For another shape, or NaN or infinity.
        """
        self._check_fitted("map_")
        data = items.matrix if isinstance(items, Space) else np.asarray(items)
        dim = len(self.map_)
        if data.ndim != 2 or data.shape[1] != dim or data.dtype.kind not in "fiu":
            raise BadInput(f"vectors of shape {data.shape} and type {data.dtype}, expected numbers of shape (n, {dim})")
        out = np.empty(data.shape, np.float32)
        for start in range(0, len(data), _BLOCK):
            out[start : start + _BLOCK] = self._moved(data[start : start + _BLOCK])
        return out

    def transform(self, space: Space, *, mix: bool = False) -> Space:
        """Lay the source space onto the target.

        The result is in the target's coordinates, so it carries the target's origin: its fingerprint is the target's,
        and the two may be mixed, searched and put together. Where its rows come from is kept in the column
        ``aligned_from``, the fingerprint of the space they were in.

        Parameters
        ----------
        space : Space
            The source, or rows taken from it.
        mix : bool
            Allow a space of another origin.

        Returns
        -------
        Space

        Raises
        ------
        SpacesDiffer
            If the space is not of the model that the map was learned for.
        """
        self._check_fitted("map_")
        if not mix and space.fingerprint != self.origin_.parent:
            raise SpacesDiffer(
                f"the map was learned for the space {self.origin_.parent}, and this is {space.origin.encoder} "
                f"{space.fingerprint}; fit it on this one, or pass mix=True if you know better"
            )
        columns = {**space.columns, "aligned_from": np.full(len(space), space.fingerprint)}
        return Space(space.names, self.encode(space), columns=columns, metric=space.metric, origin=self.target_origin_)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the map to a folder."""
        self._check_fitted("map_")
        files.save(self, path, force)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a map that `save` wrote.

        Raises
        ------
        BadInput, BadFormat
            If there is no such folder, or it holds something else.
        """
        return files.load(cls, path)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _check_options(self) -> None:
        check_flags(self, "unit", "center")
        if self.min_pairs is not None:
            check_whole("min_pairs", self.min_pairs)

    def _known(self, source: Space, target: Space, pairs: Pairs) -> tuple[NDArray[np.int64], Seed]:
        """Rows of the known pairs, (m, 2) int64, or the refusal."""
        if source.dim != target.dim:
            raise SpacesDiffer(
                f"spaces of {source.dim} and {target.dim} dimensions cannot be laid onto each other by turning; train "
                "them with the same dim"
            )
        rows, seed = known_pairs(take_pairs(pairs, source, target), source, target)
        least = source.dim if self.min_pairs is None else self.min_pairs
        if len(rows) < least:
            raise BadInput(
                f"{seed}; at least {least} are needed: bring a larger dictionary, check which side is the source, or "
                "lower min_pairs"
            )
        return rows, seed

    def _solve(self, source: Space, target: Space, rows: NDArray[np.int64]) -> None:
        """Set the map and the means that fit these pairs best."""
        take = unit_rows_wide if self.unit else np.asarray
        x = take(np.asarray(source.matrix[rows[:, 0]], np.float64))
        y = take(np.asarray(target.matrix[rows[:, 1]], np.float64))
        self.source_mean_, self.target_mean_ = np.zeros(source.dim), np.zeros(source.dim)
        if self.center:
            self.source_mean_, self.target_mean_ = x.mean(axis=0), y.mean(axis=0)
        self.map_ = orthogonal_map(x - self.source_mean_, y - self.target_mean_)

    def _moved(self, data: NDArray) -> NDArray[np.float64]:
        wide = np.asarray(data, np.float64)
        lengths = row_norms(data)[:, None]  # also refuses NaN and infinity
        if not self.center:
            return wide @ self.map_
        if not self.unit:  # a zero row has no direction, and stays zero
            return ((wide - self.source_mean_) @ self.map_ + self.target_mean_) * (lengths > 0)
        return ((unit_rows_wide(wide) - self.source_mean_) @ self.map_ + self.target_mean_) * lengths

    def _keep(self, source: Space, target: Space, seed: Seed) -> Self:
        self.seed_, self.target_origin_ = seed, target.origin
        self.origin_ = Origin(
            type(self).__name__, self.get_params(), version=__version__, parent=source.fingerprint,
            steps=(f"onto {target.fingerprint}",), content=digest_matrix(self.map_),
        )  # fmt: skip
        return self

    def _record(self) -> dict[str, Any]:
        """What is saved beside the options."""
        seed = {"pairs": self.seed_.pairs, "known": self.seed_.known, "examples": list(self.seed_.examples)}
        return {"seed": seed}

    def _restore(self, record: dict[str, Any]) -> None:
        seed = record["seed"]
        self.seed_ = Seed(int(seed["pairs"]), int(seed["known"]), tuple(map(str, seed["examples"])))
