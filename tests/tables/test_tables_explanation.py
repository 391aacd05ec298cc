"""The code blocks of the explanation page run, one after the other, and say what the page says."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "tables.md"


def test_the_page_runs_and_its_comments_are_true(capsys):
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, str(PAGE), "exec"), names)
    printed = capsys.readouterr().out
    for said in ("{'color': 'one_hot', 'price': 'standardize', 'shop': 'one_hot'}\n", "0.0 0.0\n", "True\n", "0.042\n"):
        assert said in printed
