"""Running a server."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

from vicinal.errors import BadInput
from vicinal.require import require
from vicinal.serve.door import create_app
from vicinal.serve.opening import Source
from vicinal.serve.saved import EncoderSource
from vicinal.serve.settings import Settings
from vicinal.serve.shelf import Shelf
from vicinal.serve.watch import Watch

_TICKS = 5  # tenths of a second between two looks at the connections
_GRACE = 5  # seconds beyond the time that a request may take
_STOPPED = 130  # exit code of a process that was told twice


def listen(settings: Settings) -> socket.socket:
    """Take the port before anything is opened for it.

    Raises
    ------
    BadInput
        If it is taken, or the host is none of this machine.
    BadOption
        For a host that others can reach, without a key.

    Examples
    --------
    >>> with listen(Settings(port=0)) as taken:
    ...     listen(Settings(port=taken.getsockname()[1]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    vicinal.errors.BadInput: port ... of 127.0.0.1 is taken; choose another with --port, or 0 for any that is free
    """
    settings.check_open()
    try:
        family, kind, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise BadInput(f"{settings.host!r} is no address of this machine ({error})") from None
    taken = socket.socket(family, kind)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
        taken.listen(2048)  # SO_REUSEADDR lets two bind to a port; only one may listen
    except OSError as error:
        taken.close()
        if isinstance(error, PermissionError):
            raise BadInput(f"port {settings.port} may not be used without rights; choose one above 1023") from None
        if error.errno is not None and os.strerror(error.errno).startswith("Address already"):
            where = f"port {settings.port} of {settings.host}"
            raise BadInput(f"{where} is taken; choose another with --port, or 0 for any that is free") from None
        raise BadInput(f"cannot listen on {settings.host}: {error.strerror or error}") from None
    return taken


def address_of(taken: socket.socket) -> str:
    """Write where a server listens, for a browser.

    Examples
    --------
    >>> with listen(Settings(port=0)) as taken:
    ...     address_of(taken).startswith("http://127.0.0.1:")
    True
    """
    host, port = taken.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(
    shelf: Shelf,
    settings: Settings | None = None,
    *,
    sources: Iterable[Source | EncoderSource] = (),
    taken: socket.socket | None = None,
    on_start: Callable[[], object] | None = None,
) -> None:
    """Serve until stopped by SIGINT or SIGTERM; requests under way are finished first, unless it comes twice.

    Parameters
    ----------
    shelf : Shelf
    settings : Settings, optional
    sources : iterable of Source or EncoderSource
        Files of what is served, which are opened again when they change.
    taken : socket, optional
        From `listen`.
    on_start : callable, optional
        Called when requests are answered.

    Raises
    ------
    BadInput
        If the port is taken.
    BadOption
        For a host that others can reach, without a key.
    MissingExtra
        Without FastAPI and uvicorn: ``pip install 'vicinal[serve]'``.
    """
    settings = settings or Settings()
    taken = taken or listen(settings)
    watch = Watch(shelf, sources)
    server = make_server(create_app(shelf, settings), settings, on_start)
    watch.start()
    try:
        server.run(sockets=[taken])
    finally:
        watch.stop()
        taken.close()


def make_server(app: Any, settings: Settings, on_start: Callable[[], object] | None = None) -> Any:
    """Make the server that runs an application, to be told to ``run(sockets=[...])``.

    Returns
    -------
    uvicorn.Server

    Raises
    ------
    MissingExtra
        Without uvicorn: ``pip install 'vicinal[serve]'``.

    Examples
    --------
    >>> make_server(None, Settings()).started
    False
    """
    uvicorn = require("uvicorn", "serve")
    from vicinal.serve.http.connections import connections

    class Server(uvicorn.Server):  # type: ignore[name-defined, misc]
        should_exit: bool

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if on_start is not None and self.started:
                threading.Thread(target=on_start, daemon=True).start()

        async def on_tick(self, counter: int) -> bool:
            if counter % _TICKS == 0:
                now = asyncio.get_running_loop().time()
                for connection in list(self.server_state.connections):
                    connection.sweep(now)
            return bool(await super().on_tick(counter))

        def handle_exit(self, sig: int, frame: Any) -> None:
            if self.should_exit:
                os._exit(_STOPPED)  # told twice: threads that still compute would hold up any other end
            self.should_exit = True

    config = uvicorn.Config(
        app, http=connections(settings), log_level="info" if settings.access_log else "error",
        access_log=settings.access_log, ws="none", server_header=False, timeout_keep_alive=75,
        timeout_graceful_shutdown=int(settings.timeout) + _GRACE,
    )  # fmt: skip
    return Server(config)
