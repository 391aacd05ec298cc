"""From texts to rows of a space, and from the rows of each text to one vector."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.data.tokenize import Tokenizer, get_tokenizer
from vicinal.errors import BadInput
from vicinal.names import Names

_TEXTS = 1 << 12  # texts taken together
_WORDS = 1 << 15  # word vectors held at once


@dataclass(frozen=True, eq=False)
class Coverage:
    """How much of each text was known.

    Attributes
    ----------
    known, total : (n,) int64
        Known words and all words of every text.

    Examples
    --------
    >>> print(Coverage(np.array([2, 0]), np.array([3, 1])))
    2 texts, 4 words, 50.0 % unknown; 1 text without a known word (0 empty)
    """

    known: NDArray[np.int64]
    total: NDArray[np.int64]

    @classmethod
    def none(cls) -> Coverage:
        """Return the coverage of no text."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64))

    @classmethod
    def joined(cls, parts: Sequence[Coverage]) -> Coverage:
        """Put the texts of several end to end."""
        return cls(np.concatenate([part.known for part in parts]), np.concatenate([part.total for part in parts]))

    @property
    def unknown_share(self) -> float:
        """Share of all words that are unknown, 0 to 1; 0 where there are no words."""
        total = int(self.total.sum())
        return 1 - int(self.known.sum()) / total if total else 0.0

    @property
    def zero(self) -> int:
        """Texts without a known word, whose vectors are zero."""
        return int((self.known == 0).sum())

    @property
    def empty(self) -> int:
        """Texts without any word."""
        return int((self.total == 0).sum())

    def __str__(self) -> str:
        texts, without = (f"{n:,} text{'' if n == 1 else 's'}" for n in (len(self.known), self.zero))
        share = f"{int(self.total.sum()):,} words, {100 * self.unknown_share:.1f} % unknown"
        return f"{texts}, {share}; {without} without a known word ({self.empty:,} empty)"


@dataclass(frozen=True, eq=False)
class WordRows:
    """Texts as rows of a space, end to end.

    ``rows`` (m,) int64 are the known words, ``texts`` (m,) int64 the text each stands in, rising.
    """

    rows: NDArray[np.int64]
    texts: NDArray[np.int64]
    coverage: Coverage

    @classmethod
    def joined(cls, parts: Sequence[WordRows]) -> WordRows:
        starts = np.cumsum([0, *(len(part.coverage.known) for part in parts)])
        none = np.empty(0, np.int64)
        return cls(
            np.concatenate([none, *(part.rows for part in parts)]),
            np.concatenate([none, *(part.texts + start for part, start in zip(parts, starts, strict=False))]),
            Coverage.joined([Coverage.none(), *(part.coverage for part in parts)]),
        )

    def document_counts(self, words: int) -> NDArray[np.int64]:
        """In how many texts each word stands, (words,) int64."""
        pairs = np.unique(self.texts * words + self.rows)
        return np.bincount(pairs % words, minlength=words)

    def digest(self) -> str:
        digest = blake2b(digest_size=16)
        for array in (self.rows, self.texts, self.coverage.total):
            digest.update(array.tobytes())
        return digest.hexdigest()


def read_batches(
    texts: Iterable[Any], names: Names, tokenizer: str | os.PathLike[str] | Tokenizer, lower: bool
) -> Iterator[WordRows]:
    """Tokenise texts and find their words, some thousand texts at a time."""
    if isinstance(texts, bytes) or not isinstance(texts, Iterable):
        raise BadInput(f"expected a list of texts, got a {type(texts).__name__}")
    tokenize = get_tokenizer(tokenizer, lower=lower)
    held: list[Sequence[str]] = []
    for at, text in enumerate(texts):
        if isinstance(text, str):
            held.append(tokenize(text))
        elif isinstance(text, list | tuple) and all(isinstance(token, str) for token in text):
            held.append(text)
        else:
            raise BadInput(f"item {at} is a {type(text).__name__}; expected text or a list of tokens")
        if len(held) == _TEXTS:
            yield _rows(held, names)
            held = []
    if held:
        yield _rows(held, names)


def _rows(batch: list[Sequence[str]], names: Names) -> WordRows:
    total = np.array([len(tokens) for tokens in batch], np.int64)
    found = names.rows([token for tokens in batch for token in tokens])
    text = np.repeat(np.arange(len(batch)), total)[found >= 0]
    known = np.bincount(text, minlength=len(batch))
    return WordRows(found[found >= 0], text, Coverage(known, total))


def sum_of(rows: WordRows, matrix: NDArray, weights: NDArray) -> NDArray[np.float64]:
    """Weighted sum of every text's words, (n, dim); zero where there are none."""
    return _reduced(rows, matrix, weights, np.add, 0.0)


def mean_of(rows: WordRows, matrix: NDArray, weights: NDArray, *, by_weight: bool) -> NDArray[np.float64]:
    """Weighted sum of every text's words over their number, or over the sum of their weights."""
    n = len(rows.coverage.known)
    size = np.bincount(rows.texts, weights[rows.rows], n) if by_weight else rows.coverage.known
    sums = sum_of(rows, matrix, weights)
    return np.divide(sums, size[:, None], out=sums, where=size[:, None] > 0)


def min_max_of(rows: WordRows, matrix: NDArray) -> NDArray[np.float64]:
    """Least and largest value of every dimension, (n, 2 · dim); zero where a text has no known word."""
    ones = np.ones(len(matrix), np.float32)
    least = _reduced(rows, matrix, ones, np.minimum, np.inf)
    most = _reduced(rows, matrix, ones, np.maximum, -np.inf)
    both = np.concatenate([least, most], axis=1)
    both[rows.coverage.known == 0] = 0
    return both


def second_moment(rows: WordRows, matrix: NDArray, weights: NDArray) -> NDArray[np.float64]:
    """XᵀX of the texts' mean vectors X, (dim, dim)."""
    out = np.zeros((matrix.shape[1], matrix.shape[1]))
    total = len(rows.coverage.known)
    for start in range(0, total, _TEXTS):
        stop = min(start + _TEXTS, total)
        first, last = np.searchsorted(rows.texts, [start, stop])
        known, words = rows.coverage.known[start:stop], rows.coverage.total[start:stop]
        part = WordRows(rows.rows[first:last], rows.texts[first:last] - start, Coverage(known, words))
        vectors = mean_of(part, matrix, weights, by_weight=False)
        out += vectors.T @ vectors
    return out


def _reduced(
    rows: WordRows, matrix: NDArray, weights: NDArray, operation: np.ufunc, initial: float
) -> NDArray[np.float64]:
    """Reduce the words of every text; a text of any length takes bounded memory."""
    out = np.full((len(rows.coverage.known), matrix.shape[1]), initial)
    for start in range(0, len(rows.rows), _WORDS):
        chosen, text = rows.rows[start : start + _WORDS], rows.texts[start : start + _WORDS]
        vectors = np.asarray(matrix[chosen], np.float64) * weights[chosen, None]
        begins = np.flatnonzero(np.diff(text, prepend=-1))
        part = operation.reduceat(vectors, begins, axis=0)
        out[text[begins]] = operation(out[text[begins]], part)  # a text is there once in a block
    return out
