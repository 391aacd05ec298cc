"""Answers as JSON-ready records; each names the fingerprint of its space."""

from __future__ import annotations

from typing import Any

from vicinal.serve.served import Served


def described(served: Served) -> dict[str, Any]:
    """Say what a space is.

    Examples
    --------
    >>> from vicinal import Space
    >>> described(Served("letters", Space(["A", "B"], [[1, 0], [0, 1]])))["n"]
    2
    """
    space = served.space
    return {
        "name": served.name,
        "n": len(space),
        "dim": space.dim,
        "metric": space.metric,
        "fingerprint": space.fingerprint,
        "encoder": space.origin.encoder,
        "columns": {key: "text" if column.dtype.kind in "UT" else "number" for key, column in space.columns.items()},
        "index": None if served.index is None else {"kind": served.index.kind, "recall": float(served.index.recall_)},
        "maps": ["pca", "pca3", *served.maps],
    }


def nearest_answer(served: Served, query: Any, k: int, metric: str | None) -> dict[str, Any]:
    """Answer with names, rows and scores.

    Examples
    --------
    >>> from vicinal import Space
    >>> served = Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))
    >>> nearest_answer(served, "A", 1, None)["results"][0]["matches"][0]["name"]
    'C'
    """
    found = served.space.nearest(query, k, metric=metric)
    results = []
    for label, names, rows, scores in zip(found.queries, found.names, found.rows, found.scores, strict=True):
        pairs = zip(names, rows.tolist(), scores.tolist(), strict=False)
        matches = [{"name": name, "row": row, "score": score} for name, row, score in pairs]
        results.append({"query": label, "matches": matches})
    return {
        "space": served.name,
        "fingerprint": served.space.fingerprint,
        "metric": found.metric,
        "by": "exact",
        "results": results,
    }
