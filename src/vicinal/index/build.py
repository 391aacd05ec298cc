"""Building an index for a recall."""

from __future__ import annotations

from typing import Any

from vicinal.index.base import Index
from vicinal.index.block import Block
from vicinal.index.kinds import find_kind
from vicinal.index.recall import Recall
from vicinal.index.state import State
from vicinal.progress import Callback
from vicinal.record import Record
from vicinal.similarity import check_metric


def build_index(
    space: Record,
    recall: float = 0.95,
    k: int = 10,
    kind: str = "auto",
    *,
    memory: int | str | None = None,
    build_time: float | None = None,
    metric: str | None = None,
    queries: Any = None,
    threads: int = 0,
    seed: int = 0,
    callback: Callback | None = None,
    **options: Any,
) -> Index:
    """Build.

    Examples
    --------
    >>> from vicinal import Space
    >>> build_index(Space(["A", "B"], [[3, 30], [15, 4]])).kind
    'exact'
    """
    block = Block.of(space, space.metric if metric is None else check_metric(metric))
    built = find_kind("exact").build(block.rows)
    return Index(State(block, built, {}, space.origin, Recall(1.0, k=k, target=recall), seed=seed))
