"""The explorer as one file, opened from the disk without a network; its answers against the library's."""

import os
import re
import time

import numpy as np
import pytest

from vicinal import Space
from vicinal.maps import Map, Trust, pca_map
from vicinal.serve import Served
from vicinal.serve import page as page_module
from vicinal.serve.asking import odd_answer, path_answer
from vicinal.serve.completion import complete
from vicinal.serve.drawing import map_quality
from vicinal.serve.page import rounded_rows, write_page
from vicinal.serve.understanding.heat import heatmap_answer
from vicinal.serve.understanding.trust import trust_answer
from vicinal.serve.understanding.variance import variance_answer
from vicinal.similarity import unit_rows

HOSTILE = [
    "<img src=x onerror=window.broken=1>", '"><script>window.broken=1</script>', "</script><b>",
    "\u202egnp.exe", "a\nb", "__proto__", "constructor", "x" * 10_000, "{{7*7}}", "javascript:alert(1)",
]  # fmt: skip
CODES = """async (call) => { const found = await (%s)(call); return { ...found, codes: Array.from(found.codes) }; }"""
ASK = """async ([method, ...args]) => {
    const { Page } = await import("vicinal/page/source.js");
    globalThis.testPage ??= new Page(document);
    try { return await globalThis.testPage[method](...args); } catch (error) { return { failure: error.message }; }
}"""


def until(page, condition):
    """Wait for a condition; the page forbids the eval with which Playwright's own way would poll."""
    end = time.monotonic() + 20
    while not page.evaluate(f"Boolean({condition})"):
        assert time.monotonic() < end, f"waited in vain for {condition}: {page.inner_text('body')[:500]}"
        page.wait_for_timeout(20)


@pytest.fixture
def alone(page):
    """Open a file; whatever else is asked for fails the test."""
    asked = []
    page.context.set_offline(True)
    page.on("request", lambda request: asked.append(request.url))

    def go(path, hash_=""):
        page.goto(f"file://{path}{hash_}")
        page.wait_for_selector("#main > *")
        return page

    yield go
    others = [
        url for url in asked if not url.startswith(("data:", "blob:")) and not url.split("#")[0].endswith(".html")
    ]
    assert not others, others


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def royal_page(folder, royal):
    write_page(royal, pca_map(royal), folder / "royal.html", title="Royal <words>")
    return folder / "royal.html"


@pytest.fixture(scope="module")
def rough(royal):
    """The royal space as a page keeps it in 8 bits."""
    values, scales = rounded_rows(royal.matrix)
    return Space(royal.names, values * scales[:, None], columns=royal.columns, metric=royal.metric)


@pytest.fixture(scope="module")
def rough_page(folder, royal):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_module, "EXACT", 100)
        assert write_page(royal, None, folder / "rough.html").vectors == "int8"
    return folder / "rough.html"


def matches_of(found):
    return [(m["row"], m["score"]) for m in found["results"][0]["matches"]]


def assert_same(found, expected):
    """Same rows; scores to the last digits of float32. Rows of equal scores may change places by them."""
    assert "failure" not in found, found
    pairs = matches_of(found)
    rows, scores = expected.rows[0].tolist(), expected.scores[0].tolist()
    assert [score for _, score in pairs] == pytest.approx(scores, rel=1e-5, abs=1e-6)
    assert [row for row, _ in pairs] == rows


@pytest.mark.parametrize("which", ["exact", "rough"])
def test_neighbours_are_those_of_the_library(alone, which, royal, royal_page, rough, rough_page):
    space, path = (royal, royal_page) if which == "exact" else (rough, rough_page)
    page = alone(path)
    name = page.evaluate(
        "async () => (await (new (await import('vicinal/page/source.js')).Page(document)).spaces())[0].name"
    )
    vector = np.random.default_rng(0).normal(size=royal.dim).astype(np.float32)
    for metric in ("cosine", "dot", "euclidean"):
        for query in ("king", "king - man + woman", "0.5 * sea1 - bird2", vector.tolist()):
            asked = query if isinstance(query, str) else vector
            expected = space.nearest(asked, 12, metric=metric)
            assert_same(page.evaluate(ASK, ["nearest", name, query, {"k": 12, "metric": metric}]), expected)
    found = page.evaluate(ASK, ["nearest", name, ["sea1", "sea2"], {"k": 3, "exclude": ["sea5"]}])
    for one, asked in zip(found["results"], ("sea1", "sea2"), strict=True):
        assert [m["name"] for m in one["matches"]] == space.nearest(asked, 3, exclude=["sea5"]).names[0]
    for method in ("add", "multiply"):
        found = page.evaluate(ASK, ["analogy", name, "man", "king", "woman", {"k": 5, "method": method}])
        assert_same(found, space.analogy("man", "king", "woman", 5, method=method))
        assert found["fingerprint"] == royal.fingerprint


def test_questions_about_names(alone, royal, royal_page):
    page, served = alone(royal_page), Served("Royal <words>", royal)
    name = served.name
    listed = ["king", "queen", "sea3", "man"]
    found = page.evaluate(ASK, ["odd", name, listed])
    expected = odd_answer(served, listed)
    assert found["odd"] == expected["odd"]
    assert [s["score"] for s in found["scores"]] == pytest.approx([s["score"] for s in expected["scores"]], abs=1e-6)
    for metric in ("cosine", "dot", "euclidean"):
        found = page.evaluate(ASK, ["similarity", name, {"names": [*listed, "king - man"], "metric": metric}])
        table = royal.similarities([*listed, "king - man"], metric=metric)
        np.testing.assert_allclose(found["scores"], table, rtol=1e-5, atol=1e-6)
    found = page.evaluate(ASK, ["vectors", name, ["king", "king - man"]])["vectors"]
    np.testing.assert_allclose(found[1]["vector"], royal.vector("king - man"), rtol=1e-6, atol=1e-6)
    assert found[0]["vector"] == royal["king"].tolist() and [one["row"] for one in found] == [
        royal.names.row("king"),
        None,
    ]
    assert page.evaluate(ASK, ["rows", name, ["king", "nobody"]]) == [royal.names.row("king"), -1]
    for prefix in ("se", "KI", "1", "bird12", ""):
        assert page.evaluate(ASK, ["complete", name, prefix, 7]) == complete(served, prefix, 7)


@pytest.mark.parametrize("method", ["links", "line"])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_paths_are_those_of_the_library(alone, folder, royal, method, metric):
    space = Space(royal.names, royal.matrix, metric=metric)
    write_page(space, None, folder / f"{metric}.html", force=True)
    page, served = alone(folder / f"{metric}.html"), Served(metric, space)
    for ends in (("sea0", "tree3"), ("king", "queen")):
        body = dict(zip(("from", "to"), ends, strict=True)) | {"steps": 4, "method": method}
        found = page.evaluate(ASK, ["json", f"/spaces/{metric}/path", body])
        expected = path_answer(served, *ends, 4, method)
        assert [one["name"] for one in found["path"]] == [one["name"] for one in expected["path"]]
        assert [one["score"] for one in found["path"]][1:] == pytest.approx(
            [one["score"] for one in expected["path"]][1:], abs=1e-5
        )


def test_understanding(alone, royal, royal_page):
    page, served = alone(royal_page), Served("Royal <words>", royal, maps={"pca": pca_map(royal)})
    name = served.name
    assert page.evaluate(ASK, ["variance", name]) == {**variance_answer(served)}
    assert page.evaluate(ASK, ["quality", name, "pca"]) == pytest.approx(map_quality(served, "pca")["quality"])
    groups = [("a", ["king", "queen", "man", "woman"]), ("b", ["sea1", "sea2", "tree4", "bird7"])]
    for dims in ("components", "stored"):
        expected = heatmap_answer(served, groups, dims=dims, most=6)
        body = {"groups": [{"label": a, "names": b} for a, b in groups], "dims": dims, "components": 6}
        found = page.evaluate(ASK, ["heatmap", name, body])
        assert found["names"] == expected["names"] and found["groups"] == expected["groups"]
        np.testing.assert_allclose(found["values"], expected["values"], atol=2e-5)
        np.testing.assert_allclose(found["shares"], expected["shares"], atol=1e-6)
        assert [(e["low"], e["high"], e["tells"]) for e in found["ends"]] == [
            (e["low"], e["high"], e["tells"]) for e in expected["ends"]
        ]
    assert len(page.evaluate(ASK, ["heatmap", name, {}])["names"]) >= 3
    found = page.evaluate(ASK, ["trust", name, {"names": ["king"], "k": 5, "sample": True}])
    expected = trust_answer(served, "pca", ["king"], 5, sample=True)
    assert [m["name"] for m in found["points"][0]["true"]] == [m["name"] for m in expected["points"][0]["true"]]
    assert [m["name"] for m in found["points"][0]["shown"]] == [m["name"] for m in expected["points"][0]["shown"]]
    assert found["sample"]["mean"] == pytest.approx(expected["sample"]["mean"], abs=0.01)
    assert found["sample"]["share"] == pytest.approx(expected["sample"]["share"], abs=0.21)
    assert "serve" in page.evaluate(ASK, ["costs", name, {"names": ["tree40"]}])["failure"]
    assert page.evaluate(ASK, ["costs", name])["ways"][0]["recall"] == 1.0


def test_columns_and_clusters(alone, royal, royal_page):
    page = alone(royal_page)
    found = page.evaluate(CODES % ASK, ["column", "Royal <words>", "group"])
    assert [found["labels"][code] for code in found["codes"]] == royal.columns["group"].tolist()
    found = page.evaluate(CODES % ASK, ["clusters", "Royal <words>", 4])
    codes = np.array(found["codes"])
    assert all(len(set(codes[start : start + 49])) == 1 for start in range(0, 196, 49))
    centres = np.stack([unit_rows(royal.matrix)[codes == code].mean(axis=0) for code in range(4)])
    rows = unit_rows(royal.matrix)
    loss = np.square(rows - centres[codes]).sum()
    assert found["explained"] == pytest.approx(1 - loss / np.square(rows - rows.mean(axis=0)).sum(), abs=1e-4)


def test_failures_say_what_to_do(alone, royal_page):
    page = alone(royal_page)
    name = "Royal <words>"
    assert "did you mean 'queen'" in page.evaluate(ASK, ["nearest", name, "qeen"])["failure"]
    assert "a term is missing" in page.evaluate(ASK, ["nearest", name, "king - "])["failure"]
    for call in (
        ["search", name, "king"],
        ["nearest", name, "king", {"filter": ["count > 3"]}],
        ["map", name, "t-SNE"],
    ):
        assert "vicinal serve" in page.evaluate(ASK, call)["failure"]
    assert "one space" in page.evaluate(ASK, ["nearest", "other", "king"])["failure"]
    assert "k must be" in page.evaluate(ASK, ["nearest", name, "king", {"k": 0}])["failure"]


def test_every_view_opens_and_the_address_brings_it_back(alone, royal_page):
    page = alone(royal_page, "#view=ask&q=king&theme=dark")
    until(page, "document.querySelector('#main').innerText.includes('tree31')")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    ids = page.evaluate("async () => (await import('vicinal/views.js')).VIEWS.map(({ id }) => id)")
    for view in ids:
        page.evaluate(f"location.hash = 'view={view}'")
        until(page, f"document.querySelector('#main').className === 'view-{view}'")
        until(page, "!document.querySelector('#main [aria-busy=true]')")
        assert len(page.inner_text("#main")) > 40
    page.evaluate("location.hash = 'view=points'")
    until(page, "document.querySelector('.cloud')?.cloud.stats.drawn === 200")
    assert "Royal <words>" in page.title()


def test_hostile_names_stay_text(alone, folder):
    random = np.random.default_rng(2)
    columns = {"</script><script>window.broken=1</script>": [f"<b>{i}</b>" for i in range(len(HOSTILE))]}
    space = Space(HOSTILE, random.normal(size=(len(HOSTILE), 5)), columns=columns)
    title = "</title><script>window.broken=1</script>"
    write_page(space, None, folder / "hostile.html", title=title)
    source = (folder / "hostile.html").read_text("utf-8")
    assert source.count("<script") == source.count("</script>") and "window.broken" not in re.sub(
        "&lt;.*?</title>", "", source
    )
    page = alone(folder / "hostile.html")
    until(page, "document.querySelector('.cloud')?.cloud.stats.drawn === 10")
    for name in HOSTILE:
        found = page.evaluate(ASK, ["nearest", title, name, {"k": 9}])
        assert {m["name"] for m in found["results"][0]["matches"]} == set(HOSTILE) - {name}
    page.evaluate("location.hash = new URLSearchParams({ view: 'ask', q: '__proto__' })")
    until(page, "document.querySelector('#main').innerText.includes('onerror')")
    assert page.evaluate("window.broken") is None and page.locator("#main img, #main script").count() == 0


def test_the_policy_forbids_the_rest(chromium, royal_page):
    page = chromium.new_page()  # not the fixture: here the console must complain
    page.goto(f"file://{royal_page}")
    page.wait_for_selector("#main > *")
    refused = page.evaluate(
        """async () => {
        const said = [];
        document.addEventListener("securitypolicyviolation", (event) => said.push(event.effectiveDirective));
        await fetch("https://example.org/").catch(() => {});
        const image = new Image(); image.src = "https://example.org/x.png";
        const script = document.createElement("script");
        try { script.textContent = "window.broken = 1"; document.head.append(script); } catch { said.push("script"); }
        try { document.body.innerHTML = "<b>"; } catch { said.push("trusted types"); }
        await new Promise((resolve) => setTimeout(resolve, 300));
        return said;
    }"""
    )
    assert {"connect-src", "img-src", "trusted types", "script"} <= set(refused)
    assert page.evaluate("window.broken") is None
    page.close()


def test_a_part_of_a_space(alone, folder, royal):
    drawn = Map(["king", "queen", "sea1", "sea2"], [[0, 1, 0], [1, 1, 0], [5, 5, 1], [5, 6, 1]], "t-SNE",
                fingerprint=royal.fingerprint, quality={"trustworthiness": 0.9})  # fmt: skip
    record = write_page(royal, drawn, folder / "part.html")
    assert (record.names, record.with_vectors) == (4, 4) and record.bytes == os.path.getsize(folder / "part.html")
    page = alone(folder / "part.html", "#view=points")
    until(page, "document.querySelector('.cloud')?.cloud.stats.drawn === 4")
    assert page.evaluate(ASK, ["spaces"])[0]["maps"] == ["t-SNE", "pca"]
    found = page.evaluate(ASK, ["nearest", "part", "king", {"k": 10}])
    assert [m["name"] for m in found["results"][0]["matches"]] == royal.take(list(drawn.names)).nearest("king").names[0]
    page.click("#about summary")
    assert "4 names of this map, of 200 in the space" in page.inner_text("#about")
    assert (
        Trust(royal, drawn).of([0], k=1).share[0]
        == page.evaluate(ASK, ["trust", "part", {"map": "t-SNE", "names": ["king"], "k": 1}])["points"][0]["share"]
    )


def test_vectors_that_do_not_fit(alone, folder, monkeypatch):
    random = np.random.default_rng(1)
    space = Space([f"w{i}" for i in range(5000)], random.normal(size=(5000, 40)))
    monkeypatch.setattr(page_module, "EXACT", 100)
    monkeypatch.setattr(page_module, "LARGEST", page_module._ROOM + 300_000)
    record = write_page(space, None, folder / "large.html")
    assert record.vectors == "int8" and 1000 <= record.with_vectors < 5000
    page = alone(folder / "large.html")
    page.click("#about summary")
    assert (
        f"{record.with_vectors:,}" in page.inner_text("#about") and f"first {record.with_vectors:,}" in record.summary()
    )
    assert "first" in page.evaluate(ASK, ["nearest", "large", "w4999"])["failure"]
    values, scales = rounded_rows(space.matrix)
    kept = Space(space.names[: record.with_vectors], (values * scales[:, None])[: record.with_vectors])
    assert_same(page.evaluate(ASK, ["nearest", "large", "w3"]), kept.nearest("w3"))
