"""Word2Vec: words that keep the same company get similar vectors."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.data import Tokens, Vocabulary, open_corpus, tokenize_corpus
from vicinal.encoder import Encoder
from vicinal.errors import BadInput
from vicinal.names import hash_name
from vicinal.origin import Origin, digest_matrix
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.words import model_files
from vicinal.words.huffman import Paths, graft, huffman_paths
from vicinal.words.options import check_options, thread_count
from vicinal.words.trainer import State
from vicinal.words.training import read_tokens, train_words
from vicinal.words.weights import Matrices, check_training_memory


class Word2Vec(Encoder):
    """Skip-gram and CBOW word vectors (Mikolov et al. 2013), trained several times faster than by word2vec.c.

    Parameters
    ----------
    dim : int
        Dimensions of the vectors.
    window : int
        Words on each side that count as company.
    architecture : "skipgram" or "cbow"
        Each context word predicts the centre word, or their mean does.
    objective : "negative_sampling", "hierarchical_softmax" or "softmax"
        Tell the centre word from sampled ones; follow its Huffman path; or choose it among all words (exact, for small
        vocabularies).
    negatives : int
        Sampled words per draw.
    sharing : int
        Consecutive windows that share one draw of negatives. 1 draws anew for every window (Ji et al. 2016), 0 for
        every pair of words, as word2vec.c does, several times slower and a little better at telling likeness from
        relatedness (SimLex-999).
    noise_exponent : float
        Negatives follow counts to this power.
    subsample : float
        Words more frequent than this share are dropped at random; 0 keeps all.
    shrink_window : bool
        Draw each window's reach from 1 to ``window``, so that near words weigh more.
    epochs : int
    learning_rate : float or None
        At the first word. None: 0.025 for skip-gram and 0.05 for CBOW, as in word2vec.c.
    min_learning_rate : float
        After the last word; a straight line between.
    min_count, max_vocabulary : int
        Rarer words, or all beyond the most frequent so many, are left out.
    tokenizer, lower
        As in `vicinal.data.tokenize_corpus`.
    threads : int
        0 takes all processors. With more than one the threads race (Hogwild, Recht et al. 2011), so two trainings
        differ slightly.
    seed : int
    deterministic : bool
        Give the same bits for the same seed at any ``threads``, by training on one thread: with 2 cores half the speed.

    Attributes
    ----------
    vocabulary_ : Vocabulary
    input_, output_ : (n, dim) float32
        Word vectors, and the vectors they are scored against (with hierarchical softmax n - 1 tree nodes).
    history_ : list of float
        Mean loss per example of every epoch.
    paths_ : Paths or None
        The Huffman tree, with hierarchical softmax.
    origin_ : Origin

    Examples
    --------
    >>> model = Word2Vec(dim=16, min_count=1, epochs=2, threads=1).fit(["the cat sat", "the dog sat"] * 20)
    >>> model.space
    Space(4 × 16, cosine, Word2Vec: sat, the, cat, dog)
    """

    def __init__(
        self, *, dim: int = 100, window: int = 5, architecture: str = "skipgram", objective: str = "negative_sampling",
        negatives: int = 5, sharing: int = 4, noise_exponent: float = 0.75, subsample: float = 1e-3,
        shrink_window: bool = True, epochs: int = 5, learning_rate: float | None = None,
        min_learning_rate: float = 1e-4, min_count: int = 5, max_vocabulary: int | None = None,
        tokenizer: Any = "words", lower: bool = True, threads: int = 0, seed: int = 1, deterministic: bool = False,
    ) -> None:  # fmt: skip
        self.dim, self.window, self.architecture, self.objective = dim, window, architecture, objective
        self.negatives, self.sharing, self.noise_exponent = negatives, sharing, noise_exponent
        self.subsample, self.shrink_window, self.epochs = subsample, shrink_window, epochs
        self.learning_rate, self.min_learning_rate = learning_rate, min_learning_rate
        self.min_count, self.max_vocabulary, self.tokenizer, self.lower = min_count, max_vocabulary, tokenizer, lower
        self.threads, self.seed, self.deterministic = threads, seed, deterministic

    # --- training ---------------------------------------------------------------------------------------------------

    def fit(
        self,
        corpus: Any,
        *,
        callback: Callback | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_every: float = 60.0,
        resume: bool = False,
    ) -> Self:
        """Train from scratch.

        Parameters
        ----------
        corpus : path, list of paths, Corpus, Tokens or iterable of sentences
            As `vicinal.data.open_corpus` takes it.
        callback : callable, optional
            Gets `vicinal.progress.Progress` values.
        checkpoint : path, optional
            A folder to keep the state of training in, so that it can be resumed after any kind of end.
        checkpoint_every : float
            Seconds between two checkpoints.
        resume : bool
            Go on from the checkpoint, if there is one for the same corpus and options. With ``threads=1`` the result
            is the same to the bit as without the interruption.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            For a corpus that cannot be read or leaves fewer than two words; or if training diverges.
        NotEnoughMemory
            Before training starts, with advice.
        BadOption
            For an option out of range.
        """
        check_options(self)
        tokens = read_tokens(self, corpus, callback, checkpoint, resume)
        vocabulary = tokens.vocabulary
        _check_vocabulary(vocabulary)
        check_training_memory(len(vocabulary), self.dim)
        check_options(self, words=len(vocabulary))
        matrices = self._matrices(len(vocabulary))
        matrices.fill(_hashes(vocabulary.tokens), 0, self.seed)
        paths = huffman_paths(vocabulary.counts) if self.objective == "hierarchical_softmax" else None
        state = train_words(
            self,
            tokens,
            matrices,
            paths,
            callback=callback,
            checkpoint=checkpoint,
            every=checkpoint_every,
            resume=resume,
        )
        return self._keep(tokens, matrices, paths, state)

    def partial_fit(self, corpus: Any, *, callback: Callback | None = None) -> Self:
        """Train on with more text; words it brings are added, no old vector is lost.

        Words of the new text that reach ``min_count`` get rows after the old ones; counts add up. The learning rate
        starts again at ``learning_rate``. On a model not yet trained this is `fit`.

        Parameters
        ----------
        corpus, callback
            As in `fit`.

        Returns
        -------
        self
        """
        if not hasattr(self, "vocabulary_"):
            return self.fit(corpus, callback=callback)
        check_options(self)
        corpus, old = open_corpus(corpus), self.vocabulary_
        options = {"tokenizer": self.tokenizer, "lower": self.lower, "callback": callback}
        try:
            seen = tokenize_corpus(corpus, min_count=1, **options).vocabulary
        except BadInput as error:
            raise BadInput(f"the new text cannot be trained on: {error}") from error
        vocabulary = old.merged(seen, min_count=self.min_count)
        check_training_memory(len(vocabulary), self.dim)
        check_options(self, words=len(vocabulary))
        tokens = tokenize_corpus(corpus, vocabulary=vocabulary, **options)
        matrices, n = self._matrices(len(vocabulary)), len(old)
        matrices.inputs[:n], matrices.outputs[: len(self.output_)] = self.input_, self.output_
        matrices.fill(_hashes(vocabulary.tokens[n:]), n, self.seed)
        paths = None if self.paths_ is None else graft(self.paths_, vocabulary.counts[n:])
        state = train_words(self, tokens, matrices, paths, callback=callback)
        return self._keep(tokens, matrices, paths, state, parent=self.origin_.fingerprint)

    # --- results ----------------------------------------------------------------------------------------------------

    @property
    def space(self) -> Space:
        """The trained words, most frequent first, with a ``count`` column."""
        self._check_fitted("input_")
        return Space(
            self.vocabulary_.tokens, self.input_, columns={"count": self.vocabulary_.counts}, origin=self.origin_
        )

    @property
    def initial_space(self) -> Space:
        """The same words where they started, untrained, for comparison."""
        self._check_fitted("input_")
        matrices = Matrices(len(self.vocabulary_), self.dim, threads=1)
        matrices.fill(_hashes(self.vocabulary_.tokens), 0, self.seed)
        origin = Origin("Word2Vec", self._record(), self.seed, version=__version__, steps=("untrained",))
        return Space(
            self.vocabulary_.tokens, matrices.inputs, columns={"count": self.vocabulary_.counts}, origin=origin
        )

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
            For a word that was not in the training text often enough.
        """
        self._check_fitted("input_")
        return self.input_[self.vocabulary_.ids(items)]

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the whole model, from which training can go on, to a folder."""
        self._check_fitted("input_")
        model_files.save(self, path, force)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `save` wrote."""
        return model_files.load(cls, path)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _matrices(self, rows: int) -> Matrices:
        return Matrices(rows, self.dim, threads=thread_count(self), hot=self.objective != "softmax")

    def _keep(self, tokens: Tokens, matrices: Matrices, paths: Paths | None, state: State, *, parent: str = "") -> Self:
        self.vocabulary_, self.paths_ = tokens.vocabulary, paths
        self.input_ = np.ascontiguousarray(matrices.inputs)
        self.output_ = np.ascontiguousarray(matrices.outputs[: len(self.input_) if paths is None else paths.inner])
        for matrix in (self.input_, self.output_):  # what a Space need not copy
            matrix.flags.writeable = False
        self.history_ = [state.mean_loss(epoch) for epoch in range(self.epochs)]
        self.origin_ = Origin(
            "Word2Vec", self._record(), self.seed, tokens.corpus_fingerprint, tokens.vocabulary.fingerprint(),
            __version__, parent, content=digest_matrix(self.input_),
        )  # fmt: skip
        return self

    def _record(self) -> dict[str, Any]:
        """Options as JSON values."""
        return {k: v if isinstance(v, str | int | float | None) else repr(v) for k, v in self.get_params().items()}


def _hashes(words: Iterable[str]) -> NDArray[np.uint64]:
    return np.fromiter((hash_name(word) for word in words), np.uint64)


def _check_vocabulary(vocabulary: Vocabulary) -> None:
    if len(vocabulary) < 2:
        raise BadInput(
            f"the vocabulary has one word, {vocabulary.tokens[0]!r}; training needs two or more: use more text or "
            "lower min_count"
        )
