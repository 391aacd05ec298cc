"""Short signatures whose agreement estimates how alike the originals are."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.checks import check_choice, check_whole
from vicinal.errors import BadInput, BadOption
from vicinal.randomness import generator
from vicinal.tables import _signatures
from vicinal.tables._array_encoder import ArrayEncoder
from vicinal.tables._bags import dense_bags, holds_bags, read_bags
from vicinal.tables._columns import Column
from vicinal.tables._estimates import Estimate, hoeffding, row_failure, share_interval
from vicinal.tables._files import make_origin

METHODS = {"count_sketch": "inner product", "simhash": "cosine", "minhash": "Jaccard"}
_BITS = 24  # of a MinHash value, so that float32 holds it exactly


class Sketch(ArrayEncoder):
    """Signatures of vectors, weighted bags of tokens or sets.

    ``"count_sketch"`` (Charikar, Chen and Farach-Colton 2002) adds every weight, with a random sign, to one of
    dim / depth places, ``depth`` times; inner products survive. ``"simhash"`` (Charikar 2002) keeps the signs of
    ``dim`` random projections; the share of signs that differ is the angle over π. ``"minhash"`` (Broder 1997) keeps
    the smallest of each of ``dim`` hashes of a set; the share of equal ones is the Jaccard similarity.

    Nothing is learned: equal options give equal signatures anywhere. Bags of tokens need no `fit`; fitting on a table
    keeps its columns, which are then checked.

    Parameters
    ----------
    method : "count_sketch", "simhash" or "minhash"
    dim : int
        Length of a signature.
    depth : int
        Independent rows of a count-sketch whose median is taken, odd, a divisor of ``dim``. 1 is best down to an error
        probability of some percent; more rows pay where it must be very small.
    seed : int

    Examples
    --------
    >>> sketch = Sketch(method="minhash", dim=512)
    >>> a, b = sketch.encode([{"red", "round", "sweet"}, {"red", "round", "sour"}])
    >>> print(sketch.estimate(a, b))  # the truth is 2 / 4
    Jaccard 0.5039 [0.4441, 0.5637]
    >>> round(sketch.error_bound(0.05), 3)
    0.06
    """

    _INVERTIBLE = False

    def __init__(self, *, method: str = "simhash", dim: int = 256, depth: int = 1, seed: int = 1) -> None:
        self.method, self.dim, self.depth, self.seed = method, dim, depth, seed

    def fit(self, table: Any, y: object = None) -> Self:
        """Keep the columns of a table; of bags, nothing.

        Parameters
        ----------
        table : (n, columns) numbers, DataFrame, or list of bags
            A bag is a mapping of token to weight, a set, or a list of text; a sparse matrix counts as bags. In a table,
            the position of a column is the token (with MinHash, a member where the entry is not 0).
        y : object
            Not used.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            For an empty table, missing values, text in a table, or weights that are not finite.
        BadOption
            For an option out of range.
        """
        if not holds_bags(table):
            return super().fit(table)
        self._check_options()
        self.__dict__.pop("feature_names_in_", None)
        self.n_features_in_ = read_bags(table).columns
        self.columns_ = [f"x{at}" for at in range(self.n_features_in_)]
        self.origin_ = make_origin(self)
        return self

    def encode(self, items: Any) -> NDArray[np.float32]:
        """Make signatures.

        Parameters
        ----------
        items : as in `fit`

        Returns
        -------
        (n, dim) float32
            Sums; or -1 and 1; or integers from 0 to 2²⁴ - 1. What holds nothing has zeros, or -1 with MinHash: it is
            like nothing.

        Raises
        ------
        BadInput
            For missing values, text in a table, or weights that are not finite.
        """
        self._check_options()
        if not holds_bags(items):
            return super().encode(items)
        bags, known = read_bags(items), getattr(self, "n_features_in_", 0)
        if bags.columns != known:
            raise BadInput(
                f"X has {bags.columns} features, but Sketch is expecting {known} features as input (bags have 0)"
                if known or hasattr(self, "n_features_in_")
                else "a sparse matrix has columns to check; call fit first"
            )
        return self._signatures(bags)

    def transform(self, table: Any) -> Any:
        """Encode, under scikit-learn's name."""
        return self.encode(table) if holds_bags(table) else super().transform(table)

    def estimate(self, a: ArrayLike, b: ArrayLike, *, delta: float = 0.05) -> Estimate:
        """Estimate the similarity of originals from their signatures, pair by pair.

        Parameters
        ----------
        a, b : (dim,) or (n, dim)
            Made by this sketch, or one with the same options. One signature is compared with all of the other side.
        delta : float
            Probability, over the choice of hashes, with which an interval may miss. It holds for each pair; for m
            pairs at once ask for delta / m.

        Returns
        -------
        Estimate
            Of (n,) values. Cosine and Jaccard with an empty item are 0.

        Notes
        -----
        Cosine and Jaccard: `share_interval` of the signs that differ, or hashes that agree. Inner product: the bound of
        `error_bound` at delta / 3, times lengths that are estimated from the signatures at delta / 3 each. If that
        bound is 1 or more the lengths are unknown and the interval is infinite; take a larger ``dim``.
        """
        self._check_options()
        _check_delta(delta)
        left, right = self._checked(a), self._checked(b)
        if len(left) != len(right) and 1 not in (len(left), len(right)):
            raise BadInput(f"{len(left)} signatures cannot be compared pair by pair with {len(right)}")
        left, right = np.broadcast_arrays(left, right)
        measure = METHODS[self.method]
        if self.method == "count_sketch":
            value, low, high = self._inner_products(left, right, delta)
            return Estimate(value, low, high, delta, measure)
        empty = (left[:, 0] == self._empty) | (right[:, 0] == self._empty)
        share = np.mean(left != right if self.method == "simhash" else left == right, axis=1)
        ends = (share, *share_interval(share, self.dim, delta))
        if self.method == "simhash":
            value, high, low = (np.cos(np.pi * end) for end in ends)
        else:
            chance = 2.0**-_BITS  # with which different hashes look equal
            value, low, high = (np.clip((end - chance) / (1 - chance), 0.0, 1.0) for end in ends)
        value, low, high = (np.where(empty, 0.0, figure) for figure in (value, low, high))
        return Estimate(value, low, high, delta, measure)

    def error_bound(self, delta: float = 0.05) -> float:
        """Return the error that an estimate exceeds at most with probability ``delta``, over the choice of hashes.

        Parameters
        ----------
        delta : float
            Between 0 and 1.

        Returns
        -------
        float
            Of a cosine, π √(ln(2/delta) / 2 dim), 2 at most; of a Jaccard similarity, √(ln(2/delta) / 2 dim) + 2⁻²⁴,
            1 at most; of an inner product x · y in units of |x| |y|, √(2 depth / (q dim)), with the q of `row_failure`
            (for depth 1, q = delta).

        Examples
        --------
        >>> round(Sketch(method="count_sketch", dim=4000).error_bound(0.05), 3)
        0.1
        """
        self._check_options()
        _check_delta(delta)
        if self.method == "simhash":
            return min(math.pi * hoeffding(self.dim, delta), 2.0)
        if self.method == "minhash":
            return min(hoeffding(self.dim, delta) / (1 - 2.0**-_BITS) + 2.0**-_BITS, 1.0)
        return math.sqrt(2 * self.depth / (row_failure(self.depth, delta) * self.dim))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _check_options(self) -> None:
        check_choice("method", self.method, list(METHODS))
        check_whole("dim", self.dim, 1, 1 << 20)
        check_whole("depth", self.depth, 1, self.dim)
        if self.depth > 1 and self.method != "count_sketch":
            raise BadOption(f"depth is an option of the count-sketch; {self.method} takes depth=1, got {self.depth}")
        if self.depth % 2 == 0 or self.dim % self.depth:
            raise BadOption(f"depth must be odd and divide dim={self.dim}, got {self.depth}")
        generator(self.seed)

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        _matrix(columns)
        return {}

    def _encode(self, columns: list[Column]) -> NDArray[np.float32]:
        matrix = _matrix(columns)
        if self.method == "simhash":
            return _signatures.simhash_dense(matrix, self.dim, self.seed)
        return self._signatures(dense_bags(matrix))

    def _signatures(self, bags: Any) -> NDArray[np.float32]:
        if self.method == "count_sketch":
            return _signatures.count_sketch(bags, self.dim, self.depth, self.seed)
        make = _signatures.simhash if self.method == "simhash" else _signatures.minhash
        return make(bags, self.dim, self.seed)

    @property
    def _empty(self) -> float:
        """What stands everywhere in the signature of nothing."""
        return -1.0 if self.method == "minhash" else 0.0

    def _checked(self, signatures: ArrayLike) -> NDArray[np.float64]:
        data = np.atleast_2d(np.asarray(signatures, np.float64))
        if data.ndim != 2 or data.shape[1] != self.dim or not np.isfinite(data).all():
            raise BadInput(
                f"a signature of this sketch has {self.dim} finite numbers, got shape {np.shape(signatures)}"
            )
        signs = (-1.0, 0.0, 1.0)
        whole = np.isin(data, signs) if self.method == "simhash" else (data == np.round(data)) & (data >= -1)
        if self.method != "count_sketch" and not whole.all():
            raise BadInput(f"these numbers are no {self.method} signatures; make them with encode()")
        return data

    def _inner_products(self, left: NDArray, right: NDArray, delta: float) -> tuple[NDArray, NDArray, NDArray]:
        value, of_left, of_right = (self._inner(a, b) for a, b in ((left, right), (left, left), (right, right)))
        bound = self.error_bound(delta / 3)
        half = np.full(len(value), np.inf)
        if bound < 1:
            half = bound / (1 - bound) * np.sqrt(of_left * of_right)
        return value, value - half, value + half

    def _inner(self, a: NDArray, b: NDArray) -> NDArray[np.float64]:
        return np.median((a * b).reshape(len(a), self.depth, -1).sum(axis=2), axis=1)

    def _width(self) -> int:
        return self.dim

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _feature_names(self, names: list[str]) -> list[str]:
        return [f"{self.method}{at}" for at in range(self.dim)]

    def _check_state(self) -> None:
        pass  # nothing is learned


def _check_delta(delta: float) -> None:
    if isinstance(delta, bool) or not isinstance(delta, float | int) or not 0 < delta < 1:
        raise BadOption(f"delta must be between 0 and 1, got {delta!r}")


def _matrix(columns: list[Column]) -> NDArray[np.float64]:
    for column in columns:
        if column.missing.any():
            raise BadInput(
                f"column {column.name!r} is missing (None or NaN) in row {int(np.argmax(column.missing))}; "
                "fill it before making signatures"
            )
    return np.stack([column.numbers() for column in columns], axis=1)
