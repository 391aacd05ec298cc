"""Asking a server as one asks a space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vicinal import lookup
from vicinal.errors import BadInput
from vicinal.serve.numbers import decoded
from vicinal.serve.parts import Parts
from vicinal.serve.remote import RemoteSpace
from vicinal.serve.wire import Wire


def connect(url: str, key: str | None = None, timeout: float = 30.0) -> Remote:
    """Connect to a server that `vicinal serve` runs.

    Parameters
    ----------
    url : str
        Such as ``http://localhost:8000``.
    key : str, optional
        What the server wants to be given.
    timeout : float
        Seconds to wait for an answer.

    Returns
    -------
    Remote

    Raises
    ------
    BadInput
        For what is no address.
    NoAnswer
        If nobody answers there, or a key is missing.

    Examples
    --------
    >>> import vicinal as vc
    >>> vc.connect("http://127.0.0.1:9", timeout=1)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    vicinal.errors.NoAnswer: http://127.0.0.1:9 does not answer (...); is it running?
    """
    return Remote(Wire(url, key or "", timeout))


class Remote:
    """A server: its spaces by name. Closed when nobody holds it any more, or at the end of a ``with`` block.

    Examples
    --------
    >>> [name for name in dir(Remote) if name[0] != "_"]
    ['close', 'encode', 'models', 'spaces']
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._limits: dict[str, int] = wire.get("spaces")["limits"]

    def close(self) -> None:
        """Close the connections; another question opens one again."""
        self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def spaces(self) -> list[str]:
        """Names of the spaces, as of now."""
        return [record["name"] for record in self._wire.get("spaces")["spaces"]]

    @property
    def models(self) -> list[str]:
        """Names of the encoders that encode new texts."""
        return [record["id"] for record in self._wire.get("v1", "models")["data"]]

    def encode(self, texts: Sequence[str], model: str, dimensions: int | None = None) -> NDArray[np.float32]:
        """Encode texts, or words, by an encoder of the server.

        Returns
        -------
        (n, dim) float32
        """
        listed = lookup.check_list(texts, "encode()", least=1)
        body = {"model": model, "dimensions": dimensions, "encoding_format": "base64"}
        parts = Parts(self._limits, "input", len(listed))
        answers = parts.ask(listed, body, lambda raw: self._wire.post("v1", "embeddings", body=raw))
        return np.array([decoded(row["embedding"]) for answer in answers for row in answer["data"]], np.float32)

    def __getitem__(self, name: str) -> RemoteSpace:
        """Return a space, or raise `UnknownName`."""
        if not isinstance(name, str) or not name:
            raise BadInput(f"a space is asked for by its name, got {name!r}")
        return RemoteSpace(self._wire, self._wire.get("spaces", name), self._limits)

    def __iter__(self) -> Iterator[str]:
        return iter(self.spaces)

    def __contains__(self, name: object) -> bool:
        return name in self.spaces

    def __repr__(self) -> str:
        return f"Remote({self._wire.url})"
