import importlib.util
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from vicinal.index import _tree_ah_kernels as kernels
from vicinal.index.kmeans import Packs, assign, k_means
from vicinal.index.rows import Rows, fixed
from vicinal.index.tree_ah import TreeAH
from vicinal.index.tree_ah_codes import Coder, anisotropic_weight
from vicinal.index.tree_ah_codes import _moved as moved_books
from vicinal.index.tree_ah_levels import Levels, choose_of_all
from vicinal.index.tree_ah_training import second_centres

_spec = importlib.util.spec_from_file_location(
    "reference_index_tree_ah", Path(__file__).parents[1] / "reference" / "index_tree_ah.py"
)
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(("n", "count", "dim"), [(1, 1, 1), (3, 31, 5), (70, 32, 16), (1001, 75, 50)])
def test_assign_finds_the_nearest_centre(n, count, dim):
    points, centres = normal(n, dim), normal(count, dim, seed=1)
    found, scores = assign(points, Packs.of(centres), threads=2)
    expected = [reference.nearest_centre(point, centres) for point in points]
    assert found.tolist() == expected
    near = centres[expected]
    np.testing.assert_allclose(scores, (points * near).sum(1) - (near * near).sum(1) / 2, rtol=1e-4, atol=1e-4)


def test_of_equal_centres_the_first_is_taken():
    assert assign(np.ones((5, 3), np.float32), Packs.of(np.ones((80, 3), np.float32)))[0].tolist() == [0] * 5


def test_k_means_finds_what_is_there_and_fills_empty_clusters():
    true = 100 * normal(12, 4, seed=4)
    points = np.repeat(true, 30, axis=0) + normal(360, 4)
    centres = k_means(points, 12, seed=0, rounds=20)
    found, _ = assign(points, Packs.of(centres))
    assert np.bincount(found, minlength=12).min() > 0
    same = k_means(np.ones((50, 3), np.float32), 20, seed=0)
    assert np.array_equal(same, np.ones((20, 3), np.float32))


def test_k_means_never_gains_loss():
    points, losses = normal(500, 6), []
    for rounds in range(1, 9):
        centres = k_means(points, 20, seed=1, rounds=rounds)
        losses.append(np.square(points - centres[assign(points, Packs.of(centres))[0]]).sum())
    assert np.all(np.diff(losses) <= 1e-3)


def test_second_centres_have_the_least_loss():
    points, centres = normal(200, 7), normal(15, 7, seed=2)
    own, _ = assign(points, Packs.of(centres))
    for x, first, second in zip(points, own, second_centres(points, centres, own), strict=True):
        away = (x - centres[first]) / np.linalg.norm(x - centres[first])
        losses = [np.sum((x - c) ** 2) + (away @ (x - c)) ** 2 for c in centres]
        losses[first] = np.inf
        assert losses[second] == pytest.approx(min(losses), rel=1e-4)
        assert second != first


@pytest.mark.parametrize(("dim", "width", "weight"), [(1, 1, 0.0), (7, 2, 1.5), (12, 4, 3.0), (9, 3, 0.0)])
def test_encoding_is_coordinate_descent(dim, width, weight):
    points, centres = normal(60, dim), normal(60, dim, seed=1) / 2
    coder = Coder.train(points, centres, width=width, weight=weight, euclidean=False, seed=1)
    books, subspaces = coder.books.astype(np.float64), coder.subspaces
    found, extra = coder.encode(points, centres)
    wide = np.zeros((60, subspaces * width))
    for i, (point, near) in enumerate(zip(points.astype(np.float64), centres, strict=True)):
        x, r = wide[i], np.zeros(subspaces * width)
        x[:dim], r[:dim] = point, point - near
        codes = found[i].tolist()
        descended = reference.encode(x, r, books, weight, 2 if weight else 0)
        losses = [reference.loss(x, r, c, books, weight) for c in (codes, descended)]
        assert losses[0] == pytest.approx(losses[1], rel=1e-3)  # equal but for ties
        nearest = reference.encode(x, r, books, 0.0, 0)
        assert losses[0] <= reference.loss(x, r, nearest, books, weight) * (1 + 1e-6)
        error = r - reference.decoded(codes, books)
        assert extra[i] == pytest.approx(error @ x / (x @ x), abs=1e-4)


@pytest.mark.parametrize("euclidean", [False, True])
def test_packing_rounds_the_extra_number_to_a_step(euclidean):
    coder = Coder(np.zeros((5, 2, 16), np.float32), 10, 0.0, euclidean)
    codes = np.random.default_rng(0).integers(16, size=(40, 5)).astype(np.uint8)
    extra, ranges = normal(40), np.tile(np.array([-1.5, 3.0], np.float32), (40, 1))
    for line, before, number in zip(coder.pack(codes, extra, ranges), codes.tolist(), extra, strict=True):
        after = reference.unpacked(line)
        assert after[:5] == before
        again = reference.extra_number(after[5 : 5 + coder.digits], -1.5, 3.0)
        assert abs(again - np.clip(number, -1.5, 1.5)) <= 1.5 / (16**coder.digits - 1) + 1e-6


def test_the_weight_is_that_of_the_paper():
    """Theorem 3.4 for a threshold T: the ratio of the weights is (d - 1) T^2 / (1 - T^2)."""
    for threshold, dim in ((0.2, 100), (0.3, 40)):
        ratio = (dim - 1) * threshold**2 / (1 - threshold**2)
        assert anisotropic_weight(threshold, dim) + 1 == pytest.approx(ratio)
    assert anisotropic_weight(0.2, 1) == 0.0


@pytest.mark.parametrize("width", [1, 2, 5])
def test_centres_move_to_where_the_loss_is_least(width):
    """Against least squares: every residual r and every product e . x asks for something, each with its weight."""
    points, residuals, books = normal(90, 4 * width), normal(90, 4 * width, seed=1), normal(4, width, 16, seed=2)
    scales = np.random.default_rng(3).random(90).astype(np.float32)
    scales[:20] = 0
    codes = np.random.default_rng(4).integers(14, size=(90, 4)).astype(np.uint8)  # the last two stand for nothing
    errors = residuals - np.stack([reference.decoded(line, books) for line in codes])
    along = np.einsum("ij,ij->i", errors, points)
    moved = moved_books(books, points, residuals, (codes, along, scales), 2)
    for s in range(4):
        x, r, e = (array[:, s * width : (s + 1) * width] for array in (points, residuals, errors))
        goal = np.sqrt(scales) * (along - (x * e).sum(1) + (x * r).sum(1))
        for code in range(14):
            mine = codes[:, s] == code
            rows = np.concatenate([np.tile(np.eye(width), (mine.sum(), 1)), (np.sqrt(scales)[:, None] * x)[mine]])
            best = np.linalg.lstsq(rows, np.concatenate([r[mine].reshape(-1), goal[mine]]), rcond=None)[0]
            np.testing.assert_allclose(moved[s, :, code], best, atol=1e-4)
        assert np.array_equal(moved[s, :, 14:], books[s, :, 14:])


def test_training_the_score_aware_loss_lowers_it():
    points = normal(3000, 16)
    centres = np.zeros_like(points)
    weight = 4.0
    losses = []
    for trained in (0.0, weight):
        coder = Coder.train(points, centres, width=2, weight=trained, euclidean=False)
        coder = Coder(coder.books, 16, weight, False)
        found, _ = coder.encode(points, centres)
        losses.append(sum(reference.loss(x, x, c, coder.books, weight) for x, c in zip(points, found, strict=True)))
    assert losses[1] < losses[0]


@pytest.mark.parametrize("wanted", [1, 5, 40, 200])
def test_the_best_leaves_are_chosen_best_first(wanted):
    centres, radii = normal(200, 10), np.abs(normal(200, seed=1))
    queries, packs = normal(11, 10, seed=2), Packs.of(normal(200, 10), -0.5 * radii)
    leaves, offsets = choose_of_all(fixed(queries), kernels.COSINE, packs, wanted)
    for query, chosen, scores in zip(queries, leaves, offsets, strict=True):
        np.testing.assert_allclose(scores, centres[chosen] @ query, rtol=1e-4, atol=1e-4)
        expected = reference.best_leaves(query, centres, radii, wanted)
        reach = centres @ query + radii / 2 * np.linalg.norm(query)
        assert len(set(chosen.tolist())) == wanted
        # a bucket of scores may come in any order
        np.testing.assert_allclose(reach[chosen], reach[expected], atol=np.ptp(reach) / 500)


def tiers_of(levels):
    start = 0
    for count in levels.counts.tolist():
        part = slice(start, start + count)
        ends = np.cumsum(levels.below[part]).tolist()
        children = [range(first, last) for first, last in pairwise([0, *ends])]
        yield levels.nodes[part], levels.radii[part], children
        start += count


@pytest.mark.parametrize("above", [1, 2, 3])
def test_levels_are_clusterings_of_what_is_below(above):
    centres = normal(700, 6)
    levels, order = Levels.of(centres, above, seed=3, threads=2)
    assert sorted(order.tolist()) == list(range(700))
    expected = [round(700 ** (level / (above + 1))) for level in range(1, above + 1)]
    assert np.abs(levels.counts - expected).max() <= 5  # a few nodes may have been left without anything below
    for (nodes, radii, children), (below, *_) in pairwise([*tiers_of(levels), (centres[order],)]):
        assert [child for part in children for child in part] == list(range(len(below)))
        for node, part in enumerate(children):
            assert {reference.nearest_centre(below[child], nodes) for child in part} == {node}
            away = np.square(below[part.start : part.stop] - nodes[node]).sum(1)
            assert radii[node] == pytest.approx(np.sqrt(away.mean()), rel=1e-4)


@pytest.mark.parametrize(("above", "wanted"), [(1, 1), (1, 7), (1, 30), (2, 3), (3, 5)])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_query_is_led_down_by_the_best_nodes(above, wanted, metric):
    euclidean, centres = metric == "euclidean", normal(2500, 7)
    levels, order = Levels.of(centres, above, seed=1)
    centres, radii = centres[order], np.abs(normal(2500, seed=1))
    queries, packs = fixed(normal(13, 7, seed=2)), Packs.of(centres, None if euclidean else -0.5 * radii)
    numbers = levels.followed(wanted, 2500)
    leaves, offsets = levels.choose(queries, getattr(kernels, metric.upper()), packs, wanted)
    same = 0
    for query, chosen, scores in zip(queries, leaves, offsets, strict=True):
        bias = np.square(centres[chosen]).sum(1) / 2 if euclidean else 0
        np.testing.assert_allclose(scores, centres[chosen] @ query - bias, rtol=1e-4, atol=1e-4)
        near = reference.compared(query, list(tiers_of(levels)), numbers, euclidean)
        assert len(near) < 2500
        if euclidean:
            best = reference.nearest_leaves(query, centres[near], wanted)
        else:
            best = reference.best_leaves(query, centres[near], radii[near], wanted)
        assert len(set(chosen.tolist())) == wanted
        same += len(set(chosen.tolist()) & {near[at] for at in best})
    assert same >= 0.95 * leaves.size  # a bucket of scores may come in any order, and its last is in or out


def test_nodes_that_hold_too_little_are_not_all_that_is_compared():
    """One node has nearly all leaves; whoever is led to the others still gets as many as are wanted."""
    centres = np.concatenate([normal(2000, 4) / 100, 100 * normal(40, 4, seed=1)])
    levels, order = Levels.of(centres, 1, seed=2)
    packs, queries = Packs.of(centres[order]), fixed(100 * normal(30, 4, seed=3))
    followed = levels.followed(35, 2040)
    leaves, offsets = levels.choose(queries, kernels.EUCLIDEAN, packs, 35)
    for query, chosen in zip(queries, leaves, strict=True):
        near = reference.compared(query, list(tiers_of(levels)), followed, euclidean=True)
        if len(near) < 35:
            assert set(chosen.tolist()) == set(choose_of_all(query[None], kernels.EUCLIDEAN, packs, 35)[0][0].tolist())
        assert len(set(chosen.tolist())) == 35
    assert np.isfinite(offsets).all()


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize(("dim", "width"), [(9, 2), (16, 2), (31, 3), (40, 1)])
def test_the_scan_keeps_the_best_by_the_tables(metric, dim, width):
    matrix = normal(700, dim)
    index = TreeAH.build(Rows.of(matrix, metric), leaves=9, width=width, threads=1)
    queries = normal(4, dim, seed=3)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    wanted, candidates = 4, 50
    code = {"cosine": kernels.COSINE, "dot": 1, "euclidean": kernels.EUCLIDEAN}[metric]
    leaves, offsets = choose_of_all(fixed(queries), code, index._packs, wanted)
    lists, nothing = np.full((4, 2 * candidates + 64), -1, np.int64), np.zeros(0, bool)
    found, scores = np.full((4, 1), -1, np.int64), np.empty((4, 1), np.float32)
    queries.flags.writeable = nothing.flags.writeable = False  # as `TreeAH` calls it, so that it is compiled once
    tree = kernels.Tree(*index._scanned, code)
    kernels.search(tree, queries, np.arange(4), leaves, offsets, candidates, nothing, found, scores, lists)
    rows, owners, packed = index.layout.points()
    for query, chosen, offset, listed in zip(queries, leaves, offsets, lists, strict=True):
        times = 1.0 if metric == "euclidean" else max(offset.max(), 0)
        bias = np.square(index.centres).sum(1) / 2 if metric == "euclidean" else np.zeros(9)
        expected = {}
        for row, leaf, line in zip(rows.tolist(), owners, packed, strict=True):
            if leaf in chosen:
                codes, centre, books = reference.unpacked(line), index.centres[leaf], index.coder.books
                digits = codes[len(books) : len(books) + index.coder.digits]
                extra = times * reference.extra_number(digits, *index.shape[leaf, 1:]) - bias[leaf]
                expected[row] = reference.scanned_score(query, centre, codes, books, extra)
        listed = listed[listed >= 0].tolist()
        assert candidates <= len(listed) == len(set(listed))
        ranked = sorted(expected.values(), reverse=True)
        span = np.ptp(list(expected.values()))
        assert min(expected[row] for row in listed) >= ranked[candidates - 1] - 0.05 * span
        missed = set(expected) - set(listed)
        assert max(expected[row] for row in missed) <= ranked[candidates - 1] + 0.05 * span


SCRIPT = """
import json, numpy as np
from vicinal.index.rows import Rows
from vicinal.index.tree_ah import TreeAH
random = np.random.default_rng(7)
for metric in ("cosine", "euclidean"):
    matrix = random.normal(size=(70, 5)).astype(np.float32)
    index = TreeAH.build(Rows.of(matrix, metric), threads=1, leaves=4)
    queries = random.normal(size=(6, 5)).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    rows, scores = index.search(queries, 4, setting={"leaves": 3, "candidates": 12})
    print(json.dumps([rows.tolist(), scores.tolist()]))
"""


def test_any_processor_and_the_interpreter_find_the_same():
    answers = []
    for change in ({}, {"NUMBA_DISABLE_JIT": "1"}, {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}):
        env = {**os.environ, **change, "PYTHONPATH": os.pathsep.join(sys.path)}
        run = subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True)
        answers.append([json.loads(line) for line in run.stdout.splitlines()])
    for other in answers[1:]:
        for (rows, scores), (others, near) in zip(answers[0], other, strict=True):
            assert np.mean(np.array(rows) == np.array(others)) > 0.9  # roundings may turn a code or a candidate
            np.testing.assert_allclose(np.array(scores)[:, 0], np.array(near)[:, 0], atol=0.05)
