"""What one asks of an index, and what it says of itself; `Index` adds what changes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike, NDArray

from vicinal import lookup
from vicinal.checks import check_whole
from vicinal.errors import SpacesDiffer
from vicinal.index.choices import choose
from vicinal.index.naming import name_rows
from vicinal.index.recall import Recall, Trial, Trials
from vicinal.index.searching import search_state
from vicinal.index.state import State
from vicinal.matches import Matches
from vicinal.origin import Origin
from vicinal.record import Record


class View:
    """An index as those see it who search; every call reads one state, whatever others change meanwhile."""

    trials_: Trials
    _state: State

    def __init__(self, state: State, trials: Iterable[Trial] = ()) -> None:
        self._state, self.trials_ = state, Trials(trials)

    @property
    def kind(self) -> str:
        """How it finds rows: ``"exact"``, ``"tree_ah"``, …"""
        return self._state.kind.name

    @property
    def options(self) -> dict[str, Any]:
        """What its kind was built with."""
        return dict(self._state.kind.options)

    @property
    def setting(self) -> dict[str, Any]:
        """What it searches with to reach its recall."""
        return dict(self._state.setting)

    @property
    def metric(self) -> str:
        """``"cosine"``, ``"dot"`` or ``"euclidean"``."""
        return self._state.metric

    @property
    def dim(self) -> int:
        """Number of dimensions."""
        return self._state.base.rows.dim

    @property
    def names(self) -> Sequence[str]:
        """Names of all rows; the position of a name is its row."""
        return self._state.names

    @property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Columns, one value a name."""
        return dict(self._state.columns)

    @property
    def origin(self) -> Origin:
        """Where the coordinates come from: that of the space it was built from."""
        return self._state.origin

    @property
    def fingerprint(self) -> str:
        """As of that space: its queries may come from spaces of the same fingerprint."""
        return self._state.origin.fingerprint

    @property
    def recall_(self) -> Recall:
        """Recall as measured, after the last change, on queries that it was not tuned on."""
        return self._state.recall

    @property
    def nbytes(self) -> int:
        """Bytes held besides the full vectors, names and columns."""
        state = self._state
        tail = 0 if state.tail is None else state.tail.rows.norms.nbytes
        return state.kind.nbytes + tail + (0 if state.alive is None else state.alive.nbytes)

    @property
    def bytes_per_vector(self) -> float:
        """`nbytes` over the number of rows."""
        return self.nbytes / max(1, len(self))

    def __len__(self) -> int:
        return len(self._state)

    def __contains__(self, name: object) -> bool:
        return name in self._state.names

    def search(
        self,
        queries: Any,
        k: int = 10,
        *,
        filter: ArrayLike | None = None,
        exclude: Iterable[str] = (),
        setting: Mapping[str, Any] | None = None,
        threads: int = 0,
        mix: bool = False,
    ) -> Matches:
        """Find the k nearest names to each query.

        Parameters
        ----------
        queries : str, list of str, (dim,) or (m, dim) array, or Space
            A name or a sum such as ``"king - man + woman"`` (its own names are left out of the answer), several of
            them, or vectors.
        k : int
            1 or more; fewer are returned only where fewer exist, ``filter`` and ``exclude`` counted. The recall is
            that of the k the index was built for.
        filter : (len(self),) bool array, optional
            Rows that may be returned. Where they are few, they are compared one by one.
        exclude : iterable of str
            Names never returned; those that are not here do not matter.
        setting : mapping, optional
            Options of the kind that differ from `setting`.
        threads : int
            0 for one a processor; a single query is always answered by one.
        mix : bool
            Allow a query space of another origin.

        Returns
        -------
        Matches
            ``rows`` are positions in `names`; equal scores in row order. A zero query under cosine and dot scores 0
            with everything.

        Raises
        ------
        BadInput
            For vectors of another dimension or not finite, or a mask that does not fit.
        BadOption
            For ``k`` below 1, or a setting that the kind does not know.
        SpacesDiffer
            For a query space of another origin.
        UnknownName

        Examples
        --------
        >>> from vicinal import Space, build_index
        >>> index = build_index(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]], columns={"count": [9, 5, 1]}))
        >>> index.search("A", filter=index.columns["count"] > 1).names
        [['B']]
        """
        state = self._state  # read once: this is the state that all of the search sees
        k, threads = min(lookup.check_k(k), max(1, len(state))), check_whole("threads", threads, 0)
        asked = self._asked(state, queries, mix)
        names: Any = state.names
        allowed = None if filter is None and exclude == () else lookup.allowed_rows(names, exclude, filter)
        own = max((len(rows) for rows in asked.own), default=0)
        chosen = None if setting is None else _chosen(state, setting)
        places, scores = search_state(state, asked.vectors, k + own, allowed=allowed, setting=chosen, threads=threads)
        return name_rows(asked, state, places, scores, k)

    def __repr__(self) -> str:
        return f"Index({len(self):,} × {self.dim}, {self.metric}, {self.kind}, recall {self.recall_})"

    def _asked(self, state: State, queries: Any, mix: bool) -> lookup.Asked:
        names: Any = state.names
        matrix: Any = state.matrix
        if isinstance(queries, Record):
            check_origin(state, queries, mix)
            return replace(lookup.asked_by_vectors(queries.matrix, self.dim), labels=list(queries.names))
        return lookup.asked(queries, names, matrix, state.metric)


def check_origin(state: State, space: Record, mix: bool) -> None:
    """Refuse vectors of another model.

    Raises
    ------
    SpacesDiffer
    """
    dim, own = state.base.rows.dim, state.origin.fingerprint
    if space.dim != dim:
        raise SpacesDiffer(f"this index has {dim} dimensions and this space {space.dim}; they cannot be mixed")
    if not mix and space.fingerprint != own:
        raise SpacesDiffer(
            f"these vectors come from different models (the index from {state.origin.encoder} {own}, the space from "
            f"{space.origin.encoder} {space.fingerprint}), so comparing them means nothing; align them first, or pass "
            "mix=True if you know better"
        )


def _chosen(state: State, setting: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a setting; a name that the kind does not know is refused, whether or not the kind would look at it."""
    return choose(state.kind.name, "setting", setting, {**state.kind.setting, **state.setting})
