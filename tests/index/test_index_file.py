"""The .index format: what is kept, what damage gives, who may write, and what a killed writer leaves."""

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vicinal
from vicinal import Space, build_index, open_index
from vicinal.errors import BadFormat, BadInput, OutputExists, VicinalError
from vicinal.index import update
from vicinal.origin import Origin

GOLDEN = Path(__file__).parents[1] / "golden"
SOURCE = str(Path(vicinal.__file__).parents[1])


def load_fakes():
    if "index_fakes" not in sys.modules:
        spec = importlib.util.spec_from_file_location("index_fakes", Path(__file__).with_name("index_fakes.py"))
        module = importlib.util.module_from_spec(spec)
        sys.modules["index_fakes"] = module
        spec.loader.exec_module(module)
    return sys.modules["index_fakes"]


fakes = load_fakes()
Kept = fakes.kind("kept", curve=((1, 0.75, 1e-5), (2, 0.96, 2e-5), (3, 0.99, 4e-5)))


def golden_space():
    matrix = np.array([[1, -2.5, 0.5], [0, 0, 0], [3.5, 4, 0.25], [-1, 6, 0.125], [2, 2, 2]], np.float32)
    return Space(
        ["king", "New York", "ключ", "🦊", "tail"],
        matrix,
        columns={"count": np.array([7, 5, 3, 1, 9]), "label": ["a", "", "ü", "fox", "t"]},
        metric="dot",
        origin=Origin("Word2Vec", {"dim": 3, "note": "é"}, 7, "c0", "v0", "0.1.0", "p0", ("unit",), "d0"),
    )


def golden_index():
    space = golden_space()
    index = build_index(space.take(range(4)), recall=0.9, k=2, seed=3)
    index.add(space.take([4]))
    index.remove(["New York"])
    return index


def large(monkeypatch, n=2600):
    """An index of a kind, with rows added and removed, and queries to check itself by."""
    fakes.register(monkeypatch, Kept)
    rng = np.random.default_rng(0)
    names = [f"w{at}" for at in range(n)]
    columns = {"count": np.arange(n), "label": [f"l{at % 5}" for at in range(n)]}
    space = Space(names, rng.normal(size=(n, 4)), metric="euclidean", columns=columns, origin=Origin("t"))
    index = build_index(space.take(range(n - 50)), recall=0.9, kind="kept")
    index.add(space.take(range(n - 50, n)))
    index.remove(["w3", "w4", f"w{n - 1}"])
    return index, rng.normal(size=(20, 4))


def same_index(one, other, queries):
    assert list(one.names) == list(other.names)
    for key in one.columns:
        assert one.columns[key].tolist() == other.columns[key].tolist()
    assert (one.kind, one.options, one.setting, one.metric) == (other.kind, other.options, other.setting, other.metric)
    assert one.recall_.as_dict() == other.recall_.as_dict()
    assert str(one.trials_) == str(other.trials_) and one.origin == other.origin
    for first, second in zip(one.search(queries, 5), other.search(queries, 5), strict=True):
        assert first == second
    mask = np.arange(len(one)) % 3 > 0
    assert one.search(queries, 5, filter=mask).names == other.search(queries, 5, filter=mask).names


def test_golden_file_is_read_and_written_again_byte_for_byte(tmp_path):
    golden = GOLDEN / "index-v1.index"
    index = open_index(golden)
    assert list(index.names) == ["king", "ключ", "🦊", "tail"]
    assert index.columns["count"].tolist() == [7, 3, 1, 9] and index.columns["label"].tolist() == ["a", "ü", "fox", "t"]
    assert index.fingerprint == golden_space().fingerprint and index.metric == "dot" and index.kind == "exact"
    assert index.search("king", k=3).names == [["tail", "ключ", "🦊"]]
    assert index.search("king", k=3).scores.round(4).tolist() == [[-2.0, -6.375, -15.9375]]
    assert index.search(np.array([1, 1, 1]), k=2).names == [["ключ", "tail"]]
    assert (index.recall_.k, index.recall_.target, index.recall_.queries) == (2, 0.9, 0)
    index.save(tmp_path / "a.index")
    assert (tmp_path / "a.index").read_bytes() == golden.read_bytes()
    golden_index().save(tmp_path / "b.index")
    assert (tmp_path / "b.index").read_bytes() == golden.read_bytes()


def test_all_of_an_index_comes_back(tmp_path, monkeypatch):
    index, queries = large(monkeypatch)
    index.save(tmp_path / "a.index")
    again = open_index(tmp_path / "a.index")
    same_index(index, again, queries)
    assert isinstance(again._state.base.rows.matrix.base, np.memmap)
    assert again._state.base.rows.matrix.ctypes.data % 64 == 0
    again.save(tmp_path / "b.index")
    assert (tmp_path / "a.index").read_bytes() == (tmp_path / "b.index").read_bytes()
    tensors = safetensors.numpy.load_file(tmp_path / "a.index")
    assert {"vectors", "norms", "order", "alive", "tail.vectors", "kind.count", "check.truth"} <= set(tensors)
    for changed in (index, again):
        changed.add(Space(["new"], np.ones((1, 4)), columns={"count": [1], "label": ["x"]}, origin=Origin("t")))
        changed.remove(["w7", "new"])
    same_index(index, again, queries)


def test_opening_builds_nothing(tmp_path):
    n = 100_000
    build_index(Space([f"w{at}" for at in range(n)], np.ones((n, 8), np.float32)), recall=1).save(tmp_path / "a.index")
    best = np.inf
    for _ in range(5):
        start = time.perf_counter()
        index = open_index(tmp_path / "a.index")
        best = min(best, time.perf_counter() - start)
        assert index._state.base.names._items is None
    assert best < 0.15  # a few ms on an idle machine


def test_replacing_the_file_it_was_opened_from(tmp_path):
    path = tmp_path / "a.index"
    golden_index().save(path)
    index, other = open_index(path), open_index(path)
    with pytest.raises(OutputExists):
        golden_index().save(path)
    index.remove(["king"])
    index.save(path)
    index.remove(["tail"])
    index.save(path)  # its own file, still
    assert list(other.names) == ["king", "ключ", "🦊", "tail"] and list(open_index(path).names) == ["ключ", "🦊"]
    other.remove(["ключ"])
    with pytest.raises(BadInput, match="changed by somebody else"):
        other.save(path)
    assert list(open_index(path).names) == ["ключ", "🦊"]
    other.save(path, force=True)
    assert list(open_index(path).names) == ["king", "🦊", "tail"]
    path.unlink()
    other.save(path)
    with pytest.raises(BadInput, match="does not exist"):
        other.save(tmp_path / "no" / "a.index")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.index"]


def test_update_saves_what_ends_well(tmp_path):
    path = tmp_path / "a.index"
    golden_index().save(path)
    mark = path.stat().st_ino
    with update(path) as index:
        assert len(index) == 4
    assert path.stat().st_ino == mark, "nothing changed, nothing written"
    with update(path) as index:
        index.remove(["king"])
        with pytest.raises(BadInput, match=f"locked by process {os.getpid()}"), update(path):
            pass
        with pytest.raises(BadInput, match="locked by process"):
            golden_index().save(path, force=True)
    assert len(open_index(path)) == 3
    with contextlib.suppress(ZeroDivisionError), update(path) as index:
        index.remove(["tail"])
        raise ZeroDivisionError
    assert len(open_index(path)) == 3
    with pytest.raises(BadInput, match="no file"), update(tmp_path / "none.index"):
        pass
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.index"]


def rewrite(path, change):
    """Change the header of a file as a forger would."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])


def meta(**entries):
    return lambda header: header["__metadata__"].update(entries)


def record(**entries):
    def change(header):
        old = json.loads(header["__metadata__"]["index"])
        header["__metadata__"]["index"] = json.dumps({**old, **entries})

    return change


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (meta(format="vicinal.index/2"), "version '2'.*upgrade vicinal, or build the index again"),
        (meta(format="vicinal.index/0"), "version '0'"),
        (meta(format="vicinal.space/1"), "is a space, not an index"),
        (meta(format="other"), "not an index"),
        (meta(metric="l1"), "metric must be one of"),
        (meta(origin="{"), "origin"),
        (meta(index="[]"), "record of the index is malformed"),
        (meta(index="{"), "record of the index is malformed"),
        (record(seed=-1), "malformed"),
        (record(seed=True), "malformed"),
        (record(recall={}), "malformed"),
        (record(kind="unheard_of"), "kind must be one of.*upgrade vicinal"),
        (record(kind=5), "malformed"),
        (record(trials=[{"what": 1}]), "malformed"),
        (record(extra=1), "malformed"),
        (lambda header: header.pop("norms"), "gap|missing|starts at"),
        (lambda header: header.pop("__metadata__"), "not an index"),
    ],
)
def test_headers_that_do_not_fit(tmp_path, change, match):
    path = tmp_path / "a.index"
    golden_index().save(path)
    rewrite(path, change)
    with pytest.raises(BadFormat, match=match) as caught:
        open_index(path)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


def test_other_files(tmp_path):
    golden_space().save(tmp_path / "a.space")
    with pytest.raises(BadFormat, match="is a space, not an index"):
        open_index(tmp_path / "a.space")
    with pytest.raises(BadInput, match="no file"):
        open_index(tmp_path / "none.index")
    with pytest.raises(BadInput):
        open_index(tmp_path)
    for content in (b"", b"abc", b"\0" * 50, b"king 1 2\n" * 50):
        (tmp_path / "b.index").write_bytes(content)
        with pytest.raises(BadFormat):
            open_index(tmp_path / "b.index")


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """Bytes of an index of a kind, and what it answers."""
    with pytest.MonkeyPatch.context() as patch:
        index, queries = large(patch, 1400)
        path = tmp_path_factory.mktemp("whole") / "a.index"
        index.save(path)
        return path.read_bytes(), queries


def try_all(path, queries):
    """Whatever is in a file: it is refused in one line, or it answers; nothing else may come."""
    try:
        index = open_index(path)
        found = index.search(queries[:3], 5)
        assert found.counts.max(initial=0) <= 5 and len(index.columns) <= 2
        index.search("w5", 3)
        name = index.names[0]
        index.add(Space(["fresh"], np.ones((1, index.dim))), mix=True)
        index.remove([name])
        index.search(queries[:3], 5)
    except VicinalError as error:
        assert "\n" not in str(error)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damage_is_refused_or_does_not_matter(monkeypatch, tmp_path, content, data):
    fakes.register(monkeypatch, Kept)
    whole, queries = content
    length = int.from_bytes(whole[:8], "little")
    damaged = bytearray(whole)
    what = data.draw(st.sampled_from(["header", "anywhere", "cut", "run", "longer"]))
    at = data.draw(st.integers(0, (length + 8 if what == "header" else len(whole)) - 1))
    if what in ("header", "anywhere"):
        damaged[at] = data.draw(st.integers(0, 255))
    elif what == "cut":
        del damaged[at:]
    elif what == "run":
        damaged[at : at + 64] = data.draw(st.sampled_from([b"\0" * 64, b"\xff" * 64]))[: len(damaged) - at]
    else:
        damaged += bytes(at % 100 + 1)
    path = tmp_path / "a.index"
    path.write_bytes(damaged)
    try_all(path, queries)


def test_damage_in_every_tensor(monkeypatch, tmp_path, content):
    fakes.register(monkeypatch, Kept)
    whole, queries = content
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + length])
    path = tmp_path / "a.index"
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, stop = (8 + length + offset for offset in entry["data_offsets"])
        for filling in (b"\xff", b"\0", b"\x7f"):
            damaged = bytearray(whole)
            damaged[start:stop] = filling * (stop - start)
            path.write_bytes(damaged)
            try_all(path, queries)


WRITER = """
import sys, numpy as np
from vicinal import Space, Origin
from vicinal.index import update
path, start = sys.argv[1], int(sys.argv[2])
for at in range(start, start + 1000):
    with update(path) as index:
        space = Space([f"n{at}.{i}" for i in range(20)], np.full((20, 3), at + 1), metric="dot", origin=index.origin)
        index.add(space)
        if at % 3 == 0:
            index.remove([f"n{at}.{i}" for i in range(10)])
    print(at, flush=True)
"""


def writer(path, start):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(start)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": SOURCE}, text=True,
    )  # fmt: skip


def test_a_writer_that_is_killed_leaves_a_whole_state(tmp_path):
    """kill -9 at any moment: the file opens, and holds each addition whole or not at all; the lock does not stay."""
    path, rng = tmp_path / "a.index", np.random.default_rng(0)
    space = Space([f"w{at}" for at in range(300)], rng.normal(size=(300, 3)), metric="dot", origin=Origin("t"))
    build_index(space).save(path)
    for attempt in range(4):
        process = writer(path, 10_000 * attempt)
        first = process.stdout.readline()
        assert first, process.stderr.read()
        time.sleep(float(rng.uniform(0, 0.03)))
        process.send_signal(signal.SIGKILL)
        finished = [int(first), *map(int, process.stdout.read().split())]
        process.wait()
        process.stdout.close()
        process.stderr.close()
        index = open_index(path)
        names = [name for name in index.names if name.startswith("n")]
        by_batch = {}
        for name in names:
            by_batch.setdefault(int(name[1:].partition(".")[0]), []).append(name)
        assert all(len(batch) == (10 if at % 3 == 0 else 20) for at, batch in by_batch.items())
        assert set(finished) <= set(by_batch)
        assert index.search(np.ones(3), 1).counts.tolist() == [1]
    with update(path) as index:
        index.remove([names[0]])


def test_two_processes_that_add_at_once(tmp_path):
    path = tmp_path / "a.index"
    space = Space(["a", "b"], np.ones((2, 3)), metric="dot", origin=Origin("t"))
    build_index(space).save(path)
    with update(path):
        process = writer(path, 0)
        _, said = process.communicate(timeout=60)
        assert process.returncode != 0
        assert f"a.index is locked by process {os.getpid()}" in said
    assert len(open_index(path)) == 2
