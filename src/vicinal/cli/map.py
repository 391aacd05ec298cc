"""``vicinal map``: a map of a space, as a file or a picture."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli import _failures
from vicinal.cli._files import check_output, check_there, end_line, open_space, reporting
from vicinal.cli._show import counted, note, say
from vicinal.cli._verb import Verb, force_option, metric_option, options, space_argument
from vicinal.errors import BadFormat, BadInput, BadOption

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vicinal.maps import Map
    from vicinal.progress import Reporter
    from vicinal.space import Space

_PICTURES = (".png", ".svg", ".pdf")
_FILES = (".map", ".tsv")
_PAGE = ".html"
_STOPPED = 130  # what a shell reports after Ctrl-C
_OWN = {"perplexity": "tsne", "n_neighbors": "umap", "min_dist": "umap"}
_CHOICE = options(
    click.option("--words", metavar="A,B,C", help="Names to show, with commas between."),
    click.option("--words-file", type=click.Path(), metavar="FILE", help="Names from a file, one a line; - is stdin."),
    click.option("--top", type=int, metavar="N",
                 help="The first N names.  [default: all; in a picture 100, in a heat map 40]"),
)  # fmt: skip
_METHOD = options(
    click.option("--method", type=click.Choice(["pca", "tsne", "umap"]), default="pca", help="How to draw the map."),
    click.option("--dim", type=click.Choice(["2", "3"]), default="2", help="Dimensions of the map."),
    click.option("--perplexity", type=float, help="Of t-SNE: neighbours to keep near, about.  [default: 30]"),
    click.option("--n-neighbors", type=int, metavar="N", help="Of UMAP: size of the surroundings.  [default: 15]"),
    click.option("--min-dist", type=float, help="Of UMAP: how near points may lie, 0 to 1.  [default: 0.1]"),
    metric_option,
    click.option("--seed", type=int, default=0, help="Of all draws."),
    click.option("--threads", type=int, default=0, help="0 for one a processor; 1 for a map that comes out the same."),
)
_OUTPUT = options(
    click.option("-o", "--output", default="map.png", type=click.Path(),
                 help="A .map or .tsv file, a .png, .svg or .pdf picture, or an .html page."),
    click.option("--heatmap", is_flag=True, help="Names × principal components instead of points."),
    click.option("--components", type=int, default=20, metavar="N", help="Columns of the heat map."),
    click.option("--title", help="Above the picture."),
    click.option("--checkpoint-every", type=float, default=5.0, metavar="SECONDS",
                 help="How often t-SNE and UMAP keep their state."),
    force_option,
    click.option("--quiet", is_flag=True, help="Report nothing but errors and the result."),
)  # fmt: skip


@click.command(
    cls=Verb,
    short_help="Draw a map of names, or a heat map.",
    examples=(
        "vicinal map words.space --words pink,blue,king,queen -o map.png",
        "vicinal map words.space --method umap -o words.map",
        "vicinal map words.space --method tsne --top 2000 -o top.svg",
        "vicinal map words.space -o map.html",
        "vicinal map words.space --words pink,blue,king,queen --heatmap -o heat.png",
    ),
)
@space_argument
@_CHOICE
@_METHOD
@_OUTPUT
def command(space: str, output: str, **how: Any) -> None:
    """Draw a map of names: by principal components, t-SNE or UMAP; or a heat map of names × components.

    A .map file keeps the places of all names, to be served or drawn; an .html page is the explorer as one file. The
    map's trustworthiness and continuity are printed. t-SNE and UMAP keep their state beside the output (in OUTPUT.part)
    while they run, so that the same command goes on where a stopped one was.
    """
    if sum(how[key] is not None for key in ("words", "words_file", "top")) > 1:
        raise BadOption("--words, --words-file and --top exclude each other")
    _check_options(output, how)
    check_output(output, how["force"])
    opened = open_space(space)
    names = _chosen(opened, output, how)
    if how["heatmap"]:
        from vicinal.maps import heatmap

        shown = _listed(opened, names)
        picture = heatmap(opened, shown, output, components=how["components"], title=how["title"], force=how["force"])
        say(picture.caption)
        note(f"wrote {output} ({counted(len(shown), 'name')})")
        return
    drawn = _drawn(opened, names, output, how)
    _write(opened, drawn, output, {**how, "space": Path(space).stem})


def _check_options(output: str, how: dict[str, Any]) -> None:
    endings = (*_PICTURES, *(() if how["heatmap"] else (*_FILES, _PAGE)))
    if not output.lower().endswith(endings):
        what = "a heat map's" if how["heatmap"] else "a map's"
        raise BadOption(f"{what} name must end in {', '.join(endings)}; got {output!r}")
    if how["heatmap"] and how["method"] != "pca":
        raise BadOption("a heat map shows principal components; leave --method away")
    for key, method in _OWN.items():
        if how[key] is not None and how["method"] != method:
            raise BadOption(f"--{key.replace('_', '-')} is an option of --method {method}")


def _drawn(space: Space, names: Iterable[str] | None, output: str, how: dict[str, Any]) -> Map:
    from vicinal import maps

    common = {"dim": int(how["dim"]), "names": names, "metric": how["metric"], "seed": how["seed"]}
    if how["method"] == "pca":
        return maps.pca_map(space, **common)
    own = {key: how[key] for key, method in _OWN.items() if how[key] is not None and method == how["method"]}
    draw = maps.tsne_map if how["method"] == "tsne" else maps.umap_map
    state = Path(f"{output}.part")
    if state.is_file() and not how["quiet"]:
        note(f"{state} is there: going on from it if it is of the same map")
    report: Reporter | None
    with reporting(not how["quiet"]) as report:
        try:
            own |= {"threads": how["threads"], "checkpoint_every": how["checkpoint_every"]}
            return draw(space, **common, **own, callback=report, checkpoint=state)
        except KeyboardInterrupt:
            end_line(report)
            _failures.show(
                f"stopped; the state is in {state}, and the same command goes on from there"
                if state.exists()
                else "stopped; nothing was written"
            )
            raise click.exceptions.Exit(_STOPPED) from None


def _write(space: Space, drawn: Map, output: str, how: dict[str, Any]) -> None:
    """Write the file that the ending asks for, and say what the map is worth."""
    ending, inside = Path(output).suffix.lower(), counted(len(drawn), "name")
    if ending in _PICTURES:
        from vicinal.maps import scatter

        say(scatter(drawn, output, title=how["title"], force=how["force"]).caption)
    else:
        if ending == _PAGE:
            from vicinal.serve.page import write_page

            own = {"title": how["title"] or how["space"], "force": how["force"]}
            with reporting(not how["quiet"]) as report:
                inside = write_page(space, drawn, output, callback=report, **own).summary()
        else:
            drawn.save(output, force=how["force"])
        say(f"{drawn.method}: " + ", ".join(f"{what} {figure}" for what, figure in drawn.summary()))
    note(f"wrote {output} ({inside})")


def _chosen(space: Space, output: str, how: dict[str, Any]) -> list[str] | None:
    """Return the names to show; None for all of them."""
    few = output.lower().endswith(_PICTURES)
    if how["words"] is not None:
        names = [word.strip() for word in how["words"].split(",")]
    elif how["words_file"] is not None:
        names = _lines(how["words_file"])
    else:
        top = how["top"] if how["top"] is not None else 40 if how["heatmap"] else 100 if few else len(space)
        if top < 3 and how["top"] is not None:
            raise BadOption(f"--top must be 3 or more, got {top}")
        return None if top >= len(space) else space.names[:top]
    names = list(dict.fromkeys(name for name in names if name))
    unknown = [name for name in names if name not in space]
    if len(unknown) == 1:
        space[unknown[0]]  # raises, with near spellings
    if unknown:
        shown = ", ".join(repr(name) for name in unknown[:10]) + (", …" if len(unknown) > 10 else "")
        raise BadInput(f"{len(unknown)} of {len(names)} names are not in this space: {shown}")
    return names


def _listed(space: Space, names: list[str] | None) -> list[str]:
    return list(space.names) if names is None else names


def _lines(path: str) -> list[str]:
    data = sys.stdin.buffer.read() if path == "-" else Path(check_there(path)).read_bytes()
    try:
        return [line.strip() for line in data.decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError as error:
        raise BadFormat(f"{path}: byte {error.start:,} is not UTF-8; convert the file") from None
