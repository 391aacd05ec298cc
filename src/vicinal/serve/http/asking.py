"""Who does not belong, and the way from one name to another."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from vicinal.maps.paths import MOST_STEPS
from vicinal.serve.asking import odd_answer, path_answer
from vicinal.serve.http.bodies import Body

router = APIRouter(tags=["spaces"])


class OddBody(Body):
    """Of ``POST /spaces/{name}/odd``."""

    names: list[str] = Field(description="Names or sums, three or more.", min_length=3)


class PathBody(Body):
    """Of ``POST /spaces/{name}/path``."""

    start: str = Field(alias="from")
    end: str = Field(alias="to")
    steps: int = Field(6, strict=True, ge=1, le=MOST_STEPS, description="Names in between, at most.")
    method: Literal["links", "line"] = Field("links", description="Strongest weakest link, or straight.")


@router.post("/spaces/{name}/odd")
def odd(name: str, body: OddBody, request: Request) -> dict[str, Any]:
    """Find the name that does not belong with the others."""
    served = request.app.state.shelf[name]
    request.app.state.settings.check_batch(body.names, "names", least=3)
    return odd_answer(served, body.names)


@router.post("/spaces/{name}/path")
def path(name: str, body: PathBody, request: Request) -> dict[str, Any]:
    """Go from one name to another in small steps."""
    return path_answer(request.app.state.shelf[name], body.start, body.end, body.steps, body.method)
