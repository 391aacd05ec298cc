"""Figures without pyplot: nothing global is read twice or changed, so that any thread may draw."""

from __future__ import annotations

import io
import os
import textwrap
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from vicinal.errors import BadOption
from vicinal.maps._output import check_output, write_whole
from vicinal.require import require

DPI = 160
INK, FAINT, GRID, PAPER = "#222222", "#6b6b6b", "#e4e4e4", "#ffffff"
# Okabe and Ito (2008), told apart by all common kinds of colour vision; yellow, pale on paper, comes last.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
ENDINGS = (".png", ".svg", ".pdf")
# Tried in turn for letters that the first one lacks, where they are installed.
_FONTS = (
    "DejaVu Sans", "Noto Sans", "Arial Unicode MS", "Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei",
    "Hiragino Sans", "PingFang SC", "Microsoft YaHei", "Malgun Gothic", "Noto Sans Arabic", "Noto Sans Hebrew",
    "Noto Sans Devanagari", "Noto Emoji",
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """What was drawn.

    Attributes
    ----------
    path : Path
        The file.
    caption : str
        What the picture says in words; it stands in the picture too.
    labels : int
        Names written beside points or rows.
    left_out : int
        Names that were asked for and found no room.

    Examples
    --------
    >>> Picture(Path("map.png"), "3 names", labels=3, left_out=0).path.name
    'map.png'
    """

    path: Path
    caption: str
    labels: int
    left_out: int


def check_picture(path: str | os.PathLike[str], force: bool) -> Path:
    """Refuse an ending that is no picture, or an output that is there, before the work starts."""
    if Path(path).suffix.lower() not in ENDINGS:
        raise BadOption(f"a picture's name must end in {', '.join(ENDINGS)}; got {str(path)!r}")
    return check_output(path, force)


def new_figure(width: float, height: float) -> Any:
    """Make an empty figure (inches) whose text can be measured."""
    require("matplotlib", "maps")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Any, path: str | os.PathLike[str], force: bool) -> Path:
    """Write in the format of the ending, without the date, whole or not at all."""
    kind = Path(path).suffix.lower().lstrip(".")
    undated: dict[str, Any] = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
    held = io.BytesIO()
    figure.savefig(held, format=kind, dpi=DPI, metadata=undated, facecolor=PAPER, bbox_inches=None)
    return write_whole(path, held.getvalue(), force)


@lru_cache(maxsize=1)
def _fonts() -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Families that are installed, and their faces."""
    manager = require("matplotlib.font_manager", "maps")
    known = set(manager.fontManager.get_font_names())
    families = tuple(name for name in _FONTS if name in known)
    return families, tuple(manager.get_font(manager.findfont(name)) for name in families)


def style(size: float = 10.0, **more: Any) -> dict[str, Any]:
    """Text options: never taken for a formula, whatever the words hold."""
    plain = {"parse_math": False, "usetex": False}
    return {"fontsize": size, "color": INK, "family": list(_fonts()[0]), **plain, **more}


def drawable(text: str, longest: int = 40) -> str:
    """Return text as it can be drawn: on one line, not endless, with □ for what no installed font holds."""
    shown = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(letter if _has(letter) else "□" for letter in shown.replace("\n", " ").replace("\t", " "))


def wrapped(text: str, inches: float, size: float) -> list[str]:
    """Break drawable text into lines that fit a width, by the mean width of a letter."""
    lines = [drawable(line, 1_000) for line in text.split("\n")]
    return [part for line in lines for part in textwrap.wrap(line, max(10, int(inches * 128 / size))) or [""]]


@lru_cache(maxsize=4096)
def _has(letter: str) -> bool:
    if unicodedata.category(letter)[0] == "C":
        return False
    return any(face.get_char_index(ord(letter)) for face in _fonts()[1])
