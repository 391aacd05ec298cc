from __future__ import annotations

import os

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from vicinal.errors import BadInput, BadOption, OutputExists, UnknownName
from vicinal.maps import heatmap, seriate
from vicinal.maps._tiles import draw_tiles
from vicinal.maps.heatmap import tiles_of
from vicinal.space import Space

COLOURS = ["pink", "red", "blue", "green"]
ROYALTY = ["king", "prince", "queen"]
WORDS = [*COLOURS, *ROYALTY]


def planted(seed=0):
    """Dimension 0 carries colour, dimension 3 royalty, the others noise."""
    random = np.random.default_rng(seed)
    matrix = random.normal(0, 0.05, (120, 12))
    matrix[:4, 0] += 3
    matrix[4:7, 3] += 2
    return Space([*WORDS, *(f"w{i}" for i in range(113))], matrix)


def test_the_first_component_parts_colours_from_royalty():
    tiles = tiles_of(planted(), WORDS, None, 20, None)
    assert tiles.values.shape == (7, 6) and tiles.words == WORDS
    low, _, high = tiles.reading[0].partition("↔")
    ends = [{word.strip(" ,") for word in end.replace("(", " ").split()} for end in (low.partition(":")[2], high)]
    colours, royalty = ends if ends[0] & set(COLOURS) else ends[::-1]
    assert len(colours & set(COLOURS)) == 3 and royalty & set(WORDS) == set(ROYALTY)
    assert tiles.headings[0].startswith("1\n9") and tiles.headings[0].endswith(" %")


def test_raw_dimensions_are_the_stored_numbers():
    space = planted()
    tiles = tiles_of(space, WORDS, "raw", 5, None)
    np.testing.assert_allclose(tiles.values, space.matrix[:7, :5])
    assert tiles.headings == list("12345") and "5 of 12" in tiles.below
    assert tiles.reading[0].startswith("Dimension 1 ") and tiles.reading[1].startswith("Dimension 4 ")


def test_colours_are_centred_at_nothing_and_rows_follow_the_words():
    tiles = tiles_of(planted(), WORDS, None, 3, "Mine")
    figure = draw_tiles(tiles)
    axes = figure.axes[0]
    mesh = axes.collections[0]
    assert mesh.norm.vmin == -mesh.norm.vmax == -np.abs(tiles.values).max()
    assert [label.get_text() for label in axes.get_yticklabels()] == WORDS
    assert axes.yaxis_inverted() and any(text.get_text() == "Mine" for text in figure.texts)


def test_everything_lies_within_the_picture():
    for words in (WORDS, {"colours": COLOURS, "royalty": ROYALTY}, [f"w{i}" for i in range(100)]):
        for dims in (None, "raw"):
            figure = draw_tiles(tiles_of(planted(), words, dims, 20, None))
            box, inside = figure.get_tightbbox(figure.canvas.get_renderer()), figure.get_size_inches()
            assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= inside[0] and box.y1 <= inside[1]


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_groups_are_named_in_every_format(tmp_path, ending):
    groups = {"colours": COLOURS, "nothing": [], "royalty and all that goes with it": ROYALTY}
    picture = heatmap(planted(), groups, tmp_path / f"h{ending}")
    assert picture.labels == 7 and "↔" in picture.caption and picture.path.stat().st_size > 1000
    assert os.listdir(tmp_path) == [f"h{ending}"]


def test_words_that_do_not_differ_and_strange_words(tmp_path):
    same = Space(["a", "b", "$c$", "日本", "d\n" * 60], np.ones((5, 3)))
    assert heatmap(same, list(same.names), tmp_path / "a.png").caption == "These words do not differ."
    odd = Space(list(same.names), np.random.default_rng(0).normal(size=(5, 3)))
    heatmap(odd, list(odd.names), tmp_path / "b.png", title="$ " * 99)
    heatmap(Space(["a", "b", "c"], np.zeros((3, 1))), ["a", "b", "c"], tmp_path / "c.png", dims="raw", components=200)


def test_bad_calls_are_refused(tmp_path):
    space, path = planted(), tmp_path / "h.png"
    for words, message in (
        (["red", "blue"], "three names"),
        (["red", "blue", "red"], "more than once"),
        ({"a": ["red", "blue"], "b": ["red"]}, "more than once"),
        ({"a": "red"}, "one string"),
        ("red", "one string"),
        ([f"w{i}" for i in range(101)], "at most 100 words, got 101"),
    ):
        with pytest.raises(BadInput, match=message):
            heatmap(space, words, path)
    with pytest.raises(UnknownName, match="did you mean 'pink'"):
        heatmap(space, ["pinkk", "red", "blue"], path)
    with pytest.raises(BadOption, match="dims"):
        heatmap(space, WORDS, path, dims="pca")
    for components in (0, 201, True, 2.0):
        with pytest.raises(BadOption, match="components"):
            heatmap(space, WORDS, path, components=components)
    with pytest.raises(BadOption, match=r"\.png, \.svg, \.pdf"):
        heatmap(space, WORDS, tmp_path / "h.gif")
    path.write_text("mine")
    with pytest.raises(OutputExists):
        heatmap(space, WORDS, path)
    assert os.listdir(tmp_path) == ["h.png"]


def test_seriation_puts_alike_words_side_by_side():
    space = planted()
    mixed = ["king", "red", "queen", "pink", "prince", "blue", "green"]
    order = seriate(space, mixed)
    assert sorted(order) == sorted(mixed) and order == seriate(space, mixed[::-1])
    assert set(order[:4]) == set(COLOURS) or set(order[:3]) == set(ROYALTY)


def test_seriation_of_points_on_a_line_is_the_line():
    random = np.random.default_rng(1)
    at = random.permutation(40)
    space = Space([f"w{i:02d}" for i in at], at[:, None] * np.ones((1, 3)), metric="euclidean")
    assert seriate(space, list(space.names)) == [f"w{i:02d}" for i in range(40)]


def test_seriation_of_equal_or_too_few_words():
    same = Space(["a", "b", "c"], np.zeros((3, 2)))
    assert sorted(seriate(same, ["c", "a", "b"])) == ["a", "b", "c"]
    with pytest.raises(BadInput, match="three"):
        seriate(same, ["a", "b"])
    with pytest.raises(BadInput, match="one string"):
        seriate(same, "abc")
    with pytest.raises(UnknownName):
        seriate(same, ["a", "b", "x"])
