"""Connections with bounds: how many there are, how long a request may be on its way, how long its headers are.

uvicorn bounds none of these: a client that sends a byte now and then, or never reads its answer, would hold its
connection for ever, and headers would be kept however long they are.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, ClassVar

from starlette.responses import Response
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from vicinal.serve.http.errors import failure
from vicinal.serve.http.guard import HEADERS
from vicinal.serve.settings import Settings

_HEAD = 1 << 16  # bytes of the first line and the headers of a request


class Connection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """One connection; `sweep`, which the server calls now and then, ends it when nothing moves any more.

    Nothing is timed for each request: whether one is on its way in, or an answer on its way out, can be seen.
    """

    settings: ClassVar[Settings]

    _head: int | None = None  # bytes of headers that are not yet whole
    _stuck: tuple[Any, int] | None = None
    _since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin; where there are too many, the one that has rested longest gives way, or else this one."""
        super().connection_made(transport)
        if len(self.connections) <= self.settings.max_connections:
            return
        resting = [one for one in self.connections if one.timeout_keep_alive_task is not None]
        if resting:
            min(resting, key=lambda one: one.timeout_keep_alive_task.when()).transport.close()
        else:
            self._refuse(failure(503, "ServiceUnavailable", "too many connections are open; try again"))

    def on_message_begin(self) -> None:
        """See a request begin."""
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """See its headers end; what follows one that asks for another protocol is no request of this one."""
        self._head = None
        super().on_headers_complete()
        if self.parser.should_upgrade():
            self.cycle.keep_alive = False

    def data_received(self, data: bytes) -> None:
        """Take what has come, and refuse headers that do not end."""
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > _HEAD and not self.transport.is_closing():
                self._refuse(failure(431, "TooLarge", f"address and headers may take {_HEAD:,} bytes"))

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(failure(400, "BadRequest", "this is no sound HTTP request"))

    def sweep(self, now: float) -> None:
        """End what has not moved for as long as a request may take.

        Parameters
        ----------
        now : float
            Seconds by the clock of the event loop.
        """
        left, closing = self.transport.get_write_buffer_size(), self.transport.is_closing()
        resting = self.timeout_keep_alive_task is not None  # between two requests, which uvicorn bounds
        awaited = not resting and (self.cycle is None or self.cycle.response_complete)
        stuck = (self.cycle, left) if awaited or left or closing else None
        if stuck is None or stuck != self._stuck:
            self._stuck, self._since = stuck, now
        elif now - self._since > self.settings.timeout:
            if left or closing:
                self.transport.abort()  # closing would wait until the client has read all
            elif self._head is not None:
                self._refuse(failure(408, "RequestTimeout", "the request did not come whole in time"))
            else:
                self.transport.close()

    def _refuse(self, response: Response) -> None:
        """Answer in the application's place, and close."""
        first = f"HTTP/1.1 {response.status_code} {HTTPStatus(response.status_code).phrase}".encode()
        headers = [*response.raw_headers, *HEADERS, (b"connection", b"close")]
        lines = [first, *(name + b": " + value for name, value in headers), b"", bytes(response.body)]
        self.transport.write(b"\r\n".join(lines))
        self.transport.close()


def connections(settings: Settings) -> type[Connection]:
    """Make the class of connections that keeps to these settings."""
    return type("Connection", (Connection,), {"settings": settings})
