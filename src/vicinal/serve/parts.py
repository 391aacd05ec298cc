"""Large questions in several requests, none beyond what the server allows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vicinal.errors import BadInput


@dataclass(frozen=True)
class Parts:
    """How a question about many items is cut.

    Attributes
    ----------
    limits : mapping of str to int
        Of the server: ``max_batch`` and ``max_body``.
    field : str
        Of the body, that takes the items.
    most : int
        Items of one request, besides those limits.

    Examples
    --------
    >>> parts = Parts({"max_batch": 2, "max_body": 1000}, "names", 10)
    >>> parts.ask([1, 2, 3, 4], {}, lambda raw: json.loads(raw)["names"])
    [[1, 2], [3, 4]]
    """

    limits: Mapping[str, int]
    field: str
    most: int

    def ask(self, items: list[Any], body: dict[str, Any], ask: Callable[[bytes], Any]) -> list[Any]:
        """Ask about all items, in as few requests as the limits allow; the answers in their order."""
        if not items:
            return []
        raw = to_json({**body, self.field: items})
        few = len(items) <= min(self.limits["max_batch"], self.most)
        if len(items) == 1 or (few and len(raw) <= self.limits["max_body"]):
            return [ask(raw)]
        half = len(items) // 2
        return [*self.ask(items[:half], body, ask), *self.ask(items[half:], body, ask)]


def to_json(body: dict[str, Any]) -> bytes:
    """Write a body without what is None.

    Raises
    ------
    BadInput
        For what JSON cannot say.

    Examples
    --------
    >>> to_json({"k": 3, "metric": None})
    b'{"k": 3}'
    """
    try:
        return json.dumps({key: value for key, value in body.items() if value is not None}, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise BadInput(f"a question must be made of text and finite numbers ({error})") from None
