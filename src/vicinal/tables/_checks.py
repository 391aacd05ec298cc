"""Ranges of options, checked before anything is read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vicinal.errors import BadOption


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """Raise `BadOption` unless ``value`` is one of ``choices``."""
    if value not in choices:
        raise BadOption(f"{name} must be one of {', '.join(repr(c) for c in choices)}, got {value!r}")


def check_whole(name: str, value: object, least: int, most: int) -> None:
    """Raise `BadOption` unless ``value`` is an integer within the range."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        raise BadOption(f"{name} must be an integer from {least} to {most:,}, got {value!r}")
