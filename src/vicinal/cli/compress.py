"""``vicinal compress``: a space in fewer bytes, and what that costs."""

from __future__ import annotations

import sys
from typing import Any

import click

from vicinal.cli._files import check_output, check_there, open_space, reporting
from vicinal.cli._show import counted, facts, heading, note, say, say_json
from vicinal.cli._verb import Verb, force_option, json_option, options, space_argument
from vicinal.errors import BadOption

_HOW = options(
    click.option("--to", default="int8", type=click.Choice(["int8", "binary", "pq", "float16"]),
                 help="What is kept of a vector."),
    click.option("--dim", type=int, help="Keep so many dimensions first."),
    click.option("--reduce", default="auto", type=click.Choice(["auto", "truncate", "pca"]),
                 help="How --dim is reached: the first ones, principal axes, or what loses less."),
    click.option("--per", type=click.Choice(["row", "dim"]), help="int8: a scale a row (the default) or a dimension."),
    click.option("--rotate", is_flag=True, help="binary: turn the vectors at random first."),
    click.option("--subspaces", type=int, help="pq: codes a vector; one for 4 dimensions by default."),
    click.option("--bits", type=click.Choice(["4", "8"]), help="pq: bits a code; 8 by default."),
    click.option("-k", "k", type=int, default=10, help="Neighbours that should be found again."),
    click.option("--sample", type=int, default=1000, help="Names to measure on."),
    click.option("--seed", type=int, default=0, help="Seed of everything drawn at random."),
    click.option("--threads", type=int, default=0, help="Processors to use; 0 for all."),
)  # fmt: skip
_OPTIONS = {"int8": ("per",), "binary": ("rotate",), "pq": ("subspaces", "bits"), "float16": ()}


@click.command(
    cls=Verb,
    short_help="Keep a space in fewer bytes, and say what that loses.",
    examples=(
        "vicinal compress words.space -o small.space --to int8",
        "vicinal compress words.space -o tiny.space --to binary --dim 256",
        "vicinal compress words.space -o coded.space --to pq --subspaces 25 --json",
    ),
)
@space_argument
@click.option("-o", "--output", required=True, type=click.Path(), help="The .space file to write.")
@_HOW
@json_option
@force_option
def command(space: str, output: str, as_json: bool, force: bool, **how: Any) -> None:
    """Write SPACE with fewer bytes a vector: int8, a bit a number, product codes, or float16.

    Prints the bytes before and after, and which share of the nearest neighbours of a sample of names is still found: by
    the codes alone, and when a few times as many are looked up and scored again by the full vectors.
    """
    from vicinal.index.compression import compress

    if not output.lower().endswith(".space"):
        raise BadOption(f"only .space files keep compressed vectors, got {output!r}")
    check_there(space)
    check_output(output, force)
    chosen = _chosen(how)
    opened = open_space(space)
    with reporting(not as_json and sys.stderr.isatty()) as report:
        small = compress(opened, callback=report, **chosen)
    small.save(output, force=force)
    if as_json:
        say_json(_record(output, small))
        return
    heading(f"{output}: {counted(len(small.space), 'name')} × {small.space.dim} as {small.to}")
    say(facts(_facts(small)))
    note(f"wrote {output}")


def _chosen(how: dict[str, Any]) -> dict[str, Any]:
    """Pick the arguments of `compress` out of those of the command; an option of another form is refused."""
    to = how["to"]
    chosen = {key: how[key] for key in ("to", "dim", "reduce", "k", "sample", "seed", "threads")}
    for form, names in _OPTIONS.items():
        for name in names:
            if how[name] in (None, False):
                continue
            if form != to:
                raise BadOption(f"--{name} is for --to {form}, not {to}")
            chosen[name] = int(how[name]) if name == "bits" else how[name]
    return chosen


def _facts(small: Any) -> list[tuple[str, str]]:
    from vicinal.memory import show_bytes

    was, now = (show_bytes(count) for count in (small.bytes_before, small.bytes_after))
    found = [("bytes", f"{was} a vector before, {now} after: {small.bytes_before / small.bytes_after:.1f} times fewer")]
    for way, recall in small.reductions.items():
        taken = " (taken)" if way == small.reduced and len(small.reductions) > 1 else ""
        found.append((way, f"recall@{recall.k} {recall} with {small.space.dim} dimensions{taken}"))
    found += [
        (f"recall@{small.recall.k}", f"{small.recall} of the neighbours are found by the codes alone"),
        ("rescored", f"{small.rescored} are among {small.oversample} times as many, to be scored by the full vectors"),
        ("error", f"{small.error:.4f} of the sum of squares"),
        ("measured on", counted(small.recall.queries, "name")),
    ]
    return found


def _record(output: str, small: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "file": output,
        "n": len(small.space),
        "dim": small.space.dim,
        "to": small.to,
        "bytes_before": small.bytes_before,
        "bytes_after": small.bytes_after,
        "error": small.error,
        "reduced": small.reduced,
        "reductions": {way: asdict(recall) for way, recall in small.reductions.items()},
        "recall": asdict(small.recall),
        "oversample": small.oversample,
        "rescored": asdict(small.rescored),
    }
