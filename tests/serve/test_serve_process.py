"""The command as a process: what it prints, how it ends."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from vicinal import Space

SLOW = """
import sys, time, threading
from vicinal import Space
from vicinal.serve import Served, Shelf, Settings
from vicinal.serve.run import run
space = Space(["a", "b"], [[1, 0], [0, 1]])
class Slow:
    def __getattr__(self, name): return getattr(space, name)
    def __len__(self): return 2
    def similarity(self, *args, **options):
        print("working", flush=True); time.sleep(float(sys.argv[2])); return 0.5
run(Shelf([Served("slow", Slow())]), Settings(port=int(sys.argv[1])), on_start=lambda: print("ready", flush=True))
"""


def environment(**more):
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "VICINAL_KEY": "", **more}


def started(*arguments, **more):
    command = [sys.executable, *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment(**more)}
    return subprocess.Popen(command, **pipes)


@pytest.fixture
def path(tmp_path):
    Space(["a", "b", "c"], [[1, 0], [1, 1], [0, 1]]).save(tmp_path / "words.space")
    return str(tmp_path / "words.space")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_is_and_ends_well(path, number):
    server = started("-m", "vicinal", "serve", path, "--port", "0")
    try:
        line = server.stdout.readline()
        found = re.fullmatch(r"explorer http://127\.0\.0\.1:(\d+)/   API http://127\.0\.0\.1:\1/docs\n", line)
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=10)
        connection.request("POST", "/spaces/words/nearest", '{"query": "a"}', {"Content-Type": "application/json"})
        assert b'"fingerprint"' in connection.getresponse().read()
    finally:
        server.send_signal(number)
        output, errors = server.communicate(timeout=20)
    assert server.returncode == 0, errors
    assert errors.splitlines() == ["stop with Ctrl-C", "stopped"] and output == ""
    connection.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "VICINAL_KEY"), (["--port", "-1"], "port must be"), (["--timeout", "0"], "timeout"),
        (["--rate", "-1"], "rate"), (["--max-k", "0"], "k must be 1"), (["--key", "a b"], "printable"),
        (["--index", "nix.index"], "no file"),
        (["--host", "nowhere.invalid", "--key", "secret"], "no address of this machine"),
    ],
)  # fmt: skip
def test_refusals_are_one_line(path, options, said):
    done = started("-m", "vicinal", "serve", path, *options)
    output, errors = done.communicate(timeout=30)
    assert done.returncode == 2 and output == "" and len(errors.splitlines()) == 1 and re.search(said, errors), errors


def test_a_port_that_is_taken(path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = started("-m", "vicinal", "serve", path, "--port", port)
        _, errors = done.communicate(timeout=30)
    assert done.returncode == 2 and len(errors.splitlines()) == 1
    assert f"port {port} of 127.0.0.1 is taken; choose another with --port" in errors


def ask_slowly(port, answers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json"}
    try:
        connection.request("POST", "/spaces/slow/similarity", '{"pairs": [["a", "b"]]}', headers)
        answers.append(connection.getresponse().read())
    except (OSError, http.client.HTTPException) as error:
        answers.append(error)
    finally:
        connection.close()


@pytest.mark.parametrize("times", [1, 2])
def test_a_request_under_way_is_finished_unless_told_twice(times):
    port, answers = free_port(), []
    server = started("-c", SLOW, str(port), "1.5" if times == 1 else "60")
    assert server.stdout.readline() == "ready\n"
    asking = threading.Thread(target=ask_slowly, args=(port, answers))
    asking.start()
    assert server.stdout.readline() == "working\n"
    start = time.monotonic()
    server.send_signal(signal.SIGTERM)
    if times == 2:
        time.sleep(0.3)
        server.send_signal(signal.SIGTERM)
    server.communicate(timeout=30)
    asking.join()
    if times == 1:
        assert server.returncode == 0 and b'"scores": [0.5]' in answers[0].replace(b'":[', b'": [')
    else:
        assert server.returncode == 130 and isinstance(answers[0], Exception) and time.monotonic() - start < 10
