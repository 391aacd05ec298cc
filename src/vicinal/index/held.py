"""Queries to tune on and queries to prove it by: given, or rows held out of the space itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal import lookup
from vicinal.errors import BadInput, SpacesDiffer
from vicinal.index.block import Block
from vicinal.index.rows import Rows
from vicinal.lengths import row_norms
from vicinal.randomness import generator
from vicinal.record import Record

MOST = 1000  # queries of either kind
_PART = 10  # at most this part of the rows is held out for each


@dataclass(frozen=True, eq=False)
class Held:
    """Rows to build from first, and queries that are none of them.

    Attributes
    ----------
    block : Block
        All rows; those held out are the last.
    order : (n,) int64 or None
        The place, in ``block``, of every row of the space; None where they lie as in the space.
    first : int
        How many are not held out.
    tuning, proving : (m, dim) float32
        Queries; never zero, except by euclidean distance.
    own : (m,) int64
        The place of every query of ``proving`` in ``block``; -1 where queries were given.

    Examples
    --------
    >>> from vicinal import Space
    >>> block = Block.of(Space([str(i) for i in range(40)], np.eye(40)), "cosine")
    >>> held = Held.out_of(block, seed=0)
    >>> held.first, len(held.tuning), len(held.proving), len(held.rows)
    (32, 4, 4, 32)
    """

    block: Block
    order: NDArray[np.int64] | None
    first: int
    tuning: NDArray[np.float32]
    proving: NDArray[np.float32]
    own: NDArray[np.int64]

    @property
    def rows(self) -> Rows:
        """Those that are not held out."""
        rows = self.block.rows
        return Rows(rows.matrix[: self.first], rows.norms[: self.first], rows.metric)

    @classmethod
    def out_of(cls, block: Block, seed: int) -> Held:
        """Hold out a tenth of the rows, but no more than 1,000, for tuning and as many for proving, at random."""
        n, rows = len(block), block.rows
        count = min(MOST, n // _PART)
        drawn = generator(seed, 1).permutation(n)[: 2 * count]
        if rows.metric != "euclidean":
            drawn = drawn[rows.norms[drawn] > 0]  # a zero query is answered without a search
        count = len(drawn) // 2
        drawn = drawn[: 2 * count]
        stays = np.ones(n, bool)
        stays[drawn] = False
        places = np.concatenate([np.flatnonzero(stays), drawn])  # the row of every place
        order = np.empty(n, np.int64)
        order[places] = np.arange(n)
        moved = block.take(places)
        vectors = np.asarray(moved.rows.matrix[n - 2 * count :], np.float32)
        own = np.arange(n - count, n)
        return cls(moved, order, n - 2 * count, vectors[:count], vectors[count:], own)

    @classmethod
    def given(cls, block: Block, queries: Any, origin: Record, seed: int) -> Held:
        """Split given queries in two.

        Raises
        ------
        BadInput
            For queries of another dimension, not finite, or fewer than two that are not zero.
        SpacesDiffer
            For a space of another origin.
        """
        if isinstance(queries, Record):
            if queries.fingerprint != origin.fingerprint:
                raise SpacesDiffer("the queries come from another model than the space; give their matrix to insist")
            queries = queries.matrix
        vectors = lookup.asked_by_vectors(queries, block.rows.dim).vectors
        if block.rows.metric != "euclidean":
            vectors = vectors[row_norms(vectors) > 0]
        if len(vectors) < 2:
            raise BadInput(f"queries must be two or more that are not zero, got {len(vectors)}; 2,000 are plenty")
        drawn = generator(seed, 1).permutation(len(vectors))[: 2 * MOST]
        half = len(drawn) // 2
        tuning, proving = vectors[drawn[:half]], vectors[drawn[half:]]
        return cls(block, None, len(block), tuning, proving, np.full(len(proving), -1))
