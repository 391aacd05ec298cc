from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vicinal.errors import BadFormat, BadInput, OutputExists, UnknownName
from vicinal.maps import Map

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
letters = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@same_folder
@given(
    st.lists(letters, min_size=1, max_size=8, unique=True),
    st.sampled_from([2, 3]),
    st.data(),
)
def test_a_map_survives_a_round_trip(tmp_path, names, dim, data):
    number = st.floats(allow_nan=False, allow_infinity=False, width=32)
    row = st.lists(number, min_size=dim, max_size=dim)
    places = data.draw(st.lists(row, min_size=len(names), max_size=len(names)))
    drawn = Map(
        names, places, "PCA", fingerprint="ab12", quality={"stress": 1 / 3, "points": 7}, axis_shares=[0.1] * dim
    )
    drawn.save(tmp_path / "map.tsv", force=True)
    back = Map.open(tmp_path / "map.tsv")
    assert back.names == drawn.names and back.method == "PCA" and back.fingerprint == "ab12"
    assert back.quality == drawn.quality and back.axis_shares == drawn.axis_shares
    np.testing.assert_array_equal(back.coordinates, drawn.coordinates)
    assert os.listdir(tmp_path) == ["map.tsv"]


def test_the_file_is_readable_text(tmp_path):
    Map(["a b", "#c"], [[1, 2], [0.1, -4]], "PCA").save(tmp_path / "m.tsv")
    lines = (tmp_path / "m.tsv").read_text().splitlines()
    assert lines[0] == "# vicinal.map/1" and lines[1] == "# method: PCA"
    assert lines[-3:] == ["name\tx\ty", "a b\t1.0\t2.0", "#c\t0.1\t-4.0"]


def test_a_file_edited_by_hand_still_opens(tmp_path):
    text = "\ufeff# vicinal.map/1\r\n# drawn by hand\r\nname\tx\ty\tz\r\nsea\t1\t2\t3\r\n\r\n"
    (tmp_path / "m.tsv").write_bytes(text.encode())
    assert Map.open(tmp_path / "m.tsv")["sea"].tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("ending", [".map", ".tsv"])
@pytest.mark.parametrize("dim", [2, 3])
def test_a_map_of_nothing_survives_a_round_trip(tmp_path, ending, dim):
    Map([], np.empty((0, dim)), "PCA").save(tmp_path / f"m{ending}")
    back = Map.open(tmp_path / f"m{ending}")
    assert len(back) == 0 and back.dim == dim


def test_a_method_cannot_steer_the_terminal(tmp_path):
    Map(["a"], [[0, 0]], "\x1b[2Jgone\u202e" + "x" * 1000).save(tmp_path / "m.map")
    shown = repr(Map.open(tmp_path / "m.map"))
    assert shown.isprintable() and "\\x1b[2Jgone" in shown and len(shown) < 120


HEAD = "# vicinal.map/1\nname\tx\ty\n"


@pytest.mark.parametrize(
    "text, what",
    [
        ("", "line 1"),
        ("name\tx\ty\na\t1\t2\n", "line 1"),
        ("# vicinal.map/1", "line 1: expected the columns"),
        ("# vicinal.map/1\na\t1\t2\n", "line 2: expected the columns"),
        (HEAD + "a\t1\n", "line 3: 2 cells"),
        (HEAD + "a\t1\ttwo\n", "line 3"),
        (HEAD + "a\\q\t1\t2\n", "line 3: a backslash"),
        (HEAD + "a\\\t1\t2\n", "line 3: a backslash"),
        (HEAD + "a\t1\t2\na\t1\t2\n", "more than once"),
        (HEAD + "a\t1\tnan\n", "finite"),
        (HEAD + "a\t1\t1e99\n", "finite"),
        (HEAD + "\t1\t1\n", "empty"),
        ("# vicinal.map/1\n# quality: {\nname\tx\ty\n", "not JSON"),
        ("# vicinal.map/1\n# quality: 3\nname\tx\ty\na\t1\t2\n", "not a map"),
        ('# vicinal.map/1\n# quality: {"a": "b"}\nname\tx\ty\na\t1\t2\n', "not a map"),
        ("# vicinal.map/1\n# axis_shares: [1]\nname\tx\ty\na\t1\t2\n", "axis_shares"),
    ],
)
def test_a_broken_file_is_refused_with_its_name(tmp_path, text, what):
    (tmp_path / "m.tsv").write_text(text)
    with pytest.raises(BadFormat, match=what) as caught:
        Map.open(tmp_path / "m.tsv")
    assert "m.tsv" in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "m.tsv").write_bytes(b"# vicinal.map/1\n\xff")
    with pytest.raises(BadFormat, match="UTF-8"):
        Map.open(tmp_path / "m.tsv")


def test_nothing_is_overwritten_unasked(tmp_path):
    drawn = Map(["a"], [[1, 2]], "PCA")
    drawn.save(tmp_path / "m.tsv")
    with pytest.raises(OutputExists, match="force=True"):
        drawn.save(tmp_path / "m.tsv")
    drawn.save(tmp_path / "m.tsv", force=True)
    with pytest.raises(BadInput, match="no folder"):
        drawn.save(tmp_path / "none" / "m.tsv")
    with pytest.raises(BadInput, match="is a folder"):
        drawn.save(tmp_path, force=True)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    drawn = Map(["a"], [[1, 2]], "PCA")
    drawn.save(tmp_path / "m.tsv")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(BadInput, match="No space left"):
        Map(["b"], [[3, 4]], "PCA").save(tmp_path / "m.tsv", force=True)
    assert os.listdir(tmp_path) == ["m.tsv"] and Map.open(tmp_path / "m.tsv").names == ("a",)


def test_a_map_says_what_it_is():
    drawn = Map(["<b>"], [[1, 2]], "PCA", quality={"trustworthiness": 0.912, "points": 1})
    assert repr(drawn) == "Map(1 names × 2, PCA, trustworthiness 0.91: <b>)"
    assert "&lt;b&gt;" in drawn._repr_html_() and "<b>" not in drawn._repr_html_()
    sampled = Map(["a", "b"], np.eye(2), "PCA", quality={"stress": 0.5, "points": 1})
    assert ("measured on", "a sample of 1 of 2 points") in sampled.summary()


def test_coordinates_cannot_be_changed_from_outside():
    places = np.zeros((1, 2), np.float32)
    drawn = Map(["a"], places, "PCA")
    places[:] = 1
    assert drawn["a"].tolist() == [0, 0]
    with pytest.raises(ValueError, match="read-only"):
        drawn.coordinates[0, 0] = 1
    with pytest.raises(UnknownName):
        drawn["b"]


@pytest.mark.parametrize("places", [[[1, 2, 3, 4]], [[1]], [1, 2], [[1, 2], [3, 4]], [[1, np.inf]]])
def test_places_that_do_not_fit_are_refused(places):
    with pytest.raises(BadInput):
        Map(["a"], places, "PCA")


def test_what_could_not_be_read_back_is_refused():
    with pytest.raises(BadInput, match="one line"):
        Map(["a"], [[1, 2]], "P\nCA")
    with pytest.raises(BadInput, match="finite number"):
        Map(["a"], [[1, 2]], "PCA", quality={"stress": float("nan")})
