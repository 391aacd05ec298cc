"""``vicinal analogy``: A is to B as C is to …"""

from __future__ import annotations

import click

from vicinal.cli._files import open_space
from vicinal.cli._questions import check_k, say_matches
from vicinal.cli._verb import Verb, json_option, k_option, space_argument


@click.command(
    cls=Verb,
    short_help="Answer: A is to B as C is to which name?",
    examples=(
        "vicinal analogy words.space man king woman",
        "vicinal analogy words.space man king woman -k 3 --method multiply --json",
    ),
)
@space_argument
@click.argument("a")
@click.argument("b")
@click.argument("c")
@k_option
@click.option(
    "--method",
    type=click.Choice(["add", "multiply"]),
    default="add",
    help="b - a + c (3CosAdd), or the product of cosines (3CosMul).",
)
@json_option
@click.pass_context
def command(ctx: click.Context, *, space: str, a: str, b: str, c: str, k: int, method: str, as_json: bool) -> None:
    """Answer: A is to B as C is to which name? ("man king woman" asks: man is to king as woman is to …)."""
    opened = open_space(space)
    check_k(ctx, k, len(opened))
    say_matches(opened.analogy(a, b, c, k, method=method), as_json)
