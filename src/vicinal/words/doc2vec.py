"""Doc2Vec: vectors of whole documents, trained to predict their words."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.data import Tokens
from vicinal.encoder import Encoder
from vicinal.errors import BadInput
from vicinal.names import Names, hash_name
from vicinal.origin import Origin, digest_matrix
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.words import document_files
from vicinal.words._sentence_pooling import Coverage, read_batches
from vicinal.words.document_options import bag_parts, check_document_options, takes_words
from vicinal.words.document_training import Inference, Keeping, train_documents
from vicinal.words.document_weights import DocumentMatrices, check_document_memory
from vicinal.words.huffman import Paths, huffman_paths
from vicinal.words.options import thread_count
from vicinal.words.trainer import State
from vicinal.words.training import read_tokens


class Doc2Vec(Encoder):
    """Paragraph vectors of documents (Le and Mikolov 2014): PV-DBOW and PV-DM.

    Parameters
    ----------
    architecture : "pv_dbow" or "pv_dm"
        The document predicts each of its words (distributed bag of words), or the document and the words around
        predict the word between (distributed memory).
    combine : "mean", "sum" or "concat"
        How PV-DM puts the document and the words together. "concat" keeps their order, with outputs 2 · window + 1
        times as wide, slower and larger accordingly; the window never shrinks then.
    train_words : bool
        Train word vectors by skip-gram in the same pass (PV-DBOW; PV-DM always does).
    dim, window, objective, negatives, noise_exponent, subsample, shrink_window
        As in `Word2Vec`, without the full softmax. PV-DBOW alone has no window.
    sharing : int
        Consecutive words of a document that share one draw of negatives; 0 and 1 both draw anew for every word. More
        is faster, but a document sees few words and cannot average the noise away as words can.
    epochs, learning_rate, min_learning_rate, min_count, max_vocabulary, tokenizer, lower, threads, seed, deterministic
        As in `Word2Vec`.
    infer_epochs : int or None
        Epochs over a new text in `encode`; None takes as many as in training.

    Attributes
    ----------
    names_ : Names
        Of the documents.
    documents_ : (n_documents, dim) float32
        Their vectors; zero rows for those without a known word.
    lengths_ : (n_documents,) int64
        Their known words.
    empty_ : list of str
        Names of the documents without one.
    vocabulary_ : Vocabulary
    input_ : (n_words, dim) float32
        Vectors of words as company, and with "concat" one more for the place beyond the ends; none where words are
        not trained.
    output_ : (n, parts, dim) float32
        What bags are scored against; parts is 1 but for "concat".
    paths_ : Paths or None
        Of hierarchical softmax.
    history_ : list of float
        Mean loss per example of every epoch.
    origin_ : Origin
        Where the documents' vectors are from.
    coverage_ : Coverage
        Words known and not, text by text, of the last `encode`.

    Examples
    --------
    >>> texts = ["the sea the ship and the sailor", "bread butter and a sharp knife"] * 20
    >>> model = Doc2Vec(dim=16, min_count=1, subsample=0, epochs=100, threads=1).fit(texts)
    >>> model.space
    Space(40 × 16, cosine, Doc2Vec: 0, 1, 2, 3, 4, …)
    >>> found = model.space.nearest(model.encode(["ship sailor sea"])[0], k=3).names[0]
    >>> {int(name) % 2 for name in found}
    {0}
    """

    def __init__(
        self, *, dim: int = 100, architecture: str = "pv_dbow", combine: str = "mean", train_words: bool = False,
        window: int = 5, objective: str = "negative_sampling", negatives: int = 5, sharing: int = 1,
        noise_exponent: float = 0.75, subsample: float = 1e-3, shrink_window: bool = True, epochs: int = 10,
        learning_rate: float = 0.025, min_learning_rate: float = 1e-4, min_count: int = 5,
        max_vocabulary: int | None = None, tokenizer: Any = "words", lower: bool = True,
        infer_epochs: int | None = None, threads: int = 0, seed: int = 1, deterministic: bool = False,
    ) -> None:  # fmt: skip
        self.dim, self.architecture, self.combine, self.train_words = dim, architecture, combine, train_words
        self.window, self.objective, self.negatives, self.sharing = window, objective, negatives, sharing
        self.noise_exponent, self.subsample, self.shrink_window = noise_exponent, subsample, shrink_window
        self.epochs, self.learning_rate, self.min_learning_rate = epochs, learning_rate, min_learning_rate
        self.min_count, self.max_vocabulary, self.tokenizer, self.lower = min_count, max_vocabulary, tokenizer, lower
        self.infer_epochs, self.threads, self.seed, self.deterministic = infer_epochs, threads, seed, deterministic

    def fit(
        self,
        data: Any,
        *,
        names: Iterable[str] | None = None,
        callback: Callback | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_every: float = 60.0,
        resume: bool = False,
    ) -> Self:
        """Train from scratch.

        Parameters
        ----------
        data : list of str, list of list of str, path, list of paths, Corpus or Tokens
            A text, a list of tokens, a line of a text file, a record of a JSON Lines file is a document (for another
            field than ``text`` pass ``open_corpus(path, field=…)``). Line ends within a text do not part it.
        names : iterable of str, optional
            One distinct name a document; "0", "1", … by default.
        callback, checkpoint, checkpoint_every, resume
            As in `Word2Vec.fit`.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            For documents that cannot be read or leave fewer than two words, for another number of names than of
            documents; or if training diverges.
        NotEnoughMemory
            Before training starts, with advice.
        BadOption
            For an option out of range.
        """
        check_document_options(self)
        tokens = read_tokens(self, data, callback, checkpoint, resume, documents=True)
        words = len(tokens.vocabulary)
        if words < 2:
            raise BadInput("the documents have one word only; training needs two or more: use more text")
        known = Names(map(str, range(len(tokens))) if names is None else names)
        if len(known) != len(tokens):
            raise BadInput(f"{len(known):,} names for {len(tokens):,} documents; expected one each")
        check_document_memory(len(tokens), words, self.dim, bag_parts(self), takes_words(self))
        matrices = DocumentMatrices(len(tokens), words, self.dim, parts=bag_parts(self), threads=thread_count(self))
        spelled = tokens.vocabulary.tokens if takes_words(self) else ()
        matrices.fill(_hashes(known), _hashes(spelled), self.seed)
        matrices.documents[np.diff(tokens.offsets) == 0] = 0
        paths = huffman_paths(tokens.vocabulary.counts) if self.objective == "hierarchical_softmax" else None
        keeping = Keeping(checkpoint, checkpoint_every, resume)
        state = train_documents(self, tokens, known, matrices, paths, callback=callback, keeping=keeping)
        return self._keep(tokens, known, matrices, paths, state)

    # --- results ----------------------------------------------------------------------------------------------------

    @property
    def space(self) -> Space:
        """The documents, with a column ``words`` that counts their known words."""
        self._check_fitted("documents_")
        return Space(self.names_, self.documents_, columns={"words": self.lengths_}, origin=self.origin_)

    @property
    def words(self) -> Space:
        """The words, most frequent first, with a ``count`` column; comparable with the documents but for "concat".

        Raises
        ------
        BadInput
            If the options train no vectors of words.
        """
        self._check_fitted("documents_")
        if not takes_words(self):
            raise BadInput("PV-DBOW alone trains no vectors of words; pass train_words=True, or take 'pv_dm'")
        origin = self.origin_ if bag_parts(self) == 1 else self.origin_.then("words")
        rows, counts = self.input_[: len(self.vocabulary_)], self.vocabulary_.counts
        return Space(self.vocabulary_.tokens, rows, columns={"count": counts}, origin=origin)

    def encode(self, items: Iterable[str] | Iterable[list[str]]) -> NDArray[np.float32]:
        """Infer vectors of texts, known ones or new; what was known of their words is then in ``coverage_``.

        A vector is trained for each text while all else stays as it is. It is a function of the text's known words
        and of ``seed``: the same in any order, company and number of threads.

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
        self._check_fitted("documents_")
        if isinstance(items, str):
            raise BadInput(f"expected a list of texts, got one text, {items!r:.80}")
        if self._inference is None:
            self._inference = Inference(self, self._frozen())
        if self._names_of_words is None:
            self._names_of_words = Names(self.vocabulary_.tokens)
        parts, seen = [np.empty((0, self.dim), np.float32)], [Coverage.none()]
        for batch in read_batches(items, self._names_of_words, self.tokenizer, self.lower):
            offsets = np.concatenate([[0], np.cumsum(batch.coverage.known)])
            parts.append(self._inference.rows(batch.rows.astype(np.int32), offsets))
            seen.append(batch.coverage)
        self.coverage_ = Coverage.joined(seen)
        return np.concatenate(parts)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the whole model, from which new texts can be encoded, to a folder."""
        self._check_fitted("documents_")
        document_files.save(self, path, force)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `save` wrote.

        Raises
        ------
        BadInput, BadFormat
            If there is no such folder, or it holds something else.
        """
        return document_files.load(cls, path)

    # --- inside -----------------------------------------------------------------------------------------------------

    _inference: Inference | None = None  # made when first needed
    _names_of_words: Names | None = None

    def _keep(
        self, tokens: Tokens, names: Names, matrices: DocumentMatrices, paths: Paths | None, state: State
    ) -> Self:
        n = len(tokens.vocabulary)
        rows = n + (bag_parts(self) > 1) if takes_words(self) else 0
        self.vocabulary_, self.names_, self.paths_ = tokens.vocabulary, names, paths
        self.lengths_ = np.diff(tokens.offsets)
        self.empty_ = [names[row] for row in np.flatnonzero(self.lengths_ == 0).tolist()]
        self.documents_ = np.ascontiguousarray(matrices.documents)
        self.input_ = np.ascontiguousarray(matrices.inputs[:rows])
        self.output_ = np.ascontiguousarray(matrices.outputs[: n if paths is None else paths.inner])
        for matrix in (self.documents_, self.input_, self.output_):
            matrix.flags.writeable = False
        self.history_ = [state.mean_loss(epoch) for epoch in range(self.epochs)]
        self.origin_ = Origin(
            "Doc2Vec", self._record(), self.seed, tokens.corpus_fingerprint, tokens.vocabulary.fingerprint(),
            __version__, content=digest_matrix(self.documents_) + digest_matrix(self.output_),
        )  # fmt: skip
        self._inference = self._names_of_words = None
        self.__dict__.pop("coverage_", None)  # it was of other words
        return self

    def _frozen(self) -> DocumentMatrices:
        """Lay the trained matrices out for the kernels."""
        matrices = DocumentMatrices(0, len(self.vocabulary_), self.dim, parts=bag_parts(self), threads=1)
        matrices.inputs[: len(self.input_)] = self.input_
        matrices.outputs[: len(self.output_)] = self.output_
        return matrices

    def _record(self) -> dict[str, Any]:
        """Options as JSON values."""
        return {k: v if isinstance(v, str | int | float | None) else repr(v) for k, v in self.get_params().items()}


def _hashes(names: Iterable[str]) -> NDArray[np.uint64]:
    return np.fromiter((hash_name(name) for name in names), np.uint64)
