"""Words × components: which direction carries what."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_choice, check_whole
from vicinal.errors import BadInput
from vicinal.maps import components, seriate
from vicinal.maps.pca import chosen_rows, vectors_of
from vicinal.serve.answers import head
from vicinal.serve.served import Served
from vicinal.serve.understanding.examples import Groups, example_groups
from vicinal.space import Space

MOST_WORDS, MOST_COLUMNS = 100, 200
_TOLD = 4  # components said in words
_ENDS, _SHORT_OF = 4, 0.4  # names at an end, and how much of the farthest one's value the others have
_TELLS = 0.5  # share of a component's variance between groups from which it is said to tell groups apart


def heatmap_answer(
    served: Served, groups: Groups | None = None, *, dims: str = "components", most: int = 20
) -> dict[str, Any]:
    """Lay words out over the principal components of these words, or over the stored dimensions.

    Parameters
    ----------
    served : Served
    groups : list of (str, list of str), optional
        Labels and names, 3 to 100 names in all and none twice; by default `example_groups`. Names of a group are put
        in an order in which neighbours are alike (`vicinal.maps.seriate`).
    dims : "components" or "stored"
    most : int
        Columns at most, 1 to 200.

    Returns
    -------
    dict
        ``names`` from the top, ``rows`` of them, ``groups`` with counts, ``values`` (a list a name), ``shares`` of the
        variance of these names a column, ``ends``: what lies at both ends of the strongest columns.

    Raises
    ------
    BadInput, BadOption, UnknownName

    Examples
    --------
    >>> space = Space(["red", "blue", "king", "queen"], [[3, 1, 0], [3, -1, 0], [0, 0, 3], [0, 1, 3]])
    >>> answer = heatmap_answer(Served("words", space), [("colours", ["red", "blue"]), ("royalty", ["king", "queen"])])
    >>> answer["ends"][0]["low"], answer["ends"][0]["high"], answer["ends"][0]["tells"]
    (['blue', 'red'], ['queen', 'king'], ['colours', 'royalty'])
    """
    check_choice("dims", dims, ("components", "stored"))
    check_whole("components", most, 1, MOST_COLUMNS)
    space = served.space
    kept = [
        (label, list(names)) for label, names in (groups if groups is not None else example_groups(served)) if names
    ]
    asked, _ = chosen_rows(space, [name for _, names in kept for name in names])
    if len(asked) > MOST_WORDS:
        raise BadInput(f"a heat map shows at most {MOST_WORDS} words, got {len(asked):,}; choose some")
    kept = [(label, seriate(space, names) if len(names) >= 3 else names) for label, names in kept]
    ordered = [name for _, names in kept for name in names]
    values, shares = _values(space, space.names.rows(ordered), dims, most)
    return {
        **head(served),
        "dims": dims,
        "dim": space.dim,
        "names": ordered,
        "rows": space.names.rows(ordered).tolist(),
        "groups": [{"label": label, "count": len(names)} for label, names in kept],
        "values": values.tolist(),
        "shares": shares.tolist(),
        "ends": _ends(kept, ordered, values, shares),
    }


def _values(
    space: Space, rows: NDArray[np.int64], dims: str, most: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if dims == "stored":
        stored = space.matrix[rows].astype(np.float64)
        spread = stored.var(axis=0)
        whole = float(spread.sum())
        return stored[:, :most], (spread / whole if whole > 0 else np.zeros_like(spread))[:most]
    vectors = vectors_of(space, rows)
    mean, axes, shares = components(vectors, min(most, len(rows) - 1, space.dim))
    values = (vectors - mean) @ axes.T
    values[:, shares == 0] = 0.0  # rounding is no difference
    return values, shares


def _ends(
    groups: Groups, names: list[str], values: NDArray[np.float64], shares: NDArray[np.float64]
) -> list[dict[str, Any]]:
    """Say of the columns of largest variance which names, and which groups, lie at their ends."""
    told = []
    counts = [len(members) for _, members in groups]
    for at in np.argsort(-shares, kind="stable")[:_TOLD].tolist():
        if shares[at] == 0:
            continue
        column = values[:, at] - values[:, at].mean()
        record: dict[str, Any] = {"column": at, "share": float(shares[at])}
        record["low"], record["high"] = _end(names, -column), _end(names, column)
        means = np.array([part.mean() for part in np.split(column, np.cumsum(counts)[:-1])])
        between = float(counts @ np.square(means) / np.square(column).sum())
        record["between_groups"] = between
        telling = len(groups) > 1 and between >= _TELLS
        record["tells"] = [groups[int(end(means))][0] for end in (np.argmin, np.argmax)] if telling else []
        told.append(record)
    return told


def _end(names: list[str], column: NDArray[np.float64]) -> list[str]:
    order = np.argsort(-column, kind="stable")[:_ENDS].tolist()
    return [names[row] for row in order if column[row] >= _SHORT_OF * column[order[0]]]
