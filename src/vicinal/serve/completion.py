"""Names that begin with what was typed."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from vicinal.serve.served import Served


def complete(served: Served, prefix: str, k: int = 10) -> list[dict[str, Any]]:
    """Find names that begin with a prefix, whatever their case; first rows first.

    Examples
    --------
    >>> from vicinal import Space
    >>> complete(Served("letters", Space(["Ab", "B", "aC"], [[3, 30], [15, 4], [3, 27]])), "a")
    [{'name': 'Ab', 'row': 0}, {'name': 'aC', 'row': 2}]
    """
    keys, rows = served.once("completion", lambda: _sorted(served))
    low = prefix.casefold()
    start, stop = bisect_left(keys, low), bisect_left(keys, low + "\U0010ffff")
    names = served.space.names
    return [{"name": names[row], "row": row} for row in sorted(rows[start:stop])[:k]]


def _sorted(served: Served) -> tuple[list[str], list[int]]:
    folded = sorted((name.casefold(), row) for row, name in enumerate(served.space.names))
    return [name for name, _ in folded], [row for _, row in folded]
