"""Doc2Vec as its users meet it."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import vicinal as vc
from vicinal import memory
from vicinal.data import open_corpus, tokenize_corpus
from vicinal.errors import BadFormat, BadInput, BadOption, NotEnoughMemory, NotFitted, OutputExists
from vicinal.words import document_training

OPTIONS = {"dim": 16, "min_count": 1, "epochs": 12, "threads": 1, "subsample": 0, "window": 3, "learning_rate": 0.1}
MODELS = [
    {"architecture": "pv_dbow"},
    {"architecture": "pv_dbow", "train_words": True},
    {"architecture": "pv_dm"},
    {"architecture": "pv_dm", "combine": "sum", "learning_rate": 0.05},
    {"architecture": "pv_dm", "combine": "concat", "learning_rate": 0.2, "epochs": 25},
]
models = pytest.mark.parametrize("options", MODELS, ids=lambda o: "-".join(map(str, o.values())))


def topics(documents=150, length=30, seed=0):
    """Documents of three subjects with words of their own and some that all share."""
    rng = np.random.default_rng(seed)
    words = [[f"{kind}{i}" for i in range(12)] + [f"all{i}" for i in range(6)] for kind in ("sea", "sky", "art")]
    return [" ".join(rng.choice(words[i % 3], length)) for i in range(documents)]


@pytest.fixture(scope="module")
def texts():
    return topics()


def same_topic(vectors, others, start=0):
    """Share of rows whose nearest other row is of the same subject."""
    a, b = (m / np.linalg.norm(m, axis=1, keepdims=True) for m in (vectors, others))
    scores = a @ b.T
    if vectors is others:
        np.fill_diagonal(scores, -1)
    return np.mean(scores.argmax(1) % 3 == (np.arange(len(a)) + start) % 3)


@models
@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax"])
def test_documents_of_one_subject_meet(texts, options, objective):
    model = vc.Doc2Vec(**OPTIONS | options, objective=objective).fit(texts)
    assert model.documents_.dtype == np.float32 and np.isfinite(model.documents_).all()
    assert same_topic(model.documents_, model.documents_) > 0.9
    assert same_topic(model.encode(topics(30, seed=5)), model.documents_) > 0.9
    assert model.history_[-1] < model.history_[0]
    space = model.space
    assert list(space.names[:3]) == ["0", "1", "2"] and set(space.columns["words"].tolist()) == {30}


@models
def test_inference_finds_the_trained_vector(options):
    """Documents of their own words: each is nearest to itself as trained."""
    rng = np.random.default_rng(1)
    texts = [" ".join(rng.choice([f"w{10 * i + j}" for j in range(12)], 40)) for i in range(40)]
    model = vc.Doc2Vec(**OPTIONS | {"epochs": 40} | options).fit(texts)
    inferred = model.encode(texts)
    nearest = model.space.nearest(inferred, k=1)
    found = sum(names[0] == str(at) for at, names in enumerate(nearest.names))
    assert found >= 36


def test_words_and_documents_share_a_space(texts):
    for options in MODELS[1:3]:
        model = vc.Doc2Vec(**OPTIONS | options).fit(texts)
        assert model.words.fingerprint == model.space.fingerprint
        assert model.words.columns["count"].tolist() == model.vocabulary_.counts.tolist()
        kinds = [match.name[:3] for match in model.words.nearest("sea3", k=3)[0]]
        assert kinds.count("sea") >= 2
    concat = vc.Doc2Vec(**OPTIONS | MODELS[4]).fit(texts)
    assert concat.words.fingerprint != concat.space.fingerprint
    assert concat.output_.shape == (len(concat.words), 7, 16) and len(concat.input_) == len(concat.words) + 1
    with pytest.raises(BadInput, match="train_words"):
        _ = vc.Doc2Vec(**OPTIONS).fit(texts).words


@models
def test_one_thread_repeats_and_seeds_differ(texts, options):
    first, again, other = (vc.Doc2Vec(**OPTIONS | options, seed=seed).fit(texts[:30]) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.documents_, again.documents_)
    assert first.space.fingerprint == again.space.fingerprint != other.space.fingerprint
    assert np.abs(first.documents_ - other.documents_).max() > 0.01
    np.testing.assert_array_equal(first.encode(texts[:3]), again.encode(texts[:3]))
    assert np.abs(first.encode(texts[:3]) - other.encode(texts[:3])).max() > 0.01


def test_deterministic_at_any_thread_count(texts):
    made = [vc.Doc2Vec(**OPTIONS | {"threads": t, "deterministic": True}).fit(texts[:40]) for t in (1, 3)]
    np.testing.assert_array_equal(made[0].documents_, made[1].documents_)


@models
def test_threads_learn_the_same_thing(texts, options):
    model = vc.Doc2Vec(**OPTIONS | {"threads": 3} | options).fit(texts)
    assert same_topic(model.documents_, model.documents_) > 0.9


def test_encode_does_not_depend_on_company_order_or_threads(texts, monkeypatch):
    model = vc.Doc2Vec(**OPTIONS | MODELS[2] | {"subsample": 1e-2}).fit(texts)
    new = [*topics(20, seed=9), "", "sea1", "sea1 unknown"]
    vectors = model.encode(new)
    np.testing.assert_array_equal(model.encode(new[::-1])[::-1], vectors)
    np.testing.assert_array_equal(np.concatenate([model.encode([text]) for text in new]), vectors)
    np.testing.assert_array_equal(model.encode([text.split() for text in new]), vectors)
    np.testing.assert_array_equal(vectors[-1], vectors[-2])  # unknown words change nothing
    monkeypatch.setattr(document_training, "_DOCUMENTS", 3)
    np.testing.assert_array_equal(model.set_params(threads=3).encode(new), vectors)


def test_more_inference_fits_better(texts):
    near = []
    for epochs in (1, 40):
        model = vc.Doc2Vec(**OPTIONS | {"infer_epochs": epochs, "learning_rate": 0.02, "epochs": 60}).fit(texts)
        pairs = zip(model.encode(texts[:20]), model.documents_, strict=False)
        near.append(np.mean([a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in pairs]))
    assert near[1] > near[0]


def test_global_random_state_is_left_alone(texts):
    before = np.random.get_state()[1].copy()
    vc.Doc2Vec(**OPTIONS).fit(texts[:9]).encode(texts[:2])
    np.testing.assert_array_equal(before, np.random.get_state()[1])


# --- documents ----------------------------------------------------------------------------------------------------


def test_documents_in_every_form_are_the_same(texts, tmp_path):
    texts = [*texts[:20], "", "sea1\nsea2\n\nsea3"]
    lines, records = tmp_path / "lines.txt", tmp_path / "records.jsonl"
    lines.write_text("".join(text.replace("\n", " ") + "\n" for text in texts), encoding="utf-8")
    records.write_text("".join(json.dumps({"body": text}) + "\n" for text in texts), encoding="utf-8")
    expected = vc.Doc2Vec(**OPTIONS).fit(texts)
    assert expected.documents_.shape == (22, 16) and expected.lengths_.tolist()[-2:] == [0, 3]
    whole = open_corpus(texts, documents=True)
    for data in (
        [text.split() for text in texts], lines, open_corpus(records, field="body"), whole,
        tokenize_corpus(whole, min_count=1),
    ):  # fmt: skip
        np.testing.assert_array_equal(vc.Doc2Vec(**OPTIONS).fit(data).documents_, expected.documents_)


def test_empty_documents_are_zero_rows_and_told(texts):
    names = [f"text {i}" for i in range(13)]
    model = vc.Doc2Vec(**OPTIONS | {"min_count": 2}).fit(["", *texts[:10], "once", " \n"], names=names)
    assert model.empty_ == ["text 0", "text 11", "text 12"]
    assert list(model.space.names) == names
    zero = ~model.documents_.any(axis=1)
    assert np.flatnonzero(zero).tolist() == [0, 11, 12]
    assert model.space.nearest("text 0", k=1)[0][0].score == 0
    vectors = model.encode(["", "nothing known", texts[0]])
    assert not vectors[:2].any() and vectors[2].any() and np.isfinite(vectors).all()
    assert (model.coverage_.zero, model.coverage_.empty) == (2, 1)
    assert model.encode([]).shape == (0, 16)


def test_documents_of_one_word_and_tiny_vocabularies():
    for options in MODELS:
        model = vc.Doc2Vec(**OPTIONS | options).fit(["a", "b", "a b", "b"] * 3)
        assert np.isfinite(model.documents_).all() and np.isfinite(model.encode(["a", "b a"])).all()


def test_bad_documents_are_refused(texts, monkeypatch):
    with pytest.raises(BadInput, match="3 names for 2 documents"):
        vc.Doc2Vec(**OPTIONS).fit(texts[:2], names=["a", "b", "c"])
    with pytest.raises(BadInput, match="more than once"):
        vc.Doc2Vec(**OPTIONS).fit(texts[:2], names=["a", "a"])
    with pytest.raises(BadInput, match="one word"):
        vc.Doc2Vec(**OPTIONS).fit(["hello hello", ""])
    with pytest.raises(BadInput, match=r"seen \d+ times"):
        vc.Doc2Vec(**OPTIONS | {"min_count": 10**6}).fit(texts)
    monkeypatch.setattr(memory, "available_memory", lambda: 10_000)
    with pytest.raises(NotEnoughMemory, match="lower dim"):
        vc.Doc2Vec(**OPTIONS).fit(texts)
    monkeypatch.undo()
    with pytest.raises(NotFitted):
        vc.Doc2Vec().encode(["a"])
    model = vc.Doc2Vec(**OPTIONS).fit(texts[:5])
    with pytest.raises(BadInput, match="item 1"):
        model.encode(["fine", 3])


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("dim", 0), ("window", 0), ("epochs", 0), ("negatives", 0), ("threads", -1), ("seed", -1), ("sharing", -1),
        ("architecture", "dbow"), ("combine", "max"), ("objective", "softmax"), ("learning_rate", 0),
        ("learning_rate", float("nan")), ("min_learning_rate", 1.0), ("subsample", -1), ("min_count", 0),
        ("train_words", 1), ("infer_epochs", 0), ("infer_epochs", True), ("infer_epochs", 2.0),
    ],
)  # fmt: skip
def test_options_out_of_range_are_named(texts, option, value):
    with pytest.raises(BadOption, match=option):
        vc.Doc2Vec(**OPTIONS | {option: value}).fit(texts)


def test_pv_dm_refuses_train_words(texts):
    with pytest.raises(BadOption, match="PV-DM always"):
        vc.Doc2Vec(architecture="pv_dm", train_words=True).fit(texts)


# --- files --------------------------------------------------------------------------------------------------------


@models
@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax"])
def test_save_and_load(texts, tmp_path, options, objective):
    names = [f"#{i}" for i in range(30)]
    model = vc.Doc2Vec(**OPTIONS | options | {"objective": objective, "epochs": 2}).fit(texts[:30], names=names)
    model.save(tmp_path / "m")
    again = vc.Doc2Vec.load(tmp_path / "m")
    assert again.get_params() == model.get_params() and again.history_ == model.history_
    assert again.space.fingerprint == model.space.fingerprint and list(again.names_) == names
    np.testing.assert_array_equal(again.documents_, model.documents_)
    np.testing.assert_array_equal(again.encode(texts[30:40]), model.encode(texts[30:40]))
    with pytest.raises(OutputExists):
        model.save(tmp_path / "m")


def test_damaged_models_are_refused(texts, tmp_path):
    folder = tmp_path / "m"
    vc.Doc2Vec(**OPTIONS | {"epochs": 1}).fit(texts[:9]).save(folder)
    good = (folder / "encoder.json").read_text()
    record = json.loads(good)
    more = {"window": 4, "architecture": "pv_dm"}
    broken = (
        {"encoder": "Other"}, {"options": {"dim": "x"}}, {"options": {"none": 1}}, {"origin": 3}, {"format": ""},
        {"options": record["options"] | {"dim": 8}}, {"options": record["options"] | more},
        {"options": record["options"] | {"objective": "hierarchical_softmax"}},
    )  # fmt: skip
    for change in broken:
        (folder / "encoder.json").write_text(json.dumps(record | change))
        with pytest.raises(BadFormat):
            vc.Doc2Vec.load(folder)
    (folder / "encoder.json").write_text(good)
    vc.Doc2Vec.load(folder)
    (folder / "vocabulary.txt").unlink()
    with pytest.raises(BadInput, match=r"vocabulary\.txt"):
        vc.Doc2Vec.load(folder)
    with pytest.raises(BadInput, match="tokenizer function"):
        vc.Doc2Vec(**OPTIONS | {"tokenizer": str.split}).fit(texts[:9]).save(tmp_path / "other")


@models
def test_resumed_training_equals_uninterrupted(texts, tmp_path, options):
    options = OPTIONS | options | {"epochs": 60, "seed": 4}
    whole = vc.Doc2Vec(**options).fit(texts)
    saved = tmp_path / "c" / "state.safetensors"

    def stop(progress):
        if saved.exists():
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        vc.Doc2Vec(**options).fit(texts, callback=stop, checkpoint=tmp_path / "c", checkpoint_every=0)
    steps = []
    resumed = vc.Doc2Vec(**options).fit(texts, callback=steps.append, checkpoint=tmp_path / "c", resume=True)
    assert min(p.done for p in steps if p.stage == "training") > 0
    np.testing.assert_array_equal(resumed.documents_, whole.documents_)
    np.testing.assert_array_equal(resumed.output_, whole.output_)
    assert resumed.history_ == pytest.approx(whole.history_)
    with pytest.raises(BadInput, match="names"):
        vc.Doc2Vec(**options).fit(
            texts, names=[f"x{i}" for i in range(len(texts))], checkpoint=tmp_path / "c", resume=True
        )


def test_killed_training_goes_on(texts, tmp_path):
    """SIGKILL in the middle: what the next process makes is what one would have made alone."""
    options = OPTIONS | {"epochs": 60}
    code = (
        "import json, os, signal, sys, vicinal as vc\n"
        "from pathlib import Path\n"
        "texts, folder, options = json.load(sys.stdin), Path(sys.argv[1]), json.loads(sys.argv[2])\n"
        "def stop(progress):\n"
        "    if (folder / 'state.safetensors').exists(): os.kill(os.getpid(), signal.SIGKILL)\n"
        "vc.Doc2Vec(**options).fit(texts, callback=stop, checkpoint=folder, checkpoint_every=0)\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, str(tmp_path), json.dumps(options)]
    done = subprocess.run(command, input=json.dumps(texts), text=True, env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    resumed = vc.Doc2Vec(**options).fit(texts, checkpoint=tmp_path, resume=True)
    np.testing.assert_array_equal(resumed.documents_, vc.Doc2Vec(**options).fit(texts).documents_)
