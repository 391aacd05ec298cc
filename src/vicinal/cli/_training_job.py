"""What a training was asked to do, the checks before it, and the folder that keeps its state."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vicinal.cli._corpora import is_input
from vicinal.cli._files import check_output, check_space_output
from vicinal.cli._show import note
from vicinal.cli.models import Model
from vicinal.errors import BadInput, BadOption, OutputExists

RESCUED = "trained.space"  # where vectors go that could not be written to their place
_TOKENS = ("tokens.ids", "tokens.offsets", "vocabulary.txt", "tokens.json", "tokens.ids.part", "tokens.offsets.part")


@dataclass(frozen=True)
class Job:
    """What the command line asked for, the model's options apart.

    ``again`` is the command that goes on, ``reading`` the options of the input and of checkpoints, as far as the model
    has them.
    """

    inputs: tuple[str, ...]
    output: str
    model: Model
    again: str
    save_model: str | None
    force: bool
    quiet: bool
    reading: dict[str, Any] = field(default_factory=dict)

    @property
    def start(self) -> str | None:
        """The saved model to train on, if any."""
        return self.reading.get("start")

    @property
    def resume(self) -> bool:
        """Whether to go on from a checkpoint."""
        return bool(self.reading.get("resume"))

    @property
    def checkpoint_every(self) -> float:
        """Seconds between two checkpoints."""
        return self.reading.get("checkpoint_every", 60.0)

    @property
    def folder(self) -> Path:
        """Where the state of training is kept."""
        return Path(f"{self.output}.checkpoint")

    @property
    def state(self) -> Path:
        """The file that makes the folder a checkpoint to go on from."""
        return self.folder / "state.safetensors"

    def note(self, text: str) -> None:
        """Report, unless told to be quiet."""
        if not self.quiet:
            note(text)


def check_job(job: Job) -> None:
    """Refuse what cannot end well, and remove a checkpoint that is to be replaced.

    Raises
    ------
    OutputExists, BadInput, BadOption
    """
    check_space_output(job.output, job.force)
    if is_input(Path(job.output), job.inputs):
        raise BadInput(f"{job.output} is one of the inputs; give another output")
    if job.save_model:
        if not job.save_model.lower().endswith(job.model.saved_as):
            raise BadOption(f"a {job.model.encoder} is saved as {job.model.saved_as}, got {job.save_model!r}")
        check_output(job.save_model, job.force, folder=not job.model.saved_as)
    if not job.checkpoint_every > 0:
        raise BadOption(f"--checkpoint-every must be more than 0 seconds, got {job.checkpoint_every:g}")
    if job.start is not None and job.resume:
        raise BadOption("--from and --resume exclude each other: training on keeps no checkpoint")
    if job.folder.exists() and not job.folder.is_dir():
        raise BadInput(f"{job.folder} is a file, and the checkpoint needs a folder of that name; move it away")
    if job.state.exists() and job.start is None and not job.resume:
        if not job.force:
            how = (
                "go on with --resume, or start afresh with --force" if job.model.resumes else "replace it with --force"
            )
            raise OutputExists(f"{job.folder} holds a training that was interrupted; {how}")
        remove_checkpoint(job.folder)


def remove_checkpoint(folder: Path) -> None:
    """Remove what training left in a folder, and the folder if nothing else is in it."""
    if not folder.is_dir():
        return
    names = ["state.safetensors", RESCUED, *_TOKENS]
    for path in [*(folder / name for name in names), *folder.glob(".*.tmp")]:
        if path.is_file():
            path.unlink()
    with suppress(OSError):  # something of the user's is in it
        folder.rmdir()
