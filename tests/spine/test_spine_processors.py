"""Processors: what the system allows, and the quota of a container."""

import os

import pytest

from vicinal import processors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("max 100000\n", 8), ("200000 100000\n", 2), ("150000 100000\n", 2), ("20000 100000\n", 1),
        ("9900000 100000\n", 8), ("", 8), ("0 0\n", 8), ("nonsense\n", 8),
    ],
)  # fmt: skip
def test_the_quota_of_a_container_counts(text, expected, tmp_path, monkeypatch):
    file = tmp_path / "cpu.max"
    file.write_text(text)
    monkeypatch.setattr(processors, "_QUOTA", file)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert processors.processor_count() == expected


def test_without_a_control_group_or_affinity(tmp_path, monkeypatch):
    monkeypatch.setattr(processors, "_QUOTA", tmp_path / "absent")
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    for told, expected in ((6, 6), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda told=told: told)
        assert processors.processor_count() == expected
