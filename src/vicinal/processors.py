"""How many processors this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def processor_count() -> int:
    """Processors that this process may run on, and no more than the time its control group (a container) is given.

    A container is often given the time of two processors on a machine of sixty-four; more threads than that would only
    wait for one another. Parts of a processor count as one.

    Examples
    --------
    >>> processor_count() >= 1
    True
    """
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _QUOTA.read_text().split()  # microseconds of each period, or "max"
        return max(1, min(count, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError, ZeroDivisionError):
        return count
