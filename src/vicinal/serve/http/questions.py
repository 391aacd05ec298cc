"""What one asks of a space."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from vicinal.errors import BadInput
from vicinal.serve.answers import analogy_answer, described, nearest_answer, search_answer
from vicinal.serve.http.bodies import AnalogyBody, NearestBody, SearchBody, SimilarityBody, VectorsBody
from vicinal.serve.numbers import pairs_answer, table_answer, vectors_answer

router = APIRouter(tags=["spaces"])


@router.get("/spaces")
def spaces(request: Request) -> dict[str, Any]:
    """List what is served."""
    return {"spaces": [described(served) for served in request.app.state.shelf]}


@router.get("/spaces/{name}")
def space(name: str, request: Request) -> dict[str, Any]:
    """Describe one space."""
    return described(request.app.state.shelf[name])


@router.post("/spaces/{name}/nearest")
def nearest(name: str, body: NearestBody, request: Request) -> dict[str, Any]:
    """Find the nearest names."""
    served = request.app.state.shelf[name]
    _check(request, body.query, body.k)
    return nearest_answer(
        served, body.query, body.k, body.metric, filter=body.filter, exclude=body.exclude, exact=body.exact
    )


@router.post("/spaces/{name}/search")
def search(name: str, body: SearchBody, request: Request) -> dict[str, Any]:
    """Ask the index of a space."""
    served = request.app.state.shelf[name]
    _check(request, body.query, body.k)
    return search_answer(served, body.query, body.k, filter=body.filter, exclude=body.exclude, setting=body.setting)


@router.post("/spaces/{name}/analogy")
def analogy(name: str, body: AnalogyBody, request: Request) -> dict[str, Any]:
    """Answer "a is to b as c is to …"."""
    served = request.app.state.shelf[name]
    k = request.app.state.settings.check_k(body.k)
    return analogy_answer(served, body.a, body.b, body.c, k, body.method)


@router.post("/spaces/{name}/vectors")
def vectors(name: str, body: VectorsBody, request: Request) -> dict[str, Any]:
    """Send the vectors of names and sums."""
    served, settings = request.app.state.shelf[name], request.app.state.settings
    settings.check_batch(body.names, "names")
    settings.check_answer(len(body.names) * served.space.dim)
    return vectors_answer(served, body.names, body.encoding_format)


@router.post("/spaces/{name}/similarity")
def similarity(name: str, body: SimilarityBody, request: Request) -> dict[str, Any]:
    """Score pairs of names, or all pairs of a list."""
    served, settings = request.app.state.shelf[name], request.app.state.settings
    if (body.pairs is None) == (body.names is None):
        raise BadInput("give either pairs, a list of two names each, or names, to score all pairs of them")
    if body.pairs is not None:
        settings.check_batch(body.pairs, "pairs")
        return pairs_answer(served, body.pairs, body.metric)
    settings.check_batch(body.names, "names")
    settings.check_answer(len(body.names) ** 2)
    return table_answer(served, body.names, body.metric)


def _check(request: Request, query: Any, k: int) -> None:
    settings = request.app.state.settings
    settings.check_k(k)
    count = len(query) if isinstance(query, list) and not isinstance(query[0], int | float) else 1
    settings.check_batch(range(count), "queries")
    settings.check_answer(count * k)
