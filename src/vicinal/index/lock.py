"""One writer a file: an advisory lock that the system takes back when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vicinal.errors import BadInput


@contextmanager
def locked(path: str | os.PathLike[str]) -> Iterator[None]:
    """Hold the lock of a file, ``PATH.lock`` beside it, while the block runs.

    The lock is `flock`'s: it ends with the process that holds it, however that dies. What is left of its file then
    locks nobody out. Where the system has no such locks, nothing is locked; a file changed by somebody else is
    noticed nonetheless, when it is replaced.

    Raises
    ------
    BadInput
        If somebody else holds it: "locked by process N".

    Examples
    --------
    >>> import tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "a.index")
    >>> with locked(path), locked(path):
    ...     pass
    Traceback (most recent call last):
    ...
    vicinal.errors.BadInput: ...a.index is locked by process ...
    """
    target = os.path.realpath(path)
    if not os.path.isdir(os.path.dirname(target)):
        raise BadInput(f"cannot write {os.fspath(path)}: the folder {os.path.dirname(target)} does not exist")
    beside = Path(f"{target}.lock")
    handle = _acquire(beside, path)
    try:
        yield
    finally:
        beside.unlink(missing_ok=True)  # before it is given up: who waits for a file that is gone tries anew
        os.close(handle)


def _acquire(beside: Path, path: str | os.PathLike[str]) -> int:
    try:
        import fcntl
    except ImportError:  # not a POSIX system
        fcntl = None  # type: ignore[assignment]
    while True:
        try:
            handle = os.open(beside, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise BadInput(f"cannot write {os.fspath(path)}: {error.strerror or error}") from error
        try:
            if fcntl is not None:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            raise BadInput(
                f"{os.fspath(path)} is locked by process {holder}, which is changing it; try again when it has finished"
            ) from None
        except OSError:  # a file system without locks
            pass
        if _is_still(handle, beside):
            os.truncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
            return handle
        os.close(handle)


def _is_still(handle: int, path: Path) -> bool:
    """Tell whether an opened file is the one of that name, which its last holder may have removed meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
