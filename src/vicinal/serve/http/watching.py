"""Whether the server is well, and how it has fared."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from vicinal import __version__
from vicinal.serve.http.measures import CONTENT_TYPE
from vicinal.serve.http.replies import Health

router = APIRouter(tags=["server"])


@router.get("/health", response_model=Health)
async def health(request: Request) -> Any:
    """Say that the server answers; needs no key."""
    return JSONResponse({"status": "ok", "version": __version__, "spaces": len(request.app.state.shelf)})


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Write requests, times and spaces as Prometheus reads them."""
    return Response(request.app.state.measures.text(), media_type=CONTENT_TYPE)
