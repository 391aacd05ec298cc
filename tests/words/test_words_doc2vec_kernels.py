"""Paragraph-vector kernels against their readable twin, and against finite differences."""

import itertools
import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from vicinal.words.document_weights import DocumentMatrices
from vicinal.words.huffman import huffman_paths
from vicinal.words.noise import keep_thresholds, noise_table

MODES = ("dbow", "mean", "sum", "concat")
OBJECTIVES = ("negative_sampling", "hierarchical_softmax")
CASES = [
    (mode, objective, words, sharing, negatives, dim)
    for mode, words in (("dbow", False), ("dbow", True), ("mean", True), ("sum", True), ("concat", True))
    for objective in OBJECTIVES
    for sharing, negatives, dim in (((0, 5, 16), (4, 5, 20), (1, 8, 16)) if objective[0] == "n" else ((4, 5, 20),))
]
RATES = (0.1, 0.02)


@pytest.fixture(scope="module")
def documents_twin():
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "reference" / "words_documents.py")))


def small_documents(words=40, documents=14, seed=3):
    """Documents that hold no word twice: with two copies in a window, a step's order of additions would show."""
    rng = np.random.default_rng(seed)
    mass = 1 / np.arange(1, words + 1)
    drawn = [rng.choice(words, rng.integers(0, words), False, mass / mass.sum()).tolist() for _ in range(documents)]
    return [[], *drawn, [], list(range(words)), [words // 2], []]


def set_up(documents, mode, objective, window, sharing, negatives, dim, shrink=True):
    from vicinal.words import _documents_kernels as kernels
    from vicinal.words._examples_kernels import Plan, Targets

    ids = np.array(list(itertools.chain(*documents)), np.int32)
    offsets = np.r_[0, np.cumsum([len(d) for d in documents])].astype(np.int64)
    counts = np.bincount(ids)
    n, parts = len(counts), 2 * window + 1 if mode == "concat" else 1
    matrices = DocumentMatrices(len(documents), n, dim, parts=parts, threads=1)
    rng = np.random.default_rng(1)
    for matrix in (matrices.documents, matrices.inputs, matrices.outputs):
        matrix[:] = rng.normal(0, 0.3, matrix.shape)
    model = {
        "documents": matrices.documents.astype(float), "inputs": matrices.inputs.astype(float),
        "outputs": matrices.outputs.reshape(n, -1).astype(float),
    }  # fmt: skip
    noise, keep, paths = noise_table(counts), keep_thresholds(counts, 0.05), huffman_paths(counts)
    longest = negatives + 1 if objective == "negative_sampling" else paths.longest
    plan = Plan(
        0, OBJECTIVES.index(objective), window + 1, int(shrink), negatives, sharing, n, longest + 3, np.uint64(99)
    )
    job = kernels.Job(plan, MODES.index(mode), window, n, 1)
    figures = {
        "mode": mode, "objective": objective, "window": window, "shrink": shrink, "negatives": negatives,
        "sharing": sharing, "vocabulary": n,
    }  # fmt: skip
    text, targets = kernels.Text(ids, offsets, keep), Targets(noise, *paths)
    return kernels, matrices, text, targets, job, (model, keep, (noise, paths), figures)


def run_training(documents, mode, objective, words, sharing, negatives, dim, cuts=None):
    window = 3 if words else 0
    kernels, matrices, text, targets, job, reference = set_up(
        documents, mode, objective, window, sharing, negatives, dim
    )
    weights, loss, examples = matrices.for_thread(0), 0.0, 0
    total = len(text.ids)
    for first, last in itertools.pairwise(cuts or [0, total]):
        rates = tuple(RATES[0] + (RATES[1] - RATES[0]) * at / total for at in (first, last))
        done = kernels.train_range(text, matrices.flat, *weights, targets, job, first, last, rates)
        loss, examples = loss + done[0], examples + done[1]
    return matrices, loss, examples, reference


@pytest.mark.parametrize(("mode", "objective", "words", "sharing", "negatives", "dim"), CASES)
def test_training_equals_twin(documents_twin, mode, objective, words, sharing, negatives, dim):
    documents = small_documents()
    matrices, loss, examples, (model, keep, targets, plan) = run_training(
        documents, mode, objective, words, sharing, negatives, dim
    )
    expected = documents_twin.train(documents, keep, model, targets, plan, RATES, 99)
    assert examples == expected[1] > 50
    assert loss == pytest.approx(expected[0], rel=1e-5)
    np.testing.assert_allclose(matrices.documents, model["documents"], atol=2e-5)
    np.testing.assert_allclose(matrices.inputs, model["inputs"], atol=2e-5)
    np.testing.assert_allclose(matrices.outputs.reshape(len(keep), -1), model["outputs"], atol=2e-5)


@pytest.mark.parametrize(("mode", "words"), [("dbow", False), ("dbow", True), ("mean", True), ("concat", True)])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_inference_equals_twin(documents_twin, mode, words, objective):
    documents, window, dim, epochs = small_documents(), 2 if words else 0, 20, 3
    kernels, matrices, text, targets, job, (model, keep, chosen, plan) = set_up(
        documents, mode, objective, window, 4, 5, dim
    )
    before = matrices.inputs.copy(), matrices.outputs.copy()
    job = job._replace(learn=0)
    flat = np.zeros_like(matrices.flat)
    weights = matrices.for_thread(0)
    n = len(documents)
    for first, last in ((5, n), (0, 5)):  # in any order
        kernels.infer_range(text, flat, dim, *weights, targets, job, first, last, epochs, RATES)
    rows = flat.reshape(n, -1)[:, :dim]
    for row, document in zip(rows, documents, strict=True):
        expected = documents_twin.infer(document, keep, model, chosen, plan, RATES, 99, epochs, dim)
        np.testing.assert_allclose(row, expected if document else 0, atol=1e-5)
    np.testing.assert_array_equal(matrices.inputs, before[0])
    np.testing.assert_array_equal(matrices.outputs, before[1])


@pytest.mark.parametrize("mode", ["dbow", "mean"])
def test_pieces_do_not_change_what_is_drawn(mode):
    documents = small_documents()
    total = sum(map(len, documents))
    options = (mode, "negative_sampling", mode == "mean", 1, 5, 16)
    whole = run_training(documents, *options)
    pieces = run_training(documents, *options, cuts=[0, 1, total // 3, total // 2, total])
    assert whole[2] == pieces[2]
    np.testing.assert_allclose(whole[0].documents, pieces[0].documents, atol=1e-3)  # rates are piecewise straight
    np.testing.assert_allclose(whole[1], pieces[1], rtol=1e-3)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("mode", MODES)
def test_first_step_follows_the_gradient(mode, objective):
    """The move of every row is minus the rate times the finite-difference gradient of the loss.

    But the rows of a mean, which as in word2vec get the gradient of the mean itself, undivided by their number.
    """
    window = 0 if mode == "dbow" else 1
    document = [0, 1, 2]  # its middle word alone is trained on
    kernels, matrices, text, targets, job, (model, _, (_, paths), _) = set_up(
        [document, list(range(6))], mode, objective, window, 0, 2, 16, shrink=False
    )
    text = text._replace(keep=np.full(6, 2**32 - 1, np.uint32))
    rate = 1e-3
    from vicinal.words._examples_kernels import chance, draw_negatives

    drawn = np.empty(8, np.uint32)
    random = np.uint64(chance(job.plan, 1))
    found = draw_negatives(targets.noise, 6, 2, np.uint32(1), random, drawn)
    path = slice(paths.offsets[1], paths.offsets[2])
    sampled = objective == "negative_sampling"
    chosen = [1, *drawn[:found].tolist()] if sampled else paths.nodes[path].tolist()
    signs = np.array([1.0] + [-1.0] * found) if sampled else paths.signs[path].astype(float)
    context = {"dbow": [], "concat": [0, 2]}.get(mode, [0, 2])

    def loss(model):
        rows = [model["documents"][0], *model["inputs"][context]]
        bag = np.concatenate(rows) if mode == "concat" else np.sum(rows, 0) / (len(rows) if mode == "mean" else 1)
        return np.log1p(np.exp(-signs * (model["outputs"][chosen] @ bag))).sum()

    seen = kernels.train_range(text, matrices.flat, *matrices.for_thread(0), targets, job, 1, 2, (rate, rate))
    assert seen == (pytest.approx(loss(model), rel=1e-5), 1)
    moved = {"documents": matrices.documents, "inputs": matrices.inputs, "outputs": matrices.outputs.reshape(6, -1)}
    step = 1e-5
    for name, matrix in model.items():
        undivided = 3 if mode == "mean" and name != "outputs" else 1
        for i, d in itertools.product(range(len(matrix)), (0, 7, 15)):
            ends = []
            for sign in (1, -1):
                changed = {**model, name: matrix.copy()}
                changed[name][i, d] += sign * step
                ends.append(loss(changed))
            gradient = undivided * (ends[0] - ends[1]) / (2 * step)
            assert moved[name][i, d] - matrix[i, d] == pytest.approx(-rate * gradient, abs=3e-7), (name, i, d)


def test_kernels_run_without_the_compiler():
    """With the JIT off the same code runs in the interpreter; its counters wrap around, as they should."""
    code = (
        "import numpy, runpy, warnings; warnings.simplefilter('error')\n"
        f"m = runpy.run_path({str(Path(__file__))!r})\n"
        "s = m['small_documents'](10, 3)\n"
        "with numpy.errstate(over='ignore'):\n"
        "  for case in m['CASES'][::3]:\n"
        "    r = m['run_training'](s, *case); print(round(r[1], 3), r[2])\n"
    )
    outputs = []
    for disabled in ("0", "1"):
        env = {**os.environ, "NUMBA_DISABLE_JIT": disabled, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        outputs.append([[float(x) for x in line.split()] for line in done.stdout.splitlines()])
    np.testing.assert_allclose(outputs[0], outputs[1], rtol=1e-3)
