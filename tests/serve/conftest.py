"""What the tests of the server share."""

from __future__ import annotations

import socket
import threading
import time

import numpy as np
import pytest

from vicinal import Space, build_index
from vicinal.serve import Served, Settings, Shelf, create_app


@pytest.fixture(scope="session", autouse=True)
def loopback():
    """Let test clients ask for the server by a name of loopback, as it wants."""
    testclient = pytest.importorskip("starlette.testclient")
    init = testclient.TestClient.__init__
    defaults = init.__defaults__
    init.__defaults__ = tuple("http://127.0.0.1" if value == "http://testserver" else value for value in defaults)
    yield
    init.__defaults__ = defaults


def words(n=2000, dim=16, seed=0, **more):
    """A space of n names, in groups, with two columns."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(20, dim))
    matrix = centres[np.arange(n) % 20] + random.normal(size=(n, dim)) * 0.6
    columns = {"count": np.arange(n, 0, -1), "group": np.array([f"g{i % 20}" for i in range(n)])}
    return Space([f"w{i}" for i in range(n)], matrix, columns=columns, **more)


@pytest.fixture(scope="session")
def make():
    """Make spaces: make(n=2000, dim=16, seed=0, **more)."""
    return words


@pytest.fixture(scope="session")
def space():
    return words()


@pytest.fixture(scope="session")
def index(space):
    return build_index(space, kind="tree_ah", recall=0.9)


@pytest.fixture(scope="session")
def serve_on():
    """Start real servers: serve_on(shelf, settings=None) → url; all are stopped at the end."""
    from vicinal.serve.run import make_server

    running = []

    def start(shelf, settings=None):
        taken = socket.socket()
        taken.bind(("127.0.0.1", 0))
        server = make_server(create_app(shelf, settings), settings or Settings())
        thread = threading.Thread(target=server.run, args=([taken],), daemon=True)
        thread.start()
        running.append((server, thread, taken))
        end = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.01)
        return f"http://127.0.0.1:{taken.getsockname()[1]}"

    yield start
    for server, thread, taken in running:
        server.should_exit = True
        thread.join(10)
        taken.close()


@pytest.fixture(scope="session")
def url(serve_on, space, index):
    """A server of the space with its index, and of a little one in euclidean space."""
    little = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]], metric="euclidean")
    return serve_on(Shelf([Served("words", space, index), Served("little", little)]))
