"""What takes part in a race of kinds, and the limits it must keep."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vicinal.index.kind import Kind
from vicinal.index.recall import Trial
from vicinal.memory import show_bytes

_BUILD_GROWTH = 1.1  # exponent by which the time of building is taken to grow, at least
_NUMBERS = 500_000, 2_500_000  # in the two samples, about
_HARDLY = 1.5  # times the rows of a sample: all are taken instead


@dataclass(frozen=True)
class Limits:
    """What an index may take.

    Attributes
    ----------
    memory : int or None
        Bytes besides the full vectors.
    build_time : float or None
        Seconds for the race and for building the structure.
    """

    memory: int | None = None
    build_time: float | None = None

    def broken(self, nbytes: float, seconds: float, margin: float = 1.0) -> str:
        """Say which limit is broken; empty if none is.

        Examples
        --------
        >>> Limits(memory=1000).broken(5000, 1.0)
        'too big: 5.0 kB, at most 1.0 kB'
        """
        about = "about " if margin > 1 else ""
        if self.memory is not None and nbytes > margin * self.memory:
            return f"too big: {about}{show_bytes(nbytes)}, at most {show_bytes(self.memory)}"
        if self.build_time is not None and seconds > margin * self.build_time:
            return f"build too long: {about}{seconds:.1f} s, at most {self.build_time:g} s"
        return ""


@dataclass(frozen=True, eq=False)
class Contender:
    """One plan of one kind, what was measured on a sample, and what it will be on all rows as far as is known.

    Attributes
    ----------
    plan : int
        Its position among the kind's plans.
    trial : Trial
        On the sample; ``trial.rows`` of them.
    falling, rising : float
        Powers of the number of rows by which its speed falls and its time of building rises.
    queries_per_second, build_seconds : float
        Foretold for all rows.
    built : Kind, optional
        Over all rows, where the sample was all of them.
    """

    plan: int
    trial: Trial
    falling: float
    rising: float
    queries_per_second: float
    build_seconds: float
    built: Kind | None = None

    @property
    def kind(self) -> str:
        """Its name."""
        return self.trial.kind

    def building(self, m: int) -> float:
        """Seconds that building on ``m`` rows is foretold to take."""
        return self.trial.build_seconds * (m / self.trial.rows) ** self.rising


def rising(seconds: float, m: int, before: Contender | None) -> float:
    """Power of the number of rows by which the time of building rises, by what two samples took."""
    if before is None:
        return _BUILD_GROWTH
    seen = exponent(before.trial.build_seconds, seconds, m / before.trial.rows)
    return min(2.0, max(_BUILD_GROWTH, seen))


def falling(speed: float, m: int, before: Contender) -> float:
    """Power of the number of rows by which the speed falls, by what was measured on two samples."""
    return min(1.0, max(0.0, -exponent(before.trial.queries_per_second, speed, m / before.trial.rows)))


def exponent(small: float, large: float, ratio: float) -> float:
    """The power of the number of rows by which a figure grew, where there were ``ratio`` times as many.

    Examples
    --------
    >>> exponent(3.0, 12.0, 2.0)
    2.0
    """
    return math.log(max(large, 1e-9) / max(small, 1e-9)) / math.log(ratio)


def sample_sizes(n: int, dim: int, most: tuple[int, int]) -> list[int]:
    """Rows of the samples of ``n`` rows: fewer where they are long, and all of them where these are hardly more.

    Examples
    --------
    >>> sample_sizes(100_000, 50, (3000, 12_000)), sample_sizes(70_000, 784, (3000, 12_000))
    ([3000, 12000], [1000, 4000])
    >>> sample_sizes(5000, 50, (3000, 12_000)), sample_sizes(4000, 50, (3000, 12_000))
    ([3000, 5000], [4000])
    """
    sizes = []
    for rows, numbers in zip(most, _NUMBERS, strict=True):
        size = min(rows, max(rows // 3, numbers // dim))
        sizes.append(n if n <= _HARDLY * size else size)
    return sorted(set(sizes))
