from __future__ import annotations

import numpy as np
import pytest

from vicinal.errors import BadInput, BadOption
from vicinal.tables import Multiplexed
from vicinal.tables._hashing import mix, salted, to_normals, to_rows, to_signs, value_key
from vicinal.tables.collisions import count_collisions


def names(count, letter="v"):
    return [f"{letter}{i}" for i in range(count)]


def test_a_vector_is_signed_rows_of_the_one_table():
    encoder = Multiplexed(dim=4, rows=50, hashes=3).fit({"a": names(30), "b": names(30, "w")})
    assert encoder.table_.shape == (50, 4) and encoder.table_.dtype == np.float32
    matrix = encoder.encode({"a": ["v1", "new"], "b": ["w2", "w3"]}).reshape(2 * 2 * 3, 4)
    for row in matrix:
        same = (np.abs(encoder.table_ - row).max(axis=1) == 0) | (np.abs(encoder.table_ + row).max(axis=1) == 0)
        assert same.sum() == 1


def test_a_seed_and_the_values_decide_everything():
    table = {"a": names(20), "b": [float(i) for i in range(20)]}
    first, again = Multiplexed(rows=100).fit(table), Multiplexed(rows=100).fit({"a": ["other"], "b": [0.5]})
    np.testing.assert_array_equal(first.encode(table), again.encode(table))  # what was fitted does not matter
    np.testing.assert_array_equal(
        first.encode(table), first.encode({"a": table["a"], "b": list(range(20))})
    )  # 1 is 1.0
    assert (first.encode(table) != Multiplexed(rows=100, seed=2).fit(table).encode(table)).any()


def test_the_same_value_in_two_columns_is_not_the_same():
    encoder = Multiplexed(dim=32).fit({"a": ["x"], "b": ["x"]})
    a, b = np.split(encoder.encode({"a": ["x"], "b": ["x"]})[0], 2)
    assert abs(a @ b) < 0.6 and not np.array_equal(a, b)


def test_different_values_are_nearly_orthogonal():
    """Inner products of different values have mean 0 and variance near 1 / (dim · hashes), by the normal rows."""
    space = Multiplexed(dim=32, hashes=2, rows=1 << 16).fit(names(300)).space
    products = (space.matrix @ space.matrix.T)[np.triu_indices(300, 1)]
    assert abs(products.mean()) < 4 * np.sqrt(1 / 64 / len(products)) * 2
    np.testing.assert_allclose(products.var(), 1 / 64, rtol=0.1)
    np.testing.assert_allclose((space.norms**2).mean(), 1.0, rtol=0.05)


def test_unseen_and_missing_do_as_the_options_say():
    train, new = {"c": ["a", "b"]}, {"c": ["b", "z", None]}
    with pytest.raises(BadInput, match="missing"):
        Multiplexed().fit(train).encode(new)
    with pytest.raises(BadInput, match="missing"):
        Multiplexed().fit(new)
    with pytest.raises(BadInput, match="'z' in row 1"):
        Multiplexed(unseen="error", missing="zero").fit(train).encode(new)
    hashed = Multiplexed(missing="category").fit(train).encode(new)
    assert hashed.any(axis=1).all() and len(np.unique(hashed, axis=0)) == 3
    zeros = Multiplexed(unseen="zero", missing="zero").fit(train).encode(new)
    assert zeros.any(axis=1).tolist() == [True, False, False]
    assert not Multiplexed(missing="zero").fit(train).encode({"c": [None, None]}).any()
    with pytest.raises(BadInput, match="missing in every row"):
        Multiplexed(missing="zero").fit({"c": [None]})
    with pytest.raises(BadInput, match="cannot be undone"):
        Multiplexed(dim=1, hashes=1).fit(train).inverse_transform([[0.0]])


def test_collisions_are_counted_as_pair_by_pair(twin):
    encoder = Multiplexed(rows=40, hashes=2).fit({"a": names(60), "b": names(30, "w") * 2})
    keys = [encoder._keys(n, c) for n, c in zip(encoder.columns_, encoder.categories_, strict=True)]
    rows = encoder._places(np.concatenate(keys))[0].tolist()
    found = encoder.collisions()
    assert found.row_pairs == twin.collision_pairs(rows)
    assert found.same_column_row_pairs == twin.collision_pairs(rows[:60]) + twin.collision_pairs(rows[60:])
    assert found.used_rows == len({row for pair in rows for row in pair})
    assert "pairs that share a row" in str(found)


@pytest.mark.parametrize(
    ("values", "rows", "hashes"), [(2000, 1 << 12, 1), (2000, 1 << 12, 2), (3000, 64, 2), (500, 1 << 16, 4)]
)
def test_collisions_are_as_many_as_chance_says(values, rows, hashes):
    """Over seeds, counts have the stated mean and standard deviation."""
    table = {"a": names(values // 2), "b": names(values // 2)}
    found = [Multiplexed(dim=1, rows=rows, hashes=hashes, seed=seed).fit(table).collisions() for seed in range(20)]
    first = found[0]
    measured = np.array([f.row_pairs for f in found])
    assert abs(measured.mean() - first.expected_row_pairs) < 4 * first.row_pairs_sd / np.sqrt(20)
    assert 0.4 < measured.std(ddof=1) / first.row_pairs_sd < 1.7
    assert abs(np.mean([f.same_column_row_pairs for f in found]) - first.expected_same_column_row_pairs) < (
        4 * first.row_pairs_sd / np.sqrt(20)
    )
    np.testing.assert_allclose(np.mean([f.used_rows for f in found]), first.expected_used_rows, rtol=0.01)
    equal = np.array([f.equal_pairs for f in found])
    assert abs(equal.mean() - first.expected_equal_pairs) < 4 * np.sqrt(first.expected_equal_pairs / 20) + 0.1


def test_one_row_takes_all():
    found = count_collisions(np.zeros((3, 1), np.int64), np.ones((3, 1)), np.zeros(3, np.int64), rows=1)
    assert found.used_rows == found.expected_used_rows == 1 and found.row_pairs == found.expected_row_pairs == 3


@pytest.mark.parametrize(
    "options", [{"dim": 0}, {"rows": 2**31}, {"hashes": True}, {"unseen": "x"}, {"seed": -1}, {"missing": "mean"}]
)
def test_bad_options(options):
    with pytest.raises(BadOption):
        Multiplexed(**options).fit(["a"])


def test_the_mixer_equals_its_twin_and_is_known_by_its_figures(twin):
    """SplitMix64 with state 0 gives 0xE220A8397B1DCDAF first: the mixer at the golden gamma."""
    gamma = 0x9E3779B97F4A7C15
    keys = [0, 1, gamma, 2**64 - 1]
    assert mix(np.array(keys, np.uint64)).tolist() == [twin.mix(key) for key in keys]
    assert twin.mix(gamma) == 0xE220A8397B1DCDAF


def test_hashes_are_uniform_and_signs_and_normals_fair():
    from scipy import stats

    hashes = salted(np.arange(50_000, dtype=np.uint64), 1, 1, 9)[:, 0]
    counts = np.bincount(to_rows(hashes, 97), minlength=97)
    assert stats.chisquare(counts).pvalue > 1e-3 and len(counts) == 97
    assert abs(to_signs(hashes).mean()) < 4 / np.sqrt(50_000)
    assert stats.kstest(to_normals(hashes), "norm").pvalue > 1e-3
    assert stats.kstest(to_normals(salted(np.array([5], np.uint64), 20_000, 1, 9)[0]), "norm").pvalue > 1e-3
    assert value_key(True) != value_key(1) != value_key("1") and value_key(np.int8(1)) == value_key(1.0)
    assert value_key("\ud800") != value_key("")
