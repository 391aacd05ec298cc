"""Every failure as one JSON object: ``{"error": {"type", "message", "near"?}}``."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vicinal.errors import MissingExtra, UnknownName, VicinalError
from vicinal.serve.shelf import SERVER

_KINDS = {413: "TooLarge", 422: "BadInput"}  # whose phrases differ between versions of Python
_SHOWN = 3  # mistakes of a body that are told at once


class Mistake(BaseModel):
    """What went wrong, and what to do."""

    type: str = Field(description="Such as BadInput, BadOption, UnknownName, SpacesDiffer, TooManyRequests.")
    message: str
    name: str | None = Field(None, description="The name that is not known.")
    near: list[str] | None = Field(None, description="Known names spelled like the one that is not known.")


class Failure(BaseModel):
    """The body of every answer that is no success."""

    error: Mistake


def failure(status: int, kind: str, message: str, **more: Any) -> Response:
    """Write a failure."""
    headers = more.pop("headers", None)
    body = {"error": {"type": kind, "message": message, **more}}
    return Response(json.dumps(body), status, headers, media_type="application/json")


def mendable(error: VicinalError) -> Response:
    """Answer what the asker can mend: 404 for a space that is not served, else 422."""
    more: dict[str, Any] = {}
    if isinstance(error, UnknownName):
        more = {"name": error.name} | ({"near": list(error.near)} if error.near else {})
    status = 404 if isinstance(error, UnknownName) and error.where == SERVER else 422
    if isinstance(error, MissingExtra):
        status = 501
    return failure(status, type(error).__name__, str(error), **more)


def invalid(error: ValidationError | RequestValidationError) -> Response:
    """Answer a body or parameter that is not what it must be."""
    found = error.errors()
    said = [_mistake(one) for one in found[:_SHOWN]]
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return failure(422, "BadInput", "; ".join(said) + more)


def _mistake(error: Any) -> str:
    """Say one of pydantic's mistakes in a line, without what came, which may be long."""
    place = [str(part) for part in error["loc"] if part not in ("body", "query", "path") or len(error["loc"]) == 1]
    where = ".".join(place)[:80]
    if error["type"] == "extra_forbidden":
        return f"{where!r} is not known here"
    if error["type"] == "missing":
        return f"{where!r} is missing"
    if error["type"] == "json_invalid":
        return "the body is not JSON"
    said = error["msg"].removeprefix("Value error, ")
    said = said[:1].lower() + said[1:]
    return f"{where}: {said}" if where else said


def handle_errors(app: FastAPI) -> None:
    """Make an application answer all failures alike."""

    async def on_vicinal(request: Request, error: Exception) -> Response:
        assert isinstance(error, VicinalError)
        return mendable(error)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, ValidationError | RequestValidationError)
        return invalid(error)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.status_code)
        message = error.detail
        if status == HTTPStatus.NOT_FOUND and message == status.phrase:
            message = "there is no such address; /docs lists what can be asked"
        if status == HTTPStatus.METHOD_NOT_ALLOWED and message == status.phrase:
            message = "this address does not take that method; /docs lists what can be asked"
        kind = _KINDS.get(status.value) or status.phrase.title().replace(" ", "").replace("-", "")
        return failure(status, kind, message, headers=error.headers)

    app.add_exception_handler(VicinalError, on_vicinal)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(ValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
