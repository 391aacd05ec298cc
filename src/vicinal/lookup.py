"""How a space answers: from what was asked to rows, and from rows to `Matches`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal import expression
from vicinal.errors import BadInput, BadOption
from vicinal.lengths import unit_rows, unit_rows_wide
from vicinal.matches import Matches
from vicinal.names import Names
from vicinal.similarity import cosines, nearest_rows, top_k


@dataclass(frozen=True)
class Asked:
    """A batch of m queries.

    Attributes
    ----------
    labels : list of str
        The queries as text.
    vectors : (m, dim) float32
    own : list of set of int
        Rows that each query is made of, which are no answer to it.
    """

    labels: list[str]
    vectors: NDArray[np.float32]
    own: list[set[int]]


def check_k(k: Any) -> int:
    """Return ``k`` if it is an integer of 1 or more, else raise `BadOption`."""
    if isinstance(k, bool | np.bool_) or not isinstance(k, int | np.integer) or k < 1:
        raise BadOption(f"k must be an integer of 1 or more, got {k!r}")
    return int(k)


def check_list(names: Any, asker: str, least: int = 0) -> list[str]:
    """Return ``names`` as a list if it is several strings, else raise `BadInput`; a bare string is none."""
    if isinstance(names, str) or not isinstance(names, Sequence | np.ndarray):
        raise BadInput(f"{asker} takes a list of names, got {names!r}")
    listed = list(names)
    if not all(isinstance(name, str) for name in listed):
        raise BadInput(f"{asker} takes a list of names; not all of these are text")
    if len(listed) < least:
        raise BadInput(f"{asker} needs {least} names or more, got {len(listed)}")
    return listed


def check_mask(mask: ArrayLike, n: int) -> NDArray[np.bool_]:
    """Return a mask of n rows as an array, or raise `BadInput`."""
    chosen = np.asarray(mask)
    if chosen.shape != (n,) or chosen.dtype != np.bool_:
        raise BadInput(f"a mask must be bool of shape ({n},), got {chosen.dtype} of shape {chosen.shape}")
    return chosen


def resolve(text: Any, names: Names, matrix: NDArray, metric: str) -> tuple[NDArray[np.float32], set[int]]:
    """Find the vector of a name or a sum, (dim,) float32, and the rows it is made of.

    A name that reads like a sum is taken as the name it is.
    """
    if not isinstance(text, str):
        raise BadInput(f"a query must be a name or a sum of names, got {text!r}")
    row = int(names.rows([text])[0])
    if row >= 0:
        return np.array(matrix[row], np.float32), {row}
    terms = expression.parse(text)
    rows = [names.row(name) for _, name in terms]
    vectors = np.asarray(matrix[rows], np.float64)
    if metric == "cosine":
        vectors = unit_rows_wide(vectors)
    total = np.array([weight for weight, _ in terms]) @ vectors
    if not np.abs(total).max() <= np.finfo(np.float32).max:
        raise BadInput(f"the sum {text!r} is too large for float32")
    return total.astype(np.float32), set(rows)


def asked_by_text(texts: Sequence[str], names: Names, matrix: NDArray, metric: str) -> Asked:
    """Look up names and sums."""
    found = [resolve(text, names, matrix, metric) for text in texts]
    vectors = np.array([vector for vector, _ in found], np.float32).reshape(len(found), matrix.shape[1])
    return Asked([str(text) for text in texts], vectors, [rows for _, rows in found])


def asked_by_vectors(query: ArrayLike, dim: int) -> Asked:
    """Take vectors as they are, or raise `BadInput` if they do not fit."""
    try:
        with np.errstate(over="ignore"):
            vectors = np.atleast_2d(np.asarray(query, np.float32))
    except (TypeError, ValueError):
        raise BadInput("a query must be a name, a list of names, a vector, a matrix or a space") from None
    if vectors.ndim != 2 or vectors.shape[1] != dim:
        raise BadInput(f"a query has shape {np.shape(query)}; this space has {dim} dimensions")
    if not np.isfinite(vectors).all():
        raise BadInput("a query vector holds NaN, infinity or a number too large for float32")
    return Asked([f"vector {i}" for i in range(len(vectors))], vectors, [set() for _ in range(len(vectors))])


def asked(query: Any, names: Names, matrix: NDArray, metric: str) -> Asked:
    """Take a name or sum, several of them, a vector or several."""
    if isinstance(query, str):
        query = [query]
    if isinstance(query, np.ndarray) and query.dtype.kind in "UTO" and query.ndim == 1:
        query = query.tolist()
    if isinstance(query, Sequence) and all(isinstance(text, str) for text in query):
        return asked_by_text(query, names, matrix, metric)
    return asked_by_vectors(query, matrix.shape[1])


def allowed_rows(names: Names, exclude: Any, filter: ArrayLike | None) -> NDArray[np.bool_] | None:
    """Mark the rows that may be returned, (n,) bool; None where all may."""
    if isinstance(exclude, str) or not isinstance(exclude, Iterable):
        raise BadInput(f"exclude takes a list of names, got {exclude!r}")
    banned = names.rows(exclude)
    banned = banned[banned >= 0]
    if filter is None and not len(banned):
        return None
    allowed = np.ones(len(names), bool) if filter is None else check_mask(filter, len(names)).copy()
    allowed[banned] = False
    return allowed


def search(
    queries: Asked, matrix: NDArray, norms: NDArray, k: int, metric: str, *, allowed: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find enough rows for every query that k are left when its own are dropped."""
    count = len(matrix) if allowed is None else int(np.count_nonzero(allowed))
    wanted = min(count, k + max((len(own) for own in queries.own), default=0))
    if wanted == 0:
        return np.empty((len(queries.labels), 0), np.int64), np.empty((len(queries.labels), 0), np.float32)
    if allowed is None or count > len(matrix) // 4:
        return nearest_rows(queries.vectors, matrix, wanted, metric, norms, allowed=allowed)
    kept = np.flatnonzero(allowed)  # few: copying them is quicker than scoring all
    rows, scores = nearest_rows(queries.vectors, matrix[kept], wanted, metric, norms[kept])
    return kept[rows], scores


def three_cos_mul(rows: list[int], matrix: NDArray, norms: NDArray, k: int) -> tuple[NDArray, NDArray]:
    """Rank all rows for "a is to b as c is to …" by 3CosMul, (1, k + 3) rows and scores."""
    near_a, near_b, near_c = (1 + cosines(unit_rows(matrix[rows]), matrix, norms).astype(np.float64)) / 2
    scores = (near_b * near_c / (near_a + 0.001)).astype(np.float32)[None, :]
    best = top_k(scores, min(k + len(set(rows)), len(matrix)))
    return best, np.take_along_axis(scores, best, axis=1)


def farthest(unit: NDArray[np.float64]) -> int:
    """Find which of rows of length 1 is farthest from the mean direction of the others; the first of equals."""
    return int(np.argmin(nearness_to_others(unit)))


def nearness_to_others(unit: NDArray[np.float64]) -> NDArray[np.float32]:
    """Compare each of rows of length 1 with the mean direction of the others, by cosine."""
    others = unit_rows_wide(unit.sum(axis=0) - unit)
    return np.einsum("ij,ij->i", unit, others).astype(np.float32)  # rounded, so that equals are equal


def matches(queries: Asked, rows: NDArray, scores: NDArray, *, k: int, names: Names, metric: str) -> Matches:
    """Drop each query's own rows and name the k best of the others."""
    out_rows = np.full((len(queries.labels), k), -1, np.int64)
    out_scores = np.full((len(queries.labels), k), np.nan, np.float32)
    found = []
    for at, own in enumerate(queries.own):
        kept = np.flatnonzero(~np.isin(rows[at], list(own)))[:k] if own else np.arange(min(k, rows.shape[1]))
        out_rows[at, : len(kept)], out_scores[at, : len(kept)] = rows[at, kept], scores[at, kept]
        found.append([names[row] for row in rows[at, kept].tolist()])
    most = max((len(line) for line in found), default=0)
    return Matches(queries.labels, found, out_rows[:, :most], out_scores[:, :most], metric)


def taken_rows(which: Any, names: Names) -> NDArray[np.int64]:
    """Turn names, positions or a mask into rows.

    Raises
    ------
    BadInput
        For a bare string, positions out of range, or anything else.
    UnknownName
    """
    n, listed = len(names), isinstance(which, list | tuple | Names)
    if isinstance(which, np.ndarray) and which.dtype.kind in "UTO":
        listed, which = True, which.tolist()
    if listed and len(which) and any(isinstance(name, str) for name in which):
        return np.array([names.row(name) for name in check_list(which, "take()")], np.int64)
    chosen = np.asarray(which, np.int64) if listed and not len(which) else np.asarray(which)
    if chosen.dtype == np.bool_:
        return np.flatnonzero(check_mask(chosen, n))
    if chosen.ndim != 1 or chosen.dtype.kind not in "iu":
        raise BadInput(f"take() takes a list of names, positions or a mask, got {which!r}"[:200])
    wrong = chosen[(chosen < 0) | (chosen >= n)]
    if len(wrong):
        raise BadInput(f"position {wrong[0]} is not in this space; they run from 0 to {n - 1}")
    return chosen.astype(np.int64)
