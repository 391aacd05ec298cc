"""What a space keeps, what it refuses, and which spaces may be mixed."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from vicinal import Origin, Space
from vicinal.errors import BadFormat, BadInput, BadOption, SpacesDiffer, UnknownName
from vicinal.frozen import frozen_matrix
from vicinal.origin import digest_matrix


def abc(**more):
    return Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]], **more)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_what_the_caller_writes_later_changes_nothing(dtype):
    given = np.ones((3, 2), dtype)
    views = [given, given[:, :], given[::1], np.asfortranarray(given), given.reshape(3, 2), memoryview(given)]
    readonly = given[:]
    readonly.flags.writeable = False
    spaces = [Space(list("abc"), view) for view in (*views, readonly)]
    given[:] = 7
    for space in spaces:
        assert space.matrix.max() == 1 and space.matrix.dtype == dtype
        with pytest.raises(ValueError, match="read-only"):
            space.matrix[0, 0] = 5


def test_what_nobody_can_write_is_not_copied(tmp_path):
    frozen = np.ones((3, 2), np.float32)
    frozen.flags.writeable = False
    assert np.shares_memory(Space(list("abc"), frozen).matrix, frozen)
    whole = Space(list("abc"), frozen)
    assert np.shares_memory(whole.truncate(2).matrix, frozen) and np.shares_memory(
        whole.rename({"a": "d"}).matrix, frozen
    )
    assert np.shares_memory(frozen_matrix(np.frombuffer(frozen.tobytes(), np.float32).reshape(3, 2)), frozen) is False
    np.save(tmp_path / "a.npy", frozen)
    for mode, shared in (("r", True), ("r+", False), ("c", False)):
        mapped = np.load(tmp_path / "a.npy", mmap_mode=mode)
        assert np.shares_memory(Space(list("abc"), mapped).matrix, mapped) is shared
    Space(list("abc"), frozen).save(tmp_path / "a.space")
    opened = Space.open(tmp_path / "a.space")
    assert isinstance(opened.matrix.base, np.ndarray) and opened._norms is None  # a view of the file, not yet read


def test_what_is_made_inside_is_frozen_too():
    for space in (abc().unit(), abc().centered(), abc().truncate(1), abc().take(["A"]), abc().rename({"A": "D"})):
        assert not space.matrix.flags.writeable and not space.norms.flags.writeable
    vector = abc()["A"]
    vector[:] = 0  # a copy
    assert abc()["A"].tolist() == [3, 30]


def test_a_space_is_frozen():
    space = abc(columns={"count": [1, 2, 3]})
    for attribute in ("names", "matrix", "metric", "columns", "other"):
        with pytest.raises(AttributeError, match="frozen"):
            setattr(space, attribute, None)
    with pytest.raises(AttributeError, match="frozen"):
        del space.metric
    with pytest.raises(TypeError):
        space.columns["count"] = [3]
    with pytest.raises(ValueError, match="read-only"):
        space.columns["count"][0] = 3


def test_copies_and_pickles(tmp_path):
    space = abc(columns={"count": [1, 2, 3], "matrix": list("xyz"), "names": [0.5, 1, 2]}, metric="dot")
    space.save(tmp_path / "a.space")
    assert copy.copy(space) is space and copy.deepcopy(space) is space
    for one in (space, Space.open(tmp_path / "a.space")):
        again = pickle.loads(pickle.dumps(one))
        assert again.names == space.names and again.metric == "dot" and again.fingerprint == space.fingerprint
        assert {k: v.tolist() for k, v in again.columns.items()} == {k: v.tolist() for k, v in space.columns.items()}
        np.testing.assert_array_equal(again.matrix, space.matrix)
        assert not again.matrix.flags.writeable


BAD = [
    ([], np.empty((0, 3)), "at least one name"),
    ([], [], "at least one name"),
    (["a"], [[1], [2]], "1 names do not fit a matrix of 2 rows"),
    (["a"], [1, 2], "shape"),
    (["a"], [[]], "shape"),
    (["a"], [[1], [2, 3]], "cannot be made an array"),
    (["a"], [["x"]], "must be numbers"),
    (["a"], [[1 + 1j]], "must be numbers"),
    (["a"], np.ma.array([[1.0]], mask=True), "masked"),
    (["a", "b"], [[1], [np.nan]], "the vector of 'b': row 1"),
    (["a"], [[1e300]], "the vector of 'a': row 0"),
    (["a"], [[np.inf]], "the vector of 'a': row 0"),
]


@pytest.mark.parametrize(("names", "matrix", "message"), BAD)
def test_what_is_refused(names, matrix, message):
    with pytest.raises(BadInput, match=message):
        Space(names, matrix)


def test_a_mapped_matrix_is_checked_when_first_used(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[1.0], [np.nan]], np.float32))
    space = Space(["a", "b"], np.load(tmp_path / "a.npy", mmap_mode="r"))
    with pytest.raises(BadInput, match="the vector of 'b': row 1 holds NaN"):
        space.nearest("a")


@pytest.mark.parametrize("columns", [{"x": [1]}, {1: [1, 2, 3]}, {"x": [[1], [2, 3], 4]}, {"x": 5}])
def test_bad_columns(columns):
    with pytest.raises(BadInput, match="column"):
        abc(columns=columns)


def test_take():
    space = abc(columns={"count": [1, 2, 3]})
    for which in (["C", "A"], ("C", "A"), np.array(["C", "A"]), [2, 0], np.array([2, 0], np.uint8)):
        part = space.take(which)
        assert list(part) == ["C", "A"] and part.columns["count"].tolist() == [3, 1]
        np.testing.assert_array_equal(part.matrix, space.matrix[[2, 0]])
    assert list(space.take([True, False, True])) == ["A", "C"]
    for bad in ("red", [3], [-1], [0.5], [], [True], [[0]], ["A", 0], [0, 0], {"A"}, None, 1, [False] * 3):
        with pytest.raises(BadInput):
            space.take(bad)
    with pytest.raises(BadInput, match="position 9 is not in this space; they run from 0 to 2"):
        space.take([9])
    with pytest.raises(UnknownName):
        space.take(["A", "red"])


def test_other_refusals():
    space = abc()
    for call in (lambda: space[0], lambda: space.odd_one_out("ABC"), lambda: space.odd_one_out(["A", "B"]),
                 lambda: space.similarities("ABC"), lambda: space.rename({"A": "B"}), lambda: space.rename({"A": ""}),
                 lambda: space.concat(space), lambda: space.similarities([1, 2])):  # fmt: skip
        with pytest.raises(BadInput):
            call()
    for dim in (0, 3, True, 1.0, None):
        with pytest.raises(BadOption, match="dim must be"):
            space.truncate(dim)
    with pytest.raises(UnknownName):
        space.rename({"nope": "x"})
    with pytest.raises(BadInput, match="all pairs"):
        Space([str(i) for i in range(20_001)], np.ones((20_001, 1))).similarities()


def test_fingerprints_follow_the_coordinates():
    space = abc()
    same = [space.take(["B"]), space.rename({"A": "Z"}), abc(), abc(columns={"x": [1, 2, 3]}), abc(metric="dot")]
    other = [space.unit(), space.centered(), space.truncate(1), space.truncate(2), Space(["A"], [[3, 30]])]
    assert {s.fingerprint for s in same} == {space.fingerprint}
    assert len({s.fingerprint for s in [space, *other]}) == 6
    assert space.unit().fingerprint == abc().unit().fingerprint


def test_spaces_of_different_models_are_not_mixed():
    space, other = abc(), Space(["D"], [[1, 1]])
    for call in (lambda **o: space.concat(other, **o), lambda **o: space.nearest(other, **o)):
        with pytest.raises(SpacesDiffer, match="different models"):
            call()
        assert call(mix=True)
    assert space.nearest(other, 1, mix=True).queries == ["D"]
    with pytest.raises(SpacesDiffer, match="2 and 3 dimensions"):
        space.nearest(Space(["D"], [[1, 1, 1]]), mix=True)
    joined = space.take(["B"]).concat(space.take(["A"]))
    assert list(joined) == ["B", "A"] and joined.fingerprint == space.fingerprint
    assert space.concat(other, mix=True).fingerprint not in (space.fingerprint, other.fingerprint)


def test_concat_keeps_the_columns_of_both():
    one, two = abc(columns={"x": [1, 2, 3], "y": [1, 1, 1]}).take(["A"]), abc(columns={"x": [4, 5, 6]}).take(["B"])
    assert {key: column.tolist() for key, column in one.concat(two).columns.items()} == {"x": [1, 5]}
    with pytest.raises(BadInput, match="column 'x'"):
        one.concat(abc(columns={"x": list("pqr")}).take(["C"]))


def test_origins():
    origin = Origin("W", {"dim": np.int64(3), "rate": np.float32(0.5)}, seed=1, steps=("unit",))
    assert Origin.from_json(origin.to_json()).fingerprint == origin.fingerprint
    with pytest.raises(BadInput, match="JSON values"):
        Origin(options={"f": print}).to_json()
    for bad in ("", "[]", "5", '{"x": 1}', '{"seed": "1"}', '{"seed": true}', '{"options": []}', '{"steps": "unit"}',
                '{"steps": [1]}', '{"encoder": 5}', "[" * 100_000):  # fmt: skip
        with pytest.raises(BadFormat):
            Origin.from_json(bad)
    assert digest_matrix(np.zeros((2, 3))) != digest_matrix(np.zeros((3, 2)))


def test_how_a_space_looks():
    space = Space(["a\nb", "<script>", "\x1b[31m", "x" * 200, "\u202eevil", "f"], np.eye(6, 8))
    assert "\n" not in repr(space) and "\x1b" not in repr(space) and len(repr(space)) < 250
    html = space._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html and "\u202e" not in html
    assert space._origin is None  # to show it is not to read it all
