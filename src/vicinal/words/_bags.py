"""Bags of rows in Python: which input rows a word has, how they lie for training, and the training itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vicinal.data import Tokens
from vicinal.data.subwords import subword_buckets
from vicinal.memory import check_memory
from vicinal.progress import Callback, Progress
from vicinal.words.noise import keep_thresholds, noise_table
from vicinal.words.options import ARCHITECTURES, thread_count
from vicinal.words.trainer import State
from vicinal.words.training import epoch_seed, run_training
from vicinal.words.weights import Matrices, padded


class Bags(NamedTuple):
    """Rows of many words: those of word i are ``rows[offsets[i] : offsets[i + 1]]``."""

    offsets: NDArray[np.int64]
    rows: NDArray[np.int32]

    @property
    def longest(self) -> int:
        """Rows of the largest bag, 1 at least."""
        return max(1, int(np.diff(self.offsets).max(initial=0)))

    def with_own_rows(self) -> Bags:
        """Put row i before the rows of word i."""
        n = len(self.offsets) - 1
        rows = np.insert(self.rows, self.offsets[:-1], np.arange(n, dtype=np.int32))
        return Bags(self.offsets + np.arange(n + 1), rows)


class Subwords(NamedTuple):
    """How n-grams find their rows.

    Attributes
    ----------
    min_n, max_n, buckets : int
        ``max_n`` 0 or ``buckets`` 0: words have no n-grams.
    first : int
        The row of bucket 0.
    pruned : (k, 2) int32 array or None
        Buckets kept and the place of each; n-grams of others have no row. None: bucket b is at place b.
    bare_end : bool
        As in `subword_buckets`.
    """

    min_n: int
    max_n: int
    buckets: int
    first: int
    pruned: NDArray[np.int32] | None = None
    bare_end: bool = True

    def bags(self, words: Sequence[str | bytes]) -> Bags:
        """Find the rows of the n-grams of words."""
        least = max(1, self.min_n)  # fastText writes 0 where it has none
        if self.max_n < least or self.buckets <= 0:
            return Bags(np.zeros(len(words) + 1, np.int64), np.empty(0, np.int32))
        offsets, ids = subword_buckets(
            words, min_n=least, max_n=self.max_n, buckets=self.buckets, bare_end=self.bare_end
        )
        if self.pruned is not None:
            order = np.argsort(self.pruned[:, 0])
            known, places = self.pruned[order, 0], self.pruned[order, 1]
            at = np.searchsorted(known, ids)
            kept = np.zeros(len(ids), bool) if not len(known) else known[np.minimum(at, len(known) - 1)] == ids
            offsets = np.r_[0, np.cumsum(kept)][offsets]
            ids = places[at[kept]]
        return Bags(offsets.astype(np.int64), (ids + np.int32(self.first)).astype(np.int32))


def mean_of(matrix: NDArray[np.float32], bags: Bags) -> NDArray[np.float32]:
    """Return the mean row of each bag, float32; zeros where a bag is empty."""
    from vicinal.words._bags_kernels import mean_rows

    out = np.empty((len(bags.offsets) - 1, matrix.shape[1]), np.float32)
    mean_rows(matrix, *bags, out)
    return out


def packed(bags: Bags, counts: NDArray[np.int64], rows: int) -> tuple[NDArray[np.int64], Bags]:
    """Number the used rows anew, the most used first: training needs no others, and threads copy the hottest.

    Parameters
    ----------
    bags : Bags
    counts : (n,) int64
        How often each word occurs.
    rows : int
        Rows there are.

    Returns
    -------
    order : (used,) int64
        The old number of each new row.
    bags : Bags
        By the new numbers.

    Examples
    --------
    >>> order, bags = packed(Bags(np.array([0, 2, 3]), np.array([7, 9, 9], np.int32)), np.array([5, 3]), 10)
    >>> order.tolist(), bags.rows.tolist()
    ([9, 7], [1, 0, 0])
    """
    uses = np.bincount(bags.rows, np.repeat(np.maximum(counts, 1), np.diff(bags.offsets)), rows)
    used = np.flatnonzero(uses)
    order = used[np.argsort(-uses[used], kind="stable")]
    place = np.zeros(rows, np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return order, Bags(bags.offsets, place[bags.rows])


def check_bag_memory(used: int, words: int, buckets: int, dim: int) -> None:
    """Raise `NotEnoughMemory` where the matrices in training and the model made of them would not fit."""
    training, kept = 4 * padded(dim) * (used + words), 4 * dim * (buckets + 3 * words)
    purpose = f"training {words:,} words with {buckets:,} buckets in {dim} dimensions"
    check_memory(training + kept, purpose, "lower dim or buckets, raise min_count or set max_vocabulary")


def train_bags(
    model: Any,
    tokens: Tokens,
    matrices: Matrices,
    bags: Bags,
    *,
    callback: Callback | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    every: float = 60.0,
    resume: bool = False,
) -> State:
    """Train the matrices in place; parameters and result as of `vicinal.words.training.train_words`."""
    return run_training(
        model,
        tokens,
        (matrices.inputs, matrices.outputs[: len(tokens.vocabulary)]),
        lambda: _prepare(model, tokens, matrices, bags, callback),
        callback=callback,
        checkpoint=checkpoint,
        every=every,
        resume=resume,
    )


def _prepare(model: Any, tokens: Tokens, matrices: Matrices, bags: Bags, callback: Callback | None):
    from vicinal.words import _bags_kernels as kernels
    from vicinal.words._examples_kernels import NEGATIVE_SAMPLING, Plan, Targets, Text

    if callback is not None and not kernels.is_compiled():
        callback(Progress("compiling for this processor (once: the result is kept on disk)", 0, 0))
    counts = np.asarray(tokens.vocabulary.counts)
    text = Text(np.asarray(tokens.ids), np.asarray(tokens.offsets), keep_thresholds(counts, model.subsample))
    no_paths = (np.zeros(1, np.int64), np.zeros(1, np.int32), np.zeros(1, np.float32))
    targets = Targets(noise_table(counts, model.noise_exponent), *no_paths)
    plan = Plan(
        ARCHITECTURES.index(model.architecture), NEGATIVE_SAMPLING, model.window, int(model.shrink_window),
        model.negatives, model.sharing, len(counts), model.negatives + 1, np.uint64(0),
    )  # fmt: skip
    own = kernels.Bags(*bags)
    threads = [matrices.for_thread(thread) for thread in range(thread_count(model))]
    seeds = [np.uint64(epoch_seed(model.seed, epoch)) for epoch in range(model.epochs)]

    def work(thread: int, first: int, last: int, rates: tuple[float, float], epoch: int) -> tuple[float, int]:
        plan_now = plan._replace(seed=seeds[epoch])
        return kernels.train_bag_range(text, threads[thread], targets, plan_now, own, bags.longest, first, last, rates)

    return work
