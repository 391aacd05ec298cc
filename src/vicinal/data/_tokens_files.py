"""The files behind `Tokens`: written under temporary names, renumbered in place, renamed when whole."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.data._vocabulary_text import write_whole
from vicinal.errors import BadFormat, BadInput, VicinalError

IDS, OFFSETS, VOCABULARY, RECORD = "tokens.ids", "tokens.offsets", "vocabulary.txt", "tokens.json"
FORMAT = "vicinal.tokens/1"
CHUNK = 1 << 20  # ids renumbered at a time
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextlib.contextmanager
def writing(folder: Path, documents: bool = False) -> Iterator[TokenFiles]:
    """Files to fill; whatever happens no temporary ones stay, and a full disk is reported clearly."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        output = TokenFiles(folder, documents)
        try:
            yield output
        finally:
            output.abandon()
    except FileExistsError as error:
        raise BadInput(f"workspace {str(folder)!r} is a file, expected a folder") from error
    except OSError as error:
        if error.errno in _FULL:
            raise VicinalError(
                f"no room left in {folder} ({error.strerror}): the words of a corpus take 4 bytes each there; "
                "free some space, or choose another place with workspace="
            ) from error
        raise


class TokenFiles:
    """Ids and sentence starts on their way to disk.

    Parameters
    ----------
    folder : Path
        Exists already.
    documents : bool
        Whether sentences left empty stay.
    """

    def __init__(self, folder: Path, documents: bool = False) -> None:
        self.folder, self.documents = folder, documents
        self._paths = [folder / f"{name}.part" for name in (IDS, OFFSETS)]
        self._ids, self._starts = (path.open("w+b", buffering=0) for path in self._paths)
        self.n_ids = self.n_sentences = 0

    def append(self, ids: NDArray[np.int32], starts: NDArray[np.int64]) -> None:
        """Write more ids, and the places among them where sentences begin."""
        _write(self._ids, ids)
        _write(self._starts, starts + self.n_ids)
        self.n_ids += len(ids)
        self.n_sentences += len(starts)

    def renumber(self, mapping: NDArray[np.int32]) -> bool:
        """Give every id its new number and drop those mapped to -1, in place, and (but documents) sentences left empty.

        Returns
        -------
        bool
            Whether the sentence that was last begun has no words left, so that the next word begins one.
        """
        from vicinal.data._tokens_kernels import renumber

        if self.documents:
            self._renumber_documents(mapping)
            return False
        kept, begun = np.empty(CHUNK, np.int32), np.empty(CHUNK + 1, np.int64)
        words = sentences = reached = 0
        begin = False
        for base in range(0, self.n_ids, CHUNK):
            ids = _read(self._ids, base, min(CHUNK, self.n_ids - base), np.dtype("<i4"))
            starts = _read(self._starts, reached, min(CHUNK, self.n_sentences - reached), np.dtype("<i8")) - base
            starts = starts[: np.searchsorted(starts, len(ids))]
            reached += len(starts)
            n_kept, n_begun, begin = renumber(ids, mapping, starts, kept, begun, begin)
            self._ids.seek(words * 4)
            _write(self._ids, kept[:n_kept])
            self._starts.seek(sentences * 8)
            _write(self._starts, begun[:n_begun] + words)
            words, sentences = words + n_kept, sentences + n_begun
        self.n_ids, self.n_sentences = words, sentences
        for file, size in ((self._ids, words * 4), (self._starts, sentences * 8)):
            file.truncate(size)
            file.seek(size)
        return bool(begin)

    def _renumber_documents(self, mapping: NDArray[np.int32]) -> None:
        words = reached = 0
        for base in range(0, self.n_ids, CHUNK):
            ids = mapping[_read(self._ids, base, min(CHUNK, self.n_ids - base), np.dtype("<i4"))]
            before = np.concatenate([[0], np.cumsum(ids >= 0)])
            reached = self._move_starts(reached, base, before + words)
            self._ids.seek(words * 4)
            _write(self._ids, ids[ids >= 0])
            words += int(before[-1])
        self._move_starts(reached, self.n_ids, np.array([words, words]))
        self.n_ids = words
        self._ids.truncate(words * 4)
        self._ids.seek(words * 4)
        self._starts.seek(self.n_sentences * 8)

    def _move_starts(self, reached: int, base: int, now: NDArray[np.int64]) -> int:
        """Rewrite the starts from the ``reached``-th on that lie in ``base`` … ``base + len(now) - 2``."""
        while reached < self.n_sentences:
            starts = _read(self._starts, reached, min(CHUNK, self.n_sentences - reached), np.dtype("<i8")) - base
            inside = starts[: np.searchsorted(starts, len(now) - 1)]
            self._starts.seek(reached * 8)
            _write(self._starts, now[inside])
            reached += len(inside)
            if len(inside) < len(starts):
                break
        return reached

    def finish(self, vocabulary: Any, record: dict[str, Any], durable: bool) -> None:
        """End the offsets and rename everything into place; the record comes last and makes the others valid."""
        _write(self._starts, np.array([self.n_ids], np.int64))
        (self.folder / RECORD).unlink(missing_ok=True)  # from here on the old files may be replaced
        for file, part in zip((self._ids, self._starts), self._paths, strict=True):
            if durable:
                os.fsync(file.fileno())
            file.close()
            os.replace(part, part.with_suffix(""))
        vocabulary.save(self.folder / VOCABULARY)
        sizes = {"format": FORMAT, "words": self.n_ids, "sentences": self.n_sentences, "documents": self.documents}
        write_whole(self.folder / RECORD, json.dumps(sizes | record, indent=1).encode())

    def abandon(self) -> None:
        """Remove what is left under temporary names."""
        self._ids.close()
        self._starts.close()
        for path in self._paths:
            path.unlink(missing_ok=True)


def _write(file: Any, array: NDArray[Any]) -> None:
    view = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False).data.cast("B")
    while view:  # unbuffered files may take less than they were given
        view = view[file.write(view) :]


def _read(file: Any, place: int, count: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    file.seek(place * dtype.itemsize)
    array = np.empty(count, dtype)
    view = array.data.cast("B")
    while view:
        size = file.readinto(view)
        if not size:
            raise BadInput("a temporary file shrank while it was read: something else changed it")
        view = view[size:]
    return array


def open_record(folder: Path) -> dict[str, Any]:
    """Read and check ``tokens.json``, and the sizes of the files it describes."""
    path = folder / RECORD
    if not path.is_file():
        raise BadInput(f"no finished tokens in {str(folder)!r} ({RECORD} is missing); make them with tokenize_corpus")
    try:
        record = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise BadFormat(f"{path}: not valid JSON ({error})") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise BadFormat(f"{path}: expected format {FORMAT!r}; tokenise the corpus again")
    for key, kind in (("words", int), ("sentences", int), ("total_words", int), ("corpus_fingerprint", str),
                      ("vocabulary_fingerprint", str)):  # fmt: skip
        value = record.get(key)
        if type(value) is not kind or (isinstance(value, int) and value < 1):
            raise BadFormat(f"{path}: {key} is {value!r}, expected {'a positive number' if kind is int else 'text'}")
    if type(record.setdefault("documents", False)) is not bool:
        raise BadFormat(f"{path}: documents is {record['documents']!r}, expected true or false")
    for name, size in ((IDS, record["words"] * 4), (OFFSETS, record["sentences"] * 8 + 8)):
        file = folder / name
        there = file.stat().st_size if file.is_file() else -1
        if there != size:
            what = "is missing" if there < 0 else f"has {there:,} bytes"
            raise BadFormat(f"{file} {what}, expected {size:,}: damaged; tokenise the corpus again")
    return record
