"""Columns, against NumPy and collections."""

import json
from collections import Counter

import numpy as np
import pytest
from fastapi.testclient import TestClient

from vicinal import Space
from vicinal.errors import BadOption, UnknownName
from vicinal.serve import Served, Shelf, create_app
from vicinal.serve.columns import column_bytes, column_parts


def labels_of(values, **how):
    tensors, about = column_parts(np.asarray(values), **how)
    labels = json.loads(about["labels"])
    return [labels[code] for code in tensors["codes"]], labels, about


def test_numbers_are_float32():
    values = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 97, 93, 23, 84])
    tensors, about = column_parts(values)
    np.testing.assert_array_equal(tensors["values"], values.astype(np.float32))
    assert about == {"kind": "number", "least": "1.0", "most": "97.0", "missing": "0"}


def test_what_is_no_number_is_missing():
    tensors, about = column_parts(np.array([1.5, np.nan, np.inf, -np.inf, 1e300, -2.0]))
    assert np.isnan(tensors["values"]).tolist() == [False, True, True, True, True, False]
    assert about == {"kind": "number", "least": "-2.0", "most": "1.5", "missing": "4"}
    assert column_parts(np.array([np.nan]))[1] == {"kind": "number", "missing": "1"}


def test_text_becomes_codes_the_most_frequent_first():
    values = ["b", "a", "b", "", "c", "b", "a"]
    shown, labels, about = labels_of(values)
    assert shown == [value or "(empty)" for value in values] and labels[:2] == ["b", "a"] and about["others"] == "0"


def test_rare_labels_share_one():
    random = np.random.default_rng(1)
    values = np.array([f"v{i}" for i in random.zipf(1.3, size=20_000) % 5000])
    shown, labels, about = labels_of(values)
    counts = Counter(values.tolist())
    assert len(labels) == 256 and int(about["others"]) == len(counts) - 255
    assert labels[255] == f"other ({len(counts) - 255:,} values)"
    least = min(counts[label] for label in labels[:255])
    assert all(
        (label == labels[255]) == (value not in labels[:255]) for value, label in zip(values, shown, strict=True)
    )
    assert all(counts[value] <= least for value in set(values.tolist()) - set(labels))


def test_whole_numbers_of_few_values_are_labels():
    digits = np.arange(1000) % 10
    shown, labels, _ = labels_of(digits)
    assert labels == [str(i) for i in range(10)] and shown == digits.astype(str).tolist()
    assert column_parts(digits, "number")[1]["kind"] == "number"
    assert column_parts(np.arange(1000) % 13)[1]["kind"] == "number"
    assert column_parts(np.arange(5))[1]["kind"] == "number", "as many values as rows are no groups"
    assert labels_of([True, False, True])[0] == ["True", "False", "True"]
    assert labels_of([0.5, 2.0, 0.5], kind="category")[1] == ["0.5", "2.0"]


def test_hostile_and_long_labels_are_text():
    values = ["</script><b>", "\u202e", "x" * 10_000]
    assert labels_of(values)[1] == ["</script><b>", "\u202e", "x" * 199 + "…"]


def test_refusals():
    served = Served("a", Space(["a", "b"], np.eye(2), columns={"group": ["x", "y"]}))
    with pytest.raises(UnknownName, match="did you mean 'group'"):
        column_bytes(served, "grup")
    with pytest.raises(BadOption, match="kind must be one of"):
        column_bytes(served, "group", "colour")
    with pytest.raises(BadOption, match="no numbers"):
        column_bytes(served, "group", "number")


def test_the_route_takes_any_name_of_a_column():
    columns = {"a/b ?#%": [1.0, 2.0], "../x": [3.0, 4.0]}
    with TestClient(create_app(Shelf([Served("a", Space(["a", "b"], np.eye(2), columns=columns))]))) as client:
        for name in ("a%2Fb%20%3F%23%25", "%2e%2e%2Fx"):
            answer = client.get(f"/spaces/a/columns/{name}")
            assert answer.status_code == 200 and b'"values"' in answer.content
        assert client.get("/spaces/a/columns/none").status_code in (404, 422)
