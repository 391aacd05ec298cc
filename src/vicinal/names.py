"""The names of a space: an immutable sequence of distinct strings that finds rows by name.

A list in memory is looked up through a dictionary. Names that lie in a mapped file are
looked up by binary search in a sorted hash, so that opening 400,000 of them builds nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice, pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput, UnknownName

_LOOKUP = 50  # names that a dictionary takes in while one is looked up in a file


def hash_name(name: str | bytes) -> int:
    """Hash one name to 64 bits: the first 8 bytes of BLAKE2b of its UTF-8, little-endian (part of the native format).

    Examples
    --------
    >>> hash_name("king") == hash_name(b"king"), hash_name("king") < 2**64
    (True, True)
    """
    raw = name.encode() if isinstance(name, str) else name
    return int.from_bytes(blake2b(raw, digest_size=8).digest(), "little")


def near_spellings(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Find known names spelled like ``name``, nearest first.

    Only names of similar length that start with the same letter are compared, so that a large vocabulary stays quick.

    Examples
    --------
    >>> near_spellings("qeen", ["king", "queen", "quest"])
    ['queen']
    """
    start, length = name[:1].lower(), len(name)
    close = (k for k in known if abs(len(k) - length) <= 2 and k[:1].lower() == start)
    pool = list(islice(close, 30_000))
    same = [k for k in pool if k.lower() == name.lower()]
    if length > 100:  # comparing takes time by the square of the length, and nobody mistypes whole paragraphs
        return same[:limit]
    return list(dict.fromkeys(same + difflib.get_close_matches(name, pool, limit, 0.7)))[:limit]


Buffers = tuple[NDArray, NDArray, NDArray, NDArray]


class Names(Sequence[str]):
    """Distinct, non-empty strings in a fixed order.

    Parameters
    ----------
    names : iterable of str

    Raises
    ------
    BadInput
        If a name is empty, not a string, not encodable as UTF-8, or there twice.

    Examples
    --------
    >>> names = Names(["king", "queen"])
    >>> names.row("queen"), names.rows(["queen", "duke"]).tolist()
    (1, [1, -1])
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._items: list[str] | None = None
        self._index: dict[str, int] | None = None
        self._mapped: Buffers | None = None
        if isinstance(names, str) or not isinstance(names, Iterable):
            what = "the one string " if isinstance(names, str) else ""
            raise BadInput(f"names must be a list of strings, got {what}{names!r}")
        items = names._all() if isinstance(names, Names) else [_checked(name, at) for at, name in enumerate(names)]
        index = {name: row for row, name in enumerate(items)}
        if len(index) != len(items):
            twice = next(name for at, name in enumerate(items) if index[name] != at)
            raise BadInput(f"the name {twice!r} is there more than once; names must be distinct")
        self._items, self._index = items, index

    @classmethod
    def from_buffers(cls, data: NDArray, offsets: NDArray, hashes: NDArray, order: NDArray) -> Names:
        """Take names as the native format stores them, without copying.

        Parameters
        ----------
        data : (bytes,) uint8
            All names, UTF-8, end to end.
        offsets : (n + 1,) int64
            Name ``i`` is ``data[offsets[i]:offsets[i + 1]]``.
        hashes, order : (n,) uint64, (n,) int64
            The sorted hashes of the names and the row each belongs to.

        Examples
        --------
        >>> Names.from_buffers(*Names(["king", "queen"]).buffers()).row("queen")
        1
        """
        self = cls.__new__(cls)
        self._items, self._index = None, None
        self._mapped = (data, offsets, hashes, order)  # never written to; each cache is set whole, so threads may race
        return self

    def buffers(self) -> Buffers:
        """Return ``data, offsets, hashes, order`` as `from_buffers` takes them."""
        if self._mapped is None:
            data, offsets = self.packed()
            hashes = np.fromiter((hash_name(name) for name in self._all()), np.uint64, len(self))
            order = np.argsort(hashes, kind="stable")
            self._mapped = (data, offsets, hashes[order], order)
        return self._mapped

    def packed(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return ``data, offsets`` as `from_buffers` takes them, without the hashes; a mapped file has them ready.

        Examples
        --------
        >>> Names(["a", "bc"]).packed()[1].tolist()
        [0, 1, 3]
        """
        if self._mapped is not None:
            return self._mapped[:2]
        raw = [name.encode() for name in self._all()]
        offsets = np.zeros(len(raw) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, raw), np.int64, len(raw)), out=offsets[1:])
        return np.frombuffer(b"".join(raw), np.uint8), offsets

    def row(self, name: str) -> int:
        """Find the row of one name.

        Raises
        ------
        BadInput
            For anything but text.
        UnknownName
            With near spellings.
        """
        at = self._find(name)
        if at < 0 and not isinstance(name, str):
            raise BadInput(f"a name must be text, got {name!r}")
        if at < 0:
            raise UnknownName(name, near_spellings(name, self))
        return at

    def rows(self, names: Iterable[str]) -> NDArray[np.int64]:
        """Find the rows of many names, (m,) int64; -1 where a name is unknown."""
        if isinstance(names, str):
            raise BadInput(f"names must be a list of strings, got the one string {names!r}")
        if isinstance(names, Names) and self._same(names):  # two trainings on one text: nothing to look up
            return np.arange(len(self), dtype=np.int64)
        asked = [name if isinstance(name, str) else None for name in names]
        distinct = {name for name in asked if name is not None}  # texts repeat their words
        if self._index is None and len(distinct) * _LOOKUP > len(self):
            self._dictionary()
        found: dict[str | None, int] = {None: -1} | {name: self._find(name) for name in distinct}
        return np.array([found[name] for name in asked], np.int64)

    def take(self, rows: NDArray) -> Names:
        """Keep the names of the given rows, in that order."""
        return Names(self[int(row)] for row in rows)

    def _same(self, other: Names) -> bool:
        """Tell whether two hold the same names in the same order."""
        if self is other or len(self) != len(other):
            return self is other
        if self._mapped is not None and other._mapped is not None:
            return all(np.array_equal(one, two) for one, two in zip(self._mapped[:2], other._mapped[:2], strict=True))
        return self._all() == other._all()

    def _find(self, name: str) -> int:
        if not isinstance(name, str):
            return -1
        if self._items is None or self._index is None:
            return self._find_mapped(name) if self._mapped is not None else self._dictionary().get(name, -1)
        return self._index.get(name, -1)

    def _find_mapped(self, name: str) -> int:
        assert self._mapped is not None
        data, offsets, hashes, order = self._mapped
        try:
            raw = name.encode()
        except UnicodeEncodeError:
            return -1
        key = np.uint64(hash_name(raw))
        for at in range(int(np.searchsorted(hashes, key)), len(hashes)):
            if hashes[at] != key:
                break
            row = int(order[at])
            if 0 <= row < len(self) and data[offsets[row] : offsets[row + 1]].tobytes() == raw:
                return row
        return -1

    def _dictionary(self) -> dict[str, int]:
        if self._index is None:
            self._index = {name: row for row, name in enumerate(self._all())}
        return self._index

    def _all(self) -> list[str]:
        if self._items is None:
            assert self._mapped is not None
            data, offsets = self._mapped[0].tobytes(), self._mapped[1].tolist()
            self._items = [data[a:b].decode() for a, b in pairwise(offsets)]
        return self._items

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice) or self._items is not None:
            return self._all()[row]
        assert self._mapped is not None
        data, offsets = self._mapped[:2]
        at = range(len(self))[row]
        return data[offsets[at] : offsets[at + 1]].tobytes().decode()

    def __len__(self) -> int:
        if self._items is not None:
            return len(self._items)
        return len(self._mapped[1]) - 1 if self._mapped is not None else 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __contains__(self, name: object) -> bool:
        return self._find(name) >= 0  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and not isinstance(other, str) and self._all() == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[type[Names], tuple[list[str]]]:
        return Names, (self._all(),)

    def __deepcopy__(self, memo: object) -> Names:
        return self

    def __repr__(self) -> str:
        shown = ", ".join(repr(self[i]) for i in range(min(3, len(self))))
        return f"Names([{shown}{', …' if len(self) > 3 else ''}], n={len(self)})"


def _checked(name: object, at: int) -> str:
    if not isinstance(name, str):
        raise BadInput(f"name {at} is {name!r}, a {type(name).__name__}; names must be strings")
    if not name:
        raise BadInput(f"name {at} is empty; every row needs a name")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise BadInput(f"name {at}, {name!r}, cannot be written as UTF-8") from None
    return str(name)
