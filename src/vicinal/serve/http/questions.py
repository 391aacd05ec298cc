"""What one asks of a space."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from vicinal.serve.answers import described, nearest_answer

router = APIRouter(tags=["spaces"])


class NearestBody(BaseModel):
    """Of ``POST /spaces/{name}/nearest``."""

    query: str | list[str] | list[float] | list[list[float]]
    k: int = 10
    metric: str | None = None


@router.get("/spaces")
def spaces(request: Request) -> dict[str, Any]:
    """List what is served."""
    return {"spaces": [described(served) for served in request.app.state.shelf]}


@router.post("/spaces/{name}/nearest")
def nearest(name: str, body: NearestBody, request: Request) -> dict[str, Any]:
    """Find the nearest names."""
    return nearest_answer(request.app.state.shelf[name], body.query, body.k, body.metric)
