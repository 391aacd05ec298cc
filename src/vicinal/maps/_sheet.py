"""The parts of a scatter picture: points, key, axes and names."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.maps._canvas import FAINT, GRID, INK, drawable, style
from vicinal.maps._marks import OTHER, Marks
from vicinal.maps.labels import Placed, place_labels
from vicinal.maps.map import Map

LEFT, RIGHT, TOP, BOTTOM = 0.75, 0.3, 0.6, 0.72  # inches around the axes


def draw_marks(axes: Any, places: NDArray, mark: Marks, area: float) -> Any:
    """Draw the points of one group, or all along a colour scale."""
    paint: dict[str, Any] = {"color": mark.colour} if mark.values is None else {"c": mark.values, "cmap": "cividis"}
    return axes.scatter(
        *places[mark.rows].T, s=area, marker=mark.shape, linewidths=0, zorder=3, label=drawable(mark.label),
        alpha=0.9 if len(places) < 1000 else 0.6, rasterized=len(places) > 20_000, **paint,
    )  # fmt: skip


def draw_key(figure: Any, bands: list[Any], marks: list[Marks], top: float) -> float:
    """Put the legend at the right edge; returns how wide a strip it takes, in inches."""
    order = sorted(range(len(marks)), key=lambda at: marks[at].label == OTHER)  # drawn first, named last
    font = {"family": style()["family"], "size": 9}
    key = figure.legend(
        [bands[at] for at in order],
        [drawable(marks[at].label) for at in order],
        loc="upper right",
        frameon=False,
        prop=font,
        borderaxespad=0.0,
        handletextpad=0.3,
        bbox_to_anchor=(1 - 0.2 / figure.get_figwidth(), 1 - top / figure.get_figheight()),
    )
    for text in key.get_texts():
        text.set(parse_math=False, usetex=False, color=INK)
    for handle in key.legend_handles:
        handle.set(sizes=[36.0], alpha=0.9)
    return float(key.get_window_extent(figure.canvas.get_renderer()).width / figure.dpi) + 0.1


def draw_bar(figure: Any, axes: Any, band: Any, width: float) -> None:
    """Draw the colour scale at the right of the axes."""
    box = axes.get_position()
    strip = figure.add_axes((box.x1 + 0.2 / width, box.y0 + box.height * 0.2, 0.14 / width, box.height * 0.6))
    bar = figure.colorbar(band, cax=strip)
    bar.outline.set_visible(False)
    bar.solids.set_alpha(1.0)
    strip.tick_params(labelsize=8, labelcolor=FAINT, length=0)


def set_axes(axes: Any, drawn: Map, places: NDArray, inner: NDArray) -> None:
    """Give both axes one scale, with a margin for labels, and say what they are."""
    low, high = places.min(axis=0), places.max(axis=0)
    scale = float(((high - low) / (inner - [0.9, 0.7]).clip(0.3)).max())  # units an inch
    scale = scale if scale > 1e-6 * np.abs(places).max(initial=0.0) and scale > 1e-30 else 1.0
    middle = (low + high) / 2
    (left, under), (right, over) = middle - scale * inner / 2, middle + scale * inner / 2
    axes.set(xlim=(left, right), ylim=(under, over))
    axes.set_axisbelow(True)
    axes.grid(color=GRID, linewidth=0.8)
    for axis in (axes.xaxis, axes.yaxis):  # the same step, as the scale is the same
        axis.set_major_locator(_every(left, right))
    axes.tick_params(labelsize=8, labelcolor=FAINT, length=0, labelfontfamily=style()["family"][0])
    for side in axes.spines.values():
        side.set(color=GRID, linewidth=0.8)
    shares = drawn.axis_shares or (None,) * drawn.dim
    what = [
        f"component {at + 1} ({share:.0%} of variance)".replace("%", " %")
        if share is not None
        else f"{drawn.method} {at + 1}"
        for at, share in enumerate(shares)
    ]
    axes.set_xlabel(what[0], **style(10), labelpad=6)
    axes.set_ylabel(what[1], **style(10), labelpad=6)


def _every(low: float, high: float) -> Any:
    """A round step for ticks, about six of them."""
    from matplotlib.ticker import MaxNLocator, MultipleLocator

    return MultipleLocator(np.diff(MaxNLocator(6).tick_values(low, high)).max())


def write_names(figure: Any, axes: Any, drawn: Map, rows: NDArray[np.int64], area: float) -> Placed:
    """Write the names of the given rows where there is room; a name too many is taken off again."""
    renderer, point = figure.canvas.get_renderer(), figure.dpi / 72
    how = style(10 if len(rows) <= 120 else 8.5, ha="center", va="center", zorder=5, transform=axes.transAxes)
    texts = [axes.text(0, 0, drawable(drawn.names[row]), **how) for row in rows.tolist()]
    sizes = np.array([text.get_window_extent(renderer).size for text in texts]).reshape(-1, 2)
    pixels = axes.transData.transform(drawn.coordinates[:, :2].astype(np.float64))
    others = np.setdiff1d(np.arange(len(drawn)), rows)
    frame = axes.get_window_extent(renderer)
    placed = place_labels(
        np.concatenate([pixels[rows], pixels[others]]), sizes, np.array(frame.extents),
        radius=np.sqrt(area) / 2 * point, point=point,
    )  # fmt: skip
    for text, box, line in zip(texts, placed.boxes, placed.leaders, strict=True):
        if np.isnan(box[0]):
            text.remove()
            continue
        ends = (np.array([(box[:2] + box[2:]) / 2, line[:2], line[2:]]) - frame.p0) / frame.size
        text.set_position(ends[0])
        if not np.isnan(line[0]):
            axes.plot(*ends[1:].T, color=FAINT, linewidth=0.6, zorder=2, transform=axes.transAxes)
    return placed
