"""The explorer for everybody: axe-core's rules over every view in both themes, the keyboard alone, forced colours."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from vicinal.serve import Served, Shelf

STATES = [
    'view=points&name=king&mark=["queen"]&chosen=1.1.1',
    "view=points&map=pca3&colour=column:count", "view=points&name=nobody",
    "view=ask&q=king", "view=ask&panel=sum&sum=king - man %2B woman", "view=ask&panel=odd&odd=sea1 sea2 tree1",
    "view=ask&panel=path&from=sea1&to=tree1", "view=compare&b=unit", "view=understand", "view=understand&part=variance",
    "view=understand&part=trust&word=king", "view=understand&part=onehot", "view=understand&part=costs", "view=lessons",
    *(f"view=lessons&lesson={number}" for number in range(1, 7)),
]  # fmt: skip
# what is wrong, and where: rule, selector and what axe-core says of it
AUDIT = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.flatMap(({id, nodes}) =>
  nodes.map(({target, failureSummary}) => `${id}: ${target.join(" ")}: ${failureSummary}`))"""


@pytest.fixture(scope="module")
def rules():
    """The source of axe-core."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("axe-playwright-python is not installed")
        pytest.skip("this test needs axe-playwright-python")
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def url(serving, royal):
    return serving(Shelf([Served("royal", royal), Served("unit", royal.unit())])).url


def quiet(page):
    """Wait until nothing is on its way any more."""
    page.wait_for_function(
        """!document.querySelector('[aria-busy="true"], .loading')
          && document.querySelector("#main").textContent.length > 40"""
    )
    page.wait_for_timeout(50)
    page.wait_for_function("""!document.querySelector('[aria-busy="true"]')""")


def focused(page):
    return page.evaluate(
        """(({activeElement: e}) => e.getAttribute("aria-label") ?? e.textContent.trim() ?? e.tagName)(document)"""
    )


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_view_and_theme(page, url, rules, state):
    page.emulate_media(reduced_motion="reduce")  # colours in the middle of a change are nobody's
    page.goto(f"{url}/explorer/#space=royal&{state}")
    quiet(page)
    page.evaluate(f"{rules};0")
    for theme in ("light", "dark"):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        assert page.evaluate(AUDIT) == []


def test_the_keyboard_reaches_everything_in_the_order_it_is_seen(page, url):
    page.goto(f"{url}/explorer/#space=royal&view=points")
    quiet(page)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the view"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "Map of royal: 200 points"
    reached = []
    while not reached or reached[-1] != "Find a name":
        page.keyboard.press("Tab")
        reached.append(focused(page))
    assert reached[:5] == ["Zoom in", "Zoom out", "Show all points", *reached[3:5]] and reached[3].startswith("Select")
    assert reached[5] == "group" and len(reached) == 6 + 5 + 1  # the legend: what it is of, and its five groups


def test_going_to_another_view_leaves_the_keyboard_in_it(page, url):
    page.goto(f"{url}/explorer/#space=royal&view=points&name=king")
    page.get_by_role("button", name="Ask about it").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".ranking li")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.locator("h1").inner_text() == "Ask: royal"
    page.get_by_role("button", name="On the map").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".points-card h2")
    assert page.locator(".points-card h2").inner_text() == "king"
    assert page.evaluate("document.activeElement.id") == "main"


def test_forced_colours_keep_what_colours_say(page, url):
    page.emulate_media(forced_colors="active")
    page.goto(f"{url}/explorer/#space=royal&view=points&colour=column:group")
    page.wait_for_selector(".cloud-legend .swatch")
    colours = page.evaluate("[...document.querySelectorAll('.swatch')].map((e) => getComputedStyle(e).backgroundColor)")
    assert len(set(colours)) == 5
    lasso = page.get_by_role("button", name="Select by a line drawn around points")
    before = lasso.evaluate("(e) => getComputedStyle(e).backgroundColor")
    lasso.click()
    assert lasso.evaluate("(e) => getComputedStyle(e).backgroundColor") != before


def test_a_search_box_says_how_many_names_and_its_list_does_not_come_late(page, url):
    page.goto(f"{url}/explorer/#space=royal&view=points")
    box = page.get_by_role("combobox", name="Find a name")
    names = page.get_by_role("listbox", name="Find a name")
    box.fill("ki")
    names.wait_for()
    assert page.locator(".points-find [role=status]").text_content() == "1 to choose from"
    box.press("Escape")
    assert not names.is_visible() and box.input_value() == "ki"
    box.press("Escape")
    assert box.input_value() == ""
    box.fill("nonsuch")
    page.wait_for_function("document.querySelector('.points-find [role=status]').textContent === 'No name begins so'")
    asked = []

    def hold(route):
        asked.append(route)

    page.route("**/complete?*", hold)
    box.fill("qu")
    page.wait_for_timeout(0)
    while not asked:
        page.wait_for_timeout(10)
    box.blur()
    asked[0].continue_()
    page.wait_for_timeout(200)
    assert not names.is_visible()


def test_enter_that_ends_a_composition_picks_nothing(page, url):
    page.goto(f"{url}/explorer/#space=royal&view=points")
    box = page.get_by_role("combobox", name="Find a name")
    box.fill("king")
    box.evaluate(
        "(e) => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    assert "name=" not in page.url
    box.press("Enter")
    page.wait_for_selector(".points-card h2")
    assert "name=king" in page.url
