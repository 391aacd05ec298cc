"""Arrays that grow in memory while they are small, and in a file from there on; and work done in order by threads."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import VicinalError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
Item = TypeVar("Item")
Room = TypeVar("Room")
Result = TypeVar("Result")


@contextmanager
def disk_named(folder: Path) -> Iterator[None]:
    """Report a full disk so that the user knows which, and what to do."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise VicinalError(
            f"no room left in {folder} ({error.strerror}): counts that do not fit memory are kept there, 12 bytes for "
            "each pair of words; free some space, choose another place with workspace=, or raise min_count"
        ) from error


class Growing:
    """A one-dimensional array that is appended to: in memory while it is small, in a file from there on.

    Parameters
    ----------
    dtype : dtype
    path : Path
        Written only once the array no longer fits ``capacity``.
    capacity : int
        Values that may stay in memory.
    """

    def __init__(self, dtype: Any, path: Path, capacity: int) -> None:
        self.path, self.length = path, 0
        self._memory = np.empty(capacity, dtype)  # no page of it is taken before it is written
        self._file: Any = None

    def append(self, values: NDArray[Any]) -> None:
        """Add values at the end; they are copied."""
        at, self.length = self.length, self.length + len(values)
        if self._file is None and self.length <= len(self._memory):
            self._memory[at : self.length] = values
            return
        if self._file is None:
            self._file = self.path.open("wb", buffering=0)
            self._write(self._memory[:at])
            self._memory = self._memory[:0].copy()
        self._write(values.astype(self._memory.dtype, copy=False))

    def _write(self, values: NDArray[Any]) -> None:
        view = values.data.cast("B") if len(values) else b""  # numpy's tofile would not say that the disk is full
        while view:  # unbuffered files may take less than they were given
            view = view[self._file.write(view) :]

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()

    def finish(self) -> NDArray[Any]:
        """Return the whole, read-only: in memory, or mapped."""
        if self._file is not None:
            self.close()
            return np.memmap(self.path, self._memory.dtype, "r", shape=(self.length,)).view(np.ndarray)
        whole = self._memory[: self.length]
        whole.flags.writeable = False
        return whole


def in_order(
    work: Callable[[Room, Item], Result], items: Iterable[Item], rooms: list[Room], threads: int
) -> Iterator[tuple[Item, Result]]:
    """Run ``work(room, item)`` on threads; results come in the order of the items.

    A room is given to the next item only when the result that may lie in it has been used.
    """
    waiting: deque[tuple[Item, Room, Future[Result]]] = deque()
    free = deque(rooms)
    pool = ThreadPoolExecutor(threads, "vicinal-counts")
    try:
        for item in items:
            if not free:
                done, room, future = waiting.popleft()
                yield done, future.result()
                free.append(room)
            room = free.popleft()
            waiting.append((item, room, pool.submit(work, room, item)))
        while waiting:
            done, _, future = waiting.popleft()
            yield done, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
