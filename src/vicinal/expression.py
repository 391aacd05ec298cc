"""Sums of names: ``king - man + woman``."""

from __future__ import annotations

import math
import re

from vicinal.errors import BadInput

_OPERATOR = re.compile(r"(?:^|\s+)([+-])\s+")
_FACTOR = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*\*\s*(.+)", re.DOTALL)
_LOOSE = re.compile(r"[+-]\s.*|.*\s[+-]", re.DOTALL)  # an operator with nothing on its other side


def parse(text: str) -> list[tuple[float, str]]:
    """Split a sum into weights and names.

    Operators stand between spaces, so that names may hold hyphens, plus signs and spaces of their own.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of (weight, name)

    Raises
    ------
    BadInput
        If a term is missing, or a factor is too large.

    Examples
    --------
    >>> parse("king - man + 0.5 * New York")
    [(1.0, 'king'), (-1.0, 'man'), (0.5, 'New York')]
    >>> parse("well-known"), parse("C++ - C + java")
    ([(1.0, 'well-known')], [(1.0, 'C++'), (-1.0, 'C'), (1.0, 'java')])
    """
    first, *rest = _OPERATOR.split(text.strip())
    signed = ([("+", first)] if first or not rest else []) + list(zip(rest[::2], rest[1::2], strict=True))
    terms = []
    for sign, term in signed:
        name, weight = term.strip(), 1.0
        if match := _FACTOR.fullmatch(name):
            weight, name = float(match[1]), match[2].strip()
        if not name or _LOOSE.fullmatch(name):
            raise BadInput(f"a term is missing in {text!r}; write sums as 'king - man + woman'")
        if not math.isfinite(weight):
            raise BadInput(f"a factor in {text[:60]!r} is too large")
        terms.append((weight if sign == "+" else -weight, name))
    return terms
