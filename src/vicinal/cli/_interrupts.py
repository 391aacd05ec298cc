"""Ctrl-C during long work: it takes effect where nothing is half done, and is not lost.

Python raises KeyboardInterrupt between any two instructions, so also while a lock changes hands, which leaves another
error in its place, and while compiled code calls back, where it is printed and forgotten.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType

from vicinal.progress import Progress, Reporter

_PATIENCE = 0.5  # seconds in which a report is awaited
_LOST = 2.0  # seconds after which reports that still come mean that an interrupt was swallowed
_NEVER = -float("inf")


class StoppableReporter(Reporter):
    """Shows progress; after Ctrl-C the next report raises KeyboardInterrupt, or half a second if none comes.

    A second Ctrl-C raises at once.

    Examples
    --------
    >>> with StoppableReporter() as report:
    ...     report.asked
    False
    """

    asked = False
    _raised = _NEVER
    _before: tuple[object, object] | None = None

    def __call__(self, progress: Progress) -> None:
        """Show one report, or stop."""
        main = threading.current_thread() is threading.main_thread()
        if main and self.asked and time.monotonic() - self._raised > _LOST:
            self._stop()
        super().__call__(progress)

    def __enter__(self) -> StoppableReporter:
        """Take Ctrl-C over, unless it is ignored, as in the background, or somebody else's."""
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler and hasattr(signal, "setitimer"):
            self._before = signal.signal(signal.SIGINT, self._ask), signal.signal(signal.SIGALRM, self._late)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Give Ctrl-C back and end the line; an interrupt still to come, or one that became another error, is one."""
        self.close()
        if self._before is None:
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip((signal.SIGINT, signal.SIGALRM), self._before, strict=True):
            signal.signal(number, handler)  # type: ignore[arg-type]
        pending = self.asked and self._raised == _NEVER and (error is None or isinstance(error, Exception))
        if pending or _became(error):
            raise KeyboardInterrupt from error

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            self._stop()
        self.asked = True
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE)

    def _late(self, number: int, frame: FrameType | None) -> None:
        if self._raised == _NEVER:
            self._stop()

    def _stop(self) -> None:
        self._raised = time.monotonic()
        raise KeyboardInterrupt


def _became(error: BaseException | None) -> bool:
    """Whether an interrupt in an unlucky place left this error instead."""
    if not isinstance(error, Exception) or error.__suppress_context__:
        return False
    return isinstance(error.__context__, KeyboardInterrupt)
