"""Seed dictionaries: which name of one space means which name of another."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.randomness import generator
from vicinal.space import Space

Pairs = str | os.PathLike[str] | Iterable[tuple[str, str]] | None
_SHOWN = 5


@dataclass(frozen=True)
class Seed:
    """How much of a dictionary two spaces know.

    Attributes
    ----------
    pairs : int
        Distinct pairs in the dictionary.
    known : int
        Pairs of which each space holds its side, with a vector that is not zero.
    examples : tuple of str
        Some words that are not known.

    Examples
    --------
    >>> print(Seed(200, 150, ("roi", "king")))
    150 of 200 pairs known, 25.0 % not: roi, king, …
    """

    pairs: int
    known: int
    examples: tuple[str, ...] = ()

    @property
    def unknown_share(self) -> float:
        """Share of the pairs that could not be used, 0 to 1."""
        return 1 - self.known / self.pairs if self.pairs else 0.0

    def __str__(self) -> str:
        text = f"{self.known:,} of {self.pairs:,} pairs known, {100 * self.unknown_share:.1f} % not"
        return f"{text}: {', '.join(self.examples)}, …" if self.examples else text


def read_dictionary(path: str | os.PathLike[str]) -> list[tuple[str, str]]:
    r"""Read a dictionary of two columns.

    Parameters
    ----------
    path : path
        UTF-8 text, one pair a line, parted by a tab (names may then hold spaces) or else by white space, as the files
        of MUSE are. Blank lines are passed over; a pair that comes again is kept once.

    Returns
    -------
    list of (str, str)
        In the order of the file.

    Raises
    ------
    BadInput
        If there is no such file.
    BadFormat
        If a line is not UTF-8 or not two names, or there is no pair at all; names file and line.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "fr-en.txt"
    >>> _ = path.write_text("roi king\nnew york\tbig apple\n")
    >>> read_dictionary(path)
    [('roi', 'king'), ('new york', 'big apple')]
    """
    if not Path(path).is_file():
        raise BadInput(f"no dictionary file {os.fspath(path)!r}")
    with open(path, "rb") as file:  # bytes, so that a line that does not decode still has a number
        return parse_dictionary(file, os.fspath(path))


def parse_dictionary(lines: Iterable[bytes], where: str) -> list[tuple[str, str]]:
    """Read the lines of a dictionary as `read_dictionary` does; ``where`` they come from is said in errors.

    Examples
    --------
    >>> parse_dictionary([b"roi king"], "what was pasted")
    [('roi', 'king')]
    """
    pairs: dict[tuple[str, str], None] = {}
    for number, raw in enumerate(lines, start=1):
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise BadFormat(f"{where}, line {number}: not UTF-8 ({error.reason}); save it as UTF-8") from None
        if not line.strip():
            continue
        fields = [f.strip() for f in line.rstrip("\r\n").split("\t")] if "\t" in line else line.split()
        if len(fields) != 2 or not all(fields):
            raise BadFormat(
                f"{where}, line {number}: {line.strip()!r:.100} is not two names parted by a tab or by white space"
            )
        pairs[fields[0], fields[1]] = None
    if not pairs:
        raise BadFormat(f"{where}: no pairs; expected lines of two names")
    return list(pairs)


def split_pairs(
    pairs: Iterable[tuple[str, str]], share: float, *, seed: int = 1
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Hold a part of a dictionary out, to test on; all pairs of one source word go to the same side.

    Parameters
    ----------
    pairs : iterable of (str, str)
    share : float
        Of the source words, above 0 and below 1; each side gets one at least.
    seed : int

    Returns
    -------
    kept, held_out : list of (str, str)
        In the order given.

    Raises
    ------
    BadOption
        For a share out of range.
    BadInput
        For fewer than two source words.

    Examples
    --------
    >>> kept, held_out = split_pairs([("roi", "king"), ("navire", "ship"), ("navire", "vessel"), ("mer", "sea")], 0.34)
    >>> len(kept) + len(held_out), {a for a, _ in kept} & {a for a, _ in held_out}
    (4, set())
    """
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < 1:
        raise BadOption(f"the share held out must be above 0 and below 1, got {share!r}")
    given = list(pairs)
    words = list(dict.fromkeys(a for a, _ in given))
    if len(words) < 2:
        raise BadInput(f"a dictionary of {len(words)} source words cannot be split; bring a larger one")
    count = min(max(round(share * len(words)), 1), len(words) - 1)
    chosen = {words[at] for at in generator(seed).permutation(len(words))[:count].tolist()}
    return [pair for pair in given if pair[0] not in chosen], [pair for pair in given if pair[0] in chosen]


def take_pairs(pairs: Pairs, source: Space, target: Space) -> list[tuple[str, str]]:
    """Take a dictionary as a path, as pairs, or as the names that two spaces share (None); each pair once."""
    if pairs is None:
        return [(name, name) for name in source.names if name in target]
    if isinstance(pairs, str | os.PathLike):
        return read_dictionary(pairs)
    if not isinstance(pairs, Iterable):
        raise BadInput(f"pairs must be a path or a list of pairs of names, got {pairs!r}")
    return list(dict.fromkeys(_checked(pair, at) for at, pair in enumerate(pairs)))


def known_pairs(pairs: list[tuple[str, str]], source: Space, target: Space) -> tuple[NDArray[np.int64], Seed]:
    """Find the rows of the pairs that both spaces know, (m, 2) int64, and say how much that is of all."""
    rows = np.empty((len(pairs), 2), np.int64)
    for side, space in enumerate((source, target)):
        found = space.names.rows([pair[side] for pair in pairs])
        rows[:, side] = np.where((found >= 0) & (space.norms[found] > 0), found, -1)  # a zero row has no direction
    known = (rows >= 0).all(axis=1)
    lacking = (pairs[at][side] for at in np.flatnonzero(~known).tolist() for side in (0, 1) if rows[at, side] < 0)
    examples = tuple(name for name, _ in zip(dict.fromkeys(lacking), range(_SHOWN), strict=False))
    return rows[known], Seed(len(pairs), int(known.sum()), examples)


def _checked(pair: Any, at: int) -> tuple[str, str]:
    try:
        a, b = pair
    except (TypeError, ValueError):
        a = b = None
    if not isinstance(a, str) or not isinstance(b, str) or isinstance(pair, str):
        raise BadInput(f"pair {at} is {pair!r}; expected two names")
    return a, b
