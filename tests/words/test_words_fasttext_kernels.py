"""The kernels of bags and of subwords against their readable twin."""

import itertools
import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.data.subwords import hash_subword, subword_buckets, subwords
from vicinal.errors import BadOption
from vicinal.words._bags import Bags, packed
from vicinal.words.noise import keep_thresholds, noise_table
from vicinal.words.weights import Matrices

TWIN = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "reference" / "words_bags.py")))
ARCHITECTURES = ("skipgram", "cbow")


def small_corpus(words=40, sentences=12, seed=3):
    rng = np.random.default_rng(seed)
    mass = 1 / np.arange(1, words + 1)
    drawn = [rng.choice(words, rng.integers(1, 40), True, mass / mass.sum()).tolist() for _ in range(sentences)]
    return [*drawn, list(range(words))]


def run_kernel(sentences, architecture, sharing, shrink, dim, window=3, negatives=5):
    from vicinal.words import _bags_kernels as kernels
    from vicinal.words._examples_kernels import Plan, Targets, Text

    ids = np.array(list(itertools.chain(*sentences)), np.int32)
    text_offsets = np.r_[0, np.cumsum([len(s) for s in sentences])].astype(np.int64)
    counts = np.bincount(ids)
    n, rng = len(counts), np.random.default_rng(1)
    sizes = rng.integers(1, 9, n)
    bags = [[w, *rng.integers(n, n + 30, size - 1).tolist()] for w, size in enumerate(sizes)]
    offsets = np.r_[0, np.cumsum(sizes)].astype(np.int64)
    matrices = Matrices(n + 30, dim, threads=1)
    matrices.inputs[:] = rng.normal(0, 0.3, (n + 30, dim))
    matrices.outputs[:n] = rng.normal(0, 0.3, (n, dim))
    before = matrices.inputs.astype(np.float64), matrices.outputs.astype(np.float64)
    noise, keep = noise_table(counts), keep_thresholds(counts, 0.05)
    nothing = (np.zeros(1, np.int64), np.zeros(1, np.int32), np.zeros(1, np.float32))
    plan = Plan(
        ARCHITECTURES.index(architecture), 0, window, int(shrink), negatives, sharing, n, negatives + 1, np.uint64(99)
    )
    own = kernels.Bags(offsets, np.array(list(itertools.chain(*bags)), np.int32))
    loss, examples = kernels.train_bag_range(
        Text(ids, text_offsets, keep), matrices.for_thread(0), Targets(noise, *nothing), plan, own, int(sizes.max()),
        0, len(ids), (0.1, 0.02),
    )  # fmt: skip
    figures = {
        "architecture": architecture, "sharing": sharing, "shrink": shrink, "window": window, "negatives": negatives,
        "vocabulary": n, "seed": 99,
    }  # fmt: skip
    expected = TWIN.train(sentences, keep, bags, *before, noise, figures, (0.1, 0.02))
    return matrices, before, (loss, examples), expected


CASES = [(a, s, shrink, dim) for a in ARCHITECTURES for s in (0, 1, 4) for shrink, dim in ((True, 20), (False, 16))]


@pytest.mark.parametrize(("architecture", "sharing", "shrink", "dim"), CASES)
def test_kernel_equals_twin(architecture, sharing, shrink, dim):
    matrices, (inputs, outputs), found, expected = run_kernel(small_corpus(), architecture, sharing, shrink, dim)
    assert found[1] == expected[1] > 100
    assert found[0] == pytest.approx(expected[0], rel=1e-5)
    np.testing.assert_allclose(matrices.inputs, inputs, atol=2e-5)
    np.testing.assert_allclose(matrices.outputs, outputs, atol=2e-5)


def test_tiny_vocabularies_stay_finite():
    matrices, (inputs, _), found, expected = run_kernel([[0, 1, 0, 1, 1], [1, 0]], "skipgram", 4, True, 16)
    assert found[1] == expected[1]
    np.testing.assert_allclose(matrices.inputs, inputs, atol=2e-5)


def test_kernels_run_without_the_compiler():
    """With the JIT off counters that wrap around, as they should, make numpy warn."""
    code = (
        "import numpy, runpy, warnings; warnings.simplefilter('error')\n"
        f"m = runpy.run_path({str(Path(__file__))!r})\n"
        "with numpy.errstate(over='ignore'):\n"
        "  for a in ('skipgram', 'cbow'):\n"
        "    r = m['run_kernel']([[0, 1, 2, 1, 3], [4, 0]], a, 4, True, 16)\n"
        "    assert r[2][1] == r[3][1] and abs(r[2][0] / r[3][0] - 1) < 1e-4\n"
        "    numpy.testing.assert_allclose(r[0].inputs, r[1][0], atol=2e-5)\n"
        "  o, i = m['subword_buckets'](['naïve', '</s>'], buckets=1000)\n"
        "  assert i.tolist() == [m['hash_subword'](s) % 1000 for s in m['subwords']('naïve')]\n"
    )
    env = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=12).filter(lambda word: word != "</s>")


@settings(max_examples=60, deadline=None)
@given(st.lists(words, max_size=5), st.integers(1, 4), st.integers(0, 4), st.integers(1, 2**31 - 1))
def test_buckets_equal_their_definition(items, min_n, more, buckets):
    offsets, ids = subword_buckets(items, min_n=min_n, max_n=min_n + more, buckets=buckets)
    assert (offsets[0], offsets[-1]) == (0, len(ids))
    for word, begin, end in zip(items, offsets, offsets[1:]):
        grams = subwords(word, min_n=min_n, max_n=min_n + more)
        assert sorted(grams) == sorted(TWIN.subwords(word, min_n, min_n + more))
        assert ids[begin:end].tolist() == [TWIN.fnv1a(gram.encode()) % buckets for gram in grams]
        assert [hash_subword(gram) for gram in grams] == [TWIN.fnv1a(gram.encode()) for gram in grams]


def test_hash_is_fnv1a_with_signed_bytes():
    """Published values of FNV-1a (32 bits) for ASCII; bytes above 127 count as negative numbers, as in fastText."""
    assert [hash_subword(s) for s in ("", "a", "foobar")] == [0x811C9DC5, 0xE40C292C, 0xBF9CF968]
    assert hash_subword(b"\xff") == (0x811C9DC5 ^ 0xFFFFFFFF) * 16777619 % 2**32


def test_where_is_listed_as_in_the_paper():
    """Bojanowski et al. 2017, section 3.2: the 3-grams of "where"."""
    assert subwords("where", min_n=3, max_n=3) == ["<wh", "whe", "her", "ere", "re>"]


def test_broken_utf8_is_cut_at_lead_bytes():
    _, ids = subword_buckets([b"a\x97b"], min_n=2, max_n=2, buckets=10**9)
    assert ids.tolist() == [hash_subword(g) % 10**9 for g in (b"<a\x97", b"a\x97b", b"b>")]


@pytest.mark.parametrize("lengths", [(0, 3), (4, 3), (1, 101), (True, 3), (2.0, 3)])
def test_lengths_out_of_range(lengths):
    with pytest.raises(BadOption, match="min_n"):
        subwords("a", min_n=lengths[0], max_n=lengths[1])


@pytest.mark.parametrize("buckets", [0, 2**31])
def test_buckets_out_of_range(buckets):
    with pytest.raises(BadOption, match="buckets"):
        subword_buckets(["a"], buckets=buckets)


def test_packing_keeps_the_bags():
    bags = Bags(np.array([0, 3, 4, 6]), np.array([0, 9, 9, 1, 2, 7], np.int32))
    order, fresh = packed(bags, np.array([4, 9, 2]), 12)
    np.testing.assert_array_equal(order[fresh.rows], bags.rows)
    assert sorted(order.tolist()) == [0, 1, 2, 7, 9]
    assert order[:2].tolist() == [1, 9]  # used 9 and 8 times
