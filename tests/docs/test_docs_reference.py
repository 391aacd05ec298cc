"""The reference of Python names is what the code says, name by name."""

from __future__ import annotations

import importlib
import re
import runpy
from pathlib import Path

import pytest

import vicinal

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "reference" / "python.md"
WRITER = runpy.run_path(str(DOCS / "reference" / "write_python.py"), run_name="writer")
AGAIN = "run python docs/reference/write_python.py"


def sections():
    parts = re.split(r"^## (vicinal[\w.]*)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("room", WRITER["rooms"]())
def test_every_public_name_of_a_room_is_listed(room):
    module = importlib.import_module(f"vicinal.{room}")
    listed = sections().get(f"vicinal.{room}", "")
    absent = [name for name in module.__all__ if not re.search(rf"^\| `{name}[`(]", listed, re.MULTILINE)]
    assert not absent, f"{absent} of vicinal.{room} are not in {PAGE.name}; {AGAIN}"


def test_every_name_at_the_front_door_is_listed():
    listed = sections()["vicinal"]
    names = [name for name in vicinal.__all__ if name != "__version__"]
    assert not [name for name in names if not re.search(rf"^\| `{name}[`(]", listed, re.MULTILINE)]


def test_the_page_is_what_the_code_says():
    assert PAGE.read_text("utf-8") == WRITER["page"](), AGAIN


def test_nothing_is_listed_that_is_not_there():
    for name, text in sections().items():
        module = importlib.import_module(name)
        for found in re.findall(r"^\| `(\w+)", text.partition("\n### ")[0], re.MULTILINE):
            assert hasattr(module, found), f"{name}.{found}"
