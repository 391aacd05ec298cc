"""FastText: word vectors made of the vectors of character n-grams, so that any word has one."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.data import Tokens, Vocabulary
from vicinal.data.subwords import check_lengths
from vicinal.encoder import Encoder
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.origin import Origin, digest_matrix
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store import atomic
from vicinal.store import word2vec as vec_format
from vicinal.store.encoder_folder import EncoderFolder, write_encoder
from vicinal.words import _fasttext_convert as convert
from vicinal.words import fasttext_files as files
from vicinal.words._bags import Subwords, check_bag_memory, mean_of, packed, train_bags
from vicinal.words.options import check_options, thread_count
from vicinal.words.trainer import State
from vicinal.words.training import read_tokens
from vicinal.words.weights import Matrices

_MODEL = "model.bin"


class FastText(Encoder):
    """Skip-gram and CBOW over subwords (Bojanowski et al. 2017), with negative sampling.

    The vector of a word is the mean of its own row and of the rows of its character n-grams, which words share. A word
    never seen is the mean of its n-grams.

    Parameters
    ----------
    dim : int
        Dimensions of the vectors.
    window : int
        Words on each side that count as company.
    architecture : "skipgram" or "cbow"
        The centre word's bag of rows predicts the words around it, or theirs together predict it.
    min_n, max_n : int
        Characters in an n-gram, marks of beginning and end included; ``max_n=0`` does without n-grams.
    buckets : int
        Rows that n-grams are hashed to. Rows that no word of the corpus uses stay zero, and take no memory.
    negatives : int
        Sampled words per draw.
    sharing : int
        Consecutive windows that share one draw of negatives; 0 draws for every pair of words, as fastText does, and is
        slower.
    noise_exponent, subsample, shrink_window, epochs, learning_rate, min_learning_rate
        As in `Word2Vec`.
    min_count, max_vocabulary, tokenizer, lower, threads, seed, deterministic
        As in `Word2Vec`.

    Attributes
    ----------
    vocabulary_ : Vocabulary
    vectors_ : (n, dim) float32
        Of the words of the vocabulary.
    input_ : (n + buckets, dim) float32
        Rows of words, then of buckets.
    output_ : (n, dim) float32
        What bags are scored against.
    history_ : list of float
        Mean loss per example of every epoch; empty for a model that was read from a file.
    file_ : FastTextFile
        All that a ``.bin`` holds of the model.
    origin_ : Origin

    Examples
    --------
    >>> model = FastText(dim=16, min_count=1, epochs=2, threads=1, buckets=1000)
    >>> model = model.fit(["the cat sat", "the dog sat"] * 20)
    >>> model.space
    Space(4 × 16, cosine, FastText: sat, the, cat, dog)
    >>> model.encode(["cats"]).shape
    (1, 16)
    """

    objective = "negative_sampling"  # no option: bags and their negatives are one group

    def __init__(
        self, *, dim: int = 100, window: int = 5, architecture: str = "skipgram", min_n: int = 3, max_n: int = 6,
        buckets: int = 2_000_000, negatives: int = 5, sharing: int = 1, noise_exponent: float = 0.75,
        subsample: float = 1e-3, shrink_window: bool = True, epochs: int = 5, learning_rate: float = 0.05,
        min_learning_rate: float = 1e-4, min_count: int = 5, max_vocabulary: int | None = None,
        tokenizer: Any = "words", lower: bool = True, threads: int = 0, seed: int = 1, deterministic: bool = False,
    ) -> None:  # fmt: skip
        self.dim, self.window, self.architecture = dim, window, architecture
        self.min_n, self.max_n, self.buckets = min_n, max_n, buckets
        self.negatives, self.sharing, self.noise_exponent = negatives, sharing, noise_exponent
        self.subsample, self.shrink_window, self.epochs = subsample, shrink_window, epochs
        self.learning_rate, self.min_learning_rate = learning_rate, min_learning_rate
        self.min_count, self.max_vocabulary, self.tokenizer, self.lower = min_count, max_vocabulary, tokenizer, lower
        self.threads, self.seed, self.deterministic = threads, seed, deterministic

    def fit(
        self,
        corpus: Any,
        *,
        callback: Callback | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_every: float = 60.0,
        resume: bool = False,
    ) -> Self:
        """Train from scratch; parameters and errors as of `Word2Vec.fit`.

        Parameters
        ----------
        corpus : path, list of paths, Corpus, Tokens or iterable of sentences
        callback : callable, optional
            Gets `vicinal.progress.Progress` values.
        checkpoint : path, optional
            Folder to keep the state of training in.
        checkpoint_every : float
            Seconds between two checkpoints.
        resume : bool
            Go on from the checkpoint, if there is one for the same corpus and options.

        Returns
        -------
        self

        Raises
        ------
        BadInput, BadOption, NotEnoughMemory, Interrupted
            As `Word2Vec.fit`.
        """
        self._check()
        tokens = read_tokens(self, corpus, callback, checkpoint, resume)
        words = tokens.vocabulary.tokens
        if len(words) < 2:
            raise BadInput(
                f"the vocabulary has one word, {words[0]!r}; training needs two or more: use more text or "
                "lower min_count"
            )
        n, buckets = len(words), self.buckets if self.max_n else 0
        bags = Subwords(self.min_n, self.max_n, buckets, n).bags(words).with_own_rows()
        order, bags = packed(bags, tokens.vocabulary.counts, n + buckets)
        check_bag_memory(len(order), n, buckets, self.dim)
        matrices = Matrices(max(len(order), n), self.dim, threads=thread_count(self), words=n)
        matrices.fill(convert.starting_hashes(words, order), 0, self.seed)
        matrices.inputs[:] *= 2  # uniform in ±1/dim, as fastText starts
        state = train_bags(
            self, tokens, matrices, bags, callback=callback, checkpoint=checkpoint, every=checkpoint_every,
            resume=resume,
        )  # fmt: skip
        inputs = np.zeros((n + buckets, self.dim), np.float32)
        inputs[order] = matrices.inputs[: len(order)]
        return self._adopt(convert.from_training(self, tokens, inputs, matrices.outputs[:n].copy()), tokens, state)

    # --- results ----------------------------------------------------------------------------------------------------

    @property
    def space(self) -> Space:
        """The words of the vocabulary, most frequent first, with a ``count`` column."""
        self._check_fitted("vectors_")
        columns = {"count": self.vocabulary_.counts}
        return Space(self.vocabulary_.tokens, self.vectors_, columns=columns, origin=self.origin_)

    def encode(self, items: Iterable[str]) -> NDArray[np.float32]:
        """Return the vectors of any words, known or not.

        Parameters
        ----------
        items : iterable of str

        Returns
        -------
        (n, dim) float32
            A zero row for an unknown word too short to have an n-gram, or none that was kept.

        Raises
        ------
        BadInput
            For anything but words.
        UnknownName
            For an unknown word, if the model has no n-grams at all.
        """
        self._check_fitted("vectors_")
        if isinstance(items, str | bytes) or not isinstance(items, Iterable):
            raise BadInput(f"expected a list of words, got {items!r:.80}")
        words = list(items)
        if wrong := next((word for word in words if not isinstance(word, str)), None):
            raise BadInput(f"a word must be text, got {wrong!r:.80}")
        if not words:
            return np.empty((0, self.dim), np.float32)
        rows = np.array([self.vocabulary_.get(word) for word in words])
        found, unknown = self.vectors_[rows], np.flatnonzero(rows < 0)
        if len(unknown):
            subwords = self._subwords()
            if not subwords.max_n or not subwords.buckets:
                self.vocabulary_[words[unknown[0]]]  # raises, with near spellings
            found[unknown] = mean_of(self.input_, subwords.bags([words[i] for i in unknown]))
        return found

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the model.

        Parameters
        ----------
        path : path
            Ending in ``.bin``: a file that fastText itself can read, without the options that it does not know; in
            ``.vec``: the vectors of the words, as text. Any other: a folder, as of every encoder.
        force : bool
            Replace what exists.

        Raises
        ------
        BadInput
            For a quantised model, unless as ``.vec``.
        OutputExists
            The file or folder is there and ``force`` is not set.
        """
        self._check_fitted("vectors_")
        write, ending = partial(files.write_file, self.file_), Path(path).suffix.lower()
        if ending in (".bin", ".vec"):
            with atomic(path, force) as temporary:
                write(temporary) if ending == ".bin" else vec_format.write(self.space, temporary)
        else:
            losses = [None if math.isnan(loss) else loss for loss in self.history_]
            write_encoder(self, path, {"history": losses}, None, beside={_MODEL: write}, force=force)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a folder that `save` wrote, or a file of fastText's: ``.bin``, quantised ``.ftz``, or ``.vec``.

        A ``.vec`` has no n-grams. Words that are not UTF-8 are named with backslash escapes; their n-grams are those
        of their bytes. Options that a file does not keep, such as the seed, get their defaults.

        Raises
        ------
        BadInput, BadFormat, NotEnoughMemory
            As `vicinal.words.fasttext_files.read_file`.
        """
        path = Path(path)
        if path.is_dir():
            folder = EncoderFolder(path, cls)
            model, file = folder.build(cls), files.read_file(folder.file(_MODEL))
            if model.dim != file.arguments.dim:
                raise BadFormat(f"{path}: {_MODEL} has dim {file.arguments.dim}, and the options say {model.dim}")
        else:
            file = convert.from_vectors(path) if path.suffix.lower() == ".vec" else files.read_file(path)
            folder, model = None, cls(**convert.options_of(file.arguments))
        try:
            model._adopt(file)
        except BadInput as error:
            raise BadFormat(f"{path}: its words make no vocabulary: {error}") from error
        if folder is not None:
            model.origin_ = folder.origin
            with folder.reading():
                model.history_ = [math.nan if loss is None else float(loss) for loss in folder.record["history"]]
        return model

    # --- inside -----------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        check_options(self)
        if self.max_n == 0 and not isinstance(self.max_n, bool):
            return
        check_lengths(self.min_n, self.max_n)
        if isinstance(self.buckets, bool) or not isinstance(self.buckets, int) or not 1 <= self.buckets <= 10**9:
            raise BadOption(f"buckets must be an integer from 1 to 1,000,000,000, got {self.buckets!r}")

    def _subwords(self) -> Subwords:
        a = self.file_.arguments
        return Subwords(a.min_n, a.max_n, a.buckets, len(self.vocabulary_), self.file_.pruned, not self.file_.old)

    def _adopt(self, file: files.FastTextFile, tokens: Tokens | None = None, state: State | None = None) -> Self:
        """Take what was trained or read; both come as what a file holds, so that saving and loading agree."""
        n = len(file.words)
        counts, self.file_ = file.counts[:n], file
        if tokens is None:
            names = [word.decode("utf-8", "backslashreplace") for word in file.words]
            self.vocabulary_ = Vocabulary(names, counts, max(file.tokens, int(counts.sum())))
        else:
            self.vocabulary_ = tokens.vocabulary
        self.input_, self.output_ = file.inputs, file.outputs
        self.vectors_ = mean_of(self.input_, self._subwords().bags(file.words).with_own_rows())
        self.history_ = [state.mean_loss(epoch) for epoch in range(self.epochs)] if state is not None else []
        options = {k: v if isinstance(v, str | int | float | None) else repr(v) for k, v in self.get_params().items()}
        self.origin_ = Origin(
            "FastText", options, self.seed if tokens is not None else None,
            tokens.corpus_fingerprint if tokens is not None else "", self.vocabulary_.fingerprint(), __version__,
            content=digest_matrix(self.vectors_),
        )  # fmt: skip
        return self
