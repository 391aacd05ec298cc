"""Tables of files: kinds of columns, missing cells, and what is no table."""

from __future__ import annotations

import csv
import datetime
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.tables import TableEncoder, open_table

CELL = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029"), max_size=8)


def write(tmp_path, text, name="t.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "-2", "+3"], [1, -2, 3]),
        (["1", "2.5", "1e3", ".5", "4."], [1, 2.5, 1000.0, 0.5, 4.0]),
        (["1", "", "NA", "nan", "null"], [1, None, None, None, None]),
        (["true", "False", ""], [True, False, None]),
        (["2024-05-31", ""], [datetime.datetime(2024, 5, 31), None]),
        (["2024-05-31 10:30", "2024-05-31T10:30:15"],
         [datetime.datetime(2024, 5, 31, 10, 30), datetime.datetime(2024, 5, 31, 10, 30, 15)]),
        (["NA", "a", ""], ["NA", "a", None]),  # NA is a word among words
        (["007", "12"], ["007", "12"]),
        (["1_000", "2"], ["1_000", "2"]),
        (["inf", "2"], ["inf", "2"]),
        (["0x10", "2"], ["0x10", "2"]),
        (["2024-13-01"], ["2024-13-01"]),
        (["yes", "no"], ["yes", "no"]),
        (["", ""], [None, None]),
    ],
)  # fmt: skip
def test_kinds_of_columns(tmp_path, cells, expected):
    table = open_table(write(tmp_path, "x,y\n" + "".join(f"{cell},k\n" for cell in cells)))
    assert table["x"] == expected and list(map(type, table["x"])) == list(map(type, expected))


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_text_comes_back(tmp_path_factory, rows, mark):
    path = tmp_path_factory.mktemp("t") / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=mark).writerows([("a", "b"), *rows])
    table = open_table(path, separator=mark, as_text=["a", "b"])
    assert list(zip(table["a"], table["b"], strict=True)) == [tuple(c.strip() or None for c in row) for row in rows]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_separators_are_found(tmp_path, mark):
    path = write(tmp_path, mark.join("abc") + "\n" + mark.join("123") + "\n")
    assert open_table(path) == open_table(path, separator=mark) == {"a": [1], "b": [2], "c": [3]}


def test_quoted_cells_may_hold_anything(tmp_path):
    path = write(tmp_path, 'a,"b, too"\r\n"x ""y""\nz",1\r\n\r\nq,2')
    assert open_table(path) == {"a": ['x "y"\nz', "q"], "b, too": [1, 2]}


def test_other_files(tmp_path):
    with gzip.open(tmp_path / "t.csv.gz", "wt") as file:
        file.write("a\n1\n")
    assert open_table(tmp_path / "t.csv.gz") == {"a": [1]}
    path = write(tmp_path, '{"a": 1, "b": "x"}\n\n{"b": null, "c": true}\n', "t.jsonl")
    assert open_table(path) == {"a": [1, None], "b": ["x", None], "c": [None, True]}
    assert open_table(path, as_text=["a"])["a"] == ["1", None]


def test_parquet(tmp_path):
    parquet, arrow = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    table = {"a": [1, None], "b": ["x", "y"], "c": [True, False], "d": [datetime.date(2024, 5, 31), None]}
    parquet.write_table(arrow.table(table), tmp_path / "t.parquet")
    assert open_table(tmp_path / "t.parquet") == table
    whole = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(whole[:-9])
    with pytest.raises(BadFormat, match="damaged or cut off"):
        open_table(tmp_path / "t.parquet")


def test_kinds_can_be_asked_for(tmp_path):
    path = write(tmp_path, "a,b,c\n1,2,true\n3,4,false\n")
    assert open_table(path, kinds={"a": "text", "zzz": "text"}) == {"a": ["1", "3"], "b": [2, 4], "c": [True, False]}
    with pytest.raises(BadFormat, match=r"column 'b', line 2: '2' came where a boolean"):
        open_table(path, kinds={"b": "boolean"})
    with pytest.raises(BadFormat, match=r"column 'c', line 2: 'true' came where a number"):
        open_table(path, kinds={"c": "number"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n", "no rows"),
        ("\na,b\n1,2\n", "begins with an empty line"),
        ("a,a\n1,2\n", "distinct names"),
        ("a,\n1,2\n", "distinct names"),
        ("a,b\n1,2\n1\n", "line 3: 1 fields, the header has 2"),
        ('a,b\n1,"2\n', "line 2"),
        ("a\n1\0\n", "NUL"),
    ],
)
def test_what_is_no_table(tmp_path, text, says):
    with pytest.raises(BadInput, match=says):
        open_table(write(tmp_path, text))


def test_bad_options(tmp_path):
    path = write(tmp_path, "a,b\n1,2\n")
    with pytest.raises(BadOption, match="no column 'c'; it has 'a', 'b'"):
        open_table(path, as_text=["c"])
    with pytest.raises(BadOption, match="one character"):
        open_table(path, separator="::")
    with pytest.raises(BadInput, match="no file"):
        open_table(tmp_path / "absent.csv")
    for line in ("{", "3", '{"a": [1]}'):
        with pytest.raises(BadFormat, match=r"t\.jsonl, line 1"):
            open_table(write(tmp_path, line + "\n", "t.jsonl"))


def test_what_is_read_can_be_encoded(tmp_path):
    pytest.importorskip("sklearn")
    path = write(tmp_path, "size,price,since,flag\nS,1.5,2024-01-01,true\nL,,2024-01-02,false\n,2,,\n")
    encoder = TableEncoder(missing="mark").fit(open_table(path))
    kinds = {"size": "one_hot", "price": "standardize", "since": "standardize", "flag": "one_hot"}
    assert encoder.kinds_ == kinds and encoder.encode(open_table(path)).shape[0] == 3
