"""Options as JSON values, for records."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from vicinal.encoder import Encoder


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
