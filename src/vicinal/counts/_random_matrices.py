"""The matrices of random projection, and how they are stored."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat
from vicinal.memory import check_memory
from vicinal.randomness import generator
from vicinal.require import require


def draw_gaussian(columns: int, dim: int, seed: int) -> NDArray[np.float32]:
    """Entries from N(0, 1/dim), (dim, columns) float32; a view, laid out in the order in which rows meet it."""
    check_memory(4 * columns * dim, f"a dense matrix of {dim:,} × {columns:,}", "lower dim, or use method='sparse'")
    drawn = generator(seed).standard_normal((columns, dim), np.float32)
    drawn *= np.float32(1 / math.sqrt(dim))
    return drawn.T


def draw_sparse(columns: int, dim: int, density: float, seed: int) -> Any:
    """Entries 0, or with chance ``density`` ± 1/√(density · dim), (dim, columns) float32 CSR matrix.

    Each entry is drawn on its own, so the gaps between those that are not zero are geometric: only these are drawn.
    """
    cells = columns * dim
    expected = cells * density
    check_memory(int(32 * expected), f"a sparse matrix of {dim:,} × {columns:,}", "lower dim or density")
    source = generator(seed)
    parts, last = [], -1
    while last < cells:
        reached = last + np.cumsum(source.geometric(density, min(int(1.1 * expected) + 16, 1 << 22)))
        parts.append(reached)
        last = int(reached[-1])
    positions = np.concatenate(parts)
    positions = positions[positions < cells]
    signs = 2 * source.integers(0, 2, len(positions), np.int8) - 1
    rows, cols = np.divmod(positions, columns)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=dim))])
    entries = signs * np.float32(1 / math.sqrt(density * dim))
    return require("scipy.sparse", "learn").csr_matrix((entries, cols, offsets), shape=(dim, columns))


def tensors_of(components: Any) -> dict[str, NDArray]:
    """The arrays that a matrix consists of."""
    if isinstance(components, np.ndarray):
        return {"components": components.T}
    return {"entries": components.data, "positions": components.indices, "offsets": components.indptr}


def compressed(entries: NDArray, positions: NDArray, offsets: NDArray, shape: tuple[int, int], folder: object) -> Any:
    """Put a sparse matrix together again; compiled code checks no bounds, so they are checked here."""
    library = require("scipy.sparse", "learn")
    try:
        matrix = library.csr_matrix((entries, positions, offsets), shape=shape)
        matrix.check_format(full_check=True)
    except ValueError as error:
        raise BadFormat(f"{folder}: the sparse matrix is damaged ({error})") from error
    return matrix
