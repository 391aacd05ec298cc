"""Which formats there are, and how a file's format is found."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from vicinal.errors import BadFormat, BadInput, BadOption, NotEnoughMemory, VicinalError
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store import glove, hdf5, native, npy, npz, parquet, projector, safetensors, word2vec, word2vec_binary
from vicinal.store.atomic import atomic, atomic_files
from vicinal.store.blocks import head_of
from vicinal.store.foreign import explain


class Format(Protocol):
    """What every file of a format holds; to add one, copy the nearest and list it in this file.

    Attributes
    ----------
    NAME : str
    ENDINGS : tuple of str
        The first is the usual one.
    KEEPS : str
        What of a space survives writing.
    """

    NAME: str
    ENDINGS: tuple[str, ...]
    KEEPS: str

    def sniff(self, head: bytes, path: Path) -> bool:
        """Tell whether a file beginning with ``head`` can be of this format."""

    def read(self, path: Path, *, skip_bad: bool = False, callback: Callback | None = None) -> Space:
        """Read a file."""

    def write(self, space: Space, path: Path) -> None:
        """Write a file under exactly this name."""


_MODULES = (native, safetensors, npz, npy, parquet, hdf5, word2vec, word2vec_binary, projector, glove)
_FORMATS = {module.NAME: cast(Format, module) for module in _MODULES}


@dataclass(frozen=True)
class FormatInfo:
    """One row of `formats`.

    Attributes
    ----------
    name : str
        What ``format=`` takes.
    endings : tuple of str
    keeps : str
        What of a space survives writing and reading.
    about : str
        One line.

    Examples
    --------
    >>> FormatInfo("glove", (".txt",), "names, vectors", "GloVe text").endings
    ('.txt',)
    """

    name: str
    endings: tuple[str, ...]
    keeps: str
    about: str


def formats() -> list[FormatInfo]:
    """List all formats, in the order in which content is tried.

    Examples
    --------
    >>> formats()[0].name, formats()[0].endings
    ('space', ('.space',))
    """
    about = {module.NAME: (module.__doc__ or "").partition("\n")[0] for module in _MODULES}
    return [FormatInfo(f.NAME, f.ENDINGS, f.KEEPS, about[f.NAME]) for f in _FORMATS.values()]


def read(
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    skip_bad: bool = False,
    callback: Callback | None = None,
) -> Space:
    r"""Read a space from a file of any known format.

    Parameters
    ----------
    path : path
        For a pair of files, the one with the vectors. Text and word2vec's binary form may be packed with gzip.
    format : str, optional
        A name from `formats`; by default guessed from the content, and from the ending where content leaves a choice.
    skip_bad : bool
        Leave bad lines out instead of stopping at the first; their number is then in
        ``space.origin.options["skipped_lines"]``.
    callback : callable, optional
        Gets a `vicinal.progress.Progress` now and then.

    Returns
    -------
    Space

    Raises
    ------
    BadFormat
        With file, line and reason.
    BadInput
        If there is no such file or it cannot be read.
    BadOption
        For an unknown format.
    MissingExtra
        If the format needs a package that is not installed.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "toy.vec"
    >>> _ = file.write_text("1 2\nking 0.5 1\n")
    >>> read(file)
    Space(1 × 2, cosine, given: king)
    """
    file = _existing(path)
    try:
        chosen = _named(format) if format is not None else _guess(file)
        return chosen.read(file, skip_bad=skip_bad, callback=callback)
    except BadInput as error:
        if type(error) is BadInput:
            raise BadFormat(f"{file}: {error}") from error
        raise
    except VicinalError:
        raise
    except MemoryError as error:
        raise NotEnoughMemory(f"{file} does not fit into memory ({error}); read it on a larger machine") from error
    except OSError as error:
        raise BadInput(f"cannot read {file}: {error.strerror or error}") from error


def write(space: Space, path: str | os.PathLike[str], *, format: str | None = None, force: bool = False) -> None:
    """Write a space to a file, whole or not at all.

    Parameters
    ----------
    space : Space
    path : path
    format : str, optional
        A name from `formats`; by default the one whose ending the path has.
    force : bool
        Replace a file that exists.

    Raises
    ------
    OutputExists
        If the file exists and ``force`` is not set.
    BadInput
        If the format cannot hold this space, the folder is missing or the disk is full.
    BadOption
        If no format has that ending or name.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "toy.space"
    >>> write(Space(["king"], [[0.5, 1]]), file)
    >>> read(file)
    Space(1 × 2, cosine, given: king)
    """
    chosen = _named(format) if format is not None else _by_ending(Path(path))
    beside = getattr(chosen, "beside", None)
    if beside is None:
        with atomic(path, force) as temporary:
            chosen.write(space, temporary)
        return
    with atomic_files([path, beside(Path(path))], force) as (temporary, second):
        try:
            chosen.write(space, temporary)
            beside(temporary).replace(second)
        finally:
            beside(temporary).unlink(missing_ok=True)


def _existing(path: str | os.PathLike[str]) -> Path:
    file = Path(path)
    if file.is_dir():
        raise BadInput(f"{file} is a folder; give a file")
    if not file.exists():
        raise BadInput(f"{file} does not exist")
    if not file.is_file():
        raise BadInput(f"{file} is not a regular file; save the data to one first")
    if file.stat().st_size == 0:
        raise BadFormat(f"{file} is empty")
    return file


def _named(name: str) -> Format:
    if name not in _FORMATS:
        raise BadOption(f"format must be one of {', '.join(_FORMATS)}, got {name!r}")
    return _FORMATS[name]


def _has_ending(chosen: Format, path: Path) -> bool:
    name = path.name.lower()
    return name.removesuffix(".gz").endswith(chosen.ENDINGS)


def _by_ending(path: Path) -> Format:
    if path.name.lower().endswith(".gz"):
        raise BadOption(f"{path}: files are written unpacked; leave .gz away and pack it afterwards")
    for chosen in _FORMATS.values():
        if _has_ending(chosen, path):
            return chosen
    known = ", ".join(ending for chosen in _FORMATS.values() for ending in chosen.ENDINGS)
    raise BadOption(f"no format has the ending of {path.name!r}; use one of {known} or pass format=")


def _guess(path: Path) -> Format:
    head = head_of(path)
    able = [chosen for chosen in _FORMATS.values() if chosen.sniff(head, path)]
    fitting = [chosen for chosen in able if _has_ending(chosen, path)]
    if fitting or able:
        return (fitting or able)[0]
    reason = explain(head, path)
    if reason:
        raise BadFormat(f"{path}: {reason}")
    for chosen in _FORMATS.values():
        if _has_ending(chosen, path):
            return chosen  # it says what is wrong
    raise BadFormat(f"{path}: the content is of no format known here ({', '.join(_FORMATS)}); pass format= if you know")
