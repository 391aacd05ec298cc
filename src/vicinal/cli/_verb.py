"""What every verb is: a command with examples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click


class Verb(click.Command):
    """A click command whose help ends with real commands to try.

    Parameters
    ----------
    examples : iterable of str
        Command lines; the first is the one shown by ``vicinal --help``.
    """

    def __init__(self, *args: Any, examples: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        write_examples(formatter, self.examples)


def write_examples(formatter: click.HelpFormatter, examples: Iterable[str]) -> None:
    """Write a block of command lines, never wrapped, so that they can be copied."""
    with formatter.section("Examples"):
        for example in examples:
            formatter.write(f"{'':{formatter.current_indent}}{example}\n")


def options(*decorators: Any) -> Any:
    """Join several option decorators into one, in the order in which help shall list them."""

    def decorate(function: Any) -> Any:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


space_argument = click.argument("space", type=click.Path())
k_option = click.option("-k", "k", type=int, default=10, help="How many names to show.")
metric_option = click.option(
    "--metric", type=click.Choice(["cosine", "dot", "euclidean"]), help="Instead of the space's own."
)
filter_option = click.option(
    "--filter", "filters", multiple=True, metavar="CONDITION", help="Such as 'count > 100'; may be repeated."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
force_option = click.option("--force", is_flag=True, help="Replace the output if it is there.")
