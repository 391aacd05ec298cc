import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from vicinal.align import Procrustes, ProcrustesRefined, orthogonal_map
from vicinal.errors import BadFormat, BadInput, BadOption, NotFitted, OutputExists, SpacesDiffer
from vicinal.randomness import generator
from vicinal.space import Space

BOTH = [Procrustes, ProcrustesRefined]


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("unit", [True, False])
def test_a_planted_turn_is_recovered(planted, kind, unit):
    source, target, turn, pairs = planted()
    model = kind(unit=unit).fit(source, target, pairs[:40])
    assert_allclose(model.map_, turn, atol=2e-6)
    assert_allclose(model.transform(source).matrix, target.matrix, atol=1e-5)


def test_a_planted_turn_and_shift_are_recovered(planted):
    source, target, turn, pairs = planted(shift=0.7)
    model = Procrustes(unit=False, center=True).fit(source, target, pairs[:40])
    assert_allclose(model.map_, turn, atol=2e-6)
    assert_allclose(model.transform(source).matrix, target.matrix, atol=1e-5)
    without = Procrustes(unit=False).fit(source, target, pairs[:40]).transform(source)
    assert np.abs(without.matrix - target.matrix).max() > 0.1


def test_unit_and_center_together_move_directions_and_keep_lengths(planted):
    source, target, *_, pairs = planted()
    model = Procrustes(unit=True, center=True).fit(source, target, pairs)
    assert_allclose(model.transform(source).norms, target.norms, rtol=1e-5)


@settings(max_examples=40, deadline=None)
@given(dim=st.integers(1, 8), n=st.integers(1, 12), seed=st.integers(0, 10_000))
def test_the_map_is_orthogonal_and_the_best_there_is(dim, n, seed):
    rng = generator(seed)
    x, y = rng.normal(size=(2, n, dim))
    best = orthogonal_map(x, y)
    assert_allclose(best @ best.T, np.eye(dim), atol=1e-12)
    error = np.square(x @ best - y).sum()
    for _ in range(5):
        other = np.linalg.qr(rng.normal(size=(dim, dim)))[0]
        assert error <= np.square(x @ other - y).sum() + 1e-9


def test_equals_scipy():
    scipy_linalg = pytest.importorskip("scipy.linalg")
    x, y = generator(3).normal(size=(2, 50, 7))
    assert_allclose(orthogonal_map(x, y), scipy_linalg.orthogonal_procrustes(x, y)[0], atol=1e-12)


def test_noise_degrades_gracefully(planted):
    errors = []
    for noise in (0.0, 0.05, 0.2, 0.8):
        source, target, turn, pairs = planted(n=400, noise=noise)
        errors.append(np.linalg.norm(Procrustes().fit(source, target, pairs).map_ - turn))
    assert errors == sorted(errors)
    assert errors[2] < 0.2  # of at most 2 √dim = 6.3


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 100))
def test_lengths_and_cosines_stay(seed, scale):
    rng = generator(seed)
    source = Space([f"s{i}" for i in range(20)], scale * rng.normal(size=(20, 5)))
    target = Space([f"t{i}" for i in range(20)], rng.normal(size=(20, 5)))
    aligned = Procrustes().fit(source, target, [(f"s{i}", f"t{i}") for i in range(20)]).transform(source)
    assert_allclose(aligned.norms, source.norms, rtol=1e-5)
    assert_allclose(aligned.similarities(), source.similarities(), atol=1e-5)


def test_without_pairs_shared_names_are_the_dictionary(planted):
    source, target, turn, _ = planted()
    source = source.rename({f"s{i}": f"t{i}" for i in range(60)})
    model = Procrustes().fit(source, target)
    assert model.seed_.known == 60
    assert_allclose(model.map_, turn, atol=2e-6)


# --- refinement ----------------------------------------------------------------------------------------------------


def test_refinement_repairs_a_wrong_dictionary(planted):
    source, target, turn, pairs = planted(n=400, noise=0.05)
    wrong = [(a, pairs[(i * 7 + 3) % 400][1]) if i % 2 else (a, b) for i, (a, b) in enumerate(pairs[:60])]
    plain = Procrustes().fit(source, target, wrong)
    refined = ProcrustesRefined().fit(source, target, wrong)
    assert np.linalg.norm(refined.map_ - turn) < 0.2 * np.linalg.norm(plain.map_ - turn)
    similarities = [r.similarity for r in refined.history_]
    assert similarities[0] < max(similarities)
    assert refined.seed_ == plain.seed_


def test_no_rounds_is_the_plain_map(planted):
    source, target, _, pairs = planted(noise=0.3)
    plain, none = Procrustes().fit(source, target, pairs), ProcrustesRefined(rounds=0).fit(source, target, pairs)
    assert_allclose(plain.map_, none.map_)
    assert len(none.history_) == 1


def test_the_best_round_is_kept(planted):
    source, target, _, pairs = planted(n=150, dim=12, noise=1.0)
    model = ProcrustesRefined(rounds=8).fit(source, target, pairs[:20])
    similarities = [r.similarity for r in model.history_]
    best = int(np.argmax(similarities))
    again = ProcrustesRefined(rounds=best).fit(source, target, pairs[:20])
    assert_allclose(model.map_, again.map_)


# --- origins -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BOTH)
def test_an_aligned_space_mixes_with_its_target_and_with_nothing_else(planted, kind):
    source, target, _, pairs = planted()
    with pytest.raises(SpacesDiffer):
        target.nearest(source)
    aligned = kind().fit(source, target, pairs).transform(source)
    assert target.nearest(aligned, k=1).names == [[b] for _, b in pairs]
    assert len(target.concat(aligned)) == 240
    assert aligned.unit().fingerprint == target.unit().fingerprint
    assert set(aligned.columns["aligned_from"]) == {source.fingerprint}
    with pytest.raises(SpacesDiffer):
        aligned.check_same_origin(source)


def test_only_the_source_is_transformed(planted):
    source, target, _, pairs = planted()
    model = Procrustes().fit(source, target, pairs)
    assert len(model.transform(source.take(["s3", "s5"]))) == 2
    with pytest.raises(SpacesDiffer, match="learned for the space"):
        model.transform(target)
    assert len(model.transform(target, mix=True)) == 120
    assert model.origin_.parent == source.fingerprint
    assert model.origin_.steps == (f"onto {target.fingerprint}",)


# --- bad input -----------------------------------------------------------------------------------------------------


def test_unknown_words_are_reported_and_too_few_pairs_refused(planted):
    source, target, _, pairs = planted()
    some = [*pairs[:30], ("nobody", "t1"), ("s1", "nothing")]
    seed = Procrustes().fit(source, target, some).seed_
    assert (seed.pairs, seed.known, seed.unknown_share) == (32, 30, 2 / 32)
    assert seed.examples == ("nobody", "nothing")
    with pytest.raises(BadInput, match=r"9 of 11 pairs known, 18\.2 % not: nobody, nothing.*at least 10 are needed"):
        Procrustes().fit(source, target, pairs[:9] + some[-2:])
    assert Procrustes(min_pairs=9).fit(source, target, pairs[:9] + some[-2:]).seed_.known == 9
    with pytest.raises(BadInput, match="check which side is the source"):
        Procrustes().fit(target, source, pairs)


def test_a_pair_that_comes_twice_counts_once_and_a_zero_row_is_unknown(planted):
    source, target, _, pairs = planted()
    matrix = source.matrix.copy()
    matrix[4] = 0
    seed = Procrustes().fit(Space(source.names, matrix), target, pairs + pairs).seed_
    assert (seed.pairs, seed.known, seed.examples) == (120, 119, ("s4",))


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("unit", [True, False])
def test_zero_rows_stay_zero(planted, unit, center):
    source, target, _, pairs = planted(shift=0.5)
    model = Procrustes(unit=unit, center=center).fit(source, target, pairs)
    assert not model.encode(np.zeros((2, 10))).any()


def test_bad_input(planted, tmp_path):
    source, target, _, pairs = planted()
    with pytest.raises(SpacesDiffer, match="10 and 4 dimensions"):
        Procrustes().fit(source, target.truncate(4), pairs)
    with pytest.raises(BadInput, match="pair 1 is 'ab'"):
        Procrustes().fit(source, target, [("s1", "t1"), "ab"])
    with pytest.raises(BadInput, match="a path or a list of pairs"):
        Procrustes().fit(source, target, 5)
    with pytest.raises(BadOption, match="min_pairs"):
        Procrustes(min_pairs=0).fit(source, target, pairs)
    for name in ("rounds", "most_frequent", "neighbors"):
        with pytest.raises(BadOption, match=name):
            ProcrustesRefined(**{name: -1}).fit(source, target, pairs)
    with pytest.raises(NotFitted):
        Procrustes().transform(source)
    model = Procrustes().fit(source, target, pairs)
    for bad in (np.zeros(10), np.zeros((2, 9)), np.array([["a"] * 10])):
        with pytest.raises(BadInput, match=r"expected numbers of shape \(n, 10\)"):
            model.encode(bad)
    with pytest.raises(BadInput, match="NaN"):
        model.encode(np.full((1, 10), np.nan))
    assert model.encode(np.empty((0, 10))).shape == (0, 10)


# --- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BOTH)
def test_save_and_load(planted, tmp_path, kind):
    source, target, _, pairs = planted(noise=0.1)
    model = kind(center=True).fit(source, target, pairs)
    model.save(tmp_path / "map")
    again = kind.load(tmp_path / "map")
    assert again.get_params() == model.get_params()
    assert (again.seed_, again.origin_, again.target_origin_) == (model.seed_, model.origin_, model.target_origin_)
    assert getattr(again, "history_", None) == getattr(model, "history_", None)
    assert np.array_equal(again.transform(source).matrix, model.transform(source).matrix)
    aligned = again.transform(source)
    aligned.save(tmp_path / "a.space")
    assert Space.open(tmp_path / "a.space").fingerprint == target.fingerprint
    with pytest.raises(OutputExists):
        model.save(tmp_path / "map")


def test_damaged_folders_are_refused(planted, tmp_path):
    source, target, _, pairs = planted()
    folder = tmp_path / "map"
    Procrustes().fit(source, target, pairs).save(folder)
    with pytest.raises(BadFormat, match="expected ProcrustesRefined"):
        ProcrustesRefined.load(folder)
    with pytest.raises(BadInput, match=r"no encoder\.json"):
        Procrustes.load(tmp_path)
    text = (folder / "encoder.json").read_text()
    record = json.loads(text)
    for bad in ("{", "[]", json.dumps({**record, "options": {"x": 1}}), json.dumps({**record, "seed": 3})):
        (folder / "encoder.json").write_text(bad)
        with pytest.raises(BadFormat):
            Procrustes.load(folder)
    (folder / "encoder.json").write_text(text)
    (folder / "map.safetensors").unlink()
    with pytest.raises(BadInput, match=r"no map\.safetensors"):
        Procrustes.load(folder)
