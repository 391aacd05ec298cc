"""The one noun: names and a matrix, and the questions one asks of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal import expression
from vicinal.errors import BadInput, BadOption, SpacesDiffer
from vicinal.matches import Matches, html_table
from vicinal.names import Names
from vicinal.origin import Origin, digest_matrix
from vicinal.similarity import check_metric, inverse, nearest_rows, pairwise, row_norms, unit_rows

Query = "str | ArrayLike | Sequence[str] | Space"
_ALL_PAIRS = 20_000  # rows up to which all pairs are answered: 1.6 GB of float32


class Space:
    """Names and a matrix, one row a name. Frozen.

    Parameters
    ----------
    names : sequence of str
        Distinct and not empty.
    matrix : (n, dim) array
        Finite. Kept as float32 (float16 stays float16); made C-contiguous and read-only, copied only where needed.
    columns : mapping of str to (n,) array, optional
        More about each row: count, label, text.
    metric : "cosine", "dot" or "euclidean"
        What look-ups use unless told otherwise.
    origin : Origin, optional
        Where the coordinates come from; by default a record of the matrix itself.

    Raises
    ------
    BadInput
        For duplicate or empty names, NaN or infinity, or lengths that do not fit.

    Examples
    --------
    >>> space = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
    >>> space.nearest("A", k=1).first
    'C'
    >>> space["B"].tolist()
    [15.0, 4.0]
    """

    def __init__(
        self,
        names: Iterable[str],
        matrix: ArrayLike,
        *,
        columns: Mapping[str, ArrayLike] | None = None,
        metric: str = "cosine",
        origin: Origin | None = None,
    ) -> None:
        self.names = names if isinstance(names, Names) else Names(names)
        self.matrix = _frozen_matrix(matrix)
        if len(self.names) != len(self.matrix):
            raise BadInput(f"{len(self.names)} names do not fit a matrix of {len(self.matrix)} rows")
        self.metric = check_metric(metric)
        self.columns = MappingProxyType(_frozen_columns(columns or {}, len(self.names)))
        self._origin = origin
        self._norms: NDArray[np.float32] | None = None
        if not isinstance(self.matrix.base, np.memmap) and not isinstance(self.matrix, np.memmap):
            self.norms  # noqa: B018  (refuses NaN now; a mapped matrix is checked when first used)

    # --- what it is -------------------------------------------------------------------------------------------------

    @property
    def dim(self) -> int:
        """Number of dimensions."""
        return int(self.matrix.shape[1])

    @property
    def norms(self) -> NDArray[np.float32]:
        """Euclidean length of every row, (n,) float32."""
        if self._norms is None:
            try:
                self._norms = row_norms(self.matrix)
            except BadInput as error:
                at = int(str(error).split()[1])
                raise BadInput(f"the vector of {self.names[at]!r}: {error}") from None
        return self._norms

    @property
    def origin(self) -> Origin:
        """Where the coordinates come from."""
        if self._origin is None:
            self._origin = Origin(content=digest_matrix(self.matrix))
        return self._origin

    @property
    def fingerprint(self) -> str:
        """Equal for spaces whose vectors may be compared; see `Origin`."""
        return self.origin.fingerprint

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """Return the vector of one name, (dim,) float32; a position is refused, since it is not a name."""
        if not isinstance(name, str):
            raise BadInput(f"space[...] takes a name, got {name!r}; for rows by position use space.matrix")
        return np.asarray(self.matrix[self.names.row(name)], np.float32)

    # --- questions --------------------------------------------------------------------------------------------------

    def vector(self, query: str) -> NDArray[np.float32]:
        """Return the vector of a name or of a sum such as ``"king - man + woman"``.

        Operators stand between spaces; a term may carry a factor (``"0.5 * king"``). Under cosine every term of a sum
        is taken at length 1, as 3CosAdd does (Mikolov et al. 2013); under dot and euclidean as it is.

        Returns
        -------
        (dim,) float32

        Raises
        ------
        UnknownName
            Naming the term that is not there, with near spellings.
        """
        return self._resolve(query)[0]

    def nearest(
        self,
        query: Any,
        k: int = 10,
        *,
        metric: str | None = None,
        exclude: Iterable[str] = (),
        filter: ArrayLike | None = None,
        mix: bool = False,
    ) -> Matches:
        """Find the k nearest names, exactly.

        Parameters
        ----------
        query : str, list of str, (dim,) or (m, dim) array, or Space
            A name or sum (its own names are left out of the answer), several of them, or vectors.
        k : int
            1 or more; fewer are returned only where fewer exist.
        metric : str, optional
            Instead of the space's own.
        exclude : iterable of str
            Names never returned.
        filter : (n,) bool array, optional
            Rows that may be returned.
        mix : bool
            Allow a query space of another origin.

        Returns
        -------
        Matches

        Examples
        --------
        >>> space = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
        >>> [m.name for m in space.nearest("A", k=5)[0]]
        ['C', 'B']
        """
        metric = check_metric(metric or self.metric)
        if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
            raise BadOption(f"k must be an integer of 1 or more, got {k!r}")
        labels, vectors, own = self._queries(query, mix, metric)
        banned = set(self.names.rows(exclude).tolist()) - {-1}
        drop = [banned | rows for rows in own]
        allowed = None if filter is None else np.flatnonzero(_mask(filter, len(self)))
        pool, norms = (self.matrix, self.norms) if allowed is None else (self.matrix[allowed], self.norms[allowed])
        wanted = min(len(pool), k + max((len(d) for d in drop), default=0))
        if wanted == 0:
            rows, scores = np.empty((len(vectors), 0), np.int64), np.empty((len(vectors), 0), np.float32)
        else:
            rows, scores = nearest_rows(vectors, pool, wanted, metric, norms)
        rows = rows if allowed is None else allowed[rows]
        return self._matches(labels, rows, scores, drop, min(k, len(self)), metric)

    def analogy(self, a: str, b: str, c: str, k: int = 10, *, method: str = "add") -> Matches:
        """Answer "a is to b as c is to …".

        Parameters
        ----------
        a, b, c : str
        k : int
        method : "add" or "multiply"
            3CosAdd (Mikolov et al. 2013, b - a + c) or 3CosMul (Levy and Goldberg 2014,
            cos(x, b) cos(x, c) / (cos(x, a) + 0.001) with cosines moved to [0, 1]).

        Returns
        -------
        Matches
            Without a, b and c.

        Examples
        --------
        >>> space = Space(["man", "king", "woman", "queen"], [[1, 0], [1, 1], [-1, 0.1], [-1, 1]])
        >>> space.analogy("man", "king", "woman").first
        'queen'
        """
        rows = [self.names.row(name) for name in (a, b, c)]
        label = f"{a} : {b} :: {c} : …"
        if method == "add":
            unit = unit_rows(self.matrix[rows])
            found = self.nearest(unit[1] - unit[0] + unit[2], k, metric="cosine", exclude=(a, b, c))
            return replace(found, queries=[label])
        if method != "multiply":
            raise BadOption(f"method must be 'add' or 'multiply', got {method!r}")
        cosines = (unit_rows(self.matrix[rows]) @ self.matrix.T.astype(np.float32)) * inverse(self.norms)
        near_a, near_b, near_c = (1 + cosines) / 2
        scores = near_b * near_c / (near_a + 0.001)
        order = np.argsort(-scores, kind="stable")[: k + 3][None, :]
        return self._matches([label], order, scores[order], [set(rows)], min(k, len(self)), "3CosMul")

    def similarity(self, a: str, b: str, *, metric: str | None = None) -> float:
        """Score two names or sums; for euclidean, minus the distance."""
        return float(pairwise(self.vector(a), self.vector(b), metric or self.metric)[0, 0])

    def similarities(self, names: Sequence[str] | None = None, *, metric: str | None = None) -> NDArray[np.float32]:
        """Score all pairs of the given names (all names by default), (m, m) float32; euclidean: minus the distance.

        Examples
        --------
        >>> table = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]).similarities()
        >>> table.round(2).tolist()[0]
        [1.0, 0.349..., 1.0]
        """
        size = len(self) if names is None else len(names)
        if size > _ALL_PAIRS:
            raise BadInput(f"all pairs of {size:,} names would be {size * size:,} figures; take() a part of the space")
        vectors = self.matrix if names is None else np.stack([self.vector(name) for name in names])
        return pairwise(vectors, metric=metric or self.metric)

    def odd_one_out(self, names: Sequence[str]) -> str:
        """Name the one whose vector is farthest, by cosine, from the mean direction of the others."""
        if len(names) < 3:
            raise BadInput(f"odd_one_out needs three names or more, got {len(names)}")
        unit = unit_rows(np.stack([self.vector(name) for name in names]))
        others = (unit.sum(axis=0) - unit) / (len(names) - 1)
        return names[int(np.argmin(np.diag(pairwise(unit, others))))]

    # --- other spaces -----------------------------------------------------------------------------------------------

    def take(self, which: Sequence[str] | ArrayLike) -> Space:
        """Keep some rows: names, positions (int array) or a mask (bool array). The coordinates stay the same."""
        chosen = np.asarray(which) if not isinstance(which, np.ndarray) else which
        if chosen.dtype.kind in "UO":
            rows = np.array([self.names.row(str(name)) for name in chosen], np.int64)
        elif chosen.dtype == np.bool_:
            rows = np.flatnonzero(_mask(chosen, len(self)))
        else:
            rows = chosen.astype(np.int64)
        return Space(
            self.names.take(rows),
            self.matrix[rows],
            columns={key: column[rows] for key, column in self.columns.items()},
            metric=self.metric,
            origin=self.origin,
        )

    def unit(self) -> Space:
        """Scale every row to length 1 (zero rows stay zero)."""
        return self._with_matrix(unit_rows(self.matrix), "unit")

    def centered(self) -> Space:
        """Subtract the mean row."""
        data = np.asarray(self.matrix, np.float32)
        return self._with_matrix(data - data.mean(axis=0, dtype=np.float64).astype(np.float32), "centered")

    def truncate(self, dim: int) -> Space:
        """Keep the first ``dim`` dimensions (of use where training made the first ones count, as Matryoshka does)."""
        if not 1 <= dim <= self.dim:
            raise BadOption(f"dim must be from 1 to {self.dim}, got {dim!r}")
        return self._with_matrix(self.matrix[:, :dim], f"truncate({dim})")

    def concat(self, other: Space, *, mix: bool = False) -> Space:
        """Put the rows of another space of the same origin after this one's; columns that both have are kept."""
        self.check_same_origin(other, mix)
        shared = [key for key in self.columns if key in other.columns]
        return Space(
            [*self.names, *other.names],
            np.concatenate([self.matrix, other.matrix]),
            columns={key: np.concatenate([self.columns[key], other.columns[key]]) for key in shared},
            metric=self.metric,
            origin=self.origin if not mix else None,
        )

    def rename(self, new: Mapping[str, str]) -> Space:
        """Give some rows other names."""
        for name in new:
            self.names.row(name)
        names = [new.get(name, name) for name in self.names]
        return Space(names, self.matrix, columns=self.columns, metric=self.metric, origin=self.origin)

    def check_same_origin(self, other: Space, mix: bool = False) -> None:
        """Refuse to mix spaces of different models.

        Raises
        ------
        SpacesDiffer
            If the fingerprints differ and ``mix`` is not set, or if the dimensions differ.
        """
        if self.dim != other.dim:
            raise SpacesDiffer(f"spaces of {self.dim} and {other.dim} dimensions cannot be mixed")
        if not mix and self.fingerprint != other.fingerprint:
            raise SpacesDiffer(
                f"these vectors come from different models ({self.origin.encoder} {self.fingerprint} and "
                f"{other.origin.encoder} {other.fingerprint}), so comparing them means nothing; "
                "align them first, or pass mix=True if you know better"
            )

    # --- files ------------------------------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str], *, format: str | None = None, force: bool = False) -> None:
        """Write to a file; the format follows the name (``.space`` is the native one). See `vicinal.store`."""
        from vicinal import store

        store.write(self, path, format=format, force=force)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, format: str | None = None, skip_bad: bool = False) -> Space:
        """Read a file of any known format, guessed from its content. See `vicinal.store`."""
        from vicinal import store

        return store.read(path, format=format, skip_bad=skip_bad)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _with_matrix(self, matrix: NDArray, step: str) -> Space:
        return Space(self.names, matrix, columns=self.columns, metric=self.metric, origin=self.origin.then(step))

    def _resolve(self, query: str, metric: str | None = None) -> tuple[NDArray[np.float32], set[int]]:
        if query in self.names:
            row = self.names.row(query)
            return np.asarray(self.matrix[row], np.float32), {row}
        terms = expression.parse(query)
        rows = [self.names.row(name) for _, name in terms]
        weights = np.array([weight for weight, _ in terms], np.float32)
        vectors = np.asarray(self.matrix[rows], np.float32)
        if (metric or self.metric) == "cosine":
            vectors = unit_rows(vectors)
        return weights @ vectors, set(rows)

    def _queries(self, query: Any, mix: bool, metric: str) -> tuple[list[str], NDArray[np.float32], list[set[int]]]:
        if isinstance(query, Space):
            self.check_same_origin(query, mix)
            return list(query.names), np.asarray(query.matrix, np.float32), [set() for _ in range(len(query))]
        if isinstance(query, str):
            query = [query]
        if isinstance(query, list | tuple) and len(query) and all(isinstance(q, str) for q in query):
            found = [self._resolve(q, metric) for q in query]
            return list(query), np.stack([v for v, _ in found]), [rows for _, rows in found]
        vectors = np.atleast_2d(np.asarray(query, np.float32))
        if vectors.ndim != 2 or vectors.shape[1] != self.dim:
            raise BadInput(f"a query has shape {np.shape(query)}; this space has {self.dim} dimensions")
        if not np.isfinite(vectors).all():
            raise BadInput("a query vector holds NaN or infinity")
        return [f"vector {i}" for i in range(len(vectors))], vectors, [set() for _ in range(len(vectors))]

    def _matches(
        self, labels: list[str], rows: NDArray, scores: NDArray, drop: list[set[int]], k: int, metric: str
    ) -> Matches:
        out_rows = np.full((len(labels), k), -1, np.int64)
        out_scores = np.full((len(labels), k), np.nan, np.float32)
        names = []
        for q, banned in enumerate(drop):
            keep = [at for at, row in enumerate(rows[q].tolist()) if row not in banned][:k] if banned else slice(0, k)
            kept = rows[q][keep]
            out_rows[q, : len(kept)], out_scores[q, : len(kept)] = kept, scores[q][keep]
            names.append([self.names[row] for row in kept.tolist()])
        most = max((len(found) for found in names), default=0)
        return Matches(labels, names, out_rows[:, :most], out_scores[:, :most], metric)

    def __repr__(self) -> str:
        shown = ", ".join(self.names[i] for i in range(min(5, len(self))))
        more = ", …" if len(self) > 5 else ""
        return f"Space({len(self):,} × {self.dim}, {self.metric}, {self.origin.encoder}: {shown}{more})"

    def _repr_html_(self) -> str:
        shown = range(min(5, len(self)))
        rows = [(self.names[i], " ".join(f"{x:.3f}" for x in self.matrix[i, :6]) + " …" * (self.dim > 6)) for i in shown]
        return html_table((f"{len(self):,} names", f"{self.dim} dimensions, {self.metric}"), rows)


def _frozen_matrix(matrix: ArrayLike) -> NDArray:
    data = matrix if isinstance(matrix, np.ndarray) else np.asarray(matrix)
    if data.ndim != 2 or data.shape[1] == 0 or data.dtype.kind not in "fiu":
        raise BadInput(f"the matrix must be numbers of shape (n, dim), got shape {data.shape} of {data.dtype}")
    kind = np.float16 if data.dtype == np.float16 else np.float32
    with np.errstate(over="ignore"):
        kept = np.ascontiguousarray(data, kind)
    if np.shares_memory(kept, data) and not _is_frozen(data):
        kept = kept.copy()
    kept.flags.writeable = False
    return kept


def _is_frozen(array: NDArray | None) -> bool:
    """Tell whether neither this array nor one it views can be written to."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base
    return True


def _frozen_columns(columns: Mapping[str, ArrayLike], n: int) -> dict[str, NDArray]:
    kept = {}
    for key, values in columns.items():
        column = np.array(values)
        if column.shape != (n,):
            raise BadInput(f"column {key!r} has shape {column.shape}; it must have one value a name, ({n},)")
        column.flags.writeable = False
        kept[str(key)] = column
    return kept


def _mask(mask: ArrayLike, n: int) -> NDArray[np.bool_]:
    chosen = np.asarray(mask)
    if chosen.shape != (n,) or chosen.dtype != np.bool_:
        raise BadInput(f"a mask must be bool of shape ({n},), got {chosen.dtype} of shape {chosen.shape}")
    return chosen
