"""Writes ``docs/reference/cli.md`` from the commands themselves: ``python -m vicinal.cli.reference``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from vicinal.cli import app
from vicinal.cli._app import VERBS
from vicinal.cli._train_verb import TrainVerb, all_options
from vicinal.cli._verb import Verb
from vicinal.cli.models import INPUTS, MODELS, Model

_HEAD = """# Command line

Written by `python -m vicinal.cli.reference`; a test keeps it equal to the commands.

Results go to standard output, progress and remarks to standard error. Exit codes: 0 done; 2 something a user can mend,
said in one line; 70 a mistake of Vicinal's own; 130 stopped by Ctrl-C; 141 the reader of a pipe went away.
`NO_COLOR=1` turns colours off, `VICINAL_DEBUG=1` shows where an error arose.
"""


def reference() -> str:
    """Write the whole page.

    Returns
    -------
    str
        Markdown.
    """
    context = click.Context(app, info_name="vicinal")
    verbs = [(name, app.get_command(context, name)) for name in VERBS]
    return "\n".join([_HEAD, *(_section(name, verb) for name, verb in verbs if verb is not None)])


def _section(name: str, verb: Verb) -> str:
    arguments = [p for p in verb.params if isinstance(p, click.Argument)]
    flags = [p for p in verb.params if isinstance(p, click.Option)]
    usage = " ".join(["vicinal", name, *(["[OPTIONS]"] if flags else []), *map(_argument, arguments)])
    parts = [f"## vicinal {name}", f"```\n{usage}\n```", "\n\n".join(_paragraphs(verb.help or ""))]
    if flags:
        parts.append(_options(flags))
    if isinstance(verb, TrainVerb):
        parts += [part for model in MODELS.values() for part in _model(model)]
    else:
        parts.append(_examples(verb.examples))
    return "\n\n".join(parts) + "\n"


def _model(model: Model) -> list[str]:
    title = f"### vicinal train --model {model.name}"
    about = f"{model.encoder}: {model.about}. {INPUTS[model.inputs].about}"
    return [title, about, _options([option.as_click() for option in all_options(model)]), _examples(model.examples)]


def _options(flags: Sequence[click.Option]) -> str:
    rows = [f"| {_flag(option)} | {_default(option)} | {_about(option)} |" for option in flags]
    return "\n".join(["| option | default | |", "|---|---|---|", *rows])


def _examples(lines: Sequence[str]) -> str:
    return "```sh\n" + "\n".join(lines) + "\n```"


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n")]


def _argument(argument: click.Argument) -> str:
    name = argument.metavar or (argument.name or "").upper() + ("..." if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _flag(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    names += "".join(f" / `{name}`" for name in option.secondary_opts)
    if option.is_flag:
        return names
    kind: Any = option.type
    value = option.metavar or ("|".join(kind.choices) if isinstance(kind, click.Choice) else kind.name.upper())
    return f"{names} {value}".replace("|", "\\|")


def _default(option: click.Option) -> str:
    if option.required:
        return "required"
    value = option.default
    if isinstance(value, bool):
        return ("on" if value else "off") if option.secondary_opts else ""
    return (
        f"{value:g}"
        if isinstance(value, float)
        else value
        if isinstance(value, str)
        else str(value) * isinstance(value, int)
    )


def _about(option: click.Option) -> str:
    return (option.help or "").replace("  [default:", " [default:").replace("|", "\\|")


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference/cli.md")
    target.write_text(reference(), encoding="utf-8")
    print(f"wrote {target}")
