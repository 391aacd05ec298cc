"""Where the server draws the line: keys, hosts, bodies, sizes, rates, time."""

from __future__ import annotations

import gzip
import http.client
import socket
import threading
import time
from contextlib import closing

import numpy as np
import pytest
from fastapi.testclient import TestClient

from vicinal import Space
from vicinal.errors import BadOption
from vicinal.serve import Served, Settings, Shelf, create_app
from vicinal.serve.access import Rates
from vicinal.serve.http.guard import POLICY

JSON = {"Content-Type": "application/json"}
SPACE = Space(["a", "b", "c"], [[1, 0], [1, 1], [0, 1]])


def client(settings=None, **settings_):
    return TestClient(create_app(Shelf([Served("words", SPACE)]), settings or Settings(**settings_)))


def refused(response, status, kind):
    assert response.status_code == status, response.text
    assert response.json()["error"]["type"] == kind and response.json()["error"]["message"]
    assert response.headers["content-security-policy"] == POLICY
    return response


def test_keys():
    locked = client(key="secret")
    for path in ("/spaces", "/spaces/words", "/metrics", "/v1/models", "/spaces/words/names", "/nix"):
        assert refused(locked.get(path), 401, "Unauthorized").headers["www-authenticate"] == "Bearer"
    for wrong in ("Bearer wrong", "Bearer ", "Basic secret", "secret", "Bearer secre", "Bearer secrett", "Bearer é"):
        refused(locked.get("/spaces", headers={"Authorization": wrong.encode()}), 401, "Unauthorized")
    refused(locked.get("/spaces?key=secret"), 401, "Unauthorized")
    for right in ({"Authorization": "Bearer secret"}, {"authorization": "bearer secret"}, {"X-API-Key": "secret"}):
        assert locked.get("/spaces", headers=right).status_code == 200
    for open_ in ("/", "/health", "/explorer/", "/explorer/app.js", "/docs", "/openapi.json"):
        assert locked.get(open_).status_code == 200


def test_another_host_needs_a_key():
    for host in ("0.0.0.0", "::", "192.168.0.1", "example.org"):
        with pytest.raises(BadOption, match="VICINAL_KEY"):
            Settings(host=host).check_open()
        Settings(host=host, key="secret").check_open()
    for host in ("127.0.0.1", "::1", "localhost"):
        Settings(host=host).check_open()
    for key in ("with space", "é", "two\nlines"):
        with pytest.raises(BadOption, match="printable"):
            Settings(key=key)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "", "127.0.0.1.evil.example", "localhost.evil"])
def test_names_that_are_not_ours_are_refused_on_loopback(host):
    refused(client().get("/spaces", headers={"Host": host}), 421, "MisdirectedRequest")
    proxied = client(hosts=("evil.example",))
    assert (proxied.get("/spaces", headers={"Host": host}).status_code == 200) == host.startswith("evil")
    assert client(host="0.0.0.0", key="k").get("/spaces", headers={"Host": host, "X-API-Key": "k"}).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"])
def test_names_of_loopback_are_ours(host):
    assert client().get("/spaces", headers={"Host": host}).status_code == 200


def test_bodies():
    small = client(max_body=100)
    post = small.post
    refused(post("/spaces/words/nearest", content=b" " * 101, headers=JSON), 413, "TooLarge")
    refused(post("/spaces/words/nearest", content=iter([b" " * 60, b" " * 60]), headers=JSON), 413, "TooLarge")
    refused(post("/spaces/words/vectors", content=iter([b" " * 60, b" " * 60]), headers=JSON), 413, "TooLarge")
    assert post("/spaces/words/nearest", content=iter([b'{"query"', b': "a"}']), headers=JSON).status_code == 200
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/jsonx"):
        for route in ("nearest", "vectors"):
            response = post(f"/spaces/words/{route}", content=b'{"query": "a"}', headers={"Content-Type": kind})
            refused(response, 415, "UnsupportedMediaType")
    charset = {"Content-Type": "application/json; charset=utf-8"}
    assert post("/spaces/words/nearest", content=b'{"query": "a"}', headers=charset).status_code == 200


def test_sizes():
    tight = client(max_batch=3, max_k=5, max_figures=6)

    def post(route, **body):
        return tight.post(f"/spaces/words/{route}", json=body)

    assert post("nearest", query=["a", "b", "c"], k=2).status_code == 200
    for body in ({"query": ["a"] * 4}, {"query": "a", "k": 6}, {"query": ["a", "b"], "k": 4}, {"query": [[1, 0]] * 4}):
        refused(post("nearest", **{"k": 1, **body}), 422, "BadOption" if body.get("k") == 6 else "BadInput")
    refused(post("vectors", names=["a"] * 4), 422, "BadInput")
    refused(post("similarity", names=["a", "b", "c"]), 422, "BadInput")
    refused(post("similarity", pairs=[["a", "b"]] * 4), 422, "BadInput")
    refused(post("analogy", a="a", b="b", c="c", k=6), 422, "BadOption")
    refused(post("search", query=["a"] * 4, k=1), 422, "BadInput")
    refused(post("nearest", query=[0.0] * 1000, k=1), 422, "BadInput")


def test_rates():
    limited = client(rate=1)
    statuses = [limited.get("/spaces").status_code for _ in range(4)]
    assert statuses[:2] == [200, 200] and statuses[3] == 429
    assert int(refused(limited.get("/spaces"), 429, "TooManyRequests").headers["retry-after"]) >= 1
    assert all(limited.get(path).status_code == 200 for path in ("/health", "/explorer/app.js") * 5)
    rates = Rates(10, burst=1)
    for client_ in range(20_000):
        rates.wait(str(client_), 0.0)
    assert len(rates) == 10_000


def slow(served, seconds):
    """Make a space slow to answer, without stopping the event loop."""
    entered = threading.Event()

    class Slow:
        def __getattr__(self, name):
            return getattr(SPACE, name)

        def __len__(self):
            return len(SPACE)

        def similarity(self, *args, **options):
            entered.set()
            time.sleep(seconds)
            return SPACE.similarity(*args, **options)

    return Served(served, Slow()), entered


def status(host, path):
    with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def test_slow_requests_are_answered_by_503_and_do_not_pile_up(serve_on):
    served, _ = slow("slow", 1.5)
    url = serve_on(Shelf([served]), Settings(timeout=0.3, threads=2, max_waiting=4))
    host = url.removeprefix("http://")
    body = b'{"pairs": [["a", "b"]]}'
    statuses, lock = [], threading.Lock()

    def ask():
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("POST", "/spaces/slow/similarity", body, JSON)
        response = connection.getresponse()
        with lock:
            statuses.append((response.status, b"busy" in response.read()))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    assert status(host, "/health") == 200  # while all threads are taken
    for thread in threads:
        thread.join()
    assert {status for status, _ in statuses} == {503}
    assert sum(busy for _, busy in statuses) >= 4
    assert time.monotonic() - start < 3
    end = time.monotonic() + 10
    while True:  # and when the slow ones are done, it answers again
        if status(host, "/spaces/slow") == 200:
            break
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_client_that_never_ends_its_body_is_answered(serve_on):
    host, _, port = (
        serve_on(Shelf([Served("words", SPACE)]), Settings(timeout=0.3)).removeprefix("http://").partition(":")
    )
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(
            b"POST /spaces/words/nearest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 50\r\n\r\n{"
        )
        assert line.recv(1000).startswith(b"HTTP/1.1 503")


def test_headers_of_every_answer():
    app = client()
    for response in (
        app.get("/spaces"), app.get("/nix"), app.get("/explorer/"), app.get("/docs"), app.get("/metrics"),
        app.post("/spaces/words/nearest", json={"query": "a"}), app.post("/spaces/words/nearest", json={"query": "x"}),
    ):  # fmt: skip
        assert response.headers["content-security-policy"] == POLICY
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in response.headers
    assert "unsafe" not in POLICY and "*" not in POLICY and "http" not in POLICY


def test_files_are_packed_and_known_again():
    app = client()
    plain = app.get("/explorer/style.css", headers={"Accept-Encoding": "identity"})
    packed = app.get("/explorer/style.css", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip" and packed.content == plain.content
    assert (
        int(packed.headers["content-length"]) < len(plain.content) == len(gzip.decompress(gzip.compress(plain.content)))
    )
    again = app.get("/explorer/style.css", headers={"If-None-Match": plain.headers["etag"]})
    assert again.status_code == 304 and not again.content
    assert app.get("/explorer/style.css", headers={"If-None-Match": '"other"'}).status_code == 200


def test_metrics():
    app = client()
    app.post("/spaces/words/nearest", json={"query": "a"})
    app.post("/spaces/words/nearest", json={"query": "nobody"})
    app.get("/spaces/one"), app.get("/spaces/two"), app.get("/nix/1"), app.get("/nix/2"), app.request("BREW", "/spaces")
    text = app.get("/metrics").text
    assert 'vicinal_requests_total{method="POST",route="/spaces/{name}/nearest",status="200"} 1.0' in text
    assert 'vicinal_requests_total{method="POST",route="/spaces/{name}/nearest",status="422"} 1.0' in text
    assert 'vicinal_requests_total{method="GET",route="/spaces/{name}",status="404"} 2.0' in text
    assert 'vicinal_requests_total{method="GET",route="unknown",status="404"} 2.0' in text
    assert 'method="other"' in text and "BREW" not in text and "nobody" not in text
    assert 'vicinal_rows{space="words"} 3.0' in text and "vicinal_spaces 1.0" in text
    assert "vicinal_requests_in_flight 1.0" in text and "vicinal_request_seconds_bucket" in text


def test_a_mistake_of_ours_is_500_in_one_shape_and_says_nothing(caplog):
    class Broken:
        def __getattr__(self, name):
            raise RuntimeError("the inside")

        def __len__(self):
            raise RuntimeError("the inside")

    app = TestClient(create_app(Shelf([Served("broken", Broken())])))
    response = refused(app.get("/spaces/broken"), 500, "ServerError")
    assert "the inside" not in response.text and "the inside" in caplog.text


def test_arrays_are_not_answered_as_numbers_json_does_not_have():
    space = Space(["a", "b"], np.array([[1, 0], [0, 1]], np.float16))
    app = TestClient(create_app(Shelf([Served("half", space)])))
    assert app.post("/spaces/half/vectors", json={"names": "a"}).json()["vectors"][0]["vector"] == [1.0, 0.0]
