"""Opening files, and files that change while they are served."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time

import numpy as np
import pytest
from fastapi.testclient import TestClient

from vicinal import Space, build_index
from vicinal.errors import BadInput, VicinalError
from vicinal.maps import pca_map
from vicinal.serve import Settings, create_app, open_paths
from vicinal.serve.watch import Watch


@pytest.fixture
def folder(tmp_path, make):
    space = make(300, 8)
    space.save(tmp_path / "words.space")
    build_index(space, kind="exact").save(tmp_path / "words.index")
    return tmp_path


def test_what_lies_beside_a_space_is_used(folder, make, caplog):
    space = make(300, 8)
    pca_map(space).save(folder / "words.map")
    pca_map(space).save(folder / "words.flat.map")
    pca_map(space.centered()).save(folder / "words.other.map")
    (folder / "words.broken.map").write_bytes(b"nothing")
    pca_map(space).save(folder / "wordsmith.map")
    (served,) = open_paths([folder / "words.space"]).shelf
    assert served.index is not None and served.index.fingerprint == served.space.fingerprint
    assert set(served.maps) == {"pca-2", "flat"}
    assert "words.other.map is not shown: it was made from another space" in caplog.text
    assert "words.broken.map is not shown" in caplog.text and "wordsmith" not in caplog.text


def test_an_index_of_another_space_is_not_used_but_refused_if_given(folder, make, caplog):
    other = folder / "other.space"
    make(300, 8, seed=1).save(other)
    shutil.copy(folder / "words.index", folder / "other.index")
    (served,) = open_paths([other]).shelf
    assert served.index is None and "other.index is not used: it was made from another space" in caplog.text
    with pytest.raises(BadInput, match="made from another space"):
        open_paths([other], [folder / "words.index"])
    both = open_paths([other, folder / "words.space"], [folder / "words.index"])
    assert [served.index is None for served in both.shelf] == [True, False]
    assert both.sources[1].index == folder / "words.index"
    (folder / "other.index").write_bytes(b"nothing")
    assert next(iter(open_paths([other]).shelf)).index is None
    with pytest.raises(VicinalError):
        open_paths([other], [folder / "other.index"])


def test_names_are_told_apart(folder):
    (folder / "a").mkdir()
    shutil.copy(folder / "words.space", folder / "a" / "words.space")
    Space(["a", "b"], [[1, 0], [0, 1]]).save(folder / "words.vec")
    paths = [folder / "words.space", folder / "a" / "words.space", folder / "words.vec"]
    assert [served.name for served in open_paths(paths).shelf] == ["words", "words-2", "words-3"]


def test_what_cannot_be_served(folder):
    with pytest.raises(BadInput, match="no file"):
        open_paths([folder / "nix.space"])
    with pytest.raises(VicinalError):
        open_paths([folder / "words.index"])
    (folder / "bad.space").write_bytes(b"\0" * 100)
    with pytest.raises(VicinalError):
        open_paths([folder / "bad.space"])


def test_encoders_are_served(tmp_path):
    from vicinal import PPMI

    PPMI(dim=2, min_count=1).fit(["the cat sat", "the dog sat"] * 5).save(tmp_path / "tiny")
    opened = open_paths([tmp_path / "tiny"])
    assert [model.name for model in opened.shelf.models] == ["tiny"] == [served.name for served in opened.shelf]
    client = TestClient(create_app(opened.shelf))
    body = {"model": "tiny", "input": "cat", "dimensions": None}
    answer = client.post("/v1/embeddings", json=body).json()
    assert (
        answer["object"] == "list" and len(answer["data"][0]["embedding"]) == 2 and answer["usage"]["total_tokens"] == 1
    )
    assert client.post("/v1/embeddings", json={"model": "nix", "input": "cat"}).status_code == 404
    for ids in ([1, 2], [[1, 2], [3]], 7, None):  # as some of OpenAI's clients send
        refusal = client.post("/v1/embeddings", json={"model": "tiny", "input": ids})
        assert refusal.status_code == 422 and "ids of tokens" in refusal.json()["error"]["message"]
    assert client.post("/v1/embeddings", json={"model": "tiny", "input": []}).status_code == 422
    assert client.get("/v1/models").json()["data"][0]["id"] == client.get("/v1/models/tiny").json()["id"] == "tiny"


def settled(watch):
    """Look until nothing is left to do: once to see a change, once to see that it has come to rest."""
    return [*watch.look(), *watch.look()]


def test_a_changed_file_takes_the_place_of_the_old_one(folder, make, caplog):
    caplog.set_level(logging.WARNING)
    opened = open_paths([folder / "words.space"])
    watch, shelf = Watch(opened.shelf, opened.sources), opened.shelf
    watch.hold()
    before = shelf["words"]
    assert settled(watch) == [] and shelf["words"] is before
    make(200, 8, seed=1).save(folder / "words.space", force=True)
    assert settled(watch) == ["words"]
    now = shelf["words"]
    assert len(now.space) == 200 and now.index is None and before.space.nearest("w1").first
    assert "words.index is not used" in caplog.text
    build_index(now.space, kind="exact").save(folder / "words.index", force=True)
    assert settled(watch) == ["words"] and shelf["words"].ready_index is not None
    assert settled(watch) == []


@pytest.mark.parametrize("how", ["cut", "empty", "garbage", "gone", "not finite"])
def test_a_broken_file_leaves_the_old_state(folder, make, caplog, how):
    opened = open_paths([folder / "words.space"])
    watch, path = Watch(opened.shelf, opened.sources), folder / "words.space"
    watch.hold()
    held, whole = opened.shelf["words"], path.read_bytes()
    expected = held.space.nearest("w1").names
    if how == "gone":
        path.unlink()
    elif how == "not finite":
        at = whole.rindex(held.space.matrix[5].tobytes())
        path.write_bytes(whole[:at] + np.full(8, np.nan, np.float32).tobytes() + whole[at + 32 :])
    else:  # in its place, which would end a process that had mapped the file itself
        path.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "garbage": os.urandom(5000)}[how])
    assert settled(watch) == [] and opened.shelf["words"] is held
    assert caplog.text.count("what was there is served on") == 1
    assert settled(watch) == [] and caplog.text.count("what was there is served on") == 1, "one line, once"
    assert held.space.nearest("w1").names == expected and held.index.search("w1").names == expected
    path.write_bytes(make(100, 8, seed=2) and whole)
    assert settled(watch) == ["words"] and opened.shelf["words"].space.nearest("w1").names == expected


def test_no_answer_mixes_two_states(folder, make, serve_on):
    """Ask while the file is replaced again and again: every answer is that of the fingerprint it names."""
    import http.client
    import json

    spaces = [make(300, 8, seed=seed) for seed in range(3)]
    truth = {one.fingerprint: [one.nearest(f"w{at}", 5).names[0] for at in range(20)] for one in spaces}
    opened = open_paths([folder / "words.space"])
    watch = Watch(opened.shelf, opened.sources, seconds=0.02, delay=0)
    url = serve_on(opened.shelf, Settings())
    watch.start()
    stop, wrong, seen = threading.Event(), [], set()

    def ask(step):
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        at = step
        while not stop.is_set():
            at = (at + step) % 20
            body = json.dumps({"query": f"w{at}", "k": 5, "exact": at % 2 == 0})
            connection.request("POST", "/spaces/words/nearest", body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
            seen.add(answer["fingerprint"])
            if [match["name"] for match in answer["results"][0]["matches"]] != truth[answer["fingerprint"]][at]:
                wrong.append((at, answer))
        connection.close()

    threads = [threading.Thread(target=ask, args=(step,)) for step in (1, 3, 7)]
    for thread in threads:
        thread.start()
    end, at = time.monotonic() + 20, 0
    while len(seen) < 3 and time.monotonic() < end and not wrong:
        at += 1
        build_index(spaces[at % 3], kind="exact").save(folder / "words.index", force=True)
        spaces[at % 3].save(folder / "words.space", force=True)
        time.sleep(0.15)
    stop.set()
    for thread in threads:
        thread.join()
    watch.stop()
    assert not wrong, wrong[:1]
    assert len(seen) == 3


@pytest.mark.parametrize("kind", ["PPMI", "LSA", "TfIdf", "FastText", "SentenceMean"])
def test_a_changed_encoder_takes_the_place_of_the_old_one(tmp_path, kind, caplog):
    import vicinal
    from vicinal.tables import Standardize

    def fitted(texts):
        if kind == "SentenceMean":
            return vicinal.SentenceMean(words=fit("PPMI", texts).space, mode="mean").fit()
        return fit(kind, texts)

    def fit(name, texts):
        own = {
            "PPMI": {"dim": 2, "min_count": 1},
            "LSA": {"dim": 2},
            "FastText": {"dim": 4, "min_count": 1, "epochs": 1, "buckets": 100},
        }
        return getattr(vicinal, name)(**own.get(name, {})).fit(texts)

    first, second = fitted(["the cat sat", "the dog sat"] * 5), fitted(["the cat ran off", "a dog sat on a log"] * 5)
    first.save(tmp_path / "tiny")
    opened = open_paths([tmp_path / "tiny"])
    watch = Watch(opened.shelf, opened.sources)
    watch.hold()
    for file in tmp_path.glob("tiny/*"):  # in their place, which would end a process that had mapped them
        file.write_bytes(b"")
    assert np.array_equal(opened.shelf.models[0].encode(["cat"]), first.encode(["cat"]))
    assert settled(watch) == [] and caplog.text.count("what was there is served on") == 1
    assert np.array_equal(opened.shelf.models[0].encode(["cat"]), first.encode(["cat"]))
    second.save(tmp_path / "tiny", force=True)
    assert settled(watch) == ["tiny"] and settled(watch) == []
    (model,) = opened.shelf.models
    assert np.array_equal(model.encode(["cat"]), second.encode(["cat"])) and "tiny has changed: " in caplog.text
    assert model.fingerprint == second.origin_.fingerprint != first.origin_.fingerprint
    for served in opened.shelf:
        assert served.fingerprint == second.space.fingerprint
    Standardize().fit(np.eye(3)).save(tmp_path / "tiny", force=True)
    assert settled(watch) == [] and opened.shelf.models == (model,)
