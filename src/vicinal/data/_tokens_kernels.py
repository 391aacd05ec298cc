"""Kernels that turn utf-8 bytes into numbered words, and renumber them; their slow twins are the tests' oracle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

# What a byte is to a tokenizer.
SPACE, LETTER, DIGIT, APOSTROPHE, NEWLINE, MARK = 0, 1, 2, 3, 4, 5

# Places in the state array.
TYPES, ARENA, IDS, SENTENCES, WORDS, BEGIN, LIMIT, GROWS, DOCUMENTS = 0, 1, 2, 3, 4, 5, 6, 7, 8
STATE_SIZE = 9

_START = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_EIGHT, _SHIFT = np.uint64(8), np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_HEAD = 8  # bytes of a word that fit one 64-bit number


class Alphabet(NamedTuple):
    """What each byte is, and what it is folded to; two uint8 arrays of 256."""

    classes: NDArray[np.uint8]
    folding: NDArray[np.uint8]


class Table(NamedTuple):
    """Types by their bytes: an open-addressing table whose slots hold the high half of a hash, and an id + 1."""

    slots: NDArray[np.uint64]  # a power of two of them; 0 is free
    hashes: NDArray[np.uint64]  # of each type
    heads: NDArray[np.uint64]  # the first 8 bytes of each type as one number: most words need no further look
    starts: NDArray[np.int64]  # of each type in the arena, and the end of the last
    arena: NDArray[np.uint8]
    counts: NDArray[np.int64]


@njit(nogil=True, cache=True)
def find(block, begin, end, head, hashed, folding, table):
    """Id of the word ``block[begin:end]``, or -1."""
    mask = np.uint64(len(table.slots) - 1)
    at = hashed & mask
    size = end - begin
    while True:
        slot = table.slots[at]
        if slot == _ZERO:
            return -1
        if (slot >> _SHIFT) == (hashed >> _SHIFT):
            number = (slot & _LOW) - _ONE
            start = table.starts[number]
            if table.heads[number] == head and table.starts[number + _ONE] - start == size:
                k = _HEAD
                while k < size and table.arena[np.uint64(start + k)] == folding[block[np.uint64(begin + k)]]:
                    k += 1
                if k >= size:
                    return np.int64(number)
        at = (at + _ONE) & mask


@njit(nogil=True, cache=True)
def add(block, begin, end, head, hashed, folding, table, state):
    """Enter a word that is not there; its id, or -1 where the table is full."""
    number = state[TYPES]
    if number >= state[LIMIT]:
        return -1
    mask = np.uint64(len(table.slots) - 1)
    at = hashed & mask
    while table.slots[at] != _ZERO:
        at = (at + _ONE) & mask
    start = state[ARENA]
    for k in range(end - begin):
        table.arena[start + k] = folding[block[begin + k]]
    state[ARENA] = start + end - begin
    table.starts[number + 1] = state[ARENA]
    table.hashes[number] = hashed
    table.heads[number] = head
    table.counts[number] = 0
    table.slots[at] = ((hashed >> _SHIFT) << _SHIFT) | np.uint64(number + 1)
    state[TYPES] = number + 1
    return number


@njit(nogil=True, cache=True)
def mix(hashed, packed):
    """Fold eight more bytes into a hash."""
    hashed = (hashed ^ packed) * _MIX
    return hashed ^ (hashed >> _SHIFT)


@njit(nogil=True, cache=True)
def scan(block, position, alphabet, table, ids, sentences, state):
    """Number the words of a block from ``position`` on; stops early where a new word finds the table full.

    Parameters
    ----------
    block : (n,) uint8 array
        Ends at a word's end. The table's arena must have n bytes free, ``ids`` and ``sentences`` (n + 1) / 2 places;
        where ``state[DOCUMENTS]`` is 1, so that lines without known words are sentences too, ``sentences`` n.
    position : int
        Where to begin: 0, or what the last call returned.
    alphabet : Alphabet
    table : Table
        Changed in place.
    ids : int32 array
        Gets the ids of known words from place ``state[IDS]`` on.
    sentences : int64 array
        Gets, from place ``state[SENTENCES]`` on, the place in ``ids`` of each sentence's first word.
    state : (STATE_SIZE,) int64 array
        Changed in place; ``state[BEGIN]`` is 1 while the next word begins a sentence.

    Returns
    -------
    int
        n, or the position of the word that found no room.
    """
    classes, folding = alphabet
    size = len(block)
    i = position
    while i < size:
        kind = classes[block[np.uint64(i)]]
        if kind not in (LETTER, DIGIT):
            if kind == NEWLINE:
                if state[BEGIN] == 1 and state[DOCUMENTS] == 1:
                    sentences[state[SENTENCES]] = state[IDS]
                    state[SENTENCES] += 1
                state[BEGIN] = 1
            i += 1
            continue
        begin = i
        hashed, packed, head = _START, _ZERO, _ZERO
        while True:
            packed = (packed << _EIGHT) | np.uint64(folding[block[np.uint64(i)]])
            i += 1
            if (i - begin) & 7 == 0:
                hashed = mix(hashed, packed)
                if i - begin == _HEAD:
                    head = packed
                packed = _ZERO
            if i == size:
                break
            before, kind = kind, classes[block[np.uint64(i)]]
            if kind in (LETTER, DIGIT):
                continue
            if kind == APOSTROPHE and before == LETTER and i + 1 < size and classes[block[i + 1]] == LETTER:
                continue
            break
        if i - begin < _HEAD:
            head = packed
        hashed = mix(mix(hashed, packed), np.uint64(i - begin))
        number = find(block, begin, i, head, hashed, folding, table)
        if number < 0 and state[GROWS] == 1:
            number = add(block, begin, i, head, hashed, folding, table, state)
            if number < 0:
                return begin
        state[WORDS] += 1
        if number < 0:
            continue
        table.counts[np.uint64(number)] += 1
        if state[BEGIN] == 1:
            sentences[state[SENTENCES]] = state[IDS]
            state[SENTENCES] += 1
            state[BEGIN] = 0
        ids[np.uint64(state[IDS])] = number
        state[IDS] += 1
    return size


@njit(nogil=True, cache=True)
def fill_slots(slots, hashes, types):
    """Enter the first ``types`` types into an empty table."""
    mask = np.uint64(len(slots) - 1)
    for number in range(types):
        at = hashes[number] & mask
        while slots[at] != _ZERO:
            at = (at + _ONE) & mask
        slots[at] = ((hashes[number] >> _SHIFT) << _SHIFT) | np.uint64(number + 1)


@njit(nogil=True, cache=True)
def decode(block, i):
    """Code point of the character at byte ``i`` of valid utf-8, and its length."""
    first = np.int64(block[i])
    if first < 0x80:
        return first, 1
    second = np.int64(block[i + 1]) & 0x3F
    if first < 0xE0:
        return (first & 0x1F) << 6 | second, 2
    third = np.int64(block[i + 2]) & 0x3F
    if first < 0xF0:
        return (first & 0x0F) << 12 | second << 6 | third, 3
    return (first & 0x07) << 18 | second << 12 | third << 6 | np.int64(block[i + 3]) & 0x3F, 4


@njit(nogil=True, cache=True)
def encode(point, out, at):
    """Write a character as utf-8 from byte ``at`` on; returns the place after it."""
    if point < 0x80:
        out[at] = point
        return at + 1
    if point < 0x800:
        out[at] = 0xC0 | point >> 6
    else:
        if point < 0x10000:
            out[at] = 0xE0 | point >> 12
        else:
            out[at] = 0xF0 | point >> 18
            at += 1
            out[at] = 0x80 | (point >> 12) & 0x3F
        at += 1
        out[at] = 0x80 | (point >> 6) & 0x3F
    out[at + 1] = 0x80 | point & 0x3F
    return at + 2


@njit(nogil=True, cache=True)
def simplify(block, classes, folding, out):
    """Rewrite utf-8 so that `scan`, to which all non-ASCII bytes are letters, parts it at the right places.

    Parameters
    ----------
    block : (n,) uint8 array
        Valid utf-8.
    classes : (0x110000,) uint8 array
        What each character is: a class of `Alphabet`, or MARK, which belongs to a word that has begun.
    folding : (0x110000,) int32 array
        What each character becomes.
    out : uint8 array
        Gets the text; 3 n / 2 + 4 bytes suffice, for lower-casing makes no character grow more than from 2 bytes to 3.

    Returns
    -------
    int
        Bytes written.
    """
    i, at = 0, 0
    before = SPACE
    while i < len(block):
        point, size = decode(block, i)
        kind = classes[point]
        i += size
        if kind == APOSTROPHE:
            if before == LETTER and i < len(block) and classes[decode(block, i)[0]] == LETTER:
                kind = LETTER
        elif kind == MARK and before != SPACE:
            kind = LETTER
        if kind in (LETTER, DIGIT):
            at = encode(folding[point], out, at)
            before = kind
        else:
            out[at] = 10 if kind == NEWLINE else 32
            at += 1
            before = SPACE
    return at


@njit(nogil=True, cache=True)
def renumber(ids, mapping, sentences, kept, begun, begin):
    """Give words their new ids and drop those that have none.

    Parameters
    ----------
    ids : (n,) int32 array
        Old ids.
    mapping : int32 array
        New id of each old one; -1 drops the word.
    sentences : (m,) int64 array
        Places in ``ids`` where sentences begin, ascending.
    kept : (n,) int32 array
        Gets the new ids.
    begun : (m + 1,) int64 array
        Gets the places in ``kept`` where sentences that are left begin.
    begin : bool
        Whether the first word left begins a sentence, although no sentence begins at place 0.

    Returns
    -------
    tuple of int, int, bool
        Words left, sentences left, and whether the first word of the next array begins a sentence.
    """
    words, left, reached = 0, 0, 0
    for i in range(len(ids)):
        if reached < len(sentences) and sentences[reached] == i:
            begin = True
            reached += 1
        number = mapping[ids[i]]
        if number >= 0:
            if begin:
                begun[left] = words
                left += 1
                begin = False
            kept[words] = number
            words += 1
    return words, left, begin
