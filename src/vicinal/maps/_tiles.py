"""Drawing a table of numbers as coloured tiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.maps._canvas import FAINT, INK, drawable, new_figure, style, wrapped

_ROW = 0.25  # inches


@dataclass(frozen=True)
class Tiles:
    """What a heat map shows.

    Attributes
    ----------
    words : list of str
        One a row.
    values : (words, columns) float64
    headings : list of str
        One a column.
    groups : list of (str, int)
        Names of the groups and how many rows each has, from the top.
    reading : list of str
        Lines that say in words what is seen.
    title, below : str
        Over the picture, and under its columns.
    """

    words: list[str]
    values: NDArray[np.float64]
    headings: list[str]
    groups: list[tuple[str, int]]
    reading: list[str]
    title: str
    below: str


def draw_tiles(tiles: Tiles) -> Any:
    """Draw into a figure in memory that is as large as the table needs."""
    rows, columns = tiles.values.shape
    named = any(label for label, _ in tiles.groups)
    left, wide = _widths(tiles, columns)
    inner = max(wide * columns, 3.4)
    width = left + inner + 1.0
    title, reading = wrapped(tiles.title, width - 0.3, 13), wrapped("\n".join(tiles.reading), width - 0.3, 9)
    over = 0.24 * len(title)
    top, bottom = 0.38 + over + 0.19 * len(reading), 0.7 + 0.13 * tiles.headings[0].count("\n")
    height = top + _ROW * rows + bottom
    figure = new_figure(width, height)
    axes = figure.add_axes((left / width, bottom / height, inner / width, _ROW * rows / height))
    most = float(np.abs(tiles.values).max()) or 1.0
    mesh = axes.pcolormesh(tiles.values, cmap="RdBu_r", vmin=-most, vmax=most, edgecolors="white", linewidth=0.6)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.set_yticks(np.arange(rows) + 0.5, [drawable(word) for word in tiles.words], **style(10))
    shown = [at for at in range(columns) if wide > 0.3 or at == 0 or at % 5 == 4]
    axes.set_xticks([at + 0.5 for at in shown], [tiles.headings[at] for at in shown], **style(8))
    axes.set_xlabel(tiles.below, **style(9, color=FAINT), labelpad=6)
    for side in axes.spines.values():
        side.set_visible(False)
    if named:
        _draw_groups(axes, tiles, left)
    figure.text(0.15 / width, 1 - 0.16 / height, "\n".join(title), **style(13), va="top")
    figure.text(0.15 / width, 1 - (0.22 + over) / height, "\n".join(reading), **style(9), va="top", linespacing=1.4)
    _draw_bar(figure, axes, mesh, width)
    return figure


def _widths(tiles: Tiles, columns: int) -> tuple[float, float]:
    """Inches that the words need at the left, and of a column."""
    figure = new_figure(4, 3)
    renderer = figure.canvas.get_renderer()
    texts = [figure.text(0, 0, drawable(word), **style(10)) for word in tiles.words]
    widest = max(text.get_window_extent(renderer).width for text in texts) / figure.dpi
    extra = 0.32 if any(label for label, _ in tiles.groups) else 0.0
    return widest + 0.3 + extra, 0.42 if columns <= 25 else 0.2


def _draw_groups(axes: Any, tiles: Tiles, left: float) -> None:
    """Name the groups at the left edge and part them by a wider gap."""
    start, box = 0, axes.get_position()
    edge = -(left - 0.22) / (box.width * axes.figure.get_figwidth())
    for label, count in tiles.groups:
        if start:
            axes.axhline(start, color="white", linewidth=5)
        line = (1 - (start + 0.12) / len(tiles.words), 1 - (start + count - 0.12) / len(tiles.words))
        side = edge + 0.14 / (box.width * axes.figure.get_figwidth())
        axes.plot([side, side], line, color=FAINT, linewidth=1, transform=axes.transAxes, clip_on=False)
        fits = max(1, int(count * _ROW / 0.085))
        short = drawable(label) if len(label) <= fits else drawable(label[: max(0, fits - 1)] + "…")
        axes.text(edge, sum(line) / 2, short, **style(9), rotation=90, ha="center", va="center",
                  transform=axes.transAxes, clip_on=False)  # fmt: skip
        start += count


def _draw_bar(figure: Any, axes: Any, mesh: Any, width: float) -> None:
    box = axes.get_position()
    tall = min(box.height, 2.6 / figure.get_figheight())
    strip = figure.add_axes((box.x1 + 0.18 / width, box.y1 - tall, 0.14 / width, tall))
    bar = figure.colorbar(mesh, cax=strip)
    bar.outline.set_visible(False)
    bar.locator = figure_locator()
    bar.update_ticks()
    strip.tick_params(labelsize=8, labelcolor=INK, length=0)


def figure_locator() -> Any:
    """Few ticks, symmetric around 0."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=4, symmetric=True)
