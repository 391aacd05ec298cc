"""Answers over HTTP against the space and its index themselves."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from fastapi.testclient import TestClient

from vicinal import Space
from vicinal.serve import Served, Settings, Shelf, create_app
from vicinal.serve.http.light import Together

HOSTILE = [
    "<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "\u202eabc", "two\nlines", "__proto__",
    "constructor", "a/b", "..", "50%", "null", "日本語", "\x00", "n" * 10_000,
]  # fmt: skip


@pytest.fixture(scope="module")
def client(space, index):
    return TestClient(create_app(Shelf([Served("words", space, index), Served("plain", space)])))


def asked(client, route, space="words", status=200, **body):
    response = client.post(f"/spaces/{space}/{route}", json=body)
    assert response.status_code == status, response.text
    return response.json()


def pairs(result):
    return [(match["name"], match["row"], np.float32(match["score"])) for match in result["matches"]]


def expected(found):
    lines = zip(found.names, found.rows, found.scores, strict=True)
    return [list(zip(names, rows.tolist(), scores, strict=False)) for names, rows, scores in lines]


@pytest.mark.parametrize("name", ["words", "plain"])
@pytest.mark.parametrize("query", ["w3", "w1 - w2 + w3", ["w1", "w7 + w9"], "vector", "vectors"])
@pytest.mark.parametrize("metric", [None, "dot", "euclidean"])
def test_nearest_is_what_the_space_says(client, space, index, name, query, metric):
    if query == "vector":
        query = space["w5"].tolist()
    elif query == "vectors":
        query = space.matrix[:3].tolist()
    answer = asked(client, "nearest", name, query=query, k=7, **({"metric": metric} if metric else {}))
    by_index = name == "words" and metric is None
    ask = query if isinstance(query, str) or isinstance(query[0], str) else np.array(query, np.float32)
    found = index.search(ask, 7) if by_index else space.nearest(ask, 7, metric=metric)
    assert [pairs(result) for result in answer["results"]] == expected(found)
    assert [result["query"] for result in answer["results"]] == list(found.queries)
    assert answer["by"] == (f"tree_ah index, recall {float(index.recall_):.3f}" if by_index else "exact")
    assert (answer["space"], answer["fingerprint"]) == (name, space.fingerprint)
    assert answer["metric"] == (metric or "cosine")


def test_the_index_is_used_only_for_what_it_was_made_for(client, space, index):
    assert asked(client, "nearest", query="w1", k=10)["by"] != "exact"
    assert asked(client, "nearest", query="w1", k=11)["by"] == "exact"
    assert asked(client, "nearest", query="w1", exact=True)["by"] == "exact"
    cold = TestClient(create_app(Shelf([Served("words", space, index, cold=True)])))
    assert asked(cold, "nearest", query="w1")["by"] == "exact"
    cold.app.state.shelf["words"].warm()
    assert asked(cold, "nearest", query="w1")["by"] != "exact"


@pytest.mark.parametrize("conditions", ["count > 1990", ["count > 1900", "group = g3"], ["group != g3"], "count < 0"])
def test_filters_are_those_of_the_command_line(client, space, conditions):
    from vicinal.conditions import rows_where

    mask = rows_where(space, [conditions] if isinstance(conditions, str) else conditions)
    answer = asked(client, "nearest", "plain", query="w3", k=5, filter=conditions, exclude=["w23", "nobody"])
    assert [pairs(one) for one in answer["results"]] == expected(
        space.nearest("w3", 5, filter=mask, exclude=["w23", "nobody"])
    )


def test_search_takes_a_setting(client, space, index):
    setting = {key: 2 * value for key, value in index.setting.items()}
    answer = asked(client, "search", query=["w1", "w2"], k=20, setting=setting)
    assert [pairs(one) for one in answer["results"]] == expected(index.search(["w1", "w2"], 20, setting=setting))
    assert "no setting" in asked(client, "search", query="w1", setting={"nix": 1}, status=422)["error"]["message"]
    assert "no index" in asked(client, "search", "plain", query="w1", status=422)["error"]["message"]


@pytest.mark.parametrize("method", ["add", "multiply"])
def test_analogies(client, space, method):
    answer = asked(client, "analogy", a="w1", b="w2", c="w3", k=4, method=method)
    found = space.analogy("w1", "w2", "w3", 4, method=method)
    assert [pairs(one) for one in answer["results"]] == expected(found)
    assert answer["metric"] == found.metric


def test_vectors_as_numbers_and_as_base64(client, space):
    names = ["w1", "w1 - w2"]
    numbers = asked(client, "vectors", names=names)["vectors"]
    packed = asked(client, "vectors", names=names, encoding_format="base64")["vectors"]
    for name, number, pack in zip(names, numbers, packed, strict=True):
        assert np.array_equal(np.array(number["vector"], np.float32), space.vector(name))
        assert np.array_equal(np.frombuffer(base64.b64decode(pack["vector"]), "<f4"), space.vector(name))
    assert [one["row"] for one in numbers] == [1, None]


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_similarities(client, space, metric):
    names = ["w1", "w2", "w3 - w4"]
    table = asked(client, "similarity", names=names, metric=metric)["scores"]
    assert np.array_equal(np.array(table, np.float32), space.similarities(names, metric=metric))
    scores = asked(client, "similarity", pairs=[["w1", "w2"], ["w2", "w3 - w4"]], metric=metric)["scores"]
    assert np.allclose(scores, [table[0][1], table[1][2]], atol=1e-6)
    both = asked(client, "similarity", names=names, pairs=[["w1", "w2"]], status=422)
    assert "either pairs" in both["error"]["message"] and "either pairs" in str(asked(client, "similarity", status=422))


def test_scores_beyond_float32_are_numbers():
    space = Space(["a", "b", "c"], np.array([[3e38, 0], [2e38, 0], [-3e38, 0]], np.float32), metric="dot")
    client = TestClient(create_app(Shelf([Served("large", space)])))
    answer = asked(client, "nearest", "large", query="a")
    assert [match["score"] for match in answer["results"][0]["matches"]] == [1e39, -1e39]
    assert asked(client, "similarity", "large", pairs=[["a", "c"]])["scores"] == [-1e39]


def test_what_is_not_known(client):
    error = asked(client, "nearest", query="w1x", status=422)["error"]
    assert error["type"] == "UnknownName" and error["name"] == "w1x" and "w1" in error["near"]
    assert asked(client, "nearest", "nix", query="w1", status=404)["error"]["type"] == "UnknownName"
    near = asked(client, "nearest", "word", query="w1", status=404)["error"]
    assert near["near"] == ["words"] and "did you mean 'words'" in near["message"]
    for path in ("/nix", "/spaces/words/nix", "/docs/nix/nix", "/explorer/../errors.py", "/explorer/%2e%2e/run.py"):
        assert client.get(path).status_code == 404
        assert client.get(path).headers["content-type"] == "application/json"
    assert client.delete("/spaces").json()["error"]["type"] == "MethodNotAllowed"
    assert client.put("/spaces/words/nearest").status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "null", "[]", "1", '{"query": []}', '{"query": [[]]}', '{"query": [1, "a"]}', '{"query": [true]}',
        '{"query": {}}', '{"query": [[1], [1, 2]]}', '{"query": [NaN]}', '{"query": [Infinity]}', '{"query": [1e400]}',
        '{"query": "w1", "k": 0}', '{"query": "w1", "k": "3"}', '{"query": "w1", "k": 3.5}',
        '{"query": "w1", "nix": 1}',
        '{"query": "w1", "k": 99999999999999999999999}', '{"query": "\\ud800"}', '{"query": "w1 +"}', '{"query": ""}',
        '{"query": "w1", "metric": "manhattan"}', '{"query": "w1", "filter": "count >> 3"}', '{"query": [1, 2]}',
        '{"query": "w1", "filter": "nix > 3"}', '{"query": "w1", "exclude": 3}', '{"query": [1' + "0" * 400 + "]}",
        "[" * 100_000, '{"query": ' + "[" * 5000 + "]" * 5000 + "}", '{"query": "' + "n" * 100_000 + '"}',
    ],
)  # fmt: skip
def test_bad_bodies_are_422_in_one_shape(client, body):
    response = client.post("/spaces/words/nearest", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422, response.text
    error = response.json()["error"]
    assert set(error) <= {"type", "message", "near", "name"} and error["message"]
    assert len(error["message"]) < 1000 or "n" * 1000 in body


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_data(name):
    space = Space([name, "b", "c"], [[1, 0], [1, 1], [0, 1]], columns={"count": [1, 2, 3]})
    client = TestClient(create_app(Shelf([Served(name, space)])))
    assert client.get("/spaces").json()["spaces"][0]["name"] == name
    answer = client.post("/spaces/only/nearest", json={"query": name})
    assert answer.status_code == 404
    from urllib.parse import quote

    if "/" in name or name == "..":  # such a name is no part of an address; files cannot give it to a space
        return
    response = client.post(f"/spaces/{quote(name, safe='')}/nearest", json={"query": ["b", name]})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert (
        response.json()["results"][1]["query"] == name and response.json()["results"][0]["matches"][0]["name"] == name
    )
    assert name.split("\n")[0].replace("\\", "") in client.get("/metrics").text.replace("\\", "")


def test_questions_of_a_moment_are_answered_together(anyio_backend_asyncio=None):
    import asyncio

    batches = []

    def answer(key, questions):
        batches.append((key, list(questions)))
        if "bad" in questions:
            raise ValueError("bad")
        return [question * 2 for question in questions]

    async def main():
        together = Together(answer, most=3)
        found = await asyncio.gather(*(together.ask("k", number) for number in range(7)), together.ask("other", 10))
        assert found == [0, 2, 4, 6, 8, 10, 12, 20]
        failed = await asyncio.gather(*(together.ask("k", one) for one in ("x", "bad")), return_exceptions=True)
        assert [type(one) for one in failed] == [ValueError, ValueError]
        assert await together.ask("k", 1) == 2

    asyncio.run(main())
    assert [len(questions) for _, questions in batches] == [3, 3, 1, 1, 2, 1] or sorted(
        len(questions) for _, questions in batches
    ) == [1, 1, 1, 2, 3, 3]


def test_spaces_are_described(client, space, index):
    record = client.get("/spaces/words").json()
    assert record == client.get("/spaces").json()["spaces"][0]
    assert (record["n"], record["dim"], record["metric"]) == (2000, 16, "cosine")
    assert record["columns"] == {"count": "number", "group": "text"}
    assert record["index"] == {"kind": "tree_ah", "metric": "cosine", "recall": float(index.recall_), "k": 10}
    assert client.get("/spaces").json()["limits"]["max_k"] == Settings().max_k
    assert json.loads(client.get("/health").text)["status"] == "ok"


def test_a_long_answer_is_written_a_result_at_a_time(space, monkeypatch):
    from vicinal.serve import answers

    answer = answers.nearest_answer(Served("words", space), [f"w{i}" for i in range(50)], 20)
    written, dumps = [], answers.json.dumps
    monkeypatch.setattr(answers.json, "dumps", lambda *args, **how: written.append(dumps(*args, **how)) or written[-1])
    whole = answers.found_json(answer)
    assert json.loads(whole) == answer
    assert max(map(len, written)) < len(whole) / 25
