"""Speed over recall as a picture: a line a kind of index."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vicinal.errors import BadInput
from vicinal.maps._canvas import COLOURS, FAINT, GRID, INK, Picture, check_picture, new_figure, save_figure, style

_LEFT, _RIGHT, _BOTTOM, _TOP = 0.09, 0.8, 0.13, 0.9  # the names stand at the right
_TICKS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
_PERFECT = 0.0005  # how far from 1 a recall of 1 is drawn, on an axis that has no end
_MARKS = "osD^vP*X"
_LEAST_FACTOR = 8.0  # between the ends of the scale of speeds, so that noise does not look like much


def front(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points (recall, speed) that no other beats in both, by rising recall.

    Examples
    --------
    >>> front([(0.9, 100), (0.8, 90), (0.95, 50)])
    [(0.9, 100), (0.95, 50)]
    """
    kept: list[tuple[float, float]] = []
    for recall, speed in sorted(points, reverse=True):
        if not kept or speed > kept[-1][1]:
            kept.append((recall, speed))
    return kept[::-1]


def trade_off(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    path: str | os.PathLike[str],
    *,
    recall: float = 0.95,
    title: str | None = None,
    bold: Iterable[str] | None = None,
    force: bool = False,
) -> Picture:
    """Draw queries a second over recall, both on scales of factors: right and up is better.

    Parameters
    ----------
    curves : mapping of str to sequence of (float, float)
        Recall (0 to 1) and queries a second of every setting, by kind; settings that another of the kind beats in both
        are left out. `vicinal.index.Benchmark.curves` has this form.
    path : path-like
        Ends in ``.png``, ``.svg`` or ``.pdf``.
    recall : float
        Where a line is drawn.
    title : str, optional
    bold : iterable of str, optional
        Names of curves drawn with whole lines, the others with broken ones; by default all.
    force : bool
        Replace the file if it is there.

    Returns
    -------
    Picture

    Raises
    ------
    BadInput
        If there is no curve.
    BadOption
        For an unknown ending.
    OutputExists
        If the file is there and ``force`` is not set.
    MissingExtra
        Without matplotlib.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> trade_off({"exact": [(1.0, 900)], "lsh": [(0.8, 9e3), (0.96, 2e3)]}, os.path.join(folder, "a.svg")).labels
    2
    """
    target = check_picture(path, force)
    fronts = {name: front(points) for name, points in curves.items() if len(points)}
    if not fronts:
        raise BadInput("there is no curve to draw")
    whole = set(fronts) if bold is None else set(bold)
    figure = new_figure(10, 6)
    axes = figure.add_axes((_LEFT, _BOTTOM, _RIGHT - _LEFT, _TOP - _BOTTOM))
    for at, (name, points) in enumerate(fronts.items()):
        _draw(axes, name, points, at, whole)
    _scales(axes, fronts, recall)
    figure.text(_LEFT, 0.94, title or "Queries a second over recall", **style(13))
    best = _quickest(fronts, recall)
    caption = (
        f"{len(fronts)} {'curve' if len(fronts) == 1 else 'curves'}; right and up is better; at recall {recall:g} "
    )
    caption += f"the quickest is {best}" if best else "none is there"
    figure.text(_LEFT, 0.02, caption, **style(9, color=FAINT))
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, prop={"size": 9})
    return Picture(save_figure(figure, target, force), caption, len(fronts), 0)


def _draw(axes: Any, name: str, points: list[tuple[float, float]], at: int, whole: set[str]) -> None:
    mark, whole_line = _MARKS[(at + at // len(COLOURS)) % len(_MARKS)], name in whole
    axes.plot(
        [_place(recall) for recall, _ in points], [speed for _, speed in points], marker=mark, markersize=5,
        linestyle="-" if whole_line else (0, (3, 2)), linewidth=2.2 if whole_line else 1.3,
        color=COLOURS[at % len(COLOURS)], label=name, zorder=3 if whole_line else 2,
    )  # fmt: skip


def _place(recall: float) -> float:
    """How far right: equal steps for equal factors of what is missed."""
    return -math.log10(max(1 - recall, _PERFECT))


def _scales(axes: Any, fronts: Mapping[str, list[tuple[float, float]]], recall: float) -> None:
    lowest = min(points[0][0] for points in fronts.values())
    shown = [tick for tick in _TICKS if tick >= min(lowest, recall) - 0.05] or [recall]
    speeds = [speed for points in fronts.values() for _, speed in points]
    low, high = min(speeds) / 1.3, max(speeds) * 1.3
    low, high = (low, high) if high / low >= _LEAST_FACTOR else (low / _LEAST_FACTOR**0.5, high * _LEAST_FACTOR**0.5)
    steps = [step * 10**power for power in range(-3, 10) for step in (1, 2, 5)]
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    marks = [step for step in steps if low <= step <= high]
    axes.set_yticks(marks, [f"{mark:,g}" if mark < 1 else f"{mark:,.0f}" for mark in marks], color=INK)
    axes.set_yticks([], minor=True)
    axes.set_xticks([*map(_place, shown), _place(1.0)], [*(f"{tick:g}" for tick in shown), "1"], color=INK)
    axes.set_xlim(_place(min(lowest, recall)) - 0.06, _place(1.0) + 0.06)
    axes.set_xlabel("recall", **style(10))
    axes.set_ylabel("queries a second", **style(10))
    axes.axvline(_place(recall), color=FAINT, linewidth=0.8)
    axes.grid(True, which="major", color=GRID)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _quickest(fronts: Mapping[str, list[tuple[float, float]]], recall: float) -> str:
    reached = {
        name: max(speed for found, speed in points if found >= recall)
        for name, points in fronts.items()
        if points[-1][0] >= recall
    }
    return max(reached, key=lambda name: reached[name]) if reached else ""
