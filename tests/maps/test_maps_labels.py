from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.maps.labels import place_labels

SHEET = np.array([0.0, 0.0, 1200.0, 900.0])


def check(points, sizes, placed, radius):
    boxes = placed.boxes[placed.kept]
    assert (boxes[:, :2] >= SHEET[:2]).all() and (boxes[:, 2:] <= SHEET[2:]).all()
    np.testing.assert_allclose(boxes[:, 2:] - boxes[:, :2], sizes[placed.kept], atol=1e-6)
    for at, box in enumerate(boxes):
        others = np.delete(boxes, at, axis=0)
        apart = np.any((others[:, :2] >= box[2:]) | (others[:, 2:] <= box[:2]), axis=1)
        assert apart.all()
        assert (np.hypot(*(points - np.clip(points, box[:2], box[2:])).T) >= radius).all()
    leaders = placed.leaders[np.isfinite(placed.leaders[:, 0])]
    for line in leaders:
        along = line[:2] + np.linspace(0, 1, 200)[:, None] * (line[2:] - line[:2])
        inside = np.all((along[:, None] > boxes[:, :2]) & (along[:, None] < boxes[:, 2:]), axis=2)
        assert not inside.any()
    assert np.isnan(placed.leaders[~placed.kept]).all()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(0, 60), st.floats(5, 400))
def test_labels_lie_over_nothing(seed, count, others, spread):
    random = np.random.default_rng(seed)
    centres = random.uniform([200, 200], [1000, 700], (4, 2))
    points = centres[random.integers(0, 4, count + others)] + random.normal(0, spread, (count + others, 2))
    points = points.clip(SHEET[:2], SHEET[2:])
    sizes = random.uniform([10, 10], [160, 30], (count, 2))
    placed = place_labels(points, sizes, SHEET, radius=5.0, point=2.0)
    check(points, sizes, placed, 5.0)
    again = place_labels(points, sizes, SHEET, radius=5.0, point=2.0)
    np.testing.assert_array_equal(placed.boxes, again.boxes)


def test_a_lone_label_stands_right_of_its_point():
    placed = place_labels(np.array([[600.0, 450.0]]), np.array([[80.0, 20.0]]), SHEET, radius=5.0, point=2.0)
    assert placed.boxes[0, 0] > 605 and placed.boxes[0, [1, 3]].mean() == 450 and np.isnan(placed.leaders).all()


def test_points_in_one_place_still_get_some_labels():
    points, sizes = np.full((30, 2), 450.0), np.full((30, 2), [60.0, 20.0])
    placed = place_labels(points, sizes, SHEET, radius=5.0, point=2.0)
    check(points, sizes, placed, 5.0)
    assert 5 <= placed.kept.sum() < 30


def test_a_label_larger_than_the_sheet_is_given_up():
    placed = place_labels(np.array([[600.0, 450.0]]), np.array([[2000.0, 20.0]]), SHEET, radius=5.0, point=2.0)
    assert placed.kept.tolist() == [False]


def test_no_labels_are_no_error():
    placed = place_labels(np.full((3, 2), 9.0), np.empty((0, 2)), SHEET, radius=5.0, point=2.0)
    assert len(placed.boxes) == len(placed.leaders) == len(placed.kept) == 0


@pytest.mark.parametrize("count", [200, 700])
def test_most_labels_of_an_even_cloud_are_placed(count):
    random = np.random.default_rng(3)
    points, sizes = random.uniform(SHEET[:2] + 20, SHEET[2:] - 20, (count, 2)), np.full((count, 2), [50.0, 14.0])
    placed = place_labels(points, sizes, SHEET, radius=2.0, point=1.0)
    check(points, sizes, placed, 2.0)
    assert placed.kept.mean() > (0.97 if count == 200 else 0.4)
