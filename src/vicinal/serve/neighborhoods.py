"""The neighbours of a name in two spaces: kept, lost, gained."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput, BadOption, UnknownName
from vicinal.lengths import unit_rows
from vicinal.names import near_spellings
from vicinal.serve.comparing import By, Pair, check_neighbors, finite, pair_of, said_link
from vicinal.serve.linking import Link
from vicinal.serve.measuring import others_of
from vicinal.serve.served import Served
from vicinal.similarity import nearest_rows, pairwise
from vicinal.space import Space

AMONG = ("linked", "all")
_MOST_NAMES = 50


def compare_names(
    a: Served, b: Served, names: list[str], k: int = 10, *, by: By = "names", among: str = "linked"
) -> dict[str, Any]:
    """Find the neighbours of names in both spaces and say which were kept, lost and gained from a to b.

    Parameters
    ----------
    a, b : Served
    names : list of str
        1 to 50; of a, or else of b.
    k : int
        1 to 50.
    by : "names", "nearest" or Dictionary
        What belongs together, see `vicinal.serve.linking.link`.
    among : "linked" or "all"
        Whether neighbours are looked for among the names whose overlap `compare` measures, or in the whole spaces.

    Returns
    -------
    dict
        JSON-ready. For each name ``a`` and ``b`` with ``matches``, each marked "kept", "lost" (in a only), "gained"
        (in b only) or "absent" (the other space has no such name), with its ``rank`` in the other space; and
        ``across``, the names of the other space that lie nearest to its vector, where the spaces are in the same
        coordinates or were laid so.

    Raises
    ------
    UnknownName
        For a name that neither holds.
    BadInput, BadOption
        For too many names, or an option out of range.

    Examples
    --------
    >>> from vicinal import Space
    >>> a = Served("a", Space(["A", "B", "C", "D"], [[3, 30], [15, 4], [3, 27], [9, 1]]))
    >>> compare_names(a, a, ["A"], 1)["results"][0]["kept"]
    1
    """
    check_neighbors(k)
    if not 1 <= len(names) <= _MOST_NAMES:
        raise BadInput(f"a comparison takes 1 to {_MOST_NAMES} names at once, got {len(names):,}")
    if among not in AMONG:
        raise BadOption(f"among must be one of {', '.join(AMONG)}, got {among!r}")
    pair = pair_of(a, b, by)
    return {
        "a": {"space": a.name, "fingerprint": a.space.fingerprint},
        "b": {"space": b.name, "fingerprint": b.space.fingerprint},
        "k": k, "link": said_link(by), "among": among, "across": pair.laid.by,
        "results": [_compared(pair, name, k, among) for name in names],
    }  # fmt: skip


def _compared(pair: Pair, name: str, k: int, among: str) -> dict[str, Any]:
    linked = pair.link
    row_a, row_b = _rows(pair, name, linked)
    seen_a = _Seen(pair.a, row_a, linked.rows[0] if among == "linked" else None, k)
    seen_b = _Seen(pair.b, row_b, linked.rows[1] if among == "linked" else None, k)
    of_a, of_b = seen_a.marked(linked.to_b, seen_b, "lost"), seen_b.marked(linked.to_a, seen_a, "gained")
    kept = sum(match["mark"] == "kept" for match in of_a)
    return {
        "query": name,
        "a": {"name": None if row_a < 0 else pair.a.names[row_a], "row": row_a, "matches": of_a},
        "b": {"name": None if row_b < 0 else pair.b.names[row_b], "row": row_b, "matches": of_b},
        "kept": kept,
        "overlap": kept / len(of_a) if of_a and of_b else None,
        "across": _across(pair, row_a, row_b, k),
    }


def _rows(pair: Pair, name: str, linked: Link) -> tuple[int, int]:
    """Rows of a name in both, -1 where it is not."""
    row = int(pair.a.names.rows([name])[0])
    if row >= 0:
        return row, int(linked.to_b[row])
    row = int(pair.b.names.rows([name])[0])
    if row < 0:
        near = [*near_spellings(name, pair.a.names), *near_spellings(name, pair.b.names)]
        raise UnknownName(name, tuple(dict.fromkeys(near)), "these spaces")
    return int(linked.to_a[row]), row


class _Seen:
    """What one row sees around it; nothing where there is no such row."""

    def __init__(self, space: Space, row: int, pool: NDArray[np.int64] | None, k: int) -> None:
        self.space, self.row = space, row
        self.pool = np.arange(len(space)) if pool is None else pool
        self.near, self.scores = np.empty(0, np.int64), np.empty(0, np.float32)
        if row < 0 or (space.metric != "euclidean" and space.norms[row] == 0) or len(self.pool) < 2:
            return
        self._matrix = space.matrix if pool is None else space.matrix[pool]
        self._norms = space.norms if pool is None else space.norms[pool]
        self._query = np.asarray(space.matrix[row : row + 1], np.float32)
        asked = unit_rows(self._query) if space.metric == "cosine" else self._query
        k = min(k, len(self.pool) - 1)
        found, scores = nearest_rows(asked, self._matrix, k + 1, space.metric, self._norms)
        place = np.flatnonzero(self.pool == row)
        if len(place):
            kept = np.isin(found[0], others_of(found, place)[0])
            found, scores = found[:, kept], scores[:, kept]
        self.near, self.scores = self.pool[found[0, :k]], scores[0, :k]

    def marked(self, partners: NDArray[np.int32], other: _Seen, alone: str) -> list[dict[str, Any]]:
        """List the neighbours, each with its mark and its rank in the other space."""
        theirs = partners[self.near]
        ranks = other.ranks(theirs)
        there = {int(row): at + 1 for at, row in enumerate(other.near)}
        matches = []
        for row, score, partner, rank in zip(
            self.near.tolist(), self.scores.tolist(), theirs.tolist(), ranks, strict=True
        ):
            mark = "absent" if partner < 0 else "kept" if partner in there else alone
            match = {"name": self.space.names[row], "row": row, "score": finite(score), "mark": mark}
            matches.append({**match, "rank": there.get(partner, rank), "partner": partner})
        return matches

    def ranks(self, rows: NDArray[np.int32]) -> list[int | None]:
        """Rank each row as this one sees it, 1 for the nearest; None for -1, or where nothing is seen."""
        wanted = np.flatnonzero(rows >= 0)
        if not len(self.near) or not len(wanted):
            return [None] * len(rows)
        scores = pairwise(self._query, self._matrix, self.space.metric)[0]
        scores[self.pool == self.row] = -np.inf
        place = np.full(len(self.space), -1, np.int64)
        place[self.pool] = np.arange(len(self.pool))
        out: list[int | None] = [None] * len(rows)
        for at in wanted.tolist():
            inside = place[rows[at]]
            if inside >= 0:  # never better than what the list itself holds
                out[at] = max(int((scores > scores[inside]).sum()) + 1, len(self.near) + 1)
        return out


def _across(pair: Pair, row_a: int, row_b: int, k: int) -> dict[str, list[dict[str, Any]]] | None:
    """Names of the other space around this one's vector, once both are in the same coordinates; by cosine."""
    laid = pair.laid
    if not laid.by:
        return None
    in_b = [] if row_a < 0 else _around(pair.b, laid.back(pair.a.matrix[row_a : row_a + 1]), k)
    in_a = [] if row_b < 0 else _around(pair.a, laid.vectors(pair.b.matrix[row_b : row_b + 1]), k)
    return {"in_b": in_b, "in_a": in_a}


def _around(space: Space, vector: NDArray[np.float64], k: int) -> list[dict[str, Any]]:
    query = unit_rows(vector.astype(np.float32))
    if not query.any():
        return []
    rows, scores = nearest_rows(query, space.matrix, min(k, len(space)), "cosine", space.norms)
    pairs = zip(rows[0].tolist(), scores[0].tolist(), strict=True)
    return [{"name": space.names[row], "row": row, "score": score} for row, score in pairs]
