"""Seeded generators; the global random state is never touched."""

from __future__ import annotations

import numpy as np

from vicinal.errors import BadOption


def generator(seed: int, *stream: int) -> np.random.Generator:
    """Make an independent generator for one purpose of one seed.

    Parameters
    ----------
    seed : int
        The user's seed, 0 or more.
    *stream : int
        What the numbers are for: an epoch, a chunk, a repetition. Different streams are independent.

    Returns
    -------
    numpy.random.Generator

    Raises
    ------
    BadOption
        If the seed is negative or not an integer.

    Examples
    --------
    >>> bool(generator(1, 0).random() == generator(1, 0).random())
    True
    >>> bool(generator(1, 0).random() == generator(1, 1).random())
    False
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise BadOption(f"seed must be an integer of 0 or more, got {seed!r}")
    return np.random.default_rng(np.random.SeedSequence(entropy=int(seed), spawn_key=stream))
