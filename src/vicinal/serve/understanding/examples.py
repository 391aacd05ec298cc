"""Words worth looking at first."""

from __future__ import annotations

import numpy as np

from vicinal.serve.served import Served
from vicinal.similarity import unit_rows
from vicinal.space import Space

Groups = list[tuple[str, list[str]]]

# Shown where a space holds most of them; any other space shows groups of its own.
_KNOWN = {
    "colours": ("blue", "purple", "scarlet", "white", "red", "black"),
    "metals": ("gold", "silver", "brass", "iron", "tin", "lead"),
    "royalty": ("king", "queen", "prince", "throne", "crown", "reigned"),
    "kin": ("father", "mother", "son", "daughter", "brother", "sister"),
    "numbers": ("two", "three", "four", "five", "six", "seven"),
    "animals": ("sheep", "horse", "lion", "dog", "goat", "lamb"),
}
_LEAST, _MOST = 4, 4  # known names that make a group worth showing; groups shown
_POOL, _SIZE = 1500, 5  # names that groups are sought among, and of one group
_APART = 0.35  # cosine between seeds of two groups at most, where there is a choice


def example_groups(served: Served) -> Groups:
    """Choose groups of names that show something: well-known ones, or else the closest little groups of the space.

    Returns
    -------
    list of (str, list of str)
        Labels and names; no name twice.

    Examples
    --------
    >>> example_groups(Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])))
    [('near C', ['C', 'A', 'B'])]
    """
    found: Groups = served.once("example groups", lambda: _known(served.space) or _close(served.space))
    return found


def example_names(served: Served, count: int) -> list[str]:
    """Choose names to begin with: the first ones of each of `example_groups`, in turn.

    Examples
    --------
    >>> example_names(Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])), 2)
    ['C', 'A']
    """
    groups = [names for _, names in example_groups(served)]
    longest = max(len(names) for names in groups)
    return [names[at] for at in range(longest) for names in groups if at < len(names)][:count]


def _known(space: Space) -> Groups:
    held = [(label, [name for name in names if name in space.names]) for label, names in _KNOWN.items()]
    groups = [(label, names) for label, names in held if len(names) >= _LEAST][:_MOST]
    return groups if len(groups) >= 3 else []


def _close(space: Space) -> Groups:
    """Seeds whose nearest are nearest of all, each far from the seeds before it."""
    rows = np.arange(min(_POOL, len(space)))
    unit = unit_rows(space.matrix[rows])
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, 2.0)  # oneself first
    size = min(_SIZE, len(rows))
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :size]
    dense = np.take_along_axis(cosines, nearest, axis=1).mean(axis=1)
    groups: Groups = []
    free = np.ones(len(rows), bool)
    for limit in (_APART, 2.0):
        far = np.ones(len(rows), bool)
        for seed in np.argsort(-dense, kind="stable").tolist():
            if len(groups) == _MOST:
                break
            if not far[seed] or not free[nearest[seed]].all():
                continue
            names = [space.names[row] for row in nearest[seed].tolist()]
            groups.append((f"near {names[0]}", names))
            free[nearest[seed]] = False
            far &= cosines[seed] < limit
    return groups
