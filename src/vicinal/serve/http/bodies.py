"""What requests hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

Metric = Literal["cosine", "dot", "euclidean"]
_NUMBER: dict[str, Any] = {"type": "number"}
_TEXT: dict[str, Any] = {"type": "string"}
_VECTOR: dict[str, Any] = {"type": "array", "items": _NUMBER, "minItems": 1}


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and set(map(type, value)) <= {int, float}


def _asked(value: Any) -> Any:
    """Take a name, a sum, a vector, or a list of them."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value:
        if set(map(type, value)) == {str} or _is_vector(value):
            return value
        if all(map(_is_vector, value)):
            if len({len(vector) for vector in value}) == 1:
                return value
            raise ValueError("the vectors of one query must be of one length")
    raise ValueError("a query is a name, a sum such as 'king - man + woman', a vector, or a list of them")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Query = Annotated[
    Any,
    BeforeValidator(_asked),
    WithJsonSchema(
        {
            "description": "A name, a sum such as 'king - man + woman', a vector, or a list of them.",
            "anyOf": [
                _TEXT,
                {"type": "array", "items": _TEXT, "minItems": 1},
                _VECTOR,
                {"type": "array", "items": _VECTOR, "minItems": 1},
            ],
        }
    ),
]
Texts = Annotated[
    list[str],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
]
K = Annotated[int, Field(strict=True, ge=1, description="How many neighbours.")]


class Body(BaseModel):
    """A JSON object without fields that nobody reads."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class NearestBody(Body):
    """Of ``POST /spaces/{name}/nearest``."""

    query: Query
    k: K = 10
    metric: Metric | None = Field(None, description="Instead of the space's own.")
    filter: Texts = Field([], description="Conditions on columns such as 'count > 100'; all must hold.")
    exclude: Texts = Field([], description="Names never returned.")
    exact: bool = Field(False, description="Compare every row even where there is an index.")


class SearchBody(Body):
    """Of ``POST /spaces/{name}/search``."""

    query: Query
    k: K = 10
    filter: Texts = Field([], description="Conditions on columns such as 'count > 100'; all must hold.")
    exclude: Texts = Field([], description="Names never returned.")
    setting: dict[str, Any] | None = Field(None, description="Of the index, instead of what was found best.")


class AnalogyBody(Body):
    """Of ``POST /spaces/{name}/analogy``: a is to b as c is to …"""

    a: str
    b: str
    c: str
    k: K = 10
    method: Literal["add", "multiply"] = Field("add", description="3CosAdd, or 3CosMul.")


class VectorsBody(Body):
    """Of ``POST /spaces/{name}/vectors``."""

    names: Texts = Field(description="Names or sums.", min_length=1)
    encoding_format: Literal["float", "base64"] = "float"


class SimilarityBody(Body):
    """Of ``POST /spaces/{name}/similarity``: ``pairs``, or ``names`` for all pairs of them."""

    pairs: list[tuple[str, str]] | None = Field(None, min_length=1)
    names: list[str] | None = Field(None, min_length=1)
    metric: Metric | None = Field(None, description="Instead of the space's own.")
