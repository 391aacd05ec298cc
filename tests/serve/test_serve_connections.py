"""Connections that misbehave, by raw sockets: slow ones, endless ones, too many, and shapes that smuggle requests."""

from __future__ import annotations

import http.client
import socket
import time
from contextlib import ExitStack, closing

import pytest

from vicinal import Space
from vicinal.serve import Served, Settings, Shelf
from vicinal.serve.binary import names_bytes
from vicinal.serve.http.guard import POLICY

SPACE = Space(["a", "b", "c"], [[1, 0], [1, 1], [0, 1]])
HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /spaces/words/nearest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
BODY = b'{"query": "a"}'


def place(url):
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)


@pytest.fixture(scope="module")
def hasty(serve_on):
    """A server that waits for half a second."""
    return place(serve_on(Shelf([Served("words", SPACE)]), Settings(timeout=0.5)))


@pytest.fixture(scope="module")
def patient(serve_on):
    return place(serve_on(Shelf([Served("words", SPACE)]), Settings(timeout=20)))


def told(at, data, *later, wait=5.0, until=b""):
    """Send, and read until the server closes, or has sent what is waited for."""
    with socket.create_connection(at, timeout=wait) as line:
        line.sendall(data)
        for piece in later:
            time.sleep(0.1)
            line.sendall(piece)
        answer = b""
        while not (until and answer.count(until)):
            try:
                came = line.recv(1 << 16)
            except ConnectionResetError:
                break
            if not came:
                break
            answer += came
        return answer


@pytest.mark.parametrize(
    ("first", "piece", "said"),
    [
        (b"GET /health HTTP/1.1\r\nX-Long: ", b"a", b"408"),
        (b"G", b"", b"408"),
        (b"", b"", b""),
        (b"", b"\r\n", b""),
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", b"a", b"200"),
        (POST + b"Content-Length: 1000\r\n\r\n", b" ", b"503"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", b"503"),
    ],
    ids=["headers", "one byte", "nothing", "lines", "unread body", "body", "chunks"],
)
def test_a_byte_at_a_time_does_not_hold_a_connection(hasty, first, piece, said):
    start, answer = time.monotonic(), b""
    with socket.create_connection(hasty, timeout=0.05) as line:
        line.sendall(first)
        while time.monotonic() - start < 10:
            try:
                line.sendall(piece)
                came = line.recv(1 << 16)
            except TimeoutError:
                continue
            except OSError:
                break
            if not came:
                break
            answer += came
    assert 0.4 < time.monotonic() - start < 5
    assert answer.partition(b" ")[2][:3] == said and answer.count(b"HTTP/1.1") == bool(said)


def test_who_rests_between_two_requests_is_left_alone(hasty):
    with closing(http.client.HTTPConnection(*hasty, timeout=5)) as connection:
        connection.request("GET", "/health")
        connection.getresponse().read()
        line = connection.sock
        time.sleep(1.6)
        connection.request("GET", "/health")
        assert connection.getresponse().read() and connection.sock is line


def test_an_answer_that_nobody_reads_does_not_stay(serve_on):
    names = [f"{'long' * 2000} {i}" for i in range(2500)]  # 20 MB, more than the system keeps for a client
    served = Served("words", Space(names, [[i, 1] for i in range(2500)]))
    names_bytes(served)  # at hand, so that it does not take half a second
    at = place(serve_on(Shelf([served]), Settings(timeout=0.5, max_connections=1)))
    asked = b"GET /spaces/words/names HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(at)
        line.sendall(asked)
        line.recv(1)
        assert told(at, asked).startswith(b"HTTP/1.1 503 ")
        end = time.monotonic() + 5
        while not (answer := told(at, asked)).startswith(b"HTTP/1.1 200 "):
            assert time.monotonic() < end
    assert len(answer) > 20_000_000


@pytest.mark.parametrize("data", [b"GET /" + b"a" * 70_000, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000])
def test_headers_do_not_grow_without_end(patient, data):
    assert told(patient, data).startswith(b"HTTP/1.1 431 ")
    with socket.create_connection(patient, timeout=5) as line, pytest.raises(OSError):
        for _ in range(10_000):
            line.sendall(data)


def test_headers_of_an_ordinary_length_are_taken(patient):
    answer = told(patient, HEALTH[:-2] + b"X-Long: " + b"a" * 30_000, b"a" * 20_000 + b"\r\n\r\n", until=b"spaces")
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_connections_are_counted(serve_on):
    at = place(serve_on(Shelf([Served("words", SPACE)]), Settings(max_connections=4, timeout=20)))
    with ExitStack() as stack:
        resting = [stack.enter_context(closing(http.client.HTTPConnection(*at, timeout=5))) for _ in range(2)]
        for connection in resting:
            connection.request("GET", "/health")
            connection.getresponse().read()
            time.sleep(0.05)
        for _ in range(2):
            stack.enter_context(socket.create_connection(at)).sendall(b"GET ")
        for oldest in resting:  # gives way to one more
            stack.enter_context(socket.create_connection(at)).sendall(b"GET ")
            oldest.sock.settimeout(5)
            assert oldest.sock.recv(1) == b""
        with socket.create_connection(at, timeout=5) as late:
            answer = late.recv(1 << 16)
        assert answer.startswith(b"HTTP/1.1 503 ") and b"too many connections" in answer
    end = time.monotonic() + 5
    while b" 200 " not in told(at, HEALTH, until=b"\r\n\r\n"):
        assert time.monotonic() < end


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 5",
        b"Content-Length: 14\r\nContent-Length: 14", b"Content-Length: 14\r\nContent-Length: 5",
        b"Content-Length: 14, 14", b"Content-Length: +14", b"Content-Length: -1", b"Content-Length: 0xe",
        b"Content-Length: 99999999999999999999999", b"Content-Length : 14", b"Content-Length: 14\r\n folded: yes",
        b"Transfer-Encoding: xchunked", b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding : chunked",
        b"Transfer-Encoding: chunked\r\n\r\nzz", b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff",
    ],
)  # fmt: skip
def test_lengths_in_doubt_are_refused(patient, headers):
    answer = told(patient, POST + headers + b"\r\n\r\n" + BODY + HEALTH)
    assert answer.count(b"HTTP/1.1 ") == 1 and answer.startswith(b"HTTP/1.1 400 ")
    assert b'{"error": {"type": "BadRequest"' in answer and POLICY.encode() in answer


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\n\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
)
def test_what_is_no_http(patient, data):
    assert told(patient, data).startswith(b"HTTP/1.1 400 ")


def test_chunks_without_a_length_are_read(patient):
    chunks = b"Transfer-Encoding: chunked\r\n\r\n5\r\n" + BODY[:5] + b"\r\n9;x=y\r\n" + BODY[5:] + b"\r\n0\r\n\r\n"
    assert told(patient, POST + chunks, until=b"matches").startswith(b"HTTP/1.1 200 ")
    chunks = b"Transfer-Encoding: chunked\r\n\r\n" + 40 * (b"10000\r\n" + b" " * 65536 + b"\r\n") + b"0\r\n\r\n"
    answer = told(patient, POST + chunks + HEALTH, until=b"spaces")
    assert answer.startswith(b"HTTP/1.1 413 ") and b"HTTP/1.1 200 " in answer


def test_who_sends_too_much_still_reads_why(patient):
    with closing(http.client.HTTPConnection(*patient, timeout=5)) as connection:
        for _ in range(3):
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/spaces/words/nearest", b" " * 5_000_000, headers)
            response = connection.getresponse()
            assert response.status == 413 and b"1,048,576 bytes" in response.read()


def test_two_hosts_are_none(patient):
    for hosts in (b"localhost\r\nHost: evil.example", b"evil.example\r\nHost: localhost"):
        answer = told(patient, b"GET /spaces HTTP/1.1\r\nHost: " + hosts + b"\r\n\r\n", until=b"}}")
        assert answer.startswith(b"HTTP/1.1 421 ")


def test_another_protocol_is_not_spoken_and_hides_no_request(patient):
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
    answer = told(patient, HEALTH[:-2] + upgrade + b"\r\n", HEALTH)
    assert answer.count(b"HTTP/1.1 ") == 1 and answer.startswith(b"HTTP/1.1 200 ") and b"connection: close" in answer
    for apart in (True, False):
        head = POST + upgrade + f"Content-Length: {len(HEALTH)}\r\n\r\n".encode()
        answer = told(patient, head, HEALTH) if apart else told(patient, head + HEALTH)
        assert answer.count(b"HTTP/1.1 ") == 1 and answer.startswith(b"HTTP/1.1 400 ") and b"without Upgrade" in answer


def test_packed_bodies_are_refused(patient):
    answer = told(patient, POST + b"Content-Encoding: gzip\r\nContent-Length: 14\r\n\r\n" + BODY, until=b"}}")
    assert answer.startswith(b"HTTP/1.1 415 ") and b"Content-Encoding" in answer


def test_heads(patient):
    for path in ("/health", "/spaces", "/explorer/", "/spaces/words/names", "/nix"):
        with closing(http.client.HTTPConnection(*patient, timeout=5)) as connection:
            answers = []
            for method in ("GET", "HEAD"):
                connection.request(method, path)
                response = connection.getresponse()
                answers.append((response.status, response.getheader("Content-Length"), len(response.read())))
        assert answers[0][:2] == answers[1][:2] and answers[1][2] == 0 and answers[0][2] > 0


def test_a_client_that_leaves_is_no_mistake_of_ours(patient, caplog):
    with socket.create_connection(patient) as line:
        line.sendall(POST + b"Content-Length: 50\r\n\r\n{")
        time.sleep(0.1)
    end = time.monotonic() + 5
    metrics = b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n"
    while b'status="499"' not in (text := told(patient, metrics)):
        assert time.monotonic() < end
    assert b'status="500"' not in text and "a request failed" not in caplog.text
