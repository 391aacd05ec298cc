"""The ``.index`` format: one safetensors file with everything an index is, opened by mapping.

Specified in ``docs/formats.md``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from vicinal.errors import BadFormat, BadInput
from vicinal.index.base import Index
from vicinal.index.lock import locked
from vicinal.index.record import VERSION, arrays_of, record_of, state_of, trials_of
from vicinal.store.atomic import atomic
from vicinal.store.container import Container, write_container


@dataclass(frozen=True)
class Source:
    """The file an index was opened from or saved to, and its mark then.

    Attributes
    ----------
    path : str
        Without symbolic links.
    mark : tuple of int
        Inode, time of change and size. Every save makes a file of its own, so none keeps the mark of another.

    Examples
    --------
    >>> Source.of("nowhere.index").mark
    ()
    """

    path: str
    mark: tuple[int, ...]

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> Source:
        """Look at a file."""
        target = os.path.realpath(path)
        try:
            found = os.stat(target)
        except FileNotFoundError:
            return cls(target, ())
        return cls(target, (found.st_ino, found.st_mtime_ns, found.st_size))


def open_index(path: str | os.PathLike[str]) -> Index:
    """Open an index by mapping its file: vectors and structures stay on the disk until they are used.

    Parameters
    ----------
    path : path

    Returns
    -------
    Index
        Adding and removing change what is in memory; `Index.save` or `update` write it back.

    Raises
    ------
    BadFormat
        If the file is no index, cut off, inconsistent, or of a later version.
    BadInput
        If there is no such file.
    MissingExtra
        If its kind needs a package that is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from vicinal import Space, build_index
    >>> path = os.path.join(tempfile.mkdtemp(), "a.index")
    >>> build_index(Space(["A", "B"], [[3, 30], [15, 4]])).save(path)
    >>> open_index(path)
    Index(2 × 2, cosine, exact, recall 1.000 (exact))
    """
    source = Source.of(path)
    try:
        file = Container(path)
    except FileNotFoundError:
        raise BadInput(f"there is no file {os.fspath(path)}") from None
    except OSError as error:
        raise BadInput(f"cannot read {os.fspath(path)}: {error.strerror or error}") from None
    _check_format(file)
    index = Index(state_of(file), trials_of(file))
    index._file = source
    return index


@contextmanager
def update(path: str | os.PathLike[str]) -> Iterator[Index]:
    """Open an index, change it in the block, and save it if the block ends well; nobody else can change it meanwhile.

    Parameters
    ----------
    path : path

    Yields
    ------
    Index

    Raises
    ------
    BadInput
        If another process is changing it: "locked by process N".

    Examples
    --------
    >>> import tempfile
    >>> from vicinal import Space, build_index
    >>> path = os.path.join(tempfile.mkdtemp(), "a.index")
    >>> build_index(Space(["A", "B"], [[3, 30], [15, 4]])).save(path)
    >>> with update(path) as index:
    ...     index.remove(["A"])
    >>> len(open_index(path))
    1
    """
    if not os.path.exists(path):
        raise BadInput(f"there is no file {os.fspath(path)}")
    with locked(path):
        index = open_index(path)
        before = index._state
        yield index
        if index._state is not before:
            _write(index, path, True)


def save(index: Index, path: str | os.PathLike[str], force: bool) -> None:
    """Write an index; see `Index.save`."""
    with locked(path):
        now, own = Source.of(path), index._file
        ours = own is not None and own.path == now.path
        if ours and now.mark and now.mark != own.mark and not force:
            raise BadInput(
                f"{os.fspath(path)} was changed by somebody else since this index was opened; open it again and repeat "
                "the changes, or save under another name; force=True would lose those of the other"
            )
        _write(index, path, force or ours)


def _write(index: Index, path: str | os.PathLike[str], force: bool) -> None:
    state = index._state
    arrays, metadata = arrays_of(state), record_of(state, index.trials_)
    with atomic(path, force) as temporary:
        write_container(temporary, arrays, metadata, align="vectors")
    index._file = Source.of(path)


def _check_format(file: Container) -> None:
    name, _, version = file.metadata.get("format", "").partition("/")
    if name == "vicinal.space":
        raise BadFormat(f"{file.path} is a space, not an index; make one of it with build_index or `vicinal index`")
    if name != "vicinal.index":
        raise BadFormat(f"{file.path}: this safetensors file is not an index; `vicinal index` makes one of a space")
    if version != str(VERSION):
        raise BadFormat(
            f"{file.path} is of version {version[:20]!r} of the .index format; this library reads version {VERSION}: "
            "upgrade vicinal, or build the index again from its space"
        )
