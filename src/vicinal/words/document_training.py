"""Puts documents, matrices and options before the kernels, for training and for inference."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vicinal.data import Tokens
from vicinal.progress import Callback, Progress
from vicinal.randomness import generator
from vicinal.words.checkpoint import Checkpoint
from vicinal.words.document_options import ARCHITECTURES, COMBINATIONS, takes_words
from vicinal.words.document_weights import DocumentMatrices
from vicinal.words.huffman import Paths
from vicinal.words.noise import keep_thresholds, noise_table
from vicinal.words.options import OBJECTIVES, thread_count
from vicinal.words.trainer import Schedule, State, Trainer
from vicinal.words.training import _epoch_seed, _job

_DOCUMENTS = 32  # inferred in one call of the kernel


class Keeping(NamedTuple):
    """Where and how often to keep the state of training: as in `Word2Vec.fit`."""

    checkpoint: str | os.PathLike[str] | None = None
    every: float = 60.0
    resume: bool = False


def train_documents(
    model: Any, tokens: Tokens, names: Any, matrices: DocumentMatrices, paths: Paths | None,
    callback: Callback | None, keeping: Keeping,
) -> State:  # fmt: skip
    """Train the matrices in place.

    Parameters
    ----------
    model : Encoder
        Whose options say how.
    tokens : Tokens
        Whose sentences are the documents.
    names : Names
        Of the documents.
    matrices : DocumentMatrices
    paths : Paths or None
        For hierarchical softmax.
    callback : callable or None
    keeping : Keeping

    Returns
    -------
    State
        With the losses of every epoch.
    """
    threads = thread_count(model)
    schedule = Schedule(len(tokens.ids), model.epochs, threads, model.learning_rate, model.min_learning_rate)
    state, save = State(), None
    if keeping.checkpoint is not None:
        keeper = Checkpoint(keeping.checkpoint, _job(model, tokens) | {"names": _digest(names)})
        parts = (matrices.inputs, matrices.outputs) if takes_words(model) else (matrices.outputs[:0], matrices.outputs)
        state = (keeper.restore(*parts, documents=matrices.documents) if keeping.resume else None) or state

        def save() -> None:
            keeper.save(state, *parts, documents=matrices.documents)

    work = _prepare(model, tokens, matrices, paths, callback)
    return Trainer(schedule, work, state, callback=callback, save=save, save_every=keeping.every).run()


def _prepare(model: Any, tokens: Tokens, matrices: DocumentMatrices, paths: Paths | None, callback: Callback | None):
    from vicinal.words import _documents_kernels as kernels

    if callback is not None and not kernels.is_compiled():
        callback(Progress("compiling for this processor (once: the result is kept on disk)", 0, 0))
    counts = np.asarray(tokens.vocabulary.counts)
    text = kernels.Text(np.asarray(tokens.ids), np.asarray(tokens.offsets), keep_thresholds(counts, model.subsample))
    targets, job = _targets(model, counts, paths), _job_of(model, len(counts), paths, learn=1)
    threads = [matrices.for_thread(thread) for thread in range(thread_count(model))]
    seeds = [np.uint64(_epoch_seed(model.seed, epoch)) for epoch in range(model.epochs)]

    def work(thread: int, first: int, last: int, rates: tuple[float, float], epoch: int) -> tuple[float, int]:
        own = job._replace(plan=job.plan._replace(seed=seeds[epoch]))
        return kernels.train_range(text, matrices.flat, *threads[thread], targets, own, first, last, rates)

    return work


def _targets(model: Any, counts: NDArray[np.int64], paths: Paths | None):
    from vicinal.words._examples_kernels import Targets

    noise = noise_table(counts, model.noise_exponent) if paths is None else np.zeros(1, np.uint32)
    no_paths = (np.zeros(1, np.int64), np.zeros(1, np.int32), np.zeros(1, np.float32))
    return Targets(noise, *(paths if paths is not None else no_paths))


def _job_of(model: Any, words: int, paths: Paths | None, learn: int):
    from vicinal.words._documents_kernels import Job
    from vicinal.words._examples_kernels import Plan

    mode = 0 if model.architecture == ARCHITECTURES[0] else 1 + COMBINATIONS.index(model.combine)
    window = model.window if takes_words(model) else 0
    longest = paths.longest if paths is not None else model.negatives + 1
    plan = Plan(
        0, OBJECTIVES.index(model.objective), window + 1, int(model.shrink_window), model.negatives, model.sharing,
        words, longest + 3, np.uint64(0),
    )  # fmt: skip
    return Job(plan, mode, window, words, learn)


def _digest(names: Any) -> str:
    digest = blake2b(digest_size=16)
    for name in names:
        digest.update(f"{len(name)} {name}".encode())
    return digest.hexdigest()


class Inference:
    """Finds rows for new documents, all that was trained being frozen.

    Parameters
    ----------
    model : Encoder
        Trained.
    matrices : DocumentMatrices
        With no documents; holds the trained words and outputs.
    """

    def __init__(self, model: Any, matrices: DocumentMatrices) -> None:
        counts = np.asarray(model.vocabulary_.counts)
        self.model, self.matrices = model, matrices
        self._weights = matrices.for_thread(0)
        self._keep = keep_thresholds(counts, model.subsample)
        self._targets = _targets(model, counts, model.paths_)
        job = _job_of(model, len(counts), model.paths_, learn=0)
        seed = np.uint64(generator(model.seed, 1, 0).integers(1 << 63))  # apart from those of the epochs
        self._job = job._replace(plan=job.plan._replace(seed=seed))

    def rows(self, ids: NDArray[np.int32], offsets: NDArray[np.int64]) -> NDArray[np.float32]:
        """Infer the rows of documents given as `Tokens` gives them, (n, dim); zero where one has no word."""
        from vicinal.words import _documents_kernels as kernels
        from vicinal.words.weights import aligned_zeros

        model, width, n = self.model, self.matrices.width, len(offsets) - 1
        text, flat = kernels.Text(ids, offsets, self._keep), aligned_zeros(n * width)
        epochs = model.epochs if model.infer_epochs is None else model.infer_epochs

        def infer(span: tuple[int, int]) -> None:
            kernels.infer_range(
                text, flat, model.dim, *self._weights, self._targets, self._job, *span, epochs,
                (float(model.learning_rate), float(model.min_learning_rate)),
            )  # fmt: skip

        with ThreadPoolExecutor(thread_count(model)) as pool:
            for _ in pool.map(infer, _spans(n)):
                pass
        return flat.reshape(n, width)[:, : model.dim].copy()


def _spans(n: int) -> Iterator[tuple[int, int]]:
    return ((first, min(first + _DOCUMENTS, n)) for first in range(0, n, _DOCUMENTS))
