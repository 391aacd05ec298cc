"""The matrices of paragraph vectors: documents, words and outputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vicinal.memory import check_memory, show_bytes
from vicinal.words.weights import Matrices, aligned_zeros, padded


class DocumentMatrices:
    """Rows of documents beside the matrices of the words.

    Parameters
    ----------
    documents, words : int
        Rows.
    dim : int
    parts : int
        Rows that a bag holds end to end: outputs are so many times as wide. 1 unless bags are concatenated.
    threads : int

    Attributes
    ----------
    documents : (documents, dim) float32
    inputs : (words + 1, dim) float32
        Words as company; the last row stands beyond the ends of a document. Never touched it takes no memory.
    outputs : (words, parts, dim) float32

    Examples
    --------
    >>> matrices = DocumentMatrices(3, 10, 20, parts=5, threads=1)
    >>> matrices.documents.shape, matrices.inputs.shape, matrices.outputs.shape
    ((3, 20), (11, 20), (10, 5, 20))
    """

    def __init__(self, documents: int, words: int, dim: int, *, parts: int = 1, threads: int) -> None:
        self.dim, self.width, self.parts = dim, padded(dim), parts
        self._words = Matrices(words + 1, dim, threads=threads)
        self._outs = self._words
        if parts > 1:
            self._outs = Matrices(words, parts * self.width, threads=threads, hot=False)
        self.flat = aligned_zeros(documents * self.width)
        self.documents = self.flat.reshape(documents, self.width)[:, :dim]
        self.inputs = self._words.inputs
        if parts > 1:
            self.outputs = self._outs.outputs.reshape(words, parts, self.width)[:, :, :dim]
        else:
            self.outputs = self._outs.outputs[:words, None]

    def fill(self, documents: NDArray[np.uint64], words: NDArray[np.uint64], seed: int) -> None:
        """Write starting vectors, functions of the seed and the hash of a name; ``words`` may be empty."""
        from vicinal.words._examples_kernels import fill_rows

        width = np.uint64(self.width)
        fill_rows(self.flat, 0, documents ^ np.uint64(0xD0C), self.dim, width, np.uint64(seed))
        self._words.fill(words, 0, seed)

    def for_thread(self, thread: int):
        """Make the kernels' views of words and outputs for one thread."""
        words = self._words.for_thread(thread)
        return words, words if self._outs is self._words else self._outs.for_thread(thread)


def check_document_memory(documents: int, words: int, dim: int, parts: int, inputs: bool) -> str:
    """Say what training will take, or raise `NotEnoughMemory` with advice."""
    needed = 4 * padded(dim) * (documents + words * (parts + inputs))
    purpose = f"training {documents:,} documents of {words:,} words in {dim} dimensions"
    check_memory(needed, purpose, "lower dim, raise min_count or set max_vocabulary")
    return f"{purpose} takes {show_bytes(needed)}"
