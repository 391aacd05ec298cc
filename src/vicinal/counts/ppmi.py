"""PPMI: word vectors from counts alone, by factorizing how strongly words attract each other."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.checks import check_choice, check_flags, check_number
from vicinal.counts import model_files
from vicinal.counts._checks import json_options
from vicinal.counts.cooccurrence import (
    WEIGHTINGS,
    Cooccurrences,
    check_window,
    count_cooccurrences,
    read_bytes,
    thread_count,
)
from vicinal.counts.factorize import check_svd_options, truncated_svd
from vicinal.counts.weighting import positive_pmi
from vicinal.data import Tokens, tokenize_corpus
from vicinal.data.vocabulary import check_cuts
from vicinal.encoder import Encoder
from vicinal.errors import BadFormat, BadInput
from vicinal.origin import Origin, digest_matrix
from vicinal.progress import Callback
from vicinal.similarity import unit_rows
from vicinal.space import Space


class PPMI(Encoder):
    """Word vectors by singular value decomposition of positive pointwise mutual information.

    The table M of `positive_pmi` is taken apart as U Σ Vᵀ; words lie at U Σᵖ and contexts at V Σᵖ, p being
    ``singular_exponent`` (Levy, Goldberg and Dagan 2015).

    Parameters
    ----------
    dim : int
    window : int
        Words on each side that count as context, 1 to 255.
    window_weighting : "harmonic" or "flat"
        A neighbour d words away counts 1/d, or 1.
    shift : float
        1 or more; see `positive_pmi`. Above 1 the table gets sparser, which seldom helps its decomposition.
    context_exponent : float
        Above 0; see `positive_pmi`.
    singular_exponent : float
        0 or more. 1 gives the best approximation of M, 0.5 and 0 the better word vectors.
    add_context : bool
        Add to each word its vector as a context, both at length 1.
    min_count, max_vocabulary : int
        Rarer words, or all beyond the most frequent so many, are left out.
    tokenizer, lower
        As in `vicinal.data.tokenize_corpus`.
    memory : int or str
        For counting; see `count_cooccurrences`. The decomposition needs about 8 bytes for each pair of words.
    threads : int
        For counting; 0 takes all processors. The result does not depend on it.
    solver, oversampling, power_iterations
        How the decomposition is found; see `truncated_svd`.
    seed : int

    Attributes
    ----------
    vocabulary_ : Vocabulary
    vectors_, contexts_ : (n, dim) float32 array
        Words, with ``add_context`` the sums; and contexts.
    singular_values_ : (dim,) float64 array
    associations_ : int
        Pairs of words with an association above 0.
    empty_ : int
        Words without any; their rows are zero.
    origin_ : Origin

    Examples
    --------
    >>> texts = ["the cat drinks milk", "the dog drinks water", "a cat sleeps", "a dog sleeps"] * 5
    >>> model = PPMI(dim=3, min_count=1, window=2).fit(texts)
    >>> model.space.nearest("cat", k=1).first
    'dog'
    """

    def __init__(
        self, *, dim: int = 100, window: int = 5, window_weighting: str = "harmonic", shift: float = 1.0,
        context_exponent: float = 0.75, singular_exponent: float = 0.5, add_context: bool = False, min_count: int = 5,
        max_vocabulary: int | None = None, tokenizer: Any = "words", lower: bool = True, memory: int | str = "1 GB",
        threads: int = 0, solver: str = "randomized", oversampling: int = 10, power_iterations: int = 5, seed: int = 1,
    ) -> None:  # fmt: skip
        self.dim, self.window, self.window_weighting = dim, window, window_weighting
        self.shift, self.context_exponent, self.singular_exponent = shift, context_exponent, singular_exponent
        self.add_context, self.min_count, self.max_vocabulary = add_context, min_count, max_vocabulary
        self.tokenizer, self.lower, self.memory, self.threads = tokenizer, lower, memory, threads
        self.solver, self.oversampling, self.power_iterations, self.seed = solver, oversampling, power_iterations, seed

    def fit(
        self, corpus: Any, *, workspace: str | os.PathLike[str] | None = None, callback: Callback | None = None
    ) -> Self:
        """Count, weigh and factorize.

        Parameters
        ----------
        corpus : path, list of paths, Corpus, list of texts or of lists of tokens, Tokens or Cooccurrences
            As `vicinal.data.open_corpus` takes it. Where counting is done already, its options are not used.
        workspace : path, optional
            Existing folder for counts that do not fit ``memory``.
        callback : callable, optional
            Gets `vicinal.progress.Progress` values while reading and counting.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            For what is no corpus, or words of which no two ever stand together.
        BadOption
            For an option out of range, or more dimensions than words.
        NotEnoughMemory
        """
        svd = {name: getattr(self, name) for name in ("solver", "oversampling", "power_iterations", "seed")}
        self._check_options(svd)
        counts = self._counts(corpus, workspace, callback)
        table = positive_pmi(counts, shift=self.shift, context_exponent=self.context_exponent)
        if table.nnz == 0:
            raise BadInput("no two words stand together more often than by chance; use more text, or lower shift")
        factors = truncated_svd(table, self.dim, **svd)
        scale = _powers(factors.values, self.singular_exponent)
        vectors, contexts = factors.left * scale, factors.right.T * scale
        nothing = np.diff(table.indptr) == 0
        vectors[nothing] = 0  # what rounding left
        contexts[np.bincount(table.indices, minlength=counts.n) == 0] = 0
        self.vocabulary_, self.singular_values_ = counts.vocabulary, factors.values
        self.associations_, self.empty_ = int(table.nnz), int(nothing.sum())
        self.contexts_ = np.ascontiguousarray(contexts, np.float32)
        self.vectors_ = np.ascontiguousarray(
            unit_rows(vectors) + unit_rows(contexts) if self.add_context else vectors, np.float32
        )
        options = {**json_options(self), "window": counts.window, "window_weighting": counts.weighting}
        self.origin_ = Origin(
            "PPMI", options, self.seed, counts.corpus_fingerprint, self.vocabulary_.fingerprint(),
            __version__, content=digest_matrix(self.vectors_),
        )  # fmt: skip
        return self

    @property
    def space(self) -> Space:
        """The words, most frequent first, with a ``count`` column."""
        self._check_fitted("vectors_")
        columns = {"count": self.vocabulary_.counts}
        return Space(self.vocabulary_.tokens, self.vectors_, columns=columns, origin=self.origin_)

    def encode(self, items: Iterable[str]) -> NDArray[np.float32]:
        """Return the vectors of known words.

        Parameters
        ----------
        items : iterable of str

        Returns
        -------
        (n, dim) float32

        Raises
        ------
        BadInput
            For anything but words.
        UnknownName
            For a word that was not in the text often enough.
        """
        self._check_fitted("vectors_")
        return self.vectors_[self.vocabulary_.ids(items)]

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the model to a folder."""
        self._check_fitted("vectors_")
        tensors: dict[str, NDArray] = {
            "vectors": self.vectors_, "contexts": self.contexts_, "singular_values": self.singular_values_
        }  # fmt: skip
        figures = {"associations": self.associations_, "empty": self.empty_}
        model_files.save(self, path, tensors, figures, self.vocabulary_, force=force)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `save` wrote.

        Raises
        ------
        BadInput, BadFormat
            For something else, or parts that do not fit each other.
        """
        parts = model_files.load(cls, path)
        model: Self = parts.model
        model.vocabulary_, model.origin_ = parts.vocabulary, parts.origin
        for name in ("vectors", "contexts", "singular_values"):
            setattr(model, f"{name}_", parts.tensor(name))
        model.associations_, model.empty_ = parts.figure("associations"), parts.figure("empty")
        expected = (len(model.vocabulary_), model.dim)
        if not model.vectors_.shape == model.contexts_.shape == expected:
            raise BadFormat(f"{parts.folder}: vectors of {model.vectors_.shape} do not fit, expected {expected}")
        return model

    # --- inside -----------------------------------------------------------------------------------------------------

    def _check_options(self, svd: dict[str, Any]) -> None:
        check_svd_options(self.dim, **svd)
        check_choice("window_weighting", self.window_weighting, WEIGHTINGS)
        check_window(self.window, self.window_weighting)
        check_cuts(self.min_count, self.max_vocabulary)
        check_number("shift", self.shift, 1.0)
        check_number("context_exponent", self.context_exponent, np.nextafter(0.0, 1.0))
        check_number("singular_exponent", self.singular_exponent, 0.0)
        check_flags(self, "add_context", "lower")
        read_bytes(self.memory)
        thread_count(self.threads)

    def _counts(self, corpus: Any, workspace: Any, callback: Callback | None) -> Cooccurrences:
        if isinstance(corpus, Cooccurrences):
            return corpus
        if not isinstance(corpus, Tokens):
            corpus = tokenize_corpus(
                corpus, tokenizer=self.tokenizer, lower=self.lower, min_count=self.min_count,
                max_vocabulary=self.max_vocabulary, callback=callback,
            )  # fmt: skip
        return count_cooccurrences(
            corpus, window=self.window, weighting=self.window_weighting, memory=self.memory, workspace=workspace,
            threads=self.threads, callback=callback,
        )  # fmt: skip


def _powers(values: NDArray[np.float64], exponent: float) -> NDArray[np.float32]:
    """Singular values to a power; those that are nothing but rounding stay zero, whatever the power."""
    real = values > values[0] * 100 * np.finfo(np.float32).eps
    return np.where(real, np.power(np.where(real, values, 1.0), exponent), 0.0).astype(np.float32)
