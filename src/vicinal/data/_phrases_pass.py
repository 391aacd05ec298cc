"""Counting pairs of words, scoring them, and joining those that were chosen."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from itertools import pairwise
from math import log

from vicinal.data.corpus import Corpus
from vicinal.data.tokenize import Tokenizer, get_tokenizer
from vicinal.progress import Callback, Meter

Gap = tuple[str, ...]  # two words and the connectors between them
_PIECE = 1 << 20  # bytes of a very long sentence looked at together
_EVERY = 200_000  # words between two reports


def sentences_of(corpus: Corpus, tokenizer: str | os.PathLike[str] | Tokenizer, lower: bool) -> Iterator[list[str]]:
    """Tokenise sentence after sentence; of one over 1 MiB, piece after piece."""
    if corpus.tokenized:
        yield from corpus
        return
    tokenize = get_tokenizer(tokenizer, lower=lower)
    for text, _ in corpus.pieces(_PIECE):
        if tokens := list(tokenize(text)):
            yield tokens


def pairs_of(tokens: list[str], connectors: Container[str]) -> Iterator[Gap]:
    """Yield every word with the next one, and the connectors that stand between them."""
    start = -1
    for at, token in enumerate(tokens):
        if token not in connectors:
            if start >= 0:
                yield tuple(tokens[start : at + 1])
            start = at


def join(tokens: list[str], *, phrases: Container[Gap], connectors: Container[str], separator: str) -> list[str]:
    """Join pairs from left to right; a word that ends a phrase does not begin the next."""
    joined: list[str] = []
    start, size = 0, len(tokens)
    while start < size:
        end = start + 1
        if tokens[start] not in connectors:
            while end < size and tokens[end] in connectors:
                end += 1
            gap = tuple(tokens[start : end + 1])
            if end < size and gap in phrases:
                joined.append(separator.join(gap))
                start = end + 1
                continue
        joined += tokens[start:end]
        start = end
    return joined


class Counts:
    """Words and pairs of a corpus, in a table that never grows far beyond ``limit`` entries.

    Whenever it is too full, the rarest entries are forgotten: first those seen once, the next time those seen up to
    twice, and so on, as word2phrase.c does.
    """

    def __init__(self, limit: int) -> None:
        self.limit, self.floor, self.total = limit, 0, 0
        self.words: Counter[str] = Counter()
        self.pairs: Counter[Gap] = Counter()

    def read(
        self, sentences: Iterable[list[str]], connectors: frozenset[str], corpus: Corpus, callback: Callback | None,
        stage: str,
    ) -> None:  # fmt: skip
        """Count all sentences."""
        meter, due = Meter(callback, stage), _EVERY
        for tokens in sentences:
            self.total += len(tokens)
            if connectors:
                self.words.update(token for token in tokens if token not in connectors)
                self.pairs.update(pairs_of(tokens, connectors))
            else:
                self.words.update(tokens)
                self.pairs.update(pairwise(tokens))
            while len(self.words) + len(self.pairs) > self.limit:
                self._forget()
            if self.total >= due:
                share = corpus.share_read
                meter.total = int(self.total / share) if share > 0 else 0
                meter.report(self.total)
                due = self.total + _EVERY
        meter.total = self.total
        meter.report(self.total)

    def _forget(self) -> None:
        self.floor += 1
        self.words = Counter({word: count for word, count in self.words.items() if count > self.floor})
        self.pairs = Counter({pair: count for pair, count in self.pairs.items() if count > self.floor})


def original_score(a: int, b: int, together: int, *, discount: float, scale: int) -> float:
    """Equation 6 of Mikolov et al. 2013, times a scale."""
    return (together - discount) / (a * b) * scale


def npmi_score(a: int, b: int, together: int, *, total: int) -> float:
    """Normalised pointwise mutual information (Bouma 2009), -1 to 1; a pair is rarer than the words are many."""
    return log(together * total / (a * b)) / -log(together / total)
