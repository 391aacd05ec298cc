"""The neighbours of a name in two spaces: kept, lost, gained."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput, BadOption
from vicinal.evaluate.seen import Seen
from vicinal.lengths import unit_rows
from vicinal.serve.comparing import By, Pair, check_neighbors, finite, pair_of, said_link
from vicinal.serve.served import Served
from vicinal.similarity import nearest_rows
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
        What belongs together, see `vicinal.evaluate.Comparison`.
    among : "linked" or "all"
        Whether neighbours are looked for among the names whose overlap `compare` measures, or in the whole spaces.

    Returns
    -------
    dict
        JSON-ready. For each name ``a`` and ``b`` with ``matches``, each marked "kept", "lost" (in a only), "gained"
        (in b only) or "absent" (the other space has no such name), with its ``rank`` in the other space and, unless
        rows are linked by name, the name there it ``belongs`` to; and
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
    seen_a, seen_b = pair.seen(name, k, among)
    row_a, row_b = seen_a.row, seen_b.row
    named = pair.by != "names"
    of_a = _marked(seen_a, seen_b, linked.to_b, "lost", named)
    of_b = _marked(seen_b, seen_a, linked.to_a, "gained", named)
    kept = sum(match["mark"] == "kept" for match in of_a)
    return {
        "query": name,
        "a": {"name": None if row_a < 0 else pair.a.names[row_a], "row": row_a, "matches": of_a},
        "b": {"name": None if row_b < 0 else pair.b.names[row_b], "row": row_b, "matches": of_b},
        "kept": kept,
        "overlap": kept / len(of_a) if of_a and of_b else None,
        "across": _across(pair, row_a, row_b, k),
    }


def _marked(seen: Seen, other: Seen, partners: NDArray[np.int32], alone: str, named: bool) -> list[dict[str, Any]]:
    """List the neighbours, each with its mark and its rank in the other space."""
    theirs = partners[seen.near]
    both = set(other.near.tolist())
    ranks = other.ranks(theirs)
    matches = []
    for row, score, partner, rank in zip(seen.near.tolist(), seen.scores.tolist(), theirs.tolist(), ranks, strict=True):
        mark = "absent" if partner < 0 else "kept" if partner in both else alone
        match = {"name": seen.space.names[row], "row": row, "score": finite(score), "mark": mark}
        matches.append({**match, "rank": rank, "partner": partner})
        if named and partner >= 0:
            matches[-1]["belongs"] = other.space.names[partner]
    return matches


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
