"""``vicinal nearest``: who is near."""

from __future__ import annotations

import click

from vicinal.cli._files import open_space
from vicinal.cli._indexes import index_beside
from vicinal.cli._questions import check_k, say_matches
from vicinal.cli._verb import Verb, filter_option, json_option, k_option, metric_option, space_argument
from vicinal.conditions import rows_where


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
@filter_option
@click.option("--exact", is_flag=True, help="Compare every row, even where NAME.index lies beside NAME.space.")
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
    exact: bool,
    as_json: bool,
) -> None:
    """Find the nearest names of every QUERY: a name, or a sum such as "king - man + woman".

    In a sum the operators stand between spaces. The names of the query itself are left out of the answer. Where
    NAME.index lies beside NAME.space and is of the same vectors, it is used, and a line on standard error says so.
    """
    opened = open_space(space)
    check_k(ctx, k, len(opened))
    chosen = rows_where(opened, filters)
    index = None if exact else index_beside(space, opened, k, metric)
    if index is not None:
        found = index.search(list(queries), k, filter=chosen)
    else:
        found = opened.nearest(list(queries), k, metric=metric, filter=chosen)
    say_matches(found, as_json)
