"""A large table as the product of three small ones: the truncated singular value decomposition."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_choice, check_whole
from vicinal.errors import BadInput, BadOption
from vicinal.memory import check_memory
from vicinal.randomness import generator
from vicinal.require import require

SOLVERS = ("randomized", "arpack")


class Factors(NamedTuple):
    """A matrix as ``left · diag(values) · right``, as near as so few dimensions allow.

    Attributes
    ----------
    left : (n, dim) float32 array
        Orthonormal columns.
    values : (dim,) float64 array
        Singular values, largest first.
    right : (dim, m) float32 array
        Orthonormal rows.

    Examples
    --------
    >>> Factors(np.eye(3, 2), np.array([2.0, 1.0]), np.eye(2, 4)).values.tolist()
    [2.0, 1.0]
    """

    left: NDArray[np.float32]
    values: NDArray[np.float64]
    right: NDArray[np.float32]


def truncated_svd(
    matrix: Any, dim: int, *, solver: str = "randomized", oversampling: int = 10, power_iterations: int = 5,
    seed: int = 1,
) -> Factors:  # fmt: skip
    """Find the largest singular values of a sparse or dense matrix, with their vectors.

    No other table of rank ``dim`` has a smaller sum of squared errors (Eckart and Young 1936).

    Parameters
    ----------
    matrix : (n, m) array or SciPy sparse matrix
    dim : int
        From 1 to min(n, m); for ``"arpack"`` less than that.
    solver : "randomized" or "arpack"
        Project onto random directions, sharpened by power iterations (Halko, Martinsson and Tropp 2011): quick and,
        for values that fall slowly, a little short. Or Lanczos iterations in float64 until nothing changes.
    oversampling : int
        Further random directions beyond ``dim``.
    power_iterations : int
        Each makes the randomized answer sharper, for two more products with the matrix.
    seed : int
        Of the random directions, or of the first vector of Lanczos.

    Returns
    -------
    Factors
        In each row of ``right`` the entry of largest size is positive, so that the signs do not depend on chance.

    Raises
    ------
    BadOption
        For more dimensions than the matrix has.
    BadInput
        For NaN or infinity.
    NotEnoughMemory

    Examples
    --------
    >>> factors = truncated_svd(np.array([[3.0, 0.0], [0.0, 4.0], [0.0, 0.0]]), 1)
    >>> factors.values.round(4).tolist(), factors.right.round(4).tolist()
    ([4.0], [[0.0, 1.0]])
    """
    check_svd_options(dim, solver, oversampling, power_iterations, seed)
    n, m = matrix.shape
    most = min(n, m) - (solver == "arpack")
    if dim > most:
        raise BadOption(f"dim is {dim}, but a table of {n:,} × {m:,} has at most {most:,} for {solver}; lower dim")
    if not np.isfinite(getattr(matrix, "data", matrix)).all():
        raise BadInput("the table to be factorized holds NaN or infinity")
    single = matrix.dtype == np.float32 and solver == "randomized"
    needed = 3 * (n + m) * (dim + oversampling) * (4 if single else 8)
    check_memory(needed, f"a decomposition of {n:,} × {m:,} to {dim} dimensions", "lower dim, or keep fewer words")
    left, values, right = (_arpack if solver == "arpack" else _randomized)(
        matrix, dim, oversampling, power_iterations, seed
    )
    signs = np.sign(np.take_along_axis(right, np.abs(right).argmax(axis=1)[:, None], axis=1))[:, 0]
    signs[signs == 0] = 1
    return Factors(
        np.ascontiguousarray(left * signs, np.float32),
        np.asarray(values, np.float64),
        np.ascontiguousarray(right * signs[:, None], np.float32),
    )


def check_svd_options(dim: Any, solver: Any, oversampling: Any, power_iterations: Any, seed: Any) -> None:
    """Raise `BadOption` for an option of `truncated_svd` out of range."""
    check_whole("dim", dim, 1)
    check_choice("solver", solver, SOLVERS)
    check_whole("oversampling", oversampling, 0)
    check_whole("power_iterations", power_iterations, 0)
    generator(seed)


def _randomized(matrix: Any, dim: int, oversampling: int, power_iterations: int, seed: int) -> Any:
    library = require("sklearn.utils.extmath", "learn")
    # scikit-learn takes seeds of 32 bits; a larger one gets a state of its own
    state = int(seed) if seed < 1 << 32 else np.random.RandomState(np.random.MT19937(int(seed)))
    return library.randomized_svd(
        matrix, dim, n_oversamples=oversampling, n_iter=power_iterations, flip_sign=False, random_state=state
    )


def _arpack(matrix: Any, dim: int, oversampling: int, power_iterations: int, seed: int) -> Any:
    library = require("scipy.sparse.linalg", "learn")
    wide = matrix.astype(np.float64)
    start = generator(seed).uniform(-1, 1, min(matrix.shape))
    left, values, right = library.svds(wide, k=dim, v0=start, solver="arpack")
    order = np.argsort(-values, kind="stable")
    return left[:, order], values[order], right[order]
