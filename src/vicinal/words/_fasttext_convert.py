"""Between trained models, files of fastText's and tables of vectors."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.data import Tokens
from vicinal.errors import BadInput
from vicinal.names import hash_name
from vicinal.store import word2vec as vec_format
from vicinal.words import fasttext_files as files

_BUCKET_HASH = 0x62756B65745F0000  # tells the hash of bucket b from those of names
_UPDATE_RATE = 100  # fastText's default of an argument that it keeps, and that only matters to its own progress


def starting_hashes(words: tuple[str, ...], rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Hash the name behind each row, a word or a bucket, so that it starts at the same vector in any corpus."""
    n = len(words)
    hashes = np.empty(len(rows), np.uint64)
    own = rows < n
    hashes[own] = [hash_name(words[row]) for row in rows[own].tolist()]
    hashes[~own] = (rows[~own] - n).astype(np.uint64) ^ np.uint64(_BUCKET_HASH)
    return hashes


def from_training(model: Any, tokens: Tokens, inputs: NDArray, outputs: NDArray) -> files.FastTextFile:
    """Put what a model has learned together as fastText would keep it."""
    arguments = _arguments(model, model.buckets if model.max_n else 0, model.min_n if model.max_n else 0, model.max_n)
    words = [word.encode() for word in tokens.vocabulary.tokens]
    counts, total = np.asarray(tokens.vocabulary.counts), tokens.vocabulary.total
    return files.FastTextFile(arguments, words, [], counts, total, inputs, outputs)


def from_vectors(path: str | os.PathLike[str]) -> files.FastTextFile:
    """Read a ``.vec`` file as a model without n-grams, whose output rows are zeros."""
    from vicinal.words.fasttext import FastText

    if not Path(path).is_file():
        raise BadInput(f"no file {os.fspath(path)!r}")
    space = vec_format.read(Path(path))
    matrix = np.array(space.matrix, np.float32)
    arguments = _arguments(FastText(dim=space.dim), 0, 0, 0)
    words, counts = [name.encode() for name in space.names], np.zeros(len(space), np.int64)
    return files.FastTextFile(arguments, words, [], counts, 0, matrix, np.zeros_like(matrix))


def options_of(arguments: files.Arguments) -> dict[str, Any]:
    """Translate a file's arguments to options of `FastText`."""
    same = ("dim", "window", "epochs", "min_count", "negatives", "buckets", "min_n", "max_n", "subsample")
    architecture = "skipgram" if arguments.model == files.SKIPGRAM else "cbow"
    return {**{name: getattr(arguments, name) for name in same}, "architecture": architecture}


def _arguments(model: Any, buckets: int, min_n: int, max_n: int) -> files.Arguments:
    return files.Arguments(
        model.dim, model.window, model.epochs, model.min_count, model.negatives, 1, files.NEGATIVE_SAMPLING,
        files.SKIPGRAM if model.architecture == "skipgram" else files.CBOW, buckets, min_n, max_n, _UPDATE_RATE,
        float(model.subsample),
    )  # fmt: skip
