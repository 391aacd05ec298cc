"""How often words stand near each other, counted with bounded memory."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import weakref
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.data import Tokens, Vocabulary
from vicinal.errors import BadInput, BadOption
from vicinal.processors import processor_count
from vicinal.progress import Callback

WEIGHTINGS = ("harmonic", "flat")
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


class Cooccurrences:
    """A sparse symmetric matrix: how often word ``rows[i]`` and word ``cols[i]`` stand near each other.

    Made by `count_cooccurrences`. Entries are sorted by row, then by column, and none is zero. A pair of different
    words has two entries, one a direction.

    Attributes
    ----------
    cols : (n_entries,) int32
        Read-only, mapped from a file where it is large.
    values : (n_entries,) float32
        Weighted counts, above 0; as ``cols``.
    offsets : (n + 1,) int64
        Row r has the entries from ``offsets[r]`` up to ``offsets[r + 1]``.
    n : int
        Words.
    vocabulary : Vocabulary
        Whose ids the rows and columns are.
    corpus_fingerprint : str
    window : int
    weighting : str

    Examples
    --------
    >>> from vicinal.data import tokenize_corpus
    >>> counts = count_cooccurrences(tokenize_corpus(["b a b"], min_count=1), window=2)
    >>> counts.vocabulary.tokens, counts.rows.tolist(), counts.cols.tolist(), counts.values.tolist()
    (('b', 'a'), [0, 0, 1], [0, 1, 0], [1.0, 2.0, 2.0])
    """

    def __init__(
        self, arrays: tuple[NDArray, ...], vocabulary: Vocabulary, *, corpus_fingerprint: str = "", window: int = 0,
        weighting: str = "",
    ) -> None:  # fmt: skip
        self.cols, self.values, self.offsets = arrays
        self.n, self.vocabulary = len(vocabulary), vocabulary
        self.corpus_fingerprint, self.window, self.weighting = corpus_fingerprint, window, weighting

    @cached_property
    def rows(self) -> NDArray[np.int32]:
        """The row of every entry, (n_entries,) int32; made from ``offsets`` when first asked for."""
        return np.repeat(np.arange(self.n, dtype=np.int32), np.diff(self.offsets))

    def check(self) -> None:
        """Refuse a matrix put together by hand that does not hang together, before compiled code reads it.

        Raises
        ------
        BadInput
        """
        lengths = len(self.offsets) == self.n + 1 and self.offsets[0] == 0 and self.offsets[-1] == len(self.cols)
        if not lengths or len(self.values) != len(self.cols) or np.diff(self.offsets).min(initial=0) < 0:
            raise BadInput(
                f"offsets, {len(self.cols):,} columns and {len(self.values):,} values of co-occurrences do not fit "
                f"each other and {self.n:,} words"
            )
        if len(self) and not 0 <= self.cols.min() <= self.cols.max() < self.n:
            raise BadInput(f"columns of co-occurrences must lie between 0 and {self.n - 1:,}")
        if len(self) and not 0 < self.values.min() <= self.values.max() < np.inf:
            raise BadInput("values of co-occurrences must be finite and above 0; leave out pairs that were not seen")

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return f"Cooccurrences({len(self):,} entries of {self.n:,} words, window {self.window}, {self.weighting})"


def count_cooccurrences(
    tokens: Tokens,
    *,
    window: int = 10,
    weighting: str = "harmonic",
    memory: int | str = "1 GB",
    workspace: str | os.PathLike[str] | None = None,
    threads: int = 0,
    callback: Callback | None = None,
) -> Cooccurrences:
    """Count which words stand within a window of each other, in both directions and never across sentences.

    The result does not depend on ``memory`` or ``threads``: weights are added as whole numbers of a common unit.

    Parameters
    ----------
    tokens : Tokens
        As `vicinal.data.tokenize_corpus` makes them. Words out of the vocabulary were left out before, so that their
        neighbours moved together.
    window : int
        Words on each side that count, 1 to 255.
    weighting : "harmonic" or "flat"
        A neighbour d words away counts 1/d (Pennington et al. 2014, section 4.2), or 1. With windows beyond 22, 1/d is
        rounded to a multiple of 2⁻²⁸.
    memory : int or str
        Bytes to work in, or text such as ``"500 MB"``. A text too long for it is counted in pieces, which are written
        to disk as sorted runs and merged; results beyond about a half of it are mapped from files. What the operating
        system keeps of files that are read does not count.
    workspace : path, optional
        Existing folder for such files, by default the system's place for temporary ones. They go with the result.
    threads : int
        0 takes all processors.
    callback : callable, optional
        Gets `vicinal.progress.Progress` values, stage ``"counting"``, unit ``"words"``.

    Returns
    -------
    Cooccurrences

    Raises
    ------
    BadOption
        An option out of range; ``memory`` too little for one row of the matrix.
    BadInput
        ``workspace`` is not a folder.
    VicinalError
        No room left on the disk.

    Examples
    --------
    >>> from vicinal.data import tokenize_corpus
    >>> tokens = tokenize_corpus(["a b c", "c"], min_count=1)
    >>> count_cooccurrences(tokens, window=2).values.tolist()  # c a, c b, a c, a b, b c, b a
    [0.5, 1.0, 0.5, 1.0, 1.0, 1.0]
    """
    from vicinal.counts._cooccurrence_files import disk_named
    from vicinal.counts._cooccurrence_pass import Counting, Plan  # brings the compiler: not before it is needed

    check_window(window, weighting)
    plan = Plan.make(len(tokens.ids), len(tokens.vocabulary), read_bytes(memory), thread_count(threads))
    folder = temporary_folder(workspace)
    try:
        with disk_named(folder):
            arrays = Counting(tokens, window, weighting, plan=plan, folder=folder, callback=callback).run()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    counts = Cooccurrences(
        arrays, tokens.vocabulary, corpus_fingerprint=tokens.corpus_fingerprint, window=window, weighting=weighting
    )
    weakref.finalize(counts, shutil.rmtree, folder, ignore_errors=True)
    return counts


def check_window(window: Any, weighting: Any) -> None:
    """Refuse a window or weighting out of range."""
    if isinstance(window, bool) or not isinstance(window, int | np.integer) or not 1 <= window <= 255:
        raise BadOption(f"window must be an integer from 1 to 255, got {window!r}")
    if weighting not in WEIGHTINGS:
        raise BadOption(f"weighting must be one of {', '.join(WEIGHTINGS)}, got {weighting!r}")


def read_bytes(memory: int | str) -> int:
    """Read an amount of memory: a number of bytes, or text with a unit.

    Raises
    ------
    BadOption

    Examples
    --------
    >>> read_bytes("1.5 GB"), read_bytes("20MB"), read_bytes(1000)
    (1500000000, 20000000, 1000)
    """
    if isinstance(memory, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:b|bytes)?\s*", memory, re.IGNORECASE)
        if match:
            memory = round(float(match[1]) * _UNITS[match[2].lower()])
    if isinstance(memory, bool) or not isinstance(memory, int | np.integer) or memory < 1:
        raise BadOption(f"memory must be a number of bytes or text such as '500 MB', got {memory!r}")
    return int(memory)


def thread_count(threads: Any) -> int:
    """Threads to work with: 0 means one a processor.

    Raises
    ------
    BadOption

    Examples
    --------
    >>> thread_count(3)
    3
    """
    if isinstance(threads, bool) or not isinstance(threads, int | np.integer) or not 0 <= threads <= 1024:
        raise BadOption(f"threads must be an integer from 0 (all processors) to 1024, got {threads!r}")
    return int(threads) or processor_count()


def temporary_folder(workspace: str | os.PathLike[str] | None) -> Path:
    """Make an empty folder for this job alone.

    Raises
    ------
    BadInput
        If ``workspace`` is not an existing folder.
    """
    if workspace is not None and not Path(workspace).is_dir():
        raise BadInput(f"workspace {os.fspath(workspace)!r} is not a folder; make it first")
    return Path(tempfile.mkdtemp(prefix="vicinal-counts-", dir=workspace))
