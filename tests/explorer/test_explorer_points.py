"""The Points view on a real server: load, find, hover, choose, share, keep."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import parse_qs, quote

import numpy as np
import pytest

from vicinal import Space
from vicinal.maps import Map

HOSTILE = [
    "<img src=x onerror=\"document.body.dataset.broken='yes'\">",
    "\"><script>document.body.dataset.broken='yes'</script>",
    "\u202etxt.exe", "a" * 10000, "two\nlines", "__proto__", "constructor", "=1+2",
    "日本語", "a - b", "%2e%2e/etc", "'\"&<",
]  # fmt: skip


@pytest.fixture(scope="module")
def running(serving, royal):
    """A server of a clear little space, of one with hostile names, and of one with a map of some of its rows."""
    from vicinal.serve import Served, Shelf

    random = np.random.default_rng(5)
    hostile = Space(
        HOSTILE, random.normal(size=(len(HOSTILE), 6)), columns={"<b>kind</b>": np.array(["<i>x</i>", "y"] * 6)}
    )
    part = royal.names[10:60]
    drawn = Map(
        list(part),
        random.normal(size=(50, 2)).astype(np.float32),
        method="drawn",
        fingerprint=royal.fingerprint,
        quality={},
    )
    both = [Served("royal", royal), Served("hostile", hostile), Served("drawn", royal, maps={"part": drawn})]
    return serving(Shelf(both))


# the cloud of the page as a name that the tests can use
CLOUD = """if (!("cloud" in window)) Object.defineProperty(window, "cloud",
  {get: () => document.querySelector(".points-map .cloud")?.cloud})"""


def opened(page, running, hash=""):
    page.add_init_script(CLOUD)
    page.goto(f"{running.url}/explorer/#{hash}")
    page.wait_for_function(
        "window.cloud?.stats.whole && cloud.stats.points && !document.querySelector('.points-map[aria-busy]')"
    )
    return page


def settled(page):
    page.wait_for_function("cloud.stats.whole && !cloud.painter.dirty && !cloud.pilot.goal")


def in_hash(page):
    return {
        key: value[0]
        for key, value in parse_qs(page.evaluate("location.hash.slice(1)"), keep_blank_values=True).items()
    }


def coordinates(running, space="royal", map="pca"):
    """The map as the server sends it, read by the safetensors library."""
    from urllib.request import urlopen

    from safetensors.numpy import load

    with urlopen(f"{running.url}/spaces/{space}/map?map={map}") as answer:
        return load(answer.read())["coordinates"]


def screen_places(page, points):
    """By the definition of the camera, in pixels of the page."""
    camera = page.evaluate("cloud.camera")
    box = page.locator(".points-map").bounding_box()
    scale = min(box["width"], box["height"]) / camera["span"]
    x = box["x"] + box["width"] / 2 + (points[:, 0] - camera["at"][0]) * scale
    return np.stack([x, box["y"] + box["height"] / 2 - (points[:, 1] - camera["at"][1]) * scale], axis=1)


def test_hover_says_the_name_of_what_is_there(page, running, royal):
    opened(page, running)
    places = screen_places(page, coordinates(running))
    gaps = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + np.eye(len(places)) * 1e9
    lonely = np.argsort(-gaps.min(axis=1))[:4]
    for row in lonely:
        page.mouse.move(*(places[row] + 1).tolist())
        page.wait_for_function("(row) => cloud.hovered === row", arg=int(row))
        tip = page.get_by_role("tooltip")
        tip.wait_for()
        page.wait_for_function(
            "(name) => document.querySelector('.cloud-tip .name')?.textContent === name", arg=royal.names[row]
        )
        said = tip.inner_text()
        assert royal.columns["group"][row] in said and f"{royal.columns['count'][row]}" in said


def test_click_picks_and_the_card_shows_neighbours_of_the_space_itself(page, running, royal):
    opened(page, running)
    places = screen_places(page, coordinates(running))
    gaps = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + np.eye(len(places)) * 1e9
    row = int(gaps.min(axis=1).argmax())
    page.mouse.click(*places[row].tolist())
    page.wait_for_selector(".points-near tbody tr:nth-child(10)")
    name = royal.names[row]
    assert page.locator(".points-card h2").inner_text() == name and in_hash(page)["name"] == name
    rows = [
        [cell.split("\n")[0] for cell in row.locator("td").all_inner_texts()]
        for row in page.locator(".points-near tbody tr").all()
    ]
    for i, metric in enumerate(("cosine", "dot", "euclidean")):
        assert [row[i] for row in rows] == list(royal.nearest(name, 10, metric=metric).names[0])
    assert page.evaluate("cloud.marked") == [row]


def test_search_flies_to_a_name_and_marks_it(page, running, royal):
    opened(page, running)
    span = page.evaluate("cloud.camera.span")
    box = page.get_by_role("combobox", name="Find a name")
    box.fill("que")
    page.get_by_role("option", name="queen").wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_selector(".points-card h2")
    settled(page)
    row = list(royal.names).index("queen")
    assert page.evaluate("cloud.marked") == [row] and page.evaluate("cloud.camera.span") < span
    place = page.evaluate("(row) => cloud.place(row)", row)
    view = page.evaluate("cloud.view")
    assert abs(place["x"] - view["width"] / 2) < 1 and abs(place["y"] - view["height"] / 2) < 1
    assert any(label["text"] == "queen" and label["marked"] for label in page.evaluate("cloud.stats.labels"))
    box.fill("nobody here")
    box.press("Enter")
    page.get_by_role("alert").wait_for()
    assert "nobody here" in page.get_by_role("alert").inner_text()


def test_lasso_lists_what_it_holds_and_gives_a_file(page, running, royal):
    opened(page, running)
    places = screen_places(page, coordinates(running))
    left, top = (places.min(axis=0) - 5).tolist()
    right, bottom = np.median(places, axis=0).tolist()
    page.get_by_role("button", name="Select by a rectangle").click()
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(right, bottom, steps=3)
    page.mouse.up()
    held = np.flatnonzero((places[:, 0] <= right) & (places[:, 1] <= bottom))
    page.get_by_role("heading", name=f"{len(held)} selected").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    text = download.value.path().read_text("utf-8")
    assert [row["name"] for row in csv.DictReader(io.StringIO(text))] == [royal.names[row] for row in held]
    page.get_by_role("button", name="Clear the selection").click()
    assert page.locator(".points-selected").is_hidden()


def test_the_address_brings_the_view_back(page, running):
    opened(page, running, "space=royal&colour=column:count&theme=dark")
    page.mouse.move(400, 400)
    page.mouse.wheel(0, -200)
    page.wait_for_function("location.hash.includes('camera')")
    page.mouse.move(450, 420)
    page.evaluate("cloud.tell('pick', 5)")
    page.get_by_role("button", name="Mark", exact=True).click()
    page.wait_for_function("location.hash.includes('mark')")
    page.wait_for_timeout(300)
    address = page.evaluate("location.hash.slice(1)")
    kept = page.evaluate("({camera: cloud.camera, marked: cloud.marked})")
    other = page.context.new_page()
    opened(other, running, address)
    other.wait_for_function("cloud.marked.length && cloud.plan.scale")
    found = other.evaluate("({camera: cloud.camera, marked: cloud.marked})")
    assert found["marked"] == kept["marked"] == [5]
    np.testing.assert_allclose(
        found["camera"]["at"] + [found["camera"]["span"]], kept["camera"]["at"] + [kept["camera"]["span"]], rtol=2e-3
    )
    assert other.evaluate("document.documentElement.dataset.theme") == "dark"
    assert other.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 21, 28)"
    other.close()


def test_a_turned_camera_goes_through_the_address(page, running):
    opened(page, running, "map=pca3")
    page.locator(".cloud-field").focus()
    for key in ("ArrowLeft", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    page.wait_for_function("location.hash.includes('camera')")
    page.wait_for_timeout(300)
    turn = page.evaluate("cloud.camera.turn")
    other = page.context.new_page()
    opened(other, running, page.evaluate("location.hash.slice(1)"))
    other.wait_for_function("cloud.camera.turn[3] < 0.999")
    np.testing.assert_allclose(other.evaluate("cloud.camera.turn"), turn, atol=2e-3)
    other.close()


@pytest.mark.parametrize(
    "nonsense",
    [
        "camera=1,2",
        "camera=a,b,c",
        "camera=1,2,-3",
        "camera=1e400,0,1",
        "mark={",
        "mark=5",
        "colour=column:nope",
        "colour=clusters:999",
        "map=nope",
        "space=nope",
        "view=nope",
        "name=nobody",
    ],
)
def test_a_nonsense_address_is_survived(page, running, nonsense):
    opened(page, running, nonsense)
    assert page.evaluate("cloud.stats.points") == 200
    assert page.evaluate("Number.isFinite(cloud.camera.span)")


def test_colour_by_cluster_and_column_with_a_legend(page, running):
    opened(page, running)
    page.get_by_label("Colour", exact=True).select_option("column:group")
    page.wait_for_selector(".cloud-legend button")
    said = [text.split() for text in page.locator(".cloud-legend button").all_inner_texts()]
    assert sorted(said) == [["bird", "49"], ["person", "4"], ["sea", "49"], ["stone", "49"], ["tree", "49"]]
    page.get_by_label("Colour", exact=True).select_option("clusters:6")
    page.wait_for_function("document.querySelectorAll('.cloud-legend button').length === 6")
    counts = [int(text.split("\n")[-1]) for text in page.locator(".cloud-legend button").all_inner_texts()]
    assert sum(counts) == 200 and in_hash(page)["colour"] == "clusters:6"


def test_a_map_of_some_rows_names_them_rightly(page, running, royal):
    opened(page, running, "space=drawn&colour=column:count&name=sea3")
    assert page.evaluate("cloud.stats.points") == 50
    page.wait_for_selector(".points-near tbody tr")
    assert "does not show it" in page.locator(".points-card").inner_text()
    page.wait_for_function("cloud.plan.scale")
    scale = page.evaluate("cloud.plan.scale")
    assert (scale["low"], scale["high"]) == (royal.columns["count"][59], royal.columns["count"][10])
    page.evaluate("cloud.tell('pick', 0)")
    page.get_by_role("heading", name=royal.names[10], exact=True).wait_for()
    assert page.evaluate("cloud.marked") == [0]
    assert "50 points of 200" in page.locator(".points-stats").inner_text()


def test_the_map_says_how_far_to_trust_it(page, running, royal):
    opened(page, running)
    page.wait_for_function("/trustworthiness \\d/.test(document.querySelector('.points-quality').textContent)")
    said = page.locator(".points-quality").inner_text()
    from urllib.request import urlopen

    with urlopen(f"{running.url}/spaces/royal/map/quality?map=pca") as answer:
        quality = json.load(answer)["quality"]
    assert f"trustworthiness {quality['trustworthiness']:.2f}" in said
    assert f"continuity {quality['continuity']:.2f}" in said


def test_hostile_names_stay_text(page, running):
    opened(page, running, f"space=hostile&colour={quote('column:<b>kind</b>')}")
    page.wait_for_selector(".cloud-legend button")
    page.get_by_text("The map as a table").click()
    for row, name in enumerate(HOSTILE):
        page.evaluate("(row) => cloud.hover(row)", row)
        page.evaluate("(row) => cloud.tell('pick', row)", row)
        page.wait_for_function("(name) => new URLSearchParams(location.hash.slice(1)).get('name') === name", arg=name)
        page.wait_for_selector(".points-near tbody tr")
    page.evaluate("cloud.select([...Array(12).keys()])")
    page.get_by_role("heading", name="12 selected").wait_for()
    assert page.evaluate("document.querySelectorAll('img, main script, main b, main i').length") == 0
    assert page.evaluate("document.body.dataset.broken") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    svg = page.evaluate("cloud.toSVG()")
    assert "<img" not in svg and "<script" not in svg
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    names = [row["name"] for row in csv.DictReader(io.StringIO(download.value.path().read_bytes().decode()))]
    assert names == [f"'{name}" if name.startswith("=") else name for name in HOSTILE]


def test_downloads_are_pictures(page, running):
    opened(page, running)
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"as {kind}").click()
        data = download.value.path().read_bytes()
        assert data.startswith(start) and len(data) > 5000
        assert download.value.suggested_filename == f"map-of-royal.{kind.lower()}"


def test_keys_alone(page, running, royal):
    opened(page, running)
    box = page.get_by_role("combobox", name="Find a name")
    for _ in range(30):
        if box.evaluate("(node) => node === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type("king")
    page.get_by_role("option", name="king").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_selector(".points-near tbody tr")
    page.locator(".cloud-field").focus()
    page.keyboard.press("0")
    settled(page)
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    page.wait_for_function("new URLSearchParams(location.hash.slice(1)).get('name') !== 'king'")
    page.get_by_text("The map as a table").focus()
    page.keyboard.press("Enter")
    table = page.locator(".points-written tbody tr")
    table.first.wait_for()
    assert table.count() == len(page.evaluate("cloud.stats.labels"))
    page.get_by_role("button", name="Select all points in view").press("Enter")
    page.get_by_role("heading", name="200 selected").wait_for()


def test_on_a_phone(page, running):
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, running, "name=queen")
    page.wait_for_selector(".points-near tbody tr")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    above, below = page.locator(".points-map").bounding_box(), page.locator(".points-panel").bounding_box()
    assert above["width"] == 390 and above["height"] > 250 and below["y"] >= above["y"] + above["height"]


def test_a_failing_server_is_said_so(chromium, running):
    page = chromium.new_page()  # of its own, since a browser counts a failed request as an error on its console
    page.add_init_script(CLOUD)
    refused = {"error": {"type": "BadInput", "message": "no map today"}}
    page.route("**/map?*", lambda route: route.fulfill(status=422, json=refused))
    page.goto(f"{running.url}/explorer/")
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text().split("\n") == ["no map today", "", "Try again"]
    page.route("**/spaces", lambda route: route.abort())
    page.reload()
    page.get_by_role("button", name="Try again").wait_for()
    assert "does not answer" in page.get_by_role("alert").inner_text()
    page.unroute("**/spaces")
    page.unroute("**/map?*")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_function("window.cloud?.stats.points === 200")
    page.close()


def test_no_flight_for_those_who_want_no_motion(chromium, running):
    page = chromium.new_page(reduced_motion="reduce")
    opened(page, running)
    assert page.evaluate(
        "(cloud.frame([5], {glide: true}), cloud.pilot.goal === null && cloud.place(5).x === cloud.view.width / 2)"
    )
    page.close()


def test_leaving_and_coming_back_leaves_nothing_behind(page, running):
    opened(page, running)
    for space in ("hostile", "royal", "hostile", "royal"):
        page.get_by_label("Space").select_option(space)
        page.wait_for_function(
            "(n) => window.cloud?.stats.points === n && cloud.stats.whole", arg=12 if space == "hostile" else 200
        )
    assert page.locator(".cloud").count() == 1


def test_a_selection_is_kept_in_the_address_and_by_the_next_map(page, running, royal):
    opened(page, running, "space=royal&view=points")
    page.evaluate("cloud.select([150, 3, 4, 90])")
    assert in_hash(page)["chosen"] == "3.1.2e.1o"  # 3, 4 = 3 + 1, 90 = 4 + 86, 150 = 90 + 60
    page.reload()
    page.wait_for_selector(".points-selected:not([hidden]) li:nth-child(4)")
    assert page.locator(".points-selected li").all_inner_texts() == [royal.names[i] for i in (3, 4, 90, 150)]
    assert page.evaluate("[...cloud.selection]") == [3, 4, 90, 150]
    page.get_by_label("Map", exact=True).select_option("pca3")
    page.wait_for_function("cloud.data.dim === 3 && cloud.selection?.length === 4")
    assert page.locator(".points-selected h2").inner_text() == "4 selected"
    page.get_by_role("button", name="Clear the selection").click()
    page.wait_for_function("!document.querySelector('.points-selected li')")
    assert "chosen" not in in_hash(page)
    page.go_back()
    page.wait_for_function("cloud.selection?.length === 4")
    for wrong in ("zzzzzzzz", "-1", "1..2", "<b>"):
        page.evaluate("(text) => { location.hash = new URLSearchParams({space: 'royal', chosen: text}); }", wrong)
        page.wait_for_function("cloud.selection === null")


def test_a_selection_too_long_for_the_address_is_not_kept_there(page, running):
    opened(page, running, "space=royal&view=points")
    kept, again, long, cut = page.evaluate(
        """async () => {
          const { readRows, rowsText } = await import("/explorer/points/address.js");
          const rows = Array.from({length: 1500}, (_, i) => i * 3 + (i % 2));
          const text = rowsText(rows);
          const same = readRows(text, 1e6).join() === rows.join();
          return [text, same, rowsText(Array.from(Array(3000).keys())), readRows("5.5.5", 12)];
        }"""
    )
    assert kept and again and long == "" and cut == [5, 10]


def test_marked_names_stand_in_a_list_that_marks_them_no_more(page, running):
    marks = quote(json.dumps(["king", "queen", "nobody"]))
    opened(page, running, f"space=royal&view=points&mark={marks}")
    page.wait_for_selector(".points-marked .chip")
    assert page.locator(".points-marked .chip bdi").all_inner_texts() == ["king", "queen"]
    page.get_by_role("button", name="Mark king no more").click()
    page.wait_for_function("document.querySelectorAll('.points-marked .chip').length === 1")
    assert json.loads(in_hash(page)["mark"]) == ["queen", "nobody"]
    page.locator(".points-marked bdi").click()
    page.wait_for_selector(".points-card h2")
    assert in_hash(page)["name"] == "queen"


def test_an_unknown_name_is_answered_with_those_that_begin_alike(page, running):
    opened(page, running, "space=royal&view=points&name=kinngdom")
    page.get_by_role("alert").get_by_role("button", name="king").click()
    page.wait_for_selector(".points-card h2")
    assert page.locator(".points-card h2").inner_text() == "king" and in_hash(page)["name"] == "king"


def test_a_map_that_does_not_come_can_be_asked_for_again(chromium, running):
    page = chromium.new_page()
    page.route("**/map?*", lambda route: route.abort(), times=1)
    page.goto(f"{running.url}/explorer/#space=royal&view=points")
    page.get_by_role("alert").get_by_role("button", name="Try again").click()
    page.wait_for_function("document.querySelector('.points-map .cloud').cloud.stats.points === 200")
    page.wait_for_function("!document.querySelector('.points-panel [role=alert], .points-map[aria-busy]')")
    page.close()


def test_a_long_selection_is_read_by_scrolling_down(page, running):
    opened(page, running, "space=royal&view=points")
    page.evaluate("cloud.select(Array.from({length: 120}, (_, i) => i))")
    page.wait_for_selector(".points-list li:nth-child(120)")
    wide, inner, tall, rest = page.locator(".points-list").evaluate(
        "(e) => [e.scrollWidth, e.clientWidth, e.scrollHeight, e.clientHeight]"
    )
    assert wide <= inner and tall > rest


def test_one_point_is_said_to_be_one(page, serving):
    from vicinal.serve import Served, Shelf

    alone = serving(Shelf([Served("alone", Space(["alone"], np.ones((1, 5))))]))
    opened(page, alone, "view=points")
    assert page.locator(".points-stats").inner_text() == "1 point · 2-D"
    page.wait_for_function("document.querySelector('.points-quality').textContent === ''")
    assert page.get_by_role("application").get_attribute("aria-label") == "Map of alone: 1 point"
