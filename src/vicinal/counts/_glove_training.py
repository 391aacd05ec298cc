"""Trains GloVe's two tables over the blocks, round by round, keeping the last state that was sound."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from vicinal.counts import _glove_kernels as kernels
from vicinal.counts._glove_blocks import Blocks
from vicinal.progress import Callback, Meter
from vicinal.randomness import generator

_LANES = 16
_STEADY = np.float32(1e30)  # a sum of squares beside which no step is large enough to be seen
_START = 0  # what random numbers are for; the blocks use others


class Diverged(Exception):
    """The loss or a vector is no longer a finite number; ``epoch`` counts from 1."""

    def __init__(self, epoch: int, loss: float) -> None:
        super().__init__(epoch, loss)
        self.epoch, self.loss = epoch, loss


def row_floats(dim: int) -> int:
    """Floats that one side of a word takes: vector, bias and constant, padded, and as many sums of squares."""
    return 2 * (-(-(dim + 2) // _LANES) * _LANES)


class Tables:
    """Input and output vectors, biases and their sums of squared gradients, laid out for the kernel.

    Vectors and biases begin uniform between -0.5 / dim and 0.5 / dim, sums of squares at 1; those of biases at
    learning_rate², so that a bias begins with steps of 1 whatever the rate, as in the reference implementation.

    Parameters
    ----------
    n, dim : int
    learning_rate : float
    seed : int

    Attributes
    ----------
    inputs, outputs : flat float32
        A row every 2 · ``width`` floats.
    """

    def __init__(self, n: int, dim: int, *, learning_rate: float, seed: int) -> None:
        self.n, self.dim, self.width = n, dim, row_floats(dim) // 2
        random = generator(seed, _START)
        self.inputs, self.outputs = (_aligned_ones(n * 2 * self.width) for _ in range(2))
        for flat, bias, constant in ((self.inputs, dim, dim + 1), (self.outputs, dim + 1, dim)):
            table = flat.reshape(n, 2, self.width)
            table[:, 0] = 0.0
            for first in range(0, n, 4096):
                start = random.random((min(4096, n - first), dim + 1), np.float32)
                start = (start - np.float32(0.5)) / np.float32(dim)
                table[first : first + 4096, 0, :dim] = start[:, :dim]
                table[first : first + 4096, 0, bias] = start[:, dim]
            table[:, 0, constant], table[:, 1, constant] = 1.0, _STEADY
            table[:, 1, bias] = learning_rate**2

    def vectors(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Views of the vectors of both sides with their last two columns: (n, dim + 2)."""
        inputs, outputs = (
            flat.reshape(self.n, 2, self.width)[:, 0, : self.dim + 2] for flat in (self.inputs, self.outputs)
        )
        return inputs, outputs


def train_tables(
    blocks: Blocks, tables: Tables, *, epochs: int, learning_rate: float, threads: int,
    keep: Callable[[float], None], callback: Callback | None = None,
) -> None:  # fmt: skip
    """Train for some epochs.

    Parameters
    ----------
    blocks : Blocks
    tables : Tables
        Moved in place.
    epochs : int
    learning_rate : float
    threads : int
        Any number gives the same result.
    keep : callable
        Called after each sound epoch with the mean loss per pair.
    callback : callable, optional

    Raises
    ------
    Diverged
    """
    total = int(blocks.sizes.sum())
    meter = Meter(callback, "training", epochs * total, "pairs")
    with ThreadPoolExecutor(threads, "vicinal-glove") as pool:
        for epoch in range(epochs):
            loss, done = 0.0, 0
            for batch in blocks.rounds(epoch):
                loss += _train_round(pool, threads, batch, (blocks.pairs, tables, learning_rate))
                done += sum(last - first for first, last in batch)
                if not math.isfinite(loss):
                    raise Diverged(epoch + 1, loss)
                figures = {
                    "epoch": epoch + 1,
                    "epochs": epochs,
                    "loss": loss / max(done, 1),
                    "learning_rate": learning_rate,
                }
                meter.report(epoch * total + done, **figures)
            for side in tables.vectors():
                if not (math.isfinite(side.min()) and math.isfinite(side.max())):
                    raise Diverged(epoch + 1, math.nan)
            keep(loss / total)


def _train_round(pool: ThreadPoolExecutor, threads: int, batch: list[tuple[int, int]], job: tuple) -> float:
    """Train on blocks that share no word, each thread taking the next one left; returns their loss."""
    pairs, tables, learning_rate = job
    losses = np.zeros(len(batch))
    lock, left = threading.Lock(), iter(enumerate(batch))

    def run() -> None:
        while True:
            with lock:
                index, (first, last) = next(left, (-1, (0, 0)))
            if index < 0:
                return
            losses[index] = kernels.train_pairs(
                pairs, first, last, tables.inputs, tables.outputs, tables.width, learning_rate
            )

    for future in [pool.submit(run) for _ in range(min(threads, len(batch)))]:
        future.result()
    return float(losses.sum())  # in the order of the blocks, whoever did them


def _aligned_ones(count: int) -> NDArray[np.float32]:
    """Ones that begin on a multiple of 64 bytes, so that no vector straddles two cache lines."""
    raw = np.ones(count + _LANES, np.float32)
    start = (-raw.ctypes.data // 4) % _LANES
    return raw[start : start + count]
