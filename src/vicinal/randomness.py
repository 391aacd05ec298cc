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
        If the seed, or a part of the stream, is negative or not an integer.

    Examples
    --------
    >>> bool(generator(1, 0).random() == generator(1, 0).random())
    True
    >>> bool(generator(1, 0).random() == generator(1, 1).random())
    False
    """
    for what, number in (("seed", seed), *(("stream", part) for part in stream)):
        if isinstance(number, bool | np.bool_) or not isinstance(number, int | np.integer) or number < 0:
            raise BadOption(f"{what} must be an integer of 0 or more, got {number!r}")
    return np.random.default_rng(np.random.SeedSequence(entropy=int(seed), spawn_key=tuple(int(s) for s in stream)))
