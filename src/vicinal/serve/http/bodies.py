"""What requests hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

Metric = Literal["cosine", "dot", "euclidean"]
_NUMBER: dict[str, Any] = {"type": "number"}
_TEXT: dict[str, Any] = {"type": "string"}
_VECTOR: dict[str, Any] = {"type": "array", "items": _NUMBER, "minItems": 1}


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and set(map(type, value)) <= {int, float}


def _asked(value: Any) -> Any:
    """Take a name, a sum, or a list of them as they are, and vectors as an array."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value:
        if set(map(type, value)) == {str}:
            return value
        if _is_vector(value) or all(map(_is_vector, value)):
            return _array(value)
    raise ValueError("a query is a name, a sum such as 'king - man + woman', a vector, or a list of them")


def _array(value: list[Any]) -> NDArray[np.float32]:
    try:
        with np.errstate(over="ignore"):  # what does not fit float32 is refused by the search
            return np.array(value, np.float64).astype(np.float32)
    except OverflowError:
        raise ValueError("a number is too large for float32") from None
    except ValueError:
        raise ValueError("the vectors of one query must be of one length") from None


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

    @classmethod
    def inlined(cls) -> dict[str, Any]:
        """Return the schema, for a route that reads its body by itself."""
        return cls.model_json_schema()


class NearestBody(Body):
    """Of ``POST /spaces/{name}/nearest``."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "king - man + woman", "k": 5}]})

    query: Query
    k: K = 10
    metric: Metric | None = Field(None, description="Instead of the space's own.")
    filter: Texts = Field([], description="Conditions on columns such as 'count > 100'; all must hold.")
    exclude: Texts = Field([], description="Names never returned.")
    exact: bool = Field(False, description="Compare every row even where there is an index.")


class SearchBody(Body):
    """Of ``POST /spaces/{name}/search``."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": ["king", "queen"], "k": 5}]})

    query: Query
    k: K = 10
    filter: Texts = Field([], description="Conditions on columns such as 'count > 100'; all must hold.")
    exclude: Texts = Field([], description="Names never returned.")
    setting: dict[str, Any] | None = Field(None, description="Of the index, instead of what was found best.")


class AnalogyBody(Body):
    """Of ``POST /spaces/{name}/analogy``: a is to b as c is to …"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"a": "man", "b": "king", "c": "woman", "k": 3}]})

    a: str
    b: str
    c: str
    k: K = 10
    method: Literal["add", "multiply"] = Field("add", description="3CosAdd, or 3CosMul.")


class VectorsBody(Body):
    """Of ``POST /spaces/{name}/vectors``."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"names": ["king", "king - man"]}]})

    names: Texts = Field(description="Names or sums.", min_length=1)
    encoding_format: Literal["float", "base64"] = "float"


class SimilarityBody(Body):
    """Of ``POST /spaces/{name}/similarity``: ``pairs``, or ``names`` for all pairs of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pairs": [["king", "queen"], ["king", "man"]]}]})

    pairs: list[tuple[str, str]] | None = Field(None, min_length=1)
    names: list[str] | None = Field(None, min_length=1)
    metric: Metric | None = Field(None, description="Instead of the space's own.")
