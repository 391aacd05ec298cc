"""A corpus as numbers: tokenised once, counted, and kept in memory-mapped files."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.data import _tokens_files as files
from vicinal.data.corpus import open_corpus
from vicinal.data.tokenize import Tokenizer
from vicinal.data.vocabulary import Vocabulary, check_cuts
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.progress import Callback

MAX_TYPES = 20_000_000


class Tokens:
    """The words of a corpus as ids, sentence after sentence; made by `tokenize_corpus`.

    A sequence of sentences: ``tokens[i]`` is the array of ids of sentence i, and ``len`` the number of sentences.

    Attributes
    ----------
    ids : (n_words,) int32 array
        Read-only, memory-mapped. Words out of the vocabulary are left out.
    offsets : (n_sentences + 1,) int64 array
        Where each sentence begins in ``ids``; the last is n_words. No sentence is empty, but documents may be.
    vocabulary : Vocabulary
        Whose ids these are.
    corpus_fingerprint : str
        `Corpus.fingerprint` of the text.
    total_words : int
        Words read, those left out included.
    documents : bool
        Whether the sentences are all documents of a corpus of documents, those without a known word too.

    Examples
    --------
    >>> tokens = tokenize_corpus(open_corpus(["a b a", "c b"]), min_count=2)
    >>> tokens.vocabulary.tokens, tokens.ids.tolist(), tokens.offsets.tolist(), tokens.total_words
    (('a', 'b'), [0, 1, 0, 1], [0, 3, 4], 5)
    """

    def __init__(
        self, ids: NDArray[np.int32], offsets: NDArray[np.int64], vocabulary: Vocabulary,
        corpus_fingerprint: str, total_words: int, documents: bool = False,
    ) -> None:  # fmt: skip
        self.ids, self.offsets, self.vocabulary = ids, offsets, vocabulary
        self.corpus_fingerprint, self.total_words, self.documents = corpus_fingerprint, total_words, documents

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, sentence: int) -> NDArray[np.int32]:
        size = len(self)
        if not -size <= sentence < size:
            raise IndexError(f"sentence {sentence} of {size}")
        sentence %= size
        return self.ids[self.offsets[sentence] : self.offsets[sentence + 1]]

    def __iter__(self) -> Iterator[NDArray[np.int32]]:
        return (self[sentence] for sentence in range(len(self)))

    def __repr__(self) -> str:
        return f"Tokens({len(self.ids):,} words in {len(self):,} sentences, {len(self.vocabulary):,} types)"

    @classmethod
    def open(cls, workspace: str | os.PathLike[str]) -> Tokens:
        """Open again what `tokenize_corpus` left in a folder.

        Parameters
        ----------
        workspace : path
            The folder.

        Returns
        -------
        Tokens

        Raises
        ------
        BadInput
            Nothing finished is there.
        BadFormat
            The files are damaged or do not belong together; says which.
        """
        return cls._mapped(Path(workspace))

    @classmethod
    def _mapped(cls, folder: Path, vocabulary: Vocabulary | None = None) -> Tokens:
        record = files.open_record(folder)
        if vocabulary is None:
            vocabulary = Vocabulary.load(folder / files.VOCABULARY)
        if vocabulary.fingerprint() != record["vocabulary_fingerprint"]:
            raise BadFormat(f"{folder / files.VOCABULARY} is not the vocabulary these tokens were made with")
        ids = np.memmap(folder / files.IDS, np.dtype("<i4"), "r", shape=(record["words"],)).view(np.ndarray)
        offsets = np.memmap(folder / files.OFFSETS, np.dtype("<i8"), "r", shape=(record["sentences"] + 1,)).view(
            np.ndarray
        )
        documents = record["documents"]
        _check(ids, offsets, len(vocabulary), folder, shortest=0 if documents else 1)
        return cls(ids, offsets, vocabulary, record["corpus_fingerprint"], record["total_words"], documents)


def _check(ids: NDArray[np.int32], offsets: NDArray[np.int64], types: int, folder: Path, shortest: int) -> None:
    """Ids index matrices in compiled code that checks no bounds, so they are checked here."""
    for start in range(0, len(ids), files.CHUNK):
        chunk = ids[start : start + files.CHUNK]
        if chunk.min() < 0 or chunk.max() >= types:
            raise BadFormat(f"{folder / files.IDS}: an id outside 0 to {types - 1}: damaged; tokenise the corpus again")
    if offsets[0] != 0 or offsets[-1] != len(ids):
        raise BadFormat(f"{folder / files.OFFSETS}: runs {offsets[0]} to {offsets[-1]}, expected 0 to {len(ids)}")
    for start in range(0, len(offsets) - 1, files.CHUNK):
        if np.diff(offsets[start : start + files.CHUNK + 1]).min() < shortest:
            raise BadFormat(f"{folder / files.OFFSETS}: offsets do not ascend: damaged; tokenise the corpus again")


def tokenize_corpus(
    corpus: Any,
    *,
    tokenizer: str | os.PathLike[str] | Tokenizer = "words",
    lower: bool = True,
    min_count: int = 5,
    max_vocabulary: int | None = None,
    vocabulary: Vocabulary | None = None,
    workspace: str | os.PathLike[str] | None = None,
    callback: Callback | None = None,
    max_types: int = MAX_TYPES,
) -> Tokens:
    """Tokenise, count and number a corpus in one pass, with memory bounded by its vocabulary.

    Parameters
    ----------
    corpus : Corpus
        Or anything `open_corpus` takes. Of a corpus of documents every document is kept as one sentence.
    tokenizer : str, path or callable
        As in `get_tokenizer`; not used where the corpus is tokenised already. ``"words"`` and ``"whitespace"`` run
        compiled. Any other is called with one sentence at a time (of a sentence over 4 MiB, with pieces of it).
    lower : bool
        Whether the named tokenizers lower-case. Functions, ``tokenizer.json`` files and tokenised corpora are taken as
        they are.
    min_count : int
        Words seen less often are left out; at least 1. Not used with ``vocabulary``.
    max_vocabulary : int, optional
        Keep at most so many words, the most frequent ones. Not used with ``vocabulary``.
    vocabulary : Vocabulary, optional
        Keep exactly these words; their counts stay as they are.
    workspace : path, optional
        Folder for the result, so that `Tokens.open` finds it later; made where it is missing, and an earlier result in
        it is replaced. By default a temporary folder that goes with the object.
    callback : callable, optional
        Gets `vicinal.progress.Progress` values, stage ``"reading"``, unit ``"words"``; their ``total`` is an estimate
        from the share of bytes read (0: not known).
    max_types : int
        At most so many distinct words are counted at a time. A corpus with more has its rarest words forgotten
        whenever the table is full, as in word2vec.c: they are left out up to there, and count from 1 if they return.

    Returns
    -------
    Tokens

    Raises
    ------
    BadInput
        No words, or none frequent enough; whatever reading the corpus raises.
    BadOption
        An option out of range.
    VicinalError
        No room left on the disk.

    Examples
    --------
    >>> tokenize_corpus(["the sea and the sky", "the sea"], min_count=2).vocabulary.tokens
    ('the', 'sea')
    """
    from vicinal.data import _tokens_pass as passes  # brings the compiler: not before it is needed

    check_cuts(min_count, max_vocabulary)
    if not 1 <= max_types < 1 << 31:
        raise BadOption(f"max_types is {max_types}, expected 1 to {(1 << 31) - 1:,}")
    corpus = open_corpus(corpus)
    letters, blocks = passes.feed(corpus, tokenizer, lower)
    temporary = workspace is None
    folder = Path(tempfile.mkdtemp(prefix="vicinal-") if workspace is None else workspace)
    try:
        with files.writing(folder, corpus.documents) as output:
            table = passes.make_table(vocabulary, max_types, corpus.documents)
            passes.run_reporting(passes.number_words(blocks, letters, table, output), corpus, table, callback)
            if vocabulary is None:
                vocabulary = passes.settle_vocabulary(table, output, min_count, max_vocabulary)
            elif not output.n_ids:
                raise BadInput(f"none of the {table.words:,} words read is in the vocabulary ({vocabulary!r})")
            record = {
                "total_words": table.words,
                "corpus_fingerprint": corpus.fingerprint(),
                "vocabulary_fingerprint": vocabulary.fingerprint(),
            }
            output.finish(vocabulary, record, durable=not temporary)
        tokens = Tokens._mapped(folder, vocabulary)
    except BaseException:
        if temporary:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if temporary:
        weakref.finalize(tokens, shutil.rmtree, folder, ignore_errors=True)
    return tokens
