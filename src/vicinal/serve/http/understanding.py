"""What the view Understand asks."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from vicinal.serve.http.bodies import Body, K
from vicinal.serve.understanding.costs import costs_answer
from vicinal.serve.understanding.heat import heatmap_answer
from vicinal.serve.understanding.trust import trust_answer
from vicinal.serve.understanding.variance import variance_answer

router = APIRouter(tags=["understanding"])


class Group(Body):
    """Names under one label."""

    label: str = ""
    names: list[str]


class HeatmapBody(Body):
    """Of ``POST /spaces/{name}/heatmap``; without names or groups, the server chooses some."""

    names: list[str] | None = None
    groups: list[Group] | None = None
    dims: Literal["components", "stored"] = "components"
    components: int = Field(20, strict=True, ge=1, le=200)


class TrustBody(Body):
    """Of ``POST /spaces/{name}/trust``; without names, the server chooses one."""

    map: str = "pca"
    names: list[str] | None = None
    k: K = 10
    sample: bool = False


class CostsBody(Body):
    """Of ``POST /spaces/{name}/costs``; without names, the server chooses one."""

    names: list[str] | None = None
    k: K = 10


@router.post("/spaces/{name}/heatmap")
def heatmap(name: str, body: HeatmapBody, request: Request) -> dict[str, Any]:
    """Lay words out over principal components or stored dimensions."""
    groups = None if body.groups is None else [(group.label, group.names) for group in body.groups]
    if body.names is not None:
        groups = [*(groups or []), ("", body.names)]
    if groups is not None:
        request.app.state.settings.check_batch([one for _, names in groups for one in names], "names", least=0)
    return heatmap_answer(request.app.state.shelf[name], groups, dims=body.dims, most=body.components)


@router.get("/spaces/{name}/variance")
def variance(name: str, request: Request) -> dict[str, Any]:
    """Tell how much variance each component carries, and how the rows lie."""
    return variance_answer(request.app.state.shelf[name])


@router.post("/spaces/{name}/trust")
def trust(name: str, body: TrustBody, request: Request) -> dict[str, Any]:
    """Tell which neighbours a map kept, lost and made up."""
    settings = request.app.state.settings
    if body.names is not None:
        settings.check_batch(body.names, "names", least=0)
    k = settings.check_k(body.k)
    return trust_answer(request.app.state.shelf[name], body.map, body.names, k, sample=body.sample)


@router.post("/spaces/{name}/costs")
def costs(name: str, body: CostsBody, request: Request) -> dict[str, Any]:
    """Tell what fewer bytes a vector cost in neighbours."""
    k = request.app.state.settings.check_k(body.k)
    return costs_answer(request.app.state.shelf[name], body.names, k)
