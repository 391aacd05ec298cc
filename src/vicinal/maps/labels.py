"""Where to write names around points so that nothing lies over anything else.

Plain geometry in pixels, without a plotting library. Boxes are ``x0, y0, x1, y1``. Every label has a list of places
it could take, each with a cost. Labels take the cheapest free place in turn. Once all have had their turn, those far
from their points look for a better place; those left without one try to move another label along, and last are set
where they fit best and pushed until they fit or are given up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vicinal.maps._room import Floats, Room, distances

Options = tuple[Floats, Floats]  # boxes and their costs

# Beside the point: a shift in half box sizes and its cost, since readers look right of a point first (Imhof 1975).
_BESIDE = (
    (1.0, 0.0, 0.0), (-1.0, 0.0, 1.5), (0.0, 1.0, 1.0), (0.0, -1.0, 1.2), (1.0, 1.0, 0.6), (-1.0, 1.0, 2.0),
    (1.0, -1.0, 0.9), (-1.0, -1.0, 2.2), (0.5, 1.0, 1.1), (-0.5, 1.0, 1.6), (0.5, -1.0, 1.3), (-0.5, -1.0, 1.8),
)  # fmt: skip
_RINGS = (7.0, 12.0, 18.0, 26.0, 36.0, 48.0, 62.0, 80.0)  # farther out, in points, with a line back
_BAD = 25.0  # cost from which a place is worth moving another label for
_MANY = 500  # labels beyond which each has one try only, and that near its point


@dataclass(frozen=True)
class Placed:
    """Where labels go.

    Attributes
    ----------
    boxes : (m, 4) float64
        In pixels, NaN for a label that found no room.
    leaders : (m, 4) float64
        The line from a point to its label, NaN where the label stands beside its point.
    """

    boxes: Floats
    leaders: Floats

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which labels found room, (m,) bool."""
        return np.isfinite(self.boxes[:, 0])


def place_labels(points: Floats, sizes: Floats, bounds: Floats, *, radius: float, point: float) -> Placed:
    """Find room for labels near their points.

    Parameters
    ----------
    points : (n, 2) array
        All points in pixels, inside the bounds; none is written over.
    sizes : (m, 2) array
        Width and height of the labels, which belong to the first m points.
    bounds : (4,) array
        The box that labels stay in.
    radius : float
        Of a point, in pixels.
    point : float
        Pixels in a typographic point, the unit of all gaps.

    Returns
    -------
    Placed
        The same for the same input. Boxes are apart from each other, from every point and from every leader; leaders
        do not cross each other.

    Examples
    --------
    >>> points, sizes = np.array([[50.0, 50.0], [52.0, 50.0]]), np.array([[20.0, 8.0], [20.0, 8.0]])
    >>> placed = place_labels(points, sizes, np.array([0.0, 0.0, 100.0, 100.0]), radius=2.0, point=1.0)
    >>> placed.kept.tolist()
    [True, True]
    """
    room = Room(points, len(sizes), np.asarray(bounds, np.float64), radius, point)
    options = [_candidates(room, label, size) for label, size in enumerate(sizes)]
    costs = np.full(len(sizes), np.inf)
    for label, own in enumerate(options):
        costs[label] = _settle(room, label, own)
    if len(sizes) <= _MANY:
        for _ in range(2):
            _improve(room, options, costs)
            for label in np.flatnonzero(costs > _BAD * point).tolist():
                _move_along(room, label, options, costs)
        _improve(room, options, costs)
        for label in np.flatnonzero(np.isinf(costs)).tolist():
            _push(room, label, sizes[label])
    return Placed(room.boxes, room.lines)


def _settle(room: Room, label: int, own: Options) -> float:
    """Give a label its cheapest free place; returns the cost, infinite if there is none."""
    boxes, costs = own
    for part in (slice(0, 12), slice(12, None)):  # most find a place among the first
        free = ~room.clashes(boxes[part], label)[0].any(axis=1)
        if free.any():
            at = int(np.argmax(free)) + part.start
            room.add(label, boxes[at])
            return float(costs[at])
    return float("inf")


def _improve(room: Room, options: list[Options], costs: Floats) -> None:
    """Let labels that stand badly choose again, the worst first: others may have moved away."""
    for label in np.argsort(-costs, kind="stable").tolist():
        if costs[label] > 3 * room.point:
            room.remove(label)
            costs[label] = _settle(room, label, options[label])


def _move_along(room: Room, label: int, options: list[Options], costs: Floats) -> None:
    """Take a place that one other label holds, if the two then stand better together than before."""
    old, before = room.boxes[label].copy(), costs[label]
    room.remove(label)
    boxes, own = options[label]
    clash, near = room.clashes(boxes, label)
    for at in np.flatnonzero(clash.sum(axis=1) == 1)[:8].tolist():
        other = int(near[np.argmax(clash[at])])
        theirs = room.boxes[other].copy()
        room.remove(other)
        room.add(label, boxes[at])
        cost = _settle(room, other, options[other])
        if cost + own[at] < before + costs[other]:
            costs[other], costs[label] = cost, own[at]
            return
        room.remove(label)
        room.add(other, theirs)
    if np.isfinite(before):
        room.add(label, old)


def _candidates(room: Room, label: int, size: Floats) -> Options:
    """Find the boxes a label could take inside the bounds and over no point, (c, 4), and their costs, rising."""
    gap, half, place = room.radius + 2.2 * room.point, size / 2, room.points[label]
    near = np.array(_BESIDE)
    shift = near[:, :2] * (half + gap)
    corner = (np.abs(near[:, 0]) == 1) & (near[:, 1] != 0)
    shift[corner] -= near[corner, :2] * 0.45 * gap  # a corner is nearer to the point than a side at the same gap
    shifts, costs = [shift], [near[:, 2]]
    angles = np.arange(16) * (np.pi / 8)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    for ring in _RINGS if len(room.boxes) <= _MANY else _RINGS[:3]:
        shifts.append(circle * (half + room.radius + ring * room.point))
        costs.append(4.0 + ring + np.abs(circle[:, 1]) * 0.5)
    moved, cost = np.concatenate(shifts), np.concatenate(costs)
    # A label outside a crowd reads better than one across it.
    turned = 1.0 - moved @ room.outward(label) / np.hypot(*moved.T)
    cost += turned * np.where(cost < 4.0, 0.8, 5.0)
    boxes = np.concatenate([place + moved - half, place + moved + half], axis=1)
    free = room.inside(boxes) & (room.crowd(boxes, room.radius) == 0)
    boxes, cost = boxes[free], cost[free]
    # What makes a label look as if it belonged to another point: one that lies nearer, or that its line runs over.
    rivals = room.crowd(boxes, distances(place, boxes) + room.point) - 1
    cost += np.minimum(rivals.clip(0), 4) * 3.0 + np.minimum(room.crossed(boxes, label), 4) * 20.0
    order = np.argsort(cost, kind="stable")
    return boxes[order], cost[order] * room.point


def _push(room: Room, label: int, size: Floats) -> None:
    """Set a label where it overlaps least and push it out of what it overlaps, the deepest first."""
    obstacles, place, half = room.obstacles(label), room.points[label], size / 2
    angles = np.arange(16) * (np.pi / 8)
    centres = place + np.column_stack([np.cos(angles), np.sin(angles)]) * (half + room.radius + 12 * room.point)
    boxes = np.concatenate([centres - half, centres + half], axis=1)
    high, low = np.minimum(boxes[:, None, 2:], obstacles[:, 2:]), np.maximum(boxes[:, None, :2], obstacles[:, :2])
    box = boxes[int(np.argmin((high - low).clip(0).prod(axis=2).sum(axis=1)))]
    for _ in range(60):
        if not room.inside(box[None]).all() or distances(place, box[None])[0] > 90 * room.point:
            return
        depth = np.concatenate([obstacles[:, 2:] - box[:2], box[2:] - obstacles[:, :2]], axis=1)  # per side
        worst = int(np.argmax(depth.min(axis=1)))
        side = int(np.argmin(depth[worst]))
        if depth[worst, side] <= 0:
            if not room.crowd(box[None], room.radius).any() and not room.clashes(box[None], label)[0].any():
                room.add(label, box)
            return
        way = np.array([1.0, 0.0]) if side % 2 == 0 else np.array([0.0, 1.0])
        box = box + np.tile(way, 2) * (depth[worst, side] + 0.5) * (1 if side < 2 else -1)
