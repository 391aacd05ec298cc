"""Phrases: words that belong together are joined before training, so that "new york" gets a vector of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from math import isnan
from typing import Any, Self

from vicinal.checks import check_choice, check_flags, check_whole
from vicinal.data import _phrases_files as files
from vicinal.data._phrases_pass import Counts, Gap, join, npmi_score, original_score, sentences_of
from vicinal.data.corpus import Corpus, open_corpus
from vicinal.data.tokenize import Tokenizer
from vicinal.encoder import Encoder
from vicinal.errors import BadInput, BadOption
from vicinal.progress import Callback

ENGLISH_CONNECTORS = (
    "a", "an", "the", "of", "in", "on", "at", "by", "for", "from", "to", "with", "without", "and", "or",
)  # fmt: skip
"""Words that may stand inside an English phrase: "bank of england"."""

Scored = dict[Gap, float]
_THRESHOLDS = {"original": 10.0, "word2phrase": 100.0, "npmi": 0.5}


class Phrases(Encoder):
    """Collocations: pairs of words seen together far more often than chance would bring them (Mikolov et al. 2013b).

    Parameters
    ----------
    min_count : int
        Words and pairs seen less often make no phrase.
    threshold : float, optional
        Pairs that score higher become phrases. By default 10 for "original", 100 for "word2phrase", 0.5 for "npmi".
    scoring : "original", "word2phrase" or "npmi"
        See Notes.
    discount : float, optional
        Taken off a pair's count by the first two scores, so that pairs of rare words do not win; ``min_count`` by
        default.
    passes : int
        Each further pass joins what the one before has joined: 2 gives phrases of up to 4 words.
    separator : str
        Put between the words of a phrase.
    connectors : list or set of str
        Words that may stand between the two, such as `ENGLISH_CONNECTORS`; they neither begin nor end a phrase.
    max_types : int
        At most so many distinct words and pairs are counted at a time. A corpus with more has its rarest forgotten
        whenever the table is full, as in word2phrase.c; what comes back counts from 1.
    tokenizer, lower
        As in `vicinal.data.tokenize_corpus`.

    Attributes
    ----------
    scores_ : list of dict
        One a pass: the words of every phrase, its connectors included, and its score.
    total_words_ : int
        Words read in the first pass.

    Notes
    -----
    With N(a), N(b), N(ab) the counts, W the words of the corpus and V the distinct words and pairs together:

    - "original" is (N(ab) - discount) / (N(a) N(b)) · V: equation 6 of Mikolov et al. 2013, "Distributed
      representations of words and phrases and their compositionality", times V, the scale that gensim uses;
    - "word2phrase" is the same times W instead of V, the scale of the authors' own tool;
    - "npmi" is ln(p(ab) / (p(a) p(b))) / -ln p(ab) with p = N / W, from -1 to 1 (Bouma 2009, "Normalized (pointwise)
      mutual information in collocation extraction").

    In a run of words the first pair that scores is joined, and the next begins after it.

    Examples
    --------
    >>> corpus = ["new york is big", "new york is loud", "is york old", "old is new"]
    >>> phrases = Phrases(min_count=1, scoring="npmi").fit(corpus)
    >>> phrases.scores_
    [{('new', 'york'): 0.583...}]
    >>> list(phrases.transform(["I love New York"]))
    [['i', 'love', 'new_york']]
    """

    def __init__(
        self, *, min_count: int = 5, threshold: float | None = None, scoring: str = "original",
        discount: float | None = None, passes: int = 1, separator: str = "_", connectors: Collection[str] = (),
        max_types: int = 10_000_000, tokenizer: str | os.PathLike[str] | Tokenizer = "words", lower: bool = True,
    ) -> None:  # fmt: skip
        self.min_count, self.threshold, self.scoring, self.discount = min_count, threshold, scoring, discount
        self.passes, self.separator, self.connectors = passes, separator, connectors
        self.max_types, self.tokenizer, self.lower = max_types, tokenizer, lower

    def fit(self, corpus: Any, *, callback: Callback | None = None) -> Self:
        """Find the phrases of a corpus, reading it once a pass.

        Parameters
        ----------
        corpus : Corpus
            Or anything `vicinal.data.open_corpus` takes.
        callback : callable, optional
            Gets `vicinal.progress.Progress` values, stage ``"phrases"``.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            No words; whatever reading the corpus raises.
        BadOption
            An option out of range.
        """
        self._check_options()
        source = open_corpus(corpus)
        found: list[Scored] = []
        for number in range(1, self.passes + 1):
            counts = Counts(self.max_types)
            sentences = self._joined(sentences_of(source, self.tokenizer, self.lower), found)
            counts.read(sentences, frozenset(self.connectors), source, callback, f"phrases {number}/{self.passes}")
            if not counts.total:
                raise BadInput(f"no words in the corpus ({source.describe()})")
            if number == 1:
                self.total_words_ = counts.total
            found.append(self._choose(counts))
            if not found[-1]:
                break  # further passes would find nothing either
        self.scores_ = found
        return self

    def transform(self, corpus: Any) -> Corpus:
        """Join the phrases of a corpus.

        Parameters
        ----------
        corpus : Corpus
            Or anything `vicinal.data.open_corpus` takes; text is tokenised as in `fit`.

        Returns
        -------
        Corpus
            Of lists of tokens, made anew at every reading, so that nothing is held in memory; `tokenize_corpus` and
            the ``fit`` of word encoders take it.
        """
        self._check_fitted("scores_")
        source = open_corpus(corpus)
        return open_corpus(_Rejoined(self, source))

    def join(self, tokens: Iterable[str]) -> list[str]:
        """Join the phrases of one sentence.

        Parameters
        ----------
        tokens : iterable of str

        Returns
        -------
        list of str
        """
        self._check_fitted("scores_")
        if isinstance(tokens, str):
            raise BadInput(f"a sentence must be a list of tokens, got the one string {tokens[:80]!r}")
        return next(self._joined([list(tokens)], self.scores_))

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the phrases to a folder."""
        self._check_fitted("scores_")
        files.save(self, path, force)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        BadInput, BadFormat
            If there is no such folder, or it holds something else.
        """
        return files.load(cls, path)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _joined(self, sentences: Iterable[list[str]], passes: list[Scored]) -> Iterator[list[str]]:
        rule = partial(join, connectors=frozenset(self.connectors), separator=self.separator)
        for phrases in passes:
            sentences = map(partial(rule, phrases=phrases), sentences)
        return iter(sentences)

    def _choose(self, counts: Counts) -> Scored:
        """Keep the pairs that are frequent enough and score above the threshold."""
        score = self._score(counts)
        threshold = _THRESHOLDS[self.scoring] if self.threshold is None else self.threshold
        words, chosen = counts.words, {}
        for gap, together in counts.pairs.items():
            a, b = words.get(gap[0], 0), words.get(gap[-1], 0)
            if together < self.min_count or min(a, b) < together:
                continue  # a word is rarer than its pair only where it was forgotten for a while
            value = score(a, b, together)
            if value > threshold:
                chosen[gap] = value
        return chosen

    def _score(self, counts: Counts) -> Callable[[int, int, int], float]:
        if self.scoring == "npmi":
            return partial(npmi_score, total=counts.total)
        discount = self.min_count if self.discount is None else self.discount
        scale = counts.total if self.scoring == "word2phrase" else len(counts.words) + len(counts.pairs)
        return partial(original_score, discount=discount, scale=scale)

    def _check_options(self) -> None:
        check_choice("scoring", self.scoring, _THRESHOLDS)
        check_flags(self, "lower")
        for name, least in (("min_count", 1), ("passes", 1), ("max_types", 1000)):
            check_whole(name, getattr(self, name), least)
        for name in ("threshold", "discount"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or isnan(value)):
                raise BadOption(f"{name} must be a number, got {value!r}")
        if self.discount is not None and self.discount < 0:
            raise BadOption(f"discount must be 0 or more, got {self.discount!r}")
        if not isinstance(self.separator, str) or not self.separator:
            raise BadOption(f"separator must be text of one character or more, got {self.separator!r}")
        if isinstance(self.connectors, str) or not isinstance(self.connectors, Collection):
            raise BadOption(f"connectors must be a list or set of words, got {self.connectors!r:.80}")
        if not all(isinstance(word, str) for word in self.connectors):
            raise BadOption("connectors must be words, and one of them is no text")


class _Rejoined:
    """A corpus whose phrases are joined anew at every reading."""

    def __init__(self, phrases: Phrases, source: Corpus) -> None:
        self._phrases, self._source = phrases, source

    def __iter__(self) -> Iterator[list[str]]:
        phrases = self._phrases
        return phrases._joined(sentences_of(self._source, phrases.tokenizer, phrases.lower), phrases.scores_)
