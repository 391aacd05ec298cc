"""Skip-gram over walks that are made as they are trained on, piece by piece, and never kept."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.data.walks import Walks
from vicinal.progress import Callback, Progress
from vicinal.words.huffman import Paths
from vicinal.words.noise import keep_thresholds, noise_table
from vicinal.words.options import ARCHITECTURES, OBJECTIVES, check_options, thread_count
from vicinal.words.trainer import Schedule, State, Trainer
from vicinal.words.weights import Matrices

_STRIDE = 0x9E3779B97F4A7C15
_BITS = (1 << 64) - 1


@dataclass(frozen=True)
class WalkSchedule(Schedule):
    """A schedule whose pieces of work are whole walks; ``words`` counts the nodes of walks, none ending early.

    Attributes
    ----------
    walk_length : int

    Examples
    --------
    >>> WalkSchedule(800_000, 1, 2, 0.025, 1e-4, walk_length=80).piece
    16000
    """

    walk_length: int = 0

    @property
    def piece(self) -> int:
        """Nodes in a piece of work, independent of ``threads``."""
        return max(super().piece // self.walk_length, 1) * self.walk_length


def word_options(model: Any) -> SimpleNamespace:
    """Return the options of a walk encoder as the trainer of words expects them, checked.

    Raises
    ------
    BadOption
        For an option out of range.
    """
    options = SimpleNamespace(**model.get_params(), architecture="skipgram", min_count=1)
    check_options(options)
    return options


def train_walks(
    model: Any,
    walks: Walks,
    ids: NDArray[np.int32],
    counts: NDArray[np.int64],
    matrices: Matrices,
    *,
    paths: Paths | None,
    callback: Callback | None = None,
) -> State:
    """Train the matrices in place.

    Parameters
    ----------
    model : Encoder
        Whose options say how.
    walks : Walks
    ids : (n,) int32
        The row of each node.
    counts : (n,) int64
        How often walks come to the node of each row; 0 where they never do.
    matrices : Matrices
    paths : Paths or None
        For hierarchical softmax.
    callback : callable, optional

    Returns
    -------
    State
        With the losses of every epoch.
    """
    if callback is not None:
        callback(Progress("starting", 0, 0))
    from vicinal.words import _examples_kernels as kernels

    options, length = word_options(model), walks.walk_length
    rates = (model.learning_rate, model.min_learning_rate)
    schedule = WalkSchedule(walks.count * length, model.epochs, thread_count(options), *rates, walk_length=length)
    threads = [matrices.for_thread(thread) for thread in range(schedule.threads)]
    keep = keep_thresholds(counts, options.subsample)
    targets, plan = _targets_and_plan(options, counts, paths)

    def work(thread: int, first: int, last: int, rates: tuple[float, float], epoch: int) -> tuple[float, int]:
        nodes, offsets = walks.block(first // length, last // length, epoch=epoch, ids=ids)
        for array in (nodes, offsets):  # as those of a mapped corpus: one compiled kernel serves both
            array.flags.writeable = False
        # the kernel's random choices are functions of positions, which begin anew in every piece
        seed = int(walks.seed) + (epoch * walks.count + first // length + 1) * _STRIDE
        text = kernels.Text(nodes, offsets, keep)
        own = plan._replace(seed=np.uint64(seed & _BITS))
        return kernels.train_range(text, threads[thread], targets, own, 0, len(nodes), rates)

    return Trainer(schedule, work, State(), callback=callback).run()


def _targets_and_plan(options: Any, counts: NDArray[np.int64], paths: Paths | None) -> tuple[Any, Any]:
    from vicinal.words import _examples_kernels as kernels

    sampled = options.objective == "negative_sampling"
    noise = noise_table(counts, options.noise_exponent) if sampled else np.zeros(1, np.uint32)
    no_paths = (np.zeros(1, np.int64), np.zeros(1, np.int32), np.zeros(1, np.float32))
    longest = {"negative_sampling": options.negatives + 1, "softmax": len(counts)}.get(options.objective)
    plan = kernels.Plan(
        ARCHITECTURES.index("skipgram"), OBJECTIVES.index(options.objective), options.window,
        int(options.shrink_window), options.negatives, options.sharing, len(counts),
        longest if paths is None else paths.longest, np.uint64(0),
    )  # fmt: skip
    return kernels.Targets(noise, *(paths if paths is not None else no_paths)), plan
