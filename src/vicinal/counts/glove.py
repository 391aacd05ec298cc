"""GloVe: word vectors whose products are the logarithms of co-occurrence counts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal import __version__
from vicinal.checks import check_choice, check_flags, check_number, check_whole
from vicinal.counts import model_files
from vicinal.counts._checks import json_options
from vicinal.counts.cooccurrence import (
    Cooccurrences,
    check_window,
    count_cooccurrences,
    read_bytes,
    temporary_folder,
    thread_count,
)
from vicinal.data import Tokens, tokenize_corpus
from vicinal.data.vocabulary import check_cuts
from vicinal.encoder import Encoder
from vicinal.errors import BadFormat, BadInput
from vicinal.memory import check_memory
from vicinal.origin import Origin, digest_matrix
from vicinal.progress import Callback
from vicinal.randomness import generator
from vicinal.space import Space

COMBINE = ("sum", "mean", "input")


class GloVe(Encoder):
    """Global vectors (Pennington, Socher and Manning 2014): w·w̃ + b + b̃ is fitted to log X, the counts of company.

    A pair of words that were counted X times weighs f = min(1, (X / x_max) ** weight_exponent); the loss is
    f · (w·w̃ + b + b̃ - log X)² / 2, lowered by AdaGrad. One seed gives the same bits at any ``threads``.

    Parameters
    ----------
    dim : int
        Dimensions of the vectors.
    window : int
        Words on each side that count as company, a neighbour d words away as 1/d; 1 to 255.
    epochs : int
        The authors take 50 below 300 dimensions, 100 from there on; 25 is what their program does unless told.
    learning_rate : float
        Of AdaGrad, whose sums of squares begin at 1; biases begin with steps of 1, as in the authors' program.
    x_max, weight_exponent : float
        From ``x_max`` on counts weigh 1.
    combine : "sum", "mean" or "input"
        The result is w + w̃ (the authors' choice), half of it, or w alone.
    min_count, max_vocabulary : int
        Rarer words, or all beyond the most frequent so many, are left out.
    tokenizer, lower
        As in `vicinal.data.tokenize_corpus`.
    memory : int or str
        Bytes, or text such as ``"2 GB"``, for counting and again for the list of pairs; beyond it both go to disk. The
        vectors come on top: they must be in memory.
    threads : int
        0 takes all processors.
    seed : int

    Attributes
    ----------
    vocabulary_ : Vocabulary
    vectors_ : (n, dim) float32
        The result, as ``combine`` says.
    input_, output_ : (n, dim) float32
        w and w̃.
    input_bias_, output_bias_ : (n,) float32
    history_ : list of float
        Mean loss per pair of every epoch.
    origin_ : Origin

    Examples
    --------
    >>> model = GloVe(dim=8, min_count=1, epochs=5).fit(["the cat sat", "the dog sat"] * 20)
    >>> model.space
    Space(4 × 8, cosine, GloVe: sat, the, cat, dog)
    >>> model.history_[-1] < model.history_[0]
    True
    """

    def __init__(
        self, *, dim: int = 100, window: int = 10, epochs: int = 25, learning_rate: float = 0.05, x_max: float = 100.0,
        weight_exponent: float = 0.75, combine: str = "sum", min_count: int = 5, max_vocabulary: int | None = None,
        tokenizer: Any = "words", lower: bool = True, memory: int | str = "2 GB", threads: int = 0, seed: int = 1,
    ) -> None:  # fmt: skip
        self.dim, self.window, self.epochs, self.learning_rate = dim, window, epochs, learning_rate
        self.x_max, self.weight_exponent, self.combine = x_max, weight_exponent, combine
        self.min_count, self.max_vocabulary, self.tokenizer, self.lower = min_count, max_vocabulary, tokenizer, lower
        self.memory, self.threads, self.seed = memory, threads, seed

    def fit(
        self, data: Any, *, callback: Callback | None = None, workspace: str | os.PathLike[str] | None = None
    ) -> Self:
        """Count and train from scratch.

        Parameters
        ----------
        data : path, list of paths, Corpus, Tokens, iterable of sentences, or Cooccurrences
            As `vicinal.data.open_corpus` takes it; or counts made before, for which ``window`` and the options of the
            text are not used.
        callback : callable, optional
            Gets `vicinal.progress.Progress` values.
        workspace : path, optional
            Existing folder for what does not fit ``memory``, by default the system's place for temporary files. It is
            removed at the end, however that comes.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            For data that cannot be read or in which no two words stand together; or if training diverges: then the
            model holds the state of the last sound epoch, if there was one.
        NotEnoughMemory
            If the vectors themselves do not fit, before training starts.
        BadOption
            For an option out of range.
        """
        self._check_options()
        counts = self._counts(data, callback, workspace)
        counts.check()
        if not len(counts):
            raise BadInput(
                f"no two of the {counts.n:,} words kept stand in one sentence: lower min_count, or use longer sentences"
            )
        purpose = f"training {counts.n:,} words in {self.dim} dimensions"
        check_memory(self._bytes_needed(counts.n), purpose, "lower dim, raise min_count or set max_vocabulary")
        folder = temporary_folder(workspace)
        try:
            self._train(counts, folder, callback)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return self

    # --- results ----------------------------------------------------------------------------------------------------

    @property
    def space(self) -> Space:
        """The trained words, most frequent first, with a ``count`` column."""
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
            For a word that was not in the training text often enough.
        """
        self._check_fitted("vectors_")
        return self.vectors_[self.vocabulary_.ids(items)]

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the model to a folder, which appears whole or not at all.

        Raises
        ------
        OutputExists
            Unless ``force`` is set.
        BadInput
            If the tokenizer is a function, which a file cannot hold.
        """
        self._check_fitted("vectors_")
        tensors = {name: getattr(self, f"{name}_") for name in _TENSORS}
        model_files.save(self, path, tensors, {"history": self.history_}, self.vocabulary_, force=force)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model that `save` wrote.

        Raises
        ------
        BadInput
            If there is no such folder.
        BadFormat
            If it holds something else, or parts that do not fit each other.
        """
        parts = model_files.load(cls, path)
        model, n = parts.model, len(parts.vocabulary)
        model.vocabulary_, model.origin_ = parts.vocabulary, parts.origin
        for name in _TENSORS:
            shape = (n,) if name.endswith("bias") else (n, model.dim)
            setattr(model, f"{name}_", parts.opened.array(name, shape=shape, dtype=np.float32))
        history = parts.figures.get("history")
        if not isinstance(history, list) or not all(isinstance(loss, float) for loss in history):
            raise BadFormat(f"{parts.folder / 'encoder.json'}: history is {history!r}, expected a list of numbers")
        model.history_ = history
        model._combine()
        return model

    # --- inside -----------------------------------------------------------------------------------------------------

    def _check_options(self) -> None:
        check_whole("dim", self.dim, 1, 65_536)
        check_whole("epochs", self.epochs, 1)
        check_window(self.window, "harmonic")
        check_cuts(self.min_count, self.max_vocabulary)
        check_number("learning_rate", self.learning_rate, 1e-9, 1e9)
        check_number("x_max", self.x_max, 1e-9)
        check_number("weight_exponent", self.weight_exponent, 0.0)
        check_choice("combine", self.combine, COMBINE)
        check_flags(self, "lower")
        read_bytes(self.memory)
        thread_count(self.threads)
        generator(self.seed)

    def _counts(self, data: Any, callback: Callback | None, workspace: Any) -> Cooccurrences:
        if isinstance(data, Cooccurrences):
            return data
        tokens = data if isinstance(data, Tokens) else tokenize_corpus(
            data, tokenizer=self.tokenizer, lower=self.lower, min_count=self.min_count,
            max_vocabulary=self.max_vocabulary, callback=callback,
        )  # fmt: skip
        return count_cooccurrences(
            tokens, window=self.window, memory=self.memory, threads=self.threads, workspace=workspace, callback=callback
        )

    def _bytes_needed(self, n: int) -> int:
        """Both sides with their sums of squares, the last sound state, and the result."""
        from vicinal.counts._glove_training import row_floats

        return 4 * n * (2 * row_floats(self.dim) + 3 * (self.dim + 1))

    def _train(self, counts: Cooccurrences, folder: Any, callback: Callback | None) -> None:
        from vicinal.counts._glove_blocks import Blocks
        from vicinal.counts._glove_training import Diverged, Tables, train_tables

        threads = thread_count(self.threads)
        blocks = Blocks(
            counts, x_max=self.x_max, exponent=self.weight_exponent, seed=self.seed, memory=read_bytes(self.memory),
            folder=folder, threads=threads,
        )  # fmt: skip
        tables = Tables(counts.n, self.dim, learning_rate=self.learning_rate, seed=self.seed)
        history: list[float] = []
        sound = [np.empty((counts.n, self.dim + 1), np.float32) for _ in range(2)]

        def keep(loss: float) -> None:
            history.append(loss)
            for copy, side, bias in zip(sound, tables.vectors(), (self.dim, self.dim + 1), strict=True):
                copy[:, :-1], copy[:, -1] = side[:, : self.dim], side[:, bias]

        try:
            train_tables(
                blocks, tables, epochs=self.epochs, learning_rate=self.learning_rate, threads=threads, keep=keep,
                callback=callback,
            )  # fmt: skip
        except Diverged as failure:
            if history:
                self._keep(counts, sound, history)
            kept = f"the model holds the state after epoch {len(history)}" if history else "nothing was learned"
            raise BadInput(
                f"training diverged in epoch {failure.epoch} (a loss or vector is no longer finite); {kept}; lower "
                f"learning_rate, now {self.learning_rate}, and train again"
            ) from None
        self._keep(counts, sound, history)

    def _keep(self, counts: Cooccurrences, sound: list[NDArray[np.float32]], history: list[float]) -> None:
        self.vocabulary_, self.history_ = counts.vocabulary, history
        self.input_, self.output_ = (np.ascontiguousarray(side[:, :-1]) for side in sound)
        self.input_bias_, self.output_bias_ = (side[:, -1].copy() for side in sound)
        self._combine()
        options = json_options(self) | {"window": counts.window, "weighting": counts.weighting}
        self.origin_ = Origin(
            "GloVe", options, self.seed, counts.corpus_fingerprint, counts.vocabulary.fingerprint(), __version__,
            content=digest_matrix(self.vectors_),
        )  # fmt: skip

    def _combine(self) -> None:
        share = np.float32(0.5 if self.combine == "mean" else 1.0)
        self.vectors_ = self.input_ if self.combine == "input" else share * (self.input_ + self.output_)


_TENSORS = ("input", "output", "input_bias", "output_bias")
