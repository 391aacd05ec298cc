"""scikit-learn's contract: its own suite, and its tools at work."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks

from vicinal.errors import BadInput, BadOption
from vicinal.tables import BinaryCode, MinMax, Multiplexed, OneHot, Ordinal, Sketch, Standardize, TableEncoder

ENCODERS = [
    Standardize(), Standardize(missing="indicator"), MinMax(), MinMax(unseen="clip", missing="mean"), OneHot(),
    OneHot(missing="category"), Ordinal(), BinaryCode(), Multiplexed(dim=4, rows=100), Sketch(dim=16),
    Sketch(method="minhash", dim=16), Sketch(method="count_sketch", dim=16), TableEncoder(),
    TableEncoder(missing="error"),
]  # fmt: skip

# Checks that scikit-learn runs on its own transformers, beyond check_estimator.
MORE = [
    "check_dataframe_column_names_consistency",
    "check_dict_unchanged",
    "check_fit1d",
    "check_fit2d_1feature",
    "check_fit2d_1sample",
    "check_fit_idempotent",
    "check_get_params_invariance",
    "check_global_output_transform_pandas",
    "check_global_set_output_transform_polars",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_n_features_in",
    "check_parameters_default_constructible",
    "check_set_output_transform",
    "check_set_output_transform_pandas",
    "check_set_output_transform_polars",
    "check_set_params",
    "check_transformer_get_feature_names_out",
    "check_transformer_get_feature_names_out_pandas",
]

BY_NAME = "a TableEncoder takes named columns in any order, and refuses an array once it was fitted on names"
EXPECTED_FAILURES = {
    ("TableEncoder", "check_dataframe_column_names_consistency"): BY_NAME,
    ("TableEncoder", "check_global_output_transform_pandas"): BY_NAME,
    ("TableEncoder", "check_global_set_output_transform_polars"): BY_NAME,
    ("TableEncoder", "check_set_output_transform_pandas"): BY_NAME,
    ("TableEncoder", "check_set_output_transform_polars"): BY_NAME,
}


@pytest.mark.parametrize("encoder", ENCODERS, ids=repr)
@pytest.mark.filterwarnings("ignore:.*does not inherit from `sklearn.base.BaseEstimator`:UserWarning")
def test_check_estimator_passes(encoder):
    """Without any expected failure. What is skipped needs array libraries that are not installed."""
    results = estimator_checks.check_estimator(clone(encoder), on_skip=None, on_fail=None)
    failed = {r["check_name"]: repr(r["exception"]) for r in results if r["status"] == "failed"}
    assert failed == {} and sum(r["status"] == "passed" for r in results) > 40
    assert {r["check_name"] for r in results if r["status"] == "skipped"} <= {"check_array_api_input"}


@pytest.mark.parametrize("check", MORE)
@pytest.mark.parametrize(
    "encoder", [e for e in ENCODERS if e.get_params() == type(e)().get_params() or e.__dict__.get("dim")], ids=repr
)
def test_the_checks_of_scikit_learns_own_transformers(encoder, check, request):
    name = type(encoder).__name__
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="X (does not have valid|has) feature names")
        if reason := EXPECTED_FAILURES.get((name, check)):
            with pytest.raises((AssertionError, BadInput)):  # if it passes one day, the list must shrink
                getattr(estimator_checks, check)(name, clone(encoder))
            assert reason
        else:
            getattr(estimator_checks, check)(name, clone(encoder))


@pytest.mark.parametrize("encoder", ENCODERS, ids=repr)
def test_a_clone_has_the_same_options_and_nothing_learned(encoder):
    fitted = clone(encoder).fit([[1.0], [2.0]])
    other = clone(fitted)
    assert other.get_params() == encoder.get_params() and not hasattr(other, "n_features_in_")
    np.testing.assert_array_equal(copy.deepcopy(fitted).encode([[1.0]]), fitted.encode([[1.0]]))
    with pytest.raises(BadOption, match="no option 'colour'"):
        encoder.set_params(colour=1)


def test_in_a_pipeline_with_a_search_over_options():
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame({"city": rng.choice(["Oslo", "Rome", "Bonn"], 60), "size": rng.normal(size=60)})
    target = ((frame["city"] == "Oslo") ^ (frame["size"] > 0.5)).astype(int)
    columns = ColumnTransformer([("one", OneHot(), ["city"]), ("number", Standardize(), ["size"])])
    pipe = make_pipeline(columns, LogisticRegression()).fit(frame, target)
    assert pipe.score(frame, target) > 0.6
    assert columns.fit(frame).get_feature_names_out().tolist() == [
        "one__city=Bonn", "one__city=Oslo", "one__city=Rome", "number__size",
    ]  # fmt: skip
    wide = columns.set_output(transform="pandas").fit_transform(frame)
    assert wide.index.equals(frame.index) and wide.dtypes.unique().tolist() == [np.dtype("float32")]
    search = GridSearchCV(
        make_pipeline(TableEncoder(), LogisticRegression()), {"tableencoder__one_hot_limit": [0, 8]}, cv=2
    ).fit(frame, target)
    assert search.best_score_ > 0.6 and "TableEncoder" in pipe.set_params()._repr_html_() + search._repr_html_()


def test_set_output():
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    frame = pandas.DataFrame({"c": ["a", "b"]}, index=["r", "s"])
    encoder = OneHot().set_output(transform="pandas").fit(frame)
    assert encoder.transform(frame).to_dict() == {"c=a": {"r": 1.0, "s": 0.0}, "c=b": {"r": 0.0, "s": 1.0}}
    assert isinstance(encoder.set_output(transform="polars").transform(frame), polars.DataFrame)
    assert isinstance(encoder.encode(frame), np.ndarray)  # always
    assert clone(encoder).fit(frame).transform(frame).columns == ["c=a", "c=b"]
    with pytest.raises(BadOption):
        encoder.set_output(transform="arrow")


def test_names_are_compared():
    encoder = Ordinal().fit({"a": [1, 2], "b": [3, 4]})
    with pytest.raises(BadInput, match="same order"):
        encoder.encode({"b": [3], "a": [1]})
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        encoder.encode([[1, 3]])
    with pytest.warns(UserWarning, match="was fitted without feature names"):
        Ordinal().fit([[1]]).encode({"a": [1]})
    with pytest.raises(BadInput, match="length equal to 2"):
        encoder.get_feature_names_out(["a"])
