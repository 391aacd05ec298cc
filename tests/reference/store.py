"""The store's kernels, as one would write them to be read."""

from __future__ import annotations

import re

import numpy as np

_NUMBER = re.compile(rb"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def parse_number(field: bytes) -> float | None:
    """Read one decimal number as Python does and round it to float32; None if it is no finite one."""
    if not _NUMBER.fullmatch(field):
        return None
    with np.errstate(over="ignore"):
        value = np.float32(float(field))
    return float(value) if np.isfinite(value) else None


def parse_table(content: bytes, dim: int) -> tuple[list[str], np.ndarray]:
    """Read lines of a name without spaces and ``dim`` numbers."""
    names, rows = [], []
    for line in content.splitlines():
        name, *numbers = line.split()
        names.append(name.decode())
        rows.append([parse_number(number) for number in numbers])
    return names, np.array(rows, np.float32).reshape(len(names), dim)
