"""Corpora: text that can be read again and again without being held in memory."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from vicinal.data._opening import find_source
from vicinal.data._sources import BLOCK, SENTENCE_END, TOKEN_END, Source
from vicinal.errors import BadInput, BadOption


class Corpus:
    r"""Sentences that can be read again and again, streaming; made by `open_corpus`.

    Iterating yields one sentence at a time: a ``str``, or a ``list[str]`` where the corpus came tokenised. A line is a
    sentence; empty lines only part sentences and are not yielded.

    A corpus of documents (``documents=True``) yields one document at a time instead, the empty ones too, so that
    document i stays document i: a line of a text file, a record of a JSON Lines file, a text or a list of tokens in
    memory. Line ends within a document become spaces.

    Attributes
    ----------
    tokenized : bool
        Whether the sentences are lists of tokens already.
    documents : bool
        Whether it yields documents.
    size : int
        Bytes on disk (compressed, where the files are); 0 where not known.

    Examples
    --------
    >>> corpus = open_corpus(["The king spoke.\n\nThe queen laughed.", "Both left."])
    >>> list(corpus)
    ['The king spoke.', 'The queen laughed.', 'Both left.']
    >>> list(open_corpus([["the", "king"], ["the", "queen"]]))
    [['the', 'king'], ['the', 'queen']]
    """

    def __init__(self, source: Source, documents: bool = False) -> None:
        self._source = source
        self.documents = documents
        self._fingerprint: str | None = None
        self._read = 0
        self.tokenized = source.tokenized
        self.size = source.size

    def by_document(self) -> Corpus:
        r"""Return the same corpus, whose unit is the document.

        Returns
        -------
        Corpus

        Examples
        --------
        >>> list(open_corpus(["The king spoke.\n\nThe queen laughed.", "", "Both left."]).by_document())
        ['The king spoke.  The queen laughed.', '', 'Both left.']
        """
        return self if self.documents else Corpus(self._source, documents=True)

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
        for block in self._source.blocks(size, self._note, self.documents):
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

    def sentences(self) -> Iterator[str]:
        """Yield the sentences (or documents) as text, each one whole however long.

        Yields
        ------
        str

        Raises
        ------
        BadInput
            The corpus is tokenised: iterate it instead. And whatever `blocks` raises.
        """
        return (text for text, _ in self.pieces(None) if text or self.documents)

    def pieces(self, longest: int | None) -> Iterator[tuple[str, bool]]:
        """Yield the sentences as text, very long ones in pieces of whole words, so that memory stays bounded.

        Parameters
        ----------
        longest : int or None
            Sentences longer than about so many bytes come in pieces; None: never.

        Yields
        ------
        tuple of str and bool
            A text, and whether the sentence ends with it. The last piece of a sentence may be empty.

        Raises
        ------
        BadInput
            The corpus is tokenised: iterate it instead. And whatever `blocks` raises.
        """
        if self.tokenized:
            raise BadInput("this corpus holds lists of tokens, not text: iterate it instead")
        held: list[bytes] = []
        size, goes_on = 0, False
        for block in self.blocks():
            *lines, rest = block.split(b"\n")
            for line in lines:
                text = b"".join([*held, line]) if held else line
                if goes_on or self.documents or (text and not text.isspace()):
                    yield text.decode(), True
                held, size, goes_on = [], 0, False
            if rest:
                held.append(rest)
                size += len(rest)
            if longest is not None and size >= longest:
                yield b"".join(held).decode(), False
                held, size, goes_on = [], 0, True

    def _tokenized_sentences(self) -> Iterator[list[str]]:
        for block in self.blocks():  # a separated block always ends with a sentence
            for sentence in block.split(SENTENCE_END)[:-1]:
                tokens = [token.decode() for token in sentence.split(TOKEN_END) if token]
                if tokens or self.documents:
                    yield tokens

    def fingerprint(self) -> str:
        r"""Digest of the content, equal for equal text however it is stored; of documents also equally parted.

        Computed while the corpus is read; where it has not been read to its end yet, one pass is made.

        Returns
        -------
        str
            32 hexadecimal digits (BLAKE2b).

        Examples
        --------
        >>> open_corpus(["a b", "c"]).fingerprint() == open_corpus(["a b\r\nc"]).fingerprint()
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


def open_corpus(source: Any, *, field: str = "text", errors: str = "strict", documents: bool = False) -> Corpus:
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
    documents : bool
        Read whole documents, the empty ones too, instead of sentences; see `Corpus`.

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
    corpus = source if isinstance(source, Corpus) else Corpus(find_source(source, field, errors))
    return corpus.by_document() if documents else corpus
