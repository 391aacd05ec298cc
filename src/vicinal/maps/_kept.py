"""The state of a map that is being drawn, on disk: written whole now and then, and used again only for the same job."""

from __future__ import annotations

import json
import os
import time
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.errors import BadFormat
from vicinal.store.atomic import atomic
from vicinal.store.container import Container, write_container

_FORMAT = "vicinal.map-state/1"


class Kept:
    """A file that holds how far a job has come.

    Parameters
    ----------
    path : path or None
        None keeps nothing.
    job : dict
        What makes this job this job: fingerprint, method and options. JSON values. vicinal's version is added: another
        might go on otherwise.
    every : float
        Least seconds between two writes.

    Examples
    --------
    >>> import tempfile
    >>> kept = Kept(Path(tempfile.mkdtemp()) / "a.part", {"seed": 1}, every=0)
    >>> kept.save(7, {"places": np.ones(2)})
    >>> places = np.zeros(2)
    >>> kept.restore({"places": places}), places.tolist()
    (7, [1.0, 1.0])
    """

    def __init__(self, path: str | os.PathLike[str] | None, job: dict[str, Any], every: float = 5.0) -> None:
        self.path = None if path is None else Path(path)
        self.job, self.every = json.dumps({**job, "version": __version__}, sort_keys=True), every
        self._last = time.monotonic()

    def save(self, done: int, arrays: dict[str, NDArray]) -> None:
        """Write the state after ``done`` steps, unless the last one was written a moment ago."""
        if self.path is None or time.monotonic() - self._last < self.every:
            return
        with atomic(self.path, force=True) as temporary:
            write_container(temporary, arrays, {"format": _FORMAT, "job": self.job, "done": str(done)})
        self._last = time.monotonic()

    def restore(self, arrays: dict[str, NDArray]) -> int:
        """Read the state into the arrays and return the steps done; 0, and nothing read, if it is of another job."""
        if self.path is None or not self.path.is_file():
            return 0
        try:
            file = Container(self.path)
            found = {name: file.array(name) for name in arrays}
            done = int(file.metadata["done"])
        except (BadFormat, KeyError, ValueError):
            return 0
        same = file.metadata.get("format") == _FORMAT and file.metadata.get("job") == self.job and done > 0
        if not same or any(found[name].shape != arrays[name].shape for name in arrays):
            return 0
        if not all(found[name].dtype == arrays[name].dtype and np.isfinite(found[name]).all() for name in arrays):
            return 0
        for name, array in arrays.items():
            array[:] = found[name]
        return done

    def remove(self) -> None:
        """Delete the file, if there is one."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def digest(rows: NDArray[np.int64]) -> str:
    """Tell which rows were chosen, and in which order.

    Examples
    --------
    >>> digest(np.array([1, 2])) == digest(np.array([2, 1]))
    False
    """
    return blake2b(np.ascontiguousarray(rows, "<i8").tobytes(), digest_size=16).hexdigest()
