"""What counts as a document: an item of a list, whole, or a line of a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from vicinal.data import Corpus, open_corpus
from vicinal.errors import BadInput
from vicinal.memory import check_memory

_STEP = 1 << 20  # tokens read between two looks at the memory
_BYTES = 24  # a token may become one entry of the table of counts, which is copied twice before it is done


def open_documents(source: Any) -> tuple[Corpus, Iterable[Any]]:
    r"""Check a source to be learned from, and find its documents.

    Parameters
    ----------
    source : path, list of paths, Corpus, or list of texts or of lists of tokens
        As `vicinal.data.open_corpus` takes it.

    Returns
    -------
    corpus : Corpus
        The same text, for its fingerprint.
    documents : iterable of str or of list of str
        Every item of a list, empty ones too; every line with text of a file.

    Examples
    --------
    >>> corpus, documents = open_documents(["two\nlines", "", "end"])
    >>> len(list(corpus)), len(list(documents))
    (3, 3)
    """
    corpus = open_corpus(source)
    by_line = isinstance(source, Corpus | str | os.PathLike) or isinstance(next(iter(source)), os.PathLike)
    return corpus, corpus if by_line else read_documents(source)


def read_documents(source: Any) -> Iterator[Any]:
    """Yield documents to be encoded, in order; unlike for learning, an empty list or a generator will do.

    Raises
    ------
    BadInput
        For what is neither text nor tokens; names the item.
    """
    if isinstance(source, Corpus | str | os.PathLike):
        return iter(open_corpus(source))
    if isinstance(source, bytes | Mapping) or not isinstance(source, Iterable):
        raise BadInput(f"a {type(source).__name__} is no list of documents; expected texts, or lists of tokens")
    items = iter(source)
    first = next(items, None)
    if isinstance(first, os.PathLike):
        return iter(open_corpus([first, *items]))
    return _checked(items if first is None else chain([first], items))


def _checked(items: Iterable[Any]) -> Iterator[Any]:
    for at, item in enumerate(items):
        if isinstance(item, bytes | Mapping) or not isinstance(item, Iterable):
            raise BadInput(f"document {at} is {item!r}, a {type(item).__name__}; expected text, or a list of tokens")
        yield item


class TokenReader:
    """Turns documents into tokens, and refuses to go on when the table of their counts would not fit the memory.

    Parameters
    ----------
    tokenize : callable
        For documents that are text; lists of tokens are taken as they are.
    stop_words : collection of str or None
        Tokens left out.
    ngram_range : (int, int)
        How many terms start at a token.

    Examples
    --------
    >>> TokenReader(str.split, ["the"], (1, 1))("over the sea")
    ['over', 'sea']
    """

    def __init__(
        self, tokenize: Callable[[str], list[str]], stop_words: Collection[str] | None, ngram_range: tuple[int, int]
    ) -> None:
        self.tokenize, self.dropped = tokenize, frozenset(stop_words or ()) | {""}
        self.bytes_each = _BYTES * (ngram_range[1] - ngram_range[0] + 1)
        self.seen, self.checked = 0, 0

    def __call__(self, document: str | Iterable[str]) -> list[str]:
        found = self.tokenize(document) if isinstance(document, str) else document
        kept = [token for token in found if token not in self.dropped]
        self.seen += len(kept)
        if self.seen - self.checked >= _STEP:
            self.checked = self.seen
            advice = "take fewer or shorter documents, or shorter n-grams"
            check_memory(self.bytes_each * self.seen, f"the table of {self.seen:,} tokens counted so far", advice)
        return kept
