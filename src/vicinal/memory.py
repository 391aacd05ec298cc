"""How much memory a job may take, asked before it starts."""

from __future__ import annotations

import os
from pathlib import Path

from vicinal.errors import NotEnoughMemory


def available_memory() -> int | None:
    """Bytes that can be had without swapping, within the control group's limit; None where the system does not say.

    Examples
    --------
    >>> free = available_memory()
    >>> free is None or free >= 0
    True
    """
    free = None
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                free = int(line.split()[1]) * 1024
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        if limit != "max":
            used = int(Path("/sys/fs/cgroup/memory.current").read_text()) - _droppable()
            room = max(int(limit) - used, 0)
            free = room if free is None else min(free, room)
    except (OSError, ValueError):
        pass
    if free is None and hasattr(os, "sysconf") and "SC_AVPHYS_PAGES" in os.sysconf_names:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return free


def _droppable() -> int:
    """Bytes of files the system keeps in memory and counts as used, but gives up when asked."""
    for line in Path("/sys/fs/cgroup/memory.stat").read_text().splitlines():
        if line.startswith("inactive_file "):
            return int(line.split()[1])
    return 0


def show_bytes(count: float) -> str:
    """Write a number of bytes for people.

    Examples
    --------
    >>> show_bytes(999), show_bytes(81_920_000)
    ('999 bytes', '81.9 MB')
    """
    if round(count) < 1000:
        return f"{count:.0f} bytes"
    for unit in ("kB", "MB", "GB"):
        count /= 1000
        if round(count, 1) < 1000:
            return f"{count:.1f} {unit}"
    return f"{count / 1000:.1f} TB"


def check_memory(needed: int, purpose: str, advice: str) -> None:
    """Refuse a job that would not fit.

    Parameters
    ----------
    needed : int
        Bytes.
    purpose, advice : str
        What needs them, and what would make it need less.

    Raises
    ------
    NotEnoughMemory

    Examples
    --------
    >>> check_memory(1000, "a small table", "take fewer rows")
    """
    free = available_memory()
    if free is not None and needed > free:
        raise NotEnoughMemory(f"{purpose} needs {show_bytes(needed)} and {show_bytes(free)} are free; {advice}")
