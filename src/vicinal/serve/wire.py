"""The client's end of the line: connections kept open, JSON both ways, the server's errors raised again."""

from __future__ import annotations

import http.client
import json
import weakref
from typing import Any
from urllib.parse import quote, urlsplit

from vicinal import errors
from vicinal.errors import BadInput, NoAnswer, UnknownName, VicinalError

_RAISED = ("BadInput", "BadFormat", "BadOption", "SpacesDiffer", "NotEnoughMemory", "MissingExtra")


class Wire:
    """Requests to one server, from any number of threads.

    Parameters
    ----------
    url : str
        ``http://host:port``, or https; a path is kept, as of a proxy.
    key : str
        Empty for none.
    timeout : float
        Seconds to wait for the server at any time.

    Raises
    ------
    BadInput
        For what is no such address.

    Examples
    --------
    >>> Wire("localhost:8000", "", 30)
    Traceback (most recent call last):
    ...
    vicinal.errors.BadInput: 'localhost:8000' is no address of a server; write it as http://localhost:8000
    """

    def __init__(self, url: str, key: str, timeout: float) -> None:
        try:
            parts = urlsplit(url)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if not sound:
            raise BadInput(f"{url!r} is no address of a server; write it as http://localhost:8000")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.url, self._base = url.rstrip("/"), parts.path.rstrip("/")
        self._headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._make = lambda: kind(str(parts.hostname), parts.port, timeout=timeout)
        self._idle: list[http.client.HTTPConnection] = []
        weakref.finalize(self, _close, self._idle)

    def close(self) -> None:
        """Close what is open and not in use."""
        _close(self._idle)

    def get(self, *path: str) -> Any:
        """Ask by GET; the parts of the path are written so that no name can leave its place."""
        return self._ask("GET", path, None)

    def post(self, *path: str, body: bytes) -> Any:
        """Ask by POST with JSON."""
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: tuple[str, ...], body: bytes | None) -> Any:
        address = self._base + "".join("/" + quote(part, safe="") for part in path)
        headers = self._headers | ({} if body is None else {"Content-Type": "application/json"})
        try:
            connection, fresh = self._idle.pop(), False
        except IndexError:
            connection, fresh = self._make(), True
        try:
            connection.request(method, address, body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if not fresh and isinstance(error, ConnectionError):
                return self._ask(method, path, body)  # the server had closed it meanwhile; asking changes nothing there
            raise NoAnswer(f"{self.url} does not answer ({error or type(error).__name__}); is it running?") from None
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        if response.status == http.client.OK and answer is not None:
            return answer
        raise raised(response.status, answer, self.url)


def _close(idle: list[http.client.HTTPConnection]) -> None:
    while idle:
        idle.pop().close()


def raised(status: int, answer: Any, url: str) -> VicinalError:
    """Make the error that the server's own space would have raised.

    Examples
    --------
    >>> raised(422, {"error": {"type": "BadOption", "message": "k must be 1 or more"}}, "http://localhost:8000")
    BadOption('k must be 1 or more')
    """
    said = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(said, dict) or not isinstance(said.get("message"), str):
        return NoAnswer(f"{url} answered {status}, and not as a server of vicinal does")
    kind, message = said.get("type"), said["message"]
    if kind == "UnknownName":
        error = UnknownName(str(said.get("name", "")), [str(name) for name in said.get("near", ())])
        error.args = (message,)
        return error
    if kind in _RAISED:
        return getattr(errors, kind)(message)
    return NoAnswer(f"{url} answered {status}: {message}")
