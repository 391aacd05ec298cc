"""What one asks of a space."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from vicinal.errors import BadInput
from vicinal.serve.answers import analogy_answer, described, found_json, nearest_answer, search_answer
from vicinal.serve.http.bodies import AnalogyBody, NearestBody, SearchBody, SimilarityBody, VectorsBody
from vicinal.serve.http.light import LightRoute
from vicinal.serve.http.replies import Found, Pairs, SpaceRecord, SpacesRecord, Table, Vectors
from vicinal.serve.numbers import pairs_answer, table_answer, vectors_answer
from vicinal.serve.quick import is_quick

router = APIRouter(tags=["spaces"])
light = APIRouter(tags=["spaces"], route_class=LightRoute)
_NEAREST = {"requestBody": {"required": True, "content": {"application/json": {"schema": NearestBody.inlined()}}}}


@router.get("/spaces", response_model=SpacesRecord)
def spaces(request: Request) -> Any:
    """List what is served, and what one request may ask."""
    state = request.app.state
    limits = {name: getattr(state.settings, name) for name in ("max_batch", "max_k", "max_figures", "max_body")}
    return JSONResponse({"spaces": [described(served) for served in state.shelf], "limits": limits})


@router.get("/spaces/{name}", response_model=SpaceRecord)
def space(name: str, request: Request) -> Any:
    """Describe one space."""
    return JSONResponse(described(request.app.state.shelf[name]))


@light.post("/spaces/{name}/nearest", openapi_extra=_NEAREST, responses={200: {"model": Found}})
async def nearest(name: str, request: Request) -> Response:
    """Find the nearest names to a name, a sum of names, a vector, or several of them.

    The names of the query itself are left out of the answer. Where the space has an index that was made for such a
    question, it answers, and ``by`` says so; else every row is compared.
    """
    body = NearestBody.model_validate_json(await request.body())
    served, settings = request.app.state.shelf[name], request.app.state.settings
    _check(settings, body.query, body.k)
    plain = not (body.filter or body.exclude or body.exact)
    if plain and is_quick(served, body.query, body.k, body.metric):
        content = await request.app.state.together.ask((served, body.k, body.metric), body.query)
        return Response(content, media_type="application/json")
    how: dict[str, Any] = {"filter": body.filter, "exclude": body.exclude, "exact": body.exact}
    return await run_in_threadpool(lambda: _sent(nearest_answer(served, body.query, body.k, body.metric, **how)))


@router.post("/spaces/{name}/search", response_model=Found)
def search(name: str, body: SearchBody, request: Request) -> Any:
    """Ask the index of a space, with a setting of one's own if need be."""
    served = request.app.state.shelf[name]
    _check(request.app.state.settings, body.query, body.k)
    how: dict[str, Any] = {"filter": body.filter, "exclude": body.exclude, "setting": body.setting}
    return _sent(search_answer(served, body.query, body.k, **how))


@router.post("/spaces/{name}/analogy", response_model=Found)
def analogy(name: str, body: AnalogyBody, request: Request) -> Any:
    """Answer "a is to b as c is to …" by 3CosAdd or 3CosMul, comparing every row."""
    served = request.app.state.shelf[name]
    k = request.app.state.settings.check_k(body.k)
    return JSONResponse(analogy_answer(served, (body.a, body.b, body.c), k, body.method))


@router.post("/spaces/{name}/vectors", response_model=Vectors)
def vectors(name: str, body: VectorsBody, request: Request) -> Any:
    """Send the vectors of names and sums, as numbers or as float32 in base64."""
    served, settings = request.app.state.shelf[name], request.app.state.settings
    settings.check_batch(body.names, "names")
    settings.check_answer(len(body.names) * served.space.dim)
    return JSONResponse(vectors_answer(served, body.names, body.encoding_format))


@router.post("/spaces/{name}/similarity", response_model=Pairs | Table)
def similarity(name: str, body: SimilarityBody, request: Request) -> Any:
    """Score pairs of names or sums, or all pairs of a list; larger is nearer."""
    served, settings = request.app.state.shelf[name], request.app.state.settings
    if body.pairs is not None and body.names is None:
        settings.check_batch(body.pairs, "pairs")
        return JSONResponse(pairs_answer(served, body.pairs, body.metric))
    if body.names is None or body.pairs is not None:
        raise BadInput("give either pairs, a list of two names each, or names, to score all pairs of them")
    settings.check_batch(body.names, "names")
    settings.check_answer(len(body.names) ** 2)
    return JSONResponse(table_answer(served, body.names, body.metric))


def _sent(answer: dict[str, Any]) -> Response:
    return Response(found_json(answer), media_type="application/json")


def _check(settings: Any, query: Any, k: int) -> None:
    settings.check_k(k)
    count = len(query) if isinstance(query, list) or getattr(query, "ndim", 1) == 2 else 1
    settings.check_batch(range(count), "queries")
    settings.check_answer(count * k)
