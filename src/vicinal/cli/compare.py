"""``vicinal compare``: all pairs, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vicinal.cli._files import open_space
from vicinal.cli._show import heading, say, say_json, width
from vicinal.cli._verb import Verb, json_option, space_argument
from vicinal.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEADINGS = {
    "cosine": "cosine (1: same direction)",
    "dot": "dot product",
    "euclidean": "euclidean distance (0: same place)",
}


@click.command(
    cls=Verb,
    short_help="Compare all pairs of some names, as a table.",
    examples=(
        "vicinal compare words.space pink red blue king prince",
        'vicinal compare words.space queen king "king - man + woman" --metric cosine',
    ),
)
@space_argument
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--metric", type=click.Choice([*_HEADINGS, "all"]), default="all", help="One of them, or a table for each."
)
@json_option
def command(space: str, words: tuple[str, ...], metric: str, as_json: bool) -> None:
    """Compare all pairs of WORDS, which may be names or sums such as "king - man + woman"."""
    opened = open_space(space)
    if len(words) < 2:
        raise BadInput(f"comparing takes two names or more, got only {words[0]!r}")
    metrics = list(_HEADINGS) if metric == "all" else [metric]
    scores = {name: opened.similarities(words, metric=name) * (-1 if name == "euclidean" else 1) for name in metrics}
    if as_json:
        tables = {name: [[round(float(x), 6) + 0.0 for x in row] for row in pairs] for name, pairs in scores.items()}
        if "euclidean" in tables:
            tables["euclidean_distance"] = tables.pop("euclidean")
        say_json({"names": list(words), **tables})
        return
    for at, (name, pairs) in enumerate(scores.items()):
        if at:
            say()
        heading(_HEADINGS[name])
        say(_square(words, pairs))


def _square(words: tuple[str, ...], pairs: NDArray) -> str:
    """Lay out an (m, m) table, in several parts where it is wider than the terminal."""
    from vicinal.matches import table

    cells = [[f"{x + 0.0:.4f}" for x in row] for row in pairs.round(4).tolist()]
    first = max(map(len, words))
    widths = [max(len(word), *(len(row[i]) for row in cells)) + 2 for i, word in enumerate(words)]
    parts, start = [], 0
    while start < len(words):
        stop, used = start + 1, first + widths[start]
        while stop < len(words) and used + widths[stop] <= width():
            used += widths[stop]
            stop += 1
        rows = [[word, *row[start:stop]] for word, row in zip(words, cells, strict=True)]
        parts.append(table(["", *words[start:stop]], rows))
        start = stop
    return "\n\n".join(parts)
