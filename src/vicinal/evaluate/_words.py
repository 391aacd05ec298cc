"""Finding the words of a test set in a space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vicinal.space import Space


def known_rows(space: Space, words: Sequence[str], *, lower: bool, limit: int | None = None) -> NDArray[np.int64]:
    """Find the row of every word, as written first and then, if ``lower``, in lower case.

    Parameters
    ----------
    space : Space
    words : sequence of str
    lower : bool
    limit : int, optional
        Rows from here on count as unknown.

    Returns
    -------
    (len(words),) int64
        -1 where a word is unknown, or has a zero row: a vector without a direction says nothing about its word.
    """
    distinct = list(dict.fromkeys(words))
    usable = space.norms > 0
    usable[len(space) if limit is None else limit :] = False
    found = _usable(space.names.rows(distinct), usable)
    if lower:
        lowered = _usable(space.names.rows([word.lower() for word in distinct]), usable)
        found = np.where(found < 0, lowered, found)
    row_of = dict(zip(distinct, found.tolist(), strict=True))
    return np.fromiter((row_of[word] for word in words), np.int64, len(words))


def _usable(rows: NDArray[np.int64], usable: NDArray[np.bool_]) -> NDArray[np.int64]:
    kept = rows.copy()
    known = np.flatnonzero(rows >= 0)
    kept[known[~usable[rows[known]]]] = -1
    return kept
