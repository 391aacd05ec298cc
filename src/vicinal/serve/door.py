"""The door to what needs FastAPI."""

from __future__ import annotations

from typing import Any

from vicinal.require import require
from vicinal.serve.settings import Settings
from vicinal.serve.shelf import Shelf


def create_app(shelf: Shelf, settings: Settings | None = None) -> Any:
    """Make the application that answers requests, for any ASGI server.

    Parameters
    ----------
    shelf : Shelf
    settings : Settings, optional

    Returns
    -------
    fastapi.FastAPI

    Raises
    ------
    MissingExtra
        Without FastAPI: ``pip install 'vicinal[serve]'``.

    Examples
    --------
    >>> from vicinal import Space
    >>> from vicinal.serve.served import Served
    >>> create_app(Shelf([Served("letters", Space(["A", "B"], [[1, 0], [0, 1]]))])).title
    'Vicinal'
    """
    for module in ("fastapi", "prometheus_client"):
        require(module, "serve")
    from vicinal.serve.http.app import application

    return application(shelf, settings or Settings())
