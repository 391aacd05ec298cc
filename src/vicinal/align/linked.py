"""A dictionary with a name, and the rows of two spaces that it links."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vicinal.align.dictionary import known_pairs, parse_dictionary, read_dictionary
from vicinal.space import Space


@dataclass(frozen=True, eq=False)
class Linked:
    """How much of a dictionary two spaces know.

    Attributes
    ----------
    name : str
        Of the dictionary.
    pairs, known : int
        All distinct pairs, and those of which each space holds its side, with a vector that is not zero.
    turned : bool
        Whether the first names are those of the second space.
    examples : tuple of str
        Some names that are not known.
    rows : (2, p) int64
        Rows of a and of b that belong together, none twice, in the order of the dictionary.

    Examples
    --------
    >>> a, b = Space(["king", "sea"], np.eye(2)), Space(["roi", "mer"], np.eye(2))
    >>> linked = Dictionary("fr-en", (("roi", "king"), ("reine", "queen"))).link(a, b)
    >>> linked.known, linked.turned, linked.examples, linked.rows.tolist()
    (1, True, ('queen', 'reine'), [[0], [0]])
    """

    name: str
    pairs: int
    known: int
    turned: bool
    examples: tuple[str, ...]
    rows: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dictionary:
    """Pairs of names.

    Attributes
    ----------
    name : str
        Such as that of its file.
    pairs : tuple of (str, str)
        Each once.

    Examples
    --------
    >>> Dictionary("fr-en", (("roi", "king"),)).name
    'fr-en'
    """

    name: str
    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Dictionary:
        r"""Read a file as `read_dictionary` does; it is called by the name of the file.

        Examples
        --------
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "fr-en.tsv"
        >>> _ = path.write_text("roi\tking")
        >>> Dictionary.open(path)
        Dictionary(name='fr-en', pairs=(('roi', 'king'),))
        """
        return cls(Path(path).stem.encode("utf-8", "replace").decode(), tuple(read_dictionary(path)))

    @classmethod
    def pasted(cls, text: str) -> Dictionary:
        r"""Read text as a file would be; the same pairs get the same name.

        Examples
        --------
        >>> Dictionary.pasted("roi king").name == Dictionary.pasted("roi\tking\n").name
        True
        """
        pairs = tuple(parse_dictionary(text.encode("utf-8", "replace").split(b"\n"), "what was pasted"))
        return cls(f"pasted-{blake2b(repr(pairs).encode(), digest_size=6).hexdigest()}", pairs)

    def link(self, a: Space, b: Space) -> Linked:
        """Find the rows of two spaces that belong together; whichever way round the dictionary knows more of them."""
        ways = [known_pairs([pair[::step] for pair in self.pairs], a, b) for step in (1, -1)]  # type: ignore[misc]
        turned = ways[1][1].known > ways[0][1].known
        found, seed = ways[turned]
        return Linked(self.name, seed.pairs, seed.known, turned, seed.examples, _each_once(found))


def _each_once(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keep the pairs whose two rows are in none before, (m, 2) → (2, p)."""
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    kept: list[tuple[int, int]] = []
    for left, right in rows.tolist():
        if left not in taken_a and right not in taken_b:
            taken_a.add(left)
            taken_b.add(right)
            kept.append((left, right))
    return np.array(kept, np.int64).reshape(-1, 2).T
