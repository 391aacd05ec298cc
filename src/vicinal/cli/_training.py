"""The work behind ``vicinal train``: checks first, then reading and training, then writing."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli import _failures
from vicinal.cli._corpora import open_inputs
from vicinal.cli._files import end_line, reporting
from vicinal.cli._show import command_line, counted
from vicinal.cli._training_job import RESCUED, Job, check_job, remove_checkpoint
from vicinal.errors import BadInput, VicinalError

if TYPE_CHECKING:
    from vicinal.progress import Callback
    from vicinal.space import Space

_NOUNS = {"text": "word", "documents": "document", "graph": "node", "vectors": "name", "table": "row"}


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
        if job.model.resumes and job.model.inputs == "text":
            model, space = _train_text(job, options, chosen, Path(scratch), report)
        else:
            model, space = _train_plainly(job, options, Path(scratch), report)
    _write(job, model, space)
    remove_checkpoint(job.folder)
    noun = job.reading.get("rows", "").removesuffix("s") or _NOUNS[job.model.inputs]
    losses = getattr(model, "history_", None)
    loss = f", mean loss {losses[-1]:.4f}" if losses else ""
    seconds = time.monotonic() - started
    job.note(f"wrote {job.output}: {counted(len(space), noun)} × {space.dim}{loss}{_zeros(space)}, {seconds:,.1f} s")
    if job.save_model:
        on = f"train on with --from {job.save_model}, " if job.model.continues else ""
        job.note(f"wrote {job.save_model}: the model; {on}encode with: vicinal encode {job.save_model} FILE -o X.space")
    job.note(f"next: {command_line('nearest', job.output, space.names[min(50, len(space) - 1)])}")


def _train_text(
    job: Job, options: dict[str, Any], chosen: list[str], scratch: Path, report: Callback | None
) -> tuple[Any, Space]:
    from vicinal.cli._training_resumable import train_afresh, train_on

    corpus = open_inputs(job.inputs, job.reading["field"], job.reading["errors"], scratch)
    if job.start is None:
        model = train_afresh(job, options, corpus, report)
    else:
        model = train_on(job, {name: options[name] for name in chosen}, corpus, report)
    return model, model.space


def _train_plainly(job: Job, options: dict[str, Any], scratch: Path, report: Any) -> tuple[Any, Space]:
    from vicinal.cli._training_plain import fit
    from vicinal.cli._training_resumable import stopped
    from vicinal.encoders import encoder_class

    try:
        model = encoder_class(job.model.encoder)(**options)
        return model, fit(job, model, scratch, report)
    except KeyboardInterrupt:
        if job.model.resumes:
            stopped(job, report)
        else:
            end_line(report)
            _failures.show("stopped; nothing was written")
        raise click.exceptions.Exit(130) from None


def _zeros(space: Space) -> str:
    zeros = int((space.norms == 0).sum())
    return f", {counted(zeros, 'zero row')}" if zeros else ""


def _write(job: Job, model: Any, space: Space) -> None:
    """Write the results; where that fails, keep the vectors in the checkpoint's folder if at all possible."""
    try:
        space.save(job.output, force=job.force)
        if job.save_model:
            model.save(job.save_model, force=job.force)
    except VicinalError as error:
        kept = job.folder / RESCUED
        try:
            job.folder.mkdir(exist_ok=True)
            space.save(kept, force=True)
        except (OSError, VicinalError):
            hint = f"; when that is mended, go on from the last checkpoint: {job.again}" if job.state.exists() else ""
            raise BadInput(f"{error}{hint}") from error
        raise BadInput(f"{error}; the trained vectors are kept in {kept}") from error
