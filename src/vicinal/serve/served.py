"""One space as it is served: with its index, its maps, and what was worked out of it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from vicinal.index import Index
from vicinal.maps import Map
from vicinal.space import Space

_DICTIONARY = 50  # to look for more than this part of all names at once, they make a dictionary, and keep it


@dataclass(frozen=True, eq=False)
class Served:
    """One state of a space behind the server; when its file changes, another takes its place.

    Attributes
    ----------
    name : str
        By which requests ask for it.
    space : Space
    index : Index or None
        Of the same fingerprint.
    maps : mapping of str to Map
        Made before, by name; of the same fingerprint.
    cold : bool
        Whether the index waits for `warm`, since its first search takes most of a second.

    Examples
    --------
    >>> served = Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))
    >>> served.once("rows", lambda: len(served.space))
    3
    """

    name: str
    space: Space
    index: Index | None = None
    maps: Mapping[str, Map] = field(default_factory=dict)
    cold: bool = False
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)
    _locks: dict[Any, Lock] = field(default_factory=dict, repr=False)

    @property
    def ready_index(self) -> Index | None:
        """The index, once it answers without delay."""
        return None if self.cold and "warm" not in self._kept else self.index

    @property
    def fingerprint(self) -> str:
        """Of the space."""
        return self.once("fingerprint", lambda: self.space.fingerprint)

    def warm(self) -> None:
        """Load what searches need: the code of the index, and names as text."""
        if self.index is not None:
            both: Any = (self.space.names, self.index.names)
            for names in both:
                listed = list(names)
                names.rows(listed[: len(listed) // _DICTIONARY + 1])
            self.index.search(self.space.names[0], 1)
        self._kept["warm"] = True

    def once(self, what: Any, compute: Callable[[], Any]) -> Any:
        """Work something out the first time it is asked for, and keep it; threads that ask meanwhile wait.

        Parameters
        ----------
        what : hashable
            What it is kept under.
        compute : callable

        Returns
        -------
        Whatever ``compute`` returns.
        """
        if what not in self._kept:
            with self._locks.setdefault(what, Lock()):
                if what not in self._kept:
                    self._kept[what] = compute()
        return self._kept[what]
