"""What the explorer needs besides: maps, names, completion, columns, clusters."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from vicinal.serve.binary import Body, map_bytes, names_bytes
from vicinal.serve.clusters import clusters_bytes
from vicinal.serve.columns import column_bytes
from vicinal.serve.completion import complete
from vicinal.serve.drawing import map_quality

router = APIRouter(tags=["explorer"])
_BINARY: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"content": {"application/octet-stream": {}}}, 304: {"description": "Nothing has changed."}},
}


class NamesBody(BaseModel):
    """Of ``POST /spaces/{name}/rows``."""

    names: list[str]


@router.get("/spaces/{name}/map", **_BINARY)
def one_map(name: str, request: Request, map: str = "pca") -> Response:
    """Send a map as a safetensors file: `coordinates`, and `rows` where it does not show all names in order."""
    return _sent(map_bytes(request.app.state.shelf[name], map), request)


@router.get("/spaces/{name}/map/quality")
def quality(name: str, request: Request, map: str = "pca") -> dict[str, Any]:
    """Say how far to trust a map: trustworthiness, continuity, stress; of a large one, by a sample."""
    return map_quality(request.app.state.shelf[name], map)


@router.get("/spaces/{name}/names", **_BINARY)
def all_names(name: str, request: Request) -> Response:
    """Send all names as a safetensors file: `names` (utf-8) and `name_offsets`."""
    return _sent(names_bytes(request.app.state.shelf[name]), request)


@router.get("/spaces/{name}/complete")
def completions(name: str, request: Request, prefix: str = "", k: int = 10) -> dict[str, Any]:
    """Find names that begin with something, the first in the space first."""
    served = request.app.state.shelf[name]
    found = complete(served, prefix, request.app.state.settings.check_k(k))
    return {"space": served.name, "fingerprint": served.space.fingerprint, "names": found}


@router.get("/spaces/{name}/columns/{column:path}", **_BINARY)
def one_column(name: str, column: str, request: Request, kind: str = "auto") -> Response:
    """Send a column as a safetensors file: `values`, or `codes` with `labels` in the metadata."""
    return _sent(column_bytes(request.app.state.shelf[name], column, kind), request)


@router.get("/spaces/{name}/clusters", **_BINARY)
def groups(name: str, request: Request, k: int = 8) -> Response:
    """Group all points by k-means; a safetensors file with `codes`, and `labels` in the metadata."""
    return _sent(clusters_bytes(request.app.state.shelf[name], k), request)


@router.post("/spaces/{name}/rows")
def rows(name: str, body: NamesBody, request: Request) -> dict[str, Any]:
    """Find the rows of names; -1 where one is not known."""
    served = request.app.state.shelf[name]
    request.app.state.settings.check_batch(body.names, "names")
    found = served.space.names.rows(body.names).tolist()
    return {"space": served.name, "fingerprint": served.space.fingerprint, "rows": found}


def _sent(body: Body, request: Request) -> Response:
    """Send bytes, or say that the browser has them already."""
    headers = {"ETag": body.tag, "Cache-Control": "no-cache"}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {body.tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(body.data, media_type="application/octet-stream", headers=headers)
