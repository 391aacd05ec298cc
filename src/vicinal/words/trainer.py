"""Runs a kernel over a corpus: pieces of work, threads, progress, checkpoints, Ctrl-C."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vicinal.errors import BadInput
from vicinal.progress import Callback, Meter

# (thread, first, last, (rate at first, rate after last), epoch) -> (loss sum, examples)
Work = Callable[[int, int, int, tuple[float, float], int], tuple[float, int]]


@dataclass
class State:
    """How far training has come; with the matrices, all that a checkpoint needs.

    Attributes
    ----------
    piece : int
        The next piece of work, counted over all epochs.
    losses, examples : list
        Loss sum (float64) and examples of every epoch so far.
    """

    piece: int = 0
    losses: list[float] = field(default_factory=list)
    examples: list[int] = field(default_factory=list)

    def mean_loss(self, epoch: int) -> float:
        """Mean loss per example of an epoch (from 0); NaN before its first example."""
        seen = self.examples[epoch] if epoch < len(self.examples) else 0
        return self.losses[epoch] / seen if seen else math.nan


@dataclass(frozen=True)
class Schedule:
    """What is trained: ``words`` tokens an epoch, and the learning rate falling in a straight line over all epochs.

    Attributes
    ----------
    words, epochs, threads : int
    learning_rate, min_learning_rate : float

    Examples
    --------
    >>> schedule = Schedule(words=1000, epochs=2, threads=1, learning_rate=0.1, min_learning_rate=0.0)
    >>> round(schedule.rate(1, 500), 3)
    0.025
    """

    words: int
    epochs: int
    threads: int
    learning_rate: float
    min_learning_rate: float

    @property
    def piece(self) -> int:
        """Tokens in a piece of work; independent of ``threads``, so that one seed means one sequence of steps."""
        return min(max(self.words // 50, 1000), 50_000)

    @property
    def pieces(self) -> int:
        """Pieces in an epoch."""
        return -(-self.words // self.piece)

    def rate(self, epoch: int, position: int) -> float:
        """Learning rate at a token of an epoch."""
        done = (epoch * self.words + position) / (self.epochs * self.words)
        return self.learning_rate + (self.min_learning_rate - self.learning_rate) * done


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during training: all pieces begun were finished, and the checkpoint (if any) is written."""


class Trainer:
    """Gives pieces of work to threads until all epochs are done.

    Parameters
    ----------
    schedule : Schedule
    work : callable
        Trains on one piece; see `Work`.
    state : State
        Where to begin; moved along.
    callback : callable, optional
        Gets `Progress` values.
    save : callable, optional
        Called with no work under way, every ``save_every`` seconds and on Ctrl-C.
    save_every : float
    """

    def __init__(
        self,
        schedule: Schedule,
        work: Work,
        state: State,
        *,
        callback: Callback | None = None,
        save: Callable[[], None] | None = None,
        save_every: float = 60.0,
    ) -> None:
        self.schedule, self.work, self.state = schedule, work, state
        self.callback, self.save, self.save_every = callback, save, save_every
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._done = 0  # tokens
        self._failure: BaseException | None = None

    def run(self) -> State:
        """Train until the last epoch is done.

        Raises
        ------
        Interrupted
            After Ctrl-C, when the state is whole and saved.
        BadInput
            If the loss is no longer a number.
        """
        schedule, total = self.schedule, self.schedule.epochs * self.schedule.pieces
        epoch, piece = divmod(self.state.piece, schedule.pieces)
        self._done = epoch * schedule.words + piece * schedule.piece
        meter = Meter(self.callback, "training", schedule.epochs * schedule.words)
        meter.resume(self._done)
        self._report(meter)
        while self.state.piece < total:
            self._stop.clear()
            ended = [threading.Event() for _ in range(schedule.threads)]
            for number, event in enumerate(ended):
                threading.Thread(target=self._loop, args=(number, total, event)).start()
            interrupted = self._watch(ended, meter)
            if self._failure is not None:
                raise self._failure
            if self.save is not None and (interrupted or self.state.piece < total):
                self.save()
            if interrupted:
                raise Interrupted
        self._report(meter)
        return self.state

    def _watch(self, ended: list[threading.Event], meter: Meter) -> bool:
        """Report until the threads end; stop them when a checkpoint is due or on Ctrl-C (True).

        Events tell when they end, since Ctrl-C within ``Thread.join`` may mark a thread as ended that still works.
        """
        interrupted, due = False, time.monotonic() + self.save_every
        pause = min(0.05, max(0.001, self.save_every))
        while True:
            try:
                for event in ended:
                    if event.wait(pause):
                        continue
                    self._report(meter)
                    if self.save is not None and time.monotonic() > due:
                        self._stop.set()
                if all(event.is_set() for event in ended):
                    return interrupted
            except KeyboardInterrupt:
                interrupted = True
                self._stop.set()
            except BaseException:  # a callback failed: let the threads end before the error travels on
                self._stop.set()
                for event in ended:
                    event.wait()
                raise

    def _loop(self, thread: int, total: int, ended: threading.Event) -> None:
        try:
            self._take_pieces(thread, total)
        finally:
            ended.set()

    def _take_pieces(self, thread: int, total: int) -> None:
        schedule, state = self.schedule, self.state
        while not self._stop.is_set():
            with self._lock:
                if state.piece >= total or self._failure is not None:
                    return
                epoch, piece = divmod(state.piece, schedule.pieces)
                state.piece += 1
                while len(state.losses) <= epoch:
                    state.losses.append(0.0)
                    state.examples.append(0)
            first = piece * schedule.piece
            last = min(first + schedule.piece, schedule.words)
            try:
                rates = (schedule.rate(epoch, first), schedule.rate(epoch, last))
                loss, examples = self.work(thread, first, last, rates, epoch)
                if not math.isfinite(loss):
                    raise BadInput(
                        f"training diverged in epoch {epoch + 1} (the loss is {loss}); lower learning_rate, now "
                        f"{schedule.learning_rate}, and train again"
                    )
            except BaseException as error:
                self._failure = error
                return
            with self._lock:
                state.losses[epoch] += loss
                state.examples[epoch] += examples
                self._done += last - first

    def _report(self, meter: Meter) -> None:
        with self._lock:
            done, epoch = self._done, max(0, len(self.state.losses) - 1)
            loss = self.state.mean_loss(epoch)
        rate = self.schedule.rate(0, done)
        meter.report(done, epoch=epoch + 1, epochs=self.schedule.epochs, loss=loss, learning_rate=rate)
