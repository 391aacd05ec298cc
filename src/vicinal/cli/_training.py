"""The work behind ``vicinal train``: checks first, then reading, training with checkpoints, and writing."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli import _failures
from vicinal.cli._corpora import open_inputs
from vicinal.cli._files import check_there, reporting
from vicinal.cli._show import command_line, counted
from vicinal.cli._training_job import RESCUED, Job, check_job, remove_checkpoint
from vicinal.errors import BadInput, BadOption, VicinalError

if TYPE_CHECKING:
    from vicinal.data import Corpus, Tokens
    from vicinal.progress import Callback
    from vicinal.words import Word2Vec

_FIXED = ("dim", "objective", "tokenizer", "lower", "max_vocabulary")  # of a model that is trained on


def train(job: Job, options: dict[str, Any], chosen: list[str]) -> None:
    """Train a model and write what was asked for.

    Parameters
    ----------
    job : Job
    options : dict
        The model's.
    chosen : list of str
        Those of them that the user gave.

    Raises
    ------
    VicinalError
        Before training wherever that can be known before.
    """
    check_job(job)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vicinal-") as scratch, reporting(not job.quiet) as report:
        corpus = open_inputs(job.inputs, job.field, job.errors, Path(scratch))
        if job.start is None:
            model = _train_afresh(job, options, corpus, report)
        else:
            model = _train_on(job, {name: options[name] for name in chosen}, corpus, report)
    _write(job, model)
    remove_checkpoint(job.folder)
    words, dim, seconds = len(model.vocabulary_), model.dim, time.monotonic() - started
    job.note(
        f"wrote {job.output}: {counted(words, 'word')} × {dim}, mean loss {model.history_[-1]:.4f}, {seconds:,.1f} s"
    )
    if job.save_model:
        job.note(f"wrote {job.save_model}: the model; train on with --from {job.save_model}")
    job.note(f"next: {command_line('nearest', job.output, model.vocabulary_.tokens[min(50, words - 1)])}")


def _train_afresh(job: Job, options: dict[str, Any], corpus: Corpus, report: Callback | None) -> Word2Vec:
    from vicinal.words import Word2Vec
    from vicinal.words.options import check_options
    from vicinal.words.trainer import Schedule

    model = Word2Vec(**options)
    check_options(model)
    Schedule(
        1, model.epochs, 1, model.learning_rate, model.min_learning_rate
    )  # refuses its rates before the text is read
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
        _stopped(job, report)
        raise click.exceptions.Exit(130) from None
    except Exception:
        if not job.state.exists():
            remove_checkpoint(job.folder)
        raise


def _read(job: Job, model: Word2Vec, corpus: Corpus, report: Callback | None) -> Tokens:
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


def _train_on(job: Job, changes: dict[str, Any], corpus: Corpus, report: Callback | None) -> Word2Vec:
    from vicinal.words import Word2Vec
    from vicinal.words.weights import check_training_memory

    assert job.start is not None
    model = Word2Vec.load(check_there(job.start))
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
        _end_line(report)
        _failures.show(f"stopped; nothing was written, and {job.start} is as it was")
        raise click.exceptions.Exit(130) from None
    _end_line(report)
    job.note(f"{counted(len(model.vocabulary_) - before, 'new word')} came to the {before:,} known ones")
    return model


def _stopped(job: Job, report: Callback | None) -> None:
    _end_line(report)
    if job.state.exists():
        feed = " (with the same text on standard input)" if "-" in job.inputs else ""
        _failures.show(f"stopped; the state is saved in {job.folder}. To go on{feed}: {job.again}")
    else:
        remove_checkpoint(job.folder)
        _failures.show("stopped before training began; nothing was written")


def _end_line(report: Any) -> None:
    if report is not None:
        report.close()


def _write(job: Job, model: Word2Vec) -> None:
    """Write the results; where that fails, keep the vectors in the checkpoint's folder if at all possible."""
    try:
        model.space.save(job.output, force=job.force)
        if job.save_model:
            model.save(job.save_model, force=job.force)
    except VicinalError as error:
        kept = job.folder / RESCUED
        try:
            job.folder.mkdir(exist_ok=True)
            model.space.save(kept, force=True)
        except (OSError, VicinalError):
            hint = f"; when that is mended, go on from the last checkpoint: {job.again}" if job.state.exists() else ""
            raise BadInput(f"{error}{hint}") from error
        raise BadInput(f"{error}; the trained vectors are kept in {kept}") from error
