"""Names that begin with what was typed, whatever its case and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from threading import Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.serve.binary import packed_names
from vicinal.serve.served import Served

_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_CHUNK = 1 << 15  # names folded in one go, between which other threads have their turn
_FIRST = 20_000  # names that are ready at once
_KEY = 8  # bytes of a name that it is sorted by


def fold(text: str) -> str:
    """Fold case, compatibility forms and accents away; vowel signs and voicing marks, which are letters, stay.

    Examples
    --------
    >>> fold("Škoda ﬁn STRASSE"), fold("straße")
    ('skoda fin strasse', 'strasse')
    """
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text).casefold())


class Completer:
    """Folded names, sorted by their first eight bytes.

    Nothing is done name by name: a chunk is folded as one string, the rest is arithmetic on whole arrays. So building
    it for a million names never keeps other threads waiting for long, and it takes some 30 bytes a name.

    Parameters
    ----------
    data : (bytes,) uint8
        Names, UTF-8, end to end.
    offsets : (n + 1,) unsigned int
        Where each begins.

    Examples
    --------
    >>> completer = Completer(np.frombuffer("abÀcb".encode(), np.uint8), np.array([0, 2, 5, 6]))
    >>> completer.rows("a", 5).tolist(), completer.rows("b", 5).tolist()
    ([0, 1], [2])
    """

    def __init__(self, data: NDArray[np.uint8], offsets: NDArray[np.integer]) -> None:
        chunks = [_folded(data, offsets[start : start + _CHUNK + 1]) for start in range(0, len(offsets) - 1, _CHUNK)]
        self._text = b"".join(chunks)  # every name is followed by a zero byte
        bytes_ = np.frombuffer(self._text, np.uint8)
        stops = np.flatnonzero(bytes_ == 0)
        self._starts = np.concatenate([[0], stops[:-1] + 1])
        self._lengths = stops - self._starts
        keys = np.zeros(len(stops), np.uint64)
        for at in range(_KEY):
            has = at < self._lengths
            letters = np.where(has, bytes_[np.where(has, self._starts + at, 0)], np.uint8(0))
            keys = keys << np.uint64(8) | letters
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def rows(self, prefix: str, k: int) -> NDArray[np.int64]:
        """Find up to k rows: names that are the prefix, that begin with it, and if there are none that hold it."""
        asked = fold(prefix).replace("\0", "\x01").encode("utf-8", "replace")
        found = self._beginning(asked)
        if not len(found):
            return np.array(self._holding(asked, k), np.int64)
        whole = found[self._lengths[found] == len(asked)]
        first = np.concatenate([np.sort(whole)[:k], _least(found, k)])
        return first[np.sort(np.unique(first, return_index=True)[1])][:k]

    def _beginning(self, asked: bytes) -> NDArray[np.int64]:
        head = asked[:_KEY]
        low, high = (int.from_bytes(head.ljust(_KEY, fill), "big") for fill in (b"\0", b"\xff"))
        start = np.searchsorted(self._keys, np.uint64(low), "left")
        stop = np.searchsorted(self._keys, np.uint64(high), "right")
        found = self._order[start:stop]
        if len(asked) > _KEY:
            found = found[self._lengths[found] >= len(asked)]
            letters = np.frombuffer(self._text, np.uint8)
            for at in range(_KEY, len(asked)):
                if not len(found):
                    break
                found = found[letters[self._starts[found] + at] == asked[at]]
        return found

    def _holding(self, asked: bytes, k: int) -> list[int]:
        found: list[int] = []
        at = self._text.find(asked) if asked else -1
        while at >= 0 and len(found) < k:
            found.append(int(np.searchsorted(self._starts, at, "right")) - 1)
            at = self._text.find(asked, self._text.find(b"\0", at))
        return found


def complete(served: Served, prefix: str, k: int = 10) -> list[dict[str, Any]]:
    """Find names by how they begin, whatever their case and accents: exact matches first, then the first rows.

    Where no name begins so, names that hold the text anywhere are found. Of a large space only the first rows are
    looked through until, in the background, all are ready.

    Parameters
    ----------
    served : Served
    prefix : str
        Empty for the first names.
    k : int

    Returns
    -------
    list of dict
        ``name`` and ``row``.

    Examples
    --------
    >>> from vicinal import Space
    >>> complete(Served("letters", Space(["Ab", "B", "aC"], [[3, 30], [15, 4], [3, 27]])), "a")
    [{'name': 'Ab', 'row': 0}, {'name': 'aC', 'row': 2}]
    """
    names = served.space.names
    exact = names.rows([prefix])
    found = completer(served).rows(prefix, k) if prefix else np.arange(min(k, len(names)))
    rows = dict.fromkeys([*exact[exact >= 0].tolist(), *found.tolist()])
    return [{"name": names[row], "row": row} for row in list(rows)[:k]]


def completer(served: Served) -> Completer:
    """Return what completes the names of a space: of all, or while that is being made of the first.

    Examples
    --------
    >>> from vicinal import Space
    >>> completer(Served("letters", Space(["Ab", "B"], [[3, 30], [15, 4]]))).rows("b", 1).tolist()
    [1]
    """
    data, offsets = packed_names(served)
    first = served.once("completion of the first", lambda: Completer(data, offsets[: _FIRST + 1]))
    if len(offsets) - 1 <= _FIRST:
        return first
    whole: list[Completer] = served.once("completion of all", list)
    served.once("completion begun", lambda: _begin(lambda: whole.append(Completer(data, offsets))))
    return whole[0] if whole else first


def _begin(work: Callable[[], None]) -> Thread:
    thread = Thread(target=work, name="completion", daemon=True)
    thread.start()
    return thread


def _folded(data: NDArray[np.uint8], offsets: NDArray[np.integer]) -> bytes:
    """Fold some names as one string; each is followed by a zero byte."""
    offsets = offsets.astype(np.int64)
    n, begin = len(offsets) - 1, int(offsets[0])
    letters = data[begin : int(offsets[-1])]
    apart = np.zeros(len(letters) + n, np.uint8)
    apart[np.arange(len(letters)) + np.repeat(np.arange(n), np.diff(offsets))] = np.where(letters == 0, 1, letters)
    return fold(apart.tobytes().decode()).encode()


def _least(rows: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """The k least of some rows, rising."""
    return np.sort(rows if len(rows) <= k else np.partition(rows, k - 1)[:k])
