"""What a server allows."""

from __future__ import annotations

from dataclasses import dataclass


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
    rate: float = 0.0
    timeout: float = 30.0
