"""Which colour and shape each point of a picture gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.maps._canvas import COLOURS
from vicinal.maps.map import Map

# Shape goes with colour, so that groups stay apart in black and white.
_SHAPES = ("o", "s", "^", "D")
OTHER = "other"
_GREY = "#9a9a9a"

Colours = Mapping[str, Iterable[str]] | Sequence[Any] | NDArray | None


@dataclass(frozen=True)
class Marks:
    """Points that look alike: a group, or all of them along a colour scale.

    Attributes
    ----------
    label : str
        The group's name; empty where there is nothing to tell apart.
    rows : (m,) int64
    colour : str
    shape : str
    values : (m,) float64 or None
        Numbers to show as colour instead.
    """

    label: str
    rows: NDArray[np.int64]
    colour: str
    shape: str = "o"
    values: NDArray[np.float64] | None = None


def marks_of(drawn: Map, colours: Colours) -> list[Marks]:
    """Sort the points of a map into what is drawn alike."""
    everything = np.arange(len(drawn))
    if colours is None:
        return [Marks("", everything, COLOURS[0])]
    if isinstance(colours, Mapping):
        return _grouped(drawn, _labels_of(drawn, colours))
    values = np.asarray(colours)
    if values.shape != (len(drawn),):
        raise BadInput(f"colours must hold one value for each of {len(drawn)} names, got shape {values.shape}")
    if values.dtype.kind in "fiu":
        numbers = values.astype(np.float64)
        if not np.isfinite(numbers).all():
            raise BadInput("a column of numbers must be finite to be shown as colours")
        return [Marks("", everything, COLOURS[0], values=numbers)]
    return _grouped(drawn, ["" if value is None else str(value) for value in values.tolist()])


def _labels_of(drawn: Map, groups: Mapping[str, Iterable[str]]) -> list[str]:
    labels = dict.fromkeys(drawn.names, "")
    for group, members in groups.items():
        if isinstance(members, str):
            raise BadInput(f"group {group!r} must be a list of names, got the one string {members!r}")
        for name in members:
            drawn[name]  # an unknown name is refused with near spellings
            if labels[name]:
                raise BadInput(f"{name!r} is in two groups, {labels[name]!r} and {group!r}")
            labels[name] = str(group)
    return list(labels.values())


def _grouped(drawn: Map, labels: list[str]) -> list[Marks]:
    kept = [label for label in dict.fromkeys(labels) if label]
    most = len(COLOURS) * len(_SHAPES)
    if len(kept) > most:
        raise BadInput(f"{len(kept)} groups cannot be told apart by eye; at most {most}")
    column = np.array(labels, dtype=object)
    rest = np.flatnonzero(column == "")
    marks = [Marks(OTHER, rest, _GREY)] if len(rest) else []
    for at, label in enumerate(kept):
        shape = _SHAPES[(at + at // len(COLOURS)) % len(_SHAPES)]
        marks.append(Marks(label, np.flatnonzero(column == label), COLOURS[at % len(COLOURS)], shape))
    return marks
