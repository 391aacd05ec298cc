"""The view Understand in a browser: what it shows is what Python says."""

import json
import re
from urllib.parse import quote

import numpy as np
import pytest

from vicinal import Space
from vicinal.serve import Served, Shelf
from vicinal.serve.understanding.costs import costs_answer
from vicinal.serve.understanding.heat import heatmap_answer
from vicinal.serve.understanding.trust import trust_answer
from vicinal.serve.understanding.variance import variance_answer

HOSTILE = [
    "<img src=x onerror=document.title='broken'>", '"><script>document.title="broken"</script>', "\u202eright to left",
    "x" * 10_000, "two\nlines", "__proto__", "constructor", "a, b", "'); DROP", "&lt;b&gt;", "toString", "naïve 王",
]  # fmt: skip
WORDS = [
    ["sea", "sea1", "sea2", "sea3"],
    ["birds", "bird1", "bird2", "bird3"],
    ["people", "king", "queen", "man", "woman"],
]


@pytest.fixture(scope="module")
def served(royal):
    return Served("royal", royal)


@pytest.fixture(scope="module")
def hostile():
    random = np.random.default_rng(3)
    return Served("hostile", Space([*HOSTILE, *(f"n{i}" for i in range(30))], random.normal(size=(42, 8))))


@pytest.fixture(scope="module")
def url(serving, served, hostile):
    return serving(Shelf([served, hostile])).url


@pytest.fixture
def view(page, url):
    """Open a section: view("trust", word="king")."""

    def opened(part, space="royal", **values):
        said = {"view": "understand", "space": space, "part": part, **values}
        page.goto("about:blank")
        page.goto(f"{url}/explorer/#" + "&".join(f"{key}={quote(str(value))}" for key, value in said.items()))
        return settled(page)

    return opened


def settled(page):
    page.wait_for_function(
        "document.querySelector('.understand .result > :not(.waiting)') && !document.querySelector('[aria-busy]')"
    )
    return page


def rows(page, selector):
    """Texts of the cells of a table, folded away or not."""
    script = "table => [...table.querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))"
    return page.eval_on_selector(selector, script)


def number(text):
    return float(text.replace("−", "-").replace(",", "").replace(" %", "e-2"))


def in_hash(page, key):
    return page.evaluate("key => new URLSearchParams(location.hash.slice(1)).get(key)", key)


class TestComponents:
    def test_the_numbers_are_those_of_python(self, view, served):
        page = view("components", words=json.dumps(WORDS), columns=10)
        answer = heatmap_answer(served, [(label, names) for label, *names in WORDS], most=10)
        table = rows(page, ".numbers table")
        assert [row[0] for row in table] == answer["names"]
        shown = np.array([[number(cell) for cell in row[1:]] for row in table])
        np.testing.assert_allclose(shown, answer["values"], atol=5.1e-4)
        assert page.locator("svg [data-at]").count() == shown.size
        first = page.locator(".reading li").first.inner_text()
        assert all(name in first for name in answer["ends"][0]["low"] + answer["ends"][0]["high"])

    def test_values_by_keyboard_and_pointer(self, view, served):
        page = view("components", words=json.dumps(WORDS))
        answer = heatmap_answer(served, [(label, names) for label, *names in WORDS], most=15)
        page.locator(".drawing svg").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        said = page.locator(".readout").inner_text()
        assert said.startswith(f"{answer['names'][1]}, component 2:")
        assert number(re.search(r"2: (\S+)", said)[1]) == pytest.approx(answer["values"][1][1], abs=6e-4)
        assert answer["names"][1] in page.locator("#announcer").inner_text()
        page.locator('[data-at="3 0"]').hover()
        assert page.locator(".readout").inner_text().startswith(f"{answer['names'][3]}, component 1:")

    def test_words_are_put_together_by_the_user(self, view):
        page = view("components", words=json.dumps(WORDS[:2]))
        box = page.get_by_role("combobox", name="Add a word to list 1")
        box.fill("tree1")
        page.get_by_role("option", name="tree1", exact=True).click()
        page.wait_for_function("location.hash.includes('tree1')")
        settled(page)
        assert json.loads(in_hash(page, "words"))[0] == ["sea", "sea1", "sea2", "sea3", "tree1"]
        box = page.get_by_role("combobox", name="Add a word to list 2")
        box.fill("stone1, stone2, nobody")
        box.press("Enter")
        page.get_by_text("Not in this space: nobody.").wait_for()
        settled(page)
        assert json.loads(in_hash(page, "words"))[1][-2:] == ["stone1", "stone2"]
        page.get_by_role("button", name="Remove sea1", exact=True).click()
        page.wait_for_function("!location.hash.includes('sea1')")
        page.get_by_role("button", name="Remove list 2").click()
        page.wait_for_function("!location.hash.includes('stone1')")
        page.get_by_role("button", name="Back to the words proposed").click()
        page.wait_for_function("!location.hash.includes('words=')")

    def test_lists_are_labelled_and_the_focus_stays(self, view):
        page = view("components", words=json.dumps(WORDS))
        label = page.get_by_role("textbox", name="Label of list 2")
        label.fill("fowl")
        page.keyboard.press("Tab")
        page.wait_for_function("location.hash.includes('fowl')")
        settled(page)
        page.wait_for_function("document.querySelector('.drawing').textContent.includes('fowl')")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Remove bird1"
        assert "fowl" in page.locator(".drawing svg").text_content()
        select = page.get_by_role("combobox", name="Columns")
        select.select_option("stored")
        settled(page)
        assert in_hash(page, "dims") == "stored"
        assert page.locator(".numbers tbody tr").first.locator("td").count() == 15

    def test_downloads(self, view, tmp_path):
        page = view("components", words=json.dumps(WORDS), columns=5)
        for kind, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
            with page.expect_download() as waiting:
                page.get_by_role("button", name=re.compile(f"Download .* as {kind}")).click()
            path = tmp_path / kind
            waiting.value.save_as(path)
            assert path.read_bytes().startswith(begins)
        text = (tmp_path / "SVG").read_text()
        assert "king" in text and "var(" not in text and text.count("data-at") == 50


class TestVariance:
    def test_the_numbers_are_those_of_python(self, view, served):
        page = view("variance")
        answer = variance_answer(served)
        table = rows(page, ".numbers table")
        assert len(table) == 20
        np.testing.assert_allclose([number(row[1]) for row in table], answer["shares"], rtol=1e-4)
        np.testing.assert_allclose([number(row[3]) for row in table], answer["random"], rtol=1e-4)
        marks = rows(page, ".result > .wide table")
        assert [[int(cell) for cell in row[1:]] for row in marks] == [
            [mark["components"], mark["random"]] for mark in answer["marks"]
        ]
        assert number(page.locator(".card .big").nth(2).inner_text()) == pytest.approx(
            answer["cosines"]["mean"], abs=6e-4
        )
        assert page.locator("figure svg").count() == 4


class TestTrust:
    def test_the_neighbours_are_those_of_python(self, view, served):
        page = view("trust", word="king", k=5)
        point = trust_answer(served, "pca", ["king"], k=5)["points"][0]
        for at, kind in ((0, "true"), (1, "shown")):
            table = rows(page, f".tables > :nth-child({at + 1}) table")
            assert [row[0] for row in table] == [other["name"] for other in point[kind]]
            assert [number(row[1]) for row in table] == pytest.approx([o["score"] for o in point[kind]], abs=6e-4)
            both = {"kept", "near too"}
            assert [row[2] in both for row in table] == [other["both"] for other in point[kind]]
        said = page.locator(".drawing svg").get_attribute("aria-label")
        for other in point["true"]:
            assert other["name"] in said

    def test_the_whole_map_is_coloured(self, view, served):
        page = view("trust", word="king", map="pca3")
        sample = trust_answer(served, "pca3", [], sample=True)["sample"]
        page.wait_for_selector(".whole canvas")
        shown = re.search(r"a point keeps (\S+) %", page.locator(".whole p").inner_text())[1]
        assert float(shown) == pytest.approx(100 * sample["mean"], abs=0.51)
        assert "share of neighbours kept" in page.locator(".cloud-legend").inner_text()
        page.wait_for_function("document.querySelector('.cloud-tools')")

    def test_going_from_word_to_word(self, view, served):
        page = view("trust", word="king", k=5)
        other = served.space.nearest("king", 1).first
        page.locator(".tables button.word", has_text=re.compile(f"^{other}$")).first.click()
        page.wait_for_function("name => new URLSearchParams(location.hash.slice(1)).get('word') === name", arg=other)
        settled(page)
        assert page.locator(".verdict b").inner_text() == other
        page.go_back()
        page.wait_for_function("document.querySelector('.verdict b')?.textContent === 'king'")
        page.get_by_role("combobox", name="Neighbours").select_option("20")
        settled(page)
        page.wait_for_function("document.querySelectorAll('.tables tbody tr').length === 40")
        assert in_hash(page, "k") == "20"


class TestOneHot:
    def test_two_tables_of_cosines(self, view, served):
        names = ["king", "queen", "sea1", "bird2"]
        page = view("onehot", few=json.dumps(names))
        tables = page.locator("table.cosines")
        cells = [[number(text) for text in tables.nth(at).locator("td.figure").all_inner_texts()] for at in (0, 1)]
        np.testing.assert_array_equal(np.reshape(cells[0], (4, 4)), np.eye(4))
        unit = served.space.unit().matrix[served.space.names.rows(names)]
        np.testing.assert_allclose(np.reshape(cells[1], (4, 4)), unit @ unit.T, atol=0.0051)
        dense = rows(page, ".numbers table")
        shown = [[number(cell) for cell in row[1:]] for row in dense]
        np.testing.assert_allclose(shown, served.space.matrix[served.space.names.rows(names)], atol=5.1e-4)
        sizes = rows(page, ".reading table")
        assert [row[1] for row in sizes] == ["800 bytes", "4 bytes", "80 bytes"]
        assert [row[2] for row in sizes] == ["160 kB", "800 bytes", "16 kB"]

    def test_words_come_and_go(self, view):
        page = view("onehot", few='["king"]')
        page.get_by_role("combobox", name="Add a word").fill("queen")
        page.get_by_role("option", name="queen").click()
        page.wait_for_function("document.querySelectorAll('.cosines')[0]?.rows.length === 3")
        for name in ("king", "queen"):
            page.get_by_role("button", name=f"Remove {name}").click()
        page.get_by_text("Add a word to see it written both ways.").wait_for()
        assert in_hash(page, "few") == "[]"


class TestCosts:
    def test_the_figures_are_those_of_python(self, view, served):
        page = view("costs", word="queen", k=5, way="first5")
        answer = costs_answer(served, ["queen"], k=5)
        table = rows(page, "table.ways")
        assert [row[0] for row in table] == [way["label"] for way in answer["ways"]]
        for row, way in zip(table, answer["ways"], strict=True):
            kept = answer["names"][0]["ways"][way["key"]]["kept"]
            assert int(row[1]) == way["dim"]
            assert number(row[2].split()[0]) == pytest.approx(way["bytes"], abs=0.06)
            assert number(row[4].split("(")[0].strip()) == pytest.approx(way["recall"], abs=0.0051)
            assert row[5] == f"{sum(kept)} of 5"
        told = answer["names"][0]["ways"]["first5"]
        lists = page.locator(".reading .card")
        true = [one["name"] for one in answer["names"][0]["true"]]
        assert lists.nth(0).locator("li").all_inner_texts() == [n for n, k in zip(true, told["kept"], strict=True) if k]
        assert lists.nth(1).locator("li").all_inner_texts() == [
            n for n, k in zip(true, told["kept"], strict=True) if not k
        ]
        assert lists.nth(2).locator("li").all_inner_texts() == [one["name"] for one in told["gained"]]

    def test_another_way_is_looked_at(self, view):
        page = view("costs", word="queen")
        page.get_by_role("button", name="binary, a bit per number").press("Enter")
        page.wait_for_function("new URLSearchParams(location.hash.slice(1)).get('way') === 'binary'")
        assert "binary" in page.locator(".reading h3").inner_text()
        assert page.evaluate("document.activeElement.dataset.way") == "binary"
        assert page.locator("tr[aria-current]").count() == 1


class TestFrame:
    def test_sections_have_addresses_and_keep_the_word(self, view):
        page = view("trust", word="queen")
        page.get_by_role("link", name="Cost of neighbours").press("Enter")
        page.wait_for_function("document.querySelector('.parts [aria-current]').innerText === 'Cost of neighbours'")
        settled(page)
        assert in_hash(page, "part") == "costs" and in_hash(page, "word") == "queen"
        assert "of queen" in page.locator("table.ways thead").inner_text()

    @pytest.mark.parametrize("part", ["components", "variance", "trust", "onehot", "costs"])
    def test_hostile_names_stay_text(self, view, hostile, part):
        words = json.dumps([["<b>bold</b>", *HOSTILE[:6]], ["__proto__", *HOSTILE[6:]]])
        page = view(part, "hostile", words=words, few=json.dumps(HOSTILE), word=HOSTILE[0], k=50)
        assert page.locator("#main img, #main script, #main b:has(b)").count() == 0
        assert "broken" not in page.title()
        text = page.locator("#main").text_content()
        if part != "variance":
            assert HOSTILE[0] in text
        if part == "components":
            assert [row[0][:20] for row in rows(page, ".numbers table")] == [
                name[:20] for name in heatmap_answer(hostile, [("", HOSTILE[:6]), ("", HOSTILE[6:])])["names"]
            ]
        overflow = "document.getElementById('main').scrollWidth - document.getElementById('main').clientWidth"
        assert page.evaluate(overflow) == 0

    @pytest.mark.parametrize("part", ["components", "variance", "trust", "onehot", "costs"])
    def test_on_a_phone_and_in_the_dark(self, view, page, part):
        page.set_viewport_size({"width": 390, "height": 844})
        view(part, theme="dark")
        overflow = "document.getElementById('main').scrollWidth - document.getElementById('main').clientWidth"
        assert page.evaluate(overflow) == 0
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        if part != "onehot":
            paper = page.locator("figure svg rect").first.get_attribute("fill")
            assert paper == page.evaluate(
                "getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()"
            )
        assert all(
            label or text
            for label, text in page.eval_on_selector_all(
                "#main button, #main input, #main select",
                "all => all.map(one => [one.getAttribute('aria-label') || one.labels?.length, one.textContent.trim()])",
            )
        )

    def test_nonsense_in_the_address_does_no_harm(self, view):
        for part, values in {
            "components": {"words": "{", "columns": "1e9", "dims": "x"},
            "onehot": {"few": "[1]"},
            "trust": {"k": "-1", "map": "nothing"},
            "costs": {"k": "x", "way": "nothing"},
        }.items():
            page = view(part, **values)
            assert page.locator(".failure").count() == 0

    def test_a_failure_is_said_and_can_be_mended(self, chromium, url):
        page = chromium.new_page()
        page.goto(f"{url}/explorer/#view=understand&space=royal&part=trust&word=kingg")
        page.get_by_role("alert").get_by_text("did you mean 'king'").wait_for()
        page.get_by_role("combobox", name="Word").first.fill("king")
        page.get_by_role("combobox", name="Word").first.press("Enter")
        page.locator(".verdict").wait_for()
        assert page.locator(".result .failure").count() == 0
        page.route("**/variance", lambda route: route.fulfill(status=500, body="no"))
        page.goto(f"{url}/explorer/#view=understand&space=royal&part=variance")
        page.get_by_role("alert").get_by_text("the server answered 500").wait_for()
        page.close()


class TestParts:
    def test_how_numbers_are_written(self, view):
        page = view("variance")
        script = """async () => {
          const { bytes, percent, signed } = await import("./understand/parts.js");
          return [[0, 0.00002, 0.012, 0.5, 0.9984, 0.99996, 1].map(percent), [4, 17.11, 1432, 8e7, 6.4e11].map(bytes),
            [-0.256, 0, -0.001].map((value) => signed(value))];
        }"""
        assert page.evaluate(script) == [
            ["0 %", "0.002 %", "1.2 %", "50 %", "99.8 %", "100.00 %", "100 %"],
            ["4 bytes", "17.1 bytes", "1.43 kB", "80 MB", "640 GB"],
            ["−0.26", "0.00", "0.00"],
        ]

    def test_ticks(self, view):
        page = view("variance")
        script = """async () => {
          const { ticks } = await import("./charts.js");
          return [ticks(0, 1), ticks(-1, 1, 4), ticks(8, 300, 5, true), ticks(1, 1e6, 3, true), ticks(2, 2)];
        }"""
        assert page.evaluate(script) == [
            [0, 0.2, 0.4, 0.6, 0.8, 1], [-1, -0.5, 0, 0.5, 1], [10, 20, 50, 100, 200],
            [1, 10, 100, 1000, 10000, 100000, 1000000], [2],
        ]  # fmt: skip

    def test_colours_of_a_heat_map(self, view):
        page = view("variance", theme="light")
        script = """async () => {
          const { diverging, readable } = await import("./tiles.js");
          return [...[-1, 0, 1, 9].map((share) => diverging(share)), readable("rgb(0,0,0)"), readable("rgb(9,250,9)")];
        }"""
        assert page.evaluate(script) == [
            "rgb(11,99,181)", "rgb(245,246,248)", "rgb(196,68,0)", "rgb(196,68,0)", "#ffffff", "#000000",
        ]  # fmt: skip
