"""Vocabularies: which words there are, how often each was seen, and its number."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.checks import check_whole
from vicinal.data import _vocabulary_text as text
from vicinal.errors import BadFormat, BadInput, UnknownName

_CANDIDATES = 2000  # spellings compared when a name is unknown: difflib is slow


class Vocabulary:
    """Distinct tokens, numbered from 0, with their counts. Frozen.

    Parameters
    ----------
    tokens : iterable of str
        Distinct and not empty; position is id.
    counts : (n,) array of int
        How often each was seen; not negative.
    total : int, optional
        Words seen in all before rare ones were cut; the sum of the counts by default.

    Attributes
    ----------
    tokens : tuple of str
        By descending count, equal counts by spelling, unless `merged` appended some.
    counts : (n,) int64 array
        Read-only.
    total : int
        Words seen in all.

    Raises
    ------
    BadInput
        Lengths differ, a token is there twice or empty, a count is negative, the total is below the sum of the counts.

    Examples
    --------
    >>> vocabulary = Vocabulary.build({"king": 5, "queen": 5, "rare": 1}, min_count=2)
    >>> vocabulary.tokens, vocabulary["queen"], "rare" in vocabulary, vocabulary.total
    (('king', 'queen'), 1, False, 11)
    """

    def __init__(self, tokens: Iterable[str], counts: ArrayLike, total: int | None = None) -> None:
        self.tokens = tuple(tokens)
        array = np.array(counts)
        if array.ndim != 1 or len(array) != len(self.tokens) or (array.size and array.dtype.kind not in "iu"):
            raise BadInput(f"{len(self.tokens)} tokens but counts of shape {array.shape} and type {array.dtype}; "
                           "expected one whole number a token")  # fmt: skip
        self.counts: NDArray[np.int64] = array.astype(np.int64)
        self.counts.flags.writeable = False
        smallest, seen = int(self.counts.min(initial=0)), int(self.counts.sum())
        if smallest < 0:
            raise BadInput(f"a count is {smallest}; counts cannot be negative")
        self.total = seen if total is None else int(total)
        if self.total < seen:
            raise BadInput(f"total is {self.total:,}, less than the {seen:,} that the counts add up to")
        self._ids = {token: number for number, token in enumerate(self.tokens)}
        if len(self._ids) != len(self.tokens):
            twice = next(token for number, token in enumerate(self.tokens) if self._ids[token] != number)
            raise BadInput(f"the token {twice!r} is there twice; tokens must differ")
        if "" in self._ids:
            raise BadInput("a token is the empty string")

    @classmethod
    def build(
        cls, counts: Mapping[str, int] | Iterable[tuple[str, int]], *, min_count: int = 1,
        max_vocabulary: int | None = None, total: int | None = None,
    ) -> Vocabulary:  # fmt: skip
        """Cut rare words and number the others by descending count.

        Parameters
        ----------
        counts : mapping or iterable of pairs
            Token to count, such as a `collections.Counter`.
        min_count : int
            Words seen less often are left out; at least 1.
        max_vocabulary : int, optional
            Keep at most so many, the most frequent ones; at least 1.
        total : int, optional
            Words seen in all; by default the sum of counts.

        Returns
        -------
        Vocabulary

        Raises
        ------
        BadInput
            Nothing is left; names the most frequent word and its count.
        BadOption
            An option out of range.
        """
        check_cuts(min_count, max_vocabulary)
        pairs = list(counts.items() if isinstance(counts, Mapping) else counts)
        kept = sorted([(-count, token) for token, count in pairs if count >= min_count])[:max_vocabulary]
        if not kept:
            if not pairs:
                raise BadInput("no words to make a vocabulary of: the corpus has none")
            top, word = max((count, token) for token, count in pairs)
            raise BadInput(
                f"no word was seen {min_count} times or more; the most frequent is {word!r}, seen {top} times: "
                "lower min_count, or use more text"
            )
        if total is None:
            total = sum(count for _, count in pairs)
        return cls([token for _, token in kept], np.array([-count for count, _ in kept], np.int64), total)

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    def __getitem__(self, token: str) -> int:
        """Id of a token; `UnknownName` with near spellings where it is not there."""
        try:
            return self._ids[token]
        except (KeyError, TypeError):
            raise UnknownName(str(token), self.near(str(token))) from None

    def get(self, token: str, default: int = -1) -> int:
        """Id of a token, or ``default``; quick for unknown ones, which ``[]`` compares with its neighbours."""
        return self._ids.get(token, default)

    def ids(self, tokens: Iterable[str], where: str = "this space") -> NDArray[np.int64]:
        """Ids of many tokens, (n,) int64; ``where`` is what an unknown one is said to be missing from.

        Raises
        ------
        BadInput
            For one string, or what is no list of text.
        UnknownName
            With near spellings.

        Examples
        --------
        >>> Vocabulary.build({"queen": 5, "king": 4}).ids(["king", "queen", "king"]).tolist()
        [1, 0, 1]
        """
        if isinstance(tokens, str | bytes) or not isinstance(tokens, Iterable):
            raise BadInput(f"expected a list of words or names, got {tokens!r:.80}")
        found = []
        for token in tokens:
            if not isinstance(token, str):
                raise BadInput(f"a name must be text, got {token!r:.80}")
            found.append(self._ids.get(token, -1))
            if found[-1] < 0:
                raise UnknownName(token, self.near(token), where)
        return np.array(found, np.int64)

    def near(self, token: str) -> list[str]:
        """Up to three tokens spelled alike, nearest first.

        Compared are the most frequent 2,000 tokens of the same first letter and a similar length.

        Examples
        --------
        >>> Vocabulary.build({"queen": 5, "king": 4}).near("Qeen")
        ['queen']
        """
        if token.lower() in self._ids:
            return [token.lower()]
        first, size = token[:1].lower(), len(token)
        candidates: dict[str, str] = {}
        for known in self.tokens:
            if -3 < len(known) - size < 3 and known[0].lower() == first:
                candidates.setdefault(known.lower(), known)
                if len(candidates) == _CANDIDATES:
                    break
        return [candidates[match] for match in get_close_matches(token.lower(), candidates, n=3)]

    def merged(self, other: Vocabulary, *, min_count: int = 1) -> Vocabulary:
        """Grow by the words of another vocabulary, for training on with new text.

        Parameters
        ----------
        other : Vocabulary
            Words and counts of the new text.
        min_count : int
            New words seen less often than this in ``other`` are left out.

        Returns
        -------
        Vocabulary
            The old tokens first, with their old ids, then the new ones by descending count; counts and totals added.

        Examples
        --------
        >>> old = Vocabulary.build({"king": 5, "queen": 4})
        >>> grown = old.merged(Vocabulary.build({"queen": 9, "prince": 2}))
        >>> grown.tokens, grown.counts.tolist()
        (('king', 'queen', 'prince'), [5, 13, 2])
        """
        check_cuts(min_count, None)
        counts = self.counts.copy()
        fresh: list[tuple[int, str]] = []
        for token, count in zip(other.tokens, other.counts.tolist(), strict=True):
            number = self._ids.get(token)
            if number is not None:
                counts[number] += count
            elif count >= min_count:
                fresh.append((-count, token))
        fresh.sort()
        added = np.array([-count for count, _ in fresh], np.int64)
        tokens = [*self.tokens, *(token for _, token in fresh)]
        return Vocabulary(tokens, np.concatenate([counts, added]), self.total + other.total)

    @cached_property
    def _digest(self) -> str:
        digest = blake2b(f"{self.total}\n".encode(), digest_size=16)
        digest.update("\0".join(f"{len(token)} {token}" for token in self.tokens).encode("utf-8", "surrogatepass"))
        digest.update(self.counts.astype("<i8").tobytes())
        return digest.hexdigest()

    def fingerprint(self) -> str:
        """Digest of tokens, counts and total: 32 hexadecimal digits (BLAKE2b)."""
        return self._digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.fingerprint() == other.fingerprint()

    def __hash__(self) -> int:
        return hash(self.fingerprint())

    def __repr__(self) -> str:
        return f"Vocabulary({len(self):,} tokens of {self.total:,} words)"

    def save(self, path: str | os.PathLike[str]) -> None:
        r"""Write a text file: a header line, then ``token<TAB>count`` a line.

        The file appears whole or not at all. Tab, line ends and backslash in a token are written ``\t``, ``\n``, ``\r``
        and ``\\``.

        Parameters
        ----------
        path : path
            Where; replaced where it exists.

        Raises
        ------
        BadInput
            A token that cannot be written as utf-8.
        """
        text.write_whole(Path(path), text.dump(self.tokens, self.counts, self.total))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Vocabulary:
        """Read what `save` wrote.

        Parameters
        ----------
        path : path
            The file.

        Returns
        -------
        Vocabulary

        Raises
        ------
        BadInput
            There is no such file.
        BadFormat
            The file is no vocabulary; names the first bad line.
        """
        target = Path(path)
        if not target.is_file():
            raise BadInput(f"no vocabulary file {str(target)!r}")
        tokens, counts, total = text.parse(target)
        try:
            return cls(tokens, np.array(counts, np.int64), total)
        except BadInput as error:
            raise BadFormat(f"{target}: {error}") from error


def check_cuts(min_count: int, max_vocabulary: int | None) -> None:
    """Raise `BadOption` where a cut is out of range."""
    check_whole("min_count", min_count, 1)
    if max_vocabulary is not None:
        check_whole("max_vocabulary", max_vocabulary, 1)
