"""FAISS, brought in quietly and kept from starting threads of its own."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.index.rows import in_ranges
from vicinal.require import require


def load_faiss() -> Any:
    """Import FAISS.

    Raises
    ------
    MissingExtra
        If it is not installed.
    """
    if "faiss" in sys.modules:
        return sys.modules["faiss"]
    with warnings.catch_warnings():
        # what SWIG, which wraps FAISS, makes newer interpreters say; nothing a user could act on
        warnings.filterwarnings("ignore", "builtin type [sS]wig.* has no __module__ attribute", DeprecationWarning)
        return require("faiss", "search")


@contextmanager
def faiss_threads(count: int) -> Iterator[Any]:
    """Let FAISS use ``count`` threads for what the calling thread asks of it in the meantime.

    The number belongs to the calling thread alone (OpenMP keeps it among a thread's own variables), so that searches in
    other threads do not see it.
    """
    faiss = load_faiss()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield faiss
    finally:
        faiss.omp_set_num_threads(before)


def search_faiss(
    index: Any, points: NDArray[np.float32], count: int, threads: int, parameters: Callable[[], Any]
) -> NDArray[np.int64]:
    """Search a FAISS index on Python's threads, one range of queries each.

    Parameters
    ----------
    index : faiss.Index
        Not changed.
    points : (m, dim) float32
    count : int
        How many candidates to ask for.
    threads : int
    parameters : callable
        Makes the parameters of one call.

    Returns
    -------
    (m, count) int64
        -1 where fewer were found.
    """
    found = np.full((len(points), count), -1, np.int64)

    def work(start: int, stop: int) -> None:
        with faiss_threads(1):
            found[start:stop] = index.search(points[start:stop], count, params=parameters())[1]

    in_ranges(work, len(points), threads, least=8)
    return found


def bitmap_of(allowed: NDArray[np.bool_] | None) -> Any:
    """Make the selector of FAISS for a mask; None for None."""
    if allowed is None:
        return None
    return load_faiss().IDSelectorBitmap(np.packbits(allowed, bitorder="little"))


def bytes_at(pointer: Any, count: int) -> NDArray[np.uint8]:
    """Copy bytes that FAISS holds."""
    return load_faiss().rev_swig_ptr(pointer, count).copy() if count else np.zeros(0, np.uint8)


def padded(points: NDArray[np.float64], dim: int) -> NDArray[np.float32]:
    """Points as float32, with zeros up to ``dim`` dimensions."""
    out = np.zeros((len(points), dim), np.float32)
    out[:, : points.shape[1]] = points
    return out
