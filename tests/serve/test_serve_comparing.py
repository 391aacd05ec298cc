"""Comparing two spaces: against brute force, and against the room that evaluates."""

from __future__ import annotations

import gc
import json
import struct

import numpy as np
import pytest
from fastapi.testclient import TestClient

from vicinal import Space
from vicinal.align import Dictionary, Procrustes
from vicinal.evaluate import comparing, linking, neighbor_overlap
from vicinal.maps import components
from vicinal.serve import Served, Shelf, create_app, open_paths
from vicinal.serve.comparing import compare, frame_bytes, links_bytes, pair_of
from vicinal.serve.neighborhoods import compare_names


def some(seed, n=120, dim=8, prefix="w", **more):
    random = np.random.default_rng(seed)
    return Space([f"{prefix}{i}" for i in range(n)], random.normal(size=(n, dim)).astype(np.float32), **more)


def turned(space, seed=5, noise=0.0):
    random = np.random.default_rng(seed)
    turn = np.linalg.qr(random.normal(size=(space.dim, space.dim)))[0]
    matrix = space.matrix.astype(np.float64) @ turn + noise * random.normal(size=space.matrix.shape)
    return Space(space.names, matrix.astype(np.float32), columns=space.columns, metric=space.metric)


def tensors(data):
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    types = {"F32": np.float32, "I32": np.int32}
    body = data[8 + length :]
    return {
        key: np.frombuffer(body[slice(*said["data_offsets"])], types[said["dtype"]]).reshape(said["shape"])
        for key, said in header.items()
        if key != "__metadata__"
    }


def brute(space, name, among, k):
    """The k nearest of a name among others, by plain NumPy."""
    row = space[name].astype(np.float64)
    others = [other for other in among if other != name]
    matrix = np.stack([space[other] for other in others]).astype(np.float64)
    if space.metric == "euclidean":
        scores = -np.linalg.norm(matrix - row, axis=1)
    else:
        scores = matrix @ row
        if space.metric == "cosine":
            scores = scores / np.linalg.norm(matrix, axis=1) / np.linalg.norm(row)
    return [others[i] for i in np.argsort(-scores, kind="stable")[:k]]


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize("k", [1, 7])
def test_overlap_is_that_of_the_evaluation(metric, k):
    a, b = some(1, metric=metric), some(2, 150, 5, metric=metric)  # 120 names in both
    answer = compare(Served("a", a), Served("b", b), k)
    figure = neighbor_overlap(a, b, k=k, sample=None)
    assert answer["overlap"]["value"] == pytest.approx(figure.value)
    assert answer["overlap"]["chance"] == pytest.approx(k / 119)
    assert answer["overlap"]["low"] == pytest.approx(figure.low, abs=0.01)
    assert answer["overlap"]["high"] == pytest.approx(figure.high, abs=0.01)
    assert (answer["shared"], answer["only_a"], answer["only_b"], answer["measured"]) == (120, 0, 30, 120)
    assert answer["laid"]["by"] == "" and "8 and 5 dimensions" in answer["laid"]["why"]
    assert answer["words"]["moved"] is None


def test_overlap_of_each_name_is_counted_by_hand():
    a, b = some(1), turned(some(1), noise=0.5)
    answer = compare(Served("a", a), Served("b", b), 6)
    for at in (0, 17, 119):
        name = answer["words"]["name"][at]
        same = set(brute(a, name, a.names, 6)) & set(brute(b, name, a.names, 6))
        assert answer["words"]["overlap"][at] == pytest.approx(len(same) / 6, abs=1e-4)


def test_a_turned_copy_is_the_same_in_everything():
    a = some(3, 200, 10)
    answer = compare(Served("a", a), Served("b", turned(a)), 10)
    assert answer["overlap"]["value"] == answer["overlap"]["low"] == answer["overlap"]["high"] == 1
    assert answer["similarity"]["value"] == pytest.approx(1, abs=1e-6)
    assert answer["laid"]["by"] == "procrustes"
    assert answer["laid"]["cosine"] == pytest.approx(1) and answer["laid"]["held_out"] == pytest.approx(1)
    assert max(answer["words"]["moved"]) < 1e-5


def test_unrelated_spaces_agree_by_chance_and_held_out_names_say_so():
    a, b = some(4, 400, 12), some(5, 400, 12)
    answer = compare(Served("a", a), Served("b", b), 10)
    assert answer["overlap"]["value"] == pytest.approx(10 / 399, abs=0.01)
    assert abs(answer["similarity"]["value"]) < 0.05
    assert answer["laid"]["cosine"] > 0.12 and abs(answer["laid"]["held_out"]) < 0.06
    assert answer["laid"]["found"] < 0.02


def test_movement_is_that_of_procrustes():
    a = some(6)
    b = turned(a, noise=0.4)
    laid = Procrustes().fit(b, a).transform(b)
    moved = compare(Served("a", a), Served("b", b))["words"]["moved"]
    for at in (0, 5, 77):
        x, y = a.matrix[at].astype(float), laid.matrix[at].astype(float)
        assert moved[at] == pytest.approx(1 - x @ y / np.linalg.norm(x) / np.linalg.norm(y), abs=1e-4)


def test_names_held_out_are_looked_for_as_translations_are():
    a = some(6, 90)
    b = turned(a, noise=0.9)
    right = 0
    for i in (0, 1):
        kept, out = ([f"w{j}" for j in range(90) if j % 2 == side] for side in (1 - i, i))
        laid = Procrustes().fit(b, a, [(name, name) for name in kept]).transform(b)
        scores = laid.unit().take(out).matrix @ a.unit().matrix.T
        right += sum(a.names[at] == name for at, name in zip(scores.argmax(axis=1), out, strict=True))
    said = compare(Served("a", a), Served("b", b))["laid"]
    assert 0.1 < said["found"] < 0.9 and said["found"] == pytest.approx(right / 90)


def test_similarities_are_correlated_as_scipy_does():
    stats = pytest.importorskip("scipy.stats")
    a, b = some(7, 60), turned(some(7, 60), noise=1.0)
    i, j = np.triu_indices(60, 1)
    here, there = (space.similarities(metric="cosine")[i, j] for space in (a, b))
    said = compare(Served("a", a), Served("b", b))["similarity"]
    assert said["pairs"] == len(i) and said["low"] < said["value"] < said["high"]
    assert said["value"] == pytest.approx(stats.spearmanr(here, there).statistic, abs=1e-4)


def test_a_zero_row_is_not_compared_and_not_lost():
    matrix = some(8).matrix.copy()
    matrix[3] = 0
    a, b = Space(some(8).names, matrix), some(9)
    answer = compare(Served("a", a), Served("b", b))
    assert (answer["shared"], answer["among"]) == (120, 119) and "w3" not in answer["words"]["name"]
    found = compare_names(Served("a", a), Served("b", b), ["w3"])["results"][0]
    assert found["a"]["matches"] == [] and len(found["b"]["matches"]) == 10 and found["overlap"] is None


def test_the_most_frequent_are_measured_where_there_are_many(monkeypatch):
    monkeypatch.setattr(linking, "_POOL", 50)
    monkeypatch.setattr(comparing, "_MEASURED", 20)
    counts = np.arange(120)
    a, b = some(1, columns={"count": counts}), some(2)
    answer = compare(Served("a", a), Served("b", b), 5)
    assert (answer["shared"], answer["among"], answer["measured"], answer["order"]) == (120, 50, 20, "most frequent")
    assert answer["words"]["name"] == [f"w{i}" for i in range(119, 99, -1)]
    assert answer["words"]["count"] == list(range(119, 99, -1))
    pool = [f"w{i}" for i in range(119, 69, -1)]
    figure = neighbor_overlap(a.take(pool), b.take(pool), k=5, names=pool[:20])
    assert answer["overlap"]["value"] == pytest.approx(figure.value)


def test_no_shared_name_and_too_few_are_answers_not_errors():
    a = Served("a", some(1))
    none = compare(a, Served("b", some(2, prefix="x")))
    assert none["overlap"] == {"value": None, "low": None, "high": None, "chance": None, "note": "no name is linked"}
    assert none["words"]["name"] == [] and none["similarity"]["value"] is None and none["laid"]["by"] == ""
    few = compare(a, Served("c", some(2, 6)), 10)
    assert few["overlap"]["value"] is None and "takes in every other" in few["overlap"]["note"]
    json.dumps([none, few], allow_nan=False)


@pytest.mark.parametrize("among", ["linked", "all"])
def test_neighbours_of_a_name_are_kept_lost_and_gained(among):
    a, b = some(1), turned(some(1, 140), noise=0.6)
    served = Served("a", a), Served("b", b)
    found = compare_names(*served, ["w4"], 8, among=among)["results"][0]
    here, there = brute(a, "w4", a.names, 8), brute(b, "w4", a.names if among == "linked" else b.names, 8)
    assert [match["name"] for match in found["a"]["matches"]] == here
    assert [match["name"] for match in found["b"]["matches"]] == there
    assert found["kept"] == len(set(here) & set(there))
    ranking = brute(b, "w4", a.names if among == "linked" else b.names, 1000)
    for match in found["a"]["matches"]:
        assert match["mark"] == ("kept" if match["name"] in there else "lost")
        assert match["rank"] == ranking.index(match["name"]) + 1
    for match in found["b"]["matches"]:
        known = match["name"] in a.names
        assert match["mark"] == ("absent" if not known else "kept" if match["name"] in here else "gained")
    if among == "linked":
        words = compare(*served, 8)["words"]
        assert found["overlap"] == pytest.approx(words["overlap"][words["name"].index("w4")], abs=1e-4)


def test_names_of_one_space_only_and_of_none():
    a, b = Served("a", some(1)), Served("b", some(2, 150))
    only = compare_names(a, b, ["w140"], 5)["results"][0]
    assert only["a"] == {"name": None, "row": -1, "matches": []} and only["b"]["row"] == 140
    assert {match["mark"] for match in only["b"]["matches"]} == {"gained"} and only["kept"] == 0
    with pytest.raises(KeyError, match="these spaces"):
        compare_names(a, b, ["w1x"])


def test_two_languages_are_linked_by_what_is_nearest():
    english = some(1, 100, 12)
    french = Space([f"mot{i}" for i in range(100)], turned(english, noise=0.05).matrix)
    with pytest.raises(ValueError, match="lay one space onto the other"):
        compare(Served("a", english), Served("b", french), 5, "nearest")
    model = Procrustes().fit(french, english, [(f"mot{i}", f"w{i}") for i in range(60)])
    aligned = model.transform(french)
    a, b = Served("a", english), Served("b", aligned)
    answer = compare(a, b, 5, "nearest")
    assert answer["laid"]["by"] == "same coordinates" and answer["shared"] > 95
    assert answer["words"]["name_b"] == [f"mot{name[1:]}" for name in answer["words"]["name"]]
    assert answer["overlap"]["value"] > 0.8
    found = compare_names(a, b, ["w7"], 5, by="nearest")["results"][0]
    assert found["b"]["name"] == "mot7" and found["across"]["in_b"][0]["name"] == "mot7"
    assert compare(a, b, 5)["shared"] == 0  # by name nothing is


def languages(noise=0.05):
    """One space in two languages, one of them turned: their fingerprints differ, and so do all names."""
    english = some(1, 100, 12, columns={"count": np.arange(100)})
    french = turned(english, noise=noise)
    return english, Space([f"mot{i}" for i in range(100)], french.matrix, columns={"count": np.arange(100)[::-1]})


def test_two_languages_are_linked_by_a_dictionary():
    english, french = languages()
    pairs = tuple((f"w{i}", f"mot{i}") for i in range(60))
    by = Dictionary("en-fr", (*pairs, ("w200", "mot1"), ("w3", "moth")))
    a, b = Served("a", english), Served("b", french)
    answer = compare(a, b, 5, by)
    assert answer["link"] == "pairs:en-fr" and answer["laid"]["by"] == "procrustes" and answer["laid"]["held_out"] > 0.9
    assert answer["dictionary"] == {
        "name": "en-fr", "pairs": 62, "known": 60, "linked": 60, "turned": False, "examples": ["w200", "moth"],
    }  # fmt: skip
    assert (answer["shared"], answer["only_a"], answer["only_b"]) == (60, 40, 40)
    assert answer["words"]["name"] == [f"w{i}" for i in range(59, -1, -1)]  # the most frequent of a first
    assert answer["words"]["name_b"] == [f"mot{i}" for i in range(59, -1, -1)]
    renamed = Space([f"w{i}" for i in range(60)], french.matrix[:60])  # linked by names instead
    figure = neighbor_overlap(english.take([f"w{i}" for i in range(60)]), renamed, k=5, sample=None)
    assert answer["overlap"]["value"] == pytest.approx(figure.value)
    found = compare_names(a, b, ["w7"], 5, by=by)["results"][0]
    assert found["b"]["name"] == "mot7" and found["across"]["in_b"][0]["name"] == "mot7"
    assert all(match["belongs"] == f"mot{match['name'][1:]}" for match in found["a"]["matches"])
    assert compare_names(a, b, ["w70"], 5, by=by)["results"][0]["b"]["row"] == -1
    sent = tensors(links_bytes(a, b, by))
    assert sent["to_b"].tolist() == [*range(60), *[-1] * 40] == sent["to_a"].tolist()


def test_a_dictionary_is_taken_whichever_way_round_it_knows_more():
    english, french = languages()
    by = Dictionary("fr-en", tuple((f"mot{i}", f"w{i}") for i in range(60)))
    there = compare(Served("a", english), Served("b", french), 5, by)
    back = compare(Served("a", french), Served("b", english), 5, by)
    assert there["dictionary"]["turned"] and not back["dictionary"]["turned"]
    assert there["overlap"]["value"] == pytest.approx(back["overlap"]["value"])


def test_a_name_of_many_translations_is_linked_once():
    english, french = languages()
    by = Dictionary("en-fr", (("w1", "mot1"), ("w1", "mot2"), ("w2", "mot1"), ("w2", "mot2"), ("w3", "mot3")))
    answer = compare(Served("a", english), Served("b", french), 1, by)
    assert (answer["dictionary"]["known"], answer["dictionary"]["linked"], answer["shared"]) == (5, 3, 3)
    pairs = zip(answer["words"]["name"], answer["words"]["name_b"], strict=True)
    assert sorted(pairs) == [("w1", "mot1"), ("w2", "mot2"), ("w3", "mot3")]


def test_only_the_last_links_of_two_spaces_are_kept():
    a, b = Served("a", some(1)), Served("b", some(2))
    by = [Dictionary(f"d{i}", (("w1", "w2"),)) for i in range(9)]
    first = pair_of(a, b, by[0])
    assert pair_of(a, b, by[0]) is first
    for one in by[1:]:
        pair_of(a, b, one)
    assert pair_of(a, b, by[0]) is not first and len(a.once("compared", dict)[b]) == 6


def test_links_say_which_row_belongs_to_which():
    a, b = some(1, 5), Space(["w3", "other", "w0"], np.eye(3, 8))
    sent = tensors(links_bytes(Served("a", a), Served("b", b)))
    assert sent["to_b"].tolist() == [2, -1, -1, 0, -1] and sent["to_a"].tolist() == [3, -1, 0]


@pytest.mark.parametrize("dim", [2, 3])
def test_one_frame_holds_both(dim):
    a = some(3, 200, 10)
    sent = tensors(frame_bytes(Served("a", a), Served("b", turned(a)), dim))
    unit = a.unit().matrix.astype(np.float64)
    mean, axes, _ = components(unit, dim)
    np.testing.assert_allclose(sent["a"], (unit - mean) @ axes.T, atol=1e-5)
    np.testing.assert_allclose(sent["b"], sent["a"], atol=1e-5)
    with pytest.raises(ValueError, match="cannot be laid"):
        frame_bytes(Served("a", a), Served("b", some(1)), dim)


def test_a_pair_is_worked_out_once_and_forgotten_with_its_space():
    a, b = Served("a", some(1)), Served("b", some(2))
    pair = pair_of(a, b)
    assert pair_of(a, b) is pair and pair.measured is pair.measured
    assert len(a.once("compared", dict)) == 1
    del b, pair
    gc.collect()
    assert len(a.once("compared", dict)) == 0
    assert pair_of(a, Served("b", some(3))).b.matrix[0, 0] == some(3).matrix[0, 0]  # the same name, another space


@pytest.fixture(scope="module")
def client():
    spaces = {"one": some(1), "two": some(2), "narrow": some(3, dim=4)}
    return TestClient(
        create_app(Shelf(Served(name, space) for name, space in spaces.items())), base_url="http://127.0.0.1"
    )


def test_routes_answer_with_fingerprints(client):
    said = client.post("/compare", json={"a": "one", "b": "two", "k": 5}).json()
    assert said["a"]["fingerprint"] == some(1).fingerprint and said["b"]["fingerprint"] == some(2).fingerprint
    named = client.post("/compare/names", json={"a": "one", "b": "two", "names": ["w1", "w2"], "k": 5}).json()
    assert [found["query"] for found in named["results"]] == ["w1", "w2"]
    assert named["a"] == {"space": "one", "fingerprint": some(1).fingerprint}
    assert tensors(client.get("/compare/links?a=one&b=two").content)["to_b"].tolist() == list(range(120))
    assert tensors(client.get("/compare/frame?a=one&b=two&dim=3").content)["b"].shape == (120, 3)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/compare", {"a": "one", "b": "three"}, 404),
        ("/compare", {"a": "one", "b": "two", "k": 0}, 422),
        ("/compare", {"a": "one", "b": "two", "k": 51}, 422),
        ("/compare", {"a": "one", "b": "two", "link": "magic"}, 422),
        ("/compare", {"a": "one", "b": "two", "link": "nearest"}, 422),
        ("/compare/names", {"a": "one", "b": "two", "names": []}, 422),
        ("/compare/names", {"a": "one", "b": "two", "names": ["w1"] * 51}, 422),
        ("/compare/names", {"a": "one", "b": "two", "names": ["nobody"]}, 422),
        ("/compare/names", {"a": "one", "b": "two", "names": ["\u202e<img>\n"]}, 422),
        ("/compare/links?a=one&b=two&link=nearest", None, 422),
        ("/compare/frame?a=one&b=narrow", None, 422),
        ("/compare/frame?a=one&b=two&dim=7", None, 422),
        ("/compare/frame?a=nobody&b=two", None, 404),
        ("/compare", {"a": "one", "b": "two", "link": "pairs:nothing"}, 422),
        ("/compare/links?a=one&b=two&link=pairs:nothing", None, 422),
        ("/compare/dictionaries?a=one&b=three", None, 404),
        ("/compare/pairs", {"text": ""}, 422),
        ("/compare/pairs", {"text": "one two three"}, 422),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(client, path, body, status):
    response = client.get(path) if body is None else client.post(path, json=body)
    assert response.status_code == status
    assert response.json()


def test_dictionaries_are_brought_along_or_pasted(tmp_path):
    english, french = languages()
    (tmp_path / "en-fr.tsv").write_text("".join(f"w{i}\tmot{i}\n" for i in range(50)), "utf-8")
    shelf = Shelf([Served("a", english), Served("b", french)], dictionaries=[Dictionary.open(tmp_path / "en-fr.tsv")])
    client = TestClient(create_app(shelf), base_url="http://127.0.0.1")
    listed = client.get("/compare/dictionaries?a=b&b=a").json()["dictionaries"]
    assert [(one["name"], one["known"], one["turned"]) for one in listed] == [("en-fr", 50, True)]
    assert client.post("/compare", json={"a": "a", "b": "b", "link": "pairs:en-fr"}).json()["shared"] == 50
    text = "w1 mot1\nw2\tmot2\r\n\nw3 mot3"
    said = client.post("/compare/pairs", json={"text": text}).json()
    assert said["pairs"] == 3 and client.post("/compare/pairs", json={"text": text + "\n"}).json() == said
    query = {"a": "a", "b": "b", "link": said["link"]}
    assert client.post("/compare", json=query).json()["dictionary"]["linked"] == 3
    assert tensors(client.get("/compare/links", params=query).content)["to_b"].tolist()[:5] == [-1, 1, 2, 3, -1]
    for i in range(8):  # only so many are kept, and none of those brought along goes
        client.post("/compare/pairs", json={"text": f"w{i} mot9"})
    assert client.post("/compare", json=query).status_code == 422
    assert len(client.get("/compare/dictionaries?a=a&b=b").json()["dictionaries"]) == 9
    wrong = client.post("/compare/pairs", json={"text": "w1 mot1\nw2 mot2 mot3"}).json()["error"]["message"]
    assert wrong.startswith("what was pasted, line 2: 'w2 mot2 mot3' is not two names")


def test_a_dictionary_of_other_spaces_is_refused_at_the_door(tmp_path):
    paths = [tmp_path / "a.space", tmp_path / "b.space"]
    for path, space in zip(paths, languages(), strict=True):
        space.save(path)
    (tmp_path / "de-it.tsv").write_text("See\tmare\n", "utf-8")
    (tmp_path / "good.tsv").write_text("mot1\tw1\n", "utf-8")
    with pytest.raises(ValueError, match=r"de-it\.tsv: no two of the spaces hold both names of any pair; unknown are"):
        open_paths(paths, [], [tmp_path / "de-it.tsv"])
    with pytest.raises(ValueError, match="give another space"):
        open_paths(paths[:1], [], [tmp_path / "good.tsv"])
    shelf = open_paths(paths, [], [tmp_path / "good.tsv", tmp_path / "good.tsv"]).shelf
    assert [one.name for one in shelf.dictionaries] == ["good", "good-2"]
