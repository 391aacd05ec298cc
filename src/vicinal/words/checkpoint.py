"""Training state on disk: written whole or not at all, and read back only for the same job."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput
from vicinal.store.atomic import atomic
from vicinal.store.container import Container, write_container
from vicinal.words.trainer import State

STATE = "state.safetensors"
_FORMAT = "vicinal.checkpoint/1"


class Checkpoint:
    """A folder that holds the tokens of a corpus and the state of training on it.

    Parameters
    ----------
    folder : path
    job : dict
        What makes this job this job: options, corpus and vocabulary fingerprints. JSON values.
    """

    def __init__(self, folder: str | os.PathLike[str], job: dict[str, Any]) -> None:
        self.folder, self.job = Path(folder), job

    @property
    def path(self) -> Path:
        """The state file."""
        return self.folder / STATE

    def save(self, state: State, inputs: NDArray, outputs: NDArray, **more: NDArray) -> None:
        """Write the state, and ``more`` matrices by name, beside the last one, then put it in its place."""
        record = {"piece": state.piece, "losses": state.losses, "examples": state.examples}
        metadata = {"format": _FORMAT, "job": json.dumps(self.job, sort_keys=True), "state": json.dumps(record)}
        with atomic(self.path, force=True) as temporary:
            write_container(temporary, {"inputs": inputs, "outputs": outputs, **more}, metadata)

    def restore(self, inputs: NDArray, outputs: NDArray, **more: NDArray) -> State | None:
        """Read the state into the matrices, or return None where there is none.

        Raises
        ------
        BadInput
            If the checkpoint belongs to another job; says in what they differ.
        BadFormat
            If it is damaged.
        """
        if not self.path.exists():
            return None
        container = Container(self.path)
        if container.metadata.get("format") != _FORMAT:
            raise BadFormat(f"{self.path} is not a checkpoint of this version; delete {self.folder} to start afresh")
        try:
            job, record = json.loads(container.metadata["job"]), json.loads(container.metadata["state"])
            state = State(
                int(record["piece"]), [float(x) for x in record["losses"]], [int(x) for x in record["examples"]]
            )
        except (KeyError, ValueError, TypeError) as error:
            raise BadFormat(f"{self.path} is damaged ({error}); delete {self.folder} to start afresh") from error
        differing = sorted(key for key in self.job.keys() | job.keys() if self.job.get(key) != job.get(key))
        if differing:
            raise BadInput(
                f"the checkpoint in {self.folder} belongs to another training (differing: {', '.join(differing)}); "
                "run the same command, or delete that folder to start afresh"
            )
        for name, matrix in {"inputs": inputs, "outputs": outputs, **more}.items():
            saved = container.array(name)
            if saved.shape != matrix.shape or saved.dtype != np.float32:
                raise BadFormat(f"{self.path}: {name} has shape {saved.shape}, expected {matrix.shape}")
            matrix[:] = saved
        return state
