"""Puts a corpus, matrices and options before the kernels."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.data import Tokens, open_corpus, tokenize_corpus
from vicinal.errors import BadInput
from vicinal.progress import Callback, Progress
from vicinal.words.checkpoint import Checkpoint
from vicinal.words.huffman import Paths
from vicinal.words.noise import keep_thresholds, noise_table
from vicinal.words.options import ARCHITECTURES, OBJECTIVES, first_rate, thread_count
from vicinal.words.trainer import Schedule, State, Trainer, Work
from vicinal.words.weights import Matrices


def read_tokens(
    model: Any, corpus: Any, callback: Callback | None, checkpoint: Any, resume: bool, *, documents: bool = False
) -> Tokens:
    """Tokenise a corpus by a model's options, or open again what a checkpoint holds of it."""
    if isinstance(corpus, Tokens):
        return corpus
    corpus = open_corpus(corpus, documents=documents)
    if checkpoint is not None and resume:
        try:
            tokens = Tokens.open(checkpoint)
        except BadInput:
            pass  # nothing usable there: read the text again
        else:
            if tokens.documents == documents and tokens.corpus_fingerprint == corpus.fingerprint():
                return tokens
    return tokenize_corpus(
        corpus, tokenizer=model.tokenizer, lower=model.lower, min_count=model.min_count,
        max_vocabulary=model.max_vocabulary, workspace=checkpoint, callback=callback,
    )  # fmt: skip


def train_words(
    model: Any,
    tokens: Tokens,
    matrices: Matrices,
    paths: Paths | None,
    *,
    callback: Callback | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    every: float = 60.0,
    resume: bool = False,
) -> State:
    """Train the matrices in place.

    Parameters
    ----------
    model : Encoder
        Whose options say how.
    tokens : Tokens
    matrices : Matrices
    paths : Paths or None
        For hierarchical softmax.
    callback, checkpoint, every, resume
        As in `Word2Vec.fit`.

    Returns
    -------
    State
        With the losses of every epoch.
    """
    return run_training(
        model,
        tokens,
        (matrices.inputs, matrices.outputs),
        lambda: _prepare(model, tokens, matrices, paths, callback),
        callback=callback,
        checkpoint=checkpoint,
        every=every,
        resume=resume,
    )


def run_training(
    model: Any,
    tokens: Tokens,
    moved: tuple[NDArray[np.float32], NDArray[np.float32]],
    prepare: Callable[[], Work],
    *,
    callback: Callback | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    every: float = 60.0,
    resume: bool = False,
) -> State:
    """Run what ``prepare`` returns over the corpus, from the checkpoint on if there is one.

    Parameters
    ----------
    model, tokens, callback, checkpoint, every, resume
        As of `train_words`.
    moved : (array, array)
        What training moves, and a checkpoint keeps.
    prepare : callable
        Makes the work, once the matrices are where training begins.
    """
    schedule = Schedule(len(tokens.ids), model.epochs, thread_count(model), first_rate(model), model.min_learning_rate)
    state, save = State(), None
    if checkpoint is not None:
        keeper = Checkpoint(checkpoint, job_record(model, tokens))
        state = (keeper.restore(*moved) if resume else None) or state

        def save() -> None:
            keeper.save(state, *moved)

    return Trainer(schedule, prepare(), state, callback=callback, save=save, save_every=every).run()


def _prepare(model: Any, tokens: Tokens, matrices: Matrices, paths: Paths | None, callback: Callback | None):
    from vicinal.words import _examples_kernels as kernels

    if callback is not None and not kernels.is_compiled():
        callback(Progress("compiling for this processor (once: the result is kept on disk)", 0, 0))
    counts = np.asarray(tokens.vocabulary.counts)
    text = kernels.Text(np.asarray(tokens.ids), np.asarray(tokens.offsets), keep_thresholds(counts, model.subsample))
    sampled = model.objective == "negative_sampling"
    noise = noise_table(counts, model.noise_exponent) if sampled else np.zeros(1, np.uint32)
    no_paths = (np.zeros(1, np.int64), np.zeros(1, np.int32), np.zeros(1, np.float32))
    targets = kernels.Targets(noise, *(paths if paths is not None else no_paths))
    longest = paths.longest if paths is not None else model.negatives + 1 if sampled else len(counts)
    plan = kernels.Plan(
        ARCHITECTURES.index(model.architecture), OBJECTIVES.index(model.objective), model.window,
        int(model.shrink_window), model.negatives, model.sharing, len(counts), longest, np.uint64(0),
    )  # fmt: skip
    threads = [matrices.for_thread(thread) for thread in range(thread_count(model))]
    seeds = [np.uint64(epoch_seed(model.seed, epoch)) for epoch in range(model.epochs)]

    def work(thread: int, first: int, last: int, rates: tuple[float, float], epoch: int) -> tuple[float, int]:
        own = plan._replace(seed=seeds[epoch])
        return kernels.train_range(text, threads[thread], targets, own, first, last, rates)

    work(0, 0, 0, (0.0, 0.0), 0)  # of nothing: compiles, before the clock of training starts
    return work


def epoch_seed(seed: int, epoch: int) -> int:
    """Derive the seed of one epoch from the model's."""
    return int(np.random.SeedSequence(entropy=seed, spawn_key=(epoch,)).generate_state(1, np.uint64)[0])


def job_record(model: Any, tokens: Tokens) -> dict[str, Any]:
    """Record what a checkpoint must have been made with."""
    options = {k: repr(v) for k, v in model.get_params().items() if k not in ("threads",)}
    return {**options, "corpus": tokens.corpus_fingerprint, "vocabulary": tokens.vocabulary.fingerprint()}
