"""Word2Vec as its users meet it."""

import itertools
import json
import os
import signal
import time

import numpy as np
import pytest

import vicinal as vc
from vicinal.data import Tokens, tokenize_corpus
from vicinal.errors import BadFormat, BadInput, BadOption, NotEnoughMemory, NotFitted, UnknownName
from vicinal.words.huffman import graft, huffman_paths
from vicinal.words.noise import keep_probability, noise_table
from vicinal.words.trainer import Interrupted, Schedule, State, Trainer

OPTIONS = {"dim": 16, "min_count": 1, "epochs": 3, "threads": 1, "subsample": 0, "window": 3}


@pytest.fixture(scope="module")
def texts():
    """Two groups of words that never meet, so that the vectors must tell them apart."""
    rng = np.random.default_rng(0)
    groups = [[f"{kind}{i}" for i in range(8)] for kind in ("sea", "sky")]
    return [" ".join(rng.choice(groups[i % 2], 12)) for i in range(400)]


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax", "softmax"])
def test_learns_who_keeps_company_with_whom(texts, architecture, objective):
    options = OPTIONS | {"epochs": 12, "learning_rate": 0.1}
    model = vc.Word2Vec(architecture=architecture, objective=objective, **options).fit(texts)
    for name in ("sea0", "sky3"):
        assert {m.name[:3] for m in model.space.nearest(name, k=7)[0]} == {name[:3]}
    assert model.history_[-1] < model.history_[0]
    assert np.isfinite(model.input_).all() and model.input_.dtype == np.float32


def test_softmax_loss_approaches_the_entropy_of_the_corpus():
    """After "a" comes "b" or "c", each half the time: ln 2 nats from "a", none from "b" or "c" back to "a"."""
    model = vc.Word2Vec(objective="softmax", **OPTIONS | {"epochs": 40, "learning_rate": 0.2}).fit(["a b", "a c"] * 400)
    assert model.history_[0] > model.history_[-1]
    assert model.history_[-1] == pytest.approx(np.log(2) / 2, abs=0.02)


def test_one_thread_repeats_to_the_bit_and_seeds_differ(texts):
    first, second, other = (vc.Word2Vec(**OPTIONS, seed=seed).fit(texts) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.input_, second.input_)
    assert first.space.fingerprint == second.space.fingerprint != other.space.fingerprint
    assert np.abs(first.input_ - other.input_).max() > 0.01


def test_deterministic_repeats_at_any_thread_count(texts):
    models = [vc.Word2Vec(**OPTIONS | {"threads": t, "deterministic": True}).fit(texts) for t in (1, 2, 3)]
    for model in models[1:]:
        np.testing.assert_array_equal(model.input_, models[0].input_)


def test_threads_learn_the_same_thing(texts):
    """Threads overwrite each other's steps now and then, so the groups as a whole are asked after, not every pair."""
    space = vc.Word2Vec(**OPTIONS | {"threads": 3, "epochs": 12, "learning_rate": 0.1}).fit(texts).space
    kinds = np.array([name[:3] for name in space.names])
    alike, same = space.similarities(), kinds[:, None] == kinds
    assert alike[same & ~np.eye(16, dtype=bool)].mean() - alike[~same].mean() > 0.4


def test_global_random_state_is_left_alone(texts):
    before = np.random.get_state()[1].copy()
    vc.Word2Vec(**OPTIONS).fit(texts)
    np.testing.assert_array_equal(before, np.random.get_state()[1])


def test_initial_space_is_where_training_began(texts):
    model = vc.Word2Vec(**OPTIONS).fit(texts)
    start = model.initial_space
    assert list(start.names) == list(model.space.names)
    assert np.abs(start.matrix).max() <= 0.5 / 16
    assert start.fingerprint != model.space.fingerprint
    more = vc.Word2Vec(**OPTIONS).fit([*texts, "a new word " * 30])
    np.testing.assert_array_equal(more.initial_space["sea1"], start["sea1"])  # whatever its place in the vocabulary


# --- going on -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax", "softmax"])
def test_more_text_adds_words_and_keeps_the_old(texts, objective):
    model = vc.Word2Vec(objective=objective, **OPTIONS).fit(texts)
    old, order = dict(zip(model.space.names, model.input_.copy(), strict=True)), model.vocabulary_.tokens
    parent = model.space.fingerprint
    model.partial_fit(["sea0 sea1 boat", "boat sea2 harbour"] * 50)
    assert model.vocabulary_.tokens[: len(order)] == order
    assert {"boat", "harbour"} <= set(model.vocabulary_.tokens)
    untouched = [w for w in order if w.startswith("sky")]
    for word in untouched:  # not in the new text, so never a context there
        np.testing.assert_array_equal(model.space[word], old[word])
    assert np.abs(model.space["sea0"] - old["sea0"]).max() > 1e-3
    assert model.origin_.parent == parent
    assert model.vocabulary_.counts[model.vocabulary_["boat"]] == 100


def test_graft_keeps_old_paths_below_a_new_root():
    old = huffman_paths(np.array([8, 4, 2, 1]))
    new = graft(old, np.array([5, 3, 1]))
    assert new.inner == 6 and len(new.offsets) == 8
    codes = set()
    for word in range(7):
        path = slice(new.offsets[word], new.offsets[word + 1])
        nodes, signs = new.nodes[path], new.signs[path]
        assert nodes[0] == 3  # the new root
        if word < 4:
            before = slice(old.offsets[word], old.offsets[word + 1])
            np.testing.assert_array_equal(nodes[1:], old.nodes[before])
            np.testing.assert_array_equal(signs[1:], old.signs[before])
        codes.add(tuple(zip(nodes.tolist(), signs.tolist(), strict=True)))
    assert len(codes) == 7 and set(new.nodes.tolist()) == set(range(6))


@pytest.mark.parametrize("counts", [[1, 1], [5, 4, 3, 2, 1], [1] * 33, [2**i for i in range(20)], [7, 7, 1, 1, 1, 9]])
def test_huffman_paths_are_optimal_and_prefix_free(twin, counts):
    counts = np.array(counts)
    paths = huffman_paths(counts)
    lengths = np.diff(paths.offsets)
    assert int((lengths * counts).sum()) == twin.huffman_cost(counts)
    assert sum(0.5**length for length in lengths.tolist()) == 1.0  # Kraft: a full binary tree
    assert set(paths.nodes.tolist()) == set(range(len(counts) - 1))
    assert (paths.nodes[paths.offsets[:-1]] == 0).all()


def test_resumed_training_equals_uninterrupted(texts, tmp_path):
    options = OPTIONS | {"epochs": 200, "seed": 4}
    whole = vc.Word2Vec(**options).fit(texts)
    saved = tmp_path / "c" / "state.safetensors"

    def stop(progress):
        if saved.exists():
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        vc.Word2Vec(**options).fit(texts, callback=stop, checkpoint=tmp_path / "c", checkpoint_every=0)
    steps = []
    resumed = vc.Word2Vec(**options).fit(texts, callback=steps.append, checkpoint=tmp_path / "c", resume=True)
    assert min(p.done for p in steps if p.stage == "training") > 0
    np.testing.assert_array_equal(resumed.input_, whole.input_)
    assert resumed.history_ == pytest.approx(whole.history_)
    with pytest.raises(BadInput, match="learning_rate"):
        vc.Word2Vec(**options, learning_rate=0.5).fit(texts, checkpoint=tmp_path / "c", resume=True)
    saved.write_bytes(saved.read_bytes()[:-7])
    with pytest.raises(BadFormat):
        vc.Word2Vec(**options).fit(texts, checkpoint=tmp_path / "c", resume=True)


def test_ctrl_c_finishes_pieces_saves_and_says_so():
    schedule = Schedule(words=100_000, epochs=5, threads=2, learning_rate=0.1, min_learning_rate=0.0)
    state, pieces, saved, number = State(), [], [], itertools.count(1)

    def work(thread, first, last, rates, epoch):
        pieces.append((epoch, first))
        if next(number) == 20:
            os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.002)
        return 1.0, 1

    with pytest.raises(Interrupted):
        Trainer(schedule, work, state, save=lambda: saved.append(state.piece)).run()
    assert saved == [state.piece] and len(pieces) == state.piece < 5 * schedule.pieces
    pieces.clear()
    state_before = state.piece
    Trainer(schedule, lambda *a: (pieces.append(a), (1.0, 1))[1], state).run()
    assert len(pieces) == 5 * schedule.pieces - state_before
    assert sum(state.examples) == 5 * schedule.pieces


def test_every_piece_is_done_once_with_falling_rates():
    schedule = Schedule(words=10_500, epochs=3, threads=4, learning_rate=0.1, min_learning_rate=0.01)
    done = []
    Trainer(schedule, lambda t, *rest: (done.append(rest), (0.5, 1))[1], State()).run()
    spans = sorted((epoch, first, last) for first, last, _, epoch in done)
    assert spans == [(e, f, min(f + 1000, 10_500)) for e in range(3) for f in range(0, 10_500, 1000)]
    rates = [rates for *_, rates, _ in sorted(done, key=lambda d: (d[3], d[0]))]
    assert rates[0][0] == 0.1 and rates[-1][1] == pytest.approx(0.01)
    assert all(a[1] == pytest.approx(b[0]) for a, b in itertools.pairwise(rates))


def test_failing_work_and_divergence_stop_training(texts):
    schedule = Schedule(words=5000, epochs=1, threads=2, learning_rate=0.1, min_learning_rate=0.01)
    with pytest.raises(ZeroDivisionError):
        Trainer(schedule, lambda *a: (1 / 0, 1), State()).run()
    with pytest.raises(BadInput, match="lower learning_rate"):
        Trainer(schedule, lambda *a: (float("nan"), 1), State()).run()


# --- results ------------------------------------------------------------------------------------------------------


def test_save_and_load_and_go_on(texts, tmp_path):
    for objective in ("negative_sampling", "hierarchical_softmax"):
        model = vc.Word2Vec(objective=objective, **OPTIONS).fit(texts)
        model.save(tmp_path / objective)
        again = vc.Word2Vec.load(tmp_path / objective)
        np.testing.assert_array_equal(again.input_, model.input_)
        assert again.space.fingerprint == model.space.fingerprint
        assert again.get_params() == model.get_params()
        for one in (model, again):
            one.partial_fit(texts[:20])
        np.testing.assert_array_equal(again.input_, model.input_)


def test_damaged_models_are_refused(texts, tmp_path):
    vc.Word2Vec(objective="hierarchical_softmax", **OPTIONS).fit(texts).save(tmp_path / "m")
    record = json.loads((tmp_path / "m" / "encoder.json").read_text())
    broken = {"encoder": "Other"}, {"options": {"dim": "x"}}, {"options": {"none": 1}}, {"origin": 3}, {"format": ""}
    for change in broken:
        (tmp_path / "m" / "encoder.json").write_text(json.dumps(record | change))
        with pytest.raises(BadFormat):
            vc.Word2Vec.load(tmp_path / "m")
    with pytest.raises(BadInput, match="not the folder"):
        vc.Word2Vec.load(tmp_path)


def test_encode_looks_words_up(texts):
    model = vc.Word2Vec(**OPTIONS).fit(texts)
    np.testing.assert_array_equal(model.encode(["sea1", "sky2"])[1], model.space["sky2"])
    assert model.encode([]).shape == (0, 16)
    with pytest.raises(UnknownName, match="sea1"):
        model.encode(["seal1"])


def test_progress_is_reported(texts):
    seen = []
    vc.Word2Vec(**OPTIONS).fit(texts, callback=seen.append)
    last = [p for p in seen if p.stage == "training"][-1]
    assert last.done == last.total == 400 * 12 * 3 and last.epoch == last.epochs == 3
    assert last.loss > 0 and last.learning_rate == pytest.approx(1e-4)


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("dim", 0), ("dim", 2.5), ("window", 0), ("epochs", 0), ("negatives", 0), ("threads", -1), ("seed", -1),
        ("architecture", "glove"), ("objective", "hs"), ("learning_rate", 0), ("learning_rate", float("nan")),
        ("min_learning_rate", 1.0), ("subsample", -1), ("sharing", -1), ("min_count", 0), ("dim", True),
    ],
)  # fmt: skip
def test_options_out_of_range_are_named(texts, option, value):
    with pytest.raises(BadOption, match=option):
        vc.Word2Vec(**OPTIONS | {option: value}).fit(texts)


def test_hopeless_corpora_are_refused(texts):
    with pytest.raises(BadInput, match="one word"):
        vc.Word2Vec(**OPTIONS).fit(["hello hello hello"])
    with pytest.raises(BadInput, match=r"seen \d+ times"):
        vc.Word2Vec(**OPTIONS | {"min_count": 10**6}).fit(texts)
    with pytest.raises(NotFitted):
        vc.Word2Vec().space
    with pytest.raises(NotEnoughMemory, match="lower dim"):
        vc.Word2Vec(**OPTIONS | {"dim": 60_000}).fit([" ".join(f"w{i}" for i in range(100_000))])


def test_softmax_is_refused_for_large_vocabularies():
    with pytest.raises(BadOption, match="20,000"):
        vc.Word2Vec(objective="softmax", **OPTIONS).fit([" ".join(f"w{i}" for i in range(20_001))])


def test_tokens_can_be_trained_on_directly(texts):
    tokens = tokenize_corpus(texts, min_count=1)
    assert isinstance(tokens, Tokens)
    model = vc.Word2Vec(**OPTIONS).fit(tokens)
    np.testing.assert_array_equal(model.input_, vc.Word2Vec(**OPTIONS).fit(texts).input_)


# --- chance -------------------------------------------------------------------------------------------------------


def test_noise_follows_counts_to_the_power():
    counts = np.array([1000, 200, 50, 10, 1])
    table = noise_table(counts, 0.75)
    share = np.bincount(table, minlength=5) / len(table)
    np.testing.assert_allclose(share, counts**0.75 / (counts**0.75).sum(), atol=2e-6)
    assert len(table) & (len(table) - 1) == 0


def test_subsampling_keeps_the_share_it_says():
    from vicinal.words import _examples_kernels as kernels
    from vicinal.words.noise import keep_thresholds

    counts = np.array([60_000, 30_000, 9_000, 1_000])
    ids = np.random.default_rng(0).permutation(np.repeat(np.arange(4), counts)).astype(np.int32)
    text = kernels.Text(ids, np.array([0, len(ids)]), keep_thresholds(counts, 0.05))
    kept, where = np.empty(len(ids) + 1, np.int32), np.empty(len(ids) + 1, np.int64)
    count, first, last = kernels.keep_tokens(text, 0, 0, len(ids), 5, np.uint64(7), kept, where)
    assert (first, last) == (0, count)
    expected = counts * keep_probability(counts, 0.05)
    np.testing.assert_allclose(np.bincount(kept[:count], minlength=4), expected, atol=4 * np.sqrt(expected).max())
    np.testing.assert_array_equal(ids[where[:count]], kept[:count])
