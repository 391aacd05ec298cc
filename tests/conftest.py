from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared():
    """The folder of shared data: tests that need it are skipped in a fresh clone, but fail in CI."""
    if not SHARED.is_dir():
        reason = f"the shared data is not at {SHARED}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED
