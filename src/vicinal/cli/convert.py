"""``vicinal convert``: any format to any format."""

from __future__ import annotations

import sys
from typing import Any

import click

from vicinal.cli._files import check_space_output, check_there, reporting
from vicinal.cli._show import counted, note
from vicinal.cli._verb import Verb, force_option, options

_NAMES = (
    "space", "safetensors", "npz", "npy", "parquet", "hdf5", "word2vec", "word2vec-binary", "projector", "glove",
)  # fmt: skip
_HOW = options(
    click.option("--from", "source_format", type=click.Choice(_NAMES), metavar="FORMAT",
                 help="Format of SOURCE, if guessed wrongly."),
    click.option("--to", "target_format", type=click.Choice(_NAMES), metavar="FORMAT",
                 help="Format of TARGET, if not by its ending."),
    click.option("--skip-bad", is_flag=True, help="Leave bad lines out and count them; else the first one stops."),
    click.option("--quiet", is_flag=True, help="Report nothing but errors."),
)  # fmt: skip


@click.command(
    cls=Verb,
    short_help="Turn a file of vectors into another format.",
    examples=(
        "vicinal convert GoogleNews-vectors.bin words.space",
        "vicinal convert glove.6B.50d.txt glove.space --skip-bad",
        "vicinal convert words.space vectors.tsv --to projector",
    ),
)
@click.argument("source", type=click.Path())
@click.argument("target", type=click.Path())
@_HOW
@force_option
def command(source: str, target: str, force: bool, **how: Any) -> None:
    """Read SOURCE in any known format and write TARGET in the format of its ending.

    A FORMAT is one of space, safetensors, npz, npy, parquet, hdf5, word2vec, word2vec-binary, projector
    and glove. An .hdf5 file may be one of ann-benchmarks: its train rows are read.
    """
    from vicinal import store

    check_there(source)
    check_space_output(target, force, how["target_format"])
    with reporting(not how["quiet"] and sys.stderr.isatty()) as report:
        space = store.read(source, format=how["source_format"], skip_bad=how["skip_bad"], callback=report)
    store.write(space, target, format=how["target_format"], force=force)
    if how["quiet"]:
        return
    skipped = space.origin.options.get("skipped_lines", 0)
    left_out = f"; {counted(skipped, 'bad line')} left out" if skipped else ""
    note(f"wrote {target}: {counted(len(space), 'name')} × {space.dim}{left_out}")
    lost = _lost(space.columns, target, how["target_format"])
    if lost:
        note(lost)


def _lost(columns: Any, target: str, format: str | None) -> str:
    """Say what of a space the format does not keep."""
    from vicinal.store import formats

    infos = formats()
    chosen = [info for info in infos if info.name == format or (not format and target.lower().endswith(info.endings))]
    if not chosen or chosen[0].keeps == "everything":
        return ""
    gone = f" (not the columns {', '.join(columns)})" if columns and "columns" not in chosen[0].keeps else ""
    return f"this format keeps {chosen[0].keeps}{gone}; .space keeps everything"
