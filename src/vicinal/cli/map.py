"""``vicinal map``: a picture of a space."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli._files import check_output, check_there, open_space
from vicinal.cli._show import counted, note, say
from vicinal.cli._verb import Verb, force_option, options, space_argument
from vicinal.errors import BadFormat, BadInput, BadOption

if TYPE_CHECKING:
    from vicinal.maps import Picture
    from vicinal.space import Space

_ENDINGS = (".png", ".svg", ".pdf")
_CHOICE = options(
    click.option("--words", metavar="A,B,C", help="Names to show, with commas between."),
    click.option("--words-file", type=click.Path(), metavar="FILE", help="Names from a file, one a line; - is stdin."),
    click.option("--top", type=int, metavar="N", help="The first N names.  [default: 100; in a heat map 40]"),
)  # fmt: skip
_PICTURE = options(
    click.option("-o", "--output", default="map.png", type=click.Path(), help="A .png, .svg or .pdf file."),
    click.option("--heatmap", is_flag=True, help="Names × principal components instead of points."),
    click.option("--components", type=int, default=20, metavar="N", help="Columns of the heat map."),
    click.option("--title", help="Above the picture."),
)


@click.command(
    cls=Verb,
    short_help="Draw names as points, or as a heat map.",
    examples=(
        "vicinal map words.space --words pink,blue,king,queen -o map.png",
        "vicinal map words.space --top 200 -o top.svg",
        "vicinal map words.space --words pink,blue,king,queen --heatmap -o heat.png",
    ),
)
@space_argument
@_CHOICE
@_PICTURE
@force_option
def command(space: str, output: str, force: bool, **how: Any) -> None:
    """Draw names as points on their two principal components, or as a heat map of names × components."""
    if sum(how[key] is not None for key in ("words", "words_file", "top")) > 1:
        raise BadOption("--words, --words-file and --top exclude each other")
    if not output.lower().endswith(_ENDINGS):
        raise BadOption(f"a picture's name must end in {', '.join(_ENDINGS)}; got {output!r}")
    check_output(output, force)
    opened = open_space(space)
    names = _chosen(opened, how)
    picture = _draw(opened, names, output, force, how)
    say(picture.caption)
    note(f"wrote {output} ({counted(len(names), 'name')})")


def _draw(space: Space, names: list[str], output: str, force: bool, how: dict[str, Any]) -> Picture:
    from vicinal import maps

    if how["heatmap"]:
        return maps.heatmap(space, names, output, components=how["components"], title=how["title"], force=force)
    return maps.scatter(maps.pca_map(space, names=names), output, title=how["title"], force=force)


def _chosen(space: Space, how: dict[str, Any]) -> list[str]:
    if how["words"] is not None:
        names = [word.strip() for word in how["words"].split(",")]
    elif how["words_file"] is not None:
        names = _lines(how["words_file"])
    else:
        top = how["top"] if how["top"] is not None else 40 if how["heatmap"] else 100
        if top < 3:
            raise BadOption(f"--top must be 3 or more, got {top}")
        names = space.names[: min(top, len(space))]
    names = list(dict.fromkeys(name for name in names if name))
    unknown = [name for name in names if name not in space]
    if len(unknown) == 1:
        space[unknown[0]]  # raises, with near spellings
    if unknown:
        shown = ", ".join(repr(name) for name in unknown[:10]) + (", …" if len(unknown) > 10 else "")
        raise BadInput(f"{len(unknown)} of {len(names)} names are not in this space: {shown}")
    return names


def _lines(path: str) -> list[str]:
    data = sys.stdin.buffer.read() if path == "-" else Path(check_there(path)).read_bytes()
    try:
        return [line.strip() for line in data.decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError as error:
        raise BadFormat(f"{path}: byte {error.start:,} is not UTF-8; convert the file") from None
