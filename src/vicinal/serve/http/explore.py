"""What the explorer needs besides: maps, names, completion."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from vicinal.serve.binary import map_bytes, names_bytes
from vicinal.serve.completion import complete

router = APIRouter(tags=["explorer"])
_BINARY = "application/octet-stream"


@router.get("/spaces/{name}/map")
def one_map(name: str, request: Request, map: str = "pca") -> Response:
    """Send a map as a safetensors file: `coordinates`, and `rows` where it does not show all names."""
    return Response(map_bytes(request.app.state.shelf[name], map), media_type=_BINARY)


@router.get("/spaces/{name}/names")
def all_names(name: str, request: Request) -> Response:
    """Send all names as a safetensors file: `names` (utf-8) and `name_offsets`."""
    return Response(names_bytes(request.app.state.shelf[name]), media_type=_BINARY)


@router.get("/spaces/{name}/complete")
def completions(name: str, request: Request, prefix: str = "", k: int = 10) -> dict[str, Any]:
    """Find names that begin with something, the first in the space first."""
    served = request.app.state.shelf[name]
    return {"fingerprint": served.space.fingerprint, "names": complete(served, prefix, k)}
