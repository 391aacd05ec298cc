from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
DATA = TESTS.parents[1] / "shared" / "data"


@pytest.fixture(scope="session")
def reference():
    """The readable twins, loaded by path: test folders are no packages."""
    spec = importlib.util.spec_from_file_location("reference_evaluate", TESTS / "reference" / "evaluate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def shared_file():
    """Finds a file of the shared data; where it is absent the test is skipped, but fails in CI."""

    def find(name):
        path = DATA / name
        if not path.exists() and "CI" not in os.environ:
            pytest.skip(f"shared data not here: {name}")
        assert path.exists(), path
        return path

    return find
