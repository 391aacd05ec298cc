"""The explorer as one file: to mail, or to put on any host; it needs no server and asks the network for nothing."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.lengths import single
from vicinal.maps import Map
from vicinal.progress import Callback, Progress
from vicinal.serve.answers import described
from vicinal.serve.binary import map_bytes, names_bytes
from vicinal.serve.columns import column_bytes
from vicinal.serve.drawing import map_quality
from vicinal.serve.served import Served
from vicinal.serve.single import one_page
from vicinal.serve.understanding.costs import costs_answer
from vicinal.serve.understanding.examples import example_groups, example_names
from vicinal.serve.understanding.variance import variance_answer
from vicinal.space import Space
from vicinal.store.atomic import atomic
from vicinal.store.container import container_bytes

LARGEST = 50_000_000  # bytes of a page
EXACT = 12_000_000  # bytes of vectors up to which they are kept as they are
_COLUMNS = 10_000_000  # bytes of columns
_ROOM = 1_000_000  # for the explorer itself
_EXAMPLES = 12  # names that a page is asked about first
_BLOCK = 1 << 14


@dataclass(frozen=True)
class PageRecord:
    """What was written.

    Attributes
    ----------
    bytes : int
        Size of the file.
    names : int
    vectors : "float32" or "int8"
        How vectors are kept: as they are, or each number in 8 bits with a scale a row.
    with_vectors : int
        The first of the names, whose vectors are there; neighbours are sought among these.
    left_out : tuple of str
        Columns for which there was no room.

    Examples
    --------
    >>> PageRecord(2_100_000, 5000, "int8", 4000).summary()
    '2.1 MB, 5,000 names, vectors of the first 4,000 in 8 bits a number'
    """

    bytes: int
    names: int
    vectors: str
    with_vectors: int
    left_out: tuple[str, ...] = ()

    def summary(self) -> str:
        """Say what is inside, in one line."""
        which = "all vectors" if self.with_vectors == self.names else f"vectors of the first {self.with_vectors:,}"
        form = "as they are" if self.vectors == "float32" else "in 8 bits a number"
        columns = f", without the columns {', '.join(self.left_out)}" if self.left_out else ""
        return f"{self.bytes / 1e6:.1f} MB, {self.names:,} names, {which} {form}{columns}"


def write_page(
    space: Space,
    drawn: Map | None,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    force: bool = False,
    callback: Callback | None = None,
) -> PageRecord:
    """Write the explorer with a space and a map of it into one HTML file.

    The page holds the names of the map and nothing else of the space: their places, columns and vectors. Vectors are
    kept as they are up to 12 MB, else in 8 bits a number (see `rounded_rows`); of more than fit into 50 MB the first
    rows are kept. The page says so.

    Parameters
    ----------
    space : Space
    drawn : Map or None
        Of this space; by default its principal components.
    path : path
    title : str, optional
        By default the name of the file.
    force : bool
        Replace a file that is there.
    callback : callable, optional
        Gets a `Progress` for every part that is made.

    Returns
    -------
    PageRecord

    Raises
    ------
    BadInput
        If the map shows names that the space does not hold, or names and places alone are too many for a page.
    OutputExists

    Examples
    --------
    >>> import tempfile
    >>> space = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
    >>> write_page(space, None, Path(tempfile.mkdtemp()) / "letters.html").vectors
    'float32'
    """
    of = len(space)
    if drawn is not None:
        unknown = np.flatnonzero(space.names.rows(drawn.names) < 0)
        if len(unknown):
            raise BadInput(f"the map shows {drawn.names[unknown[0]]!r}, which the space does not hold")
        if drawn.names != tuple(space.names):
            space = space.take(list(drawn.names))
    kept = title or Path(path).stem or "space"
    maps = {} if drawn is None else {_map_name(drawn): drawn}
    served = Served(kept, space, maps=maps)
    listed = [*maps, *(["pca"] if "pca" not in maps else [])]
    step = _steps(callback, len(space.columns) + 2 * len(listed) + 5)
    parts, about = _shown(served, listed, step)
    room = (LARGEST - _ROOM) * 3 // 4 - sum(map(len, parts))
    if room < min(len(space), 1000) * (space.dim + 4):
        raise BadInput(
            f"{len(space):,} names and their places leave no room for vectors in a page of {LARGEST // 10**6} MB; "
            "make a map of fewer names"
        )
    vectors, form = _vectors(space.matrix, room)
    about["vectors"] = {"part": len(parts) + 1, "form": form, "count": len(vectors["vectors"]), "of": of}
    parts.append(container_bytes(vectors, {"form": form}))
    step()
    page = one_page(kept, about | _worked_out(served, listed, step), parts)
    with atomic(path, force) as temporary:
        temporary.write_bytes(page)
    step()
    left_out = tuple(about["left_out"])
    return PageRecord(len(page), len(space), form, len(vectors["vectors"]), left_out)


def _steps(callback: Callback | None, total: int) -> Callable[[], None]:
    """Count what is done: each call is one more of the parts, which differ in time too much for a rate."""
    count = itertools.count(1)

    def step() -> None:
        if callback is not None:
            callback(Progress("writing the page", next(count), total, "parts"))

    return step


def _map_name(drawn: Map) -> str:
    if drawn.method == "PCA":
        return "pca" if drawn.dim == 2 else "pca3"
    return drawn.method


def _shown(served: Served, maps: list[str], step: Callable[[], None]) -> tuple[list[bytes], dict[str, Any]]:
    """What the page shows, by the address that the explorer asks a server for it."""
    parts = [names_bytes(served).data]
    step()
    for which in maps:
        parts.append(map_bytes(served, which).data)
        step()
    about = {"/names": 1} | {f"/map {which}": 2 + at for at, which in enumerate(maps)}
    taken, left_out = 0, []
    columns = {}
    record = described(served)
    for key, kind in record["columns"].items():
        data = column_bytes(served, key).data
        step()
        if taken + len(data) > _COLUMNS:
            left_out.append(key)
            continue
        taken += len(data)
        parts.append(data)
        columns[key] = kind
        about[f"/columns {key}"] = len(parts)
    record |= {"maps": maps, "columns": columns, "index": None}
    return parts, {"space": record, "parts": about, "left_out": left_out}


def _worked_out(served: Served, maps: list[str], step: Callable[[], None]) -> dict[str, Any]:
    """Answers that are the same however often they are asked for, and take the library to find."""
    names = example_names(served, min(_EXAMPLES, len(served.space)))
    answers = {}
    for which in maps:
        answers[f"/map/quality {which}"] = map_quality(served, which)
        step()
    answers["/variance"] = variance_answer(served)
    step()
    costs = costs_answer(served, names) if len(served.space) > 1 else None
    step()
    return {
        "answers": answers,
        "examples": {
            "names": names,
            "groups": [{"label": label, "names": group} for label, group in example_groups(served)],
        },
        "costs": costs,
    }


def _vectors(matrix: NDArray[np.floating], room: int) -> tuple[dict[str, NDArray[Any]], str]:
    n, dim = matrix.shape
    if 4 * n * dim <= min(room, EXACT):
        return {"vectors": single(matrix)}, "float32"
    values, scales = rounded_rows(matrix[: min(n, room // (dim + 4))])
    return {"scales": scales, "vectors": values}, "int8"


def rounded_rows(matrix: NDArray[np.floating]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round every row to whole numbers from -127 to 127 times a scale of its own.

    Parameters
    ----------
    matrix : (n, dim) float

    Returns
    -------
    values : (n, dim) int8
    scales : (n,) float32
        A row is ``values * scale``, off by half a scale at most: 0.4 % of its largest number.

    Examples
    --------
    >>> values, scales = rounded_rows(np.array([[1.0, -2.0], [0.0, 0.0]], np.float32))
    >>> values.tolist(), [f"{scale:.4f}" for scale in scales]
    ([[64, -127], [0, 0]], ['0.0157', '0.0000'])
    """
    values, scales = np.empty(matrix.shape, np.int8), np.empty(len(matrix), np.float32)
    for start in range(0, len(matrix), _BLOCK):
        part = slice(start, start + _BLOCK)
        block = single(matrix[part]).astype(np.float64)
        most = np.abs(block).max(axis=1)
        scales[part] = most / 127
        factors = np.divide(127.0, most, out=np.zeros_like(most), where=most > 0)
        values[part] = np.rint(block * factors[:, None])
    return values, scales
