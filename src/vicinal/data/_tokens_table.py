"""The table of words seen so far: room for them, and the room made by forgetting rare ones."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.data import _tokens_kernels as kernels
from vicinal.data._sources import encode_tokens
from vicinal.data._tokens_kernels import (
    ARENA, BEGIN, DOCUMENTS, GROWS, IDS, LIMIT, SENTENCES, STATE_SIZE, TYPES, WORDS,
)  # fmt: skip

Ids = NDArray[np.int32]
Places = NDArray[np.int64]
Words64 = NDArray[np.uint64]


@functools.cache
def alphabet(mode: str, lower: bool) -> kernels.Alphabet:
    """Byte classes of ``"words"``, ``"whitespace"`` or ``"separated"``; bytes of non-ASCII characters are letters."""
    classes = np.full(256, kernels.LETTER, np.uint8)
    folding = np.arange(256, dtype=np.uint8)
    if mode == "separated":
        classes[0xFF], classes[0xFE] = kernels.SPACE, kernels.NEWLINE
        return kernels.Alphabet(classes, folding)
    for byte in range(128):
        char = chr(byte)
        if mode == "whitespace":
            classes[byte] = kernels.SPACE if char.isspace() else kernels.LETTER
        else:
            classes[byte] = kernels.LETTER if char.isalpha() else kernels.DIGIT if char.isdigit() else kernels.SPACE
        if lower:
            folding[byte] = ord(char.lower())
    classes[ord("\n")] = kernels.NEWLINE
    if mode == "words":
        classes[ord("'")] = kernels.APOSTROPHE
    return kernels.Alphabet(classes, folding)


class WordTable:
    """Numbers words in the order they are first seen.

    Parameters
    ----------
    max_types : int
        At most so many distinct words are held at a time.
    slots : int
        Size to begin with, a power of two.
    documents : bool
        Whether lines without known words count as sentences.
    """

    def __init__(self, max_types: int, slots: int = 1 << 18, documents: bool = False) -> None:
        self.max_types = max_types
        self.state = np.zeros(STATE_SIZE, np.int64)
        self.state[BEGIN] = self.state[GROWS] = 1
        self.state[DOCUMENTS] = documents
        self._ids, self._sentences = np.empty(0, np.int32), np.empty(0, np.int64)
        nothing = np.zeros(0, np.uint64)
        self._allocate(slots, nothing, nothing, np.zeros(1, np.int64), np.zeros(0, np.int64))
        self._arena = np.zeros(0, np.uint8)

    def _allocate(self, slots: int, hashes: Words64, heads: Words64, starts: Places, counts: Places) -> None:
        types, room = len(counts), slots // 2
        self._slots = np.zeros(slots, np.uint64)
        self._hashes, self._heads, self._counts = _longer(hashes, room), _longer(heads, room), _longer(counts, room)
        self._starts = _longer(starts, room + 1)
        kernels.fill_slots(self._slots, self._hashes, types)
        self.state[TYPES], self.state[ARENA] = types, starts[-1]
        self.state[LIMIT] = min(room, self.max_types)

    def scan(self, block: bytes, position: int, letters: kernels.Alphabet) -> int:
        """Number the words of a block from ``position``; where it ends early, the caller makes room and goes on."""
        data = np.frombuffer(block, np.uint8)
        places = int(self.state[IDS]) + (len(data) - position) // 2 + 1
        if len(self._ids) < places:
            self._ids = _longer(self._ids, places)
        begun = int(self.state[SENTENCES]) + len(data) if self.state[DOCUMENTS] else places
        if len(self._sentences) < begun:
            self._sentences = _longer(self._sentences, begun)
        needed = int(self.state[ARENA]) + len(data) - position
        if len(self._arena) < needed:
            self._arena = _longer(self._arena, max(needed, len(self._arena) * 3 // 2))
        table = kernels.Table(self._slots, self._hashes, self._heads, self._starts, self._arena, self._counts)
        return kernels.scan(data, position, letters, table, self._ids, self._sentences, self.state)

    def take(self) -> tuple[Ids, Places]:
        """Hand over the ids since the last call, and the places among them where sentences begin (views)."""
        ids, sentences = self._ids[: self.state[IDS]], self._sentences[: self.state[SENTENCES]]
        self.state[IDS] = self.state[SENTENCES] = 0
        return ids, sentences

    @property
    def types(self) -> int:
        """Distinct words held."""
        return int(self.state[TYPES])

    @property
    def words(self) -> int:
        """Words seen in all."""
        return int(self.state[WORDS])

    @property
    def counts(self) -> Places:
        """Count of each word held."""
        return self._counts[: self.types]

    @property
    def full(self) -> bool:
        """Whether `grow` would not help: `forget_rare` must."""
        return self.types >= self.max_types

    def grow(self) -> None:
        """Double the room for types."""
        n = self.types
        self._allocate(len(self._slots) * 2, self._hashes[:n], self._heads[:n], self._starts[: n + 1], self._counts[:n])

    def forget_rare(self) -> Ids:
        """Drop the rarest words, at least a quarter of what fits; returns the new id of each old one, -1 for dropped.

        Words of equal count go together, so the words left are those seen more often than some threshold.
        """
        counts, n = self.counts, self.types
        place = min(n - 1, max(self.max_types // 4, 1) - 1)
        keep = counts > np.partition(counts, place)[place]
        lengths = np.diff(self._starts[: n + 1])
        self._arena = self._arena[: self._starts[n]][np.repeat(keep, lengths)]
        starts = np.concatenate([[0], np.cumsum(lengths[keep])])
        self._allocate(len(self._slots), self._hashes[:n][keep], self._heads[:n][keep], starts, counts[keep])
        return np.where(keep, np.cumsum(keep) - 1, -1).astype(np.int32)

    def preload(self, tokens: Sequence[str]) -> None:
        """Enter the words of a vocabulary, with their ids; no others will be added."""
        letters = alphabet("separated", False)
        data = encode_tokens(tokens, "the vocabulary")
        position = 0
        while (position := self.scan(data, position, letters)) < len(data):
            self.grow()
        self.take()
        self._counts[:] = 0
        self.state[WORDS] = self.state[GROWS] = 0
        self.state[BEGIN] = 1

    def words_at(self, numbers: NDArray[np.int64]) -> list[str]:
        """Spellings of the words with these ids."""
        arena = self._arena[: self.state[ARENA]].tobytes()
        starts = self._starts
        return [
            arena[begin:end].decode()
            for begin, end in zip(starts[numbers].tolist(), starts[numbers + 1].tolist(), strict=True)
        ]


def _longer(array: NDArray[Any], size: int) -> NDArray[Any]:
    longer = np.empty(size, array.dtype)
    longer[: len(array)] = array
    return longer
