"""What a training was asked to do, the checks before it, and the folder that keeps its state."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vicinal.cli._corpora import is_input
from vicinal.cli._files import check_output, check_space_output
from vicinal.cli._show import note
from vicinal.errors import BadInput, BadOption, OutputExists

RESCUED = "trained.space"  # where vectors go that could not be written to their place
_TOKENS = ("tokens.ids", "tokens.offsets", "vocabulary.txt", "tokens.json", "tokens.ids.part", "tokens.offsets.part")


@dataclass(frozen=True)
class Job:
    """What the command line asked for, the model's options apart; ``again`` is the command that goes on."""

    inputs: tuple[str, ...]
    output: str
    again: str
    save_model: str | None
    start: str | None
    force: bool
    quiet: bool
    resume: bool
    checkpoint_every: float
    field: str | None
    errors: str

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
        check_output(job.save_model, job.force, folder=True)
    if not job.checkpoint_every > 0:
        raise BadOption(f"--checkpoint-every must be more than 0 seconds, got {job.checkpoint_every:g}")
    if job.start is not None and job.resume:
        raise BadOption("--from and --resume exclude each other: training on keeps no checkpoint")
    if job.folder.exists() and not job.folder.is_dir():
        raise BadInput(f"{job.folder} is a file, and the checkpoint needs a folder of that name; move it away")
    if job.state.exists() and job.start is None and not job.resume:
        if not job.force:
            raise OutputExists(
                f"{job.folder} holds a training that was interrupted; go on with --resume, or start afresh with --force"
            )
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
