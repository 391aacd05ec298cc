"""Subwords: the character n-grams of a word and the buckets they are hashed to, exactly as in fastText."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadOption

END_OF_SENTENCE = "</s>"  # fastText's own token, which has no n-grams
MAX_N = 100


def subwords(word: str, *, min_n: int = 3, max_n: int = 6) -> list[str]:
    """List the n-grams of a word set between ``<`` and ``>`` (Bojanowski et al. 2017, section 3.2).

    Parameters
    ----------
    word : str
    min_n, max_n : int
        Characters in an n-gram, the marks included; 1 to 100. The marks alone are no n-grams.

    Returns
    -------
    list of str
        By where they begin, then by length.

    Raises
    ------
    BadOption
        Lengths out of range.

    Examples
    --------
    >>> subwords("été", min_n=3, max_n=4)
    ['<ét', '<été', 'été', 'été>', 'té>']
    """
    check_lengths(min_n, max_n)
    if word == END_OF_SENTENCE:
        return []
    text, found = f"<{word}>", []
    for start in range(len(text)):
        for stop in range(start + min_n, min(start + max_n, len(text)) + 1):
            if stop - start > 1 or 0 < start < len(text) - 1:
                found.append(text[start:stop])
    return found


def hash_subword(subword: str | bytes) -> int:
    """Hash an n-gram to 32 bits: FNV-1a over its UTF-8 bytes, each taken as a signed number, as fastText does.

    Examples
    --------
    >>> hash_subword("foobar") == 0xBF9CF968  # a published value of FNV-1a
    True
    """
    state = 2166136261
    for byte in subword.encode() if isinstance(subword, str) else subword:
        signed = byte | 0xFFFFFF00 if byte > 127 else byte
        state = ((state ^ signed) * 16777619) & 0xFFFFFFFF
    return state


def subword_buckets(
    words: Sequence[str | bytes], *, min_n: int = 3, max_n: int = 6, buckets: int = 2_000_000, bare_end: bool = True
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Hash the n-grams of many words.

    Parameters
    ----------
    words : sequence of str or bytes
        Bytes are taken as the UTF-8 they should be.
    min_n, max_n : int
        As in `subwords`.
    buckets : int
        What the hashes are taken modulo of; 1 to 2³¹ - 1.
    bare_end : bool
        Give the token ``</s>`` no n-grams. fastText has done so since version 11 of its files.

    Returns
    -------
    offsets : (n + 1,) int64
        The n-grams of word i are ``[offsets[i], offsets[i + 1])``.
    ids : (total,) int32
        Their buckets, in the order of `subwords`; an n-gram that a word holds twice is there twice.

    Raises
    ------
    BadOption
        An option out of range.

    Examples
    --------
    >>> offsets, ids = subword_buckets(["ab", "a"], min_n=3, max_n=4, buckets=1000)
    >>> offsets.tolist(), ids.tolist() == [hash_subword(s) % 1000 for s in ("<ab", "<ab>", "ab>", "<a>")]
    ([0, 3, 4], True)
    """
    from vicinal.data._subwords_kernels import hash_subwords

    check_lengths(min_n, max_n)
    if not 1 <= buckets < 1 << 31:
        raise BadOption(f"buckets must be from 1 to {(1 << 31) - 1:,}, got {buckets!r}")
    raw = [word.encode("utf-8", "surrogateescape") if isinstance(word, str) else word for word in words]
    bare = END_OF_SENTENCE.encode() if bare_end else None
    marked = [b"" if word == bare else b"<" + word + b">" for word in raw]
    starts = np.r_[0, np.cumsum([len(word) for word in marked])].astype(np.int64)
    text = np.frombuffer(b"".join(marked) or b"\0", np.uint8)
    offsets = np.zeros(len(marked) + 1, np.int64)
    ids = np.empty(0, np.int32)
    total = hash_subwords(text, starts, min_n, max_n, buckets, offsets, ids)  # counts only: there is no room yet
    ids = np.empty(total, np.int32)
    hash_subwords(text, starts, min_n, max_n, buckets, offsets, ids)
    return offsets, ids


def check_lengths(min_n: int, max_n: int) -> None:
    """Raise `BadOption` unless 1 ≤ min_n ≤ max_n ≤ 100."""
    whole = all(isinstance(n, int) and not isinstance(n, bool) for n in (min_n, max_n))
    if not whole or not 1 <= min_n <= max_n <= MAX_N:
        raise BadOption(f"subwords need 1 ≤ min_n ≤ max_n ≤ {MAX_N}, got min_n {min_n!r} and max_n {max_n!r}")
