"""Training with checkpoints, from text: read the words once, train, save the state now and then."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli import _failures
from vicinal.cli._files import check_there, end_line
from vicinal.cli._show import counted
from vicinal.cli._training_job import Job, remove_checkpoint
from vicinal.errors import BadInput, BadOption

if TYPE_CHECKING:
    from vicinal.data import Corpus, Tokens

_FIXED = ("dim", "objective", "tokenizer", "lower", "max_vocabulary")  # of a model that is trained on


def train_afresh(job: Job, options: dict[str, Any], corpus: Corpus, report: Any) -> Any:
    """Train a new model, or go on from the checkpoint of an interrupted run."""
    from vicinal.encoders import encoder_class
    from vicinal.words.options import check_options

    model = encoder_class(job.model.encoder)(**options)
    check_options(model)  # before the text is read
    try:
        if job.resume:
            job.note(
                f"going on from {job.folder}" if job.state.exists() else "no checkpoint to go on from; starting afresh"
            )
        tokens = _read(job, model, corpus, report)
        _announce(job, tokens, model.dim, report)
        return model.fit(
            tokens, callback=report, checkpoint=job.folder, checkpoint_every=job.checkpoint_every, resume=job.resume
        )
    except KeyboardInterrupt:
        stopped(job, report)
        raise click.exceptions.Exit(130) from None
    except Exception:
        if not job.state.exists():
            remove_checkpoint(job.folder)
        raise


def _read(job: Job, model: Any, corpus: Corpus, report: Any) -> Tokens:
    """Turn the text into numbers, or take those that an interrupted run left for the same text."""
    from vicinal.data import Tokens, tokenize_corpus

    if job.resume:
        with suppress(BadInput):  # nothing usable there: read the text again
            tokens = Tokens.open(job.folder)
            if tokens.corpus_fingerprint == corpus.fingerprint():
                return tokens
    return tokenize_corpus(
        corpus, tokenizer=model.tokenizer, lower=model.lower, min_count=model.min_count,
        max_vocabulary=model.max_vocabulary, workspace=job.folder, callback=report,
    )  # fmt: skip


def _announce(job: Job, tokens: Tokens, dim: int, report: Any) -> None:
    """Say what was read and what training will take, in memory and on disk; refuse what does not fit."""
    from vicinal.memory import show_bytes
    from vicinal.words.weights import check_training_memory, memory_needed

    words = len(tokens.vocabulary)
    if words < 2:
        return  # refused by the model, with advice
    memory = check_training_memory(words, dim)
    needed, free = 2 * memory_needed(words, dim), shutil.disk_usage(job.folder).free
    if needed > free:
        raise BadInput(
            f"checkpoints and output need {show_bytes(needed)} on the disk of {job.folder.absolute().parent} and "
            f"{show_bytes(free)} are free; free some space or choose another output"
        )
    if report is not None:
        report.close()
    job.note(f"read {counted(tokens.total_words, 'word')}, {len(tokens.ids):,} of them in the vocabulary; {memory}")


def train_on(job: Job, changes: dict[str, Any], corpus: Corpus, report: Any) -> Any:
    """Train a saved model on with more text."""
    from vicinal.encoders import encoder_class
    from vicinal.words.weights import check_training_memory

    assert job.start is not None
    model = encoder_class(job.model.encoder).load(check_there(job.start))
    for name in _FIXED:
        if name in changes and changes[name] != getattr(model, name):
            flag = name.replace("_", "-")
            raise BadOption(f"--{flag} is {getattr(model, name)} in {job.start} and stays so; leave --{flag} away")
    model.set_params(**changes)
    before = len(model.vocabulary_)
    job.note(f"training {job.start} on; with the words it has, {check_training_memory(before, model.dim)}")
    try:
        model.partial_fit(corpus, callback=report)
    except KeyboardInterrupt:
        end_line(report)
        _failures.show(f"stopped; nothing was written, and {job.start} is as it was")
        raise click.exceptions.Exit(130) from None
    end_line(report)
    job.note(f"{counted(len(model.vocabulary_) - before, 'new word')} came to the {before:,} known ones")
    return model


def stopped(job: Job, report: Any) -> None:
    """Say how an interrupted training goes on, if it does."""
    end_line(report)
    if job.state.exists():
        feed = " (with the same text on standard input)" if "-" in job.inputs else ""
        _failures.show(f"stopped; the state is saved in {job.folder}. To go on{feed}: {job.again}")
    else:
        remove_checkpoint(job.folder)
        _failures.show("stopped before training began; nothing was written")
