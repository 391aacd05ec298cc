"""The index as users hold it: names in, names out, and changes while others search."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any

from vicinal import lookup
from vicinal.errors import BadInput
from vicinal.index.block import Block
from vicinal.index.changes import with_block, without_names
from vicinal.index.recall import Trial
from vicinal.index.state import State
from vicinal.index.view import View, check_origin
from vicinal.record import Record


class Index(View):
    """Rows of a space made quick to search, at a recall that was asked for and measured.

    Made by `build_index` or `open_index`. Many threads may search one while others add and remove: each search sees one
    state, the one before a change or the one after it. It says `kind`, `options`, `setting`, `metric`, `dim`, `names`,
    `columns`, `origin`, `fingerprint`, `recall_`, `nbytes` and `bytes_per_vector` of itself.

    Attributes
    ----------
    trials_ : list of Trial
        What was tried when it was built; prints as a table.

    Examples
    --------
    >>> from vicinal import Space, build_index
    >>> index = build_index(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))
    >>> index.search("A", k=1).first
    'C'
    >>> index.remove(["C"])
    >>> index.search("A", k=1).first, len(index), index.recall_
    ('B', 2, 1.000 (exact))
    """

    def __init__(self, state: State, trials: Iterable[Trial] = ()) -> None:
        super().__init__(state, trials)
        self._lock = Lock()
        self._file: Any = None  # the file it was opened from or saved to last; see `vicinal.index.file`

    def add(self, space: Record, *, mix: bool = False) -> None:
        """Add the rows of a space; searches see all of them or none.

        They are compared one by one until there are many, and then taken into the kind. The recall is measured anew,
        and held, before searches see the new state. Columns that both have are kept.

        Parameters
        ----------
        space : Space
            Of the same origin, with names that are not here yet.
        mix : bool
            Allow another origin.

        Raises
        ------
        BadInput
            If a name is here already, or a column is text in one and not in the other.
        SpacesDiffer
            For other dimensions, or another origin unless ``mix`` is set.

        Examples
        --------
        >>> from vicinal import Space, build_index
        >>> space = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
        >>> index = build_index(space.take(["A", "B"]))
        >>> index.add(space.take(["C"]))
        >>> list(index.names)
        ['A', 'B', 'C']
        """
        if not isinstance(space, Record):
            raise BadInput(f"add() takes a space, got a {type(space).__name__}; Space(names, matrix) makes one")
        with self._lock:
            check_origin(self._state, space, mix)
            self._state = with_block(self._state, Block.of(space, self.metric))

    def remove(self, names: Sequence[str]) -> None:
        """Remove rows by name; searches see none of them gone or all. The recall is measured anew, and held.

        Raises
        ------
        BadInput
            For anything but a list of names.
        UnknownName
            If a name is not here; then nothing is removed.

        Examples
        --------
        >>> from vicinal import Space, build_index
        >>> index = build_index(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))
        >>> index.remove(["A", "B"])
        >>> list(index.names)
        ['C']
        """
        listed = lookup.check_list(names, "remove()")
        with self._lock:
            self._state = without_names(self._state, listed)

    def save(self, path: str | os.PathLike[str], force: bool = False) -> None:
        """Write to one file, whole or not at all; see `vicinal.index.file`.

        The file that it was opened from, or saved to last, is replaced if nobody else has changed it meanwhile.

        Parameters
        ----------
        path : path
        force : bool
            Replace any other file too, and a file that somebody else has changed.

        Raises
        ------
        OutputExists
            If ``path`` is there and is not this index's own file.
        BadInput
            If somebody else changed that file, or is writing to it now ("locked by").

        Examples
        --------
        >>> import tempfile
        >>> from vicinal import Space, build_index, open_index
        >>> path = os.path.join(tempfile.mkdtemp(), "a.index")
        >>> build_index(Space(["A", "B"], [[3, 30], [15, 4]])).save(path)
        >>> open_index(path).search("A").first
        'B'
        """
        from vicinal.index.file import save

        with self._lock:
            save(self, path, force)
