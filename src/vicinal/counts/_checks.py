"""Ranges of options, checked before anything is read; and options as JSON values, for records."""

from __future__ import annotations

import math
import os
from collections.abc import Collection
from typing import Any

import numpy as np

from vicinal.encoder import Encoder
from vicinal.errors import BadOption


def check_whole(name: str, value: Any, least: int, most: int | None = None) -> None:
    """Raise `BadOption` unless ``value`` is an integer from ``least`` to ``most``."""
    fits = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not fits or value < least or (most is not None and value > most):
        limit = f"of {least} or more" if most is None else f"from {least} to {most:,}"
        raise BadOption(f"{name} must be an integer {limit}, got {value!r}")


def check_number(name: str, value: Any, least: float, most: float = math.inf) -> None:
    """Raise `BadOption` unless ``value`` is a finite number from ``least`` to ``most``."""
    fits = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not fits or not math.isfinite(value) or not least <= value <= most:
        limit = f"of {least} or more" if math.isinf(most) else f"from {least} to {most}"
        raise BadOption(f"{name} must be a finite number {limit}, got {value!r}")


def check_choice(name: str, value: Any, choices: Collection[Any]) -> None:
    """Raise `BadOption` unless ``value`` is one of ``choices``."""
    if not isinstance(value, str | None) or value not in choices:
        raise BadOption(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")


def check_flags(model: Encoder, *names: str) -> None:
    """Raise `BadOption` unless these options of ``model`` are true or false."""
    for name in names:
        if not isinstance(getattr(model, name), bool | np.bool_):
            raise BadOption(f"{name} must be True or False, got {getattr(model, name)!r}")


def json_options(model: Encoder) -> dict[str, Any]:
    """Options as JSON values; a function is written as Python shows it."""
    return {name: _json_value(value) for name, value in model.get_params().items()}


def _json_value(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_json_value(item) for item in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value if isinstance(value, str | int | float | None) else repr(value)
