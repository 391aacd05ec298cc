"""What an export did: where to, how much, what was lost, and how one asks there."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PASSWORDS = (re.compile(r"(://[^:/@?#\s]*:)[^@/\s]*(?=@)"), re.compile(r"(?i)(\b(?:password|api_key)=)[^&\s]*"))


@dataclass(frozen=True)
class Exported:
    """What `vicinal.export.export` returns.

    Attributes
    ----------
    target : str
        Where it went, without passwords.
    to : str
        The name of the target's kind, one of `vicinal.export.targets`.
    rows, dim : int
    metric : str
        What the index there compares by; empty where the question decides.
    lost : tuple of str
        What of this space does not come back from there.
    query : str
        How to ask for near rows there.

    Examples
    --------
    >>> Exported("words.sql", "pgvector", 3, 2, "cosine", (), "SELECT 1").rows
    3
    """

    target: str
    to: str
    rows: int
    dim: int
    metric: str
    lost: tuple[str, ...]
    query: str


def without_password(text: str) -> str:
    """Hide the passwords of addresses in a text.

    Examples
    --------
    >>> without_password("postgresql://me:secret@host/db?password=again&a=1")
    'postgresql://me:***@host/db?password=***&a=1'
    """
    for pattern in _PASSWORDS:
        text = pattern.sub(r"\1***", text)
    return text


def one_line(error: Exception) -> str:
    """Return what an error of another program says, in one line, without passwords.

    Examples
    --------
    >>> one_line(ValueError("two" + chr(10) + "lines"))
    'two lines'
    """
    return without_password(" ".join(str(error).split()))[:300] or type(error).__name__
