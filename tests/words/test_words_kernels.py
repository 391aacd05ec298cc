"""Kernels against their readable twin, and against finite differences."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vicinal.words.huffman import huffman_paths
from vicinal.words.noise import keep_thresholds, noise_table
from vicinal.words.weights import Matrices

ARCHITECTURES = ("skipgram", "cbow")
OBJECTIVES = ("negative_sampling", "hierarchical_softmax", "softmax")
CASES = [
    (a, o, s, shrink, dim)
    for a, o in itertools.product(ARCHITECTURES, OBJECTIVES)
    for s in ((0, 1, 4) if o == "negative_sampling" else (4,))
    for shrink, dim in ((True, 20), (False, 16))
]


def small_corpus(words=40, sentences=12, seed=3):
    """Sentences that hold no word twice: with two copies in a window, a step's order of additions would show."""
    rng = np.random.default_rng(seed)
    mass = 1 / np.arange(1, words + 1)
    drawn = [rng.choice(words, rng.integers(1, words), False, mass / mass.sum()).tolist() for _ in range(sentences)]
    return [*drawn, list(range(words))]  # every word is there at least once


def run_kernel(sentences, architecture, objective, sharing, shrink, dim, window=3, negatives=5):
    from vicinal.words import _examples_kernels as kernels

    ids = np.array(list(itertools.chain(*sentences)), np.int32)
    offsets = np.r_[0, np.cumsum([len(s) for s in sentences])].astype(np.int64)
    counts = np.bincount(ids)
    n = len(counts)
    matrices = Matrices(n, dim, threads=1)
    matrices.fill(np.arange(n, dtype=np.uint64), 0, 1)
    matrices.inputs[:] *= 20
    rng = np.random.default_rng(1)
    paths = huffman_paths(counts)
    matrices.outputs[:] = rng.normal(0, 0.3, (n, dim))
    before = matrices.inputs.astype(np.float64), matrices.outputs.astype(np.float64)
    noise, keep = noise_table(counts), keep_thresholds(counts, 0.05)
    longest = {"negative_sampling": negatives + 1, "softmax": n}.get(objective, paths.longest)
    plan = kernels.Plan(
        ARCHITECTURES.index(architecture), OBJECTIVES.index(objective), window, int(shrink), negatives, sharing, n,
        longest, np.uint64(99),
    )  # fmt: skip
    text, targets = kernels.Text(ids, offsets, keep), kernels.Targets(noise, *paths)
    loss, examples = kernels.train_range(text, matrices.for_thread(0), targets, plan, 0, len(ids), (0.1, 0.02))
    figures = {
        "architecture": architecture, "objective": objective, "sharing": sharing, "shrink": shrink, "window": window,
        "negatives": negatives, "vocabulary": n, "seed": 99,
    }  # fmt: skip
    return matrices, before, (keep, noise, paths, figures), loss, examples


@pytest.mark.parametrize(("architecture", "objective", "sharing", "shrink", "dim"), CASES)
def test_kernel_equals_twin(twin, architecture, objective, sharing, shrink, dim):
    sentences = small_corpus()
    matrices, (inputs, outputs), (keep, noise, paths, plan), loss, examples = run_kernel(
        sentences, architecture, objective, sharing, shrink, dim
    )
    expected_loss, expected_examples = twin.train(sentences, keep, inputs, outputs, noise, paths, plan, (0.1, 0.02))
    assert examples == expected_examples > 100
    assert loss == pytest.approx(expected_loss, rel=1e-5)
    np.testing.assert_allclose(matrices.inputs, inputs, atol=2e-5)
    np.testing.assert_allclose(matrices.outputs, outputs, atol=2e-5)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_small_vocabularies_get_fewer_negatives(twin, architecture):
    sentences = [[0, 1, 0, 1, 1], [1, 0]]
    matrices, (inputs, outputs), (keep, noise, paths, plan), loss, examples = run_kernel(
        sentences, architecture, "negative_sampling", 4, True, 16
    )
    expected, pairs = twin.train(sentences, keep, inputs, outputs, noise, paths, plan, (0.1, 0.02))
    assert (examples, np.isfinite(matrices.inputs).all()) == (pairs, True)
    assert loss == pytest.approx(expected, rel=0.05)


def test_pieces_do_not_change_what_is_drawn(twin):
    """Cutting the work anywhere trains the same pairs: windows look across the cut, and chance follows positions."""
    from vicinal.words import _examples_kernels as kernels

    sentences = [list(np.random.default_rng(0).integers(0, 30, 400)), list(range(30))]
    ids = np.concatenate(sentences).astype(np.int32)
    text = kernels.Text(ids, np.array([0, 400, 430]), keep_thresholds(np.bincount(ids), 0.01))
    targets = kernels.Targets(
        noise_table(np.bincount(ids)), np.zeros(1, np.int64), np.zeros(1, np.int32), np.zeros(1, np.float32)
    )
    plan = kernels.Plan(0, 0, 4, 1, 5, 1, 30, 6, np.uint64(5))

    def run(cuts):
        matrices = Matrices(30, 16, threads=1)
        matrices.fill(np.arange(30, dtype=np.uint64), 0, 1)
        weights, examples = matrices.for_thread(0), 0
        for first, last in itertools.pairwise(cuts):
            examples += kernels.train_range(text, weights, targets, plan, first, last, (0.05, 0.05))[1]
        return examples, matrices.inputs.copy()

    whole, vectors = run([0, 430])
    pieces, same = run([0, 1, 7, 200, 399, 400, 401, 430])
    assert whole == pieces
    np.testing.assert_array_equal(vectors, same)


@pytest.mark.parametrize(("m", "n"), [(1, 3), (2, 3), (3, 6), (5, 9), (10, 15), (4, 12)])
def test_step_follows_the_gradient(m, n):
    """The move of every row is minus the rate times the finite-difference gradient of the loss."""
    from vicinal.words import _examples_kernels as examples
    from vicinal.words import _objective_kernels as objective

    rng = np.random.default_rng(m * 100 + n)
    inputs, outputs = rng.normal(0, 0.5, (m, 16)), rng.normal(0, 0.5, (n, 16))
    signs = rng.choice([-1.0, 1.0], n)

    def loss(a, b):
        return np.log1p(np.exp(-signs * (a @ b.T))).sum()

    plan = examples.Plan(0, 0, 10, 0, n, 1, 100, n, np.uint64(0))
    room, rate = examples.make_room(plan, np.uint64(16)), 1e-3
    room.signs[: m * n] = np.tile(signs, m)
    flat_in, flat_out = inputs.astype(np.float32).ravel(), outputs.astype(np.float32).ravel()
    room.in_at[:m], room.out_at[:n] = np.arange(m) * 16, np.arange(n) * 16
    objective.logistic_step(flat_in, room.in_at, m, flat_out, room.out_at, n, np.uint64(16), np.float32(rate), room)
    assert room.tally[0] - np.log(room.tally[1]) == pytest.approx(loss(inputs, outputs), rel=1e-5)
    step = 1e-5
    for side, moved in ((0, flat_in), (1, flat_out)):
        base = (inputs, outputs)[side]
        for i, d in itertools.product(range(len(base)), (0, 7, 15)):
            ends = []
            for sign in (1, -1):
                pair = [inputs.copy(), outputs.copy()]
                pair[side][i, d] += sign * step
                ends.append(loss(*pair))
            gradient = (ends[0] - ends[1]) / (2 * step)
            assert moved.reshape(base.shape)[i, d] - base[i, d] == pytest.approx(-rate * gradient, abs=2e-7)


def test_sigmoid_is_within_its_stated_error():
    from vicinal.words import _objective_kernels as objective

    x = np.linspace(-7.9, 7.9, 1600).astype(np.float32)
    scores, right, tally = x.copy(), np.empty_like(x), np.array([0.0, 1.0])
    objective.logistic_gradients(scores, np.ones_like(x), len(x), np.float32(1.0), right, tally)
    exact = 1 / (1 + np.exp(-x.astype(np.float64)))
    assert np.abs(right - exact).max() < 1e-6
    assert tally[0] - np.log(tally[1]) == pytest.approx(-np.log(exact).sum(), rel=1e-6)


def test_kernels_run_without_the_compiler():
    """With the JIT off the same code runs in the interpreter and gives the same figures.

    There counters that wrap around, as they should, make numpy warn.
    """
    code = (
        "import numpy, runpy, warnings; warnings.simplefilter('error')\n"
        f"m = runpy.run_path({str(Path(__file__))!r})\n"
        "s = m['small_corpus'](12, 3)\n"
        "with numpy.errstate(over='ignore'):\n"
        "  for case in ('skipgram negative_sampling', 'cbow hierarchical_softmax', 'skipgram softmax'):\n"
        "    r = m['run_kernel'](s, *case.split(), 4, True, 20); print(round(r[3], 3), r[4])\n"
    )
    outputs = []
    for disabled in ("0", "1"):
        env = {**os.environ, "NUMBA_DISABLE_JIT": disabled, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", code], env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        outputs.append([[float(x) for x in line.split()] for line in done.stdout.splitlines()])
    np.testing.assert_allclose(outputs[0], outputs[1], rtol=1e-3)


def test_hot_rows_are_merged_by_what_each_copy_gained():
    from vicinal.words import _examples_kernels as kernels

    matrices = Matrices(300, 16, threads=2)
    matrices.inputs[:] = 1.0
    first, second = matrices.for_thread(0), matrices.for_thread(1)
    copies = [slice(int(w.shift) * 16, (int(w.shift) + matrices.hot) * 16) for w in (first, second)]
    first.inputs[copies[0]] += 2.0
    second.inputs[copies[1]] += 3.0
    for weights in (first, second, first):
        kernels.merge_rows(weights.inputs, weights.seen_inputs, weights)
    assert set(matrices.inputs[: matrices.hot].ravel()) == {6.0}
    assert set(first.inputs[copies[0]]) == {6.0}
    assert set(matrices.inputs[matrices.hot :].ravel()) == {1.0}
