"""What a server allows."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass

from vicinal.errors import BadInput, BadOption


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a server listens and where it draws the line.

    Attributes
    ----------
    host : str
        Loopback by default; any other host takes a ``key``.
    port : int
    key : str
        What requests must carry; empty for none.
    max_body : int
        Bytes of a request.
    max_batch : int
        Queries, names or texts in one request.
    max_k : int
        Neighbours asked for.
    max_figures : int
        Numbers in one answer: neighbours of all queries, components of all vectors, scores of all pairs.
    rate : float
        Requests a second from one client; 0 for any number.
    timeout : float
        Seconds that a request may take.

    Examples
    --------
    >>> Settings(port=9000).host
    '127.0.0.1'
    """

    host: str = "127.0.0.1"
    port: int = 8000
    key: str = ""
    max_body: int = 1 << 20
    max_batch: int = 1000
    max_k: int = 1000
    max_figures: int = 1_000_000
    rate: float = 0.0
    timeout: float = 30.0

    def check_k(self, k: int, what: str = "k") -> int:
        """Return a count that was asked for, or raise `BadOption`.

        Examples
        --------
        >>> Settings().check_k(10)
        10
        """
        if not 1 <= k <= self.max_k:
            raise BadOption(f"{what} must be from 1 to {self.max_k:,} on this server, got {k:,}")
        return k

    def check_batch(self, items: Sized, what: str, least: int = 1) -> None:
        """Refuse too many, or too few, of what one request asks about with `BadInput`.

        Examples
        --------
        >>> Settings().check_batch(["a", "b"], "names")
        """
        if not least <= len(items) <= self.max_batch:
            raise BadInput(f"a request takes {least} to {self.max_batch:,} {what}, got {len(items):,}")

    def check_answer(self, figures: int) -> None:
        """Refuse a request whose answer would be too long with `BadInput`.

        Examples
        --------
        >>> Settings().check_answer(1000 * 10)
        """
        if figures > self.max_figures:
            raise BadInput(
                f"the answer would hold {figures:,} numbers, and this server sends {self.max_figures:,} at most; "
                "ask for fewer at a time"
            )
