"""fastText's own model files: ``.bin``, and quantised ``.ftz``, old version and new.

A file is: arguments; the dictionary; the input matrix (a row a word, then a row a bucket); the output matrix. All
numbers are little-endian. Files from before version 11 have no magic number, no pruning and no quantisation.
"""

from __future__ import annotations

import mmap
import os
import struct
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput
from vicinal.memory import check_memory

MAGIC, VERSION = 793712314, 12
CBOW, SKIPGRAM, SUPERVISED = 1, 2, 3
HIERARCHICAL_SOFTMAX, NEGATIVE_SAMPLING, SOFTMAX, ONE_VS_ALL = 1, 2, 3, 4
_CENTRES = 256  # centroids of a product quantizer: a byte tells them apart


@dataclass(frozen=True)
class Arguments:
    """What fastText was called with, in the order of the file: twelve int32 and a float64."""

    dim: int
    window: int
    epochs: int
    min_count: int
    negatives: int
    word_ngrams: int
    loss: int
    model: int
    buckets: int
    min_n: int
    max_n: int
    update_rate: int
    subsample: float


@dataclass
class FastTextFile:
    """All that a file holds.

    Attributes
    ----------
    arguments : Arguments
    words, labels : list of bytes
        As they stand in the file, which need not be UTF-8.
    counts : (words + labels,) int64
    tokens : int
        Words read in training.
    inputs, outputs : (rows, dim) float32
        Of quantised matrices, what they stand for.
    pruned : (k, 2) int32 or None
        Buckets that were kept when the model was pruned, and the row of each; None: all were.
    quantised : bool
    old : bool
        From before version 11, when the token ``</s>`` had n-grams.
    """

    arguments: Arguments
    words: list[bytes]
    labels: list[bytes]
    counts: NDArray[np.int64]
    tokens: int
    inputs: NDArray[np.float32]
    outputs: NDArray[np.float32]
    pruned: NDArray[np.int32] | None = None
    quantised: bool = False
    old: bool = False


def read_file(path: str | os.PathLike[str]) -> FastTextFile:
    """Read a ``.bin`` or ``.ftz`` file.

    Parameters
    ----------
    path : path

    Returns
    -------
    FastTextFile

    Raises
    ------
    BadInput
        There is no such file.
    BadFormat
        It is no such file, or damaged; says at which byte. Sizes are checked before anything is allocated.
    NotEnoughMemory
        Its matrices would not fit.
    """
    target = Path(path)
    if not target.is_file():
        raise BadInput(f"no file {os.fspath(path)!r}")
    with open(target, "rb") as file:
        if target.stat().st_size == 0:
            raise BadFormat(f"{target} is empty, expected a fastText model")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _read_model(_Reader(data, target))


def write_file(model: FastTextFile, path: Path) -> None:
    """Write a ``.bin`` file of version 12; a model that was read from one comes out the same, byte for byte.

    (Of a model from before version 11, the vector of ``</s>`` changes: it loses its n-grams.)

    Raises
    ------
    BadInput
        The model is quantised or pruned, or a word holds a NUL byte, which ends a word in the file.
    """
    if model.quantised or model.pruned is not None:
        raise BadInput(
            "a quantised or pruned model cannot be written as .bin again; save its vectors as .vec, or model.space"
        )
    entries = [*model.words, *model.labels]
    bad = next((word for word in entries if b"\0" in word), None)
    if bad is not None:
        raise BadInput(f"the word {bad!r} holds a NUL byte, which a .bin file cannot keep")
    with open(path, "wb") as file:
        file.write(struct.pack("<2i", MAGIC, VERSION))
        file.write(struct.pack("<12id", *(getattr(model.arguments, f.name) for f in fields(Arguments))))
        file.write(struct.pack("<3i2q", len(entries), len(model.words), len(model.labels), model.tokens, -1))
        for number, (word, count) in enumerate(zip(entries, model.counts.tolist(), strict=True)):
            file.write(word + b"\0" + struct.pack("<qb", count, number >= len(model.words)))
        for matrix in (model.inputs, model.outputs):
            file.write(struct.pack("<?2q", False, *matrix.shape))
            for start in range(0, len(matrix), 4096):
                file.write(np.ascontiguousarray(matrix[start : start + 4096], "<f4").tobytes())


class _Reader:
    """Takes values off a file, and says where it is no longer what it should be."""

    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self.data, self.path, self.at = data, path, 0

    def fail(self, what: str) -> BadFormat:
        return BadFormat(f"{self.path}, byte {self.at:,}: {what}; not a fastText model, or damaged")

    def room(self, size: int, what: str) -> None:
        """Check that so many bytes are left."""
        left = len(self.data) - self.at
        if size > left:
            raise self.fail(f"{what} should take {size:,} bytes, and {left:,} are left")

    def values(self, form: str, what: str) -> tuple:
        self.room(struct.calcsize(form), what)
        found = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return found

    def array(self, kind: str, shape: tuple[int, ...], what: str) -> NDArray:
        """Copy an array out of the file."""
        count = 1
        for length in shape:  # in Python's numbers, which do not overflow
            if length < 0:
                raise self.fail(f"{what} has a length of {length}")
            count *= length
        size = count * np.dtype(kind).itemsize
        self.room(size, what)
        check_memory(size, f"reading {what} of {self.path.name}", "use a smaller model")
        found = np.frombuffer(self.data, kind, count, self.at).astype(np.dtype(kind).newbyteorder("="))
        self.at += size
        return found.reshape(shape)

    def flag(self, what: str) -> bool:
        (value,) = self.values("<B", what)
        if value > 1:
            raise self.fail(f"{what} is {value}, expected 0 or 1")
        return bool(value)


def _read_model(reader: _Reader) -> FastTextFile:
    magic, version = reader.values("<2i", "the header")
    new = magic == MAGIC
    if new and version not in (11, 12):
        raise reader.fail(f"version {version}, expected 11 or 12")
    if not new:
        reader.at = 0
    values = list(reader.values("<12id", "the arguments"))
    if version == 11 and new and values[7] == SUPERVISED:
        values[10] = 0  # such models did without n-grams of characters, whatever they say
    arguments = Arguments(*values)
    _check_arguments(arguments, reader)
    words, labels, counts, tokens, pruned = _read_dictionary(reader, new)
    inputs, quantised = _read_matrix(reader, new, "the input matrix")
    outputs, _ = _read_matrix(reader, new, "the output matrix")
    if reader.at != len(reader.data):
        raise reader.fail(f"{len(reader.data) - reader.at:,} bytes follow the end of the model")
    model = FastTextFile(arguments, words, labels, counts, tokens, inputs, outputs, pruned, quantised, not new)
    _check_model(model, reader)
    return model


def _check_arguments(arguments: Arguments, reader: _Reader) -> None:
    if not 1 <= arguments.dim <= 65_536 or not 1 <= arguments.model <= 3 or not 1 <= arguments.loss <= 4:
        raise reader.fail(
            f"dim {arguments.dim}, model {arguments.model} and loss {arguments.loss} are none that fastText writes"
        )
    if arguments.max_n > 100 or arguments.buckets < 0 or (arguments.max_n > 0 and arguments.min_n < 0):
        raise reader.fail(
            f"min_n {arguments.min_n}, max_n {arguments.max_n} and {arguments.buckets} buckets make no n-grams"
        )


def _read_dictionary(reader: _Reader, new: bool):
    size, n_words, n_labels, tokens = reader.values("<3iq", "the dictionary's head")
    n_pruned = reader.values("<q", "the dictionary's head")[0] if new else -1
    if min(n_words, n_labels) < 0 or n_words + n_labels != size:
        raise reader.fail(f"a dictionary of {size:,} entries with {n_words:,} words and {n_labels:,} labels")
    reader.room(10 * size, "the dictionary")
    entries, counts = [], np.empty(size, np.int64)
    for number in range(size):
        end = reader.data.find(b"\0", reader.at)
        if end < 0:
            raise reader.fail(f"entry {number + 1:,} of the dictionary does not end")
        entries.append(reader.data[reader.at : end])
        reader.at = end + 1
        counts[number], kind = reader.values("<qb", f"entry {number + 1:,} of the dictionary")
        if kind != (number >= n_words) or counts[number] < 0:
            raise reader.fail(f"entry {number + 1:,} of the dictionary has type {kind} and count {counts[number]}")
    if sum(counts.tolist()) >= 1 << 62:
        raise reader.fail("the counts of the dictionary add up to more than any text has")
    pruned = None if n_pruned < 0 else reader.array("<i4", (n_pruned, 2), "the list of n-grams kept")
    return entries[:n_words], entries[n_words:], counts, tokens, pruned


def _read_matrix(reader: _Reader, new: bool, what: str) -> tuple[NDArray[np.float32], bool]:
    if new and reader.flag(f"the kind of {what}"):
        return _read_quantised(reader, what), True
    return reader.array("<f4", reader.values("<2q", what), what), False


def _read_quantised(reader: _Reader, what: str) -> NDArray[np.float32]:
    """Read codes and codebooks, and put rows together from them (Jégou et al. 2011; Joulin et al. 2016)."""
    normed = reader.flag(f"the norms of {what}")
    rows, dim, n_codes = reader.values("<2qi", what)
    codes = reader.array("u1", (n_codes,), f"the codes of {what}")
    books = _read_codebooks(reader, what)
    if rows < 0 or dim != sum(book.shape[1] for book in books) or n_codes != rows * len(books):
        raise reader.fail(f"{what} has {rows:,} rows of {dim:,}, {n_codes:,} codes and {len(books)} codebooks")
    check_memory(4 * rows * dim, f"unpacking {what} of {reader.path.name}", "use a smaller model")
    codes = codes.reshape(rows, len(books))
    matrix = np.concatenate([book[codes[:, part]] for part, book in enumerate(books)], axis=1)
    if normed:
        norms = reader.array("u1", (rows,), f"the norms of {what}")
        (book,) = _read_codebooks(reader, f"the norms of {what}")
        matrix *= book[norms, :1]
    return matrix


def _read_codebooks(reader: _Reader, what: str) -> list[NDArray[np.float32]]:
    """Read a product quantizer: 256 centroids for every part of a row; the last part may be narrower."""
    dim, parts, width, last = reader.values("<4i", f"the codebooks of {what}")
    if parts < 1 or not 1 <= last <= width or dim != (parts - 1) * width + last:
        raise reader.fail(f"codebooks of {what}: {parts} parts of {width}, the last of {last}, do not make {dim}")
    flat = reader.array("<f4", (dim * _CENTRES,), f"the codebooks of {what}")
    cut = (parts - 1) * _CENTRES * width
    books = list(flat[:cut].reshape(parts - 1, _CENTRES, width))
    return [*books, flat[cut:].reshape(_CENTRES, last)]


def _check_model(model: FastTextFile, reader: _Reader) -> None:
    arguments, n = model.arguments, len(model.words)
    if model.inputs.shape[1] != arguments.dim or model.outputs.shape[1:] != (arguments.dim,):
        raise reader.fail(f"matrices of {model.inputs.shape} and {model.outputs.shape} for dim {arguments.dim}")
    buckets = arguments.buckets if arguments.max_n > 0 else 0
    if model.pruned is not None:
        ids, rows = model.pruned.T
        buckets = len(rows)
        if buckets and (rows.min() < 0 or rows.max() >= buckets or ids.min() < 0 or ids.max() >= arguments.buckets):
            raise reader.fail("the list of n-grams kept points outside the matrix")
    if len(model.inputs) < n + buckets:
        raise reader.fail(f"{len(model.inputs):,} input rows for {n:,} words and {buckets:,} buckets")
    if not np.isfinite(model.inputs).all():
        raise reader.fail("the input matrix holds values that are not finite")
