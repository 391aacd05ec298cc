"""Arrays that grow in memory while they are small, and in a file from there on; and work done in order by threads."""

from __future__ import annotations

import errno
import queue
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
Item, Result = TypeVar("Item"), TypeVar("Result")


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
    """A one-dimensional array that is appended to.

    Parameters
    ----------
    dtype : dtype
    path : Path
        File to go on in once the array is larger than ``limit``; nothing is written before.
    limit : int
        Bytes.
    """

    def __init__(self, dtype: Any, path: Path, limit: int) -> None:
        self.dtype, self.path, self.limit = np.dtype(dtype), path, limit
        self.length = 0
        self._parts: list[NDArray[Any]] = []
        self._file: Any = None

    def append(self, values: NDArray[Any]) -> None:
        """Add values at the end; they are copied."""
        self.length += len(values)
        if self._file is None and self.length * self.dtype.itemsize <= self.limit:
            self._parts.append(values.astype(self.dtype))
            return
        with disk_named(self.path.parent):
            if self._file is None:
                self._file = self.path.open("wb")
                for part in self._parts:
                    part.tofile(self._file)
                self._parts = []
            values.astype(self.dtype, copy=False).tofile(self._file)

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()

    def finish(self) -> NDArray[Any]:
        """Return the whole, read-only: in memory, or mapped."""
        with disk_named(self.path.parent):
            self.close()
        if self._file is not None:
            return np.memmap(self.path, self.dtype, "r", shape=(self.length,)).view(np.ndarray)
        whole = np.concatenate([np.empty(0, self.dtype), *self._parts])
        self._parts = []
        whole.flags.writeable = False
        return whole


def in_order(
    work: Callable[[Any, Item], Result], items: Iterable[Item], rooms: list[Any]
) -> Iterator[tuple[Item, Result]]:
    """Run ``work(room, item)`` on as many threads as there are rooms; results come in the order of the items.

    At most one result more than there are rooms waits to be taken, so memory stays bounded.
    """
    free: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for room in rooms:
        free.put(room)

    def run(item: Item) -> Result:
        room = free.get()
        try:
            return work(room, item)
        finally:
            free.put(room)

    waiting: deque[tuple[Item, Future[Result]]] = deque()
    pool = ThreadPoolExecutor(len(rooms), "vicinal-counts")
    try:
        for item in items:
            waiting.append((item, pool.submit(run, item)))
            if len(waiting) > len(rooms):
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
