"""``vicinal train``: from text, a graph, a table or a space to a space."""

from __future__ import annotations

from typing import Any

import click
from click.core import ParameterSource

from vicinal.cli._show import command_line
from vicinal.cli._train_verb import TrainVerb, chosen_model
from vicinal.cli._types import Choice
from vicinal.cli._verb import force_option, options
from vicinal.cli.models import DEFAULT, MODELS

_OUTPUT = options(
    click.option("-o", "--output", required=True, type=click.Path(), metavar="OUT.space",
                 help="Where the space goes; other endings give other formats."),
    click.option("--model", type=Choice(MODELS), default=DEFAULT, metavar="MODEL", help="What to train."),
    click.option("--save-model", type=click.Path(), metavar="FOLDER",
                 help="Keep the whole model, to encode with or to train on."),
    force_option,
    click.option("--quiet", is_flag=True, help="Report nothing but errors."),
)  # fmt: skip


@click.command(
    cls=TrainVerb,
    short_help="Train vectors of words, documents, nodes or rows.",
    examples=[example for model in MODELS.values() for example in model.examples],
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUTS...")
@_OUTPUT
@click.pass_context
def command(ctx: click.Context, inputs: tuple[str, ...], **given: Any) -> None:
    """Train a model and write its vectors as a space.

    Each model has options of its own: vicinal train --model MODEL --help lists them, and says what INPUTS are. Without
    --model, word2vec learns from text.

    Ctrl-C ends training without harm: word2vec, fasttext and doc2vec save their state and say how to go on, the others
    write nothing.
    """
    from vicinal.cli._training import train
    from vicinal.cli._training_job import Job

    model = chosen_model(ctx)
    own = {option.name: _assembled(given.pop(option.name)) for option in model.options}
    chosen = [name for name in own if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT]
    words = ["train", *ctx.obj[ctx.obj.index("train") + 1 :]] if "train" in (ctx.obj or []) else ["train", *inputs]
    again = command_line(*words, *([] if given.get("resume") else ["--resume"]))
    shared = {name: given.pop(name) for name in ("output", "save_model", "force", "quiet")}
    given.pop("model")
    train(Job(inputs, model=model, again=again, reading=given, **shared), own, chosen)


def _assembled(value: Any) -> Any:
    """Make a dictionary of options that were given as NAME=WORD, several times."""
    pairs = isinstance(value, tuple) and all(isinstance(part, tuple) for part in value)
    return (dict(value) or None) if pairs else value
