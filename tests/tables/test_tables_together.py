from __future__ import annotations

import datetime
import json

import numpy as np
import pytest

from vicinal.errors import BadFormat, BadInput, BadOption, OutputExists
from vicinal.tables import (
    BinaryCode,
    MinMax,
    Multiplexed,
    OneHot,
    Ordinal,
    Sketch,
    Standardize,
    TableEncoder,
)

TABLE = {
    "name": [f"row {i}" for i in range(40)],
    "color": ["red", "blue", None, "green"] * 10,
    "price": [float(i) if i % 7 else None for i in range(40)],
    "sold": [True, False] * 20,
    "shop": [f"shop {i % 25}" for i in range(40)],
    "day": [datetime.date(2020, 1, 1) + datetime.timedelta(i) for i in range(40)],
}


def test_the_choice_follows_kind_and_number_of_categories():
    encoder = TableEncoder(one_hot_limit=5, overrides={"name": "drop"}).fit(TABLE)
    assert encoder.kinds_ == {
        "name": "drop", "color": "one_hot", "price": "standardize", "sold": "one_hot", "shop": "multiplexed",
        "day": "standardize",
    }  # fmt: skip
    assert [part.columns for part in encoder.parts_] == [["color", "sold"], ["price", "day"], ["shop"]]
    matrix = encoder.encode(TABLE)
    assert (
        matrix.shape == (40, 3 + 2 + 2 + 32) == (40, len(encoder.get_feature_names_out()))
        and matrix.dtype == np.float32
    )


def test_every_part_equals_its_encoder_alone():
    encoder = TableEncoder(
        overrides={
            "color": "ordinal",
            "price": "min_max",
            "sold": "binary",
            "shop": Multiplexed(dim=3),
            "name": "multiplexed",
            "day": "drop",
        }
    ).fit(TABLE)
    parts = [
        Multiplexed().fit({"name": TABLE["name"]}).encode({"name": TABLE["name"]}),
        Ordinal(missing="minus_one").fit({"color": TABLE["color"]}).encode({"color": TABLE["color"]}),
        MinMax(missing="mean").fit({"price": TABLE["price"]}).encode({"price": TABLE["price"]}),
        BinaryCode().fit({"sold": TABLE["sold"]}).encode({"sold": TABLE["sold"]}),
        Multiplexed(dim=3).fit({"shop": TABLE["shop"]}).encode({"shop": TABLE["shop"]}),
    ]
    np.testing.assert_array_equal(encoder.encode(TABLE), np.hstack(parts))


@pytest.mark.parametrize("library", ["pandas", "polars", "mapping"])
def test_there_and_back(library):
    frame = TABLE if library == "mapping" else pytest.importorskip(library).DataFrame(TABLE)
    encoder = TableEncoder(overrides={"name": "binary", "shop": "ordinal"}, missing="mark").fit(frame)
    back = encoder.inverse_transform(encoder.encode(frame))
    for column in ("name", "color", "sold", "shop"):
        assert back[column].tolist() == TABLE[column]
    np.testing.assert_allclose(
        back["price"], [np.nan if v is None else v for v in TABLE["price"]], rtol=1e-5, atol=1e-5
    )
    np.testing.assert_allclose(back["day"], np.array(TABLE["day"], "datetime64[D]").astype(int), rtol=1e-7)
    assert list(encoder.inverse_transform(encoder.encode(frame), ["sold"])) == ["sold"]


def test_what_is_hashed_has_no_way_back():
    encoder = TableEncoder().fit(TABLE)
    matrix = encoder.encode(TABLE)
    with pytest.raises(BadInput, match="'name' is hashed"):
        encoder.inverse_transform(matrix)
    assert encoder.inverse_transform(matrix, ["color"])["color"].tolist() == TABLE["color"]
    for bad in (["colour"], ["shop"]):
        with pytest.raises(BadInput):
            encoder.inverse_transform(matrix, bad)
    with pytest.raises(BadInput, match="must have shape"):
        encoder.inverse_transform(matrix[:, 1:], ["color"])


def test_columns_are_found_by_name():
    encoder = TableEncoder().fit(TABLE)
    shuffled = {key: TABLE[key] for key in reversed(TABLE)} | {"more": range(40)}
    np.testing.assert_array_equal(encoder.encode(shuffled), encoder.encode(TABLE))
    with pytest.raises(BadInput, match="'price' is not in the table"):
        encoder.encode({key: column for key, column in TABLE.items() if key != "price"})
    with pytest.raises(BadInput, match="no column names"):
        encoder.encode([list(row) for row in zip(*TABLE.values(), strict=True)])
    unnamed = TableEncoder(overrides={"x1": "drop"}).fit([["a", 1], ["b", 2]])
    assert unnamed.encode([["b", 5]]).tolist() == [[0.0, 1.0]]
    with pytest.raises(BadInput, match="expecting 2 features"):
        unnamed.encode([["b"]])
    dropped = TableEncoder(overrides={"b": "drop"}).fit({"a": [1.0, 3.0], "b": [1, 2]})
    assert dropped.encode({"a": [2.0]}).tolist() == [[0.0]]  # what is dropped need not be there


def test_unseen_and_missing_do_as_the_options_say():
    train = {"c": ["a", "b"], "h": ["a", "b"], "n": [1.0, 3.0]}
    new = {"c": ["z", None], "h": ["z", None], "n": [2.0, None]}
    overrides = {"h": "multiplexed"}
    accepted = TableEncoder(overrides=overrides, dim=2, hashes=1).fit(train).encode(new)
    assert accepted[:, :2].any() == accepted[1, 2:4].any() == False and accepted[0, 2:4].any()  # noqa: E712
    assert accepted[:, 4].tolist() == [0.0, 0.0]
    marked = TableEncoder(overrides=overrides, dim=2, hashes=1, missing="mark").fit(train)
    assert marked.get_feature_names_out().tolist() == ["c=a", "c=b", "c=(missing)", "h:0", "h:1", "n", "n:missing"]
    assert marked.encode(new)[1, [2, 6]].tolist() == [1.0, 1.0] and marked.encode(new)[1, 3:5].any()
    with pytest.raises(BadInput, match="'c' holds 'z'"):
        TableEncoder(unseen="error").fit(train).encode(new)
    with pytest.raises(BadInput, match="'n' is missing"):
        TableEncoder(missing="error").fit(train).encode({"c": ["a"], "h": ["a"], "n": [None]})
    with pytest.raises(BadInput, match=r"held number values when fitted|holds text"):
        TableEncoder().fit(train).encode({"c": ["a"], "h": ["a"], "n": ["1"]})


def test_the_report_counts_what_was_not_expected():
    encoder = TableEncoder(overrides={"shop": "drop"}).fit(TABLE)
    new = {**TABLE, "color": ["pink", None, "red", "mauve"] * 10, "extra": TABLE["name"]}
    report = encoder.report(new)
    assert (report["color"].unseen, report["color"].missing, report["color"].unseen_values) == (
        20,
        10,
        ("pink", "mauve"),
    )
    assert report["price"].missing == 6 and report["price"].unseen is None and report["shop"].encoder == "drop"
    assert report.ignored == ("extra",) and report.rows == 40
    assert sum(c.dim for c in report.columns) == encoder.dim_out
    assert "20 (50.0 %)" in str(report) and "<table>" in report._repr_html_()
    assert json.loads(json.dumps(report.records()))[1]["unseen"] == 20


def test_rows_as_a_space():
    encoder = TableEncoder(overrides={"name": "drop"}).fit(TABLE)
    space = encoder.to_space(TABLE, names="name")
    assert len(space) == 40 and space.dim == encoder.dim_out and space.origin.encoder == "TableEncoder"
    np.testing.assert_array_equal(space["row 3"], encoder.encode(TABLE)[3])
    assert encoder.to_space(TABLE, names=TABLE["name"]).fingerprint == space.fingerprint
    with pytest.raises(BadInput, match=r"must be distinct|more than once"):
        encoder.to_space(TABLE, names="sold")
    with pytest.raises(BadInput, match="without missing"):
        encoder.to_space(TABLE, names="color")


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"overrides": {"nope": "drop"}}, BadOption),
        ({"overrides": {"color": "onehot"}}, BadOption),
        ({"overrides": ["color"]}, BadOption),
        ({"overrides": {"color": TableEncoder()}}, BadOption),
        ({"one_hot_limit": -1}, BadOption),
        ({"unseen": "zero"}, BadOption),
        ({"missing": "zero"}, BadOption),
        ({"rows": 0}, BadOption),
        ({"overrides": dict.fromkeys(TABLE, "drop")}, BadInput),
        ({"overrides": {"color": "standardize"}}, BadInput),
        ({"overrides": {"day": "one_hot"}}, BadInput),
        ({"overrides": {"price": OneHot()}}, BadInput),
        ({"overrides": {"color": MinMax(low=3)}}, BadOption),
    ],
)
def test_bad_options(options, kind):
    with pytest.raises(kind):
        TableEncoder(**options).fit(TABLE)


def test_a_column_missing_in_every_row_is_refused_with_the_way_out():
    table = {"a": [None, None], "b": [1, 2]}
    with pytest.raises(BadInput, match=r"'a' is missing in every row.*overrides=\{'a': 'drop'\}"):
        TableEncoder().fit(table)
    assert TableEncoder(overrides={"a": "drop"}).fit(table).encode(table).shape == (2, 1)


NUMBERS = {"a": [1.5, -2.0, 0.25], "b": [3, 1, 2]}
WORDS = {"a": ["x", "", "ü"], "b": [True, False, True]}
SAVED = [
    (OneHot(missing="category"), WORDS),
    (Ordinal(categories={"a": ["ü", "x", ""]}), WORDS),
    (BinaryCode(), WORDS),
    (Ordinal(), {"a": [2**70, 1, -5]}),
    (Standardize(), NUMBERS),
    (MinMax(low=-1.0, unseen="clip"), NUMBERS),
    (Multiplexed(dim=3, rows=20, missing="zero"), WORDS),
    (Sketch(method="count_sketch", dim=9, depth=3), NUMBERS),
    (OneHot(), [["a"], ["b"]]),
    (TableEncoder(one_hot_limit=5, overrides={"shop": Multiplexed(dim=2), "name": "binary"}), TABLE),
]


@pytest.mark.parametrize(("encoder", "table"), SAVED, ids=lambda part: type(part).__name__)
def test_saved_and_loaded_is_the_same(encoder, table, tmp_path):
    path = tmp_path / "model"
    encoder.fit(table).save(path)
    loaded = type(encoder).load(path)
    np.testing.assert_array_equal(loaded.encode(table), encoder.encode(table))
    assert loaded.get_feature_names_out().tolist() == encoder.get_feature_names_out().tolist()
    assert repr(loaded) == repr(encoder) and hasattr(loaded, "feature_names_in_") == hasattr(
        encoder, "feature_names_in_"
    )
    with pytest.raises(OutputExists):
        encoder.save(path)
    encoder.save(path, force=True)
    assert sorted(p.name for p in path.iterdir()) == ["arrays.safetensors", "encoder.json"]


@pytest.mark.parametrize(("encoder", "table"), SAVED, ids=lambda part: type(part).__name__)
def test_damaged_folders_are_refused(encoder, table, tmp_path):
    path = tmp_path / "model"
    encoder.fit(table).save(path)
    good = json.loads((path / "encoder.json").read_text())
    spoilt = [
        {**good, "format": "x"},
        {**good, "encoder": "Word2Vec"},
        {**good, "options": {"nope": 1}},
        {**good, "columns": ["a"] * 9},
        {key: value for key, value in good.items() if key != "columns"},
        [],
        {**good, "options": None},
    ]
    if good.get("state"):
        spoilt.append({**good, "state": {"categories_": [["text", [], False]] * len(good["columns"])}})
        spoilt.append({**good, "state": {"categories_": 3}})
    if "parts" in good:
        spoilt += [{**good, "parts": []}, {**good, "parts": [{}]}, {**good, "parts": good["parts"][:1] * 2}]
    for record in spoilt:
        if type(encoder) is Sketch and isinstance(record, dict) and record.get("columns") == ["a"] * 9:
            continue  # a sketch of other columns is as good as any
        (path / "encoder.json").write_text(json.dumps(record))
        with pytest.raises(BadFormat):
            type(encoder).load(path)
    (path / "encoder.json").write_text(json.dumps(good))
    (path / "arrays.safetensors").write_bytes(b"short")
    with pytest.raises(BadFormat):
        type(encoder).load(path)
    with pytest.raises(BadInput, match=r"no encoder.json"):
        type(encoder).load(tmp_path)


def test_what_json_cannot_hold_is_refused_and_nothing_written(tmp_path):
    encoder = Ordinal(categories={"a": ["x"]}).fit({"a": ["x"]})
    encoder.categories = {"a": [np.str_("x"), object()]}
    with pytest.raises(BadInput, match="what JSON"):
        encoder.save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []
