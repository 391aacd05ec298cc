"""A space that gets other vectors while a browser shows it: nothing of the old ones stays, and the page says so."""

import numpy as np
import pytest

from vicinal import Space

PLACES = """(() => document.querySelector(".points-map .cloud")?.cloud?.stats.points ?? 0)()"""


@pytest.fixture
def shelf(royal):
    from vicinal.serve import Served, Shelf

    return Shelf([Served("royal", royal), Served("other", royal)])


def smaller(royal):
    """Other vectors, of the last names only; of the same columns, which the old page may still ask for."""
    columns = {key: values[100:] for key, values in royal.columns.items()}
    return Space(royal.names[100:], np.random.default_rng(3).normal(size=(len(royal) - 100, 20)), columns=columns)


def test_a_reloaded_space_is_shown_anew(page, serving, shelf, royal):
    from vicinal.serve import Served

    url = serving(shelf).url
    page.goto(f"{url}/explorer/#view=points&space=royal&name=king&mark=woman&camera=0,0,9")
    page.wait_for_function(f"{PLACES} === {len(royal)}")
    assert page.locator(".notice").count() == 0
    now = smaller(royal)
    shelf.replace(Served("royal", now))
    page.evaluate(
        "location.hash = '#view=points&space=royal&name=queen&mark=woman&camera=0,0,9'"
    )  # its card asks for neighbours
    page.wait_for_function(f"{PLACES} === {len(now)}")
    assert page.locator(".notice span").inner_text() == "royal changed on disk; reloaded"
    assert page.locator("#announcer").inner_text() == "royal changed on disk; reloaded"
    assert f"royal ({len(now)} × 20)" in page.locator("#header select option").first.inner_text()
    assert "name=queen" in page.url and "mark=woman" in page.url and "camera" not in page.url
    page.wait_for_function("document.body.innerText.includes('" + now.nearest("queen").first + "')")
    page.get_by_role("button", name="Close this notice").click()
    assert page.locator(".notice").count() == 0


def test_answers_of_the_old_vectors_are_forgotten_and_late_ones_change_nothing(page, serving, shelf, royal):
    from vicinal.serve import Served

    url = serving(shelf).url
    page.goto(f"{url}/explorer/")
    page.wait_for_function("document.querySelector('#header select')")
    now = smaller(royal)
    page.evaluate("""async () => {
      const { Server } = await import("./source.js");
      window.told = [];
      window.source = new Server();
      window.source.changed = (names, spaces) => window.told.push([names, spaces.length]);
      await window.source.spaces();
      await window.source.names("royal");
    }""")
    before = royal.fingerprint
    shelf.replace(Served("royal", now))
    page.evaluate("window.source.nearest('royal', 'queen')")
    page.wait_for_function("window.told.length === 1")
    assert page.evaluate("window.told") == [[["royal"], 2]]
    assert page.evaluate("window.source.names('royal').then((names) => names.length)") == len(now)
    late = {"space": "royal", "fingerprint": before}
    page.evaluate("async (late) => { window.source.notice(late); await window.source.looking; }", late)
    assert page.evaluate("window.told.length") == 1 and page.evaluate("window.source.kept.size") == 1
