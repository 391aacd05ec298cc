"""The explorer in browsers other than Chromium: what any engine must do, asked by WebDriver; skipped without one."""

from __future__ import annotations

import base64
import importlib.util
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from vicinal import Space
from vicinal.maps import pca_map
from vicinal.serve import Served, Shelf
from vicinal.serve.page import write_page

_SPEC = importlib.util.spec_from_file_location("webdriver", Path(__file__).with_name("webdriver.py"))
webdriver = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(webdriver)

VIEWS = [
    "view=points", "view=points&map=pca3", "view=ask", "view=ask&panel=path", "view=compare",
    "view=understand", "view=understand&part=trust",
    "view=lessons", *(f"view=lessons&lesson={number}" for number in range(1, 7)),
]  # fmt: skip
SETTLED = """() => document.readyState === "complete"
  && document.getElementById("main").textContent.length > 20
  && !document.querySelector("[aria-busy=true], .loading")
  && [...document.querySelectorAll(".cloud")].every(({ cloud }) => cloud.stats.whole)"""
FAILURES = "() => [...document.querySelectorAll('.failure:not([hidden])')].map((node) => node.textContent)"
CLOUD = "document.querySelector('.cloud').cloud"


@pytest.fixture(scope="module", params=[webdriver.Firefox, webdriver.WebKit], ids=["firefox", "webkit"])
def engine(request, tmp_path_factory):
    """A browser, started once for all tests here; what its console calls an error fails the test that made it."""
    if missing := request.param.missing():
        pytest.skip(f"this test {missing}")
    browser = request.param(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


@pytest.fixture
def browser(engine):
    engine.errors()
    yield engine
    assert engine.errors() == []


@pytest.fixture(scope="module")
def url(serving, royal):
    turned = royal.matrix @ np.linalg.qr(np.random.default_rng(1).normal(size=(20, 20)))[0]
    return serving(Shelf([Served("royal", royal), Served("turned", Space(royal.names, turned))])).url


def test_every_view_comes_up_without_an_error(browser, url):
    for view in VIEWS:
        browser.go(f"{url}/explorer/#{view}&space=royal")
        browser.wait_for(SETTLED)
        assert browser.evaluate(FAILURES) == [], view
    browser.go(f"{url}/docs")
    browser.wait_for("() => document.querySelectorAll('details').length > 10")


def test_policy_is_in_force_and_the_console_is_heard(engine, url):
    engine.go(f"{url}/explorer/#view=ask&space=royal")
    engine.wait_for(SETTLED)
    assert engine.errors() == []
    found = engine.evaluate("""async () => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'taken over'";
      const style = document.createElement("style");
      style.textContent = "body { opacity: .25 }";
      document.head.append(script, style);
      const away = await fetch("http://127.0.0.1:1/").then(() => "sent", () => "refused");
      return [document.title, getComputedStyle(document.body).opacity, away];
    }""")
    assert found == ["Ask: royal · Vicinal", "1", "refused"]
    said = webdriver.waited(engine.errors, "the console")
    assert any("style-src" in line for line in said), said


def test_points_are_drawn_where_they_are_found(browser, url):
    browser.go(f"{url}/explorer/#view=points&space=royal")
    browser.wait_for(SETTLED)
    row, x, y = browser.evaluate(f"""() => {{
      const cloud = {CLOUD};
      const frame = cloud.root.getBoundingClientRect();
      const row = [...Array(200).keys()].find((i) => {{ // one with nothing near it and no button over it
        const {{ x, y }} = cloud.place(i);
        const far = ({{ x: u, y: v }}) => Math.hypot(u - x, v - y) > 14;
        const alone = [...Array(200).keys()].every((j) => j === i || far(cloud.place(j)));
        return alone && document.elementFromPoint(frame.left + x, frame.top + y)?.closest(".cloud-field");
      }});
      return [row, frame.left + cloud.place(row).x, frame.top + cloud.place(row).y];
    }}""")
    at = {"x": round(x), "y": round(y)}
    *_, pixel = looked_at(browser, browser.screenshot(), **at)
    assert np.ptp(pixel[:3]) > 40  # a colour, not paper or text
    browser.point({"type": "pointerMove", "duration": 0, **at})
    browser.wait_for(f"(row) => {CLOUD}.hovered === row", row)
    browser.point({"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0})
    browser.wait_for(f"(row) => document.querySelector('aside').textContent.includes({CLOUD}.data.name(row))", row)


def looked_at(browser, png, x=0, y=0):
    """Decode a PNG with the browser → width, height, how many colours, and the pixel at x, y."""
    script = """async (text, x, y) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const brush = new OffscreenCanvas(image.width, image.height).getContext("2d");
      brush.drawImage(image, 0, 0);
      const { data } = brush.getImageData(0, 0, image.width, image.height);
      const pixel = [...brush.getImageData(x, y, 1, 1).data];
      return [image.width, image.height, new Set(new Uint32Array(data.buffer)).size, pixel];
    }"""
    return browser.evaluate(script, base64.b64encode(png).decode(), x, y)


def test_downloads_are_pictures(browser, url):
    browser.go(f"{url}/explorer/#view=points&space=royal")
    browser.wait_for(SETTLED)
    size = browser.evaluate(
        f"() => [2 * {CLOUD}.view.width, 2 * {CLOUD}.view.height]"
    )  # before a list of downloads opens
    for kind in ("PNG", "SVG"):
        browser.evaluate(
            "(kind) => [...document.querySelectorAll('.downloads button')].find((b) => b.textContent === kind).click()",
            kind,
        )
        webdriver.waited(lambda kind=kind: whole(browser.downloads, kind.lower()), f"a download of {kind}")
    (png,), (drawing,) = browser.downloads.glob("*.png"), browser.downloads.glob("*.svg")
    width, height, colours, _ = looked_at(browser, png.read_bytes())
    assert [width, height] == size
    assert colours > 100
    circles = list(ElementTree.parse(drawing).iter("{http://www.w3.org/2000/svg}circle"))
    assert len(circles) >= 200
    for file in (png, drawing):
        file.unlink()


def whole(folder, ending):
    """Whether there is a file of this ending, and none that is still being written."""
    found = list(folder.glob(f"*.{ending}"))
    return found and all(file.stat().st_size for file in found) and not list(folder.glob("*.part"))


def test_one_file_needs_no_server(browser, royal, tmp_path):
    write_page(royal, pca_map(royal), tmp_path / "royal.html", title="Royal")
    for view in ("points", "ask", "understand", "lessons"):
        browser.go(f"{(tmp_path / 'royal.html').as_uri()}#view={view}")
        browser.wait_for(SETTLED)
        assert browser.evaluate(FAILURES) == [], view
    browser.go(f"{(tmp_path / 'royal.html').as_uri()}#view=ask&q=king")
    browser.wait_for(SETTLED)
    shown = browser.evaluate("() => document.getElementById('main').innerText.split(/\\s+/)")
    found = [shown.index(name) for name in royal.nearest("king", 5).names[0]]
    assert found == sorted(found)
