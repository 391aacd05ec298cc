"""An index that lies beside a space: whether it is of that very space, and made for what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vicinal.index.base import Index
    from vicinal.space import Space

_SPOTS = 100  # names compared to tell whether an index holds the rows of a space


def path_beside(path: Path) -> Path | None:
    """Find the index that lies beside a space: ``words.index`` beside ``words.space``.

    Examples
    --------
    >>> path_beside(Path("nowhere.space")) is None
    True
    """
    beside = path.with_suffix(".index")
    return beside if beside != path and beside.is_file() else None


def why_other(index: Index, space: Space) -> str:
    """Say why an index does not hold the rows of a space; empty where it does.

    Examples
    --------
    >>> from vicinal import Space, build_index
    >>> space = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
    >>> why_other(build_index(space), space), why_other(build_index(space), space.unit())
    ('', 'it was made from another space')
    """
    if index.fingerprint != space.fingerprint:
        return "it was made from another space"
    n = len(space)
    # rows are added at the end, so an index that was changed and yet is as long differs in its last name
    spots = {*range(0, n, max(1, n // _SPOTS)), n - 1}
    if len(index) != n or any(index.names[row] != space.names[row] for row in spots):
        return "rows were added to it or removed from it"
    return ""


def why_unfit(index: Index, k: int, metric: str) -> str:
    """Say why an index does not answer a question as well as it promises; empty where it does.

    Examples
    --------
    >>> from vicinal import Space, build_index
    >>> index = build_index(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))
    >>> why_unfit(index, 10, "cosine"), why_unfit(index, 20, "dot")
    ('', 'it was made for cosine')
    """
    if index.metric != metric:
        return f"it was made for {index.metric}"
    if k > index.recall_.k:
        return f"it was made for {index.recall_.k} neighbours, fewer than asked for"
    return ""
