"""Ways to keep the vectors of a space: as they are, in fewer bits, in fewer dimensions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.index.axes import axes_of
from vicinal.index.binary import Binary
from vicinal.index.exact import exact_rows
from vicinal.index.rows import Rows
from vicinal.index.scalar import Int8, to_float16
from vicinal.lengths import single, unit_rows
from vicinal.space import Space
from vicinal.store.quantised import decoded, form_bytes

Floats = NDArray[np.floating]
_PARTS = (2, 4, 8)  # dimensions are cut to these parts


@dataclass(frozen=True, eq=False)
class Way:
    """One way to keep vectors, with the rows of a space kept so.

    Attributes
    ----------
    key, label : str
        For programs and for people.
    family : str
        "stored", "bits", "first dimensions", "principal axes" or "both".
    dim : int
        Numbers kept of a vector.
    bytes : float
        Of a vector; what all share is divided among them.
    base : callable
        Returns the kept rows as they are read again, (n, dim).
    again : callable
        Brings other vectors, (m, dim of the space), to what they would be read again as.
    """

    key: str
    label: str
    family: str
    dim: int
    bytes: float
    base: Callable[[], Floats]
    again: Callable[[Floats], Floats]

    def nearest(self, vectors: Floats, k: int, metric: str) -> NDArray[np.int64]:
        """Find the k nearest kept rows of each vector kept in the same way, (m, k)."""
        queries = single(np.ascontiguousarray(self.again(vectors)))
        queries = unit_rows(queries) if metric == "cosine" else queries
        return exact_rows(queries, Rows.of(np.ascontiguousarray(self.base()), metric), k)[0]


def ways_of(space: Space) -> tuple[list[Way], list[dict[str, str]]]:
    """Keep a space in every way.

    Returns
    -------
    ways : list of Way
        The first keeps the vectors as they are.
    left_out : list of dict
        Label and reason of those that cannot keep these vectors.

    Examples
    --------
    >>> ways, _ = ways_of(Space(["A", "B"], np.eye(2, 16)))
    >>> [(way.key, way.bytes) for way in ways[:4]]
    [('float32', 64.0), ('float16', 32.0), ('int8', 20.0), ('binary', 38.0)]
    """
    matrix, dim = space.matrix, space.dim
    stored = matrix.dtype.name
    ways = [
        Way(stored, f"{stored}, as stored", "stored", dim, float(matrix.itemsize * dim), lambda: matrix, lambda v: v)
    ]
    left_out: list[dict[str, str]] = []
    if stored == "float32":
        try:
            half = to_float16(matrix)
            ways.append(Way("float16", "float16", "bits", dim, 2.0 * dim, lambda: half, to_float16))
        except BadInput as error:
            left_out.append({"label": "float16", "why": str(error)})
    ways.append(_coded("int8", "int8, a scale per row", "bits", Int8(), matrix))
    ways.append(_coded("binary", "binary, a bit per number", "bits", Binary(), matrix))
    sizes = [size for size in dict.fromkeys(dim // part for part in _PARTS) if size >= 2]
    ways += [_truncated(matrix, size) for size in sizes]
    if sizes:
        axes = axes_of(space)[:, : sizes[0]].astype(np.float32)
        turned = single(matrix) @ axes
        ways += [_turned(turned, axes, size) for size in sizes]
        ways.append(_turned_bytes(turned, axes))
    return ways, left_out


def _coded(key: str, label: str, family: str, coder: Any, matrix: Floats) -> Way:
    form = coder.fit(matrix).encode(matrix)
    size = form_bytes(form) / len(matrix)
    return Way(key, label, family, matrix.shape[1], size, lambda: decoded(form), lambda v: decoded(coder.encode(v)))


def _truncated(matrix: Floats, size: int) -> Way:
    label = f"first {size} dimensions, {matrix.dtype.name}"
    bytes_each = float(matrix.itemsize * size)
    return Way(
        f"first{size}", label, "first dimensions", size, bytes_each, lambda: matrix[:, :size], lambda v: v[:, :size]
    )


def _turned(turned: Floats, axes: NDArray[np.float32], size: int) -> Way:
    label = f"{size} principal axes, float32"
    return Way(
        f"axes{size}", label, "principal axes", size, 4.0 * size,
        lambda: turned[:, :size], lambda v: single(v) @ axes[:, :size],
    )  # fmt: skip


def _turned_bytes(turned: Floats, axes: NDArray[np.float32]) -> Way:
    coder, size = Int8(), axes.shape[1]
    form = coder.fit(turned).encode(turned)
    label = f"{size} principal axes, int8"
    return Way(
        f"axes{size}int8", label, "both", size, form_bytes(form) / len(turned),
        lambda: decoded(form), lambda v: decoded(coder.encode(single(v) @ axes)),
    )  # fmt: skip
