"""The application: routes, errors as JSON, the explorer's files, and the guard before them all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import FastAPI

from vicinal import __version__
from vicinal.serve.http import asking, comparing, embeddings, explore, pages, questions, understanding, watching
from vicinal.serve.http.errors import Failure, handle_errors
from vicinal.serve.http.guard import Guard
from vicinal.serve.http.light import Together
from vicinal.serve.http.measures import Measures
from vicinal.serve.quick import quick_answers
from vicinal.serve.settings import Settings
from vicinal.serve.shelf import Shelf

_ABOUT = """Questions to spaces of vectors. Each answer has the `fingerprint` of its space; other vectors have another.

A failure is `{"error": {"type", "message", "near"?}}`: 404 for a space that is not served, 422 for what the asker can
mend, 401 without the key, 413 and 415 for bodies, 429 for too many requests, 503 where the server is busy or too slow.
"""
_FAILURES: dict[int | str, dict[str, Any]] = {
    404: {"model": Failure, "description": "There is no such space."},
    422: {"model": Failure, "description": "Something that the asker can mend."},
    "default": {"model": Failure, "description": "401, 413, 415, 421, 429 or 503."},
}

_ROUTES = (questions, asking, comparing, explore, understanding, embeddings, watching, pages)


def application(shelf: Shelf, settings: Settings) -> FastAPI:
    """Put the application together."""
    app = FastAPI(
        title="Vicinal", version=__version__, description=_ABOUT, responses=_FAILURES, lifespan=_lifespan,
        docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    app.state.shelf, app.state.settings, app.state.measures = shelf, settings, Measures(shelf)
    app.state.together = Together(lambda key, queries: quick_answers(key[0], queries, key[1], key[2]))
    for router in (questions.light, *(room.router for room in _ROUTES)):
        app.include_router(router)
    handle_errors(app)
    app.add_middleware(Guard, settings=settings, measures=app.state.measures)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = app.state.settings.threads
    yield
