"""``vicinal index``: make an index of a space, or change one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli._files import check_output, check_there, is_index, open_space, reporting
from vicinal.cli._indexes import KindName, Setting, open_an_index, read_vectors, settings_of
from vicinal.cli._show import counted, facts, heading, note, say, say_json
from vicinal.cli._types import WordList
from vicinal.cli._verb import Verb, force_option, json_option, metric_option, options
from vicinal.errors import BadInput, BadOption

if TYPE_CHECKING:
    from vicinal.index import Index

_MAKING = options(
    click.option("-o", "--output", type=click.Path(), metavar="FILE", help="[default: NAME.index beside NAME.space]"),
    click.option("--recall", type=float, default=0.95,
                 help="Share of the true nearest to be found, 0 to 1; 1 compares every row."),
    click.option("-k", "k", type=int, default=10, help="How many neighbours that is measured on."),
    click.option("--kind", type=KindName(), default="auto", help="How to search; auto takes what proves best."),
    click.option("--memory", metavar="SIZE", help="At most this besides the full vectors, such as 64MB."),
    click.option("--build-time", type=float, metavar="SECONDS", help="Take nothing that takes longer to build."),
    metric_option,
    click.option("--queries", type=click.Path(), metavar="FILE",
                 help="Real queries to tune on, .npy or a space.  [default: rows of the space itself]"),
    click.option("--option", "settings", type=Setting(), multiple=True, help="Of --kind; may be repeated."),
    click.option("--threads", type=int, default=0, help="0 for one a processor."),
    click.option("--seed", type=int, default=0, help="Of all draws."),
)  # fmt: skip
_CHANGING = options(
    click.option("--add", type=click.Path(), metavar="SPACE", help="Add the names of a space of the same origin."),
    click.option("--remove", type=WordList(), metavar="A,B,C|@FILE", help="Remove names."),
)
_ONLY_MAKING = ("output", "recall", "k", "kind", "memory", "build_time", "metric", "queries", "settings", "seed")


@click.command(
    cls=Verb,
    short_help="Make an index of a space, to search it fast.",
    examples=(
        "vicinal index words.space -o words.index --recall 0.95",
        "vicinal index words.space --memory 64MB --kind tree-ah --option leaves=1000",
        "vicinal index words.index --add new.space --remove 'old name'",
    ),
)
@click.argument("file", type=click.Path(), metavar="SPACE|INDEX")
@_MAKING
@_CHANGING
@force_option
@click.option("--quiet", is_flag=True, help="Report nothing but errors and the result.")
@json_option
@click.pass_context
def command(ctx: click.Context, *, file: str, as_json: bool, **how: Any) -> None:
    """Make an index that finds at least --recall of the true nearest names, measured on rows of your own.

    Kinds and settings are tried, and the quickest that keeps the recall, --memory and --build-time is taken. Of an
    index, --add and --remove change it in place; searches meanwhile see it as it was or as it will be.
    """
    if how["add"] or how["remove"]:
        _change(ctx, file, how, as_json)
        return
    if not 0 < how["recall"] <= 1:
        raise BadOption(f"--recall must be above 0 and at most 1, got {how['recall']:g}")
    if how["settings"] and how["kind"] == "auto":
        raise BadOption("--option is of one kind; name it with --kind")
    if is_index(check_there(file)):
        raise BadInput(f"{file} is an index already; --add and --remove change it, 'vicinal search' asks it")
    output = str(how["output"] or Path(file).with_suffix(".index"))
    check_output(output, how["force"])
    if Path(output).exists() and Path(output).samefile(file):
        raise BadInput(f"{output} is the space itself; give another output")
    index = _built(file, how)
    index.save(output, force=how["force"])
    _report(output, index, as_json, how["quiet"])


def _built(file: str, how: dict[str, Any]) -> Index:
    from vicinal.index import build_index

    space = open_space(file)
    queries = read_vectors(how["queries"]) if how["queries"] else None
    with reporting(sys.stderr.isatty() and not how["quiet"]) as report:
        return build_index(
            space, recall=how["recall"], k=how["k"], kind=how["kind"], memory=how["memory"],
            build_time=how["build_time"], metric=how["metric"], queries=queries, threads=how["threads"],
            seed=how["seed"], callback=report, **settings_of(how["settings"], "--option"),
        )  # fmt: skip


def _change(ctx: click.Context, file: str, how: dict[str, Any], as_json: bool) -> None:
    """Remove first, so that a name can be given a new vector in one go."""
    from vicinal.index.file import update

    for name in _ONLY_MAKING:
        if ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            option = {"k": "-k", "settings": "--option"}.get(name, f"--{name.replace('_', '-')}")
            raise BadOption(f"{option} is for making an index; --add and --remove change one as it is")
    open_an_index(file)  # says what is wrong with it before anything is locked
    added = open_space(how["add"]) if how["add"] else None
    with update(file) as index:
        if how["remove"]:
            index.remove(how["remove"])
        if added is not None:
            index.add(added)
    _report(file, index, as_json, how["quiet"])


def _report(path: str, index: Index, as_json: bool, quiet: bool) -> None:
    if as_json:
        say_json(index_record(path, index))
        return
    heading(f"{path}: {counted(len(index), 'name')} × {index.dim}")
    say(facts(index_facts(index)))
    if len(index.trials_) > 1 and not quiet:
        say()
        say(str(index.trials_))
    if float(index.recall_) < index.recall_.target:
        note(f"recall {index.recall_.target:g} was not reached; allow more --memory or --build-time, or --kind exact")


def index_facts(index: Index) -> list[tuple[str, str]]:
    """Say what an index is, as labels and values.

    Parameters
    ----------
    index : Index
    """
    from vicinal.memory import show_bytes

    recall = index.recall_
    measured = f"{recall} of the {recall.k} nearest, asked for {recall.target:g}"
    measured += f", on {counted(recall.queries, 'query', 'queries')}" if recall.queries else ""
    found = [("kind", index.kind), ("metric", index.metric)]
    found += [
        (label, _plain(value)) for label, value in (("options", index.options), ("setting", index.setting)) if value
    ]
    full = f"{show_bytes(index.nbytes)} besides the full vectors, {index.bytes_per_vector:.1f} bytes each"
    return [*found, ("recall", measured), ("memory", full), ("fingerprint", index.fingerprint)]


def index_record(path: str, index: Index) -> dict[str, Any]:
    """Say the same, and what was tried, as JSON values."""
    recall = index.recall_
    return {
        "file": path, "n": len(index), "dim": index.dim, "metric": index.metric, "kind": index.kind,
        "options": index.options, "setting": index.setting,
        "recall": {"value": float(recall), "low": recall.low, "high": recall.high, "k": recall.k,
                   "queries": recall.queries, "target": recall.target},
        "memory_bytes": int(index.nbytes), "bytes_per_vector": index.bytes_per_vector,
        "fingerprint": index.fingerprint, "tried": [trial.as_dict() for trial in index.trials_],
    }  # fmt: skip


def _plain(values: dict[str, Any]) -> str:
    return ", ".join(f"{key}\xa0{value}" for key, value in values.items())
