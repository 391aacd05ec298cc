"""The application: routes, errors as JSON, the explorer's files."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from vicinal import __version__
from vicinal.errors import UnknownName, VicinalError
from vicinal.serve.http import asking, explore, pages, questions, understanding
from vicinal.serve.settings import Settings
from vicinal.serve.shelf import Shelf


def application(shelf: Shelf, settings: Settings) -> FastAPI:
    """Put the application together."""
    app = FastAPI(title="Vicinal", version=__version__)
    app.state.shelf, app.state.settings = shelf, settings
    app.include_router(questions.router)
    app.include_router(asking.router)
    app.include_router(explore.router)
    app.include_router(understanding.router)
    app.include_router(pages.router)
    app.add_exception_handler(VicinalError, _mendable)
    return app


async def _mendable(request: Request, error: Exception) -> JSONResponse:
    body: dict[str, Any] = {"type": type(error).__name__, "message": str(error)}
    unknown = isinstance(error, UnknownName)
    if isinstance(error, UnknownName) and error.near:
        body["near"] = list(error.near)
    missing = unknown and error.where == "this server"
    return JSONResponse({"error": body}, status_code=404 if missing else 422)
