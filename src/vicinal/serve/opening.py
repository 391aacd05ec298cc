"""From paths to what is served: spaces of any format, the index and the maps beside each, saved encoders."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from vicinal.align import Dictionary
from vicinal.encoders import is_saved_encoder
from vicinal.errors import BadInput, VicinalError
from vicinal.index import Index, open_index
from vicinal.index.beside import path_beside, why_other
from vicinal.maps import Map
from vicinal.serve.copies import MOST, open_copy
from vicinal.serve.saved import EncoderSource, Mark, State, mark_of
from vicinal.serve.served import Served
from vicinal.serve.shelf import Shelf
from vicinal.space import Space
from vicinal.store import formats
from vicinal.store.container import Container

LOG = logging.getLogger("vicinal.serve")


@dataclass(frozen=True)
class Source:
    """The files of one space that is served.

    Attributes
    ----------
    name : str
    path : Path
    index : Path or None
        Given; else the one beside the space, if there is one.

    Examples
    --------
    >>> Source("letters", Path("nowhere.space")).mark()
    ()
    """

    name: str
    path: Path
    index: Path | None = None

    def mark(self) -> Mark:
        """Tell whether the files are what they were: path, inode, time of change and size of each that is there."""
        return mark_of([self.path, *([index] if (index := self._index()) else []), *self._maps()])

    def load(self, *, hold: bool = False) -> State:
        """Open the space, and what lies beside it and is of the same vectors; a line in the log says what is not.

        Parameters
        ----------
        hold : bool
            Open copies, which nobody else can write to; else the files themselves are mapped, which is quicker.

        Raises
        ------
        VicinalError
            If the space, or an index that was given, cannot be opened.
        """
        _check_space(self.path)
        most = MOST if hold else 0
        space = open_copy(self.path, Space.open, most)
        space.norms  # noqa: B018  (refuses what is not finite now, and not with the first request)
        served = Served(self.name, space, self._open_index(space, most), self._open_maps(space, most), cold=True)
        return served, None

    def _index(self) -> Path | None:
        return self.index or path_beside(self.path)

    @property
    def _stem(self) -> str:
        return self.path.name.removesuffix(self.path.suffix)

    def _maps(self) -> list[Path]:
        """``words.map`` and ``words.*.map`` beside ``words.space``."""
        found = [path for path in self.path.parent.glob("*.map") if path.name.startswith(self._stem + ".")]
        return sorted(path for path in found if path.name.count(".") - self._stem.count(".") <= 2)

    def _open_index(self, space: Space, most: int) -> Index | None:
        path = self._index()
        if path is None:
            return None
        try:
            index = open_copy(path, open_index, most)
            why = why_other(index, space)
        except VicinalError as error:
            if self.index is not None:
                raise
            index, why = None, str(error)
        if why and self.index is not None:
            raise BadInput(f"{path} is no index of {self.path}: {why}")
        if why:
            LOG.warning("%s is not used: %s", path, why)
        return None if why else index

    def _map_name(self, path: Path, drawn: Map) -> str:
        """Name a map by what stands between, ``umap`` of ``words.umap.map``, or else by its method."""
        between = path.name.removeprefix(self._stem).removesuffix(".map").strip(".")
        return between.encode("utf-8", "replace").decode() or drawn.method.lower()

    def _open_maps(self, space: Space, most: int) -> dict[str, Map]:
        maps: dict[str, Map] = {}
        for path in self._maps():
            try:
                drawn = open_copy(path, Map.open, most)
                why = "" if drawn.fingerprint == space.fingerprint else "it was made from another space"
            except (VicinalError, OSError) as error:
                why = str(error)
            if why:
                LOG.warning("%s is not shown: %s", path, why)
            else:
                maps[distinct(self._map_name(path, drawn), ["pca", "pca3", *maps])] = drawn
        return maps


@dataclass(frozen=True)
class Opened:
    """Everything that was opened.

    Attributes
    ----------
    shelf : Shelf
    sources : tuple of Source or EncoderSource
        The files of each.

    Examples
    --------
    >>> served = Served("letters", Space(["A", "B"], [[1, 0], [0, 1]]))
    >>> len(Opened(Shelf([served]), ()).shelf)
    1
    """

    shelf: Shelf
    sources: tuple[Source | EncoderSource, ...]


def open_paths(
    paths: Iterable[str | os.PathLike[str]],
    indexes: Sequence[str | os.PathLike[str]] = (),
    dictionaries: Sequence[str | os.PathLike[str]] = (),
) -> Opened:
    """Open spaces of any format and saved encoders.

    Parameters
    ----------
    paths : iterable of path
        Of spaces, or of encoders as they were saved; of these the space too, where they have one.
    indexes : sequence of path
        Each of one of the spaces; where none is given, ``words.index`` beside ``words.space`` is used.
    dictionaries : sequence of path
        Pairs of names of two of the spaces, as `vicinal.align.read_dictionary` takes them.

    Returns
    -------
    Opened
        Named by their files, such as ``words``; the second of a name is ``words-2``.

    Raises
    ------
    BadInput
        For a file that is not there, an index in the place of a space, or an index or a dictionary of no space here.
    BadFormat

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "letters.space"
    >>> Space(["A", "B"], [[1, 0], [0, 1]]).save(path)
    >>> [served.name for served in open_paths([path, path]).shelf]
    ['letters', 'letters-2']
    """
    brought: list[Dictionary] = []
    for given in dictionaries:
        opened = Dictionary.open(given)
        brought.append(replace(opened, name=distinct(opened.name, [one.name for one in brought])))
    names: list[str] = []
    sources: list[Source | EncoderSource] = []
    for given in paths:
        path = Path(given)
        if not path.exists():
            raise BadInput(f"no file {os.fspath(path)!r}")
        names.append(distinct(stem_of(path), names))
        sources.append((EncoderSource if is_saved_encoder(path) else Source)(names[-1], path))
    states = [source.load() for source in sources]
    served = [space for space, _ in states if space is not None]
    for index in indexes:
        _give_index(Path(index), served, sources)
    for given, dictionary in zip(dictionaries, brought, strict=True):
        _check_known(given, dictionary, [one.space for one in served])
    models = [model for _, model in states if model is not None]
    return Opened(Shelf(served, models, brought), tuple(sources))


def _check_space(path: Path) -> None:
    """Refuse an index or a map, which can be read as a bare matrix."""
    try:
        kind = Container(path).metadata.get("format", "").partition("/")[0]
    except (VicinalError, OSError):
        return  # another format, or what the reader of its own will say more of
    if kind in ("vicinal.index", "vicinal.map"):
        what = "an index" if kind == "vicinal.index" else "a map"
        raise BadInput(f"{path} is {what}, not a space; give its space, and it is found beside it")


def _give_index(path: Path, served: list[Served], sources: list[Source | EncoderSource]) -> None:
    """Put an index with the space of which it is."""
    if not path.exists():
        raise BadInput(f"no file {os.fspath(path)!r}")
    index = open_index(path)
    whys = []
    for source in sources:
        if isinstance(source, EncoderSource):
            continue
        at = next(at for at, one in enumerate(served) if one.name == source.name)
        why = why_other(index, served[at].space)
        whys.append(why)
        if not why:
            sources[sources.index(source)] = Source(source.name, source.path, path)
            served[at] = Served(source.name, served[at].space, index, served[at].maps, cold=True)
            return
    said = whys[0] if len(whys) == 1 else "it was made from none of them"
    raise BadInput(f"{path} is no index of what is served: {said or 'there is no space'}")


def _check_known(path: str | os.PathLike[str], dictionary: Dictionary, spaces: list[Space]) -> None:
    """Refuse a dictionary of other spaces."""
    best = max((dictionary.link(*two) for two in combinations(spaces, 2)), key=lambda found: found.known, default=None)
    if best is None:
        raise BadInput(f"{os.fspath(path)} links the names of two spaces; give another space to serve beside the one")
    if not best.known:
        some = ", ".join(map(repr, best.examples))
        raise BadInput(f"{os.fspath(path)}: no two of the spaces hold both names of any pair; unknown are {some}, …")


def stem_of(path: Path) -> str:
    """Name a space by its file: without the endings that formats have.

    Examples
    --------
    >>> [stem_of(Path(name)) for name in ("words.space", "glove.6B.50d.txt.gz", "a/model", "..space")]
    ['words', 'glove.6B.50d', 'model', 'space']
    """
    name = path.name.removesuffix(".gz")
    endings = sorted((ending for info in formats() for ending in info.endings), key=len, reverse=True)
    ending = next((ending for ending in endings if name.lower().endswith(ending)), "")
    stem = name[: len(name) - len(ending)] if ending else name
    stem = stem.encode("utf-8", "replace").decode()
    return stem if stem.strip(".") else "space"  # a browser takes .. out of an address


def distinct(name: str, taken: Sequence[str]) -> str:
    """Number a name that is taken.

    Examples
    --------
    >>> distinct("words", ["words", "words-2"])
    'words-3'
    """
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
