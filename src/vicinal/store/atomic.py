"""Writing so that a reader sees the old file or the new one, whole, and never a part.

The new content goes to a temporary name in the same folder, is flushed to the disk and then renamed. If anything
fails, the temporary is removed and what was there before stays as it was.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from vicinal.errors import BadInput, OutputExists, VicinalError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def atomic(path: str | os.PathLike[str], force: bool = False, *, folder: bool = False) -> Iterator[Path]:
    """Give a temporary path to write to; rename it to ``path`` if the block ends well.

    Parameters
    ----------
    path : path
        Where the output belongs. A symbolic link is followed, so that what it points to is replaced.
    force : bool
        Replace an output that exists.
    folder : bool
        The output is a folder, made empty before the block begins.

    Yields
    ------
    pathlib.Path
        A name in the same folder that nobody else uses.

    Raises
    ------
    OutputExists
        If ``path`` exists and ``force`` is not set.
    BadInput
        If the folder is missing, the disk is full or the system refuses to write.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with atomic(target) as temporary:
    ...     _ = temporary.write_text("whole")
    >>> target.read_text()
    'whole'
    """
    target = Path(os.path.realpath(path))
    _check_target(target, path, force, folder)
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        if folder:
            temporary.mkdir()
        yield temporary
        _flush(temporary)
        _put(temporary, target, path, force)
    except VicinalError:
        raise
    except OSError as error:
        raise _refusal(path, error) from error
    finally:
        _remove(temporary)


@contextmanager
def atomic_files(paths: Sequence[str | os.PathLike[str]], force: bool = False) -> Iterator[list[Path]]:
    """Do as `atomic` does for files that belong together: none is renamed before all are written and flushed.

    Parameters
    ----------
    paths : sequence of path
    force : bool
        Replace outputs that exist.

    Yields
    ------
    list of pathlib.Path
        One temporary name a path.

    Raises
    ------
    OutputExists, BadInput
        As `atomic` does.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with atomic_files([folder / "a", folder / "b"]) as (a, b):
    ...     _ = a.write_text("1"), b.write_text("2")
    >>> sorted(p.name for p in folder.iterdir())
    ['a', 'b']
    """
    with ExitStack() as stack:
        temporaries = [stack.enter_context(atomic(path, force)) for path in paths]
        yield temporaries
        try:
            for temporary in temporaries:
                _flush(temporary)
        except OSError as error:
            raise _refusal(paths[0], error) from error


def _check_target(target: Path, path: str | os.PathLike[str], force: bool, folder: bool) -> None:
    if not target.parent.is_dir():
        raise BadInput(f"cannot write {os.fspath(path)}: the folder {target.parent} does not exist; make it first")
    if not target.exists():
        return
    if not force:
        raise OutputExists(f"{os.fspath(path)} exists; pass force=True or --force to replace it")
    if target.is_dir() != folder:
        kind = "a folder" if target.is_dir() else "a file"
        raise BadInput(f"cannot write {os.fspath(path)}: {kind} of that name is in the way")


def _flush(path: Path) -> None:
    """Make sure that the content, and for a folder every file in it, has reached the disk."""
    for item in [*path.rglob("*"), path] if path.is_dir() else [path]:
        handle = os.open(item, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _put(temporary: Path, target: Path, path: str | os.PathLike[str], force: bool) -> None:
    aside = None
    if temporary.is_dir():
        if target.exists():
            aside = temporary.with_suffix(".old")
            target.rename(aside)
        try:
            temporary.rename(target)
        except OSError:
            if aside is not None:
                aside.rename(target)
            raise
    elif force:
        temporary.replace(target)
    else:
        _put_new(temporary, target, path)
    if aside is not None:
        shutil.rmtree(aside, ignore_errors=True)
    _flush_entry(target.parent)


def _put_new(temporary: Path, target: Path, path: str | os.PathLike[str]) -> None:
    """Rename, but refuse if somebody else made the target meanwhile."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise OutputExists(f"{os.fspath(path)} exists; pass force=True or --force to replace it") from None
    except OSError:  # a file system without hard links
        temporary.replace(target)


def _flush_entry(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # some file systems cannot flush a folder; the content itself is safe
        pass
    finally:
        os.close(handle)


def _remove(temporary: Path) -> None:
    if temporary.is_dir():
        shutil.rmtree(temporary, ignore_errors=True)
    else:
        temporary.unlink(missing_ok=True)


def _refusal(path: str | os.PathLike[str], error: OSError) -> BadInput:
    if error.errno in _FULL:
        return BadInput(f"cannot write {os.fspath(path)}: the disk is full; what was there before is untouched")
    return BadInput(f"cannot write {os.fspath(path)}: {error.strerror or error}")
