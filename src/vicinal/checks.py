"""Ranges of options, checked before any work begins: each says which option, what it must be and what came."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import numpy as np

from vicinal.errors import BadOption


def check_whole(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """Return an option that must be an integer from ``least`` to ``most``, else raise `BadOption`.

    Examples
    --------
    >>> check_whole("dim", 100)
    100
    """
    fits = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not fits or value < least or (most is not None and value > most):
        limit = f"of {least} or more" if most is None else f"from {least} to {most:,}"
        raise BadOption(f"{name} must be an integer {limit}, got {value!r}")
    return int(value)


def check_number(name: str, value: Any, least: float = -math.inf, most: float = math.inf) -> None:
    """Raise `BadOption` unless ``value`` is a finite number from ``least`` to ``most``.

    Examples
    --------
    >>> check_number("shift", 1.5, 1.0)
    """
    fits = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not fits or not math.isfinite(value) or not least <= value <= most:
        limit = "" if math.isinf(least) else f" of {least} or more" if math.isinf(most) else f" from {least} to {most}"
        raise BadOption(f"{name} must be a finite number{limit}, got {value!r}")


def check_choice(name: str, value: Any, choices: Collection[Any]) -> None:
    """Raise `BadOption` unless ``value`` is one of ``choices``: texts, or None.

    Examples
    --------
    >>> check_choice("norm", None, ("l2", "l1", None))
    """
    if not isinstance(value, str | None) or value not in choices:
        raise BadOption(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")


def check_flags(model: Any, *names: str) -> None:
    """Raise `BadOption` unless these options of ``model`` are true or false.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> check_flags(SimpleNamespace(lower=True), "lower")
    """
    for name in names:
        if not isinstance(getattr(model, name), bool | np.bool_):
            raise BadOption(f"{name} must be True or False, got {getattr(model, name)!r}")
