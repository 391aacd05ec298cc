"""``vicinal train``: from text to a space."""

from __future__ import annotations

from typing import Any

import click
from click.core import ParameterSource

from vicinal.cli._show import command_line
from vicinal.cli._verb import Verb, force_option, options
from vicinal.cli._word2vec_options import WORD2VEC, model_options

_TEXT = options(
    click.option("--field", metavar="NAME", help="Field of a JSON Lines record that holds the text.  [default: text]"),
    click.option("--errors", type=click.Choice(["strict", "replace"]), default="strict",
                 help="Bytes that are not UTF-8: stop and say where, or read on."),
)  # fmt: skip
_OUTPUT = options(
    click.option("-o", "--output", required=True, type=click.Path(), metavar="OUT.space",
                 help="Where the space goes; other endings give other formats."),
    click.option("--save-model", type=click.Path(), metavar="FOLDER", help="Keep the whole model, to train on later."),
    click.option("--from", "start", type=click.Path(), metavar="FOLDER", help="Train a saved model on with this text."),
    force_option,
    click.option("--quiet", is_flag=True, help="Report nothing but errors."),
)  # fmt: skip
_CHECKPOINT = options(
    click.option("--resume", is_flag=True, help="Go on from the checkpoint of the same command, if there is one."),
    click.option("--checkpoint-every", type=float, default=60.0, metavar="SECONDS",
                 help="How often to save the state, beside the output in OUT.checkpoint; it goes when all is done."),
)  # fmt: skip
_MODEL = click.option("--model", type=click.Choice(["word2vec"]), default="word2vec", help="What to train.")


@click.command(
    cls=Verb,
    short_help="Train word vectors from text.",
    examples=(
        "vicinal train corpus.txt -o words.space",
        "vicinal train 'books/*.txt.gz' notes.jsonl --field body -o words.space --dim 200 --epochs 10",
        "cat corpus.txt | vicinal train - -o words.space --threads 1",
        "vicinal train corpus.txt -o words.space --resume",
        "vicinal train corpus.txt -o words.space --save-model words.model",
        "vicinal train more.txt --from words.model -o more.space",
    ),
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUTS...")
@_OUTPUT
@_TEXT
@_CHECKPOINT
@_MODEL
@model_options
@click.pass_context
def command(ctx: click.Context, inputs: tuple[str, ...], **given: Any) -> None:
    """Train word vectors from text and write them as a space.

    INPUTS are files, patterns such as 'books/*.txt', or - for standard input. Files may be packed (.gz .xz .bz2 .zst);
    .jsonl and .ndjson are read as JSON Lines. A line is a sentence, which windows do not cross.

    Ctrl-C saves the state and says how to go on; after any other end the same command goes on with --resume.
    """
    from vicinal.cli._training import train
    from vicinal.cli._training_job import Job

    model = {option.name: given.pop(option.name) for option in WORD2VEC}
    given.pop("model")
    chosen = [name for name in model if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT]
    words = ["train", *ctx.obj[ctx.obj.index("train") + 1 :]] if "train" in (ctx.obj or []) else ["train", *inputs]
    again = command_line(*words, *([] if given["resume"] else ["--resume"]))
    train(Job(inputs, again=again, **given), model, chosen)
