"""Saved encoders that are served, and how files are seen to change."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vicinal.encoders import load_encoder
from vicinal.errors import BadInput
from vicinal.serve.copies import MOST, files_of, open_copy
from vicinal.serve.embedding import TAKES, Model
from vicinal.serve.served import Served
from vicinal.space import Space

Mark = tuple[tuple[str, int, int, int], ...]
State = tuple[Served | None, Model | None]  # what one path gives: a space, an encoder of new texts, or both


@dataclass(frozen=True)
class EncoderSource:
    """The folder, or the file, of one saved encoder that is served.

    Attributes
    ----------
    name : str
    path : Path

    Examples
    --------
    >>> EncoderSource("model", Path("nowhere")).mark()
    ()
    """

    name: str
    path: Path

    def mark(self) -> Mark:
        """Tell whether the files are what they were."""
        return mark_of(files_of(self.path))

    def load(self, *, hold: bool = False) -> State:
        """Open the encoder: its space, where it has one, and what encodes by it, where it encodes text.

        Raises
        ------
        VicinalError
            If it cannot be opened, or there is neither.
        """
        encoder: Any = open_copy(self.path, load_encoder, MOST if hold else 0)
        kind, space = type(encoder).__name__, getattr(encoder, "space", None)
        served = None
        if isinstance(space, Space):
            space.norms  # noqa: B018  (as of a space)
            served = Served(self.name, space)
        model = Model(self.name, encoder) if kind in TAKES else None
        if served is None and model is None:
            said = f"{self.path} is a {kind}, which neither encodes text nor has a space; there is nothing to serve"
            raise BadInput(said)
        return served, model


def mark_of(paths: Iterable[Path]) -> Mark:
    """Read path, inode, time of change and size of each file that is there.

    Examples
    --------
    >>> mark_of([Path("nowhere.space")])
    ()
    """
    found = []
    for path in paths:
        try:
            seen = os.stat(path)
        except OSError:
            continue
        found.append((os.fspath(path), seen.st_ino, seen.st_mtime_ns, seen.st_size))
    return tuple(found)
