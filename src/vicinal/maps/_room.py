"""What is taken and what is free on the sheet that labels are written on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_OUT = np.array([-1.0, -1.0, 1.0, 1.0])  # times a margin: what widens a box
_NEAR_POINTS = 400  # near points up to which a line is kept off them


class Room:
    """Points, labels and leaders already on the sheet; all in pixels, NaN for a label that is not there.

    The points are counted once into a summed table (Crow 1984), so that "how many points lie in this box" costs four
    look-ups, however many points there are.
    """

    def __init__(self, points: Floats, labels: int, bounds: Floats, radius: float, point: float) -> None:
        self.points, self.bounds, self.radius, self.point = np.asarray(points, float), bounds, radius, point
        self.pad = np.array([2.0, 1.0]) * point  # words side by side would read as one phrase
        self.apart = np.tile(self.pad, 2) * _OUT
        width, height = (int(np.ceil(side)) + 1 for side in bounds[2:] - bounds[:2])
        cells = np.clip((self.points - bounds[:2]).astype(np.int64), 0, [width - 1, height - 1])
        counts = np.bincount(cells[:, 0] * height + cells[:, 1], minlength=width * height).reshape(width, height)
        self.table = np.zeros((width + 1, height + 1), np.int64)
        self.table[1:, 1:] = counts.cumsum(axis=0).cumsum(axis=1)
        self.boxes, self.lines = np.full((labels, 4), np.nan), np.full((labels, 4), np.nan)

    def add(self, label: int, box: Floats) -> None:
        """Take the room of a label and of the line to it."""
        self.boxes[label] = box
        self.lines[label] = leader_lines(self.points[label], box[None], self.radius, self.point)[0]

    def remove(self, label: int) -> None:
        """Give the room of a label back, if it has any."""
        self.boxes[label] = self.lines[label] = np.nan

    def inside(self, boxes: Floats) -> Bools:
        """Tell which boxes lie within the bounds."""
        low, high = self.bounds[:2] + self.pad, self.bounds[2:] - self.pad
        return np.all(boxes[:, :2] >= low, axis=1) & np.all(boxes[:, 2:] <= high, axis=1)

    def crowd(self, boxes: Floats, margin: float | Floats) -> NDArray[np.int64]:
        """Count the points in each box widened by a margin; a pixel that the edge cuts counts in full."""
        widen = np.broadcast_to(np.asarray(margin, float), len(boxes))[:, None] * _OUT
        cells = np.floor(boxes + widen - np.tile(self.bounds[:2], 2)).astype(np.int64)
        last = np.array(self.table.shape) - 1
        x0, y0 = np.clip(cells[:, :2], 0, last).T
        x1, y1 = np.clip(cells[:, 2:] + 1, 0, last).T
        return self.table[x1, y1] - self.table[x0, y1] - self.table[x1, y0] + self.table[x0, y0]

    def clashes(self, boxes: Floats, label: int) -> tuple[Bools, NDArray[np.int64]]:
        """Tell which candidate boxes of a label clash with which labels on the sheet, box or leader.

        Returns
        -------
        clash : (b, near) bool
        near : (near,) int64
            The labels that lie near enough to be looked at.
        """
        lines = leader_lines(self.points[label], boxes, self.radius, self.point)
        low = np.minimum(boxes[:, :2].min(axis=0, initial=np.inf), self.points[label]) - self.pad
        high = np.maximum(boxes[:, 2:].max(axis=0, initial=-np.inf), self.points[label]) + self.pad
        places = self.points[: len(self.boxes)]
        near = np.flatnonzero(
            np.all(np.minimum(self.boxes[:, :2], places) < high, axis=1)
            & np.all(np.maximum(self.boxes[:, 2:], places) > low, axis=1)
        )
        wide, other, other_lines = boxes + self.apart, self.boxes[near], self.lines[near]
        clash = _overlap(wide, other) | _meet(other_lines, wide).T
        clash |= _meet(lines, other + 0.5 * self.apart) | _cross(lines, other_lines)
        return clash, near

    def crossed(self, boxes: Floats, label: int) -> NDArray[np.int64]:
        """Count the other points that the leader to each box would run over."""
        place = self.points[label]
        gap = np.abs(self.points - place).max(axis=1)
        near = self.points[(gap < 120 * self.point) & (gap > 0)]
        lines = leader_lines(place, boxes, self.radius, self.point)
        led = np.isfinite(lines[:, 0])
        count = np.zeros(len(boxes), np.int64)
        if len(near) <= _NEAR_POINTS and led.any():
            reach = (self.radius + 1.2 * self.point) * _OUT
            count[led] = _meet(lines[led], np.tile(near, 2) + reach).sum(axis=1)
        return count

    def outward(self, label: int) -> Floats:
        """Direction away from the points around, (2,), of length 0 (amid them) to 1."""
        shift = self.points[label] - self.points
        near = shift[np.abs(shift).max(axis=1) < 80 * self.point]
        return (near.mean(axis=0) / (30 * self.point)).clip(-0.7, 0.7)

    def obstacles(self, label: int) -> Floats:
        """Boxes around the labels and points near a label's point, (o, 4), with the distance to keep from them."""
        near = self.points[np.abs(self.points - self.points[label]).max(axis=1) < 120 * self.point]
        # One pixel more than the radius, since `crowd` counts whole pixels.
        dots = np.tile(near, 2) + (self.radius + 1) * _OUT
        return np.concatenate([self.boxes[np.isfinite(self.boxes[:, 0])] + self.apart, dots])


def distances(place: Floats, boxes: Floats) -> Floats:
    """Distance from one place to each box, (b,)."""
    return np.hypot(*(place - np.clip(place, boxes[:, :2], boxes[:, 2:])).T)


def leader_lines(places: Floats, boxes: Floats, radius: float, point: float) -> Floats:
    """Lines from the edge of points (one, or one a box) to their boxes, (b, 4); NaN where they stand side by side."""
    ends = np.clip(places, boxes[:, :2], boxes[:, 2:])
    starts = np.broadcast_to(places, ends.shape)
    length = np.hypot(*(ends - starts).T)
    far = length > radius + 5.0 * point
    lines = np.full((len(boxes), 4), np.nan)
    way = (ends[far] - starts[far]) / length[far, None]
    lines[far] = np.concatenate([starts[far] + way * (radius + 0.5 * point), ends[far] - way * 0.5 * point], axis=1)
    return lines


def _overlap(a: Floats, b: Floats) -> Bools:
    """(a, b) bool: which boxes meet."""
    first, second = a[:, None], b[None]
    return np.all((first[..., :2] < second[..., 2:]) & (second[..., :2] < first[..., 2:]), axis=2)


def _meet(lines: Floats, boxes: Floats) -> Bools:
    """(lines, boxes) bool: which lines run through which boxes (Liang and Barsky 1984)."""
    start, way = lines[:, None, :2], (lines[:, 2:] - lines[:, :2])[:, None]
    way = np.where(way == 0, 1e-9, way)
    first, second = (boxes[None, :, :2] - start) / way, (boxes[None, :, 2:] - start) / way
    enter, leave = np.minimum(first, second).max(axis=2), np.maximum(first, second).min(axis=2)
    return np.maximum(enter, 0.0) < np.minimum(leave, 1.0)


def _cross(a: Floats, b: Floats) -> Bools:
    """(a, b) bool: which lines cross."""

    def side(lines: Floats, places: Floats) -> Floats:
        way, to = lines[..., 2:] - lines[..., :2], places - lines[..., :2]
        return way[..., 0] * to[..., 1] - way[..., 1] * to[..., 0]

    first, second = a[:, None], b[None]
    parted = side(first, second[..., :2]) * side(first, second[..., 2:]) < 0
    return parted & (side(second, first[..., :2]) * side(second, first[..., 2:]) < 0)
