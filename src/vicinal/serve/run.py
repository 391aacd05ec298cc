"""Running a server."""

from __future__ import annotations

from vicinal.require import require
from vicinal.serve.door import create_app
from vicinal.serve.settings import Settings
from vicinal.serve.shelf import Shelf


def run(shelf: Shelf, settings: Settings | None = None) -> None:
    """Serve until stopped; requests under way are finished first.

    Parameters
    ----------
    shelf : Shelf
    settings : Settings, optional
    """
    settings = settings or Settings()
    uvicorn = require("uvicorn", "serve")
    uvicorn.run(create_app(shelf, settings), host=settings.host, port=settings.port, log_level="warning")
