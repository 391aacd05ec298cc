import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def twin():
    """The slow readable twins of this room."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "reference" / "tables.py")))
