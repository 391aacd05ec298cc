"""Answers as JSON-ready records; each names its space and the fingerprint of that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.conditions import rows_where
from vicinal.errors import BadInput
from vicinal.index.beside import why_unfit
from vicinal.matches import Matches
from vicinal.serve.served import Served

_BEYOND = 1e39  # beyond float32


def head(served: Served) -> dict[str, Any]:
    """Say which space an answer is of: how every answer begins.

    Examples
    --------
    >>> from vicinal import Space
    >>> head(Served("letters", Space(["A", "B"], [[1, 0], [0, 1]])))["space"]
    'letters'
    """
    return {"space": served.name, "fingerprint": served.fingerprint}


def described(served: Served) -> dict[str, Any]:
    """Say what a space is.

    Examples
    --------
    >>> from vicinal import Space
    >>> described(Served("letters", Space(["A", "B"], [[1, 0], [0, 1]])))["n"]
    2
    """
    space, index = served.space, served.index
    quick = None
    if index is not None:
        quick = {"kind": index.kind, "metric": index.metric, "recall": float(index.recall_), "k": index.recall_.k}
    return {
        "name": served.name,
        "n": len(space),
        "dim": space.dim,
        "metric": space.metric,
        "fingerprint": served.fingerprint,
        "encoder": space.origin.encoder,
        "columns": {key: "text" if column.dtype.kind in "UTO" else "number" for key, column in space.columns.items()},
        "index": quick,
        "maps": [*served.maps, "pca", "pca3"],  # the first is shown first: what somebody made is wanted
    }


def nearest_answer(
    served: Served,
    query: Any,
    k: int = 10,
    metric: str | None = None,
    *,
    filter: Sequence[str] = (),
    exclude: Sequence[str] = (),
    exact: bool = False,
) -> dict[str, Any]:
    """Find the nearest names, by the index where it was made for such a question.

    Parameters
    ----------
    served : Served
    query : str, list of str, vector or list of vectors
    k : int
    metric : str, optional
    filter : sequence of str
        Conditions on columns; see `vicinal.conditions`.
    exclude : sequence of str
    exact : bool
        Compare every row even where there is an index.

    Examples
    --------
    >>> from vicinal import Space
    >>> served = Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))
    >>> nearest_answer(served, "A", 1)["results"][0]["matches"][0]["name"]
    'C'
    """
    allowed = rows_where(served.space, filter)
    index = None if exact else fitting_index(served, k, metric)
    if index is None:
        found, by = served.space.nearest(query, k, metric=metric, exclude=exclude, filter=allowed), "exact"
    else:
        found, by = index.search(query, k, filter=allowed, exclude=exclude), said_index(index)
    return matches_answer(served, found, by)


def fitting_index(served: Served, k: int, metric: str | None) -> Any:
    """Return the index if it answers such a question as well as it promises, else None.

    Examples
    --------
    >>> from vicinal import Space
    >>> fitting_index(Served("letters", Space(["A", "B"], [[1, 0], [0, 1]])), 10, None) is None
    True
    """
    index = served.ready_index
    return None if index is None or why_unfit(index, k, metric or served.space.metric) else index


def said_index(index: Any) -> str:
    """Say by which index an answer was found, and how much of the truth such answers hold.

    Examples
    --------
    >>> from vicinal import Space, build_index
    >>> said_index(build_index(Space(["A", "B"], [[1, 0], [0, 1]])))
    'exact index, recall 1.000'
    """
    return f"{index.kind} index, recall {float(index.recall_):.3f}"


def search_answer(
    served: Served,
    query: Any,
    k: int = 10,
    *,
    filter: Sequence[str] = (),
    exclude: Sequence[str] = (),
    setting: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Ask the index, with a setting of one's own if need be.

    Raises
    ------
    BadInput
        If the space has none.

    Examples
    --------
    >>> from vicinal import Space, build_index
    >>> space = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
    >>> search_answer(Served("letters", space, build_index(space)), "A", 1)["by"]
    'exact index, recall 1.000'
    """
    index = served.index
    if index is None:
        raise BadInput(
            f"no index lies beside the space {served.name!r}; `vicinal index` makes one, and /nearest needs none"
        )
    found = index.search(query, k, filter=rows_where(index, filter, "index"), exclude=exclude, setting=setting)
    return matches_answer(served, found, said_index(index))


def analogy_answer(served: Served, terms: tuple[str, str, str], k: int = 10, method: str = "add") -> dict[str, Any]:
    """Answer "a is to b as c is to …".

    Examples
    --------
    >>> from vicinal import Space
    >>> space = Space(["man", "king", "woman", "queen"], [[1, 0], [1, 1], [-1, 0.1], [-1, 1]])
    >>> analogy_answer(Served("royal", space), ("man", "king", "woman"))["results"][0]["matches"][0]["name"]
    'queen'
    """
    return matches_answer(served, served.space.analogy(*terms, k, method=method), "exact")


def matches_answer(served: Served, found: Matches, by: str) -> dict[str, Any]:
    """Write what was found, one record a query.

    Examples
    --------
    >>> from vicinal import Space
    >>> space = Space(["A", "B"], [[1, 0], [0, 1]])
    >>> matches_answer(Served("letters", space), space.nearest("A"), "exact")["metric"]
    'cosine'
    """
    results = []
    for label, names, rows, scores in zip(
        found.queries, found.names, found.rows.tolist(), figures(found.scores), strict=True
    ):
        matches = [
            {"name": name, "row": row, "score": score} for name, row, score in zip(names, rows, scores, strict=False)
        ]
        results.append({"query": label, "matches": matches})
    return {**head(served), "metric": found.metric, "by": by, "results": results}


def found_json(answer: Mapping[str, Any]) -> bytes:
    """Write what `matches_answer` returns as JSON, one result after another.

    The interpreter writes a text in one go, and nothing else runs meanwhile: a second for a million matches.

    Examples
    --------
    >>> found_json({"by": "exact", "results": [{"query": "A", "matches": []}]})
    b'{"by": "exact", "results": [{"query": "A", "matches": []}]}'
    """
    rest = json.dumps({key: value for key, value in answer.items() if key != "results"})
    results = ", ".join([json.dumps(result, allow_nan=False) for result in answer["results"]])
    return f'{rest[:-1]}, "results": [{results}]}}'.encode()


def figures(values: NDArray[np.floating]) -> list[Any]:
    """Return an array as lists of JSON's numbers, which know neither infinity nor NaN.

    Returns
    -------
    list
        ±1e39, which is infinite as float32 again, for what is infinite; None for NaN.

    Examples
    --------
    >>> figures(np.array([[0.5, -np.inf, np.nan]], np.float32))
    [[0.5, -1e+39, None]]
    """
    if np.isfinite(values).all():
        return values.tolist()
    said = np.clip(values.astype(np.float64), -_BEYOND, _BEYOND).astype(object)
    said[np.isnan(values)] = None
    return said.tolist()
