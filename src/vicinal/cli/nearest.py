"""``vicinal nearest``: who is near."""

from __future__ import annotations

import click

from vicinal.cli._files import open_space
from vicinal.cli._filters import rows_where
from vicinal.cli._questions import check_k, say_matches
from vicinal.cli._verb import Verb, json_option, k_option, metric_option, space_argument


@click.command(
    cls=Verb,
    short_help="Find the nearest names of a name or sum.",
    examples=(
        "vicinal nearest words.space king -k 5",
        'vicinal nearest words.space "king - man + woman"',
        'vicinal nearest words.space king queen --filter "count > 100"',
        "vicinal nearest words.space king --metric euclidean --json",
    ),
)
@space_argument
@click.argument("queries", nargs=-1, required=True, metavar="QUERY...")
@k_option
@metric_option
@click.option("--filter", "filters", multiple=True, metavar="CONDITION", help="Such as 'count > 100'; may be repeated.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    space: str,
    queries: tuple[str, ...],
    k: int,
    metric: str | None,
    filters: tuple[str, ...],
    as_json: bool,
) -> None:
    """Find the nearest names of every QUERY: a name, or a sum such as "king - man + woman".

    In a sum the operators stand between spaces. The names of the query itself are left out of the answer.
    """
    opened = open_space(space)
    check_k(ctx, k, len(opened))
    found = opened.nearest(list(queries), k, metric=metric, filter=rows_where(opened, filters))
    say_matches(found, as_json)
