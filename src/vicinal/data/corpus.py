"""Corpora: text that can be read again and again without being held in memory."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import stat
import sys
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from vicinal.data._sources import SENTENCE_END, TOKEN_END, Files, Sentences, Source, Texts
from vicinal.errors import BadInput, BadOption

BLOCK = 1 << 21


class Corpus:
    """Sentences that can be read again and again, streaming; made by `open_corpus`.

    Iterating yields one sentence at a time: a ``str``, or a ``list[str]`` where the corpus came tokenised. A line is a
    sentence; empty lines only part sentences and are not yielded.

    Attributes
    ----------
    tokenized : bool
        Whether the sentences are lists of tokens already.
    size : int
        Bytes on disk (compressed, where the files are); 0 where not known.

    Examples
    --------
    >>> corpus = open_corpus(["The king spoke.\\n\\nThe queen laughed.", "Both left."])
    >>> list(corpus)
    ['The king spoke.', 'The queen laughed.', 'Both left.']
    >>> list(open_corpus([["the", "king"], ["the", "queen"]]))
    [['the', 'king'], ['the', 'queen']]
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._fingerprint: str | None = None
        self._read = 0
        self.tokenized = source.tokenized
        self.size = source.size

    def blocks(self, size: int = BLOCK) -> Iterator[bytes]:
        r"""Read the corpus as utf-8 blocks, the fast way in.

        Lines end with ``\n`` whatever the files had, a byte order mark is gone, and the last line of a file is ended.
        A block is cut after ASCII white space; one that does not end with ``\n`` goes on in the next with the same
        sentence. Where `tokenized`, every token ends with byte 0xFF instead and every sentence with 0xFE.

        Parameters
        ----------
        size : int
            About how many bytes to a block; blocks may be shorter, and longer where there is no white space to cut at.

        Yields
        ------
        bytes

        Raises
        ------
        BadInput
            No text at all, or text in memory that is not text.
        BadFormat
            A file that is not utf-8, is binary, has damaged compression, or a bad JSON line; says where.

        Examples
        --------
        >>> list(open_corpus(["a b", "c"]).blocks())
        [b'a b\nc\n']
        """
        if size < 1:
            raise BadOption(f"size is {size}, expected at least 1 byte")
        digest = blake2b(digest_size=16)
        anything = False
        for block in self._source.blocks(size, self._note):
            anything = anything or not block.isspace()
            digest.update(block)
            yield block
        if not anything:
            raise BadInput(f"no text in the corpus ({self.describe()}); expected at least one word")
        self._fingerprint = digest.hexdigest()

    def _note(self, position: int) -> None:
        self._read = position

    @property
    def share_read(self) -> float:
        """How far the pass under way has come, 0 to 1; NaN where the size is not known."""
        return min(self._read / self.size, 1.0) if self.size else float("nan")

    def __iter__(self) -> Iterator[Any]:
        return self._tokenized_sentences() if self.tokenized else self.sentences()

    def sentences(self, longest: int | None = None) -> Iterator[str]:
        """Yield the sentences as text.

        Parameters
        ----------
        longest : int, optional
            Sentences longer than about so many bytes are yielded in pieces of a whole number of words, so that memory
            stays bounded. By default every sentence is yielded whole.

        Yields
        ------
        str

        Raises
        ------
        BadInput
            The corpus is tokenised: iterate it instead. And whatever `blocks` raises.
        """
        if self.tokenized:
            raise BadInput("this corpus holds lists of tokens, not text: iterate it instead of calling sentences()")
        held: list[bytes] = []
        size = 0
        for block in self.blocks():
            *lines, rest = block.split(b"\n")
            for line in lines:
                text = b"".join([*held, line]) if held else line
                held, size = [], 0
                if text and not text.isspace():
                    yield text.decode()
            if rest:
                held.append(rest)
                size += len(rest)
            if longest is not None and size >= longest:
                yield b"".join(held).decode()
                held, size = [], 0

    def _tokenized_sentences(self) -> Iterator[list[str]]:
        for block in self.blocks():  # a separated block always ends with a sentence
            for sentence in block.split(SENTENCE_END)[:-1]:
                tokens = [token.decode() for token in sentence.split(TOKEN_END) if token]
                if tokens:
                    yield tokens

    def fingerprint(self) -> str:
        """Digest of the content, equal for equal text however it is stored.

        Computed while the corpus is read; where it has not been read to its end yet, one pass is made.

        Returns
        -------
        str
            32 hexadecimal digits (BLAKE2b).

        Examples
        --------
        >>> open_corpus(["a b", "c"]).fingerprint() == open_corpus(["a b\\r\\nc"]).fingerprint()
        True
        """
        if self._fingerprint is None:
            for _ in self.blocks():
                pass
        assert self._fingerprint is not None
        return self._fingerprint

    def describe(self) -> str:
        """Say in a few words what this is.

        Examples
        --------
        >>> open_corpus(["a b", "c"]).describe()
        '2 texts in memory'
        """
        return self._source.describe()

    def __repr__(self) -> str:
        return f"Corpus({self.describe()})"


def open_corpus(source: Any, *, field: str = "text", errors: str = "strict") -> Corpus:
    """Make a corpus of files, of standard input, or of anything iterable in memory.

    Parameters
    ----------
    source : str, Path, sequence of Path, iterable of str, iterable of list of str, or Corpus
        A path or a pattern such as ``"books/*.txt"``; endings ``.gz``, ``.xz``, ``.bz2``, ``.zst`` are decompressed on
        the way, and ``.jsonl`` or ``.ndjson`` is read as JSON Lines. ``"-"`` is standard input, kept in a temporary
        file so that it can be read again. Several files are given as `pathlib.Path` objects, because a list of strings
        is a list of texts. A list of lists of strings is a corpus already tokenised. Other iterables are read anew for
        each pass, so a generator, which can be read once only, is refused.
    field : str
        The field of a JSON Lines record that holds its text.
    errors : {"strict", "replace"}
        What to do with bytes that are not utf-8: stop and say where, or put U+FFFD for them.

    Returns
    -------
    Corpus

    Raises
    ------
    BadInput
        A missing or empty file, a folder, a pattern that matches nothing, an empty list, a generator, a wrong type.
    BadOption
        Another value of ``errors``.

    Examples
    --------
    >>> open_corpus(["one sentence", "another"])
    Corpus(2 texts in memory)
    """
    if errors not in {"strict", "replace"}:
        raise BadOption(f'errors is {errors!r}, expected "strict" or "replace"')
    if isinstance(source, Corpus):
        return source
    if isinstance(source, str) and source == "-":
        return _spooled(getattr(sys.stdin, "buffer", sys.stdin), "standard input", errors)
    if isinstance(source, str | os.PathLike):
        return _open_paths(_expand(source), field, errors)
    if isinstance(source, bytes | Mapping) or not isinstance(source, Iterable):
        raise BadInput(f"a {type(source).__name__} is no corpus; expected a path, texts, or lists of tokens")
    return _open_iterable(source, field, errors)


def _open_iterable(source: Iterable[Any], field: str, errors: str) -> Corpus:
    iterator = iter(source)
    if iterator is source:
        raise BadInput(
            f"a {type(source).__name__} can be read once only, and a corpus is read again and again: pass list(it), "
            "or an object whose __iter__ starts anew"
        )
    first = next(iterator, None)
    if first is None:
        raise BadInput("the corpus is empty; expected at least one text")
    if isinstance(first, os.PathLike):
        paths = list(chain([first], iterator))
        if not all(isinstance(path, str | os.PathLike) for path in paths):
            raise BadInput("the list mixes paths with other things; expected paths only")
        return _open_paths([found for path in paths for found in _expand(path)], field, errors)
    if isinstance(first, str):
        if isinstance(source, Sequence) and len(source) <= 10_000 and all(_is_file(item) for item in source):
            raise BadInput("a list of strings is a list of texts, but these name files: pass pathlib.Path objects")
        return Corpus(Texts(source, errors))
    if isinstance(first, Iterable) and not isinstance(first, bytes | Mapping):
        return Corpus(Sentences(source))
    raise BadInput(f"the first item is a {type(first).__name__}; expected text, a list of tokens, or a Path")


def _is_file(item: object) -> bool:
    with contextlib.suppress(OSError, ValueError):  # too long or with a NUL: surely no path
        return isinstance(item, str) and Path(item).is_file()
    return False


def _expand(source: str | os.PathLike[str]) -> list[Path]:
    path = Path(source)
    try:
        if path.exists():
            return [path]
        found = sorted(glob.glob(os.fspath(source), recursive=True)) if glob.has_magic(os.fspath(source)) else None
    except (OSError, ValueError) as error:
        raise BadInput(f"{str(source)[:80]!r} is no path ({error}); to read a text itself pass [text]") from error
    if found is None:
        raise BadInput(f"no file {str(source)[:200]!r}; a string is taken as a path: to read a text itself pass [text]")
    if not found:
        raise BadInput(f"no file matches {os.fspath(source)!r} in {Path.cwd()}")
    return [Path(name) for name in found if not Path(name).is_dir()] or [Path(found[0])]


def _open_paths(paths: list[Path], field: str, errors: str) -> Corpus:
    for path in paths:
        if not path.exists():
            raise BadInput(f"no file {str(path)!r}")
        if path.is_dir():
            raise BadInput(f"{path} is a folder; name its files with a pattern such as '{path}/*.txt'")
        if not os.access(path, os.R_OK):
            raise BadInput(f"{path} may not be read; check its permissions")
    first = paths[0]
    if len(paths) == 1 and (stat.S_ISFIFO(first.stat().st_mode) or stat.S_ISCHR(first.stat().st_mode)):
        with first.open("rb") as stream:
            return _spooled(stream, str(first), errors)
    source = Files(paths, field, errors)
    if source.size == 0:
        raise BadInput(f"{first} is empty; expected text" if len(paths) == 1 else f"all {len(paths)} files are empty")
    return Corpus(source)


def _spooled(stream: BinaryIO, label: str, errors: str) -> Corpus:
    """Keep a stream that can be read once in a temporary file, which goes with the corpus."""
    handle, name = tempfile.mkstemp(prefix="vicinal-", suffix=".txt")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as copy:
            shutil.copyfileobj(stream, copy, BLOCK)
        if path.stat().st_size == 0:
            raise BadInput(f"{label} is empty; expected text")
        corpus = Corpus(Files([path], "text", errors, label))
    except BaseException:
        path.unlink()
        raise
    weakref.finalize(corpus, path.unlink, missing_ok=True)
    return corpus
