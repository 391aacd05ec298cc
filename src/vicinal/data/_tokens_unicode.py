"""Non-ASCII text made ready for the compiled pass."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vicinal.data import _tokens_kernels as kernels
from vicinal.data.tokenize import Tokenizer

# Planes 4 to 13 hold no characters, 14 only some marks, 15 and 16 only private ones.
_RANGES = (range(0x80, 0xD800), range(0xE000, 0x40000), range(0xE0000, 0xE1000))

_IDENTITY = np.arange(0x110000, dtype=np.int32)
_SPACES = frozenset(b" \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f")
_SPACE = re.compile(rb"[ \t\n\x0b\x0c\r\x1c-\x1f]|\Z")


@functools.cache
def classes(mode: str) -> NDArray[np.uint8]:
    """What each character is to the tokenizer ``"words"`` or ``"whitespace"``."""
    table = np.full(0x110000, kernels.SPACE if mode == "words" else kernels.LETTER, np.uint8)
    for point in (*range(0x80), *(point for points in _RANGES for point in points)):
        char = chr(point)
        if mode == "whitespace":
            table[point] = kernels.SPACE if char.isspace() else kernels.LETTER
        elif char.isalnum():
            table[point] = kernels.DIGIT if char.isdecimal() else kernels.LETTER
        elif unicodedata.category(char)[0] == "M":
            table[point] = kernels.MARK
    table[ord("\n")] = kernels.NEWLINE
    if mode == "words":
        table[[ord("'"), ord("’")]] = kernels.APOSTROPHE
    return table


@functools.cache
def _lowered() -> tuple[NDArray[np.int32], tuple[bytes, ...]]:
    """Lower case of each character, and the characters that have no single one."""
    table = np.arange(0x110000, dtype=np.int32)
    special = ["Σ"]  # two lower cases, by its place in the word
    for point in (*range(0x80), *(point for points in _RANGES for point in points)):
        lower = chr(point).lower()
        if len(lower) == 1:
            table[point] = ord(lower)
        else:
            special.append(chr(point))
    return table, tuple(char.encode() for char in special)


def _without(special: Sequence[bytes], block: bytes, tokenize: Tokenizer) -> bytes:
    """The block with each stretch between white space that has a special character tokenised in Python."""
    parts: list[bytes] = []
    last = 0
    for match in re.finditer(b"|".join(map(re.escape, special)), block):
        start = match.start()
        if start < last:
            continue
        while start > last and block[start - 1] not in _SPACES:
            start -= 1
        end = _SPACE.search(block, match.end()).start()  # type: ignore[union-attr]  # the end of the block at last
        parts += (block[last:start], " ".join(tokenize(block[start:end].decode())).encode())
        last = end
    return b"".join([*parts, block[last:]])


def simplified(block: bytes, mode: str, lower: bool, tokenize: Tokenizer) -> bytes:
    """Part and fold a block's non-ASCII characters, so that ASCII rules do for the rest; ASCII blocks stay as they are.

    ``tokenize`` is the Python tokenizer that this equals; it is called for the few stretches between white space that
    have characters whose lower case is not one fixed character.
    """
    if block.isascii():
        return block
    folding = _IDENTITY
    if lower:
        folding, special = _lowered()
        if any(char in block for char in special):  # rare, and much quicker to find than the pattern
            block = _without(special, block, tokenize)
    out = np.empty(len(block) * 3 // 2 + 4, np.uint8)
    size = kernels.simplify(np.frombuffer(block, np.uint8), classes(mode), folding, out)
    return out[:size].tobytes()
