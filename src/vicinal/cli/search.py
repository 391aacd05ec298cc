"""``vicinal search``: ask an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli._failures import did_you_mean
from vicinal.cli._indexes import Setting, open_an_index, read_names, read_vectors, settings_of
from vicinal.cli._questions import check_k, say_matches
from vicinal.cli._verb import Verb, filter_option, json_option, k_option, options
from vicinal.conditions import rows_where
from vicinal.errors import BadOption

if TYPE_CHECKING:
    from vicinal.index import Index

_QUERIES = options(
    click.option("--vectors", type=click.Path(), metavar="FILE", help="Queries as rows of .npy, or of a space."),
    click.option("--names", type=click.Path(), metavar="FILE", help="Names or sums from a file, one a line."),
)
_HOW = options(
    click.option("--setting", "settings", type=Setting(), multiple=True,
                 help="Instead of what was found best, such as leaves=60; may be repeated."),
    click.option("--threads", type=int, default=0, help="0 for one a processor."),
)  # fmt: skip


@click.command(
    cls=Verb,
    short_help="Find the nearest names by an index.",
    examples=(
        'vicinal search words.index "king - man + woman" -k 10',
        'vicinal search words.index king queen --filter "count > 100"',
        "vicinal search words.index --vectors queries.npy --json",
        "vicinal search words.index --names names.txt -k 3",
    ),
)
@click.argument("index", type=click.Path())
@click.argument("queries", nargs=-1, metavar="[QUERY...]")
@_QUERIES
@k_option
@filter_option
@_HOW
@json_option
@click.pass_context
def command(ctx: click.Context, *, index: str, queries: tuple[str, ...], as_json: bool, **how: Any) -> None:
    """Find the nearest names of every QUERY: a name, or a sum such as "king - man + woman".

    Vectors of a space must be of the index's own origin; those of a .npy file are taken as they are.
    """
    if sum((bool(queries), how["vectors"] is not None, how["names"] is not None)) != 1:
        raise BadOption("give names or sums to look for, or --vectors FILE, or --names FILE")
    opened = open_an_index(index)
    check_k(ctx, how["k"], len(opened), "index")
    asked = _asked(queries, how)
    found = opened.search(
        asked, how["k"], filter=rows_where(opened, how["filters"], "index"), threads=how["threads"],
        setting=_setting(opened, how["settings"]),
    )  # fmt: skip
    say_matches(found, as_json)


def _setting(index: Index, pairs: Sequence[tuple[str, Any]]) -> dict[str, Any] | None:
    found = settings_of(pairs, "--setting")
    for name in found:
        if name not in index.setting:
            known = f"settings: {', '.join(index.setting)}" if index.setting else "it has none"
            raise BadOption(
                f"the kind {index.kind} has no setting {name!r} ({known}){did_you_mean(name, index.setting)}"
            )
    return found or None


def _asked(queries: tuple[str, ...], how: dict[str, Any]) -> Any:
    if how["vectors"] is not None:
        return read_vectors(how["vectors"])
    return read_names(how["names"]) if how["names"] is not None else list(queries)
