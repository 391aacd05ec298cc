"""TF-IDF: a document as its words, each worth more the fewer documents have it."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.checks import check_choice, check_flags, check_number, check_whole
from vicinal.counts import model_files
from vicinal.counts._checks import json_options
from vicinal.counts._documents import TokenReader, open_documents, read_documents
from vicinal.counts._transformer import Transformer
from vicinal.data import Vocabulary, get_tokenizer
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.memory import check_memory
from vicinal.origin import Origin, digest_matrix
from vicinal.require import require


class TfIdf(Transformer):
    """Term frequency times inverse document frequency (Spärck Jones 1972), as scikit-learn computes it.

    The weight of term t in document d is tf(t, d) · idf(t); then each row is brought to length 1. With the default
    ``smooth_idf``, idf(t) = ln((1 + n) / (1 + df(t))) + 1, without it ln(n / df(t)) + 1, where n is the number of
    documents and df(t) the number of those that have the term. The counting is scikit-learn's; the tokens are ours.

    Parameters
    ----------
    tokenizer, lower
        As in `vicinal.data.get_tokenizer`; lists of tokens are taken as they are.
    stop_words : collection of str, optional
        Tokens left out, spelled as the tokenizer gives them.
    ngram_range : (int, int)
        Terms are runs of so many tokens, at least and at most, joined by a space.
    min_df, max_df : int or float
        Terms in fewer, or in more, documents are left out; an int is a number of documents, a float their share.
    max_vocabulary : int, optional
        Keep at most so many terms, those seen most often.
    binary : bool
        Count a term once a document.
    sublinear_tf : bool
        Put 1 + ln(tf) for tf.
    use_idf : bool
        Multiply by the inverse document frequency.
    smooth_idf : bool
        Count one more document that has every term, so that no term of a new text divides by zero.
    norm : "l2", "l1" or None
        Bring rows to Euclidean length 1, to absolute sum 1, or leave them.

    Attributes
    ----------
    vocabulary_ : Vocabulary
        Terms in the order of the columns (by spelling), with how often each was seen.
    document_counts_ : (dim,) int64 array
        Documents that have the term.
    idf_ : (dim,) float64 array
    documents_ : int
        Documents learned from.
    empty_ : int
        How many of them have no term of the vocabulary; their rows are zero.
    origin_ : Origin

    Examples
    --------
    >>> model = TfIdf().fit(["the sea", "the sky", "the sea and the sky", ""])
    >>> model.vocabulary_.tokens, model.empty_
    (('and', 'sea', 'sky', 'the'), 1)
    >>> print(model.encode(["the sea", "unknown"]).round(2))
    [[0.   0.78 0.   0.63]
     [0.   0.   0.   0.  ]]
    """

    def __init__(
        self, *, tokenizer: Any = "words", lower: bool = True, stop_words: Collection[str] | None = None,
        ngram_range: tuple[int, int] = (1, 1), min_df: int | float = 1, max_df: int | float = 1.0,
        max_vocabulary: int | None = None, binary: bool = False, sublinear_tf: bool = False, use_idf: bool = True,
        smooth_idf: bool = True, norm: str | None = "l2",
    ) -> None:  # fmt: skip
        self.tokenizer, self.lower, self.stop_words, self.ngram_range = tokenizer, lower, stop_words, ngram_range
        self.min_df, self.max_df, self.max_vocabulary = min_df, max_df, max_vocabulary
        self.binary, self.sublinear_tf, self.use_idf = binary, sublinear_tf, use_idf
        self.smooth_idf, self.norm = smooth_idf, norm

    # --- learning ---------------------------------------------------------------------------------------------------

    def fit(self, data: Any, y: Any = None) -> Self:
        """Learn the vocabulary and how many documents have each term.

        Parameters
        ----------
        data : path, list of paths, Corpus, or list of texts or of lists of tokens
            Every item of a list is a document, every line with text of a file.
        y : optional
            For pipelines; not used.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            For what is no corpus, or has no term left.
        BadOption
            For an option out of range.
        NotEnoughMemory
            While counting, before the memory is gone.
        """
        self.fit_transform(data)
        return self

    def fit_transform(self, data: Any, y: Any = None) -> Any:
        """`fit`, and the weights of the same documents in one pass, (n, dim) float32 CSR matrix."""
        self._check_options()
        corpus, documents = open_documents(data)
        vectorizer = self._vectorizer(min_df=self.min_df, max_df=self.max_df, max_features=self.max_vocabulary)
        try:
            counts = vectorizer.fit_transform(documents)
        except BadInput:
            raise
        except ValueError as error:  # scikit-learn's, when no term is left
            raise BadInput(f"no terms to learn ({error}): lower min_df, raise max_df, or use more text") from error
        terms = vectorizer.get_feature_names_out()
        self.documents_, self.empty_ = counts.shape[0], int((np.diff(counts.indptr) == 0).sum())
        self.document_counts_ = np.bincount(counts.indices, minlength=len(terms))
        self.vocabulary_ = Vocabulary(terms.tolist(), np.asarray(counts.sum(axis=0), np.int64).ravel())
        one = int(self.smooth_idf)
        self.idf_ = np.log((self.documents_ + one) / (self.document_counts_ + one)) + 1.0
        self.origin_ = Origin(
            "TfIdf", json_options(self), None, corpus.fingerprint(), self.vocabulary_.fingerprint(), __version__,
            content=digest_matrix(self.idf_),
        )  # fmt: skip
        return self._weigh(counts)

    # --- results ----------------------------------------------------------------------------------------------------

    def transform(self, data: Any) -> Any:
        """Weigh documents, sparse.

        Parameters
        ----------
        data : iterable of str or of list of str, or as in `fit`

        Returns
        -------
        (n, dim) float32 CSR matrix
            Zero rows for documents without a known term.
        """
        self._check_fitted("idf_")
        vocabulary = {term: at for at, term in enumerate(self.vocabulary_)}
        return self._weigh(self._vectorizer(vocabulary=vocabulary).transform(read_documents(data)))

    def encode(self, items: Any) -> NDArray[np.float32]:
        """Weigh documents, dense; see `transform` for the same without its zeros.

        Parameters
        ----------
        items : iterable of str or of list of str, or as in `fit`

        Returns
        -------
        (n, dim) float32

        Raises
        ------
        BadInput
            For anything but texts.
        NotEnoughMemory
        """
        weights = self.transform(items)
        n, dim = weights.shape
        check_memory(4 * n * dim, f"a dense table of {n:,} × {dim:,}", "use transform, which leaves zeros out")
        return weights.toarray()

    def find_empty(self, documents: Any) -> NDArray[np.int64]:
        """Positions of the documents without any known term, whose rows are zero, (m,) int64.

        Examples
        --------
        >>> TfIdf().fit(["the sea", "the sky"]).find_empty(["sea", "", "qwerty"]).tolist()
        [1, 2]
        """
        return np.flatnonzero(np.diff(self.transform(documents).indptr) == 0)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Terms in the order of the columns, as scikit-learn asks for them."""
        self._check_fitted("idf_")
        return np.array(self.vocabulary_.tokens, object)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the model to a folder."""
        self._check_fitted("idf_")
        tensors = {"idf": self.idf_, "document_counts": self.document_counts_}
        figures = {"documents": self.documents_, "empty": self.empty_}
        model_files.save(self, path, tensors, figures, self.vocabulary_, force=force)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `save` wrote."""
        parts = model_files.load(cls, path)
        model = parts.model
        model._restore(parts)
        return model

    # --- inside -----------------------------------------------------------------------------------------------------

    def _check_options(self) -> None:
        check_flags(self, "lower", "binary", "sublinear_tf", "use_idf", "smooth_idf")
        check_choice("norm", self.norm, ("l2", "l1", None))
        if self.max_vocabulary is not None:
            check_whole("max_vocabulary", self.max_vocabulary, 1)
        for name in ("min_df", "max_df"):
            value = getattr(self, name)
            if isinstance(value, float | np.floating):
                check_number(name, value, 0.0, 1.0)
            else:
                check_whole(name, value, 1)
        reach = self.ngram_range
        if not isinstance(reach, tuple | list) or len(reach) != 2:
            raise BadOption(f"ngram_range must be two integers, such as (1, 2), got {reach!r}")
        check_whole("ngram_range[0]", reach[0], 1)
        check_whole("ngram_range[1]", reach[1], reach[0])
        if isinstance(self.stop_words, str):
            raise BadOption(f"stop_words must be a list of words, got the one string {self.stop_words!r}")

    def _restore(self, parts: model_files.Parts) -> None:
        """Take learned attributes from the parts of a saved model, this one's or one that was built on it."""
        self.origin_, self.vocabulary_ = parts.origin, parts.vocabulary
        self.idf_ = np.array(parts.tensor("idf"), np.float64)
        self.document_counts_ = np.array(parts.tensor("document_counts"), np.int64)
        self.documents_, self.empty_ = parts.figure("documents"), parts.figure("empty")
        if not self.idf_.shape == self.document_counts_.shape == (len(self.vocabulary_),):
            raise BadFormat(f"{parts.folder}: weights of {self.idf_.shape} do not fit {len(self.vocabulary_)} terms")
        if not np.isfinite(self.idf_).all():
            raise BadFormat(f"{parts.folder}: a weight is not a finite number")

    def _vectorizer(self, **options: Any) -> Any:
        text = require("sklearn.feature_extraction.text", "learn")
        tokenize = TokenReader(get_tokenizer(self.tokenizer, lower=self.lower), self.stop_words, self.ngram_range)
        return text.CountVectorizer(
            tokenizer=tokenize, token_pattern=None, lowercase=False, binary=self.binary,
            ngram_range=tuple(self.ngram_range), dtype=np.int32, **options,
        )  # fmt: skip

    def _weigh(self, counts: Any) -> Any:
        """Turn counts into weights: a new float32 CSR matrix."""
        weights = counts.astype(np.float32)
        if self.sublinear_tf:
            weights.data = np.log(weights.data) + np.float32(1)
        if self.use_idf:
            weights.data *= self.idf_.astype(np.float32)[weights.indices]
        if self.norm is not None:
            n = weights.shape[0]
            rows = np.repeat(np.arange(n), np.diff(weights.indptr))
            powers = np.abs(weights.data) if self.norm == "l1" else np.square(weights.data)
            sizes = np.bincount(rows, powers, minlength=n)  # in float64
            sizes = sizes if self.norm == "l1" else np.sqrt(sizes)
            weights.data = (weights.data / sizes[rows]).astype(np.float32)
        return weights
