"""The cloud of points by itself: what is drawn where, and what is under the cursor; NumPy is the oracle."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

from vicinal import Space

LETTERS = Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
WIDTH, HEIGHT = 800, 600
BLANK = f"""<!doctype html><html lang="en" data-theme="light"><link rel="stylesheet" href="/explorer/style.css">
<link rel="stylesheet" href="/explorer/cloud.css"><body>
<div id="root" style="position:relative;width:{WIDTH}px;height:{HEIGHT}px"></div></body></html>"""
MAKE = """async ({list, dim, renderer, names, marked, priority}) => {
  const { Cloud } = await import("/explorer/cloud/cloud.js");
  window.cloud?.destroy();
  const cloud = window.cloud = new Cloud(document.getElementById("root"), { label: "Test", renderer });
  cloud.setPoints(Float32Array.from(list), dim,
    { name: (i) => names ? names[i] : `p${i}`, priority: priority ? Float32Array.from(priority) : null });
  if (marked) cloud.setMarked(marked);
  await cloud.ready;
  return cloud.stats.renderer;
}"""
RENDERERS = ["webgl2", "canvas"]


@pytest.fixture
def blank(page, serving):
    """A page with nothing on it but a place for a cloud, and how to make one."""
    url = serving_letters(serving).url
    page.route("**/blank", lambda route: route.fulfill(content_type="text/html", body=BLANK))
    page.goto(f"{url}/blank")

    def make(points, renderer="canvas", names=None, marked=None, priority=None):
        points = np.asarray(points, np.float32)
        given = {"list": points.ravel().tolist(), "dim": points.shape[1], "renderer": renderer, "names": names}
        page.evaluate(MAKE, {**given, "marked": marked, "priority": priority})
        settled(page)

    page.make = make
    return page


_RUNNING = []


def serving_letters(serving):
    if not _RUNNING:
        from vicinal.serve import Served, Shelf

        _RUNNING.append(serving(Shelf([Served("letters", LETTERS)])))
    return _RUNNING[0]


def settled(page):
    page.wait_for_function("cloud.stats.whole && !cloud.painter.dirty && !cloud.painter.pending && !cloud.pilot.goal")


def pixels(page, png):
    """Decode a PNG with the browser → (height, width, 4) uint8."""
    found = page.evaluate(
        """async (text) => {
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const image = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
          const brush = new OffscreenCanvas(image.width, image.height).getContext("2d");
          brush.drawImage(image, 0, 0);
          const { data } = brush.getImageData(0, 0, image.width, image.height);
          let out = "";
          for (let i = 0; i < data.length; i += 8192) out += String.fromCharCode(...data.subarray(i, i + 8192));
          return [image.width, image.height, btoa(out)];
        }""",
        base64.b64encode(png).decode(),
    )
    width, height, data = found
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)


def on_screen(points, camera, width=WIDTH, height=HEIGHT):
    """Where points lie: the span fits the shorter side, a quaternion turns, the eye is 2 spans away."""
    points = np.asarray(points, float)
    scale = min(width, height) / camera["span"]
    seen = points - camera["at"]
    near = np.ones(len(points))
    if points.shape[1] == 3:
        from scipy.spatial.transform import Rotation

        seen = Rotation.from_quat(camera["turn"]).apply(seen)
        near = 1 / (1 - seen[:, 2] / (2 * camera["span"]))
    return np.stack([width / 2 + seen[:, 0] * scale * near, height / 2 - seen[:, 1] * scale * near], axis=1)


def camera(page):
    return page.evaluate("cloud.camera")


def screenshot(page):
    return pixels(page, page.locator("#root").screenshot())


@pytest.mark.parametrize("renderer", RENDERERS)
def test_points_have_their_colours_where_they_must_be(blank, renderer):
    points = np.array([[0, 0], [4, 1], [1, 3], [3.5, 2.5]])
    blank.make(points, renderer, names=[""] * 4)
    blank.evaluate("""() => {
      cloud.setColours({kind: "category", codes: Uint16Array.from([0, 1, 1, 2]), labels: ["x", "y", "z"]});
      cloud.setSizes(Float32Array.from([1.5, 1.5, 1.5, 1.5]));
      cloud.legend.node.hidden = true; // it may lie over points
    }""")
    settled(blank)
    assert blank.evaluate("cloud.stats.renderer") == renderer
    picture = screenshot(blank).astype(int)
    # y has two points and so the first colour, x and z the next two
    wanted = {0: (0xD5, 0x5E, 0x00), 1: (0x00, 0x72, 0xB2), 2: (0x00, 0x72, 0xB2), 3: (0x00, 0x9E, 0x73)}
    for i, (x, y) in enumerate(on_screen(points, camera(blank))):
        colour = picture[round(y), round(x), :3]
        opaque = (colour - 255 * 0.15) / 0.85  # points are drawn at 0.85 on white
        assert np.abs(opaque - wanted[i]).max() < 12, (i, colour)


def test_both_renderers_draw_nearly_the_same(blank):
    random = np.random.default_rng(3)
    flat = random.normal(size=(3000, 2))
    deep = random.normal(size=(1000, 3))
    for points in (flat, deep):
        pictures = []
        for renderer in RENDERERS:
            blank.make(points, renderer, names=[""] * len(points))
            blank.evaluate("cloud.legend.node.hidden = true")
            pictures.append(screenshot(blank)[..., :3].astype(float))
        first, second = (p[: p.shape[0] // 8 * 8].reshape(-1, 8, p.shape[1] // 8, 8, 3).mean((1, 3)) for p in pictures)
        inked = (first.min(-1) < 250).mean()
        assert inked > 0.2  # there is something to compare
        assert np.abs(first - second).mean() < 2.5
        assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.97


def test_places_are_those_of_the_camera(blank):
    points = np.random.default_rng(1).normal(size=(200, 3)) * [3, 1, 2] + [5, 0, -4]
    blank.make(points)
    turn = np.array([0.3, -0.5, 0.2, 0.7])
    turn /= np.linalg.norm(turn)
    blank.evaluate("(turn) => { cloud.camera = {dim: 3, at: [5, 0.5, -4], span: 6, turn}; }", turn.tolist())
    found = blank.evaluate("[...Array(200).keys()].map((i) => cloud.place(i)).map(({x, y}) => [x, y])")
    np.testing.assert_allclose(found, on_screen(points, camera(blank)), atol=0.01)


def test_wheel_keeps_what_is_under_the_cursor_and_drag_takes_it_along(blank):
    points = np.random.default_rng(2).normal(size=(50, 2))
    blank.make(points)
    before, span = blank.evaluate("cloud.place(7)"), camera(blank)["span"]
    x, y = round(before["x"]), round(before["y"])
    blank.mouse.move(x, y)
    blank.mouse.wheel(0, -300)
    blank.wait_for_function("(span) => cloud.camera.span < span / 1.5", arg=span)
    after, factor = blank.evaluate("cloud.place(7)"), span / camera(blank)["span"]
    assert abs(after["x"] - x - factor * (before["x"] - x)) < 0.01
    assert abs(after["y"] - y - factor * (before["y"] - y)) < 0.01
    blank.mouse.down()
    blank.mouse.move(x + 60, y - 40, steps=4)
    blank.mouse.up()
    dragged = blank.evaluate("cloud.place(7)")
    assert abs(dragged["x"] - after["x"] - 60) < 0.01 and abs(dragged["y"] - after["y"] + 40) < 0.01


def test_drag_turns_three_dimensions(blank):
    points = np.random.default_rng(2).normal(size=(500, 3))
    blank.make(points, "webgl2")
    first = screenshot(blank)
    blank.mouse.move(400, 300)
    blank.mouse.down()
    blank.mouse.move(550, 340, steps=5)
    blank.mouse.up()
    settled(blank)
    turn = np.array(camera(blank)["turn"])
    assert abs(np.linalg.norm(turn) - 1) < 1e-9 and abs(turn[3]) < 0.95
    assert (np.abs(screenshot(blank).astype(int) - first).max(-1) > 40).mean() > 0.005
    found = blank.evaluate("[...Array(500).keys()].map((i) => cloud.place(i)).map(({x, y}) => [x, y])")
    np.testing.assert_allclose(found, on_screen(points, camera(blank)), atol=0.01)


def inside(polygon, places):
    """Even-odd rule, one edge at a time."""
    odd = np.zeros(len(places), bool)
    x, y = places.T
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        crosses = (ay > y) != (by > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            odd ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return np.flatnonzero(odd)


def drawn_around(page, polygon):
    page.mouse.move(*polygon[0])
    page.mouse.down()
    for corner in polygon[1:]:
        page.mouse.move(*corner)
    page.mouse.up()


@pytest.mark.parametrize("dim", [2, 3])
def test_lasso_selects_exactly_what_is_inside(blank, dim):
    points = np.random.default_rng(4).normal(size=(4000, dim))
    blank.make(points)
    blank.evaluate("cloud.told = []; cloud.on('select', (rows) => cloud.told.push([...rows])); 0")
    places = on_screen(points, camera(blank))
    first = [(250, 150), (420, 180), (500, 420), (380, 300), (260, 450)]
    blank.get_by_role("button", name=re.compile("line drawn")).click()
    drawn_around(blank, first)
    assert blank.evaluate("cloud.told.at(-1)") == inside(first, places).tolist()
    second = [(520, 200), (600, 200), (600, 300)]
    blank.keyboard.down("Shift")
    drawn_around(blank, second)
    blank.keyboard.up("Shift")
    both = sorted({*inside(first, places).tolist(), *inside(second, places).tolist()})
    assert blank.evaluate("cloud.told.at(-1)") == both
    assert blank.get_by_role("status").inner_text() == f"{len(both):,} selected"
    blank.keyboard.press("Escape")
    assert blank.evaluate("cloud.told.at(-1)") == []
    blank.get_by_role("button", name=re.compile("rectangle")).click()
    drawn_around(blank, [(300, 200), (350, 220), (430, 310)])
    box = (places[:, 0] >= 300) & (places[:, 0] <= 430) & (places[:, 1] >= 200) & (places[:, 1] <= 310)
    assert blank.evaluate("cloud.told.at(-1)") == np.flatnonzero(box).tolist()


@pytest.mark.parametrize("dim", [2, 3])
def test_nearest_under_the_cursor_is_that_of_brute_force(blank, dim):
    points = np.random.default_rng(5).normal(size=(20000, dim))
    blank.make(points)
    cursors = np.random.default_rng(6).uniform([100, 60], [700, 540], size=(200, 2))
    found = blank.evaluate(
        "(places) => places.map(([x, y]) => cloud.picking.nearest(cloud.camera_.lens(cloud.view), x, y, 12))",
        cursors.tolist(),
    )
    shown = camera(blank)
    places = on_screen(np.float32(points), shown)
    near = np.ones(len(points))
    if dim == 3:
        from scipy.spatial.transform import Rotation

        near = 1 / (1 - Rotation.from_quat(shown["turn"]).apply(points - shown["at"])[:, 2] / (2 * shown["span"]))
    for cursor, row in zip(cursors, found, strict=True):
        far = np.hypot(*(places - cursor).T) / near
        boxed = (np.abs(places - cursor) <= 12).all(axis=1)
        least = far[boxed].min(initial=np.inf)
        assert (row == -1 and least > 11.99) or abs(far[row] - least) < 1e-3


def boxes_overlap(labels):
    for i, one in enumerate(labels):
        for other in labels[:i]:
            if (
                one["left"] < other["left"] + other["width"]
                and other["left"] < one["left"] + one["width"]
                and one["top"] < other["top"] + other["height"]
                and other["top"] < one["top"] + one["height"]
            ):
                return one["text"], other["text"]
    return None


def test_labels_never_overlap_and_the_marked_are_always_written(blank):
    random = np.random.default_rng(8)
    points = random.normal(size=(3000, 2))
    names = [f"name {i} " + "x" * int(random.integers(0, 60)) for i in range(3000)]
    names[3], names[4] = "日本語の名前", "\u202eevil\u202c <b>bold</b>"
    blank.make(points, names=names, marked=[0, 1, 2, 3, 4])
    for _ in range(3):
        labels = blank.evaluate("cloud.stats.labels")
        assert len(labels) > 20 and boxes_overlap(labels) is None
        assert all(len(label["text"]) <= 40 for label in labels)
        assert all(label["left"] >= 0 and label["left"] + label["width"] <= WIDTH for label in labels)
        in_view = [
            i for i, (x, y) in enumerate(on_screen(points[:5], camera(blank))) if 0 <= x <= WIDTH and 0 <= y <= HEIGHT
        ]
        assert {label["row"] for label in labels if label["marked"]} >= set(in_view)
        blank.mouse.move(400, 300)
        blank.mouse.wheel(0, -240)
        blank.wait_for_timeout(30)
        settled(blank)
    assert not any(re.search("[\u202a-\u202e]", label["text"]) for label in labels)


def test_labels_stay_while_panning(blank):
    points = np.random.default_rng(9).normal(size=(3000, 2))
    blank.make(points)
    before = {label["row"] for label in blank.evaluate("cloud.stats.labels")}
    blank.mouse.move(400, 300)
    blank.mouse.down()
    blank.mouse.move(420, 310, steps=3)
    blank.mouse.up()
    settled(blank)
    after = {label["row"] for label in blank.evaluate("cloud.stats.labels")}
    assert len(before & after) > 0.8 * len(before)


def test_the_more_important_are_written_first(blank):
    random = np.random.default_rng(10)
    points = random.normal(size=(2000, 2))
    priority = random.permutation(2000).astype(float)
    blank.make(points, priority=priority.tolist())
    rows = [label["row"] for label in blank.evaluate("cloud.stats.labels")]
    assert np.median(priority[rows]) > 1500
    order = blank.evaluate("[...cloud.labels.order]")
    assert order == np.argsort(-priority, kind="stable").tolist()


def test_order_of_drawing_visits_each_row_once_and_begins_with_a_sample(blank):
    for n in (1, 2, 3, 10, 1000, 99991):
        order = blank.evaluate(
            """async (n) => {
              const { inOrder } = await import("/explorer/cloud/order.js");
              return [...inOrder(Float32Array.from({length: n}, (_, i) => i), 1, n)];
            }""",
            n,
        )
        assert sorted(order) == list(range(n))
    counts = np.histogram(order[:2000], bins=20, range=(0, n))[0]
    assert counts.min() >= 95 and counts.max() <= 105


def test_colours_of_many_categories_and_of_numbers_with_gaps(blank):
    blank.make(np.random.default_rng(0).normal(size=(300, 2)))
    codes = [i % 20 if i < 200 else 0 for i in range(300)]
    blank.evaluate(
        """(codes) => cloud.setColours({
          kind: "category", codes: Uint16Array.from(codes), labels: codes.map((code) => `kind ${code}`)})""",
        codes,
    )
    buttons = blank.locator(".cloud-legend button").all_inner_texts()
    assert len(buttons) == 13 and buttons[0].split() == ["kind", "0", "110"]
    assert buttons[-1].split() == ["other", "(8)", "80"]
    first = blank.locator(".cloud-legend button").first
    first.press("Enter")
    assert first.get_attribute("aria-pressed") == "false"
    assert blank.evaluate("[...cloud.legend.off]") == [0]
    blank.evaluate("""cloud.setColours({kind: "number", label: "how <b>much</b>",
      values: Float32Array.from({length: 300}, (_, i) => i < 3 ? NaN : i)})""")
    assert blank.locator(".cloud-legend").inner_text().split("\n") == ["how <b>much</b>", "3", "299", "no value: 3"]


def test_a_lost_context_comes_back_or_is_done_without(blank):
    points = np.random.default_rng(1).normal(size=(500, 2))
    blank.make(points, "webgl2")
    before = screenshot(blank).astype(int)
    blank.evaluate("window.loss = cloud.renderer.gl.getExtension('WEBGL_lose_context'); loss.loseContext()")
    blank.wait_for_function("cloud.painter.renderer === null")
    blank.evaluate("loss.restoreContext()")
    blank.wait_for_function("cloud.painter.renderer !== null")
    settled(blank)
    assert blank.evaluate("cloud.stats.renderer") == "webgl2"
    assert (np.abs(screenshot(blank).astype(int) - before).max(-1) > 30).mean() < 0.001
    blank.evaluate("loss.loseContext()")
    blank.wait_for_function("cloud.stats.renderer === 'canvas' && cloud.stats.whole")
    assert (np.abs(screenshot(blank).astype(int) - before).max(-1) > 90).mean() < 0.01


def test_a_renderer_that_is_always_late_gives_way_unless_it_was_asked_for(blank):
    blank.evaluate("""() => { // as in browsers that mask the name of their graphics processor
      const { getExtension } = WebGL2RenderingContext.prototype;
      WebGL2RenderingContext.prototype.getExtension = function (name) {
        return name === "WEBGL_debug_renderer_info" ? null : getExtension.call(this, name);
      };
    }""")
    points = np.random.default_rng(0).normal(size=(50, 2))
    drawn = []
    for asked, in_the_end in (("webgl2", "webgl2"), ("auto", "canvas")):
        blank.make(points, asked)
        assert blank.evaluate("cloud.stats.renderer") == "webgl2"
        blank.evaluate("""() => { cloud.renderer.fence = () => {
          const end = performance.now() + 120;
          return () => performance.now() > end;
        }; }""")
        for _ in range(6):  # one late picture is chance
            blank.evaluate("cloud.touch()")
            blank.wait_for_function("!cloud.painter.dirty && !cloud.painter.pending")
        settled(blank)
        drawn.append(screenshot(blank).astype(int))
        assert blank.evaluate("cloud.stats.renderer") == in_the_end
    assert np.abs(drawn[0] - drawn[1]).mean() < 1  # the same points


def test_keys_alone(blank):
    points = np.random.default_rng(12).normal(size=(300, 2))
    blank.make(points)
    blank.evaluate("cloud.picked = []; cloud.on('pick', (i) => cloud.picked.push(i)); 0")
    blank.locator(".cloud-field").focus()
    start = camera(blank)
    blank.keyboard.press("ArrowRight")
    assert camera(blank)["at"][0] > start["at"][0]
    blank.keyboard.press("+")
    assert camera(blank)["span"] < start["span"]
    blank.keyboard.press("0")
    settled(blank)
    assert camera(blank) == start
    blank.keyboard.press("n")
    hovered = blank.evaluate("cloud.hovered")
    assert hovered >= 0 and blank.get_by_role("status").inner_text() == f"p{hovered}"
    blank.keyboard.press("Enter")
    assert blank.evaluate("cloud.picked") == [hovered]


def test_two_fingers_zoom_about_their_middle(blank):
    blank.make(np.random.default_rng(12).normal(size=(300, 2)))
    span = camera(blank)["span"]
    under = blank.evaluate("cloud.camera_.placeUnder(400, 300, cloud.view)")
    session = blank.context.new_cdp_session(blank)

    def touch(kind, *places):
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (350, 300), (450, 300))
    for far in (60, 80, 100):
        touch("touchMove", (400 - far, 300), (400 + far, 300))
    touch("touchEnd")
    blank.wait_for_function("(span) => cloud.camera.span < span / 1.9", arg=span)
    assert abs(span / camera(blank)["span"] - 2) < 0.02
    np.testing.assert_allclose(blank.evaluate("cloud.camera_.placeUnder(400, 300, cloud.view)"), under, atol=0.02)


def test_pictures_to_keep(blank):
    random = np.random.default_rng(13)
    names = [f"n{i} <&>" for i in range(400)]
    blank.make(random.normal(size=(400, 2)), names=names, marked=[3])
    blank.evaluate("""() => {
      const codes = Uint16Array.from({length: 400}, (_, i) => i % 3);
      cloud.setColours({kind: "category", codes, labels: ["a", "b<", "c"]});
      cloud.setStars([{at: [0, 0], label: "sum"}]);
      cloud.setArrows([{from: [0, 0], to: [1, 1], label: "step"}]);
    }""")
    settled(blank)
    before = screenshot(blank)
    text = blank.evaluate("cloud.toSVG()")
    import xml.etree.ElementTree as ElementTree

    tree = ElementTree.fromstring(text)
    circles = list(tree.iter("{http://www.w3.org/2000/svg}circle"))
    assert 395 <= len(circles) <= 401
    said = " ".join(node.text or "" for node in tree.iter("{http://www.w3.org/2000/svg}text"))
    assert "n3 <&>" in said and "b<" in said and "sum" in said and "step" in said
    png = base64.b64decode(
        blank.evaluate("""async () => {
          const bytes = new Uint8Array(await (await cloud.toPNG()).arrayBuffer());
          return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
        }""")
    )
    picture = pixels(blank, png)
    assert picture.shape[:2] == (2 * HEIGHT, 2 * WIDTH)
    assert len(np.unique(np.ascontiguousarray(picture[::2, ::2]).view(np.uint32))) > 100
    settled(blank)
    assert np.array_equal(screenshot(blank), before)  # the page looks as before


def test_svg_of_very_many_points_holds_an_image(blank):
    blank.make(np.random.default_rng(0).normal(size=(30000, 2)))
    text = blank.evaluate("cloud.toSVG()")
    assert "data:image/png" in text and "<circle" not in text


def test_empty_and_single_clouds(blank):
    blank.evaluate(MAKE.replace("await cloud.ready;", ""), {"list": [], "dim": 2, "renderer": "canvas", "names": None})
    assert blank.evaluate("cloud.stats.points") == 0
    blank.make([[1.0, 2.0]])
    assert blank.evaluate("cloud.place(0)") == {"x": WIDTH / 2, "y": HEIGHT / 2}
    blank.make([[1.0, 2.0], [1.0, 2.0]], "webgl2", marked=[0, 1])
    assert boxes_overlap(blank.evaluate("cloud.stats.labels")) is None


def test_camera_can_be_set_by_plain_objects_and_nonsense_is_ignored(blank):
    blank.make(np.random.default_rng(0).normal(size=(30, 2)))
    good = camera(blank)
    blank.evaluate("cloud.moves = 0; cloud.on('move', () => { cloud.moves += 1; }); 0")
    for said in (None, "x", {"span": -1}, {"span": "1"}, {"at": [1, 2, 3]}, {"at": [None, 1]}, {"dim": 3, "span": 2}):
        blank.evaluate("(said) => { cloud.camera = said; }", said)
        assert json.dumps(camera(blank)) == json.dumps(good)
    blank.evaluate("cloud.camera = {at: [1, 2], span: 3}")
    assert camera(blank) == {"dim": 2, "at": [1, 2], "span": 3}
    assert blank.evaluate("cloud.moves") == 0


def covered(labels):
    """Named points that the name of another is written over, by their texts."""
    return [
        (one["text"], other["text"])
        for one in labels
        for other in labels
        if other["left"] < one["x"] < other["left"] + other["width"]
        and other["top"] < one["y"] < other["top"] + other["height"]
    ]


@pytest.mark.parametrize("count", [60, 3000])
def test_no_name_is_written_over_a_named_point(blank, count):
    random = np.random.default_rng(11)
    names = [f"a rather long name {i}" for i in range(count)]
    blank.make(random.normal(size=(count, 2)), names=names)
    labels = blank.evaluate("cloud.stats.labels")
    assert len(labels) > 15 and boxes_overlap(labels) is None and covered(labels) == []


def test_every_marked_name_is_written_however_near_they_are(blank):
    random = np.random.default_rng(12)
    points = random.normal(size=(2000, 2))
    points[:100] = points[0] + random.normal(size=(100, 2)) * 0.01  # all within a few pixels
    blank.make(points, names=[f"marked name {i}" for i in range(2000)], marked=list(range(100)))
    labels = blank.evaluate("cloud.stats.labels")
    assert {label["row"] for label in labels if label["marked"]} == set(range(100))
    assert boxes_overlap(labels) is None


def test_a_name_at_the_edge_moves_inwards(blank):
    points = np.array(
        [[-0.863, 0], [-0.825, 0], [1, 0.0], [0, 0.6], [0, -0.6]]
    )  # the marked is just right of the first
    blank.make(points, names=["a long name at the left edge", "marked", "right", "above", "below"], marked=[1])
    blank.evaluate("cloud.camera = {dim: 2, at: [0, 0], span: 1.52}")
    settled(blank)
    label = next(label for label in blank.evaluate("cloud.stats.labels") if label["row"] == 0)
    assert label["left"] == 2 and label["width"] > 2 * label["x"]  # in its middle it would not fit


def test_of_a_selection_only_what_is_selected_is_named(blank):
    random = np.random.default_rng(13)
    points = random.normal(size=(3000, 2))
    blank.make(points, marked=[2999], priority=np.arange(3000).tolist())
    blank.evaluate("cloud.select(Array.from({length: 500}, (_, i) => i))")
    settled(blank)
    rows = {label["row"] for label in blank.evaluate("cloud.stats.labels")}
    assert len(rows) > 30 and rows - set(range(500)) <= {2999}
    assert np.median(list(rows)) > 250  # the more important of them
    blank.evaluate("cloud.select(null)")
    settled(blank)
    assert any(label["row"] >= 500 for label in blank.evaluate("cloud.stats.labels"))


def test_a_look_under_the_cursor_in_three_dimensions_follows_the_camera(blank):
    points = np.random.default_rng(14).normal(size=(5000, 3))
    blank.make(points)
    cursors = np.random.default_rng(15).uniform([20, 20], [780, 580], size=(60, 2)).tolist()
    look = """(places) => {
      const lens = cloud.camera_.lens(cloud.view);
      const one = (x, y) => { // all points, one by one
        let [best, least] = [-1, 144];
        cloud.picking.within(lens, {left: x - 12, top: y - 12, right: x + 12, bottom: y + 12}, (row, px, py, near) => {
          const far = ((px - x) ** 2 + (py - y) ** 2) / (near * near) + 1e-9;
          if (far <= least) [best, least] = [row, far];
        });
        return best;
      };
      const known = cloud.picking.knows(lens);
      return [known, places.map(([x, y]) => cloud.picking.nearest(lens, x, y, 12)), places.map(([x, y]) => one(x, y)),
        cloud.picking.knows(lens)];
    }"""
    for turn in ([0, 0, 0, 1], [0.3, 0.1, 0, 0.9], [0, 0.7, 0.2, 0.5]):
        blank.evaluate("(turn) => { cloud.camera = {...cloud.camera, span: cloud.camera.span * 0.8, turn}; }", turn)
        before, found, expected, after = blank.evaluate(look, cursors)
        assert found == expected and len(set(found)) > 30
        assert not before and after


def test_the_legend_says_what_colours_are_of_and_folds(blank):
    blank.make(np.random.default_rng(0).normal(size=(300, 2)))
    codes = [i % 3 for i in range(300)]
    blank.evaluate(
        """(codes) => cloud.setColours(
          {kind: "category", codes: Uint16Array.from(codes), labels: ["a", "b", "c"], label: "kind"})""",
        codes,
    )
    legend = blank.locator(".cloud-legend")
    assert legend.locator("summary").inner_text() == "kind"
    assert "kind" in blank.evaluate("cloud.toSVG()")
    before = legend.bounding_box()["height"]
    tall = blank.evaluate("cloud.covered.at(-1).height")
    legend.locator("summary").click()
    blank.wait_for_function("(tall) => cloud.covered.at(-1).height < tall / 2", arg=tall)  # names may stand there now
    assert legend.bounding_box()["height"] < before / 2
