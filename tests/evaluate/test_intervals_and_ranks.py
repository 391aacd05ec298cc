from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, rankdata, spearmanr

from vicinal.checks import check_whole
from vicinal.errors import BadOption
from vicinal.evaluate._intervals import mean_interval, percentile_interval, resample_counts, wilson
from vicinal.evaluate._ranks import resampled_ranks, resampled_spearman, spearman
from vicinal.randomness import generator

few_values = st.integers(-3, 3).map(float)
any_values = st.floats(-1e300, 1e300)
samples = st.integers(2, 40).flatmap(
    lambda n: st.tuples(*[st.lists(st.one_of(few_values, any_values), min_size=n, max_size=n)] * 2)
)


@given(st.lists(st.one_of(few_values, any_values), max_size=50))
def test_ranks_are_scipys(values):
    once = np.ones((1, len(values)), np.int64)
    np.testing.assert_array_equal(resampled_ranks(np.array(values), once), rankdata(values)[None])


@given(samples)
def test_rho_is_scipys(sample):
    x, y = map(np.array, sample)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert isnan(spearman(x, y))
    else:
        assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic, abs=1e-9)


@settings(deadline=None)
@given(samples, st.integers(0, 2**32))
def test_a_resample_is_ranked_as_if_it_had_been_sorted(sample, seed):
    x, y = map(np.array, sample)
    (counts,) = resample_counts(len(x), 5, generator(seed))
    for row, rho in zip(counts, resampled_spearman(x, y, counts), strict=True):
        drawn = np.repeat(np.arange(len(x)), row)
        if len(set(x[drawn])) == 1 or len(set(y[drawn])) == 1:
            assert isnan(rho)
        else:
            assert rho == pytest.approx(spearmanr(x[drawn], y[drawn]).statistic, abs=1e-9)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Newcombe 1998, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_figures(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_symmetric_and_holds_the_share(case):
    successes, n = case
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert wilson(n - successes, n) == pytest.approx((1 - high, 1 - low))


def test_wilson_covers():
    chances = binom.pmf(np.arange(51), 50, 0.3)
    covered = [low <= 0.3 <= high for low, high in (wilson(s, 50) for s in range(51))]
    assert 0.93 < chances @ covered < 0.97


def test_no_items_no_interval():
    assert all(map(isnan, wilson(0, 0)))
    assert all(map(isnan, mean_interval(np.array([]), 100, 0)))
    assert all(map(isnan, mean_interval(np.array([1.0]), 0, 0)))
    assert all(map(isnan, percentile_interval(np.array([np.nan]))))


def test_resamples_are_the_size_of_the_sample(monkeypatch):
    monkeypatch.setattr("vicinal.evaluate._intervals._BLOCK", 64)
    blocks = list(resample_counts(20, 10, generator(0)))
    assert [len(b) for b in blocks] == [3, 3, 3, 1]
    assert all((b.sum(axis=1) == 20).all() for b in blocks)
    assert len(next(resample_counts(20, 10, generator(0), width=64))) == 1


def test_bootstrap_of_a_mean_is_as_wide_as_theory_says():
    values = generator(3).standard_normal(2000)
    low, high = mean_interval(values, 2000, 0)
    assert high - low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(2000), rel=0.1)
    assert low < values.mean() < high
    assert mean_interval(values, 50, 1) == mean_interval(values, 50, 1) != mean_interval(values, 50, 2)


@pytest.mark.parametrize("value", [-1, 1.5, True, "3", None])
def test_whole_numbers_only(value):
    with pytest.raises(BadOption, match="resamples"):
        check_whole("resamples", value, 0)
