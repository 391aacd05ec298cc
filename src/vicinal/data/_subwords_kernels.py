# mypy: ignore-errors
"""Hashing the n-grams of many words."""

from __future__ import annotations

import numpy as np

from vicinal._vectors import loop_kernel

_BASIS, _PRIME, _LOW = np.uint64(2166136261), np.uint64(16777619), np.uint64(0xFFFFFFFF)


@loop_kernel
def hash_subwords(text, starts, min_n, max_n, buckets, offsets, ids):
    """Write the buckets of all n-grams, as many as there is room for, and where those of each word begin.

    Parameters
    ----------
    text, starts : (bytes,) uint8, (n + 1,) int64
        Words with their marks, end to end, and where each begins.
    min_n, max_n, buckets : int64
    offsets, ids : (n + 1,) int64, (room,) int32
        Filled.

    Returns
    -------
    int64
        How many n-grams there are.
    """
    count = 0
    for word in range(len(starts) - 1):
        offsets[word] = count
        first, last = starts[word], starts[word + 1]
        for i in range(first, last):
            if text[i] & 0xC0 == 0x80:  # in the middle of a character
                continue
            state, j, n = _BASIS, i, 0
            while j < last and n < max_n:
                more = True
                while more:  # one character
                    byte = np.uint64(text[j])
                    signed = byte | np.uint64(0xFFFFFF00) if byte > np.uint64(127) else byte
                    state = ((state ^ signed) * _PRIME) & _LOW
                    j += 1
                    more = j < last and text[j] & 0xC0 == 0x80
                n += 1
                if n >= min_n and not (n == 1 and (i == first or j == last)):
                    if count < len(ids):
                        ids[count] = np.int32(state % np.uint64(buckets))
                    count += 1
    offsets[len(starts) - 1] = count
    return count
