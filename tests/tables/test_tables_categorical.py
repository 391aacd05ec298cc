from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from vicinal.errors import BadInput, BadOption, NotFitted
from vicinal.tables import BinaryCode, OneHot, Ordinal

ENCODERS = [OneHot, Ordinal, BinaryCode]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
values = st.one_of(
    st.lists(texts, min_size=1, max_size=30),
    st.lists(st.integers(-(10**20), 10**20), min_size=1, max_size=30),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30),
    st.lists(st.booleans(), min_size=1, max_size=30),
)


@settings(deadline=None)
@given(values)
def test_codes_equal_the_slow_twin(twin, column):
    table = {"c": column}
    np.testing.assert_array_equal(OneHot().fit(table).encode(table), twin.one_hot(column))
    np.testing.assert_array_equal(BinaryCode().fit(table).encode(table), twin.binary_code(column))
    ranks = [[sorted(set(column)).index(value)] for value in column]
    np.testing.assert_array_equal(Ordinal().fit(table).encode(table), ranks)


@settings(deadline=None)
@given(values, values, st.sampled_from(ENCODERS), st.booleans(), st.randoms())
def test_the_inverse_is_exact(a, b, cls, own, random):
    n = min(len(a), len(b))
    mask = [random.random() < 0.3 for _ in range(n)]
    first = [None if gone and i else value for i, (gone, value) in enumerate(zip(mask, a, strict=False))]
    skip = "minus_one" if cls is Ordinal else "zero"
    encoder = cls(missing="category" if own else skip)
    matrix = encoder.fit_transform({"a": first, "b": b[:n]})
    assert matrix.dtype == np.float32 and matrix.shape == (n, encoder.dim_out)
    back = encoder.inverse_transform(matrix)
    assert back[:, 0].tolist() == first and back[:, 1].tolist() == b[:n]
    assert len(encoder.get_feature_names_out()) == encoder.dim_out


def test_equal_to_scikit_learn():
    rng = np.random.default_rng(0)
    table = np.array([rng.choice(list("abcdef"), 50), rng.choice(["x", "y", ""], 50)], object).T
    peer = OneHotEncoder(sparse_output=False).fit(table)
    np.testing.assert_array_equal(OneHot().fit(table).encode(table), peer.transform(table))
    np.testing.assert_array_equal(Ordinal().fit(table).encode(table), OrdinalEncoder().fit_transform(table))


@pytest.mark.parametrize("cls", ENCODERS)
def test_unseen_and_missing_do_as_the_options_say(cls):
    train, new = {"c": ["a", "b"]}, {"c": ["b", "z", None]}
    skip, zero = ("minus_one", -1.0) if cls is Ordinal else ("zero", 0.0)
    with pytest.raises(BadInput, match=r"'c' holds 'z' in row 1.*unseen="):
        cls(missing=skip).fit(train).encode(new)
    with pytest.raises(BadInput, match=r"'c' is missing .* in 1 of 3 rows, first in row 2"):
        cls(unseen=skip).fit(train).encode(new)
    with pytest.raises(BadInput, match="missing"):
        cls().fit(new)
    encoder = cls(unseen=skip, missing=skip).fit(train)
    assert (encoder.encode(new)[1:] == zero).all()
    assert encoder.inverse_transform(encoder.encode(new))[:, 0].tolist() == ["b", None, None]
    own = cls(unseen=skip, missing="category").fit(train)  # the category is there though nothing was missing yet
    assert (own.encode(new)[1] == zero).all() and own.encode(new)[2].any()
    assert own.space.names[-1] == "(missing)"


def test_given_categories_set_the_order():
    encoder = Ordinal(categories={"size": ["S", "M", "L"]}).fit({"size": ["M", "S"], "color": ["red", "blue"]})
    assert encoder.encode({"size": ["L", "S"], "color": ["blue", "red"]}).tolist() == [[2.0, 0.0], [0.0, 1.0]]
    with pytest.raises(BadInput, match="'XL'"):
        Ordinal(categories={"size": ["S", "M"]}).fit({"size": ["XL"]})
    assert OneHot(categories={"c": ["a"]}, unseen="zero").fit({"c": ["a", "b"]}).encode({"c": ["b"]}).tolist() == [
        [0.0]
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"categories": ["a"]},
        {"categories": {"c": []}},
        {"categories": {"c": ["a", "a"]}},
        {"categories": {"c": [None]}},
        {"categories": {"c": [1]}},
        {"categories": {"d": ["a"]}},
        {"unseen": "ignore"},
        {"missing": 0},
        {"categories": {"c": [["a"]]}},
    ],
)
@pytest.mark.parametrize("cls", ENCODERS)
def test_bad_options(cls, options):
    with pytest.raises(BadOption):
        cls(**options).fit({"c": ["a", "b"]})


@pytest.mark.parametrize("cls", ENCODERS)
def test_a_column_of_another_kind_is_refused(cls):
    encoder = cls().fit({"zip": ["0123", "4567"]})
    with pytest.raises(BadInput, match="held text values when fitted and holds number values now"):
        encoder.encode({"zip": [123]})


@pytest.mark.parametrize("cls", ENCODERS)
def test_a_matrix_that_encodes_nothing_is_refused(cls):
    encoder = cls().fit({"c": ["a", "b", "c", "d"]})
    for matrix in ([[1.0] * 9], [[np.nan] * encoder.dim_out], [1.0]):
        with pytest.raises(BadInput):
            encoder.inverse_transform(matrix)
    assert encoder.inverse_transform(np.empty((0, encoder.dim_out))).shape == (0, 1)
    with pytest.raises(NotFitted):
        cls().encode(["a"])


def test_numbers_that_are_no_code_are_refused():
    codes = BinaryCode().fit(["a", "b", "c", "d"])
    with pytest.raises(BadInput, match="which has 4"):
        codes.inverse_transform([[1, 1, 1]])
    with pytest.raises(BadInput, match="no binary code"):
        codes.inverse_transform([[0.5, 0, 0]])
    numbers = Ordinal().fit(["a", "b"])
    for bad in (0.5, 2.0, -2.0):
        with pytest.raises(BadInput, match="no number of a category"):
            numbers.inverse_transform([[bad]])
    scores = OneHot().fit(["a", "b"])
    assert scores.inverse_transform([[0.2, 0.7], [0, 0]])[:, 0].tolist() == ["b", None]


@pytest.mark.parametrize("cls", ENCODERS)
def test_the_space_holds_what_encode_gives(cls):
    one = cls().fit(["red", "blue", ""])
    assert list(one.space.names) == ["(empty)", "blue", "red"]
    np.testing.assert_array_equal(one.space["red"], one.encode(["red"])[0])
    two = cls().fit({"color": ["red", "blue"], "size": [1, 2]})
    assert list(two.space.names) == ["color=blue", "color=red", "size=1", "size=2"]
    part = two.encode({"color": ["red"], "size": [2]})[0]
    if cls is OneHot:
        np.testing.assert_array_equal(part, two.space["color=red"] + two.space["size=2"])
    assert two.space.fingerprint == cls().fit({"color": ["red", "blue"], "size": [1, 2]}).space.fingerprint
    assert one.space.fingerprint != two.space.fingerprint


def test_every_pair_of_one_hot_vectors_is_orthogonal():
    space = OneHot().fit([f"c{i}" for i in range(20)]).space
    np.testing.assert_array_equal(space.similarities(), np.eye(20))


def test_binary_codes_are_short():
    for count in (1, 2, 3, 4, 7, 8, 1000):
        encoder = BinaryCode().fit([f"{i:05}" for i in range(count)])
        assert encoder.dim_out == math.ceil(math.log2(count + 1))
        assert len(np.unique(encoder.space.matrix, axis=0)) == count and encoder.space.matrix.any(axis=1).all()


def test_a_failed_fit_keeps_what_was_learned():
    encoder = OneHot().fit(["a", "b"])
    with pytest.raises(BadInput):
        encoder.fit([["a", None]])
    assert encoder.encode(["b"]).tolist() == [[0.0, 1.0]]
