"""``vicinal align``: lay one space onto another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli._files import check_output, check_space_output, check_there, open_space
from vicinal.cli._show import counted, note, say_json
from vicinal.cli._types import Choice
from vicinal.cli._verb import Verb, force_option, json_option, options
from vicinal.errors import BadInput, BadOption

if TYPE_CHECKING:
    from vicinal.evaluate import Figure
    from vicinal.space import Space

_METRICS = {"cosine": "nearest", "csls": "csls"}
_OUTPUT = options(
    click.option("-o", "--output", required=True, type=click.Path(), metavar="C.space",
                 help="Where A goes, in the coordinates of B; other endings give other formats."),
    click.option("--save-model", type=click.Path(), metavar="FOLDER", help="Keep the map, to encode with."),
    force_option,
    click.option("--quiet", is_flag=True, help="Report nothing but errors and figures."),
    json_option,
)  # fmt: skip
_PAIRS = options(
    click.option("--pairs", type=click.Path(), metavar="FILE",
                 help="Dictionary to learn from: a name of A and one of B a line, parted by a tab or blanks.  "
                      "[default: the names that both hold]"),
    click.option("--test-pairs", type=click.Path(), metavar="FILE", help="Another dictionary to measure on."),
    click.option("--hold-out", type=float, metavar="SHARE",
                 help="Or measure on this share of the names of --pairs, and learn from the rest."),
    click.option("--metric", type=Choice(["cosine", "csls", "both"]), default="both",
                 help="How translations are found when measured."),
)  # fmt: skip
_HOW = options(
    click.option("--method", type=Choice(["procrustes", "refined"]), default="procrustes",
                 help="One orthogonal map, or one whose dictionary is then replaced by its best guesses."),
    click.option("--unit/--no-unit", default=True, help="Learn from vectors of length 1."),
    click.option("--center/--no-center", default=False, help="Allow a shift besides the turn."),
    click.option("--min-pairs", type=int, help="Refuse fewer known pairs.  [default: the dimensions]"),
    click.option("--rounds", type=int, default=5, help="Of --method refined, at most."),
    click.option("--most-frequent", type=int, default=10_000, help="First names of each space that refining uses."),
    click.option("--neighbors", type=int, default=10, help="How many make the neighbourhood of CSLS."),
    click.option("--seed", type=int, default=1, help="Of --hold-out."),
)  # fmt: skip


@click.command(
    cls=Verb,
    short_help="Lay one space onto another, by a dictionary.",
    examples=(
        "vicinal align french.space english.space --pairs fr-en.tsv -o french-in-english.space",
        "vicinal align fr.space en.space --pairs fr-en.txt --hold-out 0.2 --method refined -o fr-en.space",
        "vicinal align old.space new.space -o old-in-new.space",
    ),
)
@click.argument("a", type=click.Path(), metavar="A.space")
@click.argument("b", type=click.Path(), metavar="B.space")
@_OUTPUT
@_PAIRS
@_HOW
def command(a: str, b: str, output: str, **how: Any) -> None:
    """Turn space A onto space B: C holds the names of A in the coordinates of B.

    B stays as it is, and C may be searched and mixed with it. The dictionary maps names of A to names of B. With
    --test-pairs or --hold-out, how often a name's translation is the nearest (P@1) or among the five nearest (P@5) is
    measured on pairs that the map was not learned from.
    """
    check_space_output(output, how["force"])
    if how["save_model"]:
        check_output(how["save_model"], how["force"], folder=True)
    for name in (a, b):
        if Path(output).exists() and Path(name).exists() and Path(output).samefile(name):
            raise BadInput(f"{output} is one of the inputs; give another output")
    learned, tested = _dictionaries(how)
    source, target = open_space(a), open_space(b)
    if how["hold_out"] is not None and learned is None:
        learned, tested = _split([(name, name) for name in source.names if name in target], how)
    model = _encoder(how).fit(source, target, learned)
    aligned = model.transform(source)
    figures = _measured(aligned, target, tested, how)
    aligned.save(output, force=how["force"])
    if how["save_model"]:
        model.save(how["save_model"], force=how["force"])
    _report(model, figures, (a, b, output, len(aligned), aligned.dim), how)


def _dictionaries(how: dict[str, Any]) -> tuple[list | None, list | None]:
    """Read the pairs to learn from and to measure on, before the spaces are opened."""
    from vicinal.align import read_dictionary

    if how["hold_out"] is not None and how["test_pairs"]:
        raise BadOption("--hold-out and --test-pairs exclude each other")
    if how["hold_out"] is not None and not 0 < how["hold_out"] < 1:
        raise BadOption(f"--hold-out must be above 0 and below 1, got {how['hold_out']:g}")
    if not how["neighbors"] > 0:
        raise BadOption(f"--neighbors must be 1 or more, got {how['neighbors']}")
    learned = read_dictionary(check_there(how["pairs"])) if how["pairs"] else None
    if how["hold_out"] is not None and learned is not None:
        return _split(learned, how)
    return learned, read_dictionary(check_there(how["test_pairs"])) if how["test_pairs"] else None


def _split(pairs: list, how: dict[str, Any]) -> tuple[list, list]:
    from vicinal.align import split_pairs

    return split_pairs(pairs, how["hold_out"], seed=how["seed"])


def _encoder(how: dict[str, Any]) -> Any:
    from vicinal.align import Procrustes, ProcrustesRefined

    plain = {name: how[name] for name in ("unit", "center", "min_pairs")}
    if how["method"] == "procrustes":
        return Procrustes(**plain)
    return ProcrustesRefined(**plain, **{name: how[name] for name in ("rounds", "most_frequent", "neighbors")})


def _measured(aligned: Space, target: Space, pairs: list | None, how: dict[str, Any]) -> list[Figure]:
    if pairs is None:
        return []
    from vicinal.evaluate import translation_precision

    metrics = list(_METRICS) if how["metric"] == "both" else [how["metric"]]
    return [
        figure
        for metric in metrics
        for figure in translation_precision(
            aligned, target, pairs, method=_METRICS[metric], neighbors=how["neighbors"]
        )
    ]  # fmt: skip


def _report(model: Any, figures: list[Figure], made: tuple[str, str, str, int, int], how: dict[str, Any]) -> None:
    from vicinal.cli.evaluate import say_report

    a, b, output, rows, dim = made
    if how["as_json"]:
        seed = {"pairs": model.seed_.pairs, "known": model.seed_.known, "unknown_share": model.seed_.unknown_share}
        say_json({"output": output, "rows": rows, "dim": dim, "dictionary": seed,
                  "figures": [figure.record() for figure in figures]})  # fmt: skip
    elif figures:
        where = f"{how['hold_out']:g} of the dictionary, held out" if how["hold_out"] else how["test_pairs"]
        say_report(f"Translation from {a} to {b}, on {where}", figures)
    if how["quiet"]:
        return
    note(f"dictionary: {model.seed_}")
    for at, state in enumerate(getattr(model, "history_", ())):
        note(f"round {at}: {counted(state.pairs, 'pair')}, mean similarity {state.similarity:.4f}")
    note(f"wrote {output}: {counted(rows, 'name')} of {a} in the coordinates of {b}, which stays as it is")
    if how["save_model"]:
        note(f"wrote {how['save_model']}: the map, for spaces of the model of {a}")
