"""The words × components picture: which direction carries what."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput, BadOption
from vicinal.maps._canvas import Picture, check_picture, save_figure
from vicinal.maps._tiles import Tiles, draw_tiles
from vicinal.maps.pca import chosen_rows, vectors_of
from vicinal.maps.pca import components as principal_components
from vicinal.space import Space

_MOST_WORDS, _MOST_COLUMNS = 100, 200


def heatmap(
    space: Space,
    words: Iterable[str] | Mapping[str, Iterable[str]],
    path: str | os.PathLike[str],
    *,
    dims: str | None = None,
    components: int = 20,
    title: str | None = None,
    force: bool = False,
) -> Picture:
    """Draw words × components, to see which component tells colours apart and which one royalty.

    Parameters
    ----------
    space : Space
    words : iterable of str, or mapping of str to iterable of str
        3 to 100 names, drawn as rows in this order (`seriate` finds one that puts similar words side by side). A
        mapping gives groups, drawn apart under their names.
    path : path-like
        Ends in ``.png``, ``.svg`` or ``.pdf``.
    dims : "raw", optional
        Show the stored dimensions as they are. By default principal components, fitted on these words alone, of
        vectors of length 1 where the space's metric is cosine.
    components : int
        Columns at most, 1 to 200. There are never more components than words less one, nor than dimensions.
    title : str, optional
    force : bool
        Replace the file if it is there.

    Returns
    -------
    Picture
        Its caption names the words at both ends of the columns that say most.

    Raises
    ------
    BadInput
        For fewer than 3 or more than 100 words, a word given twice, or a path that cannot be written to.
    UnknownName
        For a word that the space does not hold.
    BadOption
        For an unknown ending or ``dims``, or ``components`` out of range.
    OutputExists
        If the file is there and ``force`` is not set.
    MissingExtra
        Without matplotlib.

    Examples
    --------
    >>> import tempfile
    >>> space = Space(["red", "blue", "king", "queen"], [[3, 1, 0], [3, -1, 0], [0, 0, 3], [0, 1, 3]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     picture = heatmap(space, ["red", "blue", "king", "queen"], f"{folder}/heat.svg")
    >>> print(picture.caption.splitlines()[0])
    Component 1 (88 % of variance): blue, red (−) ↔ queen, king (+)
    """
    check_picture(path, force)
    tiles = tiles_of(space, words, dims, components, title)
    return Picture(save_figure(draw_tiles(tiles), path, force), "\n".join(tiles.reading), len(tiles.words), 0)


def tiles_of(space: Space, words: Any, dims: str | None, most: int, title: str | None) -> Tiles:
    """Work out what a heat map shows, and say it in words."""
    if dims not in (None, "raw"):
        raise BadOption(f"dims must be None (principal components) or 'raw' (stored dimensions), got {dims!r}")
    if isinstance(most, bool) or not isinstance(most, int | np.integer) or not 1 <= most <= _MOST_COLUMNS:
        raise BadOption(f"components must be from 1 to {_MOST_COLUMNS}, got {most!r}")
    groups = _groups(words)
    names, rows = chosen_rows(space, [word for members in groups.values() for word in members])
    if len(names) > _MOST_WORDS:
        raise BadInput(f"a heat map shows at most {_MOST_WORDS} words, got {len(names):,}; choose some")
    values, shares = _raw(space, rows, most) if dims == "raw" else _components(space, rows, most)
    kind, count = ("dimension", space.dim) if dims == "raw" else ("component", values.shape[1])
    if dims == "raw":
        headings = [str(at + 1) for at in range(values.shape[1])]
        below = f"dimension (1 to {values.shape[1]} of {count})"
    else:
        headings = [f"{at + 1}\n{_percent(share)}" for at, share in enumerate(shares)]
        below = f"component, and its share of the variance of these {len(names)} words"
    return Tiles(
        list(names),
        values,
        headings,
        [(label, len(members)) for label, members in groups.items()],
        _reading(list(names), values, shares, kind),
        title or f"{len(names)} words × {values.shape[1]} {kind}s",
        below,
    )


def _groups(words: Any) -> dict[str, list[str]]:
    if isinstance(words, str):
        raise BadInput(f"words must be a list of names, got the one string {words!r}")
    if not isinstance(words, Mapping):
        return {"": list(words)}
    for label, members in words.items():
        if isinstance(members, str):
            raise BadInput(f"group {label!r} must be a list of names, got the one string {members!r}")
    found = {str(label): list(members) for label, members in words.items()}
    return {label: members for label, members in found.items() if members}


def _components(space: Space, rows: NDArray[np.int64], most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    vectors = vectors_of(space, rows, None)
    mean, axes, shares = principal_components(vectors, min(most, len(rows) - 1, space.dim))
    values = (vectors - mean) @ axes.T
    values[:, shares == 0] = 0.0
    return values, shares


def _raw(space: Space, rows: NDArray[np.int64], most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    vectors = space.matrix[rows].astype(np.float64)
    spread = vectors.var(axis=0)
    whole = spread.sum()
    shares = spread / whole if whole > 0 else np.zeros_like(spread)
    return vectors[:, :most], shares[:most]


def _reading(words: list[str], values: NDArray[np.float64], shares: NDArray[np.float64], kind: str) -> list[str]:
    """Name the words at both ends of the two columns of largest variance."""
    lines = []
    for at in np.argsort(-shares, kind="stable")[:2].tolist():
        if shares[at] == 0:
            continue
        column = values[:, at] - values[:, at].mean()
        low, high = _end(words, -column), _end(words, column)
        lines.append(f"{kind.capitalize()} {at + 1} ({_percent(shares[at])} of variance): {low} (−) ↔ {high} (+)")
    return lines or ["These words do not differ."]


def _end(words: list[str], column: NDArray[np.float64]) -> str:
    """Up to three words at the high end of a column, those well short of the farthest left out."""
    order = np.argsort(-column, kind="stable")[:3]
    return ", ".join(_short(words[row]) for row in order if column[row] >= 0.4 * column[order[0]])


def _short(word: str) -> str:
    line = " ".join(word.split())
    return line if len(line) <= 24 else line[:23] + "…"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %") if share == 0 or share >= 0.005 else "<1 %"
