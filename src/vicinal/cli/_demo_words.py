"""What the demo asks, and the words it draws."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vicinal.space import Space

SUMS = ("king - man + woman", "father - man + woman", "husband - man + woman")
COMPARED = "gold"  # whose neighbours are shown before and after training

MAP_GROUPS = {
    "kin": ("father", "mother", "son", "daughter", "brother", "sister", "husband", "wife"),
    "rulers": ("king", "queen", "prince", "princes", "ruler", "governor"),
    "metals": ("gold", "silver", "brass", "iron", "tin", "lead"),
    "animals": ("sheep", "goats", "oxen", "horses", "camels", "lion", "lamb"),
    "numbers": ("two", "three", "four", "five", "six", "seven"),
    "places": ("egypt", "babylon", "jerusalem", "samaria", "syria", "assyria"),
}
HEATMAP_GROUPS = {
    "colours": ("blue", "purple", "scarlet", "white", "red", "black"),
    "metals": ("gold", "silver", "brass", "iron", "tin", "lead"),
    "royalty": ("king", "queen", "prince", "throne", "crown", "reigned"),
    "kin": ("father", "mother", "son", "daughter", "brother", "sister"),
}


def known_groups(space: Space, groups: Mapping[str, Iterable[str]], least: int) -> dict[str, list[str]]:
    """Keep of every group the words that a space holds; where too few are left, take its own frequent words.

    Parameters
    ----------
    space : Space
    groups : mapping of str to iterable of str
    least : int
        Words in all below which the space's own are taken, without groups.

    Returns
    -------
    dict of str to list of str
    """
    known = {label: [word for word in words if word in space] for label, words in groups.items()}
    known = {label: words for label, words in known.items() if len(words) >= 2}
    return known if sum(map(len, known.values())) >= least else {"frequent words": telling_words(space, 30)}


def known_sums(space: Space, sums: Iterable[str] = SUMS) -> list[str]:
    """Keep the sums of which every word is in the space."""
    return [text for text in sums if all(word in space for word in re.findall(r"[^\s+-]+", text))]


def telling_words(space: Space, count: int) -> list[str]:
    """Choose frequent words that are likely to mean something: letters only, and not among the very commonest.

    Which words are grammar differs from language to language, but everywhere they are the commonest and short.
    """
    names = space.names[: min(len(space), 3000)]
    start = min(100, len(names) // 20)
    chosen = [name for name in names[start:] if len(name) >= 4 and name.isalpha()] or list(names)
    return chosen[:count]
