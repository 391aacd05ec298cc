"""What answers hold, as the documentation of the API says it and as tests check it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Reply(BaseModel):
    """A JSON object, all of which is told."""

    model_config = ConfigDict(extra="forbid")


class IndexRecord(Reply):
    """The index of a space."""

    kind: str
    metric: str
    recall: float = Field(description="Share of the true k nearest that it finds, as measured.")
    k: int = Field(description="Neighbours that it was made for; for more, every row is compared.")


class SpaceRecord(Reply):
    """What a space is."""

    name: str
    n: int
    dim: int
    metric: str
    fingerprint: str = Field(description="Equal for spaces whose vectors may be compared.")
    encoder: str
    columns: dict[str, Literal["text", "number"]]
    index: IndexRecord | None
    maps: list[str]


class Limits(Reply):
    """What one request may ask."""

    max_batch: int
    max_k: int
    max_figures: int
    max_body: int


class SpacesRecord(Reply):
    """All spaces."""

    spaces: list[SpaceRecord]
    limits: Limits


class Head(Reply):
    """How every answer begins."""

    space: str
    fingerprint: str


class MatchRecord(Reply):
    """One found name."""

    name: str
    row: int
    score: float = Field(description="Larger is nearer; ±1e39 where it is beyond float32.")


class Result(Reply):
    """What was found for one query, nearest first."""

    query: str
    matches: list[MatchRecord]


class Found(Head):
    """What was found."""

    metric: str
    by: str = Field(description='"exact", or the index and its recall.')
    results: list[Result]


class VectorRecord(Reply):
    """One vector."""

    name: str
    row: int | None = Field(description="null for a sum.")
    vector: list[float] | str


class Vectors(Head):
    """Vectors of names and sums."""

    dim: int
    vectors: list[VectorRecord]


class Pairs(Head):
    """A score a pair."""

    metric: str
    scores: list[float]


class Table(Head):
    """Scores of all pairs."""

    metric: str
    names: list[str]
    scores: list[list[float]]


class Health(Reply):
    """That the server answers."""

    status: Literal["ok"]
    version: str
    spaces: int


class ModelRecord(Reply):
    """An encoder, as OpenAI's clients want it."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str


class Models(Reply):
    """All encoders."""

    object: Literal["list"] = "list"
    data: list[ModelRecord]


class EmbeddingRecord(Reply):
    """One vector."""

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class Usage(Reply):
    """How much was read: words, split at white space."""

    prompt_tokens: int
    total_tokens: int


class Embeddings(Reply):
    """Vectors of all inputs, in their order."""

    object: Literal["list"] = "list"
    data: list[EmbeddingRecord]
    model: str
    fingerprint: str
    usage: Usage
