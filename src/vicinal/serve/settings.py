"""What a server allows."""

from __future__ import annotations

import ipaddress
from collections.abc import Sized
from dataclasses import dataclass

from vicinal.errors import BadInput, BadOption

_LEAST = {
    "max_body": 1,
    "max_batch": 1,
    "max_k": 1,
    "max_figures": 1,
    "threads": 1,
    "max_waiting": 1,
    "max_connections": 1,
    "rate": 0,
}


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
    hosts : tuple of str
        Names of the server, besides those of loopback, that a request may ask for while it listens on loopback:
        those of a proxy that passes them on.
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
        Seconds that a request may take to come in, and then to be answered.
    threads : int
        Requests that are worked on at once; questions to an index, which take no time, are not counted.
    max_waiting : int
        Requests under way, worked on or waiting; one more is refused.
    max_connections : int
        Open connections; for one more, the one that has rested longest is closed.
    access_log : bool
        Whether every request is written to standard error.

    Raises
    ------
    BadOption
        For a value out of range.

    Examples
    --------
    >>> Settings(port=9000).host
    '127.0.0.1'
    """

    host: str = "127.0.0.1"
    port: int = 8000
    key: str = ""
    hosts: tuple[str, ...] = ()
    max_body: int = 1 << 20
    max_batch: int = 1000
    max_k: int = 1000
    max_figures: int = 1_000_000
    rate: float = 0.0
    timeout: float = 30.0
    threads: int = 8
    max_waiting: int = 64
    max_connections: int = 512
    access_log: bool = False

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if not getattr(self, name) >= least:
                raise BadOption(f"{name} must be {least} or more, got {getattr(self, name)}")
        if not self.timeout > 0:
            raise BadOption(f"timeout must be more than 0 seconds, got {self.timeout}")
        if not 0 <= self.port <= 65535:
            raise BadOption(f"port must be from 0 to 65535, got {self.port}")
        if not all("!" <= character <= "~" for character in self.key):
            raise BadOption("a key is made of printable ASCII characters without spaces")

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server.

        Examples
        --------
        >>> Settings().is_loopback, Settings(host="0.0.0.0", key="secret").is_loopback
        (True, False)
        """
        return is_loopback(self.host)

    def check_open(self) -> None:
        """Refuse to listen where others can ask without a key, with `BadOption`.

        Examples
        --------
        >>> Settings().check_open()
        """
        if not self.is_loopback and not self.key:
            raise BadOption(
                f"on {self.host} others can reach this server, so it needs a key: set VICINAL_KEY or pass --key, "
                "or stay on 127.0.0.1"
            )

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


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine as only it sees itself.

    Examples
    --------
    >>> [is_loopback(host) for host in ("localhost", "127.0.0.9", "::1", "[::1]", "0.0.0.0", "example.org")]
    [True, True, True, True, False, False]
    """
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False
