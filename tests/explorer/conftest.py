"""A real browser on a real server: what every test of the explorer shares."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time

import numpy as np
import pytest

from vicinal import Space

FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
]  # fmt: skip


def wait_for_function(page, expression, *, arg=None, timeout=30_000):
    """Wait until an expression is true in the page; the driver's own way evaluates text, which the policy forbids."""
    end = time.monotonic() + timeout / 1000
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"waited in vain for {expression}"
        page.wait_for_timeout(20)


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, headless; skipped where there is none, but not in CI."""
    known = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first is the lightest
    path = next((found for found in map(shutil.which, known) if found), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed")
        pytest.skip("these tests need chromium (Debian: apt install chromium-headless-shell)")
    from playwright.sync_api import Page, sync_playwright

    Page.wait_for_function = wait_for_function
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Running:
    """A server in a thread of its own."""

    def __init__(self, shelf, settings=None):
        import uvicorn

        from vicinal.serve import create_app

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(create_app(shelf, settings), port=self.port, log_level="warning", ws="none")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        end = time.monotonic() + 20
        while not self.server.started:
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.01)

    def stop(self):
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture(scope="session")
def serving():
    """Start servers: serving(shelf, settings=None) → Running; all are stopped at the end."""
    running = []

    def start(shelf, settings=None):
        running.append(Running(shelf, settings))
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def page(chromium):
    """A fresh browser page of 1200 × 800; any error on its console fails the test."""
    context = chromium.new_context(viewport={"width": 1200, "height": 800}, accept_downloads=True)
    page = context.new_page()
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, errors


@pytest.fixture(scope="session")
def royal():
    """A little space where king - man + woman is queen, in four clear groups of 50 names and 20 dimensions."""
    random = np.random.default_rng(7)
    centres = random.normal(size=(4, 20)) * 2
    words = [f"{group}{i}" for group in ("sea", "tree", "stone", "bird") for i in range(49)]
    matrix = np.repeat(centres, 49, axis=0) + random.normal(size=(196, 20)) * 0.5
    male, royal = random.normal(size=(2, 20)) * 3
    quad = np.array([male, male + royal, -male, -male + royal])
    names = [*words, "man", "king", "woman", "queen"]
    groups = np.array([*(name.rstrip("0123456789") for name in words), *["person"] * 4])
    counts = np.arange(len(names), 0, -1)
    return Space(names, np.concatenate([matrix, quad]), columns={"group": groups, "count": counts})
