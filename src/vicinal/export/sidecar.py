"""The JSON file beside an index file that holds no names: names, columns, and what loading it takes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from vicinal.export.rows import check_columns, lost_numbers, values
from vicinal.space import Space


def sidecar_path(target: str) -> str:
    """Return where it is written.

    Examples
    --------
    >>> sidecar_path("words.faiss")
    'words.faiss.json'
    """
    return os.fspath(target) + ".json"


def write_sidecar(space: Space, path: Path, tool: str, metric: str, facts: dict[str, Any]) -> None:
    """Write one JSON object: format, tool, metric, dim, fingerprint, facts of the tool, names, columns.

    Raises
    ------
    BadInput
        If a column holds something else than numbers, booleans and text.
    """
    check_columns(space, (), "a JSON file")
    content = {
        "format": "vicinal.names/1",
        "tool": tool,
        "metric": metric,
        "dim": space.dim,
        "fingerprint": space.fingerprint,
        **facts,
        "names": list(space.names),
        "columns": {key: values(column) for key, column in space.columns.items()},
    }
    path.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def lost(space: Space, metric: str) -> tuple[str, ...]:
    """Say what of a space such a pair of files does not hold."""
    lengths = ["lengths of vectors, which are 1 there"] if metric == "cosine" else []
    return (*lengths, "origin, but for the fingerprint", *lost_numbers(space))
