"""A space behind a server against the space itself."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import vicinal as vc
from vicinal import Space
from vicinal.errors import BadInput, BadOption, NoAnswer, SpacesDiffer, UnknownName
from vicinal.serve import Model, Served, Settings, Shelf
from vicinal.serve.merged import merged_matches


@pytest.fixture(scope="module")
def remote(url):
    return vc.connect(url)


@pytest.fixture(scope="module")
def tight(serve_on, space):
    """A server that takes little at a time."""
    return vc.connect(serve_on(Shelf([Served("words", space)]), Settings(max_batch=3, max_body=1500, max_figures=40)))


def same(found, wanted):
    assert list(found.queries) == list(wanted.queries)
    assert found.names == wanted.names and found.metric == wanted.metric
    assert np.array_equal(found.rows, wanted.rows) and found.rows.dtype == wanted.rows.dtype
    assert np.array_equal(found.scores, wanted.scores, equal_nan=True) and found.scores.dtype == np.float32


def test_a_server_lists_its_spaces(remote, space):
    assert remote.spaces == ["words", "little"] and list(remote) == remote.spaces and "words" in remote
    words_ = remote["words"]
    assert (words_.name, len(words_), words_.dim, words_.metric) == ("words", 2000, 16, "cosine")
    assert words_.fingerprint == space.fingerprint and "2,000 × 16" in repr(words_)
    assert "w1" in words_ and "nobody" not in words_ and "w1 - w2" not in words_ and 3 not in words_
    assert np.array_equal(words_["w7"], space["w7"])
    with pytest.raises(UnknownName, match="did you mean 'words'"):
        remote["word"]
    for name in ("../health", "", "a/b", "w?x", "..", "%2e%2e", 3):
        with pytest.raises((UnknownName, BadInput, NoAnswer)):
            remote[name]


@pytest.mark.parametrize("query", ["w3", "w1 - w2 + w3", ["w1", "w7 + w9"], []], ids=str)
@pytest.mark.parametrize("options", [{}, {"k": 3}, {"metric": "dot"}, {"exclude": ["w23"]}], ids=str)
def test_nearest(remote, space, query, options):
    same(remote["words"].nearest(query, exact=True, **options), space.nearest(query, **options))


def test_more_neighbours_than_there_are(remote):
    assert len(remote["little"].nearest("A", 5000).names[0]) == 2
    with pytest.raises(BadOption, match="1 to 1,000"):
        remote["words"].nearest("w1", 5000)


def test_vectors_arrays_and_spaces_as_queries(remote, space):
    served = remote["words"]
    for query in (space["w5"], space.matrix[:4], space.matrix[:4].tolist(), np.array(["w1", "w2"])):
        same(served.nearest(query, exact=True), space.nearest(query))
    same(served.nearest(space.take(["w5", "w6"]), exact=True), space.nearest(space.take(["w5", "w6"])))
    same(served.nearest(space["w5"].astype(np.float16), exact=True), space.nearest(space["w5"].astype(np.float16)))
    with pytest.raises(SpacesDiffer, match="different models"):
        served.nearest(space.unit())
    other = space.unit().take(["w5"])
    same(served.nearest(other, exact=True, mix=True), space.nearest(other, mix=True))


def test_the_index(remote, space, index):
    served = remote["words"]
    same(served.nearest(["w1", "w2"]), index.search(["w1", "w2"]))
    same(served.search("w1", 20), index.search("w1", 20))
    setting = {key: 2 * value for key, value in index.setting.items()}
    same(served.search("w1", 5, setting=setting), index.search("w1", 5, setting=setting))
    mask = index.columns["count"] > 1900
    same(served.search("w1", 5, filter="count > 1900"), index.search("w1", 5, filter=mask))
    with pytest.raises(BadInput, match="no index"):
        remote["little"].search("A")


def test_the_other_questions(remote, space):
    served = remote["words"]
    for method in ("add", "multiply"):
        same(served.analogy("w1", "w2", "w3", method=method), space.analogy("w1", "w2", "w3", method=method))
    names = ["w1", "w2", "w21", "w3 - w4"]
    for metric in (None, "dot", "euclidean"):
        assert np.array_equal(served.similarities(names, metric=metric), space.similarities(names, metric=metric))
        assert served.similarity("w1", "w2", metric=metric) == space.similarity("w1", "w2", metric=metric)
    assert served.odd_one_out(["w1", "w21", "w5"]) == space.odd_one_out(["w1", "w21", "w5"]) == "w5"
    assert np.array_equal(served.vector("w1 - w2"), space.vector("w1 - w2"))
    assert served.vectors([]).shape == (0, 16) and served.similarities([]).shape == (0, 0)
    mask = space.columns["count"] > 1900
    same(served.nearest("w1", exact=True, filter=["count > 1900"]), space.nearest("w1", filter=mask))


def test_large_questions_are_asked_in_parts(tight, space):
    served = tight["words"]
    names = [f"w{i}" for i in range(25)]
    same(served.nearest(names, 3), space.nearest(names, 3))
    same(served.nearest(space.matrix[:25], 3), space.nearest(space.matrix[:25], 3))
    same(served.nearest(space.take(names), 3), space.nearest(space.take(names), 3))
    assert np.array_equal(served.vectors(names), space.matrix[:25])
    with pytest.raises(BadInput, match="numbers"):
        served.nearest("w1", 41)


@pytest.mark.parametrize(
    "ask",
    [
        lambda one: one.nearest("w1x"), lambda one: one.nearest(["w1", "nobody"]), lambda one: one.vector("nobody"),
        lambda one: one.nearest("w1", 0), lambda one: one.nearest("w1", 2.5), lambda one: one.nearest("w1 +"),
        lambda one: one.nearest("w1", metric="manhattan"), lambda one: one.nearest([1, 2]), lambda one: one.nearest(3),
        lambda one: one.nearest([float("nan")] * 16), lambda one: one.nearest("w1", exclude="w2"),
        lambda one: one.nearest({"a": 1}), lambda one: one.analogy("w1", "w2", "nobody"), lambda one: one["nobody"],
        lambda one: one.analogy("w1", "w2", "w3", method="nix"), lambda one: one.similarity("w1", "nobody"),
        lambda one: one.similarities("w1"), lambda one: one.odd_one_out(["w1", "w2"]),
        lambda one: one.odd_one_out("abc"),
        lambda one: one.vector(3), lambda one: one.nearest(""),
    ],
)  # fmt: skip
def test_the_same_errors(remote, space, ask):
    with pytest.raises(vc.VicinalError) as here:
        ask(space)
    with pytest.raises(vc.VicinalError) as there:
        ask(remote["words"])
    assert isinstance(there.value, (type(here.value), BadInput))
    if isinstance(here.value, UnknownName):
        assert (there.value.name, there.value.near) == (here.value.name, here.value.near)


def test_a_space_that_changed_is_noticed(serve_on, space, make):
    shelf = Shelf([Served("words", space)])
    remote = vc.connect(serve_on(shelf))
    served = remote["words"]
    served.nearest("w1")
    shelf.replace(Served("words", make(seed=5)))
    for ask in (lambda: served.nearest("w1"), lambda: served.vector("w1"), lambda: served.similarity("w1", "w2")):
        with pytest.raises(SpacesDiffer, match="other vectors on the server"):
            ask()
    same(served.nearest("w1", mix=True), make(seed=5).nearest("w1"))
    same(remote["words"].nearest("w1"), make(seed=5).nearest("w1"))


def test_keys_and_servers_that_are_not_there(serve_on, space, url):
    locked = serve_on(Shelf([Served("words", space)]), Settings(key="secret"))
    with pytest.raises(NoAnswer, match=r"401.*needs a key"):
        vc.connect(locked)
    assert vc.connect(locked, key="secret").spaces == ["words"]
    with pytest.raises(NoAnswer, match="is it running"):
        vc.connect("http://127.0.0.1:9", timeout=2)
    for bad in ("localhost:8000", "ftp://localhost", "http://", "http://localhost:port", ""):
        with pytest.raises(BadInput, match="no address of a server"):
            vc.connect(bad)
    with pytest.raises(NoAnswer, match="404"):
        vc.connect(f"{url}/elsewhere")


def test_many_threads_ask_through_one_client(remote, space):
    served, wrong = remote["words"], []

    def ask(seed):
        for at in range(seed, seed + 20):
            if served.nearest(f"w{at}", 3, exact=True).names != space.nearest(f"w{at}", 3).names:
                wrong.append(at)

    threads = [threading.Thread(target=ask, args=(20 * seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_new_texts_are_encoded(serve_on):
    from vicinal import PPMI, SentenceMean

    words_ = PPMI(dim=4, min_count=1).fit(["the cat sat on the mat", "the dog sat on the log"] * 5)
    texts = SentenceMean(words=words_.space, mode="mean").fit()
    shelf = Shelf([Served("words", words_.space)], [Model("words", words_), Model("texts", texts)])
    remote = vc.connect(serve_on(shelf))
    assert remote.models == ["words", "texts"]
    assert np.array_equal(remote.encode(["the cat", "a dog"], "texts"), texts.encode(["the cat", "a dog"]))
    assert np.array_equal(remote.encode(["cat"], "words"), words_.encode(["cat"]))
    short = remote.encode(["the cat"], "texts", dimensions=2)
    whole = texts.encode(["the cat"])[:, :2]
    assert np.allclose(short, whole / np.linalg.norm(whole), atol=1e-6)
    with pytest.raises(UnknownName):
        remote.encode(["nobody"], "words")
    with pytest.raises(UnknownName, match="text"):
        remote.encode(["cat"], "text")
    with pytest.raises(BadOption, match="1 to 4"):
        remote.encode(["cat"], "words", dimensions=5)


def test_scores_beyond_float32():
    space = Space(["a", "b", "c"], np.array([[3e38, 0], [2e38, 0], [-3e38, 0]], np.float32), metric="dot")
    from vicinal.serve.answers import nearest_answer

    same(merged_matches([nearest_answer(Served("large", space), "a")]), space.nearest("a"))
