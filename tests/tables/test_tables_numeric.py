from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from vicinal.errors import BadInput, BadOption
from vicinal.tables import MinMax, Standardize

numbers = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)


@settings(deadline=None)
@given(numbers)
def test_standardize_equals_the_slow_twin(twin, column):
    assume(np.std(column) > 1e-3)
    encoder = Standardize().fit({"x": column})
    np.testing.assert_allclose(encoder.encode({"x": column})[:, 0], twin.standardized(column), rtol=1e-4, atol=1e-5)


@settings(deadline=None)
@given(numbers, st.sampled_from([Standardize, MinMax]))
def test_the_inverse_is_exact_to_float32_of_the_spread(column, cls):
    """A code of float32 has a relative error of 2⁻²⁴, and it is multiplied by the scale on the way back."""
    encoder = cls().fit({"x": column})
    code = encoder.encode({"x": column})
    back = encoder.inverse_transform(code)[:, 0]
    assert back.dtype == np.float64
    scale = encoder.scale_[0] if cls is Standardize else 1 / encoder.scale_[0]
    slack = 2.0**-23 * np.abs(code[:, 0]) * scale + 1e-14 * np.abs(column).max() + 1e-45 * scale
    assert (np.abs(back - column) <= slack).all()


def test_equal_to_scikit_learn():
    data = np.random.default_rng(3).normal(5, 3, (40, 4))
    data[:, 2] = 7.0
    np.testing.assert_allclose(Standardize().fit(data).encode(data), StandardScaler().fit_transform(data), rtol=1e-6)
    peer = MinMaxScaler((-1, 2)).fit(data)
    np.testing.assert_allclose(
        MinMax(low=-1, high=2).fit(data).encode(data), peer.transform(data), rtol=1e-5, atol=1e-6
    )


def test_equal_numbers_have_no_spread():
    table = {"x": [0.1, 0.1, 0.1]}
    assert Standardize().fit(table).encode(table).tolist() == [[0.0]] * 3
    assert MinMax(low=2, high=3).fit(table).encode(table).tolist() == [[2.0]] * 3
    assert Standardize().fit(table).inverse_transform([[0.0]]).tolist() == [[0.1]]


@pytest.mark.parametrize("cls", [Standardize, MinMax])
def test_missing_numbers_do_as_the_option_says(cls):
    table = {"a": [1.0, None, 3.0], "b": [1, 2, 3]}
    with pytest.raises(BadInput, match=r"'a' is missing .* in 1 of 3 rows, first in row 1"):
        cls().fit(table)
    mean = cls(missing="mean").fit(table)
    assert mean.encode(table)[1, 0] == (0.0 if cls is Standardize else 0.5)
    marked = cls(missing="indicator").fit(table)
    assert marked.get_feature_names_out().tolist() == ["a", "b", "a:missing", "b:missing"]
    assert marked.encode(table)[:, 2:].tolist() == [[0, 0], [1, 0], [0, 0]]
    np.testing.assert_allclose(marked.inverse_transform(marked.encode(table)), [[1, 1], [np.nan, 2], [3, 3]], rtol=1e-6)
    assert not np.isnan(marked.encode({"a": [None], "b": [float("nan")]})).any()
    with pytest.raises(BadInput, match="'a' is missing in every row"):
        mean.fit({"a": [None, None], "b": [1, 2]})


def test_numbers_beyond_those_seen():
    seen, new = {"x": [0.0, 10.0]}, {"x": [-5.0, 15.0]}
    assert MinMax().fit(seen).encode(new).tolist() == [[-0.5], [1.5]]
    assert MinMax(unseen="clip").fit(seen).encode(new).tolist() == [[0.0], [1.0]]
    with pytest.raises(BadInput, match="-5 in row 0, beyond the 0 to 10"):
        MinMax(unseen="error").fit(seen).encode(new)


@pytest.mark.parametrize("cls", [Standardize, MinMax])
@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([1.0, np.inf], "infinity"), ([1, "a"], "mixes number and text"), (["1", "2"], "holds text"),
        ([1j, 2j], "holds"), ([10**400, 1], "too large"), ([1e308, -1e308], "too large|beyond float32"),
        ([object(), object()], "a object"), ([Decimal("inf"), 1], "infinity"), ([True, 2], "mixes boolean and number"),
    ],
)  # fmt: skip
def test_bad_columns(cls, column, message):
    with pytest.raises(BadInput, match=message):
        cls().fit({"x": column}).encode({"x": column})


@pytest.mark.parametrize(
    "options", [{"low": 1.0, "high": 1.0}, {"low": "0"}, {"high": np.inf}, {"unseen": "zero"}, {"missing": "no"}]
)
def test_bad_options(options):
    with pytest.raises(BadOption):
        MinMax(**options).fit({"x": [1, 2]})


def test_what_is_too_large_for_float32_is_refused():
    with pytest.raises(BadInput, match="beyond float32"):
        Standardize().fit({"x": [0.0, 1e-30]}).encode({"x": [1e30]})


def test_dates_are_days_and_keep_their_moment_across_zones():
    noon = datetime.datetime(1970, 1, 3, 12)
    zone = datetime.timezone(datetime.timedelta(hours=6))
    same = datetime.datetime(1970, 1, 3, 18, tzinfo=zone)
    for column in ([noon, None], [same, None], np.array(["1970-01-03T12", "NaT"], "datetime64[h]")):
        encoder = MinMax(missing="mean").fit({"d": column})
        assert encoder.data_min_.tolist() == [2.5]
    spans = MinMax().fit({"d": [datetime.timedelta(hours=12), datetime.timedelta(days=2)]})
    assert spans.data_max_.tolist() == [2.0] and spans.data_min_.tolist() == [0.5]
    with pytest.raises(BadInput, match="dates and durations"):
        MinMax().fit({"d": [noon, datetime.timedelta(1)]})


def test_the_configuration_of_scikit_learn_does_not_leak_in():
    import sklearn

    encoder = Standardize().fit([[1.0], [3.0]])
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(encoder.encode([[3.0]]), np.ndarray)
        assert encoder.transform([[3.0]]).columns.tolist() == ["x0"]


def test_without_scikit_learn_the_message_says_what_to_install(monkeypatch):
    import sys

    from vicinal.errors import MissingExtra

    monkeypatch.setitem(sys.modules, "sklearn.preprocessing", None)
    with pytest.raises(MissingExtra, match=r"pip install 'vicinal\[learn\]'"):
        Standardize().fit([[1.0]])
