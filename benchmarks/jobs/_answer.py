"""Shared by the jobs, whichever environment they run in: call one function, print its figures and the peak memory."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path


def answer(*functions: Callable) -> None:
    """Call the function named by the first argument with the options of the second, JSON; print a line of JSON."""
    chosen = {function.__name__: function for function in functions}[sys.argv[1]]
    figures = chosen(**json.loads(sys.argv[2]))
    print(json.dumps({**figures, "peak_bytes": peak_bytes()}))


def peak_bytes() -> int:
    """Most memory this process held; not by getrusage, whose peak takes in what the parent held when it started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def seconds_of(work: Callable) -> tuple[float, object]:
    """Wall seconds of a call, and what it returned."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result
