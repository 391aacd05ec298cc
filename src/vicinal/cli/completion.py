"""``vicinal completion``: the script that makes a shell complete verbs, options and files."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from vicinal.cli._verb import Verb

_HOW = {
    "bash": 'eval "$(vicinal completion bash)"    in ~/.bashrc',
    "zsh": 'eval "$(vicinal completion zsh)"    in ~/.zshrc',
    "fish": "vicinal completion fish | source    in ~/.config/fish/config.fish",
}


@click.command(
    cls=Verb,
    short_help="Print a script for completion in your shell.",
    examples=('eval "$(vicinal completion bash)"', "vicinal completion fish | source"),
)
@click.argument("shell", type=click.Choice(list(_HOW)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that makes a shell complete verbs, options and file names.

    Put the command of the examples into the file that your shell reads at its start.
    """
    found = get_completion_class(shell)
    assert found is not None
    root = ctx.find_root()
    script = found(root.command, {}, "vicinal", "_VICINAL_COMPLETE").source()
    click.echo(f"# {_HOW[shell]}\n{script}")
