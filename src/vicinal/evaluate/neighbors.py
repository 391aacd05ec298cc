"""Nearest neighbours: do two spaces, or several trainings of one, agree on who is near?

Sets of names are compared, never the vectors of two models with each other, so spaces of different origin are welcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import nan

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadInput
from vicinal.evaluate._intervals import mean_interval
from vicinal.evaluate.report import Figure, Report
from vicinal.randomness import generator
from vicinal.similarity import nearest_rows, unit_rows
from vicinal.space import Space

_RESAMPLES = 1000


def neighbor_overlap(
    a: Space, b: Space, *, k: int = 10, sample: int | None = 1000, seed: int = 0, names: Iterable[str] | None = None
) -> Figure:
    """Measure the mean share of k nearest neighbours that two spaces have in common.

    overlap@k is the size of A ∩ B over k, A and B being the k nearest neighbours of one name in each space (Wendlandt,
    Kummerfeld and Mihalcea 2018, "Factors influencing the surprising instability of word embeddings"; Hellrich and
    Hahn 2016, "Bad company: neighborhoods in neural embedding spaces considered harmful"). Neighbours are found among
    the names that both spaces hold, by each space's own metric, so vocabularies of different size are comparable.

    Parameters
    ----------
    a, b : Space
        Of any origin and dimension.
    k : int
        1 or more.
    sample : int or None
        Names drawn from those that both hold; None for all.
    seed : int
        Of the sample and of the bootstrap.
    names : iterable of str, optional
        Measure these names, all of them, instead of a sample. The neighbours may be any shared name.

    Returns
    -------
    Figure
        ``value`` from 0 (nothing in common) to 1, with a percentile bootstrap interval over names; the note has the
        value that chance would give. ``skipped``: names that one space lacks or, but for euclidean, has a zero row for.
        NaN with a note where no name is shared, or where k takes in every other shared name.

    Raises
    ------
    BadOption
        If ``k``, ``sample`` or ``seed`` is outside its range.

    Examples
    --------
    >>> space = Space([f"w{i}" for i in range(30)], [[i, 30 - i] for i in range(30)])
    >>> twice = Space(space.names, 2 * space.matrix)
    >>> print(neighbor_overlap(space, twice, k=3))
    neighbors: overlap@3 1.0000 [1.0000, 1.0000], n 30, 0 skipped (0.0 %); chance gives 0.1034
    """
    compared = _compare([a, b], k, sample, seed, names)
    return compared.figure("neighbors", compared.shares(0, 1), seed)


def stability(
    spaces: Sequence[Space] | Mapping[str, Space],
    *,
    k: int = 10,
    sample: int | None = 1000,
    seed: int = 0,
    names: Iterable[str] | None = None,
) -> Report:
    """Measure how far several trainings agree: the overlap of neighbours of every two spaces, and the mean.

    Parameters
    ----------
    spaces : sequence of Space, or mapping of str to Space
        Two or more, for instance one training with several seeds; in a sequence they are called 1, 2, 3…
    k, sample, seed, names
        As in `neighbor_overlap`; the shared names are those that all spaces hold.

    Returns
    -------
    Report
        A figure for every two spaces, named ``"1 ~ 2"``, then ``"mean"``. All intervals are over names: they say what
        other names would give, not what another training would.

    Raises
    ------
    BadInput
        If there are fewer than two spaces.
    BadOption
        If ``k``, ``sample`` or ``seed`` is outside its range.

    Examples
    --------
    >>> space = Space([f"w{i}" for i in range(30)], [[i, 30 - i] for i in range(30)])
    >>> stability([space, space.unit(), space], k=3)["mean"].value
    1.0
    """
    labelled = spaces if isinstance(spaces, Mapping) else {str(i): space for i, space in enumerate(spaces, start=1)}
    if len(labelled) < 2:
        raise BadInput(f"stability compares two spaces or more, got {len(labelled)}")
    labels = list(labelled)
    compared = _compare(list(labelled.values()), k, sample, seed, names)
    every = {f"{labels[i]} ~ {labels[j]}": compared.shares(i, j) for i, j in combinations(range(len(labels)), 2)}
    figures = [compared.figure(name, shares, seed) for name, shares in every.items()]
    mean = compared.figure("mean", np.mean(list(every.values()), axis=0), seed)
    return Report(f"Neighbours shared by {len(labels)} spaces", [*figures, mean])


@dataclass(frozen=True, eq=False)
class _Compared:
    """Neighbours of the same names in several spaces.

    ``found`` has a (m, k) int64 array a space: positions among the ``shared`` names.
    """

    k: int
    found: list[NDArray[np.int64]]
    skipped: int
    undrawn: int
    note: str

    def shares(self, one: int, other: int) -> NDArray[np.float64]:
        """Overlap of two spaces, name by name, (m,) float64."""
        return shares_in_common(self.found[one], self.found[other])

    def figure(self, name: str, shares: NDArray[np.float64], seed: int) -> Figure:
        low, high = mean_interval(shares, _RESAMPLES, seed, 1)
        value = float(shares.mean()) if len(shares) else nan
        return Figure(
            name, value, low, high, len(shares), self.skipped, self.note, f"overlap@{self.k}", undrawn=self.undrawn
        )


def _compare(spaces: list[Space], k: int, sample: int | None, seed: int, names: Iterable[str] | None) -> _Compared:
    k, rng = check_whole("k", k, 1), generator(seed, 0)
    if sample is not None:
        check_whole("sample", sample, 1)
    rows, everything = _shared_rows(spaces)
    shared = rows.shape[1]
    if names is None:
        wanted, skipped = np.arange(shared), everything - shared
    else:
        wanted, skipped = _wanted(spaces[0], rows[0], names)
    drawn = wanted
    if names is None and sample is not None and sample < len(wanted):
        drawn = np.sort(rng.choice(wanted, sample, replace=False))
    note = f"chance gives {k / max(shared - 1, 1):.4f}"
    if not shared or not len(drawn):
        note, drawn = "no name is known to all spaces", drawn[:0]
    elif k >= shared - 1:
        note, drawn = f"k = {k} takes in every other of the {shared} shared names, so all sets agree", drawn[:0]
    found = [neighbors_among(space, r, drawn, k) for space, r in zip(spaces, rows, strict=True)]
    return _Compared(k, found, skipped, len(wanted) - len(drawn), note)


def _shared_rows(spaces: list[Space]) -> tuple[NDArray[np.int64], int]:
    """Rows of the names that all spaces can compare, (spaces, shared), and how many names there are in any."""
    first = spaces[0]
    rows = np.stack([np.arange(len(first)), *(space.names.rows(first.names) for space in spaces[1:])])
    kept: NDArray[np.bool_] = np.all(rows >= 0, axis=0)
    for space, r in zip(spaces, rows, strict=True):
        if space.metric != "euclidean":  # a zero row has similarity 0 to everything, so no neighbours
            kept[kept] = space.norms[r[kept]] > 0
    return rows[:, kept], len(set().union(*(space.names for space in spaces)))


def _wanted(space: Space, rows: NDArray[np.int64], names: Iterable[str]) -> tuple[NDArray[np.int64], int]:
    """Positions of the given names among the shared rows of the first space, and how many have none."""
    if isinstance(names, str):
        raise BadInput(f"names must be a list of strings, got the one string {names!r}")
    place = np.full(len(space) + 1, -1, np.int64)  # the last one answers for unknown names, row -1
    place[rows] = np.arange(len(rows))
    found = place[space.names.rows(dict.fromkeys(names))]
    return found[found >= 0], int((found < 0).sum())


def neighbors_among(space: Space, rows: NDArray[np.int64], drawn: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Find the k nearest of some rows among rows, each itself left out.

    Parameters
    ----------
    space : Space
    rows : (n,) int64
        Rows of the space that may be neighbours, more than k.
    drawn : (m,) int64
        Positions in ``rows`` of those that are asked about.
    k : int

    Returns
    -------
    (m, k) int64
        Positions in ``rows``, nearest first.

    Examples
    --------
    >>> space = Space(["A", "B", "C", "D"], [[3, 30], [15, 4], [3, 27], [9, 1]])
    >>> neighbors_among(space, np.array([0, 1, 3]), np.array([0, 1]), 1).tolist()
    [[1], [2]]
    """
    if not len(drawn):
        return np.empty((0, k), np.int64)
    pool = np.asarray(space.matrix[rows], np.float32)
    # Under cosine the length of a query is of no matter, and at length 1 no product can overflow.
    queries = unit_rows(pool[drawn]) if space.metric == "cosine" else pool[drawn]
    found, _ = nearest_rows(queries, pool, k + 1, space.metric, space.norms[rows])
    return others_of(found, drawn)


def others_of(found: NDArray[np.int64], itself: NDArray[np.int64]) -> NDArray[np.int64]:
    """Leave each row itself out of its neighbours, (m, k + 1) to (m, k).

    Examples
    --------
    >>> others_of(np.array([[7, 4, 5], [8, 7, 6]]), np.array([7, 9])).tolist()
    [[4, 5], [8, 7]]
    """
    others = found != itself[:, None]
    others[others.all(axis=1), -1] = False  # crowded out by its own duplicates: drop the last instead
    return found[others].reshape(len(found), -1)


def shares_in_common(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """Tell for each line of two tables, (m, k) each, which share of k they have in common; no line repeats a number.

    Examples
    --------
    >>> shares_in_common(np.array([[1, 2], [3, 4]]), np.array([[2, 1], [4, 5]])).tolist()
    [1.0, 0.5]
    """
    both = np.sort(np.concatenate([one, other], axis=1), axis=1)
    return np.asarray((both[:, 1:] == both[:, :-1]).sum(axis=1) / one.shape[1])
