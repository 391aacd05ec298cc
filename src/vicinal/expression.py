"""Sums of names: ``king - man + woman``."""

from __future__ import annotations

import re

from vicinal.errors import BadInput

_OPERATOR = re.compile(r"(?:^|\s+)([+-])\s+")
_FACTOR = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*\*\s*(.+)", re.DOTALL)


def parse(text: str) -> list[tuple[float, str]]:
    """Split a sum into weights and names.

    Operators stand between spaces, so that names may hold hyphens and spaces of their own.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of (weight, name)

    Raises
    ------
    BadInput
        If a term is missing.

    Examples
    --------
    >>> parse("king - man + 0.5 * New York")
    [(1.0, 'king'), (-1.0, 'man'), (0.5, 'New York')]
    >>> parse("well-known")
    [(1.0, 'well-known')]
    """
    first, *rest = _OPERATOR.split(text.strip())
    signed = ([("+", first)] if first or not rest else []) + list(zip(rest[::2], rest[1::2], strict=True))
    terms = []
    for sign, term in signed:
        name, weight = term.strip(), 1.0
        if match := _FACTOR.fullmatch(name):
            weight, name = float(match[1]), match[2].strip()
        if not name:
            raise BadInput(f"a term is missing in {text!r}; write sums as 'king - man + woman'")
        terms.append((weight if sign == "+" else -weight, name))
    return terms
