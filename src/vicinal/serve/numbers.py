"""Vectors and scores as JSON-ready records."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadOption
from vicinal.serve.answers import figures, head
from vicinal.serve.served import Served

ENCODINGS = ("float", "base64")


def vectors_answer(served: Served, names: Sequence[str], encoding_format: str = "float") -> dict[str, Any]:
    """Return the vectors of names and sums.

    Parameters
    ----------
    served : Served
    names : sequence of str
    encoding_format : "float" or "base64"
        Lists of numbers, or the little-endian bytes of float32 in base64.

    Examples
    --------
    >>> from vicinal import Space
    >>> served = Served("letters", Space(["A", "B"], [[1, 0], [0, 2]], metric="dot"))
    >>> vectors_answer(served, ["B", "B - A"])["vectors"]
    [{'name': 'B', 'row': 1, 'vector': [0.0, 2.0]}, {'name': 'B - A', 'row': None, 'vector': [-1.0, 2.0]}]
    """
    space = served.space
    rows = space.names.rows(names).tolist()
    found = [encoded(space.vector(name), encoding_format) for name in names]
    listed = [
        {"name": name, "row": row if row >= 0 else None, "vector": vector}
        for name, row, vector in zip(names, rows, found, strict=True)
    ]
    return {**head(served), "dim": space.dim, "vectors": listed}


def encoded(vector: NDArray[np.float32], encoding_format: str) -> list[float] | str:
    """Write one vector as JSON has it.

    Raises
    ------
    BadOption
        For an unknown encoding.

    Examples
    --------
    >>> encoded(np.array([1, 2], np.float32), "base64")
    'AACAPwAAAEA='
    """
    if encoding_format not in ENCODINGS:
        raise BadOption(f"encoding_format must be 'float' or 'base64', got {encoding_format!r}")
    if encoding_format == "base64":
        return base64.b64encode(np.asarray(vector, "<f4").tobytes()).decode()
    return vector.tolist()


def decoded(vector: list[float] | str) -> NDArray[np.float32]:
    """Read what `encoded` wrote.

    Examples
    --------
    >>> decoded("AACAPwAAAEA=").tolist()
    [1.0, 2.0]
    """
    if isinstance(vector, str):
        return np.frombuffer(base64.b64decode(vector), "<f4").astype(np.float32)
    return np.array(vector, np.float32)


def pairs_answer(served: Served, pairs: Sequence[tuple[str, str]], metric: str | None = None) -> dict[str, Any]:
    """Score pairs of names or sums; for euclidean minus the distance.

    Examples
    --------
    >>> from vicinal import Space
    >>> served = Served("letters", Space(["A", "B"], [[3, 4], [6, 8]]))
    >>> pairs_answer(served, [("A", "B")], "euclidean")["scores"]
    [-5.0]
    """
    metric = metric or served.space.metric
    scores = [served.space.similarity(a, b, metric=metric) for a, b in pairs]
    return {**head(served), "metric": metric, "scores": figures(np.array(scores, np.float32))}


def table_answer(served: Served, names: Sequence[str], metric: str | None = None) -> dict[str, Any]:
    """Score all pairs of a list of names or sums.

    Examples
    --------
    >>> from vicinal import Space
    >>> served = Served("letters", Space(["A", "B"], [[3, 4], [6, 8]]))
    >>> table_answer(served, ["A", "B"], "euclidean")["scores"]
    [[0.0, -5.0], [-5.0, 0.0]]
    """
    metric = metric or served.space.metric
    scores = served.space.similarities(list(names), metric=metric)
    return {**head(served), "metric": metric, "names": list(names), "scores": figures(scores)}
