"""How the spread of a space is shared among its components, and how its rows lie: against random vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.lengths import unit_rows, unit_rows_wide
from vicinal.maps import components
from vicinal.maps.pca import vectors_of
from vicinal.randomness import generator
from vicinal.serve.answers import head
from vicinal.serve.served import Served

_WORK = 3e10  # multiplications that the components may cost
_MARKS = (0.5, 0.8, 0.9, 0.95, 0.99)
_PAIRS, _PAIR_NUMBERS = 50_000, 5_000_000  # pairs whose cosines are drawn; fewer of long rows
_BINS = 40


def variance_answer(served: Served) -> dict[str, Any]:
    """Measure the components of a space, the angles between its rows and their lengths; worked out once.

    Components are those about the mean, of rows of length 1 where the metric is cosine. Of a space so large that this
    would take long, a drawn sample of rows is used for them, which ``sampled`` says.

    Returns
    -------
    dict
        ``shares`` of the variance, falling, and ``random``: those of normal random vectors of the same shape;
        ``marks``: how many components carry half, …; ``effective``: the participation ratio, (Σ λ)² / Σ λ², which is
        the number of dimensions that equal shares would need; ``cosines`` of pairs and ``lengths`` of rows, with
        histograms.

    Examples
    --------
    >>> from vicinal import Space
    >>> answer = variance_answer(Served("line", Space(["A", "B", "C"], [[0, 1], [0, 2], [0, 4]], metric="euclidean")))
    >>> answer["shares"], answer["effective"], answer["marks"][0]["components"]
    ([1.0, 0.0], 1.0, 1)
    """
    found: dict[str, Any] = served.once("variance", lambda: _measured(served))
    return found


def _measured(served: Served) -> dict[str, Any]:
    space = served.space
    rows = _sample(len(space), space.dim)
    vectors = vectors_of(space, rows)
    shares = components(vectors, min(vectors.shape))[2]
    noise = generator(0, 1).standard_normal(vectors.shape, np.float32)
    random = components(unit_rows(noise) if space.metric == "cosine" else noise, min(vectors.shape))[2]
    squares = float(np.square(shares).sum())
    return {
        **head(served),
        "n": len(space),
        "dim": space.dim,
        "metric": space.metric,
        "unit": space.metric == "cosine",
        "sampled": len(vectors),
        "shares": shares.tolist(),
        "random": random.tolist(),
        "marks": [
            {"share": mark, "components": _carry(shares, mark), "random": _carry(random, mark)} for mark in _MARKS
        ],
        "effective": float(shares.sum()) ** 2 / squares if squares else 0.0,
        "cosines": _cosines(space.matrix),
        "lengths": _lengths(space.norms),
    }


def _sample(n: int, dim: int) -> NDArray[np.int64] | None:
    """Rows to measure on, or None for all."""
    most = int(_WORK / dim**2)  # through the covariance
    if most <= 4 * dim:
        most = max(100, int((_WORK / 10 / dim) ** 0.5))  # through the singular values
    return None if n <= most else np.sort(generator(0).choice(n, most, replace=False))


def _carry(shares: NDArray[np.float64], mark: float) -> int:
    """How many components carry that share together; 0 where rows do not differ."""
    if not shares.any():
        return 0
    return min(len(shares), int(np.searchsorted(np.cumsum(shares), mark * (1 - 1e-12))) + 1)


def _cosines(matrix: NDArray[np.floating]) -> dict[str, Any]:
    """Cosines of pairs: their mean over all pairs of rows that are not zero, and a histogram of drawn ones."""
    n, dim = matrix.shape
    total, count = np.zeros(dim), 0
    for start in range(0, n, 1 << 14):
        block = unit_rows(matrix[start : start + (1 << 14)]).astype(np.float64)
        total += block.sum(axis=0)
        count += int(block.any(axis=1).sum())
    edges = np.linspace(-1.0, 1.0, _BINS + 1)
    record: dict[str, Any] = {"mean": 0.0, "pairs": 0, "edges": edges.tolist(), "counts": [0] * _BINS}
    record["random"] = _random_cosines(edges, dim).tolist()
    record["random_spread"] = dim**-0.5
    if count > 1:
        record["mean"] = float((total @ total - count) / (count * (count - 1.0)))
        drawn = min(_PAIRS, max(1000, _PAIR_NUMBERS // dim))
        one, other = generator(0, 2).integers(0, n, (2, drawn))
        apart = (one != other) & matrix[one].any(axis=1) & matrix[other].any(axis=1)
        pairs = (unit_rows_wide(matrix[one[apart]]) * unit_rows_wide(matrix[other[apart]])).sum(axis=1)
        record["counts"] = np.histogram(pairs.clip(-1.0, 1.0), edges)[0].tolist()
        record["pairs"] = len(pairs)
    return record


def _random_cosines(edges: NDArray[np.float64], dim: int) -> NDArray[np.float64]:
    """Share of the cosines of random directions in each bin: their density is as (1 - x²)^((dim - 3) / 2).

    By angle, x = cos t, it is as sin(t)^(dim - 2), which has no poles and is summed at many points.
    """
    if dim == 1:
        shares = np.zeros(len(edges) - 1)
        shares[[0, -1]] = 0.5
        return shares
    angles = (np.arange(200_000) + 0.5) * (np.pi / 200_000)
    weights = np.sin(angles) ** (dim - 2)
    found = np.histogram(np.cos(angles), edges, weights=weights)[0]
    return np.asarray(found / found.sum())


def _lengths(norms: NDArray[np.float32]) -> dict[str, Any]:
    """How long rows are; the histogram ends where all but one row in 500 do."""
    low, high = float(norms.min()), float(norms.max())
    end = float(np.quantile(norms, 0.998))
    alike = high - low <= 1e-4 * high
    edges = np.linspace(0.0, 2.0 * high or 1.0, _BINS + 1) if alike else np.linspace(low, end, _BINS + 1)
    if not alike and not end > low:
        edges = np.linspace(low, high, _BINS + 1)
    counts = np.histogram(norms, edges)[0]
    quarters = np.quantile(norms.astype(np.float64), [0.25, 0.5, 0.75]).tolist()
    return {
        "least": low, "most": high, "quartiles": quarters, "alike": alike, "zero": int((norms == 0).sum()),
        "edges": edges.tolist(), "counts": counts.tolist(), "beyond": int(len(norms) - counts.sum()),
    }  # fmt: skip
