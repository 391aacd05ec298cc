"""Whole files or none."""

import os

import pytest

from vicinal.errors import BadInput, OutputExists
from vicinal.store import atomic, atomic_files


def test_folders(tmp_path):
    target = tmp_path / "model"
    with atomic(target, folder=True) as temporary:
        (temporary / "sub").mkdir()
        (temporary / "sub" / "a").write_text("1")
    with pytest.raises(OutputExists), atomic(target, folder=True):
        pass
    with atomic(target, True, folder=True) as temporary:
        (temporary / "b").write_text("2")
    assert [p.name for p in target.iterdir()] == ["b"]
    with pytest.raises(KeyboardInterrupt), atomic(target, True, folder=True) as temporary:
        (temporary / "c").write_text("3")
        raise KeyboardInterrupt
    assert [p.name for p in target.iterdir()] == ["b"]
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_a_file_is_not_replaced_by_a_folder(tmp_path):
    (tmp_path / "a").write_text("1")
    with pytest.raises(BadInput, match="a file of that name"), atomic(tmp_path / "a", True, folder=True):
        pass
    (tmp_path / "d").mkdir()
    with pytest.raises(BadInput, match="a folder of that name"), atomic(tmp_path / "d", True):
        pass


def test_pairs_are_both_written_or_neither(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    b.write_text("old")
    with pytest.raises(OutputExists), atomic_files([a, b]):
        pass
    with pytest.raises(ValueError), atomic_files([a, b], True) as (one, other):
        one.write_text("new")
        other.write_text("new")
        raise ValueError
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b"]
    assert b.read_text() == "old"
    with atomic_files([a, b], True) as (one, other):
        one.write_text("1")
        other.write_text("2")
    assert (a.read_text(), b.read_text()) == ("1", "2")


def test_somebody_else_was_faster(tmp_path):
    with pytest.raises(OutputExists), atomic(tmp_path / "a") as temporary:
        temporary.write_text("mine")
        (tmp_path / "a").write_text("theirs")
    assert (tmp_path / "a").read_text() == "theirs"
    assert len(list(tmp_path.iterdir())) == 1


def test_links_are_followed(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    with atomic(tmp_path / "link", True) as temporary:
        temporary.write_text("new")
    assert (tmp_path / "real").read_text() == "new"
    assert (tmp_path / "link").is_symlink()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_really_full_device(tmp_path):
    with pytest.raises(BadInput, match="disk is full"), atomic(tmp_path / "a"), open("/dev/full", "wb", 0) as full:
        full.write(b"x")
    assert list(tmp_path.iterdir()) == []


def test_very_long_names(tmp_path):
    name = "é" * 120  # 240 bytes; names may have 255
    with atomic(tmp_path / name) as temporary:
        temporary.write_text("x")
    assert (tmp_path / name).exists()
