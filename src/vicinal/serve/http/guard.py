"""What stands before every route: host, key, rate, size, time, and the headers of every answer."""

from __future__ import annotations

import asyncio
import logging
from time import perf_counter
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vicinal.serve.access import Rates, is_key, is_own_host, key_of
from vicinal.serve.http.errors import failure
from vicinal.serve.http.measures import Measures
from vicinal.serve.settings import Settings

_LOG = logging.getLogger("vicinal.serve")
_GONE = 499  # counted for a client that left before it was answered
_OPEN = ("/explorer/", "/docs/")  # files of the package; data need the key
_OPEN_PATHS = frozenset({"/", "/health", "/docs", "/openapi.json"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]


class Guard:
    """ASGI middleware.

    A request that takes too long is answered by 503 while its thread, which cannot be stopped, works on; it counts as
    under way until then, so that slow requests cannot pile up.
    """

    def __init__(self, app: ASGIApp, settings: Settings, measures: Measures) -> None:
        self.app, self.settings, self.measures = app, settings, measures
        self.rates = Rates(settings.rate)
        self._key = settings.key.encode()
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope  # the server leaves the body out
        start = perf_counter()
        answer = _Answer(scope, receive, send)
        self.measures.in_flight += 1
        timer: Any = None
        try:
            refusal = self._refusal(scope, start)
            if refusal is not None:
                await answer.give(refusal)
                return
            self._under_way += 1
            try:
                timer = asyncio.get_running_loop().call_later(self.settings.timeout, answer.time_out)
                await self.app(asked, _Body(scope, receive, self.settings.max_body), answer.send)
            finally:
                self._under_way -= 1
        except ClientDisconnect:
            answer.status = answer.status or _GONE  # nobody is there to answer
        except Exception:
            _LOG.exception("a request failed")
            said = "a mistake of the server's own; its log says more"
            await answer.give(failure(500, "ServerError", said))
        finally:
            if timer is not None:
                timer.cancel()
            self.measures.in_flight -= 1
            route = getattr(asked.get("route"), "path", "unknown")
            self.measures.observe(route, scope["method"], answer.status, perf_counter() - start)

    def _refusal(self, scope: Scope, now: float) -> Response | None:
        path = scope["path"]
        if self.settings.is_loopback and not is_own_host(_header(scope, b"host"), self.settings.hosts):
            said = "this server listens on loopback and is asked for by another name; --allow-host NAME allows one"
            return failure(421, "MisdirectedRequest", said)
        if path in _OPEN_PATHS or path.startswith(_OPEN):
            return None
        wait = self.rates.wait((scope.get("client") or ("",))[0], now)
        if wait:
            said = f"more than {self.settings.rate:g} requests a second; wait and try again"
            return failure(429, "TooManyRequests", said, headers={"Retry-After": str(int(wait) + 1)})
        if self._key:
            given = key_of(_header(scope, b"authorization").encode(), _header(scope, b"x-api-key").encode())
            if not is_key(given, self._key):
                said = "this server needs a key: Authorization: Bearer KEY, or X-API-Key: KEY"
                return failure(401, "Unauthorized", said, headers={"WWW-Authenticate": "Bearer"})
        if self._under_way >= self.settings.max_waiting:
            return failure(503, "ServiceUnavailable", "the server is busy; try again", headers={"Retry-After": "1"})
        return None


def _header(scope: Scope, name: bytes) -> str:
    """Read a header; one that is there twice is its values in a row, which no host, key or type is."""
    return b", ".join([value for key, value in scope["headers"] if key == name]).decode("latin-1")


class _Answer:
    """What goes back to one client: begun once, and finished by whoever began it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.status = 0
        self._scope, self._receive, self._send = scope, receive, send
        self._late: asyncio.Task[None] | None = None

    async def send(self, message: Message) -> None:
        """Pass on what the application sends, with the headers that every answer has."""
        if self._late is not None:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *HEADERS]
        await self._send(message)

    async def give(self, response: Response) -> None:
        """Send a whole answer, unless one was begun."""
        if not self.status:
            await response(self._scope, self._receive, self.send)

    def time_out(self) -> None:
        """Answer in the application's place."""
        if not self.status:
            late = failure(503, "Timeout", "this took longer than the server allows", headers={"Retry-After": "1"})
            self.status = 503

            async def send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], *HEADERS]
                await self._send(message)

            self._late = asyncio.get_running_loop().create_task(late(self._scope, self._receive, send))


class _Body:
    """The body of a request, read whole when it is first asked for, if it is JSON and not too long."""

    def __init__(self, scope: Scope, receive: Receive, most: int) -> None:
        self._scope, self._receive, self._most = scope, receive, most
        self._read = False

    async def __call__(self) -> Message:
        """Give the body in one message."""
        if self._read:
            return await self._receive()
        self._read = True
        length = _header(self._scope, b"content-length") or "0"
        if not length.isdecimal() or int(length[:18]) > self._most:
            self._refuse()
        parts, size = [], 0
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                return message
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._most:
                self._refuse()
            if not message.get("more_body", False):
                break
        if not size and length.strip("0"):
            raise HTTPException(400, "the body was not read; ask in HTTP/1.1, without Upgrade")
        kind = _header(self._scope, b"content-type").partition(";")[0].strip().lower()
        if size and kind != "application/json":
            raise HTTPException(415, "the body must be JSON: Content-Type: application/json")
        if size and _header(self._scope, b"content-encoding").lower() not in ("", "identity"):
            raise HTTPException(415, "the body must be plain JSON, without a Content-Encoding")
        return {"type": "http.request", "body": b"".join(parts), "more_body": False}

    def _refuse(self) -> None:
        raise HTTPException(413, f"a request may hold {self._most:,} bytes")
