"""Random projection: fewer dimensions by chance alone, distances kept."""

from __future__ import annotations

import math
import os
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.checks import check_choice, check_number, check_whole
from vicinal.counts import model_files
from vicinal.counts._checks import json_options
from vicinal.counts._random_matrices import compressed, draw_gaussian, draw_sparse, tensors_of
from vicinal.counts._transformer import Transformer
from vicinal.counts.distortion import Distortion, guaranteed_epsilon, measure_distortion, min_dim
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.memory import check_memory
from vicinal.origin import Origin, digest_matrix
from vicinal.randomness import generator
from vicinal.require import require
from vicinal.space import Space

_ROWS = 1 << 13  # dense rows multiplied at a time
_DENSE_ENOUGH = (
    1 / 3 - 1e-9
)  # the even moments of such entries are no larger than those of N(0, 1), which the proof needs


class RandomProjection(Transformer):
    """Multiply by a random matrix (Johnson and Lindenstrauss 1984): nothing is learned but the number of columns.

    Parameters
    ----------
    dim : int or "auto"
        Dimensions wanted; ``"auto"`` takes `min_dim` of the rows to be fitted, ``epsilon`` and ``failure``.
    epsilon, failure : float
        How far squared distances may change, and the chance that some do change more; see `min_dim`.
    method : "gaussian" or "sparse"
        Entries drawn from N(0, 1/dim), or mostly zero and else ± √(1 / (density · dim)).
    density : float or "auto"
        Share of entries of a sparse matrix that are not zero. From 1/3 on the bound holds (Achlioptas 2003). ``"auto"``
        takes 1/√columns, which makes the matrix small and quick (Li, Hastie and Church 2006); then nothing is
        promised, and distances are kept only between rows whose weight is spread over many columns: measure it.
    seed : int

    Attributes
    ----------
    components_ : (dim, columns) float32 array or SciPy CSR matrix
        The matrix R; a row x is projected to R x.
    dim_ : int
        Dimensions given.
    min_dim_ : int
        Dimensions that the bound asks for.
    epsilon_ : float
        What the bound promises for ``dim_`` dimensions and as many rows as were fitted; infinite where it promises
        nothing.
    density_ : float
    rows_ : int
        Rows fitted, which the bound is about.
    n_features_in_ : int
        Columns fitted; the name is scikit-learn's.
    origin_ : Origin

    Examples
    --------
    >>> points = np.eye(100, 2000)
    >>> model = RandomProjection(dim=1000, method="sparse").fit(points)
    >>> model.encode(points).shape, model.min_dim_, round(model.epsilon_, 3)
    ((100, 1000), 5917, 0.258)
    >>> model.distortion(points).outside
    0
    """

    _takes_arrays = True
    n_features_in_: int

    def __init__(
        self, *, dim: int | str = "auto", epsilon: float = 0.1, failure: float | None = 0.01, method: str = "gaussian",
        density: float | str = 1 / 3, seed: int = 1,
    ) -> None:  # fmt: skip
        self.dim, self.epsilon, self.failure = dim, epsilon, failure
        self.method, self.density, self.seed = method, density, seed

    def fit(self, data: Any, y: Any = None) -> Self:
        """Draw the matrix. Of the data only the shape matters.

        Parameters
        ----------
        data : (n, columns) array, SciPy sparse matrix or Space
            Finite.
        y : optional
            For pipelines; not used.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            For data that are not a finite table of numbers.
        BadOption
            For an option out of range, or if ``dim="auto"`` would give more dimensions than there are.
        NotEnoughMemory
        """
        self._check_options()
        n, columns = self._checked(data, reset=True).shape
        self._settle(n, columns)
        if self.method == "gaussian":
            self.components_ = draw_gaussian(columns, self.dim_, self.seed)
        else:
            self.components_ = draw_sparse(columns, self.dim_, self.density_, self.seed)
        content = "".join(digest_matrix(part) for part in tensors_of(self.components_).values())
        self.origin_ = Origin("RandomProjection", json_options(self), self.seed, version=__version__, content=content)
        return self

    def encode(self, items: Any) -> NDArray[np.float32]:
        """Project rows.

        Parameters
        ----------
        items : (n, columns) array, SciPy sparse matrix or Space

        Returns
        -------
        (n, dim) float32
            Zero rows stay zero.

        Raises
        ------
        BadInput
            For other columns than were fitted, NaN or infinity, or values too large for float32.
        """
        self._check_fitted("components_")
        rows = self._checked(items, reset=False)
        check_memory(4 * rows.shape[0] * self.dim_, f"{rows.shape[0]:,} projected rows", "encode fewer at a time")
        out = np.empty((rows.shape[0], self.dim_), np.float32)
        with np.errstate(over="ignore", invalid="ignore"):  # looked at below
            for start in range(0, len(out), _ROWS):
                part = rows[start : start + _ROWS].astype(np.float32) @ self.components_.T
                out[start : start + _ROWS] = part if isinstance(part, np.ndarray) else part.toarray()
        if not np.isfinite(out).all():
            raise BadInput("projected values are too large for float32; scale the data down")
        return out

    def project(self, space: Space) -> Space:
        """Project a space: same names, columns and metric, fewer dimensions.

        Examples
        --------
        >>> space = Space(["sea", "sky"], np.ones((2, 500)))
        >>> RandomProjection(dim=20).fit(space).project(space)
        Space(2 × 20, cosine, RandomProjection: sea, sky)
        """
        self._check_fitted("origin_")
        origin = Origin(**{**vars(self.origin_), "parent": space.fingerprint})
        return Space(space.names, self.encode(space), columns=space.columns, metric=space.metric, origin=origin)

    def distortion(self, data: Any, *, pairs: int = 100_000, seed: int = 1) -> Distortion:
        """Measure how far the squared distances of rows change, against what is promised; see `measure_distortion`."""
        self._check_fitted("components_")
        rows = self._checked(data, reset=False)
        return measure_distortion(rows, self.encode(rows), pairs=pairs, epsilon=self.epsilon_, seed=seed)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """``randomprojection0``, …, as scikit-learn asks for them."""
        self._check_fitted("components_")
        return self._numbered_features(self.dim_)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the model to a folder."""
        self._check_fitted("components_")
        figures = {"rows": self.rows_, "columns": int(self.n_features_in_)}
        model_files.save(self, path, tensors_of(self.components_), figures, force=force)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `save` wrote.

        Raises
        ------
        BadInput, BadFormat
            For something else, or parts that do not fit each other.
        """
        parts = model_files.load(cls, path)
        model: Self = parts.model
        model.n_features_in_, model.origin_ = parts.figure("columns"), parts.origin
        try:
            model._check_options()
            model._settle(parts.figure("rows"), model.n_features_in_)
        except BadOption as error:
            raise BadFormat(f"{parts.folder}: {error}") from error
        shape = model.dim_, model.n_features_in_
        if model.method == "sparse":
            entries, positions, offsets = (parts.tensor(name) for name in ("entries", "positions", "offsets"))
            model.components_ = compressed(entries, positions, offsets, shape, parts.folder)
        else:
            model.components_ = parts.tensor("components").T
        if model.components_.shape != shape or not np.isfinite(model.components_.data).all():
            raise BadFormat(f"{parts.folder}: a matrix of {model.components_.shape} does not fit, expected {shape}")
        return model

    # --- inside -----------------------------------------------------------------------------------------------------

    def _check_options(self) -> None:
        if self.dim != "auto":
            check_whole("dim (if not 'auto')", self.dim, 1)
        check_choice("method", self.method, ("gaussian", "sparse"))
        if self.density != "auto":
            check_number("density (if not 'auto')", self.density, 1e-6, 1.0)
        min_dim(2, self.epsilon, failure=self.failure)  # for their ranges
        generator(self.seed)

    def _checked(self, data: Any, *, reset: bool) -> Any:
        """Rows as a finite float array or CSR matrix, with as many columns as were fitted."""
        library = require("sklearn.utils.validation", "learn")
        table = data.matrix if isinstance(data, Space) else data
        try:
            return library.validate_data(
                self, table, accept_sparse="csr", dtype=[np.float64, np.float32], reset=reset,
                ensure_min_samples=int(reset),
            )  # fmt: skip
        except ValueError as error:
            raise BadInput(str(error)) from error

    def _settle(self, rows: int, columns: int) -> None:
        """Work out, from the shape of the data, all that does not depend on chance."""
        self.rows_, self.min_dim_ = rows, min_dim(rows, self.epsilon, failure=self.failure)
        if self.dim == "auto" and self.min_dim_ > columns:
            raise BadOption(
                f"{rows:,} rows within a factor of 1 ± {self.epsilon} take {self.min_dim_:,} dimensions, and the data "
                f"have {columns:,} only; raise epsilon, or set dim yourself and look at distortion()"
            )
        self.dim_ = self.min_dim_ if self.dim == "auto" else int(self.dim)
        self.density_ = float(1 / math.sqrt(columns) if self.density == "auto" else self.density)
        if self.method == "gaussian":
            self.density_ = 1.0
        promised = self.density_ >= _DENSE_ENOUGH
        self.epsilon_ = guaranteed_epsilon(rows, self.dim_, failure=self.failure) if promised else math.inf
