"""Bad lines: the first one ends the reading, or all are counted and left out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.errors import BadFormat
from vicinal.origin import Origin, digest_matrix
from vicinal.space import Space


class Faults:
    """What is wrong with a file that is being read.

    Parameters
    ----------
    path : path
        The file, for the messages.
    skip_bad : bool
        Count bad lines instead of raising.
    unit : str
        What is numbered: ``"line"`` or ``"row"``.

    Attributes
    ----------
    count : int
        Bad lines so far.
    first : str
        The message of the first of them; empty while there is none.

    Examples
    --------
    >>> faults = Faults("a.txt", skip_bad=True)
    >>> faults.add(7, "no numbers")
    >>> faults.count, faults.first
    (1, 'a.txt, line 7: no numbers')
    """

    def __init__(self, path: str | os.PathLike[str], skip_bad: bool = False, unit: str = "line") -> None:
        self.path, self.skip_bad, self.unit = Path(path), skip_bad, unit
        self.count, self.first = 0, ""

    def add(self, at: int, what: str) -> None:
        """Count one bad line, or raise `BadFormat` with file, line and reason."""
        message = f"{self.path}, {self.unit} {at}: {what}"
        if not self.skip_bad:
            raise BadFormat(f"{message}; skip_bad=True (--skip-bad) leaves such {self.unit}s out")
        self.count += 1
        self.first = self.first or message

    def fatal(self, what: str) -> BadFormat:
        """Make the error for a fault that cannot be skipped, to be raised by the caller."""
        return BadFormat(f"{self.path}: {what}")


def assemble(
    names: Sequence[str],
    matrix: NDArray,
    faults: Faults,
    *,
    lines: NDArray | None = None,
    columns: Mapping[str, ArrayLike] | None = None,
) -> Space:
    """Check names and numbers read from a file and make them a space.

    Parameters
    ----------
    names : sequence of str, length n
    matrix : (n, dim) array of numbers
    faults : Faults
        Decides about rows that are empty-named, named twice or not finite.
    lines : (n,) int array, optional
        The line every row comes from; by default rows are numbered from 1.
    columns : mapping of str to (n,) array, optional

    Returns
    -------
    Space
        If lines were skipped, ``space.origin.options["skipped_lines"]`` says how many.

    Raises
    ------
    BadFormat
        For the first bad row, or if no good one is left.
    """
    keep = np.ones(len(names), bool)
    for row, what in _bad_rows(names, matrix):
        faults.add(row + 1 if lines is None else int(lines[row]), what)
        keep[row] = False
    if faults.count == 0:
        return Space(names, matrix, columns=columns)
    if not keep.any():
        raise faults.fatal(f"no good {faults.unit} is left of {faults.count} or more; the first: {faults.first}")
    if not keep.all():
        names, matrix = [name for name, kept in zip(names, keep, strict=True) if kept], matrix[keep]
        columns = {key: np.asarray(column)[keep] for key, column in (columns or {}).items()}
    kept_space = Space(names, matrix, columns=columns)
    origin = Origin(options={"skipped_lines": faults.count}, content=digest_matrix(kept_space.matrix))
    return Space(kept_space.names, kept_space.matrix, columns=columns, origin=origin)


def _bad_rows(names: Sequence[str], matrix: NDArray) -> list[tuple[int, str]]:
    bad: dict[int, str] = {}
    limit = float(np.finfo(np.float16 if matrix.dtype == np.float16 else np.float32).max)
    for start in range(0, len(matrix), 1 << 16):
        block = matrix[start : start + (1 << 16)]
        wrong = ~(np.abs(block) <= limit).all(axis=1) if block.dtype.kind == "f" else np.zeros(len(block), bool)
        for row in (start + np.flatnonzero(wrong)).tolist():
            bad[row] = f"the vector of {names[row]!r} holds NaN, infinity or a number too large for float32"
    if len(set(names)) != len(names) or "" in set(names):
        seen: set[str] = set()
        for row, name in enumerate(names):
            if not name:
                bad.setdefault(row, "the name is empty; every vector needs one")
            elif name in seen:
                bad.setdefault(row, f"the name {name!r} came before; names must be distinct")
            elif row not in bad:
                seen.add(name)
    return sorted(bad.items())
