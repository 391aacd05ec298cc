"""Co-occurrence counts against an exact twin, under every amount of memory."""

import gc
import json
import os
import resource
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.counts.cooccurrence import Cooccurrences, count_cooccurrences, read_bytes
from vicinal.data import tokenize_corpus
from vicinal.errors import BadInput, BadOption, VicinalError

TWIN = runpy.run_path(str(Path(__file__).parents[1] / "reference" / "counts_glove.py"))


def make_tokens(sentences):
    return tokenize_corpus([[f"w{word}" for word in sentence] for sentence in sentences], min_count=1)


def expected(tokens, window, weighting):
    sums = TWIN["count"]([sentence.tolist() for sentence in tokens], window, weighting)
    pairs = sorted(sums)
    return pairs, np.array([float(sums[pair]) for pair in pairs], np.float32)


def entries(counts):
    return list(zip(counts.rows.tolist(), counts.cols.tolist(), strict=True))


def check_same(counts, tokens, window, weighting):
    pairs, values = expected(tokens, window, weighting)
    assert entries(counts) == pairs
    np.testing.assert_array_equal(counts.values, values)
    assert counts.cols.dtype == counts.rows.dtype == np.int32
    assert counts.values.dtype == np.float32
    np.testing.assert_array_equal(counts.offsets, np.searchsorted(counts.rows, np.arange(counts.n + 1)))


def test_a_worked_example():
    tokens = make_tokens([[0, 1, 0, 2], [2, 0]])  # by count: w0 three times, w2 twice, w1 once
    counts = count_cooccurrences(tokens, window=2)
    assert tokens.vocabulary.tokens == ("w0", "w2", "w1")
    # w0 w1 w0 w2 | w2 w0: w0–w0 ½ twice; w0–w2 1 + 1; w0–w1 1 + 1; w1–w2 ½. The sentences do not touch.
    assert dict(zip(entries(counts), counts.values.tolist(), strict=True)) == {
        (0, 0): 1.0, (0, 1): 2.0, (1, 0): 2.0, (0, 2): 2.0, (2, 0): 2.0, (1, 2): 0.5, (2, 1): 0.5,
    }  # fmt: skip


SENTENCES = st.lists(st.lists(st.integers(0, 90), min_size=1, max_size=30), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    SENTENCES,
    st.sampled_from([1, 2, 5, 10, 22]),
    st.sampled_from(["harmonic", "flat"]),
    st.integers(1, 3),
    st.booleans(),
)
def test_counts_equal_the_twin(sentences, window, weighting, threads, little):
    tokens = make_tokens(sentences)
    memory = 9_000 if little else "10 MB"
    counts = count_cooccurrences(tokens, window=window, weighting=weighting, threads=threads, memory=memory)
    check_same(counts, tokens, window, weighting)


def test_wide_windows_are_exact_to_their_rounding():
    tokens = make_tokens(TWIN["zipf_sentences"](60, 200, 2, seed=3))
    counts = count_cooccurrences(tokens, window=255)
    pairs, values = expected(tokens, 255, "harmonic")
    assert entries(counts) == pairs
    np.testing.assert_allclose(counts.values, values, rtol=1e-6)


@pytest.mark.parametrize("threads", [1, 3])
def test_many_spills_change_nothing(tmp_path, threads):
    tokens = make_tokens(TWIN["zipf_sentences"](500, 50, 300, seed=1))
    seen = []

    def look(progress):
        seen.append({path.name: path.stat().st_size for path in next(tmp_path.iterdir()).iterdir()})

    counts = count_cooccurrences(tokens, memory=60_000, threads=threads, workspace=tmp_path, callback=look)
    runs = max(files.get("run.starts", 0) for files in seen) // (8 * (counts.n + 1))
    assert runs >= 3, "the text must have been counted in pieces"
    check_same(counts, tokens, 10, "harmonic")
    assert sorted(path.name for path in next(tmp_path.iterdir()).iterdir()) == ["cols", "values"]  # mapped, runs gone
    del counts
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_one_long_sentence_is_cut_without_loss():
    tokens = make_tokens(TWIN["zipf_sentences"](100, 4000, 1, seed=2))
    check_same(count_cooccurrences(tokens, window=7, memory=40_000), tokens, 7, "harmonic")


def test_ctrl_c_leaves_nothing(tmp_path):
    def interrupt(progress):
        if progress.done:
            raise KeyboardInterrupt

    tokens = make_tokens(TWIN["zipf_sentences"](500, 50, 300, seed=1))
    with pytest.raises(KeyboardInterrupt):
        count_cooccurrences(tokens, memory=60_000, workspace=tmp_path, callback=interrupt)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_named_and_cleared(tmp_path):
    tokens = make_tokens(TWIN["zipf_sentences"](500, 50, 300, seed=1))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))  # the system then answers as it does on a full disk
    try:
        with pytest.raises(VicinalError, match=r"no room left in .*workspace="):
            count_cooccurrences(tokens, memory=60_000, workspace=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


def test_options_out_of_range(tmp_path):
    tokens = make_tokens([[0, 1, 2]])
    for options in ({"window": 0}, {"window": 256}, {"window": 2.0}, {"weighting": "linear"}, {"threads": -1},
                    {"memory": "lots"}, {"memory": 0}, {"memory": True}):  # fmt: skip
        with pytest.raises(BadOption, match=next(iter(options))):
            count_cooccurrences(tokens, **options)
    with pytest.raises(BadInput, match="not a folder"):
        count_cooccurrences(tokens, workspace=tmp_path / "nowhere")
    with pytest.raises(BadOption, match=r"memory=100 bytes is too little to count 3 words: give it \d+ bytes or more"):
        count_cooccurrences(tokens, memory=100)


def test_the_least_memory_named_is_enough():
    tokens = make_tokens(TWIN["zipf_sentences"](100, 20, 50, seed=4))
    with pytest.raises(BadOption) as refused:
        count_cooccurrences(tokens, memory=100)
    least = read_bytes(str(refused.value).partition("give it ")[2].partition(" or more")[0])
    check_same(count_cooccurrences(tokens, memory=least + 100, window=3), tokens, 3, "harmonic")  # shown to 100 bytes


@pytest.mark.parametrize("text, number", [("12", 12), ("3 kB", 3000), ("1.5GB", 1_500_000_000), ("2 m", 2_000_000)])
def test_amounts_of_memory(text, number):
    assert read_bytes(text) == number


def test_counts_made_by_hand_are_checked():
    vocabulary = make_tokens([[0, 1]]).vocabulary
    good = ([1, 0], [2.0, 2.0], [0, 1, 2])
    Cooccurrences(tuple(map(np.array, good)), vocabulary).check()
    for place, bad in ((0, [2, 0]), (0, [-1, 0]), (1, [2.0, 0.0]), (1, [np.nan, 1.0]), (1, [1.0]), (2, [0, 2]),
                       (2, [0, 3, 2]), (2, [0, 1, 3])):  # fmt: skip
        parts = [*good]
        parts[place] = bad
        with pytest.raises(BadInput, match="co-occurrences"):
            Cooccurrences(tuple(map(np.array, parts)), vocabulary).check()


def test_words_alone_have_no_company():
    counts = count_cooccurrences(make_tokens([[0], [1], [0]]))
    assert len(counts) == 0 and counts.offsets.tolist() == [0, 0, 0]
    assert repr(counts) == "Cooccurrences(0 entries of 2 words, window 10, harmonic)"


def test_the_interpreter_agrees():
    code = """
import json, runpy, sys
from vicinal.counts.cooccurrence import count_cooccurrences
from vicinal.data import tokenize_corpus
drawn = runpy.run_path(sys.argv[1])["zipf_sentences"](70, 10, 8, 5)
tokens = tokenize_corpus([[f"w{word}" for word in sentence] for sentence in drawn], min_count=1)
counts = count_cooccurrences(tokens, window=4, memory=8000, threads=1)
print(json.dumps([counts.cols.tolist(), counts.values.tolist(), counts.offsets.tolist()]))
"""
    answers = []
    for disabled in ("0", "1"):
        environment = os.environ | {"NUMBA_DISABLE_JIT": disabled}
        command = [sys.executable, "-c", code, str(Path(__file__).parents[1] / "reference" / "counts_glove.py")]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        answers.append(json.loads(done.stdout))
    assert answers[0] == answers[1]
