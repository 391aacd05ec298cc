"""Options of `build` and settings of `search`, given by name: the rest is filled in, what is not known is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vicinal.errors import BadOption


def choose(owner: str, what: str, given: Mapping[str, Any] | None, usual: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``usual`` with what was given in its place.

    Parameters
    ----------
    owner : str
        Name of the kind, for the message.
    what : str
        ``"option"`` or ``"setting"``, for the message.
    given : mapping, optional
    usual : mapping
        Every known name and its usual value.

    Raises
    ------
    BadOption
        For a name that is not known.

    Examples
    --------
    >>> choose("hnsw", "setting", {"ef_search": 20}, {"ef_search": 64})
    {'ef_search': 20}
    """
    for name in given or {}:
        if name not in usual:
            known = ", ".join(map(repr, usual)) or "none"
            raise BadOption(f"the kind {owner!r} has no {what} {name!r}; it has {known}")
    return {**usual, **(given or {})}


def steps(first: int, last: int, factor: float) -> list[int]:
    """Whole numbers from ``first`` to ``last``, each about ``factor`` times the one before.

    Examples
    --------
    >>> steps(1, 20, 2.0)
    [1, 2, 4, 8, 16, 20]
    >>> steps(7, 3, 2.0)
    [3]
    """
    numbers = [min(first, last)]
    while numbers[-1] < last:
        numbers.append(min(last, max(numbers[-1] + 1, round(numbers[-1] * factor))))
    return numbers
