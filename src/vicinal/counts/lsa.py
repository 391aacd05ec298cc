"""Latent semantic analysis: TF-IDF, and its strongest dimensions."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.counts import model_files
from vicinal.counts._checks import json_options
from vicinal.counts._transformer import Transformer
from vicinal.counts.factorize import check_svd_options, truncated_svd
from vicinal.counts.tfidf import TfIdf
from vicinal.errors import BadFormat, BadInput
from vicinal.memory import check_memory
from vicinal.names import Names
from vicinal.origin import Origin, digest_matrix
from vicinal.space import Space


class LSA(Transformer):
    """Latent semantic analysis (Deerwester et al. 1990): documents and words in few dimensions.

    The table of weights X (documents × terms) is taken apart as U Σ Vᵀ, of which the ``dim`` largest singular values
    are kept. Documents lie at U Σ = X V, words at V Σ; a new text x is folded in at x V.

    Parameters
    ----------
    dim : int
        Dimensions; at most the number of documents or of terms.
    tokenizer, lower, stop_words, ngram_range, min_df, max_df, max_vocabulary
        Which terms there are; see `TfIdf`.
    binary, sublinear_tf, use_idf, smooth_idf, norm
        How they are weighed; see `TfIdf`.
    solver, oversampling, power_iterations
        How the decomposition is found; see `vicinal.counts.truncated_svd`.
    seed : int

    Attributes
    ----------
    tfidf_ : TfIdf
        Terms and weights.
    components_ : (dim, terms) float32 array
        Vᵀ: orthonormal rows.
    singular_values_ : (dim,) float64 array
    explained_variance_, explained_variance_ratio_ : (dim,) float64 array
        Variance of the documents along each dimension, and its share of the variance of all their weights.
    documents_ : (n, dim) float32 array
        The documents learned from.
    document_names_ : Names
    empty_ : int
        Documents learned from that have no term of the vocabulary; their rows are zero.
    origin_ : Origin

    Examples
    --------
    >>> texts = ["ship and boat", "boat and ocean", "tree and wood", "wood and forest"]
    >>> model = LSA(dim=2, stop_words=["and"]).fit(texts)
    >>> round(model.space.similarity("ship", "ocean"), 3), abs(round(model.space.similarity("ship", "tree"), 3))
    (1.0, 0.0)
    >>> model.encode(["an ocean ship", "unknown"]).shape
    (2, 2)
    """

    def __init__(
        self, *, dim: int = 100, tokenizer: Any = "words", lower: bool = True,
        stop_words: Collection[str] | None = None, ngram_range: tuple[int, int] = (1, 1), min_df: int | float = 1,
        max_df: int | float = 1.0, max_vocabulary: int | None = None, binary: bool = False, sublinear_tf: bool = False,
        use_idf: bool = True, smooth_idf: bool = True, norm: str | None = "l2", solver: str = "randomized",
        oversampling: int = 10, power_iterations: int = 5, seed: int = 1,
    ) -> None:  # fmt: skip
        self.dim, self.tokenizer, self.lower, self.stop_words = dim, tokenizer, lower, stop_words
        self.ngram_range, self.min_df, self.max_df, self.max_vocabulary = ngram_range, min_df, max_df, max_vocabulary
        self.binary, self.sublinear_tf, self.use_idf = binary, sublinear_tf, use_idf
        self.smooth_idf, self.norm = smooth_idf, norm
        self.solver, self.oversampling, self.power_iterations, self.seed = solver, oversampling, power_iterations, seed

    # --- learning ---------------------------------------------------------------------------------------------------

    def fit(self, data: Any, y: Any = None, *, names: Iterable[str] | None = None) -> Self:
        """Learn terms, weights and dimensions.

        Parameters
        ----------
        data : path, list of paths, Corpus, or list of texts or of lists of tokens
            Every item of a list is a document, every line with text of a file.
        y : optional
            For pipelines; not used.
        names : iterable of str, optional
            Distinct names of the documents; by default their numbers, from ``"0"``.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            For what is no corpus, has no term left, or does not fit the names.
        BadOption
            For an option out of range, or more dimensions than there are documents or terms.
        NotEnoughMemory
        """
        svd = {name: getattr(self, name) for name in ("solver", "oversampling", "power_iterations", "seed")}
        check_svd_options(self.dim, **svd)
        tfidf = TfIdf(**{name: getattr(self, name) for name in TfIdf.option_names()})
        weights = tfidf.fit_transform(data)
        kept = Names(map(str, range(weights.shape[0])) if names is None else names)
        if len(kept) != weights.shape[0]:
            raise BadInput(f"{len(kept):,} names do not fit {weights.shape[0]:,} documents")
        factors = truncated_svd(weights, self.dim, **svd)
        self.tfidf_, self.document_names_, self.empty_ = tfidf, kept, tfidf.empty_
        self.components_, self.singular_values_ = factors.right, factors.values
        self.documents_ = self._folded(weights)
        self.explained_variance_ = self.documents_.var(axis=0, dtype=np.float64)
        self.explained_variance_ratio_ = self.explained_variance_ / max(_variance(weights), np.finfo(float).tiny)
        self.origin_ = Origin(
            "LSA", json_options(self), self.seed, tfidf.origin_.corpus, tfidf.vocabulary_.fingerprint(), __version__,
            content=digest_matrix(self.components_),
        )  # fmt: skip
        return self

    def fit_transform(self, data: Any, y: Any = None) -> NDArray[np.float32]:
        """`fit`, and the vectors of the same documents without weighing them twice, (n, dim) float32."""
        return self.fit(data).documents_

    # --- results ----------------------------------------------------------------------------------------------------

    @property
    def space(self) -> Space:
        """The words, at V Σ: their dot products are nearest to those of the terms' columns of X.

        Columns: ``count``, how often each was seen, and ``documents``, how many have it.
        """
        self._check_fitted("components_")
        vocabulary = self.tfidf_.vocabulary_
        columns = {"count": vocabulary.counts, "documents": self.tfidf_.document_counts_}
        matrix = self.components_.T * self.singular_values_.astype(np.float32)
        return Space(vocabulary.tokens, matrix, columns=columns, origin=self.origin_.then("words"))

    @property
    def document_space(self) -> Space:
        """The documents learned from, at U Σ, where `encode` puts new ones."""
        self._check_fitted("components_")
        return Space(self.document_names_, self.documents_, origin=self.origin_)

    def encode(self, items: Any) -> NDArray[np.float32]:
        """Fold texts in among the documents.

        Parameters
        ----------
        items : iterable of str or of list of str, or as in `fit`

        Returns
        -------
        (n, dim) float32
            Zero rows for documents without a known term.

        Raises
        ------
        BadInput
            For anything but texts.
        NotEnoughMemory
        """
        self._check_fitted("components_")
        return self._folded(self.tfidf_.transform(items))

    def find_empty(self, documents: Any) -> NDArray[np.int64]:
        """Positions of the documents without any known term, whose rows are zero, (m,) int64."""
        self._check_fitted("components_")
        return self.tfidf_.find_empty(documents)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """``lsa0``, ``lsa1``, …, as scikit-learn asks for them."""
        self._check_fitted("components_")
        return self._numbered_features(len(self.components_))

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the model and its documents to a folder."""
        self._check_fitted("components_")
        tensors = {
            "components": self.components_, "singular_values": self.singular_values_,
            "explained_variance": self.explained_variance_,
            "explained_variance_ratio": self.explained_variance_ratio_,
            "idf": self.tfidf_.idf_, "document_counts": self.tfidf_.document_counts_,
        }  # fmt: skip
        figures = {"documents": self.tfidf_.documents_, "empty": self.empty_}
        spaces = {"documents": self.document_space}
        model_files.save(self, path, tensors, figures, self.tfidf_.vocabulary_, spaces=spaces, force=force)

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
        model.tfidf_ = TfIdf(**{name: getattr(model, name) for name in TfIdf.option_names()})
        model.tfidf_._restore(parts)
        for name in ("components", "singular_values", "explained_variance", "explained_variance_ratio"):
            setattr(model, f"{name}_", parts.tensor(name))
        documents = parts.space("documents")
        model.documents_, model.document_names_ = np.asarray(documents.matrix), documents.names
        model.empty_, model.origin_ = model.tfidf_.empty_, parts.origin
        shapes = (model.dim, len(model.tfidf_.vocabulary_)), (model.tfidf_.documents_, model.dim), (model.dim,)
        if (model.components_.shape, model.documents_.shape, model.singular_values_.shape) != shapes:
            raise BadFormat(f"{parts.folder}: its matrices do not fit each other")
        return model

    # --- inside -----------------------------------------------------------------------------------------------------

    def _folded(self, weights: Any) -> NDArray[np.float32]:
        n, dim = weights.shape[0], len(self.components_)
        check_memory(4 * n * dim, f"vectors of {n:,} documents", "encode fewer at a time, or lower dim")
        return np.asarray(weights @ self.components_.T, np.float32)


def _variance(weights: Any) -> float:
    """Sum over all columns of a sparse matrix of their variance."""
    n = weights.shape[0]
    means = np.asarray(weights.sum(axis=0, dtype=np.float64)).ravel() / n
    return float(np.square(weights.data, dtype=np.float64).sum() / n - np.square(means).sum())
