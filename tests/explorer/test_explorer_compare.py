"""The view that compares two spaces, in a real browser; what it shows is held against what Python says."""

from __future__ import annotations

import io
import re
import time

import numpy as np
import pytest

from vicinal import Space
from vicinal.align import Dictionary, Procrustes
from vicinal.serve import Served, Shelf
from vicinal.serve.comparing import compare
from vicinal.serve.neighborhoods import compare_names

HOSTILE = [
    "<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "\u202egnp.exe", "x" * 10_000, "two\nlines",
    "__proto__", "constructor",
]  # fmt: skip
PAIRS = (*((f"sea{i}", f"le_sea{i}") for i in range(30)), ("queen", "le_queen"), ("nobody", "personne"))
READY = "() => document.querySelector('.compare-figure') && !document.querySelector('[aria-busy=\"true\"]')"


@pytest.fixture(scope="module")
def seeds():
    """Two trainings of one tiny model on one little text, which differ in the seed alone."""
    from vicinal.words import Word2Vec

    random = np.random.default_rng(1)
    groups = [[f"{kind}{i}" for i in range(12)] for kind in ("sea", "tree", "stone")]
    text = [" ".join(random.choice(groups[i % 3], 8)) for i in range(600)]
    options = {"dim": 16, "window": 3, "min_count": 1, "epochs": 4, "threads": 1}
    return [Word2Vec(seed=seed, **options).fit(text).space for seed in (1, 2)]


def copy_of(space, seed=5, names=None):
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(space.dim, space.dim)))[0]
    matrix = (space.matrix.astype(np.float64) @ turn).astype(np.float32)
    return Space(names or space.names, matrix, columns=space.columns)


@pytest.fixture(scope="module")
def url(serving, seeds, royal):
    hostile = [*HOSTILE, *[f"plain{i}" for i in range(40)]]
    random = np.random.default_rng(3)
    odd = [Space(hostile, random.normal(size=(len(hostile), 6)).astype(np.float32)) for _ in range(2)]
    french = copy_of(royal, names=[f"le_{name}" for name in royal.names])
    aligned = Procrustes().fit(french, royal, zip(french.names, royal.names, strict=True)).transform(french)
    spaces = {
        "one": seeds[0], "two": seeds[1], "royal": royal, "turned": copy_of(royal), "odd": odd[0], "odder": odd[1],
        "french": aligned, "raw": french,
    }  # fmt: skip
    pairs = [Dictionary("en-fr", PAIRS)]
    return serving(Shelf((Served(name, space) for name, space in spaces.items()), dictionaries=pairs)).url


def show(page, url, **state):
    parts = "&".join(f"{key}={value}" for key, value in state.items())
    page.goto(f"{url}/explorer/#view=compare&{parts}")
    eventually(page, READY)
    return page


def pixels(locator):
    image = pytest.importorskip("PIL.Image")
    return np.asarray(image.open(io.BytesIO(locator.screenshot())).convert("RGB"), np.int16)


def points(page, side):
    """What one of the two clouds looks like."""
    return pixels(page.locator(".compare-cloud .cloud-field").nth(side))


def eventually(page, holds, arg=None):
    """Look again until it holds, in Python or in the page (whose policy forbids what Playwright's own waiting does)."""
    if isinstance(holds, str):
        return eventually(page, lambda: page.evaluate(holds, arg))
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        page.evaluate("() => new Promise(requestAnimationFrame)")


def first_names(page, count=5):
    return page.locator(".compare-words tbody tr bdi").evaluate_all("all => all.map((one) => one.title)")[:count]


def test_figures_are_those_of_python(page, url, seeds):
    show(page, url, space="one", b="two", k=5)
    said = compare(Served("one", seeds[0]), Served("two", seeds[1]), 5)
    cards = page.locator(".compare-card").all_inner_texts()
    assert f"{100 * said['overlap']['value']:.0f} %" in cards[0] and "all 36 shared names" in cards[0]
    assert f"ρ {said['similarity']['value']:.2f}" in cards[1].replace("−", "-")
    assert f"cos {said['laid']['cosine']:.2f}" in cards[2] and f"{said['laid']['held_out']:.2f} for names" in cards[2]
    words = said["words"]
    order = sorted(range(36), key=lambda i: (words["overlap"][i], -words["moved"][i], i))
    assert first_names(page) == [words["name"][i] for i in order[:5]]
    kept = page.locator(".compare-words tbody tr").first.locator("td").first.inner_text()
    assert kept == f"{round(5 * words['overlap'][order[0]])} of 5"


def test_a_turned_copy_laid_on_its_original_is_the_same_picture(page, url):
    show(page, url, space="royal", b="turned", colour="none")
    apart = np.abs(points(page, 0) - points(page, 1)).mean()
    page.get_by_label("Lay turned on royal").check()
    eventually(page, "() => document.querySelectorAll('figcaption')[1].textContent.includes('laid on royal')")
    eventually(page, READY)
    assert apart > 0.5
    eventually(page, lambda: np.abs(points(page, 0) - points(page, 1)).mean() < 0.05)
    assert "100 %" in page.locator(".compare-card").first.inner_text()
    assert "lay=1" in page.url
    frames = page.evaluate("""async () => {
      const { Server } = await import("./source.js");
      const { a, b } = await new Server().compareFrame("royal", "turned");
      return Math.max(...a.map((x, i) => Math.abs(x - b[i])));
    }""")
    assert frames < 1e-4


def test_clouds_are_coloured_by_movement(page, url):
    show(page, url, space="one", b="two")
    eventually(page, "() => document.querySelectorAll('.cloud-field').length === 2")
    for side in (0, 1):
        eventually(page, lambda: len(np.unique(points(page, side).reshape(-1, 3), axis=0)) > 40)
    assert "neighbours lost" in page.locator(".compare-cloud").first.inner_text()


def test_a_name_is_shown_with_what_it_kept_and_lost(page, url, seeds):
    show(page, url, space="one", b="two", k=10, q="sea3")
    page.wait_for_selector(".compare-chosen svg")
    said = compare_names(Served("one", seeds[0]), Served("two", seeds[1]), ["sea3"], 10)["results"][0]
    assert f"{said['kept']} of 10 kept" in page.locator(".compare-chosen p").first.inner_text()
    titles = page.locator(".compare-chosen svg g title").all_text_contents()
    wanted = [match["name"] for side in "ab" for match in said[side]["matches"]]
    assert [re.match(r"\d+\. (.*?):", title)[1] for title in titles] == wanted
    assert page.locator(".compare-chosen svg line").count() == said["kept"]
    assert page.locator(".compare-chosen svg circle").count() == 2 * said["kept"]
    assert page.locator(".compare-chosen svg path").count() == 2 * (10 - said["kept"])
    page.get_by_text("As a table").click()
    assert page.locator(".compare-chosen tbody tr").count() == 20 - said["kept"]


def test_the_table_is_sorted_filtered_and_chosen_from(page, url, royal):
    show(page, url, space="royal", b="turned")
    page.get_by_role("button", name="Count").click()
    assert first_names(page, 3) == list(royal.names)[:3]
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending" and "sort=count" in page.url
    page.get_by_label("Filter names by text").fill("bird4")
    eventually(page, "() => document.querySelectorAll('.compare-words tbody tr').length === 10")
    page.get_by_label("Smallest count").fill("14")  # bird40 has 13
    eventually(page, "() => document.querySelectorAll('.compare-words tbody tr').length === 1")
    assert first_names(page) == ["bird4"]
    page.get_by_label("Filter names by text").fill("nothing like it")
    page.get_by_text("No measured name fits").wait_for()
    page.get_by_label("Filter names by text").fill("king")
    page.get_by_label("Smallest count").fill("")
    page.get_by_role("button", name="king", exact=True).click()
    page.wait_for_selector(".compare-chosen svg")
    assert "q=king" in page.url and "10 of 10 kept" in page.locator(".compare-chosen").inner_text()
    assert page.locator("tr[aria-current]").inner_text().startswith("king")


def test_pointing_and_choosing_in_one_map_shows_in_the_other(page, url):
    show(page, url, space="royal", b="turned")
    before = points(page, 1)
    page.locator(".cloud-field").first.focus()
    page.keyboard.press("n")  # to a point, as the mouse would
    eventually(page, lambda: np.abs(points(page, 1) - before).max() > 60)  # it is ringed there too
    page.keyboard.press("Enter")
    page.wait_for_selector(".compare-chosen svg")
    chosen = re.search(r"[&#]q=(\w+)", page.url)[1]
    assert page.locator(".compare-chosen figcaption").inner_text().startswith(chosen)


def test_a_lasso_in_one_map_filters_the_table_and_marks_the_other(page, url):
    show(page, url, space="royal", b="turned", colour="none")
    before = points(page, 1)
    page.locator(".compare-cloud").first.get_by_role("button", name="Select by a rectangle").click()
    box = page.locator(".cloud-field").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 5, steps=5)
    page.mouse.up()
    chip = page.get_by_role("button", name=re.compile("selected: show all"))
    chip.wait_for()
    count = int(re.match(r"[\d,]+", chip.inner_text())[0])
    assert 0 < count < 200 and f"of {count} " in page.locator(".compare-words p").inner_text()
    eventually(page, lambda: np.abs(points(page, 1) - before).max() > 60 and "sel=" in page.url)
    page.reload()
    eventually(page, READY)
    assert chip.inner_text().startswith(str(count))
    chip.click()
    assert "sel=" not in page.url and "of 200" in page.locator(".compare-words p").inner_text()


def test_two_languages_belong_together_by_what_is_nearest(page, url):
    show(page, url, space="royal", b="french")
    assert "none" not in page.locator(".compare-card").first.inner_text() or "0 shared" in page.inner_text(".compare")
    page.get_by_label("Belong together").select_option("nearest")
    eventually(page, "() => document.querySelector('.compare-words tbody th')?.textContent.includes('le_')")
    assert "pairs" in page.locator(".compare-card").first.inner_text()
    page.get_by_label("Filter names by text").fill("queen")
    page.locator(".compare-words tbody button").first.click()
    page.wait_for_selector(".compare-across")
    assert "le_queen" in page.locator(".compare-across").inner_text()
    assert page.locator(".compare-chosen figcaption").inner_text().startswith("queen ↔ le_queen")


def test_two_languages_belong_together_by_a_dictionary(page, url, royal):
    show(page, url, space="royal", b="raw")
    assert "no name is linked" in page.locator(".compare-card").first.inner_text()
    links = page.get_by_label("Belong together")
    eventually(page, lambda: links.locator("option").all_inner_texts() == ["same names", "en-fr (31 pairs)"])
    links.select_option("pairs:en-fr")
    eventually(page, "() => document.querySelector('.compare-words tbody th')?.textContent.includes('↔ le_')")
    said = page.locator(".compare-card").first.inner_text()
    assert "100 %" in said and "Of 32 pairs of en-fr both spaces know 31 (unknown: nobody, personne)." in said
    assert "cos 1.00" in page.locator(".compare-card").nth(2).inner_text()
    page.get_by_label("Filter names by text").fill("queen")
    page.locator(".compare-words tbody button").first.click()
    page.wait_for_selector(".compare-across")
    assert page.locator(".compare-chosen figcaption").inner_text().startswith("queen ↔ le_queen")
    assert "link=pairs%3Aen-fr" in page.url
    page.get_by_text("As a table").click()
    line = page.locator(".compare-chosen tbody tr").first.inner_text()
    assert re.match(r"(sea\d+)\s+le_\1\s+royal", line)
    page.get_by_role("button", name="Swap a and b").click()
    eventually(page, READY)
    assert "Of 32 pairs of en-fr both spaces know 31" in page.locator(".compare-card").first.inner_text()


def test_a_dictionary_can_be_pasted(chromium, url):
    page = chromium.new_page()  # whose console may tell of what was refused
    show(page, url, space="royal", b="raw")
    page.get_by_text("Bring a dictionary").click()
    box = page.get_by_label("Pairs of names, one a line")
    box.fill("king le_king le_queen")
    page.get_by_role("button", name="Link by these pairs").click()
    alert = page.locator(".compare-pasting [role=alert]")
    eventually(page, lambda: "line 1: 'king le_king le_queen' is not two names" in alert.inner_text())
    hostile = "<img src=x onerror=alert(1)>\tno"
    box.fill("\n".join([hostile, *(f"bird{i}\tle_bird{i}" for i in range(40))]))
    page.get_by_role("button", name="Link by these pairs").click()
    eventually(page, "() => location.hash.includes('link=pairs%3Apasted-')")
    eventually(page, READY)
    said = page.locator(".compare-card").first.inner_text()
    assert "all 40 pairs" in said and "(unknown: <img src=x onerror=…, no)" in said
    assert not page.locator(".compare-pasting textarea").is_visible()
    page.reload()
    eventually(page, READY)
    chosen = page.get_by_label("Belong together").locator("option:checked")
    eventually(page, lambda: chosen.inner_text() == "pasted pairs (40 pairs)")
    page.locator(".compare-pasting summary").click()
    page.get_by_label("A file of pairs").set_input_files(
        {"name": "a.tsv", "mimeType": "text/plain", "buffer": b"king\tle_king\nman\tle_man\nsea1\tle_sea1\n"}
    )
    eventually(page, lambda: "3 pairs" in page.locator(".compare-card").first.inner_text())
    page.close()


def test_an_answer_that_takes_too_long_is_asked_for_again(chromium, url):
    page = chromium.new_page()
    asked = []

    def first_late(route):
        asked.append(route.request.url)
        late = {"error": {"type": "Timeout", "message": "this took longer than the server allows"}}
        return (
            route.continue_() if len(asked) > 1 else route.fulfill(status=503, json=late, headers={"Retry-After": "0"})
        )

    page.route("**/compare", first_late)
    page.goto(f"{url}/explorer/#view=compare&space=royal&b=turned")
    eventually(page, READY)
    assert len(asked) == 2 and page.get_by_role("alert").filter(has_text="longer").count() == 0
    page.close()


def test_names_are_text_whatever_they_are(page, url):
    page.on("dialog", lambda dialog: pytest.fail("a name ran"))
    show(page, url, space="odd", b="odder")
    page.get_by_role("button", name="Show more").click()
    assert set(HOSTILE) <= set(first_names(page, 47))
    for name in HOSTILE:
        page.evaluate(
            "(q) => { location.hash = '#' + new URLSearchParams({view: 'compare', space: 'odd', b: 'odder', q}) }", name
        )
        eventually(page,
            "(q) => [...document.querySelectorAll('.compare-across bdi')].length > 0"
            " && document.querySelector('tr[aria-current] bdi')?.title === q", arg=name,
        )  # fmt: skip
        eventually(page, READY)
        assert page.locator(".compare-chosen svg").count() == 1
    assert page.locator(".compare img, .compare script").count() == 0
    assert page.evaluate("document.getElementById('main').scrollWidth <= innerWidth")


def test_everything_is_in_the_address(page, url):
    show(
        page,
        url,
        space="royal",
        b="turned",
        k=5,
        lay=1,
        d=3,
        q="king",
        among="all",
        colour="moved",
        find="e",
        theme="dark",
    )
    page.wait_for_selector(".compare-chosen svg")
    values = page.locator(".compare-controls select").evaluate_all("all => all.map((one) => one.value)")
    assert values == ["royal", "turned", "5", "moved", "3"]
    assert page.get_by_label("Move together").is_checked()
    assert page.get_by_label("Looked for among").input_value() == "all"
    assert "1 − cosine" in page.locator(".compare-cloud").first.inner_text()
    page.get_by_role("button", name="Swap a and b").click()
    eventually(page, "() => document.querySelector('.compare-controls select').value === 'turned'")
    eventually(page, READY)
    page.go_back()
    eventually(page, "() => document.querySelector('.compare-controls select').value === 'royal'")
    eventually(page, READY)


def test_pictures_can_be_kept(page, url):
    show(page, url, space="royal", b="turned", q="king")
    page.wait_for_selector(".compare-chosen svg")
    for label, start in (
        ("Download neighbours of king as SVG", b"<svg"), ("Download neighbours of king as PNG", b"\x89PNG"),
        ("Download compare royal as PNG", b"\x89PNG"), ("Download compare turned as SVG", b"<svg"),
    ):  # fmt: skip
        with page.expect_download() as waiting:
            page.get_by_role("button", name=label).click()
        data = waiting.value.path().read_bytes()
        assert data.lstrip().startswith((start, b"<?xml")) and len(data) > 1000


def test_one_space_alone_says_how_to_serve_two(page, serving, royal):
    alone = serving(Shelf([Served("royal", royal)])).url
    page.goto(f"{alone}/explorer/#view=compare")
    assert page.locator("pre").inner_text() == "vicinal serve royal.space another.space"


def test_an_error_is_said_and_can_be_tried_again(chromium, url):
    page = chromium.new_page()
    refused = {"error": {"type": "BadInput", "message": "the space is being replaced"}}
    page.route("**/compare", lambda route: route.fulfill(status=422, json=refused))
    page.goto(f"{url}/explorer/#view=compare&space=royal&b=turned")
    page.get_by_role("alert").filter(has_text="the space is being replaced").wait_for()
    page.unroute("**/compare")
    page.get_by_role("button", name="Try again").click()
    eventually(page, READY)
    page.evaluate("location.hash += '&q=nobody'")
    page.get_by_role("alert").filter(has_text="nobody").wait_for()
    page.close()


def test_it_fits_a_phone(page, url):
    page.set_viewport_size({"width": 390, "height": 844})
    show(page, url, space="royal", b="turned", q="king", lay=1)
    page.wait_for_selector(".compare-chosen svg")
    assert page.evaluate("document.getElementById('main').scrollWidth <= 390")
    boxes = [page.locator(".compare-cloud").nth(i).bounding_box() for i in (0, 1)]
    assert boxes[1]["y"] > boxes[0]["y"] + boxes[0]["height"] and boxes[0]["width"] > 340
    assert page.locator(".compare-chosen svg").bounding_box()["width"] <= 370
