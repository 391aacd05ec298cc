"""The group of all verbs: brings a verb in when it is called, and ends every failure in one clear line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

import click

from vicinal import __version__
from vicinal.cli import _failures
from vicinal.cli._verb import Verb, write_examples

VERBS = (
    "train", "encode", "info", "nearest", "analogy", "compare", "evaluate", "align", "index", "search", "benchmark",
    "compress", "map", "serve", "convert", "export", "demo", "completion",
)  # fmt: skip
_CLOSED_PIPE = 141  # what a shell reports for a program that died of a closed pipe
_STOPPED = 130  # the same for Ctrl-C


class App(click.Group):
    """A group whose verbs are modules of this folder, imported when first needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order in which one meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Verb | None:
        """Import the module of a verb and return its command."""
        if cmd_name not in VERBS:
            return None
        return import_module(f"vicinal.cli.{cmd_name}").command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb, or say which one may have been meant."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            raise click.UsageError(f"there is no verb {args[0]!r}{_failures.did_you_mean(args[0], VERBS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one example a verb."""
        verbs = [self.get_command(ctx, name) for name in VERBS]
        write_examples(formatter, [verb.examples[0] for verb in verbs if verb is not None])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; a closed pipe and Ctrl-C end it quietly."""
        ctx.color = False if os.environ.get("NO_COLOR") else None
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            _silence_output()
            raise click.exceptions.Exit(_CLOSED_PIPE) from None
        except KeyboardInterrupt:
            _failures.show("stopped")
            raise click.exceptions.Exit(_STOPPED) from None

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, *,
        standalone_mode: bool = True, **extra: Any,
    ) -> Any:  # fmt: skip
        """Run ``vicinal ARGS`` and exit: 0 when done, 2 for what the user can mend, 130 after Ctrl-C."""
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **extra)
        given = list(sys.argv[1:] if args is None else args)
        with _failing_clearly():
            code = super().main(given, prog_name, standalone_mode=False, obj=given, **extra)
        sys.exit(code if isinstance(code, int) else 0)


@contextmanager
def _failing_clearly() -> Iterator[None]:
    try:
        yield
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except Exception as error:
        if os.environ.get("VICINAL_DEBUG"):
            raise
        line, code = _failures.describe(error)
        _failures.show(line)
        try:
            sys.stdout.flush()
        except (OSError, ValueError):
            _silence_output()
        sys.exit(code)


def _silence_output() -> None:
    """Point standard output at nothing, so that what is still buffered does not fail when Python exits."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


app = App(
    "vicinal",
    help="From raw text to a vector space that one can question, measure and see.",
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": 100},
    no_args_is_help=True,
)
click.version_option(__version__, prog_name="vicinal", message="%(prog)s %(version)s")(app)


def main() -> None:
    """Run the command line; the entry point of ``vicinal`` and of ``python -m vicinal``."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a terminal that cannot show a letter shows its number instead of failing
            reconfigure(errors="backslashreplace")
    app.main()
