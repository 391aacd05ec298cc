"""The explorer as one file, without a browser: what is in it, what is not, and that nothing breaks out."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal import Space
from vicinal.errors import BadInput, OutputExists
from vicinal.maps import Map, pca_map
from vicinal.serve import page as module
from vicinal.serve.page import rounded_rows, write_page
from vicinal.serve.single import modules, one_page


class Reader(HTMLParser):
    """The elements of a page, in order, with what stands in them."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.found, self.open = [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append([tag, dict(attributes), ""])
        self.open = tag

    def handle_data(self, data):
        if self.open:
            self.found[-1][2] += data

    def handle_endtag(self, tag):
        self.open = None

    def all(self, tag):
        return [(attributes, text) for name, attributes, text in self.found if name == tag]


def digest(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def parts_of(path):
    reader = Reader(path.read_text("utf-8"))
    parts = [text for attributes, text in reader.all("script") if attributes.get("id", "").startswith("part-")]
    return reader, [base64.b64decode(part, validate=True) for part in parts]


@pytest.fixture(scope="module")
def letters():
    random = np.random.default_rng(1)
    columns = {"group": [f"g{i % 3}" for i in range(60)], "count": np.arange(60)}
    return Space([f"w{i}" for i in range(60)], random.normal(size=(60, 7)), columns=columns)


def test_a_page_holds_the_space_and_a_policy(tmp_path, letters):
    record = write_page(letters, pca_map(letters), tmp_path / "a.html", title='A & "B" <c>')
    reader, parts = parts_of(tmp_path / "a.html")
    about = json.loads(parts[0])
    assert about["space"]["fingerprint"] == letters.fingerprint and about["space"]["maps"] == ["pca"]
    assert reader.all("title")[0][1] == 'A & "B" <c>' == about["space"]["name"]
    assert letters.matrix.tobytes() in parts[about["vectors"]["part"]]
    assert "".join(letters.names).encode() in parts[about["parts"]["/names"]]
    assert {"/map pca", "/columns group", "/columns count"} <= set(about["parts"])
    assert record.summary() == f"{record.bytes / 1e6:.1f} MB, 60 names, all vectors as they are"
    policy = next(found["content"] for found, _ in reader.all("meta") if found.get("http-equiv"))
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    inline = {digest(text) for found, text in reader.all("script") if found.get("type") in ("importmap", "module")}
    assert rules["default-src"] == rules["connect-src"] == "'none'" and "unsafe" not in policy
    assert set(rules["script-src"].split()) == {*inline, "data:"} and len(inline) == 2
    assert rules["style-src"] == digest(reader.all("style")[0][1])
    types = {found.get("type") for found, _ in reader.all("script")}
    assert types == {"importmap", "module", "application/octet-stream;base64"}


def test_every_module_is_in_the_import_map(tmp_path, letters):
    write_page(letters, None, tmp_path / "a.html")
    reader, _ = parts_of(tmp_path / "a.html")
    written = next(text for found, text in reader.all("script") if found.get("type") == "importmap")
    imports = json.loads(written)["imports"]
    for address, source in imports.items():
        text = base64.b64decode(source.removeprefix("data:text/javascript;base64,")).decode()
        needed = re.findall(r'from "(vicinal/[^"]+)"', text)
        assert all(name in imports for name in needed), address
    assert set(imports) | {"vicinal/page/boot.js"} == {f"vicinal/{name}" for name in modules()}


def test_nothing_is_asked_of_the_network(tmp_path, letters):
    write_page(letters, None, tmp_path / "a.html")
    reader, _ = parts_of(tmp_path / "a.html")
    for _, attributes, _ in reader.found:
        addresses = [value for key, value in attributes.items() if key in ("src", "href", "action", "poster", "data")]
        assert all(value.startswith(("data:", "#")) for value in addresses)
    assert "url(" not in reader.all("style")[0][1]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80) | st.sampled_from(["</script>", "<!--<script>", "</title><b>", "]]>", "\u2028", "&lt;"]))
def test_no_text_breaks_out(text):
    page = one_page(text, {"said": text}, [text.encode("utf-8", "replace")]).decode()
    plain = one_page("x", {"said": "x"}, [b"x"]).decode()
    assert [found[:2] for found in Reader(page).found] == [found[:2] for found in Reader(plain).found]
    if text.isprintable():
        assert Reader(page).all("title")[0][1] == text


def test_only_the_names_of_the_map(tmp_path, letters):
    drawn = Map(["w5", "w3", "w9"], [[0, 1], [2, 3], [4, 4]], "UMAP", fingerprint=letters.fingerprint)
    record = write_page(letters, drawn, tmp_path / "a.html")
    _, parts = parts_of(tmp_path / "a.html")
    about = json.loads(parts[0])
    assert record.names == 3 and about["space"]["n"] == 3 and about["vectors"]["of"] == 60
    assert about["space"]["maps"] == ["UMAP", "pca"]
    assert b"w5w3w9" in parts[about["parts"]["/names"]] and not any(b"w10" in part for part in parts)


def test_a_map_of_three_axes(tmp_path, letters):
    write_page(letters, pca_map(letters, 3), tmp_path / "a.html")
    _, parts = parts_of(tmp_path / "a.html")
    assert json.loads(parts[0])["space"]["maps"] == ["pca3", "pca"]


def test_the_same_page_twice(tmp_path, letters):
    for name in ("a", "b"):
        write_page(letters, None, tmp_path / f"{name}.html", title="same")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_progress_is_told_from_the_first_part_to_the_last(tmp_path, letters):
    for drawn in (None, pca_map(letters, 3)):
        seen = []
        write_page(letters, drawn, tmp_path / "a.html", force=True, callback=seen.append)
        assert [one.done for one in seen] == list(range(1, seen[0].total + 1))
        assert {one.stage for one in seen} == {"writing the page"} and str(seen[-1]) == "writing the page  100%"


def test_what_is_there_stays_unless_told(tmp_path, letters):
    path = tmp_path / "a.html"
    path.write_text("mine")
    with pytest.raises(OutputExists):
        write_page(letters, None, path)
    assert path.read_text() == "mine"
    write_page(letters, None, path, force=True)
    assert path.read_bytes().startswith(b"<!doctype html>") and len(list(tmp_path.iterdir())) == 1


def test_a_map_of_something_else_is_refused(tmp_path, letters):
    with pytest.raises(BadInput, match="'nobody', which the space does not hold"):
        write_page(letters, Map(["w1", "nobody"], [[0, 1], [2, 3]], "PCA"), tmp_path / "a.html")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def large():
    random = np.random.default_rng(2)
    matrix = random.normal(size=(1500, 30)) * np.logspace(-20, 20, 1500)[:, None]
    columns = {"text": [f"label {i}" for i in range(1500)], "small": np.arange(1500) % 3}
    return Space([f"w{i}" for i in range(1500)], matrix, columns=columns)


@pytest.mark.parametrize(("room", "count"), [(500_000, 1500), (100_000, 1200)])
def test_room_decides_how_vectors_are_kept(tmp_path, large, monkeypatch, room, count):
    monkeypatch.setattr(module, "EXACT", 1000)
    monkeypatch.setattr(module, "LARGEST", module._ROOM + room)
    record = write_page(large, None, tmp_path / "a.html")
    assert record.vectors == "int8" and record.bytes < module.LARGEST
    assert abs(record.with_vectors - count) < 100


def test_columns_that_do_not_fit_are_named(tmp_path, large, monkeypatch):
    monkeypatch.setattr(module, "_COLUMNS", 4000)
    record = write_page(large, None, tmp_path / "a.html")
    assert record.left_out == ("text",) and "without the columns text" in record.summary()


def test_too_many_names(tmp_path, large, monkeypatch):
    monkeypatch.setattr(module, "LARGEST", module._ROOM + 50_000)
    with pytest.raises(BadInput, match="make a map of fewer names"):
        write_page(large, None, tmp_path / "a.html")
    assert not list(tmp_path.iterdir())


def test_rounded_rows_are_near(large):
    values, scales = rounded_rows(large.matrix)
    back = values * scales[:, None].astype(np.float64)
    most = np.abs(large.matrix).max(axis=1, keepdims=True)
    assert (np.abs(back - large.matrix) <= most / 253.9).all()
    assert np.abs(values).max() == 127


def test_needs_no_server_packages(tmp_path):
    code = f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("fastapi", "starlette", "uvicorn", "pydantic", "prometheus_client"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refuse())
from vicinal import Space
from vicinal.serve.page import write_page
print(write_page(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]), None, r"{tmp_path / "a.html"}").names)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.strip() == "3", done.stderr
