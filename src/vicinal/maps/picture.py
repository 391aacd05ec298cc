"""A map as a picture: points, and their names where there is room for them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput, BadOption
from vicinal.maps._canvas import (
    FAINT,
    Picture,
    check_picture,
    new_figure,
    save_figure,
    style,
    wrapped,
)
from vicinal.maps._marks import Colours, marks_of
from vicinal.maps._sheet import BOTTOM, LEFT, RIGHT, TOP, draw_bar, draw_key, draw_marks, set_axes, write_names
from vicinal.maps.labels import Placed
from vicinal.maps.map import Map

_MOST_LABELS = 2_000


def scatter(
    map: Map,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    labels: bool | Iterable[str] = True,
    colours: Colours = None,
    size: tuple[float, float] | None = None,
    force: bool = False,
) -> Picture:
    """Draw a map: a point a name, and names that lie over nothing.

    Parameters
    ----------
    map : Map
        Three names or more. Of a map in three dimensions the first two are drawn.
    path : path-like
        Ends in ``.png``, ``.svg`` or ``.pdf``.
    title : str, optional
        By default what the map is.
    labels : bool or iterable of str
        All names (of more than 2,000, the first 2,000), none, or these.
    colours : sequence of n values, or mapping of str to iterable of str, optional
        A column, one value a name: numbers become a colour scale, text becomes groups. Or groups by name, as in
        ``{"royalty": ["king", "queen"]}``, the rest staying grey. At most 32 groups, told apart by colour and shape.
    size : (float, float), optional
        Width and height in inches, 4 × 3 to 40 × 40; by default what suits the map.
    force : bool
        Replace the file if it is there.

    Returns
    -------
    Picture
        With the caption, which says how many names found no room.

    Raises
    ------
    BadInput
        For fewer than three names, colours that do not fit, or a path that cannot be written to.
    UnknownName
        For a label or group member that is not on the map.
    BadOption
        For an unknown ending or a size out of range.
    OutputExists
        If the file is there and ``force`` is not set.
    MissingExtra
        Without matplotlib.

    Examples
    --------
    >>> import tempfile
    >>> drawn = Map(["king", "queen", "cat"], [[0, 1], [0.2, 1], [3, -1]], "PCA")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     picture = scatter(drawn, f"{folder}/map.svg")
    >>> picture.labels, picture.left_out
    (3, 0)
    """
    check_picture(path, force)
    figure, caption, placed = draw_scatter(map, title, labels, colours, size)
    written = int(placed.kept.sum())
    return Picture(save_figure(figure, path, force), caption, written, len(placed.kept) - written)


def draw_scatter(
    drawn: Map, title: str | None, labels: bool | Iterable[str], colours: Colours, size: tuple[float, float] | None
) -> tuple[Any, str, Placed]:
    """Draw into a figure in memory; returns it with its caption and where the labels lie."""
    if len(drawn) < 3:
        raise BadInput(f"a picture of a map needs three names or more, got {len(drawn)}")
    places = drawn.coordinates[:, :2].astype(np.float64)
    rows, marks = _labelled(drawn, labels), marks_of(drawn, colours)
    named = len(marks) > 1 or bool(marks[0].label)
    width, height = _size(places, len(rows), named, size)
    figure = new_figure(width, height)
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8), facecolor="#fcfcfc")
    # The point's size falls with the number of points: 40 square points for six, 3 for very many.
    area = float(np.clip(160 / np.sqrt(len(drawn)), 3.0, 40.0))
    bands = [draw_marks(axes, places, mark, area) for mark in marks]
    heading = wrapped(title or f"{len(drawn):,} names, {drawn.method}", width - LEFT - 0.2, 13)
    top = TOP + 0.24 * (len(heading) - 1)
    aside = draw_key(figure, bands, marks, top) if named else (0.5 if marks[0].values is not None else 0.0)
    lines = len(wrapped(_caption(drawn, 0, len(rows)), width - LEFT - 0.2, 8))  # the longest it can become
    bottom = BOTTOM + 0.14 * lines
    inner = np.array([width - LEFT - RIGHT - aside, height - top - bottom]).clip(1.0)
    axes.set_position((LEFT / width, bottom / height, inner[0] / width, inner[1] / height))
    if marks[0].values is not None:
        draw_bar(figure, axes, bands[0], width)
    set_axes(axes, drawn, places, inner)
    placed = write_names(figure, axes, drawn, rows, area)
    caption = _caption(drawn, int(placed.kept.sum()), len(rows))
    figure.text(LEFT / width, 1 - 0.22 / height, "\n".join(heading), **style(13), va="top")
    below = "\n".join(wrapped(caption, width - LEFT - 0.2, 8))
    figure.text(LEFT / width, (0.1 + 0.14 * lines) / height, below, **style(8, color=FAINT), va="top")
    return figure, caption, placed


def _labelled(drawn: Map, labels: bool | Iterable[str]) -> NDArray[np.int64]:
    if isinstance(labels, bool):
        return np.arange(min(len(drawn), _MOST_LABELS) if labels else 0)
    if isinstance(labels, str):
        raise BadInput(f"labels must be a list of names, got the one string {labels!r}")
    at = {name: row for row, name in enumerate(drawn.names)}
    chosen = dict.fromkeys(labels)
    rows = [at[name] if name in at else drawn[name] for name in chosen]  # the look-up refuses unknown names
    return np.array(rows[:_MOST_LABELS], np.int64)


def _size(places: NDArray, count: int, named: bool, size: tuple[float, float] | None) -> tuple[float, float]:
    if size is not None:
        try:
            wide, tall = (float(side) for side in size)
        except (TypeError, ValueError):
            wide = tall = float("nan")
        if not (4 <= wide <= 40 and 3 <= tall <= 40):
            raise BadOption(f"size must be two numbers from 4 × 3 to 40 × 40 inches, got {size!r}")
        return wide, tall
    wide = float(np.clip(6.6 + count / 36, 6.6, 12.0))
    spread = np.ptp(places, axis=0)
    shape = float(np.clip(spread[1] / spread[0], 0.6, 0.9)) if spread[0] > 0 else 0.75
    return wide + (0.8 if named else 0.0), wide * shape + 0.8


def _caption(drawn: Map, written: int, asked: int) -> str:
    parts = []
    kept = drawn.quality.get("variance_kept")
    if len(np.unique(drawn.coordinates, axis=0)) == 1:
        parts.append("All names lie in one place.")
    elif kept is not None and drawn.dim == 2:
        parts.append(f"This plane keeps {kept:.0%} of the variance.".replace("%", " %"))
    figures = [f"{what} {figure}" for what, figure in drawn.summary() if what != "variance kept"]
    if figures:
        parts.append(f"{', '.join(figures)}.".capitalize())
    if drawn.dim == 3:
        parts.append("The third axis is not shown.")
    if written < asked:
        parts.append(f"{asked - written:,} of {asked:,} names left out for want of room.")
    if 0 < asked < len(drawn):
        parts.append(f"{asked:,} of {len(drawn):,} names considered.")
    return " ".join(parts)
