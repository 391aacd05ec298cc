"""``vicinal benchmark``: every kind of index on one's own vectors."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli._files import check_output, open_space, reporting
from vicinal.cli._indexes import KINDS, KindName
from vicinal.cli._show import counted, heading, note, say, say_json
from vicinal.cli._verb import Verb, force_option, json_option, metric_option, options, space_argument
from vicinal.errors import BadOption

if TYPE_CHECKING:
    from vicinal.index import Benchmark

_ENDINGS = (".png", ".svg", ".pdf")
_WHAT = options(
    click.option("--kinds", metavar="A,B,C", help=f"Of {', '.join(KINDS)}.  [default: all]"),
    click.option("-k", "k", type=int, default=10, help="How many neighbours are sought."),
    click.option("--recall", type=float, default=0.95, help="At which the table compares, 0 to 1."),
    click.option("--queries", type=int, default=500, help="Names held out and asked for, at most a tenth of all."),
    click.option("--sample", type=int, metavar="N", help="Measure on N chance names only."),
    metric_option,
    click.option("--threads", type=int, default=1, help="To search with; 0 for one a processor."),
    click.option("--seed", type=int, default=0, help="Of all draws."),
)
_PICTURE = options(
    click.option("-o", "--output", type=click.Path(), help="Draw speed over recall: a .png, .svg or .pdf file."),
    click.option("--title", help="Above the picture."),
)


@click.command(
    cls=Verb,
    short_help="Compare all kinds of index on your own vectors.",
    examples=(
        "vicinal benchmark words.space",
        "vicinal benchmark words.space -o trade-off.svg --sample 50000",
        "vicinal benchmark words.space --kinds exact,tree-ah -k 100 --recall 0.99 --json",
    ),
)
@space_argument
@_WHAT
@_PICTURE
@force_option
@json_option
def command(space: str, as_json: bool, **how: Any) -> None:
    """Measure recall, queries a second, building time and bytes a vector of every kind of index, on names held out.

    The table has a line a kind, at its quickest setting of --recall or, where it never gets there, its most thorough
    one. Times are of this machine at this moment; --json has all settings.
    """
    kinds = _kinds(how["kinds"])
    _check(how)
    if how["output"]:
        if not how["output"].lower().endswith(_ENDINGS):
            raise BadOption(f"a picture's name must end in {', '.join(_ENDINGS)}; got {how['output']!r}")
        check_output(how["output"], how["force"])
    found = _measured(space, kinds, how)
    if as_json:
        say_json({"file": space, **found.record()})
    else:
        heading(f"{space}: {counted(found.n, 'name')} × {found.dim}, {found.metric}")
        say(f"recall of the {found.k} nearest, {counted(found.queries, 'query', 'queries')}, "
            f"{'one thread a processor' if not found.threads else counted(found.threads, 'thread')}")  # fmt: skip
        say()
        say(str(found))
    if how["output"] and found.curves:
        from vicinal.maps import trade_off

        drawn = trade_off(
            found.curves, how["output"], recall=how["recall"], title=how["title"] or f"{space}: speed over recall",
            force=how["force"],
        )  # fmt: skip
        note(f"wrote {how['output']} ({drawn.caption})")


def _kinds(text: str | None) -> list[str] | None:
    if text is None:
        return None
    kinds = [KindName().convert(name.strip(), None, None) for name in text.split(",") if name.strip()]
    if not kinds or "auto" in kinds:
        raise BadOption(f"--kinds takes names of {', '.join(KINDS)}, got {text!r}")
    return kinds


def _check(how: dict[str, Any]) -> None:
    if not 0 < how["recall"] <= 1:
        raise BadOption(f"--recall must be above 0 and at most 1, got {how['recall']:g}")
    for name, least in (("k", 1), ("queries", 1), ("sample", 20), ("threads", 0)):
        if how[name] is not None and how[name] < least:
            raise BadOption(f"{'-k' if name == 'k' else f'--{name}'} must be {least} or more, got {how[name]}")


def _measured(path: str, kinds: list[str] | None, how: dict[str, Any]) -> Benchmark:
    from vicinal.index import benchmark_kinds
    from vicinal.randomness import generator

    space = open_space(path)
    if how["sample"] and how["sample"] < len(space):
        rows = generator(how["seed"]).permutation(len(space))[: how["sample"]]
        rows.sort()
        space = space.take(rows)
    left = len(space) - max(1, min(how["queries"], len(space) // 10))
    if how["k"] > left:
        raise BadOption(f"-k is {how['k']:,} and {counted(left, 'name')} are left to search; ask for fewer")
    with reporting(sys.stderr.isatty()) as report:
        return benchmark_kinds(
            space, kinds, k=how["k"], recall=how["recall"], queries=how["queries"], metric=how["metric"],
            threads=how["threads"], seed=how["seed"], callback=report,
        )  # fmt: skip
