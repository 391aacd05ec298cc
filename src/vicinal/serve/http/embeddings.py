"""Vectors of new texts, as clients of OpenAI's API ask for them."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field, field_validator

from vicinal.errors import UnknownName
from vicinal.names import near_spellings
from vicinal.serve.embedding import Model, embeddings_answer
from vicinal.serve.http.bodies import Body, Texts
from vicinal.serve.http.replies import Embeddings, ModelRecord, Models
from vicinal.serve.shelf import SERVER

router = APIRouter(prefix="/v1", tags=["embeddings"])


class EmbeddingsBody(Body):
    """Of ``POST /v1/embeddings``."""

    input: Texts = Field(description="A text or several; for encoders of words, words.", min_length=1)
    model: str
    dimensions: int | None = Field(None, strict=True, ge=1, description="Keep the first ones, at length 1.")
    encoding_format: Literal["float", "base64"] = "float"
    user: str | None = Field(None, description="Of no effect.")

    @field_validator("input", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        listed = value if isinstance(value, list) else [value]
        if listed and not any(isinstance(one, str) for one in listed):
            raise ValueError("give a text or a list of texts; ids of tokens belong to a tokenizer that is not here")
        return value


@router.get("/models", response_model=Models)
def models(request: Request) -> Any:
    """List the encoders that encode new texts."""
    return JSONResponse({"object": "list", "data": [_record(one) for one in request.app.state.shelf.models]})


@router.get("/models/{model}", response_model=ModelRecord)
def one_model(model: str, request: Request) -> Any:
    """Describe one encoder."""
    return JSONResponse(_record(_find(request, model)))


@router.post("/embeddings", response_model=Embeddings)
def embeddings(body: EmbeddingsBody, request: Request) -> Any:
    """Encode texts by a saved encoder; compatible with OpenAI's clients."""
    settings, model = request.app.state.settings, _find(request, body.model)
    settings.check_batch(body.input, "texts")
    return JSONResponse(embeddings_answer(model, body.input, body.dimensions, body.encoding_format))


def _find(request: Request, name: str) -> Model:
    known = {model.name: model for model in request.app.state.shelf.models}
    if name not in known:
        raise UnknownName(name, near_spellings(name, known), SERVER)
    return known[name]


def _record(model: Model) -> dict[str, Any]:
    return {"id": model.name, "object": "model", "created": 0, "owned_by": f"vicinal {model.kind}"}
