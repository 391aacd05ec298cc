"""Ask in a real browser: its numbers against Space, its geometry against NumPy, its words against what is there."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from urllib.parse import urlencode

import numpy as np
import pytest

from vicinal import Space, build_index
from vicinal.expression import parse
from vicinal.serve import Served, Shelf
from vicinal.serve.asking import odd_answer, path_answer

HOSTILE = [
    '<img src=x onerror="window.hacked=1">',
    '"><script>window.hacked=1</script>',
    "\u202egnik",
    "long" * 2500,
    "two\nlines",
    "__proto__",
    "constructor",
    "a - b",
    "comma, and 'quotes'",
]
READY = ".answer:not([aria-busy]) > *"


@pytest.fixture(scope="module")
def even(royal):
    return royal.unit()


@pytest.fixture(scope="module")
def hostile():
    return Space(HOSTILE, np.random.default_rng(3).normal(size=(len(HOSTILE), 6)))


@pytest.fixture(scope="module")
def indexed(royal):
    return Served("indexed", royal, build_index(royal))


@pytest.fixture(scope="module")
def url(serving, royal, even, hostile, indexed):
    flat = Space(royal.names, royal.matrix, metric="euclidean")
    spaces = {"royal": royal, "even": even, "hostile": hostile, "flat": flat}
    return serving(Shelf([Served(name, space) for name, space in spaces.items()] + [indexed])).url


@pytest.fixture
def ask(page, url):
    """ask(panel, **values): go there and wait for the answer."""

    def go(panel="near", space="royal", **values):
        page.goto("about:blank")
        page.goto(f"{url}/explorer/#{urlencode({'view': 'ask', 'space': space, 'panel': panel, **values})}")
        page.wait_for_selector(READY)
        return page

    return go


def ranked(page, label):
    """Names and figures of one list."""
    items = page.locator(f'.ranking[aria-label="{label}"] > li')
    names = items.locator(".name").all_text_contents()
    return list(
        zip(names, [float(text.replace("−", "-")) for text in items.locator(".score").all_text_contents()], strict=True)
    )


def values(page):
    return page.evaluate("Object.fromEntries(new URLSearchParams(location.hash.slice(1)))")


def agree(shown, expected, digits=3):
    assert [name for name, _ in shown] == [name for name, _ in expected]
    assert [score for _, score in shown] == pytest.approx([score for _, score in expected], abs=0.51 * 10**-digits)


@pytest.mark.parametrize("query", ["sea3", "king - man + woman"])
def test_neighbours_are_those_of_the_space(ask, royal, query):
    page = ask(q=query, k=20)
    agree(ranked(page, "Cosine"), royal.nearest(query, 20, metric="cosine")[0])
    agree(ranked(page, "Dot product"), royal.nearest(query, 20, metric="dot")[0], 2)
    found = royal.nearest(query, 20, metric="euclidean")[0]
    agree(ranked(page, "Euclidean distance"), [(name, -score) for name, score in found])
    assert "exactly, every row" in page.locator(".answer").inner_text()


def test_an_index_is_used_and_said(ask, indexed):
    page = ask(space="indexed", q="sea3")
    said = page.locator(".answer").inner_text()
    assert f"cosine by the {indexed.index.kind} index, recall" in said and "dot product exactly, every row" in said
    agree(ranked(page, "Cosine"), indexed.index.search("sea3", 10)[0])
    page.get_by_label("compare every row").check()
    page.wait_for_selector("text=; exactly, every row.")
    assert values(page)["exact"] == "1"


def test_pointing_at_a_name_shows_its_rank_in_the_other_lists(ask, royal):
    page = ask(q="sea3", k=5)
    name = royal.nearest("sea3", 5, metric="dot")[0][4].name
    item = page.locator('.ranking[aria-label="Dot product"] > li').nth(4)
    for point in (item.hover, item.locator(".name").focus):
        page.mouse.move(0, 0)
        point()
        for line, metric in zip(page.locator(".rank").all_text_contents(), ("cosine", "dot", "euclidean"), strict=True):
            among = [match.name for match in royal.nearest("sea3", 100, metric=metric)[0]]
            assert line == (
                f"{name}: rank {among.index(name) + 1}" if name in among else f"{name}: not among the first 100"
            )
        assert set(page.locator("li.linked").evaluate_all("items => items.map((i) => i.dataset.of)")) == {name}


def test_why_the_metrics_differ(ask, royal):
    assert "all about equally long" in ask(q="sea3", space="even").locator(".why").inner_text()
    said = ask(q="sea3").locator(".why").inner_text()
    lists = [royal.nearest("sea3", 10, metric=metric)[0] for metric in ("cosine", "dot", "euclidean")]
    shared = set.intersection(*({match.name for match in found} for found in lists))
    lengths = [np.mean([np.linalg.norm(royal[match.name]) for match in found]) for found in lists]
    assert said.startswith(f"{len(shared)} of 10 names are in all three lists")
    assert (
        f"{lengths[1]:.2f} long on average" in said and f"this row is {np.linalg.norm(royal['sea3']):.2f} long" in said
    )


def test_a_name_is_asked_about_and_back_goes_back(ask):
    page = ask(q="sea3")
    page.locator('.ranking[aria-label="Cosine"] .name').nth(2).click()
    page.wait_for_function("() => document.querySelector('h2').textContent !== 'Nearest to sea3'")
    assert values(page)["q"] != "sea3"
    assert page.evaluate("document.activeElement.tagName") == "H2"  # the button is gone, the keyboard is not lost
    page.go_back()
    page.wait_for_function("() => document.querySelector('h2').textContent === 'Nearest to sea3'")
    assert page.locator("input[type=search]").input_value() == "sea3"


def test_completion_by_keyboard_completes_the_last_term(ask):
    page = ask(q="sea3")
    box = page.get_by_role("combobox", name="A name or a sum of names")
    box.fill("king - man + 2 * wom")
    page.wait_for_selector('[role=option]:text-is("woman")')
    box.press("ArrowDown")
    assert page.locator('[aria-selected="true"]').text_content() == "woman"
    box.press("Enter")
    page.wait_for_function("() => document.querySelector('h2').textContent.includes('2 * woman')")
    assert values(page)["q"] == "king - man + 2 * woman"


def test_sum_is_queen_with_the_numbers_of_the_space(ask, royal):
    page = ask("sum", sum="king - man + woman")
    assert page.locator("h2").text_content() == "king − man + woman ≈ queen"
    assert page.locator("#announcer").text_content() == "king − man + woman is nearest to queen"
    agree(ranked(page, "3CosAdd"), royal.nearest("king - man + woman", 10, metric="cosine")[0])
    agree(ranked(page, "3CosMul"), royal.analogy("man", "king", "woman", 10, method="multiply")[0])


def test_words_of_the_question_can_be_ranked_too(ask, royal):
    page = ask("sum", sum="king - 0.2 * man + 0.2 * woman")
    said = page.locator(".why").inner_text()
    vector = royal.vector("king - 0.2 * man + 0.2 * woman")
    whole = royal.nearest(vector, 10)[0]
    assert whole[0].name == "king" and "the nearest to the sum is king itself" in said
    page.get_by_label("rank the words of the question too").check()
    page.wait_for_selector("li.own")
    agree(ranked(page, "3CosAdd"), whole)
    assert values(page)["own"] == "1"
    assert "Only for sums of the form" in page.locator(".side").inner_text()


def test_3cosmul_with_the_words_of_the_question(ask, royal):
    page = ask("sum", sum="king - man + woman", own=1)
    near = (1 + royal.similarities(["man", "king", "woman", *royal.names]).astype(float)[:3, 3:]) / 2
    scores = near[1] * near[2] / (near[0] + 0.001)
    best = np.argsort(-scores)[:10]
    agree(ranked(page, "3CosMul"), [(royal.names[row], scores[row]) for row in best])


def test_chips_change_the_sum(ask):
    page = ask("sum", sum="king - man")
    add = page.get_by_role("combobox", name="Add a term")
    add.fill("woma")
    page.wait_for_selector('[role=option]:text-is("woman")')
    add.press("ArrowDown")
    add.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.chip').length === 3")
    assert values(page)["sum"] == "king - man + woman" and add.input_value() == ""
    page.get_by_label("Take woman away instead").click()
    page.wait_for_selector("button[aria-label='Add woman instead']")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Add woman instead"
    page.get_by_label("Factor of king").fill("2.5")
    page.get_by_label("Factor of king").press("Enter")
    page.wait_for_function("() => location.hash.includes('2.5')")
    assert values(page)["sum"] == "2.5 * king - man - woman"
    page.get_by_label("Remove man").click()
    page.wait_for_function("() => document.querySelectorAll('.chip').length === 2")
    page.wait_for_selector(READY)
    assert values(page)["sum"] == "2.5 * king - woman"
    assert page.locator("input[aria-label='A sum of names']").input_value() == "2.5 * king - woman"


SUMS = [
    "king", "king - man + woman", "- man + king", "2 * king - .5 * man", "a-b + c++", "  x  +  y ", "New York - US",
    "2 king + 3*man", "king -", "+ + x", "- - x", "", "a + - b", "1e3 * x", "x\n+ y", "well-known", "0 * a - b",
]  # fmt: skip


def test_sums_are_read_as_the_library_reads_them(ask):
    page = ask("sum", sum="king - man + woman")
    expected = []
    for text in SUMS:
        try:
            expected.append([{"weight": weight, "name": name} for weight, name in parse(text)])
        except ValueError:
            expected.append(None)

    def terms(does, given):
        return page.evaluate(f"given => import('./ask/terms.js').then((terms) => given.map((one) => {does}))", given)

    assert terms("terms.parseSum(one)", SUMS) == expected
    whole = [text for text, terms in zip(SUMS, expected, strict=True) if terms]
    again = terms("terms.parseSum(terms.formatSum(terms.parseSum(one)))", whole)
    assert again == [read for read in expected if read]
    names = [["a", "b"], ["a b", "c"], ["[x", "y,z"], ["two\nlines", "__proto__"], []]
    assert terms("terms.parseNames(terms.formatNames(one))", names) == names


@pytest.mark.parametrize(
    "text", ["king - man + woman", "2 * king - 2 * man + woman + sea1", "sea1 + sea2", "king - man", "0.5 * king + man"]
)
def test_arrows_add_up_and_the_plane_is_that_of_numpy(ask, royal, text):
    page = ask("sum", sum="king - man + woman")
    terms = [{"weight": weight, "name": name} for weight, name in parse(text)]
    unit = {one["name"]: (royal[one["name"]] / np.linalg.norm(royal[one["name"]])).astype(float) for one in terms}
    found = page.evaluate(
        """async ({ terms, vectors }) => {
            const { arrowsOf } = await import("./ask/arrows.js");
            const { plane } = await import("./ask/plane.js");
            const map = new Map(Object.entries(vectors));
            const sum = arrowsOf(terms, map);
            const points = [...map.values(), sum.landing];
            const { place, share } = plane(points);
            return { ...sum, share, places: points.map(place) };
        }""",
        {"terms": terms, "vectors": {name: vector.tolist() for name, vector in unit.items()}},
    )
    landing = sum(one["weight"] * unit[one["name"]] for one in terms)
    assert found["landing"] == pytest.approx(landing.tolist())
    steps = [arrow for arrow in found["arrows"] if arrow["label"]]
    assert steps[-1]["to"] == pytest.approx(landing.tolist())  # the chain ends where the sum lands
    for before, after in pairwise(steps):
        assert after["from"] == pytest.approx(before["to"])
    begin = (
        [0.0] * 20
        if found["origin"]
        else next(unit[one["name"]] for one in terms if np.allclose(unit[one["name"]], steps[0]["from"]))
    )
    assert steps[0]["from"] == pytest.approx(list(begin))
    points = np.array([*unit.values(), landing])
    centred = points - points.mean(axis=0)
    u, s, _ = np.linalg.svd(centred)
    assert found["share"] == pytest.approx((s[:2] ** 2).sum() / (s**2).sum())
    places = np.array(found["places"])
    for axis in range(2):
        expected = u[:, axis] * s[axis]
        sign = np.sign(expected @ places[:, axis])
        assert places[:, axis] == pytest.approx(sign * expected, abs=1e-6)


def test_the_picture_shows_two_equal_arrows_and_a_star(ask, royal):
    page = ask("sum", sum="king - man + woman")
    page.wait_for_selector(".scene canvas")
    with page.expect_download() as saved:
        page.locator(".scene .downloads button", has_text="SVG").click()
    drawn = saved.value.path().read_text("utf-8")
    for word in ("king", "man", "woman", "queen", "king − man + woman"):
        assert word in drawn
    shafts = re.findall(r'd="M([-\d.]+) ([-\d.]+)L([-\d.]+) ([-\d.]+)"', drawn)
    steps = [np.array([float(x1) - float(x0), float(y1) - float(y0)]) for x0, y0, x1, y1 in shafts]
    long = [step for step in steps if np.linalg.norm(step) > 25]
    assert len(long) == 2 and long[0] == pytest.approx(long[1], abs=0.5)
    assert float(page.locator(".scene").get_attribute("data-share")) > 0.5
    assert page.locator(".scene p").inner_text().count("% of their variance") == 1


def test_odd_one_out_has_the_numbers_of_the_library(ask, royal):
    names = ["sea1", "sea2", "tree1", "sea3"]
    page = ask("odd", odd=" ".join(names))
    answer = odd_answer(Served("royal", royal), names)
    assert page.locator("h2").text_content() == "tree1 does not belong" and answer["odd"] == "tree1"
    agree(
        ranked(page, "Scores"),
        sorted(((one["name"], one["score"]) for one in answer["scores"]), key=lambda pair: -pair[1]),
    )
    order = [name for name, _ in ranked(page, "Scores")]
    cells = [float(text.replace("−", "-")) for text in page.locator(".figure svg g > text").all_text_contents()]
    assert cells == pytest.approx(royal.similarities(order, metric="cosine").ravel().tolist(), abs=0.0051)
    page.get_by_label("Remove tree1").click()
    page.wait_for_function("() => document.querySelectorAll('.chip').length === 3")
    assert values(page)["odd"] == "sea1 sea2 sea3"
    page.get_by_label("Remove sea1").click()
    page.wait_for_selector("text=Add three names or more")
    page.go_back()
    page.wait_for_selector("text=does not belong")


@pytest.mark.parametrize("space", ["royal", "flat"])
def test_path_has_the_numbers_of_the_library(ask, royal, space):
    page = ask("path", space=space, **{"from": "sea1", "to": "stone4", "steps": 4})
    served = Served(space, royal if space == "royal" else Space(royal.names, royal.matrix, metric="euclidean"))
    for method, title in (("links", "Strongest links"), ("line", "Straight line")):
        answer = path_answer(served, "sea1", "stone4", 4, method)
        chain = page.locator(f'.chain[aria-label="Path: {title}"]')
        assert chain.locator(".name").all_text_contents() == [one["name"] for one in answer["path"]]
        shown = [float(text.replace("−", "-")) for text in chain.locator(".link").all_text_contents()]
        sign = -1 if space == "flat" else 1
        assert shown == pytest.approx([sign * one["score"] for one in answer["path"][1:]], abs=0.0051)
    page.get_by_label("Swap the two names").click()
    page.wait_for_selector('.chain li:first-child:has-text("stone4")')
    assert values(page)["from"] == "stone4" and values(page)["to"] == "sea1"
    page.get_by_label("Method").select_option("line")
    page.wait_for_selector("text=At even steps")
    assert values(page)["method"] == "line"


def test_the_address_brings_everything_back(ask, url):
    page = ask("path", **{"from": "sea1", "to": "bird4", "steps": 3, "method": "line"})
    address, text = page.url, page.locator("main").inner_text()
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector(READY)
    assert page.locator("main").inner_text() == text
    page.get_by_role("link", name="Arithmetic").click()
    page.wait_for_selector(".bench")
    page.go_back()
    page.wait_for_selector(".chain")
    assert page.locator("main").inner_text() == text


def test_an_unknown_name_offers_near_spellings(chromium, url):
    page = chromium.new_page()  # a refusal is an error on the console
    try:
        for panel, keys, mended in (
            ("near", {"q": "king - mann + woman"}, ("q", "king - man + woman")),
            ("sum", {"sum": "queen - womann"}, ("sum", "queen - woman")),
            ("odd", {"odd": "kingg man woman"}, ("odd", "king man woman")),
            ("path", {"from": "king", "to": "quen"}, ("to", "queen")),
        ):
            page.goto("about:blank")
            page.goto(f"{url}/explorer/#{urlencode({'view': 'ask', 'space': 'royal', 'panel': panel, **keys})}")
            alert = page.wait_for_selector('[role="alert"]')
            assert "is not in this space" in alert.inner_text()
            page.locator(".near .name").first.click()
            page.wait_for_selector(".answer h2, .answer .heading h2")
            assert values(page)[mended[0]] == mended[1]
        page.goto(f"{url}/explorer/#{urlencode({'view': 'ask', 'space': 'royal', 'panel': 'sum', 'sum': 'king -'})}")
        assert "a term is missing" in page.wait_for_selector('[role="alert"]').inner_text()
    finally:
        page.close()


def test_hostile_names_stay_text(ask, hostile):
    page = ask(space="hostile")
    for name in HOSTILE:
        page.evaluate("hash => { location.hash = hash; }", urlencode({"view": "ask", "space": "hostile", "q": name}))
        page.wait_for_function("name => document.querySelector('h2 bdi')?.textContent === name", arg=name)
        assert page.locator("h2 bdi").text_content() == name
        shown = page.locator('.ranking[aria-label="Cosine"] .name').all_text_contents()
        assert shown == [match.name for match in hostile.nearest(name, 10)[0]]
    plain = [name for name in HOSTILE if name != "a - b"]
    page = ask("odd", space="hostile", odd=json.dumps(HOSTILE))
    assert page.locator("h2 bdi").text_content() == hostile.odd_one_out(HOSTILE)
    assert page.locator(".chip bdi").all_text_contents() == HOSTILE
    ask("sum", space="hostile", sum=f"{plain[0]} - {plain[1]} + {plain[2]}")
    assert page.locator(".chip bdi").all_text_contents() == plain[:3]
    assert "\u202e" not in page.locator(".why").text_content()  # or the rest of the sentence would run backwards
    ask("path", space="hostile", **{"from": HOSTILE[0], "to": HOSTILE[3]})
    assert page.locator(".chain").first.locator(".name").last.text_content() == HOSTILE[3]
    assert page.evaluate("window.hacked") is None and page.locator("main img, main script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("panel", ["near", "sum", "odd", "path"])
def test_every_panel_can_be_kept_as_a_picture(ask, panel):
    page = ask(panel, q="king", sum="king - man + woman", odd="sea1 sea2 tree1", **{"from": "sea1", "to": "tree2"})
    if panel in ("sum", "path"):
        page.wait_for_selector(".scene canvas")
    for i in range(page.locator(".downloads").count()):
        for kind, begin in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
            with page.expect_download() as saved:
                page.locator(".downloads").nth(i).get_by_text(kind).click()
            data = saved.value.path().read_bytes()
            assert data.lstrip().startswith(begin) and len(data) > 1000
            assert saved.value.suggested_filename.endswith(kind.lower())


@pytest.mark.parametrize("panel", ["near", "sum", "odd", "path"])
def test_phone_and_dark(ask, panel):
    page = ask(
        panel,
        q="king",
        sum="king - man + woman",
        odd="sea1 sea2 tree1",
        theme="dark",
        **{"from": "sea1", "to": "tree2"},
    )
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(
        "document.documentElement.scrollWidth <= innerWidth && document.querySelector('main').scrollWidth <= innerWidth"
    )
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 21, 28)"
    for button in page.locator("main button:visible, main select:visible, main input:visible").all():
        assert button.evaluate(
            "node => Boolean(node.textContent.trim() || node.getAttribute('aria-label') || node.labels?.length)"
        )


def test_empty_panels_say_what_to_do(ask):
    assert "Name two words" in ask("path", space="hostile").locator(".answer").inner_text()
    assert "Add three names or more" in ask("odd", space="hostile").locator(".answer").inner_text()
    assert "Type a sum of names" in ask("sum", space="hostile").locator(".answer").inner_text()
    assert (
        ask(space="hostile").locator("h2 bdi").text_content() == HOSTILE[0]
    )  # the first name of the space, to begin with
