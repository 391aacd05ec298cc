"""``vicinal evaluate``: how good is a space?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli._files import check_there, open_space
from vicinal.cli._show import heading, say, say_json
from vicinal.cli._verb import Verb, json_option, options, space_argument
from vicinal.errors import BadOption

if TYPE_CHECKING:
    from vicinal.evaluate import Figure, Report

_TESTS = options(
    click.option("--similarity", multiple=True, type=click.Path(), metavar="FILE",
                 help="Word pairs with scores of people (TSV, CSV or spaces); may be repeated."),
    click.option("--analogies", type=click.Path(), metavar="FILE",
                 help="Questions as in questions-words.txt.  [default: the packaged set]"),
    click.option("--no-analogies", is_flag=True, help="Leave the analogies out."),
    click.option("--method", type=click.Choice(["add", "multiply", "both"]), default="add",
                 help="3CosAdd or 3CosMul, for analogies."),
    click.option("--restrict", type=int, default=30_000, metavar="N",
                 help="Take only the first N names as answers to analogies; 0 takes all."),
    click.option("--against", type=click.Path(), metavar="SPACE",
                 help="Another space: the share of nearest neighbours in common."),
)  # fmt: skip


@click.command(
    cls=Verb,
    short_help="Measure a space: analogies, word similarity, overlap.",
    examples=(
        "vicinal evaluate words.space",
        "vicinal evaluate words.space --similarity wordsim353.tsv --no-analogies",
        "vicinal evaluate words.space --against other.space --json",
    ),
)
@space_argument
@_TESTS
@json_option
def command(space: str, as_json: bool, **tests: Any) -> None:
    """Measure a space on word pairs and analogies, each figure with its 95 % interval and what was skipped.

    A question or pair with a word that the space does not hold is skipped, and counted as skipped.
    """
    if tests["no_analogies"] and tests["analogies"]:
        raise BadOption("--analogies and --no-analogies exclude each other")
    if tests["no_analogies"] and not tests["similarity"] and not tests["against"]:
        raise BadOption("nothing is left to measure: give --similarity FILE or --against SPACE, or drop --no-analogies")
    if tests["restrict"] < 0:
        raise BadOption(f"--restrict must be 0 (all names) or more, got {tests['restrict']}")
    report = _measure(space, tests)
    if as_json:
        say_json(json.loads(report.to_json()))
    else:
        say_report(report.title, report.figures)


def _measure(path: str, tests: dict[str, Any]) -> Report:
    from vicinal.evaluate import Report, evaluate, neighbor_overlap

    files = [check_there(file) for file in tests["similarity"]]
    questions: Any = check_there(tests["analogies"]) if tests["analogies"] else "builtin"
    space = open_space(path)
    report = evaluate(
        space,
        similarity=files,
        analogies=None if tests["no_analogies"] else questions,
        method=tests["method"],
        restrict=tests["restrict"] or None,
    )
    figures = list(report.figures)
    if tests["against"]:
        other = open_space(tests["against"])
        figures.append(neighbor_overlap(space, other))
    return Report(report.title, figures)


def say_report(title: str, figures: Sequence[Figure]) -> None:
    """Print figures, those of one measure together, so that a line fits a terminal of 80 columns."""
    from vicinal.matches import table

    heading(title)
    for measure in dict.fromkeys(figure.measure for figure in figures):
        part = [figure for figure in figures if figure.measure == measure]
        cells = [(figure.name.removeprefix("analogies: "), *figure.cells()[2:]) for figure in part]
        say()
        say(table((measure, "value", "95 % interval", "n", "skipped"), cells))
        notes = {figure.note: figure.name for figure in reversed(part) if figure.note and figure.n}
        for text in reversed(notes):
            say(text)
