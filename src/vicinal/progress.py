"""What long work reports, and how it looks on a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of a running job.

    Attributes
    ----------
    stage : str
        What is being done: ``"reading"``, ``"training"``.
    done, total : int
        Units finished and units in all (total 0: not known).
    unit : str
        What is counted: ``"words"``, ``"bytes"``.
    rate : float
        Units a second since the stage began.
    eta : float
        Seconds left at that rate; NaN while not known.
    epoch, epochs : int
        Epoch under way (from 1) and epochs in all; 0 outside training.
    loss : float
        Mean loss per example of the epoch so far; NaN outside training.
    learning_rate : float
        The rate in force; NaN outside training.

    Examples
    --------
    >>> print(Progress("training", 50, 200, rate=1000.0, epoch=1, epochs=4))
    training  epoch 1/4   25%  1,000 words/s
    """

    stage: str
    done: int
    total: int
    unit: str = "words"
    rate: float = float("nan")
    eta: float = float("nan")
    epoch: int = 0
    epochs: int = 0
    loss: float = float("nan")
    learning_rate: float = float("nan")

    def __str__(self) -> str:
        parts = [self.stage]
        if self.epochs:
            parts.append(f"epoch {self.epoch}/{self.epochs}")
        parts.append(f"{self.done / self.total:4.0%}" if self.total else f"{self.done:,} {self.unit}")
        if self.rate == self.rate:
            parts.append(f"{self.rate:,.0f} {self.unit}/s")
        if self.loss == self.loss:
            parts.append(f"loss {self.loss:.4f}")
        if self.learning_rate == self.learning_rate:
            parts.append(f"rate {self.learning_rate:.4f}")
        if self.eta == self.eta:
            parts.append(f"{self.eta:,.0f} s left")
        return "  ".join(parts)


Callback = Callable[[Progress], None]


class Reporter:
    """A callback that shows progress: a line redrawn on a terminal, plain lines when piped.

    Parameters
    ----------
    stream : text stream, optional
        Where to write; standard error by default.
    every : float, optional
        Least seconds between two reports; by default 0.1 on a terminal, 10 when piped.

    Examples
    --------
    >>> import io
    >>> out = io.StringIO()
    >>> report = Reporter(out, every=0)
    >>> report(Progress("reading", 5, 10))
    >>> print(out.getvalue(), end="")
    reading   50%
    """

    def __init__(self, stream: TextIO | None = None, every: float | None = None) -> None:
        self.stream: TextIO = sys.stderr if stream is None else stream
        self.live = self.stream.isatty()
        self.every = (0.1 if self.live else 10.0) if every is None else every
        self._last = -float("inf")
        self._stage = ""
        self._finished = False
        self._open = False

    def __call__(self, progress: Progress) -> None:
        """Show one report, unless the last one is too fresh (a stage's first and last always show on a terminal)."""
        now = time.monotonic()
        finished = bool(progress.total) and progress.done >= progress.total
        changed = progress.stage != self._stage
        self._finished = self._finished and finished  # a new job of the same stage may finish too
        if now - self._last < self.every and not finished and not (changed and self.live):
            return
        if finished and self._finished and not changed:
            return  # said already
        if changed:
            self.close()
        self._last, self._stage, self._finished = now, progress.stage, finished
        if self.live:  # a line wider than the terminal would wrap, and could not be redrawn
            self.stream.write(f"\r\x1b[K{str(progress)[: shutil.get_terminal_size().columns - 1]}")
            self._open = True
        else:
            self.stream.write(f"{progress}\n")
        self.stream.flush()

    def close(self) -> None:
        """End the line being redrawn, so that what follows starts on its own."""
        if self._open:
            self.stream.write("\n")
            self.stream.flush()
            self._open = False


class Meter:
    """Turns counts into `Progress` values with rate and time left.

    Parameters
    ----------
    callback : callable or None
        Gets every `Progress`; None makes the meter silent.
    stage, total, unit
        As in `Progress`.

    Examples
    --------
    >>> seen = []
    >>> Meter(seen.append, "reading", 10).report(5)
    >>> seen[0].stage, seen[0].done, seen[0].total
    ('reading', 5, 10)
    """

    def __init__(self, callback: Callback | None, stage: str, total: int = 0, unit: str = "words") -> None:
        self.callback, self.stage, self.total, self.unit = callback, stage, total, unit
        self.start = time.monotonic()
        self.skipped = 0

    def resume(self, done: int) -> None:
        """Count ``done`` units as finished before the clock started, so that they do not flatter the rate."""
        self.skipped = done

    def report(self, done: int, **figures: float) -> None:
        """Send one report; ``figures`` are further fields of `Progress`."""
        if self.callback is None:
            return
        seconds = max(time.monotonic() - self.start, 1e-9)
        rate = (done - self.skipped) / seconds
        eta = (self.total - done) / rate if self.total and rate > 0 else float("nan")
        self.callback(Progress(self.stage, done, self.total, self.unit, rate, eta, **figures))  # type: ignore[arg-type]
