"""Two spaces side by side."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field

from vicinal.align import Dictionary
from vicinal.errors import BadOption
from vicinal.evaluate.linking import LINKS
from vicinal.serve.comparing import By, compare, frame_bytes, links_bytes, said_linked
from vicinal.serve.http.bodies import Body
from vicinal.serve.neighborhoods import compare_names
from vicinal.serve.shelf import Shelf

router = APIRouter(tags=["compare"])
_BINARY = "application/octet-stream"
_LINK = (
    'What belongs together: rows of one name ("names"), each other\'s nearest ("nearest"), or what a dictionary '
    'of this server says ("pairs:en-fr").'
)
_PREFIX = "pairs:"


class CompareBody(Body):
    """Of ``POST /compare``: two spaces by name."""

    a: str
    b: str
    k: int = Field(10, strict=True, description="Neighbours compared, 1 to 50.")
    link: str = Field("names", description=_LINK)


class NamesBody(CompareBody):
    """Of ``POST /compare/names``."""

    names: list[str] = Field(description="1 to 50, of either space.")
    among: Literal["linked", "all"] = Field("linked", description="Where neighbours are looked for.")


class PairsBody(Body):
    """Of ``POST /compare/pairs``."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "sea mer\nking roi"}]})

    text: str = Field(description="Two names a line, parted by a tab or blanks, as `vicinal align` takes them.")


@router.post("/compare")
def compare_two(body: CompareBody, request: Request) -> dict[str, Any]:
    """Say how far two spaces agree, and how far each name moved."""
    shelf = request.app.state.shelf
    request.app.state.settings.check_k(body.k)
    return compare(shelf[body.a], shelf[body.b], body.k, _by(shelf, body.link))


@router.post("/compare/names")
def compare_some(body: NamesBody, request: Request) -> dict[str, Any]:
    """Find the neighbours of names in both spaces: kept, lost, gained."""
    shelf, settings = request.app.state.shelf, request.app.state.settings
    settings.check_k(body.k)
    settings.check_batch(body.names, "names")
    return compare_names(shelf[body.a], shelf[body.b], body.names, body.k, by=_by(shelf, body.link), among=body.among)


@router.get("/compare/links")
def links(a: str, b: str, request: Request, link: str = Query("names", description=_LINK)) -> Response:
    """Send, as safetensors, for every row the row of the other space that it belongs to; -1 for none."""
    shelf = request.app.state.shelf
    return Response(links_bytes(shelf[a], shelf[b], _by(shelf, link)), media_type=_BINARY)


@router.get("/compare/frame")
def frame(a: str, b: str, request: Request, dim: int = 2, link: str = Query("names", description=_LINK)) -> Response:
    """Send, as safetensors, both spaces on the principal axes of a, with b laid on a: `a` and `b`."""
    shelf = request.app.state.shelf
    return Response(frame_bytes(shelf[a], shelf[b], dim, _by(shelf, link)), media_type=_BINARY)


@router.get("/compare/dictionaries")
def dictionaries(a: str, b: str, request: Request) -> dict[str, Any]:
    """List the dictionaries of this server, and how much of each two spaces know."""
    shelf = request.app.state.shelf
    left, right = shelf[a].space, shelf[b].space
    found = [said_linked(one.link(left, right)) for one in shelf.dictionaries]
    prints = {"a": left.fingerprint, "b": right.fingerprint}
    return {**prints, "dictionaries": found}


@router.post("/compare/pairs")
def paste(body: PairsBody, request: Request) -> dict[str, Any]:
    """Bring pairs of names; they can be asked for as a link until the server ends or several newer ones came."""
    kept = request.app.state.shelf.keep(Dictionary.pasted(body.text))
    return {"name": kept.name, "pairs": len(kept.pairs), "link": _PREFIX + kept.name}


def _by(shelf: Shelf, link: str) -> By:
    if link.startswith(_PREFIX):
        return shelf.dictionary(link.removeprefix(_PREFIX))
    if link not in LINKS:
        raise BadOption(f"link must be one of {', '.join(LINKS)} or {_PREFIX}NAME of a dictionary, got {link!r:.100}")
    return link
