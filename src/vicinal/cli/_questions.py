"""What the verbs that ask a space for names have in common."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from vicinal.cli._show import counted, say, say_json
from vicinal.errors import BadInput, BadOption

if TYPE_CHECKING:
    from vicinal.matches import Matches


def check_k(ctx: click.Context, k: int, n: int, what: str = "space") -> None:
    """Refuse a ``-k`` that was asked for and cannot be had; the default shows what there is."""
    if k < 1:
        raise BadOption(f"-k must be 1 or more, got {k}")
    if k > n and ctx.get_parameter_source("k") is not ParameterSource.DEFAULT:
        raise BadOption(f"-k is {k:,} and the {what} has {counted(n, 'name')}; ask for fewer")


def say_matches(found: Matches, as_json: bool) -> None:
    """Print what was found, as tables or as one JSON document."""
    if as_json:
        say_json(found.records())
    elif not any(found.names):
        raise BadInput("no name is left to be found: the filter or the query took them all")
    else:
        for at in range(len(found)):
            if at:
                say()
            one = slice(at, at + 1)
            say(
                str(
                    replace(
                        found,
                        queries=found.queries[one],
                        names=found.names[one],
                        rows=found.rows[one],
                        scores=found.scores[one],
                    )
                )
            )
