"""SentenceMean: the vector of a text, made of the vectors of its words."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.checks import check_choice, check_flags, check_number, check_whole
from vicinal.data import get_tokenizer, open_corpus
from vicinal.data.corpus import Corpus
from vicinal.data.tokenize import Tokenizer
from vicinal.encoder import Encoder
from vicinal.errors import BadInput, BadOption
from vicinal.origin import Origin, digest_matrix
from vicinal.space import Space
from vicinal.words import _sentence_files as files
from vicinal.words._sentence_pooling import Coverage, WordRows, mean_of, min_max_of, read_batches, second_moment, sum_of

MODES = ("mean", "sum", "min_max", "tfidf", "sif")
_LEARNING = ("tfidf", "sif")


class SentenceMean(Encoder):
    """Vectors of texts from a space of words, without training: hard to beat for short texts and free of tuning.

    Parameters
    ----------
    words : Space, or path of one
        The vectors of the words.
    mode : "mean", "sum", "min_max", "tfidf" or "sif"
        - "mean", "sum" of the words' vectors;
        - "min_max": the least and the largest value of every dimension, end to end, 2 · dim (De Boom et al. 2016);
        - "tfidf": a mean weighted by idf = ln((1 + n) / (1 + df)) + 1, n texts of which df hold the word (the smooth
          form of scikit-learn);
        - "sif": smooth inverse frequency (Arora et al. 2017): the mean of a / (a + p(w)) · vector, a being
          ``smoothing``, less its part along the direction that the texts of `fit` have in common.
    smoothing : float
        a of "sif"; Arora et al. recommend 1e-3 to 1e-4.
    components : int
        Common directions that "sif" removes; 0 for none.
    frequencies : "space" or "corpus"
        Where p(w) of "sif" comes from: the ``count`` column of the words, or the texts of `fit` (too few texts say
        little).
    tokenizer, lower
        As in `vicinal.data.tokenize_corpus`; should be those the words were trained with.

    Attributes
    ----------
    words_ : Space
        The words' vectors.
    weights_ : (n_words,) float32
        Weight of each word.
    components_ : (components, dim) float32
        Unit directions that are removed; none but for "sif".
    coverage_ : Coverage
        Words known and not, text by text, of the last `encode`.
    origin_ : Origin
        Of the vectors; its parent is the space of the words.

    Examples
    --------
    >>> words = Space(["cat", "dog", "sat"], [[1, 0], [0.8, 0.2], [0, 1]])
    >>> model = SentenceMean(words=words).fit()
    >>> model.encode(["The cat sat.", "Nothing known", ""]).tolist()
    [[0.5, 0.5], [0.0, 0.0], [0.0, 0.0]]
    >>> print(model.coverage_)
    3 texts, 5 words, 60.0 % unknown; 2 texts without a known word (1 empty)
    """

    def __init__(
        self, *, words: Space | str | os.PathLike[str], mode: str = "mean", smoothing: float = 1e-3,
        components: int = 1, frequencies: str = "space",
        tokenizer: str | os.PathLike[str] | Tokenizer = "words", lower: bool = True,
    ) -> None:  # fmt: skip
        self.words, self.mode, self.smoothing, self.components = words, mode, smoothing, components
        self.frequencies, self.tokenizer, self.lower = frequencies, tokenizer, lower

    @property
    def dim(self) -> int:
        """Dimensions of the texts' vectors: those of the words, twice as many for "min_max"."""
        self._check_fitted("weights_")
        return self.words_.dim * (2 if self.mode == "min_max" else 1)

    def fit(self, corpus: Any = None) -> Self:
        """Learn the weights of the words, and for "sif" what the texts have in common.

        Parameters
        ----------
        corpus : iterable of str or of list of str, path, or Corpus, optional
            Texts, or texts already tokenised; of a file every line is a text. "mean", "sum" and "min_max" need none.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            If texts are needed and there are none, or none has a known word; or if ``frequencies="space"`` and the
            space has no ``count`` column.
        BadOption
            For an option out of range.
        """
        self._check_options()
        space = self.words if isinstance(self.words, Space) else Space.open(self.words)
        weights, components = np.ones(len(space), np.float32), np.empty((0, space.dim), np.float32)
        corpus_fingerprint = ""
        if self.mode in _LEARNING:
            rows = self._read(space, corpus)
            weights = self._weights(space, rows)
            if self.mode == "sif" and self.components:
                components = _directions(space, rows, weights, self.components)
            corpus_fingerprint = rows.digest()
        self.words_, self.weights_, self.components_ = space, weights, components
        self.__dict__.pop("coverage_", None)  # it was of other vectors
        self.origin_ = Origin(
            "SentenceMean", self._record(), corpus=corpus_fingerprint, version=__version__, parent=space.fingerprint,
            content=digest_matrix(np.concatenate([weights, components.ravel()])),
        )  # fmt: skip
        return self

    def encode(self, items: Iterable[str] | Iterable[list[str]]) -> NDArray[np.float32]:
        """Return the vectors of texts; what was known of them is then in ``coverage_``.

        Parameters
        ----------
        items : iterable of str or of list of str
            Texts, or texts already tokenised.

        Returns
        -------
        (n, dim) float32
            A zero row for a text that is empty or has no known word.

        Raises
        ------
        BadInput
            For anything but texts.
        """
        self._check_fitted("weights_")
        parts, seen = [np.empty((0, self.dim), np.float32)], [Coverage.none()]
        for rows in read_batches(_texts(items), self.words_.names, self.tokenizer, self.lower):
            vectors = self._pool(rows)
            if len(self.components_):
                vectors -= (vectors @ self.components_.T) @ self.components_
            parts.append(vectors.astype(np.float32))
            seen.append(rows.coverage)
        self.coverage_ = Coverage.joined(seen)
        return np.concatenate(parts)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the encoder, its words included, to a folder."""
        self._check_fitted("weights_")
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

    def _pool(self, rows: WordRows) -> NDArray[np.float64]:
        matrix = self.words_.matrix
        if self.mode == "min_max":
            return min_max_of(rows, matrix)
        if self.mode == "sum":
            return sum_of(rows, matrix, self.weights_)
        return mean_of(rows, matrix, self.weights_, by_weight=self.mode == "tfidf")

    def _read(self, space: Space, corpus: Any) -> WordRows:
        if corpus is None:
            raise BadInput(f"mode={self.mode!r} learns from texts: pass them to fit(texts)")
        rows = WordRows.joined(list(read_batches(_texts(corpus), space.names, self.tokenizer, self.lower)))
        if not len(rows.rows):
            raise BadInput(f"no text has a word of the space ({rows.coverage}); is the tokenizer the right one?")
        return rows

    def _weights(self, space: Space, rows: WordRows) -> NDArray[np.float32]:
        if self.mode == "tfidf":
            n = len(rows.coverage.known)
            return (np.log((1 + n) / (1 + rows.document_counts(len(space)))) + 1).astype(np.float32)
        counts = _counts(space) if self.frequencies == "space" else np.bincount(rows.rows, minlength=len(space))
        return (self.smoothing / (self.smoothing + counts / counts.sum())).astype(np.float32)

    def _check_options(self) -> None:
        if not isinstance(self.words, Space | str | os.PathLike):
            raise BadOption(f"words must be a Space or the path of one, got a {type(self.words).__name__}")
        check_choice("mode", self.mode, MODES)
        check_choice("frequencies", self.frequencies, ("space", "corpus"))
        check_number("smoothing", self.smoothing, np.nextafter(0.0, 1.0))
        check_whole("components", self.components, 0)
        check_flags(self, "lower")
        get_tokenizer(self.tokenizer, lower=self.lower)

    def _record(self) -> dict[str, Any]:
        """Options as JSON values; the words are the parent."""
        options = {key: value for key, value in self.get_params().items() if key != "words"}
        return {k: v if isinstance(v, str | int | float) else repr(v) for k, v in options.items()}


def _texts(items: Any) -> Iterable[Any]:
    if isinstance(items, Corpus | str | os.PathLike):
        return open_corpus(items)
    return items


def _counts(space: Space) -> NDArray[np.float64]:
    """How often each word was seen, of the space's own column."""
    if "count" not in space.columns:
        raise BadInput('the space has no column "count" to take frequencies from; pass frequencies="corpus"')
    column = space.columns["count"]
    counts = column.astype(np.float64) if column.dtype.kind in "iuf" else np.full(len(space), np.nan)
    if not (np.isfinite(counts).all() and counts.min() >= 0 and counts.sum() > 0):
        raise BadInput('the column "count" of the space must hold numbers of 0 or more; or pass frequencies="corpus"')
    return counts


def _directions(space: Space, rows: WordRows, weights: NDArray, components: int) -> NDArray[np.float32]:
    """Unit directions along which the texts' vectors are largest: the first right singular vectors, uncentred."""
    values, vectors = np.linalg.eigh(second_moment(rows, space.matrix, weights))
    order = np.argsort(-values, kind="stable")[: min(components, space.dim)]
    return np.ascontiguousarray(vectors[:, order].T, np.float32)
