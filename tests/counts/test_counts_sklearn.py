"""The encoders inside scikit-learn's tools."""

import pickle
import warnings

import numpy as np
import pytest

from vicinal.counts import LSA, PPMI, RandomProjection, TfIdf

pytest.importorskip("sklearn")
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted

SEA = ["ship and sail", "a boat on a wave", "sail a ship", "wave under a boat", "ship, sail, wave", "boat on a ship"]
LAND = ["tree and leaf", "a root in a wood", "leaf of a tree", "wood of a root", "tree, leaf, root", "wood of a tree"]
TEXTS, LABELS = SEA + LAND, [0] * 6 + [1] * 6


@pytest.mark.parametrize(
    "model",
    [RandomProjection(dim=4), RandomProjection(dim=3, method="sparse", density="auto")],
    ids=["gaussian", "sparse"],
)
def test_check_estimator(model):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Estimator RandomProjection does not inherit", UserWarning)
        results = check_estimator(model, on_skip=None)
    assert len(results) > 40
    not_run = {result["check_name"] for result in results if result["status"] != "passed"}
    assert not_run <= {"check_array_api_input", "check_dataframe_column_names_consistency"}  # need other packages


@pytest.mark.parametrize("model", [TfIdf(min_df=2), LSA(dim=3), PPMI(window=2), RandomProjection(dim=4)], ids=str)
def test_cloned(model):
    copy = clone(model)
    assert copy is not model and copy.get_params() == model.get_params()
    assert clone(model).set_params(**model.get_params()).get_params() == model.get_params()
    assert not hasattr(copy, "origin_")


def test_pipelines_learn():
    for steps in (
        [TfIdf()],
        [LSA(dim=3)],
        [TfIdf(), RandomProjection(dim=60)],
        [TfIdf(), RandomProjection(dim=60, method="sparse", density=0.5)],
        [FeatureUnion([("words", TfIdf()), ("topics", LSA(dim=2))])],
    ):
        pipeline = make_pipeline(*steps, LogisticRegression())
        pipeline.fit(TEXTS, LABELS)
        check_is_fitted(pipeline)
        assert pipeline.score(TEXTS, LABELS) == 1.0
        assert pipeline.predict(["a tree of wood", "the sail of a ship"]).tolist() == [1, 0]
        assert len(cross_val_score(pipeline, TEXTS, LABELS, cv=2)) == 2


def test_grid_search():
    pipeline = Pipeline([("lsa", LSA(stop_words=["a", "and", "the", "of", "on", "in"])), ("clf", LogisticRegression())])
    search = GridSearchCV(pipeline, {"lsa__dim": np.array([1, 2, 4]), "lsa__sublinear_tf": [True, False]}, cv=2)
    search.fit(TEXTS, LABELS)
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()
    assert search.best_estimator_["lsa"].dim in (1, 2, 4)
    terms = GridSearchCV(
        Pipeline([("tfidf", TfIdf()), ("project", RandomProjection(dim=4)), ("clf", LogisticRegression())]),
        {"tfidf__ngram_range": [(1, 1), (1, 2)], "project__method": ["gaussian", "sparse"]},
        cv=2,
    ).fit(TEXTS, LABELS)
    assert len(terms.cv_results_["params"]) == 4


def test_names_of_features():
    assert make_pipeline(TfIdf(stop_words=["and"])).fit(["sea and sky"]).get_feature_names_out().tolist() == [
        "sea",
        "sky",
    ]
    assert LSA(dim=2).fit(TEXTS).get_feature_names_out().tolist() == ["lsa0", "lsa1"]
    projection = make_pipeline(TfIdf(), RandomProjection(dim=2)).fit(TEXTS)
    assert projection.get_feature_names_out().tolist() == ["randomprojection0", "randomprojection1"]


@pytest.mark.parametrize(
    "model", [TfIdf(tokenizer=r"regex:\w+"), LSA(dim=2, tokenizer=r"regex:\w+"), PPMI(dim=2, min_count=1)], ids=str
)
def test_trained_models_travel_between_processes(model):
    """As joblib sends them; files are written by save, never by pickle."""
    again = pickle.loads(pickle.dumps(model.fit(TEXTS)))
    items = ["ship", "tree"]
    first, second = model.encode(items), again.encode(items)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, second)


def test_fit_transform_is_fit_then_transform():
    for model in (TfIdf(sublinear_tf=True), LSA(dim=3)):
        together = clone(model).fit_transform(TEXTS, LABELS)
        apart = clone(model).fit(TEXTS, LABELS).transform(TEXTS)
        dense = [rows if isinstance(rows, np.ndarray) else rows.toarray() for rows in (together, apart)]
        np.testing.assert_allclose(*dense, atol=1e-6)
