from __future__ import annotations

import datetime
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.errors import BadInput
from vicinal.tables import OneHot, Ordinal, TableEncoder
from vicinal.tables._table import read_table

pandas = pytest.importorskip("pandas")
polars = pytest.importorskip("polars")

DATA = {
    "word": ["a", None, "c"],
    "whole": [1, 2, 2**60],
    "gaps": [1, None, 3],
    "real": [0.5, None, 1.5],
    "flag": [True, False, True],
    "day": [datetime.date(1970, 1, 2), None, datetime.date(1970, 1, 4)],
}
KINDS = ["text", "number", "number", "number", "boolean", "date"]


def describe(table):
    return [
        (c.name, c.kind, c.missing.tolist(), [None if m else v for v, m in zip(c.scalars(), c.missing, strict=True)])
        for c in table.columns
    ]


@pytest.mark.parametrize(
    "make",
    [
        lambda: pandas.DataFrame(DATA),
        lambda: pandas.DataFrame(DATA).convert_dtypes(),
        lambda: pandas.DataFrame(DATA).astype({"day": "datetime64[ns]", "gaps": "Int64"}),
        lambda: pandas.DataFrame(DATA).astype(object),
        lambda: polars.DataFrame(DATA),
        lambda: polars.DataFrame(DATA).with_columns(
            polars.col("word").cast(polars.Categorical), polars.col("day").cast(polars.Datetime)
        ),
        lambda: {key: np.array(column, object) for key, column in DATA.items()},
        lambda: {key: pandas.Series(column) for key, column in DATA.items()},
        lambda: {key: polars.Series(column) for key, column in DATA.items()},
    ],
)
def test_every_kind_of_table_reads_the_same(make):
    assert describe(read_table(make())) == describe(read_table(DATA))
    assert [c.kind for c in read_table(DATA).columns] == KINDS


def test_arrays_and_lists():
    structured = np.array([(1, "a"), (2, "b")], dtype=[("n", "i4"), ("t", "U3")])
    assert describe(read_table(structured)) == describe(read_table({"n": [1, 2], "t": ["a", "b"]}))
    assert describe(read_table([[1, "a"], [2, None]])) == describe(
        read_table(np.array([[1, "a"], [2, np.nan]], object))
    )
    for one in (["a", "b"], np.array(["a", "b"]), np.array(["a", "b"], object), [["a"], ["b"]]):
        assert describe(read_table(one)) == [("x0", "text", [False, False], ["a", "b"])]
    assert read_table(pandas.Series([1, 2], name="n")).names == ["n"]
    assert read_table(polars.Series("n", [1, 2])).named and not read_table(polars.Series([1, 2])).named
    assert read_table(pandas.DataFrame([[1, 2]])).names == ["x0", "x1"]  # names that are numbers are no names
    zoned = pandas.Series(pandas.to_datetime(["1970-01-02T06:00"]).tz_localize("Etc/GMT-6"))
    assert read_table({"t": zoned}).columns[0].values.tolist() == [1.0]
    assert read_table({"t": polars.Series([datetime.datetime(1970, 1, 2)]).dt.replace_time_zone("UTC")}).columns[
        0
    ].values.tolist() == [1.0]
    marked = pandas.DataFrame({"c": pandas.Categorical([3, 1, 3])})
    assert read_table(marked).columns[0].categorical and TableEncoder().fit(marked).kinds_ == {"c": "one_hot"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("text", "got a str"),
        (3, "got a int"),
        ([], "empty"),
        ({}, "no columns"),
        (np.empty((3, 0)), "0 feature"),
        (np.zeros((2, 2, 2)), "dim 3"),
        ([1.0, 2.0], "Expected 2D array, got 1D"),
        ([[1, 2], [3]], "differ in length"),
        ({"a": [1], "b": [1, 2]}, "differ in length"),
        ({"a": 3}, "must be a list"),
        ({"a": "text"}, "must be a list"),
        ({"a": np.zeros((2, 2))}, "one-dimensional"),
        ({"a": [b"x"]}, "bytes"),
        ({"a": np.array([b"x"])}, "raw bytes"),
        ({"a": [[1], [2]]}, "a list"),
        ({"a": [datetime.time(1)]}, "a time"),
        ({1: [1], "1": [2]}, "more than one column '1'"),
        (np.array([[1j]]), "Complex"),
        ({"a": [1, np.inf]}, "infinity .* row 1"),
        ({"a": ["x", 1]}, "mixes text and number"),
    ],
)
def test_bad_tables(data, message):
    with pytest.raises(BadInput, match=message):
        OneHot().fit(data)


def test_bad_frames():
    with pytest.raises(BadInput, match="more than one column 'a'"):
        OneHot().fit(pandas.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(BadInput, match="must be all text, got 1"):
        OneHot().fit(pandas.DataFrame([[1, 2]], columns=["a", 1]))
    with pytest.raises(BadInput, match="0 rows"):
        OneHot().fit(pandas.DataFrame({"a": []}))
    with pytest.raises(BadInput, match="no columns"):
        OneHot().fit(polars.DataFrame())
    with pytest.raises(BadInput, match=r"frame.collect"):
        OneHot().fit(polars.DataFrame({"a": ["x"]}).lazy())
    with pytest.raises(BadInput, match="holds dates, which are no categories"):
        OneHot().fit({"a": np.array(["2020-01-01"], "datetime64[D]")})


def test_an_empty_table_can_be_encoded_but_not_learned_from():
    encoder = Ordinal().fit({"a": ["x"]})
    assert encoder.encode({"a": []}).shape == (0, 1)
    assert TableEncoder().fit({"a": ["x"], "b": [1.0]}).encode({"a": [], "b": []}).shape == (0, 2)


@settings(deadline=None)
@given(st.data())
def test_any_table_gives_a_finite_matrix_or_one_clear_error(data):
    anything = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.binary(max_size=2), st.dates(),
        st.timedeltas(), st.decimals(), st.lists(st.integers(), max_size=2), st.complex_numbers(),
    )  # fmt: skip
    one_kind = st.sampled_from([st.floats(), st.text(max_size=3), st.booleans(), st.integers(), anything]).flatmap(
        lambda kind: st.lists(st.one_of(st.none(), kind), min_size=3, max_size=3)
    )
    table = data.draw(st.dictionaries(st.text(max_size=2), one_kind, max_size=4))
    try:
        matrix = TableEncoder(dim=2, rows=8, one_hot_limit=2).fit(table).encode(table)
    except BadInput as error:
        assert str(error)
    else:
        assert matrix.dtype == np.float32 and len(matrix) == 3 and np.isfinite(matrix).all()


def test_neither_pandas_nor_polars_nor_scikit_learn_is_imported():
    code = (
        "import sys, vicinal.tables as t\n"
        "t.TableEncoder().fit({'a': ['x', 'y']}).encode({'a': ['x']}); t.Sketch().encode([{'a'}])\n"
        "print([m for m in ('pandas', 'polars', 'sklearn', 'scipy', 'numba') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
