"""The explorer's own files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

router = APIRouter(include_in_schema=False)
FOLDER = Path(__file__).parents[1] / "explorer"
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def files() -> dict[str, Path]:
    """Every file of the explorer by its address; nothing else can be asked for."""
    return {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.suffix in _TYPES}


@router.get("/")
def front() -> Response:
    """Send a browser to the explorer."""
    return RedirectResponse("/explorer/")


@router.get("/explorer/{address:path}")
def page(address: str) -> Response:
    """Send one of the explorer's files."""
    path = files().get(address or "index.html")
    if path is None:
        return Response("there is no such page", status_code=404, media_type="text/plain")
    return Response(path.read_bytes(), media_type=_TYPES[path.suffix], headers={"Cache-Control": "no-cache"})
