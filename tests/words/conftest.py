import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def twin():
    """The slow readable twin of this room's kernels."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "reference" / "words.py")))
