"""Who may ask: hosts, keys and how often."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from functools import lru_cache

from vicinal.serve.settings import is_loopback

_MOST = 10_000  # clients remembered


@lru_cache(256)
def is_own_host(header: str, others: tuple[str, ...] = ()) -> bool:
    """Tell whether the ``Host`` that a request asks for is this machine's own name for itself.

    A page of another site can make its name lead to 127.0.0.1 and then read what a server there answers (DNS
    rebinding); its requests carry that site's name.

    Examples
    --------
    >>> [is_own_host(host) for host in ("localhost:8000", "127.0.0.1", "[::1]:80", "evil.example:8000", "")]
    [True, True, True, False, False]
    >>> is_own_host("words.example.org", ("words.example.org",))
    True
    """
    name = header.lower()
    if name.startswith("["):
        name = name.partition("]")[0] + "]"
    else:
        name = name.partition(":")[0]
    return is_loopback(name) or name in others


def is_key(given: bytes, key: bytes) -> bool:
    """Compare keys in a time that does not tell how much of them agrees.

    Examples
    --------
    >>> is_key(b"secret", b"secret"), is_key(b"", b"secret")
    (True, False)
    """
    return hmac.compare_digest(given, key)


def key_of(authorization: bytes, header: bytes) -> bytes:
    """Find the key in ``Authorization: Bearer KEY`` or ``X-API-Key: KEY``.

    Examples
    --------
    >>> key_of(b"Bearer secret", b""), key_of(b"", b"secret")
    (b'secret', b'secret')
    """
    scheme, _, given = authorization.partition(b" ")
    return given.strip() if scheme.lower() == b"bearer" else header


class Rates:
    """How often each client has asked: a bucket of tokens each, refilled steadily.

    Parameters
    ----------
    rate : float
        Tokens a second; 0 for any number.
    burst : float, optional
        Tokens that a bucket holds; twice the rate by default, and 1 at least.

    Examples
    --------
    >>> rates = Rates(rate=1, burst=2)
    >>> [rates.wait("a", now) for now in (0.0, 0.0, 0.0, 1.0)]
    [0.0, 0.0, 1.0, 0.0]
    """

    def __init__(self, rate: float, burst: float | None = None) -> None:
        self.rate, self.burst = rate, max(1.0, 2 * rate if burst is None else burst)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float) -> float:
        """Take a token, or say how many seconds to wait for one.

        Parameters
        ----------
        client : str
        now : float
            Seconds by a clock that never goes back.
        """
        if not self.rate:
            return 0.0
        tokens, last = self._buckets.pop(client, (self.burst, now))
        tokens = min(self.burst, tokens + (now - last) * self.rate)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - allowed, now)
        if len(self._buckets) > _MOST:  # the one that has been quiet for longest, whose bucket is fullest
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self.rate

    def __len__(self) -> int:
        return len(self._buckets)
