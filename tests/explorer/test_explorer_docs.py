"""The strict policy in a real browser: every view and the API's page run under it; the key; hostile names."""

from __future__ import annotations

import pytest

from vicinal import Space
from vicinal.serve import Served, Settings, Shelf


@pytest.fixture
def strict(chromium):
    """A page under the policy that the server sends; any error on its console fails the test."""
    context = chromium.new_context(viewport={"width": 1200, "height": 800})
    page, errors = context.new_page(), []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page, errors
    context.close()


def test_every_view_runs_under_the_policy(strict, serving, royal):
    page, errors = strict
    server = serving(Shelf([Served("royal", royal), Served("again", royal.centered())]))
    page.goto(f"{server.url}/")
    page.wait_for_selector("#header nav a")
    outside = []
    page.on("request", lambda request: None if request.url.startswith(server.url) else outside.append(request.url))
    for view in page.locator("#header nav a").all():
        view.click()
        page.wait_for_selector("#main > *")
        page.wait_for_load_state("networkidle")
        assert not [text for text in page.locator("[role=alert]").all_inner_texts() if text]
    assert not errors, errors
    assert not [url for url in outside if not url.startswith(("blob:", "data:"))]


def test_the_api_documents_itself_and_can_be_tried(strict, serving, royal):
    page, errors = strict
    server = serving(Shelf([Served("royal", royal)]))
    page.goto(f"{server.url}/docs")
    page.wait_for_selector("details")
    paths = page.locator("summary code").all_inner_texts()
    assert {"/spaces/{name}/nearest", "/v1/embeddings", "/health"} <= set(paths)
    nearest = page.locator("details", has=page.locator("code", has_text="/nearest"))
    nearest.locator("summary").click()
    assert nearest.locator("textarea").input_value().strip().startswith("{")
    nearest.locator("button[type=submit]").click()
    nearest.locator("pre[aria-live]", has_text='"queen"').wait_for()
    assert "curl" in nearest.inner_text() and "/spaces/royal/nearest" in nearest.inner_text()
    nearest.locator("textarea").fill("{")
    nearest.locator("button[type=submit]").click()
    nearest.locator("pre", has_text="not JSON").wait_for()
    assert not errors, errors


@pytest.mark.parametrize("address", ["/explorer/", "/docs"])
def test_the_key_is_asked_for_and_kept(strict, serving, royal, address):
    page, errors = strict
    server = serving(Shelf([Served("royal", royal)]), Settings(key="secret"))
    page.goto(server.url + address)
    page.fill("form.key input", "wrong")
    page.click("form.key button")
    page.wait_for_selector("text=not the key")
    page.fill("form.key input", "secret")
    page.click("form.key button")
    page.wait_for_selector("#header nav a[aria-current]" if address != "/docs" else "details")
    page.reload()
    page.wait_for_selector("#header nav a[aria-current]" if address != "/docs" else "details")
    assert all("401" in error for error in errors), errors  # the browser's own line about the refused requests


def test_hostile_names_stay_text(strict, serving):
    page, errors = strict
    name = "<img src=x onerror=alert(1)>"
    space = Space([name, "b", "c", "d"], [[1, 0], [1, 1], [0, 1], [1, 2]])
    page.goto(f"{serving(Shelf([Served(name, space)])).url}/docs")
    nearest = page.locator("details", has=page.locator("code", has_text="/nearest"))
    nearest.locator("summary").click()
    nearest.locator("textarea").fill('{"query": "b"}')
    nearest.locator("button[type=submit]").click()
    nearest.locator("pre[aria-live]", has_text="onerror").wait_for()
    assert page.locator("img").count() == 0
    assert not errors, errors
