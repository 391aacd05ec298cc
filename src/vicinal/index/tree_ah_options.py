"""Options that a tree with asymmetric hashing is built with: which there are, and which are worth a trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vicinal.errors import BadOption

_DEFAULTS = {"leaves": 0, "width": 0, "threshold": 0.2, "spill": False, "levels": 1}
_CODES = 100  # of a point, about, unless it has fewer than 200 dimensions
_LONG = 60  # dimensions from which shorter codes may be worth a trial
_MANY = 40_000_000  # rows from which a second level pays: their leaves are ten thousand


def usual_width(dim: int) -> int:
    """Tell how many dimensions share a code unless told otherwise: two, or as many as make about a hundred codes.

    Examples
    --------
    >>> usual_width(50), usual_width(784)
    (2, 8)
    """
    return min(max(2, -(-dim // _CODES)), 16)


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what is not given and refuse what is out of range.

    Examples
    --------
    >>> checked({"leaves": 9})
    {'leaves': 9, 'width': 0, 'threshold': 0.2, 'spill': False, 'levels': 1}
    """
    for name in options:
        if name not in _DEFAULTS:
            raise BadOption(f"the kind 'tree_ah' has no option {name!r}; it has {', '.join(_DEFAULTS)}")
    chosen = {**_DEFAULTS, **options}
    for name, least, most in (("leaves", 0, 1 << 24), ("width", 0, 16), ("levels", 1, 4)):
        value = chosen[name]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadOption(f"{name} must be an integer from {least} to {most}, got {value!r}")
    threshold = chosen["threshold"]
    if not isinstance(threshold, int | float) or isinstance(threshold, bool) or not 0 <= threshold < 1:
        raise BadOption(f"threshold must be from 0 to below 1, got {threshold!r}")
    if not isinstance(chosen["spill"], bool):
        raise BadOption(f"spill must be True or False, got {chosen['spill']!r}")
    return chosen


def plans(n: int, dim: int) -> list[dict[str, Any]]:
    """See `vicinal.index.kind.Kind.plans`.

    Examples
    --------
    >>> plans(10_000, 50)
    [{}, {'leaves': 250}, {'spill': True}]
    """
    if n < 1000:
        return []
    width, more = usual_width(dim), {"leaves": int(2.5 * n**0.5)}
    above = [{"levels": 2}] if n > _MANY else []
    # where codes are most of the memory, shorter ones are what a limit is likely to ask for
    shorter = [{"width": min(16, times * width)} for times in (2, 4)] if dim > _LONG else []
    return [{}, *above, *shorter[:1], more, *shorter[1:], {"spill": True}]
