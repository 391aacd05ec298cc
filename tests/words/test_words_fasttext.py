"""FastText: equality with fastText's own files, learning, saving, damaged input."""

import contextlib
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vicinal.errors import BadFormat, BadInput, BadOption, NotFitted, OutputExists, UnknownName, VicinalError
from vicinal.words.fasttext import FastText
from vicinal.words.fasttext_files import read_file

FORMATS = Path(__file__).parents[2].parent / "shared" / "data" / "formats"
SMALL = {"dim": 16, "min_count": 1, "epochs": 3, "buckets": 500, "threads": 1}


def shared(name):
    if not FORMATS.is_dir() and not os.environ.get("CI"):
        pytest.skip("the shared data is not here")
    return FORMATS / name


def vec_rows(path):
    """A .vec file, read in the plainest way: names as bytes."""
    header, *lines = path.read_bytes().rstrip(b"\n").split(b"\n")
    n, dim = map(int, header.split())
    rows = [line.rstrip(b" ").rsplit(b" ", dim) for line in lines]
    assert len(rows) == n
    return {name: [float(x) for x in values] for name, *values in rows}


@pytest.mark.parametrize("name", ["lee_fasttext", "crime-and-punishment", "pang_lee_polarity_fasttext"])
def test_words_have_the_vectors_that_fasttext_wrote(name):
    """A .vec file beside a .bin is fastText's own answer, to the five digits it prints."""
    model = FastText.load(shared(f"{name}.bin"))
    rows = vec_rows(shared(f"{name}.vec"))
    assert list(rows) == model.file_.words
    np.testing.assert_allclose(model.vectors_, list(rows.values()), rtol=1e-5, atol=6e-5)


# First values of vectors that gensim 4.4 computes from the same files.
UNSEEN = [
    ("lee_fasttext", "unseenword", [-0.33185697, -0.0940873, 0.03606134, -0.90560055, -0.4800319]),
    ("lee_fasttext", "London", [-0.6527342, -0.13927029, -0.05663909, -0.8834224, -0.3218998]),
    ("lee_fasttext_new", "unseenword", [-0.29870263, 0.03929454, 0.06502532, -0.9752946, 0.05337018]),
    ("lee_fasttext_new", "rejection", [-0.49111947, -0.13122772, -0.02109129, -0.8876991, -0.20105727]),
    ("non_ascii_fasttext", "unseenword", [-0.19626573, 0.24632279]),
    ("non_ascii_fasttext", "äußerst", [-0.14480031, 0.24269740]),
    ("crime-and-punishment", "студентка", [-0.0231047, 0.02812861, 0.04292167, 0.07491258, 0.01434558]),
    ("crime-and-punishment", "человек", [-0.02618211, 0.05066153, 0.0373762, 0.07389204, 0.06086522]),
]


@pytest.mark.parametrize(("name", "word", "values"), UNSEEN)
def test_unseen_words_equal_another_reader_of_the_file(name, word, values):
    found = FastText.load(shared(f"{name}.bin")).encode([word])[0]
    np.testing.assert_allclose(found[: len(values)], values, atol=1e-6)


def test_words_that_are_not_utf8_are_named_with_escapes():
    model = FastText.load(shared("pang_lee_polarity_fasttext.bin"))
    assert "clich\\xe9s" in model.vocabulary_
    with pytest.raises(UnknownName):  # a model without n-grams cannot make up a vector
        model.encode(["unseenword"])


# First values of vectors that fastText 0.9.2 itself gives for its quantised language model; "a" has no n-gram that was
# kept, and neither has the empty word.
QUANTISED = {
    "de": [-2.3133936, -1.6268542, 0.3093457, -0.8952453, -0.5478593, -0.9840473],
    "</s>": [-0.4113391, 0.0506310, -0.2148670, 0.2217053, -0.3142759, -0.4097940],
    "the": [0.1761477, 0.3752462, -0.8812374, -0.0188900, -0.0909087, -0.0186421],
    "unseenword": [0.1464248, 0.0698605, 0.2229520, 0.3505263, 0.1190194, -0.8029267],
    "überhauptnicht": [0.5272391, -1.4109325, 0.3013703, 1.1781287, 1.4715853, -1.5473992],
    "человек": [-0.8417328, 0.5078031, 0.5918022, -0.9462400, -0.2475193, -1.4246632],
    "a": [0.0] * 6,
    "": [0.0] * 6,
}


def test_quantised_and_pruned_model(tmp_path):
    model = FastText.load(shared("lid.176.ftz"))
    assert (len(model.vocabulary_), model.dim, model.file_.quantised) == (7235, 16, True)
    assert len(model.file_.pruned) == len(model.input_) - 7235
    np.testing.assert_allclose(model.encode(QUANTISED)[:, :6], list(QUANTISED.values()), atol=2e-7)
    with pytest.raises(BadInput, match="quantised"):
        model.save(tmp_path / "a.bin")
    assert not list(tmp_path.iterdir())


def test_damaged_quantised_models_are_refused(tmp_path):
    data, path = shared("lid.176.ftz").read_bytes(), tmp_path / "a.ftz"
    for size in np.random.default_rng(0).integers(0, len(data), 20).tolist():
        path.write_bytes(data[:size])
        with pytest.raises(BadFormat, match=r"a\.ftz"):
            read_file(path)
    path.write_bytes(data + b"\0")
    with pytest.raises(BadFormat, match="follow the end"):
        read_file(path)


@pytest.mark.parametrize("max_n", [0, 6])
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_fasttext_itself_reads_what_is_written(architecture, max_n, tmp_path):
    fasttext = pytest.importorskip("fasttext", reason="fasttext is not installed")
    model = FastText(**SMALL | {"architecture": architecture, "max_n": max_n}).fit(families(sentences=50)[0])
    model.save(tmp_path / "a.bin")
    theirs = fasttext.load_model(str(tmp_path / "a.bin"))
    words = [*model.vocabulary_.tokens, *(["unheard", "über", "x"] if max_n else [])]
    np.testing.assert_array_equal(model.encode(words), [theirs.get_word_vector(word) for word in words])
    np.testing.assert_array_equal(model.output_, theirs.get_output_matrix())


@pytest.mark.parametrize("name", ["crime-and-punishment", "pang_lee_polarity_fasttext"])
def test_reading_and_writing_gives_the_same_bytes(name, tmp_path):
    FastText.load(shared(f"{name}.bin")).save(tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == shared(f"{name}.bin").read_bytes()


def families(seed=0, sentences=1500):
    """Two kinds of sentences, whose words share a stem within a kind and never across."""
    rng = np.random.default_rng(seed)
    kinds = [[stem + ending for stem in stems for ending in ("er", "ing", "ed", "s")] for stems in
             (("bak", "cook", "fry", "boil", "roast"), ("sail", "row", "swim", "div", "surf"))]  # fmt: skip
    return [" ".join(rng.choice(kinds[i % 2], 8)) for i in range(sentences)], kinds


@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
def test_learns_company_also_for_words_never_seen(architecture):
    text, kinds = families()
    model = FastText(**SMALL | {"epochs": 5, "architecture": architecture, "subsample": 0.0}).fit(text)
    unit = model.space.unit().matrix
    rows = [[model.vocabulary_[word] for word in kind] for kind in kinds]
    within = np.mean([(unit[r] @ unit[r].T).mean() for r in rows])
    assert within > (unit[rows[0]] @ unit[rows[1]].T).mean() + 0.5
    unseen = model.encode(["cookery", "surfers"])
    sides = np.array([model.vectors_[r].mean(axis=0) for r in rows])
    assert (unseen @ sides.T).argmax(axis=1).tolist() == [0, 1]
    assert model.history_[-1] < model.history_[0]


def test_same_seed_same_bits_and_threads_learn_too():
    text, _ = families(sentences=200)
    first, second = (FastText(**SMALL).fit(text).vectors_ for _ in range(2))
    np.testing.assert_array_equal(first, second)
    several = FastText(**SMALL | {"threads": 2}).fit(text)
    assert np.isfinite(several.vectors_).all()
    np.testing.assert_array_equal(FastText(**SMALL | {"threads": 2, "deterministic": True}).fit(text).vectors_, first)
    assert np.abs(FastText(**SMALL | {"seed": 2}).fit(text).vectors_ - first).max() > 0.01


def test_known_words_are_means_of_their_rows():
    text, _ = families(sentences=100)
    model = FastText(**SMALL).fit(text)
    np.testing.assert_array_equal(model.encode(list(model.vocabulary_.tokens)), model.vectors_)
    np.testing.assert_array_equal(model.encode([]), np.empty((0, 16)))
    assert model.encode([""]).tolist() == [[0.0] * 16]


def test_trained_model_survives_its_files(tmp_path):
    text, _ = families(sentences=100)
    model = FastText(**SMALL).fit(text)
    model.save(tmp_path / "a.bin")
    model.save(tmp_path / "a.vec")
    with pytest.raises(OutputExists):
        model.save(tmp_path / "a.bin")
    model.save(tmp_path / "a.model")
    again, plain = FastText.load(tmp_path / "a.bin"), FastText.load(tmp_path / "a.vec")
    whole = FastText.load(tmp_path / "a.model")
    assert whole.get_params() == model.get_params() and whole.history_ == model.history_
    np.testing.assert_array_equal(whole.encode(["baker", "unheard"]), model.encode(["baker", "unheard"]))
    np.testing.assert_array_equal(again.encode(["baker", "unheard"]), model.encode(["baker", "unheard"]))
    np.testing.assert_array_equal(plain.vectors_, model.vectors_)
    assert (again.min_n, again.max_n, again.window, again.epochs) == (3, 6, 5, 3)
    assert again.vocabulary_.counts.tolist() == model.vocabulary_.counts.tolist()
    with pytest.raises(UnknownName):
        plain.encode(["unheard"])


def test_resuming_ends_where_an_unbroken_training_does(tmp_path):
    text, _ = families(sentences=400)
    whole = FastText(**SMALL).fit(text)
    seen = []

    def stop(progress):
        seen.append(progress)
        if progress.stage == "training" and progress.done > 2000:
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        FastText(**SMALL).fit(text, checkpoint=tmp_path, checkpoint_every=0.0, callback=stop)
    again = FastText(**SMALL).fit(text, checkpoint=tmp_path, resume=True)
    np.testing.assert_array_equal(again.vectors_, whole.vectors_)


def test_a_killed_training_is_resumed(tmp_path):
    text = families(sentences=400)[0]
    (tmp_path / "text.txt").write_text("\n".join(text), "utf-8")
    options = SMALL | {"epochs": 40}
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from vicinal.words.fasttext import FastText\n"
        "def kill(progress):\n"
        "    if Path('state/state.safetensors').exists():\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        f"FastText(**{options!r}).fit('text.txt', checkpoint='state', checkpoint_every=0.0, callback=kill)\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run([sys.executable, "-c", code], check=False, env=env, cwd=tmp_path, capture_output=True)
    assert ended.returncode == -signal.SIGKILL
    steps = []
    model = FastText(**options).fit(
        tmp_path / "text.txt", checkpoint=tmp_path / "state", resume=True, callback=steps.append
    )
    assert min(step.done for step in steps if step.stage == "training") > 0
    np.testing.assert_array_equal(model.vectors_, FastText(**options).fit(tmp_path / "text.txt").vectors_)


@pytest.mark.parametrize(
    ("option", "value"),
    [("sharing", -1), ("buckets", 0), ("buckets", True), ("min_n", 7), ("max_n", -1), ("dim", 0), ("window", 1.5)],
)
def test_options_are_checked(option, value):
    with pytest.raises(BadOption, match=option):
        FastText(**{option: value}).fit(["a b"])


def test_before_training():
    with pytest.raises(NotFitted):
        FastText().encode(["a"])
    with pytest.raises(BadInput, match="one word"):
        FastText(**SMALL).fit(["a a a"])


def test_without_ngrams_it_is_words_only():
    model = FastText(**SMALL | {"max_n": 0}).fit(["a b c", "a b c"] * 10)
    assert model.input_.shape == (3, 16)
    with pytest.raises(UnknownName):
        model.encode(["d"])


def small_file(tmp_path):
    path = tmp_path / "model.bin"
    FastText(**SMALL | {"buckets": 20, "dim": 3}).fit(["one two three", "two one"] * 5).save(path)
    return path


def test_every_cut_is_refused(tmp_path):
    path = small_file(tmp_path)
    data = path.read_bytes()
    for size in range(0, len(data), 7):
        path.write_bytes(data[:size])
        with pytest.raises(BadFormat, match=r"model\.bin"):
            read_file(path)
    path.write_bytes(data + b"\0")
    with pytest.raises(BadFormat, match="follow the end"):
        read_file(path)


def test_damaged_bytes_never_crash(tmp_path):
    path = small_file(tmp_path)
    data, rng = path.read_bytes(), np.random.default_rng(5)
    for _ in range(300):
        broken = bytearray(data)
        for at in rng.integers(0, 200, 2):
            broken[at] = rng.integers(256)
        path.write_bytes(broken)
        with contextlib.suppress(VicinalError):
            FastText.load(path)


def test_huge_claims_are_refused_before_allocating(tmp_path):
    path = small_file(tmp_path)
    data = bytearray(path.read_bytes())
    struct.pack_into("<i", data, 64, 2**31 - 1)  # entries of the dictionary
    struct.pack_into("<i", data, 68, 2**31 - 1)
    path.write_bytes(data)
    with pytest.raises(BadFormat, match="dictionary"):
        read_file(path)


def test_a_word_that_is_there_twice_is_refused(tmp_path):
    path = small_file(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"one\0", b"two\0", 1))
    with pytest.raises(BadFormat, match="twice"):
        FastText.load(path)


def test_no_such_file():
    for name in ("nowhere.bin", "nowhere.vec"):
        with pytest.raises(BadInput, match="nowhere"):
            FastText.load(name)
