"""The command ``vicinal train``: its options depend on the model, so they are put together when it is called."""

from __future__ import annotations

from typing import Any

import click

from vicinal.cli._failures import did_you_mean
from vicinal.cli._verb import Verb, write_examples
from vicinal.cli.models import DEFAULT, INPUTS, MODELS, Model, Option

_CHOSEN, _NAMED = "vicinal.train.model", "vicinal.train.named"
RESUME = (
    Option("resume", bool, False, "Go on from the checkpoint of the same command, if there is one.", alone=True),
    Option("checkpoint_every", float, 60.0,
           "How often to save the state, beside the output in OUT.checkpoint; it goes when all is done.",
           metavar="SECONDS"),
)  # fmt: skip
START = Option("start", str, None, "Train a saved model on with this text.", flag="--from", metavar="FOLDER")


class TrainVerb(Verb):
    """`Verb` with the options of the model that ``--model`` names."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Find the model first; then parse, and say of an option that it lacks which models have it."""
        name = _named_model(args)
        if name is not None and name not in MODELS and not ctx.resilient_parsing:
            raise click.UsageError(f"there is no model {name!r}; {_listing()}{did_you_mean(name, MODELS)}", ctx)
        model = MODELS.get(name or DEFAULT, MODELS[DEFAULT])
        ctx.meta[_CHOSEN], ctx.meta[_NAMED] = model, name is not None
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise click.UsageError(_not_an_option(error.option_name, model)) from None

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return what all models share, the model's inputs and the model's own."""
        shared = super().get_params(ctx)
        return [*shared[:-1], *(option.as_click() for option in all_options(chosen_model(ctx))), shared[-1]]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what is trained, and from what."""
        if not ctx.meta.get(_NAMED):
            super().format_help_text(ctx, formatter)
            return
        model = chosen_model(ctx)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(f"Train {model.encoder}: {model.about}.")
            formatter.write_paragraph()
            formatter.write_text(INPUTS[model.inputs].about)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options of one model, or the models and what they share."""
        shared = super().get_params(ctx)
        if not ctx.meta.get(_NAMED):
            with formatter.section("Models"):
                formatter.write_dl([(model.name, model.about) for model in MODELS.values()])
            _write_options(ctx, formatter, "Options of all models", shared)
            return
        model = chosen_model(ctx)
        job = map(Option.as_click, _about_the_job(model))
        _write_options(ctx, formatter, "Options", [*shared[:-1], *job, shared[-1]])
        _write_options(ctx, formatter, f"Options of {model.name}", [option.as_click() for option in model.options])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples of the model, or one a model."""
        if ctx.meta.get(_NAMED):
            write_examples(formatter, chosen_model(ctx).examples)
            return
        write_examples(formatter, [model.examples[0] for model in MODELS.values()])


def chosen_model(ctx: click.Context) -> Model:
    """Return the model that a command line names."""
    return ctx.meta.get(_CHOSEN, MODELS[DEFAULT])


def all_options(model: Model) -> list[Option]:
    """List the options that this model has beside those of all models."""
    return [*_about_the_job(model), *model.options]


def _about_the_job(model: Model) -> list[Option]:
    found = list(INPUTS[model.inputs].options)
    if model.rows:
        choice = click.Choice(list(model.rows))
        found.append(Option("rows", choice, next(iter(model.rows)), "What the space holds."))
    found += [START] if model.continues else []
    return found + (list(RESUME) if model.resumes else [])


def _named_model(args: list[str]) -> str | None:
    """Find the last ``--model`` on a command line, spelled with - or _."""
    name = None
    for at, word in enumerate(args):
        if word == "--":
            break
        if word == "--model" and at + 1 < len(args):
            name = args[at + 1]
        elif word.startswith("--model="):
            name = word.partition("=")[2]
    return name if name is None else name.replace("-", "_")


def _not_an_option(flag: str, model: Model) -> str:
    """Say which models have an option that this one lacks, or which may have been meant."""
    own = {
        name for option in all_options(model) for name in [*option.as_click().opts, *option.as_click().secondary_opts]
    }
    having = [other.name for other in MODELS.values() if _has(other, flag)]
    if having:
        what = f"{flag} is not an option of {model.name}; {_joined(having)} {'has' if len(having) == 1 else 'have'} it"
    else:
        what = f"no such option {flag}{did_you_mean(flag, own | {'--output', '--model', '--force', '--quiet'})}"
    return f"{what} (see 'vicinal train --model {model.name} --help')"


def _has(model: Model, flag: str) -> bool:
    return any(flag in (*made.opts, *made.secondary_opts) for made in map(Option.as_click, all_options(model)))


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _listing() -> str:
    return f"there are {', '.join(MODELS)}"


def _write_options(ctx: click.Context, formatter: click.HelpFormatter, title: str, params: Any) -> None:
    options = [param for param in params if isinstance(param, click.Option)]
    records = [record for option in options if (record := option.get_help_record(ctx)) is not None]
    with formatter.section(title):
        formatter.write_dl(records)
