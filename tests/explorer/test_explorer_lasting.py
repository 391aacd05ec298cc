"""A page that stays open: views come and go, night falls, it is printed."""

from __future__ import annotations

import pytest

from vicinal.serve import Served, Shelf

SETTLED = """(view) => document.getElementById("main").className === `view-${view}`
  && document.getElementById("main").textContent.length > 20 && !document.querySelector("[aria-busy=true], .loading")
  && [...document.querySelectorAll(".cloud")].every(({ cloud }) => cloud.stats.whole)"""


@pytest.fixture(scope="module")
def url(serving, royal):
    return serving(Shelf([Served("royal", royal), Served("again", royal)])).url


def show(page, view):
    page.evaluate("(view) => { location.hash = new URLSearchParams({ view, space: 'royal' }); }", view)
    page.wait_for_function(SETTLED, arg=view)


def test_views_that_are_gone_leave_nothing_behind(page, url):
    page.goto(f"{url}/explorer/#view=lessons&space=royal")
    page.wait_for_function(SETTLED, arg="lessons")
    session = page.context.new_cdp_session(page)

    def kept():
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(50)  # what was finished in a task after it
        session.send("HeapProfiler.collectGarbage")
        counts = session.send("Memory.getDOMCounters")
        return counts["nodes"], counts["jsEventListeners"]

    def rounds(times):
        for _ in range(times):
            for view in ("points", "ask", "compare", "understand", "lessons"):
                show(page, view)
        return kept()

    nodes, listeners = rounds(1)
    after = rounds(3)
    assert after[0] < nodes + 300 and after[1] < listeners + 30  # one figure left each time would be thousands


def test_pictures_follow_the_system_at_nightfall(page, url):
    page.emulate_media(color_scheme="light")
    page.goto(f"{url}/explorer/#view=understand&space=royal")
    page.wait_for_function(SETTLED, arg="understand")
    inked = """(ink) => [...document.querySelectorAll("figure.figure svg text")]
      .some((node) => node.getAttribute("fill") === ink)"""
    assert page.evaluate(inked, "#1d2330")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(inked, arg="#e6e9ef")
    assert not page.evaluate(inked, "#1d2330")
