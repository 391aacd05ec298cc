"""Completion, against a plain scan of all names."""

import threading
import unicodedata

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal import Space
from vicinal.serve import Served, Shelf, completion, create_app
from vicinal.serve.completion import Completer, complete, fold


def scanned(names, prefix, k):
    """What completion promises, the slow way; names that are, begin with, or hold the prefix."""
    folded, asked = [fold(name.replace("\0", "\x01")) for name in names], fold(prefix.replace("\0", "\x01"))
    same = [row for row, name in enumerate(folded) if name == asked]
    begin = [row for row, name in enumerate(folded) if name.startswith(asked) and name != asked]
    hold = [row for row, name in enumerate(folded) if asked and asked in name]
    return ((same + begin) or hold)[:k]


def made(names):
    raw = [name.encode() for name in names]
    return Completer(np.frombuffer(b"".join(raw), np.uint8), np.cumsum([0, *map(len, raw)]))


letters = st.text(st.sampled_from("abABäÄéßﬁ \0\n한か゛中😀"), min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(st.lists(letters, min_size=1, max_size=30), letters, st.integers(1, 8))
def test_equals_a_scan(names, prefix, k):
    assert made(names).rows(prefix, k).tolist() == scanned(names, prefix, k)
    assert made(names).rows(names[0][:9], k).tolist() == scanned(names, names[0][:9], k)


def test_equals_a_scan_over_several_chunks(monkeypatch):
    monkeypatch.setattr(completion, "_CHUNK", 64)
    random = np.random.default_rng(1)
    names = ["".join(random.choice(list("abcé"), size=random.integers(1, 14))) for _ in range(1000)]
    for prefix in ("a", "ab", "CE", "é", "abcabcabca", "ecb", "x"):
        assert made(names).rows(prefix, 12).tolist() == scanned(names, prefix, 12)


@pytest.mark.parametrize(
    ("typed", "finds"),
    [("skoda", "Škoda"), ("ŠKODA", "skoda"), ("naive", "naïve"), ("STRASSE", "straße"), ("office", "oﬃce"),
     ("istanbul", "İstanbul"), ("cafe", "cafe\u0301")],
)  # fmt: skip
def test_case_and_accents_do_not_matter(typed, finds):
    assert made(["other", finds]).rows(typed, 3).tolist() == [1]
    assert made(["other", unicodedata.normalize("NFD", finds)]).rows(typed, 3).tolist() == [1]


def test_letters_that_look_like_marks_stay():
    assert fold("कि") != fold("क") and fold("が") != fold("か")


def test_exact_names_come_first():
    space = Space(["Kinglet", "KING", "kings", "king"], np.eye(4))
    assert [m["name"] for m in complete(Served("a", space), "king", 4)] == ["king", "KING", "Kinglet", "kings"]
    assert complete(Served("a", space), "", 2) == [{"name": "Kinglet", "row": 0}, {"name": "KING", "row": 1}]
    assert complete(Served("a", space), "nglet", 2) == [{"name": "Kinglet", "row": 0}]
    assert complete(Served("a", space), "zebra", 2) == []


def test_before_all_is_ready_the_first_answer(monkeypatch):
    monkeypatch.setattr(completion, "_FIRST", 10)
    wait, real = threading.Event(), Completer

    def slow(data, offsets):
        if len(offsets) > 11:
            assert wait.wait(20)
        return real(data, offsets)

    monkeypatch.setattr(completion, "Completer", slow)
    served = Served("many", Space([f"w{i}" for i in range(100)], np.eye(100)))
    assert [m["row"] for m in complete(served, "w", 20)] == list(range(10))
    assert complete(served, "w77")[0]["row"] == 77, "an exact name is found all the same"
    wait.set()
    served.once("completion begun", lambda: None).join()
    assert [m["row"] for m in complete(served, "w", 20)] == list(range(20))


def test_the_route_refuses_too_many(royal_client):
    assert (
        royal_client.get("/spaces/royal/complete", params={"prefix": "ki", "k": 3}).json()["names"][0]["name"] == "king"
    )
    for k in (0, -1, 10**6):
        assert royal_client.get("/spaces/royal/complete", params={"prefix": "ki", "k": k}).status_code == 422
    for prefix in ("\0", "\ud7ff" * 3, "%", "a" * 5000, "\u0301"):
        assert royal_client.get("/spaces/royal/complete", params={"prefix": prefix}).status_code == 200


@pytest.fixture
def royal_client():
    with TestClient(create_app(Shelf([Served("royal", Space(["king", "queen"], np.eye(2)))]))) as client:
        yield client
