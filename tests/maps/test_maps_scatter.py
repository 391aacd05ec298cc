from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from vicinal.errors import BadInput, BadOption, MissingExtra, OutputExists, UnknownName
from vicinal.maps import Map, pca_map, scatter
from vicinal.maps.picture import draw_scatter
from vicinal.space import Space

STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


def cloud(n, kind, seed=0):
    random = np.random.default_rng(seed)
    places = random.normal(size=(n, 2))
    if kind == "clustered":
        places = random.normal(size=(4, 2))[random.integers(0, 4, n)] * 8 + places * 0.4
    if kind == "line":
        places[:, 1] = 0
    names = ["".join(random.choice(list("abcdefghijklmnop"), random.integers(3, 11))) + str(i) for i in range(n)]
    return Map(names, places, "PCA", axis_shares=[0.4, 0.2])


def boxes_of(figure):
    renderer = figure.canvas.get_renderer()
    axes = figure.axes[0]
    texts = [text for text in axes.texts if text.get_text()]
    return np.array([text.get_window_extent(renderer).extents for text in texts]).reshape(-1, 4), axes


@pytest.mark.parametrize("kind", ["random", "clustered", "line"])
@pytest.mark.parametrize("n", [3, 12, 60, 200])
def test_no_two_labels_meet_and_all_lie_within_the_axes(n, kind):
    drawn = cloud(n, kind, seed=n)
    figure, caption, placed = draw_scatter(drawn, None, True, None, None)
    boxes, axes = boxes_of(figure)
    assert len(boxes) == placed.kept.sum() >= (n if n <= 12 and kind == "random" else 0.3 * n)
    frame = axes.get_window_extent().extents
    assert (boxes[:, :2] >= frame[:2]).all() and (boxes[:, 2:] <= frame[2:]).all()
    for at, box in enumerate(boxes):
        others = boxes[at + 1 :]
        assert np.any((others[:, :2] >= box[2:]) | (others[:, 2:] <= box[:2]), axis=1).all()
    points = axes.transData.transform(drawn.coordinates)
    held = (points[:, None] > boxes[:, :2]) & (points[:, None] < boxes[:, 2:])
    assert not held.all(axis=2).any()
    left_out = n - len(boxes)
    assert (f"{left_out} of {n} names left out" in caption) == (left_out > 0)


def test_both_axes_have_one_scale_and_say_what_they_are():
    figure, _, _ = draw_scatter(cloud(20, "random"), "A title", True, None, (9, 4))
    axes = figure.axes[0]
    box = axes.get_window_extent()
    assert np.ptp(axes.get_xlim()) / box.width == pytest.approx(np.ptp(axes.get_ylim()) / box.height)
    assert axes.get_xlabel() == "component 1 (40 % of variance)"
    assert axes.get_ylabel() == "component 2 (20 % of variance)"
    assert any(text.get_text() == "A title" for text in figure.texts)
    assert figure.get_size_inches().tolist() == [9, 4]


@pytest.mark.parametrize("ending", STARTS)
def test_the_ending_sets_the_format(tmp_path, ending):
    picture = scatter(cloud(5, "random"), tmp_path / f"map{ending}", colours=["a", "b", "a", "b", None])
    assert picture.path.read_bytes().startswith(STARTS[ending])
    assert picture.labels == 5 and picture.left_out == 0
    assert os.listdir(tmp_path) == [f"map{ending}"]


def test_a_png_is_the_same_every_time(tmp_path):
    for name in ("a.png", "b.PNG"):
        scatter(cloud(30, "clustered"), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.PNG").read_bytes()


def test_nothing_global_is_touched(tmp_path):
    import matplotlib as mpl

    before, backend = dict(mpl.rcParams), mpl.rcParams._get("backend")
    scatter(cloud(8, "random"), tmp_path / "map.png")
    assert dict(mpl.rcParams) == before and mpl.rcParams._get("backend") == backend


def test_importing_the_room_imports_no_matplotlib():
    code = "import sys, vicinal.maps; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_drawing_does_not_import_pyplot(tmp_path):
    code = (
        "import sys; from vicinal.maps import Map, scatter\n"
        "scatter(Map(list('abc'), [[0, 1], [1, 0], [2, 2]], 'PCA'), sys.argv[1])\n"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code, str(tmp_path / "m.png")], check=True)


def test_without_matplotlib_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r"vicinal\[maps\]"):
        scatter(cloud(5, "random"), tmp_path / "map.png")


def test_strange_names_are_drawn_as_they_are(tmp_path):
    names = ["$x^2$", "$5 and $6", "日本", "a\nb\tc", "w" * 300, "\x07", "{", "%s", "\\alpha", " ", "עברית"]
    drawn = Map(names, np.random.default_rng(0).normal(size=(len(names), 2)), "P_C$A$")
    scatter(drawn, tmp_path / "map.svg", title="$ 日本 " * 40, colours={"$g$": names[:2], "日": names[2:4]})
    figure, _, _ = draw_scatter(drawn, None, True, None, None)
    shown = {text.get_text() for text in figure.axes[0].texts}
    assert {"$x^2$", "a b c", "w" * 39 + "…"} <= shown


@pytest.mark.parametrize(
    "places",
    [np.zeros((4, 2)), np.eye(4)[:, :2] * 1e-30, np.eye(4)[:, :2] * 1e30, np.eye(4)[:, :2] + 1e6, np.eye(4)[:, :3]],
)
def test_any_places_can_be_drawn(tmp_path, places):
    drawn = Map(list("abcd"), places, "PCA")
    picture = scatter(drawn, tmp_path / "map.png")
    assert picture.labels + picture.left_out == 4
    assert ("one place" in picture.caption) == (not np.any(places))
    assert ("third axis" in picture.caption) == (places.shape[1] == 3)


def test_labels_can_be_chosen(tmp_path):
    drawn = cloud(10, "random")
    assert scatter(drawn, tmp_path / "a.png", labels=False).labels == 0
    some = scatter(drawn, tmp_path / "b.png", labels=[drawn.names[3], drawn.names[3], drawn.names[7]])
    assert some.labels == 2 and "2 of 10 names considered" in some.caption
    with pytest.raises(UnknownName):
        scatter(drawn, tmp_path / "c.png", labels=["nowhere"])
    with pytest.raises(BadInput, match="one string"):
        scatter(drawn, tmp_path / "c.png", labels="abc")


def test_a_great_many_names_are_limited_and_this_is_said(tmp_path):
    drawn = Map([f"w{i}" for i in range(2500)], np.random.default_rng(0).normal(size=(2500, 2)), "PCA")
    picture = scatter(drawn, tmp_path / "map.png", colours=np.arange(2500))
    assert picture.labels + picture.left_out == 2000 and "2,000 of 2,500 names considered" in picture.caption


def test_colours_that_do_not_fit_are_refused(tmp_path):
    drawn = cloud(40, "random")
    first = drawn.names[0]
    cases = [
        (["a"] * 39, "one value for each of 40"),
        ([float("nan")] * 40, "finite"),
        ([str(i) for i in range(40)], "40 groups"),
        ({"a": first}, "one string"),
        ({"a": [first], "b": [first]}, "two groups"),
    ]
    for colours, message in cases:
        with pytest.raises(BadInput, match=message):
            scatter(drawn, tmp_path / "map.png", colours=colours)
    with pytest.raises(UnknownName):
        scatter(drawn, tmp_path / "map.png", colours={"a": ["nowhere"]})
    assert os.listdir(tmp_path) == []


def test_bad_calls_are_refused_before_anything_is_written(tmp_path):
    drawn = cloud(5, "random")
    for name in ("map.jpg", "map", "map.png.txt"):
        with pytest.raises(BadOption, match=r"\.png, \.svg, \.pdf"):
            scatter(drawn, tmp_path / name)
    with pytest.raises(BadInput, match="three names or more"):
        scatter(Map(["a", "b"], np.eye(2), "PCA"), tmp_path / "map.png")
    with pytest.raises(BadInput, match="no folder"):
        scatter(drawn, tmp_path / "none" / "map.png")
    for size in ((1, 1), (100, 5), (float("nan"), 5), (5,), "big", ("a", "b"), 7):
        with pytest.raises(BadOption, match="inches"):
            scatter(drawn, tmp_path / "map.png", size=size)
    assert os.listdir(tmp_path) == []
    (tmp_path / "map.png").write_text("mine")
    with pytest.raises(OutputExists):
        scatter(drawn, tmp_path / "map.png")
    assert (tmp_path / "map.png").read_text() == "mine"
    scatter(drawn, tmp_path / "map.png", force=True)
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_from_a_space_to_a_picture(tmp_path):
    random = np.random.default_rng(0)
    space = Space([f"w{i}" for i in range(20)], random.normal(size=(20, 6)), columns={"label": list("abcd") * 5})
    picture = scatter(pca_map(space), tmp_path / "map.png", colours=space.columns["label"])
    assert "keeps" in picture.caption and "rustworthiness" in picture.caption
