"""Two spaces side by side."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from vicinal.serve.comparing import compare, frame_bytes, links_bytes
from vicinal.serve.http.bodies import Body
from vicinal.serve.neighborhoods import compare_names

router = APIRouter(tags=["compare"])
_BINARY = "application/octet-stream"


class CompareBody(Body):
    """Of ``POST /compare``: two spaces by name."""

    a: str
    b: str
    k: int = Field(10, strict=True, description="Neighbours compared, 1 to 50.")
    link: Literal["names", "nearest"] = Field(
        "names", description="What belongs together: rows of one name, or each other's nearest."
    )


class NamesBody(CompareBody):
    """Of ``POST /compare/names``."""

    names: list[str] = Field(description="1 to 50, of either space.")
    among: Literal["linked", "all"] = Field("linked", description="Where neighbours are looked for.")


@router.post("/compare")
def compare_two(body: CompareBody, request: Request) -> dict[str, Any]:
    """Say how far two spaces agree, and how far each name moved."""
    shelf = request.app.state.shelf
    request.app.state.settings.check_k(body.k)
    return compare(shelf[body.a], shelf[body.b], body.k, body.link)


@router.post("/compare/names")
def compare_some(body: NamesBody, request: Request) -> dict[str, Any]:
    """Find the neighbours of names in both spaces: kept, lost, gained."""
    shelf, settings = request.app.state.shelf, request.app.state.settings
    settings.check_k(body.k)
    settings.check_batch(body.names, "names")
    return compare_names(shelf[body.a], shelf[body.b], body.names, body.k, by=body.link, among=body.among)


@router.get("/compare/links")
def links(a: str, b: str, request: Request, link: Literal["names", "nearest"] = "names") -> Response:
    """Send, as safetensors, for every row the row of the other space that it belongs to; -1 for none."""
    shelf = request.app.state.shelf
    return Response(links_bytes(shelf[a], shelf[b], link), media_type=_BINARY)


@router.get("/compare/frame")
def frame(a: str, b: str, request: Request, dim: int = 2, link: Literal["names", "nearest"] = "names") -> Response:
    """Send, as safetensors, both spaces on the principal axes of a, with b laid on a: `a` and `b`."""
    shelf = request.app.state.shelf
    return Response(frame_bytes(shelf[a], shelf[b], dim, link), media_type=_BINARY)
