"""The explorer's own files, and the page that documents the API."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)
FOLDER = Path(__file__).parents[1] / "explorer"
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_LEAST = 1000  # bytes from which packing pays


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    data: bytes
    packed: bytes
    tag: str


@cache
def files() -> dict[str, Path]:
    """Every file of the explorer by its address; nothing else can be asked for."""
    return {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.suffix in _TYPES}


@router.get("/")
async def front() -> Response:
    """Send a browser to the explorer."""
    return RedirectResponse("explorer/")


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Send the page that documents the API."""
    return _sent("docs/index.html", request)


@router.get("/explorer/{address:path}")
async def page(address: str, request: Request) -> Response:
    """Send one of the explorer's files."""
    return _sent(address or "index.html", request)


def _sent(address: str, request: Request) -> Response:
    path = files().get(address)
    if path is None:
        raise HTTPException(404)
    seen = path.stat()
    file = _read(path, seen.st_mtime_ns, seen.st_size)
    headers = {"Cache-Control": "no-cache", "ETag": file.tag, "Vary": "Accept-Encoding"}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {file.tag, "*"}:
        return Response(status_code=304, headers=headers)
    takes = {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    if "gzip" in takes and file.packed:
        return Response(file.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=_TYPES[path.suffix])
    return Response(file.data, headers=headers, media_type=_TYPES[path.suffix])


@lru_cache(1000)
def _read(path: Path, changed: int, size: int) -> File:
    """Read and pack a file once for as long as it does not change."""
    data = path.read_bytes()
    packed = gzip.compress(data, 6, mtime=0) if size >= _LEAST else b""
    return File(data, packed, f'"{blake2b(data, digest_size=8).hexdigest()}"')
